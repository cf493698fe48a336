"""Figures of several publications into one: the newest publication of each figure wins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from nhs_league.core.frames import KEYS, STANDINGS
from nhs_league.releases.order import Order
from nhs_league.releases.parse import ParsedFile
from nhs_league.releases.quarter_frames import QuarterFrames
from nhs_league.releases.ranked import with_of
from nhs_league.releases.versions import figures, versions

_PARTS_KEY = (*KEYS["standings"], "kind")


def merge(kept: QuarterFrames, files: Sequence[ParsedFile], order: Order) -> QuarterFrames:
    """Merge what is kept of a quarter with what new files say of it.

    Args:
        kept: the quarter as it stands.
        files: what newly parsed files say of the quarter.
        order: the order of publication of all files of the store.

    Returns:
        The quarter's new frames; of two rows with one key, the later publication's.

    """
    said = [_said(file) for file in files]
    published = [figures(kept.parts, kept.observations, kept.domains)]
    published += [figures(*frames) for frames in said]
    parts, observations, domains = (
        _newest([before, *(frames[i] for frames in said)], key, order)
        for i, (before, key) in enumerate(
            (
                (kept.parts, _PARTS_KEY),
                (kept.observations, KEYS["observations"]),
                (kept.domains, KEYS["domains"]),
            )
        )
    )
    changed = versions(kept.versions, published, order)
    set_aside = pl.concat([kept.set_aside, *(file.set_aside for file in files)])
    return QuarterFrames(
        parts,
        *with_of(_compose(parts, order), observations, domains),
        changed,
        _not_superseded(set_aside, observations, order),
    )


def _not_superseded(
    set_aside: pl.DataFrame, observations: pl.DataFrame, order: Order
) -> pl.DataFrame:
    """Drop what a later file publishes in a form that can be read."""
    published = observations.filter(pl.col("value").is_not_null() | pl.col("score").is_not_null())
    newest = published.group_by("trust_code", "metric_id").agg(newest=order.expr().max())
    return (
        set_aside.join(newest, on=["trust_code", "metric_id"], how="left", maintain_order="left")
        .filter(pl.col("newest").is_null() | (pl.col("newest") <= order.expr()))
        .drop("newest")
        .unique(maintain_order=True)
    )


def _said(file: ParsedFile) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Give what a file says: its standings as PARTS, observations, domains."""
    kind = pl.lit(str(file.kind))
    return file.standings.with_columns(kind=kind), file.observations, file.domains


def _newest(frames: Iterable[pl.DataFrame], key: Sequence[str], order: Order) -> pl.DataFrame:
    return (
        pl.concat(frames).sort(order.expr(), maintain_order=True).unique(key, keep="last").sort(key)
    )


def _compose(parts: pl.DataFrame, order: Order) -> pl.DataFrame:
    """Put one standing together from a trust's parts: each field from the newest that tells it."""
    key = KEYS["standings"]
    fields = [c for c in STANDINGS if c not in (*key, "release_file", "of")]
    newest_first = parts.sort(order.expr(), descending=True, maintain_order=True)
    return (
        newest_first.group_by(key, maintain_order=True)
        .agg(
            *(pl.col(c).drop_nulls().first() for c in fields if c != "doubt"),
            doubt=pl.col("doubt").drop_nulls().unique(maintain_order=True).str.join("; "),
            release_file=pl.col("release_file").unique().sort().str.join(" + "),
        )
        .with_columns(doubt=pl.when(pl.col("doubt") != "").then("doubt"), of=pl.lit(None, pl.Int32))
        .select(STANDINGS.names())
        .sort(key)
    )
