"""Addresses of what is published: links on NHS England's pages, release files known today.

The files' names follow no rule: a name says only whether a file is worth fetching, and its content
says what it is. The folders of the second and fourth quarter in the built-in list are those of
their months of publication.
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
_FRAMEWORK = r"oversight[^a-z0-9]*framework|(?<![a-z])nof(?![a-z])|league[^a-z0-9]*table"
_OF_THE_FRAMEWORK = re.compile(_FRAMEWORK)
_RELEASE = re.compile(rf"{_FRAMEWORK}|trusts?[^a-z0-9]+data(?![a-z])")
_BESIDE_A_RELEASE = re.compile(r"metadata|glossary|dictionary|template|(?<![a-z])icbs?(?![a-z])")
"""What pages of the framework publish beside the trusts' figures, under names much like theirs."""
_POSSIBLE = re.compile(
    r"trust|provider|acute|ambulance|mental|community|segment|league|oversight|metric"
    r"|(?<![a-z0-9])q[1-4](?![0-9])|20\d\d|(?<!\d)\d\d[^a-z0-9]\d\d(?!\d)"
)
_PAGE_ENDINGS = ("", ".html", ".htm")
_NHS_ENGLAND = ("www.england.nhs.uk", "england.nhs.uk")
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
    """Return the site to fetch from: england.nhs.uk, or a mirror in NHSLEAGUE_BASE_URL.

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
        f'NHSLEAGUE_BASE_URL cannot be "{mirror}".',
        "Use an https address. http works only for this machine.",
    )


def is_allowed(address: str) -> bool:
    """Return whether an address is on the site that is fetched from."""
    return urlsplit(address)[:2] == urlsplit(base_url())[:2]


def links(html: bytes, page: str) -> tuple[str, ...]:
    """Return what a page links that may matter: CSV files, and pages on the oversight framework.

    Args:
        html: the page.
        page: its address, against which links are resolved.

    Returns:
        Addresses on the site in the order of the page, each once.

    """
    from selectolax.lexbor import LexborHTMLParser

    hrefs = (link.attributes.get("href") for link in LexborHTMLParser(html).css("a[href]"))
    addresses = (resolve_link(href, page) for href in hrefs if href)
    matter = (_tidy_page(a) if is_page(a) else a for a in addresses if is_file(a) or is_page(a))
    return tuple(dict.fromkeys(matter))


def resolve_link(href: str, page: str) -> str:
    """Return the address that a link or a redirect leads to.

    NHS England's addresses become https ones, and those of a mirror where one is fetched from.

    Args:
        href: the link as the page spells it.
        page: the address of the page that has it.

    Returns:
        The address without its fragment; empty where it is none, or is on another site.

    """
    try:
        parts = urlsplit(urljoin(page, href.strip()))._replace(fragment="")
        if parts.hostname in _NHS_ENGLAND:
            path = urlunsplit(parts._replace(scheme="", netloc=""))
            return f"{base_url()}/{path.lstrip('/')}"
        address = urlunsplit(parts)
        return address if is_allowed(address) else ""
    except ValueError:
        return ""


def is_file(address: str) -> bool:
    """Return whether an address is a CSV file's."""
    return file_name(address).casefold().endswith(".csv")


def is_page(address: str) -> bool:
    """Return whether an address is a page's and speaks of the oversight framework."""
    path = PurePosixPath(unquote(urlsplit(address).path).casefold())
    return path.suffix in _PAGE_ENDINGS and bool(_OF_THE_FRAMEWORK.search(str(path)))


def is_release_name(name: str) -> bool:
    """Return whether a file's name says that it holds trusts' figures or a league table."""
    name = name.casefold()
    return bool(_RELEASE.search(name)) and not _BESIDE_A_RELEASE.search(name)


def may_be_release_name(name: str) -> bool:
    """Return whether a file of this name could be a release file, as far as its name says."""
    return is_release_name(name) or bool(
        _POSSIBLE.search(name.casefold()) or _OF_THE_FRAMEWORK.search(name.casefold())
    )


def is_same_page(one: str, other: str) -> bool:
    """Return whether two addresses are one page's, whatever their case and last stroke."""
    return _tidy_page(one).casefold() == _tidy_page(other).casefold()


def _tidy_page(address: str) -> str:
    """Return a page's address without what does not matter, such as where it is to be shared."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/", query="", fragment=""))


def file_name(address: str) -> str:
    """Return the name of the file at an address, as it can be shown; no path is made of it."""
    return printable_name(PurePosixPath(unquote(urlsplit(address).path)).name)


def printable_name(name: str) -> str:
    """Return a file's name without what acts on a terminal; only its end where it is long."""
    return printable(name)[-_LONGEST_NAME:]


def printable(text: str) -> str:
    """Return a text, such as a path, without the characters that act on a terminal."""
    return "".join(letter for letter in text if letter.isprintable())


def published(address: str) -> str:
    """Return when a file was published as far as its address shows: ``2026-03``; else empty."""
    path = urlsplit(address).path
    year, month = [*path.partition(_UPLOADS)[2].split("/"), "", ""][:2]
    return f"{year}-{month}" if year.isdigit() and month.isdigit() else ""


def merge_addresses(linked: Iterable[str], known: Iterable[str]) -> list[str]:
    """Merge what is linked and what is known into one list, each address once, the known first."""
    return list(dict.fromkeys([*known, *linked]))
