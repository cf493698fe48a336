"""The store's manifest: which files were accepted, and which Parquet files hold each quarter.

Beside it, ``manifest.sha256`` holds its digest, so that a manifest which was edited, or replaced by
another, is noticed when it is read. The manifest is replaced first and names the digest of the one
before it; so a reader between the two writes, or a process killed between them, is no alarm.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, field, replace
from pathlib import Path
from typing import Any, TypeVar

from nhs_league.core.frames import SCHEMAS
from nhs_league.core.quarters import Quarter
from nhs_league.errors import RefusedError
from nhs_league.files import write_atomically
from nhs_league.frozen import frozen
from nhs_league.version import __version__

NAME = "manifest.json"
DIGEST = "manifest.sha256"
FORMAT = 5
"""The version of the store's layout."""

REPAIR = 'Run "nhsleague cache repair" to rebuild it from the raw files.'

TABLES = "tidy"
"""The folder of the tidy frames, below the store."""

_T = TypeVar("_T")
_REVISION = re.compile(r"-v(\d{1,3})(?=\D|$)", re.IGNORECASE)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LAST_WITHOUT_ORDER = 3
_READS = 7
_FIRST_WAIT = 0.005


class NewerError(RefusedError):
    """The store has the layout of a newer version, so it is whole and not ours to change."""


@frozen
class StoredFile:
    """A release file that was accepted.

    Attributes:
        sha256: of the file as it came; its raw copy is named by it.
        name: the file's name.
        source: the address or path it came from; empty where that is lost.
        published: when it was published as far as its address or a person says, an ISO month, date
            or date-time; else empty.
        added: when it was added, ISO date-time in UTC.
        kind: ``metric`` or ``league table``.
        quarters: labels of the quarters it has figures of, oldest first.
        trust_types: the trust types it has figures of.
        rows: how many rows it has.
        trusts: how many trusts it names.
        notices: what was left out of it or left unknown.
        last_modified: the server's ``Last-Modified``, ISO date-time in UTC; else empty.
        order: its number in the order in which files were added.
        follows: the sha256 of files that it was published after, as a person answered.
        taken_as: new trust types in it -> the known ones that they were recognised as, in pairs.

    """

    sha256: str
    name: str
    source: str
    published: str
    added: str
    kind: str = ""
    quarters: tuple[str, ...] = ()
    trust_types: tuple[str, ...] = ()
    rows: int = 0
    trusts: int = 0
    notices: tuple[str, ...] = ()
    last_modified: str = ""
    order: int = 0
    follows: tuple[str, ...] = ()
    taken_as: tuple[tuple[str, str], ...] = ()

    @property
    def is_fetched(self) -> bool:
        """Whether it came from a site, so that it can be fetched again."""
        return self.source.startswith(("https://", "http://"))

    @property
    def has_name(self) -> bool:
        """Whether its name is known; else it is called by its sha256."""
        return not self.name.startswith(self.sha256)

    @property
    def revision(self) -> int:
        """The revision number in its name: 2 for ``-v2``, 1 where it has none."""
        match = _REVISION.search(self.name)
        return int(match[1]) if match else 1

    @property
    def release_file(self) -> str:
        """The name by which rows name their file; the digest distinguishes namesakes."""
        return release_file(self.name, self.sha256)


@frozen
class Doubt:
    """Why the values of a metric in a quarter's file are doubted beside another quarter's.

    Attributes:
        metric_id: the metric.
        trust_type: the type of the trusts with these values.
        release_file: the file.
        against: label of the other quarter.
        reason: what is odd, in words.

    """

    metric_id: str
    trust_type: str
    release_file: str
    against: str
    reason: str


@frozen
class StoredQuarter:
    """A quarter's Parquet files.

    Attributes:
        paths: name of the frame -> path below the store, ``/`` between its parts; frames that have
            no rows are not stored.
        trust_types: the trust types that have standings in it.
        disagreements: where its metric files and league tables differ, a sentence each.
        doubts: which of its values are doubted beside another quarter's.

    """

    paths: Mapping[str, str]
    trust_types: tuple[str, ...]
    disagreements: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()


