"""A league table and a metric file that contradict each other: kept as published, and told."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Run
from tests.releases.official import METRIC_ROWS, TABLE_ROWS, league_table, metric_file, with_field

# METRIC_ROWS has summary rows of Z1A only: segment 3, rank 2, average score 2.33. Z2B has them here.
OF_Z2B = [
    row.replace("Z1A", "Z2B")
    .replace("score,2.33,NA,NA,NA,1", "score,2.4,NA,NA,NA,2")
    .replace("NA,NA,NA,2", "NA,NA,NA,1")
    for row in METRIC_ROWS[-4:]
]
WHOLE = metric_file([*METRIC_ROWS, *OF_Z2B])


def fetched(run: Run, folder: Path, metric: str, table: str) -> str:
    folder.mkdir()
    (folder / "metric.csv").write_text(metric, "utf-8")
    (folder / "table.csv").write_text(table, "utf-8")
    done = run("fetch", "--from", str(folder), data_dir=folder / "store")
    assert done.returncode == 0, done.stderr
    listed = run("releases", data_dir=folder / "store")
    lines = [line for line in done.stderr.splitlines() if line.startswith("Q3 2025/26: ")]
    assert lines == [line for line in listed.stderr.splitlines() if line.startswith("Q3 2025/26: ")]
    return done.stderr


def test_files_that_agree_are_kept_without_a_word(run: Run, tmp_path: Path) -> None:
    assert "Q3 2025/26" not in fetched(run, tmp_path / "files", WHOLE, league_table())


def test_another_average_score_is_told(run: Run, tmp_path: Path) -> None:
    table = with_field(league_table(), 3, "Average_score", "2.35")
    messages = fetched(run, tmp_path / "files", WHOLE, table)
    assert (
        "Q3 2025/26: Z1A: average score 2.33 in the metric file, 2.35 in the league table."
        in messages
    )


def test_a_trust_that_the_league_table_lacks_is_told(run: Run, tmp_path: Path) -> None:
    messages = fetched(run, tmp_path / "files", WHOLE, league_table(TABLE_ROWS[:1]))
    assert "Q3 2025/26: Z1A is in the metric file but not in the league table." in messages


def test_another_trusts_code_is_told_from_both_sides(run: Run, tmp_path: Path) -> None:
    messages = fetched(run, tmp_path / "files", WHOLE, league_table().replace("Z1A", "Z9Z"))
    assert "Z1A is in the metric file but not in the league table." in messages
    assert "Z9Z is in the league table but not in the metric file." in messages
