"""How sure a place is."""

from __future__ import annotations

import polars as pl
import pytest

from nhs_league import League
from nhs_league.core.confidence import (
    PUBLISHED,
    bootstrap_ranges,
    compare_with_published,
    distinguishable,
    indistinguishable,
)
from nhs_league.core.frames import DOMAINS, OBSERVATIONS, QUARTER, Frames
from nhs_league.scope import Scope, load_frames


def ranged(*ranges: tuple[float | None, float | None]) -> pl.DataFrame:
    lows, highs = zip(*ranges, strict=True)
    return pl.DataFrame(
        {
            "quarter": "Q4 2025/26",
            "trust_type": "acute",
            "trust_code": [f"Z{n:02d}" for n in range(len(ranges))],
            "rank": range(1, len(ranges) + 1),
            "average_score_low": lows,
            "average_score_high": highs,
        },
        schema_overrides={"average_score_low": pl.Float64, "average_score_high": pl.Float64},
    )


NO_SCORES = OBSERVATIONS.to_frame().lazy()


def test_without_scores_two_trusts_differ_clearly_if_their_likely_ranges_do_not_overlap() -> None:
    standings = ranged((1.0, 1.5), (1.5, 2.0), (2.1, 2.2), (None, None))
    frames = Frames(standings.lazy(), NO_SCORES, DOMAINS.to_frame().lazy())
    compared = distinguishable(frames, standings)
    assert set(compared["computed_rule"].drop_nulls()) == {PUBLISHED}
    columns = ("trust_code", "other_trust_code", "computed_distinguishable")
    assert compared.select(columns).rows() == [
        ("Z00", "Z01", False),
        ("Z00", "Z02", True),
        ("Z00", "Z03", None),
        ("Z01", "Z02", True),
        ("Z01", "Z03", None),
        ("Z02", "Z03", None),
    ]


def test_without_scores_trusts_are_too_close_to_call_if_their_likely_ranges_overlap() -> None:
    standings = ranged((1.0, 1.5), (1.4, 2.0), (1.9, 2.2), (3.0, 3.5))
    close = indistinguishable(NO_SCORES, standings).sort("trust_code")
    count = "computed_indistinguishable"
    assert close.select(count, f"{count}_first", f"{count}_last").rows() == [
        (1, 1, 2),
        (2, 1, 3),
        (1, 2, 3),
        (0, 4, 4),
    ]


@pytest.fixture(scope="module")
def frames(league: League) -> Frames:
    return load_frames(league.store, Scope(trust_type="ambulance")).of_type("ambulance")


def test_resampling_gives_the_same_ranges_again_and_holds_the_published_score(
    frames: Frames,
) -> None:
    standings = frames.standings.collect()
    once, again = (bootstrap_ranges(frames.observations, standings) for _ in range(2))
    assert once.equals(again)
    held = once.join(standings, on="trust_code").filter(
        pl.col("average_score").is_between(
            "computed_average_score_low", "computed_average_score_high"
        )
    )
    assert held.height == standings.height == 10


def test_the_ranges_agree_with_those_of_the_generator(frames: Frames) -> None:
    """The sample's published ranges come from 2,000 draws of the same kind, in plain Python."""
    agreement = compare_with_published(
        frames.standings.collect(),
        bootstrap_ranges(frames.observations, frames.standings.collect()),
    )
    assert agreement["trusts"] == 10
    assert 0.85 < agreement["overlap"] <= 1
    # An end of the middle 95 % of n draws is off by sqrt(0.025 * 0.975 / n) / 0.0584 standard
    # deviations: 0.085 for 1,000 draws, 0.060 for 2,000. So a width of 3.92 is off by about 4 %,
    # and the mean of ten widths by 1.2 %; three times that is allowed.
    assert agreement["width"] == pytest.approx(1, abs=0.036)
    assert agreement["covers"] == 1.0


def test_a_trust_with_equal_scores_has_no_width() -> None:
    one = {
        "quarter": "Q1 2025/26",
        "trust_type": "acute",
        "trust_code": "Z00",
        "metric_id": ["OF0010", "OF0011", "OF0013"],
        "domain": "Access to services",
        "score": [2.0, 2.0, 2.0],
    }
    given = pl.DataFrame(one).with_columns(pl.col("quarter").cast(QUARTER))
    observations = pl.concat([OBSERVATIONS.to_frame(), given], how="diagonal").lazy()
    standings = pl.DataFrame(
        {
            "quarter": ["Q1 2025/26"],
            "trust_type": "acute",
            "trust_code": "Z00",
            "average_score": [2.0],
            "of": [1],
        }
    ).with_columns(pl.col("quarter").cast(QUARTER))
    (row,) = bootstrap_ranges(observations, standings).to_dicts()
    assert (row["computed_average_score_low"], row["computed_average_score_high"]) == (2.0, 2.0)
    assert (row["computed_score_rank_low"], row["computed_score_rank_high"]) == (1, 1)
