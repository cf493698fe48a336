"""Changed figures on the real files, with the arithmetic of their scores by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from nhs_league import League
from nhs_league.core.answers import WhatIf
from nhs_league.core.frames import Frames
from nhs_league.core.improvements import smallest_improvements
from nhs_league.core.method.rescoring import Change, apply_changes, base_of, rescore
from nhs_league.core.method.standings import segment_boundaries
from nhs_league.core.metric_search import choose
from nhs_league.core.metrics import Metric, catalogue
from nhs_league.core.whatif import parse_target, whatif
from nhs_league.errors import UsageError
from nhs_league.releases.store import open_store
from nhs_league.scope import load_trust
from tests.conftest import Run
from tests.core.real_frames import Q1_2026, TWO_TRUSTS, YEAR_2025, frames_of, raw
from tests.small_leagues import Trust, league as small_league


@pytest.fixture(scope="module")
def complete(shared: Path) -> Frames:
    return frames_of(shared, Q1_2026)


def _metric(frames: Frames, metric_id: str, trust_type: str) -> Metric:
    (metric,) = choose(metric_id, catalogue(frames.observations), trust_type)
    assert isinstance(metric, Metric)
    return metric


def _after(
    frames: Frames, code: str, trust_type: str, changes: dict[str, float], *, free: bool = False
) -> WhatIf:
    every = [Change(_metric(frames, i, trust_type), value) for i, value in changes.items()]
    boundaries = segment_boundaries(frames.standings.collect())
    return whatif(frames, code, boundaries, every, no_deficit=free)


def _values(folder: Path, metric_id: str, names: tuple[str, ...] = Q1_2026) -> dict[str, float]:
    rows = raw(folder, *names).filter(pl.col("Metric_ID") == metric_id)
    return dict(rows.select("Trust_code", "Value").iter_rows())


def _score(answer: WhatIf, metric_id: str) -> dict[str, object]:
    return answer.frame.filter(what="metric score", metric_id=metric_id).row(0, named=True)


def test_reaching_a_standard_scores_1_and_the_others_close_up(
    shared: Path, complete: Frames
) -> None:
    answer = _after(complete, "REF", "acute", {"OF0011": 80})
    score = _score(answer, "OF0011")
    assert (score["before"], score["computed_after"], score["estimated"]) == (2.08, 1.0, False)
    assert score["note"] == "reaches the scoring standard (80%)"
    # REF's 28 counted metrics: 27 that count once and three infections at one third.
    average = answer.frame.filter(what="average score").row(0, named=True)
    scores = _values(shared, "OF2011")
    exact = 2.3664 + (1.0 - scores["REF"]) / 28
    assert average["computed_after"] == pytest.approx(exact, abs=0.0051)
    # Below 80 % one trust fewer is ranked: 2 + 2 x (place - 1) / (n - 1).
    values = _values(shared, "OF0011")
    missing = sorted(v for v in values.values() if v < 80)
    after = apply_changes(
        base_of(complete), "REF", [Change(_metric(complete, "OF0011", "acute"), 80)]
    )
    worst = min(values, key=lambda code: values[code])
    second = sorted(values, key=lambda code: values[code])[1]
    new = dict(
        after.observations.filter(metric_id="OF0011").select("trust_code", "score").iter_rows()
    )
    n = len(missing) - 1
    assert new[worst] == 4.0
    assert new[second] == pytest.approx(2 + 2 * (n - 2) / (n - 1), abs=0.0151)
    assert new[second] != scores[second] or abs(2 / n - 2 / (n - 1)) < 0.005


def test_a_metric_over_all_types_moves_trusts_of_every_type(shared: Path, complete: Frames) -> None:
    median = (
        raw(shared, *Q1_2026)
        .filter(pl.col("Metric_ID") == "OF0082", pl.col("Trust_code") == "RDY")["Median_value"]
        .item()
    )
    metric = _metric(complete, "OF0082", "mental-health-community")
    of_type = complete.of_type("mental-health-community")
    assert parse_target("median", metric, of_type) == median
    answer = _after(complete, "RDY", "mental-health-community", {"OF0082": median})
    # Lower is better: its place among the 202 values of all types, by hand.
    values = _values(shared, "OF0082") | {"RDY": median}
    place = 1 + sum(1 for value in values.values() if value < median)
    score = _score(answer, "OF0082")
    assert len(values) == 202
    assert score["computed_after"] == round(1 + 3 * (place - 1) / 201, 2)
    assert score["note"] == f"place {place} of 202 trusts of all types: 1 + 3 × {place - 1}/201"
    after = apply_changes(base_of(complete), "RDY", [Change(metric, median)]).observations
    before = complete.observations.collect()
    key = ["trust_code", "metric_id", "unit"]
    both = before.join(after, on=key, suffix="_after", nulls_equal=True).filter(
        pl.col("score") != pl.col("score_after"), pl.col("trust_code") != "RDY"
    )
    assert set(both["metric_id"]) == {"OF0082"}
    assert set(both["trust_type"]) == {"acute", "mental-health-community", "ambulance"}
    # Each of them was between the old and the new place, and is one place better: 3/201.
    assert (both["score"] - both["score_after"]).is_between(0.004, 0.021).all()


def test_missing_a_standard_that_was_reached_costs_its_place(
    shared: Path, complete: Frames
) -> None:
    values = _values(shared, "OF0010")
    code = max(values, key=lambda trust: values[trust])
    score = _score(_after(complete, code, "acute", {"OF0010": 79.9}), "OF0010")
    missing = [v for v in (values | {code: 79.9}).values() if v < 80]
    place = 1 + sum(1 for value in missing if value > 79.9)
    assert score["before"] == 1.0
    assert score["computed_after"] == pytest.approx(
        2 + 2 * (place - 1) / (len(missing) - 1), abs=0.0051
    )


@pytest.mark.parametrize(
    ("plan", "finance", "segment"),
    # Scores (2, 1) -> 2 and (1, 1) -> 1; at 0 the override falls, below it stays.
    [(-0.5, 2.0, 3), (0.0, 1.0, None)],
)
def test_the_plan_moves_combined_finance_and_the_override(
    complete: Frames, plan: float, finance: float, segment: int | None
) -> None:
    rows = complete.observations.collect().pivot(
        "metric_id", index="trust_code", values="score"
    ).join(complete.standings.collect(), on="trust_code")  # fmt: skip
    held = rows.filter(
        pl.col("OF0079") > 2, pl.col("OF0081") == 1, pl.col("unadjusted_segment") == 2,
        pl.col("trust_type") == "acute",
    )["trust_code"].sort()  # fmt: skip
    answer = _after(complete, held[0], "acute", {"OF0079": plan})
    assert _score(answer, "OF0080")["computed_after"] == finance
    after = answer.frame.filter(what="segment")["computed_after"].item()
    assert after == 3 if segment else after <= 2


def test_without_the_override_the_segment_is_that_of_the_score(complete: Frames) -> None:
    held = complete.standings.filter(
        pl.col("override"), pl.col("unadjusted_segment") < 3, pl.col("trust_type") == "acute"
    ).collect()
    row = held.row(0, named=True)
    answer = _after(complete, row["trust_code"], "acute", {}, free=True)
    assert answer.frame.filter(what="segment").select("before", "computed_after").row(0) == (
        3.0,
        float(row["unadjusted_segment"]),
    )


def test_the_way_to_a_segment_leads_there_with_the_override_too(complete: Frames) -> None:
    boundaries = segment_boundaries(complete.standings.collect())
    ways = smallest_improvements(complete, "RHQ", boundaries, 2)
    assert ways.frame.height
    assert "financial override" in ways.notes[0]
    for way in ways.frame.head(2).iter_rows(named=True):
        changes = {part.split("=")[0]: float(part.split("=")[1]) for part in way["set"].split()}
        assert "OF0081" in changes
        answer = _after(complete, "RHQ", "acute", changes)
        assert answer.frame.filter(what="segment")["computed_after"].item() == 2
        table = answer.table.filter(trust_code="RHQ")
        assert table["computed_average_score"].item() == pytest.approx(
            way["computed_average_score"], abs=0.0101
        )
        for spared in changes:
            fewer = {name: value for name, value in changes.items() if name != spared}
            after = _after(complete, "RHQ", "acute", fewer).frame.filter(what="segment")
            assert after["computed_after"].item() == 3


@pytest.mark.parametrize(
    ("override", "in_deficit", "is_held"),
    [(True, False, True), (False, True, False), (None, True, True), (None, False, False),
     (None, None, False)],
)  # fmt: skip
def test_a_deficit_holds_a_trust_back_only_where_no_override_is_published(
    complete: Frames, override: bool | None, in_deficit: bool | None, is_held: bool
) -> None:
    """The plan and the year to date of the trust are 0 or more, and it is in segment 1 by score."""
    standings = complete.standings.collect()
    free = standings.filter(~pl.col("override"), pl.col("segment") == 1)["trust_code"][0]
    deficits = complete.standings.with_columns(
        override=pl.lit(override, pl.Boolean), in_deficit=pl.lit(in_deficit, pl.Boolean)
    )
    boundaries = segment_boundaries(standings)
    ways = smallest_improvements(replace(complete, standings=deficits), free, boundaries, 1)
    (note,) = ways.notes
    held = "With the financial override it cannot be placed above segment 3"
    assert note.startswith(held if is_held else "On its score it is already in segment 1.")


def test_each_set_names_its_metrics_in_the_order_of_their_ids(league: League) -> None:
    ways = league.whatif("ZK5", to_segment=2).frame["set"].to_list()
    assert len(ways) > 1
    for way in ways:
        planned, *moved = (part.split("=")[0] for part in way.split())
        assert planned == "OF0079"
        assert moved == sorted(moved)


def test_a_score_over_types_that_are_not_stored_is_estimated_and_says_why(shared: Path) -> None:
    frames = frames_of(shared, YEAR_2025)
    now = Frames(
        *(
            getattr(frames, name).filter(pl.col("quarter") == "Q4 2025/26")
            for name in ("standings", "observations", "domains")
        )
    )
    answer = _after(now, "RDY", "mental-health-community", {"OF0082": 5.0})
    score = _score(answer, "OF0082")
    assert score["estimated"]
    assert score["note"] == (
        "estimated from the trusts with the nearest values: ranked across all trust types, but only "
        "mental health and community trusts and ambulance trusts are stored"
    )


def test_of_two_trusts_a_score_is_estimated(shared: Path) -> None:
    frames = frames_of(shared, TWO_TRUSTS)
    answer = _after(frames, "REF", "acute", {"OF0010": 79.0})
    assert "only some acute trusts are stored" in str(_score(answer, "OF0010")["note"])
    # What is marked is the metric's score, not what follows from it.
    assert "domain score" in answer.frame["what"].to_list()
    assert answer.frame.filter("estimated")["what"].to_list() == ["metric score"]


def _scores_at(
    folder: Path, rows: list[list[str]], code: str, metric_id: str, values: Sequence[float]
) -> list[tuple[float, bool]]:
    """Return a trust's score of a metric at each of these values, and whether it is an estimate."""
    small_league(folder, rows)
    national = load_trust(open_store(folder / "store"), code, "latest").national
    base, metric = base_of(national), _metric(national, metric_id, "acute")
    steps = [apply_changes(base, code, [Change(metric, value)]).steps[-1] for value in values]
    assert {step["what"] for step in steps} == {"metric score"}
    return [(step["computed_after"], step["estimated"]) for step in steps]


