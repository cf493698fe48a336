"""What is kept on this machine: raw files as they came, tidy Parquet by quarter, a manifest.

    manifest.json                          what is kept; whoever replaces it changes the store
    raw/<sha256>.csv                       each file ever accepted, as it came
    tidy/2025-26-q3/<frame>-<digest>.parquet   a quarter's frames, named by their content

Everything is written under a temporary name and moved into place, the manifest last; so a reader
that has read the manifest finds the files it names, whatever happens meanwhile.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import polars as pl

from nhs_league.errors import NoDataError, RefusedError
from nhs_league.league.schema.frames import SCHEMAS, Frames
from nhs_league.league.schema.quarters import Quarter
from nhs_league.releases import manifest as manifests
from nhs_league.releases.manifest import KeptFile, KeptQuarter, Manifest
from nhs_league.releases.merge import QuarterFrames, merge, nothing
from nhs_league.releases.parse import ParsedFile, parse_file

_ADVICE = "Fetch the releases again into an empty folder (--data-dir)."


@dataclass(frozen=True)
class Store:
    """A store as it was when it was opened.

    Attributes:
        path: its folder.
        manifest: what it holds.

    """

    path: Path
    manifest: Manifest

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        """The quarters kept, oldest first."""
        return tuple(sorted(Quarter.parse(label) for label in self.manifest.quarters))


@dataclass(frozen=True)
class Incoming:
    """A file that may be added to a store.

    Attributes:
        name: the file's own name.
        data: the file as it came.
        source: the address or path it came from.
        published: when it was published as far as known, ISO date or date-time; else empty.

    """

    name: str
    data: bytes
    source: str
    published: str = ""


class Status(StrEnum):
    """What became of a file."""

    NEW = "new"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class Outcome:
    """What became of one incoming file.

    Attributes:
        name: the file's own name.
        status: new, unchanged or refused.
        kept: what the manifest says of it; None where it was refused.
        refusal: why it was refused; None where it was not.

    """

    name: str
    status: Status
    kept: KeptFile | None = None
    refusal: RefusedError | None = None


def open_store(path: Path) -> Store:
    """Open the store in a folder; a folder that is not there is an empty store.

    Raises:
        RefusedError: the manifest cannot be read or has another version's layout.

    """
    try:
        text = (path / manifests.NAME).read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return Store(path, Manifest())
    except (OSError, UnicodeDecodeError) as error:
        raise RefusedError(manifests.NAME, f"cannot be read: {error}", advice=_ADVICE) from error
    return Store(path, manifests.from_json(text))


def read_quarters(store: Store, quarters: Iterable[Quarter]) -> Frames:
    """Give the tidy frames of some quarters, lazily: only what a question asks for is read.

    Raises:
        RefusedError: a Parquet file that the manifest names is gone.

    """
    kept = [store.manifest.quarters[quarter.label] for quarter in quarters]
    return Frames(*(_scan(store, [quarter.paths[name] for quarter in kept]) for name in SCHEMAS))


def add_files(store: Store, incoming: Iterable[Incoming]) -> tuple[Store, list[Outcome]]:
    """Add release files to a store; all that are accepted appear in it at once.

    Args:
        store: the store; its folder is made where it is not there.
        incoming: the files; the same content again is told from a new one.

    Returns:
        The store as it is now, and what became of each file in the given order. Refused files
        leave nothing behind.

    Raises:
        NoDataError: the folder cannot be written.

    """
    outcomes: list[Outcome] = []
    parsed: list[ParsedFile] = []
    files = list(store.manifest.files)
    raw: dict[str, bytes] = {}
    for file in incoming:
        sha256 = hashlib.sha256(file.data).hexdigest()
        known = next((kept for kept in files if kept.sha256 == sha256), None)
        if known is not None:
            outcomes.append(Outcome(file.name, Status.UNCHANGED, known))
            continue
        try:
            found = parse_file(
                file.name, file.data, release_file=manifests.release_file(file.name, sha256)
            )
        except RefusedError as refusal:
            outcomes.append(Outcome(file.name, Status.REFUSED, refusal=refusal))
            continue
        parsed.append(found)
        raw[sha256] = file.data
        files.append(_described(file, sha256, found))
        outcomes.append(Outcome(file.name, Status.NEW, files[-1]))
    if parsed:
        try:
            store = _commit(store, files, parsed, raw)
        except OSError as error:
            raise NoDataError(
                f"The releases cannot be kept in {store.path}: {error.strerror or error}.",
                "Choose another folder with --data-dir or NHSLEAGUE_DATA_DIR.",
            ) from error
    return store, outcomes


def _described(file: Incoming, sha256: str, found: ParsedFile) -> KeptFile:
    return KeptFile(
        sha256=sha256,
        name=file.name,
        source=file.source,
        published=file.published,
        added=datetime.now(UTC).isoformat(timespec="seconds"),
        kind=str(found.kind),
        quarters=tuple(quarter.label for quarter in found.quarters),
        trust_types=found.trust_types,
        rows=found.rows,
        trusts=found.trusts,
        notices=found.notices,
    )


def _commit(
    store: Store, files: list[KeptFile], parsed: list[ParsedFile], raw: dict[str, bytes]
) -> Store:
    """Write raw files and the touched quarters' frames, then the manifest that names them."""
    for sha256, data in raw.items():
        _write(store.path / "raw" / f"{sha256}.csv", data)
    order = manifests.publication_order(files)
    quarters = dict(store.manifest.quarters)
    for quarter in sorted({quarter for found in parsed for quarter in found.quarters}):
        says = [found for found in parsed if quarter in found.quarters]
        quarters[quarter.label] = _write_quarter(
            store, quarter, merge(_kept(store, quarter), quarter.label, says, order)
        )
    before = {path for kept in store.manifest.quarters.values() for path in kept.paths.values()}
    now = {path for kept in quarters.values() for path in kept.paths.values()}
    changed = Manifest(tuple(files), quarters, tuple(sorted(before - now)))
    _write(store.path / manifests.NAME, manifests.to_json(changed).encode("utf-8"))
    for path in set(store.manifest.retired) - now:
        (store.path / path).unlink(missing_ok=True)
    return replace(store, manifest=changed)


