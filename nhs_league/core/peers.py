"""A trust among its peers: the place of each value, which metrics are weak, who is most like it."""

from __future__ import annotations

from enum import StrEnum

import polars as pl

from nhs_league.core.frames import OBSERVATIONS, Frames, cast_to, round_computed
from nhs_league.core.method.standings import by_rank, year
from nhs_league.core.metrics import is_compared
from nhs_league.core.quarters import same_period

GROUP = ("quarter", "trust_type", "metric_id", "unit")
"""Values are compared within a quarter, a trust type, a metric and a unit; a count beside rates is
not compared at all (see ``metrics.is_compared``)."""

FEWEST = 5
"""The fewest trusts that have something typical; fewer are no picture of their type."""

COMPUTED = pl.Schema(
    {
        "higher_is_better": pl.Boolean,
        "computed_rank": pl.Int32,
        "computed_of": pl.Int32,
        "computed_median": pl.Float64,
        "computed_lower_quartile": pl.Float64,
        "computed_upper_quartile": pl.Float64,
        "computed_lowest": pl.Float64,
        "computed_highest": pl.Float64,
    }
)
"""What ``with_peers`` adds to observations; quartiles interpolate between values (R's type 7)."""

WITH_PEERS = pl.Schema([*OBSERVATIONS.items(), *COMPUTED.items()])


def with_peers(observations: pl.LazyFrame, catalogue: pl.DataFrame) -> pl.LazyFrame:
    """Add each value's place among its peers.

    Args:
        observations: schema OBSERVATIONS; all trusts of their types, as
            filters come after.
        catalogue: schema CATALOGUE of the same quarters, for the metrics' directions.

    Returns:
        Schema WITH_PEERS, as ``compare`` returns it.

    """
    direction = catalogue.lazy().select(*GROUP, "higher_is_better")
    return compare(observations.join(direction, on=GROUP, how="left", nulls_equal=True))


def compare(directed: pl.LazyFrame) -> pl.LazyFrame:
    """Add each value's place among its peers to observations whose direction is known.

    Args:
        directed: schema OBSERVATIONS and ``higher_is_better``, all trusts of their types.

    Returns:
        Schema WITH_PEERS. ``computed_rank`` is 1 for the best value, ties share the smaller rank,
        and it is null where the direction is not known; ``computed_of`` counts the values. A metric
        that is published as a score alone is ranked by its score. Of a value that is not compared,
        all ``computed_`` columns are null.

    """
    value = _compared()
    higher = pl.col("higher_is_better") & pl.col("unit").is_not_null()
    upwards = value.rank("min", descending=True).over(GROUP)
    downwards = value.rank("min").over(GROUP)
    return directed.with_columns(
        computed_rank=pl.when(higher).then(upwards).when(~higher).then(downwards),
        computed_of=pl.when(value.is_not_null()).then(value.count().over(GROUP)),
        computed_median=round_computed(value.median()).over(GROUP),
        computed_lower_quartile=round_computed(value.quantile(0.25, "linear")).over(GROUP),
        computed_upper_quartile=round_computed(value.quantile(0.75, "linear")).over(GROUP),
        computed_lowest=value.min().over(GROUP),
        computed_highest=value.max().over(GROUP),
    ).select(cast_to(WITH_PEERS))


def spreads(observations: pl.LazyFrame) -> pl.LazyFrame:
    """Return the ends, quartiles and median of each GROUP of values, as ``compare`` does."""
    value = _compared()
    return observations.group_by(GROUP).agg(
        computed_lowest=value.min(),
        computed_lower_quartile=round_computed(value.quantile(0.25, "linear")),
        computed_median=round_computed(value.median()),
        computed_upper_quartile=round_computed(value.quantile(0.75, "linear")),
        computed_highest=value.max(),
    )


def without_peers(observations: pl.LazyFrame) -> pl.LazyFrame:
    """Add the columns of ``with_peers`` as nulls."""
    return observations.with_columns(pl.lit(None, kind).alias(c) for c, kind in COMPUTED.items())


def _compared() -> pl.Expr:
    """Return what is compared: the value, or the score of a metric published as one alone."""
    value = pl.when(is_compared()).then("value")
    return pl.when(pl.col("unit").is_not_null()).then(value).otherwise("score")