def test_a_score_is_estimated_from_the_nearest_other_trusts(tmp_path: Path) -> None:
    """Four trusts of a larger league; high is better.

    Z04, which has 40, at 75 is halfway between Z02 (70, 2.00) and Z01 (80, 1.20): 1.60. At 55 it is
    a quarter of the way from Z03 (50, 3.00) to Z02: 2.75. Below Z03 it scores as Z03 does, whatever
    it scores itself: 3.00. Its own value keeps its own score, which is no estimate.
    """
    figures = {"Z01": (80, 1.2), "Z02": (70, 2.0), "Z03": (50, 3.0), "Z04": (40, 4.0)}
    rows = [
        Trust(code).row(metric_id, figure, 9 - len(figures))
        for code, (value, score) in figures.items()
        for metric_id, figure in (("OF0011", value), ("OF1011", score))
    ]
    assert _scores_at(tmp_path, rows, "Z04", "OF0011", [75, 55, 45, 40]) == [
        (1.6, True), (2.75, True), (3.0, True), (4.0, False),
    ]  # fmt: skip


def test_the_score_of_a_lone_trust_is_estimated_from_the_published_quartiles(
    tmp_path: Path,
) -> None:
    """High is better: 70 and more is the best quarter, from 1.75; the median 60 has 2.50, 55 3.25.

    Between and beyond them it is in proportion, but no better than 1 and no worse than 4.
    """
    one = Trust("Z01")
    value = one.row("OF0011", 50, 9)
    value[13:16] = ["60.0", "55.0", "70.0"]
    rows = [value, one.row("OF1011", 4.0, 9)]
    scores = _scores_at(tmp_path, rows, "Z01", "OF0011", [52, 58, 64, 95, 5])
    assert [score for score, _ in scores] == pytest.approx(
        [3.25 + 0.75 * 3 / 5, 2.5 + 0.75 * 2 / 5, 2.5 - 0.75 * 4 / 10, 1.0, 4.0]
    )
    assert all(is_estimate for _, is_estimate in scores)


