"""The store's manifest: which files were accepted, and which Parquet files hold each quarter."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from nhs_league.errors import RefusedError
from nhs_league.league.schema.quarters import Quarter

NAME = "manifest.json"
FORMAT = 1
"""The version of the store's layout."""

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
    kind: str
    quarters: tuple[str, ...]
    trust_types: tuple[str, ...]
    rows: int
    trusts: int
    notices: tuple[str, ...]

    @property
    def release_file(self) -> str:
        """The name by which rows name their file; the digest tells namesakes apart."""
        return release_file(self.name, self.sha256)


@dataclass(frozen=True)
class KeptQuarter:
    """A quarter's Parquet files.

    Attributes:
        paths: name of the frame -> path below the store, ``/`` between its parts.
        trust_types: the trust types that have standings in it.

    """

    paths: Mapping[str, str]
    trust_types: tuple[str, ...]


@dataclass(frozen=True)
class Manifest:
    """All that a store knows of itself.

    Attributes:
        files: the accepted files in the order in which they were added.
        quarters: label -> its Parquet files.
        retired: Parquet files that the last change replaced; a reader may still be at them.

    """

    files: tuple[KeptFile, ...] = ()
    quarters: Mapping[str, KeptQuarter] = field(default_factory=dict)
    retired: tuple[str, ...] = ()

    def has(self, sha256: str) -> bool:
        """Tell whether a file with this digest was accepted before."""
        return any(kept.sha256 == sha256 for kept in self.files)


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
    return json.dumps({"format": FORMAT, **asdict(manifest)}, ensure_ascii=False, indent=1) + "\n"


def from_json(text: str) -> Manifest:
    """Read a manifest.

    Raises:
        RefusedError: the text is no manifest, or of another version of the store's layout.

    """
    advice = "Move that folder away, or choose another with --data-dir, and run nhsleague fetch."
    try:
        read = json.loads(text)
        if read["format"] != FORMAT:
            reason = f"the store has layout {read['format']}; this version knows layout {FORMAT}"
            raise RefusedError(NAME, reason, advice=advice)
        return Manifest(
            files=tuple(KeptFile(**_with_tuples(kept)) for kept in read["files"]),
            quarters={q: KeptQuarter(**_with_tuples(kept)) for q, kept in read["quarters"].items()},
            retired=tuple(read["retired"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise RefusedError(
            NAME, f"the store's manifest cannot be read ({error})", advice=advice
        ) from error


def _with_tuples(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(v) if isinstance(v, list) else v for name, v in fields.items()}
