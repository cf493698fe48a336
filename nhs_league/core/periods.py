"""The end date of a metric's reporting period."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from functools import cache

import polars as pl

from nhs_league.core.quarters import Quarter

_MONTHS = {name: number for number, name in enumerate(
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
)}  # fmt: skip
_FINANCIAL = r"(?:20)?(\d{2})(?:[/-]\d{2})?"
"""A financial year by its first calendar year: ``2025/26``, ``25/26`` or, behind Q1, ``2025``."""
_QUARTER = rf"\bq([1-4]) {_FINANCIAL}\b"
_FINANCIAL_MONTH = rf"\b(?:month |m)(\d{{1,2}}) {_FINANCIAL}\b"
_YEAR_TO_MONTH = r"\b(?:20)?(\d{2})[/-]\d{2} (?:ytd )?to ([a-z]{3})[a-z]*$"
_YEAR_TO_DATE = r"^(?:year to date|ytd)\b"
_FINANCIAL_YEAR = r"\b(?:20)?(\d{2})[/-]\d{2}\b"
_DAY = r"\b(\d{1,2}) ([a-z]{3})[a-z]* (?:20)?(\d{2})$"
_MONTH = r"\b([a-z]{3})[a-z]*[ -](?:20)?(\d{2})(?!\d)"
_YEAR = r"\b(\d{4})\b"


@cache
def period_end(period: str, quarter: str | None = None) -> date | None:
    """Return the last day of a period as release files write it.

    Args:
        period: the period; of a comparison (``… vs …``) the first one counts.
        quarter: the quarter whose figures these are (``Q2 2025/26``), for a period that says only
            ``Year to date``.

    Returns:
        The day, or None where the text is not understood or names no end (``Latest published …``).

    Example:
        >>> period_end("Jun 24 - Jun 25 vs Jun 23 - Jun 24")
        datetime.date(2025, 6, 30)
        >>> period_end("Q4 2024-25"), period_end("M3 26/27"), period_end("2024")
        (datetime.date(2025, 3, 31), datetime.date(2026, 6, 30), datetime.date(2024, 12, 31))

    """
    text = " ".join(period.casefold().split()).split(" vs ")[0]
    if text.startswith("latest published"):
        read = re.search(_DAY, text)
        return _day(read) if read else None
    if re.match(_YEAR_TO_DATE, text):
        return Quarter.parse(quarter).end if quarter else None
    if read := re.search(_QUARTER, text):
        return _financial_month_end(int(read[2]), 3 * int(read[1]))
    if (read := re.search(_FINANCIAL_MONTH, text)) and 1 <= int(read[1]) <= 12:
        return _financial_month_end(int(read[2]), int(read[1]))
    if (read := re.search(_YEAR_TO_MONTH, text)) and read[2] in _MONTHS:
        return _financial_month_end(int(read[1]), (_MONTHS[read[2]] - 4) % 12 + 1)
    if months := [(m, y) for m, y in re.findall(_MONTH, text) if m in _MONTHS]:
        month, year = months[-1]
        return _month_end(2000 + int(year), _MONTHS[month])
    if read := re.search(_FINANCIAL_YEAR, text):
        return _financial_month_end(int(read[1]), 12)
    if read := re.search(_YEAR, text):
        return date(int(read[1]), 12, 31)
    return None


def same_period(
    period: str = "period",
    quarter: str = "quarter",
    other_period: str = "period_from",
    other_quarter: str = "quarter_from",
) -> pl.Expr:
    """Return whether two figures are of one period, however their files write it.

    ``2025/26`` and ``2025/26 plan`` end on the same day, so they are. Where an end is not known the
    texts are compared.

    Args:
        period: the column of one figure's period.
        quarter: the column of its quarter.
        other_period: the column of the other figure's period.
        other_quarter: the column of the other figure's quarter.

    """
    end, other_end = _end_of(period, quarter), _end_of(other_period, other_quarter)
    return (
        pl.when(end.is_not_null() & other_end.is_not_null())
        .then(end == other_end)
        .otherwise(pl.col(period).eq_missing(pl.col(other_period)))
    )


def _end_of(period: str, quarter: str) -> pl.Expr:
    return pl.struct(pl.col(period), pl.col(quarter).cast(pl.String)).map_batches(
        _ends, return_dtype=pl.Date
    )


def _ends(pairs: pl.Series) -> pl.Series:
    """Read each text once, however many rows have it."""
    both = pairs.struct.unnest()
    texts = both.unique()
    ends = pl.Series(
        "end", [p and period_end(p, q) for p, q in texts.iter_rows()], dtype=pl.Date, strict=False
    )
    return both.join(
        texts.with_columns(ends), on=both.columns, how="left", nulls_equal=True,
        maintain_order="left",
    )["end"]  # fmt: skip


def _day(read: re.Match[str]) -> date | None:
    month = _MONTHS.get(read[2])
    return date(2000 + int(read[3]), month, int(read[1])) if month else None


def _financial_month_end(year: int, month: int) -> date:
    """Return the end of a month of a financial year (two digits); its first month is April."""
    return _month_end(2000 + year + (month > 9), (month + 2) % 12 + 1)


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
