"""Choosing a preset: a few letters of its name find it, and what it holds is shown before it is opened."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple, TypeAlias

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from workbench.core.errors import WorkbenchError
from workbench.core.matching import Searchable, folded, ranked
from workbench.core.preset import PresetEntry
from workbench.tui.display import literal, one_line
from workbench.tui.widgets.dialog import Dialog
from workbench.tui.widgets.pick_list import Choice, PickList
from workbench.tui.widgets.preset_preview import PresetPreview

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.geometry import Size

Off: TypeAlias = Literal["off"]
Preview: TypeAlias = Callable[[PresetEntry], Awaitable[str]]
"""What a preset's file holds, to look at; it may take its time, and may raise a WorkbenchError."""

STILL = 0.04
"""Seconds that the highlight has to stay on a row before its file is read: a key held down reads nothing."""
BESIDE = 90
"""Columns from which the preview stands beside the list, and no longer below it."""
ROOMY = (60, 20)
"""Columns and rows below which the picker takes the whole screen."""
LATE = 0.2
"""Seconds after which a reading that still goes on is said so; until then the preview before is left standing."""


class _Row(NamedTuple):
    answer: PresetEntry | Off
    choice: Choice
    words: Searchable


class PresetPicker(Dialog["PresetEntry | Off | None"]):
    """Ends with the entry that was chosen, with "off" where the row `off_label` was, or with None on escape.

    The entries arrive when they arrive: `set_entries` shows them, and what was typed stays. A file that can't be
    used is listed with its reason and not chosen.
    """

    DEFAULT_CSS = """
    PresetPicker {
        & > .box {
            max-width: 150;
            height: 90%;
            max-height: 44;
        }
        & > .box.-full { width: 100%; height: 100%; }
        & Static { height: 1; color: $text-muted; }
        & Static.-wrong { color: $text-error; }
        & Container { height: 1fr; layout: horizontal; }
        & Container.-below { layout: vertical; }
        & Container.-below > * { width: 1fr; }
        & PickList { height: 1fr; width: 2fr; }
        & PresetPreview { height: 1fr; width: 3fr; }
        & Container.-below PresetPreview { border: none; border-top: solid $foreground 25%; }
        & Container.-below PresetPreview.-wrong { border-top: solid $warning 50%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        # The field would take these two for its cursor, which ctrl+a and ctrl+e move as well.
        Binding("home", "move_to_end(False)", "First", show=False, priority=True),
        Binding("end", "move_to_end(True)", "Last", show=False, priority=True),
        Binding("shift+up", "read_on(-1)", "Preview up", show=False, priority=True),
        Binding("shift+down", "read_on(1)", "Preview down", show=False, priority=True),
    ]

    def __init__(self, title: str, preview: Preview, *, current: str = "", off_label: str = "") -> None:
        """`current` is the slug in use; with `off_label` ("no persona") a first row takes the part off."""
        super().__init__()
        self._heading = title
        self._preview = preview
        self._current = current
        self._off_label = off_label
        self._rows: list[_Row] = []
        self._words: list[Searchable] = []
        self._all: tuple[PresetEntry, ...] | None = None
        """None until they have arrived."""
        self._trouble = ""
        self._shown: _Row | None = None
        """The row whose preview is shown, or on its way."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = literal(self._heading)
            box.border_subtitle = "enter takes it · esc leaves · shift+↑↓ scrolls the text"
            field = Input(placeholder="type a part of a name")
            field.cursor_blink = False
            yield field
            yield Static()
            with Container():
                yield PickList()
                yield PresetPreview()

    def on_mount(self) -> None:
        self._lay_out(self.app.size)
        self.query_one(Input).focus()
        self._show_entries()

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out(event.size)

    def _lay_out(self, size: Size) -> None:
        width, height = size
        self.query_one(".box").set_class(width < ROOMY[0] or height < ROOMY[1], "-full")
        self.query_one(Container).set_class(width < BESIDE, "-below")

    # -- the rows ----------------------------------------------------------------------------------------------

    def set_entries(self, entries: Sequence[PresetEntry], trouble: str = "") -> None:
        """Show these presets, the places in this order and by name in each; `trouble` is what went wrong with them."""
        places = list(dict.fromkeys(entry.place for entry in entries))
        named = sorted((places.index(entry.place), folded(_label(entry)).apart, at) for at, entry in enumerate(entries))
        self._all = tuple(entries[at] for _, _, at in named)
        self._trouble = trouble
        if self.is_mounted and self._is_open:
            self._show_entries()

    @property
    def _is_open(self) -> bool:
        # A screen that is being left loses its widgets before its workers end.
        return self in self.app.screen_stack

    def _show_entries(self) -> None:
        if self._all is None:
            self._tell("reading the presets ...")
            return
        kept = self._highlighted
        answers: list[PresetEntry | Off] = ["off", *self._all] if self._off_label else [*self._all]
        self._rows = [self._row(number, answer) for number, answer in enumerate(answers)]
        self._words = [row.words for row in self._rows]
        self._filter(self._row_of(kept) or (None if self._typed else self._row_in_use()))

    def _row(self, number: int, answer: PresetEntry | Off) -> _Row:
        if answer == "off":
            choice = Choice(str(number), self._off_label, mark=" " if self._current else "●")
            return _Row(answer, choice, Searchable((folded(self._off_label),), folded("")))
        mark = "✗" if answer.error else "●" if answer.slug == self._current else " "
        detail = _short_error(answer) or answer.description
        words = Searchable((folded(answer.name), folded(answer.slug)), folded(answer.description))
        return _Row(answer, Choice(str(number), _label(answer), detail, mark, answer.place.value), words)

    def _row_of(self, row: _Row | None) -> _Row | None:
        """The same preset's row among those that are there now."""
        return next((new for new in self._rows if row is not None and _same(new.answer, row.answer)), None)

    def _row_in_use(self) -> _Row | None:
        return next((row for row in self._rows if _slug(row.answer) == self._current), None)

    @property
    def _typed(self) -> str:
        return self.query_one(Input).value.strip()

    @property
    def _highlighted(self) -> _Row | None:
        choice = self.query_one(PickList).highlighted
        return None if choice is None else self._rows[int(choice.id)]

    def _filter(self, stay_on: _Row | None = None) -> None:
        """Show the rows that fit what is typed, with the highlight on `stay_on` or else on the best of them."""
        rows = [self._rows[index] for index in ranked(self._typed, self._words)]
        at = rows.index(stay_on) if stay_on in rows else 0
        self.query_one(PickList).set_choices([row.choice for row in rows], at)
        self._say_count()
        self._show_highlighted()

    def _say_count(self) -> None:
        if self._trouble:
            self._tell(self._trouble, wrong=True)
            return
        bad = sum(bool(entry.error) for entry in self._all or ())
        off = self._rows[0].choice.id if self._off_label else None
        found = sum(choice.id != off for choice in self.query_one(PickList).choices)
        total = f"{len(self._all or ()):,}"
        parts = [f"{found:,} of {total}" if self._typed else f"{total} preset{'' if total == '1' else 's'}"]
        in_use = self._row_in_use()
        parts += [f"{in_use.choice.mark} in use"] if in_use is not None and in_use.answer != "off" else []
        parts += [f"✗ {bad} can't be used"] if bad else []
        self._tell(" · ".join(parts))

    def _tell(self, text: str, *, wrong: bool = False) -> None:
        line = self.query_one(Static)
        line.set_class(wrong, "-wrong")
        line.update(Content(one_line(text, max(20, line.size.width or self.size.width - 6))))

    # -- the preview -------------------------------------------------------------------------------------------

    def _show_highlighted(self) -> None:
        row = self._highlighted
        if row is not None and row is self._shown:
            return
        self._shown = row
        if row is None:
            self.workers.cancel_group(self, "preview")
            self.query_one(PresetPreview).show("", self._nothing_here())
        elif row.answer == "off":
            self.workers.cancel_group(self, "preview")
            self.query_one(PresetPreview).show(row.choice.label, "What you wrote yourself stays as it is.")
        else:
            self._read(row, row.answer)

    def _nothing_here(self) -> str:
        if self._all and self._typed:
            return f"Nothing here has “{self._typed}” in it."
        return self._trouble or "There are none yet."

    @work(exclusive=True, group="preview")
    async def _read(self, row: _Row, entry: PresetEntry) -> None:
        late = self.set_timer(LATE, lambda: self._put(row, entry, entry.error or "reading ..."))
        try:
            await asyncio.sleep(STILL)
            text, wrong = await self._preview(entry), bool(entry.error)
            text = f"{entry.error}\n\n{text}" if entry.error else text
        except WorkbenchError as error:
            text, wrong = "\n\n".join(getattr(error, "lines", ()) or (error.line,)), True
        finally:
            late.stop()
        self._put(row, entry, text, wrong=wrong)

    def _put(self, row: _Row, entry: PresetEntry, text: str, *, wrong: bool = False) -> None:
        if row is not self._shown or not self._is_open:
            return
        wrong = wrong or bool(entry.error)
        heading = f"{'✗ ' if wrong else ''}{_label(entry)}"
        head = "\n".join(part for part in (entry.description, f"{entry.place.value}: {entry.path}") if part)
        self.query_one(PresetPreview).show(heading, f"{head}\n\n{text}", wrong=wrong)

    # -- keys and mouse ----------------------------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._all is not None:
            self._filter()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        row = self._highlighted
        if row is not None:
            self._choose(row)

    def _choose(self, row: _Row) -> None:
        if row.answer != "off" and row.answer.error:
            self._tell(f"it can't be used: {_short_error(row.answer)}", wrong=True)
        else:
            self.dismiss(row.answer)

    def action_move(self, delta: int) -> None:
        self.query_one(PickList).move(delta)
        self._moved()

    def action_page(self, pages: int) -> None:
        picks = self.query_one(PickList)
        picks.move(pages * max(1, picks.size.height - 1))
        self._moved()

    def action_move_to_end(self, last: bool) -> None:
        picks = self.query_one(PickList)
        picks.move(len(picks.choices) if last else -len(picks.choices))
        self._moved()

    def action_read_on(self, direction: int) -> None:
        """Scroll the preview by half of what is seen of it."""
        preview = self.query_one(PresetPreview)
        preview.scroll_relative(y=direction * max(1, preview.size.height // 2), animate=False)

    def _moved(self) -> None:
        if self._all is not None:
            self._say_count()
            self._show_highlighted()

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        """The first click on a row shows what it holds, the second takes it."""
        event.stop()
        before, row = self._shown, self._highlighted
        if row is not None and row is before:
            self._choose(row)
        else:
            self._moved()


def _label(entry: PresetEntry) -> str:
    return entry.name or entry.slug


def _short_error(entry: PresetEntry) -> str:
    """Why it can't be used, without the path: its name stands there, and the whole error in the preview."""
    line = entry.error.removeprefix(f"{entry.path}:")
    return entry.error if line == entry.error else f"line {line}"


def _slug(answer: PresetEntry | Off) -> str:
    return "" if isinstance(answer, str) else answer.slug


def _same(one: PresetEntry | Off, other: PresetEntry | Off) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return (one.kind, one.path) == (other.kind, other.path)
