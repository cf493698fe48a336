"""A quarter's tidy frames as Parquet files that are named by their content.

tidy/2025-26-q3/<frame>-<first 16 digits of its sha256>.parquet
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import polars as pl

from nhs_league.errors import RefusedError
from nhs_league.league.schema.quarters import Quarter
from nhs_league.releases import atomic
from nhs_league.releases.manifest import KeptQuarter
from nhs_league.releases.quarter_frames import QuarterFrames, nothing

FOLDER = "tidy"
NAMES = tuple(field.name for field in fields(QuarterFrames))
_DIGITS = 16


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
            atomic.write(root / paths[name], data)
    return KeptQuarter(paths, tuple(frames.standings["trust_type"].unique().sort()))


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
