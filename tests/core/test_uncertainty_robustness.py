"""Places under other weights: by hand, and on the real figures of Q3 2025/26."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest

from nhs_league.core.uncertainty.robustness import (
    by_weights,
    flat_weights,
    in_every_domain,
    left_out,
)
from tests.core.metric_scores import fictional, real
from tests.core.real_frames import Q1_2026
from tests.golden import official_q3

Domains = Mapping[str, Sequence[float | None]]
"""Trust -> its score for domain A, B, C …, None where it lacks one."""
DOMAINS = ("OF4000", "OF4002", "OF4003", "OF4004", "OF4005")


def domains_of(scores: Domains) -> pl.DataFrame:
    """Return the domain scores of fictional trusts."""
    rows = [
        (code, letter, score)
        for code, of_trust in scores.items()
        for letter, score in zip("ABCDEF", of_trust, strict=False)
    ]
    schema = {"trust_code": pl.String, "domain": pl.String, "score": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


@pytest.fixture(scope="module")
def q3(shared: Path) -> pl.DataFrame:
    """The published domain scores of 129 acute trusts; The Christie has four of the five."""
    rows = [
        (row["Trust_code"], domain, float(row[domain]) if row[domain] else None)
        for row in official_q3.read(shared)
        if row["Trust_type"] == "Acute trust"
        for domain in DOMAINS
    ]
    schema = {"trust_code": pl.String, "domain": pl.String, "score": pl.Float64}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    assert (frame.height, frame["score"].null_count()) == (129 * 5, 1)
    return frame


def test_the_places_of_the_acute_trusts_of_q3_under_any_weights(q3: pl.DataFrame) -> None:
    placed = by_weights(q3)
    assert placed.height == 129
    always = (placed["computed_p_best_quarter"] == 1).sum()
    ever = (placed["computed_p_best_quarter"] > 0).sum()
    # "In all" and "in any" of 2,000 draws are extremes: a trust or two more or less by the seed.
    assert always == pytest.approx(6, abs=2)
    assert ever == pytest.approx(83, abs=2)
    width = placed["computed_place_high"] - placed["computed_place_low"]
    assert width.median() == pytest.approx(51, abs=1)


@pytest.mark.parametrize(
    ("code", "low", "high"),
    [("RJ1", 2, 12), ("RHQ", 29, 74), ("RHW", 1, 24)],
    ids=["Guy's", "Sheffield", "Royal Berkshire"],
)
def test_the_places_of_three_trusts_under_any_weights(
    q3: pl.DataFrame, code: str, low: int, high: int
) -> None:
    (row,) = by_weights(q3).filter(trust_code=code).to_dicts()
    assert row["computed_place_low"] == pytest.approx(low, abs=1)
    assert row["computed_place_high"] == pytest.approx(high, abs=1)
    assert row["computed_place_low"] <= row["computed_place"] <= row["computed_place_high"]


def test_22_percent_of_pairs_are_ordered_in_every_domain(q3: pl.DataFrame) -> None:
    counts = in_every_domain(q3)
    ordered, again = (sum(counts[column]) for column in ("computed_beats", "computed_beaten_by"))
    assert ordered == again
    assert ordered / (129 * 128 / 2) == pytest.approx(0.223, abs=0.001)


def test_a_trust_beats_another_only_where_it_is_better_in_every_domain_that_both_have() -> None:
    scores: Domains = {"ZA": [1.0, 1.0], "ZB": [2.0, 2.0], "ZC": [1.5, 2.0], "ZD": [None, 3.0]}
    # ZA beats all; ZB and ZC are level in the second domain; ZD is judged on the second alone.
    assert in_every_domain(domains_of(scores)).rows() == [
        ("ZA", 3, 0), ("ZB", 1, 1), ("ZC", 1, 1), ("ZD", 0, 3),
    ]  # fmt: skip


def test_equal_weights_are_the_base() -> None:
    scores: Domains = {
        "ZA": [1.0, 4.0, 1.0],
        "ZB": [2.0, 2.0, 2.0],
        "ZC": [3.0, 3.0, None],
        "ZD": [2.5] * 3,
    }
    placed = by_weights(domains_of(scores))
    assert placed.select("computed_average_score", "computed_place").rows() == [
        (2.0, 1), (2.0, 1), (3.0, 4), (2.5, 3),
    ]  # fmt: skip


def test_a_place_moves_as_the_weights_do() -> None:
    # Of two domains the first has weight w, evenly between 0 and 1. ZA averages 4 - 3w, ZB 2.5:
    # ZA is first where w > 1/2. ZC averages 1 + 3w: first where w < 1/2.
    scores = {"ZA": [1.0, 4.0], "ZB": [2.5, 2.5], "ZC": [4.0, 1.0], "ZD": [4.0, 4.0]}
    placed = by_weights(domains_of(scores))
    best, worst = placed["computed_p_best_quarter"], placed["computed_p_worst_quarter"]
    # Four standard errors of a share of 2,000 draws.
    assert best.to_list() == pytest.approx([0.5, 0.0, 0.5, 0.0], abs=0.045)
    assert worst.to_list() == pytest.approx([0.0, 0.0, 0.0, 1.0])
    assert placed.select("computed_place_low", "computed_place_high").rows() == [
        (1, 3), (2, 2), (1, 3), (4, 4),
    ]  # fmt: skip


@pytest.mark.parametrize("domains", [1, 2, 5, 6])
def test_every_choice_of_weights_is_equally_likely(domains: int) -> None:
    weights = flat_weights(domains) / 2**20
    assert weights.height == 2000
    assert weights.sum_horizontal().to_list() == [1.0] * 2000
    # A flat Dirichlet weight exceeds x with (1 - x)^(n - 1); four standard errors are 0.045.
    for weight in weights:
        for x in (0.1, 0.3, 0.6):
            expected = (1 - x) ** (domains - 1)
            assert (weight > x).mean() == pytest.approx(expected, abs=0.045)


def test_two_runs_agree_to_the_digit(q3: pl.DataFrame) -> None:
    assert by_weights(q3).equals(by_weights(q3.reverse()))


def test_leaving_out_a_domain_and_a_metric_by_hand() -> None:
    # Metrics 0, 1 and 2 are in domains 0, 1 and 2; metric 3 is in domain 0 again.
    scores = fictional(
        {"ZA": [1.0, 2.0, 3.0, 4.0], "ZB": [2.0, 2.0, 2.0, None]}, weights=[1.0, 1.0, 1.0, 1 / 3]
    )
    # ZA: (1 + 2 + 3 + 4/3) / (10/3) = 2.2, so that ZB (2.0) is first.
    rows = left_out(scores).drop("has_score").rows()
    assert rows == [
        ("ZA", "domain 0", 2.5, 2, 0),
        ("ZB", "domain 0", 2.0, 1, 0),
        # (1 + 3 + 4/3) / (7/3) = 16/7
        ("ZA", "domain 1", pytest.approx(16 / 7, abs=1e-6), 2, 0),
        ("ZB", "domain 1", 2.0, 1, 0),
        # (1 + 2 + 4/3) / (7/3) = 13/7
        ("ZA", "domain 2", pytest.approx(13 / 7, abs=1e-6), 1, -1),
        ("ZB", "domain 2", 2.0, 2, 1),
    ]
    last = left_out(scores, "metric_id").filter(metric_id="OF0003").drop("metric_id").rows()
    # Without metric 3 ZA has 2.0 too, and shares the first place; ZB never had it.
    assert last == [("ZA", True, 2.0, 1, -1), ("ZB", False, 2.0, 1, 0)]


def test_a_trust_with_nothing_left_has_no_place() -> None:
    scores = fictional({"ZA": [1.0, None], "ZB": [2.0, 3.0]})
    assert left_out(scores).filter(domain="domain 0").rows() == [
        ("ZA", "domain 0", True, None, None, None),
        ("ZB", "domain 0", True, 3.0, 1, -1),
    ]


def test_without_scores_there_are_no_places() -> None:
    nothing = domains_of({"ZA": [None, None]})
    for places in (by_weights(nothing), in_every_domain(nothing), left_out(fictional({}))):
        assert places.is_empty()


def test_the_real_acute_trusts_without_each_domain(shared: Path) -> None:
    scores = real(shared, Q1_2026, "Q1 2026/27", "acute")
    without = left_out(scores)
    assert without.height == 134 * scores["domain"].n_unique()
    # By hand for one trust and domain, from the scores alone.
    (row,) = without.filter(trust_code="RXL", domain="Patient safety").to_dicts()
    rest = scores.filter(pl.col("trust_code") == "RXL", pl.col("domain") != "Patient safety")
    mean = sum(rest["score"] * rest["weight"]) / sum(rest["weight"])
    assert row["computed_average_score"] == pytest.approx(mean, abs=1e-6)
