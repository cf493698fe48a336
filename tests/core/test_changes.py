"""Who moved between two quarters, why, and whether it is real."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from nhs_league import League
from nhs_league.core.answers import Seen
from nhs_league.core.causes import cause, certainty, direction
from nhs_league.core.changes import changes, notes
from nhs_league.core.filters import Filters
from nhs_league.core.frames import DOMAINS, OBSERVATIONS, QUARTER, STANDINGS, Frames
from nhs_league.core.quarters import Quarter
from nhs_league.core.trusts import what_became
from nhs_league.core.watch import news
from nhs_league.errors import NotFoundError, UsageError
from nhs_league.releases.store import read_quarters
from nhs_league.render.trust_words import since_lines
from sample_release.figures import EVENTS


def frames(league: League, number: int) -> Frames:
    return read_quarters(league.store, [Quarter(2025, number)])


@pytest.fixture(scope="module")
def to_q3(league: League) -> pl.DataFrame:
    return changes(frames(league, 2), frames(league, 3), "acute", Filters()).frame


def row(frame: pl.DataFrame, code: str) -> dict[str, object]:
    (only,) = frame.filter(trust_code=code).to_dicts()
    return only


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


def test_coming_into_segment_5_is_a_decision_and_clear(league: League) -> None:
    later = frames(league, 4)
    is_one = pl.col("trust_code") == "ZB6"
    segment = pl.when(is_one).then(pl.lit(5, pl.Int8)).otherwise("segment")
    decided = replace(later, standings=later.standings.with_columns(segment=segment))
    moved = row(changes(frames(league, 3), decided, "acute", Filters()).frame, "ZB6")
    assert (moved["cause"], moved["direction"], moved["certainty"]) == (
        "decision",
        "worsened",
        "clear",
    )
    assert "by decision of NHS England" in str(moved["in_words"])


IN_SUPPORT = ["ZF1", "ZH5"]
"""The trusts in segment 5 in Q1 and Q2; from Q3 on the files do not say who is, as NHS England's."""


def test_leaving_segment_5_for_a_quarter_that_does_not_list_it_is_no_decision(
    to_q3: pl.DataFrame,
) -> None:
    assert (
        to_q3.filter(cause="segment 5 not published")["trust_code"].sort().to_list() == IN_SUPPORT
    )
    left = row(to_q3, "ZH5")
    assert (left["segment_from"], left["segment"]) == (5, 4)
    assert left["certainty"] == "not comparable"
    words = str(left["in_words"])
    assert "decision" not in words
    assert "do not say which trusts are in segment 5, so it may still be in it" in words
    # Its average score fell from 3.42 to 3.34, the other's rose.
    assert (left["direction"], row(to_q3, "ZF1")["direction"]) == ("improved", "worsened")
    headline = notes(to_q3)
    assert headline[-1] == (
        "Not counted: ZF1 and ZH5 were in segment 5. The files for Q3 2025/26 do not say which "
        "trusts are."
    )
    moved = to_q3.filter(
        pl.col("segment") != pl.col("segment_from"), ~pl.col("trust_code").is_in(IN_SUPPORT)
    )
    assert headline[0].startswith(f"{moved.height} trusts changed segment: ")


@pytest.mark.parametrize("number", [2, 3])
def test_leaving_segment_5_is_a_decision_where_the_files_say_who_is_in_it(
    league: League, number: int
) -> None:
    """They do in Q2 (OF5005), and in a later quarter in which some trust is in segment 5."""
    earlier, later = frames(league, number - 1), frames(league, number)
    codes = pl.col("trust_code")
    segment = pl.when(codes == "ZH5").then(4).when(codes == "ZF1").then(5).otherwise("segment")
    listed = later.standings.with_columns(segment=segment.cast(pl.Int8))
    # A decision is a fact, whatever the metrics say.
    before, after = (
        replace(each, standings=standings, observations=each.observations.clear())
        for each, standings in ((earlier, earlier.standings), (later, listed))
    )
    left = row(changes(before, after, "acute", Filters()).frame, "ZH5")
    assert (left["cause"], left["direction"], left["certainty"]) == (
        "decision",
        "improved",
        "clear",
    )


