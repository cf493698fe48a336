"""Medians and quartiles: the same in every row of a metric, and in their order."""

from __future__ import annotations

import polars as pl

from nhs_league.core.frameworks import RowKind
from nhs_league.releases.parse.faults import cells, named, refuse_if_most, together
from nhs_league.releases.parse.reading import Rows

PEERS = ("median", "lower_quartile", "upper_quartile")
_GROUP = ("quarter", "trust_type", "metric_id")
_ODD = 2
_ENOUGH = 4
_ROUNDING = 0.01 + 1e-9
"""How far two figures of one metric may be apart: one may be rounded up, the other down."""


def peer_figures(
    rows: Rows, frame: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[str, ...]]:
    """Doubt rows whose median or quartiles are not their group's; put quartiles in order.

    Args:
        rows: the file's rows.
        frame: its typed rows.

    Returns:
        The typed rows, with quartiles that were published best first in numerical order; schema
        FAULTS; and notices.

    Raises:
        RefusedError: medians and quartiles do not fit together in most groups.

    """
    needed = frame.select("row", *_GROUP, "kind", "subtype", *PEERS)
    values = needed.filter(pl.col("kind") == RowKind.VALUE.value)
    faults = []
    notices = []
    broken: set[tuple[object, ...]] = set()
    for column in PEERS:
        usual = values.drop_nulls(column).with_columns(
            usual=pl.col(column).mode().min().over(_GROUP), rows=pl.len().over(_GROUP)
        )
        off = usual.filter((pl.col(column) - pl.col("usual")).abs() > _ROUNDING)
        if off.is_empty():
            continue
        is_row = (pl.len().over(_GROUP) <= _ODD) & (pl.col("rows") >= _ENOUGH)
        odd = off.filter(is_row)
        _refuse_if_shifted(rows, odd, usual, column)
        faults.append(cells(rows, odd, column, "other rows of this metric have another figure"))
        # Of two or three rows that differ, nothing tells which is wrong.
        is_small = pl.col("rows") < _ENOUGH
        small = off.filter(is_small).select(_GROUP).unique()
        at_fault = values.drop_nulls(column).join(
            small, on=_GROUP, how="semi", maintain_order="left"
        )
        faults.append(
            cells(rows, at_fault, column, "other rows of this metric have another figure")
        )
        several = off.filter(~is_row & ~is_small).select(_GROUP).unique()
        unlike = _unlike_within_subtypes(values.join(several, on=_GROUP), column)
        broken |= unlike
        if several.height > len(unlike):
            notices.append(f"the column {rows.header.spelt[column]} differs between subtypes")
    groups = (
        values.drop_nulls(list(PEERS))
        .group_by(_GROUP)
        .agg(*(pl.col(column).mode().min() for column in PEERS), rows=pl.len())
    )
    low, middle, high = (pl.col(c) for c in ("lower_quartile", "median", "upper_quartile"))
    is_small = pl.col("rows") < _ENOUGH
    falls, rises = (low >= middle) & (middle >= high), (low <= middle) & (middle <= high)
    turned = groups.filter(falls & ~rises & ~is_small).select(_GROUP)
    if turned.height * 2 > groups.filter(~is_small).height:
        # The whole file has them best first, so its small groups do as well.
        turned = groups.filter(falls & ~rises).select(_GROUP)
    unordered = groups.filter(~falls & ~rises & ~is_small)
    broken |= set(unordered.select(_GROUP).rows())
    nearly = (low <= middle + _ROUNDING) & (middle <= high + _ROUNDING)
    odd_groups = (
        groups.filter(~nearly & is_small).select(_GROUP).join(turned, on=_GROUP, how="anti")
    )
    at_fault = values.join(odd_groups, on=_GROUP, how="semi", maintain_order="left")
    faults.append(cells(rows, at_fault, "median", "median and quartiles are not in order"))
    refuse_if_most(rows, broken, groups.height, "median", "medians and quartiles do not fit")
    if broken:
        notices.append(f"medians and quartiles that do not fit together, kept: {named(broken)}")
    if turned.height:
        notices.append(f"quartiles published best first, in numerical order here: {turned.height}")
        frame = _in_order(frame, turned)
    return frame, together(faults), tuple(notices)


def _refuse_if_shifted(rows: Rows, odd: pl.DataFrame, usual: pl.DataFrame, column: str) -> None:
    """Refuse a file in which most metrics have a row of another figure: the next metric's."""
    groups = odd.select(_GROUP).unique().rows()
    if len(groups) > _ODD:
        every = usual.select(_GROUP).n_unique()
        refuse_if_most(rows, groups, every, column, "single rows have another figure")


def _unlike_within_subtypes(values: pl.DataFrame, column: str) -> set[tuple[object, ...]]:
    within = values.group_by(*_GROUP, "subtype").agg(
        spread=pl.col(column).max() - pl.col(column).min()
    )
    return set(within.filter(pl.col("spread") > _ROUNDING).select(_GROUP).rows())


def _in_order(frame: pl.DataFrame, turned: pl.DataFrame) -> pl.DataFrame:
    is_turned = frame.join(
        turned.with_columns(turned=True), on=_GROUP, how="left", maintain_order="left"
    )["turned"].fill_null(value=False)
    return frame.with_columns(
        lower_quartile=pl.when(is_turned).then("upper_quartile").otherwise("lower_quartile"),
        upper_quartile=pl.when(is_turned).then("lower_quartile").otherwise("upper_quartile"),
    )
