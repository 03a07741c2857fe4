from __future__ import annotations

from textual.app import App, ComposeResult

from workbench.tui.widgets.notice import Notice, NoticeBar


class Host(App[None]):
    def compose(self) -> ComposeResult:
        yield NoticeBar()

    @property
    def bar(self) -> NoticeBar:
        return self.query_one(NoticeBar)


async def test_it_says_literally_with_a_symbol_and_closes() -> None:
    app = Host()
    async with app.run_test(size=(60, 10)) as pilot:
        assert app.bar.size.height == 1, "the line is there before it is needed, so nothing jumps"
        app.bar.show("[/x] disk full\x1b[2J", "error")
        await pilot.pause()
        assert str(app.bar.render()) == "✗ [/x] disk full␛[2J"
        assert app.bar.has_class("-error")
        assert app.bar.dismiss() is True
        assert app.bar.dismiss() is False
        assert str(app.bar.render()) == ""
        assert app.bar.size.height == 1
        assert app.bar.past == (Notice("[/x] disk full\x1b[2J", "error"),)


async def test_a_long_text_wraps_and_a_click_closes() -> None:
    app = Host()
    async with app.run_test(size=(40, 10)) as pilot:
        app.bar.show("word " * 14, "info")
        await pilot.pause()
        assert app.bar.size.height == 2
        app.bar.show("word " * 100, "info")
        await pilot.pause()
        assert app.bar.size.height == 3
        await pilot.click(NoticeBar)
        assert app.bar.notice is None


async def test_past_notices_are_kept_in_order_once_each_and_not_for_ever() -> None:
    app = Host()
    async with app.run_test(size=(60, 10)):
        app.bar.show("a")
        app.bar.show("a")
        app.bar.show("b", "warning")
        assert app.bar.past == (Notice("a"), Notice("b", "warning"))
        for number in range(300):
            app.bar.show(f"notice {number}")
        assert len(app.bar.past) == 200
        assert app.bar.past[-1].text == "notice 299"
