"""Opening, saving and importing prompts, and changing their persona and format: what is asked and what comes of it."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.core.errors import ChangedOnDisk, InputError, WorkbenchError
from workbench.core.parts import Format, Persona
from workbench.core.preset import Kind, OpenedPreset, Place, Preset, PresetEntry
from workbench.core.prompt import INSTRUCTION_ROLES, ParameterValues, Prompt
from workbench.core.saved import as_saved, values_as_defaults
from workbench.core.slug import slug_of
from workbench.own_thread import in_own_thread
from workbench.tui.keys import own_key
from workbench.tui.preset_source import PresetSource
from workbench.tui.screens.where import Ask, Say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from workbench.tui.desk import Desk
    from workbench.tui.screens.draft_room import Opened
    from workbench.tui.screens.preset_picker import Off, PresetPicker
    from workbench.tui.screens.save_preset import SaveAnswer

PATIENCE = 2.0
"""Seconds that the listing of the presets may take before the person is told that the folder does not answer."""


class PresetMoves:
    """The conversation about presets. `ask` shows a question, `say` a line, `changed` shows the prompt anew, `opened`
    another one in its place; `put` opens a prompt beside it."""

    def __init__(
        self,
        desk: Desk,
        *,
        ask: Ask,
        say: Say,
        changed: Callable[[], None],
        opened: Callable[[], None],
        put: Callable[[Prompt, PresetSource | None], Awaitable[Opened | None]],
    ) -> None:
        self._desk = desk
        self._services = desk.services
        self._ask = ask
        self._say = say
        self._changed = changed
        self._opened = opened
        self._put = put

    # -- opening -----------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Let the person choose a prompt, and put it on the desk."""
        current = self._desk.source.slug if self._desk.source is not None else ""
        entry = await self._pick(Kind.PROMPT, "Open a prompt", current=current)
        if isinstance(entry, PresetEntry):
            await self._open(Path(entry.path))

    async def _read(self, path: Path) -> tuple[Prompt, OpenedPreset] | None:
        """The prompt of a file; None where it can't be read, as was said then."""
        try:
            kept = await in_own_thread(self._services.presets.open_path, path)
        except InputError as error:
            self._say(error.line, "error")
            return None
        return (kept.value, kept) if isinstance(kept.value, Prompt) else None

    async def _open(self, path: Path) -> None:
        if found := await self._read(path):
            prompt, kept = found
            if opened := await self._put(prompt, PresetSource.of(kept)):
                self._say(f"opened {prompt.name or kept.slug}{opened.said}", "success")
                self._warn(kept.warnings)

    async def _open_instead(self, path: Path) -> None:
        """Open a file in the place of this draft's prompt, which is put aside."""
        if found := await self._read(path):
            prompt, kept = found
            aside = self._desk.replace_with(prompt, PresetSource.of(kept))
            self._opened()
            said = " · mine is kept under “Drafts put aside”" if aside else ""
            self._say(f"opened {prompt.name or kept.slug}{said}", "success")
            self._warn(kept.warnings)

    def _warn(self, warnings: tuple[str, ...]) -> None:
        """The first is said last, since the last stays in sight."""
        for warning in reversed(warnings[1:]):
            self._say(warning, "warning")
        if warnings:
            more = f"{len(warnings)} to know of, all in Notices ({own_key('palette')}): " if len(warnings) > 1 else ""
            self._say(more + warnings[0], "warning")

    async def choose_part(self, kind: Kind) -> None:
        """Let the person choose a persona or a format, or take it off."""
        prompt = self._desk.prompt
        current = prompt.persona if kind is Kind.PERSONA else prompt.format
        off_label = f"no {kind.value}"
        chosen = await self._pick(kind, f"Choose a {kind.value}", current=current, off_label=off_label)
        if chosen is None:
            return
        self.set_part(kind, chosen.slug if isinstance(chosen, PresetEntry) else "")

    def set_part(self, kind: Kind, slug: str) -> None:
        """Name another persona or format; "" takes it off."""
        self._desk.set_part(kind.value, slug)
        self._changed()
        self._say(f"{kind.value}: {slug}" if slug else f"the {kind.value} is taken off", "success")

    async def _pick(self, kind: Kind, title: str, *, current: str, off_label: str = "") -> PresetEntry | Off | None:
        from workbench.tui.screens.preset_picker import PresetPicker

        picker = PresetPicker(title, self._preview, current=current, off_label=off_label)
        listing = asyncio.create_task(self._list(picker, kind))
        try:
            return await self._ask(picker)
        finally:
            listing.cancel()

    async def _list(self, picker: PresetPicker, kind: Kind) -> None:
        listing = asyncio.create_task(in_own_thread(self._services.presets.entries, kind))
        try:
            done, _ = await asyncio.wait([listing], timeout=PATIENCE)
            if not done:
                picker.set_entries((), "the presets' folders are slow to answer: still waiting")
            picker.set_entries(await listing)
        finally:
            listing.cancel()

    async def _preview(self, entry: PresetEntry) -> str:
        from workbench.tui.preset_text import opened_text

        return opened_text(await in_own_thread(self._services.presets.open_path, Path(entry.path)))

    # -- saving ------------------------------------------------------------------------------------------------

    async def save(self) -> None:
        """Save the prompt into the file that it is from; into a new one where it is from none, or from a shipped."""
        from workbench.tui.screens.preset_questions import comments_question

        source = self._desk.source
        if source is None or source.place is Place.SHIPPED:
            await self.save_as()
            return
        if source.comments:
            answer = await self._ask(comments_question(source.comments))
            if answer == "save-as":
                await self.save_as(beside=True)
            if answer != "save":
                return
        # Another conversation may take this one's place while the disk writes; what was written is told all the same.
        await asyncio.shield(self._write_prompt(lambda prompt: prompt, source.place, source.slug, source.digest))

    async def save_as(self, *, beside: bool = False) -> None:
        """Ask for a name and a place, and save the prompt there. `beside` the file that it is from, which is to stay:
        the name that is offered is a free one."""
        prompt = self._desk.prompt
        name = await in_own_thread(self._free_name) if beside else prompt.name
        answer = await self._ask_where(Kind.PROMPT, name, prompt.description)
        if answer is None:
            return

        def named(prompt: Prompt) -> Prompt:
            prompt = replace(prompt, name=answer.name, description=answer.description)
            return values_as_defaults(prompt) if answer.keep_values else prompt

        known = await in_own_thread(self._known, answer.place, Kind.PROMPT, answer.slug)
        await asyncio.shield(self._write_prompt(named, answer.place, answer.slug, known))

    def _free_name(self) -> str:
        """The prompt's name with a number that no prompt has; "" where there is none to be found."""
        source, presets = self._desk.source, self._services.presets
        if source is None:
            return ""
        name = self._desk.prompt.name or source.slug
        names = (f"{name} {number}" for number in range(2, 100))
        paths = ((each, presets.path_for(source.place, Kind.PROMPT, slug_of(each))) for each in names)
        return next((each for each, path in paths if not os.path.lexists(path)), "")

    async def save_part(self, kind: Kind) -> None:
        """Save the prompt's instructions and parameters as a persona, or its response_format as a format."""
        prompt = self._desk.prompt
        if kind is Kind.FORMAT and not isinstance(prompt.parameters.get("response_format"), dict):
            self._say("there is no response_format to save: set it among the parameters first", "info")
            return
        if kind is Kind.PERSONA and not _instructions(prompt):
            self._say("there is no system message to save as a persona", "info")
            return
        answer = await self._ask_where(kind, "", "")
        if answer is None:
            return
        value = part_of(prompt, kind, answer.slug, answer.name, answer.description)
        known = await in_own_thread(self._known, answer.place, kind, answer.slug)
        kept = await self._write(value, answer.place, kind, answer.slug, known)
        if isinstance(kept, OpenedPreset):
            self._say(f"saved {kept.path}", "success")

    async def _ask_where(self, kind: Kind, name: str, description: str) -> SaveAnswer | None:
        from workbench.tui.screens.save_preset import SavePreset

        presets, source = self._services.presets, self._desk.source
        values = [v.value for v in self._desk.variables() if v.value is not None] if kind is Kind.PROMPT else []
        return await self._ask(
            SavePreset(
                kind,
                name=name,
                description=description,
                place=source.place if source is not None else Place.USER,
                places=presets.own_places,
                values=tuple(values),
                exists=lambda place, slug: os.path.exists(presets.path_for(place, kind, slug)),
                path_for=lambda place, slug: str(presets.path_for(place, kind, slug)),
            )
        )

    def _known(self, place: Place, kind: Kind, slug: str) -> str | None:
        """The digest of the file that the person was told would be replaced; None where there is none to read."""
        path = self._services.presets.path_for(place, kind, slug)
        if not os.path.exists(path):  # pathlib's raises where the folder may not be entered; saving says that
            return None
        try:
            return self._services.presets.open_path(path).digest
        except WorkbenchError:
            return None  # saving finds that a file is there, and asks

    async def _write_prompt(
        self, named: Callable[[Prompt], Prompt], place: Place, slug: str, known: str | None
    ) -> None:
        """Save the prompt as it stands, `named`. What is typed until the disk has it stays, as a change since."""
        prompt = named(self._desk.prompt)
        kept = await self._write(as_saved(prompt), place, Kind.PROMPT, slug, known)
        if kept == "theirs":
            await self._open_instead(self._services.presets.path_for(place, Kind.PROMPT, slug))
        elif kept == "both":
            await self.save_as(beside=True)
        elif isinstance(kept, OpenedPreset):
            self._desk.edit(named(self._desk.prompt))
            self._desk.saved(kept, prompt)
            self._changed()
            self._say(f"saved {kept.path}", "success")
            self._warn(kept.warnings)

    async def _write(
        self, value: Preset, place: Place, kind: Kind, slug: str, known: str | None
    ) -> OpenedPreset | str | None:
        """What was saved; or, of a file that was changed on the disk, "theirs" or "both"; or None for nothing."""
        from workbench.tui.screens.preset_questions import changed_on_disk_question

        while True:
            try:
                return await asyncio.to_thread(self._services.presets.save, place, kind, slug, value, known=known)
            except ChangedOnDisk as error:
                answer = await self._ask(changed_on_disk_question(slug))
                if answer != "mine":
                    return answer
                known = error.digest
            except WorkbenchError as error:
                self._say(error.line, "error")
                return None

    # -- importing ---------------------------------------------------------------------------------------------

    async def import_prompt(self) -> None:
        """Let the person paste a request or name its file, and put the prompt that it makes on the desk."""
        from workbench.exchanging import imported
        from workbench.tui.screens.import_prompt import ImportPrompt

        text = await self._ask(ImportPrompt(lambda pasted: imported(self._services, pasted).summary))
        if text is None:
            return
        try:
            taken = await asyncio.to_thread(imported, self._services, text)
        except WorkbenchError as error:
            self._say(error.line, "error")
            return
        if opened := await self._put(taken.prompt, None):
            self._say(f"imported {taken.what}{opened.said}", "success")
            self._warn(taken.notes)


def _instructions(prompt: Prompt) -> bool:
    return any(m.on and m.role in INSTRUCTION_ROLES and m.content.strip() for m in prompt.messages)


def part_of(prompt: Prompt, kind: Kind, slug: str, name: str, description: str) -> Persona | Format:
    """The persona of a prompt's instructions and parameters, or the format of its response_format."""
    shape = prompt.parameters.get("response_format")
    if kind is Kind.FORMAT:
        return Format(slug, name, description, response_format=shape if isinstance(shape, dict) else None)
    messages = tuple(m for m in prompt.messages if m.on and m.role in INSTRUCTION_ROLES)
    kept = ParameterValues({k: v for k, v in prompt.parameters.items() if k != "response_format"})
    return Persona(slug, name, description, messages, kept)
