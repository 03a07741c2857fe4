"""The Tokens view: how tokens are marked, what is told of the one under the cursor, and asking for what is missing."""

from __future__ import annotations

import pytest
from rich.style import Style
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tests.support.logprobs import by_bytes, entry
from tests.support.settle import until
from workbench.core.json_value import JSON
from workbench.core.token_probabilities import TokenText
from workbench.tui.display import install
from workbench.tui.widgets.row_pane import RowPane
from workbench.tui.widgets.tokens_view import TokensShown, TokensView

SAID = (
    entry("The", 0.95),
    entry(" cat", 0.62, {" dog": 0.21, " cow": 0.04}),
    entry(" sat", 0.2),
    entry(" on", 0.01, {" down": 0.9}),
    *by_bytes("한"),
    entry("\n"),
    entry("!", None),
)


class Host(App[None]):
    CSS = "TokensView { height: 20; }"

    def __init__(self) -> None:
        super().__init__()
        install(self)
        self.view = TokensView()
        self.copied: list[tuple[str, str]] = []
        self.wanted = 0

    def compose(self) -> ComposeResult:
        yield self.view

    def on_mount(self) -> None:
        self.view.focus()

    def on_row_pane_copy_wanted(self, event: RowPane.CopyWanted) -> None:
        self.copied.append((event.text, event.what))

    def on_tokens_view_wanted(self) -> None:
        self.wanted += 1


def of(*entries: JSON, running: bool = False, note: str = "") -> TokensShown:
    tokens = TokenText(entries)
    if not running:
        tokens.finish()
    return TokensShown(tokens, asked=True, running=running, note=note)


def shown(view: TokensView) -> list[str]:
    rows = [view.render_line(y).text.rstrip() for y in range(view.size.height)]
    return [row for row in rows if row]


def detail(view: TokensView) -> list[str]:
    rows = shown(view)
    return rows[next(place for place, row in enumerate(rows) if row.startswith("─ ")) :]


def style_at(view: TokensView, text: str) -> Style:
    """How the part of the answer that says `text` is drawn."""
    for y in range(2, view.size.height):
        for segment in view.render_line(y):
            if segment.text == text and segment.style is not None:
                return segment.style
    raise AssertionError(text)


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


async def test_each_level_is_told_by_more_than_its_colour() -> None:
    app = Host()
    async with app.run_test(size=(84, 20)) as pilot:
        app.view.show(of(*SAID))
        await press(pilot, "end")
        assert shown(app.view)[0] == "9 tokens · perplexity 3.29 · 1 below 10 %"
        styles = [style_at(app.view, text) for text in ("The", " cat", " sat", " on")]
        assert [(bool(s.underline), bool(s.bold), bool(s.italic)) for s in styles] == [
            (False, False, False), (True, False, False), (True, True, False), (True, True, True),
        ]  # fmt: skip
        assert len({s.bgcolor for s in styles}) == 4


async def test_the_token_under_the_cursor_is_told_with_what_it_might_have_been() -> None:
    app = Host()
    async with app.run_test(size=(84, 20)) as pilot:
        app.view.show(of(*SAID))
        await press(pilot, "right")
        title, *rows = detail(app.view)
        assert title.startswith("─ token 2 of 9 · logprob -0.478 · the likeliest ─")
        assert [row[: row.index("%") + 1] for row in rows] == [
            '● " cat"    62 %',
            '  " dog"    21 %',
            '  " cow"   4.0 %',
        ]
        assert style_at(app.view, " cat").reverse
        await press(pilot, "y")
        text, what = app.copied[0]
        assert text.split("\n")[1] == ' \t" dog"\t21 %\t-1.56065'
        assert what == "the token with its alternatives"


async def test_the_cursor_goes_through_the_tokens_of_one_syllable() -> None:
    app = Host()
    async with app.run_test(size=(84, 20)) as pilot:
        app.view.show(of(*SAID))
        await press(pilot, "right_square_bracket", "right")
        assert detail(app.view)[0].startswith('─ token 5 of 9 · 1 of 3 of "한" · 13 % together · logprob')
        assert detail(app.view)[1].startswith("● ed …")
        await press(pilot, "right", "right")
        assert detail(app.view)[1].startswith('● 9c = "한"')
        assert style_at(app.view, "한").reverse
        cell = 2 + len("The cat sat on")
        for part in (1, 2, 3, 1):
            await pilot.click(TokensView, offset=(cell + part % 2, 3))
            assert f"{part} of 3 of" in detail(app.view)[0], "clicks on it go through them"


