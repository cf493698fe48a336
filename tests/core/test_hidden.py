"""What a good place hides, and whom a deficit holds back."""

from __future__ import annotations

import polars as pl

from nhs_league import League
from nhs_league.core.filters import Filters
from nhs_league.core.frames import DOMAINS, OBSERVATIONS, STANDINGS, Frames, shaped
from nhs_league.core.hidden import hidden
from nhs_league.core.method.standings import segment_boundaries
from sample_release.figures import EVENTS


def test_only_severe_weak_spots_of_segments_1_and_2_by_score_are_hidden(league: League) -> None:
    spots = league.hidden(trust_type="all").frame
    assert spots.height
    assert set(spots["computed_unadjusted_segment"]) <= {1, 2}
    assert (spots["score"] >= 3.5).all()


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


def test_chance_gives_a_sixth_of_all_metrics_of_well_placed_trusts() -> None:
    """Eight trusts in segment 1 or 2 with two metrics and one with three: 19 / 6 is about 3."""
    trusts = pl.DataFrame({"place": range(1, 13)}).with_columns(
        quarter=pl.lit("Q3 2025/26"),
        trust_code=pl.format("Z{}", "place"),
        trust_type=pl.lit("acute"),
        segment=pl.when(pl.col("place") <= 9).then(1).otherwise(4),
        average_score=pl.col("place") / 10 + 1,
    )
    figures = [
        trusts.filter(pl.col("place") >= first).with_columns(
            metric_id=pl.lit(metric_id),
            metric=pl.lit("Fictional"),
            domain=pl.lit("Safety"),
            unit=pl.lit("%"),
            value=pl.col("place").cast(pl.Float64),
            score=pl.when(pl.col("place") == 9).then(4.0).otherwise(2.0),
        )
        for metric_id, first in (("OF0901", 1), ("OF0902", 1), ("OF0903", 9))
    ]
    frames = Frames(
        shaped(trusts, STANDINGS).lazy(),
        shaped(pl.concat(figures), OBSERVATIONS).lazy(),
        DOMAINS.to_frame(eager=False),
    )
    answer = hidden(
        frames, "acute", segment_boundaries(frames.standings.collect()), Filters(), None, None
    )
    assert answer.frame["trust_code"].to_list() == ["Z9"] * 3
    assert answer.notes == (
        "1 of 9 trusts in segment 1 or 2 by average score hides 3 severe weak spots: scored 3.50 or "
        "worse, or ranked in the worst sixth if not scored.",
        "Chance alone would give about 3 (about 2 metrics for each trust), so a single one says "
        "little. First are those severe in every quarter with new figures.",
    )


def test_those_held_back_are_the_ones_with_the_published_override(league: League) -> None:
    held = league.capped().frame
    # The override applies to more trusts than it moves.
    overridden = league.table("acute").frame.filter("override", pl.col("unadjusted_segment") < 3)
    assert set(held["trust_code"]) == set(overridden["trust_code"])
    assert set(EVENTS.good_in_deficit) <= set(held["trust_code"])
    assert held["average_score"].is_sorted()
    assert (held["computed_rank_without"] <= held["rank"]).all()