@frozen
class HttpValidators:
    """HTTP validators and outcome of the last request to an address.

    Attributes:
        etag: the server's ``ETag``; empty where it sent none.
        last_modified: the server's ``Last-Modified``; empty where it sent none.
        sha256: of the file that it gave; empty for a page.
        refusal: why that file was refused; empty where it was accepted.
        version: the program's version that read it.
        links: for a landing page, the addresses of the release files that it links.

    """

    etag: str
    last_modified: str
    sha256: str = ""
    refusal: str = ""
    version: str = ""
    links: tuple[str, ...] = ()


@frozen
class Manifest:
    """All that a store knows of itself.

    Attributes:
        files: the accepted files in the order in which they were added.
        quarters: label -> its Parquet files.
        superseded: replaced Parquet files that a reader may still be at -> when they were replaced.
        seen: address -> what it gave at the last request.
        layout: the version of the layout that it was read from.

    """

    files: tuple[StoredFile, ...] = ()
    quarters: Mapping[str, StoredQuarter] = field(default_factory=dict)
    superseded: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, HttpValidators] = field(default_factory=dict)
    layout: int = FORMAT


def release_file(name: str, sha256: str) -> str:
    """Name a file for the frames' rows: its name and the first eight digits of its sha256."""
    return f"{name}#{sha256[:8]}"


def read(root: Path) -> Manifest:
    """Read the manifest of the store in a folder; an empty one where there is none.

    Raises:
        NewerError: it is of a newer version of the store's layout.
        RefusedError: it cannot be read, is none, or is not what was written.

    """
    for attempt in range(_READS):
        # Read before the manifest: a digest from before a change fits the one after it.
        digest = _digest_beside(root)
        try:
            data = (root / NAME).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return Manifest()
        except OSError as error:
            # Windows may refuse a file while it is being replaced.
            if attempt < _READS - 1:
                time.sleep(_FIRST_WAIT * 2**attempt)
                continue
            raise RefusedError(
                NAME,
                f"cannot be read: {error}",
                advice="Check the folder's permissions, or choose another with --data-dir.",
            ) from error
        manifest, before = _from_json(data)
        if digest in (hashlib.sha256(data).hexdigest(), before):
            return manifest
        time.sleep(_FIRST_WAIT * 2**attempt)
    raise RefusedError(
        NAME, "the manifest has been changed since nhsleague wrote it", advice=REPAIR
    )


def read_unchecked(root: Path) -> Manifest:
    """Read what a manifest says even if it was changed; an empty one where it says nothing.

    Raises:
        NewerError: it is of a newer version of the store's layout.

    """
    try:
        return _from_json((root / NAME).read_bytes())[0]
    except NewerError:
        raise
    except (OSError, RefusedError):
        return Manifest()


def write(root: Path, manifest: Manifest) -> None:
    """Replace the manifest of a store; the caller holds its lock."""
    before = _digest_of(root / NAME)
    if before != _digest_beside(root):
        # Whoever wrote the last one was stopped before its digest.
        write_atomically(root / DIGEST, before.encode("ascii"))
    data = _to_json(manifest, before).encode("utf-8")
    write_atomically(root / NAME, data)
    write_atomically(root / DIGEST, hashlib.sha256(data).hexdigest().encode("ascii"))


def stored_file(values: Mapping[str, Any]) -> StoredFile:
    """Build a file's description from JSON values.

    Raises:
        ValueError, TypeError: they are none.

    """
    stored = _of(StoredFile, values)
    for label in stored.quarters:
        Quarter.parse(label)
    is_text = all(isinstance(value, str) for value in _texts(stored))
    if not (is_text and _SHA256.fullmatch(stored.sha256) and isinstance(stored.order, int)):
        raise ValueError(f"not a file's description: {stored.name!r}")
    return stored


