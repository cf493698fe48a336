"""What would move a trust: the table recomputed with a figure changed."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings, strategies as st

from nhs_league import League
from nhs_league.core.answers import WhatIf
from nhs_league.core.method.standings import league_rank
from nhs_league.core.whatif import whatif
from nhs_league.errors import NotFoundError, UsageError
from nhs_league.scope import TrustContext, load_trust
from tests.sampling import one_in

TRUSTS = ["ZB6", "ZA0", "ZE9", "ZC2", "ZM8", "ZP7", "ZR3", "ZV6", "ZF1"]
slow_to_recompute = settings(max_examples=25, deadline=None)


def after(
    one: TrustContext, league: League, sets: list[str], *, no_deficit: bool = False
) -> pl.DataFrame:
    answer = league.whatif(one.code, sets, no_deficit=no_deficit)
    assert isinstance(answer, WhatIf)
    return answer.table


def trust_context(league: League, code: str) -> TrustContext:
    return load_trust(league.store, code, "latest")


@pytest.mark.parametrize("code", one_in(4, TRUSTS))
def test_no_change_gives_the_published_table_exactly(league: League, code: str) -> None:
    one = trust_context(league, code)
    table = whatif(one.national, one.code, one.boundaries, []).table
    assert table["computed_average_score"].to_list() == table["average_score"].to_list()
    assert table["computed_segment"].to_list() == table["segment"].to_list()
    assert table["computed_rank"].to_list() == table["rank"].to_list()


def test_setting_a_figure_to_what_it_is_changes_nothing(league: League) -> None:
    one = trust_context(league, "ZB6")
    table = after(one, league, ["OF0011=46.92"])
    assert table.filter(pl.col("computed_rank") != pl.col("rank")).is_empty()


@pytest.mark.parametrize("case", one_in(3, [("ZE9", 7, 30.0), ("ZB6", 0, 0.5), ("ZV6", 19, 3.0)]))
def test_improving_some_metrics_never_worsens_the_trusts_average_score(
    league: League, case: tuple[str, int, float]
) -> None:
    check_improving(league, *case)


@pytest.mark.long
@given(code=st.sampled_from(TRUSTS), place=st.integers(0, 30), better=st.floats(0.01, 30))
@slow_to_recompute
def test_improving_one_metric_never_worsens_the_trusts_average_score(
    league: League, code: str, place: int, better: float
) -> None:
    check_improving(league, code, place, better)


def check_improving(league: League, code: str, place: int, better: float) -> None:
    """A better value gives no worse average score."""
    one = trust_context(league, code)
    metrics = league.show(code).frame.filter(
        pl.col("value").is_not_null()
        & pl.col("score").is_not_null()
        & pl.col("higher_is_better").is_not_null()
    )
    metric = metrics.sort("metric_id").row(place % metrics.height, named=True)
    value = metric["value"] + (better if metric["higher_is_better"] else -better)
    table = after(one, league, [f"{metric['metric_id']} {metric['unit']}={value}"]).filter(
        trust_code=code
    )
    # The sample rounds halves to even, so a score may come out 0.01 worse by itself.
    assert table["computed_average_score"].item() <= table["average_score"].item() + 0.0101


@pytest.mark.parametrize(
    ("code", "target"),
    [
        ("ZJ2", 1),
        *(
            pytest.param(*way, marks=pytest.mark.long)
            for way in (("ZC5", 2), ("ZF6", 3), ("ZA3", 3), ("ZH1", 2), ("ZL0", 2))
        ),
    ],
)
def test_each_way_into_a_segment_really_leads_there(league: League, code: str, target: int) -> None:
    ways = league.whatif(code, to_segment=target).frame
    assert ways.height
    one = trust_context(league, code)
    for way in ways.head(2).iter_rows(named=True):
        moves = way["set"].split()
        assert len(moves) == way["metrics"]
        table = after(one, league, moves).filter(trust_code=code)
        assert table["computed_segment"].item() <= target
        # Nothing in it can be spared.
        for spared in moves if len(moves) > 1 else ():
            fewer = after(one, league, [move for move in moves if move != spared])
            assert fewer.filter(trust_code=code)["computed_segment"].item() > target
        assert table["computed_average_score"].item() == pytest.approx(
            way["computed_average_score"], abs=0.0101
        )


def test_the_ways_are_the_shortest_first_and_there_are_some(league: League) -> None:
    answers = [league.whatif(code, to_segment=1) for code in ("ZJ2", "ZG9")]
    assert any(answer.frame.height for answer in answers)
    for answer in answers:
        frame = answer.frame
        # Of all trust types stored, no score has to be estimated.
        assert not frame["estimated"].any()
        assert not any("Estimated" in note for note in answer.notes)
        assert frame["computed_quarters_moved"].is_sorted()
        assert frame["metrics"].n_unique() <= 1
        assert frame["metrics"].is_between(1, 3).all()


@pytest.mark.parametrize("word", one_in(3, ["standard", "median", "q1", "best"]))
def test_a_value_may_be_named(league: League, word: str) -> None:
    row = league.show("ZC2").frame.filter(metric_id="OF0023").row(0, named=True)
    values = league.worst("elective").frame["value"]
    named = {
        "median": row["median"],
        "q1": row["upper_quartile"],
        "best": values.max(),
        "standard": 92.0,
    }
    changed = league.whatif("ZC2", {"elective": word}).frame.filter(what="value")
    assert changed["computed_after"].item() == named[word]


@pytest.mark.parametrize(
    ("sets", "error"),
    [
        (["OF0011"], UsageError),
        (["=5"], UsageError),
        (["OF0011=soon"], UsageError),
        (["cancer=5"], UsageError),
        (["mrsa=standard"], UsageError),
        (["OF0095=5"], NotFoundError),
        (["nothing=5"], NotFoundError),
    ],
)
def test_what_cannot_be_set_is_said(
    league: League, sets: list[str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        league.whatif("ZB6", sets)


ranked = st.lists(
    st.tuples(st.integers(1, 5), st.integers(100, 400).map(lambda score: score / 100)),
    min_size=1,
    max_size=40,
)


@given(rows=ranked)
@settings(deadline=None)
def test_the_league_order_is_total_and_ties_share_the_smaller_rank(
    rows: list[tuple[int, float]],
) -> None:
    frame = pl.DataFrame(rows, schema=["segment", "average_score"], orient="row").with_columns(
        quarter=pl.lit("Q1"), trust_type=pl.lit("acute")
    )
    ranks = frame.select(league_rank())["segment"].to_list()
    by_hand = [1 + sum(other < row for other in rows) for row in rows]
    assert ranks == by_hand
