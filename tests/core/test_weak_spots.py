"""What counts as a weak spot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest

from nhs_league import League
from nhs_league.core.frames import OBSERVATIONS
from nhs_league.core.metrics import catalogue
from nhs_league.core.peers import classify, history, with_peers


def metric_of(count: int, **columns: Sequence[object]) -> pl.DataFrame:
    """Observations of one metric (lower is better: sickness) of so many trusts."""
    base: dict[str, object] = {
        "quarter": "Q3 2025/26", "trust_type": "acute", "metric_id": "OF0082",
        "metric": "Sickness absence rate", "unit": "%",
    }  # fmt: skip
    rows = pl.DataFrame({"trust_code": [f"Z{n:02d}" for n in range(count)], **columns})
    filled = rows.with_columns(pl.lit(v).alias(c) for c, v in base.items() if c not in columns)
    return filled.with_columns(
        pl.lit(None).alias(c) for c in OBSERVATIONS if c not in filled.columns
    ).select(pl.col(c).cast(t) for c, t in OBSERVATIONS.items())


def classified(frame: pl.DataFrame) -> pl.DataFrame:
    return classify(with_peers(frame.lazy(), catalogue(frame.lazy()))).sort("trust_code").collect()


@pytest.mark.parametrize(
    ("score", "weak_spot"),
    [(1.0, None), (2.99, None), (3.0, "weak"), (3.49, "weak"), (3.5, "severe"), (4.0, "severe")],
)
def test_a_score_of_3_is_weak_and_of_3_50_severe(score: float, weak_spot: str | None) -> None:
    spots = classified(metric_of(2, value=[5.0, 4.0], score=[score, 1.0], rank=[2, 1]))
    assert spots["weak_spot"][0] == weak_spot
    assert spots["weak_spot_rule"][0] == (weak_spot and "score")


# Of 13 trusts the worst quarter begins after rank 9.75, and the rank formula scores rank 11
# 1 + 3 x 10 / 12 = 3.50.
OF_13 = [None] * 9 + ["weak"] + ["severe"] * 3


def test_without_scores_the_worst_quarter_by_rank_is_weak_and_its_worst_sixth_severe() -> None:
    ranks = list(range(1, 14))
    spots = classified(metric_of(13, value=[float(n) for n in ranks], rank=ranks, of=[13] * 13))
    assert spots["weak_spot"].to_list() == OF_13
    assert set(spots["weak_spot_rule"].drop_nulls()) == {"rank"}


def test_without_scores_the_best_quarter_by_rank_is_strong() -> None:
    """Of 13 trusts the best quarter ends before rank 3.25; of 12 it ends with rank 3."""
    for count in (12, 13):
        ranks = list(range(1, count + 1))
        values = [float(n) for n in ranks]
        spots = classified(metric_of(count, value=values, rank=ranks, of=[count] * count))
        assert spots["strong"].to_list() == [rank <= 3 for rank in ranks]


def test_without_published_ranks_the_computed_rank_decides() -> None:
    spots = classified(metric_of(13, value=[float(n) for n in range(13, 0, -1)]))
    assert spots["computed_rank"].to_list() == list(range(13, 0, -1))
    assert spots["weak_spot"].to_list() == OF_13[::-1]


def test_ties_share_the_smaller_computed_rank() -> None:
    spots = classified(metric_of(4, value=[1.0, 2.0, 2.0, 3.0]))
    assert spots["computed_rank"].to_list() == [1, 2, 2, 4]


def test_a_trust_without_a_value_has_no_rank_and_no_weak_spot() -> None:
    spots = classified(metric_of(4, value=[1.0, 2.0, None, 3.0]))
    assert spots.select("computed_rank", "computed_of", "weak_spot").row(2) == (None, None, None)
    assert spots["computed_of"].drop_nulls().unique().to_list() == [3]


def test_a_count_beside_a_scored_rate_is_judged_by_the_score_alone() -> None:
    rate = metric_of(4, value=[1.0, 2.0, 3.0, 4.0], score=[1.0, 2.0, 2.5, 2.9], unit=["rate"] * 4)
    count = metric_of(4, value=[1.0, 2.0, 3.0, 40.0], unit=["count"] * 4)
    spots = classified(pl.concat([rate, count]))
    assert spots["weak_spot"].null_count() == 8


def figure(quarter: str, **columns: object) -> pl.DataFrame:
    """One trust's figure of the metric (lower is better) in one quarter, classified."""
    given_columns = {"period": quarter, **columns}
    frame = metric_of(1, quarter=[quarter], **{name: [v] for name, v in given_columns.items()})
    return classify(with_peers(frame.lazy(), catalogue(frame.lazy()))).collect()


