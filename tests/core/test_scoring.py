"""Averages by weights and stand-ins, held against arithmetic by hand and the published figures."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from nhs_league.core.method.standings import (
    average_scores,
    domain_scores,
    league_rank,
    scored_for_average,
)
from tests.core.real_frames import Q1_2026, TWO_TRUSTS, YEAR_2025, frames_of


def _scores(folder: Path, trust: str) -> dict[str, float]:
    rows = pl.read_csv(folder / TWO_TRUSTS[0], infer_schema=False).filter(
        pl.col("Trust_code") == trust, pl.col("Metric_ID").str.starts_with("OF1")
    )
    return dict(rows.select("Metric_ID", pl.col("Value").cast(pl.Float64)).iter_rows())


@pytest.mark.parametrize(
    ("trust", "safety", "average"), [("RHQ", 2.227, 2.441), ("REF", 3.035, 2.295)]
)
def test_each_infection_counts_one_third_and_combined_finance_stands_in(
    shared: Path, trust: str, safety: float, average: float
) -> None:
    frames = frames_of(shared, TWO_TRUSTS)
    is_trust = pl.col("trust_code") == trust
    domains = domain_scores(frames.observations).filter(is_trust).collect()
    computed = average_scores(frames.observations).filter(is_trust).collect()
    row = domains.filter(domain="Patient safety").row(0, named=True)
    assert row["computed_score"] == pytest.approx(safety, abs=0.0005)
    assert computed["computed_average_score"].item() == pytest.approx(average, abs=0.0005)
    # By hand: MRSA, E. coli and C. difficile a third each; OF1080 instead of OF1079 and OF1081.
    scores = _scores(shared, trust)
    infections = [scores.pop(i) for i in ("OF1020", "OF1048", "OF1088")]
    for part in ("OF1079", "OF1081"):
        del scores[part]
    by_hand = (sum(scores.values()) + sum(infections) / 3) / (len(scores) + 1)
    assert computed["computed_average_score"].item() == pytest.approx(by_hand)
    assert computed["metrics"].item() == len(scores) + 3
    assert computed["weight"].item() == pytest.approx(len(scores) + 1)


def test_all_ten_domain_scores_of_the_two_acute_trusts(shared: Path) -> None:
    frames = frames_of(shared, TWO_TRUSTS)
    both = frames.domains.join(
        domain_scores(frames.observations), on=["quarter", "trust_code", "domain"]
    ).collect()
    assert both.height == 10
    assert ((both["computed_score"] - both["score"]).abs() <= 0.0051).all()


@pytest.mark.parametrize(
    ("names", "averages", "domains", "average_off", "domain_off"),
    [(Q1_2026, 202, 1205, 0.006, 0.007), (YEAR_2025, 284, 1405, 0.01, 0.01)],
)
def test_averages_and_domain_scores_are_the_published_ones(
    shared: Path,
    names: tuple[str, ...],
    averages: int,
    domains: int,
    average_off: float,
    domain_off: float,
) -> None:
    frames = frames_of(shared, names)
    trust = ["quarter", "trust_code"]
    of_trusts = frames.standings.join(average_scores(frames.observations), on=trust).collect()
    of_domains = frames.domains.join(
        domain_scores(frames.observations), on=[*trust, "domain"]
    ).collect()
    assert (of_trusts.height, of_domains.height) == (averages, domains)
    off = (of_trusts["computed_average_score"] - of_trusts["average_score"]).abs()
    assert (off <= average_off).all()
    off = (of_domains["computed_score"] - of_domains["score"]).abs()
    assert (off <= domain_off).all()


def test_a_stand_in_counts_only_where_it_is_scored(shared: Path) -> None:
    frames = frames_of(shared, Q1_2026)
    numbers = ["OF0207", "OF0208", "OF0108"]

    def counting(observations: pl.LazyFrame) -> set[str]:
        counted = scored_for_average(observations).filter(
            pl.col("trust_code") == "RHQ", pl.col("metric_id").is_in(numbers)
        )
        return set(counted.collect()["metric_id"])

    assert counting(frames.observations) == {"OF0108"}
    without = frames.observations.with_columns(
        score=pl.when(pl.col("metric_id") != "OF0108").then("score")
    )
    assert counting(without) == {"OF0207", "OF0208"}


def test_a_score_that_is_null_does_not_count(shared: Path) -> None:
    frames = frames_of(shared, TWO_TRUSTS)
    without = frames.observations.with_columns(
        score=pl.when(pl.col("metric_id") != "OF0082").then("score")
    )
    before, after = (
        average_scores(o).filter(pl.col("trust_code") == "RHQ").collect().row(0, named=True)
        for o in (frames.observations, without)
    )
    assert after["metrics"] == before["metrics"] - 1
    assert after["computed_average_score"] == pytest.approx(
        (before["computed_average_score"] * 15 - _scores(shared, "RHQ")["OF1082"]) / 14
    )


def test_combined_finance_stands_in_only_in_a_quarter_that_has_it() -> None:
    """Fictional: (2 + 1) / 2 = 1.5 with it; without it both of its parts count: (1 + 4 + 1) / 3."""
    scores = {
        "Q3 2025/26": {"OF0080": 2.0, "OF0079": 1.0, "OF0081": 4.0, "OF0011": 1.0},
        "Q4 2025/26": {"OF0079": 1.0, "OF0081": 4.0, "OF0011": 1.0},
    }
    rows = [
        {"quarter": quarter, "trust_code": "Z01", "metric_id": metric_id, "score": score}
        for quarter, of_quarter in scores.items()
        for metric_id, score in of_quarter.items()
    ]
    computed = average_scores(pl.LazyFrame(rows)).sort("quarter").collect()
    assert computed.select("computed_average_score", "metrics").rows() == [(1.5, 2), (2.0, 3)]


def test_a_trust_without_a_segment_or_a_score_has_no_league_rank_and_takes_none() -> None:
    table = pl.DataFrame(
        {
            "quarter": "Q4 2025/26",
            "trust_type": "acute",
            "segment": [1, None, 1, 2, 2],
            "average_score": [2.0, 1.0, None, 1.5, 1.5],
        }
    )
    ranks = table.select(rank=league_rank())["rank"].to_list()
    # By segment first: 2.00 in segment 1 comes before 1.50 in segment 2, which two share.
    assert ranks == [1, None, None, 2, 2]
