"""What a good place hides, and whom a deficit holds back."""

from __future__ import annotations

import polars as pl

from nhs_league import League
from sample_release.figures import EVENTS


def test_only_severe_weak_spots_of_segments_1_and_2_by_score_are_hidden(league: League) -> None:
    hidden = league.hidden(trust_type="all").frame
    assert hidden.height
    assert set(hidden["computed_unadjusted_segment"]) <= {1, 2}
    assert (hidden["score"] >= 3.5).all()


def test_the_planted_one_comes_first_and_is_said_in_words(league: League) -> None:
    """It was last in all five quarters, each with new figures."""
    planted = league.hidden().frame.row(0, named=True)
    assert planted["trust_code"] == EVENTS.hidden
    assert (planted["computed_quarters_with_news"], planted["computed_quarters_severe"]) == (5, 5)
    assert planted["in_words"] == (
        "League rank 1, segment 1 by score; Percentage of cases treated within 62 days of referral: "
        f"{planted['value']}%, rank 118 of 118, score 4.00 (4.00 is worst). Severe in all 5 "
        "quarters with new figures"
    )


def test_what_chance_explains_least_comes_first(league: League) -> None:
    """Severe in every quarter with news, the most of them first; then the worst ranks."""
    rows = league.hidden().frame.select(
        "computed_persistently_severe",
        "computed_quarters_with_news",
        (pl.col("rank") - 1) / (pl.col("of") - 1),
    )
    keys = [
        (-(quarters if lasting else 0), -share)
        for lasting, quarters, share in rows.iter_rows()
        if share is not None
    ]
    assert keys == sorted(keys)


def test_one_metric_or_one_domain_may_be_asked_for(league: League) -> None:
    assert set(league.hidden("62-day").frame["metric_id"]) == {"OF0011"}
    assert set(league.hidden("patient safety").frame["domain"]) == {"Patient safety"}


def test_those_held_back_are_the_ones_with_the_published_override(league: League) -> None:
    held = league.capped().frame
    # The override applies to more trusts than it moves.
    overridden = league.table("acute").frame.filter("override", pl.col("unadjusted_segment") < 3)
    assert set(held["trust_code"]) == set(overridden["trust_code"])
    assert set(EVENTS.good_in_deficit) <= set(held["trust_code"])
    assert held["average_score"].is_sorted()
    assert (held["computed_rank_without"] <= held["rank"]).all()
