"""A quarter's Parquet files, named by their content: its tables, and what is computed from them.

    tidy/2025-26-q3/<table>-<first 16 digits of its sha256>.parquet
    derived/2025-26-q3/<name>-<subject>-<basis>-<digits of the content's sha256>.parquet

What is slow to compute is kept beside the tables. The subject is what a frame is about, the basis
all that decides it: the quarters' tables, which are named by their content, what is doubted in
them, and the version of the computation. So a frame of other figures is never found. Every frame
can be computed again: one that is damaged, or cannot be written, is no error.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from nhs_league.core.frames import DOMAINS, OBSERVATIONS, SET_ASIDE, STANDINGS, VERSIONS
from nhs_league.core.quarters import Quarter
from nhs_league.errors import RefusedError
from nhs_league.files import write_atomically
from nhs_league.frozen import frozen
from nhs_league.releases import manifest as manifests
from nhs_league.releases.manifest import StoredQuarter
from nhs_league.version import __version__

if TYPE_CHECKING:
    from nhs_league.releases.store import Store

STANDINGS_BY_FILE = pl.Schema(
    [
        *STANDINGS.items(),
        ("kind", pl.String()),
        ("rank_line", pl.Int32()),
        ("segment_line", pl.Int32()),
        ("score_line", pl.Int32()),
    ]
)
"""Standings as single files publish them: schema STANDINGS, ``kind``, the kind of that file, and
its lines in which the rank, the segment and the average score are."""
SCHEMAS = {
    "parts": STANDINGS_BY_FILE,
    "standings": STANDINGS,
    "observations": OBSERVATIONS,
    "domains": DOMAINS,
    "versions": VERSIONS,
    "set_aside": SET_ASIDE,
}
"""The schema of each table of a quarter."""
FOLDER = manifests.TABLES
DERIVED = "derived"
_DIGITS = 16
_LEAGUE = ("quarter", "trust_type")
_GROUPS = {
    "standings": _LEAGUE,
    "observations": (*_LEAGUE, "metric_id", "unit"),
    "domains": (*_LEAGUE, "domain"),
}


@frozen
class QuarterFrames:
    """The tables of one quarter.

    Attributes:
        parts: schema STANDINGS_BY_FILE, the newest row of each trust and kind of file.
        standings: schema STANDINGS, put together from the parts.
        observations: schema OBSERVATIONS.
        domains: schema DOMAINS.
        versions: schema VERSIONS.
        set_aside: schema SET_ASIDE.

    """

    parts: pl.DataFrame
    standings: pl.DataFrame
    observations: pl.DataFrame
    domains: pl.DataFrame
    versions: pl.DataFrame
    set_aside: pl.DataFrame

    @classmethod
    @cache
    def empty(cls) -> QuarterFrames:
        """Return the frames of a quarter without any rows."""
        return cls(**{name: schema.to_frame() for name, schema in SCHEMAS.items()})


NAMES = tuple(SCHEMAS)


class DamagedError(RefusedError):
    """A Parquet file is gone, or is not what was written."""


def scan(root: Path, name: str, quarters: Sequence[StoredQuarter]) -> pl.LazyFrame:
    """Read a frame of some quarters lazily, once its files are known to be what was written.

    Args:
        root: the store's folder.
        name: the frame, a field of QuarterFrames.
        quarters: where each quarter's frames are; one that is not stored has no rows.

    Raises:
        DamagedError: a file is gone or has changed.

    """
    paths = [stored.paths[name] for stored in quarters if name in stored.paths]
    if not paths:
        return SCHEMAS[name].to_frame(eager=False)
    return pl.scan_parquet([_verified(root, path) for path in paths])


def read(root: Path, stored: StoredQuarter) -> QuarterFrames:
    """Read all of a quarter.

    Raises:
        DamagedError: a file is gone or has changed.

    """
    frames = pl.collect_all([scan(root, name, [stored]) for name in NAMES], engine="in-memory")
    return QuarterFrames(**dict(zip(NAMES, frames, strict=True)))


def write(root: Path, quarter: Quarter, frames: QuarterFrames) -> StoredQuarter:
    """Write those of a quarter's frames that have rows; files that are there already are left."""
    paths = {}
    for name in NAMES:
        frame = getattr(frames, name)
        if frame.is_empty():
            continue
        buffer = io.BytesIO()
        frame.write_parquet(buffer, compression="zstd", statistics=True)
        data = buffer.getvalue()
        paths[name] = f"{FOLDER}/{quarter.slug}/{name}-{_digest(data)}.parquet"
        if not is_intact(root, paths[name]):
            write_atomically(root / paths[name], data)
    return StoredQuarter(paths, _types(frames.standings))


