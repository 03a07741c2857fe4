"""The rows of the parameter panel: what is drawn, which row is selected and which lines are in view."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from textual.content import Content

from workbench.core.parameters import PARAMETERS, Parameter
from workbench.core.prompt import ParameterValues
from workbench.tui.display import one_line
from workbench.tui.widgets.drawing import Piece, padded, shortened, strip_of, styles_of, width_of, wrapped
from workbench.tui.widgets.parameter_field import FieldRows
from workbench.tui.widgets.parameter_rows import NAME_X, Columns, GivenValue, Row, columns_for, row_of, row_pieces

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.strip import Strip

_COMMON = tuple(parameter for parameter in PARAMETERS if parameter.common)
_OTHERS = tuple(parameter for parameter in PARAMETERS if not parameter.common)
MODEL_LINE = 0
LINES: tuple[Parameter | None, ...] = (None, *_COMMON, None, *_OTHERS)
"""What each line shows; None is the model on the first line, and a separator after the common parameters."""
SEPARATOR = 1 + len(_COMMON)
_EXPLAINED_FROM, _EXPLAINED_TWICE_FROM = 6, 14
"""Lines that the panel must have before its last one, or its last two, explain the selected row."""
_EXPLAINED_TWICE_BELOW = 84
"""Cells: the longest help fits into one line from there on."""


class ParameterView(FieldRows):
    """Draws `ParameterValues`; every row in one widget, for one widget each would cost a quarter of a second."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"parameter--{name}"
        for name in (
            "plain",
            "name",
            "value",
            "dim",
            "sent",
            "warning",
            "error",
            "fill",
            "bar",
            "cursor",
            "row",
            "thumb",
        )
    }
    DEFAULT_CSS = """
    ParameterView {
        height: 1fr;
        border: round $foreground 25%;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        border-subtitle-align: right;
        &:focus, &:focus-within {
            border: round $accent;
            border-title-color: $text-accent;
        }
        & > .parameter--name { color: $foreground; }
        & > .parameter--value { color: $foreground; text-style: bold; }
        & > .parameter--dim { color: $text-muted; }
        & > .parameter--sent { color: $text-success; }
        & > .parameter--warning { color: $text-warning; }
        & > .parameter--error { color: $text-error; }
        & > .parameter--fill { color: $accent; }
        & > .parameter--bar { color: $foreground 35%; }
        & > .parameter--cursor { color: $text-accent; text-style: bold; }
        & > .parameter--thumb { color: $foreground 35%; }
        & > .parameter--row { background: $boost; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._parameters = ParameterValues()
        self._model_name = ""
        self._replaced_model = ""
        self._reasons: dict[str, str] = {}
        self._problems: dict[str, str] = {}
        self._given: dict[str, GivenValue] = {}
        self._rows: dict[str, Row] = {}
        self._selected_line = MODEL_LINE
        self._top_line = 0
        self._said_style = "warning"
        self.border_title = "Parameters"
        self._build_rows()

    @property
    def parameters(self) -> ParameterValues:
        return self._parameters

    @property
    def selected(self) -> Parameter | None:
        """The parameter whose row is selected; None on the model's row."""
        return LINES[self._selected_line]

    @property
    def active(self) -> bool:
        """True while keys come here, so that the selected row is marked."""
        return self.has_focus or self.editing

    @property
    def explanation(self) -> tuple[str, str]:
        """What the last line says of the selected row, and in which style."""
        parameter = self.selected
        if self._said:
            return self._said, self._said_style
        if parameter is None:
            return "The model that is asked; Enter chooses another", "dim"
        row = self._rows[parameter.name]
        if row.reason:
            return f"{parameter.name} is not sent: {row.reason}", "warning"
        if row.problem:
            named = row.problem.startswith(parameter.name)
            return row.problem if named else f"{parameter.name} {row.problem}", "error"
        old = f"deprecated, {parameter.deprecated}. " if parameter.deprecated else ""
        return old + parameter.help, "dim"

    def row(self, name: str) -> Row:
        """What the row of this parameter says; KeyError for a name that is none."""
        return self._rows[name]

    def _show_values(
        self,
        parameters: ParameterValues,
        model: str,
        reasons: Mapping[str, str],
        problems: Mapping[str, str],
        given: Mapping[str, GivenValue],
        replaced_model: str,
    ) -> None:
        self._parameters, self._model_name, self._replaced_model = parameters, model, replaced_model
        self._reasons, self._problems, self._given = dict(reasons), dict(problems), dict(given)
        self._build_rows()

    def _build_rows(self) -> None:
        self._rows = {p.name: self._row_of(p) for p in PARAMETERS}
        self._show_all()

    def _row_of(self, parameter: Parameter) -> Row:
        name = parameter.name
        reason, problem = self._reasons.get(name, ""), self._problems.get(name, "")
        return row_of(parameter, self._parameters, reason, problem, self._given.get(name))

    def _show_all(self) -> None:
        sent = sum((row.sent or row.given is not None) and not row.reason for row in self._rows.values())
        counts = f"{sent} sent · {len(PARAMETERS) - sent} not sent"
        # Where there is no line for it, a notice takes the place of the counts.
        text = self._said if self._said and not self._explained else counts
        self.border_subtitle = Content(one_line(text, max(10, self.size.width - 4)))
        self.refresh()

    def say(self, text: str, style: str = "warning") -> None:
        """Say this in place of the selected row's help, until another row is selected; "" takes it back."""
        if (text, style) != (self._said, self._said_style):
            self._said, self._said_style = text, style
            self._show_all()

    # ---- drawing

    @property
    def _explained(self) -> int:
        width, height = self.size
        if height >= _EXPLAINED_TWICE_FROM and width < _EXPLAINED_TWICE_BELOW:
            return 2
        return 1 if height >= _EXPLAINED_FROM else 0

    @property
    def _shown_lines(self) -> int:
        return max(1, self.size.height - self._explained)

    @property
    def _columns(self) -> Columns:
        return columns_for(max(1, self.size.width - 1))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y >= self._shown_lines:
            return self._explanation_line(y - self._shown_lines, width)
        line = self._top_line + y
        if line >= len(LINES):
            return strip_of([], width, styles_of(self, "parameter"))
        selected = line == self._selected_line and self.active
        style_of = self._row_style if selected else styles_of(self, "parameter")
        return strip_of([*self._line_pieces(line, selected, width - 1), self._thumb(y)], width, style_of)

    def _explanation_line(self, number: int, width: int) -> Strip:
        text, style = self.explanation
        lines = wrapped(text, width - 2, self._explained)
        return strip_of(
            [Piece(" "), Piece(lines[number] if number < len(lines) else "", style)],
            width,
            styles_of(self, "parameter"),
        )

    def _line_pieces(self, line: int, selected: bool, width: int) -> list[Piece]:
        parameter = LINES[line]
        columns = self._columns
        if parameter is not None:
            pieces = row_pieces(self._rows[parameter.name], columns, selected=selected)
        elif line == SEPARATOR:
            pieces = [Piece(" "), Piece("─" * (width - 1), "bar")]
        else:
            label = "model".ljust(columns.value_x - NAME_X)
            room = max(0, width - columns.value_x)
            name = shortened(self._model_name or "not chosen", room, "value")
            instead = f"  in place of {self._replaced_model}" if self._replaced_model else ""
            note = shortened(instead, max(0, room - width_of([name])), "warning")
            pieces = [Piece("›" if selected else " ", "cursor"), Piece("▸ ", "dim"), Piece(label, "name"), name, note]
        return padded(pieces, width)

    def _thumb(self, y: int) -> Piece:
        shown = self._shown_lines
        if shown >= len(LINES):
            return Piece(" ")
        length = max(1, shown * shown // len(LINES))
        first = self._top_line * (shown - length) // (len(LINES) - shown)
        return Piece("▐" if first <= y < first + length else " ", "thumb")

    def _row_style(self, name: str) -> Style:
        background = self.get_component_rich_style("parameter--row").bgcolor
        return styles_of(self, "parameter")(name) + Style(bgcolor=background)

    # ---- lines in view

    def _bring_into_view(self) -> None:
        top = max(min(self._top_line, self._selected_line), self._selected_line - self._shown_lines + 1)
        self._show_from(top)

    def _show_from(self, top: int) -> None:
        self._top_line = min(max(0, top), max(0, len(LINES) - self._shown_lines))
        self.refresh()

    def on_resize(self) -> None:
        self._bring_into_view()
        self._show_all()
