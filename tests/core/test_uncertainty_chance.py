"""Weak spots by chance, lasting ones and luck that turns: by hand and on real figures."""

from __future__ import annotations

from collections.abc import Sequence
from math import asin, pi, sin
from pathlib import Path
from random import Random

import polars as pl
import pytest

from nhs_league import open_league
from nhs_league.core.filters import Filters
from nhs_league.core.frames import QUARTER
from nhs_league.core.hidden import well_placed
from nhs_league.core.method.standings import segment_boundaries
from nhs_league.core.metrics import catalogue
from nhs_league.core.peers import classify, with_peers
from nhs_league.core.uncertainty.chance import by_chance, lasting, looked_at, regression, remaining
from tests.conftest import Run
from tests.core.real_frames import YEAR_2025, frames_of
from tests.golden import official_q3

CLASSIFIED = {
    "quarter": QUARTER,
    "trust_type": pl.String,
    "trust_code": pl.String,
    "domain": pl.String,
    "metric_id": pl.String,
    "unit": pl.String,
    "period": pl.String,
    "weak_spot": pl.String,
    "badness": pl.Float64,
}


def classified(rows: Sequence[tuple[str, str, str, str, str, float | None]]) -> pl.DataFrame:
    """Fictional figures: quarter, trust, domain, metric, period and how bad (from 3.5 severe)."""
    weak = {True: "severe", False: "weak"}
    full = [
        (
            quarter, "acute", code, domain, metric, "%", period,
            weak[badness >= 3.5] if badness is not None and badness >= 3 else None, badness,
        )
        for quarter, code, domain, metric, period, badness in rows
    ]  # fmt: skip
    return pl.DataFrame(full, schema=CLASSIFIED, orient="row")


def of_one_quarter(badness: dict[str, dict[str, float | None]]) -> pl.DataFrame:
    """Fictional trusts -> metric -> how bad; the metric's first letter is its domain."""
    return classified(
        [
            ("Q4 2025/26", code, metric[0], metric, "Dec-25", bad)
            for code, of_trust in badness.items()
            for metric, bad in of_trust.items()
        ]
    )


def test_35_of_59_well_placed_trusts_have_a_severe_weak_spot_and_chance_gives_48(
    shared: Path, tmp_path: Path, run: Run
) -> None:
    files = tmp_path / "files"
    files.mkdir()
    official_q3.write(shared, files)
    assert run("fetch", "--from", str(files), data_dir=tmp_path / "store").returncode == 0
    league = open_league(data_dir=tmp_path / "store")
    frames = league.frames().of_type("acute")
    boundaries = segment_boundaries(league.frames().standings.collect())
    placed = well_placed(frames.standings, boundaries, Filters()).collect()
    compared = with_peers(frames.observations, catalogue(frames.observations))
    chances = by_chance(classify(compared).collect())
    assert chances["computed_metrics"].max() == 11
    of_placed = chances.join(placed, on=["quarter", "trust_code"])
    assert of_placed.height == 59
    assert (of_placed["computed_severe"] > 0).sum() == 35
    assert of_placed["computed_p_any_severe"].sum() == pytest.approx(48.5, abs=0.05)
    # Weak spots come together, so that chance gives somewhat fewer trusts one.
    assert of_placed["computed_p_any_severe_dealt"].sum() < 48.5


def test_k_metrics_give_a_sixth_of_k_and_at_least_one_nearly_always() -> None:
    spots = of_one_quarter({"ZA": {f"A{n}": 1.0 for n in range(10)}, "ZB": {"A0": 3.6, "A1": None}})
    assert looked_at(spots).rows() == [("Q4 2025/26", "ZA", 10, 0), ("Q4 2025/26", "ZB", 1, 1)]
    chances = by_chance(spots)
    assert chances["computed_severe_by_chance"].to_list() == pytest.approx([10 / 6, 1 / 6])
    # 1 - (5/6)^10 = 0.838, 84 % for ten metrics.
    assert chances["computed_p_any_severe"].to_list() == pytest.approx([0.838, 1 / 6], abs=0.001)


def test_without_domains_chance_gives_as_much_and_nothing_is_dealt_out() -> None:
    spots = of_one_quarter({"ZA": {"A0": 3.6, "B0": 1.0}, "ZB": {"A0": 1.0}})
    (one, other) = by_chance(spots.with_columns(domain=pl.lit(None, pl.String))).to_dicts()
    assert (one["trust_code"], other["trust_code"]) == ("ZA", "ZB")
    assert one["computed_severe_by_chance"] == pytest.approx(2 / 6)
    assert one["computed_p_any_severe"] == pytest.approx(1 - (5 / 6) ** 2)
    assert one["computed_severe_dealt"] is None


