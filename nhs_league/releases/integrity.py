"""Whether a store is what it says it is; mending it, and emptying it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from nhs_league.errors import RefusedError
from nhs_league.releases import manifest as manifests, names, tidy
from nhs_league.releases.commit import RAW, read_raw, rebuild, rebuilt_frames
from nhs_league.releases.lock import NAME as LOCK, cannot_keep, writing
from nhs_league.releases.manifest import KeptFile, Manifest
from nhs_league.releases.store import Store, read_manifest

_CHANGED = "gone or changed"
_OURS = (manifests.NAME, names.NAME, LOCK, RAW, tidy.FOLDER)


@dataclass(frozen=True)
class Finding:
    """Something kept, and whether it is right.

    Attributes:
        path: where it is, below the store.
        what: what it is, in words.
        fault: what is wrong with it; empty where it is right.

    """

    path: str
    what: str
    fault: str = ""


def verify(store: Store) -> list[Finding]:
    """Check all that is kept: every raw file's sha256, every Parquet file against its raw files.

    Raises:
        RefusedError: the manifest cannot be read.

    """
    raw = [_raw_finding(store, kept) for kept in store.manifest.files]
    stored = list(_tidy_findings(store))
    if not any(finding.fault for finding in (*raw, *stored)):
        stored = list(_against_raw(store, stored))
    return [*raw, *stored]


def repair(path: Path, notify: Callable[[str], None]) -> tuple[Manifest, list[KeptFile]]:
    """Make a store whole from its raw files, even if its manifest is lost.

    Returns:
        The manifest as it is now, and the files whose raw copies are gone or damaged: they are no
        longer named, and are to be fetched again.

    Raises:
        NoDataError: the store cannot be written.

    """
    with writing(path, notify):
        try:
            manifest = read_manifest(path)
        except RefusedError as damage:
            notify(f"{damage.message}. Taking the raw files for what they say they are.")
            manifest = Manifest(files=tuple(_recovered(path)))
        whole = [kept for kept in manifest.files if not _raw_fault(path, kept)]
        lost = [kept for kept in manifest.files if kept not in whole]
        gone = {kept.sha256 for kept in lost}
        seen = {a: s for a, s in manifest.seen.items() if s.sha256 not in gone}
        try:
            return rebuild(path, replace(manifest, files=tuple(whole), seen=seen)), lost
        except OSError as error:
            raise cannot_keep(path, error) from error


def clear(path: Path, notify: Callable[[str], None]) -> list[str]:
    """Remove all that is kept in a folder, the sample's stores too; nothing else in it is touched.

    Returns:
        The names of what was removed.

    Raises:
        NoDataError: something cannot be removed.

    """
    if not path.is_dir():
        return []
    removed = []
    try:
        with writing(path, notify):
            for kept in (*(path / name for name in _OURS if name != LOCK), *_samples(path)):
                if kept.is_dir():
                    shutil.rmtree(kept)
                elif kept.exists():
                    kept.unlink()
                else:
                    continue
                removed.append(kept.name)
        (path / LOCK).unlink(missing_ok=True)
    except OSError as error:
        raise cannot_keep(path, error) from error
    return removed


def _samples(path: Path) -> list[Path]:
    return [p for pattern in ("sample-*", ".sample-*") for p in path.glob(pattern) if p.is_dir()]


def _raw_finding(store: Store, kept: KeptFile) -> Finding:
    return Finding(f"{RAW}/{kept.sha256}.csv", kept.name, _raw_fault(store.path, kept))


def _raw_fault(path: Path, kept: KeptFile) -> str:
    try:
        read_raw(path, kept)
    except RefusedError:
        return _CHANGED
    return ""


def _tidy_findings(store: Store) -> Iterator[Finding]:
    for label, kept in store.manifest.quarters.items():
        for name, path in kept.paths.items():
            whole = tidy.is_whole(store.path, path)
            yield Finding(
                path, f"{name}, {label}", "" if whole else "gone, or not what was written"
            )


def _against_raw(store: Store, findings: list[Finding]) -> Iterator[Finding]:
    """Compare each Parquet file with what the raw files say."""
    frames = {
        quarter.label: made
        for quarter, made in rebuilt_frames(store.path, store.manifest.files).items()
    }
    kept = {label: tidy.read(store.path, q) for label, q in store.manifest.quarters.items()}
    for finding in findings:
        name, _, label = finding.what.partition(", ")
        made, stored = frames.get(label), kept[label]
        same = made is not None and getattr(made, name).equals(getattr(stored, name))
        yield replace(finding, fault="" if same else "not what its raw files say")
    for quarter, made in frames.items():
        for name in tidy.NAMES:
            if getattr(made, name).height and name not in _paths_of(store, quarter):
                yield Finding(f"{tidy.FOLDER}/…/{name}", f"{name}, {quarter}", "not kept")


def _paths_of(store: Store, quarter: str) -> Mapping[str, str]:
    kept = store.manifest.quarters.get(quarter)
    return kept.paths if kept else {}


def _recovered(path: Path) -> Iterator[KeptFile]:
    """Take raw files for what their content says; where they came from is lost."""
    for file in sorted((path / RAW).glob("*.csv"), key=lambda file: file.stat().st_mtime):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        if digest == file.stem:
            added = datetime.fromtimestamp(file.stat().st_mtime, UTC).isoformat(timespec="seconds")
            yield KeptFile(digest, file.name, "", "", added)
