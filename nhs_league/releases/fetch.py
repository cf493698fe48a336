"""Fetch new and revised release files: read the site's pages, download what they link."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

import httpx
import stamina

from nhs_league.errors import NoDataError, UnreachableError
from nhs_league.frozen import frozen
from nhs_league.releases import catalogue
from nhs_league.releases.download import (
    Arrived,
    MissingError,
    OnWait,
    Unchanged,
    Waiting,
    download,
    is_changed,
    new_client as _new_client,
    too_slow,
)
from nhs_league.releases.intake import (
    NOT_A_RELEASE,
    FetchFilter,
    Outcome,
    ReceivedFile,
    Status,
    ingest,
)
from nhs_league.releases.manifest import HttpValidators
from nhs_league.releases.raw_files import raw_path
from nhs_league.releases.store import Store, reopen, write_lock
from nhs_league.version import __version__

MOST = 30
"""How many pages are read that the known pages link."""


@frozen
class Published:
    """A release file that is published, or was when this version was made.

    Attributes:
        address: where it is.
        is_linked: whether a landing page links it now.

    """

    address: str
    is_linked: bool


@frozen
class Watcher:
    """Progress callbacks of a fetch.

    Attributes:
        on_files: called with the number of files to fetch, once that is known.
        on_bytes: called with the number of bytes of each piece that arrives.
        on_file: called with the name of each file that has been dealt with, and its size or None.
        on_notice: called with what a person should know.
        on_wait: called with the addresses that are awaited, and for how many seconds nothing came.

    """

    on_files: Callable[[int], None]
    on_bytes: Callable[[int], None]
    on_file: Callable[[str, int | None], None]
    on_notice: Callable[[str], None]
    on_wait: OnWait


def fetch(
    store: Store, watcher: Watcher, only: FetchFilter | None = None, *, force: bool = False
) -> tuple[Store, list[Outcome]]:
    """Fetch new and revised files and store them; what is stored stays whatever goes wrong.

    Args:
        store: the store; another process that is at it is waited for.
        watcher: its progress callbacks.
        only: which of the files to store.
        force: whether to fetch what has not changed too.

    Returns:
        The store as it is now, and what became of each file.

    Raises:
        UnreachableError: the site cannot be reached.
        NoDataError: the store cannot be written.

    """
    with write_lock(store.path, store.notify):
        store = reopen(store)
        visit = _Visit(store, watcher, force=force)
        arrived, absent, pages = asyncio.run(visit.files())
        store, outcomes = ingest(store, arrived, only, pages)
    every = _in_order([*outcomes, *absent])
    return store, [o for o in every if only is None or _is_wanted(o, only)]


def try_out(store: Store, watcher: Watcher, *, force: bool = False) -> list[Outcome]:
    """Return what ``fetch`` would do with each file; nothing is stored.

    The pages that are read are notices, and files that are not fetched for their names are skipped.

    Raises:
        UnreachableError: the site cannot be reached.

    """
    return _in_order(asyncio.run(_Visit(store, watcher, force=force).changes()))


def available(store: Store, watcher: Watcher) -> list[Published]:
    """Ask the site which release files it has, and add those known to this version.

    Raises:
        UnreachableError: the site cannot be reached.

    """
    return asyncio.run(_Visit(store, watcher, force=False).published())


class _Visit:
    """One visit: the connection, what is known from before, and its progress callbacks."""

    def __init__(self, store: Store, watcher: Watcher, *, force: bool) -> None:
        stamina.instrumentation.set_on_retry_hooks([])
        self._store, self._watcher, self._force = store, watcher, force
        self._waiting = Waiting(watcher.on_wait)

    async def published(self) -> list[Published]:
        async with _new_client() as client:
            published, _ = await self._published(client)
        return published

    async def files(self) -> tuple[list[ReceivedFile], list[Outcome], dict[str, HttpValidators]]:
        async with _new_client() as client:
            published, pages = await self._published(client)
            self._watcher.on_files(len(published))
            got = await self._waiting.results(
                {file.address: partial(self._file, client, file) for file in published}
            )
        arrived = [file for file in got.values() if isinstance(file, ReceivedFile)]
        absent = [file for file in got.values() if isinstance(file, Outcome)]
        return arrived, [*absent, *_given_up(published, got)], dict(pages.seen)

    async def changes(self) -> list[Outcome]:
        async with _new_client() as client:
            published, pages = await self._published(client)
            for line in pages.read:
                self._watcher.on_notice(line)
            self._watcher.on_files(len(published))
            got = await self._waiting.results(
                {file.address: partial(self._change, client, file) for file in published}
            )
        return [*got.values(), *_given_up(published, got), *map(_passed_over, pages.others)]

    async def _published(self, client: httpx.AsyncClient) -> tuple[list[Published], PageFiles]:
        seen = self._store.manifest.seen
        pages = await read_pages(client, seen, self._waiting, self._watcher.on_notice)
        every = catalogue.merge_addresses(pages.files, catalogue.known_addresses())
        return [Published(address, address in pages.files) for address in every], pages

    def _count(self, size: int) -> None:
        self._waiting.count(size)
        self._watcher.on_bytes(size)

    async def _file(self, client: httpx.AsyncClient, file: Published) -> ReceivedFile | Outcome:
        address, name = file.address, catalogue.file_name(file.address)
        before = self._before(address)
        got = await self._tried(file, lambda: download(client, address, before, self._count))
        self._watcher.on_file(name, len(got.data) if isinstance(got, Arrived) else None)
        if isinstance(got, Outcome):
            return got
        if isinstance(got, Arrived):
            published = catalogue.published(address)
            may_be_other = not catalogue.is_release_name(name)
            return ReceivedFile(
                name, got.data, address, published, got.seen, may_be_other=may_be_other
            )
        return self._unchanged(file)

    async def _change(self, client: httpx.AsyncClient, file: Published) -> Outcome:
        before = self._before(file.address)
        changed = await self._tried(file, lambda: is_changed(client, file.address, before))
        name = catalogue.file_name(file.address)
        self._watcher.on_file(name, None)
        if isinstance(changed, Outcome):
            return changed
        if changed:
            return Outcome(name, file.address, Status.WOULD_FETCH)
        return self._unchanged(file)

    async def _tried(
        self, file: Published, ask: Callable[[], Awaitable[Arrived | Unchanged | bool]]
    ) -> Arrived | Unchanged | bool | Outcome:
        name = catalogue.file_name(file.address)
        try:
            return await ask()
        except MissingError as missing:
            # A file of the built-in list that no page links need not be there.
            status = Status.FAILED if file.is_linked else Status.MISSING
            return Outcome(name, file.address, status, reason=str(missing))
        except NoDataError as fault:
            return Outcome(name, file.address, Status.FAILED, reason=str(fault))

    def _before(self, address: str) -> HttpValidators | None:
        """Return what an address gave before, if it is still stored, or would still be refused."""
        seen = self._store.manifest.seen.get(address)
        if seen is None or self._force:
            return None
        if seen.refusal:
            # Another version may understand what this one was refused by.
            return seen if seen.version == __version__ else None
        return seen if (self._store.path / raw_path(seen.sha256)).is_file() else None

    def _unchanged(self, file: Published) -> Outcome:
        seen = self._store.manifest.seen[file.address]
        name = catalogue.file_name(file.address)
        if seen.refusal:
            is_other = seen.refusal.endswith(NOT_A_RELEASE)
            status = Status.SKIPPED if is_other else Status.REFUSED
            return Outcome(name, file.address, status, reason=seen.refusal)
        stored = next((k for k in self._store.manifest.files if k.sha256 == seen.sha256), None)
        return Outcome(name, file.address, Status.UNCHANGED, stored)


def _given_up(published: Sequence[Published], got: Collection[str]) -> list[Outcome]:
    """List the files for which the site was too slow."""
    return [
        Outcome(
            catalogue.file_name(file.address),
            file.address,
            Status.FAILED,
            reason=f"{urlsplit(file.address).netloc} is too slow or has stopped answering.",
        )
        for file in published
        if file.address not in got
    ]


def _passed_over(address: str) -> Outcome:
    name = catalogue.file_name(address)
    reason = f"{name}: not fetched, because its name does not suggest trusts' figures"
    return Outcome(name, address, Status.SKIPPED, reason=reason)


def _is_wanted(outcome: Outcome, only: FetchFilter) -> bool:
    if outcome.status is Status.LEFT_OUT:
        return False
    return outcome.stored is None or only.accepts(outcome.stored)


def _in_order(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Sort outcomes by the quarters and trust types that they are of."""
    return sorted(
        outcomes,
        key=lambda o: (
            o.stored is None,
            (o.stored.quarters[-1][3:], o.stored.quarters[-1], o.stored.trust_types, o.stored.kind)
            if o.stored
            else ("", "", (), ""),
            o.source,
        ),
    )