def test_domains_are_dealt_out_in_whole_blocks() -> None:
    # In domain A one trust of four has both severe weak spots, in domain B two have one each.
    spots = of_one_quarter(
        {
            "ZA": {"A1": 4.0, "A2": 4.0, "B1": 1.0},
            "ZB": {"A1": 1.0, "A2": 1.0, "B1": 4.0},
            "ZC": {"A1": 2.0, "A2": 2.0, "B1": 4.0},
            "ZD": {"A1": 2.0, "A2": 2.0, "B1": 2.0},
        }
    )
    chances = by_chance(spots)
    # None: 3/4 x 1/2. Were A1 and A2 unrelated it would be 3/4 x 3/4 x 1/2.
    assert chances["computed_p_any_severe_dealt"].to_list() == pytest.approx([1 - 3 / 8] * 4)
    assert chances["computed_severe_dealt"].to_list() == pytest.approx([2 / 4 + 2 / 4] * 4)


def test_a_trust_is_dealt_only_what_it_is_measured_on() -> None:
    spots = of_one_quarter(
        {
            "ZA": {"A1": 4.0, "A2": 1.0},
            "ZB": {"A1": 1.0, "A2": 4.0},
            "ZC": {"A1": 1.0, "A2": 1.0},
            "ZD": {"A1": 1.0},
        }
    )
    chances = by_chance(spots)["computed_p_any_severe_dealt"].to_list()
    # Both metrics: two of three trusts; A1 alone: one of four.
    assert chances == pytest.approx([2 / 3] * 3 + [1 / 4])


def test_dealing_out_is_what_permuting_gives() -> None:
    rng = Random(6)
    metrics = [f"{domain}{n}" for domain in "ABC" for n in range(3)]
    badness: dict[str, dict[str, float | None]] = {}
    for n in range(12):
        luck = {domain: rng.random() for domain in "ABC"}
        badness[f"Z{n:02d}"] = {m: 1 + 1.5 * rng.random() + 1.5 * luck[m[0]] for m in metrics}
    chances = by_chance(of_one_quarter(badness))
    codes, any_severe, number = list(badness), 0, 0
    for _ in range(4000):
        dealt = {domain: rng.choice(codes) for domain in "ABC"}
        severe = sum((badness[dealt[m[0]]][m] or 0) >= 3.5 for m in metrics)
        any_severe += severe > 0
        number += severe
    expected = (any_severe / 4000, number / 4000)
    row = chances.select("computed_p_any_severe_dealt", "computed_severe_dealt").row(0)
    assert row == pytest.approx(expected, abs=0.05)


def test_a_weak_spot_lasts_if_it_was_weak_in_every_quarter_with_news() -> None:
    quarters = ["Q1 2025/26", "Q2 2025/26", "Q3 2025/26", "Q4 2025/26"]
    histories = {
        # Republished in Q2 and Q3: two quarters with news.
        "survey": (["2024", "2024", "2024", "2025"], [3.2, 3.2, 3.2, 3.6]),
        "always": (["Jun-25", "Sep-25", "Dec-25", "Mar-26"], [3.6, 3.7, 3.8, 4.0]),
        "better": (["Jun-25", "Sep-25", "Dec-25", "Mar-26"], [3.6, 3.7, 3.8, 2.0]),
        "yearly": (["2024", "2024", "2024", "2024"], [4.0, 4.0, 4.0, 4.0]),
    }
    rows = [
        (quarter, "ZA", "A", metric, period, badness)
        for metric, (periods, values) in histories.items()
        for quarter, period, badness in zip(quarters, periods, values, strict=True)
    ]
    histories_found = lasting(classified(rows)).drop("trust_code", "unit").rows()
    assert histories_found == [
        ("always", 4, 4, 4, True, True),
        ("better", 4, 3, 3, False, False),
        ("survey", 2, 2, 1, True, False),
        # One quarter with news cannot last.
        ("yearly", 1, 1, 1, None, None),
    ]