async def test_moving() -> None:
    app = Host()
    async with app.run_test(size=(30, 20)) as pilot:
        app.view.show(of(*(entry(f" w{number}", 0.05 if number % 40 == 7 else 0.9) for number in range(200))))

        def at() -> str:
            return detail(app.view)[0].split(" of")[0].rpartition(" ")[2]

        seen = []
        for keys in (["home"], ["down"], ["down", "up"], ["right_square_bracket"], ["right_square_bracket"],
                     ["left_square_bracket"], ["end"], ["right"], ["pageup"], ["home", "left"]):  # fmt: skip
            await press(pilot, *keys)
            seen.append(at())
        assert seen[:8] == ["1", "10", "10", "48", "88", "48", "200", "200"]
        assert 100 < int(seen[8]) < 200
        assert seen[9] == "1"


async def test_find_marks_what_goes_over_tokens_and_goes_there() -> None:
    app = Host()
    async with app.run_test(size=(40, 20)) as pilot:
        app.view.show(of(entry("오늘 "), entry("점"), entry("심"), entry(", "), entry("점심")))
        assert app.view.find("점심") == (1, 2)
        assert detail(app.view)[0].startswith("─ token 2 of 5")
        assert app.view.find("점심") == (2, 2)
        assert style_at(app.view, "심").italic
        assert app.view.find("점심", -1) == (1, 2)
        assert app.view.find("x") == (0, 0)
        app.view.clear_find()
        await pilot.pause()
        assert not style_at(app.view, "심").italic


async def test_what_arrives_is_followed_until_one_looks_elsewhere() -> None:
    app = Host()
    async with app.run_test(size=(40, 20)) as pilot:
        arriving = of(running=True)
        tokens = arriving.tokens
        assert tokens is not None
        app.view.show(arriving)
        assert shown(app.view) == ["› waiting for the first token"]
        tokens.add([entry(f"line {number}\n") for number in range(60)])
        app.view.more_soon()
        await until(lambda: any("line 59" in row for row in shown(app.view)))
        await press(pilot, "home")
        tokens.add(by_bytes("한")[:2])
        app.view.read_more()
        assert "line 0↵" in shown(app.view)[2]
        assert detail(app.view)[0].startswith("─ token 1 of 62")
        assert app.view.token_count == 60, "a character that is not whole yet is not shown"
        tokens.finish()
        app.view.show(arriving._replace(running=False, note="odd [/x]"))
        assert shown(app.view)[2] == "! odd [/x]"
        assert app.view.token_count == 62


@pytest.mark.parametrize(
    ("said", "words", "offered"),
    [
        (TokensShown(), "no answer yet", True),
        (TokensShown(TokenText(), asked=False, running=True), "this answer comes without", True),
        (TokensShown(TokenText(), asked=False), "its request did not ask", True),
        (TokensShown(TokenText(), asked=True), "although logprobs was sent", False),
    ],
)
async def test_without_probabilities_it_says_why_and_offers_to_ask(
    said: TokensShown, words: str, offered: bool
) -> None:
    app = Host()
    async with app.run_test(size=(84, 20)) as pilot:
        app.view.show(said)
        await pilot.pause()
        rows = shown(app.view)
        assert words in " ".join(rows)
        assert any("p asks for them" in row for row in rows) == offered
        if offered:
            await press(pilot, "p")
            await pilot.click(TokensView, offset=(4, next(y for y, row in enumerate(rows) if "p asks" in row)))
            assert app.wanted == 2
        await press(pilot, "y", "down", "right", "end", "enter", "right_square_bracket")
        assert app.copied == [("", "the token with its alternatives")]


async def test_many_alternatives_are_unfolded() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        app.view.show(of(entry("a", 0.3, {f"b{number}": 0.3 / (number + 2) for number in range(12)})))
        assert detail(app.view)[-1].strip() == "… 9 more: enter shows them"
        await press(pilot, "enter")
        assert len(detail(app.view)) == 14
        await pilot.click(TokensView, offset=(5, 18))
        assert len(detail(app.view)) == 6


@pytest.mark.parametrize("size", [(10, 3), (24, 6), (1, 1)])
async def test_any_size(size: tuple[int, int]) -> None:
    app = Host()
    app.view.styles.height = "1fr"
    async with app.run_test(size=size) as pilot:
        app.view.show(of(*SAID, note="odd"))
        await press(pilot, "end", "enter", "home", "right")
        assert all(app.view.render_line(y).cell_length == app.view.size.width for y in range(app.view.size.height))
