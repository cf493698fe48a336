"""What is published: the links on the landing pages, and the release files known today.

The names follow no rule, so the built-in list names them; what a file holds is told by its content.
The folders of the second and fourth quarter are those of their months of publication.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from nhs_league.errors import UsageError

BASE_URL = "https://www.england.nhs.uk"
LANDING_PAGES = (
    "/long-read/nhs-oversight-framework-csv-metadata-file/",
    "/nhs-oversight-framework/segmentation-and-league-tables/",
    "/publication/nhs-oversight-framework-nhs-trust-performance-league-tables-process-and-results/",
)
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
_SPEAKS_OF_IT = re.compile(r"oversight[^a-z0-9]*framework|(?<![a-z])nof(?![a-z])")
_LONGEST_NAME = 150
_LOCAL = ("localhost", "127.0.0.1", "::1")


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


def page_addresses() -> list[str]:
    """List the addresses of the pages that link the release files.

    Raises:
        UsageError: NHSLEAGUE_BASE_URL is set and names no safe place.

    """
    return [f"{base_url()}{path}" for path in LANDING_PAGES]


def base_url() -> str:
    """Give the site to fetch from: england.nhs.uk, or a mirror in NHSLEAGUE_BASE_URL.

    Raises:
        UsageError: the mirror is not https, and not on this machine.

    """
    mirror = os.environ.get("NHSLEAGUE_BASE_URL", "").rstrip("/")
    if not mirror:
        return BASE_URL
    parts = urlsplit(mirror)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
    if parts.hostname and is_safe:
        return mirror
    raise UsageError(
        f"NHSLEAGUE_BASE_URL cannot be “{mirror}”.",
        "Give an https address; http is for this machine only.",
    )


def is_allowed(address: str) -> bool:
    """Tell whether an address is NHS England's or the mirror's, so that it may be asked."""
    parts = urlsplit(address)
    return any(
        (parts.scheme, parts.netloc) == urlsplit(site)[:2] for site in (BASE_URL, base_url())
    )


def links(html: bytes, page: str) -> tuple[str, ...]:
    """Find the release files that a landing page links: CSV files of the oversight framework.

    Args:
        html: the page.
        page: its address, against which links are resolved.

    Returns:
        Addresses in the order of the page, each once; links to other sites are passed over, and a
        mirror's page that links NHS England's own files means the mirror's.

    """
    from selectolax.lexbor import LexborHTMLParser

    hrefs = (link.attributes.get("href") for link in LexborHTMLParser(html).css("a[href]"))
    found = (_resolved(href, page) for href in hrefs if href)
    return tuple(dict.fromkeys(a for a in found if a and is_allowed(a) and _is_release_file(a)))


def _resolved(href: str, page: str) -> str:
    try:
        parts = urlsplit(urljoin(page, href.strip()))
    except ValueError:
        return ""
    if parts.hostname == urlsplit(BASE_URL).hostname:
        parts = parts._replace(scheme="https", netloc=urlsplit(BASE_URL).netloc)
        if base_url() != BASE_URL:
            return f"{base_url()}{urlunsplit(parts._replace(scheme='', netloc='', fragment=''))}"
    return urlunsplit(parts._replace(fragment=""))


def _is_release_file(address: str) -> bool:
    file = file_name(address).casefold()
    return file.endswith(".csv") and bool(_SPEAKS_OF_IT.search(file))


def file_name(address: str) -> str:
    """Give the name of the file at an address, as it can be shown; no path is made of it."""
    return shown_name(PurePosixPath(unquote(urlsplit(address).path)).name)


def shown_name(name: str) -> str:
    """Take out of a file's name what acts on a terminal, and all but its end where it is long."""
    return "".join(letter for letter in name if letter.isprintable())[-_LONGEST_NAME:]


def published(address: str) -> str:
    """Tell when a file was published as far as its address tells: ``2026-03``; else empty."""
    path = urlsplit(address).path
    year, month = [*path.partition(_UPLOADS)[2].split("/"), "", ""][:2]
    return f"{year}-{month}" if year.isdigit() and month.isdigit() else ""


def joined(linked: Iterable[str], known: Iterable[str]) -> list[str]:
    """Put what is linked and what is known into one list, each address once, the known first."""
    return list(dict.fromkeys([*known, *linked]))
