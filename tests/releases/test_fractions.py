"""Percentages of one quarter that are a hundredth, or a hundred times, of another quarter's."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import pytest

from nhs_league import open_league
from nhs_league.releases.intake import ReceivedFile, Status, add_files
from nhs_league.releases.store import open_store
from tests.conftest import Run
from tests.golden import raw
from tests.releases import official
from tests.releases.stores import read_manifest, rewrite_manifest
from tests.sampling import one_in

Rows = list[list[str]]
TRUST, ID, VALUE = 4, 8, 12
FIGURES = slice(12, 16)
CASES = "OF0010"
"""A percentage of the fictional files: 55 to 95."""
FALLEN = "value: about a hundredth of {}, so percentages may have become fractions"
RISEN = "value: about a hundred times {}, so percentages may have been multiplied by 100"
DOUBTS = """
    SELECT quarter, metric_id, doubt, count(*) AS trusts, count(value) AS figures
    FROM observations WHERE doubt IS NOT NULL GROUP BY ALL ORDER BY ALL
"""


def times(factor: float, rows: Rows, *metric_ids: str) -> Rows:
    """Multiply the values, medians and quartiles of some metrics, as ranks stay what they are."""
    changed = [list(row) for row in rows]
    for row in changed[1:]:
        if row[ID] in metric_ids:
            row[FIGURES] = [f"{float(f) * factor:.8g}" if f else "" for f in row[FIGURES]]
    return changed


def quarter(label: str, factor: float = 1, *, metric_id: str = CASES) -> Rows:
    return times(factor, official.whole_metric_file((label,)), metric_id)


def in_one_file(*parts: Rows) -> Rows:
    return [parts[0][0], *(row for part in parts for row in part[1:])]


class Imports:
    """A store that files are imported into, one after the other."""

    def __init__(self, run: Run, folder: Path) -> None:
        self._run, self._files, self.path = run, folder, folder / "store"

    def run(self, *arguments: str) -> str:
        done = self._run(*arguments, data_dir=self.path)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def messages(self, *arguments: str) -> str:
        done = self._run(*arguments, data_dir=self.path)
        assert done.returncode == 0, done.stderr
        return done.stderr

    def add(self, rows: Rows, name: str = "trust-data.csv") -> None:
        """Store a file without the command, where what the command says is not looked at."""
        file = ReceivedFile(name, official.published(rows), str(self._files / name))
        _, (taken,) = add_files(open_store(self.path), [file])
        assert taken.status in (Status.NEW, Status.REVISED), taken.reason

    def fetch(self, rows: Rows, name: str = "trust-data.csv") -> str:
        file = self._files / name
        file.write_bytes(official.published(rows))
        return self.messages("fetch", "--from", str(file))

    def doubts(self) -> list[tuple[str, str, str, int]]:
        """Return quarter, metric, reason and number of trusts; all of them have a value."""
        records = csv.DictReader(io.StringIO(self.run("query", DOUBTS, "--csv")))
        rows = [
            (r["quarter"], r["metric_id"], r["doubt"], r["trusts"], r["figures"]) for r in records
        ]
        assert all(trusts == figures for *_, trusts, figures in rows)
        return [(label, metric, why, int(trusts)) for label, metric, why, trusts, _ in rows]


@pytest.fixture
def imports(run: Run, tmp_path: Path) -> Imports:
    return Imports(run, tmp_path)


def test_a_new_file_of_fractions_is_doubted_and_every_answer_says_so(imports: Imports) -> None:
    assert "doubted" not in imports.fetch(quarter("Q4 2025/26"), "q4.csv")
    sentence = (
        f"Q1 2026/27: doubtful: the values of {CASES} (acute trusts) are about a hundredth of "
        "Q4 2025/26, so percentages may have become fractions."
    )
    assert sentence in imports.fetch(quarter("Q1 2026/27", 0.01), "q1.csv").splitlines()
    assert sentence in imports.messages("releases").splitlines()
    assert imports.doubts() == [("Q1 2026/27", CASES, FALLEN.format("Q4 2025/26"), 30)]
    note = f"(?): Z00 {CASES} ({FALLEN.format('Q4 2025/26')})"
    assert f"30 figures are doubtful {note}" in imports.messages("worst", "-m", CASES)
    assert f"1 figure is doubtful {note}" in imports.messages("trend", "Z00", "-m", CASES)
    value = next(
        r[VALUE] for r in quarter("Q1 2026/27", 0.01) if r[TRUST] == "Z00" and r[ID] == CASES
    )
    shown = imports.run("trend", "Z00", "-m", CASES, "--format", "table")
    assert f"{float(value):.2f}%?" in shown or f"{float(value):g}%?" in shown


def test_a_doubtful_figure_is_not_drawn_as_a_change(imports: Imports) -> None:
    """Without the doubt every trust would have worsened by some 99%."""
    imports.add(quarter("Q4 2025/26"), "q4.csv")
    imports.add(quarter("Q1 2026/27", 0.01), "q1.csv")
    shown = csv.DictReader(io.StringIO(imports.run("show", "Z00", "--csv")))
    since = {row["metric_id"]: row["change_since_last"] for row in shown}
    assert since[CASES] == "not compared"
    past = open_league(data_dir=imports.path).show("Z00").past.filter(metric_id=CASES)
    assert past["quarter"].to_list() == ["Q4 2025/26"]
    moved = csv.DictReader(io.StringIO(imports.run("changes", "--csv")))
    assert {row["metrics_worsened"] for row in moved} <= {"", "0"}
    (line,) = [
        line
        for line in imports.run("trend", "Z00", "--all", "--format", "table").splitlines()
        if "28-day" in line
    ]
    assert len(set(line) & set("▁▂▃▄▅▆▇█")) == 1


@pytest.mark.parametrize(
    ("factor", "reason"),
    [
        pytest.param(0.01, FALLEN, id="fractions"),
        pytest.param(100, RISEN, id="a hundred times", marks=pytest.mark.long),
    ],
)
def test_the_real_files_of_two_years_are_held_against_each_other(
    imports: Imports, shared: Path, factor: float, reason: str
) -> None:
    before, now = (_real(shared / name) for name in (raw.COMMUNITY_2025, raw.COMMUNITY_2026))
    assert "doubted" not in imports.fetch(before, "before.csv")
    # Sickness absence and urgent crisis response: the percentages that both years measure, with a
    # median that is neither 0 nor near it.
    both = ("OF0082", "OF0016")
    imports.add(times(factor, now, *both), "now.csv")
    trusts = {m: sum(row[ID] == m and bool(row[VALUE]) for row in now) for m in both}
    assert imports.doubts() == [
        ("Q1 2026/27", metric, reason.format("Q4 2025/26"), trusts[metric])
        for metric in sorted(both)
    ]


def test_the_real_files_as_they_are_have_nothing_to_doubt(run: Run, real_store: Path) -> None:
    answer = run("query", DOUBTS, "--csv", data_dir=real_store)
    assert answer.returncode == 0
    assert len(answer.stdout.splitlines()) == 1


def _real(file: Path) -> Rows:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.reader(text))


FILES = {
    "q3.csv": quarter("Q3 2025/26"),
    "q4.csv": quarter("Q4 2025/26", 0.01),
    "q1.csv": quarter("Q1 2026/27", 0.01),
}
BOTH_FALLEN = [
    ("Q4 2025/26", CASES, FALLEN.format("Q3 2025/26"), 30),
    # Q4 is doubted itself, so that the quarter before it counts.
    ("Q1 2026/27", CASES, FALLEN.format("Q3 2025/26"), 30),
]


def marks_of(number: int) -> list[pytest.MarkDecorator]:
    if number == 3:
        return []
    return [pytest.mark.long if number in (0, 2) else pytest.mark.slow]


ORDERS = [
    pytest.param(order, id=" ".join(order), marks=marks_of(number))
    for number, order in enumerate(permutations(FILES))
]


@pytest.mark.parametrize("order", ORDERS)
def test_the_doubts_are_the_same_in_whatever_order_files_come(
    imports: Imports, order: Sequence[str]
) -> None:
    for name in order:
        words = imports.fetch(FILES[name], name)
    # The last file to come settles a doubt, so that it is named whichever file that is.
    assert f"doubtful: the values of {CASES}" in words
    assert imports.doubts() == BOTH_FALLEN


@pytest.mark.long
def test_the_doubts_outlive_verifying_repairing_and_rebuilding(imports: Imports) -> None:
    for name in ("q1.csv", "q3.csv", "q4.csv"):
        imports.add(FILES[name], name)
    tables = sorted(p.name for p in imports.path.rglob("*.parquet"))
    imports.run("cache", "verify")
    imports.run("cache", "repair")
    assert imports.doubts() == BOTH_FALLEN
    (imports.path / "manifest.json").unlink()
    assert imports.doubts() == BOTH_FALLEN
    for table in imports.path.rglob("observations-*.parquet"):
        table.unlink()
    assert imports.doubts() == BOTH_FALLEN
    imports.run("cache", "verify")
    assert sorted(p.name for p in imports.path.rglob("*.parquet")) == tables


def test_verify_finds_doubts_that_are_not_what_the_tables_say(run: Run, imports: Imports) -> None:
    for name in ("q3.csv", "q4.csv"):
        imports.add(FILES[name], name)
    manifest = read_manifest(imports.path)
    manifest["quarters"]["Q4 2025/26"]["doubts"] = []
    rewrite_manifest(imports.path, json.dumps(manifest))
    assert imports.doubts() == []
    verified = run("cache", "verify", data_dir=imports.path)
    assert verified.returncode == 5
    assert "doubts, Q4 2025/26" in verified.stdout
    imports.run("cache", "repair")
    assert imports.doubts() == BOTH_FALLEN[:1]


def test_a_quarter_that_is_right_again_is_not_doubted(imports: Imports) -> None:
    for name, factor in (("Q3 2025/26", 1), ("Q4 2025/26", 0.01), ("Q1 2026/27", 1)):
        imports.add(quarter(name, factor), f"{name[:2]}.csv")
    assert imports.doubts() == BOTH_FALLEN[:1]


def test_the_first_quarter_is_held_against_the_one_after_it(imports: Imports) -> None:
    imports.add(quarter("Q4 2025/26"), "q4.csv")
    imports.add(quarter("Q3 2025/26", 0.01), "q3.csv")
    assert imports.doubts() == [("Q3 2025/26", CASES, FALLEN.format("Q4 2025/26"), 30)]


@pytest.mark.parametrize("first", one_in(2, (1, 0)))
def test_of_two_quarters_the_one_beyond_100_percent_is_doubted(
    imports: Imports, first: int
) -> None:
    labels = ["Q3 2025/26", "Q4 2025/26"]
    high, right = labels[first], labels[1 - first]
    imports.add(in_one_file(quarter(high, 100), quarter(right)))
    assert imports.doubts() == [(high, CASES, RISEN.format(right), 30)]


def test_fractions_that_become_percentages_are_a_rise(imports: Imports) -> None:
    imports.add(in_one_file(quarter("Q2 2025/26", 0.01), quarter("Q3 2025/26", 0.01)), "first.csv")
    assert imports.doubts() == []
    imports.add(quarter("Q4 2025/26"), "q4.csv")
    assert imports.doubts() == [("Q4 2025/26", CASES, RISEN.format("Q3 2025/26"), 30)]


def test_each_quarter_of_a_new_file_is_held_against_the_one_before_it(imports: Imports) -> None:
    imports.add(quarter("Q2 2025/26"), "q2.csv")
    several = in_one_file(quarter("Q3 2025/26"), quarter("Q4 2025/26", 0.01), quarter("Q1 2026/27"))
    imports.add(several, "several.csv")
    assert imports.doubts() == BOTH_FALLEN[:1]


def test_a_revised_file_brings_a_doubt_and_takes_it_away(imports: Imports) -> None:
    imports.add(FILES["q3.csv"], "trust-data-q3.csv")
    imports.add(quarter("Q4 2025/26"), "trust-data-q4.csv")
    assert imports.doubts() == []
    imports.add(FILES["q4.csv"], "trust-data-q4-v2.csv")
    assert imports.doubts() == BOTH_FALLEN[:1]
    imports.add(quarter("Q4 2025/26", 1.01), "trust-data-q4-v3.csv")
    assert imports.doubts() == []


@pytest.mark.parametrize(
    "factors",
    one_in(
        3,
        [
            (1, 0.2),  # about 75% and 15%
            (1, 1 / 60),  # a sixtieth
            (1, 1 / 150),
            (0.01, 0.0001),  # below 1% in both quarters
            (0.0001, 0.01),
        ],
    ),
)
def test_another_change_is_none_to_doubt(imports: Imports, factors: tuple[float, float]) -> None:
    before, now = factors
    imports.add(in_one_file(quarter("Q3 2025/26", before), quarter("Q4 2025/26", now)))
    assert imports.doubts() == []


def test_a_figure_that_is_no_percentage_is_not_held_against_another(imports: Imports) -> None:
    minutes = "OF0301"
    imports.add(quarter("Q3 2025/26", metric_id=minutes), "q3.csv")
    assert "doubted" not in imports.fetch(quarter("Q4 2025/26", 0.01, metric_id=minutes), "q4.csv")
    assert imports.doubts() == []