def adopt(root: Path, quarter: Quarter, stored: StoredQuarter) -> StoredQuarter | None:
    """Return intact tables in this version's columns; None where they are not that quarter's.

    What our columns have and an older version's lack is null.
    """
    try:
        frames = {
            name: pl.read_parquet(root / stored.paths[name])
            for name in NAMES
            if name in stored.paths
        }
        if label_of(root, stored) != quarter.label:
            return None
        if all(frame.schema == SCHEMAS[name] for name, frame in frames.items()):
            return stored
        ours = {name: _conformed(frame, SCHEMAS[name]) for name, frame in frames.items()}
    except (OSError, KeyError, pl.exceptions.PolarsError):
        return None
    written = write(root, quarter, replace(QuarterFrames.empty(), **ours))
    return replace(written, disagreements=stored.disagreements)


def left_behind(root: Path) -> dict[str, StoredQuarter]:
    """Name the intact tables below a store that has lost its manifest: label -> its tables.

    Of two tables of one frame and quarter, the one that was written last is named.
    """
    quarters: dict[str, StoredQuarter] = {}
    for folder in sorted((root / FOLDER).glob("*")):
        paths = {}
        for file in sorted(folder.glob("*.parquet"), key=lambda file: file.stat().st_mtime_ns):
            path = file.relative_to(root).as_posix()
            name = file.stem.rpartition("-")[0]
            if name in NAMES and is_intact(root, path):
                paths[name] = path
        if "standings" not in paths:
            continue
        stored = StoredQuarter(paths, _types(pl.read_parquet(root / paths["standings"])))
        if label := label_of(root, stored):
            quarters[label] = stored
    return quarters


def label_of(root: Path, stored: StoredQuarter) -> str:
    """Return the label of the quarter that whole tables are of; empty where they are of none."""
    try:
        standings = pl.read_parquet(root / stored.paths["standings"], columns=["quarter"])
        labels = standings["quarter"].cast(pl.String).unique().to_list()
        return Quarter.parse(labels[0]).label if len(labels) == 1 else ""
    except (OSError, KeyError, ValueError, TypeError, pl.exceptions.PolarsError):
        return ""


def _types(standings: pl.DataFrame) -> tuple[str, ...]:
    return tuple(standings["trust_type"].unique().sort())


def is_same(
    root: Path, stored: StoredQuarter, other_root: Path, other: StoredQuarter | None, name: str
) -> bool:
    """Return whether two whole tables hold the same rows, whatever version wrote them."""
    if other is None or name not in other.paths:
        return False
    if stored.paths[name] == other.paths[name]:
        return True
    ours, theirs = (
        pl.read_parquet(folder / quarter.paths[name])
        for folder, quarter in ((root, stored), (other_root, other))
    )
    return ours.equals(theirs)


def are_intact(root: Path, stored: StoredQuarter | None) -> bool:
    """Return whether all of a quarter's Parquet files are there and are what was written."""
    return stored is not None and all(is_intact(root, path) for path in stored.paths.values())


def is_intact(root: Path, path: str) -> bool:
    """Return whether a Parquet file is there and is what was written."""
    try:
        _verified(root, path)
    except DamagedError:
        return False
    return True


def _verified(root: Path, path: str) -> bytes:
    try:
        data = (root / path).read_bytes()
    except OSError as error:
        raise DamagedError(path, f"this stored file cannot be read ({error.strerror})") from error
    if not Path(path).stem.endswith(f"-{_digest(data)}"):
        raise DamagedError(path, "this stored file has changed since it was written")
    return data


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:_DIGITS]


