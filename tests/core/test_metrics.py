"""What is measured, and what a person may call it."""

from __future__ import annotations

import re

import polars as pl
import pytest

from nhs_league import League
from nhs_league.core.answers import AreaRanking
from nhs_league.core.facts import area_facts, metric_facts, normalise, spelling, true_unit
from nhs_league.core.frames import OBSERVATIONS
from nhs_league.core.metric_search import choose
from nhs_league.core.metrics import Area, Metric, about_units, about_unknown, catalogue
from nhs_league.errors import NotFoundError
from tests.conftest import Run


@pytest.fixture(scope="module")
def listed(league: League) -> pl.DataFrame:
    newest = league.frames().observations.filter(pl.col("quarter") == "Q4 2025/26")
    return catalogue(newest)


@pytest.mark.parametrize(
    ("name", "metric_id"),
    [
        ("OF0023", "OF0023"),
        ("of0023", "OF0023"),
        ("OF1023", "OF0023"),
        ("elective", "OF0023"),
        ("18 weeks", "OF0023"),
        ("18-week", "OF0023"),
        ("eighteen weeks", "OF0023"),
        ("4-hour", "OF0013"),
        ("four hour", "OF0013"),
        ("12-hour", "OF0014"),
        ("62-day", "OF0011"),
        ("28 days", "OF0010"),
        ("sickness", "OF0082"),
        ("deficit", "OF0079"),
        ("MRSA", "OF0020"),
        ("C. diff", "OF0088"),
        ("mortality", "OF0046"),
        ("staff engagement", "OF0084"),
        ("implied productivity level", "OF0085"),
        ("discharge ready date", "OF0025"),
    ],
)
def test_a_name_means_a_metric(listed: pl.DataFrame, name: str, metric_id: str) -> None:
    chosen = choose(name, listed, None)[0]
    assert isinstance(chosen, Metric)
    assert chosen.metric_id == metric_id


@pytest.mark.parametrize(
    ("name", "trust_type", "metric_ids"),
    [
        ("a&e", "acute", {"OF0013", "OF0014"}),
        ("cancer", "acute", {"OF0010", "OF0011"}),
        ("mental health", "mental-health-community", {"OF0041"}),
        ("infections", "acute", {"OF0020", "OF0048", "OF0088"}),
        ("Patient safety", "ambulance", {"OF0061"}),
        ("workforce", "ambulance", {"OF0082", "OF0084"}),
    ],
)
def test_a_name_means_an_area(
    listed: pl.DataFrame, name: str, trust_type: str, metric_ids: set[str]
) -> None:
    chosen = choose(name, listed, trust_type)[0]
    assert isinstance(chosen, Area)
    assert set(chosen.metric_ids) >= metric_ids


def test_an_area_is_named_by_its_published_name_and_else_by_the_everyday_word(
    listed: pl.DataFrame,
) -> None:
    assert [choose(name, listed, "acute")[0].name for name in ("cancer", "infection")] == [  # type: ignore[union-attr]
        "Cancer care",
        "infections",
    ]


def test_a_metric_of_one_other_type_is_found_there(listed: pl.DataFrame) -> None:
    (only,) = choose("staff advocacy", listed, None)
    assert only.trust_type == "ambulance"


def test_acute_trusts_answer_first_and_the_other_types_follow(listed: pl.DataFrame) -> None:
    assert [choice.trust_type for choice in choose("sickness", listed, None)] == [
        "acute",
        "mental-health-community",
        "ambulance",
    ]


def test_a_metric_that_another_type_has_names_that_type(listed: pl.DataFrame) -> None:
    with pytest.raises(NotFoundError) as elsewhere:
        choose("62-day", listed, "ambulance")
    assert "--type acute" in elsewhere.value.advice


def test_a_ranking_by_an_area_names_each_of_its_columns_of_values(league: League) -> None:
    answer = league.worst("patient safety", limit=3)
    assert isinstance(answer, AreaRanking)
    columns = [column for column in answer.frame.columns if column.startswith("OF")]
    assert len(columns) > 1
    assert sorted(answer.metrics["column"]) == sorted(columns)
    assert answer.metrics["unit"].null_count() == 0


def test_an_ambiguous_name_lists_its_candidates(listed: pl.DataFrame) -> None:
    with pytest.raises(NotFoundError) as several:
        choose("staff survey sub-score", listed, "acute")
    assert "OF0084" in several.value.message
    assert "OF0061" in several.value.message


def test_a_misspelt_name_suggests_the_nearest(listed: pl.DataFrame) -> None:
    with pytest.raises(NotFoundError, match="sickness"):
        choose("sicknes abscence", listed, None)


