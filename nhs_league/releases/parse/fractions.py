"""Percentages that have become fractions: 0.7312 where the quarter before had 73.12%."""

from __future__ import annotations

import polars as pl

_METRIC = ["trust_type", "metric_id"]
_GROUP = ["quarter", *_METRIC]
_FEWEST_TRUSTS = 8
_SMALLEST, _LARGEST = 1 / 125, 1 / 80
"""Between which ratios a median counts as a hundredth of an earlier one."""


def doubt_fractions(
    observations: pl.DataFrame, earlier: pl.DataFrame
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Doubt percentages that are a hundredth of an earlier quarter's for the trusts together.

    A metric's values of a quarter and trust type are doubted where eight trusts or more have one,
    none is above 1, and their median is between 1/125 and 1/80 of an earlier quarter's.

    Args:
        observations: schema OBSERVATIONS, the figures to look at.
        earlier: schema OBSERVATIONS, figures of earlier quarters; quarters that are no earlier do
            not count, so that a file of several quarters can be held against itself.

    Returns:
        The observations with their doubts, and a notice for each metric and quarter.

    """
    before = _medians(earlier).select(*_METRIC, before="quarter", median_before="middle")
    ratio = pl.col("middle") / pl.col("median_before")
    fallen = (
        _medians(observations)
        .filter(pl.col("largest") <= 1)
        .join(before, on=_METRIC)
        .filter(pl.col("before") < pl.col("quarter"), ratio.is_between(_SMALLEST, _LARGEST))
        .sort(*_GROUP, "before")
        .unique(_GROUP, keep="last", maintain_order=True)
    )
    if fallen.is_empty():
        return observations, ()
    reason = pl.format(
        "value: about a hundredth of {}, so percentages may have become fractions",
        pl.col("before").cast(pl.String),
    )
    reasons = fallen.select(*_GROUP, unit=pl.lit("%"), hundredth=reason)
    doubted = observations.join(reasons, on=[*_GROUP, "unit"], how="left", maintain_order="left")
    both = pl.concat_str("doubt", "hundredth", separator="; ", ignore_nulls=True)
    notices = tuple(
        f"doubted: the values of {metric_id} in {quarter}, about a hundredth of {before}: "
        "percentages may have become fractions"
        for quarter, metric_id, before in fallen.select("quarter", "metric_id", "before").rows()
    )
    has_value = pl.col("hundredth").is_not_null() & pl.col("value").is_not_null()
    return doubted.with_columns(doubt=pl.when(has_value).then(both).otherwise("doubt")).drop(
        "hundredth"
    ), notices


def _medians(observations: pl.DataFrame) -> pl.DataFrame:
    """Return the median and the largest value of each group of percentages of enough trusts."""
    return (
        observations.select(*_GROUP, "trust_code", "unit", "value")
        .filter(pl.col("unit") == "%")
        .drop_nulls("value")
        .group_by(_GROUP)
        .agg(
            middle=pl.col("value").median(),
            largest=pl.col("value").max(),
            trusts=pl.col("trust_code").n_unique(),
        )
        .filter(pl.col("trusts") >= _FEWEST_TRUSTS, pl.col("middle") > 0)
    )
