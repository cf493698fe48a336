"""The sentences of stories: figures, ranks and names as a reporter writes them, and their rows."""

from __future__ import annotations

import polars as pl

from nhs_league.core.sentences import two_places

FIGURES = pl.Schema(
    {
        "what": pl.String,
        "quarter": pl.String,
        "trust_code": pl.String,
        "trust_name": pl.String,
        "region": pl.String,
        "domain": pl.String,
        "metric_id": pl.String,
        "metric": pl.String,
        "unit": pl.String,
        "value_from": pl.Float64,
        "value": pl.Float64,
        "median": pl.Float64,
        "standard": pl.Float64,
        "rank_from": pl.Int32,
        "rank": pl.Int32,
        "of": pl.Int32,
        "score": pl.Float64,
        "segment_from": pl.Int8,
        "segment": pl.Int8,
        "count": pl.Int32,
        "release_file": pl.String,
    }
)
"""A row behind a story: a trust's league place, a trust's figure of a metric, a domain's score, a
region's median, or a count (``what`` says which)."""

_BARE = ["count", "rate", "index"]
_WORDS = {"mins": "minutes"}


def row(what: str, **figures: pl.Expr | str) -> pl.Expr:
    """Return a row of FIGURES as a struct; what is not given is null.

    Args:
        what: what the row is of.
        figures: the columns of FIGURES, each as an expression or the name of a column.

    """
    given = {"what": pl.lit(what), **figures}
    return pl.struct(
        (pl.col(each) if isinstance(each, str) else each).cast(kind).alias(name)
        if (each := given.get(name)) is not None
        else pl.lit(None, kind).alias(name)
        for name, kind in FIGURES.items()
    )


def shown(column: str, unit: str = "unit") -> pl.Expr:
    """Write a figure with its digits and its unit: ``46.55%``, ``−7.42%``, ``31 minutes``."""
    figure = number(column)
    units = pl.col(unit).replace(_WORDS)
    return (
        pl.when(pl.col(unit) == "score")
        .then(two_places(column))
        .when(pl.col(unit).is_null() | pl.col(unit).is_in(_BARE))
        .then(figure)
        .when(pl.col(unit) == "%")
        .then(pl.format("{}%", figure))
        .otherwise(pl.format("{} {}", figure, units))
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
