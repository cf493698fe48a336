"""What is computed from a quarter's tables and kept beside them, as it is slow to compute.

    derived/2025-26-q3/<name>-<subject>-<basis>-<digits of the content's sha256>.parquet

The subject is what a frame is about, the basis all that decides it: the quarters' tables, which are
named by their content, what is doubted in them, and the version of the computation. So a frame of
other figures is never found. Every frame can be computed again: one that is damaged, or cannot be
written, is no error.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from nhs_league.core.quarters import Quarter
from nhs_league.files import write_atomically
from nhs_league.frozen import frozen
from nhs_league.releases import tables
from nhs_league.version import __version__

if TYPE_CHECKING:
    from nhs_league.releases.store import Store

FOLDER = "derived"
_DIGITS = 16


@frozen
class Derived:
    """What a kept frame is.

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


def read(store: Store, what: Derived) -> pl.DataFrame | None:
    """Return a kept frame; None where there is none, or where it is not what was written."""
    named = f"{_subject(what)}-{_basis(store, what)}-*.parquet"
    with contextlib.suppress(OSError):
        for file in _folder(store, what).glob(named):
            data = file.read_bytes()
            if file.stem.endswith(f"-{_digest(data)}"):
                return pl.read_parquet(data)
    return None


def write(store: Store, what: Derived, frame: pl.DataFrame) -> None:
    """Keep a frame in place of earlier ones on its subject; a store that refuses keeps none."""
    # Of tables that were damaged or replaced meanwhile, the figures may be others.
    if not all(tables.are_intact(store.path, store.manifest.quarters[q]) for q in what.quarters):
        return
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd")
    data = buffer.getvalue()
    subject, folder = _subject(what), _folder(store, what)
    path = folder / f"{subject}-{_basis(store, what)}-{_digest(data)}.parquet"
    with contextlib.suppress(OSError):
        write_atomically(path, data)
        for file in folder.glob(f"{subject}-*.parquet"):
            if file != path:
                file.unlink(missing_ok=True)


def clear(root: Path) -> None:
    """Remove all that is kept, as far as nobody is reading it."""
    shutil.rmtree(root / FOLDER, ignore_errors=True)


def _folder(store: Store, what: Derived) -> Path:
    return store.path / FOLDER / Quarter.parse(what.quarters[-1]).slug


def _subject(what: Derived) -> str:
    about = json.dumps([list(what.quarters), list(what.of)])
    return f"{what.name}-{_digest(about.encode())}"


def _basis(store: Store, what: Derived) -> str:
    stored = [asdict(store.manifest.quarters[label]) for label in what.quarters]
    decisive = json.dumps([__version__, what.version, stored], sort_keys=True)
    return _digest(decisive.encode())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:_DIGITS]
