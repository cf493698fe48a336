"""Who moved between two quarters, why, and whether it is real."""

from __future__ import annotations

import polars as pl
import pytest

from nhs_league import League
from nhs_league.errors import NotFoundError, UsageError
from nhs_league.league.changes import changes
from nhs_league.league.filters import Filters
from nhs_league.league.mergers import what_became
from nhs_league.league.schema.frames import Frames
from nhs_league.league.schema.quarters import Quarter
from nhs_league.questions import across
from nhs_league.questions.scope import Where
from nhs_league.releases.store import read_quarters
from sample_release.figures import EVENTS


def frames(league: League, number: int) -> Frames:
    return read_quarters(league.store, [Quarter(2025, number)])


@pytest.fixture(scope="module")
def to_q3(league: League) -> pl.DataFrame:
    return changes(frames(league, 2), frames(league, 3), "acute", Filters()).frame


def row(told: pl.DataFrame, code: str) -> dict[str, object]:
    (found,) = told.filter(trust_code=code).to_dicts()
    return found


def test_an_override_that_ends_or_begins_is_named_and_clear(to_q3: pl.DataFrame) -> None:
    ended, begun = row(to_q3, EVENTS.deficit_ends), row(to_q3, EVENTS.deficit_begins)
    assert (ended["cause"], ended["direction"], ended["certainty"]) == (
        "override removed",
        "improved",
        "clear",
    )
    assert (begun["cause"], begun["direction"], begun["certainty"]) == (
        "override applied",
        "worsened",
        "clear",
    )


def test_a_merger_is_told_from_missing_figures(to_q3: pl.DataFrame) -> None:
    gone = row(to_q3, EVENTS.merging)
    assert gone["cause"] == "no longer listed"
    assert (
        f"merged into Selkiebridge and Siren Coast Hospitals NHS Foundation Trust ({EVENTS.merged})"
        in str(gone["in_words"])
    )
    assert "source: " in str(gone["in_words"])


def test_a_renamed_trust_keeps_its_history(to_q3: pl.DataFrame) -> None:
    renamed = row(to_q3, EVENTS.renamed)
    assert renamed["rank_from"] is not None
    assert "renamed, before University Hospitals of Wyvernmouth NHS Trust" in str(
        renamed["in_words"]
    )


def test_a_metric_that_is_new_can_be_the_cause(league: League) -> None:
    """From the first to the second quarter, OF0106 was added for acute trusts."""
    told = changes(frames(league, 1), frames(league, 2), "acute", Filters()).frame
    by_set = told.filter(cause="metric set changed")
    assert by_set.height
    assert set(by_set["metric_id"]) == {"OF0106"}
    assert by_set["in_words"].str.contains("metric added").all()


def test_peers_that_move_are_told_from_a_trust_that_moves(to_q3: pl.DataFrame) -> None:
    still = to_q3.filter(
        pl.col("computed_change") == 0, pl.col("segment") == pl.col("segment_from")
    )
    assert still.height
    assert set(still["cause"]) == {"peers moved"}


def test_a_move_inside_the_likely_ranges_is_called_that(to_q3: pl.DataFrame) -> None:
    moved = to_q3.filter(
        pl.col("segment") != pl.col("segment_from"), pl.col("cause") == "a metric moved"
    )
    assert set(moved["certainty"]) == {"within likely range"}


def with_ranges(standings: pl.LazyFrame, low: float, high: float) -> pl.LazyFrame:
    return standings.with_columns(average_score_low=pl.lit(low), average_score_high=pl.lit(high))


@pytest.mark.parametrize(
    ("ranges", "certainty"),
    [(((1.0, 1.5), (1.6, 2.0)), "clear"), (((1.0, 1.6), (1.6, 2.0)), "within likely range")],
)
def test_ranges_that_do_not_overlap_make_a_change_clear(
    league: League, ranges: tuple[tuple[float, float], tuple[float, float]], certainty: str
) -> None:
    before, after = (
        Frames(with_ranges(f.standings, *ends), f.observations, f.domains)
        for f, ends in zip((frames(league, 3), frames(league, 4)), ranges, strict=True)
    )
    told = changes(before, after, "ambulance", Filters()).frame
    assert set(told["certainty"]) == {certainty}


def test_without_ranges_it_is_not_known(league: League) -> None:
    before, after = (
        Frames(
            f.standings.with_columns(average_score_low=pl.lit(None, pl.Float64)),
            f.observations,
            f.domains,
        )
        for f in (frames(league, 3), frames(league, 4))
    )
    assert set(changes(before, after, "ambulance", Filters()).frame["certainty"]) == {"not known"}


def test_the_headline_counts_as_the_rows_do(league: League) -> None:
    answer = changes(frames(league, 2), frames(league, 3), "acute", Filters())
    moved = answer.frame.filter(pl.col("segment") != pl.col("segment_from"))
    better = moved.filter(pl.col("segment") < pl.col("segment_from")).height
    clear = moved.filter(certainty="clear").height
    assert answer.notes[0].startswith(
        f"{moved.height} trusts changed segment: {better} to a better one, {moved.height - better} to a worse one. "
        f"{clear} of the changes are clear,"
    )


def test_years_of_different_frameworks_are_said(league: League) -> None:
    def of_next_year(frame: pl.LazyFrame) -> pl.LazyFrame:
        return frame.with_columns(quarter=pl.lit("Q1 2026/27"))

    after = frames(league, 4)
    next_year = Frames(*map(of_next_year, (after.standings, after.observations, after.domains)))
    answer = changes(frames(league, 3), next_year, "acute", Filters())
    assert "different framework years" in answer.notes[-1]


def test_only_segments_and_only_one_direction_may_be_asked_for(league: League) -> None:
    def asked(**options: object) -> pl.DataFrame:
        return across.changes(league.store, Where(), "q2", "q3", **options).frame  # type: ignore[arg-type]

    moved = asked(segment_only=True)
    assert (moved["segment"] != moved["segment_from"]).all()
    worse = asked(segment_only=True, direction="worsened")
    assert (worse["segment"] > worse["segment_from"]).all()
    assert worse.height + asked(segment_only=True, direction="improved").height == moved.height


def test_quarters_that_cannot_be_compared_are_said(league: League) -> None:
    with pytest.raises(UsageError, match="is not before"):
        across.changes(league.store, Where(), "q4", "q2")
    with pytest.raises(NotFoundError, match="no quarter before Q1"):
        across.changes(league.store, Where(), None, "q1")


def standings(*trusts: tuple[str, str]) -> pl.DataFrame:
    frame = pl.DataFrame(trusts, schema=["trust_code", "trust_name"], orient="row")
    return frame.with_columns(trust_type=pl.lit("acute"), region=pl.lit("London"))


def test_a_code_that_vanishes_without_a_known_merger_is_put_beside_what_is_new() -> None:
    before = standings(("Z91", "Old Hospital"), ("Z92", "Stays"))
    assert what_became(before, standings(("Z92", "Stays"), ("Z93", "New Group"))) == {
        "Z91": "no longer listed; new or renamed in its region, and perhaps its successor: New Group (Z93)"
    }
    assert what_became(before, standings(("Z92", "Stays"))) == {
        "Z91": "no longer listed; why is not known"
    }