def test_no_everyday_name_means_two_things() -> None:
    """Each name belongs to one metric, however it is spelt, and each name of an area to one area."""
    of_metrics = [{normalise(n) for n in (e.short, *e.names)} for e in metric_facts()]
    of_areas = [set(area.names) for area in area_facts()]
    for owners in (of_metrics, of_areas):
        names = [name for owner in owners for name in owner]
        assert [name for name in names if names.count(name) > 1] == []
    # Where the metric is not measured, its name means the area.
    both = set().union(*of_metrics) & set().union(*of_areas)
    assert both == {"elective"}


def test_every_entry_can_be_shown() -> None:
    """A short name fits its column of 24 characters; the explanation is one sentence."""
    entries = metric_facts()
    assert [entry.short for entry in entries if len(entry.short) > 24] == []
    assert [
        entry.short for entry in entries if not re.fullmatch(r"[A-Z][^?!]*[a-z]\.", entry.plain)
    ] == []
    assert [entry.short for entry in entries if entry.higher_is_better is None] == []
    assert [entry.short for entry in entries if entry.ids and not entry.source] == []
    ids = [metric_id for entry in entries for metric_id in entry.ids]
    assert len(ids) == len(set(ids))


def test_every_standard_has_its_source() -> None:
    standards = [entry for entry in metric_facts() if entry.standard is not None]
    assert standards
    assert all(entry.standard_name and entry.standard_source for entry in standards)


@pytest.mark.parametrize("text", ["percent", "Per cent", " % ", "PERCENTAGE"])
def test_a_unit_is_read_in_any_spelling(text: str) -> None:
    assert spelling(text) == "%"
    assert true_unit("OF0011", text) == "%"


@pytest.mark.parametrize("text", [None, "", " ", "Score", "rate"])
def test_a_missing_or_wrong_unit_becomes_the_true_one(text: str | None) -> None:
    assert true_unit("OF0011", text) == "%"
    assert true_unit("OF0017", text) == "mins"


def test_the_unit_of_a_metric_that_is_not_known_is_as_published() -> None:
    assert true_unit("OF0999", "Furlongs") == "Furlongs"


def test_a_metric_of_which_nothing_is_known_has_its_direction_inferred() -> None:
    (metric,) = catalogue(_metric_of(9, "OF0999", "A thing never measured before")).to_dicts()
    assert (metric["higher_is_better"], metric["direction_from"]) == (True, "inferred")
    assert metric["short_name"] == "A thing never measured before"
    assert metric["known"] is False


def test_an_extreme_value_does_not_hide_the_direction() -> None:
    (metric,) = catalogue(_metric_of(9, "OF0999", "A thing", extreme=1e6)).to_dicts()
    assert metric["higher_is_better"] is True


def test_words_of_a_description_name_a_metric_whose_id_is_new() -> None:
    (metric,) = catalogue(_metric_of(9, "OF0999", "Patients treated within 62 days")).to_dicts()
    assert (metric["short_name"], metric["known"]) == ("Cancer 62-day", True)


def test_a_metric_of_which_a_type_has_no_figure_is_not_one_of_that_type() -> None:
    described = "Patients treated within 62 days"
    acute = _metric_of(9, "OF0011", described)
    suppressed = acute.with_columns(
        trust_type=pl.lit("ambulance"),
        value=pl.lit(None, pl.Float64),
        score=pl.lit(None, pl.Float64),
    )
    (only,) = choose("62-day", catalogue(pl.concat([acute, suppressed])), None)
    assert only.trust_type == "acute"
    with pytest.raises(NotFoundError):
        choose("62-day", catalogue(suppressed), None)


def test_an_everyday_name_goes_by_the_id_and_else_by_the_words() -> None:
    described = "Patients treated within 62 days"
    new = _metric_of(9, "OF0006", described)
    both = pl.concat([new, _metric_of(9, "OF0011", described)])
    (by_id,) = choose("62-day", catalogue(both), None)
    (by_words,) = choose("62-day", catalogue(new), None)
    assert isinstance(by_id, Metric)
    assert isinstance(by_words, Metric)
    assert (by_id.metric_id, by_words.metric_id) == ("OF0011", "OF0006")


def test_words_that_the_ranks_contradict_are_passed_over() -> None:
    """Rank 1 is the highest value, so it is not the share that waits over 52 weeks."""
    described = "Percentage seen before 52 weeks elective waiting"
    (metric,) = catalogue(_metric_of(9, "OF0999", described)).to_dicts()
    assert (metric["known"], metric["higher_is_better"]) == (False, True)
    (same_id,) = catalogue(_metric_of(9, "OF0003", "Another thing")).to_dicts()
    assert (same_id["known"], same_id["short_name"]) == (False, "Another thing")


def test_a_standard_is_one_of_the_true_unit() -> None:
    (in_percent,) = catalogue(_metric_of(9, "OF0011", "62 days")).to_dicts()
    (in_days,) = catalogue(_metric_of(9, "OF0011", "62 days", unit="days")).to_dicts()
    assert (in_percent["standard"], in_days["standard"]) == (85, None)


