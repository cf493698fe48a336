"""The sample's files as they are packed, and real files, read with nothing of the program."""

from __future__ import annotations

import csv
import io
import tarfile
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

import pytest

Row = dict[str, str]


@dataclass(frozen=True)
class Published:
    """A file as it was published."""

    path: str
    data: bytes

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @cached_property
    def columns(self) -> list[str]:
        return next(csv.reader(io.StringIO(self.data.decode("utf-8-sig"), newline="")))

    @cached_property
    def rows(self) -> list[Row]:
        return list(csv.DictReader(io.StringIO(self.data.decode("utf-8-sig"), newline="")))


@pytest.fixture(scope="session")
def packed() -> tuple[Published, ...]:
    """All files of the sample in their order of publication."""
    data = files("nhs_league.sample").joinpath("release.tar.xz").read_bytes()
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return tuple(
            Published(member.name, content.read())
            for member in archive
            if (content := archive.extractfile(member)) is not None
        )


@pytest.fixture(scope="session")
def metric_files(packed: tuple[Published, ...]) -> dict[tuple[str, str], Published]:
    """The newest metric files, by framework year and the first word of the type."""
    newest = {}
    for file in packed:
        if "league-table" not in file.name and file.path.startswith(("2026/06", "2026/09")):
            year = "2025/26" if file.path.startswith("2026/06") else "2026/27"
            newest[year, file.rows[0]["Trust_type"].split()[0]] = file
    return newest


@pytest.fixture(scope="session")
def real_files(shared: Path) -> dict[tuple[str, str], Published]:
    """The real metric files at hand, by framework year and the first word of the type."""
    names = {
        ("2025/26", "Mental"): "nhs-oversight-framework-mental-health-and-community-trust-data.csv",
        ("2025/26", "Ambulance"): "nhs-oversight-framework-ambulance-trust-data.csv",
        ("2026/27", "Acute"): "acute-trust-data-q1-2026-27.csv",
        ("2026/27", "Mental"): "mental-health-and-community-trust-data-q1-2026-27.csv",
        ("2026/27", "Ambulance"): "ambulance-trust-data-q1-2026-27.csv",
    }
    return {key: Published(name, (shared / name).read_bytes()) for key, name in names.items()}
