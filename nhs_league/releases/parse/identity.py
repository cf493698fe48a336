"""Which quarter, trust, trust type and metric each row of a release file is of."""

from __future__ import annotations

import re

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.frames import QUARTER
from nhs_league.core.quarters import LABELS, Quarter
from nhs_league.errors import RefusedError
from nhs_league.releases.parse.columns import Kind
from nhs_league.releases.parse.faults import FAULTS, cells, together
from nhs_league.releases.parse.reading import Rows

_LONGEST = 1000
_TRUST_CODE = r"^[A-Z0-9]{3,6}$"
_METRIC_ID = r"^OF[0-9]{4,5}[A-Z]?$"


def identified(rows: Rows) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Read each row's quarter, trust, type and metric ID; rows without them are set aside.

    Returns:
        The rows of ``rows.frame`` that have all of them, with ``quarter`` as QUARTER, codes and IDs
        in capitals, ``trust_type`` under our names and ``published_type`` as it is written; and
        what is set aside, schema FAULTS.

    Raises:
        RefusedError: the file names no quarter at all.

    """
    frame = rows.frame.with_columns(pl.col("trust_code").str.to_uppercase())
    if rows.header.kind is Kind.METRIC:
        frame = frame.with_columns(pl.col("metric_id").str.to_uppercase())
    frame = _with_quarter(rows, frame)
    frame = _with_type(frame)
    too_long = pl.col("trust_name").str.len_chars() > _LONGEST
    checks = [
        ("quarter", pl.col("quarter").is_null(), "not a quarter such as Q3 2025/26"),
        (
            "trust_code",
            ~pl.col("trust_code").fill_null("").str.contains(_TRUST_CODE),
            "not a trust code (three to six letters and digits)",
        ),
        ("trust_type", pl.col("trust_type").is_null(), "the trust type is missing"),
        ("trust_name", too_long.fill_null(value=False), "a name cannot be so long"),
    ]
    if rows.header.kind is Kind.METRIC:
        is_id = pl.col("metric_id").fill_null("").str.contains(_METRIC_ID)
        checks.append(("metric_id", ~is_id, "not a metric ID (OF and four digits)"))
    faults = [cells(rows, frame.filter(bad), column, reason) for column, bad, reason in checks]
    faults.append(
        pl.DataFrame(
            [
                (row, "row", text, f"not {rows.header.width} fields as the header has")
                for row, text in rows.ragged
            ],
            schema=FAULTS,
            orient="row",
        )
    )
    bad_rows = together(faults).unique("row", keep="first", maintain_order=True)
    whole = frame.join(bad_rows.select("row"), on="row", how="anti", maintain_order="left")
    return whole, [bad_rows]


def _with_quarter(rows: Rows, frame: pl.DataFrame) -> pl.DataFrame:
    """Read the quarter; in the first form only the summary rows' reporting date names it."""
    if "quarter" in rows.header.position:
        return frame.with_columns(quarter=_quarters(frame["quarter"]))
    is_summary = pl.col("metric_id").str.contains("^OF[45]")
    named = _quarters(frame.filter(is_summary)["period"]).drop_nulls().unique()
    if len(named) != 1:
        listed = ", ".join(named.cast(pl.String).sort()) or "none"
        raise RefusedError(
            rows.file,
            f"there is no column Quarter, and the summary rows (OF4nnn, OF5nnn) name {listed}",
            column=rows.header.spelt["period"],
        )
    return frame.with_columns(quarter=pl.lit(named[0], QUARTER))


def _quarters(column: pl.Series) -> pl.Series:
    known = {label: label for label in column.unique().drop_nulls() if label in LABELS}
    for text in set(column.unique().drop_nulls()) - known.keys():
        quarter = Quarter.read(_without_dressing(text))
        if quarter is not None:
            known[text] = quarter.label
    return column.replace_strict(known, default=None, return_dtype=pl.String).cast(QUARTER)


def _without_dressing(text: str) -> str:
    """Take brackets, commas and ``FY`` out of a quarter: ``Q4 (FY2025/26)``."""
    return re.sub(r"(?i)[(),_:]|\bfy\s*", " ", text).strip()


def _with_type(frame: pl.DataFrame) -> pl.DataFrame:
    """Turn published trust types into ours.

    A type that its own words do not tell is told by the row's subtype, and where that is blank by
    the trust's other rows.
    """
    pairs = frame.select("trust_type", "subtype").unique()
    ours, by_words = [], []
    for trust_type, subtype in pairs.iter_rows():
        name = trust_types.from_published(trust_type or "", subtype or "")
        ours.append(name or None)
        by_words.append(name != trust_types.from_published(trust_type or "") or _is_told(name))
    known = pairs.with_columns(
        ours=pl.Series(ours, dtype=pl.String), by_words=pl.Series(by_words, dtype=pl.Boolean)
    )
    joined = frame.join(
        known, on=["trust_type", "subtype"], nulls_equal=True, maintain_order="left"
    )
    others = pl.col("ours").filter("by_words").mode().min().over("trust_code", "trust_type")
    ours_too = pl.when("by_words").then("ours").otherwise(pl.coalesce(others, "ours"))
    return joined.with_columns(published_type="trust_type", trust_type=ours_too).drop(
        "ours", "by_words"
    )


def _is_told(name: str) -> bool:
    return trust_types.is_known(name) or name == trust_types.from_published("ICB")
