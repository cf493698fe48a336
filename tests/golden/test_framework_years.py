"""Real files of two framework years: what is said of a change, against the published rows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from nhs_league import open_league
from tests.conftest import Run
from tests.sampling import one_in

EARLIER = "nhs-oversight-framework-mental-health-and-community-trust-data.csv"
LATER = "mental-health-and-community-trust-data-q1-2026-27.csv"
AMBULANCE = "nhs-oversight-framework-ambulance-trust-data.csv"
BREAK = (
    "The framework changed between Q4 2025/26 and Q1 2026/27. Domains, thresholds and some metrics "
    "differ, so scores, segments and ranks are not directly comparable."
)


@pytest.fixture(scope="module")
def store(shared: Path, tmp_path_factory: pytest.TempPathFactory, run: Run) -> Path:
    """Mental health and community trusts of both years; ambulance trusts of the first alone."""
    folder = tmp_path_factory.mktemp("years")
    files = [str(shared / name) for name in (EARLIER, LATER, AMBULANCE)]
    assert run("fetch", "--from", *files, data_dir=folder).returncode == 0
    return folder


def published(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def text(run: Run, store: Path, *arguments: str) -> str:
    shown = run(*arguments, "--format", "table", "--plain", data_dir=store)
    assert shown.returncode == 0, shown.stderr
    return " ".join(shown.stdout.split())


def test_others_improved_faster_where_more_overtook_a_trust_than_joined(
    store: Path, run: Run
) -> None:
    """RDY's crisis contact: 63.10 to 65.54 %, rank 29 of 48 to 33 of 45."""
    report = text(run, store, "show", "RDY", "--quarter", "Q4 2025/26")
    assert (
        "Since Q3 2025/26: 63.1% to 65.54%, improved; ranked 33rd, was 29th: others improved "
        "faster." in report
    )


def test_a_change_of_segment_is_a_fact_and_never_clear_or_explained_across_the_years(
    shared: Path, store: Path, run: Run
) -> None:
    def segments(name: str, metric_id: str, quarter: str) -> dict[str, float]:
        return {
            row["Trust_code"]: float(row["Value"])
            for row in published(shared / name)
            if row["Metric_ID"] == metric_id and row["Quarter"] == quarter
        }

    before = segments(EARLIER, "OF5000", "Q4 2025/26")
    after = segments(LATER, "OF5200", "Q1 2026/27")
    changed = run("changes", "--type", "non-acute", "--json", data_dir=store)
    answer = json.loads(changed.stdout)
    stayed = [row for row in answer["rows"] if row["cause"] != "no longer listed"]
    assert {row["trust_code"] for row in answer["rows"]} - set(after) == {"RNK", "RY2", "RYV"}
    for row in stayed:
        code = row["trust_code"]
        assert (row["segment_from"], row["segment"]) == (before[code], after[code])
        assert (row["certainty"], row["cause"]) == ("not comparable", "framework changed")
        assert row["metric_id"] is None
    moved = [code for code in after if code in before and before[code] != after[code]]
    shown = text(run, store, "changes", "--type", "non-acute", "--limit", "1")
    assert f"{len(moved)} trusts changed segment:" in shown
    assert shown.count("The framework changed between") == 1
    assert BREAK in shown
    assert "chance" not in shown


def test_values_of_one_metric_and_unit_are_compared_across_the_years(
    shared: Path, store: Path, run: Run
) -> None:
    """Sickness of RDY: 5.47 % in Q4 2025/26 and 5.10 % in Q1 2026/27, by one metric ID."""
    values = [
        float(row["Value"])
        for name in (EARLIER, LATER)
        for row in published(shared / name)
        if row["Trust_code"] == "RDY" and row["Metric_ID"] == "OF0082"
    ]
    trend = run("trend", "RDY", "-m", "OF0082", "--csv", data_dir=store)
    rows = list(csv.DictReader(io.StringIO(trend.stdout)))
    assert [float(row["value"]) for row in rows] == values
    assert rows[-1]["news"] == "new figure"
    shown = run("show", "RDY", "--csv", data_dir=store)
    of_metric = {row["metric_id"]: row for row in csv.DictReader(io.StringIO(shown.stdout))}
    sickness = of_metric["OF0082"]
    assert (sickness["change_since_last"], sickness["value_from"]) == ("improved", "5.47")
    # Ranks and scores are those of another framework.
    assert sickness["rank_from"] == sickness["score_from"] == ""


