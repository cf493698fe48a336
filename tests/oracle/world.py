"""A store that can be asked, and the same files as the oracle reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from tests.golden import raw
from tests.inprocess import Ask
from tests.oracle.files import Archive, Releases, Trust, read
from tests.packed import packed_files

TYPES = ("acute", "mental-health-community", "ambulance")

Question = TypeVar("Question")


@dataclass(frozen=True)
class World:
    """A store that can be asked, and the same files as the oracle reads them.

    ``files`` gives the files' names and bytes, in their order of publication.
    """

    ask: Ask
    archive: Archive
    is_whole: bool
    files: Callable[[], list[tuple[str, bytes]]]

    @property
    def releases(self) -> Releases:
        return self.archive.releases

    def tables(self) -> list[tuple[str, str]]:
        """Return each quarter with each trust type that it has."""
        return [
            (quarter, trust_type)
            for quarter in self.releases
            for trust_type in TYPES
            if self.trusts(quarter, trust_type)
        ]

    def trusts(self, quarter: str, trust_type: str) -> list[Trust]:
        """Return the trusts of a type in a quarter."""
        return [t for t in self.releases[quarter].values() if t.trust_type == trust_type]

    def metrics(self, quarter: str, trust_type: str) -> list[str]:
        """Return the IDs of all metrics of a type in a quarter."""
        trusts = self.trusts(quarter, trust_type)
        return sorted({metric_id for trust in trusts for metric_id in trust.metrics})

    def all_metrics(self) -> list[tuple[str, str, str]]:
        """Return each quarter, trust type and metric."""
        return [
            (*table, metric_id) for table in self.tables() for metric_id in self.metrics(*table)
        ]

    def share(
        self, every: Iterable[Question], one_in: int, turn: int = 0, *, long: int = 1
    ) -> list[Question]:
        """Return the questions to ask, by turns: one in so many, in the long run more or all."""
        step = long if self.is_whole else one_in
        return list(every)[turn % step :: step]


@cache
def sample_archive() -> Archive:
    """Return the sample as the oracle reads it."""
    return read(file.data for file in packed_files())


@cache
def real_archive(folder: Path) -> Archive:
    """Return the real files as the oracle reads them."""
    return read((folder / name).read_bytes() for name in raw.ROWS)


def sample_files() -> list[tuple[str, bytes]]:
    """Return the sample's files."""
    return [(file.name, file.data) for file in packed_files()]


def real_files(folder: Path) -> list[tuple[str, bytes]]:
    """Return the real files."""
    return [(name, (folder / name).read_bytes()) for name in raw.ROWS]


def number(text: str) -> float | None:
    """Return a cell's number; None for an empty cell."""
    return float(text) if text else None
