"""What is kept on this machine: raw files as they came, tidy Parquet by quarter, a manifest.

    manifest.json      what is kept; whoever replaces it changes the store
    manifest.sha256    its digest (see ``manifest``)
    names.json         names for shell completion
    raw/               each file ever accepted, as it came, and its record (see ``records``)
    tidy/              a quarter's frames (see ``tidy``)
    .lock              held by the one process that changes the store

The manifest is replaced last; so a reader that has read it finds the files it names, whatever
happens meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from nhs_league.core.frames import SCHEMAS, Frames
from nhs_league.core.quarters import Quarter
from nhs_league.errors import NoDataError, RefusedError
from nhs_league.releases import fractions, manifest as manifests, records, tidy
from nhs_league.releases.lock import Notify, cannot_keep, writing
from nhs_league.releases.manifest import Manifest


def _silent(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Store:
    """A store as it was when it was opened.

    Attributes:
        path: its folder.
        manifest: what it holds.
        notify: told in words what a person should know, such as that damage was mended.

    """

    path: Path
    manifest: Manifest
    notify: Notify = field(default=_silent, compare=False)

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        """The quarters kept, oldest first."""
        return tuple(sorted(Quarter.parse(label) for label in self.manifest.quarters))


def open_store(path: Path, notify: Notify = _silent) -> Store:
    """Open the store in a folder; a folder that is not there is an empty store.

    A store of an older layout, or one that has lost its manifest, is rebuilt from its raw files.

    Raises:
        RefusedError: the manifest cannot be read, was changed, or has a newer version's layout; or
            the store must be rebuilt and cannot be.

    """
    store = Store(path, manifests.read(path), notify)
    if store.manifest.layout < manifests.FORMAT:
        notify(f"Updating the store in {path} to this version, from its raw files.")
        return _rebuilt(store)
    if _has_lost_its_manifest(path):
        notify(f"The manifest in {path} is missing. Rebuilding it from the raw files.")
        return _rebuilt(store)
    return store


def read_quarters(store: Store, quarters: Iterable[Quarter]) -> Frames:
    """Give the tidy frames of some quarters, lazily: only what a question asks for is decoded.

    A stored file that is not what was written is never used: the frames are rebuilt from the raw
    files, and the store's ``notify`` is called.

    Raises:
        RefusedError: the frames are damaged, and cannot be rebuilt either.

    """
    wanted = list(quarters)
    try:
        return _scanned(store, wanted)
    except tidy.DamagedError as damage:
        try:
            return _scanned(reopened(store), wanted)
        except tidy.DamagedError:
            store.notify(f"{damage.message}. Rebuilding it from the raw files.")
            return _scanned(_rebuilt(store, wanted), wanted)


def reopened(store: Store) -> Store:
    """Give the store as it is now."""
    return replace(store, manifest=manifests.read(store.path))


def _has_lost_its_manifest(path: Path) -> bool:
    return not (path / manifests.NAME).exists() and records.has_raw_files(path)


def _rebuilt(store: Store, damaged: Sequence[Quarter] = ()) -> Store:
    """Rebuild a store's tidy frames, unless another process has done so meanwhile.

    Args:
        store: the store.
        damaged: the quarters of which a stored file is damaged; empty to rebuild all.

    Raises:
        RefusedError: a raw file is missing or damaged, or the store cannot be written.

    """
    from nhs_league.releases.commit import rebuild
    from nhs_league.releases.salvage import salvaged

    path = store.path
    try:
        with writing(path, store.notify):
            if _has_lost_its_manifest(path):
                return replace(
                    store, manifest=rebuild(path, salvaged(path), may_lose=True).manifest
                )
            manifest = manifests.read(path)
            if manifest.layout < manifests.FORMAT:
                return replace(store, manifest=rebuild(path, manifest).manifest)
            labels = [
                quarter.label
                for quarter in damaged
                if not tidy.are_whole(path, manifest.quarters.get(quarter.label))
            ]
            if labels:
                manifest = rebuild(path, manifest, labels).manifest
            return replace(store, manifest=manifest)
    except (NoDataError, OSError) as error:
        reason = error if isinstance(error, NoDataError) else cannot_keep(path, error)
        raise RefusedError(
            manifests.NAME, "the store must be rebuilt and cannot be", advice=str(reason)
        ) from error


def _scanned(store: Store, quarters: Sequence[Quarter]) -> Frames:
    kept = {quarter.label: store.manifest.quarters[quarter.label] for quarter in quarters}
    frames = Frames(*(tidy.scan(store.path, name, list(kept.values())) for name in SCHEMAS))
    return replace(frames, observations=fractions.marked(frames.observations, kept))
