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

    It is the number of ranks, or the largest rank that nothing contradicts (and the trusts that
    share it) where single ranks are missing. It is null where rows of a quarter and trust type are
    missing: where such a rank is larger than the number of trusts.
    """
    frames = {"standings": standings, "observations": observations, "domains": domains}
    sound = [f.filter(pl.col("doubt").is_null()) for f in frames.values()]
    ranks = pl.concat(f.select(*_TABLE, "trust_code", "rank") for f in sound)
    everyone = standings.select(*_TABLE, "trust_code", rank=pl.lit(None, pl.Int32))
    table = largest_ranks(pl.concat([ranks, everyone]))
    partial = table.filter(pl.col("rank") > pl.col("trusts")).select(_TABLE)
    counted = (_counted(frame, _GROUPS[name], partial) for name, frame in frames.items())
    standings, observations, domains = counted
    return standings, observations, domains


def largest_ranks(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the largest ``rank`` (or end of a range) and ``trusts`` of each quarter and type."""
    ranks = [c for c in ("rank", "rank_high") if c in frame.columns]
    return frame.group_by(_TABLE).agg(
        rank=pl.max_horizontal(ranks).max().cast(pl.Int32), trusts=pl.col("trust_code").n_unique()
    )


def _counted(frame: pl.DataFrame, group: tuple[str, ...], partial: pl.DataFrame) -> pl.DataFrame:
    sound = pl.when(pl.col("doubt").is_null()).then("rank")
    last = sound.max().over(group)
    through_last = last + (sound == last).sum().over(group).cast(pl.Int32) - 1
    ranked = pl.max_horizontal(pl.col("rank").count().over(group).cast(pl.Int32), through_last)
    return (
        frame.join(
            partial.with_columns(is_partial=True), on=_TABLE, how="left", maintain_order="left"
        )
        .with_columns(of=pl.when(pl.col("is_partial").is_null() & (ranked > 0)).then(ranked))
        .drop("is_partial")
    )
