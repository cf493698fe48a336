"""Trusts side by side, and groups: marks that mean something, and one rounding."""

from __future__ import annotations

import polars as pl

from nhs_league import League
from nhs_league.core.comparison import side_by_side
from nhs_league.core.confidence import indistinguishable
from nhs_league.core.frames import OBSERVATIONS, QUARTER, Frames
from nhs_league.core.profile import every_trusts_metrics
from nhs_league.render.views import columns_of
from nhs_league.scope import Scope, load_frames


def test_the_worst_of_the_trusts_shown_is_marked_only_where_it_is_worse_than_its_type(
    league: League,
) -> None:
    marked = league.compare("ZB6", "ZD3").frame.filter(pl.col("mark").is_not_null())
    assert set(marked["mark"]) == {"best", "worst"}
    valued = marked.filter(pl.col("value").is_not_null(), pl.col("median").is_not_null())
    better = pl.when("higher_is_better").then(pl.col("value") > pl.col("median")).otherwise(
        pl.col("value") < pl.col("median")
    )  # fmt: skip
    is_median = pl.col("value") == pl.col("median")
    assert valued.filter(mark="worst").select((better | is_median).any()).item() is False
    assert valued.filter(mark="best").select((better | is_median).all()).item() is True


def test_scores_of_different_framework_years_are_not_set_against_each_other(
    league: League,
) -> None:
    frames = load_frames(league.store, Scope())
    is_other = pl.col("trust_code") == "ZD3"
    label = (
        pl.when(is_other).then(pl.lit("Q4 2025/26", QUARTER)).otherwise("quarter").alias("quarter")
    )
    both = Frames(
        frames.standings.with_columns(label),
        frames.observations.with_columns(label),
        frames.domains,
    )
    acute = both.of_type("acute")
    metrics = pl.concat(
        every_trusts_metrics(acute.of_quarter(quarter), None, [quarter], "acute")
        for quarter in ("Q4 2025/26", "Q1 2026/27")
    )
    answer = side_by_side(both, ["ZB6", "ZD3"], metrics)
    assert answer.frame.filter(pl.col("value").is_null())["mark"].drop_nulls().is_empty()
    assert answer.pairs["computed_distinguishable"].to_list() == [None]
    assert sum("The framework changed between" in note for note in answer.notes) == 1
    assert not any("likely range" in note for note in answer.notes)


def test_a_figure_is_rounded_alike_wherever_it_is_shown(league: League) -> None:
    """The mean score of an area: of the worst trust of all, and of the worst group's worst."""
    store = league.store
    worst = League(store, sample=False).worst("infections")
    shown = {column.heading: column.cells for column in columns_of(worst)}
    means = dict(zip(shown["Code"], shown["Mean score"], strict=True))
    groups = League(store, sample=False).compare(by="region", metric="infections")
    grouped = {column.heading: column.cells for column in columns_of(groups)}
    for cell in (*grouped["Best"], *grouped["Worst"]):
        score, code = cell.split()[:2]
        assert score == means[code]


def test_ranks_of_trusts_that_are_alike_are_broken_where_others_come_between() -> None:
    """A is alike to B and E (scores that overlap its own), not to C and D, which rank between."""
    ranges = {"A": (1.0, 2.0), "B": (1.5, 2.5), "C": (3.0, 3.5), "D": (3.0, 3.6), "E": (1.8, 2.2)}
    standings = pl.DataFrame(
        [
            {"quarter": "Q4 2025/26", "trust_type": "acute", "trust_code": code, "rank": rank,
             "average_score_low": low, "average_score_high": high}
            for rank, (code, (low, high)) in zip((1, 2, 3, 3, 5), ranges.items(), strict=True)
        ]
    )  # fmt: skip
    close = indistinguishable(OBSERVATIONS.to_frame().lazy(), standings)
    by_code = {row["trust_code"]: row for row in close.iter_rows(named=True)}
    assert (
        by_code["A"]["computed_indistinguishable"],
        by_code["A"]["computed_indistinguishable_ranks"],
    ) == (2, "1 to 2, 5")
    # Two share rank 3, and no rank 4 comes between.
    assert (
        by_code["C"]["computed_indistinguishable"],
        by_code["C"]["computed_indistinguishable_ranks"],
    ) == (1, "3")
