"""Pictures of the screen: what Textual's export gets wrong, mended."""

from __future__ import annotations

from workbench.tui.picture import self_contained


def test_no_font_is_fetched_and_text_stays() -> None:
    svg = '<style>@font-face { src: url("https://fonts.example/x.woff2") } .a { fill: red }</style>'
    assert self_contained(svg) == "<style> .a { fill: red }</style>"


def test_wide_characters_get_their_two_cells() -> None:
    svg = '<text x="0" textLength="36.6" clip-path="url(#l)">서울a</text><text textLength="24.4">&amp;b</text>'
    assert self_contained(svg) == (
        '<text x="0" textLength="61" clip-path="url(#l)">서울a</text><text textLength="24.4">&amp;b</text>'
    )
