"""Why a trust is ranked where it is: what counts, by which rule, and how far the cuts are."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from nhs_league.core.answers import Explanation
from nhs_league.core.explanation import explain
from nhs_league.core.frames import QUARTER, Frames
from nhs_league.core.method.standings import segment_boundaries
from tests.core.real_frames import Q1_2026, TWO_TRUSTS, YEAR_2025, frames_of, raw
from tests.framework_years import listed_years, unlisted_year


@pytest.fixture(scope="module")
def complete(shared: Path) -> Frames:
    return frames_of(shared, Q1_2026)


def _explained(frames: Frames, code: str) -> Explanation:
    return explain(frames, code, segment_boundaries(frames.standings.collect()))


@pytest.mark.parametrize("code", ["RHQ", "REF", "RXL", "RDY", "RX6"])
def test_what_counts_and_how_much_is_counted_in_the_raw_rows(
    shared: Path, complete: Frames, code: str
) -> None:
    rows = raw(shared, *Q1_2026).filter(
        pl.col("Trust_code") == code,
        pl.col("Metric_ID").str.starts_with("OF2"),
        pl.col("Value") > 0,
    )
    infections = {"OF2020", "OF2048", "OF2088"} & set(rows["Metric_ID"])
    replaced = {"OF2079", "OF2081", "OF2207", "OF2208"} & set(rows["Metric_ID"])
    once = rows.height - len(infections) - len(replaced)
    answer = _explained(complete, code)
    thirds = "; MRSA cases, E. coli rate and C. difficile rate count one third each"
    assert answer.notes[0] == f"Each of {once} metrics counts once{thirds if infections else ''}."
    steps = answer.frame.filter(level="metric")
    assert steps.height == rows.height
    assert steps.filter(~pl.col("counts")).height == len(replaced)


def test_each_domain_follows_the_metrics_that_make_it(complete: Frames) -> None:
    steps = _explained(complete, "RHQ").frame.filter(pl.col("domain").is_not_null())
    of_domains = [list(part["level"]) for part in steps.partition_by("domain", maintain_order=True)]
    assert len(of_domains) == 6
    for levels in of_domains:
        assert levels == [*["metric"] * (len(levels) - 1), "domain"]


def test_each_metric_names_its_rule_and_how_many_trusts_it_is_ranked_among(
    complete: Frames,
) -> None:
    steps = _explained(complete, "RHQ").frame.filter(level="metric")
    notes = dict(steps.select("metric_id", "note").iter_rows())
    over = {i: (o, n) for i, o, n in steps.select("metric_id", "ranked_over", "ranked_of").rows()}
    # Counted in the raw files: 202 sickness values of all types, 131 acute diagnostics values.
    assert over["OF0082"] == ("all", 202)
    assert notes["OF0082"] == "by rank among 202 trusts of all types"
    assert over["OF0008"] == ("type", 131)
    assert notes["OF0001"] == "reaches the scoring standard, 78%"
    assert notes["OF0094"] == "misses the floor, 80%"
    assert notes["OF0079"] == "by bands; not counted: combined finance is used instead"
    assert notes["OF0046"] == "from figures that are not published"
    assert notes["OF0048"] == "from figures that are not published; counts one third"


def test_a_trust_that_misses_a_standard_is_ranked_among_those_that_do(
    shared: Path, complete: Frames
) -> None:
    values = raw(shared, *Q1_2026).filter(pl.col("Metric_ID") == "OF0011")["Value"]
    missing = values.filter(values < 80).len()
    steps = _explained(complete, "RHQ").frame.filter(metric_id="OF0011")
    assert steps["note"].item() == (
        f"misses the scoring standard, 80%; by rank among the {missing} of 118 acute trusts that miss it"
    )


def test_the_title_says_which_place_and_the_cuts_how_far(complete: Frames) -> None:
    answer = _explained(complete, "RHQ")
    assert answer.title == (
        "Why Sheffield Teaching Hospitals NHS Foundation Trust (RHQ) is ranked 64th, Q1 2026/27"
    )
    # Published average 2.39; segment 2 ends at 2.32, segment 4 begins at 2.78. It has 26 metrics
    # that count once and three that count one third: 27 x 0.07 = 1.89 points.
    rows = answer.cuts.select(
        "segment", "computed_last", "computed_next", "computed_distance", "computed_points"
    )
    assert rows.rows()[1:] == [(2, 2.32, 2.33, 0.07, 1.89), (3, 2.77, 2.78, -0.39, -10.53)]
    assert any(
        "an average score of 2.32 or lower, 0.07 better than now" in note and "1.89 points" in note
        for note in answer.notes
    )


def test_the_override_is_explained_by_what_is_below_0(complete: Frames) -> None:
    standings = complete.standings.collect()
    held = standings.filter(
        pl.col("override"), pl.col("unadjusted_segment") < 3, pl.col("trust_type") == "acute"
    )
    code = held["trust_code"].sort()[0]
    row = held.filter(trust_code=code).row(0, named=True)
    answer = _explained(complete, code)
    (note,) = (n for n in answer.notes if "cannot be placed above segment 3" in n)
    assert f"On its score alone it would be in segment {row['unadjusted_segment']}" in note
    # By hand: everyone whose segment and score are better, the trust by its score.
    placing = (row["unadjusted_segment"], row["average_score"])
    others = standings.filter(pl.col("trust_type") == "acute", pl.col("trust_code") != code)
    place = 1 + sum(
        pair < placing for pair in others.select("adjusted_segment", "average_score").iter_rows()
    )
    assert answer.standing["computed_rank_without"].item() == place


def test_why_scores_are_not_recomputed_is_said_once(shared: Path) -> None:
    frames = frames_of(shared, YEAR_2025)
    now = Frames(
        *(
            getattr(frames, name).filter(pl.col("quarter") == "Q4 2025/26")
            for name in ("standings", "observations", "domains")
        )
    )
    answer = _explained(now, "RDY")
    (note,) = (n for n in answer.notes if "only mental health and community trusts" in n)
    assert note.startswith("Not recomputed (ranked across all trust types, but only ")
    assert len(set(answer.notes)) == len(answer.notes)
    assert not answer.frame["note"].drop_nulls().str.contains("stored").any()
    assert "Thresholds change each quarter" in " ".join(answer.notes)


def test_only_a_year_that_is_not_listed_is_new_to_this_version(shared: Path) -> None:
    frames = frames_of(shared, TWO_TRUSTS)
    label = pl.lit(f"Q4 {unlisted_year()}", QUARTER).alias("quarter")
    later = Frames(
        *(getattr(frames, n).with_columns(label) for n in ("standings", "observations", "domains"))
    )
    new = [
        [note for note in _explained(each, "REF").notes if "is new to this version" in note]
        for each in (frames, later)
    ]
    assert new[0] == []
    assert len(new[1]) == 1
    assert new[1][0].startswith(f"The framework of {unlisted_year()} is new to this version:")
    assert new[1][0].endswith(f"its averages as in {listed_years()[-1]}.")


def test_a_part_of_a_release_says_that_it_is_one(shared: Path) -> None:
    answer = _explained(frames_of(shared, TWO_TRUSTS), "REF")
    assert "is ranked 30th, Q4 2025/26" in answer.title
    assert any("only some acute trusts are stored" in note for note in answer.notes)
