"""Where the cuts between segments lie, and what the override changes."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from nhs_league.core.frames import STANDINGS
from nhs_league.core.method.standings import (
    apply_override,
    cut_period,
    is_capped,
    overrides,
    published_unadjusted_segment,
    segment_boundaries,
    segment_from_score,
    with_unadjusted_segment,
)
from tests.core.real_frames import Q1_2026, YEAR_2025, frames_of


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
    assert [(cut.highest_better, cut.lowest_worse) for cut in segment_boundaries(KNOWN)] == [
        (2.0, 2.2),
        (2.3, 2.4),
        (2.6, 2.8),
    ]


def test_a_segment_3_that_a_deficit_may_have_made_tells_nothing_of_the_cuts() -> None:
    held = standings((1.5, 3, True), (1.6, 3, None))
    assert segment_boundaries(pl.concat([KNOWN, held])) == segment_boundaries(KNOWN)


def test_an_average_score_has_its_segment_by_the_cuts() -> None:
    scores = pl.DataFrame({"s": [1.0, 2.0, 2.2, 2.3, 2.4, 2.6, 2.8, 4.0]})
    assert scores.select(segment_from_score(pl.col("s"), segment_boundaries(KNOWN)))[
        "literal"
    ].to_list() == [
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
    one_sided = segment_boundaries(standings((2.0, 2, False)))
    assert pl.DataFrame({"s": [2.0]}).select(segment_from_score(pl.col("s"), one_sided))[
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
    assert row.select(apply_override(pl.col("s"), pl.col("d"))).item() == segment


def test_one_odd_trust_does_not_move_a_cut() -> None:
    odd = standings((1.5, 4, False))
    assert segment_boundaries(pl.concat([KNOWN, odd])) == segment_boundaries(KNOWN)


def test_a_trust_is_capped_only_where_its_score_is_better_than_3() -> None:
    frame = pl.concat([KNOWN, standings((1.9, 3, True), (2.5, 3, True))])
    boundaries = segment_boundaries(KNOWN)
    held = (
        with_unadjusted_segment(frame.lazy(), boundaries).select(held=is_capped()).collect()["held"]
    )
    assert held.to_list() == [False] * 7 + [True, False]


@pytest.mark.parametrize(
    ("segment", "override", "in_deficit", "by_score"),
    [
        # The override makes segment 3 alone, and of segment 5 people decide.
        (1, None, None, 1), (2, True, True, 2), (4, True, True, 4), (5, False, False, None),
        # Segment 3 is by score without the override; where none is published, without a deficit.
        (3, False, True, 3), (3, True, False, None), (3, None, False, 3), (3, None, True, None),
        (3, None, None, None),
    ],
)  # fmt: skip
def test_a_segment_is_by_score_where_neither_override_nor_people_may_have_made_it(
    segment: int, override: bool | None, in_deficit: bool | None, by_score: int | None
) -> None:
    one = standings((2.0, segment, in_deficit)).with_columns(override=pl.lit(override, pl.Boolean))
    assert one.select(published_unadjusted_segment()).item() == by_score
    # A published one goes before.
    published = one.with_columns(unadjusted_segment=pl.lit(2, pl.Int8))
    assert published.select(published_unadjusted_segment()).item() == 2


@pytest.mark.parametrize(
    ("names", "quarter", "expected"),
    [
        # NHS England's cuts as they show in the published segments: last of one, first of the next.
        (Q1_2026, "Q1 2026/27", [(1.92, 1.94), (2.32, 2.33), (2.77, 2.78)]),
        (YEAR_2025, "Q1 2025/26", [(2.04, 2.06), (2.32, 2.33), (2.6, 2.65)]),
        (YEAR_2025, "Q2 2025/26", [(2.06, 2.07), (2.34, 2.35), (2.64, 2.69)]),
    ],
)
def test_the_cuts_of_real_quarters(
    shared: Path, names: tuple[str, ...], quarter: str, expected: list[tuple[float, float]]
) -> None:
    frame = frames_of(shared, names).standings.filter(pl.col("quarter") == quarter).collect()
    assert [(cut.highest_better, cut.lowest_worse) for cut in segment_boundaries(frame)] == expected


def test_every_real_unadjusted_segment_follows_from_the_average_score(shared: Path) -> None:
    for names in (Q1_2026, YEAR_2025):
        every = frames_of(shared, names).standings.collect()
        for frame in every.partition_by("quarter"):
            computed = frame.select(
                s=segment_from_score(pl.col("average_score"), segment_boundaries(frame))
            )["s"]
            assert computed.to_list() == frame["unadjusted_segment"].to_list()


def test_fixed_cuts_are_shared_by_a_year_and_others_by_a_quarter() -> None:
    quarters = pl.DataFrame({"quarter": ["Q1 2025/26", "Q2 2025/26", "Q1 2026/27", "Q2 2026/27"]})
    assert quarters.select(p=cut_period())["p"].to_list() == [
        "Q1 2025/26", "Q2 2025/26", "2026/27", "2026/27",
    ]  # fmt: skip


def test_the_override_is_where_plan_or_year_to_date_is_below_0(shared: Path) -> None:
    frames = frames_of(shared, Q1_2026)
    computed = overrides(frames.observations).collect()
    both = frames.standings.collect().join(computed, on=["quarter", "trust_code"])
    assert both.height == 202
    assert both["override"].to_list() == both["computed_override"].to_list()
    assert both["override"].sum() == 99
