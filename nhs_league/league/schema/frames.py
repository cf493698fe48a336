"""The tidy frames: their columns, types and units."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

STANDINGS = pl.Schema(
    {
        "quarter": pl.String,
        "trust_code": pl.String,
        "trust_name": pl.String,
        "trust_type": pl.String,
        "subtype": pl.String,
        "region": pl.String,
        "average_score": pl.Float64,
        "average_score_low": pl.Float64,
        "average_score_high": pl.Float64,
        "score_rank": pl.Int32,
        "segment": pl.Int8,
        "unadjusted_segment": pl.Int8,
        "override": pl.Boolean,
        "in_deficit": pl.Boolean,
        "rank": pl.Int32,
        "rank_low": pl.Int32,
        "rank_high": pl.Int32,
        "of": pl.Int32,
        "release_file": pl.String,
    }
)
"""A trust's standing in a quarter, one row each; key (quarter, trust_code)."""

OBSERVATIONS = pl.Schema(
    {
        "quarter": pl.String,
        "trust_code": pl.String,
        "trust_type": pl.String,
        "metric_id": pl.String,
        "metric": pl.String,
        "domain": pl.String,
        "sub_domain": pl.String,
        "period": pl.String,
        "unit": pl.String,
        "value": pl.Float64,
        "median": pl.Float64,
        "lower_quartile": pl.Float64,
        "upper_quartile": pl.Float64,
        "rank": pl.Int32,
        "of": pl.Int32,
        "score": pl.Float64,
        "release_file": pl.String,
    }
)
"""A metric's value and score; key (quarter, trust_code, metric_id, unit), unit null for a metric
that has a score and no value."""

DOMAINS = pl.Schema(
    {
        "quarter": pl.String,
        "trust_code": pl.String,
        "trust_type": pl.String,
        "domain": pl.String,
        "score": pl.Float64,
        "segment": pl.Int8,
        "rank": pl.Int32,
        "of": pl.Int32,
        "release_file": pl.String,
    }
)
"""A domain's score, segment and rank; key (quarter, trust_code, domain)."""

KEYS = {
    "standings": ("quarter", "trust_code"),
    "observations": ("quarter", "trust_code", "metric_id", "unit"),
    "domains": ("quarter", "trust_code", "domain"),
}
SCHEMAS = {"standings": STANDINGS, "observations": OBSERVATIONS, "domains": DOMAINS}


@dataclass(frozen=True)
class Frames:
    """The tidy frames of one or more quarters, unread until something is asked of them.

    Attributes:
        standings: schema STANDINGS.
        observations: schema OBSERVATIONS.
        domains: schema DOMAINS.

    """

    standings: pl.LazyFrame
    observations: pl.LazyFrame
    domains: pl.LazyFrame

    def of_type(self, trust_type: str) -> Frames:
        """Keep the trusts of one type."""
        of_type = pl.col("trust_type") == trust_type
        return Frames(
            self.standings.filter(of_type),
            self.observations.filter(of_type),
            self.domains.filter(of_type),
        )


def empty() -> Frames:
    """Give frames of the right columns and no rows."""
    return Frames(*(pl.LazyFrame(schema=SCHEMAS[name]) for name in SCHEMAS))
