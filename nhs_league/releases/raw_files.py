"""Raw files as they came, and beside each a record of where it came from.

    raw/<sha256>.csv       the file
    raw/<sha256>.json      its record: all that the manifest says about it
    raw/<sha256>.damaged   a file that no longer has the content its name promises

A record is written before its file, and both before the manifest; so a store that has lost its
manifest can be restored from ``raw/`` alone, its order of publication too.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from nhs_league.errors import RefusedError
from nhs_league.files import move, write_atomically
from nhs_league.releases import manifest as manifests, tables
from nhs_league.releases.manifest import Manifest, StoredFile

RAW = "raw"
_FILE, _RECORD, _DAMAGED = ".csv", ".json", ".damaged"


def raw_path(sha256: str) -> str:
    """Return a raw file's path below the store."""
    return f"{RAW}/{sha256}{_FILE}"


def add(root: Path, stored: StoredFile, data: bytes | None = None) -> None:
    """Write a file's record, and the file itself where its content is new.

    Raises:
        OSError: one of them cannot be written.

    """
    record = json.dumps(asdict(stored), ensure_ascii=False, indent=1).encode("utf-8")
    path = root / RAW / f"{stored.sha256}{_RECORD}"
    is_new = not path.exists()
    if not _holds(path, record):
        write_atomically(path, record)
    if data is not None:
        try:
            write_atomically(root / raw_path(stored.sha256), data)
        except OSError:
            if is_new:
                path.unlink(missing_ok=True)
            raise
        (root / RAW / f"{stored.sha256}{_DAMAGED}").unlink(missing_ok=True)


def is_there(root: Path, stored: StoredFile) -> bool:
    """Return whether a raw file can be opened; its content is not looked at."""
    return os.access(root / raw_path(stored.sha256), os.R_OK)


def fault(root: Path, stored: StoredFile) -> str:
    """Return what is wrong with a raw file; empty where it is what came."""
    try:
        read_raw(root, stored)
    except RefusedError:
        return "missing or changed" if is_there(root, stored) else "missing or unreadable"
    return ""


def read_raw(root: Path, stored: StoredFile) -> bytes:
    """Read a raw file that is known to be what came.

    Raises:
        RefusedError: it is missing, cannot be read or has changed.

    """
    try:
        data = (root / raw_path(stored.sha256)).read_bytes()
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != stored.sha256:
        repair = "download it again" if stored.is_fetched else "keep the tables made from it"
        raise RefusedError(
            raw_path(stored.sha256),
            f"the stored copy of {stored.name} is missing or has changed",
            advice=f'Run "nhsleague cache repair" to {repair}.',
        )
    return data


def set_damaged_aside(root: Path, stored: StoredFile) -> None:
    """Rename a raw file that has changed: it may be all that is left."""
    path = root / raw_path(stored.sha256)
    if is_there(root, stored) and hashlib.sha256(path.read_bytes()).hexdigest() != stored.sha256:
        move(path, path.with_suffix(_DAMAGED))


def has_raw_files(root: Path) -> bool:
    """Return whether any raw file is there."""
    return any((root / RAW).glob(f"*{_FILE}"))


def recorded_files(root: Path) -> list[StoredFile]:
    """List the files that ``raw/`` knows, in the order in which they were added.

    Files with a record come with all that it says, even where the file itself is gone. A file
    without one is called as the stored tables name it, else by its sha256; when it was published
    and added is unknown, so it counts as added last.
    """
    known = sorted(_records(root), key=lambda stored: (stored.order, stored.sha256))
    strange = _without_record(root, {stored.sha256 for stored in known})
    last = max((stored.order for stored in known), default=0)
    names = names_in_tables(root) if strange else {}
    for number, sha256 in enumerate(strange, start=last + 1):
        name = names.get(sha256[:8], f"{sha256}{_FILE}")
        known.append(StoredFile(sha256, name, "", "", "", order=number))
    return known


def names_in_tables(root: Path) -> dict[str, str]:
    """Return the first digits of a file's sha256 -> its name, from the tables' rows of it."""
    import polars as pl

    names: dict[str, str] = {}
    for path in sorted((root / manifests.TABLES).rglob("*.parquet")):
        try:
            files = pl.read_parquet(path, columns=["release_file"])["release_file"].unique()
        except (OSError, pl.exceptions.PolarsError):
            continue
        for file in files.drop_nulls():
            for one in file.split(" + "):
                name, _, digits = one.rpartition("#")
                names[digits] = name
    return names


def _records(root: Path) -> Iterator[StoredFile]:
    for path in sorted((root / RAW).glob(f"*{_RECORD}")):
        try:
            stored = manifests.stored_file(json.loads(path.read_bytes()))
        except (OSError, ValueError, TypeError, AttributeError):
            continue
        if stored.sha256 == path.stem:
            yield stored


def _without_record(root: Path, known: set[str]) -> list[str]:
    return [
        path.stem
        for path in sorted((root / RAW).glob(f"*{_FILE}"))
        if path.stem not in known and _is_named_by_content(path)
    ]


def _is_named_by_content(path: Path) -> bool:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == path.stem
    except OSError:
        return False


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except OSError:
        return False


def salvage(root: Path) -> Manifest:
    """Rebuild a manifest without relying on the one that is there, if any.

    The files are those that ``raw/`` knows: those that are there, and those that are missing but
    have rows in a table. A record alone may be of a file that was never stored. Tables are named so
    that those of missing raw files can stay: as an untrusted manifest names them, else as they
    are there.

    Raises:
        NewerError: the manifest is of a newer version of the store's layout.

    """
    untrusted = manifests.read_unchecked(root)
    files = list(_files(root))
    known = {stored.sha256 for stored in files}
    files += [stored for stored in untrusted.files if stored.sha256 not in known]
    named = {
        label: stored
        for label, stored in untrusted.quarters.items()
        if tables.are_intact(root, stored) and tables.label_of(root, stored) == label
    }
    quarters = {**tables.left_behind(root), **named}
    return replace(untrusted, files=tuple(files), quarters=quarters, seen={}, superseded={})


def with_left_behind(root: Path, manifest: Manifest) -> Manifest:
    """Add the raw files that a manifest does not name: a change was cut short before it did."""
    known = {stored.sha256 for stored in manifest.files}
    more = [
        stored
        for stored in recorded_files(root)
        if stored.sha256 not in known and is_there(root, stored)
    ]
    return replace(manifest, files=(*manifest.files, *more))


def _files(root: Path) -> Iterator[StoredFile]:
    in_tables: dict[str, str] | None = None
    for stored in recorded_files(root):
        if not is_there(root, stored):
            in_tables = names_in_tables(root) if in_tables is None else in_tables
            if stored.sha256[:8] not in in_tables:
                continue
        yield stored