@pytest.mark.parametrize(
    ("listed", "segments", "words"),
    [
        (False, (5, 4), "segment 4, was 5 (the files no longer say which trusts are in segment 5)"),
        (True, (5, 4), "segment 4, was 5"),
        (False, (4, 3), "segment 3, was 4"),
        (False, (5, 5), "still segment 5"),
    ],
)
def test_since_the_quarter_before_no_trust_is_said_to_have_left_segment_5_unseen(
    *, listed: bool, segments: tuple[int, int], words: str
) -> None:
    place = {"rank": 9, "average_score": None}
    before = pl.DataFrame(
        {"quarter": "Q2 2025/26", "segment": segments[0], **place, "lists_segment_5": listed,
         "same_framework": True, "computed_distinguishable": None}
    )  # fmt: skip
    (line,) = since_lines({"segment": segments[1], **place}, before)
    assert f"Q2 2025/26: {words}, still ranked 9th." in line


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
    assert "renamed, was University Hospitals of Wyvernmouth NHS Trust" in str(renamed["in_words"])


def test_a_metric_that_is_new_can_be_the_cause(league: League) -> None:
    """From the first to the second quarter, OF0106 was added for acute trusts."""
    frame = changes(frames(league, 1), frames(league, 2), "acute", Filters()).frame
    by_set = frame.filter(cause="metric set changed")
    assert by_set.height
    assert set(by_set["metric_id"]) == {"OF0106"}
    assert by_set["in_words"].str.contains("metric added").all()


def test_peers_that_move_are_told_from_a_trust_that_moves(to_q3: pl.DataFrame) -> None:
    still = to_q3.filter(
        pl.col("computed_change") == 0, pl.col("segment") == pl.col("segment_from")
    )
    assert still.height
    assert set(still["cause"]) == {"peers moved"}


def test_a_change_is_clear_where_the_score_moves_one_way_in_nearly_all_redraws(
    to_q3: pl.DataFrame,
) -> None:
    moved = to_q3.filter(
        pl.col("segment") != pl.col("segment_from"), pl.col("cause") == "a metric moved"
    )
    low, high = pl.col("computed_shift_low"), pl.col("computed_shift_high")
    clear = moved.filter((low > 0) | (high < 0))
    assert clear.height
    assert set(clear["certainty"]) == {"clear"}
    chance = moved.filter(low <= 0, high >= 0)
    assert chance.height
    assert set(chance["certainty"]) == {"could be chance"}


def without_scores(frames: Frames) -> pl.LazyFrame:
    return frames.observations.with_columns(score=pl.lit(None, pl.Float64))


def with_ranges(standings: pl.LazyFrame, low: float, high: float) -> pl.LazyFrame:
    return standings.with_columns(average_score_low=pl.lit(low), average_score_high=pl.lit(high))


@pytest.mark.parametrize(
    ("ranges", "certainty"),
    [(((1.0, 1.5), (1.6, 2.0)), "clear"), (((1.0, 1.6), (1.6, 2.0)), "could be chance")],
)
def test_without_scores_ranges_that_do_not_overlap_make_a_change_clear(
    league: League, ranges: tuple[tuple[float, float], tuple[float, float]], certainty: str
) -> None:
    before, after = (
        Frames(with_ranges(f.standings, *ends), without_scores(f), f.domains)
        for f, ends in zip((frames(league, 3), frames(league, 4)), ranges, strict=True)
    )
    compared = changes(before, after, "ambulance", Filters()).frame
    assert set(compared["certainty"]) == {certainty}


def test_without_scores_and_ranges_it_is_not_known(league: League) -> None:
    before, after = (
        Frames(
            f.standings.with_columns(average_score_low=pl.lit(None, pl.Float64)),
            without_scores(f),
            f.domains,
        )
        for f in (frames(league, 3), frames(league, 4))
    )
    assert set(changes(before, after, "ambulance", Filters()).frame["certainty"]) == {"not known"}


def segments(*moves: tuple[int, int, str]) -> pl.DataFrame:
    """Rows of changes: the segment before, the segment now, and how sure that is."""
    frame = pl.DataFrame(moves, schema=["segment_from", "segment", "certainty"], orient="row")
    return frame.with_columns(cause=pl.lit("a metric moved"))


