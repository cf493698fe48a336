"""Figures, ranks, names and counts as sentences of the core have them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

_WITHOUT_UNIT = ["count", "rate", "index", "score", "segment"]
_WORDS = {"mins": "minutes"}


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


def shown(column: str, unit: str = "unit") -> pl.Expr:
    """Write a figure with its digits and its unit: ``46.55%``, ``−7.42%``, ``31 minutes``."""
    figure = in_unit(number(column), unit)
    return pl.when(pl.col(unit) == "score").then(two_places(column)).otherwise(figure)


def in_unit(figures: pl.Expr, unit: str = "unit") -> pl.Expr:
    """Append a column's unit to figures: ``46.55 to 50.1%``, ``6.85 out of 10``, ``12``."""
    return (
        pl.when(pl.col(unit).is_null() | pl.col(unit).is_in(_WITHOUT_UNIT))
        .then(figures)
        .when(pl.col(unit) == "%")
        .then(pl.format("{}%", figures))
        .otherwise(pl.format("{} {}", figures, pl.col(unit).replace(_WORDS)))
    )


def number(column: str) -> pl.Expr:
    """Write a figure with its digits: 46.55, 24, −0.28."""
    figure = pl.col(column).cast(pl.String).str.strip_suffix(".0")
    return figure.str.replace("-", "−", literal=True)


def ordinal(column: str) -> pl.Expr:
    """Write a rank as people say it: 1st, 2nd, 11th, 112th."""
    rank = pl.col(column)
    ending = (
        pl.when((rank % 100).is_between(11, 13))
        .then(pl.lit("th"))
        .otherwise((rank % 10).replace_strict({1: "st", 2: "nd", 3: "rd"}, default="th"))
    )
    return pl.format("{}{}", rank, ending)


def trust() -> pl.Expr:
    """Name a trust without its legal form, with its code."""
    short = pl.col("trust_name").str.replace(r"(?i),? NHS (Foundation )?Trust$", "")
    return pl.format("{} ({})", short, "trust_code")


def inside(column: str) -> pl.Expr:
    """Write a name as it is within a sentence: ``cancer 62-day``, but ``A&E``, ``E. coli``."""
    name = pl.col(column)
    return (
        pl.when(name.str.contains(r"^[A-Z][a-z]+\b"))
        .then(pl.concat_str(name.str.head(1).str.to_lowercase(), name.str.slice(1)))
        .otherwise(name)
    )


def region(column: str) -> pl.Expr:
    """Name a region within a sentence: ``London``, ``the South West``."""
    name = pl.col(column)
    return pl.when(name == "London").then(name).otherwise(pl.format("the {}", name))


def standard() -> pl.Expr:
    """Write a standard by its direction: ``92% or more``; null where there is none."""
    side = pl.when("higher_is_better").then(pl.lit("more")).otherwise(pl.lit("less"))
    return pl.format("{} or {}", shown("standard"), side)


def odds(column: str) -> pl.Expr:
    """Write a probability in words: ``about 22 in 100``, ``fewer than 1 in 1,000``."""
    p = pl.col(column)
    words: pl.Expr = pl.format("about {} in 100", (p * 100).round().cast(pl.Int32))
    for limit, name in ((0.01, "100"), (0.001, "1,000"), (0.0001, "10,000")):
        words = pl.when(p < limit).then(pl.lit(f"fewer than 1 in {name}")).otherwise(words)
    return words
