"""The theme's colours can be read on their backgrounds, and told apart by everybody."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import dist

import pytest
from rich.color import Color, ColorSystem

from nhs_league.render.theme import (
    ASCII_GLYPHS,
    DARK,
    EITHER,
    GLYPHS,
    LIGHT,
    Background,
    Ink,
    Tone,
    theme_for,
    tone_of_score,
    tone_of_segment,
)

BLACKS = ("#000000", "#121212", "#1e1e1e", "#282c34", "#2d2d2d")
"""Black, and the dark greys that editors and terminals come with."""
WHITES = ("#ffffff", "#fafafa", "#f5f5f5", "#eeeeee")
PALETTES = {
    Background.DARK: (DARK, BLACKS),
    Background.LIGHT: (LIGHT, WHITES),
    Background.UNKNOWN: (EITHER, ("#000000", "#ffffff")),
}
Rgb = tuple[float, float, float]
# Machado, Oliveira and Fernandes 2009, full severity, on linear RGB.
VISIONS = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
}


def linear(colour: str) -> Rgb:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return (_linear(red), _linear(green), _linear(blue))


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: (L1 + 0.05) / (L2 + 0.05), the lighter first."""
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def seen(colour: str, vision: str) -> Rgb:
    """CIE L*a*b* (D65) of a colour as somebody sees it."""
    red, green, blue = (
        min(max(sum(a * b for a, b in zip(row, linear(colour), strict=True)), 0.0), 1.0)
        for row in VISIONS[vision]
    )
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def test_the_arithmetic_is_that_of_the_sources() -> None:
    # WCAG: black on white is 21 : 1; #767676 is the lightest grey that passes on white.
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    # Deuteranopes confuse this red and this green far more than others do.
    usual, deutan = (
        dist(seen("#c00000", v), seen("#4d6600", v)) for v in ("usual", "deuteranopia")
    )
    assert deutan < usual / 4


@pytest.mark.parametrize("background", Background)
@pytest.mark.parametrize("colours", ["truecolor", "256"])
def test_every_colour_has_a_contrast_of_four_and_a_half(
    background: Background, colours: str
) -> None:
    if colours == "256" and background is Background.UNKNOWN:
        pytest.skip("none of the 256 colours but greys has it on black and white: dark is assumed")
    _, backgrounds = PALETTES[background]
    theme = theme_for(colours, background, is_ascii=False)
    shown = [theme.style(each) for each in (*Tone, Ink.QUIET, Ink.CODE)]
    assert all(each.startswith("#") for each in shown)
    for colour in shown:
        system = ColorSystem.TRUECOLOR if colours == "truecolor" else ColorSystem.EIGHT_BIT
        drawn = Color.parse(colour).downgrade(system).get_truecolor().hex
        assert min(contrast(drawn, each) for each in backgrounds) >= 4.5, (colour, drawn)


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("palette", [DARK, LIGHT, EITHER])
def test_every_step_of_the_ramp_differs_for_everybody(
    palette: Mapping[Tone, str], vision: str
) -> None:
    # A difference of 10 in L*a*b* is seen at a glance; 2.3 is just noticeable (Mahy 1994).
    for one, other in combinations(palette.values(), 2):
        assert dist(seen(one, vision), seen(other, vision)) > 10, (one, other)


def test_codes_and_sources_are_links_only_where_terminals_take_them() -> None:
    styles = {
        colours: theme_for(colours, Background.DARK, is_ascii=False, link="https://x.example")
        for colours in ("truecolor", "256", "standard", None)
    }
    for ink in (Ink.CODE, Ink.SOURCE):
        linked = {colours for colours, theme in styles.items() if "link" in theme.style(ink)}
        assert linked == {"truecolor", "256"}
    assert "link" not in styles["truecolor"].style(Ink.QUIET)


def test_each_tone_has_a_sign_and_a_word_of_its_own() -> None:
    for signs in (GLYPHS, ASCII_GLYPHS):
        assert len(set(signs.values())) == len(Tone)
    assert all(sign.isascii() for sign in ASCII_GLYPHS.values())


def test_without_colour_no_style_has_one() -> None:
    theme = theme_for(None, Background.DARK, is_ascii=False)
    assert {theme.style(each) for each in (*Tone, *Ink)} == {"", "bold", "reverse"}


def test_tones_follow_the_thresholds_of_weak_spots() -> None:
    # Weak from 3.00, severe from 3.50: design.md, "Words".
    edges = {1.0: Tone.BEST, 1.49: Tone.BEST, 1.5: Tone.GOOD, 2.49: Tone.GOOD, 2.5: Tone.FAIR}
    edges |= {2.99: Tone.FAIR, 3.0: Tone.WEAK, 3.49: Tone.WEAK, 3.5: Tone.SEVERE, 4.0: Tone.SEVERE}
    assert {score: tone_of_score(score) for score in edges} == edges
    assert tone_of_score(None) is None
    assert [tone_of_segment(segment) for segment in (1, 2, 3, 4, 5)] == list(Tone)
