"""The framework years that the package lists, and the first that it does not."""

from __future__ import annotations

from nhs_league.core.frameworks import frameworks


def listed_years() -> list[str]:
    """Return the financial years that are listed, oldest first."""
    return [each.year for each in frameworks()]


def unlisted_year() -> str:
    """Return the financial year after the newest one that is listed, such as 2027/28."""
    first = int(listed_years()[-1][:4]) + 1
    return f"{first}/{(first + 1) % 100:02d}"
