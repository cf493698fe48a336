"""What is published: the release files known today.

Source: the CSV links on www.england.nhs.uk, on the page
``/long-read/nhs-oversight-framework-csv-metadata-file/`` and on the league tables' landing pages.
The names follow no rule (see the quarters below), which is why they are listed; what a file holds
is told by its content. The folders of the second and fourth quarter are those of their months of
publication.
"""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from nhs_league.errors import UsageError

BASE_URL = "https://www.england.nhs.uk"
_UPLOADS = "/wp-content/uploads/"
_ACUTE, _AMBULANCE = "acute-trust", "ambulance-trust"
_NON_ACUTE, _COMMUNITY = "non-acute-hospital-trust", "mental-health-and-community-trust"
_PUBLISHED = (
    ("2025/09", (_ACUTE, _NON_ACUTE, _AMBULANCE), ""),
    ("2025/12", (_ACUTE, _NON_ACUTE, _AMBULANCE), "-q2"),
    ("2026/03", (_ACUTE, _COMMUNITY, _AMBULANCE), "-q3-25-26"),
    ("2026/03", (_ACUTE, _COMMUNITY, _AMBULANCE), "-q3-25-26-v2"),
    ("2026/06", (_ACUTE, _COMMUNITY, _AMBULANCE), ""),
)


def known_addresses() -> list[str]:
    """List the addresses of the release files known today, in their order of publication.

    Raises:
        UsageError: NHSLEAGUE_BASE_URL is set and names no safe place.

    """
    base = base_url()
    return [
        f"{base}{_UPLOADS}{folder}/nhs-oversight-framework-{trust_type}-{kind}{tag}.csv"
        for folder, types, tag in _PUBLISHED
        for trust_type in types
        for kind in ("data", "league-table")
    ]


def base_url() -> str:
    """Give the site to fetch from: england.nhs.uk, or a mirror in NHSLEAGUE_BASE_URL.

    Raises:
        UsageError: the mirror is not https, and not on this machine.

    """
    mirror = os.environ.get("NHSLEAGUE_BASE_URL", "").rstrip("/")
    if not mirror:
        return BASE_URL
    parts = urlsplit(mirror)
    is_local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and is_local)):
        return mirror
    raise UsageError(
        f"NHSLEAGUE_BASE_URL cannot be “{mirror}”.",
        "Give an https address; http is for this machine only.",
    )


def published(address: str) -> str:
    """Tell when a file was published as far as its address tells: ``2026-03``; else empty."""
    path = urlsplit(address).path
    year, month = [*path.partition(_UPLOADS)[2].split("/"), "", ""][:2]
    return f"{year}-{month}" if year.isdigit() and month.isdigit() else ""
