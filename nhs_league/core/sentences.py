"""Figures, units and counts as sentences of the core have them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

_BARE = ["count", "rate", "score", "segment"]


def figure(column: str) -> pl.Expr:
    """Write a figure with all its published digits: 46.55, 24."""
    return pl.col(column).cast(pl.String).str.strip_suffix(".0")


def with_unit(figures: pl.Expr, unit: str = "unit") -> pl.Expr:
    """Append a column's unit to figures: ``46.55%``, ``6.85 out of 10``, ``12``."""
    is_bare = pl.col(unit).is_null() | pl.col(unit).is_in(_BARE)
    return (
        pl.when(is_bare)
        .then(figures)
        .when(pl.col(unit) == "%")
        .then(pl.format("{}%", figures))
        .otherwise(pl.format("{} {}", figures, unit))
    )


def two_places(column: str) -> pl.Expr:
    """Write a score with its two places: 4.00."""
    return pl.col(column).cast(pl.Decimal(scale=2)).cast(pl.String)


def in_series(names: Sequence[str]) -> str:
    """Write names as a series: ``a, b and c``."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def counted(count: float, what: str) -> str:
    """Write a number of things, in the singular or the plural: ``1 trust``, ``129 trusts``.

    Args:
        count: how many; a number that is not whole takes the plural.
        what: one of them; its plural ends with s.

    """
    return f"{count:.12g} {what}" if count == 1 else f"{count:.12g} {what}s"


def in_hundred(share: object) -> str:
    """Write a share of redraws as people say it.

    >>> [in_hundred(share) for share in (0.0, 0.0004, 0.944, 0.9996, 1.0)]
    ['no', 'fewer than 1 of 100', '94 of 100', 'more than 99 of 100', 'all']
    """
    if not isinstance(share, float):
        return "unknown"
    if share in (0, 1):
        return "all" if share else "no"
    count = round(share * 100)
    if count in (0, 100):
        return "more than 99 of 100" if count else "fewer than 1 of 100"
    return f"{count} of 100"
