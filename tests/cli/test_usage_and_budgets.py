"""`workbench usage`, and budgets that end what the command line sends (exit 4)."""

from __future__ import annotations

import re

import pytest

from tests.cli.conftest import KEY, CommandLine, Ended, serving
from tests.support.fault_server import Seen, completion, whole
from workbench.cli.diagnostics import ExitCode

PRICES = '[prices."m"]\ninput = 1000\noutput = 2000\n'
USED = {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150}
"""$0.10 and $0.10."""


def asked(cli: CommandLine, settings: str, *commands: tuple[str, ...]) -> tuple[list[Ended], list[Seen]]:
    """These commands one after another, at an endpoint where each answer costs $0.20."""
    (cli.home / "settings.toml").write_text(settings, "utf-8")
    with serving(cli.monkeypatch, key=KEY) as server:
        server.answer_with(lambda _: whole({**completion("fine"), "usage": USED}))
        return [cli(*command) for command in commands], server.requests


RUN = ("run", "hi", "--model", "m", "--no-stream", "--set", "max_tokens=50")


def test_the_table_the_rest_and_the_object_of_json(cli: CommandLine) -> None:
    free, *done = asked(
        cli,
        f"{PRICES}[budget]\nday = 1\n",
        ("run", "hello", "--model", "practice-fast"),
        RUN,
        RUN,
        ("usage", "--by", "model"),
        ("usage", "--json", "--since", "today"),
        ("usage", "--until", "yesterday"),
    )[0]
    assert free.code == 0
    table, told, nothing = done[2:]
    paid, unpaid = (line.split("\t") for line in table.out.splitlines())
    assert (paid[:3], paid[6:]) == (["m", "2", "200"], ["$0.40", "2 at your own price"])
    assert unpaid[6:] == ["free", "1 free"]
    assert "total: 3 requests" in table.err
    assert "budget day: $0.40 of $1.00 (40 %)" in table.err
    assert "prices: genai-prices" in table.err
    assert "your own for m" in table.err
    assert list(told.json) == ["by", "since", "until", "rows", "total", "budgets", "prices"]
    (row,) = told.json["rows"]
    assert list(row) == [
        "day", "requests", "prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens", "cost_usd",
        "estimated_usd", "unknown_price_requests", "own_price_requests", "free_requests", "free_tokens",
        "estimated_token_requests", "under_way_requests", "failed_requests", "failed_usd", "stopped_requests",
        "stopped_usd", "retried_requests", "retried_usd",
    ]  # fmt: skip
    assert (row["requests"], row["cost_usd"], row["free_requests"]) == (3, 0.4, 1)
    assert told.json["budgets"][0]["share"] == pytest.approx(0.4)
    assert (nothing.code, nothing.out) == (0, "")


@pytest.mark.parametrize(
    ("columns", "head"),
    [
        (160, ["model", "requests", "in", "cached", "out", "reasoning", "cost", "of", "these"]),
        (80, ["model", "requests", "in", "cached", "out", "reasoning", "cost"]),
        (48, ["model", "requests", "in", "out", "cost"]),
        (30, ["model", "requests", "cost"]),
    ],
)
def test_a_terminal_gets_the_columns_that_it_has_room_for(cli: CommandLine, columns: int, head: list[str]) -> None:
    cli.monkeypatch.setattr("workbench.cli.usage.terminal_columns", lambda: columns)
    assert cli("run", "hello", "--model", "practice-fast").code == 0
    first, row = cli("usage", "--by", "model").out.splitlines()[:2]
    assert first.split() == head
    assert row.startswith("practice-fast")
    if "requests" in head:
        assert row.index(" 1 ") + 2 == first.index("requests") + len("requests")


@pytest.mark.parametrize("day", ["2026-13-01", "tomorrow", "0d", "99999d", ""])
def test_a_day_that_is_none_is_said(cli: CommandLine, day: str) -> None:
    done = cli("usage", "--since", day)
    assert done.code == ExitCode.BAD_INPUT
    assert "not a day" in done.err


def test_a_budget_warns_then_stops_what_would_pass_it(cli: CommandLine) -> None:
    settings = f"{PRICES}[budget]\nmonth = 0.45\n"
    (first, second, third, told), seen = asked(cli, settings, RUN, RUN, RUN, ("usage", "--json"))
    assert (first.code, second.code, third.code) == (0, 0, ExitCode.BUDGET)
    assert "budget" not in first.err
    assert "89 % of the month's budget of $0.45 is used" in second.err
    # $0.05 are left, and a prompt with an answer of 50 tokens is expected to cost more.
    assert "not sent: the month's budget would be passed: $0.40 of $0.45 spent" in third.err
    assert f"change budget.month in {cli.home / 'settings.toml'}" in third.err
    assert len(seen) == 2
    assert told.json["total"]["requests"] == 2


def test_a_comparison_ends_where_the_budget_does(cli: CommandLine) -> None:
    compare = ("compare", "hi", "--model", "m", "--no-stream", "--set", "max_tokens=50", "--vary", "seed=1,2,3,4,5,6")
    (done,), seen = asked(cli, f"{PRICES}[budget]\nday = 0.55\n", compare)
    assert done.code == ExitCode.BUDGET
    assert 2 <= len(seen) <= 4
    # It depends on how many are under way at that moment whether it is used up or would be passed.
    assert re.search("the day's budget (is used up|would be passed): ~?\\$0", done.err)


def test_what_has_no_price_is_sent_and_said(cli: CommandLine) -> None:
    cli.monkeypatch.setattr("workbench.adapters.prices.is_this_machine", lambda _: False)
    (done, talk), _ = asked(cli, "[budget]\nday = 0.01\n", RUN, ("usage",))
    assert done.code == 0
    assert "the price of m is not known: your budget does not count it" in done.err
    assert "price unknown" in talk.out
