"""The store on this machine: raw files as they came, tables by quarter, a manifest.

    manifest.json      what is stored; whoever replaces it changes the store
    manifest.sha256    its digest (see ``manifest``)
    names.json         names for shell completion
    raw/               each file ever accepted, as it came, and its record (see ``raw_files``)
    tidy/              a quarter's tables (see ``tables``)
    derived/           what was computed from them, and can be again (see ``tables``)
    .lock              held by the one process that changes the store

The manifest is replaced last; so a reader that has read it finds the files it names, whatever
happens meanwhile. One process writes at a time; readers never wait.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import field, replace
from pathlib import Path
from typing import TypeVar

import polars as pl

from nhs_league.core.frames import KEYS, SCHEMAS, Frames
from nhs_league.core.quarters import Quarter
from nhs_league.errors import NoDataError, RefusedError
from nhs_league.frozen import frozen
from nhs_league.releases import manifest as manifests, raw_files, tables
from nhs_league.releases.disagreements import mark_doubts, publication_order
from nhs_league.releases.manifest import Manifest, StoredFile

LOCK = ".lock"
Notify = Callable[[str], None]
_Scanned = TypeVar("_Scanned")
_FIGURE = [column for column in KEYS["versions"] if column != "edition"]


def _silent(_: str) -> None:
    """Ignore a message."""


@frozen
class Store:
    """A store as it was when it was opened.

    Attributes:
        path: its folder.
        manifest: what it holds.
        notify: called with what a person should know, such as that damage was repaired.

    """

    path: Path
    manifest: Manifest
    notify: Notify = field(default=_silent, compare=False)

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        """The stored quarters, oldest first."""
        return tuple(sorted(Quarter.parse(label) for label in self.manifest.quarters))


def open_store(path: Path, notify: Notify = _silent) -> Store:
    """Open the store in a folder; a folder that is not there is an empty store.

    A store of an older layout, or one that has lost its manifest, is rebuilt from its raw files.

    Raises:
        RefusedError: the manifest cannot be read, was changed, or has a newer version's layout; or
            the store cannot be rebuilt.

    """
    store = Store(path, manifests.read(path), notify)
    if store.manifest.layout < manifests.FORMAT:
        notify(f"Updating the store in {path} for this version, from its raw files.")
        return _rebuild(store)
    if _has_lost_its_manifest(path):
        notify(f"The manifest in {path} is missing. Rebuilding it from the raw files.")
        return _rebuild(store)
    return store


def read_quarters(store: Store, quarters: Iterable[Quarter]) -> Frames:
    """Scan the frames of some quarters lazily: only what a question needs is decoded.

    A stored file that is not what was written is never used: the frames are rebuilt from the raw
    files, and the store's ``notify`` is called.

    Raises:
        RefusedError: the frames are damaged, and cannot be rebuilt either.

    """
    return _mended(store, list(quarters), _scanned)


def read_parts(store: Store, quarter: Quarter) -> pl.LazyFrame:
    """Scan a quarter's standings as single files publish them, the newest publication first.

    Returns:
        Schema ``tables.STANDINGS_BY_FILE``.

    Raises:
        RefusedError: as for ``read_quarters``.

    """
    order = publication_order(store.manifest.files)
    parts = _mended(
        store,
        [quarter],
        lambda store, _: tables.scan(store.path, "parts", [store.manifest.quarters[quarter.label]]),
    )
    return parts.sort(order.expr(), descending=True, maintain_order=True)


def _mended(
    store: Store, wanted: list[Quarter], scan: Callable[[Store, list[Quarter]], _Scanned]
) -> _Scanned:
    """Scan some quarters; where a stored file is damaged, rebuild them first."""
    try:
        return scan(store, wanted)
    except tables.DamagedError as damage:
        try:
            return scan(reopen(store), wanted)
        except tables.DamagedError:
            store.notify(f"{damage.message}. Rebuilding it from the raw files.")
            return scan(_rebuild(store, wanted), wanted)


def reopen(store: Store) -> Store:
    """Return the store as it is now."""
    return replace(store, manifest=manifests.read(store.path))


def _has_lost_its_manifest(path: Path) -> bool:
    return not (path / manifests.NAME).exists() and raw_files.has_raw_files(path)


def _rebuild(store: Store, damaged: Sequence[Quarter] = ()) -> Store:
    """Rebuild a store's tidy frames, unless another process has done so meanwhile.

    Args:
        store: the store.
        damaged: the quarters of which a stored file is damaged; empty to rebuild all.

    Raises:
        RefusedError: a raw file is missing or damaged, or the store cannot be written.

    """
    from nhs_league.releases.commit import rebuild

    path = store.path
    try:
        with write_lock(path, store.notify):
            if _has_lost_its_manifest(path):
                return replace(
                    store, manifest=rebuild(path, raw_files.salvage(path), may_lose=True).manifest
                )
            manifest = manifests.read(path)
            if manifest.layout < manifests.FORMAT:
                return replace(store, manifest=rebuild(path, manifest).manifest)
            labels = [
                quarter.label
                for quarter in damaged
                if not tables.are_intact(path, manifest.quarters.get(quarter.label))
            ]
            if labels:
                manifest = rebuild(path, manifest, labels).manifest
            return replace(store, manifest=manifest)
    except (NoDataError, OSError) as error:
        reason = error if isinstance(error, NoDataError) else store_not_writable(path, error)
        raise RefusedError(
            manifests.NAME, "the store cannot be rebuilt", advice=str(reason)
        ) from error


def _scanned(store: Store, quarters: Sequence[Quarter]) -> Frames:
    stored = {quarter.label: store.manifest.quarters[quarter.label] for quarter in quarters}
    frames = Frames(*(tables.scan(store.path, name, list(stored.values())) for name in SCHEMAS))
    return replace(frames, observations=mark_doubts(frames.observations, stored))


@contextmanager
def write_lock(path: Path, notify: Notify) -> Iterator[None]:
    """Hold the store's exclusive write lock; the folder is made as needed.

    Args:
        path: the store's folder.
        notify: called once where another process has to be waited for.

    Raises:
        NoDataError: the folder cannot be written.

    """
    from filelock import FileLock, Timeout

    lock = FileLock(path / LOCK, preserve_lock_file=True)
    try:
        path.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            notify(f"Another nhsleague is changing {path}. Waiting for it to finish.")
            lock.acquire()
    except OSError as error:
        raise store_not_writable(path, error) from error
    try:
        yield
    finally:
        lock.release()


def store_not_writable(path: Path, error: OSError) -> NoDataError:
    """Build the error for a folder that cannot be written."""
    return NoDataError(
        f"Cannot store releases in {path}: {error.strerror or error}.",
        "Choose another folder with --data-dir or NHSLEAGUE_DATA_DIR.",
    )


@frozen
class Unsettled:
    """Two files that disagree, with nothing to show which was published later.

    Attributes:
        used_before: the file that counts as published earlier.
        used: the one that provides the figures.
        figures: on how many figures they disagree.

    """

    used_before: StoredFile
    used: StoredFile
    figures: int


def unsettled(store: Store) -> list[Unsettled]:
    """List the pairs of files where the order decides a figure, and is not known."""
    order = publication_order(store.manifest.files)
    if not order.unsure:
        return []
    versions = read_quarters(store, store.quarters).versions.select(
        *_FIGURE, "edition", "release_file"
    )
    used = versions.filter(pl.col("edition") == pl.col("edition").max().over(_FIGURE))
    pairs = versions.join(used, on=_FIGURE, nulls_equal=True, suffix="_used").filter(
        pl.col("edition") < pl.col("edition_used")
    )
    counted = Counter(pairs.select("release_file", "release_file_used").collect().iter_rows())
    files = {stored.release_file: stored for stored in store.manifest.files}
    return [
        Unsettled(files[before], files[used], count)
        for (before, used), count in sorted(counted.items())
        if frozenset((before, used)) in order.unsure
    ]


def settle(store: Store, earlier: StoredFile, later: StoredFile) -> Store:
    """Record a person's answer on which of two files was published later.

    Raises:
        NoDataError: the store cannot be written.

    """
    from nhs_league.releases.commit import commit

    with write_lock(store.path, store.notify):
        store = reopen(store)
        files = [
            replace(stored, follows=(*stored.follows, earlier.sha256))
            if stored.sha256 == later.sha256
            else stored
            for stored in store.manifest.files
        ]
        try:
            return replace(store, manifest=commit(store.path, store.manifest, files=files))
        except OSError as error:
            raise store_not_writable(store.path, error) from error
