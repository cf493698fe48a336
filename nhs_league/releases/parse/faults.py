"""What is wrong with a row or one of its cells, and when a file has too much of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import polars as pl

from nhs_league.errors import RefusedError
from nhs_league.releases.parse.columns import FileKind
from nhs_league.releases.parse.reading import Rows

FAULTS = pl.Schema({"line": pl.Int32, "column": pl.String, "value": pl.String, "reason": pl.String})
"""A cell or a row at fault. ``line`` is where its row begins in the file, ``column`` our name of
the column (``row`` for a whole row), ``value`` the text of the cell in the file."""

_FEW = 0.01
_AT_LEAST = 5
_GROUPS_TO_REFUSE = 2


def cells(rows: Rows, at_fault: pl.DataFrame, column: str, reason: str) -> pl.DataFrame:
    """Name one cell of each row at fault, with its text in the file.

    Args:
        rows: the file's rows.
        at_fault: the rows at fault; only their ``line`` is read.
        column: our name of the column.
        reason: what is wrong, for people.

    Returns:
        Schema FAULTS.

    """
    if at_fault.is_empty():
        return FAULTS.to_frame()
    text = pl.col(column).cast(pl.String) if column in rows.frame.columns else pl.lit("")
    texts = rows.frame.filter(_is_row_of(at_fault)).select("line", value=text)
    return (
        at_fault.select("line")
        .join(texts, on="line", how="left", maintain_order="left")
        .select("line", column=pl.lit(column), value="value", reason=pl.lit(reason))
        .cast(FAULTS)
    )


def without(frame: pl.DataFrame, at_fault: pl.DataFrame) -> pl.DataFrame:
    """Return a frame without the rows that are at fault; of these only ``line`` is read."""
    return frame if at_fault.is_empty() else frame.filter(~_is_row_of(at_fault))


def _is_row_of(at_fault: pl.DataFrame) -> pl.Expr:
    return pl.col("line").is_in(at_fault["line"].unique().implode())


def together(faults: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Concatenate tables of faults."""
    return pl.concat([FAULTS.to_frame(), *faults])


def refuse_many(rows: Rows, faults: pl.DataFrame) -> None:
    """Refuse a file of which more than a hundredth of the rows, and more than five, are at fault.

    Args:
        rows: the file's rows.
        faults: schema FAULTS, all that is doubted or set aside.

    Raises:
        RefusedError: with the first five places, each with line, column and value.

    """
    at_fault = faults["line"].n_unique()
    total = rows.frame.height + len(rows.ragged)
    if at_fault <= max(_AT_LEAST, total * _FEW):
        return
    first = faults.sort("line").unique("line", keep="first", maintain_order=True).head(_AT_LEAST)
    places = [
        (line, rows.header.spelt.get(column, column), value or "", reason)
        for line, column, value, reason in first.iter_rows()
    ]
    line, column, value, reason = places[0]
    others = "; ".join(f"line {at}, {name}: {text[:40]!r}" for at, name, text, _ in places[1:])
    raise RefusedError(
        rows.file,
        f"{reason}. {at_fault:,} of {total:,} rows are wrong, which is too many to trust the rest "
        f"(next: {others})",
        line=line,
        column=column,
        value=value,
        advice="Download the file again. If NHS England has changed its file layout, try "
        "upgrading nhsleague.",
    )


def refuse_if_most(
    rows: Rows, broken: Collection[tuple[object, ...]], groups: int, column: str, reason: str
) -> None:
    """Refuse a file in which most groups, and at least two, break a rule.

    A league table is one group.

    Args:
        rows: the file's rows.
        broken: the groups that break it.
        groups: how many groups can show it.
        column: our name of the column that the rule is about.
        reason: what is wrong, as the beginning of a sentence.

    Raises:
        RefusedError: most do.

    """
    is_table = rows.header.kind is FileKind.LEAGUE_TABLE
    if len(broken) >= (1 if is_table else _GROUPS_TO_REFUSE) and len(broken) * 2 > groups:
        raise RefusedError(
            rows.file,
            f"{reason} in {len(broken)} of {groups} metrics: columns may be swapped or shifted",
            column=rows.header.spelt.get(column, column),
        )


def named(groups: Iterable[tuple[object, ...]]) -> str:
    """List groups (quarter, trust type, metric ID) for a notice, five at most."""
    names = sorted({f"{metric_id} ({quarter})" for quarter, _, metric_id in groups})
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
