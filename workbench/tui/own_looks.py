"""What the settings say of the screen, brought to it: the theme, the keys, and what each screen makes of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from textual.constants import DEFAULT_THEME

from workbench.own_settings import OwnSettings
from workbench.tui.display import one_line
from workbench.tui.keys import bindings_keymap
from workbench.tui.terminal import read_alt_keys
from workbench.tui.user_keys import judged

if TYPE_CHECKING:
    from workbench.adapters.settings_table import Setting
    from workbench.tui.app import WorkbenchApp


@runtime_checkable
class LooksAtSettings(Protocol):
    """A screen that shows something otherwise for a setting."""

    def settings_changed(self) -> None: ...


def apply_settings(app: WorkbenchApp) -> tuple[str, ...]:
    """Bring the settings to the screen as they are now. What of them can't be used comes back, a line each, and is in
    the app's `settings_notes`."""
    settings, own = app.services.settings, OwnSettings(app.services)
    keys, notes = judged(settings.keymap, own.place_of)
    app.set_keymap(bindings_keymap(keys))
    read_alt_keys(keys.values())
    theme = settings.theme or DEFAULT_THEME
    if theme not in app.available_themes:
        notes = (f"{own.place_of('theme')}: theme: {_no_theme(theme, list(app.available_themes))}", *notes)
        theme = DEFAULT_THEME
    if app.theme != theme:
        app.theme = theme
    for screen in app.screen_stack:
        if isinstance(screen, LooksAtSettings) and screen.is_mounted:  # or else it reads them itself
            screen.settings_changed()
    app.settings_notes = notes
    return notes


def look_at(app: WorkbenchApp, setting: Setting, value: str) -> None:
    """Show how the screen would be with this value, where one sees that; `apply_settings` takes it back."""
    if setting.name == "theme":
        app.theme = value or DEFAULT_THEME


def _no_theme(name: str, known: list[str]) -> str:
    import difflib  # only for a file with a fault

    close = difflib.get_close_matches(name.lower(), known, n=1)
    nearest = f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(known)[:6])} and more"
    return f"no theme is called '{one_line(name, 30)}'; {nearest}: using {DEFAULT_THEME}"
