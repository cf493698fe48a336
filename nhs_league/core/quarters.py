"""Quarters of a financial year, and reporting periods, as NHS England writes them.

A release is of a quarter (``Q3 2025/26``), and each figure in it of a period (``Jun 24 - Jun 25``).
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from functools import cache, total_ordering
from itertools import pairwise

import polars as pl

from nhs_league.frozen import frozen

PATTERN = r"^Q[1-4] [0-9]{4}/[0-9]{2}$"
"""How release files usually write a quarter."""

LABELS = tuple(
    f"Q{number} {year}/{(year + 1) % 100:02d}"
    for year in range(2020, 2080)
    for number in (1, 2, 3, 4)
)
"""All quarters that a file may name, in the order of time."""

# Compiled by ``re`` when first used: most questions never read a spelling.
_SPELLING = (
    r"^(?:q(?:uarter)?\s*([1-4])\s*)?"
    r"(?:([0-9]{4})\s*[/–-]\s*(?:([0-9]{2})|([0-9]{4}))|([0-9]{2})\s*[/–-]\s*([0-9]{2}))"
    r"(?:\s*q(?:uarter)?\s*([1-4]))?$"
)

_NUMBER = r"[ -]*\bq(?:uarter)?[ -]*([1-4])\b[ -]*"
_YEARS = r"([12][0-9]{3}|[0-9]{2}) ?[/–-] ?([12][0-9]{3}|[0-9]{2})"
_YEAR = r"[12][0-9]{3}"


@total_ordering
@frozen
class Quarter:
    """A quarter; April to June is the first of its financial year.

    Attributes:
        year: the calendar year in which the financial year begins.
        number: 1 to 4.

    """

    year: int
    number: int

    def __lt__(self, other: Quarter) -> bool:
        """Return whether it is earlier than another."""
        return (self.year, self.number) < (other.year, other.number)

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """Read a published label such as ``Q3 2025/26``; ValueError if it is none."""
        if not re.match(PATTERN, text):
            raise ValueError(f"not a quarter: {text!r}")
        year = int(text[3:7])
        if int(text[8:10]) != (year + 1) % 100:
            raise ValueError(f"not a financial year: {text!r}")
        return cls(year, int(text[1]))

    @classmethod
    def read(cls, text: str) -> Quarter | None:
        """Read a quarter in any spelling that files may have; None if it is none.

        >>> [Quarter.read(text).label for text in ("Q4 2025-26", "2025/26 q4", "Q1  26/27")]
        ['Q4 2025/26', 'Q4 2025/26', 'Q1 2026/27']
        >>> Quarter.read("Q3 2025/27"), Quarter.read("Q6 2025/26"), Quarter.read("2025/26")
        (None, None, None)
        """
        match = re.match(_SPELLING, text.strip().casefold())
        if match is None:
            return None
        before, year, short_end, long_end, short_year, end, after = match.groups()
        number = before or after
        if number is None or (before and after):
            return None
        first = int(year) if year else 2000 + int(short_year)
        last = int(long_end) if long_end else first // 100 * 100 + int(short_end or end)
        quarter = cls(first, int(number))
        is_financial_year = last % 100 == (first + 1) % 100 and (not long_end or last == first + 1)
        return quarter if is_financial_year and quarter.label in LABELS else None

    @property
    def label(self) -> str:
        """The published form, ``Q3 2025/26``."""
        return f"Q{self.number} {self.year}/{(self.year + 1) % 100:02d}"

    @property
    def slug(self) -> str:
        """The form for file names, which sorts by time: ``2025-26-q3``."""
        return f"{self.year}-{(self.year + 1) % 100:02d}-q{self.number}"

    @property
    def previous(self) -> Quarter:
        """The quarter before."""
        first = self.number == 1
        return Quarter(self.year - first, 4 if first else self.number - 1)

    @property
    def end(self) -> date:
        """The last day of the quarter."""
        return {
            1: date(self.year, 6, 30),
            2: date(self.year, 9, 30),
            3: date(self.year, 12, 31),
            4: date(self.year + 1, 3, 31),
        }[self.number]


def matching(text: str, known: Iterable[Quarter]) -> Quarter | None:
    """Find the newest known quarter that a person's word for it fits.

    Accepts ``latest``, ``Q3 2025/26``, ``q3``, ``2025-26-q3``, ``2025/26 Q3``, ``q3 25/26`` and
    ``Q3 2025/2026`` in any case.

    Returns:
        The quarter, or None where none of the known ones fits.

    Raises:
        ValueError: the text cannot mean a quarter; the message says why.

    """
    words = " ".join(text.casefold().split())
    newest_first = sorted(known, reverse=True)
    if words == "latest":
        return next(iter(newest_first), None)
    numbers = re.findall(_NUMBER, words)
    year = re.sub(_NUMBER, "", words)
    if not numbers and (re.fullmatch(_YEARS, year) or re.fullmatch(_YEAR, year)):
        raise ValueError(f'"{text}" is a year. Add the quarter, for example "Q4 2025/26".')
    if len(numbers) != 1 or (year and not re.fullmatch(_YEARS, year)):
        raise ValueError(f'"{text}" is not a quarter. Write it like "Q4 2025/26" or "q4".')
    first = _first_year(year, text) if year else None
    return next(
        (
            quarter
            for quarter in newest_first
            if quarter.number == int(numbers[0]) and first in (None, quarter.year)
        ),
        None,
    )


def framework_breaks(quarters: Iterable[str]) -> list[str]:
    """Describe each change of framework year between quarters.

    Args:
        quarters: labels such as ``Q4 2025/26``, in any order, repeated or not.

    Returns:
        A sentence for each two neighbouring quarters of different framework years; empty where
        there are none.

    """
    ordered = sorted({Quarter.parse(quarter) for quarter in quarters})
    return [
        f"The framework changed between {before.label} and {after.label}. Domains, thresholds and "
        "some metrics differ, so scores, segments and ranks are not directly comparable."
        for before, after in pairwise(ordered)
        if before.year != after.year
    ]


def in_time(labels: Iterable[str]) -> list[str]:
    """Sort labels such as ``Q3 2025/26`` in the order of time; other texts are not refused."""
    return sorted(labels, key=lambda label: (label[3:], label))


def _first_year(years: str, text: str) -> int:
    """Return the calendar year in which a financial year begins, from ``2025/26`` or ``25/26``."""
    first, last = (int(part) for part in re.split(r" ?[/–-] ?", years))
    first += 2000 if first < 100 else 0
    if last not in (first + 1, (first + 1) % 100):
        raise ValueError(
            f'"{text}" is not in a financial year. The one that begins in {first} is '
            f'"{first}/{(first + 1) % 100:02d}".'
        )
    return first


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
_CALENDAR_YEAR = r"\b(\d{4})\b"


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
    if read := re.search(_CALENDAR_YEAR, text):
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
