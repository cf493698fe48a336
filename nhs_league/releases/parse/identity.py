"""Which quarter, trust, trust type and metric each row of a release file is of."""

from __future__ import annotations

import re
from collections.abc import Callable

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.frames import QUARTER
from nhs_league.core.quarters import LABELS, Quarter
from nhs_league.errors import RefusedError
from nhs_league.releases.parse.columns import Kind
from nhs_league.releases.parse.faults import FAULTS, cells, together, without
from nhs_league.releases.parse.reading import Rows
from nhs_league.releases.parse.texts import each_text, numbered

_LONGEST = 1000
_TRUST_CODE = r"^[A-Z0-9]{3,6}$"
_METRIC_ID = r"^OF[0-9]{4,5}[A-Z]?$"


def identified(rows: Rows) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Read each row's quarter, trust, type and metric ID; rows without them are set aside.

    Returns:
        The rows of ``rows.frame`` that have all of them, with ``quarter`` as QUARTER, codes and IDs
        in capitals and ``trust_type`` under our names; and what is set aside, schema FAULTS.

    Raises:
        RefusedError: the file names no quarter at all.

    """
    in_capitals = ["trust_code", "metric_id"]
    frame = rows.frame.with_columns(
        each_text(rows.frame[column], lambda texts: texts.str.to_uppercase())
        for column in in_capitals
        if column in rows.frame.columns
    )
    frame = _with_quarter(rows, frame)
    frame = _with_type(frame)
    is_code = _is(frame["trust_code"], lambda texts: texts.str.contains(_TRUST_CODE))
    is_too_long = _is(frame["trust_name"], lambda texts: texts.str.len_chars() > _LONGEST)
    checks = [
        ("quarter", frame["quarter"].is_null(), "not a quarter such as Q3 2025/26"),
        ("trust_code", ~is_code, "not a trust code (three to six letters and digits)"),
        ("trust_type", frame["trust_type"].is_null(), "the trust type is missing"),
        ("trust_name", is_too_long, "a name cannot be so long"),
    ]
    if rows.header.kind is Kind.METRIC:
        is_id = _is(frame["metric_id"], lambda texts: texts.str.contains(_METRIC_ID))
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
    return without(frame, bad_rows), [bad_rows]


def _is(column: pl.Series, test: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Return whether a column's texts pass a test; a missing one does not."""
    return each_text(column, test).fill_null(value=False)


def _with_quarter(rows: Rows, frame: pl.DataFrame) -> pl.DataFrame:
    """Read the quarter; in the first form only the summary rows' reporting date names it."""
    if "quarter" in rows.header.position:
        return frame.with_columns(quarter=_quarters(frame["quarter"]))
    is_summary = _is(frame["metric_id"], lambda texts: texts.str.contains("^OF[45]"))
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
    def read(texts: pl.Series) -> pl.Series:
        labels = [text if text in LABELS else _quarter(text) for text in texts]
        return pl.Series(labels, dtype=QUARTER)

    return each_text(column, read)


def _quarter(text: str) -> str | None:
    quarter = Quarter.read(_without_dressing(text))
    return quarter.label if quarter else None


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
        ours=numbered(pl.Series(ours, dtype=pl.String)),
        by_words=pl.Series(by_words, dtype=pl.Boolean),
    )
    joined = frame.select("trust_code", "trust_type", "subtype").join(
        known, on=["trust_type", "subtype"], nulls_equal=True, maintain_order="left"
    )
    if not all(by_words):
        others = pl.col("ours").filter("by_words").mode().min().over("trust_code", "trust_type")
        ours_too = pl.when("by_words").then("ours").otherwise(pl.coalesce(others, "ours"))
        joined = joined.with_columns(ours=ours_too)
    return frame.with_columns(trust_type=joined["ours"])


def _is_told(name: str) -> bool:
    return trust_types.is_known(name) or name == trust_types.from_published("ICB")
