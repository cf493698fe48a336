"""A visit to the site: what is published, which of it is new or revised, and keeping that."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

import httpx
import stamina

from nhs_league.errors import NoDataError, UnreachableError
from nhs_league.releases import catalogue
from nhs_league.releases.download import (
    AT_ONCE,
    Arrived,
    MissingError,
    download,
    is_changed,
    new_client as _new_client,
)
from nhs_league.releases.intake import Incoming, Only, Outcome, Status, take
from nhs_league.releases.lock import writing
from nhs_league.releases.manifest import Seen
from nhs_league.releases.records import raw_path
from nhs_league.releases.store import Store, reopened
from nhs_league.version import __version__


@dataclass(frozen=True)
class Published:
    """A release file that is published, or was when this version was made.

    Attributes:
        address: where it is.
        is_linked: whether a landing page links it now.

    """

    address: str
    is_linked: bool


@dataclass(frozen=True)
class Watcher:
    """Who is told how a visit goes.

    Attributes:
        on_files: called with the number of files to fetch, once that is known.
        on_bytes: called with the number of bytes of each piece that arrives.
        on_file: called with the name of each file that has been dealt with, and its size or None.
        on_notice: called with what a person should know.

    """

    on_files: Callable[[int], None]
    on_bytes: Callable[[int], None]
    on_file: Callable[[str, int | None], None]
    on_notice: Callable[[str], None]


def fetch(
    store: Store, watcher: Watcher, only: Only | None = None, *, force: bool = False
) -> tuple[Store, list[Outcome]]:
    """Fetch what is new or revised and keep it; what is kept stays whatever goes wrong.

    Args:
        store: the store; another process that is at it is waited for.
        watcher: who is told how it goes.
        only: which of the files to keep.
        force: whether to fetch what has not changed too.

    Returns:
        The store as it is now, and what became of each file.

    Raises:
        UnreachableError: the site cannot be reached.
        NoDataError: the store cannot be written.

    """
    with writing(store.path, store.notify):
        store = reopened(store)
        visit = _Visit(store, watcher, force=force)
        arrived, absent, pages = asyncio.run(visit.files())
        store, outcomes = take(store, arrived, only, pages)
    every = _in_order([*outcomes, *absent])
    return store, [o for o in every if only is None or _is_wanted(o, only)]


def try_out(store: Store, watcher: Watcher, *, force: bool = False) -> list[Outcome]:
    """Tell what ``fetch`` would fetch; nothing is kept.

    Raises:
        UnreachableError: the site cannot be reached.

    """
    return _in_order(asyncio.run(_Visit(store, watcher, force=force).changes()))


def available(store: Store, watcher: Watcher) -> list[Published]:
    """Ask the site which release files it has, and add those known to this version.

    Raises:
        UnreachableError: the site cannot be reached.

    """
    published, _ = asyncio.run(_Visit(store, watcher, force=False).published())
    return published


class _Visit:
    """One visit: the connection, what is known from before, and who is told."""

    def __init__(self, store: Store, watcher: Watcher, *, force: bool) -> None:
        stamina.instrumentation.set_on_retry_hooks([])
        self._store, self._watcher, self._force = store, watcher, force
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def published(self) -> tuple[list[Published], dict[str, Seen]]:
        async with _new_client() as client:
            return await self._published(client)

    async def files(self) -> tuple[list[Incoming], list[Outcome], dict[str, Seen]]:
        async with _new_client() as client:
            published, pages = await self._published(client)
            self._watcher.on_files(len(published))
            got = await asyncio.gather(*(self._file(client, file) for file in published))
        arrived = [file for file in got if isinstance(file, Incoming)]
        return arrived, [file for file in got if isinstance(file, Outcome)], pages

    async def changes(self) -> list[Outcome]:
        async with _new_client() as client:
            published, _ = await self._published(client)
            self._watcher.on_files(len(published))
            return await asyncio.gather(*(self._change(client, file) for file in published))

    async def _published(
        self, client: httpx.AsyncClient
    ) -> tuple[list[Published], dict[str, Seen]]:
        pages = catalogue.page_addresses()
        got = await asyncio.gather(*(self._page(client, page) for page in pages))
        if all(isinstance(one, UnreachableError) for one in got):
            raise got[0]  # type: ignore[misc]
        seen: dict[str, Seen] = {}
        for page, one in zip(pages, got, strict=True):
            if isinstance(one, NoDataError):
                self._watcher.on_notice(f"{one.message} The built-in list stands in for that page.")
            else:
                seen[page] = one
        linked = {address for one in seen.values() for address in one.links}
        every = catalogue.joined(
            (address for one in seen.values() for address in one.links),
            catalogue.known_addresses(),
        )
        return [Published(address, address in linked) for address in every], seen

    async def _page(self, client: httpx.AsyncClient, page: str) -> Seen | NoDataError:
        before = self._store.manifest.seen.get(page)
        try:
            async with self._at_once:
                got = await download(client, page, before, _ignore)
        except NoDataError as fault:
            return fault
        if isinstance(got, Arrived):
            return replace(got.seen, links=catalogue.links(got.data, page))
        return before or Seen("", "")

    async def _file(self, client: httpx.AsyncClient, file: Published) -> Incoming | Outcome:
        address, name = file.address, catalogue.file_name(file.address)
        before = self._before(address)
        got = await self._tried(
            file, lambda: download(client, address, before, self._watcher.on_bytes)
        )
        self._watcher.on_file(name, len(got.data) if isinstance(got, Arrived) else None)
        if isinstance(got, Outcome):
            return got
        if isinstance(got, Arrived):
            return Incoming(name, got.data, address, catalogue.published(address), got.seen)
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
        self, file: Published, ask: Callable[[], Awaitable[Arrived | bool | None]]
    ) -> Arrived | bool | Outcome | None:
        name = catalogue.file_name(file.address)
        try:
            async with self._at_once:
                return await ask()
        except MissingError as missing:
            # A name of the built-in list that no page links need not be there.
            status = Status.FAILED if file.is_linked else Status.MISSING
            return Outcome(name, file.address, status, reason=str(missing))
        except NoDataError as fault:
            return Outcome(name, file.address, Status.FAILED, reason=str(fault))

    def _before(self, address: str) -> Seen | None:
        """Tell what an address gave before, if that is still at hand and still judged so."""
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
            return Outcome(name, file.address, Status.REFUSED, reason=seen.refusal)
        kept = next((k for k in self._store.manifest.files if k.sha256 == seen.sha256), None)
        return Outcome(name, file.address, Status.UNCHANGED, kept)


def _is_wanted(outcome: Outcome, only: Only) -> bool:
    if outcome.status is Status.LEFT_OUT:
        return False
    return outcome.kept is None or only.lets_through(outcome.kept)


def _in_order(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Put outcomes into the order of the quarters and trust types that they are of."""
    return sorted(
        outcomes,
        key=lambda o: (
            o.kept is None,
            (o.kept.quarters[-1][3:], o.kept.quarters[-1], o.kept.trust_types, o.kept.kind)
            if o.kept
            else ("", "", (), ""),
            o.source,
        ),
    )


def _ignore(_: int) -> None:
    """Count no bytes."""
