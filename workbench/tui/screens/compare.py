"""A comparison on its way: the columns, what they show in words, and what the person does with them.

The state is the desk's; here what it tells is put on the screen, and keys become calls of it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Static

from workbench.core.usage import money_text
from workbench.tui.commands import bindings
from workbench.tui.compare_state import CellChanged, Changes, GridDone, HeadsChanged, Taken, TextCame, VerdictChanged
from workbench.tui.flush import Flusher
from workbench.tui.keys import own_key
from workbench.tui.quick_paint import QuickPaint
from workbench.tui.screens.compare_moves import CompareMoves, Save, stop_question
from workbench.tui.screens.panels import layout_classes
from workbench.tui.widgets.compare_columns import CompareColumns
from workbench.tui.widgets.compare_header import CompareFacts, CompareHeader
from workbench.tui.widgets.figures_view import FiguresView
from workbench.tui.widgets.key_line import KeyLine
from workbench.tui.widgets.notice import Kind, NoticeBar
from workbench.tui.widgets.verdict_bar import VerdictBar, noise_of

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.dom import DOMNode

    from workbench.tui.app import WorkbenchApp
    from workbench.tui.compare_desk import CompareDesk
    from workbench.tui.screens.where import Answer

FRAME = 0.2
"""Seconds between two drawings of heads and header while it runs: they hold seconds and counts, no text."""


class _Shown(ContentSwitcher):
    BLANK = True  # see CompareScreen


class CompareScreen(QuickPaint, Screen["Taken | None"]):
    """Runs the desk's experiment when it opens, or shows the one that was opened. Ends with what the person takes to
    the workbench, or None."""

    # What stands on it covers it: lines of its own would be cut at the edges of all columns at every paint, and kept.
    BLANK = True
    BINDINGS: ClassVar[list[BindingType]] = bindings("compare")
    AUTO_FOCUS = "CompareColumns"
    DEFAULT_CSS = """
    CompareScreen {
        layout: vertical;
        #compare-shown { height: 1fr; }
        #compare-notice { height: auto; }
        #compare-too-small { display: none; }
        &.-figures VerdictBar { display: none; }  /* the figures have its words, and all notes */
        &.-low VerdictBar { height: 1; border: none; }
        &.-low #compare-notice { max-height: 1; }
        &.-tiny {
            CompareHeader, #compare-shown, VerdictBar, #compare-notice, KeyLine { display: none; }
            #compare-too-small { display: block; width: 1fr; height: 1; }
        }
    }
    """

    def __init__(self, desk: CompareDesk, *, save: Save) -> None:
        """`save` keeps the experiment in the prompt's preset and says so in a line, "" where nothing was kept."""
        super().__init__()
        self.desk = desk
        self._moves = CompareMoves(desk, ask=self._ask, say=self.say, save=save)
        self._columns = CompareColumns(id="compare-columns")
        self._figures = FiguresView(id="compare-figures")
        self._verdict = VerdictBar(id="compare-verdict")
        self._header = CompareHeader(id="compare-header")
        self._notice = NoticeBar(id="compare-notice")
        self._heads_old = True
        self._taking: Taken | None = None
        self._leaving = False
        self._counting: asyncio.Task[None] | None = None
        self._figures_old = True
        self._was_running = False

    def compose(self) -> ComposeResult:
        self.update_classes(layout_classes(self.app.size, ""), update=False)
        # With what there is to see from the start: each layout of all of it that comes later costs a key.
        self._columns.show_columns(self.desk.heads())
        self._show_case()
        self._draw()
        if self.desk.opened is not None:
            self._notice.show(opened_words(self.desk))
            for column in range(len(self.desk.labels)):
                self._columns.show_cell(column, self.desk.cell_view(column))
        yield self._header
        with _Shown(id="compare-shown", initial="compare-columns"):
            yield self._columns
            yield self._figures
        yield self._verdict
        yield Static("needs 40 x 12", id="compare-too-small")
        yield self._notice
        yield KeyLine()

    def command_nodes(self) -> dict[str, DOMNode]:
        """Where the palette runs the commands of each scope."""
        return {"app": self.app, "compare": self, "columns": self._columns}

    async def _ask(self, question: Screen[Answer]) -> Answer:
        return await self.app.push_screen_wait(question)

    def say(self, text: str, kind: Kind = "info") -> None:
        """One line for the person; `text` may be foreign."""
        self._notice.show(text, kind)

    # -- what the desk tells -------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.set_interval(FRAME, self._ask_to_draw)
        self.desk.start(self._take, spawn=self._spawn)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        self.run_worker(work, group="grid")

    def _take(self, changes: Changes) -> None:
        """What came of the experiment; text goes straight to its column."""
        if not self.is_attached:
            return  # the grid ends with the screen, and says so
        for change in changes:
            match change:
                case TextCame(column=column, text=text):
                    self._columns.append(column, text)
                case CellChanged(column=column):
                    self._columns.show_cell(column, self.desk.cell_view(column))
                case HeadsChanged():
                    self._heads_old = True
                case VerdictChanged():
                    self._show_verdict()
                    self._count()
                case GridDone(why=why):
                    self._done(why)

    def on_unmount(self) -> None:
        Flusher.of(self.app).forget(self)

    def _ask_to_draw(self) -> None:
        # In turn with the columns: a paint of both costs more than one of each, and a key waits for it.
        Flusher.of(self.app).request(self)

    def flush(self) -> bool:
        """Draw header and heads; the flusher calls it."""
        self._draw()
        return True

    def _draw(self) -> None:
        """Header and heads, where they changed: they change with the clock while anything runs."""
        if not (self._heads_old or self.desk.running):
            return
        self._heads_old = False
        self._columns.show_columns(self.desk.heads())
        self._header.show(facts_of(self.desk))
        if self.desk.running != self._was_running:
            self._was_running = self.desk.running
            self.refresh_bindings()

    def _show_verdict(self) -> None:
        self._verdict.show(noise_of(self.desk.verdict, self._columns.current, self.desk.baseline.column))

    def _show_case(self) -> None:
        self._columns.show_case(self.desk.case_words, self.desk.experiment.case_count)

    def _done(self, why: str) -> None:
        self._heads_old = True
        self._draw()
        if self._leaving:
            self.dismiss(self._taking)
        elif why:
            left = f" · {own_key('compare.go-on')} sends what is left" if self.desk.open_cells else ""
            failed = f" · {own_key('compare.failed')} runs the failed again" if self.desk.failed_cells else ""
            self.say(why + left + failed, "warning")
        else:
            self.say("complete · d shows the differences, t the figures, j judges blind, e exports", "success")

    # -- columns -------------------------------------------------------------------------------------------------

    @on(CompareColumns.CurrentChanged)
    def _current_changed(self) -> None:
        self._show_verdict()

    @on(CompareColumns.RepeatChosen)
    def _repeat_chosen(self, event: CompareColumns.RepeatChosen) -> None:
        self.desk.show_repeat(event.column, event.repeat)
        self._draw()

    @on(CompareColumns.BaselineChosen)
    def _baseline_chosen(self, event: CompareColumns.BaselineChosen) -> None:
        self.desk.set_baseline(event.column)
        self._draw()
        self._show_verdict()
        self._count()

    @on(CompareColumns.CaseStep)
    def _case_step(self, event: CompareColumns.CaseStep) -> None:
        self.desk.show_case(self.desk.case + event.step)
        self._show_case()
        self._draw()

    @on(CompareColumns.CopyWanted)
    def _copy_wanted(self, event: CompareColumns.CopyWanted) -> None:
        if not event.text:
            self.say("there is nothing to copy yet")
            return
        cast("WorkbenchApp", self.app).copy(event.text, event.what, self.say)

    @on(CompareColumns.Told)
    def _told(self, event: CompareColumns.Told) -> None:
        self.say(event.text, event.kind)

    @on(CompareColumns.WentToDifference)
    def _went_to_difference(self, event: CompareColumns.WentToDifference) -> None:
        if event.number == 0:
            self.run_worker(self._moves.tell_first_difference(event.column), group="first", exclusive=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is stopped that does not run, and nothing is gone on with that does."""
        if action in ("stop_one", "stop_column", "stop_all"):
            return self.desk.running
        return not self.desk.running if action == "go_on" else True

    # -- keys ----------------------------------------------------------------------------------------------------

    def action_stop_one(self) -> None:
        self.desk.stop_cell(self._columns.current)

    def action_stop_column(self) -> None:
        self.desk.stop_column(self._columns.current)

    def stop_running(self) -> None:
        self.desk.stop()

    def action_stop_all(self) -> None:
        self.desk.stop()

    # What is meant is known as the key comes: what is asked first takes its time.

    def action_go_on(self) -> None:
        """Send what was stopped or never sent."""
        self.run_worker(self._moves.go_on(), group="more")

    def action_run_again(self) -> None:
        self.run_worker(self._moves.run_again(self._columns.current), group="more")

    def action_run_failed(self) -> None:
        self.run_worker(self._moves.run_failed(), group="more")

    def action_add_repeat(self) -> None:
        self.run_worker(self._moves.add_repeat(), group="more")

    def action_figures(self) -> None:
        """Figures in place of the answers, and back."""
        shown = self.query_one(ContentSwitcher)
        figures = shown.current == "compare-columns"
        shown.current = "compare-figures" if figures else "compare-columns"
        self.set_class(figures, "-figures")
        (self._figures if figures else self._columns).focus()
        self._count()

    def _count(self) -> None:
        """Work the figures out again, where they are looked at; one look at a time."""
        self._figures_old = True
        if self._figures.display and (self._counting is None or self._counting.done()):
            self.run_worker(self._counted(), group="figures")

    async def _counted(self) -> None:
        if self._counting is not None and not self._counting.done():
            return
        self._counting = asyncio.current_task()
        while self._figures_old and self._figures.display and self.is_attached:
            self._figures_old = False
            report = await self.desk.report()
            found = self.desk.verdict
            self._figures.show(report, found.findings.comparisons if found is not None else ())

    def action_judge(self) -> None:
        self.run_worker(self._judge(), group="move", exclusive=True)

    async def _judge(self) -> None:
        await self._moves.judge()
        self._count()

    def action_export(self) -> None:
        self.run_worker(self._moves.export(), group="move", exclusive=True)

    def action_save(self) -> None:
        self.run_worker(self._moves.save(), group="move", exclusive=True)

    def action_take_setting(self) -> None:
        self._leave_with(self._moves.setting(self._columns.current))

    def action_take_answer(self) -> None:
        taken = self._moves.answer(self._columns.current)
        if taken is None:
            self.say("this column shows no answer to take")
        else:
            self._leave_with(taken)

    def action_leave(self) -> None:
        """Back to the answers first, then to the workbench."""
        if self._figures.display:
            self.action_figures()
        else:
            self._leave_with(None)

    def _leave_with(self, taken: Taken | None) -> None:
        if self.desk.running:
            self.run_worker(self._stop_and_leave(taken), group="move", exclusive=True)
        else:
            self.dismiss(taken)

    async def _stop_and_leave(self, taken: Taken | None) -> None:
        """Ask; then end what runs, and leave when it has ended: its rows in history are whole then."""
        if await self._ask(stop_question(self.desk)) != "yes":
            return
        if not self.desk.running:
            self.dismiss(taken)
            return
        self._taking, self._leaving = taken, True
        self.desk.stop()

    def on_resize(self, event: events.Resize) -> None:
        was_tiny = self.has_class("-tiny")
        self.update_classes(layout_classes(event.size, ""), animate=False)
        if was_tiny:
            self.call_after_refresh(self._focus_again)

    def _focus_again(self) -> None:
        """What was not seen in a terminal too small for it has lost the focus."""
        if self.focused is None and not self.has_class("-tiny"):
            (self._figures if self.has_class("-figures") else self._columns).focus()


def opened_words(desk: CompareDesk) -> str:
    """What there is to say of an experiment from history."""
    assert desk.opened is not None
    summary = desk.opened.stored.summary
    if desk.opened.put_together:
        return "runs of history side by side: nothing is sent from here"
    began = f"of {summary.began_at.astimezone():%d %b %Y, %H:%M}"
    if summary.running:
        return f"{began} · it runs in another window: this is what it had come to"
    left = len(desk.open_cells)
    keys = f"{own_key('compare.go-on')} goes on · " if left else ""
    keys += f"{own_key('compare.failed')} runs the failed again" if desk.failed else "+ adds a repeat"
    return f"{began} · {left:,} of {desk.total:,} cells are open · {keys}" if left else f"{began} · {keys}"


def facts_of(desk: CompareDesk) -> CompareFacts:
    """The header's line."""
    plan, spent = desk.plan, desk.spent
    planned = f"{plan.cells:,} requests  {plan.cost_text}" if plan is not None and not spent.requests else ""
    # What is paid for is not free as long as no answer has told what it cost.
    cost = "$0" if plan is not None and not plan.free and spent.cost_usd == 0 else money_text(spent.cost_usd)
    sent = f"{spent.requests:,} sent  {cost}" if spent.requests else ""
    return CompareFacts(
        title=desk.title,
        varied=desk.vary_words,
        planned=planned,
        spent=sent,
        state=desk.state_line,
        share=desk.ended / desk.total,
        live=desk.running,
        failed=bool(desk.failed) or (not desk.running and desk.state is not None and desk.state.value != "complete"),
    )
