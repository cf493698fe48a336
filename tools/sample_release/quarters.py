"""Quarters, counted from 0 = Q1 2025/26, and the words for times in the real files."""

from __future__ import annotations

from sample_release.measures import Period

_FIRST_YEAR = 2025
_MONTHS = ("Jun", "Sep", "Dec", "Mar")
_MONTH_NAMES = ("June", "September", "December", "March")
_YEAR_ENDS = ("Mar", "Jun", "Sep", "Dec")
_YEAR_STARTS = ("Apr", "Jul", "Oct", "Jan")


def quarter_label(quarter: int) -> str:
    """Name a quarter: 0 is ``Q1 2025/26``."""
    return f"Q{quarter % 4 + 1} {_long(_FIRST_YEAR + quarter // 4)}"


def period_label(period: Period, quarter: int) -> str:
    """Name a period as the files of a quarter do."""
    return _filled(period.texts[quarter % len(period.texts)], quarter)


def period_time(period: Period, quarter: int) -> str:
    """Name the time of a figure; two figures of one metric and time are the same figure."""
    return _filled(period.time, quarter) if period.time else period_label(period, quarter)


def _filled(text: str, quarter: int) -> str:
    return text.format_map(times(quarter)) if "{" in text else text


def times(quarter: int) -> dict[str, object]:
    """Return the fields of period texts for a quarter.

    For Q1 2026/27: ``month`` is Jun-26, ``month_name`` June, ``month_year`` 2026, ``month_number``
    3, ``first_month`` 1, ``q`` 1, ``short`` 26/27, ``long`` 2026/27, ``last_short`` 25/26,
    ``last_long`` 2025/26, ``last_month`` Mar-26, ``last_quarter`` Q4 25/26, ``year_to`` Apr 25 -
    Mar 26, ``survey`` (the staff survey) 2025, ``survey_short`` 25, ``inpatients`` 2024 and
    ``costs`` 2024/25.
    """
    year, in_year = _FIRST_YEAR + quarter // 4, quarter % 4
    ends = year + (in_year == 3)
    before_year, before = (year - 1, 3) if in_year == 0 else (year, in_year - 1)
    before_ends = before_year + (before == 3)
    survey = year if in_year == 3 else year - 1
    return {
        "month": f"{_MONTHS[in_year]}-{ends % 100:02d}",
        "month_name": _MONTH_NAMES[in_year],
        "month_year": ends,
        "month_number": 3 * (in_year + 1),
        "first_month": 3 * in_year + 1,
        "q": in_year + 1,
        "short": _short(year),
        "long": _long(year),
        "last_short": _short(year - 1),
        "last_long": _long(year - 1),
        "last_month": f"{_MONTHS[before]}-{before_ends % 100:02d}",
        "last_quarter": f"Q{before + 1} {_short(before_year)}",
        "year_to": f"{_YEAR_STARTS[in_year]} {(ends - 1) % 100:02d} - "
        f"{_YEAR_ENDS[in_year]} {(ends - (in_year == 3)) % 100:02d}",
        "survey": survey,
        "survey_short": f"{survey % 100:02d}",
        "inpatients": survey - 1,
        "costs": _long(year - 2),
    }


def _long(year: int) -> str:
    return f"{year}/{(year + 1) % 100:02d}"


def _short(year: int) -> str:
    return f"{year % 100:02d}/{(year + 1) % 100:02d}"