def _texts(stored: StoredFile) -> tuple[object, ...]:
    return (
        stored.sha256,
        stored.name,
        stored.source,
        stored.published,
        stored.added,
        stored.last_modified,
    )


def _digest_of(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _digest_beside(root: Path) -> str:
    try:
        return (root / DIGEST).read_bytes().decode("ascii", "replace").strip()
    except OSError:
        return ""


def _to_json(manifest: Manifest, before: str) -> str:
    values = {name: value for name, value in asdict(manifest).items() if name != "layout"}
    about = {"format": FORMAT, "columns": _columns(), "before": before}
    return json.dumps(about | values, ensure_ascii=False, indent=1) + "\n"


def _from_json(data: bytes) -> tuple[Manifest, str]:
    """Read a manifest and the digest of the one before it.

    Of an older layout, or of other columns, what was seen is not read.
    """
    try:
        values = json.loads(data.decode("utf-8"))
        layout = int(values["format"])
        if layout > FORMAT:
            raise NewerError(
                NAME,
                f"a newer nhsleague wrote this store (layout {layout}, not {FORMAT})",
                advice="Upgrade nhsleague, or choose another folder with --data-dir.",
            )
        files = tuple(stored_file(stored) for stored in values["files"])
        before = str(values.get("before", ""))
        if layout <= _LAST_WITHOUT_ORDER:
            files = _in_former_order(files)
        quarters = {
            Quarter.parse(label).label: _stored_quarter(stored)
            for label, stored in values["quarters"].items()
            if layout == FORMAT or "paths" in stored
        }
        if layout < FORMAT or values.get("columns") != _columns():
            return Manifest(files, quarters, layout=min(layout, FORMAT - 1)), before
        return Manifest(
            files=files,
            quarters=quarters,
            superseded=dict(values.get("superseded", {})),
            seen={address: _of(HttpValidators, seen) for address, seen in values["seen"].items()},
        ), before
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RefusedError(NAME, f"the manifest cannot be read ({error})", advice=REPAIR) from error


def _stored_quarter(values: Mapping[str, Any]) -> StoredQuarter:
    doubts = tuple(_of(Doubt, doubt) for doubt in values.get("doubts", ()))
    stored = replace(_of(StoredQuarter, {**values, "doubts": ()}), doubts=doubts)
    for path in stored.paths.values():
        if not path.startswith(f"{TABLES}/") or ".." in path:
            raise ValueError(f"not a path of the store: {path!r}")
    return stored


def _in_former_order(files: Sequence[StoredFile]) -> tuple[StoredFile, ...]:
    """Sort files into the order that version 1.0.0 had, and number them.

    It took an imported file's time stamp on disk for its date of publication, which is dropped.
    """

    def place(numbered: tuple[int, StoredFile]) -> tuple[Quarter, int, str, int]:
        number, stored = numbered
        return max(map(Quarter.parse, stored.quarters)), stored.revision, stored.published, number

    ordered = [stored for _, stored in sorted(enumerate(files), key=place)]
    return tuple(
        replace(stored, order=number, published=stored.published if _has_folder(stored) else "")
        for number, stored in enumerate(ordered, start=1)
    )


def _has_folder(stored: StoredFile) -> bool:
    return stored.is_fetched or len(stored.published) == len("2026-03")


def _columns() -> str:
    """Return 12 digits that differ where another version would make other tables.

    Another version may have other columns, and may know other true units and framework years.
    """
    named = {table: [(c, str(t)) for c, t in schema.items()] for table, schema in SCHEMAS.items()}
    made_by = json.dumps([__version__, named])
    return hashlib.sha256(made_by.encode("utf-8")).hexdigest()[:12]


def _of(kind: type[_T], values: Mapping[str, Any]) -> _T:
    return kind(**{name: _hashable(value) for name, value in values.items()})


def _hashable(value: Any) -> Any:
    return tuple(map(_hashable, value)) if isinstance(value, list) else value
