"""The shipped facts against the table of model-facts, and the user's own file on top."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from workbench.adapters.model_rules import load_rulebook
from workbench.core.errors import InputError
from workbench.core.json_value import JSON
from workbench.core.models import ModelRules, ParameterRule, rules_for
from workbench.core.prompt import Message, ParameterValues, Prompt, Role
from workbench.core.request import build_request

BOOK = load_rulebook()
TODAY = date(2026, 11, 22)
EFFORT_MODELS = {
    "o3": ("low medium high", "medium"),
    "gpt-5": ("minimal low medium high", "medium"),
    "gpt-5-mini": ("minimal low medium high", "medium"),
    "gpt-5.1": ("none low medium high", "none"),
    "gpt-5.2": ("none low medium high xhigh", "none"),
    "gpt-5.4-mini": ("none low medium high xhigh", "none"),
    "gpt-5.5": ("none low medium high xhigh", "medium"),
    "gpt-5.6-terra": ("none low medium high xhigh", "medium"),
    "gpt-6-luna": ("none low medium high xhigh", "medium"),
    "gpt-6.1-terra": ("none low medium high xhigh", "medium"),
    "gpt-6-astra": ("low medium high xhigh", None),
    "gpt-6.2-sol": ("low medium high xhigh", None),
}


def rules(model: str) -> ModelRules:
    found = rules_for(model, BOOK)
    assert found is not None
    return found


def sent(model: str, values: dict[str, JSON]) -> dict[str, JSON]:
    parameters = ParameterValues({"stream": False, **values})
    prompt = Prompt(model=model, messages=(Message(Role.USER, "Hi"),), parameters=parameters)
    request = build_request(prompt, rules=rules(model), today=TODAY)
    assert request.problems == ()
    return {name: value for name, value in request.body.items() if name not in ("model", "messages", "stream")}


@pytest.mark.parametrize("model", EFFORT_MODELS)
def test_the_efforts(model: str) -> None:
    efforts, default = EFFORT_MODELS[model]
    rule = rules(model).parameters["reasoning_effort"]
    assert rule.only == tuple(efforts.split())
    assert rule.default == default
    assert rule.taken == "always"


@pytest.mark.parametrize(
    ("model", "effort", "values", "kept"),
    [
        (
            "gpt-4.1",
            None,
            {"temperature": 0, "top_p": 0.5, "stop": ["x"], "logprobs": True},
            "temperature top_p stop logprobs",
        ),
        (
            "gpt-4o-mini",
            None,
            {"max_tokens": 5, "presence_penalty": 1, "logit_bias": {}},
            "max_tokens presence_penalty logit_bias",
        ),
        ("o3", None, {"temperature": 0.5, "top_p": 1, "stop": "x", "logprobs": True, "frequency_penalty": 0}, ""),
        ("o3", None, {"temperature": 1, "max_completion_tokens": 5}, "temperature max_completion_tokens"),
        (
            "gpt-5-nano",
            "minimal",
            {"temperature": 1.0, "verbosity": "low", "presence_penalty": 1},
            "temperature verbosity",
        ),
        ("gpt-5.1", None, {"temperature": 0, "presence_penalty": 1, "stop": "x"}, "temperature presence_penalty"),
        ("gpt-5.2", "low", {"temperature": 0, "top_p": 1, "logprobs": True, "presence_penalty": 1}, "presence_penalty"),
        ("gpt-5.4-mini", None, {"temperature": 0.7, "frequency_penalty": 0.5}, "temperature frequency_penalty"),
        ("gpt-5.5", None, {"temperature": 1, "presence_penalty": 1}, ""),
        ("gpt-5.5", "none", {"temperature": 1, "presence_penalty": 1, "stop": "x"}, "temperature presence_penalty"),
        ("gpt-6-sol", None, {"stop": "x", "presence_penalty": 1, "temperature": 1}, "stop presence_penalty"),
        ("gpt-6-astra", "low", {"temperature": 1, "top_p": 1}, "temperature"),
        ("gpt-6-astra", "low", {"temperature": 0.9}, ""),
    ],
)
def test_what_is_kept(model: str, effort: str | None, values: dict[str, JSON], kept: str) -> None:
    given: dict[str, JSON] = {**values} if effort is None else {**values, "reasoning_effort": effort}
    expected = {name: values[name] for name in kept.split()}
    assert sent(model, given) == expected | ({} if effort is None else {"reasoning_effort": effort})


TOOLS: JSON = [{"type": "function", "function": {"name": "f"}}]


@pytest.mark.parametrize(
    ("model", "at_default", "at_none"),
    [
        ("gpt-4.1", True, None),
        ("gpt-5", True, None),
        ("gpt-5.2", True, True),
        ("gpt-5.4", True, True),
        ("gpt-5.5", False, True),
        ("gpt-5.6-sol", False, True),
        ("gpt-6-luna", False, True),
        ("gpt-6.1-terra", False, False),
        ("gpt-6.2-sol", False, None),
    ],
)
def test_tools(model: str, at_default: bool, at_none: bool | None) -> None:
    values: dict[str, JSON] = {"tools": TOOLS, "tool_choice": "auto", "parallel_tool_calls": True}
    assert set(sent(model, values)) == (set(values) if at_default else set())
    if at_none is not None:
        found = set(sent(model, {**values, "reasoning_effort": "none"})) - {"reasoning_effort"}
        assert found == (set(values) if at_none else set())


def test_max_tokens_gets_its_newer_name_from_o3_on() -> None:
    for model in EFFORT_MODELS:
        assert sent(model, {"max_tokens": 5}) == {"max_completion_tokens": 5}


@pytest.mark.parametrize(
    ("model", "window", "most", "end"),
    [
        ("gpt-4.1-2025-04-14", 1_047_576, 32_768, date(2027, 1, 14)),
        ("gpt-4o", 128_000, 16_384, date(2027, 1, 14)),
        ("gpt-4o-2024-05-13", 128_000, None, date(2026, 10, 23)),
        ("gpt-4.1-nano", 1_047_576, 32_768, date(2026, 10, 23)),
        ("o3", 200_000, 100_000, date(2026, 12, 11)),
        ("gpt-5-mini", 400_000, 128_000, date(2026, 12, 11)),
        ("gpt-5.1", 400_000, 128_000, date(2027, 4, 1)),
        ("gpt-5.2", 400_000, 128_000, None),
        ("gpt-5.4", 1_050_000, 128_000, None),
        ("gpt-5.4-mini", 400_000, 128_000, None),
        ("gpt-5.4-nano", 400_000, 128_000, date(2027, 4, 1)),
        ("gpt-6-astra", 1_050_000, 128_000, None),
        ("gpt-4", None, None, date(2026, 10, 23)),
        ("gpt-5-chat-latest", None, None, date(2026, 7, 23)),
    ],
)
def test_windows_and_ends(model: str, window: int | None, most: int | None, end: date | None) -> None:
    found = rules(model)
    assert (found.context_window, found.max_output, found.shutdown) == (window, most, end)


def test_an_unknown_model_has_no_rules() -> None:
    for model in ("gpt-5.9", "llama3.2", "practice", "practice-fast", "openai/gpt-5", ""):
        assert rules_for(model, BOOK) is None


def test_every_entry_has_a_source() -> None:
    assert len(BOOK) > 40
    assert all(entry.source for entry in BOOK)


class TestTheUsersFile:
    def load(self, folder: Path, text: str) -> tuple[ModelRules, ...]:
        file = folder / "models.yaml"
        file.write_text(text, encoding="utf-8")
        return load_rulebook(file)

    def test_none_is_no_error(self, tmp_path: Path) -> None:
        assert load_rulebook(tmp_path / "models.yaml") == BOOK
        assert self.load(tmp_path, "") == BOOK

    def test_a_line_amends_what_is_shipped_and_nothing_else(self, tmp_path: Path) -> None:
        book = self.load(
            tmp_path, "models:\n  - {names: [gpt-5.4-mini], parameters: {stop: always}, shutdown: 2030-01-02}"
        )
        amended, shipped = rules_for("gpt-5.4-mini-2026-03-17", book), rules("gpt-5.4-mini")
        assert amended is not None
        assert amended.parameters == {**shipped.parameters, "stop": ParameterRule()}
        assert amended.shutdown == date(2030, 1, 2)
        assert amended.context_window == shipped.context_window
        assert rules_for("gpt-5.4", book) == rules("gpt-5.4")

    def test_a_glob_amends_all_that_it_fits(self, tmp_path: Path) -> None:
        book = self.load(tmp_path, "models: [{names: ['gpt-5*'], max_output: 7, shutdown: null}]")
        for model in ("gpt-5", "gpt-5.6-sol"):
            amended = rules_for(model, book)
            assert amended is not None
            assert (amended.max_output, amended.shutdown) == (7, None)
            assert amended.parameters == rules(model).parameters
        fresh = rules_for("gpt-5.99", book)
        assert fresh is not None
        assert (fresh.max_output, fresh.parameters) == (7, {})
        assert rules_for("gpt-4o", book) == rules("gpt-4o")

    def test_one_snapshot_and_a_model_of_ones_own(self, tmp_path: Path) -> None:
        text = (
            "version: 1\n"
            "families:\n  mine: {source: me, context_window: 8192, parameters: {n: never}}\n"
            "models:\n"
            "  - {names: [gpt-5-2025-08-07], max_output: 9}\n"
            "  - {names: [llama3.2, 'qwen*'], family: mine, parameters: {top_logprobs: {maximum: 3}}}\n"
            "  - {names: [like-five], family: gpt-5}\n"
        )
        book = self.load(tmp_path, text)
        snapshot, llama, five = (rules_for(name, book) for name in ("gpt-5-2025-08-07", "qwen3:8b", "like-five"))
        assert snapshot is not None
        assert llama is not None
        assert five is not None
        assert (snapshot.max_output, snapshot.context_window) == (9, 400_000)
        assert rules_for("gpt-5", book) == rules("gpt-5")
        assert llama == ModelRules(
            "qwen*", {"n": ParameterRule("never"), "top_logprobs": ParameterRule(maximum=3)}, 8192, source="me"
        )
        assert five.parameters == rules("gpt-5").parameters

    @pytest.mark.parametrize(
        ("text", "line", "message", "hint"),
        [
            ("[]", 1, "the file must be a mapping, not an empty list", ""),
            ("modles: []", 1, '"modles" is no key here', "did you mean models?"),
            ("version: 2", 1, "version 2 is newer than this program, which reads 1", ""),
            ("version: x", 1, 'version must be a whole number, not "x"', ""),
            ("models: {}", 1, "models must be a list, not an empty object", ""),
            ("models:\n  - x", 2, 'models must be a mapping, not "x"', ""),
            ("models:\n  - {max_output: 5}", 2, "an entry needs names: the models that it is about", ""),
            ("models:\n  - names: gpt-5", 2, 'names must be a list of names, not "gpt-5"', ""),
            ("models:\n  - names:\n    - a\n    - 5", 4, "names must be a text, not 5", ""),
            ("models:\n  - names: [a]\n    familly: x", 3, '"familly" is no key here', "did you mean family?"),
            ("models:\n  - names: [a]\n    family: gpt5", 3, '"gpt5" is no family', "did you mean gpt-5?"),
            ("models:\n  - names: [a]\n    max_output: 0", 3, "max_output must be a whole number from 1, not 0", ""),
            (
                "models:\n  - names: [a]\n    shutdown: soon",
                3,
                'shutdown must be a day such as 2027-01-14, not "soon"',
                "",
            ),
            ("models:\n  - names: [a]\n    instruction_role: user", 3, 'must be system or developer, not "user"', ""),
            (
                "models:\n  - names: [a]\n    parameters:\n      temprature: never",
                4,
                '"temprature" is no parameter that is sent',
                "did you mean temperature?",
            ),
            ("models:\n  - names: [a]\n    parameters: {extra: never}", 3, '"extra" is no parameter that is sent', ""),
            (
                "models:\n  - names: [a]\n    parameters: {n: often}",
                3,
                'must be always, never, at_effort_none or unknown, not "often"',
                "",
            ),
            ("models:\n  - names: [a]\n    parameters: {n: {only: 1}}", 3, "only must be a list of values, not 1", ""),
            (
                "models:\n  - names: [a]\n    parameters: {n: {only: [x]}}",
                3,
                'a value of n must be a whole number, not the text "x"',
                "",
            ),
            ("models:\n  - names: [a]\n    parameters: {n: {maximum: x}}", 3, 'maximum must be a number, not "x"', ""),
            (
                "models:\n  - names: [a]\n    parameters: {n: {max: 1}}",
                3,
                '"max" is no key here',
                "did you mean maximum?",
            ),
            (
                "models:\n  - names: [a]\n    names: [b]",
                3,
                "names stands here a second time; the first is on line 2",
                "",
            ),
            (
                "models:\n  - names: [a]\n    parameters: {reasoning_effort: at_effort_none}",
                3,
                "reasoning_effort can't depend on itself",
                "",
            ),
        ],
    )
    def test_a_fault_names_file_and_line(self, tmp_path: Path, text: str, line: int, message: str, hint: str) -> None:
        with pytest.raises(InputError) as caught:
            self.load(tmp_path, text)
        assert caught.value.message == f"{tmp_path / 'models.yaml'}:{line}: {message}"
        assert caught.value.hint == hint

    def test_a_file_that_can_not_be_read(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"could not be read: Is a directory"):
            load_rulebook(tmp_path)
