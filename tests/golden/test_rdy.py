"""One real trust (RDY, Dorset HealthCare) from its published rows, through the installed command."""

from __future__ import annotations

import csv
import io
import json
import re
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from nhs_league import League, open_league
from nhs_league.core.method.standings import average_scores, domain_scores
from tests.conftest import Run

METRIC_FILE = "rdy-mental-health-and-community-trust-data-q4-25-26.csv"
LEAGUE_TABLE = "rdy-mental-health-and-community-trust-league-table-q4-25-26.csv"
QUARTERS = [f"Q{number} 2025/26" for number in (1, 2, 3, 4)]
# Published scores have two places, and halves went both ways; the edge is for binary fractions.
ROUNDING = 0.01 + 1e-9


@pytest.fixture(scope="module")
def store(shared: Path, tmp_path_factory: pytest.TempPathFactory, run: Run) -> Path:
    folder = tmp_path_factory.mktemp("rdy")
    fetched = run(
        "fetch", "--from", str(shared / METRIC_FILE), str(shared / LEAGUE_TABLE), data_dir=folder
    )
    assert fetched.returncode == 0
    assert fetched.stdout.count("false,new,Q4 2025/26") == 2
    return folder


@pytest.fixture(scope="module")
def league(store: Path) -> League:
    return open_league(data_dir=store)


@pytest.fixture(scope="module")
def report(store: Path, run: Run) -> str:
    """The report as a person reads it, its lines joined."""
    shown = run("show", "RDY", "--format", "table", "--plain", data_dir=store)
    assert shown.returncode == 0
    return " ".join(shown.stdout.split())


def test_the_report_gives_segment_rank_and_average_score_with_their_likely_ranges(
    report: str,
) -> None:
    assert "Segment 2 (1 is best)" in report
    assert "League rank 24 (1 is best), likely 6 to 49." in report
    assert "Average score 2.21 (1.00 is best, 4.00 is worst), likely 1.72 to 2.73." in report


def test_the_report_names_the_stays_over_60_days_as_its_worst_and_a_severe_weak_spot(
    report: str,
) -> None:
    worst = report.partition("Weak spots: 2")[2].partition(" 2. ")[0]
    assert "1. Percentage of inpatients with >60 day length of stay — SEVERE" in worst
    assert "46.55%, score 4.00, rank 47." in worst
    # 46.55 - 24.52 = 22.03
    assert "22.03 points above the typical mental health and community trust (24.52%)." in worst
    assert "The top quarter have 20.18% or less." in worst


def test_the_report_gives_the_figure_for_raising_concerns(report: str) -> None:
    assert "raising concerns sub-score: 6.85 out of 10" in report


def test_the_source_and_the_licence_are_credited(report: str) -> None:
    credit = "NHS England, NHS Oversight Framework, Q1 2025/26 to Q4 2025/26"
    assert f"{credit} (Open Government Licence v3.0)" in report


def test_all_four_quarters_are_there(league: League, store: Path, run: Run) -> None:
    assert league.quarters() == tuple(QUARTERS)
    first = run("show", "RDY", "--quarter", "Q1 2025/26", "--json", data_dir=store)
    (standing,) = json.loads(first.stdout)["standing"]
    assert (standing["quarter"], standing["average_score"]) == ("Q1 2025/26", 2.26)


def test_the_long_stays_through_four_quarters_stand_as_published(league: League) -> None:
    stays = (
        league.frames()
        .observations.filter(pl.col("metric_id") == "OF0063")
        .sort("quarter")
        .collect()
    )
    assert stays["value"].to_list() == [28.38, 19.1, 36.49, 46.55]
    assert stays["rank"].to_list() == [35, 11, 47, 47]


def test_the_league_ranks_through_four_quarters_stand_as_published(league: League) -> None:
    assert league.frames().standings.sort("quarter").collect()["rank"].to_list() == [23, 18, 24, 24]