def _conformed(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    return frame.select(
        pl.col(column).cast(kind) if column in frame.columns else pl.lit(None, kind).alias(column)
        for column, kind in schema.items()
    )


def with_trust_counts(
    standings: pl.DataFrame, observations: pl.DataFrame, domains: pl.DataFrame
) -> tuple[pl.LazyFrame, pl.LazyFrame, pl.LazyFrame]:
    """Fill ``of``, the number of trusts ranked, in each of the tidy frames.

    It is the number of ranks, or the largest rank that nothing contradicts (and the trusts that
    share it) where single ranks are missing. It is null where rows of a quarter and trust type are
    missing: where such a rank is larger than the number of trusts.
    """
    frames = {
        "standings": standings.lazy(),
        "observations": observations.lazy(),
        "domains": domains.lazy(),
    }
    sound = [frame.filter(pl.col("doubt").is_null()) for frame in frames.values()]
    ranks = [frame.select(*_LEAGUE, "trust_code", "rank") for frame in sound]
    everyone = frames["standings"].select(*_LEAGUE, "trust_code", rank=pl.lit(None, pl.Int32))
    partial = (
        largest_ranks(pl.concat([*ranks, everyone]))
        .filter(pl.col("rank") > pl.col("trusts"))
        .select(_LEAGUE)
        .collect(engine="in-memory")
    )
    standings_, observations_, domains_ = (
        _counted(frame, _GROUPS[name], partial) for name, frame in frames.items()
    )
    return standings_, observations_, domains_


def largest_ranks(frame: pl.LazyFrame, columns: Sequence[str] = ("rank",)) -> pl.LazyFrame:
    """Return the largest ``rank`` and ``trusts`` of each quarter and type.

    Args:
        frame: rows of trusts.
        columns: its columns of ranks, and of ends of ranges of ranks.

    """
    return frame.group_by(_LEAGUE).agg(
        rank=pl.max_horizontal(columns).max().cast(pl.Int32), trusts=pl.col("trust_code").n_unique()
    )


def _counted(frame: pl.LazyFrame, group: tuple[str, ...], partial: pl.DataFrame) -> pl.LazyFrame:
    sound = pl.when(pl.col("doubt").is_null()).then("rank")
    last = sound.max().over(group)
    through_last = last + (sound == last).sum().over(group).cast(pl.Int32) - 1
    ranked = pl.max_horizontal(pl.col("rank").count().over(group).cast(pl.Int32), through_last)
    counted = pl.when(ranked > 0).then(ranked)
    if partial.is_empty():
        return frame.with_columns(of=counted)
    return (
        frame.join(
            partial.lazy().with_columns(is_partial=True),
            on=_LEAGUE,
            how="left",
            maintain_order="left",
        )
        .with_columns(of=pl.when(pl.col("is_partial").is_null()).then(counted))
        .drop("is_partial")
    )


@frozen
class Derived:
    """What a frame computed from tables is.

    Attributes:
        name: what it holds, a word.
        quarters: labels of the quarters whose tables it is computed from, oldest first.
        of: the trust type and whatever else it was computed for.
        version: the version of the computation.

    """

    name: str
    quarters: Sequence[str]
    of: Sequence[str]
    version: int


def read_derived(store: Store, what: Derived) -> pl.DataFrame | None:
    """Return a computed frame; None where there is none, or where it is not what was written."""
    named = f"{_subject(what)}-{_basis(store, what)}-*.parquet"
    with contextlib.suppress(OSError):
        for file in _derived_folder(store, what).glob(named):
            data = file.read_bytes()
            if file.stem.endswith(f"-{_digest(data)}"):
                return pl.read_parquet(data)
    return None


def write_derived(store: Store, what: Derived, frame: pl.DataFrame) -> None:
    """Store a frame in place of earlier ones on its subject, unless the store refuses it."""
    # Of tables that were damaged or replaced meanwhile, the figures may be others.
    if not all(are_intact(store.path, store.manifest.quarters[q]) for q in what.quarters):
        return
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd")
    data = buffer.getvalue()
    subject, folder = _subject(what), _derived_folder(store, what)
    path = folder / f"{subject}-{_basis(store, what)}-{_digest(data)}.parquet"
    with contextlib.suppress(OSError):
        write_atomically(path, data)
        for file in folder.glob(f"{subject}-*.parquet"):
            if file != path:
                file.unlink(missing_ok=True)


def clear_derived(root: Path) -> None:
    """Remove all that was computed, as far as nobody is reading it."""
    shutil.rmtree(root / DERIVED, ignore_errors=True)


def _derived_folder(store: Store, what: Derived) -> Path:
    return store.path / DERIVED / Quarter.parse(what.quarters[-1]).slug


def _subject(what: Derived) -> str:
    about = json.dumps([list(what.quarters), list(what.of)])
    return f"{what.name}-{_digest(about.encode())}"


def _basis(store: Store, what: Derived) -> str:
    stored = [asdict(store.manifest.quarters[label]) for label in what.quarters]
    decisive = json.dumps([__version__, what.version, stored], sort_keys=True)
    return _digest(decisive.encode())
