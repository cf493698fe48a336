"""A quarter's tables: Parquet files that are named by their content.

tidy/2025-26-q3/<table>-<first 16 digits of its sha256>.parquet
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import polars as pl

from nhs_league.core.frames import DOMAINS, OBSERVATIONS, SET_ASIDE, STANDINGS, VERSIONS
from nhs_league.core.quarters import Quarter
from nhs_league.errors import RefusedError
from nhs_league.files import write_atomically
from nhs_league.releases import manifest as manifests
from nhs_league.releases.manifest import KeptQuarter

PARTS = pl.Schema([*STANDINGS.items(), ("kind", pl.String())])
"""Standings as single files tell them: schema STANDINGS and ``kind``, the kind of that file."""
FOLDER = manifests.TABLES
_DIGITS = 16
_TABLE = ("quarter", "trust_type")
_GROUPS = {
    "standings": _TABLE,
    "observations": (*_TABLE, "metric_id", "unit"),
    "domains": (*_TABLE, "domain"),
}


@dataclass(frozen=True)
class QuarterFrames:
    """All that is kept of one quarter.

    Attributes:
        parts: schema PARTS, the newest row of each trust and kind of file.
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


NAMES = tuple(field.name for field in fields(QuarterFrames))


def nothing() -> QuarterFrames:
    """Give the frames of a quarter of which nothing is kept."""
    schemas = (PARTS, STANDINGS, OBSERVATIONS, DOMAINS, VERSIONS, SET_ASIDE)
    return QuarterFrames(*(pl.DataFrame(schema=schema) for schema in schemas))


class DamagedError(RefusedError):
    """A Parquet file is gone, or is not what was written."""


def scan(root: Path, name: str, quarters: Sequence[KeptQuarter]) -> pl.LazyFrame:
    """Read a frame of some quarters lazily, once its files are known to be what was written.

    Args:
        root: the store's folder.
        name: the frame, a field of QuarterFrames.
        quarters: where each quarter's frames are; one that is not kept has no rows.

    Raises:
        DamagedError: a file is gone or has changed.

    """
    paths = [kept.paths[name] for kept in quarters if name in kept.paths]
    if not paths:
        empty: pl.DataFrame = getattr(nothing(), name)
        return empty.lazy()
    return pl.scan_parquet([_verified(root, path) for path in paths])


def read(root: Path, kept: KeptQuarter) -> QuarterFrames:
    """Read all of a quarter.

    Raises:
        DamagedError: a file is gone or has changed.

    """
    return QuarterFrames(**{name: scan(root, name, [kept]).collect() for name in NAMES})


def write(root: Path, quarter: Quarter, frames: QuarterFrames) -> KeptQuarter:
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
        if not is_whole(root, paths[name]):
            write_atomically(root / paths[name], data)
    return KeptQuarter(paths, _types(frames.standings))


def adopted(root: Path, quarter: Quarter, kept: KeptQuarter) -> KeptQuarter | None:
    """Give whole tables in this version's columns; None where they are not that quarter's.

    What our columns have and an older version's lack is null.
    """
    try:
        frames = {
            name: pl.read_parquet(root / kept.paths[name]) for name in NAMES if name in kept.paths
        }
        if label_of(root, kept) != quarter.label:
            return None
        if all(frame.schema == _schema(name) for name, frame in frames.items()):
            return kept
        ours = {name: _conformed(frame, _schema(name)) for name, frame in frames.items()}
    except (OSError, KeyError, pl.exceptions.PolarsError):
        return None
    written = write(root, quarter, replace(nothing(), **ours))
    return replace(written, disagreements=kept.disagreements)


def left_behind(root: Path) -> dict[str, KeptQuarter]:
    """Name the whole tables below a store that has lost its manifest: label -> its tables.

    Of two tables of one frame and quarter, the one that was written last is named.
    """
    quarters: dict[str, KeptQuarter] = {}
    for folder in sorted((root / FOLDER).glob("*")):
        paths = {}
        for file in sorted(folder.glob("*.parquet"), key=lambda file: file.stat().st_mtime_ns):
            path = file.relative_to(root).as_posix()
            name = file.stem.rpartition("-")[0]
            if name in NAMES and is_whole(root, path):
                paths[name] = path
        if "standings" not in paths:
            continue
        kept = KeptQuarter(paths, _types(pl.read_parquet(root / paths["standings"])))
        if label := label_of(root, kept):
            quarters[label] = kept
    return quarters


