"""The workbench: writes a prompt, runs it, shows what came. It joins the panels and leaves the work to them."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Container, Vertical
from textual.widgets import Static

from workbench.core.preset import Kind as PresetKind
from workbench.own_thread import in_own_thread
from workbench.tui.commands import bindings
from workbench.tui.conversation import where_to_go_on
from workbench.tui.keys import keymap_of
from workbench.tui.screens.panels import PANELS, layout_classes
from workbench.tui.screens.prompt_screen import PromptScreen
from workbench.tui.widgets.header import Header
from workbench.tui.widgets.key_line import KeyLine
from workbench.tui.widgets.message_list import MessageList
from workbench.tui.widgets.notice import NoticeBar
from workbench.tui.widgets.output_pane import OutputPane
from workbench.tui.widgets.parameter_panel import ParameterPanel
from workbench.tui.widgets.parts_panel import PartsPanel
from workbench.tui.widgets.tab_line import TabLine
from workbench.tui.widgets.usage_meter import UsageMeter
from workbench.tui.widgets.variables_panel import VariablesPanel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.dom import DOMNode
    from textual.timer import Timer

    from workbench.tui.open_drafts import OpenDrafts
    from workbench.tui.screens.running import Untaken
    from workbench.tui.widgets.model_field import ModelPicker

FRAME = 0.1
"""Seconds between two updates of header and meter while a run goes on."""


class WorkbenchScreen(PromptScreen):
    """Messages, variables and parameters; output and usage."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("workbench")
    AUTO_FOCUS = ""

    def __init__(self, drafts: OpenDrafts) -> None:
        super().__init__(drafts)
        self._frame_timer: Timer | None = None

    def compose(self) -> ComposeResult:
        tabs = self.make_tabs()
        # Known now, so that the widgets are styled once for this size and not once more when it is told.
        self.update_classes(layout_classes(self.app.size, "messages"), update=False)
        yield Header()
        if (bar := self._stage.bar(tabs.all(), tabs.front)) is not None:
            yield bar
        yield TabLine(tuple(PANELS), id="panels")
        yield PartsPanel(id="parts")
        with Container(id="desk"):
            with Vertical(id="prompt-column"):
                # With its messages from the start: focusing the editor later would style the panel once more.
                yield MessageList(self.desk.prompt.messages, current=where_to_go_on(self.desk.prompt), id="messages")
                yield VariablesPanel(id="variables")
            with Vertical(id="output"):
                yield self.room.pane
                yield UsageMeter(id="usage")
            yield ParameterPanel(read_file=self.services.read_file, id="parameters")
        yield Static("needs 40 x 12", id="too-small")
        yield NoticeBar(id="notice")
        yield KeyLine()

    def command_nodes(self) -> Mapping[str, DOMNode | Callable[[], DOMNode]]:
        """Where the palette runs the commands of each scope; a view of the output is brought up for its own."""
        return {
            "app": self.app,
            "workbench": self,
            "parts": self.query_one(PartsPanel),
            "messages": self.messages,
            "variables": self.query_one(VariablesPanel),
            "parameters": self.query_one(ParameterPanel),
            "output": self.output,
            "json": partial(self.output.bring, "JSON"),
            "tokens": partial(self.output.bring, "Tokens"),
            "raw": partial(self.output.bring, "Raw"),
            "timing": partial(self.output.bring, "Timing"),
        }

    # -- the start ---------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.messages.marks = self.services.settings.mark_blanks
        self._show_prompt()
        self._show_header()
        self._watch_storage()
        self.call_after_refresh(self._after_first_paint)

    @work(exclusive=True, group="start")
    async def _after_first_paint(self) -> None:
        """Say what there is to say, ask what there is to ask; at once, so that no key lands in a late question."""
        self.room.where.tell()
        for note in (*self.services.notes, *self.bench.settings_notes, *self._drafts.session.told()):
            self.say(note, "warning")
        await self.tabs.offer()
        await self.room.where.ask_first_questions()
        await self.bench.warmed.wait()
        self.recall(self.room)
        self._derive()
        await self.tell_budget()
        for note in self.services.rules_notes:
            self.say(note, "warning")
        if await in_own_thread(self.services.is_first_start) and not self.output.running:
            self._show_tour()

    def action_tour(self) -> None:
        """Show the lines of the first start, or take them away again."""
        if not self._end_tour():
            self._show_tour()

    def _show_tour(self) -> None:
        from workbench.tui.widgets.tour import Tour

        keymap = keymap_of(self.app)
        # The style sheet shows one of them: where the panels stand one behind the other, the prompt is in front.
        self.query_one("#output").mount(Tour(keymap), before="#usage")
        self.query_one("#prompt-column").mount(Tour(keymap))

    def on_tour_seen(self) -> None:
        self._end_tour()

    def _end_tour(self) -> bool:
        """Whether there was one."""
        shown = self.query("Tour")
        shown.remove()
        return bool(shown)

    def _watch_storage(self) -> None:
        """Say when this session is not being saved, and when it is again; the header has a mark as long."""
        loop = asyncio.get_running_loop()

        def show(trouble: str | None) -> None:
            self.say(*(("all is saved again", "success") if trouble is None else (trouble, "error")))
            self._show_header()

        # The writer's thread calls.
        self.services.database.watch(lambda trouble: loop.call_soon_threadsafe(show, trouble))
        self.services.database.listen(lambda warning: loop.call_soon_threadsafe(self.say, warning, "warning"))

    # -- running -----------------------------------------------------------------------------------------------

    def action_run(self) -> None:
        self._take_typed()
        self.room.running.run()

    def action_run_anyway(self) -> None:
        self._take_typed()
        self.room.running.run(anyway=True)

    def action_regenerate(self) -> None:
        self.room.running.again()

    def action_drop_refused(self) -> None:
        self.room.running.without_refused()

    def watch_run(self) -> None:
        self._end_tour()
        self._show_output()
        self._watch()

    def _watch(self) -> None:
        self._frame_timer = self._frame_timer or self.set_interval(FRAME, self._frame)
        self._frame_timer.resume()

    def action_stop(self) -> None:
        if self.output.running:
            self.output.stop()
        elif self.messages.editing:
            self.messages.leave_editor()
        else:
            self.query_one(NoticeBar).dismiss()

    def _frame(self) -> None:
        self.show_run()
        if not self.output.running and self._frame_timer is not None:
            self._frame_timer.pause()

    def show_run(self) -> None:
        self._show_header()
        self._show_meter()

    def action_continue(self) -> None:
        """Take the answer into the messages; calls of functions are answered first, also those of the last messages."""
        self._take_typed()
        room = self.room
        if room.desk.waits_for_calls and not room.runs:
            self._answer_calls(None)
        elif (answer := room.running.untaken_answer()) is None:
            return
        elif answer.calls:
            self._answer_calls(answer)
        else:
            room.desk.take_answer(answer.text)
            self._show_taken()

    @work(exclusive=True, group="choose")
    async def _answer_calls(self, answer: Untaken | None) -> None:
        room = self.room
        run = await (room.calls.answer_open() if answer is None else room.calls.answer(answer))
        if run is None or room is not self.room:
            return
        if run:
            self._show_prompt()
            room.running.run()
        else:
            self._show_taken()

    def _show_taken(self) -> None:
        self._show_prompt()
        self._show_header()
        self._panels.show("messages")
        self.messages.focus_message(where_to_go_on(self.desk.prompt), edit=True)

    def entered(self) -> None:
        self._variables_shown = None
        self.moved()
        self._show_meter()
        if self.output.running:
            self._watch()

    # -- model, connection, copying --------------------------------------------------------------------------------

    @on(ParameterPanel.ModelRequested)
    def _model_requested(self) -> None:
        self.action_choose_model()

    @on(Header.Clicked)
    def _header_clicked(self, event: Header.Clicked) -> None:
        if event.part == "model":
            self.action_choose_model()
        else:
            self.action_ask("connection")

    def action_choose_model(self) -> None:
        self.run_worker(self.room.where.choose_model(self._list_models), group="choose", exclusive=True)

    def _list_models(self, picker: ModelPicker) -> None:
        async def fetch() -> None:
            await self.bench.warmed.wait()
            await self.room.where.list_models(picker)

        self.run_worker(fetch(), group="models", exclusive=True)

    def action_forget_lessons(self) -> None:
        host = self.desk.connection.host
        self.services.lessons.clear(host)
        self.say(f"forgotten: {host} is asked for everything again", "success")
        self._derive()

    def action_copy(self, what: str) -> None:
        if what == "answer":
            self.room.copying.copy(*self.output.answer_to_copy)
        else:
            self.run_worker(self.room.copying.copy_prompt(what, self.ask), group="choose", exclusive=True)

    @on(OutputPane.CodeWanted)
    def _code_wanted(self) -> None:
        copying = self.room.copying.copy_code(self.output.answer_source, self.ask)
        self.run_worker(copying, group="choose", exclusive=True)

    @on(OutputPane.CopyWanted)
    @on(MessageList.CopyWanted)
    def _copy_wanted(self, event: OutputPane.CopyWanted | MessageList.CopyWanted) -> None:
        self.room.copying.copy(event.text, event.what)

    @on(PartsPanel.Wanted)
    def _part_wanted(self, event: PartsPanel.Wanted) -> None:
        self.action_ask(event.part)

    @on(PartsPanel.TakeOff)
    def _part_off(self, event: PartsPanel.TakeOff) -> None:
        self.room.presets.set_part(PresetKind(event.part), "")

    def action_ask(self, what: str) -> None:
        """Begin one of the conversations; what was typed until now is in the desk's prompt then."""
        self._take_typed()
        self.run_worker(self.room.conversations[what](), group="choose", exclusive=True)

    def action_compare(self) -> None:
        """Compare the prompt as it stands at several settings, on a screen of its own."""
        self._take_typed()
        self.run_worker(self.room.comparing.begin(self.bench.warmed), group="compare", exclusive=True)

    def go_on(self, *, write: bool = False) -> None:
        """Another prompt is on the desk: where one goes on in it is in sight, under the cursor if there was one, or to
        `write`."""
        editing = write or self.messages.editing
        self.moved()
        self._panels.show("messages")
        self.messages.focus_message(where_to_go_on(self.desk.prompt), edit=editing)
