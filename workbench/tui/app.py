"""The Textual app: theme, palette, signals and crashes. What a person works with is in `screens/`."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

from textual import on, work
from textual.app import App, SuspendNotSupported, SystemCommand
from textual.worker import WorkerFailed

from workbench.core.errors import InputError, StorageError
from workbench.tui import display
from workbench.tui.commands import bindings
from workbench.tui.key_turns import KeyTurns
from workbench.tui.keys import keymap_of, own_key
from workbench.tui.open_drafts import OpenDrafts
from workbench.tui.screens.questions import link_question
from workbench.tui.screens.workbench import WorkbenchScreen
from workbench.tui.terminal import on_signals
from workbench.tui.widgets.notice import NoticeBar
from workbench.tui.widgets.stream_view import StreamView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from textual import events
    from textual.binding import BindingType
    from textual.command import Provider
    from textual.screen import Screen

    from workbench.services import Services
    from workbench.tui.desk import Desk
    from workbench.tui.widgets.notice import Kind


def _palette_provider() -> type[Provider]:
    # A callable, since the palette's module is not needed before the palette is opened.
    from workbench.tui.palette import WorkbenchCommands

    return WorkbenchCommands


@runtime_checkable
class MainScreen(Protocol):
    """A screen on which something runs, with a notice line: the workbench, and the comparison."""

    def say(self, text: str, kind: Kind = "info") -> None: ...
    def stop_running(self) -> None: ...


class WorkbenchApp(App[None]):
    """One window of the workbench over the services of one process."""

    CSS_PATH = "app.tcss"
    TITLE = "workbench"
    BINDINGS: ClassVar[list[BindingType]] = bindings("app")
    COMMANDS = App.COMMANDS | {_palette_provider}
    COMMAND_PALETTE_BINDING = "ctrl+p"

    def __init__(self, services: Services) -> None:
        super().__init__()
        display.install(self)
        self.services = services
        self.drafts = OpenDrafts(services)
        self.turns = KeyTurns(self)
        self.warmed = asyncio.Event()
        self.settings_notes: tuple[str, ...] = ()
        """What of the theme and the keys in the settings can't be used, a line each."""
        self._outside = False
        self.fault: BaseException | None = None
        """The exception that ended the app, if one did."""

    def get_default_screen(self) -> Screen[None]:
        return WorkbenchScreen(self.drafts)

    @property
    def desk(self) -> Desk:
        """What lies on the desk of the draft in front."""
        return self.drafts.desk

    async def on_event(self, event: events.Event) -> None:
        await self.turns.handle(event, super().on_event)

    def on_mount(self) -> None:
        settings = self.services.settings
        if settings.keymap or (settings.theme and settings.theme not in self.available_themes):
            from workbench.tui.own_looks import apply_settings

            apply_settings(self)
        elif settings.theme:
            self.theme = settings.theme  # the rest of `apply_settings` is not needed, and the first paint waits for it
        if not self.is_headless:
            on_signals(self._leave_on_signal, self._stop_on_signal)
        self.call_after_refresh(self._warm)

    def _warm(self) -> None:
        """Import the SDK and the rest in a thread: it costs half a second of CPU that no key should wait for."""
        loop = asyncio.get_running_loop()

        def work() -> None:
            try:
                self.desk.warm()
            finally:
                # What is loaded now stays to the end: a full collection over it would hold a key up by 0.1 s.
                gc.freeze()
                gc.enable()  # see cli/main.py
                loop.call_soon_threadsafe(self._warmed)

        threading.Thread(target=work, name="warm", daemon=True).start()

    def _warmed(self) -> None:
        self.services.history.sweep()
        self.services.deletions.finish()
        self.services.index_keeper.start()
        self.warmed.set()

    def _leave_on_signal(self, code: int) -> None:
        self.exit(return_code=code)

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Another program has the terminal. What runs here goes on meanwhile, and what it shows is drawn afterwards.

        Raises InputError where the terminal can't be handed over.
        """
        fault: BaseException | None = None
        # Textual goes on drawing while it is suspended, into a queue that nobody empties: it would stop at the 30th.
        with self.batch_update():
            try:
                with self.suspend():
                    self._outside = True
                    try:
                        yield
                    except BaseException as raised:
                        fault = raised  # what is raised through `suspend` leaves the app suspended
            except SuspendNotSupported:
                raise InputError("this terminal can't be handed to another program", "edit the text here") from None
            finally:
                self._outside = False
        self.screen.refresh(layout=True)
        if fault is not None:
            raise fault

    def _stop_on_signal(self) -> None:
        """SIGINT, from outside: ctrl+c in the terminal is a key and copies. Where another program has the terminal, its
        ctrl+c is meant for that."""
        if self._outside:
            return
        for screen in self.screen_stack:
            if isinstance(screen, MainScreen):
                screen.stop_running()

    def _handle_exception(self, error: Exception) -> None:
        """End with exit code 70 and a report without locals: Textual's own traceback prints each frame's variables."""
        if self.is_headless:  # in tests the pilot raises it again
            super()._handle_exception(error)
            return
        if self.fault is None:  # of what a worker raised, the frames are in the error that Textual wrapped
            self.fault = error.error if isinstance(error, WorkerFailed) else error
        self._close_messages_no_wait()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The entry for the theme; all other commands come from `palette.py`."""
        yield SystemCommand("Theme", "Change the colours; they are kept in your settings", self.action_change_theme)

    def action_change_theme(self) -> None:
        """Choose among the themes; Textual's own way forgets it at the end."""
        from workbench.tui.screens.settings_moves import choose_theme

        self.run_worker(choose_theme(self), group="theme", exclusive=True)

    def action_help(self) -> None:
        from workbench.tui.screens.help import help_screen
        from workbench.tui.screens.reading import ReadingScreen

        if not isinstance(self.screen, ReadingScreen):
            self.push_screen(help_screen(self.screen, keymap_of(self)))

    def action_jump(self) -> None:
        """Letters on all that the focus can go to."""
        from workbench.tui.jumping import JumpSpot, spots_of
        from workbench.tui.screens.jump import JumpScreen

        def go(spot: JumpSpot | None) -> None:
            if spot is not None:
                spot.go()

        if spots := spots_of(self.screen):
            self.push_screen(JumpScreen(spots), go)

    def action_notices(self) -> None:
        from workbench.tui.screens.reading import ReadingScreen

        for bar in self.screen.query(NoticeBar):
            text = display.literal("\n".join(notice.line for notice in reversed(bar.past)) or "nothing was said yet")
            self.push_screen(ReadingScreen("Notices, the newest first", text))

    def action_settings(self) -> None:
        """All settings, on a screen of their own."""
        from workbench.tui.screens.settings import SettingsScreen

        if not isinstance(self.screen, SettingsScreen):
            self.push_screen(SettingsScreen(self.services))

    @work
    async def action_write_settings(self) -> None:
        """Write the commented settings file, unless there is one: it is the person's own."""
        try:
            path = await asyncio.to_thread(self.services.write_settings_file)
        except StorageError as error:
            self.tell(error.line, "error")
        else:
            self.tell(f"your settings file is {path}; it is read at the start", "info")

    def action_save_screenshot(self) -> None:
        """Write the screen as an SVG into the exports folder, for this person's eyes only."""
        from workbench.tui.picture import self_contained

        name = time.strftime("workbench-%Y%m%d-%H%M%S.svg")
        self.run_worker(self._save_picture(name, self_contained(self.export_screenshot(title="workbench"))))

    async def _save_picture(self, name: str, picture: str) -> None:
        from workbench.exchanging import export

        try:
            path = await asyncio.to_thread(export, self.services, name, picture)
        except StorageError as error:
            self.tell(error.line, "error")
        else:
            self.tell(f"saved {path}", "success")

    def copy_to_clipboard(self, text: str) -> None:
        """Textual's own way out, for what is selected. Where the terminal can't copy nothing is written unasked: it may
        have been cut to be put in elsewhere in here."""
        if why := self._keep_copy(text):
            self.tell(f"{why}: ^V puts it in here, “Last copy into a file” ({own_key('palette')}) writes it", "warning")

    def copy(self, text: str, what: str, say: Callable[[str, Kind], None]) -> None:
        """Have the terminal copy a text, or write it into a file where it can't, and say so; `what` names it."""
        if why := self._keep_copy(text):
            self.run_worker(self._copy_into_file(self.clipboard, what, why, say), group="copy")
        else:
            say(f"copied {what}: {len(text):,} characters", "success")

    def _keep_copy(self, text: str) -> str:
        """Take a text to be pasted in here, and have the terminal copy it; why it can't, or ""."""
        from workbench.core.json_clean import clean_text
        from workbench.tui.clipboard import refusal

        text = clean_text(text)
        # A browser's page copies; what is known of the terminal that its server was started in says nothing of it.
        environ = {} if self.is_web else self.services.environ
        why = refusal(text, self.services.settings.copy, environ)
        if why:
            self._clipboard = text
        else:
            super().copy_to_clipboard(text)
        return why

    async def _copy_into_file(self, text: str, what: str, why: str, say: Callable[[str, Kind], None]) -> None:
        from workbench.exchanging import export_new

        title = what.removeprefix("the ")
        try:
            path = await asyncio.to_thread(export_new, self.services, title, "txt", text)
        except StorageError as error:
            say(error.line, "error")
        else:
            say(f"{what} is in {path}: {why}" if why else f"saved {path}", "success")

    def action_copied_into_file(self) -> None:
        """Write what was copied last into a file: for a terminal that says nothing and copies nothing."""
        if self.clipboard:
            self.run_worker(self._copy_into_file(self.clipboard, "the last copy", "", self.tell), group="copy")
        else:
            self.tell("nothing was copied yet", "info")

    def tell(self, text: str, kind: Kind) -> None:
        """One line on the screen that is open, where it has a place for one."""
        for bar in self.screen.query(NoticeBar):
            bar.show(text, kind)

    @on(StreamView.LinkClicked)
    @work(exclusive=True, group="link")
    async def _link_clicked(self, event: StreamView.LinkClicked) -> None:
        """Of an answer on any screen: nothing is opened before a yes."""
        if await self.push_screen_wait(link_question(event.url)) == "yes":
            self.open_url(event.url)

    async def action_quit(self) -> None:
        self.exit()