def became(*figures: pl.DataFrame) -> dict[str, object]:
    (row,) = history(pl.concat(figures).lazy()).collect().to_dicts()
    return row


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        # The score says the opposite each time.
        ({"value": 5.08, "score": 2.4}, {"value": 5.47, "score": 2.1}, "worsened"),
        ({"value": 5.47, "score": 2.1}, {"value": 5.08, "score": 3.4}, "improved"),
        ({"value": 5.0, "score": 2.1}, {"value": 5.0, "score": 3.4}, "unchanged"),
        ({"value": 5.0, "period": "2025/26"}, {"value": 5.0, "period": "2025/26 plan"}, "same figure"),
        ({"value": 5.0, "period": "2024"}, {"value": 4.0, "period": "2024"}, "changed figure"),
        ({"score": 3.0, "unit": None}, {"score": 2.0, "unit": None}, "improved"),
    ],
)  # fmt: skip
def test_a_change_is_that_of_the_value(
    before: dict[str, object], now: dict[str, object], change: str
) -> None:
    row = became(figure("Q3 2025/26", **before), figure("Q4 2025/26", **now))
    assert row["change_since_last"] == change
    assert row["quarter_from"] == "Q3 2025/26"


def test_a_figure_in_another_unit_is_not_compared() -> None:
    row = became(
        figure("Q3 2025/26", value=5.0, score=3.0), figure("Q4 2025/26", value=9.0, unit="days")
    )
    assert (row["change_since_last"], row["quarter_from"]) == ("not compared", None)


def test_across_framework_years_the_value_is_compared_and_neither_rank_nor_score() -> None:
    row = became(
        figure("Q4 2025/26", value=5.0, score=3.0, rank=1, of=1),
        figure("Q1 2026/27", value=4.0, score=2.0, rank=1, of=1),
    )
    assert (row["change_since_last"], row["value_from"]) == ("improved", 5.0)
    assert row["rank_from"] is row["of_from"] is row["score_from"] is None
    score_alone = became(
        figure("Q4 2025/26", score=3.0, unit=None), figure("Q1 2026/27", score=2.0, unit=None)
    )
    assert score_alone["change_since_last"] == "not compared"


def test_a_quarter_without_a_figure_ends_a_row_of_weak_quarters() -> None:
    weak = {"value": 5.0, "score": 3.2}
    in_a_row = [figure(f"Q{n} 2025/26", **weak) for n in (1, 2, 3, 4)]
    assert became(*in_a_row)["quarters_weak"] == 4
    with_gap = [in_a_row[0], *in_a_row[2:]]
    assert became(*with_gap)["quarters_weak"] == 2


def test_the_share_of_peers_that_do_better_orders_metrics_that_scores_do_not() -> None:
    """Of 13 trusts 12 can be ahead: rank 10 has 9 / 12 of them. Without
    a number of trusts, a score of 2.00 is a third of the way from 1.00 to 4.00.
    """
    ranks = list(range(1, 14))
    spots = classified(metric_of(13, value=[float(n) for n in ranks], rank=ranks, of=[13] * 13))
    assert spots["share_ahead"][9] == pytest.approx(9 / 12)
    unknown = classified(metric_of(2, score=[2.0, 1.0], value=[5.0, 4.0], rank=[47, 3]))
    assert unknown["share_ahead"].to_list() == [pytest.approx(1 / 3), 0.0]


def test_a_trusts_metrics_are_listed_worst_first(league: League) -> None:
    """Weak spots by their score, then the others by the share of trusts that do better."""

    def share_ahead(row: dict[str, Any]) -> float:
        rank = row["rank"] or row["computed_rank"]
        of = row["of"] or row["computed_of"]
        return float((rank - 1) / (of - 1) if rank else (row["score"] - 1) / 3)

    rows = league.show("ZJ9").frame.to_dicts()
    is_weak = [row["weak_spot"] is not None for row in rows]
    weak = [row["score"] for row in rows if row["weak_spot"]]
    others = [share_ahead(row) for row in rows if not row["weak_spot"]]
    assert len(set(weak)) > 1
    assert len(set(others)) > 5
    assert is_weak == sorted(is_weak, reverse=True)
    assert weak == sorted(weak, reverse=True)
    assert others == sorted(others, reverse=True)
