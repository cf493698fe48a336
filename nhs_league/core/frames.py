"""The tidy frames: their columns, types, keys, units and descriptions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field, replace
from typing import Any

import polars as pl

from nhs_league.core.quarters import LABELS
from nhs_league.core.trust_types import ALL
from nhs_league.frozen import frozen

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
        "line": pl.Int32,
        "score_line": pl.Int32,
    }
)
"""A metric's value and score; key (quarter, trust_code, metric_id, unit), unit null for a metric
that has a score and no value. ``unit`` is the true one, ``published_unit`` the file's. ``line`` is
where its value row begins in the release file, ``score_line`` its score row; null for no such row,
and where the file is no longer stored."""

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
        "line": pl.Int32,
        "segment_line": pl.Int32,
    }
)
"""A domain's score, segment and rank; key (quarter, trust_code, domain). ``line`` is where the row
of its score and rank begins in the release file, ``segment_line`` that of its segment."""

LINES = ("line", "segment_line")
"""The columns of DOMAINS that only sources and whole tables have."""

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
``column`` is the file's name of it."""

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


TABLES = {
    "standings": "A trust's segment, score and rank in a quarter.",
    "observations": "A metric's value and score of a trust in a quarter.",
    "domains": "A domain's score, segment and rank of a trust in a quarter.",
    "set_aside": "A cell or a row of a release file that could not be read.",
}
"""The tables that a person may query or export, and what a row of each is."""


@frozen
class Field:
    """A column: what it is, and the unit of its figures; empty for none."""

    description: str
    unit: str = ""


