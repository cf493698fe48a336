"""The tidy frames: their columns, types and units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from nhs_league.core.quarters import LABELS

# Any, as type checkers find no common type of a category and pl.String in one schema.
QUARTER: Any = pl.Enum(LABELS)
"""Quarters in the order of time."""

_COMPUTED_PLACES = 6

STANDINGS = pl.Schema(
    {
        "quarter": QUARTER,
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
        "adjusted_segment": pl.Int8,
        "unadjusted_segment": pl.Int8,
        "override": pl.Boolean,
        "in_deficit": pl.Boolean,
        "rank": pl.Int32,
        "rank_low": pl.Int32,
        "rank_high": pl.Int32,
        "of": pl.Int32,
        "doubt": pl.String,
        "release_file": pl.String,
    }
)
"""A trust's standing in a quarter, one row each; key (quarter, trust_code). ``segment`` is final: 5
where people decided so; ``adjusted_segment`` is what the league is ordered by."""

OBSERVATIONS = pl.Schema(
    {
        "quarter": QUARTER,
        "trust_code": pl.String,
        "trust_type": pl.String,
        "metric_id": pl.String,
        "metric": pl.String,
        "domain": pl.String,
        "sub_domain": pl.String,
        "period": pl.String,
        "unit": pl.String,
        "published_unit": pl.String,
        "value": pl.Float64,
        "median": pl.Float64,
        "lower_quartile": pl.Float64,
        "upper_quartile": pl.Float64,
        "rank": pl.Int32,
        "of": pl.Int32,
        "score": pl.Float64,
        "score_period": pl.String,
        "doubt": pl.String,
        "release_file": pl.String,
    }
)
"""A metric's value and score; key (quarter, trust_code, metric_id, unit), unit null for a metric
that has a score and no value. ``unit`` is the true one, ``published_unit`` the file's."""

DOMAINS = pl.Schema(
    {
        "quarter": QUARTER,
        "trust_code": pl.String,
        "trust_type": pl.String,
        "domain": pl.String,
        "score": pl.Float64,
        "segment": pl.Int8,
        "rank": pl.Int32,
        "of": pl.Int32,
        "doubt": pl.String,
        "release_file": pl.String,
    }
)
"""A domain's score, segment and rank; key (quarter, trust_code, domain)."""

VERSIONS = pl.Schema(
    {
        "quarter": QUARTER,
        "trust_code": pl.String,
        "trust_type": pl.String,
        "what": pl.String,
        "name": pl.String,
        "unit": pl.String,
        "figure": pl.String,
        "edition": pl.Int32,
        "published": pl.Float64,
        "release_file": pl.String,
        "order_known": pl.Boolean,
    }
)
"""Figures that were published with different values, one row a version, ``edition`` 1 the oldest.
``what`` is ``metric``, ``standing`` or ``domain``; ``name`` is the metric's ID, the kind of file or
the domain; ``figure`` is the column that changed (yes and no are 1 and 0). ``order_known`` is false
where nothing shows that a version was published after those before it, and null for the oldest."""

SET_ASIDE = pl.Schema(
    {
        "quarter": QUARTER,
        "trust_code": pl.String,
        "trust_type": pl.String,
        "metric_id": pl.String,
        "release_file": pl.String,
        "line": pl.Int64,
        "column": pl.String,
        "value": pl.String,
        "reason": pl.String,
    }
)
"""What a release file says that cannot be read, a cell or a whole row each. ``quarter``,
``trust_code``, ``trust_type`` and ``metric_id`` are null as far as they cannot be read either;
``column`` is the file's own name of it."""

KEYS = {
    "standings": ("quarter", "trust_code"),
    "observations": ("quarter", "trust_code", "metric_id", "unit"),
    "domains": ("quarter", "trust_code", "domain"),
    "versions": ("quarter", "trust_code", "what", "name", "unit", "figure", "edition"),
    "set_aside": ("release_file", "line", "column"),
}
SCHEMAS = {
    "standings": STANDINGS,
    "observations": OBSERVATIONS,
    "domains": DOMAINS,
    "versions": VERSIONS,
    "set_aside": SET_ASIDE,
}


@dataclass(frozen=True)
class Frames:
    """The tidy frames of one or more quarters, unread until something is asked of them.

    Attributes:
        standings: schema STANDINGS.
        observations: schema OBSERVATIONS.
        domains: schema DOMAINS.
        versions: schema VERSIONS.
        set_aside: schema SET_ASIDE.

    """

    standings: pl.LazyFrame
    observations: pl.LazyFrame
    domains: pl.LazyFrame
    versions: pl.LazyFrame = field(default_factory=lambda: VERSIONS.to_frame(eager=False))
    set_aside: pl.LazyFrame = field(default_factory=lambda: SET_ASIDE.to_frame(eager=False))

    def of_type(self, trust_type: str) -> Frames:
        """Keep the trusts of one type."""
        return self.of_types([trust_type])

    def of_types(self, trust_types: Iterable[str]) -> Frames:
        """Keep the trusts of some types."""
        wanted = pl.col("trust_type").is_in(list(trust_types))
        return Frames(*(getattr(self, name).filter(wanted) for name in SCHEMAS))

    def of_quarter(self, quarter: str) -> Frames:
        """Keep one quarter."""
        return Frames(*(getattr(self, n).filter(pl.col("quarter") == quarter) for n in SCHEMAS))


def together(parts: Sequence[Frames]) -> Frames:
    """Put the frames of several quarters, or of several trust types, into one."""
    return Frames(*(pl.concat([getattr(part, name) for part in parts]) for name in SCHEMAS))


def round_computed(computed: pl.Expr) -> pl.Expr:
    """Round a figure of our own to six places, so that 2.65 does not read 2.6500000000000004.

    Published figures have fewer places and are never rounded.
    """
    return computed.round(_COMPUTED_PLACES)
