"""The composition root: makes the objects of the program once, from settings and environment, and hands them on.

Only what the first screen needs is made at once; the SDK, the model rules and the token ranks come with `warm()`,
in a thread, after the first paint.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from workbench.adapters.connections import (
    Connections,
    FoundKey,
    KeySources,
    SessionConnections,
    find_connections,
)
from workbench.adapters.database import Database
from workbench.adapters.drafts import Drafts
from workbench.adapters.files import VARIABLE_BYTES, Paths, private_folder, read_text, read_variable_file
from workbench.adapters.settings import load_settings
from workbench.core.connection import PRACTICE_MODELS
from workbench.core.errors import InputError, StorageError

# What a run needs and the first paint does not is imported where it is used.
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

    from workbench.adapters.accounts import Accounts
    from workbench.adapters.deletions import Deletions
    from workbench.adapters.endpoint import Endpoint
    from workbench.adapters.experiments import Experiments
    from workbench.adapters.external_editor import ExternalEditor
    from workbench.adapters.history import History
    from workbench.adapters.images import ImageFiles
    from workbench.adapters.index_keeper import IndexKeeper
    from workbench.adapters.lessons import LessonStore
    from workbench.adapters.presets.library import PresetLibrary
    from workbench.adapters.prices import Prices
    from workbench.adapters.tokens import TokenCount, TokenCounter
    from workbench.core.connection import Connection
    from workbench.core.images import ImageData
    from workbench.core.json_value import JSON
    from workbench.core.models import ModelInfo, ModelRules
    from workbench.core.parts import Parts
    from workbench.core.preset import Preset
    from workbench.core.prompt import Prompt, Variable
    from workbench.core.request import Problem, Request
    from workbench.runner import Emit, Job, Run
    from workbench.spending import Spending

    Values: TypeAlias = tuple[dict[str, str], list[Problem]]


class Services:
    """The objects of one process. Close it, or use it in a `with`."""

    def __init__(self, environ: Mapping[str, str], folder: Path, paths: Paths, database: Database) -> None:
        self.environ = environ
        self.folder = folder
        self.paths = paths
        self.settings, notes = load_settings(paths.settings)
        self.database = database
        self.drafts = Drafts(database, paths)
        self._settings_notes: tuple[str, ...] = notes
        self._rules_notes: tuple[str, ...] = ()
        self.session = SessionConnections()
        self._endpoints: dict[Connection, Endpoint] = {}

    @classmethod
    def open(cls, environ: Mapping[str, str], folder: Path) -> Services:
        """Everything that the first screen needs. `folder` is the working folder."""
        paths = Paths.find(environ)
        return cls(environ, folder, paths, Database.open(paths))

    def close(self) -> None:
        """Write what is queued and let go of the files. Endpoints are closed by `close_endpoints` before."""
        self.index_keeper.stop()
        self.database.close()

    def __enter__(self) -> Services:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def notes(self) -> tuple[str, ...]:
        """What the person should know about settings, database and environment, a line each."""
        return (*self._settings_notes, *self.database.warnings, *self.connections().notes)

    @property
    def rules_notes(self) -> tuple[str, ...]:
        """What is wrong with the user's own model rules, once they were read."""
        return self._rules_notes

    @cached_property
    def history(self) -> History:
        """Every run."""
        from workbench.adapters.history import History

        return History(self.database, self._accounts)

    @cached_property
    def _accounts(self) -> Accounts:
        from workbench.adapters.accounts import Accounts

        return Accounts(lambda: self.prices, lambda: self.tokens)

    @cached_property
    def spending(self) -> Spending:
        """What all runs have cost, and the budgets."""
        from workbench.adapters.ledger import Ledger
        from workbench.spending import Spending

        return Spending(Ledger(self.database), self._accounts, lambda: self.settings, self.paths.settings)

    @cached_property
    def index_keeper(self) -> IndexKeeper:
        """Keeps what finds runs up to date, once it is started."""
        from workbench.adapters.index_keeper import IndexKeeper

        return IndexKeeper(self.database)

    @cached_property
    def deletions(self) -> Deletions:
        """What is taken out of history, and deleted for good."""
        from workbench.adapters.deletions import Deletions

        return Deletions(self.database)

    @cached_property
    def experiments(self) -> Experiments:
        """Every comparison: what was run, and which run each of its cells is."""
        from workbench.adapters.experiments import Experiments

        return Experiments(self.database)

    @cached_property
    def editor(self) -> ExternalEditor:
        """The person's own editor. It is not told the keys that the environment holds."""
        from workbench.adapters.external_editor import ExternalEditor

        secrets = [endpoint.api_key_env for endpoint in self.settings.endpoints]
        return ExternalEditor(self.environ, self.folder, self.paths.editing, secrets)

    @cached_property
    def presets(self) -> PresetLibrary:
        """The presets of the three places. Reads YAML: not before the first paint."""
        from workbench.adapters.presets.library import PresetLibrary, shipped_folder

        return PresetLibrary(shipped_folder(), self.paths.presets, self.folder / "presets")

    @cached_property
    def lessons(self) -> LessonStore:
        """What endpoints taught, and what the person trusts a host with."""
        from workbench.adapters.lessons import LessonStore

        return LessonStore(self.database)

    @cached_property
    def tokens(self) -> TokenCounter:
        """Counts tokens; exact once `warm` has run, where it can be."""
        from workbench.adapters.tokens import TokenCounter

        return TokenCounter(self.environ, self.paths.ranks)

    def connections(self) -> Connections:
        """The connections there are now: environment and `.env` are read at each call, so a new key is seen."""
        return find_connections(
            environ=self.environ,
            folder=self.folder,
            settings=self.settings,
            trusts=lambda host, what: self.lessons.trusts(host, what),
            others=KeySources(self.session, self._key_of_llm),
        )

    def _key_of_llm(self, host: str) -> FoundKey:
        from workbench.adapters.llm_keys import allowed_key

        return allowed_key(self.environ, lambda: self.lessons.trusted(host))

    def reload_settings(self) -> None:
        """Read the settings file again, after it was changed by the program."""
        self.settings, self._settings_notes = load_settings(self.paths.settings)

    def connection(self, name: str | None, model: str = "") -> Connection:
        """The connection of that name, or the one that is used when none is named. InputError."""
        return self.connections().choose(name, model)

    def refreshed(self, connection: Connection) -> Connection:
        """The same connection as it is now: with its new key, where another was given; as it was, where it is gone."""
        now = self.connections().all
        return next((c for c in now if (c.name, c.base_url) == (connection.name, connection.base_url)), connection)

    @cached_property
    def rulebook(self) -> tuple[ModelRules, ...]:
        """The model rules, shipped and the user's. Reads YAML: not before the first paint."""
        from workbench.adapters.model_rules import load_rulebook

        try:
            return load_rulebook(self.paths.model_rules)
        except InputError as error:
            self._rules_notes = (f"{error.line}: the shipped rules are used",)
            return load_rulebook()

    def rules(self, model: str, connection: Connection) -> ModelRules | None:
        """What is known of the model."""
        from workbench.core.models import rules_for

        if connection.is_practice:
            from workbench.adapters.practice.models import RULES

            return RULES
        return rules_for(model, self.rulebook)

    def window(self, model: str, connection: Connection) -> int | None:
        """The model's context window in tokens, where it is known."""
        if connection.is_practice:
            from workbench.adapters.practice.models import MODELS

            return MODELS[model].window if model in MODELS else None
        rules = self.rules(model, connection)
        return rules.context_window if rules is not None else None

    def build(
        self,
        prompt: Prompt,
        connection: Connection,
        *,
        anyway: bool = False,
        sent: Mapping[str, JSON] | None = None,
        values: Values | None = None,
    ) -> Request:
        """The request that would be sent now. Files that variables name are read, unless `values` were read already;
        what can't be read is a problem. `sent` is the body of a run that is sent again: its images stand in for files
        that are gone or were changed since."""
        from datetime import date

        from workbench.core.request import build_request

        texts, unreadable = values or self.values(prompt)
        parts, unusable = self.parts(prompt)
        images, not_read = self._images(prompt, parts, sent)
        model = self.asked_model(prompt, connection)
        request = build_request(
            prompt,
            rules=self.rules(model, connection),
            lessons=self.lessons.get(connection.host),
            parts=parts,
            values=texts,
            images=images,
            default_model=connection.default_model,
            models=self.known_models(connection),
            count_tokens=lambda text: self.tokens.count(text, model, connection.is_practice, connection.host).value,
            today=date.today(),
            key=connection.key,
            anyway=anyway,
        )
        # A part or an image that can't be read is missing too: of the two the reason is said. Not all of them are sent.
        missing = {problem.field for problem in request.problems}
        not_read = [problem for problem in not_read if problem.field in missing]
        named = {problem.field for problem in (*unusable, *not_read)}
        rest = [problem for problem in request.problems if problem.field not in named]
        return replace(request, problems=(*unreadable, *unusable, *not_read, *rest))

    def parts(self, prompt: Prompt) -> tuple[Parts, list[Problem]]:
        """The persona and the format that the prompt names, and why one that is there can't be used."""
        from workbench.core.parts import Format, Parts, Persona
        from workbench.core.preset import Kind
        from workbench.core.request import Problem

        unusable: list[Problem] = []

        def named(kind: Kind, slug: str) -> Preset | None:
            try:
                return self.presets.open(kind, slug).value if slug else None
            except InputError as error:
                unusable.append(Problem(kind.value, error.line))
                return None

        persona, format = named(Kind.PERSONA, prompt.persona), named(Kind.FORMAT, prompt.format)
        parts = Parts(persona if isinstance(persona, Persona) else None, format if isinstance(format, Format) else None)
        return parts, unusable

    def known_models(self, connection: Connection) -> tuple[str, ...]:
        """All models of a connection where that is certain: the practice model's; else ()."""
        return PRACTICE_MODELS if connection.is_practice else ()

    def asked_model(self, prompt: Prompt, connection: Connection) -> str:
        """The model that the builder will ask: a prompt's own, unless the connection is known not to have it."""
        return prompt.model_or(connection.default_model, self.known_models(connection))

    def values(self, prompt: Prompt) -> Values:
        """The texts of the variables that have one, and why a file can't be read. Reads the files."""
        from workbench.core.request import Problem

        values: dict[str, str] = {}
        unreadable: list[Problem] = []
        for variable in prompt.variables:
            if variable.value is None:
                continue
            if not variable.value.startswith("@"):
                values[variable.name] = variable.value
                continue
            try:
                values[variable.name] = read_variable_file(variable.value[1:], self.folder)
            except InputError as error:
                text = f"{variable.name}: {error.line}"
                unreadable.append(Problem(f"variables.{variable.name}", text, can_send=False))
                values[variable.name] = ""
        return values, unreadable

    def _images(
        self, prompt: Prompt, parts: Parts, sent: Mapping[str, JSON] | None
    ) -> tuple[dict[str, ImageData], list[Problem]]:
        from workbench.core.merge import placed_messages

        placed = placed_messages(prompt, parts)
        if not any(image.is_file for each in placed for image in each.message.images):
            return {}, []
        return self.image_files.of(placed, sent)

    @cached_property
    def image_files(self) -> ImageFiles:
        """The files that messages name as images."""
        from workbench.adapters.images import ImageFiles

        return ImageFiles(self.folder)

    def job(
        self,
        prompt: Prompt,
        connection: Connection,
        *,
        source: str,
        anyway: bool = False,
        preset: str = "",
        sent: Mapping[str, JSON] | None = None,
    ) -> Job:
        """A run of this prompt as it stands; `preset` is the slug that it is from, `sent` as `build` has it."""
        from workbench.runner import Job, RetryPolicy

        return Job(
            prompt=prompt,
            request=self.build(prompt, connection, anyway=anyway, sent=sent),
            connection=connection,
            limits=self.settings.limits,
            retry=RetryPolicy(retries=self.settings.retries, longest_asked_wait=self.settings.retry_wait_max_s),
            source=source,
            anyway=anyway,
            preset=preset,
            budget=self.spending,
        )

    def start(self, job: Job, emit: Emit) -> Run:
        """The run of a job, not yet executed."""
        from workbench.runner import Run

        return Run(
            job,
            self.endpoint(job.connection),
            self.history,
            self.prices.price,
            emit,
            on_no_stream_usage=self.lessons.learn_no_stream_usage,
        )

    def endpoint(self, connection: Connection) -> Endpoint:
        """The endpoint of a connection; one is made and kept for each."""
        from workbench.adapters.endpoint import Endpoint

        if connection not in self._endpoints:
            transport = None
            if connection.is_practice:
                from workbench.adapters.practice import practice_transport

                transport = practice_transport()
            self._endpoints[connection] = Endpoint(connection, transport=transport)
        return self._endpoints[connection]

    async def models(self, connection: Connection) -> tuple[ModelInfo, ...]:
        """The models that the endpoint lists. RunError."""
        return await self.endpoint(connection).models(self.settings.limits)

    async def close_endpoints(self) -> None:
        """Close every socket."""
        for endpoint in self._endpoints.values():
            await endpoint.close()
        self._endpoints.clear()

    def warm(self) -> None:
        """Import and load what the first run needs. For a thread, after the first paint."""
        # The modules of the first run are imported here, so that the key that runs it does not wait for them.
        import tenacity  # noqa: F401

        from workbench import runner  # noqa: F401
        from workbench.adapters import endpoint, history, lessons, prices  # noqa: F401

        endpoint.warm()
        prices.warm()
        _ = self.rulebook, self.spending

    def fits_variable(self, size: int) -> bool:
        """Whether a variable may read a file of so many bytes."""
        return size <= VARIABLE_BYTES

    def variable_note(self, variable: Variable) -> tuple[str, bool]:
        """What there is to say of a variable's value: the file's size, or (True) why it can't be read; else ""."""
        if variable.value is None or not variable.value.startswith("@"):
            return "", False
        from workbench.core.usage import size_text

        try:
            return size_text(len(read_variable_file(variable.value[1:], self.folder).encode())), False
        except InputError as error:
            return error.line, True

    def read_file(self, path: str) -> str:
        """The text of a file that the person named. InputError."""
        return read_text(path, self.folder, VARIABLE_BYTES, shown=path, taker="this field")

    def is_first_start(self) -> bool:
        """Whether the screen was never opened before; asking makes it so. Where that can't be kept: False, or it would
        be the first start each time."""
        try:
            private_folder(self.paths.data)
            self.paths.first_start.touch(mode=0o600, exist_ok=False)
        except (OSError, StorageError):
            return False
        return True

    def write_settings_file(self) -> Path:
        """Where the settings file is; a commented one is written where there is none. StorageError."""
        from workbench.adapters.settings_write import write_template

        write_template(self.paths.settings)
        return self.paths.settings

    def prompt_tokens(self, request: Request, connection: Connection) -> TokenCount:
        """The tokens that a request takes, those of its images about, as the model that it names counts them."""
        texts = self.tokens.count_request(request, connection.is_practice, connection.host)
        return replace(texts, value=texts.value + request.image_tokens) if request.image_tokens else texts

    @property
    def prices(self) -> Prices:
        """What models cost, by the settings as they are now."""
        from workbench.adapters.prices import Prices

        return Prices(self.settings.prices)

    def costs_nothing(self, connection: Connection, model: str = "") -> bool:
        """Whether nobody sends a bill, for this model."""
        return self.prices.costs_nothing(connection, model)

    def price_estimate(self, model: str, prompt: int, completion: int, connection: Connection) -> float | None:
        """US dollars of so many tokens, for a number that is shown as an estimate."""
        return self.prices.estimate(model, prompt, completion, connection)

    @property
    def about_practice(self) -> str:
        """What the practice model is, plainly."""
        from workbench.adapters.practice import ABOUT

        return ABOUT