def test_every_published_average_score_can_be_recomputed(league: League) -> None:
    frames = league.frames()
    both = average_scores(frames.observations).join(
        frames.standings, on=["quarter", "trust_code"], how="full", coalesce=True
    )
    compared = both.sort("quarter").collect()
    assert compared["quarter"].to_list() == QUARTERS
    assert compared["metrics"].to_list() == [11, 11, 11, 11]
    assert compared["average_score"].to_list() == [2.26, 2.15, 2.27, 2.21]
    assert (compared["computed_average_score"] - compared["average_score"]).abs().max() <= ROUNDING  # type: ignore[operator]


def test_every_published_domain_score_can_be_recomputed(league: League) -> None:
    frames = league.frames()
    both = domain_scores(frames.observations).join(
        frames.domains, on=["quarter", "trust_code", "domain"], how="full", coalesce=True
    )
    compared = both.collect()
    assert compared.height == 20
    assert compared["computed_score"].null_count() == compared["score"].null_count() == 0
    assert (compared["computed_score"] - compared["score"]).abs().max() <= ROUNDING  # type: ignore[operator]


def test_the_audit_of_each_quarter_finds_no_difference(league: League) -> None:
    for quarter in QUARTERS:
        assert league.audit(quarter=quarter).frame.is_empty()


def test_the_explanation_shows_the_eleven_scores_and_the_two_left_out(
    store: Path, run: Run, league: League
) -> None:
    steps = league.explain("RDY").frame.filter(level="metric")
    assert steps["counts"].sum() == 11
    # 24.31 / 11 = 2.21
    assert steps.filter("counts")["score"].sum() == pytest.approx(24.31)
    assert set(steps.filter(~pl.col("counts"))["metric_id"]) == {"OF0079", "OF0081"}
    shown = " ".join(
        run("explain", "RDY", "--format", "table", data_dir=store).stdout.replace("│", " ").split()
    )
    assert "the average of 11 metric scores" in shown
    assert "Each of 11 metrics counts once." in shown
    assert "not counted: combined finance is used instead" in shown


def test_ranges_of_our_own_are_near_the_published_one(league: League) -> None:
    answer = league.show("RDY", bootstrap=True)
    ranges = answer.ranges
    assert ranges is not None
    ours = ranges.row(0, named=True)
    assert ours["computed_average_score_low"] == pytest.approx(1.72, abs=0.1)
    assert ours["computed_average_score_high"] == pytest.approx(2.73, abs=0.1)


def test_the_piped_report_is_csv_with_the_published_figures(
    shared: Path, store: Path, run: Run
) -> None:
    piped = list(csv.DictReader(io.StringIO(run("show", "RDY", data_dir=store).stdout)))
    with (shared / METRIC_FILE).open(encoding="utf-8") as file:
        published = {
            (row["Metric_ID"], row["Units"]): row["Value"]
            for row in csv.DictReader(file)
            if row["Quarter"] == "Q4 2025/26" and row["Metric_ID"].startswith("OF0")
        }
    figures = {
        (row["metric_id"], row["unit"]): float(row["value"]) for row in piped if row["value"]
    }
    assert figures == {key: float(value) for key, value in published.items() if value != "NA"}


def test_the_trend_of_the_long_stays_is_as_published(store: Path, run: Run) -> None:
    reply = run("trend", "RDY", "--metric", "60-day", data_dir=store)
    rows = list(csv.DictReader(io.StringIO(reply.stdout)))
    assert [(row["value"], row["rank"]) for row in rows] == [
        ("28.38", "35"), ("19.1", "11"), ("36.49", "47"), ("46.55", "47"),
    ]  # fmt: skip
    assert {row["news"] for row in rows[1:]} == {"new figure"}


def test_the_trend_of_its_place_is_as_published(store: Path, run: Run) -> None:
    rows = csv.DictReader(io.StringIO(run("trend", "RDY", data_dir=store).stdout))
    assert [row["rank"] for row in rows] == ["23", "18", "24", "24"]


@pytest.mark.parametrize("metric", ["raising concerns", "staff engagement"])
def test_the_staff_survey_of_2024_is_told_as_one_survey_published_three_times(
    store: Path, run: Run, metric: str
) -> None:
    rows = list(
        csv.DictReader(io.StringIO(run("trend", "RDY", "-m", metric, data_dir=store).stdout))
    )
    assert [row["period"] for row in rows[:3]] == ["2024", "2024", "2024"]
    assert [row["news"] for row in rows] == ["first", "same figure", "same figure", "new figure"]