_RANK = Field("Rank, 1 is best; ties share the smaller rank.", "rank")
_SCORE = Field("Score, 1.00 (best) to 4.00 (worst).", "score")
DESCRIPTIONS = {
    "quarter": Field("Quarter of the financial year, as published: Q3 2025/26."),
    "trust_code": Field("Trust code of the Organisation Data Service."),
    "trust_name": Field("Name as published in that quarter."),
    "trust_type": Field("acute, mental-health-community, ambulance, or a type's own name."),
    "subtype": Field("Trust subtype as published."),
    "region": Field("NHS region as published."),
    "domain": Field("One of the framework's five domains."),
    "sub_domain": Field("Sub-domain of the domain."),
    "of": Field("How many trusts are ranked; null where not all are stored.", "trusts"),
    "rank": _RANK,
    "score": _SCORE,
    "segment": Field("Final segment, 1 (best) to 4; 5 is intensive support.", "segment"),
    "adjusted_segment": Field(
        "Segment after the financial override; it orders the league.", "segment"
    ),
    "doubt": Field("Why other figures contradict this row; null where none does."),
    "published_unit": Field("Unit as the release file gives it."),
    "score_period": Field("The reporting date of the metric's score."),
    "line": Field(
        "Line of the release file, from 1: of a value's row, or of a domain's score.", "line"
    ),
    "score_line": Field("Line of the release file in which the metric's score is.", "line"),
    "segment_line": Field("Line of the release file in which the domain's segment is.", "line"),
    "column": Field("Column of the release file."),
    "reason": Field("Why it could not be read."),
    "release_file": Field("Release file that the row comes from, with digits of its sha256."),
    "average_score": Field("Mean of all metric scores, 1.00 (best) to 4.00.", "score"),
    "average_score_low": Field("Lower end of the average score's likely range.", "score"),
    "average_score_high": Field("Upper end of the average score's likely range.", "score"),
    "score_rank": Field("Rank by average score alone.", "rank"),
    "unadjusted_segment": Field("Segment by average score, before the override.", "segment"),
    "override": Field("Whether the financial override worsens the segment."),
    "in_deficit": Field("Whether the trust is in financial deficit."),
    "rank_low": Field("Best rank of the likely range.", "rank"),
    "rank_high": Field("Worst rank of the likely range.", "rank"),
    "metric_id": Field("Metric ID as published: OF0nnn."),
    "metric": Field("Description of the metric as published."),
    "period": Field("The metric's own reporting date."),
    "unit": Field("Unit of value, median and quartiles; null for a score without a value."),
    "value": Field(
        "The metric's value as published; in set_aside, the cell's text.", "as in column unit"
    ),
    "median": Field("Median of the trust type, as published.", "as in column unit"),
    "lower_quartile": Field("Lower quartile of the trust type.", "as in column unit"),
    "upper_quartile": Field("Upper quartile of the trust type.", "as in column unit"),
}
_PLACE = Field("Place on score alone, 1 is best.", "rank")
COMPUTED = {
    "computed_after": Field("The figure as it would be.", "as in column unit"),
    "computed_average_score": Field("Average score as it would be, or by equal weights.", "score"),
    "computed_average_score_high": Field("Upper end of the computed likely range.", "score"),
    "computed_average_score_low": Field("Lower end of the computed likely range.", "score"),
    "computed_beaten_by": Field("How many trusts are better in every domain.", "trusts"),
    "computed_beats": Field("How many trusts it is better than in every domain.", "trusts"),
    "computed_change": Field("The later figure minus the earlier one.", "as the figure"),
    "computed_could_be_first": Field("Whether it could be first when metrics are redrawn."),
    "computed_could_be_last": Field("Whether it could be last when metrics are redrawn."),
    "computed_difference": Field("The published figure minus the recomputed one.", "score"),
    "computed_distance_to_best_quarter": Field(
        "Value minus the value at which the best quarter begins.", "as in column unit"
    ),
    "computed_distance_to_median": Field("Value minus the median.", "as in column unit"),
    "computed_from": Field("Lower edge of the bin.", "as in column unit"),
    "computed_gap": Field("Distance to the next better trust.", "middle halves of values"),
    "computed_highest": Field("Highest value of the trust type.", "as in column unit"),
    "computed_in_segment": Field("How many of the trusts listed are in its segment.", "trusts"),
    "computed_indistinguishable": Field("How many trusts are too close to it to call.", "trusts"),
    "computed_indistinguishable_first": Field("The best rank among these and itself.", "rank"),
    "computed_indistinguishable_last": Field("The worst rank among these and itself.", "rank"),
    "computed_indistinguishable_ranks": Field("Their ranks and the trust's, as text."),
    "computed_meeting": Field("How many trusts meet the national standard.", "trusts"),
    "computed_lower_quartile": Field("Lower quartile of the values stored.", "as in column unit"),
    "computed_lowest": Field("Lowest value of the trust type.", "as in column unit"),
    "computed_mean_score": Field("Mean of the scores of an area's metrics.", "score"),
    "computed_median": Field("Median of the values stored.", "as in column unit"),
    "computed_of": Field("How many trusts the computed rank or place is of.", "trusts"),
    "computed_p": Field(
        "How often chance alone would give as much, or the share of trusts with the same.", "0 to 1"
    ),
    "computed_p_best_quarter": Field("Share of redraws in the best quarter of trusts.", "0 to 1"),
    "computed_p_better": Field("Share of redraws in which the score improved.", "0 to 1"),
    "computed_p_worst_quarter": Field("Share of redraws in the worst quarter.", "0 to 1"),
    "computed_persistently_severe": Field(
        "Whether it was severe in every quarter with a new figure."
    ),
    "computed_place": _PLACE,
    "computed_place_change": Field(
        "Place without this part, minus the place with everything counted.", "rank"
    ),
    "computed_place_high": Field("Worse end of the middle 95% of redrawn places.", "rank"),
    "computed_place_low": Field("Better end of the middle 95% of redrawn places.", "rank"),
    "computed_quarters_moved": Field("Size of the improvement.", "quarters of the trust type"),
    "computed_quarters_severe": Field("In how many of these it was severe.", "quarters"),
    "computed_quarters_with_news": Field("Quarters with a new figure.", "quarters"),
    "computed_rank": Field("Rank made from the values stored; ties share it.", "rank"),
    "computed_rank_without": Field("League rank without the financial override.", "rank"),
    "computed_score": Field("Score recomputed by the official method.", "score"),
    "computed_score_rank_high": Field("Worse end of the computed likely range.", "rank"),
    "computed_score_rank_low": Field("Better end of the computed likely range.", "rank"),
    "computed_share": Field("The metric's share of the points moved.", "0 to 1"),
    "computed_shift": Field("Change of the average of metrics in both quarters.", "score"),
    "computed_shift_high": Field("Upper end of the middle 95% of its redraws.", "score"),
    "computed_shift_low": Field("Lower end of the middle 95% of its redraws.", "score"),
    "computed_standard_met": Field("How many trusts of its type meet the standard.", "trusts"),
    "computed_to": Field("Upper edge of the bin.", "as in column unit"),
    "computed_unadjusted_segment": Field(
        "Segment by average score, by the computed thresholds.", "segment"
    ),
    "computed_upper_quartile": Field("Upper quartile of the values stored.", "as in column unit"),
    "computed_weights_p_best_quarter": Field(
        "Share of weightings of the domains that put it in the best quarter.", "0 to 1"
    ),
    "computed_weights_p_worst_quarter": Field(
        "Share of weightings that put it in the worst quarter.", "0 to 1"
    ),
    "computed_weights_place_high": Field("Worse end of places under other weights.", "rank"),
    "computed_weights_place_low": Field("Better end of places under other weights.", "rank"),
}
"""What each computed column of the answers is."""
"""What each column of these tables is."""


