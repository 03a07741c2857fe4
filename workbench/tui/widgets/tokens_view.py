"""The tokens of an answer, each marked by how likely it was; what might have stood in the place of the one under the
cursor is told below.

How likely a token was is shown by its background and by how its text is drawn, and told below in figures. Without
probabilities the view says how to get them, and one key asks for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.style import Style
from textual import events
from textual.message import Message

from workbench.core.token_probabilities import TokenText, perplexity
from workbench.tui.commands import bindings
from workbench.tui.layout.token_rows import TokenRows
from workbench.tui.widgets.drawing import Piece, wrapped
from workbench.tui.widgets.row_pane import RowPane
from workbench.tui.widgets.token_details import detail_lines, details_text, head_pieces, level_of

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from textual.binding import BindingType

_MOST_WORDS = 8
_ROOMY = 20
"""Rows of the pane from which on an empty one stands above the text."""
_GUTTER = 2
"""Cells before a row's text."""
UNLIKELY = 0.1
"""The probability below which a token is one of those that "next unlikely" goes to."""


class TokensShown(NamedTuple):
    """What there is to show of one answer."""

    tokens: TokenText | None = None
    """None before any run."""
    asked: bool = False
    """The request asked for probabilities."""
    running: bool = False
    note: str = ""
    """What is odd about them."""


