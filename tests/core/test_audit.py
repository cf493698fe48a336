"""The release recomputed: every published figure of the real files, and figures put wrong."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import polars as pl
import pytest

from nhs_league.core.audit import Outcome, audit, outcomes
from nhs_league.core.frames import Frames, together
from tests.core.real_frames import Q1_2026, TWO_TRUSTS, YEAR_2025, frames_of, once, raw
from tests.sampling import one_in

audited = once(audit)
outcomes_of = once(outcomes)

KIND = {
    "metric score": "^OF[12]",
    "domain score": "^OF4[02]",
    "average score": "^OF5[02]02$",
    "unadjusted segment": "^OF5[02]03$",
    "override": "^OF5[02]04$",
    "segment": "^OF5[02]00$",
    "rank": "^OF5[02]00$",
    "rank of the average score": "^OF5[02]02$",
}


@pytest.fixture(scope="module")
def complete(shared: Path) -> Frames:
    return frames_of(shared, Q1_2026)


@pytest.fixture(scope="module")
def year_2025(shared: Path) -> Frames:
    return frames_of(shared, YEAR_2025)


def _counts(frames: Frames, what: str) -> dict[str, int]:
    rows = outcomes_of(frames).filter(what=what)
    return dict(rows["outcome"].value_counts().iter_rows())


def test_every_figure_of_the_raw_files_is_looked_at(shared: Path, complete: Frames) -> None:
    published = raw(shared, *Q1_2026).filter(pl.col("Value").is_not_null())
    summary = audited(complete).checked
    for what, count in summary.select("what", "published").iter_rows():
        rows = published.filter(pl.col("Metric_ID").str.contains(KIND[what]))
        if what == "metric score":
            rows = rows.filter(pl.col("Value") > 0)
        assert count == rows.height, what


def test_the_complete_release_follows_the_method_without_exception(complete: Frames) -> None:
    answer = audited(complete)
    assert answer.frame.is_empty()
    for what in ("unadjusted segment", "override", "segment", "rank", "rank of the average score"):
        assert _counts(complete, what) == {Outcome.EQUAL.value: 202}, what
    assert set(answer.reasons["reason"]) == {"the figures behind the score are not published"}
    assert set(_counts(complete, "domain score")) <= {"equal", "within rounding"}


def test_the_override_has_its_reason_in_the_raw_values(shared: Path, complete: Frames) -> None:
    values = raw(shared, *Q1_2026).filter(pl.col("Metric_ID").is_in(["OF2079", "OF2081"]))
    score = {(t, i[-3:]): v for t, i, v in values.select("Trust_code", "Metric_ID", "Value").rows()}
    rows = outcomes_of(complete).filter(what="override")
    for code, override, note in rows.select("trust_code", "published", "note").iter_rows():
        plan, to_date = score[code, "079"] > 1, score[code, "081"] > 1
        words = {(True, True): "plan below 0 and year to date below plan",
                 (True, False): "plan below 0", (False, True): "year to date below plan",
                 (False, False): None}  # fmt: skip
        assert (override, note) == (plan or to_date, words[plan, to_date])


def test_four_quarters_of_2025_leave_four_overrides_unexplained(year_2025: Frames) -> None:
    answer = audited(year_2025)
    for part in answer.reasons.partition_by("what"):
        assert part["computed_figures"].is_sorted(descending=True)
    # Results below 0 without an override, also when plan and year to date are taken together.
    assert answer.frame.select("quarter", "trust_code", "what").rows() == [
        ("Q1 2025/26", "G6V2S", "override"), ("Q1 2025/26", "RXT", "override"),
        ("Q2 2025/26", "RXT", "override"), ("Q3 2025/26", "RY4", "override"),
    ]  # fmt: skip
    for what in ("unadjusted segment", "segment", "rank", "rank of the average score"):
        assert _counts(year_2025, what) == {Outcome.EQUAL.value: 284}, what
    reasons = dict(
        answer.reasons.filter(what="override").select("reason", "computed_figures").rows()
    )
    assert reasons == {
        "deficit support": 5,
        "the plan or the year to date is below 0, but the two together are not": 7,
    }


def test_of_two_trusts_ranks_are_not_recomputed_and_the_reason_is_given(shared: Path) -> None:
    answer = audit(frames_of(shared, TWO_TRUSTS))
    assert answer.frame.is_empty()
    reasons = answer.reasons.filter(what="rank")
    assert reasons.row(0) == ("rank", "only some acute trusts are stored", 2)


def test_several_quarters_and_years_are_audited_at_once(
    complete: Frames, year_2025: Frames
) -> None:
    both = audit(together([complete, year_2025]))
    alone = [audited(complete), audited(year_2025)]
    assert both.frame.height == sum(answer.frame.height for answer in alone)
    summed = pl.concat([answer.checked for answer in alone]).group_by("what").sum()
    assert both.checked.sort("what").equals(summed.sort("what"))


@pytest.mark.parametrize(
    "case",
    one_in(
        2,
        [
            ("observations", "score", 3.33, "metric score"),
            ("domains", "score", 3.99, "domain score"),
            ("standings", "average_score", 1.01, "average score"),
            ("standings", "unadjusted_segment", 4, "unadjusted segment"),
            ("standings", "override", True, "override"),
            ("standings", "adjusted_segment", 4, "segment"),
            ("standings", "rank", 77, "rank"),
            ("standings", "score_rank", 77, "rank of the average score"),
        ],
    ),
)
def test_a_published_figure_that_does_not_follow_is_listed(
    complete: Frames, case: tuple[str, str, float, str]
) -> None:
    frame, column, wrong, what = case
    is_one = pl.col("trust_code") == "REF"
    if frame == "observations":
        is_one &= pl.col("metric_id") == "OF0023"
    parts = {name: getattr(complete, name) for name in ("standings", "observations", "domains")}
    kind = parts[frame].collect_schema()[column]
    if column == "override":
        is_one = pl.col("trust_code") == "RBQ"
        assert parts["standings"].filter(is_one).collect()["override"].item() is False
    parts[frame] = parts[frame].with_columns(
        pl.when(is_one).then(pl.lit(wrong, kind)).otherwise(column).alias(column)
    )
    if column == "override":
        counted = outcomes(Frames(**parts)).filter(what=what, trust_code="RBQ")
        assert counted.select("outcome", "note").row(0) == ("excepted", "deficit support")
        return
    listed = audit(Frames(**parts)).frame.filter(what=what, trust_code="REF")
    assert listed.height
    assert set(listed["published"]) == {float(wrong)}
    assert (listed["computed"] != wrong).all()


def test_a_plan_and_a_year_to_date_that_are_0_together_may_do_without_an_override(
    complete: Frames,
) -> None:
    """The plan is 1 % below 0, and the year to date 1 % above it."""
    is_trust = pl.col("trust_code") == "RXL"
    results = {"OF0079": (-1.0, 3.0), "OF0081": (1.0, 1.0)}
    changed = complete.observations
    for metric_id, (value, score) in results.items():
        is_it = is_trust & (pl.col("metric_id") == metric_id)
        changed = changed.with_columns(
            value=pl.when(is_it).then(value).otherwise("value"),
            score=pl.when(is_it).then(score).otherwise("score"),
        )
    standings = complete.standings.with_columns(
        override=pl.when(is_trust).then(pl.lit(value=False)).otherwise("override")
    )
    answer = audit(Frames(standings, changed, complete.domains))
    assert answer.frame.filter(what="override").is_empty()
    assert answer.reasons.filter(what="override").select("reason", "computed_figures").rows() == [
        ("the plan or the year to date is below 0, but the two together are not", 1)
    ]


def test_averages_without_a_score_behind_them_are_counted(complete: Frames) -> None:
    """RXL, without its scores, still has an average and six domain scores."""
    others = complete.observations.filter(pl.col("trust_code") != "RXL")
    answers = (
        audit(Frames(complete.standings, rows, complete.domains)).checked
        for rows in (complete.observations, others)
    )
    whole, part = ({row["what"]: row for row in answer.to_dicts()} for answer in answers)
    for what, lacking in (("average score", 1), ("domain score", 6)):
        assert part[what]["published"] == whole[what]["published"]
        assert (
            part[what]["computed_not_recomputed"]
            == whole[what]["computed_not_recomputed"] + lacking
        )


def test_an_override_that_is_missing_is_listed(complete: Frames) -> None:
    standings = complete.standings.with_columns(
        override=pl.when(pl.col("trust_code") == "RXL")
        .then(pl.lit(value=False))
        .otherwise("override")
    )
    answer = audit(Frames(standings, complete.observations, complete.domains))
    assert "RXL" in answer.frame.filter(what="override")["trust_code"].to_list()


def test_a_metric_whose_scores_fit_no_rule_is_listed_once(complete: Frames) -> None:
    odd = complete.observations.with_columns(
        score=pl.when(pl.col("metric_id") == "OF0023")
        .then((pl.col("value") % 3 + 1).round(2))
        .otherwise("score")
    )
    listed = audit(Frames(complete.standings, odd, complete.domains)).frame.filter(
        what="metric score"
    )
    assert listed.select("name", "trust_code", "note").rows() == [
        (
            "Percentage of cases where a patient is waiting 18 weeks or less for elective treatment "
            "(OF0023)",
            None,
            "no known rule fits its scores (trusts: 129)",
        )
    ]


def test_a_store_with_some_metrics_only_is_not_called_wrong(complete: Frames) -> None:
    few = complete.observations.filter(pl.col("metric_id").is_in(["OF0023", "OF0011", "OF0010"]))
    answer = audit(Frames(complete.standings, few, complete.domains))
    assert answer.frame.filter(pl.col("what").is_in(["average score", "metric score"])).is_empty()
    reasons = answer.reasons.filter(what="average score")["reason"].to_list()
    assert "the stored scores do not give the published averages, so some may be missing" in reasons


@pytest.mark.parametrize("names", one_in(5, [*combinations(Q1_2026, 1), *combinations(Q1_2026, 2)]))
def test_where_types_are_missing_nothing_is_called_wrong(
    shared: Path, names: tuple[str, ...]
) -> None:
    answer = audit(frames_of(shared, names))
    assert answer.frame.is_empty()
    reasons = answer.reasons.filter(what="metric score")["reason"]
    assert reasons.str.contains("ranked across all trust types, but only ").any()
