"""How values are distributed: a histogram, and a trust's values among its peers'."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from nhs_league.core.answers import InWords, Spread
from nhs_league.core.filters import Filters, in_scope
from nhs_league.core.frames import QUARTER, Frames, cast_to, has_figure, round_computed
from nhs_league.core.metrics import Metric, catalogue, is_compared
from nhs_league.core.peers import FEWEST, classify, effective_rank, with_peers
from nhs_league.core.ranking import by_metric
from nhs_league.core.sentences import counted
from nhs_league.errors import NoDataError

BINS = 12
HISTOGRAM = pl.Schema(
    {
        "quarter": QUARTER,
        "trust_type": pl.String,
        "metric_id": pl.String,
        "metric": pl.String,
        "short_name": pl.String,
        "unit": pl.String,
        "computed_from": pl.Float64,
        "computed_to": pl.Float64,
        "trusts": pl.Int32,
        "marked": pl.String,
        "has_median": pl.Boolean,
        "higher_is_better": pl.Boolean,
        "median": pl.Float64,
        "computed_median": pl.Float64,
    }
)
"""One row a twelfth of the span from the lowest to the highest value, the lowest first; a single
row where all values are equal. ``marked`` names the marked trusts in it, ``has_median`` whether the
median of the values lies in it. ``median`` is published for the trust type, so it is null where
filters keep only some of its trusts."""
_ONE_ROW = "There is only one value, so there is only one row."
_ROWS = "Each row is one twelfth of the range from the lowest to the highest value."


def histogram(frames: Frames, metric: Metric, filters: Filters, marked: Sequence[str]) -> Spread:
    """Count the trusts by value.

    Args:
        frames: the tidy frames, one quarter for each trust type.
        metric: the metric.
        filters: which trusts to keep, resolved.
        marked: codes of trusts to name where they lie.

    Returns:
        Schema HISTOGRAM.

    Raises:
        NoDataError: no trust has a value.

    """
    valued = by_metric(frames, metric, filters, worst_first=False).filter(
        pl.col("value").is_not_null()
    )
    if valued.is_empty():
        raise NoDataError(f"No trust has a value for {metric.metric}.")
    low, high = valued.select(pl.col("value").min(), high=pl.col("value").max()).row(0)
    # Equal values are one bin, and span nothing.
    bins, step = (BINS, (high - low) / BINS) if low < high else (1, 1.0)

    def bin_of(value: pl.Expr) -> pl.Expr:
        # Rounded, so that a value where two bins meet is in the upper one.
        steps: pl.Expr = (value - low) / step
        return steps.round(9).floor().clip(0, bins - 1).cast(pl.Int32)

    names = pl.when(pl.col("trust_code").is_in(list(marked))).then("trust_code")
    in_bins = valued.group_by(place=bin_of(pl.col("value"))).agg(
        trusts=pl.len(), marked=names.drop_nulls().sort().str.join(", ")
    )
    median = valued["value"].median()
    published = None if filters.in_words() else valued["median"].drop_nulls().first()
    edges = pl.col("place") * step + low
    frame = (
        pl.DataFrame({"place": range(bins)}, schema={"place": pl.Int32})
        .join(in_bins, on="place", how="left", maintain_order="left")
        .with_columns(
            computed_from=round_computed(edges),
            computed_to=round_computed(edges + step) if low < high else pl.lit(high),
            trusts=pl.col("trusts").fill_null(0),
            has_median=bin_of(pl.lit(median, pl.Float64)) == pl.col("place"),
            quarter=pl.lit(valued["quarter"][0]),
            trust_type=pl.lit(metric.trust_type),
            metric_id=pl.lit(metric.metric_id),
            metric=pl.lit(metric.metric),
            short_name=pl.lit(metric.short_name),
            unit=pl.lit(metric.unit, pl.String),
            higher_is_better=pl.lit(metric.higher_is_better, pl.Boolean),
            median=pl.lit(published, pl.Float64),
            computed_median=round_computed(pl.lit(median, pl.Float64)),
        )
        .select(cast_to(HISTOGRAM))
    )
    scope = in_scope(metric.trust_type, filters)
    absent = sorted(set(marked).difference(valued["trust_code"]))
    better = {True: " Higher is better.", False: " Lower is better.", None: ""}
    return Spread(
        title=f"{metric.metric} ({scope})",
        frame=frame,
        notes=(
            InWords(
                f"{counted(valued.height, 'trust')} with a value.{better[metric.higher_is_better]}"
            ),
            InWords(_ROWS if low < high else _ONE_ROW),
            *(
                [f"Not marked, because no value is listed here: {', '.join(absent)}."]
                if absent
                else []
            ),
        ),
        scope=scope,
    )


DOMAIN_SPREAD = ("domain", "score", "computed_best", "computed_median", "computed_worst")
"""One row a domain: the trust's score, and the best, median and worst of its type; these are null
where fewer than FEWEST trusts are at hand."""


def domain_spread(frames: Frames, trust_code: str) -> pl.DataFrame:
    """Return a trust's domain scores among its peers'.

    Args:
        frames: the tidy frames of one quarter and the trust's type, with all its peers.
        trust_code: the trust.

    Returns:
        Columns DOMAIN_SPREAD, by domain.

    """
    of_peers = {
        "computed_best": pl.col("score").min(),
        "computed_median": round_computed(pl.col("score").median()),
        "computed_worst": pl.col("score").max(),
    }
    enough = pl.col("score").count() >= FEWEST
    peers = frames.domains.group_by("domain").agg(
        pl.when(enough).then(figure).alias(name) for name, figure in of_peers.items()
    )
    of_trust = frames.domains.filter(pl.col("trust_code") == trust_code)
    return of_trust.join(peers, on="domain").sort("domain").select(DOMAIN_SPREAD).collect()


EVERY_METRIC = (
    "quarter", "trust_type", "metric_id", "metric", "short_name", "domain", "unit", "period",
    "trust_code", "trust_name", "segment", "region", "value", "score", "rank", "of", "weak_spot",
    "strong", "median", "lower_quartile", "upper_quartile", "higher_is_better", "standard",
    "plain", "why", "computed_rank", "computed_of", "computed_median", "computed_lower_quartile",
    "computed_upper_quartile", "computed_lowest", "computed_highest", "doubt", "release_file",
)  # fmt: skip
"""One row a metric and trust, by domain and metric, the best trust of each first."""


def every_metric(frames: Frames) -> pl.DataFrame:
    """Rank the trusts of one type at every metric.

    Args:
        frames: the tidy frames of one quarter and one trust type, with all its trusts.

    Returns:
        Columns EVERY_METRIC; without values that are not compared.

    """
    listed = catalogue(frames.observations)
    named = listed.lazy().select("metric_id", "unit", "short_name", "standard", "plain", "why")
    trusts = frames.standings.select("trust_code", "trust_name", "segment", "region")
    return (
        classify(with_peers(frames.observations, listed))
        .filter(has_figure(), is_compared())
        .join(named, on=["metric_id", "unit"], how="left", nulls_equal=True)
        .join(trusts, on="trust_code")
        .with_columns(place=effective_rank())
        .sort("domain", "metric_id", "unit", "place", "trust_name", nulls_last=True)
        .select(EVERY_METRIC)
        .collect()
    )
