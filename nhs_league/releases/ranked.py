"""How many trusts a published rank is of."""

from __future__ import annotations

import polars as pl

_TABLE = ("quarter", "trust_type")
_GROUPS = {
    "standings": _TABLE,
    "observations": (*_TABLE, "metric_id", "unit"),
    "domains": (*_TABLE, "domain"),
}


def with_of(
    standings: pl.DataFrame, observations: pl.DataFrame, domains: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Fill ``of``, the number of trusts ranked, in each of the tidy frames.

    It is counted from the rows at hand, and null where rows of a quarter and trust type are
    missing: where a rank is larger than the number of trusts.
    """
    frames = {"standings": standings, "observations": observations, "domains": domains}
    partial = _partial(frames)
    counted = (_counted(frame, _GROUPS[name], partial) for name, frame in frames.items())
    standings, observations, domains = counted
    return standings, observations, domains


def _partial(frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """List the quarters and trust types of which not all trusts are at hand."""
    ranks = pl.concat(frame.select(*_TABLE, "rank") for frame in frames.values())
    largest = ranks.group_by(_TABLE).agg(largest=pl.col("rank").max())
    trusts = frames["standings"].group_by(_TABLE).agg(trusts=pl.len())
    return (
        trusts.join(largest, on=_TABLE).filter(pl.col("largest") > pl.col("trusts")).select(_TABLE)
    )


def _counted(frame: pl.DataFrame, group: tuple[str, ...], partial: pl.DataFrame) -> pl.DataFrame:
    ranked = pl.col("rank").count().over(group).cast(pl.Int32)
    return (
        frame.join(
            partial.with_columns(is_partial=True), on=_TABLE, how="left", maintain_order="left"
        )
        .with_columns(of=pl.when(pl.col("is_partial").is_null() & (ranked > 0)).then(ranked))
        .drop("is_partial")
    )
