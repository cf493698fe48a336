"""Changing a store: raw files first, then tidy frames, then the manifest that names them.

Whoever is stopped in between leaves the old manifest and all that it names; what was written for
nothing is swept away by the next change.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nhs_league.core.quarters import Quarter
from nhs_league.errors import RefusedError
from nhs_league.files import PART, write_atomically
from nhs_league.releases import (
    manifest as manifests,
    names,
    raw_files,
    tables,
)
from nhs_league.releases.build import build_quarters, merge_files, of_quarters
from nhs_league.releases.disagreements import with_doubts
from nhs_league.releases.manifest import KeptFile, KeptQuarter, Manifest
from nhs_league.releases.order import Order, publication_order
from nhs_league.releases.parse import ParsedFile

_FOR_READERS = timedelta(hours=1)


@dataclass(frozen=True)
class Rebuilt:
    """What became of a store that was rebuilt.

    Attributes:
        manifest: the store as it is now.
        unusable: the files that nothing can be made of -> why.
        gone: labels of the quarters that have lost figures of such a file for good.

    """

    manifest: Manifest
    unusable: Mapping[KeptFile, str]
    gone: tuple[str, ...] = ()


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
    raw, former = raw or {}, set(manifest.files)
    for kept in files:
        if kept not in former or kept.sha256 in raw:
            raw_files.keep(root, kept, raw.get(kept.sha256))
    order = publication_order(files)
    again = {q for kept in former if kept.sha256 in raw for q in kept.quarters}
    # Which figure was changed into which can only be seen from all files in their order.
    late = (_disturbed(manifest, files, order) | again) & manifest.quarters.keys()
    rebuilt = _rebuilt_whole(root, files, late) if late else {}
    others = [of_quarters(found, _others(found, rebuilt)) for found in parsed]
    quarters = merge_files(root, {**manifest.quarters, **rebuilt}, others, order)
    changed = [label for label, kept in quarters.items() if kept != manifest.quarters.get(label)]
    return _finish(root, manifest, files, quarters, changed)


def rebuild(
    root: Path,
    manifest: Manifest,
    only: Collection[str] | None = None,
    *,
    may_lose: bool = False,
) -> Rebuilt:
    """Make tidy frames again from the raw files; the caller holds the store's lock.

    A quarter of which a raw file is missing keeps its tables, where these are whole.

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
        kept: built.unusable[kept.sha256] for kept in built.files if kept.sha256 in built.unusable
    }
    wanted = {*manifest.quarters, *built.quarters} if only is None else set(only)
    lacking = {label for kept in unusable for label in kept.quarters}
    quarters = {label: q for label, q in manifest.quarters.items() if label not in wanted}
    gone = sorted(lacking - manifest.quarters.keys(), key=Quarter.parse) if only is None else []
    for label in sorted(wanted, key=Quarter.parse):
        is_whole = label in built.quarters and label not in lacking
        stored = None if is_whole else _as_it_was(root, label, manifest)
        if kept_now := stored or built.quarters.get(label):
            quarters[label] = kept_now
        if not (is_whole or stored):
            gone.append(label)
    if gone and not may_lose:
        raise _lost(gone, unusable)
    files = [
        kept
        for kept in built.files
        if kept not in unusable or not (set(kept.quarters) & quarters.keys()) <= set(gone)
    ]
    named = {kept.sha256 for kept in files if kept not in unusable}
    seen = {
        a: s for a, s in manifest.seen.items() if s.refusal or not s.sha256 or s.sha256 in named
    }
    for kept in built.files:
        raw_files.keep(root, kept)
    now = _finish(root, replace(manifest, seen=seen), files, quarters, wanted)
    return Rebuilt(now, unusable, tuple(dict.fromkeys(gone)))


