"""What an NHS trust's league rank hides: the NHS Oversight Framework tables, asked and answered.

>>> from nhs_league import open_league
>>> open_league(sample=True).worst("elective", limit=1).frame["trust_code"].to_list()
['ZK3']
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nhs_league.version import __version__

if TYPE_CHECKING:
    from nhs_league.league import League, open_league

__all__ = ["League", "__version__", "open_league"]


def __getattr__(name: str) -> object:
    """Import the API when it is first used, so that the command starts fast."""
    if name in ("League", "open_league"):
        from nhs_league import league

        return getattr(league, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
