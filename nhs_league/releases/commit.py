"""Changing a store: raw files first, then tidy frames, then the manifest that names them.

Whoever is stopped in between leaves the old manifest and all that it names; what was written for
nothing is swept away by the next change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from nhs_league.errors import RefusedError
from nhs_league.league.schema.frames import QUARTER
from nhs_league.league.schema.quarters import Quarter
from nhs_league.releases import atomic, manifest as manifests, names, tidy
from nhs_league.releases.agreement import disagreements
from nhs_league.releases.manifest import KeptFile, KeptQuarter, Manifest
from nhs_league.releases.merge import merge
from nhs_league.releases.parse import ParsedFile, parse_file
from nhs_league.releases.quarter_frames import QuarterFrames, nothing

RAW = "raw"
_FOR_READERS = timedelta(hours=1)


def raw_path(sha256: str) -> str:
    """Tell where a raw file is kept, below the store."""
    return f"{RAW}/{sha256}.csv"


def commit(
    root: Path,
    manifest: Manifest,
    *,
    files: Sequence[KeptFile],
    parsed: Sequence[ParsedFile] = (),
    raw: Mapping[str, bytes] | None = None,
) -> Manifest:
    """Change a store; the caller holds its lock.

    Args:
        root: the store's folder.
        manifest: the store as it is, with what is seen as it shall be.
        files: all files that the store shall name.
        parsed: what the new ones among them hold.
        raw: sha256 -> content, of the new ones.

    Returns:
        The new manifest.

    Raises:
        DamagedError: a quarter's stored frames, to which the new ones would be added, are damaged.
        OSError: something cannot be written; the store is as it was.

    """
    for sha256, data in (raw or {}).items():
        atomic.write(root / raw_path(sha256), data)
    order = manifests.publication_order(files)
    quarters = dict(manifest.quarters)
    if late := _published_before(files, parsed, manifest, order):
        # Which figure was changed into which can only be told from all files in their order.
        quarters = {label: kept for label, kept in quarters.items() if label not in late}
        _, parsed = parse_raw(root, files)
    merged_now: list[QuarterFrames] = []
    for quarter, says in _by_quarter(parsed).items():
        kept = quarters.get(quarter.label)
        before = tidy.read(root, kept) if kept is not None else nothing()
        merged = merge(before, says, order)
        written = tidy.write(root, quarter, merged)
        quarters[quarter.label] = replace(written, disagreements=disagreements(merged.parts))
        merged_now.append(merged)
    labels = [q.label for q in sorted(map(Quarter.parse, quarters))]
    known = names.with_frames(names.read(root), labels, merged_now)
    retired, leaving = _retired(manifest, quarters)
    changed = replace(
        manifest, files=tuple(files), quarters=quarters, retired=retired, layout=manifests.FORMAT
    )
    atomic.write(root / names.NAME, names.to_json(known).encode("utf-8"))
    atomic.write(root / manifests.NAME, manifests.to_json(changed).encode("utf-8"))
    for path in leaving:
        (root / path).unlink(missing_ok=True)
    _sweep(root, changed)
    return changed


def rebuild(root: Path, manifest: Manifest) -> Manifest:
    """Make all tidy frames anew from the raw files; the caller holds the store's lock.

    Raises:
        RefusedError: a raw file is gone or damaged, or this version refuses it.
        OSError: something cannot be written.

    """
    files, parsed = parse_raw(root, manifest.files)
    return commit(root, replace(manifest, quarters={}), files=files, parsed=parsed)


def rebuilt_frames(root: Path, files: Sequence[KeptFile]) -> dict[Quarter, QuarterFrames]:
    """Work out what the tidy frames must be from the raw files; nothing is written.

    Raises:
        RefusedError: a raw file is gone or damaged, or this version refuses it.

    """
    files, parsed = parse_raw(root, files)
    order = manifests.publication_order(files)
    return {quarter: merge(nothing(), says, order) for quarter, says in _by_quarter(parsed).items()}


def parse_raw(root: Path, files: Sequence[KeptFile]) -> tuple[list[KeptFile], list[ParsedFile]]:
    """Parse raw files again, and describe them as this version sees them.

    Raises:
        RefusedError: one is gone or damaged, or this version refuses it.

    """
    parsed = [
        parse_file(kept.name, read_raw(root, kept), release_file=kept.release_file)
        for kept in files
    ]
    return [described(kept, found) for kept, found in zip(files, parsed, strict=True)], parsed


def read_raw(root: Path, kept: KeptFile) -> bytes:
    """Read a raw file that is known to be what came.

    Raises:
        RefusedError: it is gone or has changed.

    """
    try:
        data = (root / raw_path(kept.sha256)).read_bytes()
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != kept.sha256:
        raise RefusedError(
            raw_path(kept.sha256),
            f"the kept copy of {kept.name} is gone or has changed",
            advice="Run nhsleague cache repair, which fetches it again.",
        )
    return data


def described(kept: KeptFile, found: ParsedFile) -> KeptFile:
    """Describe an accepted file by what it holds."""
    return replace(
        kept,
        kind=str(found.kind),
        quarters=tuple(quarter.label for quarter in found.quarters),
        trust_types=found.trust_types,
        rows=found.rows,
        trusts=found.trusts,
        notices=found.notices,
    )


def _published_before(
    files: Sequence[KeptFile],
    parsed: Sequence[ParsedFile],
    manifest: Manifest,
    order: Mapping[str, int],
) -> set[str]:
    """Name the quarters of which a file is added that was published before one that is kept."""
    kept = {file.sha256 for file in manifest.files}
    old, new = ([f for f in files if (f.sha256 in kept) is which] for which in (True, False))
    if not parsed or not manifest.quarters:
        return set()
    return {
        label
        for added in new
        for before in old
        for label in set(added.quarters) & set(before.quarters)
        if order[added.release_file] < order[before.release_file]
    }


def _by_quarter(parsed: Sequence[ParsedFile]) -> dict[Quarter, list[ParsedFile]]:
    """Split what files say by quarter, the oldest first, each file once."""
    split: dict[Quarter, list[ParsedFile]] = {}
    for found in parsed:
        newest = pl.lit(found.quarters[-1].label, QUARTER)
        found = replace(
            found, set_aside=found.set_aside.with_columns(pl.col("quarter").fill_null(newest))
        )
        frames = {
            name: getattr(found, name).partition_by("quarter", as_dict=True)
            for name in ("standings", "observations", "domains", "set_aside")
        }
        for quarter in found.quarters:
            one = {
                name: parts.get((quarter.label,), getattr(found, name).clear())
                for name, parts in frames.items()
            }
            split.setdefault(quarter, []).append(replace(found, quarters=(quarter,), **one))
    return dict(sorted(split.items()))


def _retired(
    manifest: Manifest, quarters: Mapping[str, KeptQuarter]
) -> tuple[dict[str, str], list[str]]:
    """Tell which replaced files stay a while for those who read them, and which may go."""
    now = datetime.now(UTC)
    needed = set(_paths(quarters))
    replaced = {path: now.isoformat() for path in _paths(manifest.quarters)}
    unneeded = {
        path: since
        for path, since in {**replaced, **manifest.retired}.items()
        if path not in needed
    }
    leaving = [
        path
        for path, since in unneeded.items()
        if now - datetime.fromisoformat(since) > _FOR_READERS
    ]
    return {path: since for path, since in unneeded.items() if path not in leaving}, leaving


def _sweep(root: Path, manifest: Manifest) -> None:
    """Remove what an interrupted change left behind."""
    known = {*_paths(manifest.quarters), *manifest.retired}
    for path in (root / tidy.FOLDER).rglob("*.parquet"):
        if path.relative_to(root).as_posix() not in known:
            path.unlink(missing_ok=True)
    for folder in (root, root / RAW, *(root / tidy.FOLDER).glob("*")):
        for path in folder.glob(f".*{atomic.PART}"):
            path.unlink(missing_ok=True)


def _paths(quarters: Mapping[str, KeptQuarter]) -> list[str]:
    return [path for kept in quarters.values() for path in kept.paths.values()]