def test_the_band_of_a_value_is_known_where_no_trust_is_near(tmp_path: Path) -> None:
    """A plan of 0 or more scores 1, to -1 % 2, to -2 % 3, and below 4."""
    figures = {"Z01": (2.0, 1), "Z02": (-1.5, 3), "Z03": (-5.0, 4)}
    metric_file = [
        row
        for code, (value, score) in figures.items()
        for row in (Trust(code).row("OF0079", value), Trust(code).row("OF1079", score))
    ]
    assert _scores_at(tmp_path, metric_file, "Z01", "OF0079", [-0.9, 0.0, -2.5]) == [
        (2.0, False), (1.0, False), (4.0, False),
    ]  # fmt: skip


def test_a_value_between_both_sides_of_an_unknown_standard_is_on_the_nearer(
    complete: Frames,
) -> None:
    """The rows show a standard of some 75 %, where 80 % is the one that is listed."""
    is_lower = pl.col("metric_id") == "OF0010"
    value = pl.when(is_lower).then(pl.col("value") - 5).otherwise("value")
    later = replace(complete, observations=complete.observations.with_columns(value=value))
    base = base_of(later)
    rule = base.rule("OF0010")
    missed, reached = rule["standard_missed"], rule["standard_reached"]
    assert (rule["basis"], missed < reached) == ("rows", True)
    metric = _metric(later, "OF0010", "acute")
    one = later.observations.filter(
        pl.col("metric_id") == "OF0010", pl.col("value") == missed
    ).collect()["trust_code"][0]
    for share, score in ((0.25, 2.0), (0.75, 1.0)):
        rescored = rescore(base, one, Change(metric, missed + share * (reached - missed)))
        assert (rescored.score, rescored.estimated) == (score, True)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("80", 80.0), ("80%", 80.0), ("80 %", 80.0), (" 79.5 ", 79.5), ("−0.5", -0.5),
        ("–0.5%", -0.5), ("-.5", -0.5), ("+2", 2.0), ("1,200", 1200.0),
    ],
)  # fmt: skip
def test_a_number_is_read_as_people_write_it(complete: Frames, typed: str, value: float) -> None:
    metric = _metric(complete, "OF0011", "acute")
    assert parse_target(typed, metric, complete.of_type("acute")) == value


@pytest.mark.parametrize("typed", ["soon", "nan", "inf", "1e3", "1,2", "", "%", "5 apples"])
def test_what_is_no_number_is_refused(complete: Frames, typed: str) -> None:
    metric = _metric(complete, "OF0011", "acute")
    with pytest.raises(UsageError, match="cannot be set to"):
        parse_target(typed, metric, complete.of_type("acute"))


def test_a_word_may_be_written_in_any_case(complete: Frames) -> None:
    metric = _metric(complete, "OF0011", "acute")
    of_type = complete.of_type("acute")
    assert parse_target("Median", metric, of_type) == parse_target("median", metric, of_type)


def test_without_a_change_the_command_asks_for_one(run: Run, tmp_path: Path) -> None:
    result = run("whatif", "RDY", data_dir=tmp_path)
    assert result.returncode == 2
    assert result.stdout == ""
    assert "nhsleague whatif RDY --set sickness=median" in result.stderr