def _rebuilt_whole(
    root: Path, files: Sequence[KeptFile], labels: Collection[str]
) -> dict[str, KeptQuarter]:
    """Rebuild quarters, without those of which a raw file is missing."""
    built = build_quarters(root, files, root, labels)
    lacking = {q for kept in files if kept.sha256 in built.unusable for q in kept.quarters}
    return {label: kept for label, kept in built.quarters.items() if label not in lacking}


def _as_it_was(root: Path, label: str, manifest: Manifest) -> KeptQuarter | None:
    """Give a quarter's stored tables, if they are whole; those of older columns in ours."""
    kept = manifest.quarters.get(label)
    if kept is None or not tables.are_whole(root, kept):
        return None
    return tables.adopted(root, Quarter.parse(label), kept)


def _lost(gone: Sequence[str], unusable: Mapping[KeptFile, str]) -> RefusedError:
    needed = [kept for kept in unusable if not set(kept.quarters).isdisjoint(gone)]
    reasons = "; ".join(f"{kept.name}: {unusable[kept]}" for kept in needed)
    advice = (
        "Run nhsleague cache repair, which downloads it again."
        if all(kept.is_fetched for kept in needed)
        else "Import the file again with nhsleague fetch --from FILE, or go on without it with "
        "nhsleague cache repair."
    )
    return RefusedError(
        manifests.NAME,
        f"the tables of {', '.join(gone)} must be rebuilt and cannot be ({reasons})",
        advice=advice,
    )


def _finish(
    root: Path,
    manifest: Manifest,
    files: Sequence[KeptFile],
    quarters: Mapping[str, KeptQuarter],
    changed: Collection[str],
) -> Manifest:
    """Name the new tables in the manifest, and let go of those that nobody needs."""
    labels = sorted(quarters, key=Quarter.parse)
    # The newest names a trust, even if an older quarter came later.
    speaking = [
        label
        for label in labels
        if label in changed or (label == labels[-1] and tables.are_whole(root, quarters[label]))
    ]
    frames = (tables.read(root, quarters[label]) for label in speaking)
    known = names.with_frames(names.read(root), labels, frames)
    retired, leaving = _retired(manifest, quarters)
    now = replace(
        manifest,
        files=tuple(files),
        quarters=with_doubts(root, {label: quarters[label] for label in labels}),
        retired=retired,
        layout=manifests.FORMAT,
    )
    write_atomically(root / names.NAME, names.to_json(known).encode("utf-8"))
    manifests.write(root, now)
    for path in leaving:
        _remove(root / path)
    _sweep(root, now)
    return now


def _disturbed(manifest: Manifest, files: Sequence[KeptFile], order: Order) -> set[str]:
    """Name the quarters in which new files do not simply follow those that are kept."""
    before = publication_order(manifest.files)
    by_label: dict[str, list[KeptFile]] = {}
    for kept in files:
        for label in kept.quarters:
            by_label.setdefault(label, []).append(kept)
    disturbed = set()
    for label in by_label.keys() & manifest.quarters.keys():
        ordered = sorted((kept.release_file for kept in by_label[label]), key=order.place)
        former = sorted((name for name in ordered if name in before.places), key=before.place)
        pairs = {pair for pair in order.unsure ^ before.unsure if pair <= set(former)}
        if pairs or ordered[: len(former)] != former:
            disturbed.add(label)
    return disturbed


def _others(parsed: ParsedFile, labels: Collection[str]) -> set[str]:
    return {quarter.label for quarter in parsed.quarters} - set(labels)


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
    for path in (root / tables.FOLDER).rglob("*.parquet"):
        if path.relative_to(root).as_posix() not in known:
            _remove(path)
    for folder in (root, root / raw_files.RAW, *(root / tables.FOLDER).glob("*")):
        for path in folder.glob(f".*{PART}"):
            _remove(path)


def _remove(path: Path) -> None:
    """Remove what nobody needs; the next change does where Windows refuses, as it is being read."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def _paths(quarters: Mapping[str, KeptQuarter]) -> list[str]:
    return [path for kept in quarters.values() for path in kept.paths.values()]
