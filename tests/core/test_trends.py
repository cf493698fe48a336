"""Quarter by quarter: figures that are news, and those that are not."""

from __future__ import annotations

import polars as pl
import pytest

from nhs_league import League
from nhs_league.core.answers import EveryMetricTrend
from nhs_league.core.frames import DOMAINS, STANDINGS, Frames
from nhs_league.core.history import metric_trend, places
from nhs_league.errors import NotFoundError
from nhs_league.render.strips import Sparkline
from nhs_league.render.theme import Background, theme_for
from nhs_league.render.views.history import every_metric
from sample_release.figures import EVENTS
from tests.core.test_weak_spots import metric_of


def trend(
    league: League, *trusts: str, measure: str | None = None, every: bool = False
) -> pl.DataFrame:
    return league.trend(*trusts, metric=measure, every_metric=every).frame


def test_places_are_followed_through_every_quarter(league: League) -> None:
    frame = trend(league, "ZB6", "ZM8")
    quarters = [*(f"Q{n} 2025/26" for n in (1, 2, 3, 4)), "Q1 2026/27"]
    assert frame["quarter"].to_list() == quarters * 2
    assert frame["trust_code"].to_list() == ["ZB6"] * 5 + ["ZM8"] * 5


def test_which_values_are_better_is_told_of_one_metric_alone(league: League) -> None:
    waits = league.trend("ZB6", metric="elective").notes
    assert [note for note in waits if note.endswith("is better.")] == ["Higher is better."]
    every = league.trend("ZB6", every_metric=True).notes
    assert not [note for note in every if note.endswith("is better.")]


def test_an_annual_survey_is_one_figure_published_again(league: League) -> None:
    survey = trend(league, "ZB6", measure="staff engagement")
    # Periods 2024, 2024, 2024, 2025, 2025.
    same = "same figure"
    assert survey["news"].to_list() == ["first", same, same, "new figure", same]
    monthly = trend(league, "ZB6", measure="elective")
    assert set(monthly["news"][1:]) == {"new figure"}


def test_a_figure_lies_among_those_of_its_type_and_quarter() -> None:
    """Of 10, 20, 30 and 40 the quartiles are 10 + 0.75 x 10 = 17.5 and 32.5, the median is 25."""
    quarters = [
        metric_of(4, quarter=[quarter] * 4, value=[times * n for n in (10.0, 20.0, 30.0, 40.0)])
        for quarter, times in (("Q1 2025/26", 1), ("Q2 2025/26", 2))
    ]
    of_another_type = metric_of(4, quarter=["Q1 2025/26"] * 4, value=[90.0] * 4).with_columns(
        trust_type=pl.lit("ambulance"), trust_code=pl.format("Y{}", pl.int_range(pl.len()))
    )
    frames = Frames(
        STANDINGS.to_frame(eager=False),
        pl.concat([*quarters, of_another_type]).lazy(),
        DOMAINS.to_frame(eager=False),
    )
    frame = metric_trend(frames, ["Z01"], None).frame
    of_first = [10.0, 17.5, 25.0, 32.5, 40.0]
    ends = ("lowest", "lower_quartile", "median", "upper_quartile", "highest")
    assert frame.select("value", *(f"computed_{end}" for end in ends)).rows() == [
        (20.0, *of_first),
        (40.0, *(2 * figure for figure in of_first)),
    ]


def test_a_rate_and_its_count_are_two_series(league: League) -> None:
    frames = league.frames()
    rates = frames.observations.filter(
        pl.col("metric_id") == "OF0088", pl.col("unit") == "rate", pl.col("trust_code") == "ZB6"
    )
    counts = rates.with_columns(unit=pl.lit("count"), value=100 * pl.col("value"))
    both = Frames(frames.standings, pl.concat([rates, counts]), frames.domains)
    infections = metric_trend(both, ["ZB6"], ["OF0088"]).frame
    assert dict(infections.group_by("unit").len().iter_rows()) == {"rate": 4, "count": 4}
    assert set(infections["news"]) == {"first", "new figure"}


