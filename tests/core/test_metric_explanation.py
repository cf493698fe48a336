"""What a metric is: its texts, and its figures against NHS England's."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from nhs_league import open_league
from nhs_league.core.facts import MetricFacts, metric_facts
from nhs_league.core.metric_explanation import explain_metric
from nhs_league.core.metric_search import choose
from nhs_league.core.metrics import Metric, catalogue
from nhs_league.core.trust_types import PREFERRED
from tests.conftest import Run
from tests.small_leagues import Trust, league

_MOST_WORDS = 25


@pytest.mark.parametrize("entry", metric_facts(), ids=lambda entry: entry.short)
def test_each_metric_says_why_it_matters_in_a_plain_sentence(entry: MetricFacts) -> None:
    words = entry.why.split()
    assert 5 <= len(words) <= _MOST_WORDS
    assert entry.why.endswith(".")
    # A figure would need a source; a span of the metric's own is none.
    assert not re.search(r"\d", entry.why.replace("18 weeks", ""))


def explained(run: Run, store: Path, *words: str) -> dict[str, Any]:
    done = run("explain", *words, "--json", data_dir=store)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_the_figures_of_18_weeks_are_the_published_ones(run: Run, real_store: Path) -> None:
    """NHS England, Q1 2026/27: RAJ is last of 129 with 49.73%; nobody reaches 92%."""
    answer = explained(run, real_store, "elective")
    (row,) = answer["rows"]
    assert (row["metric_id"], row["trust_type"], row["trusts"]) == ("OF0023", "acute", 129)
    assert (row["worst"], row["worst_trust_code"]) == (49.73, "RAJ")
    assert (row["standard"], row["computed_meeting"]) == (92, 0)
    assert row["scoring"].startswith("By rank among trusts of the same type, from 1.00 (best)")
    assert [each["quarter"] for each in answer["periods"]] == ["Q1 2026/27", "Q4 2025/26"]


@pytest.mark.parametrize(
    ("metric", "scoring"),
    [
        ("OF0010", "Trusts that reach 80% score 1.00; the others are scored by rank among trusts "
         "of the same type, from 2.00"),
        ("OF0015", "By rank among trusts of all types, from 1.00"),
        ("OF0036", "By bands"),
        ("OF0080", "By a table of two other scores."),
        ("OF0046", "By figures that are not published."),
    ],
)  # fmt: skip
def test_the_scoring_rule_is_told_in_words(
    run: Run, real_store: Path, metric: str, scoring: str
) -> None:
    """The rules of 2026/27 as they explain every published score of Q1."""
    assert explained(run, real_store, metric)["rows"][0]["scoring"].startswith(scoring)


def test_a_trusts_name_still_means_the_trust(run: Run, real_store: Path) -> None:
    assert explained(run, real_store, "moorfields")["meta"]["answer"] == "explanation"
    assert explained(run, real_store, "RDY")["meta"]["answer"] == "explanation"
    assert explained(run, real_store, "sickness")["meta"]["answer"] == "metric_explanation"


def test_a_name_that_may_be_either_lists_both(run: Run, real_store: Path) -> None:
    done = run("explain", "ambulance", data_dir=real_store)
    assert done.returncode == 3
    assert "RRU  London Ambulance Service NHS Trust" in done.stderr
    assert "OF0017" in done.stderr


def test_part_of_one_trusts_name_that_is_a_metrics_name_lists_both(tmp_path: Path) -> None:
    rest, *others = (Trust("Z01", name="Sickness and Rest Hospital"), Trust("Z02"), Trust("Z03"))
    rows = [
        row
        for place, trust in enumerate((rest, *others), 1)
        for row in (
            trust.row("OF0082", 4 + place, place),
            trust.row("OF1082", place, place),
            *trust.standing(place, place, place),
        )
    ]
    ask = league(tmp_path, rows)
    either = ask("explain", "sickness")
    assert either.returncode == 3
    assert "Z01" in either.stderr
    assert "OF0082" in either.stderr
    assert (
        "Why Sickness and Rest" in ask("explain", "sickness and rest", "--format", "table").stdout
    )
    assert "Staff sickness  OF0082" in ask("explain", "OF0082", "--format", "table").stdout


def test_what_is_neither_a_trust_nor_a_metric_says_so(sample: Run) -> None:
    done = sample("explain", "no such thing")
    assert done.returncode == 3
    assert "No trust or metric matches" in done.stderr


def test_an_area_lists_its_metrics(run: Run, real_store: Path) -> None:
    done = run("explain", "infections", data_dir=real_store)
    assert done.returncode == 3
    assert "area of 3 metrics" in done.stderr
    assert "OF0020, OF0048, OF0088" in done.stderr


def test_the_text_for_people_has_no_empty_line_of_facts(sample: Run) -> None:
    page = sample("explain", "62-day", "--format", "markdown").stdout
    for lead in ("What it measures:", "Why it matters:", "National standard:", "How it is scored:"):
        assert re.search(rf"\*\*{lead} ?\*\* ?\S", page), lead


def test_a_type_whose_figures_are_in_another_unit_is_left_out(sample_cache: Path) -> None:
    frames = open_league(sample=True, data_dir=sample_cache).frames().of_quarter("Q1 2026/27")
    is_other = (pl.col("metric_id") == "OF0082") & (pl.col("trust_type") == "ambulance")
    unit = pl.when(is_other).then(pl.lit("days")).otherwise("unit")
    mixed = replace(frames, observations=frames.observations.with_columns(unit=unit))
    listed = catalogue(mixed.observations)
    choices = [metric for name in PREFERRED for metric in choose("OF0082", listed, name)]
    metrics = [metric for metric in choices if isinstance(metric, Metric)]
    assert [metric.unit for metric in metrics] == ["%", "%", "days"]
    answer = explain_metric(mixed, mixed.observations, metrics)
    assert answer.frame["trust_type"].to_list() == ["acute", "mental-health-community"]
