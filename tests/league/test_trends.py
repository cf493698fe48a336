"""Quarter by quarter: figures that are news, and those that are not."""

from __future__ import annotations

import polars as pl
import pytest

from nhs_league import League
from nhs_league.errors import NotFoundError
from nhs_league.league.schema.frames import QUARTER, Frames
from nhs_league.league.trends import metric_trend, places
from nhs_league.questions import across
from nhs_league.render.views.history import sparklines
from sample_release.figures import EVENTS


def trend(
    league: League, *trusts: str, measure: str | None = None, every: bool = False
) -> pl.DataFrame:
    return across.trend(league.store, trusts, measure, every_metric=every).frame


def test_places_are_followed_through_every_quarter(league: League) -> None:
    told = trend(league, "ZB6", "ZM8")
    assert told["quarter"].to_list() == [f"Q{n} 2025/26" for n in (1, 2, 3, 4)] * 2
    assert told["trust_code"].to_list() == ["ZB6"] * 4 + ["ZM8"] * 4


def test_an_annual_survey_is_one_figure_published_again(league: League) -> None:
    survey = trend(league, "ZB6", measure="staff engagement")
    assert survey["news"].to_list() == ["first", "same figure", "same figure", "new figure"]
    monthly = trend(league, "ZB6", measure="elective")
    assert set(monthly["news"][1:]) == {"new figure"}


def test_a_rate_and_its_count_are_two_series(league: League) -> None:
    infections = trend(league, "ZB6", measure="C. difficile")
    assert infections.group_by("unit").len().sort("unit")["len"].to_list() == [4, 4]
    assert set(infections["news"]) == {"first", "new figure"}


def test_a_metric_whose_unit_changes_is_not_one_series(league: League) -> None:
    frames = league.frames()
    is_late = (pl.col("metric_id") == "OF0023") & (pl.col("quarter") > "Q2 2025/26")
    changed = frames.observations.with_columns(
        unit=pl.when(is_late).then(pl.lit("days")).otherwise("unit")
    )
    answer = metric_trend(Frames(frames.standings, changed, frames.domains), ["ZB6"], ["OF0023"])
    told = dict(answer.frame.select("quarter", "news").iter_rows())
    assert told["Q3 2025/26"] == "series broken"
    assert told["Q4 2025/26"] == "new figure"
    assert any("not one series" in note for note in answer.notes)


def test_a_measure_means_what_it_means_for_the_trusts_own_type(league: League) -> None:
    assert set(trend(league, "ZB6", measure="elective")["metric_id"]) == {"OF0023"}
    assert set(trend(league, "ZP7", measure="elective")["metric_id"]) == {"OF0005"}


def test_every_metric_may_be_asked_for(league: League) -> None:
    told = trend(league, "ZV6", every=True)
    assert told["metric_id"].n_unique() == 10


def test_a_trust_that_merged_is_followed_to_its_end_and_said(league: League) -> None:
    answer = across.trend(league.store, [EVENTS.merging], None)
    assert answer.frame["quarter"].to_list() == ["Q1 2025/26", "Q2 2025/26"]
    assert any(
        note.startswith(f"{EVENTS.merging} from Q3 2025/26: merged into") for note in answer.notes
    )


def test_a_measure_that_a_trust_never_had_is_said(league: League) -> None:
    with pytest.raises(NotFoundError):
        trend(league, "ZV6", measure="62-day")


def test_one_metric_of_two_framework_years_is_one_series_whatever_its_description(
    league: League,
) -> None:
    """The figures of Q4, moved into the next framework year under another description."""
    frames = league.frames()
    is_q4 = pl.col("quarter") == "Q4 2025/26"
    label = pl.when(is_q4).then(pl.lit("Q1 2026/27", QUARTER)).otherwise("quarter").alias("quarter")
    described = pl.when(is_q4).then(pl.lit("18-week waits")).otherwise("metric").alias("metric")
    both = Frames(
        frames.standings.with_columns(label),
        frames.observations.with_columns(label, described),
        frames.domains,
    )
    answer = metric_trend(both, ["ZB6"], ["OF0023"])
    assert answer.frame["news"].to_list()[-1] == "new figure"
    assert answer.title == "18-week waits, quarter by quarter"
    assert (
        "The framework changed between Q3 2025/26 and Q1 2026/27: domains, cuts and some metrics "
        "differ, so scores, segments and ranks are not directly comparable." in answer.notes
    )
    assert any("Q1 2026/27" in note for note in places(both, ["ZB6"]).notes)
    assert not any("framework" in note for note in metric_trend(frames, ["ZB6"], ["OF0023"]).notes)


def test_a_quarter_without_a_figure_leaves_a_gap_in_its_line(league: League) -> None:
    frames = league.frames()
    is_missing = (pl.col("quarter") == "Q2 2025/26") & (pl.col("metric_id") == "OF0023")
    without = Frames(frames.standings, frames.observations.filter(~is_missing), frames.domains)
    answer = metric_trend(without, ["ZB6"], None)
    columns = {column.heading: column.cells for column in sparklines(answer)}
    lines = dict(zip(columns["Metric"], columns["Quarters"], strict=True))
    assert [place for place, sign in enumerate(lines["18-week waits"]) if sign == "·"] == [1]
    assert {len(line) for line in lines.values()} == {4}
    assert any("· means no figure" in note for note in answer.notes)
