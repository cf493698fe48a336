"""Change a store: raw files first, then tables, then the manifest that names them.

An interrupted commit leaves the old manifest valid; the next commit deletes the orphans.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from nhs_league.core.quarters import Quarter
from nhs_league.errors import RefusedError
from nhs_league.files import PART, write_atomically
from nhs_league.frozen import frozen
from nhs_league.releases import (
    manifest as manifests,
    names,
    raw_files,
    tables,
)
from nhs_league.releases.build import build_quarters, merge_files, of_quarters
from nhs_league.releases.disagreements import Order, publication_order, with_doubts
from nhs_league.releases.manifest import Manifest, StoredFile, StoredQuarter
from nhs_league.releases.parse import ParsedFile

_FOR_READERS = timedelta(hours=1)


@frozen
class Rebuilt:
    """What became of a store that was rebuilt.

    Attributes:
        manifest: the store as it is now.
        unusable: the files that nothing can be made of -> why.
        gone: labels of the quarters that have lost figures of such a file for good.

    """

    manifest: Manifest
    unusable: Mapping[StoredFile, str]
    gone: tuple[str, ...] = ()


def commit(
    root: Path,
    manifest: Manifest,
    *,
    files: Sequence[StoredFile],
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
    raw, former = raw or {}, set(manifest.files)
    for stored in files:
        if stored not in former or stored.sha256 in raw:
            raw_files.add(root, stored, raw.get(stored.sha256))
    order = publication_order(files)
    again = {q for stored in former if stored.sha256 in raw for q in stored.quarters}
    # Which figure was changed into which can only be seen from all files in their order.
    late = (_disturbed(manifest, files, order) | again) & manifest.quarters.keys()
    rebuilt = _rebuild_whole(root, files, late) if late else {}
    others = [of_quarters(file, _others(file, rebuilt)) for file in parsed]
    quarters = merge_files(root, {**manifest.quarters, **rebuilt}, others, order)
    changed = [
        label for label, stored in quarters.items() if stored != manifest.quarters.get(label)
    ]
    return _finish(root, manifest, files, quarters, changed)


def rebuild(
    root: Path,
    manifest: Manifest,
    only: Collection[str] | None = None,
    *,
    may_lose: bool = False,
) -> Rebuilt:
    """Rebuild tables from the raw files; the caller holds the store's lock.

    A quarter of which a raw file is missing keeps its tables, where these are intact.

    Args:
        root: the store's folder.
        manifest: the store as it is.
        only: labels of the quarters to rebuild; None for all.
        may_lose: whether to go on where a quarter has neither the raw files nor whole tables.

    Raises:
        RefusedError: figures would be lost, and may not be.
        OSError: something cannot be written.

    """
    built = build_quarters(root, manifest.files, root, only)
    unusable = {
        stored: built.unusable[stored.sha256]
        for stored in built.files
        if stored.sha256 in built.unusable
    }
    wanted = {*manifest.quarters, *built.quarters} if only is None else set(only)
    lacking = {label for stored in unusable for label in stored.quarters}
    quarters = {label: q for label, q in manifest.quarters.items() if label not in wanted}
    gone = sorted(lacking - manifest.quarters.keys(), key=Quarter.parse) if only is None else []
    for label in sorted(wanted, key=Quarter.parse):
        is_whole = label in built.quarters and label not in lacking
        former = None if is_whole else _as_it_was(root, label, manifest)
        if current := former or built.quarters.get(label):
            quarters[label] = current
        if not (is_whole or former):
            gone.append(label)
    if gone and not may_lose:
        raise _lost(gone, unusable)
    files = [
        stored
        for stored in built.files
        if stored not in unusable or not (set(stored.quarters) & quarters.keys()) <= set(gone)
    ]
    named = {stored.sha256 for stored in files if stored not in unusable}
    seen = {
        a: s for a, s in manifest.seen.items() if s.refusal or not s.sha256 or s.sha256 in named
    }
    for stored in built.files:
        raw_files.add(root, stored)
    now = _finish(root, replace(manifest, seen=seen), files, quarters, wanted)
    return Rebuilt(now, unusable, tuple(dict.fromkeys(gone)))


def _rebuild_whole(
    root: Path, files: Sequence[StoredFile], labels: Collection[str]
) -> dict[str, StoredQuarter]:
    """Rebuild quarters, without those of which a raw file is missing."""
    built = build_quarters(root, files, root, labels)
    lacking = {q for stored in files if stored.sha256 in built.unusable for q in stored.quarters}
    return {label: stored for label, stored in built.quarters.items() if label not in lacking}


def _as_it_was(root: Path, label: str, manifest: Manifest) -> StoredQuarter | None:
    """Return a quarter's stored tables, if they are intact; those of older columns in ours."""
    stored = manifest.quarters.get(label)
    if stored is None or not tables.are_intact(root, stored):
        return None
    return tables.adopt(root, Quarter.parse(label), stored)


