"""How a metric's values are spread over the trusts of a type."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.answers import Spread
from nhs_league.core.filters import Filters
from nhs_league.core.frames import QUARTER, Frames, round_computed
from nhs_league.core.metrics import Metric
from nhs_league.core.ranking import by_metric
from nhs_league.core.sentences import counted
from nhs_league.errors import NoDataError

BINS = 12
DISTRIBUTION = pl.Schema(
    {
        "quarter": QUARTER,
        "trust_type": pl.String,
        "metric_id": pl.String,
        "metric": pl.String,
        "unit": pl.String,
        "computed_from": pl.Float64,
        "computed_to": pl.Float64,
        "trusts": pl.Int32,
        "marked": pl.String,
        "has_median": pl.Boolean,
    }
)
"""One row a twelfth of the span from the lowest to the highest value, the lowest first. ``marked``
names the marked trusts in it, ``has_median`` tells whether the median lies in it."""


def distribution(frames: Frames, metric: Metric, filters: Filters, marked: Sequence[str]) -> Spread:
    """Count the trusts by value.

    Args:
        frames: the tidy frames, one quarter for each trust type.
        metric: the metric.
        filters: which trusts to keep, resolved.
        marked: codes of trusts to name where they lie.

    Returns:
        Schema DISTRIBUTION.

    Raises:
        NoDataError: no trust has a value.

    """
    valued = by_metric(frames, metric, filters, worst_first=False).filter(
        pl.col("value").is_not_null()
    )
    if valued.is_empty():
        raise NoDataError(f"No trust has a value of {metric.metric}.")
    low, high = valued.select(pl.col("value").min(), high=pl.col("value").max()).row(0)
    step = (high - low) / BINS or 1.0
    place = ((pl.col("value") - low) / step).floor().clip(0, BINS - 1).cast(pl.Int32)
    names = pl.when(pl.col("trust_code").is_in(list(marked))).then("trust_code")
    in_bins = valued.group_by(place=place).agg(
        trusts=pl.len(), marked=names.drop_nulls().sort().str.join(", ")
    )
    median = valued["value"].median()
    edges = pl.col("place") * step + low
    frame = (
        pl.DataFrame({"place": range(BINS)}, schema={"place": pl.Int32})
        .join(in_bins, on="place", how="left", maintain_order="left")
        .with_columns(
            computed_from=round_computed(edges),
            computed_to=round_computed(edges + step),
            trusts=pl.col("trusts").fill_null(0),
            has_median=((pl.lit(median) - low) / step).floor().clip(0, BINS - 1) == pl.col("place"),
            quarter=pl.lit(valued["quarter"][0]),
            trust_type=pl.lit(metric.trust_type),
            metric_id=pl.lit(metric.metric_id),
            metric=pl.lit(metric.metric),
            unit=pl.lit(metric.unit, pl.String),
        )
        .select(pl.col(name).cast(kind) for name, kind in DISTRIBUTION.items())
    )
    better = {True: " Higher is better.", False: " Lower is better.", None: ""}
    whose = trust_types.in_words(metric.trust_type)
    return Spread(
        title=f"{metric.metric} ({whose})",
        frame=frame,
        notes=(
            f"{counted(valued.height, 'trust')} with a value.{better[metric.higher_is_better]} "
            "Each row is a twelfth of the span from the lowest to the highest value; m marks the "
            "median.",
        ),
    )