def label_of(root: Path, kept: KeptQuarter) -> str:
    """Return the label of the quarter that whole tables are of; empty where they are of none."""
    try:
        standings = pl.read_parquet(root / kept.paths["standings"], columns=["quarter"])
        labels = standings["quarter"].cast(pl.String).unique().to_list()
        return Quarter.parse(labels[0]).label if len(labels) == 1 else ""
    except (OSError, KeyError, ValueError, TypeError, pl.exceptions.PolarsError):
        return ""


def _types(standings: pl.DataFrame) -> tuple[str, ...]:
    return tuple(standings["trust_type"].unique().sort())


def is_same(
    root: Path, kept: KeptQuarter, other_root: Path, other: KeptQuarter | None, name: str
) -> bool:
    """Return whether two whole tables hold the same rows, whatever version wrote them."""
    if other is None or name not in other.paths:
        return False
    if kept.paths[name] == other.paths[name]:
        return True
    ours, theirs = (
        pl.read_parquet(folder / quarter.paths[name])
        for folder, quarter in ((root, kept), (other_root, other))
    )
    return ours.equals(theirs)


def are_whole(root: Path, kept: KeptQuarter | None) -> bool:
    """Return whether all of a quarter's Parquet files are there and are what was written."""
    return kept is not None and all(is_whole(root, path) for path in kept.paths.values())


def is_whole(root: Path, path: str) -> bool:
    """Tell whether a Parquet file is there and is what was written."""
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


def _schema(name: str) -> pl.Schema:
    frame: pl.DataFrame = getattr(nothing(), name)
    return frame.schema


def _conformed(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    return frame.select(
        pl.col(column).cast(kind) if column in frame.columns else pl.lit(None, kind).alias(column)
        for column, kind in schema.items()
    )


def with_of(
    standings: pl.DataFrame, observations: pl.DataFrame, domains: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Fill ``of``, the number of trusts ranked, in each of the tidy frames.

    It is the number of ranks, or the largest rank that nothing contradicts (and the trusts that
    share it) where single ranks are missing. It is null where rows of a quarter and trust type are
    missing: where such a rank is larger than the number of trusts.
    """
    frames = {"standings": standings, "observations": observations, "domains": domains}
    sound = [f.filter(pl.col("doubt").is_null()) for f in frames.values()]
    ranks = pl.concat(f.select(*_TABLE, "trust_code", "rank") for f in sound)
    everyone = standings.select(*_TABLE, "trust_code", rank=pl.lit(None, pl.Int32))
    table = largest_ranks(pl.concat([ranks, everyone]))
    partial = table.filter(pl.col("rank") > pl.col("trusts")).select(_TABLE)
    counted = (_counted(frame, _GROUPS[name], partial) for name, frame in frames.items())
    standings, observations, domains = counted
    return standings, observations, domains


def largest_ranks(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the largest ``rank`` (or end of a range) and ``trusts`` of each quarter and type."""
    ranks = [c for c in ("rank", "rank_high") if c in frame.columns]
    return frame.group_by(_TABLE).agg(
        rank=pl.max_horizontal(ranks).max().cast(pl.Int32), trusts=pl.col("trust_code").n_unique()
    )


def _counted(frame: pl.DataFrame, group: tuple[str, ...], partial: pl.DataFrame) -> pl.DataFrame:
    sound = pl.when(pl.col("doubt").is_null()).then("rank")
    last = sound.max().over(group)
    through_last = last + (sound == last).sum().over(group).cast(pl.Int32) - 1
    ranked = pl.max_horizontal(pl.col("rank").count().over(group).cast(pl.Int32), through_last)
    return (
        frame.join(
            partial.with_columns(is_partial=True), on=_TABLE, how="left", maintain_order="left"
        )
        .with_columns(of=pl.when(pl.col("is_partial").is_null() & (ranked > 0)).then(ranked))
        .drop("is_partial")
    )