def _lost(gone: Sequence[str], unusable: Mapping[StoredFile, str]) -> RefusedError:
    needed = [stored for stored in unusable if not set(stored.quarters).isdisjoint(gone)]
    reasons = "; ".join(f"{stored.name}: {unusable[stored]}" for stored in needed)
    advice = (
        'Run "nhsleague cache repair" to download it again.'
        if all(stored.is_fetched for stored in needed)
        else 'Import the file again with "nhsleague fetch --from FILE", or run "nhsleague cache '
        'repair" to continue without it.'
    )
    return RefusedError(
        manifests.NAME,
        f"the tables of {', '.join(gone)} cannot be rebuilt ({reasons})",
        advice=advice,
    )


def _naming(root: Path, stored: StoredQuarter) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read the columns of a quarter's standings and observations that hold names."""
    standings, observations = pl.collect_all(
        [
            tables.scan(root, "standings", [stored]).select("trust_code", "trust_name", "region"),
            tables.scan(root, "observations", [stored]).select("metric_id", "metric"),
        ],
        engine="in-memory",
    )
    return standings, observations


def _finish(
    root: Path,
    manifest: Manifest,
    files: Sequence[StoredFile],
    quarters: Mapping[str, StoredQuarter],
    changed: Collection[str],
) -> Manifest:
    """Name the new tables in the manifest, and let go of those that nobody needs."""
    labels = sorted(quarters, key=Quarter.parse)
    # The newest names a trust, even if an older quarter came later.
    speaking = [
        label
        for label in labels
        if label in changed or (label == labels[-1] and tables.are_intact(root, quarters[label]))
    ]
    frames = (_naming(root, quarters[label]) for label in speaking)
    known = names.with_frames(names.read(root), labels, frames)
    superseded, leaving = _split_superseded(manifest, quarters)
    now = replace(
        manifest,
        files=tuple(files),
        quarters=with_doubts(root, {label: quarters[label] for label in labels}),
        superseded=superseded,
        layout=manifests.FORMAT,
    )
    write_atomically(root / names.NAME, names.to_json(known).encode("utf-8"))
    manifests.write(root, now)
    for path in leaving:
        _remove(root / path)
    _sweep(root, now)
    if now.quarters != manifest.quarters:
        tables.clear_derived(root)
    return now


def _disturbed(manifest: Manifest, files: Sequence[StoredFile], order: Order) -> set[str]:
    """Name the quarters in which new files do not simply follow the stored ones."""
    before = publication_order(manifest.files)
    by_label: dict[str, list[StoredFile]] = {}
    for stored in files:
        for label in stored.quarters:
            by_label.setdefault(label, []).append(stored)
    disturbed = set()
    for label in by_label.keys() & manifest.quarters.keys():
        ordered = sorted((stored.release_file for stored in by_label[label]), key=order.place)
        former = sorted((name for name in ordered if name in before.places), key=before.place)
        pairs = {pair for pair in order.unsure ^ before.unsure if pair <= set(former)}
        if pairs or ordered[: len(former)] != former:
            disturbed.add(label)
    return disturbed


def _others(parsed: ParsedFile, labels: Collection[str]) -> set[str]:
    return {quarter.label for quarter in parsed.quarters} - set(labels)


def _split_superseded(
    manifest: Manifest, quarters: Mapping[str, StoredQuarter]
) -> tuple[dict[str, str], list[str]]:
    """Return which superseded files stay a while for readers, and which may go."""
    now = datetime.now(UTC)
    needed = set(_paths(quarters))
    replaced = {path: now.isoformat() for path in _paths(manifest.quarters)}
    unneeded = {
        path: since
        for path, since in {**replaced, **manifest.superseded}.items()
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
    known = {*_paths(manifest.quarters), *manifest.superseded}
    for path in (root / tables.FOLDER).rglob("*.parquet"):
        if path.relative_to(root).as_posix() not in known:
            _remove(path)
    for folder in (root, root / raw_files.RAW, *(root / tables.FOLDER).glob("*")):
        for path in folder.glob(f".*{PART}"):
            _remove(path)


def _remove(path: Path) -> None:
    """Remove what nobody needs; the next commit does where Windows refuses, as it is being read."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def _paths(quarters: Mapping[str, StoredQuarter]) -> list[str]:
    return [path for stored in quarters.values() for path in stored.paths.values()]
