"""Numbers as text: with their units, as ranks and scores, and drawn on one line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import overload

from nhs_league.core.sentences import counted

_GLUED = {"%": "%"}
_BARE = ("count", "rate", "index", "segment")
SCORE_RANGE = (1.0, 4.0)
_HUNDREDTH = Decimal("0.01")
_UNKNOWN = "–"


def number(figure: float | None) -> str:
    """Write a published figure with all its digits: 46.55, 24, −0.28.

    >>> number(46.55), number(24.0), number(-0.28), number(None)
    ('46.55', '24', '−0.28', '–')
    """
    return _UNKNOWN if figure is None else format(figure, ".12g").replace("-", "−")


@overload
def rounded(figure: float) -> float: ...
@overload
def rounded(figure: None) -> None: ...
def rounded(figure: float | None) -> float | None:
    """Round a computed figure to the places that published ones have, halves away from zero.

    Every computed value and score is rounded here and nowhere else, so that one figure reads the
    same in each table.

    >>> rounded(60.335), rounded(2.485), rounded(-0.125)
    (60.34, 2.49, -0.13)
    """
    if figure is None:
        return None
    # repr() gives 2.485 where the float lies just below it.
    return float(Decimal(repr(figure)).quantize(_HUNDREDTH, ROUND_HALF_UP))


def with_unit(figure: float | None, unit: str | None) -> str:
    """Write a figure with its unit: ``46.55%``, ``6.85 out of 10``, ``31 minutes``, ``12``."""
    if unit == "score":
        return score(figure)
    if figure is None or unit is None or unit in _BARE:
        return number(figure)
    return f"{number(figure)}{_GLUED.get(unit, f' {unit}')}"


def with_short_unit(figure: float | None, unit: str | None) -> str:
    """Write a figure with its unit as a narrow table has room for: ``6.85/10``, ``31 min``.

    >>> with_short_unit(6.85, "out of 10"), with_short_unit(31, "mins")
    ('6.85/10', '31 min')
    """
    short = {
        "out of 10": "/10", "out of 100": "/100", "mins": " min", "seconds": " s",
        "percentage points": " points",
    }  # fmt: skip
    if figure is None or unit not in short:
        return with_unit(figure, unit)
    return f"{number(figure)}{short[unit]}"


def from_to(
    before: float | None, now: float | None, unit: str | None, *, is_short: bool = False
) -> str:
    """Write a change, with a unit that is a word only once: ``7.19 to 7.11 out of 10``."""
    first = with_unit(before, unit if unit in (*_GLUED, "score") else None)
    return f"{first} to {with_short_unit(now, unit) if is_short else with_unit(now, unit)}"


def difference(figure: float, unit: str | None) -> str:
    """Write the size of a difference: ``22.36 points`` of percentages, ``0.2`` out of 10 or 100."""
    size = rounded(abs(figure))
    if unit in ("%", "percentage points"):
        return counted(size, "point")
    return with_unit(size, None if unit in ("out of 10", "out of 100") else unit)


def score(figure: float | None) -> str:
    """Write a score with its two places: 4.00."""
    figure = rounded(figure)
    return _UNKNOWN if figure is None else f"{figure:.2f}"


def rank_of(rank: int | None, of: int | None) -> str:
    """Write a rank with the number of trusts ranked, where that is known: ``47 of 61``."""
    if rank is None:
        return _UNKNOWN
    return f"{rank} of {of}" if of is not None else str(rank)


def rank_in_short(rank: int | None, of: int | None) -> str:
    """Write a rank as a narrow table has room for: ``47/61``; nothing where it is not known."""
    if rank is None:
        return ""
    return f"{rank}/{of}" if of is not None else str(rank)


def doubtful(figure: str, doubt: str | None) -> str:
    """Add a question mark to a figure that others of its release contradict.

    >>> doubtful("46.55%", None), doubtful("46.55%", "other rows have another rank")
    ('46.55%', '46.55%?')
    """
    return figure if doubt is None or figure in ("", _UNKNOWN) else f"{figure}?"


def ordinal(rank: int) -> str:
    """Write a rank as people say it.

    >>> [ordinal(rank) for rank in (1, 2, 3, 4, 11, 12, 13, 21, 112)]
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '112th']
    """
    teens = 10 < rank % 100 < 14
    return f"{rank}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(rank % 10, 'th')}"


def likely(low: float | None, high: float | None, *, is_score: bool = False) -> str:
    """Write a likely range: ``6 to 49``; an en dash where it is not known."""
    if low is None or high is None:
        return _UNKNOWN
    return f"{score(low)} to {score(high)}" if is_score else f"{low} to {high}"


TO_ASCII = str.maketrans("▁▂▃▄▅▆▇█░–’‘“”×·—−▲▼…━£●→", "1234567#--''\"\"x.--^v~=#o>")
"""Replacements for our signs on a terminal that has only ASCII."""


def short_name(trust_name: str) -> str:
    """Return a trust's name without its legal form, for tables."""
    name = trust_name
    for form in (" NHS Foundation Trust", " NHS Trust"):
        if name.casefold().endswith(form.casefold()):
            name = name[: -len(form)]
    return name.rstrip(", ")


def brief_name(trust_name: str) -> str:
    """Return a trust's short name with its commonest words abbreviated, where room is short.

    >>> brief_name("University Hospitals of Derby and Burton NHS Foundation Trust")
    'UH of Derby and Burton'
    >>> brief_name("The Royal Marsden NHS Foundation Trust")
    'Royal Marsden'
    """
    name = short_name(trust_name).removeprefix("The ")
    return re.sub(r"\bUniversity Hospitals?\b", "UH", name)


def in_hundreds(shares: Iterable[float | None]) -> list[str]:
    """Write shares of redraws as percentages; nearly none and nearly all are not rounded away.

    >>> in_hundreds([0.0, 0.001, 0.944, 0.999, 1.0, None])
    ['0%', '<1%', '94%', '>99%', '100%', '–']
    """
    return [_share(share) for share in shares]


def _share(share: float | None) -> str:
    if share is None:
        return "–"
    whole = round(share * 100)
    if share not in (0, 1) and whole in (0, 100):
        return ">99%" if whole else "<1%"
    return f"{whole}%"
