"""What happened to a metric between two quarters: each kind planted, and told."""

from __future__ import annotations

import polars as pl
import pytest

from nhs_league.core.causes import MetricChange, compare_values, movement
from nhs_league.core.frames import OBSERVATIONS

Row = dict[str, object]


def quarter(label: str, *rows: Row) -> pl.LazyFrame:
    """Observations of two trusts and, unless a row says otherwise, one metric: sickness absence."""
    base: Row = {
        "quarter": label, "trust_type": "acute", "metric_id": "OF0082", "unit": "%", "domain": "People",
        "metric": "Sickness absence rate", "period": label, "value": 5.0, "score": 2.0, "rank": 1,
    }  # fmt: skip
    filled = pl.DataFrame([base | {"trust_code": "Z01"} | row for row in rows])
    absent = [pl.lit(None).alias(c) for c in OBSERVATIONS if c not in filled.columns]
    return (
        filled.with_columns(absent)
        .select(pl.col(c).cast(t) for c, t in OBSERVATIONS.items())
        .lazy()
    )


SURVEY: Row = {"period": "2024"}
PLANTED: dict[str, tuple[Row, Row, MetricChange]] = {
    "its value and its score got worse": ({}, {"value": 6.0, "score": 3.0}, MetricChange.MOVED),
    "its value got better and its score worse": ({}, {"value": 4.0, "score": 3.0}, MetricChange.PEERS_MOVED),
    "its value stood still and its score got worse": ({}, {"score": 3.0}, MetricChange.PEERS_MOVED),
    "the same survey was published again": (SURVEY, SURVEY, MetricChange.SAME_PERIOD),
    "the same survey again, with a score moved by its peers": (SURVEY, SURVEY | {"score": 2.5}, MetricChange.PEERS_MOVED),
    "the same period has another value": (SURVEY, SURVEY | {"value": 6.0, "score": 3.0}, MetricChange.REVISED),
    "a new figure left its score": ({}, {"value": 5.1}, MetricChange.NEW_FIGURE),
    "its value is gone and its score is worse": ({}, {"value": None, "score": 3.0}, MetricChange.MOVED),
    "it is a score alone that got worse": ({"value": None}, {"value": None, "score": 3.0}, MetricChange.MOVED),
    "it is a score alone that was revised": (
        SURVEY | {"value": None}, SURVEY | {"value": None, "score": 3.0}, MetricChange.REVISED,
    ),
    "it is a score alone, as before": ({"value": None}, {"value": None}, MetricChange.SAME_PERIOD),
    "its unit changed": ({}, {"unit": "days"}, MetricChange.BROKEN),
    "its definition changed": ({}, {"metric": "Sickness absence of nurses"}, MetricChange.BROKEN),
    "its description is only written otherwise": (
        {}, {"metric": "Sickness-absence  rates ", "value": 6.0, "score": 3.0}, MetricChange.MOVED,
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", PLANTED)
def test_what_happened_is_told(what: str) -> None:
    before, after, kind = PLANTED[what]
    moved = movement(quarter("Q1 2025/26", before), quarter("Q2 2025/26", after))
    assert moved["kind"].to_list() == [kind.value]


def test_a_metric_that_comes_and_one_that_goes_are_told() -> None:
    other: Row = {"metric_id": "OF0999", "metric": "Another thing"}
    added = movement(quarter("Q1 2025/26", {}), quarter("Q2 2025/26", {}, other)).filter(
        metric_id="OF0999"
    )
    dropped = movement(quarter("Q1 2025/26", {}, other), quarter("Q2 2025/26", {})).filter(
        metric_id="OF0999"
    )
    assert (added["kind"].item(), dropped["kind"].item()) == (
        MetricChange.ADDED.value,
        MetricChange.DROPPED.value,
    )


def test_the_contributions_add_up_to_the_change_of_the_average_score() -> None:
    second: Row = {
        "metric_id": "OF0084",
        "metric": "Staff engagement",
        "unit": "out of 10",
        "score": 3.0,
    }
    third: Row = {"metric_id": "OF0999", "metric": "Another thing", "score": 4.0}
    before = quarter("Q1 2025/26", {"score": 2.0}, second)
    after = quarter(
        "Q2 2025/26", {"score": 1.0, "value": 4.0}, second | {"score": 3.5, "value": 4.0}, third
    )
    # The mean was (2 + 3) / 2 = 2.5 and is (1 + 3.5 + 4) / 3 = 2.8333.
    assert movement(before, after)["computed_contribution"].sum() == pytest.approx(
        8.5 / 3 - 2.5, abs=1e-5
    )
    # The other way round the third metric goes, and the mean with it.
    assert movement(after, before)["computed_contribution"].sum() == pytest.approx(
        2.5 - 8.5 / 3, abs=1e-5
    )


def test_an_infection_moves_the_average_by_a_third_of_its_score() -> None:
    """The mean is (2 + 3 / 3) / (1 + 1 / 3) = 2.25, then (2 + 1 / 3) / (1 + 1 / 3) = 1.75."""
    mrsa: Row = {"metric_id": "OF0020", "metric": "Number of MRSA infections", "unit": "count"}
    before = quarter("Q1 2025/26", {}, mrsa | {"score": 3.0})
    after = quarter("Q2 2025/26", {}, mrsa | {"score": 1.0, "value": 4.0})
    moved = movement(before, after).filter(metric_id="OF0020")
    assert moved["computed_contribution"].item() == pytest.approx(1.75 - 2.25, abs=1e-5)


def test_only_new_values_in_one_unit_are_compared() -> None:
    """Sickness absence is better the lower it is, staff engagement the higher."""
    engaged: Row = {"metric_id": "OF0084", "metric": "Staff engagement", "unit": "out of 10"}
    unknown: Row = {"metric_id": "OF0999", "metric": "Another thing"}
    pairs: list[tuple[str, Row, Row]] = [
        ("better", {}, {"value": 4.0}),
        ("better", engaged, engaged | {"value": 6.0}),
        ("worse", {}, {"value": 6.0}),
        ("worse", engaged, engaged | {"value": 4.0}),
        ("as before", {}, {}),
        ("mixed", {}, {"value": 4.0}),
        ("mixed", engaged, engaged | {"value": 4.0}),
        ("same survey", SURVEY, SURVEY | {"value": 4.0}),
        ("other unit", {}, {"value": 4.0, "unit": "days"}),
        ("doubtful", {}, {"value": 4.0, "doubt": "a fraction"}),
        ("doubtful before", {"doubt": "a fraction"}, {"value": 4.0}),
        ("without a value", {}, {"value": None}),
        ("better or worse", unknown, unknown | {"value": 4.0}),
    ]
    sound: Row = {"doubt": None}
    before = quarter("Q1 2025/26", *(sound | {"trust_code": c} | row for c, row, _ in pairs))
    after = quarter("Q2 2025/26", *(sound | {"trust_code": c} | row for c, _, row in pairs))
    assert compare_values(before, after).rows() == [
        ("as before", 1, 0, 0), ("better", 2, 2, 0), ("mixed", 2, 1, 1), ("worse", 2, 0, 2),
    ]  # fmt: skip