def _kept(store: Store, quarter: Quarter) -> QuarterFrames:
    kept = store.manifest.quarters.get(quarter.label)
    if kept is None:
        return nothing()
    return QuarterFrames(
        **{f.name: _scan(store, [kept.paths[f.name]]).collect() for f in fields(QuarterFrames)}
    )


def _scan(store: Store, paths: list[str]) -> pl.LazyFrame:
    for path in paths:
        if not (store.path / path).is_file():
            raise RefusedError(path, f"this file is gone from {store.path}", advice=_ADVICE)
    # Polars takes paths as UTF-8; with LC_ALL=C Python holds the same bytes in another spelling.
    try:
        names = [os.fsencode(store.path / path).decode("utf-8") for path in paths]
    except UnicodeDecodeError:
        return pl.scan_parquet([(store.path / path).read_bytes() for path in paths])
    return pl.scan_parquet(names, glob=False)


def _write_quarter(store: Store, quarter: Quarter, merged: QuarterFrames) -> KeptQuarter:
    paths = {}
    for name in (f.name for f in fields(QuarterFrames)):
        buffer = io.BytesIO()
        getattr(merged, name).write_parquet(buffer, compression="zstd", statistics=True)
        digest = hashlib.sha256(buffer.getvalue()).hexdigest()[:16]
        paths[name] = f"tidy/{quarter.slug}/{name}-{digest}.parquet"
        if not (store.path / paths[name]).exists():
            _write(store.path / paths[name], buffer.getvalue())
    return KeptQuarter(paths, tuple(merged.standings["trust_type"].unique().sort()))


def _write(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
