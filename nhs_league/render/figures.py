"""Figures as text: as published, with their units."""

from __future__ import annotations

from collections.abc import Sequence

_GLUED = {"%": "%"}
_BARE = ("count", "rate", "index", "segment")
SCORE_RANGE = (1.0, 4.0)
_UNKNOWN = "–"


def number(figure: float | None) -> str:
    """Write a figure with all its published digits: 46.55, 24.

    >>> number(46.55), number(24.0), number(None)
    ('46.55', '24', '–')
    """
    return _UNKNOWN if figure is None else format(figure, ".12g")


def with_unit(figure: float | None, unit: str | None) -> str:
    """Write a figure with its unit: ``46.55%``, ``6.85 out of 10``, ``31 minutes``, ``12``."""
    if unit == "score":
        return score(figure)
    if figure is None or unit is None or unit in _BARE:
        return number(figure)
    return f"{number(figure)}{_GLUED.get(unit, f' {unit}')}"


def difference(figure: float, unit: str | None) -> str:
    """Write the size of a difference with its unit; percentages differ in percentage points."""
    size = round(abs(figure), 4)
    return with_unit(size, "percentage points" if unit == "%" else unit)


def score(figure: float | None) -> str:
    """Write a score with at least its two published places: 4.00; a computed median: 2.485."""
    if figure is None:
        return _UNKNOWN
    published = f"{figure:.2f}"
    return published if float(published) == round(figure, 4) else number(round(figure, 4))


def rank_of(rank: int | None, of: int | None) -> str:
    """Write a rank with the number of trusts ranked, where that is known: ``47 of 61``."""
    if rank is None:
        return _UNKNOWN
    return f"{rank} of {of}" if of is not None else str(rank)


def counted(count: int, what: str) -> str:
    """Write how many things there are: ``1 trust``, ``129 trusts``."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def likely(low: float | None, high: float | None, *, is_score: bool = False) -> str:
    """Write a likely range: ``6 to 49``; an en dash where it is not known."""
    if low is None or high is None:
        return _UNKNOWN
    return f"{score(low)} to {score(high)}" if is_score else f"{low} to {high}"


def bar(figure: float | None, width: int) -> str:
    """Draw a score as a bar: short is good, 4.00 fills it."""
    if figure is None:
        return ""
    low, high = SCORE_RANGE
    filled = round((figure - low) / (high - low) * width)
    return "█" * filled + "░" * (width - filled)


def span(first: int | None, last: int | None, own: int | None, *, of: int, width: int = 24) -> str:
    """Draw ranks from ``first`` to ``last`` of ``of`` as a line, with ``own`` marked on it.

    >>> span(1, 10, 5, of=20, width=10)
    '--o--.....'
    """
    if first is None or last is None or own is None:
        return ""
    at = [min(int((rank - 1) * width / of), width - 1) for rank in (first, last, own)]
    return "".join(
        "o" if place == at[2] else "-" if at[0] <= place <= at[1] else "." for place in range(width)
    )


def dots(
    value: float | None,
    median: float | None,
    low: float | None,
    high: float | None,
    *,
    same: bool,
    width: int = 24,
) -> str:
    """Draw a value and a median on a line from ``low`` to ``high``: o, m, or both as @.

    A figure that is the same one again is drawn as =, as it is no new point.

    >>> dots(46.55, 24.52, 19.1, 46.55, same=False, width=10)
    '.m.......o'
    """
    if value is None or low is None or high is None:
        return ""
    span = (high - low) or 1.0
    line = ["."] * width
    if median is not None:
        line[round((median - low) / span * (width - 1))] = "m"
    at = round((value - low) / span * (width - 1))
    line[at] = "=" if same else "@" if line[at] == "m" else "o"
    return "".join(line)


_BLOCKS = "▁▂▃▄▅▆▇█"
TO_ASCII = str.maketrans("▁▂▃▄▅▆▇█░–’‘“”×·—", "1234567#--''\"\"x.-")
"""What stands for our signs on a terminal that has only ASCII."""


def sparkline(values: Sequence[float], same: Sequence[bool]) -> str:
    """Draw values as a row of blocks, low to high; = for a figure published again.

    >>> sparkline([28.38, 19.1, 36.49, 46.55], [False, False, False, True])
    '▃▁▅='
    """
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    return "".join(
        "=" if again else _BLOCKS[round((value - low) / span * (len(_BLOCKS) - 1))]
        for value, again in zip(values, same, strict=True)
    )


def short_name(trust_name: str) -> str:
    """Leave the legal form out of a trust's name, for tables."""
    name = trust_name
    for form in (" NHS Foundation Trust", " NHS Trust"):
        if name.casefold().endswith(form.casefold()):
            name = name[: -len(form)]
    return name.rstrip(", ")
