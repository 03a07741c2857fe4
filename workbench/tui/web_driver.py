"""The driver for a page in a browser."""

from __future__ import annotations

from textual import messages
from textual.drivers.web_driver import WebDriver


class PageDriver(WebDriver):
    """Textual's driver, which also leaves when nobody is at the other end any more.

    Textual 8.2.8 ends its input thread where stdin ends (the server was killed) and stays: a program that no one sees
    would keep the drafts of the next one locked. What it would still write goes nowhere.
    """

    def run_input_thread(self) -> None:
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._app.post_message(messages.ExitApp())

    def write(self, data: str) -> None:
        try:
            super().write(data)
        except BrokenPipeError:
            self._leave()

    def write_meta(self, data: dict[str, object]) -> None:
        try:
            super().write_meta(data)
        except BrokenPipeError:
            self._leave()

    def _leave(self) -> None:
        self._input_reader.close()