def test_a_metric_with_scores_alone_is_better_low() -> None:
    scores = _metric_of(9, "OF0069", "CQC inpatient survey satisfaction rate").with_columns(
        score=pl.col("rank").cast(pl.Float64), value=None, unit=None
    )
    (metric,) = catalogue(scores).to_dicts()
    assert (metric["unit"], metric["higher_is_better"], metric["trusts"]) == (None, False, 9)


def test_a_type_of_which_hardly_a_trust_has_a_metric_comes_last() -> None:
    """One acute trust runs an ambulance service: a question about ambulances is not about it."""
    both = pl.concat(
        [
            _metric_of(1, "OF0015", "See and treat"),
            _metric_of(9, "OF0015", "See and treat", trust_type="ambulance"),
        ]
    )
    chosen = choose("hear and treat", catalogue(both), None)
    assert [choice.trust_type for choice in chosen] == ["ambulance", "acute"]


def test_a_name_of_nothing_says_so_in_peoples_words(listed: pl.DataFrame) -> None:
    with pytest.raises(NotFoundError) as nothing:
        choose("dentist", listed, None)
    assert nothing.value.message == 'No metric covers "dentist".'
    with pytest.raises(NotFoundError) as misspelt:
        choose("mortalty", listed, None)
    assert misspelt.value.advice.startswith("The nearest are: Mortality (SHMI)")
    with pytest.raises(NotFoundError) as stemmed:
        choose("patients waiting for the dentist", listed, None)
    assert "patient waiting" not in stemmed.value.advice


def test_a_wrong_unit_and_a_new_metric_are_noted_once_each() -> None:
    two_types = pl.concat(
        [
            _metric_of(9, "OF0023", "18 weeks").with_columns(published_unit=pl.lit("days")),
            _metric_of(9, "OF0023", "18 weeks", trust_type="ambulance").with_columns(
                published_unit=pl.lit("days")
            ),
            _metric_of(9, "OF0999", "A thing").with_columns(published_unit=pl.lit("Percent")),
        ]
    )
    listed = catalogue(two_types)
    assert about_units(listed) == ['OF0023 is published as "days", but its values are percentages.']
    assert about_unknown(listed) == [
        "New to nhsleague: OF0999. Names and units are as published. Whether high or low is better "
        "is worked out from the ranks."
    ]


def test_the_list_says_what_is_measured(sample: Run) -> None:
    made = sample("metrics", "--type", "acute", "--format", "markdown", "--wide")
    assert made.returncode == 0, made.stderr
    # A note below the table names it too, as its unit is published as a rate.
    lines = made.stdout.splitlines()
    (row,) = [line for line in lines if "OF0011" in line and line.startswith("|")]
    for part in ("Cancer 62-day", "within 62 days of referral", "85%", "higher", "cancer waits"):
        assert part in row


def _metric_of(
    count: int,
    metric_id: str,
    metric: str,
    *,
    unit: str = "%",
    trust_type: str = "acute",
    extreme: float | None = None,
) -> pl.LazyFrame:
    """Make a metric of some trusts: values 10, 20, …, the highest ranked 1."""
    frame = pl.DataFrame(
        {
            "quarter": "Q1 2026/27",
            "trust_code": [f"Z{trust_type[:1].upper()}{n}" for n in range(count)],
            "trust_type": trust_type,
            "metric_id": metric_id,
            "metric": metric,
            "unit": unit,
            "value": [10.0 * (n + 1) for n in range(count)],
            "rank": [count - n for n in range(count)],
        }
    )
    if extreme is not None:
        frame = frame.with_columns(
            value=pl.when(pl.col("rank") == 1).then(extreme).otherwise("value")
        )
    return frame.lazy().select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in OBSERVATIONS.items()
    )


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("bed blocking", " (Discharge delay)"),
        ("of0025", " (Discharge delay)"),
        ("discharge delay", ""),
    ],
)
def test_a_metric_of_an_earlier_year_alone_says_where_it_is(
    sample: Run, name: str, meaning: str
) -> None:
    # NHS England scores OF0025 in 2025/26, and has no such metric in 2026/27.
    reply = sample("worst", name)
    assert reply.returncode == 3
    assert reply.stderr == (
        f'The newest figures do not cover "{name}"{meaning}.\n'
        'Q4 2025/26 is the last quarter that does: add --quarter "Q4 2025/26".\n'
    )
    assert sample("worst", name, "--quarter", "Q4 2025/26").returncode == 0
    # Neither of the newest figures nor of another type's.
    of_ambulances = sample("worst", name, "--type", "ambulance").stderr
    assert "last quarter" not in of_ambulances
