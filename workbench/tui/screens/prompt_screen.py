"""The part of the workbench's screen that is about the prompt: edits of it, and what follows from them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on, work

from workbench.core.errors import WorkbenchError
from workbench.own_thread import in_own_thread
from workbench.tui.derived import derive
from workbench.tui.header_state import header_state
from workbench.tui.keys import own_key
from workbench.tui.screens.large_text import fold
from workbench.tui.screens.outside import NO_EDITOR
from workbench.tui.screens.panels_screen import PanelsScreen
from workbench.tui.usage_state import usage_state
from workbench.tui.widgets.card_editor import CardEditor
from workbench.tui.widgets.header import Header
from workbench.tui.widgets.message_editor import MessageEditor
from workbench.tui.widgets.message_list import MessageList
from workbench.tui.widgets.parameter_panel import ParameterPanel
from workbench.tui.widgets.parts_panel import PartsPanel
from workbench.tui.widgets.usage_meter import UsageMeter
from workbench.tui.widgets.variables_panel import VariableRow, VariablesPanel

if TYPE_CHECKING:
    from textual.timer import Timer

    from workbench.core.prompt import Prompt, Variable
    from workbench.tui.open_drafts import OpenDrafts

DERIVE_AFTER = 0.12
"""Seconds without an edit before token counts, problems and the Request view are worked out again."""


class PromptScreen(PanelsScreen):
    """Takes what the panels of the prompt say to the desk, and shows in them what the desk works out."""

    def __init__(self, drafts: OpenDrafts) -> None:
        super().__init__(drafts)
        self._variables_shown: tuple[Variable, ...] | None = ()
        self._derive_timer: Timer | None = None

    @property
    def messages(self) -> MessageList:
        return self.query_one(MessageList)

    def moved(self) -> None:
        """Requests go elsewhere, or to another model: all that hangs on it is shown anew."""
        self._show_prompt()
        self._show_header()

    def _take_typed(self) -> None:
        """Put what was typed until now into the desk's prompt."""
        self._stage.take_typed(self.room)

    def _show_prompt(self) -> None:
        """Show the desk's prompt in every panel that edits it."""
        self.messages.show(self.desk.prompt.messages)
        self.query_one(VariablesPanel).of = self.desk.draft_id
        self._show_variables()
        panel = self.query_one(ParameterPanel)
        panel.show(self.desk.prompt.parameters, self.desk.model, {}, {}, replaced_model=self.desk.replaced_model)
        self._derive_soon()

    def _show_variables(self) -> None:
        variables = self.desk.variables()
        if variables == self._variables_shown:
            return  # nearly every key in a message: and a note reads the file that a variable names
        self._variables_shown = variables
        panel = self.query_one(VariablesPanel)
        panel.set_class(bool(variables), "-some")
        panel.show(tuple(VariableRow(v.name, v.value, v.default, *self.services.variable_note(v)) for v in variables))

    def _edited(self, prompt: Prompt) -> None:
        self.desk.edit(prompt)
        self._show_header()
        self._derive_soon()

    @on(MessageList.Changed)
    def _messages_changed(self) -> None:
        # As they are by now: the event may have waited, and a step back was taken meanwhile.
        self._edited(replace(self.desk.prompt, messages=self.messages.messages))
        self._show_variables()

    @on(ParameterPanel.Changed)
    def _parameters_changed(self) -> None:
        self._edited(self.desk.prompt.with_parameters(self.query_one(ParameterPanel).parameters))

    @on(MessageEditor.LargePaste)
    @work(exclusive=True, group="paste")
    async def _large_paste(self, event: MessageEditor.LargePaste) -> None:
        folded = await fold(self.desk, event.text, ask=self.ask, say=self.say, otherwise="Do not paste it")
        if folded is not None:
            self.messages.editor.insert(folded.place)
            self.desk.edit(replace(folded.prompt, messages=self.messages.messages))
            self._show_variables()
            self.say(folded.said, "success")

    def action_edit_outside(self) -> None:
        """Open the message in the person's own editor; from among the variables, the selected one."""
        if self.app.is_web:
            self.say(NO_EDITOR)
            return
        self._take_typed()
        panel, room = self.query_one(VariablesPanel), self.room
        if panel.editing:
            self.say(f"enter takes the value first; then {own_key('editor')} opens it")
            return
        row = panel.selected if panel.has_focus else None
        variable = next((v for v in self.desk.variables() if row is not None and v.name == row.name), None)
        edit = room.outside.edit_variable(variable) if variable else room.outside.edit_message(self.messages.current)
        self.run_worker(edit, group="choose", exclusive=True)

    @work(exclusive=True, group="choose")
    async def action_find(self) -> None:
        """Find and replace in all messages; the cursor goes to what was found last."""
        self._take_typed()
        place = await self.room.finding.find(self.messages.cursor, self.messages.selected_line)
        if place is not None:
            self._panels.show("messages")
            self.messages.select_text(*place)

    @on(MessageList.InvisibleWanted)
    @work(exclusive=True, group="choose")
    async def _invisible_wanted(self) -> None:
        self._take_typed()
        messages = self.messages
        marks = await self.room.cleaning.choose(messages.current, marks=messages.marks)
        if marks != messages.marks:
            messages.marks = marks
            await self.room.cleaning.remember(marks)

    @on(MessageList.ImageWanted)
    @work(exclusive=True, group="choose")
    async def _image_wanted(self, event: MessageList.ImageWanted) -> None:
        self._take_typed()
        images, index = self.room.images, self.messages.current
        await (images.attach(index) if event.attach else images.take_off(index))

    @on(CardEditor.ImagePasted)
    @work(exclusive=True, group="paste")
    async def _image_pasted(self, event: CardEditor.ImagePasted) -> None:
        """The text is in the message already; where the image is attached in its place, it goes."""
        await self.room.images.offer(event.path, event.text, self.messages.cursor, self._take_typed)

    @on(VariablesPanel.Changed)
    def _variable_changed(self, event: VariablesPanel.Changed) -> None:
        desk = self.tabs.desk_of(event.of)
        if desk is None:
            return  # its draft was closed in the same moment
        desk.set_variable(event.name, event.value)
        self.changed(desk)

    @on(MessageList.StepWanted)
    def _step_wanted(self, event: MessageList.StepWanted) -> None:
        self._step(back=event.back)

    def action_undo(self) -> None:
        self._step(back=True)

    def action_redo(self) -> None:
        self._step(back=False)

    def _step(self, *, back: bool) -> None:
        """Go a step of the prompt's history back, or on again, and say what that was."""
        self._take_typed()
        # A parameter that was turned in the same moment too.
        self.desk.edit(self.desk.prompt.with_parameters(self.query_one(ParameterPanel).parameters))
        step = self.desk.step(back=back)
        if step is not None and step.spot is not None:
            self.messages.restore(self.desk.prompt.messages, step.spot)
        if step is not None:
            self.moved()
        self.say(step.words if step is not None else f"there is nothing to {'undo' if back else 'redo'}")

    def on_tokens_view_wanted(self) -> None:
        from workbench.tui.token_source import ask_for_probabilities

        self.say(ask_for_probabilities(self.desk))
        self._show_header()
        self._derive()

    def show_counts(self) -> None:
        self._derive_soon()

    def _derive_soon(self) -> None:
        if self._derive_timer is None:
            self._derive_timer = self.set_timer(DERIVE_AFTER, self._derive)
        else:
            self._derive_timer.reset()

    def _derive(self) -> None:
        self._derive_timer = None
        if not self.bench.warmed.is_set():
            return  # the model rules are not read yet; `_after_first_paint` comes back here
        if self.desk.has_image_files:
            self._derive_with_images()
        else:
            self._show_derived()

    @work(exclusive=True, group="derive")
    async def _derive_with_images(self) -> None:
        desk = self.desk
        await in_own_thread(desk.read_images, desk.prompt, desk.parts)
        if desk is self.desk:  # another draft that is in front now has derived its own
            self._show_derived()

    def _show_derived(self) -> None:
        try:
            derived = derive(self.desk)
        except WorkbenchError as error:
            self.say(error.line, "error")
            return
        self.room.derived = derived
        self.messages.show_tokens(derived.tokens)
        self.messages.show_images(derived.images)
        self.query_one(PartsPanel).show(derived.parts)
        self._show_variables()
        panel = self.query_one(ParameterPanel)
        panel.show(
            self.desk.prompt.parameters,
            self.desk.model,
            derived.reasons,
            derived.problems,
            derived.given,
            replaced_model=self.desk.replaced_model,
        )
        if not self.output.running:
            self.output.show_request(derived.request, self.desk.prompt.parameters)
        self._show_meter()
        self.better_counts()

    # -- header and meter ----------------------------------------------------------------------------------------

    def _show_header(self) -> None:
        self.query_one(Header).show(header_state(self.desk, self.output.live()))
        self.tabs.edited()

    def _show_meter(self) -> None:
        self.query_one(UsageMeter).show(usage_state(self.desk, self.output.live(), self.output.outcome))
