"""What the person does with a comparison: sending more of it, judging, exporting, saving, taking what was found to the
workbench."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from textual.content import Content

from workbench.core.counted import counted
from workbench.core.errors import InputError, StorageError
from workbench.core.experiment import Cell
from workbench.core.judging import win_rates
from workbench.core.report_figures import JUDGED, win_figures
from workbench.tui.compare_state import Taken
from workbench.tui.display import one_line
from workbench.tui.widgets.chooser import Chooser, yes_or_no
from workbench.tui.widgets.pick_list import Choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.core.judging import Round
    from workbench.core.prompt import Comparison
    from workbench.tui.compare_desk import CompareDesk
    from workbench.tui.screens.where import Ask, Say

Save = Callable[["Comparison"], Awaitable[str]]

_FILES = (
    Choice("html", "A page", "one .html file with everything, to look at and to send on"),
    Choice("md", "Markdown", "a .md file: figures, verdict, every answer"),
    Choice("csv", "CSV", "a row for each answer, for a spreadsheet"),
    Choice("jsonl", "JSONL", "a line for each answer with its request, for programs"),
)
_AGAIN = "again"


def stop_question(desk: CompareDesk) -> Chooser:
    """Ends with "yes" or "no"; Enter alone stays."""
    left = desk.total - desk.ended
    text = f"{left:,} of {desk.total:,} answers are not there yet. What has come is kept in history."
    return yes_or_no("It is still running", text, yes="Stop it and leave", no="Stay")


class CompareMoves:
    """The conversations of the compare screen. `ask` shows a screen and waits for it, `say` a line."""

    def __init__(self, desk: CompareDesk, *, ask: Ask, say: Say, save: Save) -> None:
        self._desk = desk
        self._ask = ask
        self._say = say
        self._save = save
        self._free = desk.plan is not None and desk.plan.free
        """Nobody sends a bill for what was told."""

    # -- sending more ----------------------------------------------------------------------------------------------

    async def go_on(self) -> None:
        """Send what was never sent or was stopped."""
        cells = self._desk.open_cells
        if not cells:
            self._say("everything was sent: r runs one again, + adds a repeat", "info")
        elif not self._asks_first(len(cells), told=True) or await self._allowed("Go on", cells, "open"):
            self._desk.resume()

    async def run_again(self, column: int) -> None:
        """Send the request of the answer that a column shows once more."""
        cells = [self._desk.shown_cell(column)]
        if self._asks_first(1) and not await self._allowed("Run again", cells, "sent once more"):
            return
        if not self._desk.send(cells):
            self._say("this one is on its way", "info")

    async def run_failed(self) -> None:
        """Send once more whatever failed."""
        cells = self._desk.failed_cells
        if not cells:
            self._say("none failed", "info")
        elif not self._asks_first(len(cells)) or await self._allowed("Run the failed again", cells, "sent once more"):
            self._desk.send(cells)

    async def add_repeat(self) -> None:
        """One more answer of every column and case."""
        experiment = self._desk.experiment
        columns, cases = range(experiment.column_count), range(experiment.case_count)
        cells = [Cell(column, case, experiment.repeats) for case in cases for column in columns]
        if self._asks_first(len(cells)) and not await self._allowed("Add a repeat", cells, "added"):
            return
        try:
            self._desk.add_repeat()
        except InputError as error:
            self._say(error.line, "error")

    def _asks_first(self, count: int, *, told: bool = False) -> bool:
        """Whether what so many requests take is told before they go out; `told`: the gate had them in its figures."""
        desk = self._desk
        return not desk.gone_on or desk.is_capped or (count > 1 and not told and not self._free)

    async def _allowed(self, title: str, cells: Sequence[Cell], what: str) -> bool:
        """Tell what these cells take, and let the person set how far they may go; whether they are to be sent."""
        from workbench.tui.compare_more import MoreGate, limit_fields
        from workbench.tui.screens.compare_setup import CompareSetup

        desk = self._desk
        what = f"{counted(len(cells), 'cell')} {what}"
        gate = MoreGate(desk.comparing, cells, what, desk.opened if not desk.gone_on else None)
        setup = await self._ask(CompareSetup(gate, limit_fields(desk.left), title=title))
        if setup is None:
            return False
        desk.allow(setup.limits, anyway=setup.anyway, over_budget=setup.over_budget)
        self._free = setup.plan is not None and setup.plan.free
        return True

    # -- taking --------------------------------------------------------------------------------------------------

    def setting(self, column: int) -> Taken:
        """What a column varies, for the workbench's prompt."""
        return Taken(prompt=self._desk.prompt_of(column), connection=self._desk.experiment.columns()[column].connection)

    def answer(self, column: int) -> Taken | None:
        """The answer that a column shows; None where it shows none that has ended."""
        report = self._desk.report_of(self._desk.shown_cell(column))
        if report is None or not report.text.strip():
            return None
        # Of an answer that is nothing but calls, `text` has them.
        said = str(report.choices[0].get("text") or "") if report.calls else report.text
        return Taken(answer=said, calls=report.calls)

    # -- the first difference ------------------------------------------------------------------------------------

    async def tell_first_difference(self, column: int) -> None:
        """Say what the model might have said instead where a column parts from the baseline, with the probabilities of
        it; nothing where its endpoint told none."""
        from workbench.core.compare.divergence import first_divergence
        from workbench.core.token_choices import choices_at, choices_text

        cell, base = self._desk.shown_cell(column), self._desk.cell_view(column).diff_base
        report = self._desk.report_of(cell)
        parted = first_divergence(base, report.text) if report is not None and base is not None else None
        if report is None or parted is None:
            return
        try:
            choices = await self._desk.choices_of(cell)
        except StorageError as error:
            self._say(error.line, "error")
            return
        found = choices_at(choices[0].get("logprobs"), report.text, parted.b_start) if choices else None
        if found is not None:
            self._say(choices_text(found), "info")

    # -- judging -------------------------------------------------------------------------------------------------

    async def judge(self) -> None:
        """Let the person judge what was not judged yet, then show whose answers were picked."""
        desk = self._desk
        rounds = desk.judging.open_rounds(desk.complete_answers())
        if not rounds and desk.judging.judgements:
            chosen = await self._ask(_all_judged())
            if chosen is None:
                return
            if chosen == _AGAIN:
                desk.judging.forget_all()
                rounds = desk.judging.open_rounds(desk.complete_answers())
        if not rounds and not desk.judging.judgements:
            self._say("nothing to judge yet: it takes two complete answers that differ", "info")
            return
        if rounds:
            await self._judge(rounds)
        if any(each.picked is not None for each in desk.judging.judgements):
            await self._reveal()
        else:
            self._say("nothing was picked", "info")

    async def _judge(self, rounds: tuple[Round, ...]) -> None:
        from workbench.tui.screens.judge_blind import JudgeBlind

        desk = self._desk
        await self._ask(JudgeBlind(rounds, desk.judging.keep, desk.judging.forget, cases=desk.experiment.cases))

    async def _reveal(self) -> None:
        from workbench.tui.screens.reading import ReadingScreen

        judgements = self._desk.judging.judgements
        rates = win_rates(judgements, len(self._desk.labels))
        rows = [win_figures(label, rate) for label, rate in zip(self._desk.labels, rates, strict=True)]
        await self._ask(ReadingScreen("Judged blind", win_table(rows, len(judgements))))

    # -- exporting and saving ------------------------------------------------------------------------------------

    async def export(self) -> None:
        """Let the person choose a kind of file, write it, and say where."""
        text = "The comparison as it stands, in the exports folder. No key is ever in it."
        ending = await self._ask(Chooser("Export", _FILES, text=text))
        if ending is None:
            return
        from workbench.core.experiment_files import file_text
        from workbench.exchanging import export_new

        services = self._desk.comparing.services
        try:
            report = await self._desk.report(whole=True)
            written = await asyncio.to_thread(file_text, report, f".{ending}")
            title = f"{self._desk.title} comparison"
            path = await asyncio.to_thread(export_new, services, title, ending, written)
        except StorageError as error:
            self._say(error.line, "error")
        else:
            self._say(f"saved {path}", "success")

    async def save(self) -> None:
        """Keep what is compared in the preset of the prompt that is on the workbench."""
        if told := await self._save(self._desk.experiment.to_comparison()):
            self._say(told, "success")


def _all_judged() -> Chooser:
    rows = [Choice("result", "Show the result"), Choice(_AGAIN, "Judge all again", "what was picked is forgotten")]
    return Chooser("Judge blind", rows, text="Every answer that differs from another was judged.", chosen="result")


def win_table(rows: list[tuple[str, ...]], judged: int) -> Content:
    """Whose answers were picked: a line for each column, the intervals beside the rates."""
    label = max(len("setting"), *(min(36, len(row[0])) for row in rows))
    lines = [Content.styled(_columns(JUDGED, label), "$text-muted")]
    lines += [Content(_columns((one_line(row[0], label), *row[1:]), label)) for row in rows]
    lines += [
        Content(""),
        Content.styled(
            f"{counted(judged, 'round')} judged. Where two intervals overlap, it takes more rounds to tell "
            "the two apart.",
            "$text-muted",
        ),
    ]
    return Content("\n").join(lines)


def _columns(row: tuple[str, ...], label: int) -> str:
    from workbench.tui.widgets.drawing import fitted

    name, picked, of, rate, interval = row
    return f"{fitted(name, label).text}  {picked:>6}  {of:>4}  {rate:>8}  {interval}"