class TokensView(RowPane):
    """`show` with what there is; `more_soon` when some more of the same have come."""

    MARKS_ROW = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"row--{name}" for name in ("sure", "likely", "doubtful", "unlikely", "untold", "here", "found", "offer")
    }
    DEFAULT_CSS = """
    TokensView {
        & > .row--sure { color: $foreground; }
        & > .row--likely { color: $foreground; background: $warning 18%; text-style: underline; }
        & > .row--doubtful { color: $foreground; background: $warning 40%; text-style: bold underline; }
        & > .row--unlikely { color: $foreground; background: $error 50%; text-style: bold italic underline; }
        & > .row--untold { color: $text-muted; }
        & > .row--here { text-style: bold reverse; }
        &:nocolor > .row--unlikely { text-style: reverse; }
        &:nocolor > .row--here { text-style: bold reverse underline; }
        & > .row--found { color: $text-accent; text-style: bold italic; }
        & > .row--offer { color: $text-accent; text-style: bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("tokens")

    class Wanted(Message):
        """The next run is to bring token probabilities."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._shown = TokensShown()
        self._rows = TokenRows(80)
        self._token = 0
        self._found: set[int] = set()

    # -- what a caller does ----------------------------------------------------------------------------------------

    def show(self, shown: TokensShown) -> None:
        """Another answer, or the same one further on."""
        if shown.tokens is not self._shown.tokens:
            self._rows = TokenRows(self.text_width - _GUTTER)
            self._token, self._following = 0, True
            self.clear_find()
        ends = self._shown.running and not shown.running and self._following
        self._shown = shown
        if ends:
            self._token = max(0, self.token_count - 1)
        self.read_more()

    def read_more(self) -> None:
        if self._shown.tokens is not None:
            self._rows.show(self._shown.tokens.units)
        self._follow()
        self.show_rows()

    def _follow(self) -> None:
        if self._following and self.grows():
            self._token = max(0, self.token_count - 1)
        self._cursor = self._rows.row_of(self._token) if self._rows.rows else 0

    @property
    def tokens(self) -> TokenText:
        """What is shown; empty where there is nothing."""
        return self._shown.tokens or TokenText()

    @property
    def token_count(self) -> int:
        """How many tokens are on the screen: those of a character that is not whole yet are not."""
        units = self.tokens.units
        return units[-1].end if units else 0

    @property
    def source(self) -> str:
        """Every token with its candidates, a line each."""
        tokens = self.tokens
        return "\n".join(details_text(tokens, token) for token in range(self.token_count))

    # -- laying out ------------------------------------------------------------------------------------------------

    def lay_out(self) -> None:
        if self._rows.width != self.text_width - _GUTTER:
            self._rows = TokenRows(self.text_width - _GUTTER)
            self._rows.show(self.tokens.units)
            self._follow()

    def grows(self) -> bool:
        return self._shown.running

    def row_count(self) -> int:
        return len(self._rows.rows) or len(self._words())

    def head_lines(self) -> Sequence[Sequence[Piece]]:
        if not self.token_count:
            return ()
        lines = head_pieces(self.tokens, perplexity(self.tokens.tokens), self._shown.note, self.text_width)
        return [*lines, []] if self.size.height >= _ROOMY else lines

    def foot_lines(self) -> Sequence[Sequence[Piece]]:
        if not self.token_count:
            return ()
        lines = detail_lines(self.tokens, self._token, self.text_width)
        room = self.foot_room(len(lines))
        if len(lines) > room > 1:
            words = f"  … {len(lines) - room + 1} more: enter shows them"
            return [*lines[: room - 1], [Piece(words, "dim")]]
        return lines[:room]

    def _words(self) -> list[Piece]:
        """What is said where there are no tokens."""
        shown = self._shown
        offer = "p asks for them: it sets logprobs and top_logprobs for the next run"
        if shown.tokens is None:
            said = ["no answer yet: its tokens are shown here, each with how likely it was"]
        elif shown.running:
            said = ["waiting for the first token"] if shown.asked else ["this answer comes without probabilities"]
        elif shown.asked:
            return self._lines("the endpoint gave no token probabilities, although logprobs was sent", "dim")
        else:
            said = ["this answer came without token probabilities: its request did not ask for them"]
        lines = self._lines(said[0], "dim")
        return lines if shown.running and shown.asked else [*lines, *self._lines(offer, "offer")]

    def _lines(self, text: str, style: str) -> list[Piece]:
        return [Piece(line, style) for line in wrapped(text, self.text_width - _GUTTER, _MOST_WORDS)]

    def row_pieces(self, row: int) -> list[Piece]:
        if not self._rows.rows:
            return [self._words()[row]]
        line = self._rows.rows[row]
        here = self._rows.piece_of(self._token)
        pieces: list[Piece] = []
        start = 0
        for place, end in enumerate(line.ends, line.first):
            style = level_of(self._rows.pieces[place].least)
            style += "+found" if place in self._found else ""
            pieces.append(Piece(line.text[start:end], f"{style}+here" if place == here else style))
            start = end
        return pieces

    def style_of(self, name: str) -> Style:
        """The style of a piece; `likely+here` is the one laid over the other."""
        first, *more = name.split("+")
        style = super().style_of(first)
        for part in more:
            style += self.get_component_rich_style(f"row--{part}", partial=True)
        return style

    # -- the cursor ------------------------------------------------------------------------------------------------

    def go_to_token(self, token: int) -> None:
        """Put the cursor on a token and bring it into view."""
        self._token = min(max(0, token), max(0, self.token_count - 1))
        self._following = False
        self._cursor = self._rows.row_of(self._token) if self._rows.rows else 0
        self.show_rows()
        self.reveal(self._cursor)

    def go(self, row: int) -> None:
        """The token of another row that stands nearest to the cursor's cell."""
        if self._rows.rows:
            row = min(max(0, row), len(self._rows.rows) - 1)
            piece = self._rows.piece_at(row, self._rows.cell_of(self._token))
            self.go_to_token(self._rows.pieces[piece].first)

    def action_step(self, delta: int) -> None:
        self.go_to_token(self._token + delta)

    def action_first(self) -> None:
        self.go_to_token(0)

    def action_last(self) -> None:
        """The last token; while more arrive the view stays at its end again."""
        self.go_to_token(self.token_count - 1)
        self._following = True

    def action_unlikely(self, direction: int) -> None:
        """The next token that was less likely than one in ten, or the one before."""
        tokens = self.tokens.tokens[: self.token_count]
        order = range(self._token + 1, len(tokens)) if direction > 0 else range(self._token - 1, -1, -1)
        for place in order:
            share = tokens[place].chosen.probability
            if share is not None and share < UNLIKELY:
                self.go_to_token(place)
                return

    def action_copy_token(self) -> None:
        text = details_text(self.tokens, self._token) if self.token_count else ""
        self.post_message(self.CopyWanted(text, "the token with its alternatives"))

    def action_ask(self) -> None:
        """Have the next run bring the probabilities."""
        self.post_message(self.Wanted())

    # -- finding ---------------------------------------------------------------------------------------------------

    def places(self, pattern: re.Pattern[str]) -> Sequence[object]:
        found = self._rows.matches(pattern)
        self._found = {piece for first, last in found for piece in range(first, last + 1)}
        return [first for first, _ in found]

    def first_place(self, direction: int) -> int:
        here = self._rows.piece_of(self._token) if self._rows.pieces else 0
        after = [index for index, place in enumerate(self._places) if isinstance(place, int) and place >= here]
        return after[0] if after and direction >= 0 else super().first_place(direction)

    def go_to_place(self, place: object) -> None:
        assert isinstance(place, int)
        self.go_to_token(self._rows.pieces[place].first)

    def clear_find(self) -> None:
        self._found = set()
        super().clear_find()

    # -- mouse -----------------------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        if (spot := self.row_at(event)) is None:
            if self.token_count and self.is_in_foot(event):
                event.stop()
                self.action_unfold_foot()
            return
        event.stop()
        row, cell = spot
        if not self._rows.rows:
            if row < len(words := self._words()) and words[row].style == "offer":
                self.action_ask()
            return
        piece = self._rows.pieces[self._rows.piece_at(row, cell - _GUTTER)]
        inside = piece.first <= self._token < piece.end
        # A click on a character of several tokens goes through them.
        step = (self._token + 1 - piece.first) % (piece.end - piece.first) if inside else 0
        self.go_to_token(piece.first + step)
