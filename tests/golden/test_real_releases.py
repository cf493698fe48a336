"""Whole real release files, through the installed command, against the raw rows cell by cell."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest
from filelock import FileLock

from tests.conftest import Run
from tests.golden import raw

Frame = Mapping[tuple[str, ...], Mapping[str, object]]

SUMMARY = {
    "OF5000": [("adjusted_segment", "value"), ("rank", "rank")],
    "OF5200": [("adjusted_segment", "value"), ("rank", "rank")],
    "OF5002": [("average_score", "value"), ("score_rank", "rank")],
    "OF5202": [("average_score", "value"), ("score_rank", "rank")],
    "OF5003": [("unadjusted_segment", "value")],
    "OF5203": [("unadjusted_segment", "value")],
    "OF5004": [("override", "value")],
    "OF5204": [("override", "value")],
    "OF5005": [("segment", "value")],
}
"""Which column of the standings holds which cell of a summary row."""


@pytest.fixture(scope="session")
def tables(real_store: Path, shared_folder: Path, run: Run) -> Mapping[str, Frame]:
    """The exported tables, each row by its key."""
    folder = shared_folder / "real export"
    with FileLock(shared_folder / "real export.lock"):
        if not folder.exists():
            assert run("export", str(folder), data_dir=real_store).returncode == 0
    keys = {
        "standings": ("quarter", "trust_code"),
        "observations": ("quarter", "trust_code", "metric_id"),
        "domains": ("quarter", "trust_code", "domain"),
    }
    return {
        name: {
            tuple(str(row[k]) for k in key): row
            for row in pl.read_parquet(folder / f"{name}.parquet").to_dicts()
        }
        for name, key in keys.items()
    }


def test_every_file_is_taken_with_all_its_rows_and_nothing_doubted_or_set_aside(
    real_store: Path,
) -> None:
    answer, messages = (
        real_store.with_suffix(ending).read_text("utf-8") for ending in (".csv", ".txt")
    )
    taken = {row["file"]: row for row in csv.DictReader(io.StringIO(answer))}
    assert {name: int(row["rows"]) for name, row in taken.items()} == raw.ROWS
    assert {row["status"] for row in taken.values()} == {"new"}
    assert "set aside" not in messages
    assert "doubt" not in messages


def test_every_cell_is_the_raw_files(shared: Path, tables: Mapping[str, Frame]) -> None:
    compared: Counter[str] = Counter()
    wrong: list[tuple[object, ...]] = []

    def same(name: str, key: tuple[str, ...], column: str, published: str) -> None:
        ours = tables[name].get(key, {}).get(column)
        compared[f"{name}.{column}"] += 1
        if column in ("period", "score_period", "published_unit"):
            equal = ours == (published or None)
        else:
            equal = float(ours) == float(published) if published else ours is None  # type: ignore[arg-type]
        if not equal:
            wrong.append((name, key, column, published, ours))

    for name in raw.ROWS:
        rows = list(raw.read(shared / name))
        final = {(r.quarter, r.trust_code) for r in rows if r.metric_id == "OF5005"}
        for row in rows:
            trust = (row.quarter, row.trust_code)
            metric = f"OF0{row.metric_id[3:]}" if row.metric_id != "OF2029" else "OF2029"
            for column, cell in SUMMARY.get(row.metric_id, ()):
                same("standings", trust, column, getattr(row, cell))
            if row.metric_id in ("OF5000", "OF5200") and trust not in final:
                same("standings", trust, "segment", row.value)
            if row.metric_id.startswith("OF0"):
                for column in ("value", "median", "lower_quartile", "upper_quartile", "rank"):
                    same("observations", (*trust, metric), column, getattr(row, column))
                same("observations", (*trust, metric), "period", row.period)
                same("observations", (*trust, metric), "published_unit", row.unit)
            if row.metric_id.startswith(("OF1", "OF2")):
                same("observations", (*trust, metric), "score", row.value)
                same("observations", (*trust, metric), "score_period", row.period)
            if row.metric_id.startswith(("OF40", "OF42")):
                same("domains", (*trust, row.domain), "score", row.value)
                same("domains", (*trust, row.domain), "rank", row.rank)
            if row.metric_id.startswith(("OF41", "OF43")):
                same("domains", (*trust, row.domain), "segment", row.value)
    assert wrong == []
    # 23,952 rows; a value row has seven cells, a score row two, a domain's or a summary's one or two.
    assert sum(compared.values()) > 80_000
    assert compared["standings.rank"] == 202 + 284 + 2
    assert compared["domains.score"] == 1205 + 1405 + 10


def test_no_observation_comes_from_nowhere(shared: Path, tables: Mapping[str, Frame]) -> None:
    published = {
        (row.quarter, row.trust_code, row.metric_id[3:])
        for name in raw.ROWS
        for row in raw.read(shared / name)
        if row.metric_id.startswith(("OF0", "OF1", "OF2"))
    }
    ours = {(quarter, code, metric[3:]) for quarter, code, metric in tables["observations"]}
    assert ours == published


def test_units_that_the_file_has_wrong_are_put_right(tables: Mapping[str, Frame]) -> None:
    """The table of nof.md, section 2: what the file says and what the values are."""
    expected = {
        "OF0023": ("days", "%"),
        "OF0011": ("rate", "%"),
        "OF0016": ("mins", "%"),
        "OF0017": ("count", "mins"),
        "OF0020": ("%", "count"),
        "OF0061": ("%", "out of 10"),
        "OF0084": ("%", "out of 10"),
        "OF0047": ("rate", "out of 10"),
    }
    ours = {
        metric: (row["published_unit"], row["unit"])
        for (quarter, _, metric), row in tables["observations"].items()
        if quarter == "Q1 2026/27" and metric in expected and row["unit"] is not None
    }
    assert ours == expected


def _csv(run: Run, store: Path, *arguments: str) -> list[dict[str, str]]:
    answered = run(*arguments, "--csv", data_dir=store)
    assert answered.returncode == 0, answered.stderr
    return list(csv.DictReader(io.StringIO(answered.stdout)))


def test_the_acute_league_table_of_the_complete_release(real_store: Path, run: Run) -> None:
    table = _csv(run, real_store, "table", "acute")
    first = [(row["trust_code"], row["average_score"]) for row in table[:3]]
    assert first == [("RBQ", "1.53"), ("RPC", "1.58"), ("RTF", "1.59")]
    # RP6 and REN share rank 4 with 1.70.
    fourth = {row["trust_code"] for row in table if row["rank"] == "4"}
    assert "REN" in fourth
    last = table[-1]
    assert (last["trust_code"], last["rank"], last["average_score"]) == ("RXL", "134", "3.07")
    assert len(table) == 134


@pytest.mark.parametrize(
    ("metric", "worst", "count"),
    [
        (
            "elective",
            [("RAJ", 49.73), ("RYR", 53.24), ("RVV", 56.12), ("RWA", 56.76), ("RN3", 56.86)],
            129,
        ),
        ("62-day", [("RAJ", 49.65), ("RCX", 50.97), ("RHQ", 51.08), ("RWP", 51.24)], 118),
    ],
)
def test_the_worst_of_the_complete_release(
    real_store: Path, run: Run, metric: str, worst: list[tuple[str, float]], count: int
) -> None:
    rows = _csv(run, real_store, "worst", "--metric", metric, "--limit", str(len(worst)))
    assert [(row["trust_code"], float(row["value"])) for row in rows] == worst
    assert (rows[0]["rank"], rows[0]["of"]) == (str(count), str(count))


def test_the_quarters_are_in_the_order_of_time(real_store: Path, run: Run) -> None:
    rows = _csv(run, real_store, "query", "select distinct quarter from standings order by quarter")
    assert [row["quarter"] for row in rows] == [
        *(f"Q{n} 2025/26" for n in (1, 2, 3, 4)),
        "Q1 2026/27",
    ]


def test_segment_5_is_the_final_segment(shared: Path, tables: Mapping[str, Frame]) -> None:
    fives = {
        (row.quarter, row.trust_code)
        for name in (raw.COMMUNITY_2025, raw.AMBULANCE_2025)
        for row in raw.read(shared / name)
        if row.metric_id == "OF5005" and row.value == "5.0"
    }
    ours = {key for key, row in tables["standings"].items() if row["segment"] == 5}
    assert fives == ours
    assert ("Q1 2025/26", "RW1") in fives


def test_a_part_of_a_release_says_so(shared: Path, tmp_path: Path, run: Run) -> None:
    imported = run("fetch", "--from", str(shared / raw.TWO_TRUSTS), data_dir=tmp_path)
    assert imported.returncode == 0
    assert "it has 2 acute trusts (102 rows)" in imported.stderr
    shown = run("show", "sheffield", "--quarter", "q4 2025/26", "--json", data_dir=tmp_path)
    assert shown.returncode == 0
    table = _csv(run, tmp_path, "table", "--quarter", "q4 2025/26")
    assert {row["of"] for row in table} == {""}