@frozen
class Frames:
    """The tidy frames of one or more quarters, scanned lazily.

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
        """Keep the trusts of one type; ``all`` keeps every type."""
        return self if trust_type == ALL else self.of_types([trust_type])

    def of_types(self, trust_types: Iterable[str]) -> Frames:
        """Keep the trusts of some types."""
        wanted = pl.col("trust_type").is_in(list(trust_types))
        return Frames(*(getattr(self, name).filter(wanted) for name in SCHEMAS))

    def of_metrics(self, metric_ids: Sequence[str]) -> Frames:
        """Keep the observations of some metrics, which are read now."""
        wanted = self.observations.filter(pl.col("metric_id").is_in(metric_ids))
        return replace(self, observations=wanted).in_memory("observations")

    def in_memory(self, *names: str) -> Frames:
        """Read some of the frames now, as they are used more than once."""
        return replace(self, **{name: getattr(self, name).collect().lazy() for name in names})

    def of_quarter(self, quarter: str) -> Frames:
        """Keep one quarter."""
        return Frames(*(getattr(self, n).filter(pl.col("quarter") == quarter) for n in SCHEMAS))


def together(parts: Sequence[Frames]) -> Frames:
    """Concatenate the frames of several quarters, or of several trust types."""
    return Frames(*(pl.concat([getattr(part, name) for part in parts]) for name in SCHEMAS))


def round_computed(computed: pl.Expr) -> pl.Expr:
    """Round a computed figure to six places, so that 2.65 does not read 2.6500000000000004.

    Published figures have fewer places and are never rounded.
    """
    return computed.round(_COMPUTED_PLACES)


def has_figure() -> pl.Expr:
    """Return whether an observation has a value or a score."""
    return pl.col("value").is_not_null() | pl.col("score").is_not_null()


def cast_to(schema: pl.Schema) -> list[pl.Expr]:
    """Return the columns of a schema in its order, cast to its types: what to select."""
    return [pl.col(column).cast(dtype) for column, dtype in schema.items()]


def shaped(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """Return a frame with the columns and types of a schema; columns that it lacks are null."""
    absent = [pl.lit(None).alias(column) for column in schema if column not in frame.columns]
    return frame.with_columns(absent).select(cast_to(schema))


def describe_columns() -> pl.DataFrame:
    """List the tables' columns: table, column, description, unit, type, key (bool)."""
    rows = [
        {
            "table": table,
            "column": column,
            "description": DESCRIPTIONS[column].description,
            "unit": DESCRIPTIONS[column].unit or None,
            "type": str(kind.base_type()).casefold(),
            "key": column in KEYS[table],
        }
        for table in TABLES
        for column, kind in SCHEMAS[table].items()
    ]
    return pl.DataFrame(rows, schema_overrides={"unit": pl.String})
