"""The views of an answer: their names, the widget of each (made when it is first shown), what the border says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from workbench.tui.widgets.stream_view import StreamView

if TYPE_CHECKING:
    from workbench.core.outcome import Outcome
    from workbench.tui.live import Live
    from workbench.tui.widgets.row_pane import RowPane

View = Literal["Answer", "JSON", "Tokens", "Request", "Response", "Raw", "Timing"]
VIEWS: tuple[View, ...] = ("Answer", "JSON", "Tokens", "Request", "Response", "Raw", "Timing")
STAYING: tuple[View, ...] = ("JSON", "Tokens", "Raw", "Timing")
"""Those that the next run begins with, where they were looked at before it."""
_SHORT: dict[View, str] = {"Answer": "Ans", "Tokens": "Tok", "Request": "Req", "Response": "Resp", "Timing": "Time"}


class LooksAtText(Protocol):
    """What every view can do."""

    @property
    def source(self) -> str: ...
    def find(self, needle: str, direction: int = 1) -> tuple[int, int]: ...
    def clear_find(self) -> None: ...


def make_view(view: View) -> StreamView | RowPane:
    """The widget of a view other than the answer. Most of them are not imported before somebody looks."""
    if view == "JSON":
        from workbench.tui.widgets.json_view import JsonView

        return JsonView(id="json")
    if view == "Tokens":
        from workbench.tui.widgets.tokens_view import TokensView

        return TokensView(id="tokens")
    if view == "Raw":
        from workbench.tui.widgets.raw_view import RawView

        return RawView(id="raw")
    if view == "Timing":
        from workbench.tui.widgets.timing_view import TimingView

        return TimingView(id="timing")
    return StreamView(id=view.lower(), kind="json", follow=False)


def titles(shown: View, width: int) -> str:
    """The views' names for a border of `width` cells, as markup of our own: a click on one shows it."""
    between, names = _title_names(shown, width)
    return between.join(
        f"[bold underline]{name}[/]" if view == shown else f"[@click=show('{view}')]{name}[/]"
        for view, name in names.items()
    )


def title_places(shown: View, width: int) -> dict[View, int]:
    """The cell of each view's name in what `titles` gives."""
    between, names = _title_names(shown, width)
    places: dict[View, int] = {}
    at = 0
    for view, name in names.items():
        places[view] = at
        at += len(name) + len(between)
    return places


def _title_names(shown: View, width: int) -> tuple[str, dict[View, str]]:
    """What stands between the names, and the names, the shorter ones where there is no room."""
    names: dict[View, str] = {view: view for view in VIEWS}
    between = next((text for text in (" │ ", "│") if len(text.join(names.values())) <= width), "")
    if between:
        return between, names
    return "│", {view: view if view == shown else _SHORT.get(view, view) for view in VIEWS}


def state_words(live: Live, outcome: Outcome | None) -> str:
    """The state in a few words for the border: `complete · stop · 1.4 s`."""
    if outcome is None:
        return {"ready": "ready", "waiting": "waiting · esc stops", "retrying": "waiting to retry · esc stops"}.get(
            live.stage, "streaming · esc stops"
        )
    reasons = {choice.finish_reason for choice in outcome.answer.choices if choice.finish_reason}
    known = {"length": "cut by max tokens", "content_filter": "filtered"}
    told = [known.get(reason, reason) for reason in sorted(reasons)]
    seconds = f"{outcome.timings.total_s:.1f} s" if outcome.timings.total_s is not None else ""
    return " · ".join(part for part in (outcome.state.value, *told, seconds) if part)
