"""The trusts most like one: type, subtype and region first, then the profile of their scores."""

from __future__ import annotations

import polars as pl

from nhs_league.core.frames import Frames, round_computed

TEN = 10
SIMILAR = (
    "trust_code", "trust_name", "subtype", "region", "segment", "rank", "rank_low", "rank_high",
    "of", "average_score", "same_subtype", "same_region", "computed_distance", "quarter",
)  # fmt: skip
"""The columns of the trusts most like one, the likest first. ``computed_distance`` is the root mean
square difference of the scores (or, without scores, of the ranks' share) of the metrics that both
have, 0 for the same profile."""


def similar_trusts(frames: Frames, trust_code: str, count: int = TEN) -> pl.DataFrame:
    """Find the trusts most like one.

    Those of the same subtype and region come first, then those of the same subtype, then of the
    same region, then the others; among each the nearest profile of scores first.

    Args:
        frames: the tidy frames of one quarter and the trust's type.
        trust_code: a trust that is in the standings.
        count: how many to give.

    Returns:
        Columns SIMILAR.

    """
    standings = frames.standings.collect()
    (own,) = standings.filter(pl.col("trust_code") == trust_code).to_dicts()
    distance = _distances(frames.observations, trust_code)
    return (
        standings.filter(pl.col("trust_code") != trust_code)
        .join(distance, on="trust_code", how="left")
        .with_columns(
            same_subtype=pl.col("subtype").eq_missing(pl.lit(own["subtype"], pl.String)),
            same_region=pl.col("region").eq_missing(pl.lit(own["region"], pl.String)),
        )
        .sort(
            "same_subtype",
            "same_region",
            "computed_distance",
            "trust_name",
            descending=[True, True, False, False],
            nulls_last=True,
        )
        .head(count)
        .select(SIMILAR)
    )


def _distances(observations: pl.LazyFrame, trust_code: str) -> pl.DataFrame:
    group = ("metric_id", "unit")
    place = pl.col("value").rank("average").over(group) / pl.col("value").count().over(group)
    # Without scores a value's place among the values stands in, on the same span of 3.
    profile = observations.with_columns(figure=pl.coalesce("score", 3 * place)).select(
        "trust_code", *group, "figure"
    )
    own = profile.filter(pl.col("trust_code") == trust_code).drop("trust_code")
    return (
        profile.filter(pl.col("trust_code") != trust_code)
        .join(own, on=group, nulls_equal=True, suffix="_own")
        .drop_nulls(["figure", "figure_own"])
        .group_by("trust_code")
        .agg(
            computed_distance=round_computed(
                (pl.col("figure") - pl.col("figure_own")).pow(2).mean().sqrt()
            )
        )
        .collect()
    )