def effective_rank() -> pl.Expr:
    """Return the rank to order by: the published one where each value of its group has one."""
    return pl.when(_all_ranked()).then("rank").otherwise("computed_rank")


def effective_count() -> pl.Expr:
    """Return the number of trusts that ``effective_rank()`` is of; null where it is not known."""
    return pl.when(_all_ranked()).then("of").otherwise("computed_of")


def _all_ranked() -> pl.Expr:
    has_no_figure = pl.col("value").is_null() & pl.col("unit").is_not_null()
    return (pl.col("rank").is_not_null() | has_no_figure).all().over(GROUP)


def peer_median() -> pl.Expr:
    """Return the median of the trust type: the published one, else the computed one.

    It is null beside a value that is not compared, where the published one is that of the rates.
    """
    return pl.when(is_compared()).then(pl.coalesce("median", "computed_median"))


def standard_met(standard: float | None, *, higher: bool | None) -> pl.Expr:
    """Count the values that meet a standard; null where there is none."""
    if standard is None or higher is None:
        return pl.lit(None, pl.Int32)
    value = pl.col("value")
    is_met = value >= standard if higher else value <= standard
    return is_met.sum().cast(pl.Int32)


def best_quarter() -> pl.Expr:
    """Return the value at which a type's best quarter begins: published, else computed."""
    upper = pl.coalesce("upper_quartile", "computed_upper_quartile")
    lower = pl.coalesce("lower_quartile", "computed_lower_quartile")
    return (
        pl.when(~is_compared())
        .then(None)
        .when(pl.col("higher_is_better"))
        .then(upper)
        .when(~pl.col("higher_is_better"))
        .then(lower)
    )


TEN = 10
SIMILAR = (
    "trust_code", "trust_name", "subtype", "region", "segment", "rank", "rank_low", "rank_high",
    "of", "average_score", "same_subtype", "same_region", "computed_distance", "quarter",
)  # fmt: skip
"""The columns of the trusts most like one, the likest first. ``computed_distance`` is the root mean
square difference of the scores (or, without scores, of the ranks' share) of the metrics that both
have, 0 for the same profile."""


def similar_trusts(frames: Frames, trust_code: str, count: int = TEN) -> pl.DataFrame:
    """Find the trusts most like one.

    Those of the same subtype and region come first, then those of the same subtype, then of the
    same region, then the others; among each the nearest profile of scores first.

    Args:
        frames: the tidy frames of one quarter and the trust's type.
        trust_code: a trust that is in the standings.
        count: how many to return.

    Returns:
        Columns SIMILAR.

    """
    standings = frames.standings.collect()
    (trust,) = standings.filter(pl.col("trust_code") == trust_code).to_dicts()
    distance = _distances(frames.observations, trust_code)
    return (
        standings.filter(pl.col("trust_code") != trust_code)
        .join(distance, on="trust_code", how="left")
        .with_columns(
            same_subtype=pl.col("subtype").eq_missing(pl.lit(trust["subtype"], pl.String)),
            same_region=pl.col("region").eq_missing(pl.lit(trust["region"], pl.String)),
        )
        .sort(
            "same_subtype",
            "same_region",
            "computed_distance",
            "trust_name",
            descending=[True, True, False, False],
            nulls_last=True,
        )
        .head(count)
        .select(SIMILAR)
    )


def _distances(observations: pl.LazyFrame, trust_code: str) -> pl.DataFrame:
    group = ("metric_id", "unit")
    place = pl.col("value").rank("average").over(group) / pl.col("value").count().over(group)
    # Without scores a value's place among the values stands in, on the same span of 3.
    profile = observations.with_columns(figure=pl.coalesce("score", 3 * place)).select(
        "trust_code", *group, "figure"
    )
    of_trust = profile.filter(pl.col("trust_code") == trust_code).drop("trust_code")
    return (
        profile.filter(pl.col("trust_code") != trust_code)
        .join(of_trust, on=group, nulls_equal=True, suffix="_of_trust")
        .drop_nulls(["figure", "figure_of_trust"])
        .group_by("trust_code")
        .agg(
            computed_distance=round_computed(
                (pl.col("figure") - pl.col("figure_of_trust")).pow(2).mean().sqrt()
            )
        )
        .collect()
    )


