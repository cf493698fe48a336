"""When the time that a metric's figure is of came to its end."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

_MONTHS = {name: number for number, name in enumerate(
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
)}  # fmt: skip
_QUARTER = re.compile(r"q([1-4]) (\d{4})[/-]\d{2}")
_FINANCIAL_MONTH = re.compile(r"month (\d{1,2}) (\d{4})")
_FINANCIAL_YEAR = re.compile(r"(\d{4})[/-]\d{2}")
_MONTH = re.compile(r"([a-z]{3})[a-z]*[ -](?:20)?(\d{2})(?!\d)")
_YEAR = re.compile(r"(\d{4})")


def ended(period: str) -> date | None:
    """Tell the last day of a period as release files write it; None where it is not understood.

    >>> ended("Jun 24 - Jun 25 vs Jun 23 - Jun 24")
    datetime.date(2025, 6, 30)
    >>> ended("Q4 2024-25"), ended("Month 3 2025"), ended("2023/24"), ended("2024")
    (datetime.date(2025, 3, 31), datetime.date(2025, 6, 30), datetime.date(2024, 3, 31), \
datetime.date(2024, 12, 31))
    """
    text = period.casefold().split(" vs ")[0]
    if found := _QUARTER.search(text):
        return _financial_month_end(int(found[2]), 3 * int(found[1]))
    if (found := _FINANCIAL_MONTH.search(text)) and 1 <= int(found[1]) <= 12:
        return _financial_month_end(int(found[2]), int(found[1]))
    if found := _FINANCIAL_YEAR.search(text):
        return _financial_month_end(int(found[1]), 12)
    months = [(m, y) for m, y in _MONTH.findall(text) if m in _MONTHS]
    if months:
        month, year = months[-1]
        return _month_end(2000 + int(year), _MONTHS[month])
    if found := _YEAR.search(text):
        return date(int(found[1]), 12, 31)
    return None


def _financial_month_end(year: int, month: int) -> date:
    """Give the end of a month of a financial year; its first month is April."""
    return _month_end(year + (month > 9), (month + 2) % 12 + 1)


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
