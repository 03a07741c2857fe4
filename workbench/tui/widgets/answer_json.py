"""What the output pane has to say of an answer as JSON: its verdicts, asked for where they are wanted or looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.widget import Widget

    from workbench.core.json_answer import JsonVerdict
    from workbench.core.outcome import Outcome
    from workbench.tui.widgets.json_view import JsonView


class AnswerJson:
    """The verdicts on the choices of one run. `changed` is called once they are there."""

    def __init__(self, pane: Widget, changed: Callable[[], None]) -> None:
        self._pane = pane
        self._changed = changed
        self._outcome: Outcome | None = None
        self._verdicts: dict[int, JsonVerdict] = {}
        self._judging = False
        self.was_unasked = False
        """Whether the run before gave JSON that its request did not ask for, as instructions in words may do."""

    def begin(self) -> None:
        """A run begins: what is known of the one before goes."""
        self.was_unasked = self._is_unasked()
        self._outcome, self._verdicts, self._judging = None, {}, False
        self._pane.workers.cancel_group(self._pane, "judge")

    def _is_unasked(self) -> bool:
        from workbench.tui.json_judge import asked_for_json

        if self._outcome is None or asked_for_json(self._outcome):
            return False
        return any(verdict.state != "none" for verdict in self._verdicts.values())

    def judge_if_wanted(self, outcome: Outcome, *, looked_at: bool) -> None:
        """Judge the answer where JSON was asked for, or is being looked at; else when it is first looked at."""
        from workbench.tui.json_judge import asked_for_json

        self._outcome = outcome
        wanted = asked_for_json(outcome) or (looked_at and outcome.answer.choices)
        if wanted and not self._judging and not self._verdicts:
            self._judging = True
            self._pane.run_worker(self._judge(outcome), group="judge", exclusive=True)

    async def _judge(self, outcome: Outcome) -> None:
        from workbench.tui.json_judge import verdicts_on

        self._verdicts = await verdicts_on(outcome)
        self._judging = False
        self._changed()

    def show(self, view: JsonView, choice: int, source: Callable[[], str], *, running: bool) -> None:
        """Bring the view up to date: the verdict on the choice, or what has come of it. `source` gives its text."""
        verdict = self._verdicts.get(choice)
        if verdict is not None:
            view.show_verdict(verdict, source())
        elif self._judging:
            view.show_checking()
        elif running and source():
            view.arriving(source)
        else:
            view.clear()

    def trouble_lines(self, *, looked_at: bool) -> tuple[str, ...]:
        """What is wrong with it, for the lines below; the JSON view says it of its own answer."""
        from workbench.core.events import State
        from workbench.tui.json_judge import asked_for_json, trouble_lines

        outcome = self._outcome
        if outcome is None or outcome.state is not State.COMPLETE or not asked_for_json(outcome):
            return ()
        return () if looked_at and len(self._verdicts) == 1 else trouble_lines(self._verdicts)

    def border_words(self) -> str:
        """Whether an answer that was to be JSON is, for the border."""
        from workbench.tui.json_judge import asked_for_json, border_words

        if self._outcome is None or not (self._judging or self._verdicts) or not asked_for_json(self._outcome):
            return ""
        return "checking JSON" if self._judging else border_words(self._verdicts)
