"""The release recomputed: rules that fit, and figures that differ."""

from __future__ import annotations

import polars as pl
import pytest

from nhs_league import League
from nhs_league.league.audit import audit
from nhs_league.league.rules import rules
from nhs_league.league.schema.frames import Frames
from nhs_league.questions.scope import Where, frames_of
from sample_release.measures import MEASURES, Rule


@pytest.fixture(scope="module")
def frames(league: League) -> Frames:
    return frames_of(league.store, Where())


def test_each_metrics_rule_is_the_one_that_made_its_scores(frames: Frames) -> None:
    made = {
        Rule.RANK: "rank",
        Rule.VALUE: "value",
        Rule.BANDS: "bands",
        Rule.COMBINED: "mean of its parts, rounded up",
    }
    expected = {
        (trust_type, f"OF0{measure.number:03d}"): made[measure.rule]
        for trust_type, measures in MEASURES.items()
        for measure in measures
        if measure.rule in made
    }
    found = rules(frames.observations)
    assert {
        (t, i): r for t, i, r in found.select("trust_type", "metric_id", "rule").iter_rows()
    } == expected


def test_a_release_that_follows_the_method_differs_in_nothing(frames: Frames) -> None:
    answer = audit(frames)
    assert set(answer.frame["what"]) == {"metric scores"}
    assert dict(answer.parts["checked"].select("what", "differences").iter_rows()) == {
        "domain score": 0, "average score": 0, "segment": 0, "rank": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("frame", "column", "wrong", "what"),
    [
        ("domains", "score", 3.99, "domain score"),
        ("standings", "average_score", 1.01, "average score"),
        ("standings", "segment", 4, "segment"),
        ("standings", "rank", 77, "rank"),
    ],
)
def test_a_published_figure_that_does_not_follow_is_listed(
    frames: Frames, frame: str, column: str, wrong: float, what: str
) -> None:
    is_one = pl.col("trust_code") == "ZA0"
    parts = {name: getattr(frames, name) for name in ("standings", "observations", "domains")}
    kind = parts[frame].collect_schema()[column]
    parts[frame] = parts[frame].with_columns(
        pl.when(is_one).then(pl.lit(wrong, kind)).otherwise(column).alias(column)
    )
    listed = audit(Frames(**parts)).frame.filter(what=what, trust_code="ZA0")
    assert listed.height
    assert set(listed["published"]) == {wrong}
    assert (listed["computed"] != wrong).all()


def test_a_metric_whose_scores_fit_no_rule_is_listed_as_such(frames: Frames) -> None:
    is_some = (pl.col("metric_id") == "OF0023") & pl.col("trust_code").is_in(["ZA0", "ZA1"])
    odd = frames.observations.with_columns(score=pl.when(is_some).then(2.345).otherwise("score"))
    listed = audit(Frames(frames.standings, odd, frames.domains)).frame
    assert (
        "no known rule fits"
        in listed.filter(pl.col("name").str.contains("OF0023"))["note"].to_list()
    )