@pytest.mark.parametrize(
    ("moves", "headline"),
    [
        ([(2, 2, "clear")], "No trust changed segment."),
        (
            [(2, 1, "could be chance")],
            "1 trust changed segment, moving up. The change could be chance.",
        ),
        (
            [(2, 3, "clear"), (1, 2, "clear")],
            "2 trusts changed segment, all moving down. All are clear.",
        ),
        (
            [(2, 3, "clear"), (2, 1, "not known"), (3, 1, "not known")],
            "3 trusts changed segment: 2 moved up, 1 moved down. Of these changes, 1 is clear and "
            "2 are not known to be clear, as scores are missing.",
        ),
        ([(2, 3, "not comparable")], "1 trust changed segment, moving down."),
    ],
)
def test_the_headline_is_in_the_right_number(
    moves: list[tuple[int, int, str]], headline: str
) -> None:
    first, *causes = notes(segments(*moves))
    assert first == headline
    moved = [move for move in moves if move[0] != move[1]]
    assert causes == (
        ["All moved because of their metrics, not the financial override."]
        if len(moved) > 1
        else []
    )


def test_the_headline_counts_as_the_rows_do(league: League) -> None:
    answer = changes(frames(league, 2), frames(league, 3), "acute", Filters())
    moved = answer.frame.filter(
        pl.col("segment") != pl.col("segment_from"), pl.col("cause") != "segment 5 not published"
    )
    better = moved.filter(pl.col("segment") < pl.col("segment_from")).height
    assert answer.notes[0].startswith(
        f"{moved.height} trusts changed segment: {better} moved up, "
        f"{moved.height - better} moved down. "
    )


BREAK = (
    "The framework changed between Q4 2025/26 and Q1 2026/27. Domains, thresholds and some metrics "
    "differ, so scores, segments and ranks are not directly comparable."
)


def of_next_year(quarter: Frames) -> Frames:
    """The same figures as if of the next framework year, each value new and higher by 1."""
    label = pl.lit("Q1 2026/27", QUARTER)
    return Frames(
        quarter.standings.with_columns(quarter=label),
        quarter.observations.with_columns(
            quarter=label, period=pl.lit("Q1 26/27"), value=pl.col("value") + 1
        ),
        quarter.domains.with_columns(quarter=label),
    )


def test_nothing_is_called_clear_or_explained_across_framework_years(league: League) -> None:
    after = of_next_year(frames(league, 3))
    answer = changes(frames(league, 4), after, "acute", Filters())
    assert answer.notes.count(BREAK) == 1
    stayed = answer.frame.filter(pl.col("segment_from").is_not_null())
    assert set(stayed["certainty"]) == {"not comparable"}
    assert set(stayed["cause"]) == {"framework changed"}
    assert (
        stayed["metric_id"].null_count() == stayed["computed_share"].null_count() == stayed.height
    )
    redrawn = stayed.select("^computed_(shift.*|p_better)$")
    assert redrawn.width > 1
    assert redrawn.null_count().row(0) == (stayed.height,) * redrawn.width
    assert "chance" not in answer.notes[0]
    # What both quarters measure in one unit is compared by its value.
    first = stayed.row(0, named=True)
    assert first["metrics_compared"] >= first["metrics_improved"] + first["metrics_worsened"] > 0


def test_a_unit_that_differs_is_not_compared_across_framework_years(league: League) -> None:
    after = of_next_year(frames(league, 4))
    in_days = after.observations.with_columns(unit=pl.lit("days"))
    other = Frames(after.standings, in_days, after.domains)
    before = frames(league, 3)
    in_rates = Frames(
        before.standings, before.observations.with_columns(unit=pl.lit("%")), before.domains
    )
    frame = changes(in_rates, other, "acute", Filters()).frame
    # Of the 134 acute trusts of both quarters nearly all have another rank or score.
    assert frame.height > 100
    assert frame["metrics_compared"].drop_nulls().is_empty()


def moved_by(**scores: tuple[float, float]) -> tuple[Frames, Frames]:
    """One trust whose average score is that of some metrics, in two quarters."""
    ids = {name: f"OF09{place:02d}" for place, name in enumerate(scores)}

    def quarter(label: str, place: int) -> Frames:
        observed = pl.DataFrame(
            [
                {
                    "metric_id": ids[name],
                    "metric": name,
                    "score": both[place],
                    "value": float(both[place]),
                    "unit": "%",
                    "period": label,
                }
                for name, both in scores.items()
            ]
        ).with_columns(quarter=pl.lit(label), trust_code=pl.lit("Z01"), trust_type=pl.lit("acute"))
        mean = sum(both[place] for both in scores.values()) / len(scores)
        standing = pl.DataFrame(
            {"quarter": label, "trust_code": "Z01", "trust_name": "One", "trust_type": "acute",
             "average_score": round(mean, 2), "segment": 2, "rank": place + 1, "of": 9}
        )  # fmt: skip
        return Frames(
            standing.lazy().pipe(shaped, STANDINGS),
            observed.lazy().pipe(shaped, OBSERVATIONS),
            DOMAINS.to_frame(eager=False),
        )

    return quarter("Q1 2025/26", 0), quarter("Q2 2025/26", 1)