@frozen
class PageFiles:
    """The links of the site's pages.

    Attributes:
        files: addresses of the CSV files whose names could be a release file's.
        others: addresses of the CSV files whose names are of something else.
        seen: page -> what it gave, to be remembered.
        read: a sentence on each page that was read.

    """

    files: tuple[str, ...]
    others: tuple[str, ...]
    seen: Mapping[str, HttpValidators]
    read: tuple[str, ...]


@frozen
class _Page:
    """A page that was read: what it gave, and where it was after redirects."""

    seen: HttpValidators
    address: str


async def read_pages(
    client: httpx.AsyncClient,
    before: Mapping[str, HttpValidators],
    waiting: Waiting,
    on_notice: Callable[[str], None],
) -> PageFiles:
    """Read the known pages, and the pages on the oversight framework that they link.

    Pages that have moved or cannot be read are named; what the others link is used.

    Args:
        client: the client to read them with.
        before: address -> what it gave at the last request.
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
        on_notice(f"The site links to {len(linked)} pages on the framework. Only {MOST} are read.")
    for address, page in (await _read(client, linked[:MOST], before, waiting)).items():
        if isinstance(page, _Page):
            pages[address] = page
        else:
            on_notice(_not_read(address, page))
    addresses = dict.fromkeys(a for page in pages.values() for a in _files(page))
    files = tuple(a for a in addresses if catalogue.may_be_release_name(catalogue.file_name(a)))
    if pages and not files:
        on_notice("No page of the site links to a release file. Using the files already known.")
    return PageFiles(
        files,
        tuple(a for a in addresses if a not in files),
        {address: page.seen for address, page in pages.items()},
        tuple(
            f"Read {address}, which links to {_counted(page)}." for address, page in pages.items()
        ),
    )


async def _read(
    client: httpx.AsyncClient,
    addresses: Iterable[str],
    before: Mapping[str, HttpValidators],
    waiting: Waiting,
) -> dict[str, _Page | NoDataError]:
    addresses = list(addresses)
    results = await waiting.results(
        {a: partial(_page, client, a, before.get(a), waiting) for a in addresses}
    )
    return {address: results.get(address, too_slow(address)) for address in addresses}


async def _page(
    client: httpx.AsyncClient, address: str, before: HttpValidators | None, waiting: Waiting
) -> _Page | NoDataError:
    # Another version may look for other links.
    before = before if before and before.version == __version__ else None
    try:
        got = await download(client, address, before, waiting.count)
    except NoDataError as fault:
        return fault
    if isinstance(got, Unchanged):
        return _Page(before or HttpValidators("", ""), got.address)
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
        return f"{address} no longer exists (404). Using the other pages and known files."
    return f"{fault.message} Using the other pages and known files."
