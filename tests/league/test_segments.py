"""Where the cuts between segments lie, and what the override changes."""

from __future__ import annotations

import polars as pl
import pytest

from nhs_league import League
from nhs_league.league.schema.frames import STANDINGS
from nhs_league.league.segments import adjusted, by_score, cuts, is_held_back, with_computed


def standings(*rows: tuple[float, int, bool | None]) -> pl.DataFrame:
    """Average score, segment and deficit of as many trusts."""
    frame = pl.DataFrame(rows, schema=["average_score", "segment", "in_deficit"], orient="row")
    return frame.with_columns(
        pl.lit(None).alias(c) for c in STANDINGS if c not in frame.columns
    ).select(pl.col(c).cast(t) for c, t in STANDINGS.items())


KNOWN = standings(
    (1.8, 1, False), (2.0, 1, False), (2.2, 2, False), (2.3, 2, None), (2.4, 3, False), (2.6, 3, False), (2.8, 4, True),
)  # fmt: skip


def test_the_cuts_lie_between_the_scores_on_both_sides() -> None:
    assert [(cut.highest_better, cut.lowest_worse) for cut in cuts(KNOWN)] == [
        (2.0, 2.2),
        (2.3, 2.4),
        (2.6, 2.8),
    ]


def test_a_segment_3_that_a_deficit_may_have_made_tells_nothing_of_the_cuts() -> None:
    held = standings((1.5, 3, True), (1.6, 3, None))
    assert cuts(pl.concat([KNOWN, held])) == cuts(KNOWN)


def test_an_average_score_has_its_segment_by_the_cuts() -> None:
    scores = pl.DataFrame({"s": [1.0, 2.0, 2.2, 2.3, 2.4, 2.6, 2.8, 4.0]})
    assert scores.select(by_score(pl.col("s"), cuts(KNOWN)))["literal"].to_list() == [
        1,
        1,
        2,
        2,
        3,
        3,
        4,
        4,
    ]


def test_a_segment_cannot_be_told_where_a_cut_is_not_known() -> None:
    one_sided = cuts(standings((2.0, 2, False)))
    assert pl.DataFrame({"s": [2.0]}).select(by_score(pl.col("s"), one_sided))[
        "literal"
    ].to_list() == [None]


@pytest.mark.parametrize(
    ("by_its_score", "deficit", "segment"),
    [(1, True, 3), (2, True, 3), (3, True, 3), (4, True, 4), (1, False, 1), (2, None, 2)],
)
def test_a_deficit_allows_no_segment_better_than_3(
    by_its_score: int, deficit: bool | None, segment: int
) -> None:
    row = pl.DataFrame(
        {"s": [by_its_score], "d": [deficit]}, schema={"s": pl.Int8, "d": pl.Boolean}
    )
    assert row.select(adjusted(pl.col("s"), pl.col("d"))).item() == segment


def test_the_published_override_and_the_computed_one_agree(league: League) -> None:
    for quarter in league.quarters():
        frame = league.frames().standings.filter(pl.col("quarter") == quarter).collect()
        unknown = frame.with_columns(
            override=pl.lit(None, pl.Boolean), unadjusted_segment=pl.lit(None, pl.Int8)
        )
        computed = (
            with_computed(unknown.lazy(), cuts(frame)).select(held=is_held_back()).collect()["held"]
        )
        # Segment 5 is a decision, and may hide an override.
        assert (
            computed.to_list()
            == frame.select(pl.col("override") & (pl.col("segment") == 3))["override"].to_list()
        )