def shaped(frame: pl.LazyFrame, schema: pl.Schema) -> pl.LazyFrame:
    present = frame.collect_schema().names()
    absent = [pl.lit(None).alias(c) for c in schema if c not in present]
    return frame.with_columns(absent).select(pl.col(c).cast(t) for c, t in schema.items())


@pytest.mark.parametrize(
    ("scores", "share", "words"),
    [
        # 1.0 of the 1.0 points lost.
        ({"a": (1.0, 2.0), "b": (2.0, 2.0)}, 1.0, "a alone: 1 to 2%, score 1.00 to 2.00"),
        # 1.5 of 2.0 points lost.
        ({"a": (1.0, 2.5), "b": (2.0, 2.5)}, 0.75, "mainly a (75% of the points lost): 1 to 2.5%"),
        # 1.0 of 1.0 + 0.6 + 0.4 = 2.0 points lost: exactly half.
        ({"a": (1.0, 2.0), "b": (1.0, 1.6), "c": (1.0, 1.4)}, 0.5, "mainly a (50% of the points lost)"),
        # 0.5 of the 0.4 + 0.5 + 0.4 + 0.3 + 0.4 = 2.0 points gained.
        (
            {"a": (3.0, 2.6), "b": (3.0, 2.5), "c": (3.0, 2.6), "d": (3.0, 2.7), "e": (3.0, 2.6)},
            0.25,
            "several metrics, most of all b (25% of the points gained): 3 to 2.5%",
        ),
        ({"a": (1.0, 2.0), "b": (1.0, 2.0)}, 0.5,
         "several metrics, most of all a and b (50% each of the points lost)"),
        (dict.fromkeys("abcd", (1.0, 2.0)), 0.25,
         "several metrics, most of all 4 equally (25% each of the points lost)"),
    ],
)  # fmt: skip
def test_a_metric_is_named_with_its_share_and_with_those_that_share_its_place(
    scores: dict[str, tuple[float, float]], share: float, words: str
) -> None:
    change = changes(*moved_by(**scores), "acute", Filters()).frame.row(0, named=True)
    assert change["computed_share"] == pytest.approx(share)
    assert words in change["in_words"]


@pytest.mark.parametrize(
    ("before", "after", "cause"),
    [
        ({}, {}, "a metric moved"),
        ({"value": pl.lit(5.0)}, {"value": pl.lit(5.0)}, "peers moved"),
        ({"period": pl.lit("2024")}, {"period": pl.lit("2024")}, "same period, another figure"),
        ({"unit": pl.lit("%")}, {"unit": pl.lit("days")}, "metric set changed"),
        # An average does not count what has no score.
        ({"score": pl.when(pl.col("metric") == "b").then("score")}, {}, "metric set changed"),
        ({}, {"score": pl.when(pl.col("metric") == "b").then("score")}, "metric set changed"),
    ],
)
def test_the_cause_is_what_became_of_the_metric_that_moved_the_average_most(
    before: dict[str, pl.Expr], after: dict[str, pl.Expr], cause: str
) -> None:
    earlier, later = (
        replace(each, observations=each.observations.with_columns(**columns))
        for each, columns in zip(moved_by(a=(1.0, 3.0), b=(2.0, 2.0)), (before, after), strict=True)
    )
    (change,) = changes(earlier, later, "acute", Filters()).frame.to_dicts()
    assert change["cause"] == cause


def test_where_the_average_score_is_as_before_the_largest_move_either_way_is_named() -> None:
    """It was (1 + 2 + 2 + 2) / 4, and is (2 + 1.5 + 1.5 + 2) / 4: of 2 points that moved, a's is 1."""
    before, after = moved_by(a=(1.0, 2.0), b=(2.0, 1.5), c=(2.0, 1.5), d=(2.0, 2.0))
    (change,) = changes(before, after, "acute", Filters()).frame.to_dicts()
    assert (change["short_name"], change["computed_share"]) == ("a", pytest.approx(1 / 2))