def test_the_change_of_the_recovery_support_columns_leaves_no_gap(store: Path, run: Run) -> None:
    """Q1 and Q2 have OF5005 and OF5007, Q3 and Q4 do not; each quarter has its standing all the same."""
    for earlier, later in pairwise(QUARTERS):
        changed = run("changes", "--from", earlier, "--to", later, "--json", data_dir=store)
        assert changed.returncode == 0
        rows = json.loads(changed.stdout)["rows"]
        assert [
            row["cause"] for row in rows if row["cause"] in ("newly listed", "no longer listed")
        ] == []


def test_the_report_tells_what_changed_since_last_quarter(report: str) -> None:
    """No likely range of Q3 is stored; the scores of both quarters are, and are redrawn."""
    assert (
        "No change since Q3 2025/26: still segment 2, still ranked 24th. "
        "Average score 2.27 to 2.21, which could be chance." in report
    )


def test_a_weak_spots_change_is_that_of_its_value_and_of_its_rank(report: str) -> None:
    """Published: 36.49 to 46.55 % (lower is better), rank 47 twice; 63.1 to 65.54 %, rank 29 to 33.

    Not all trusts are at hand, so whether others did better or joined is not known.
    """
    assert (
        "Weak for 2 quarters in a row. Since Q3 2025/26: 36.49% to 46.55%, worsened; "
        "still ranked 47th." in report
    )
    assert "Since Q3 2025/26: 63.1% to 65.54%, improved; ranked 33rd, was 29th." in report


def test_a_metrics_change_is_judged_by_its_value_and_not_by_its_score(league: League) -> None:
    """Sickness rose (5.08 to 5.47 %) and engagement fell (7.19 to 7.11), whatever their scores."""
    changed = {
        row["metric_id"]: (row["change_since_last"], row["value_from"], row["rank_from"])
        for row in league.show("RDY").frame.iter_rows(named=True)
    }
    assert changed["OF0082"] == ("worsened", 5.08, 17)
    assert changed["OF0084"] == ("worsened", 7.19, 24)
    assert changed["OF0016"] == ("improved", 63.1, 29)
    # 2.39 % for 2025/26, then for "2025/26 plan"; 106.96 % for 2024/25 both times.
    assert changed["OF0079"][0] == changed["OF0086"][0] == "same figure"
    # A survey that is published as a score alone.
    assert changed["OF0035"][:2] == ("unchanged", None)


def test_a_plan_published_under_another_name_of_its_period_is_no_news(
    store: Path, run: Run
) -> None:
    rows = run("trend", "RDY", "-m", "planned surplus", "--csv", data_dir=store).stdout
    assert [row["news"] for row in csv.DictReader(io.StringIO(rows))] == [
        "first", "same figure", "same figure", "same figure",
    ]  # fmt: skip


def test_a_strip_holds_a_median_that_lies_beyond_the_only_value(store: Path, run: Run) -> None:
    """One trust is at hand, and its value (46.55 %) is not the published median (24.52 %)."""
    shown = run("worst", "-m", "60-day", "--format", "table", data_dir=store)
    assert shown.returncode == 0, shown.stderr
    (strip,) = re.findall(r"[─━┿●]{13,}", shown.stdout)
    # Fewer is better: the value is the worst of all that is drawn, the median to its right.
    assert strip.index("●") == 0
    assert 0 < strip.index("┿") < len(strip)


def test_a_report_does_not_take_one_trust_for_its_peers(store: Path, run: Run) -> None:
    page = run("report", "RDY", data_dir=store).stdout
    assert "24.52%" in page
    # One trust is not typical of its type, and neither the best nor the worst of it.
    (domains,) = re.findall(r"<caption>Domain scores.*?</table>", page, re.DOTALL)
    assert len(re.findall(r"<tr", domains)) > 1
    typical = re.findall(r'data-label="Median[*]">([^<]*)<', domains)
    assert len(typical) == 5
    assert set(typical) == {"–"}
    assert re.findall(r"score 2.44, median ([^<]*)<", domains) == ["–"]