WEAK_FROM = 3.0
SEVERE_FROM = 3.5
STRONG_TO = 1.5
_QUARTER = 0.25


class WeakSpot(StrEnum):
    """How weak a metric is."""

    WEAK = "weak"
    SEVERE = "severe"


class Since(StrEnum):
    """What became of a metric's value since the trust's last figure of it."""

    NOT_COMPARED = "not compared"
    SAME = "same figure"
    REVISED = "changed figure"
    IMPROVED = "improved"
    WORSENED = "worsened"
    UNCHANGED = "unchanged"
    MOVED = "moved"


class WeakSpotBasis(StrEnum):
    """By what a metric was called a weak spot."""

    SCORE = "score"
    RANK = "rank"


def classify(compared: pl.LazyFrame) -> pl.LazyFrame:
    """Classify metrics as weak spots, strong metrics and the rest.

    A weak spot is a metric scored 3.00 or worse, severe from 3.50; where no score is published, a
    rank in the worst quarter of its trust type, severe where the rank formula would score it 3.50
    or worse (the worst sixth). A metric's second value row (a count beside a
    scored rate) is judged by that score alone.

    Args:
        compared: schema WITH_PEERS, all trusts of their types.

    Returns:
        The same rows with ``weak_spot`` (``severe``, ``weak`` or null), ``weak_spot_rule``
        (``score``, ``rank`` or null), ``strong`` (bool: scored 1.50 or better, or ranked in the
        best quarter), ``badness``, 1 (best) to 4, which orders weak spots: the score, or the rank
        put on the score's scale; and ``share_ahead``, 0 (best) to 1, which orders all metrics: the
        share of the other trusts that do better or, without a rank, the score put on that scale.
        Both are null where neither is known.

    """
    score, rank, of = pl.col("score"), effective_rank(), effective_count()
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
        .then(pl.lit(WeakSpotBasis.SCORE.value))
        .when(in_worst_quarter)
        .then(pl.lit(WeakSpotBasis.RANK.value)),
        strong=((score <= STRONG_TO) | in_best_quarter).fill_null(value=False),
        badness=pl.coalesce(score, pl.when(judged_by_rank).then(on_scale)),
        share_ahead=pl.coalesce(
            pl.when(of > 1).then((rank - 1) / (of - 1)).when(of == 1).then(0.0), (score - 1) / 3
        ),
    )


def history(classified: pl.LazyFrame) -> pl.LazyFrame:
    """Compare each metric of a trust with its figure before, and count the quarters it was weak.

    The value decides what became of a metric, never its score, which depends on other trusts too;
    only a metric that is published as a score alone is compared by its score.

    Args:
        classified: as ``classify`` returns it, of one or more quarters.

    Returns:
        One row a trust, metric and unit of the newest quarter: trust_code, metric_id, unit,
        ``quarters_weak`` (for how
        many quarters in a row it has been a weak spot, up to the newest quarter; 0 where it is none
        now), ``change_since_last`` (a ``Since``: ``same figure`` is the same period again,
        ``changed figure`` that period with another value, ``moved`` a value that may be better or
        worse, ``not compared`` where there is no earlier figure in this unit or one of the two is
        doubtful), and the earlier
        figure: ``quarter_from``, ``value_from``, and ``rank_from``, ``of_from`` and ``score_from``,
        which are null where that quarter is of another framework year.

    """
    group = ("trust_code", "metric_id", "unit")
    newest_first = classified.with_columns(time=_time(), year=year()).sort(
        *group, "time", descending=True
    )
    earlier = {c: pl.col(c).shift(-1).over(group) for c in ("quarter", "period", "value", "doubt")}
    same_year = pl.col("year") == pl.col("year").shift(-1).over(group)
    within_year = {
        f"{c}_from": pl.when(same_year).then(pl.col(c).shift(-1).over(group))
        for c in ("rank", "of", "score")
    }
    newest = pl.col("time").max()
    without_gap = newest - pl.col("time") == pl.int_range(pl.len()).over(group)
    is_weak = pl.col("weak_spot").is_not_null() & without_gap
    return (
        newest_first.with_columns(
            **{f"{c}_from": figure for c, figure in earlier.items()},
            **within_year,
            quarters_weak=is_weak.cast(pl.Int8).cum_min().over(group).sum().over(group),
        )
        .filter(pl.col("time") == newest)
        .with_columns(
            change_since_last=_since_last(), quarters_weak=pl.col("quarters_weak").cast(pl.Int32)
        )
        .select(
            *group, "quarters_weak", "change_since_last", "quarter_from", "value_from",
            "rank_from", "of_from", "score_from",
        )
    )  # fmt: skip


