"""Single rows under a quarter, trust, trust type or metric that cannot be theirs."""

from __future__ import annotations

import polars as pl

from nhs_league.errors import RefusedError
from nhs_league.releases.parse.columns import Kind
from nhs_league.releases.parse.faults import cells, together, without
from nhs_league.releases.parse.reading import Rows

_ODD = 2
"""How many rows may be misplaced before they are a group of their own."""
_ENOUGH = 4
_FEW_ROWS = 5
_FEW_OF = 0.02


def without_misplaced(rows: Rows, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Set aside single rows of another quarter, trust, metric or type than all others would have.

    Raises:
        RefusedError: a trust has many rows of each of two types.

    """
    ways = [
        (_rare_quarters, "quarter", "hardly any other row is of this quarter"),
        (_borrowed_names, "trust_code", "another trust has this name"),
        (_rare_codes, "trust_code", "another trust has this name"),
        (_rare_types, "trust_type", "this trust is of another type"),
    ]
    if rows.header.kind is Kind.METRIC:
        ways.append((_borrowed_texts, "metric_id", "another metric has this description"))
        ways.append((_rare_metrics, "metric_id", "other rows of this metric have another ID"))
    faults = []
    for way, column, reason in ways:
        odd = way(frame)
        faults.append(cells(rows, odd, column, reason))
        frame = without(frame, odd)
    of_two_types = frame.filter(pl.col("trust_type").n_unique().over("quarter", "trust_code") > 1)
    if of_two_types.height:
        code, quarter, row = of_two_types.select(
            "trust_code", pl.col("quarter").cast(pl.String), "row"
        ).row(0)
        raise RefusedError(
            rows.file,
            f"{code} has two trust types in {quarter}, so ranks of two tables would mix",
            column=rows.header.spelt["trust_type"],
            line=rows.lines([row])[row],
        )
    return frame, together(faults)


def _rare_quarters(frame: pl.DataFrame) -> pl.DataFrame:
    rows = pl.len().over("quarter")
    most = rows.max()
    is_rare = (rows <= _FEW_ROWS) & (rows <= most * _FEW_OF)
    return frame.filter(is_rare | ((rows == 1) & (most >= _ENOUGH)))


def _rare_codes(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the row or two of a trust code whose trust has another code in many rows."""
    named = frame.drop_nulls("trust_name")
    codes = named.group_by("quarter", "trust_name", "trust_code").agg(rows=pl.len())
    most = pl.col("rows").max().over("quarter", "trust_name")
    few = codes.filter(pl.col("rows") <= _ODD, pl.col("rows") * 4 <= most)
    odd = frame.join(few, on=["quarter", "trust_name", "trust_code"], how="semi")
    return odd.filter(pl.len().over("quarter", "trust_code") <= _ODD).sort("row")


def _rare_metrics(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the row or two of a metric whose description many rows of another metric have."""
    by = ["quarter", "trust_type", "metric"]
    rows = pl.len().over(*by, "metric_of")
    most = rows.max().over(by)
    is_metric = pl.col("metric_of").is_not_null()
    return frame.filter(is_metric & (rows <= _ODD) & (rows * 4 <= most))


def _rare_types(frame: pl.DataFrame) -> pl.DataFrame:
    rows = pl.len().over("quarter", "trust_code", "trust_type")
    most = rows.max().over("quarter", "trust_code")
    return frame.filter((rows <= _ODD) & (rows * 4 <= most))


def _borrowed_names(frame: pl.DataFrame) -> pl.DataFrame:
    return _borrowed(frame, "trust_code", "trust_name")


def _borrowed_texts(frame: pl.DataFrame) -> pl.DataFrame:
    return _borrowed(frame, "metric_id", "metric")


def _borrowed(frame: pl.DataFrame, key: str, text: str) -> pl.DataFrame:
    """Return the row or two of a trust, or metric, that have the name of another one."""
    by = ["quarter", key]
    counts = frame.drop_nulls(text).group_by(*by, text).agg(rows=pl.len())
    most = pl.col("rows").max().over(by)
    usual = counts.filter(pl.col("rows") == most)
    odd = counts.filter(pl.col("rows") <= _ODD, pl.col("rows") * 4 <= most).join(
        usual, on=["quarter", text], how="semi"
    )
    return frame.join(odd, on=[*by, text], how="semi", maintain_order="left")