def test_the_cause_is_that_of_most_of_the_change_though_one_metric_moved_more() -> None:
    """Of 2.2 points lost a's own are 1, and those that b and c lost to their peers 0.6 each."""
    before, after = (
        replace(
            each,
            observations=each.observations.with_columns(
                value=pl.when(pl.col("metric") == "a").then("value").otherwise(5.0)
            ),
        )
        for each in moved_by(a=(1.0, 2.0), b=(2.0, 2.6), c=(2.0, 2.6))
    )
    (change,) = changes(before, after, "acute", Filters()).frame.to_dicts()
    assert (change["cause"], change["short_name"]) == ("peers moved", "b")
    assert change["computed_share"] == pytest.approx(0.6 / 2.2)


def test_where_no_score_moved_no_metric_is_named() -> None:
    before, after = moved_by(a=(2.0, 2.0))
    worse = replace(after, standings=after.standings.with_columns(average_score=pl.lit(2.1)))
    (change,) = changes(before, worse, "acute", Filters()).frame.to_dicts()
    assert (change["cause"], change["metric_id"]) == ("peers moved", None)


CHANGE: dict[str, object] = {
    "segment_from": 2, "segment": 3, "average_score_from": 2.1, "average_score": 2.4,
    "rank_from": 40, "rank": 60, "is_capped_from": False, "is_capped": False,
    "average_score_low_from": 1.9, "average_score_high_from": 2.3,
    "average_score_low": 2.2, "average_score_high": 2.6,
    "computed_distinguishable": None, "same_framework": True, "is_gone": False, "is_new": False,
    "lists_segment_5": True, "still": False, "by": "a metric moved",
}  # fmt: skip
"""A trust that is worse in each respect; its likely ranges overlap."""


def one_change(**columns: object) -> pl.DataFrame:
    schema = {"computed_distinguishable": pl.Boolean, "rank": pl.Int32}
    return pl.DataFrame([CHANGE | columns], schema_overrides=schema)


UNLISTED: dict[str, object] = {"segment_from": 5, "lists_segment_5": False}
APART: dict[str, object] = {"average_score_low": 2.31}
NO_RANGE: dict[str, object] = {"average_score_low": None, "average_score_high": None}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, "could be chance"),
        (APART, "clear"),
        (NO_RANGE, "not known"),
        # Redraws go before ranges, and facts before redraws.
        ({"computed_distinguishable": True}, "clear"),
        (APART | {"computed_distinguishable": False}, "could be chance"),
        ({"is_capped": True, "computed_distinguishable": False}, "clear"),
        ({"is_capped_from": True, "computed_distinguishable": False}, "clear"),
        ({"segment": 5, "computed_distinguishable": False}, "clear"),
        ({"segment_from": 5, "computed_distinguishable": False}, "clear"),
        # A fact that moves no segment makes nothing clear.
        ({"is_capped": True, "segment_from": 3}, "could be chance"),
        ({"segment_from": 5, "segment": 5}, "could be chance"),
        ({"is_capped": True, "segment_from": None}, "could be chance"),
        ({"same_framework": False, "computed_distinguishable": True}, "not comparable"),
        # Whether it is still in segment 5 the files do not say.
        (UNLISTED, "not comparable"),
        (UNLISTED | {"segment_from": 2}, "could be chance"),
    ],
)
def test_a_change_is_clear_by_a_fact_or_redraws_or_else_likely_ranges(
    columns: dict[str, object], expected: str
) -> None:
    assert one_change(**columns).select(certainty()).item() == expected


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, "a metric moved"),
        ({"segment": 5, "is_capped_from": True}, "decision"),
        ({"is_capped": True}, "override applied"),
        ({"is_capped_from": True}, "override removed"),
        ({"is_capped": True, "segment_from": 3}, "a metric moved"),
        (UNLISTED, "segment 5 not published"),
        (UNLISTED | {"segment": 5}, "a metric moved"),
        # An average score that is as before was moved by none of its metrics.
        ({"still": True, "segment_from": 3}, "peers moved"),
        ({"still": True}, "a metric moved"),
        ({"still": None, "segment_from": 3, "by": None}, "peers moved"),
        ({"by": None}, "peers moved"),
        ({"same_framework": False, "is_capped": True}, "framework changed"),
        ({"same_framework": False, "is_new": True}, "newly listed"),
        ({"same_framework": False, "is_gone": True}, "no longer listed"),
    ],
)
def test_a_fact_is_the_cause_before_a_metric(columns: dict[str, object], expected: str) -> None:
    assert one_change(**columns).select(cause()).item() == expected


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, "worsened"),
        ({"segment": 1}, "improved"),
        ({"segment": 2}, "worsened"),
        ({"segment": 2, "average_score": 2.0}, "improved"),
        ({"segment": 2, "average_score": 2.1, "rank": 39}, "improved"),
        ({"segment": 2, "average_score": 2.1, "rank": 40}, "neither"),
        ({"segment_from": None, "average_score": 2.0}, "improved"),
        ({"segment_from": 5}, "improved"),
        (UNLISTED, "worsened"),
        ({"segment": 2, "average_score": None, "rank": None}, "neither"),
    ],
)
def test_a_change_has_the_direction_of_the_segment_then_the_score_then_the_rank(
    columns: dict[str, object], expected: str
) -> None:
    assert one_change(**columns).select(direction()).item() == expected