def _since_last() -> pl.Expr:
    value = pl.col("value") - pl.col("value_from")
    # Where there are no values at all, the score is what is published; lower is better.
    has_no_value = pl.col("value").is_null() & pl.col("value_from").is_null()
    score = pl.col("score") - pl.col("score_from")
    change = pl.when(has_no_value).then(score).otherwise(value)
    better = pl.when(pl.col("higher_is_better") & ~has_no_value).then(change).otherwise(-change)
    # A doubtful figure is no sign of a change.
    is_doubted = pl.col("doubt").is_not_null() | pl.col("doubt_from").is_not_null()
    knows_better = has_no_value | pl.col("higher_is_better").is_not_null()
    return (
        pl.when(change.is_null() | is_doubted)
        .then(pl.lit(Since.NOT_COMPARED.value))
        .when(same_period() & (change == 0))
        .then(pl.lit(Since.SAME.value))
        .when(same_period() & ~has_no_value)
        .then(pl.lit(Since.REVISED.value))
        .when(change == 0)
        .then(pl.lit(Since.UNCHANGED.value))
        .when(~knows_better)
        .then(pl.lit(Since.MOVED.value))
        .when(better > 0)
        .then(pl.lit(Since.IMPROVED.value))
        .otherwise(pl.lit(Since.WORSENED.value))
    )


def _time() -> pl.Expr:
    """Return a number for each quarter; the next quarter's is 1 more."""
    return pl.col("quarter").to_physical().cast(pl.Int32)


TO_ASK = ("metric_id", "unit", "trust_code", "trust_name", "value", "score", "rank", "of")
"""The columns of trusts to ask: one row a weak spot and trust, the likest trust first."""
_TO_ASK = 3


def who_to_ask(
    observations: pl.LazyFrame, weak: pl.DataFrame, similar: pl.DataFrame
) -> pl.DataFrame:
    """Find similar trusts that do better at a trust's weak spots.

    Those count that are better than it, in the best half of their type (no worse than its median,
    published or else computed) and not weak there themselves. A doubtful figure does not count.

    Args:
        observations: schema OBSERVATIONS of one quarter, the similar trusts at least.
        weak: the trust's weak spots with their peers' figures, schema WITH_PEERS.
        similar: columns SIMILAR.

    Returns:
        Columns TO_ASK, up to three trusts a weak spot, in the order of ``weak`` and ``similar``.

    """
    metric = ["metric_id", "unit"]
    is_score = pl.col("unit").is_null()
    figure = pl.when(is_score).then("score").otherwise("value")
    # Signed so that higher is better; null where it is not known which is.
    sign = pl.when(is_score | ~pl.col("higher_is_better")).then(-1).when("higher_is_better").then(1)
    beaten = weak.lazy().select(
        *metric,
        at_weak=pl.int_range(pl.len()),
        sign=sign,
        signed=sign * figure,
        middle=sign * pl.when(is_score).then("computed_median").otherwise(peer_median()),
    )
    likest = similar.lazy().select("trust_code", "trust_name", at_similar=pl.int_range(pl.len()))
    better = pl.col("sign") * figure
    is_not_weak = pl.col("score").is_null() | (pl.col("score") < WEAK_FROM)
    return (
        observations.filter(pl.col("doubt").is_null(), is_compared())
        .join(likest, on="trust_code")
        .join(beaten, on=metric, nulls_equal=True)
        .filter(better > pl.col("signed"), better >= pl.col("middle"), is_not_weak)
        .sort("at_weak", "at_similar")
        .group_by(metric, maintain_order=True)
        .head(_TO_ASK)
        .select(TO_ASK)
        .collect()
    )
