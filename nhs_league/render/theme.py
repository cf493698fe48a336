"""Colours, and the glyph and the word that repeat each: one place for how answers look.

The ramp runs from blue (best) over grey to vermilion (worst), so that people who cannot tell red
from green can read it. On a dark and on a light background every colour has a contrast of 4.5 : 1
or better (WCAG 2.2, 1.4.3); where the background is not known, colours are used that have it on
both black and white. ``tests/render/test_theme.py`` shows the arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from nhs_league.frozen import frozen


class Tone(StrEnum):
    """How good a score or a segment is; the value is the word that repeats the colour."""

    BEST = "best"
    GOOD = "good"
    FAIR = "fair"
    WEAK = "weak"
    SEVERE = "severe"


class Ink(StrEnum):
    """What a text is, where it is no score: its style, never its only meaning."""

    STRONG = "strong"
    QUIET = "quiet"
    CODE = "code"
    SOURCE = "source"
    NOTICE = "notice"


class Background(StrEnum):
    """What a terminal writes on."""

    DARK = "dark"
    LIGHT = "light"
    UNKNOWN = "unknown"


GLYPHS = {Tone.BEST: "●", Tone.GOOD: "◕", Tone.FAIR: "◑", Tone.WEAK: "◔", Tone.SEVERE: "○"}
"""The sign of each tone: the emptier, the worse."""
ASCII_GLYPHS = {Tone.BEST: "A", Tone.GOOD: "B", Tone.FAIR: "C", Tone.WEAK: "D", Tone.SEVERE: "E"}
"""The sign of each tone on a terminal that has only ASCII."""
LEGEND = {
    Tone.BEST: "under 1.50",
    Tone.GOOD: "under 2.50",
    Tone.FAIR: "under 3.00",
    Tone.WEAK: "weak",
    Tone.SEVERE: "severe (3.50 or more)",
}
"""What each tone means for a score."""
_UPPER_ENDS = ((1.5, Tone.BEST), (2.5, Tone.GOOD), (3.0, Tone.FAIR), (3.5, Tone.WEAK))

DARK: Mapping[Tone, str] = {
    Tone.BEST: "#5fafff",
    Tone.GOOD: "#afd7ff",
    Tone.FAIR: "#9e9e9e",
    Tone.WEAK: "#ffd75f",
    Tone.SEVERE: "#ff5f00",
}
"""For black and dark greys; all are among the 256 colours of terminals."""
LIGHT: Mapping[Tone, str] = {
    Tone.BEST: "#005fd7",
    Tone.GOOD: "#5f5faf",
    Tone.FAIR: "#626262",
    Tone.WEAK: "#875f00",
    Tone.SEVERE: "#870000",
}
"""For white and light greys; all are among the 256 colours of terminals."""
EITHER: Mapping[Tone, str] = {
    Tone.BEST: "#0070ef",
    Tone.GOOD: "#5e779a",
    Tone.FAIR: "#757575",
    Tone.WEAK: "#8f713c",
    Tone.SEVERE: "#ec0000",
}
"""For black and white alike, where the terminal does not say which it is."""
SIXTEEN_DARK: Mapping[Tone, str] = {
    Tone.BEST: "bright_cyan",
    Tone.GOOD: "cyan",
    Tone.FAIR: "white",
    Tone.WEAK: "yellow",
    Tone.SEVERE: "bright_red",
}
"""For terminals of 16 colours, which choose the shades themselves."""
SIXTEEN_LIGHT: Mapping[Tone, str] = {
    Tone.BEST: "blue",
    Tone.GOOD: "bright_blue",
    Tone.FAIR: "black",
    Tone.WEAK: "magenta",
    Tone.SEVERE: "red",
}
_QUIET = {Background.DARK: "#9e9e9e", Background.LIGHT: "#626262", Background.UNKNOWN: "#757575"}


@frozen
class Theme:
    """How tones and inks look on one terminal.

    Attributes:
        styles: the rich style of each tone and ink; empty for a terminal without colour.
        is_ascii: whether signs must be ASCII.

    """

    styles: Mapping[Tone | Ink, str]
    is_ascii: bool = False

    def style(self, of: Tone | Ink | None) -> str:
        """Return the rich style of a tone or an ink; empty for none."""
        return "" if of is None else self.styles.get(of, "")

    def glyph(self, tone: Tone) -> str:
        """Return the sign of a tone."""
        return (ASCII_GLYPHS if self.is_ascii else GLYPHS)[tone]


def theme_for(
    colours: str | None, background: Background, *, is_ascii: bool, link: str = ""
) -> Theme:
    """Return the theme of a terminal.

    Args:
        colours: rich's name of its colour system: ``truecolor``, ``256``, ``standard`` (16),
            ``windows`` (16), or None for no colour.
        background: what it writes on.
        is_ascii: whether it has only ASCII.
        link: the address that codes and sources lead to (OSC 8), where the terminal takes links;
            empty for none.

    """
    emphasis: dict[Tone | Ink, str] = {Ink.STRONG: "bold", Ink.NOTICE: "reverse"}
    if colours is None:
        return Theme(emphasis, is_ascii)
    if colours in ("standard", "windows"):
        light = background is Background.LIGHT
        ramp, quiet, code = (
            (SIXTEEN_LIGHT, "black", "blue") if light else (SIXTEEN_DARK, "white", "bright_cyan")
        )
    else:
        # Of the 256 colours, none but greys have the contrast on black and white alike.
        exact = EITHER if colours == "truecolor" else DARK
        ramp = {Background.DARK: DARK, Background.LIGHT: LIGHT, Background.UNKNOWN: exact}[
            background
        ]
        known = Background.DARK if ramp is DARK else background
        quiet, code = _QUIET[known], ramp[Tone.BEST]
    # A terminal of 16 colours is likely to be too old for links.
    leads = f" link {link}" if link and colours in ("truecolor", "256") else ""
    inks = {
        **emphasis,
        Ink.QUIET: quiet,
        Ink.CODE: f"{code}{leads}",
        Ink.SOURCE: f"{quiet}{leads}",
    }
    return Theme({**inks, **dict(ramp.items())}, is_ascii)


def tone_of_score(score: float | None) -> Tone | None:
    """Return how good a score is: 1.00 is best, weak from 3.00, severe from 3.50.

    >>> [tone_of_score(score).value for score in (1.0, 1.5, 2.99, 3.0, 3.5)]
    ['best', 'good', 'fair', 'weak', 'severe']
    """
    if score is None:
        return None
    return next((tone for end, tone in _UPPER_ENDS if score < end), Tone.SEVERE)


def tone_of_segment(segment: int | None) -> Tone | None:
    """Return how good a segment is, 1 to 5."""
    return None if segment is None else tuple(Tone)[segment - 1]