def test_rdys_long_stays_were_weak_in_three_of_four_quarters(shared: Path) -> None:
    # Published ranks of 47 and 51 trusts: 35, 11, 47 and 47. Only the second was in the better half.
    observations = frames_of(shared, YEAR_2025).observations.filter(
        pl.col("trust_type") == "mental-health-community"
    )
    spots = classify(with_peers(observations, catalogue(observations))).collect()
    (row,) = lasting(spots).filter(trust_code="RDY", metric_id="OF0063").to_dicts()
    assert (row["computed_quarters_with_news"], row["computed_quarters_weak"]) == (4, 3)
    assert row["computed_persistent"] is False


def ranks(order: str) -> pl.DataFrame:
    """Fictional trusts, one a letter, the best first."""
    return pl.DataFrame(
        {"trust_code": list(order), "rank": range(1, len(order) + 1)},
        schema={"trust_code": pl.String, "rank": pl.Int32},
    )


def test_the_worst_that_are_still_the_worst_are_counted() -> None:
    # Of A to J the worst three were H, I and J; now they are A, I and H.
    (row,) = regression(ranks("ABCDEFGHIJ"), ranks("JBCDEFGAIH"), worst=3).to_dicts()
    assert (row["computed_trusts"], row["computed_worst"], row["computed_still_worst"]) == (
        10,
        3,
        2,
    )
    # Spearman: A moved 7 down, J 9 up, H 2 down: 1 - 6 (49 + 81 + 4) / 990.
    correlation = 1 - 6 * 134 / 990
    assert row["computed_correlation"] == pytest.approx(correlation)
    assert row["computed_expected_still_worst"] == pytest.approx(3 * remaining(correlation, 0.3))


def test_only_trusts_of_both_quarters_are_followed_and_ties_count() -> None:
    before = pl.DataFrame({"trust_code": list("ABCDEX"), "rank": [1, 2, 3, 4, 4, 6]})
    after = pl.DataFrame({"trust_code": list("ABCDEY"), "rank": [1, 2, 3, 4, 5, 6]})
    (row,) = regression(before, after, worst=1).to_dicts()
    assert (row["computed_trusts"], row["computed_worst"], row["computed_still_worst"]) == (5, 2, 1)


def test_without_two_quarters_nothing_is_expected() -> None:
    assert regression(ranks("AB"), ranks("CD")).is_empty()
    (row,) = regression(ranks("AB"), ranks("AB")).to_dicts()
    assert row["computed_expected_still_worst"] is None
    same = pl.DataFrame({"trust_code": list("ABCD"), "rank": [1, 1, 1, 1]})
    (row,) = regression(same, ranks("ABCD")).to_dicts()
    assert (row["computed_correlation"], row["computed_expected_still_worst"]) == (None, None)


@pytest.mark.parametrize("correlation", [-0.6, 0.0, 0.3, 0.8, 1.0])
def test_of_the_worse_half_those_remain_that_sheppards_formula_says(correlation: float) -> None:
    # P(X > 0, Y > 0) = 1/4 + asin(r) / (2 pi) for normal figures with correlation r.
    expected = 2 * (1 / 4 + asin(2 * sin(pi * correlation / 6) * (1 - 1e-12)) / (2 * pi))
    assert remaining(correlation, 0.5) == pytest.approx(expected, abs=1e-4)


def test_no_correlation_leaves_chance_and_a_perfect_one_all() -> None:
    assert remaining(0.0, 0.1) == pytest.approx(0.1)
    assert remaining(1.0, 0.1) == pytest.approx(1.0, abs=1e-3)
    assert remaining(0.7, 1.0) == 1.0


def test_what_remains_is_what_a_simulation_of_normal_figures_gives() -> None:
    rng, r = Random(2), 0.8
    pairs = []
    for _ in range(40_000):
        x = rng.gauss(0, 1)
        pairs.append((x, r * x + (1 - r * r) ** 0.5 * rng.gauss(0, 1)))
    edge, edge_now = (sorted(figures)[-4000] for figures in zip(*pairs, strict=True))
    still = sum(x >= edge and y >= edge_now for x, y in pairs) / 4000
    rank_correlation = 6 / pi * asin(r / 2)
    assert remaining(rank_correlation, 0.1) == pytest.approx(still, abs=0.03)


def test_where_all_are_among_the_worst_all_remain() -> None:
    assert remaining(0.5, 1.0) == 1.0
    assert remaining(0.5, 1.0, 0.25) == 0.25
    assert remaining(0.5, 0.25, 1.0) == 1.0
