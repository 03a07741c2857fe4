"""What the settings screen says: a row for each setting and for each command's keys, and what is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.content import Content

from workbench.core.matching import Searchable, folded
from workbench.own_settings import OwnSetting, shown_value
from workbench.tui.commands import COMMANDS, SCOPES, Command
from workbench.tui.display import literal
from workbench.tui.keys import key_text
from workbench.tui.widgets.drawing import wrapped
from workbench.tui.widgets.pick_list import Choice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_LABEL = 9
_LEAST_TEXT = 12
_MOST_LINES = 8
_GROUPS = {"": "general", "limits": "limits", "budget": "budget", "panels": "panels"}


class SettingRow(NamedTuple):
    """One row: a setting as it stands, or a command with the person's keys for it ("" for its own)."""

    of: OwnSetting | Command
    keys: str = ""

    @property
    def id(self) -> str:
        """What the settings file calls it."""
        return self.of.setting.path if isinstance(self.of, OwnSetting) else f"keymap.{self.of.id}"

    @property
    def is_own(self) -> bool:
        """Whether the person has set it."""
        return not self.of.is_default if isinstance(self.of, OwnSetting) else bool(self.keys)


def setting_rows(settings: Iterable[OwnSetting], keymap: Mapping[str, str]) -> tuple[SettingRow, ...]:
    """All rows: the settings in the order of the file, then the keys in the order of F1."""
    keys = (SettingRow(command, keymap.get(command.id, "")) for scope in SCOPES for command in _commands(scope))
    return (*(SettingRow(each) for each in settings), *keys)


def _commands(scope: str) -> list[Command]:
    return [command for command in COMMANDS if command.scope == scope]


def choice_of(row: SettingRow) -> Choice:
    """The row in the list; what the person has set is marked."""
    mark = "●" if row.is_own else " "
    if isinstance(row.of, OwnSetting):
        shown = row.of.shown or "(none)"
        return Choice(row.id, row.of.setting.path, shown, mark, _GROUPS.get(row.of.setting.table, row.of.setting.table))
    return Choice(row.id, title_of(row.of), _keys(row) or "(palette)", mark, "keys")


def words_of(row: SettingRow) -> Searchable:
    """What the row is found by."""
    if isinstance(row.of, OwnSetting):
        path = row.of.setting.path
        return Searchable((folded(path), folded(path.replace("_", " "))), folded(f"{row.of.setting.help} setting"))
    return Searchable(
        (folded(title_of(row.of)), folded(row.of.id), folded(_keys(row))), folded(f"{row.of.help} keys keymap")
    )


def title_of(command: Command) -> str:
    """Its title, with the part of the screen where it holds."""
    if command.scope in ("app", "workbench"):
        return command.title
    return f"{SCOPES[command.scope].split(' (')[0]}: {command.title}"


def _keys(row: SettingRow) -> str:
    assert not isinstance(row.of, OwnSetting)
    return key_text(row.of, {row.of.id: row.keys} if row.keys else None)


def details(row: SettingRow, place: str, faults: Sequence[str], width: int) -> Content:
    """All that is known of a row, in lines of at most `width` cells. `place` is where it stands in the file; `faults`
    are the lines of the file that name it."""
    facts = _setting_facts(row.of) if isinstance(row.of, OwnSetting) else _command_facts(row.of, row.keys)
    facts.append(("in file", place or "not there: the default holds"))
    lines = [literal(row.id).stylize("bold")]
    for label, text in facts:
        lines += _lines(label, text, width)
    for fault in faults:
        lines += _lines("✗", fault, width, "$text-error")
    return Content("\n").join(lines)


def _setting_facts(own: OwnSetting) -> list[tuple[str, str]]:
    setting = own.setting
    facts = [("what", setting.help), ("now", own.shown or "(none)")]
    facts.append(("default", shown_value(setting.default) or "(none)"))
    if setting.choices:
        facts.append(("takes", ", ".join(setting.choices)))
    elif setting.kind in ("number", "integer"):
        facts.append(("takes", f"{'a whole number' if setting.kind == 'integer' else 'a number'}, {setting.range}"))
    elif setting.kind == "switch":
        facts.append(("takes", "on, off"))
    return facts


def _command_facts(command: Command, keys: str) -> list[tuple[str, str]]:
    own = key_text(command) or "none, it is in the palette"
    return [
        ("what", f"{command.title}: {command.help}"),
        ("where", SCOPES[command.scope]),
        ("now", key_text(command, {command.id: keys}) if keys else own),
        ("default", own),
    ]


def _lines(label: str, text: str, width: int, style: str = "") -> list[Content]:
    texts = wrapped(text, max(_LEAST_TEXT, width - _LABEL), _MOST_LINES)
    labels = [label, *[""] * (len(texts) - 1)]
    return [
        Content.assemble((first.ljust(_LABEL), "$foreground 60%"), (part, style))
        for first, part in zip(labels, texts, strict=True)
    ]
