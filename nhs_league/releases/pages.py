"""The site's pages: which are read, and which release files they link."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import httpx

from nhs_league.errors import NoDataError, UnreachableError
from nhs_league.releases import catalogue
from nhs_league.releases.download import MissingError, Unchanged, download, too_slow
from nhs_league.releases.manifest import Seen
from nhs_league.releases.waiting import Waiting
from nhs_league.version import __version__

MOST = 30
"""How many pages are read that the known pages link."""


@dataclass(frozen=True)
class PageFiles:
    """What the pages of the site link.

    Attributes:
        files: addresses of the CSV files whose names could be a release file's.
        others: addresses of the CSV files whose names speak of something else.
        seen: page -> what it gave, to be remembered.
        read: a sentence on each page that was read.

    """

    files: tuple[str, ...]
    others: tuple[str, ...]
    seen: Mapping[str, Seen]
    read: tuple[str, ...]


@dataclass(frozen=True)
class _Page:
    """A page that was read: what it gave, and where it was after redirects."""

    seen: Seen
    address: str


async def read_pages(
    client: httpx.AsyncClient,
    before: Mapping[str, Seen],
    waiting: Waiting,
    on_notice: Callable[[str], None],
) -> PageFiles:
    """Read the known pages, and the pages on the oversight framework that they link.

    Pages that have moved or cannot be read are named; what the others link is used.

    Args:
        client: the client to read them with.
        before: address -> what it gave when it was last asked.
        waiting: what waits for the answers.
        on_notice: called with what a person should know.

    Returns:
        What the pages link, each address once, in the order of the pages.

    Raises:
        UnreachableError: none of the known pages can be reached.

    """
    known = catalogue.page_addresses()
    got = await _read(client, known, before, waiting)
    if all(isinstance(page, UnreachableError) for page in got.values()):
        raise next(page for page in got.values() if isinstance(page, UnreachableError))
    for address, page in got.items():
        if notice := _notice(address, page):
            on_notice(notice)
    pages = {a: page for a, page in got.items() if isinstance(page, _Page)}
    linked = _linked_pages(pages)
    if len(linked) > MOST:
        on_notice(f"The site links {len(linked)} pages on the framework; only {MOST} are read.")
    for address, page in (await _read(client, linked[:MOST], before, waiting)).items():
        if isinstance(page, _Page):
            pages[address] = page
        else:
            on_notice(_not_read(address, page))
    addresses = dict.fromkeys(a for page in pages.values() for a in _files(page))
    files = tuple(a for a in addresses if catalogue.may_be_release_name(catalogue.file_name(a)))
    if pages and not files:
        on_notice("No page of the site links a release file. Using the files known already.")
    return PageFiles(
        files,
        tuple(a for a in addresses if a not in files),
        {address: page.seen for address, page in pages.items()},
        tuple(f"Read {address}, which links {_counted(page)}." for address, page in pages.items()),
    )


async def _read(
    client: httpx.AsyncClient,
    addresses: Iterable[str],
    before: Mapping[str, Seen],
    waiting: Waiting,
) -> dict[str, _Page | NoDataError]:
    addresses = list(addresses)
    results = await waiting.results(
        {a: partial(_page, client, a, before.get(a), waiting) for a in addresses}
    )
    return {address: results.get(address, too_slow(address)) for address in addresses}


async def _page(
    client: httpx.AsyncClient, address: str, before: Seen | None, waiting: Waiting
) -> _Page | NoDataError:
    # Another version may look for other links.
    before = before if before and before.version == __version__ else None
    try:
        got = await download(client, address, before, waiting.count)
    except NoDataError as fault:
        return fault
    if isinstance(got, Unchanged):
        return _Page(before or Seen("", ""), got.address)
    links = catalogue.links(got.data, got.address)
    return _Page(replace(got.seen, links=links, version=__version__), got.address)


def _linked_pages(pages: Mapping[str, _Page]) -> list[str]:
    """List the pages that others link and that were not read, each once."""
    read = [address for known, page in pages.items() for address in (known, page.address)]
    linked: list[str] = []
    for page in pages.values():
        for address in page.seen.links:
            if catalogue.is_page(address) and not any(
                catalogue.is_same_page(address, other) for other in (*read, *linked)
            ):
                linked.append(address)
    return linked


def _files(page: _Page) -> list[str]:
    return [address for address in page.seen.links if catalogue.is_file(address)]


def _counted(page: _Page) -> str:
    count = len(_files(page))
    return f"{count} CSV file{'' if count == 1 else 's'}"


def _notice(address: str, page: _Page | NoDataError) -> str:
    """Return what a person should know of a known page; empty where it is as it was."""
    if isinstance(page, NoDataError):
        return _not_read(address, page)
    if catalogue.is_same_page(address, page.address):
        return ""
    return f"{address} has moved to {page.address}. Reading it there."


def _not_read(address: str, fault: NoDataError) -> str:
    if isinstance(fault, MissingError):
        return f"{address} is no longer there (404). Using the other pages and known files."
    return f"{fault.message} Using the other pages and known files."