def test_the_report_gives_the_facts_of_both_years_and_says_once_that_they_differ(
    store: Path, run: Run
) -> None:
    """RDY: segment 2 twice, rank 24 and 32, average score 2.21 and 2.31."""
    report = text(run, store, "show", "RDY")
    assert (
        "Since Q4 2025/26 (another framework year): still segment 2, ranked 32nd, was 24th. "
        "Average score 2.21 to 2.31." in report
    )
    assert report.count(BREAK) == 1
    # The cuts of 2026/27 are fixed; they are not quarters of all trusts.
    assert "quarter of trusts in England" not in report


def test_places_through_both_years_say_once_that_they_are_not_comparable(
    store: Path, run: Run
) -> None:
    assert text(run, store, "trend", "RDY").count(BREAK) == 1
    assert BREAK not in text(run, store, "trend", "RX9")


def test_only_a_trust_whose_type_has_a_later_release_is_no_longer_listed(
    store: Path, run: Run
) -> None:
    """Of Q1 2026/27 no ambulance trusts are kept, and RNK is not in the file of its type."""
    assert "RX9 from" not in text(run, store, "trend", "RX9")
    assert "RNK from Q1 2026/27: " in text(run, store, "trend", "RNK")
    every = run("changes", "--type", "all", "--json", data_dir=store)
    assert "ambulance" not in {row["trust_type"] for row in json.loads(every.stdout)["rows"]}
    assert (
        "10 ambulance trusts not compared: your files have no ambulance trusts for Q1 2026/27."
        in text(run, store, "changes", "--type", "all")
    )


def test_a_survey_republished_in_the_next_year_is_the_same_figure(store: Path, run: Run) -> None:
    """Engagement of RDY in the survey of 2025: 7.11 in Q4 2025/26, and again in Q1 2026/27."""
    trend = run("trend", "RDY", "-m", "OF0084", "--csv", data_dir=store)
    rows = list(csv.DictReader(io.StringIO(trend.stdout)))
    assert [row["value"] for row in rows[-2:]] == ["7.11", "7.11"]
    assert rows[-1]["news"] == "same figure"


@pytest.mark.parametrize("share", one_in(2, (4, 1)))
def test_no_change_of_a_metric_contradicts_its_published_values(
    shared: Path, store: Path, share: int
) -> None:
    """Every metric of a share of the trusts of Q4 2025/26, beside the value of Q3 2025/26."""
    values = {
        (row["Trust_code"], row["Metric_ID"], row["Quarter"]): float(row["Value"])
        for row in published(shared / EARLIER)
        if row["Metric_ID"].startswith("OF0") and row["Value"]
    }
    league = open_league(data_dir=store)
    compared = 0
    codes = sorted({code for code, _, quarter in values if quarter == "Q4 2025/26"})
    for code in codes[::share]:
        for row in league.show(code, quarter="Q4 2025/26").frame.iter_rows(named=True):
            if row["change_since_last"] not in ("improved", "worsened"):
                continue
            if row["value"] is None or row["quarter_from"] != "Q3 2025/26":
                continue
            before = values[code, row["metric_id"], "Q3 2025/26"]
            now = values[code, row["metric_id"], "Q4 2025/26"]
            is_better = (now > before) is row["higher_is_better"]
            assert (row["change_since_last"] == "improved") is is_better, (code, row["metric_id"])
            compared += 1
    # 61 trusts with some ten metrics each, of which seven have a new value.
    assert compared > 300 / share
