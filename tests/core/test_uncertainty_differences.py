"""Which trusts can be told apart: by hand, by enumeration, and in simulations with known truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import product
from math import sqrt
from pathlib import Path
from random import Random
from statistics import NormalDist, fmean

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from nhs_league.core.uncertainty import differences
from nhs_league.core.uncertainty.differences import (
    both_ways,
    each_pair,
    ends,
    shifts,
    tail,
)
from nhs_league.core.uncertainty.redraws import Redraws, drawn, same_for_all
from tests.core.metric_scores import fictional, random_scores, real
from tests.core.real_frames import Q1_2026
from tests.core.test_uncertainty_redraws import as_oracle
from tests.oracle import redraws as oracle
from tests.sampling import one_in

# t tables, two-sided 5%: degrees of freedom and value.
T_TABLE = [(1, 12.706), (2, 4.303), (8, 2.306), (16, 2.120), (28, 2.048), (40, 2.021)]


def share_apart(compared: pl.DataFrame) -> float:
    return float(compared["computed_distinguishable"].mean())  # type: ignore[arg-type]


def simulated(metrics: int, times: int, better: float = 0.0) -> list[Redraws]:
    """Redraws of 12 fictional trusts with scores by chance, the even ones truly better."""
    rng, draws = Random(f"{metrics} {better}"), drawn(metrics)
    return [same_for_all(random_scores(rng, 12, metrics, better), draws) for _ in range(times)]


def power(metrics: int, times: int, better: float) -> float:
    """The share of pairs, one of them truly better, that are told apart the right way round."""

    def is_better(code: str) -> pl.Expr:
        return pl.col(code).str.slice(1).cast(pl.Int32) % 2 == 0

    def with_actual(redraws: Redraws) -> pl.DataFrame:
        actual = redraws.actual.select("trust_code", mean="computed_average_score")
        other = actual.rename({"trust_code": "other_trust_code", "mean": "other_mean"})
        return both_ways(redraws).join(actual, on="trust_code").join(other, on="other_trust_code")

    pairs = pl.concat([with_actual(each) for each in simulated(metrics, times, better)])
    pairs = pairs.filter(is_better("trust_code"), ~is_better("other_trust_code"))
    right = pairs["computed_distinguishable"] & (pairs["mean"] < pairs["other_mean"])
    return float(right.mean())  # type: ignore[arg-type]


def against_all(redraws: Redraws, code: str) -> pl.DataFrame:
    """Compare one trust with every other."""
    others = [other for other in redraws.averages.columns if other != code]
    return pl.concat([each_pair(redraws, [code, other]) for other in others])


@pytest.mark.parametrize(("freedom", "value"), T_TABLE)
def test_the_tail_is_hesterbergs_by_the_t_table(freedom: int, value: float) -> None:
    metrics = freedom + 1
    expected = NormalDist().cdf(-sqrt(metrics / freedom) * value)
    assert tail(metrics) == pytest.approx(expected, rel=0.003)


def test_the_tail_grows_to_the_plain_one_with_more_metrics() -> None:
    assert tail(1) == 0
    tails = [tail(metrics) for metrics in range(2, 60)]
    assert tails == sorted(tails)
    assert tail(2000) == pytest.approx(0.025, rel=0.01)


def test_all_27_draws_of_three_metrics_give_the_shares_counted_by_hand() -> None:
    # ZA averages 1 + k where its 4 is drawn k times (8, 12, 6 and 1 of 27 draws); ZB 2 throughout.
    scores = fictional({"ZA": [1.0, 1.0, 4.0], "ZB": [2.0, 2.0, 2.0], "ZC": [3.0, 3.0, 4.0]})
    counts = [Counter(draw) for draw in product(range(3), repeat=3)]
    draws = pl.DataFrame([{str(n): each[n] for n in range(3)} for each in counts])
    redraws = same_for_all(scores, draws)
    pairs = each_pair(redraws, ["ZB", "ZA", "ZC"])
    assert pairs.select("trust_code", "other_trust_code").rows() == [
        ("ZB", "ZA"), ("ZB", "ZC"), ("ZA", "ZC"),
    ]  # fmt: skip
    # ZB is ahead of ZA in 7 draws and level in 12; ZC is never ahead of ZB, and is level with ZA
    # only where the 4 is drawn three times.
    assert pairs["computed_p_ahead"].to_list() == pytest.approx(
        [(7 + 6) / 27, 1.0, (26 + 0.5) / 27]
    )
    # With three metrics hardly a draw may be left out: the range is that of all 27.
    assert pairs["computed_difference"].to_list() == pytest.approx([0.0, -4 / 3, -4 / 3])
    assert pairs["computed_difference_low"].to_list() == pytest.approx([-2.0, -2.0, -2.0])
    assert pairs["computed_difference_high"].to_list() == pytest.approx([1.0, -1.0, 0.0])
    assert pairs["computed_distinguishable"].to_list() == [False, True, False]


def test_quick_and_full_comparisons_agree_also_where_metrics_are_lacking() -> None:
    redraws = same_for_all(random_scores(Random(4), 15, 9, better=1.0, lacking=0.3))
    quick = both_ways(redraws)
    assert quick.height == 15 * 14
    full = pl.concat([against_all(redraws, code) for code in redraws.averages.columns])
    assert_frame_equal(full.select(quick.columns).sort("trust_code", "other_trust_code"), quick)
    # The verdict is the same in either order.
    pairs = each_pair(redraws)
    turned = quick.rename({"trust_code": "other_trust_code", "other_trust_code": "trust_code"})
    both = pairs.join(turned, on=["trust_code", "other_trust_code"], suffix="_turned")
    assert both.height == 15 * 14 / 2
    assert (both["computed_distinguishable"] == both["computed_distinguishable_turned"]).all()
    # The verdict is whether 0 is outside the range.
    outside = (both["computed_difference_low"] > 0) | (both["computed_difference_high"] < 0)
    assert (both["computed_distinguishable"] == outside).all()


def test_a_slow_plain_implementation_gives_the_same_shares() -> None:
    scores = random_scores(Random(21), 8, 11, better=0.4, lacking=0.15)
    plain = oracle.same_for_all(as_oracle(scores), 2000, seed=9)
    for one, other, *_, ahead, _ in each_pair(same_for_all(scores)).iter_rows():
        expected = oracle.share_ahead(plain, one, other)
        # Two shares of 2,000 draws: four standard errors of their difference.
        assert ahead == pytest.approx(expected, abs=4 * sqrt(2 * 0.25 / 2000))


def test_a_trust_with_two_scores_is_not_compared() -> None:
    redraws = same_for_all(fictional({"ZA": [1.0, 2.0], "ZB": [2.0] * 5, "ZC": [3.0] * 5}))
    nothing = (None, None, None, None)
    assert against_all(redraws, "ZB").select(pl.exclude("computed_difference")).rows() == [
        ("ZB", "ZA", *nothing),
        ("ZB", "ZC", -1.0, -1.0, 1.0, True),
    ]
    assert both_ways(redraws).row(0) == ("ZA", "ZB", None)
    assert ends(redraws).row(0) == ("ZA", None, None)


def test_a_trust_without_scores_is_not_compared_and_neither_is_a_quarter_without() -> None:
    redraws = same_for_all(fictional({"ZA": [1.0, 2.0, 3.0], "ZB": [2.0] * 3}))
    assert each_pair(redraws, ["ZA", "ZX"]).rows() == [("ZA", "ZX", *[None] * 5)]
    nothing = same_for_all(fictional({}))
    assert each_pair(nothing, ["ZA", "ZB"]).rows() == [("ZA", "ZB", *[None] * 5)]
    assert both_ways(nothing).is_empty()
    assert ends(nothing).is_empty()


@pytest.mark.parametrize("metrics", one_in(2, [17, 29]))
def test_trusts_equal_in_truth_are_told_apart_in_5_of_100_pairs(metrics: int) -> None:
    apart = fmean(share_apart(both_ways(each)) for each in simulated(metrics, 60))
    assert apart == pytest.approx(0.05, abs=0.01)


def test_the_plain_middle_95_percent_would_tell_too_many_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(differences, "tail", lambda _, level=0.05: level / 2)
    apart = fmean(share_apart(both_ways(each)) for each in simulated(9, 30))
    assert apart > 0.08


@pytest.mark.parametrize(
    "case",
    one_in(
        4,
        [
            (17, 0.5, 0.33, 0.06),
            (29, 0.5, 0.56, 0.06),
            (17, 0.25, 0.10, 0.04),
            (29, 0.25, 0.17, 0.05),
        ],
    ),
)
def test_half_a_point_is_found_more_often_than_a_quarter_and_with_more_metrics(
    case: tuple[int, float, float, float],
) -> None:
    # A t-test with paired metrics: the difference of two scores spread evenly over 3 points has a
    # standard deviation of sqrt(2 * 9 / 12) = 1.22. Half a point among 17 metrics is then 1.68
    # standard errors, among 29 2.20; the power about P(Z > 2.12 - 1.68) = 0.33 and 0.56.
    # A quarter is 0.84 and 1.10 standard errors: about 0.10 and 0.17.
    metrics, better, share, error = case
    assert power(metrics, 30, better) == pytest.approx(share, abs=error)


@pytest.mark.slow
@pytest.mark.parametrize(("metrics", "most"), [(9, 0.07), (17, 0.055), (29, 0.055), (41, 0.055)])
def test_a_long_simulation_of_equal_trusts(metrics: int, most: float) -> None:
    apart = fmean(share_apart(both_ways(each)) for each in simulated(metrics, 300))
    assert 0.04 < apart < most


@pytest.mark.slow
@pytest.mark.parametrize("metrics", [17, 29])
def test_the_trust_that_is_last_in_truth_is_among_those_that_could_be(metrics: int) -> None:
    # All are equal in truth, so that any one may be called the last: the first of the list.
    among = [ends(each).row(0)[2] for each in simulated(metrics, 300)]
    assert fmean(among) > 0.93


def test_all_could_be_last_where_all_are_alike_and_one_where_it_is_far_behind() -> None:
    alike = {f"Z{n}": [2.0, 3.0, 1.0, 2.5, 2.0] for n in range(6)}
    far = {"ZX": [4.0] * 5, "ZY": [1.0] * 5}
    assert ends(same_for_all(fictional(alike))).sum().row(0)[1:] == (6, 6)
    sets = ends(same_for_all(fictional(alike | far)))
    assert sets.filter("computed_could_be_last")["trust_code"].to_list() == ["ZX"]
    # Z0 to Z5 have a 1.0 too, so that a draw of it alone would make them level with ZY.
    assert "ZY" in sets.filter("computed_could_be_first")["trust_code"]
    assert ends(same_for_all(fictional({"ZA": [1.0, 2.0]}))).rows() == [("ZA", None, None)]


def test_the_sets_of_the_real_acute_trusts_hold_both_ends(shared: Path) -> None:
    redraws = same_for_all(real(shared, Q1_2026, "Q1 2026/27", "acute"))
    sets = ends(redraws)
    first, last = (
        set(sets.filter(f"computed_could_be_{end}")["trust_code"]) for end in ("first", "last")
    )
    # Published: Liverpool Heart and Chest is 1st (1.53), Blackpool 134th (3.07). The sets are
    # large: 52 and about 90 of 134 trusts.
    assert "RBQ" in first
    assert "RXL" in last
    assert len(first) == pytest.approx(52, abs=8)
    assert len(last) == pytest.approx(88, abs=8)
    # Whoever cannot be told apart from the end by the plain rule is in its set.
    for code, those in (("RBQ", first), ("RXL", last)):
        near = against_all(redraws, code).filter(~pl.col("computed_distinguishable"))
        assert set(near["other_trust_code"]) <= those


def quarter_of(
    quarter: str, scores: Mapping[str, Sequence[float | None]], periods: Sequence[str]
) -> pl.DataFrame:
    by_metric = {f"OF{n:04d}": period for n, period in enumerate(periods)}
    return fictional(scores).with_columns(
        quarter=pl.lit(quarter), period=pl.col("metric_id").replace_strict(by_metric)
    )


def test_a_metric_without_news_moves_nothing() -> None:
    before = quarter_of("Q3 2025/26", {"ZA": [2.0] * 4, "ZB": [2.0] * 4}, ["Sep-25"] * 4)
    same = quarter_of("Q4 2025/26", {"ZA": [1.0] * 4, "ZB": [2.0] * 4}, ["Sep-25"] * 4)
    (row, _) = shifts(before, same).to_dicts()
    assert (row["metrics"], row["metrics_with_news"]) == (4, 0)
    assert (row["computed_shift"], row["computed_shift_low"], row["computed_shift_high"]) == (
        0,
        0,
        0,
    )
    assert (row["computed_p_better"], row["computed_distinguishable"]) == (0.5, False)


def test_a_change_in_every_metric_stands_out_and_one_in_a_single_metric_does_not() -> None:
    before = quarter_of(
        "Q3 2025/26",
        {"ZA": [3.0] * 8, "ZB": [3.0] * 8, "ZC": [3.0] * 2 + [None] * 6},
        ["Sep-25"] * 8,
    )
    after = quarter_of(
        "Q4 2025/26",
        {"ZA": [2.5] * 8, "ZB": [1.0] + [3.0] * 7, "ZC": [1.0] * 2 + [None] * 6},
        ["Dec-25"] * 8,
    )
    za, zb, zc = shifts(before, after).to_dicts()
    assert (za["computed_shift"], za["computed_p_better"]) == (-0.5, 1.0)
    assert za["computed_distinguishable"] is True
    # -2 in one of eight metrics: better in every draw that has it, 1 - (7/8)^8 = 0.656 of them,
    # and level in the others.
    assert zb["computed_shift"] == -0.25
    assert zb["computed_p_better"] == pytest.approx(0.656 + 0.344 / 2, abs=0.04)
    assert zb["computed_distinguishable"] is False
    assert (zc["metrics"], zc["computed_p_better"], zc["computed_distinguishable"]) == (
        2,
        None,
        None,
    )


def test_only_metrics_that_count_in_both_quarters_are_compared() -> None:
    before = quarter_of("Q3 2025/26", {"ZA": [2.0, 2.0, 2.0, 2.0, None]}, ["Sep-25"] * 5)
    after = quarter_of("Q4 2025/26", {"ZA": [None, 3.0, 3.0, 3.0, 4.0]}, ["Dec-25"] * 5)
    (row,) = shifts(before, after).to_dicts()
    assert (row["metrics"], row["metrics_with_news"], row["computed_shift"]) == (3, 3, 1.0)
    assert row["computed_p_better"] == 0.0
