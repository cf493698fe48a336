"""The store's manifest: which files were accepted, and which Parquet files hold each quarter."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from nhs_league.errors import RefusedError
from nhs_league.league.schema.frames import SCHEMAS
from nhs_league.league.schema.quarters import Quarter

NAME = "manifest.json"
FORMAT = 3
"""The version of the store's layout."""

_T = TypeVar("_T")
_REVISION = re.compile(r"-v(\d{1,3})(?=\D|$)")


@dataclass(frozen=True)
class KeptFile:
    """A release file that was accepted.

    Attributes:
        sha256: of the file as it came; its raw copy is named by it.
        name: the file's own name.
        source: the address or path it came from.
        published: when it was published as far as known, ISO date or date-time; else empty.
        added: when it was added, ISO date-time in UTC.
        kind: ``metric`` or ``league table``.
        quarters: labels of the quarters it has figures of, oldest first.
        trust_types: the trust types it has figures of.
        rows: how many rows it has.
        trusts: how many trusts it names.
        notices: what was kept out of it or left unknown.

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

    @property
    def release_file(self) -> str:
        """The name by which rows name their file; the digest tells namesakes apart."""
        return release_file(self.name, self.sha256)


@dataclass(frozen=True)
class KeptQuarter:
    """A quarter's Parquet files.

    Attributes:
        paths: name of the frame -> path below the store, ``/`` between its parts; frames that have
            no rows are not kept.
        trust_types: the trust types that have standings in it.
        disagreements: where its metric files and league tables differ, a sentence each.

    """

    paths: Mapping[str, str]
    trust_types: tuple[str, ...]
    disagreements: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seen:
    """What an address gave when it was last asked, so that it need not be asked for it again.

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


@dataclass(frozen=True)
class Manifest:
    """All that a store knows of itself.

    Attributes:
        files: the accepted files in the order in which they were added.
        quarters: label -> its Parquet files.
        retired: replaced Parquet files that a reader may still be at -> when they were replaced.
        seen: address -> what it gave when it was last asked.
        layout: the version of the layout that it was read from.

    """

    files: tuple[KeptFile, ...] = ()
    quarters: Mapping[str, KeptQuarter] = field(default_factory=dict)
    retired: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, Seen] = field(default_factory=dict)
    layout: int = FORMAT


def release_file(name: str, sha256: str) -> str:
    """Name a file for the frames' rows: its name and the first eight digits of its sha256."""
    return f"{name}#{sha256[:8]}"


def publication_order(files: Sequence[KeptFile]) -> dict[str, int]:
    """Order files by publication: ``release_file`` -> its place, later publications higher.

    A file that reaches to a later quarter was published later. Between files of the same newest
    quarter the revision in the name (``-v2``) decides, then the date, then which was added later.
    """

    def place(numbered: tuple[int, KeptFile]) -> tuple[Quarter, int, str, int]:
        number, kept = numbered
        revision = _REVISION.search(kept.name)
        newest = max(Quarter.parse(q) for q in kept.quarters)
        return newest, int(revision[1]) if revision else 1, kept.published, number

    ordered = sorted(enumerate(files), key=place)
    return {kept.release_file: order for order, (_, kept) in enumerate(ordered)}


def to_json(manifest: Manifest) -> str:
    """Write a manifest as JSON text."""
    told = {name: value for name, value in asdict(manifest).items() if name != "layout"}
    about = {"format": FORMAT, "columns": _columns()}
    return json.dumps(about | told, ensure_ascii=False, indent=1) + "\n"


def from_json(text: str) -> Manifest:
    """Read a manifest; of an older layout, or other columns, only the files it was made from.

    Raises:
        RefusedError: the text is no manifest, or of a newer version of the store's layout.

    """
    try:
        read = json.loads(text)
        layout = int(read["format"])
        if layout > FORMAT:
            raise RefusedError(
                NAME,
                f"the store has layout {layout}; this version knows layouts up to {FORMAT}",
                advice="Update nhsleague, or choose another folder with --data-dir.",
            )
        files = tuple(_of(KeptFile, kept) for kept in read["files"])
        if layout < FORMAT or read.get("columns") != _columns():
            return Manifest(files, layout=min(layout, FORMAT - 1))
        return Manifest(
            files=files,
            quarters={label: _of(KeptQuarter, kept) for label, kept in read["quarters"].items()},
            retired=dict(read["retired"]),
            seen={address: _of(Seen, seen) for address, seen in read["seen"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RefusedError(
            NAME,
            f"the store's manifest cannot be read ({error})",
            advice="Run nhsleague cache clear and nhsleague fetch, or choose another --data-dir.",
        ) from error


def _columns() -> str:
    """Tell the tidy frames' columns and types apart from those of another version, in 12 digits."""
    named = {table: [(c, str(t)) for c, t in schema.items()] for table, schema in SCHEMAS.items()}
    return hashlib.sha256(json.dumps(named).encode("utf-8")).hexdigest()[:12]


def _of(kind: type[_T], told: Mapping[str, Any]) -> _T:
    fields = {name: tuple(v) if isinstance(v, list) else v for name, v in told.items()}
    return kind(**fields)