def test_a_metric_that_loses_its_value_goes_on_as_a_score(league: League) -> None:
    """C. difficile is a rate with a score in 2025/26, and a score alone in 2026/27."""
    infections = trend(league, "ZB6", measure="C. difficile").sort("quarter")
    assert infections["unit"].to_list() == ["rate"] * 4 + [None]
    assert infections["value"].is_null().to_list() == [False] * 4 + [True]
    assert infections["score"].null_count() == 0


def test_a_metric_whose_unit_changes_is_not_one_series(league: League) -> None:
    frames = league.frames()
    is_late = (pl.col("metric_id") == "OF0023") & (pl.col("quarter") > "Q2 2025/26")
    changed = frames.observations.with_columns(
        unit=pl.when(is_late).then(pl.lit("days")).otherwise("unit")
    )
    answer = metric_trend(Frames(frames.standings, changed, frames.domains), ["ZB6"], ["OF0023"])
    news = dict(answer.frame.select("quarter", "news").iter_rows())
    assert news["Q3 2025/26"] == "series broken"
    assert news["Q4 2025/26"] == "new figure"
    assert any("not comparable" in note for note in answer.notes)


def test_a_measure_means_what_it_means_for_the_trusts_own_type(league: League) -> None:
    assert set(trend(league, "ZB6", measure="elective")["metric_id"]) == {"OF0023"}
    # A community trust has no such metric, but an area of that name.
    assert set(trend(league, "ZU0", measure="elective")["metric_id"]) == {"OF0001", "OF0005"}


def test_every_metric_may_be_asked_for(league: League) -> None:
    frame = trend(league, "ZV6", every=True)
    # 17 of Q1 2026/27, and OF0028, which only 2025/26 has.
    assert frame["metric_id"].n_unique() == 18


def test_a_trust_that_merged_is_followed_to_its_end_and_said(league: League) -> None:
    answer = league.trend(EVENTS.merging)
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
    frames = league.frames()
    answer = metric_trend(frames, ["ZB6"], ["OF0011"])
    assert answer.frame["metric"].unique(maintain_order=True).to_list() == [
        "Percentage of patients treated for cancer within 62 days of referral",
        "Percentage of cases treated within 62 days of referral",
    ]
    assert answer.frame["news"].to_list() == ["first", *["new figure"] * 4]
    assert (
        answer.title == "Percentage of cases treated within 62 days of referral, quarter by quarter"
    )
    assert (
        "The framework changed between Q4 2025/26 and Q1 2026/27. Domains, thresholds and some "
        "metrics differ, so scores, segments and ranks are not directly comparable." in answer.notes
    )
    assert any("Q1 2026/27" in note for note in places(frames, ["ZB6"]).notes)
    is_first_year = pl.col("quarter") <= "Q4 2025/26"
    one_year = Frames(
        *(f.filter(is_first_year) for f in (frames.standings, frames.observations, frames.domains))
    )
    notes = metric_trend(one_year, ["ZB6"], ["OF0011"]).notes
    assert not any("framework" in note for note in notes)


def test_a_quarter_without_a_figure_leaves_a_gap_in_its_line(league: League) -> None:
    frames = league.frames()
    is_missing = (pl.col("quarter") == "Q2 2025/26") & (pl.col("metric_id") == "OF0023")
    without = Frames(frames.standings, frames.observations.filter(~is_missing), frames.domains)
    answer = metric_trend(without, ["ZB6"], None)
    assert isinstance(answer, EveryMetricTrend)
    columns = {column.heading: column for column in every_metric(answer)}
    lines = dict(zip(columns["metric"].cells, columns["trend"].drawings, strict=True))
    line = lines["18-week waits"]
    assert isinstance(line, Sparkline)
    assert [place for place, value in enumerate(line.values) if value is None] == [1]
    assert line.draw(5, theme_for(None, Background.UNKNOWN, is_ascii=False))[0][0][1] == " "
    assert {each.widest for each in lines.values() if each} == {5}
