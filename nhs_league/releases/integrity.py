"""Verify a store, repair it, and clear it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from nhs_league.errors import RefusedError
from nhs_league.frozen import frozen
from nhs_league.releases import (
    manifest as manifests,
    names,
    raw_files,
    tables,
)
from nhs_league.releases.build import build_quarters
from nhs_league.releases.commit import Rebuilt, rebuild
from nhs_league.releases.disagreements import with_doubts
from nhs_league.releases.manifest import NewerError, StoredFile, StoredQuarter
from nhs_league.releases.store import LOCK, Store, store_not_writable, write_lock

_OURS = (
    manifests.NAME,
    manifests.DIGEST,
    names.NAME,
    LOCK,
    raw_files.RAW,
    tables.FOLDER,
    tables.DERIVED,
)


@frozen
class StoredFileCheck:
    """A stored file, and whether it is right.

    Attributes:
        path: where it is, below the store.
        what: what it holds, in words.
        fault: what is wrong with it; empty where it is right.

    """

    path: str
    what: str
    fault: str = ""


def verify(store: Store) -> list[StoredFileCheck]:
    """Check what is stored: raw files by sha256, tables by raw files, doubts by tables."""
    files = store.manifest.files
    raw = [
        StoredFileCheck(
            raw_files.raw_path(stored.sha256), stored.name, raw_files.fault(store.path, stored)
        )
        for stored in files
    ]
    checks = [*raw, *_of_tables(store)]
    if not any(check.fault for check in checks):
        checks += _of_doubts(store)
    return checks


def repair(path: Path, notify: Callable[[str], None]) -> Rebuilt:
    """Restore a store from its raw files, even if its manifest is lost.

    Raw files that have changed are set aside; quarters that have lost a raw file keep their tables.

    Returns:
        The store as it is now, and what could not be restored. Files that nothing can be made of
        are to be fetched again.

    Raises:
        NewerError: the store is a newer version's.
        NoDataError: the store cannot be written.

    """
    with write_lock(path, notify):
        try:
            manifest = manifests.read(path)
            if not (path / manifests.NAME).exists():
                manifest = raw_files.salvage(path)
        except NewerError:
            raise
        except RefusedError as damage:
            notify(f"{damage.message}. Rebuilding it from the raw files.")
            manifest = raw_files.salvage(path)
        manifest = raw_files.with_left_behind(path, manifest)
        try:
            for stored in manifest.files:
                raw_files.set_damaged_aside(path, stored)
            return rebuild(path, manifest, may_lose=True)
        except OSError as error:
            raise store_not_writable(path, error) from error


def has_releases(path: Path) -> bool:
    """Return whether a folder holds releases; the sample, which can be remade, is none."""
    return any((path / name).exists() for name in (manifests.NAME, raw_files.RAW, tables.FOLDER))


def irreplaceable(path: Path) -> list[StoredFile]:
    """List the stored files that cannot be fetched again: those that were imported."""
    try:
        manifest = raw_files.salvage(path)
    except NewerError:
        return raw_files.recorded_files(path)
    return [stored for stored in manifest.files if not stored.is_fetched]


def clear(path: Path, notify: Callable[[str], None]) -> list[str]:
    """Remove all stored data in a folder, the sample's stores too; nothing else is touched.

    Returns:
        The names of what was removed.

    Raises:
        NoDataError: something cannot be removed.

    """
    if not path.is_dir():
        return []
    removed = []
    try:
        with write_lock(path, notify):
            for stored in (*(path / name for name in _OURS if name != LOCK), *_samples(path)):
                if stored.is_dir():
                    shutil.rmtree(stored)
                elif stored.exists():
                    stored.unlink()
                else:
                    continue
                removed.append(stored.name)
        (path / LOCK).unlink(missing_ok=True)
    except OSError as error:
        raise store_not_writable(path, error) from error
    return removed


def _samples(path: Path) -> list[Path]:
    return [p for pattern in ("sample-*", ".sample-*") for p in path.glob(pattern) if p.is_dir()]


def _of_tables(store: Store) -> Iterator[StoredFileCheck]:
    """Compare each Parquet file with its name, and with what the raw files say."""
    # Windows does not remove a table that is still mapped into memory.
    with tempfile.TemporaryDirectory(
        prefix="nhsleague-verify-", ignore_cleanup_errors=True
    ) as folder:
        aside = Path(folder)
        built = build_quarters(store.path, store.manifest.files, aside)
        unusable = [stored for stored in built.files if stored.sha256 in built.unusable]
        for label, stored in store.manifest.quarters.items():
            missing = [file.name for file in unusable if label in file.quarters]
            made = built.quarters.get(label)
            yield from _of_quarter(store.path, label, stored, made, aside, missing)
        for label in built.quarters.keys() - store.manifest.quarters.keys():
            yield StoredFileCheck(f"{tables.FOLDER}/…", label, "missing")


def _of_doubts(store: Store) -> Iterator[StoredFileCheck]:
    """Name the quarters whose doubts are not those that the tables of all quarters give."""
    quarters = store.manifest.quarters
    for label, stored in with_doubts(store.path, quarters).items():
        if stored.doubts != quarters[label].doubts:
            yield StoredFileCheck(manifests.NAME, f"doubts, {label}", "does not match the tables")


def _of_quarter(
    root: Path,
    label: str,
    stored: StoredQuarter,
    made: StoredQuarter | None,
    aside: Path,
    missing: list[str],
) -> Iterator[StoredFileCheck]:
    for name, path in stored.paths.items():
        check = StoredFileCheck(path, f"{name}, {label}")
        if not tables.is_intact(root, path):
            yield replace(check, fault="missing, or changed since it was written")
        elif missing:
            yield replace(check, fault=f"cannot be checked without {', '.join(missing)}")
        elif not tables.is_same(root, stored, aside, made, name):
            yield replace(check, fault="does not match its raw files")
        else:
            yield check
    if made is not None and not missing:
        for name in made.paths.keys() - stored.paths.keys():
            yield StoredFileCheck(f"{tables.FOLDER}/…/{name}", f"{name}, {label}", "missing")
