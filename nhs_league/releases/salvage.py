"""What a store holds, from its raw files and tables alone: for one that has lost its manifest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from nhs_league.releases import manifest as manifests, records, tidy
from nhs_league.releases.manifest import KeptFile, Manifest


def salvaged(root: Path) -> Manifest:
    """Put a manifest together that does not rest on the one that is there, if any.

    The files are those that ``raw/`` knows: those that are there, and those that are missing but
    have rows in a table. A record alone may be of a file that was never kept. Tables are named so
    that those of missing raw files can be kept: as an untrusted manifest names them, else as they
    are there.

    Raises:
        NewerError: the manifest is of a newer version of the store's layout.

    """
    untrusted = manifests.read_unchecked(root)
    files = list(_files(root))
    known = {kept.sha256 for kept in files}
    files += [kept for kept in untrusted.files if kept.sha256 not in known]
    named = {
        label: kept
        for label, kept in untrusted.quarters.items()
        if tidy.are_whole(root, kept) and tidy.label_of(root, kept) == label
    }
    quarters = {**tidy.left_behind(root), **named}
    return replace(untrusted, files=tuple(files), quarters=quarters, seen={}, retired={})


def with_left_behind(root: Path, manifest: Manifest) -> Manifest:
    """Add the raw files that a manifest does not name: a change was cut short before it did."""
    known = {kept.sha256 for kept in manifest.files}
    more = [
        kept
        for kept in records.recorded(root)
        if kept.sha256 not in known and records.is_there(root, kept)
    ]
    return replace(manifest, files=(*manifest.files, *more))


def _files(root: Path) -> Iterator[KeptFile]:
    in_tables: dict[str, str] | None = None
    for kept in records.recorded(root):
        if not records.is_there(root, kept):
            in_tables = records.names_in_tables(root) if in_tables is None else in_tables
            if kept.sha256[:8] not in in_tables:
                continue
        yield kept
