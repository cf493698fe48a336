"""What is measured, and what a person may call it."""

from __future__ import annotations

import polars as pl
import pytest

from nhs_league import League
from nhs_league.errors import NotFoundError
from nhs_league.league.knowledge import knowledge, normalise
from nhs_league.league.metrics import Area, Metric, catalogue, choose
from nhs_league.league.schema.frames import OBSERVATIONS


@pytest.fixture(scope="module")
def listed(league: League) -> pl.DataFrame:
    newest = league.frames().observations.filter(pl.col("quarter") == "Q4 2025/26")
    return catalogue(newest)


@pytest.mark.parametrize(
    ("asked", "metric_id"),
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
        ("mortality", "OF0019"),
        ("staff engagement", "OF0084"),
        ("implied productivity level", "OF0085"),
        ("readmitted within 30 days", "OF0067"),
    ],
)
def test_a_name_means_a_metric(listed: pl.DataFrame, asked: str, metric_id: str) -> None:
    chosen = choose(asked, listed, None)[0]
    assert isinstance(chosen, Metric)
    assert chosen.metric_id == metric_id


@pytest.mark.parametrize(
    ("asked", "trust_type", "metric_ids"),
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
    listed: pl.DataFrame, asked: str, trust_type: str, metric_ids: set[str]
) -> None:
    chosen = choose(asked, listed, trust_type)[0]
    assert isinstance(chosen, Area)
    assert set(chosen.metric_ids) >= metric_ids


def test_an_area_is_named_by_its_published_name_and_else_by_the_everyday_word(
    listed: pl.DataFrame,
) -> None:
    assert [choose(asked, listed, "acute")[0].name for asked in ("cancer", "infection")] == [  # type: ignore[union-attr]
        "Cancer care",
        "infections",
    ]


def test_a_metric_of_one_other_type_is_found_there(listed: pl.DataFrame) -> None:
    (only,) = choose("ambulance response", listed, None)
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


def test_an_ambiguous_name_lists_its_candidates(listed: pl.DataFrame) -> None:
    with pytest.raises(NotFoundError) as several:
        choose("staff survey theme", listed, "acute")
    assert "OF0084" in several.value.message
    assert "OF0087" in several.value.message


def test_a_misspelt_name_suggests_the_nearest(listed: pl.DataFrame) -> None:
    with pytest.raises(NotFoundError, match="sickness"):
        choose("sicknes abscence", listed, None)


def test_no_everyday_name_means_two_metrics() -> None:
    names = [normalise(name) for entry in knowledge().metrics for name in entry.names]
    assert len(set(names)) < len(names), "singular and plural fold into one"
    owners: dict[str, set[str]] = {}
    for entry in knowledge().metrics:
        for name in entry.names:
            owners.setdefault(normalise(name), set()).add(entry.short)
    assert {name: shorts for name, shorts in owners.items() if len(shorts) > 1} == {}


def test_every_standard_has_its_source() -> None:
    standards = [entry for entry in knowledge().metrics if entry.standard is not None]
    assert standards
    assert all(entry.standard_name and entry.standard_source for entry in standards)


def test_a_metric_of_which_nothing_is_known_has_its_direction_inferred() -> None:
    rows = [
        {"quarter": "Q1 2026/27", "trust_code": f"Z0{n}", "trust_type": "acute", "metric_id": "OF0999",
         "metric": "A thing never measured before", "unit": "%", "value": 10.0 * n, "rank": 10 - n}
        for n in range(1, 10)
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema_overrides=dict(OBSERVATIONS)).with_columns(
        pl.lit(None, OBSERVATIONS[c]).alias(c) for c in OBSERVATIONS if c not in rows[0]
    )
    (metric,) = catalogue(frame.lazy()).to_dicts()
    assert (metric["higher_is_better"], metric["direction_from"]) == (True, "inferred")
    assert metric["short_name"] == "A thing never measured before"
