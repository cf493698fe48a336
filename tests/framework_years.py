"""Framework years that the package does not list yet."""

from __future__ import annotations

from nhs_league.core.frameworks import frameworks


def unlisted_year() -> str:
    """Return the financial year after the newest one that is listed, such as 2027/28."""
    first = int(frameworks()[-1].year[:4]) + 1
    return f"{first}/{(first + 1) % 100:02d}"
