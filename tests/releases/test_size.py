"""A release file of a million rows is read like any other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.releases import official

YEARS = range(2025, 2089)


@pytest.mark.slow
def test_a_million_rows_are_read_whole(run: Run, tmp_path: Path) -> None:
    """Each year has four quarters of the same 3,914 rows: 64 x 4 x 3,914 = 1,001,984 rows."""
    quarter = official.metric_file().splitlines(keepends=True)[1:]
    trusts = [
        line.replace("Z1A", f"Z{n:02d}").replace("Z2B", f"Y{n:02d}")
        for n in range(100)
        for line in quarter
    ]
    more = [
        line.replace("Z1A", f"{a}{n:02d}").replace("Z2B", f"{b}{n:02d}")
        for a, b in (("X", "W"), ("V", "U"))
        for n in range(90)
        for line in quarter
    ]
    rows = "".join((trusts + more)[:3914])
    with (tmp_path / "large.csv").open("w", encoding="utf-8") as file:
        file.write(official.METRIC_HEADER + "\n")
        for year in YEARS:
            for number in range(1, 5):
                file.write(rows.replace("Q3 2025/26", f"Q{number} {year}/{(year + 1) % 100:02d}"))
    done = run(
        "fetch", "--from", str(tmp_path / "large.csv"), "--json", data_dir=tmp_path / "store"
    )
    assert done.returncode == 0, done.stderr
    (taken,) = json.loads(done.stdout)["rows"]
    assert taken["rows"] == 64 * 4 * 3914
    asked = "select quarter, count(*) as n from standings group by quarter"
    counted = json.loads(run("query", asked, "--json", data_dir=tmp_path / "store").stdout)["rows"]
    assert len(counted) == 64 * 4
    assert len({row["n"] for row in counted}) == 1
