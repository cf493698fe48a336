"""A release file of a million rows, and a store of ten years, are read in bounded memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench import stores
from tests.conftest import COMMAND, Run, environment
from tests.releases import official

YEARS = range(2025, 2075)
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows counts no child's memory")


MOST_FOR_A_MILLION_ROWS = 700
"""In MiB; the file itself has 143."""


def write_million_rows(path: Path) -> None:
    """Write a file of 50 years with four quarters of the same 5,010 rows: 1,002,000 rows."""
    quarter = official.metric_file().splitlines(keepends=True)[1:]
    trusts = [
        line.replace("Z1A", f"Z{n:02d}").replace("Z2B", f"Y{n:02d}")
        for n in range(100)
        for line in quarter
    ]
    more = [
        line.replace("Z1A", f"{a}{n:02d}").replace("Z2B", f"{b}{n:02d}")
        for a, b in (("X", "W"), ("V", "U"), ("T", "S"))
        for n in range(90)
        for line in quarter
    ]
    rows = "".join((trusts + more)[:5010])
    with path.open("w", encoding="utf-8") as file:
        file.write(official.METRIC_HEADER + "\n")
        for year in YEARS:
            for number in range(1, 5):
                file.write(rows.replace("Q3 2025/26", f"Q{number} {year}/{(year + 1) % 100:02d}"))


@pytest.mark.slow
def test_a_million_rows_are_read_whole(run: Run, tmp_path: Path) -> None:
    write_million_rows(tmp_path / "large.csv")
    done = run(
        "fetch", "--from", str(tmp_path / "large.csv"), "--json", data_dir=tmp_path / "store"
    )
    assert done.returncode == 0, done.stderr
    (taken,) = json.loads(done.stdout)["rows"]
    assert taken["rows"] == 50 * 4 * 5010
    query = "select quarter, count(*) as n from standings group by quarter"
    counted = json.loads(run("query", query, "--json", data_dir=tmp_path / "store").stdout)["rows"]
    assert len(counted) == 50 * 4
    assert len({row["n"] for row in counted}) == 1


def peak(store: Path, *arguments: str) -> float:
    """Run the installed command, and return its peak memory in MiB."""
    process = subprocess.Popen(
        [str(COMMAND), *arguments], env=environment(store), stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)


def lose_manifest(store: Path) -> None:
    (store / "manifest.json").unlink()


@posix
@pytest.mark.slow
def test_a_million_rows_are_read_in_bounded_memory(tmp_path: Path) -> None:
    write_million_rows(tmp_path / "large.csv")
    used = peak(tmp_path / "store", "fetch", "--from", str(tmp_path / "large.csv"))
    assert used < MOST_FOR_A_MILLION_ROWS


@posix
@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_quarters(tmp_path: Path) -> None:
    """Verify, repair and rebuild a store of 40 quarters in little more room than one of 10."""
    peaks: dict[int, list[float]] = {}
    for quarters in (10, 40):
        files = tmp_path / f"files-{quarters}"
        stores.release(files, quarters)
        store = stores.store(tmp_path / f"store-{quarters}", stores.rounds(files))
        peaks[quarters] = [peak(store, "cache", "verify"), peak(store, "cache", "repair")]
        lose_manifest(store)
        peaks[quarters].append(peak(store, "trusts"))
    assert all(many < few + 40 for few, many in zip(peaks[10], peaks[40], strict=True)), peaks
    assert max(peaks[40]) < 300, peaks
