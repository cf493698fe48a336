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
