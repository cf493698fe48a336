"""The real figures of Q3 2025/26 as official-format files: the main job on real input."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from nhs_league import open_league
from nhs_league.core.method.standings import league_rank, segment_boundaries
from tests.conftest import Run
from tests.golden import official_q3

Rows = list[dict[str, str]]
Ask = Callable[..., Rows]


@pytest.fixture(scope="module")
def store(shared: Path, tmp_path_factory: pytest.TempPathFactory, run: Run) -> Path:
    files, folder = tmp_path_factory.mktemp("files"), tmp_path_factory.mktemp("store")
    official_q3.write(shared, files)
    assert run("fetch", "--from", str(files), data_dir=folder).returncode == 0
    return folder


@pytest.fixture(scope="module")
def ask(store: Path, run: Run) -> Ask:
    def ask_csv(*arguments: str) -> Rows:
        answered = run(*arguments, data_dir=store)
        assert answered.returncode == 0, answered.stderr
        return list(csv.DictReader(io.StringIO(answered.stdout)))

    return ask_csv


def codes_and_values(rows: Rows) -> list[tuple[str, float]]:
    return [(row["trust_code"], float(row["value"])) for row in rows]


def test_worst_at_cancer_within_62_days(ask: Ask) -> None:
    worst = ask("worst", "--metric", "62-day")
    assert codes_and_values(worst)[:4] == [
        ("RHQ", 47.22),
        ("RAJ", 50.11),
        ("RWE", 55.68),
        ("RWA", 56.0),
    ]
    assert worst[0]["trust_name"].startswith("SHEFFIELD TEACHING")
    assert {row["computed_of"] for row in worst} == {"118"}


def test_worst_at_cancer_diagnosis_within_28_days(ask: Ask) -> None:
    worst = ask("worst", "--metric", "28-day", "--limit", "3")
    assert codes_and_values(worst) == [("RXP", 56.18), ("RNN", 58.18), ("RX1", 61.07)]


def test_worst_at_staff_engagement_in_segment_4(ask: Ask) -> None:
    worst = ask("worst", "--metric", "staff engagement", "--segment", "4", "--limit", "3")
    assert codes_and_values(worst) == [("RAJ", 5.98), ("RCB", 6.31), ("RVV", 6.35)]


def test_london_has_the_best_and_the_north_west_the_worst_median_average_score(ask: Ask) -> None:
    regions = ask("compare", "--by", "region")
    ends = [
        (row["group"], float(row["computed_median"]), row["trusts"])
        for row in (regions[0], regions[-1])
    ]
    assert ends == [("London", 2.23, "19"), ("North West", 2.65, "22")]


def test_sheffield_is_in_segment_2_rank_26_and_weakest_at_cancer_within_62_days(
    ask: Ask, store: Path, run: Run
) -> None:
    assert ask("show", "sheffield teaching")[0]["metric_id"] == "OF0011"
    shown = run("show", "sheffield", "teaching", "--format", "table", "--plain", data_dir=store)
    report = " ".join(shown.stdout.split())
    assert "Segment 2 (1 is best)" in report
    assert "League rank 26 (1 is best)" in report
    first = report.partition("Weak spots:")[2].partition(" 2. ")[0]
    assert "within 62 days — SEVERE 47.22%, rank 118 of the 118 trusts stored (computed)" in first
    assert "SHEFFIELD TEACHING HOSPITALS NHS FOUNDATION TRUST (RHQ)" in shown.stderr


def test_the_order_by_segment_and_average_score_contradicts_no_published_rank(shared: Path) -> None:
    published = pl.DataFrame(
        [
            {
                "quarter": row["Quarter"],
                "trust_type": row["Trust_type"],
                "trust_code": row["Trust_code"],
                "segment": int(row["Segment"]),
                "average_score": float(row["Average_score"]),
                "rank": int(row["Rank"]),
            }
            for row in official_q3.read(shared)
            if row["Trust_type"] == "Acute trust"
        ]
    )
    ranked = published.with_columns(recomputed=league_rank())
    assert ranked.height == 129
    pairs = ranked.join(ranked, how="cross", suffix="_other")
    same_order = (pl.col("rank") - pl.col("rank_other")).sign() == (
        pl.col("recomputed") - pl.col("recomputed_other")
    ).sign()
    assert pairs.filter(~same_order).is_empty()
    # Some do share a rank, so that ties are really tested.
    assert ranked["rank"].n_unique() < ranked.height


def test_what_good_places_hide_is_named(ask: Ask) -> None:
    hidden = {row["trust_code"]: row for row in ask("hidden", "--metric", "62-day")}
    figures = {
        code: (row["place_rank"], row["computed_unadjusted_segment"], row["value"])
        for code, row in hidden.items()
    }
    assert figures["RHQ"] == ("26", "2", "47.22")
    assert figures["RJ1"] == ("10", "1", "56.43")
    assert next(iter(hidden)) == "RHQ"


def test_the_deficit_alone_holds_36_trusts_in_segment_3(ask: Ask) -> None:
    in_deficit = [row for row in ask("table", "acute") if row["in_deficit"] == "true"]
    assert len(in_deficit) == 100
    assert min(row["segment"] for row in in_deficit) == "3"
    assert len([row for row in in_deficit if row["segment"] == "3"]) == 64
    held = ask("capped")
    scores = [float(row["average_score"]) for row in held]
    assert len(held) == 36
    assert max(scores) <= 2.35
    assert len([score for score in scores if score <= 2.06]) == 10
    assert (held[0]["trust_code"], scores[0], held[0]["rank"]) == ("RHW", 1.5, "28")


def test_the_cuts_lie_where_the_published_segments_put_them(store: Path) -> None:
    boundaries = segment_boundaries(open_league(data_dir=store).frames().standings.collect())
    assert [(cut.highest_better, cut.lowest_worse) for cut in boundaries] == [
        (2.06, 2.13),
        (2.35, 2.36),
        (2.69, 2.71),
    ]


def test_the_audit_finds_that_nothing_contradicts_the_method(
    ask: Ask, store: Path, run: Run
) -> None:
    assert ask("audit") == []
    shown = run("audit", "--format", "table", data_dir=store).stdout
    assert "Every figure that can be recomputed follows the official method." in shown


def test_no_figure_is_changed_on_its_way(shared: Path, ask: Ask) -> None:
    figures = {
        (row["trust_code"], row["metric_id"]): float(row["value"])
        for metric in ("OF0010", "OF0011", "OF0061", "OF0084")
        for row in ask("worst", "--metric", metric, "--type", "all", "--limit", "0")
    }
    published = {
        (row["Trust_code"], metric): float(row[metric])
        for row in official_q3.read(shared)
        for metric in ("OF0010", "OF0011", "OF0061", "OF0084")
        if row[metric]
    }
    assert figures == published
