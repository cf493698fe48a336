"""A checked league table as tidy standings."""

from __future__ import annotations

import polars as pl

from nhs_league.league.schema.frames import STANDINGS
from nhs_league.releases.parse.checks import RANGE

KEY = ("quarter", "trust_code")
"""The columns by which a row of a league table is told from the others."""

_IN_DEFICIT = {
    "yes": True,
    "y": True,
    "true": True,
    "1": True,
    "no": False,
    "n": False,
    "false": False,
    "0": False,
}
_DEFICIT_WORD = pl.col("deficit").str.to_lowercase().str.extract(r"^([a-z0-9]+)")


def standings(frame: pl.DataFrame) -> pl.DataFrame:
    """Split the ranges and read the deficit; what only the metric file has is null (STANDINGS).

    ``Trust_in_financial_deficit`` counts as yes or no by its first word; any other text leaves
    ``in_deficit`` unknown (null).
    """
    known = frame.with_columns(
        average_score_low=_end("score_range", 1),
        average_score_high=_end("score_range", 2),
        rank_low=_end("rank_range", 1),
        rank_high=_end("rank_range", 2),
        in_deficit=_DEFICIT_WORD.replace_strict(_IN_DEFICIT, default=None, return_dtype=pl.Boolean),
        score_rank=None,
        unadjusted_segment=None,
        override=None,
    )
    return known.select(c for c in STANDINGS if c not in ("of", "release_file"))


def deficits_not_understood(frame: pl.DataFrame) -> list[str]:
    """List the texts of ``Trust_in_financial_deficit`` that say neither yes nor no."""
    unknown = frame.filter(
        pl.col("deficit").is_not_null(),
        ~_DEFICIT_WORD.is_in(list(_IN_DEFICIT)).fill_null(value=False),
    )
    return unknown["deficit"].unique().sort().to_list()


def _end(column: str, group: int) -> pl.Expr:
    return pl.col(column).str.extract(RANGE, group).cast(pl.Float64)
