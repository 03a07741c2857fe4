"""The composition root: makes the objects of the program once, from settings and environment, and hands them on.

Only what the first screen needs is made at once; the SDK, the model rules and the token ranks come with `warm()`,
in a thread, after the first paint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from workbench.adapters.connections import Connections, find_connections
from workbench.adapters.database import Database
from workbench.adapters.drafts import Drafts
from workbench.adapters.files import Paths, read_variable_file
from workbench.adapters.history import History
from workbench.adapters.lessons import LessonStore
from workbench.adapters.settings import Settings, load_settings
from workbench.adapters.tokens import TokenCounter
from workbench.core.errors import InputError
from workbench.core.models import ModelInfo, ModelRules, rules_for
from workbench.core.request import Problem, Request, build_request
from workbench.runner import Emit, Job, RetryPolicy, Run

if TYPE_CHECKING:
    from workbench.adapters.endpoint import Endpoint
    from workbench.core.connection import Connection
    from workbench.core.prompt import Prompt


class Services:
    """The objects of one process. Close it, or use it in a `with`."""

    def __init__(self, environ: Mapping[str, str], folder: Path, paths: Paths, database: Database) -> None:
        self.environ = environ
        self.folder = folder
        self.paths = paths
        self.settings, notes = load_settings(paths.settings)
        self.database = database
        self.history = History(database)
        self.drafts = Drafts(database, paths)
        self.lessons = LessonStore(database)
        self.tokens = TokenCounter(environ)
        self._settings_notes: tuple[str, ...] = notes
        self._endpoints: dict[Connection, Endpoint] = {}

    @classmethod
    def open(cls, environ: Mapping[str, str], folder: Path) -> Services:
        """Everything that the first screen needs. `folder` is the working folder."""
        paths = Paths.find(environ)
        return cls(environ, folder, paths, Database.open(paths))

    def close(self) -> None:
        """Write what is queued and let go of the files. Endpoints are closed by `close_endpoints` before."""
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
        return (*self._settings_notes, *self.database.notes, *self.connections().notes)

    def connections(self) -> Connections:
        """The connections there are now: environment and `.env` are read at each call, so a new key is seen."""
        return find_connections(
            environ=self.environ, folder=self.folder, settings=self.settings, trusts=self.lessons.trusts
        )

    def connection(self, name: str | None, model: str = "") -> Connection:
        """The connection of that name, or the one that is used when none is named. InputError."""
        return self.connections().choose(name, model)

    @cached_property
    def rulebook(self) -> tuple[ModelRules, ...]:
        """The model rules, shipped and the user's. Reads YAML: not before the first paint."""
        from workbench.adapters.model_rules import load_rulebook

        return load_rulebook(self.paths.config / "models.yaml")

    def rules(self, model: str, connection: Connection) -> ModelRules | None:
        """What is known of the model; nothing for the practice model, which refuses what it does not take itself."""
        return None if connection.is_practice else rules_for(model, self.rulebook)

    def build(self, prompt: Prompt, connection: Connection, *, anyway: bool = False) -> Request:
        """The request that would be sent now. Files that variables name are read; what can't be is a problem."""
        values, unreadable = self._values(prompt)
        model = prompt.model or connection.default_model
        request = build_request(
            prompt,
            rules=self.rules(model, connection),
            lessons=self.lessons.get(connection.host),
            values=values,
            default_model=connection.default_model,
            anyway=anyway,
        )
        return replace(request, problems=(*unreadable, *request.problems)) if unreadable else request

    def _values(self, prompt: Prompt) -> tuple[dict[str, str], list[Problem]]:
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

    def job(self, prompt: Prompt, connection: Connection, *, source: str, anyway: bool = False) -> Job:
        """A run of this prompt as it stands."""
        return Job(
            prompt=prompt,
            request=self.build(prompt, connection, anyway=anyway),
            connection=connection,
            limits=self.settings.limits,
            retry=RetryPolicy(retries=self.settings.retries, longest_asked_wait=self.settings.retry_wait_max_s),
            source=source,
            anyway=anyway,
        )

    def start(self, job: Job, emit: Emit) -> Run:
        """The run of a job, not yet executed."""
        from workbench.adapters.prices import price

        return Run(
            job,
            self.endpoint(job.connection),
            self.history,
            price,
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
        from workbench.adapters import endpoint, prices

        endpoint.warm()
        prices.warm()
        _ = self.rulebook
        self.tokens.load()

    @property
    def about_practice(self) -> str:
        """What the practice model is, plainly."""
        from workbench.adapters.practice import ABOUT

        return ABOUT
