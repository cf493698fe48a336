"""What answers say of chance, worked out again in plain Python from the stored figures."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.inprocess import Ask, asking

SCORES = """
    select trust_code, metric_id, score from observations
    where quarter = 'Q1 2026/27' and trust_type = 'acute' and score is not null
"""


@pytest.fixture(scope="module")
def ask(sample_cache: Path) -> Ask:
    return asking(sample_cache, sample=True)


def answer(ask: Ask, *words: str) -> dict[str, Any]:
    reply = ask(*words, "--json", "--quiet")
    assert reply.returncode == 0, reply.stderr
    parsed: dict[str, Any] = json.loads(reply.stdout)
    return parsed


def test_compare_says_how_often_the_better_trust_stays_ahead(ask: Ask) -> None:
    compared = answer(ask, "compare", "ZB6", "ZE9")
    (pair,) = compared["pairs"]
    assert pair["computed_rule"] == "redraws"
    share = max(pair["computed_p_ahead"], 1 - pair["computed_p_ahead"])
    clear = pair["computed_difference_low"] > 0 or pair["computed_difference_high"] < 0
    verdict = "a clear difference" if clear else "too close to call"
    assert pair["computed_distinguishable"] == clear
    sentence = f"in {round(share * 100)} of 100 redraws of the metrics: {verdict} (computed)."
    assert any(note.endswith(sentence) for note in compared["meta"]["notes"])


def test_the_difference_that_is_redrawn_is_that_of_the_average_scores(ask: Ask) -> None:
    """Published averages have two decimals, so their difference is off by 0.01 at most."""
    compared = answer(ask, "compare", "ZB6", "ZE9")
    (pair,), scores = (
        compared["pairs"],
        {row["trust_code"]: row["average_score"] for row in compared["standings"]},
    )
    expected = scores[pair["trust_code"]] - scores[pair["other_trust_code"]]
    assert pair["computed_difference"] == pytest.approx(expected, abs=0.0101)


def test_a_place_without_a_metric_is_that_of_the_mean_of_the_others(ask: Ask) -> None:
    firm = answer(ask, "robust", "ZB2")["rows"]
    scores: dict[str, dict[str, float]] = defaultdict(dict)
    for row in answer(ask, "query", SCORES)["rows"]:
        scores[row["trust_code"]][row["metric_id"]] = row["score"]
    # Combined finance and temporary staffing cost are used instead of their parts.
    parts = {"OF0079", "OF0081"} | {"OF0087", "OF0090"}
    without = next(r for r in firm if r["metric_id"] == "OF0023")
    counted = {
        code: [s for m, s in of_trust.items() if m not in parts | {"OF0023"}]
        for code, of_trust in scores.items()
    }
    means = {code: sum(values) / len(values) for code, values in counted.items() if values}
    place = 1 + sum(mean < means["ZB2"] - 1e-9 for mean in means.values())
    # Infections count one third each, which moves a mean a little.
    assert abs(without["computed_place"] - place) <= 3


def test_worst_says_how_many_of_the_worst_before_still_are(ask: Ask) -> None:
    ranks = """
        select quarter, trust_code, rank from observations
        where metric_id = 'OF0023' and trust_type = 'acute' and rank is not null
        and quarter in ('Q4 2025/26', 'Q1 2026/27')
    """
    by_quarter: dict[str, dict[str, int]] = defaultdict(dict)
    for row in answer(ask, "query", ranks)["rows"]:
        by_quarter[row["quarter"]][row["trust_code"]] = row["rank"]
    both = set(by_quarter["Q4 2025/26"]) & set(by_quarter["Q1 2026/27"])
    worst = {
        label: set(sorted(both, key=lambda code: -ranked[code])[:10])
        for label, ranked in by_quarter.items()
    }
    still = len(worst["Q4 2025/26"] & worst["Q1 2026/27"])
    notes = answer(ask, "worst", "-m", "OF0023", "--type", "acute")["meta"]["notes"]
    assert any(f"Of the 10 worst in Q4 2025/26, {still} " in note for note in notes)


def test_show_sets_severe_weak_spots_beside_chance(ask: Ask) -> None:
    """With k metrics looked at, one in six would be severe by chance."""
    shown = answer(ask, "show", "ZB6")
    severe = sum(row["weak_spot"] == "severe" for row in shown["rows"])
    looked_at = {
        row["metric_id"]
        for row in shown["rows"]
        if row["score"] is not None or (row["rank"] or row["computed_rank"]) is not None
    }
    (chance,) = shown["chance"]
    assert chance["computed_severe"] == severe
    assert chance["computed_metrics"] <= len(looked_at)
    text = ask("show", "ZB6", "--format", "markdown").stdout
    line = re.search(r"(\w+) of (\d+) metrics (?:is|are) severe.*about ([\d.]+) would be", text)
    assert line is not None
    assert line[1] == (str(severe) if severe else "None")
    assert int(line[2]) == chance["computed_metrics"]
    assert float(line[3]) == pytest.approx(chance["computed_metrics"] / 6, abs=0.05)


def test_who_could_be_first_and_last_in_an_area_is_told_of_all_its_trusts(ask: Ask) -> None:
    """Whoever has the worst score could be last, and whoever has the best could be first."""
    ranked = answer(ask, "worst", "--metric", "patient safety", "--limit", "0")
    rows = [row for row in ranked["rows"] if row["computed_mean_score"] is not None]
    assert len({row["trust_code"] for row in rows}) == len(rows) > 100
    scores = [row["computed_mean_score"] for row in rows]
    for row in rows:
        assert row["computed_could_be_last"] or row["computed_mean_score"] < max(scores)
        assert row["computed_could_be_first"] or row["computed_mean_score"] > min(scores)
    last = sum(row["computed_could_be_last"] is True for row in ranked["rows"])
    assert 1 < last < len(rows)
    assert (
        f"{last} acute trusts could be last when the metrics are redrawn (computed)."
        in (ranked["meta"]["notes"])
    )


def test_the_pairs_that_no_weights_turn_round_are_those_of_one_order_in_every_domain(
    ask: Ask,
) -> None:
    scores: dict[str, dict[str, float]] = defaultdict(dict)
    for row in answer(ask, "query", SCORES.replace("metric_id, score", "domain, score")
                      .replace("observations", "domains"))["rows"]:  # fmt: skip
        scores[row["trust_code"]][row["domain"]] = row["score"]
    pairs = list(combinations(scores.values(), 2))
    one_order = sum(
        len({(one[domain] > other[domain]) - (one[domain] < other[domain]) for domain in both}) == 1
        and any(one[domain] != other[domain] for domain in both)
        for one, other in pairs
        if (both := one.keys() & other.keys())
    )
    (note, *_) = answer(ask, "robust")["meta"]["notes"]
    assert f" {one_order / len(pairs):.0%} of pairs of trusts are in the same order" in note


def test_two_runs_agree_to_the_digit(ask: Ask) -> None:
    assert answer(ask, "robust") == answer(ask, "robust")


def test_a_whole_type_is_named_by_its_type_or_by_nothing(ask: Ask) -> None:
    assert answer(ask, "robust", "acute")["rows"] == answer(ask, "robust")["rows"]
    refused = ask("robust", "--type", "all")
    assert refused.returncode == 2
    assert "takes one type" in refused.stderr


def test_likely_ranges_are_computed_where_none_is_published(run: Run, real_store: Path) -> None:
    """The real metric files have no likely ranges; the league tables have."""
    done = run("table", "acute", "--json", data_dir=real_store)
    rows = json.loads(done.stdout)["rows"]
    assert len(rows) == 134
    assert all(row["rank_low"] is None for row in rows)
    assert all(row["computed_score_rank_low"] <= row["computed_score_rank_high"] for row in rows)
    shown = run(
        "table", "acute", "--limit", "1", "--format", "table", "--plain", data_dir=real_store
    ).stdout
    assert re.search(r"1 +\d+ to \d+\* +RBQ", shown)
