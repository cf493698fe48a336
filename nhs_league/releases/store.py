"""What is kept on this machine: raw files as they came, tidy Parquet by quarter, a manifest.

    manifest.json      what is kept; whoever replaces it changes the store
    names.json         names for shell completion
    raw/<sha256>.csv   each file ever accepted, as it came
    tidy/              a quarter's frames (see ``tidy``)
    .lock              held by the one process that changes the store

The manifest is replaced last; so a reader that has read it finds the files it names, whatever
happens meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from nhs_league.errors import NoDataError, RefusedError
from nhs_league.league.schema.frames import SCHEMAS, Frames
from nhs_league.league.schema.quarters import Quarter
from nhs_league.releases import manifest as manifests, tidy
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

    A store of an older layout is made anew from its raw files.

    Raises:
        RefusedError: the manifest cannot be read, or has a newer version's layout.

    """
    store = Store(path, read_manifest(path), notify)
    if store.manifest.layout < manifests.FORMAT:
        notify(f"The store in {path} is of an older version; making it anew from its raw files.")
        return rebuilt(store)
    return store


def read_manifest(path: Path) -> Manifest:
    """Read the manifest of the store in a folder.

    Raises:
        RefusedError: it cannot be read, or has a newer version's layout.

    """
    try:
        text = (path / manifests.NAME).read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return Manifest()
    except (OSError, UnicodeDecodeError) as error:
        raise RefusedError(
            manifests.NAME,
            f"cannot be read: {error}",
            advice="Mend the folder's rights, or choose another with --data-dir.",
        ) from error
    return manifests.from_json(text)


def read_quarters(store: Store, quarters: Iterable[Quarter]) -> Frames:
    """Give the tidy frames of some quarters, lazily: only what a question asks for is decoded.

    A stored file that is not what was written is never used: the frames are made anew from the raw
    files, and the store's ``notify`` is told.

    Raises:
        RefusedError: the frames are damaged, and cannot be made anew either.

    """
    wanted = list(quarters)
    try:
        return _scanned(store, wanted)
    except tidy.DamagedError as damage:
        if read_manifest(store.path) != store.manifest:
            return _scanned(reopened(store), wanted)
        store.notify(f"{damage}. Made anew from the raw files.")
        return _scanned(rebuilt(store), wanted)


def reopened(store: Store) -> Store:
    """Give the store as it is now."""
    return replace(store, manifest=read_manifest(store.path))


def rebuilt(store: Store) -> Store:
    """Make a store's tidy frames anew from its raw files.

    Raises:
        RefusedError: a raw file is gone or damaged, or the store cannot be written.

    """
    from nhs_league.releases.commit import rebuild

    try:
        with writing(store.path, store.notify):
            return replace(store, manifest=rebuild(store.path, read_manifest(store.path)))
    except (NoDataError, OSError) as error:
        reason = error if isinstance(error, NoDataError) else cannot_keep(store.path, error)
        raise RefusedError(
            manifests.NAME, "the tidy frames must be made anew and cannot be", advice=str(reason)
        ) from error


def _scanned(store: Store, quarters: Sequence[Quarter]) -> Frames:
    kept = [store.manifest.quarters[quarter.label] for quarter in quarters]
    return Frames(*(tidy.scan(store.path, name, kept) for name in SCHEMAS))
