"""What holds a trust back: its weak spots, and its strongest metrics."""

from __future__ import annotations

from enum import StrEnum

import polars as pl

from nhs_league.league.peers import place, place_of
from nhs_league.league.scoring import by_rank

WEAK_FROM = 3.0
SEVERE_FROM = 3.5
STRONG_TO = 1.5
_QUARTER = 0.25


class WeakSpot(StrEnum):
    """How weak a metric is."""

    WEAK = "weak"
    SEVERE = "severe"


class Since(StrEnum):
    """What became of a metric since the quarter before."""

    FIRST = "first figure"
    SAME = "same figure"
    NEW = "new"
    WORSENING = "worsening"
    EASING = "easing"
    UNCHANGED = "unchanged"


class Rule(StrEnum):
    """By what a metric was called a weak spot."""

    SCORE = "score"
    RANK = "rank"


def classify(compared: pl.LazyFrame) -> pl.LazyFrame:
    """Tell weak spots and strong metrics from the rest.

    A weak spot is a metric scored 3.00 or worse, severe from 3.50; where no score is published, a
    rank in the worst quarter of its trust type, severe where the rank formula would score it 3.50
    or worse (the worst sixth). A metric's second value row (a count beside a
    scored rate) is judged by that score alone.

    Args:
        compared: schema WITH_PEERS (see ``peers``), all trusts of the types asked about.

    Returns:
        The same rows with ``weak_spot`` (``severe``, ``weak`` or null), ``weak_spot_rule``
        (``score``, ``rank`` or null), ``strong`` (bool: scored 1.50 or better, or ranked in the
        best quarter) and ``badness``, 1 (best) to 4, which orders them: the score, or the rank put
        on the score's scale; null where neither is known.

    """
    score, rank, of = pl.col("score"), place(), place_of()
    metric_has_score = score.is_not_null().any().over("quarter", "trust_code", "metric_id")
    judged_by_rank = (
        ~metric_has_score & rank.is_not_null() & of.is_not_null() & pl.col("value").is_not_null()
    )
    in_worst_quarter = judged_by_rank & (rank > of * (1 - _QUARTER))
    in_best_quarter = judged_by_rank & (rank <= of * _QUARTER)
    on_scale = by_rank(rank, of)
    return compared.with_columns(
        weak_spot=pl.when((score >= SEVERE_FROM) | (in_worst_quarter & (on_scale >= SEVERE_FROM)))
        .then(pl.lit(WeakSpot.SEVERE.value))
        .when((score >= WEAK_FROM) | in_worst_quarter)
        .then(pl.lit(WeakSpot.WEAK.value)),
        weak_spot_rule=pl.when(score >= WEAK_FROM)
        .then(pl.lit(Rule.SCORE.value))
        .when(in_worst_quarter)
        .then(pl.lit(Rule.RANK.value)),
        strong=((score <= STRONG_TO) | in_best_quarter).fill_null(value=False),
        badness=pl.coalesce(score, pl.when(judged_by_rank).then(on_scale)),
    )


def history(classified: pl.LazyFrame) -> pl.LazyFrame:
    """Tell how long each metric of a trust has been weak, and what became of it since last time.

    Args:
        classified: as ``classify`` gives it, one trust's rows of one or more quarters.

    Returns:
        metric_id, unit, weak_for (how many quarters in a row it has been a weak spot, up to the
        newest quarter; 0 where it is none now) and since_last (a ``Since``: the same figure
        published again, newly weak, or its badness against the quarter before; where that is the
        same, its value).

    """
    group = ("metric_id", "unit")
    newest_first = classified.sort(*group, "quarter", descending=True)
    is_weak = pl.col("weak_spot").is_not_null()
    before = {c: pl.col(c).shift(-1).over(group) for c in ("period", "value", "score", "badness")}
    was_weak = is_weak.shift(-1).over(group)
    same = (
        pl.col("period").eq_missing(before["period"])
        & pl.col("value").eq_missing(before["value"])
        & (pl.col("value").is_not_null() | pl.col("score").eq_missing(before["score"]))
    )
    # A score that is at its end cannot tell a value that gets worse still.
    value = pl.col("value") - before["value"]
    tie = pl.when("higher_is_better").then(-value).otherwise(value).fill_null(0.0)
    badness = (pl.col("badness") - before["badness"]).fill_null(0.0)
    worse = pl.when(badness != 0).then(badness).otherwise(tie)
    newest = pl.col("quarter").max()
    return (
        newest_first.with_columns(
            weak_for=is_weak.cast(pl.Int8).cum_min().over(group).sum().over(group).cast(pl.Int32),
            since_last=pl.when(was_weak.is_null())
            .then(pl.lit(Since.FIRST.value))
            .when(same)
            .then(pl.lit(Since.SAME.value))
            .when(is_weak & ~was_weak)
            .then(pl.lit(Since.NEW.value))
            .when(worse > 0)
            .then(pl.lit(Since.WORSENING.value))
            .when(worse < 0)
            .then(pl.lit(Since.EASING.value))
            .otherwise(pl.lit(Since.UNCHANGED.value)),
        )
        .filter(pl.col("quarter") == newest)
        .select(*group, "weak_for", "since_last")
    )
