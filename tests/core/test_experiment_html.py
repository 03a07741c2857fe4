"""An experiment as a page: everything escaped, and in a real browser nothing of a hostile answer does anything."""

from __future__ import annotations

import asyncio
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.core.reports import HOSTILE, KOREAN, outcome, report
from tests.support.browser import browser_path
from workbench.core.axes import Axis
from workbench.core.events import State
from workbench.core.experiment_html import to_html
from workbench.core.prompt import Check
from workbench.core.visible import marked

OURS = {
    "html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "h4", "p", "div", "table", "thead",
    "tbody", "tr", "th", "td", "small", "section", "figure", "figcaption", "svg", "path", "text", "tspan", "circle",
    "polyline", "article", "details", "summary", "pre", "ul", "li", "ins", "del", "dl", "dt", "dd", "footer",
}  # fmt: skip
VOID = {"meta"}


class Page(HTMLParser):
    """The elements, attributes and texts of a page; every element must be closed by its own end."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self._open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in self._open:
            self.texts[tag][-1] += data


def hostile_page() -> str:
    return to_html(
        report(
            [
                [KOREAN, HOSTILE, outcome(HOSTILE, State.TRUNCATED)],
                [HOSTILE, f"{KOREAN} 네.", outcome("", State.ERROR)],
            ],
            axis=Axis("model", (HOSTILE, 'b" onmouseover="x')),
            checks=[Check("contains", HOSTILE), Check("regex", "점심")],
            name=HOSTILE,
        )
    )


def test_only_our_elements_and_no_attribute_that_does_something() -> None:
    page = Page(hostile_page())
    assert set(page.tags) <= OURS
    names = {name for name, _ in page.attributes}
    assert not any(name.startswith("on") for name in names)
    assert names.isdisjoint({"src", "href", "style", "srcset", "action"})
    policy = next(value for name, value in page.attributes if name == "content" and value and "default-src" in value)
    assert policy.startswith("default-src 'none';")


def test_every_answer_stands_in_it_to_the_letter() -> None:
    page = Page(hostile_page())
    for text in (KOREAN, HOSTILE, f"{KOREAN} 네."):
        assert marked(text) in page.texts["pre"]
    assert page.texts["h1"] == [marked(HOSTILE)]
    assert any("rate | limit" in text for text in page.texts["p"])
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e\ud800]", hostile_page())


def test_a_difference_has_a_sign_that_is_no_colour() -> None:
    html = to_html(report([["one two three"], ["one three four"], ["one two three"]]))
    page = Page(html)
    assert [text.strip() for text in page.texts["del"]] == ["two"]
    assert [text.strip() for text in page.texts["ins"]] == ["four"]
    assert 'ins::before { content: "+"' in html
    assert "line-through" in html
    assert "The same as the baseline" in html


def test_the_settings_are_told_two_by_two() -> None:
    page = Page(to_html(report([["one"] * 5, ["two"] * 5])))
    row = page.texts["td"][-6:]
    assert row[:3] == ["temperature 0.0", "temperature 0.5", "1.00"]
    assert row[5] == "yes"
    assert float(row[3]) <= 0.05
    alone = Page(to_html(report([["one"], ["two"]])))
    assert alone.texts["td"][-6:][3:] == ["—", "—", "—"]
    many = Page(to_html(report([["a"]] * 12, baseline=3)))
    shown = [text for text in many.texts["tr"] if text.startswith("temperature") and "temperature" in text[5:]]
    assert len(shown) == 11


def test_the_baseline_is_the_column_that_was_named() -> None:
    page = Page(to_html(report([["one two"], ["one"]], baseline=1)))
    assert [text.strip() for text in page.texts["ins"]] == ["two"]
    assert "del" not in page.texts


def test_cases_stand_under_their_values() -> None:
    page = Page(to_html(report([["a1", "b1"], ["a2", "b2"]], cases=[{"a": "<점심>"}, {"a": "저녁"}])))
    assert page.texts["h2"] == ["case 1", "case 2"]
    assert page.texts["dd"] == ["<점심>", "저녁"]
    assert [text for text in page.texts["pre"] if text in ("a1", "a2", "b1", "b2")] == ["a1", "a2", "b1", "b2"]


def test_charts_are_drawn_of_what_is_known() -> None:
    drawn = Page(to_html(report([["a", "b"], ["c", "d"], ["e", "f"]])))
    assert "tokens of an answer" in drawn.texts["figcaption"]
    assert "cost of an answer" in drawn.texts["figcaption"]
    assert "polyline" in drawn.tags
    free = [[outcome("a", cost=0.0)], [outcome("b", cost=0.0)]]
    assert "cost of an answer" not in Page(to_html(report(free))).texts["figcaption"]
    named = to_html(report([["a"], ["b"]], axis=Axis("model", ("x", "y"))))
    assert "<polyline" not in named


def test_a_grid_that_brought_nothing_is_a_page_too() -> None:
    error = outcome("", State.ERROR)
    page = Page(to_html(report([[error], [error]])))
    assert "svg" not in page.tags
    assert page.texts["article"]


async def test_a_browser_runs_nothing_of_a_hostile_answer(tmp_path: Path) -> None:
    browser = browser_path()
    if browser is None:
        pytest.skip("no chromium on this machine: the page was not opened in a real browser")
    file = tmp_path / "page.html"
    file.write_text(hostile_page(), "utf-8")
    process = await asyncio.create_subprocess_exec(
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=2000", "--dump-dom", file.as_uri(),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, env={**os.environ, "HOME": str(tmp_path)},
    )  # fmt: skip
    try:
        out, _ = await asyncio.wait_for(process.communicate(), 40)
    finally:
        if process.returncode is None:
            process.kill()
    dom = out.decode()
    assert "<title>owned" not in dom
    seen = Page(dom.replace("<!DOCTYPE html>", ""))
    assert set(seen.tags) <= OURS | {"tbody"}
    assert marked(HOSTILE) in seen.texts["pre"]
    assert KOREAN in seen.texts["pre"]