def test_no_trust_is_gone_whose_type_has_no_release_or_a_part_of_one(league: League) -> None:
    before, after = frames(league, 3), frames(league, 4)
    without = after.of_types(["acute", "mental-health-community"])
    answer = changes(before, without, "all", Filters())
    assert answer.frame.height > 100
    assert answer.frame.filter(trust_type="ambulance").is_empty()
    assert (
        "10 ambulance trusts not compared: your files have no ambulance trusts for Q4 2025/26."
        in answer.notes
    )
    # Of a part of a release it is not known how many trusts there are.
    part = Frames(
        after.standings.filter(pl.col("trust_code") == "ZV6").with_columns(of=pl.lit(None, pl.Int32)),
        after.observations, after.domains,
    )  # fmt: skip
    answer = changes(before, part, "ambulance", Filters())
    assert answer.frame["trust_code"].to_list() == ["ZV6"]
    assert (
        "9 ambulance trusts not compared: your files have only some ambulance trusts for Q4 2025/26."
        in answer.notes
    )


def test_only_segments_and_only_one_direction_may_be_asked_for(league: League) -> None:
    moved = league.changes("q2", "q3", segment_only=True).frame
    assert moved.height
    assert (moved["segment"] != moved["segment_from"]).all()
    worse = league.changes("q2", "q3", segment_only=True, worsened=True).frame
    assert 0 < worse.height < moved.height
    assert (worse["segment"] > worse["segment_from"]).all()
    better = league.changes("q2", "q3", segment_only=True, improved=True).frame
    assert worse.height + better.height == moved.height


def test_only_clear_changes_may_be_asked_for(league: League) -> None:
    every = league.changes("q2", "q3").frame
    clear = league.changes("q2", "q3", clear_only=True).frame
    assert set(every["certainty"]) > {"clear"}
    assert clear["trust_code"].to_list() == every.filter(certainty="clear")["trust_code"].to_list()


def test_quarters_that_cannot_be_compared_are_said(league: League) -> None:
    with pytest.raises(UsageError, match="is not before"):
        league.changes("q4", "q2")
    with pytest.raises(NotFoundError, match="no quarter before Q1"):
        league.changes(later="q1 2025/26")


def standings(*trusts: tuple[str, str]) -> pl.DataFrame:
    frame = pl.DataFrame(trusts, schema=["trust_code", "trust_name"], orient="row")
    return frame.with_columns(
        trust_type=pl.lit("acute"), region=pl.lit("London"), of=pl.lit(frame.height)
    )


def test_a_code_that_vanishes_without_a_known_merger_is_put_beside_what_is_new() -> None:
    before = standings(("Z91", "Old Hospital"), ("Z92", "Stays"))
    assert what_became(before, standings(("Z92", "Stays"), ("Z93", "New Group"))) == {
        "Z91": "no longer listed; possible successors, new or renamed in its region: New Group (Z93)"
    }
    assert what_became(before, standings(("Z92", "Stays"))) == {
        "Z91": "no longer listed; the reason is not known"
    }


def test_news_of_a_trust_do_not_say_that_it_left_segment_5_unseen(league: League) -> None:
    frames_of_both = read_quarters(league.store, [Quarter(2025, 2), Quarter(2025, 3)])
    frame = news(frames_of_both, ["ZH5"], {"ZH5": Seen("Q2 2025/26")}).frame
    (segment,) = frame.filter(kind="segment").to_dicts()
    assert segment["in_words"].endswith(
        " is in segment 4 in Q3 2025/26, was 5 (the files no longer say which trusts are in "
        "segment 5)."
    )
    assert segment["certainty"] == "not comparable"
    assert frame.filter(kind="clear change").is_empty()
