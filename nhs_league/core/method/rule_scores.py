"""Metric scores by a rule: from ranks and values to 1.00 to 4.00.

What printed values leave open stays open: a score has a lowest and a highest figure that they
allow, which differ where values tie in print.
"""

from __future__ import annotations

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.frameworks import Over, RuleKind, frameworks
from nhs_league.core.method.scoring import HALF_PLACE

LEAST = 5
"""How many rows it takes to check a rule or to infer one."""
ENOUGH = 0.9
"""The share of a metric's rows that a rule has to explain; the others are then odd rows."""
GROUP = ("quarter", "metric_id")
TRUST = ("quarter", "trust_code")
RANKED = (RuleKind.RANK, RuleKind.STANDARD, RuleKind.FLOOR, RuleKind.STANDARD_AND_FLOOR)
"""The kinds of rule that rank."""
WITH_STANDARD = [RuleKind.STANDARD.value, RuleKind.STANDARD_AND_FLOOR.value]
WITH_FLOOR = [RuleKind.FLOOR.value, RuleKind.STANDARD_AND_FLOOR.value]


def evaluated(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``low``, ``high``, ``of`` and ``fits`` by each row's rule; null where it gives none."""
    higher = pl.coalesce("listed_higher", "inferred_higher")
    directed = rows.with_columns(higher=higher).with_columns(
        good=pl.col("value") * pl.when("higher").then(1).otherwise(-1)
    )
    is_ranked = pl.col("rule").is_in([kind.value for kind in RANKED])
    is_banded = pl.col("rule") == RuleKind.BANDS.value
    is_paired = pl.col("rule") == RuleKind.PAIR.value
    rest = ~(is_ranked | is_banded | is_paired).fill_null(value=False)
    ranked = among(_with_sides(directed.filter(is_ranked)))
    parts = [
        ranked,
        _banded(directed.filter(is_banded)),
        _paired(directed.filter(is_paired), rows),
        directed.filter(rest),
    ]
    return pl.concat(parts, how="diagonal").with_columns(
        fits=(pl.col("score") >= pl.col("low") - HALF_PLACE)
        & (pl.col("score") <= pl.col("high") + HALF_PLACE)
    )


def among(rows: pl.DataFrame, key: tuple[str, ...] = ()) -> pl.DataFrame:
    """Score rows by rank, as their rule has it.

    Args:
        rows: ``good`` (the value, higher is better), ``rank`` within the type, ``over``, ``rule``,
            ``is_whole``, ``met`` and ``floored`` (whether the standard is reached, the floor
            missed), of whole metrics.
        key: further columns by which rows are ranked apart.

    Returns:
        The rows with ``low`` and ``high``, the scores that the printed values allow (unrounded;
        equal but for ties in print), ``of``, the number of trusts that are ranked, and ``pool``.
        Null where not all trusts of the type are stored.

    """
    pool = pl.when(
        (pl.col("over") == Over.ALL.value) & pl.col("trust_type").is_in(trust_types.PREFERRED)
    ).then(pl.lit(Over.ALL.value)).otherwise("trust_type")  # fmt: skip
    apart = [*GROUP, "pool", *key]
    taken = pl.col("is_whole") & pl.col("value").is_not_null()
    between = taken & ~pl.col("met") & ~pl.col("floored")
    by_column = (pl.col("over") == Over.TYPE.value) & pl.col("rank").is_not_null().all().over(apart)
    badness = pl.when("between").then(-pl.col("good"))
    column_place = pl.col("rank") - pl.col("met").sum().over(apart)
    place_low = pl.when(by_column).then(column_place).otherwise(badness.rank("min").over(apart))
    place_high = pl.when(by_column).then(column_place).otherwise(badness.rank("max").over(apart))
    best = pl.when(pl.col("rule").is_in(WITH_STANDARD)).then(2).otherwise(1)
    worst = pl.when(pl.col("rule").is_in(WITH_FLOOR)).then(3).otherwise(4)
    step = (worst - best) / pl.max_horizontal(pl.col("between").sum().over(apart) - 1, 1)

    def score(place: pl.Expr) -> pl.Expr:
        return (
            pl.when(~pl.col("taken"))
            .then(None)
            .when("met")
            .then(1.0)
            .when("floored")
            .then(4.0)
            .otherwise(best + step * (place - 1))
        )

    return rows.with_columns(pool=pool, taken=taken, between=between).with_columns(
        low=score(place_low),
        high=score(place_high),
        of=pl.col("taken").sum().over(apart).cast(pl.Int32),
        placed=pl.col("between").sum().over(apart).cast(pl.Int32),
    )


def reaches(what: str, value: pl.Expr, published: pl.Expr) -> pl.Expr:
    """Return whether a value reaches the ``standard`` or the ``floor`` of its row's rule.

    A value between the nearest seen on both sides, or one that prints as the threshold itself, may
    be on either side: there, and where the threshold is not listed, ``published`` decides.
    """
    missed, reached = pl.col(f"{what}_missed"), pl.col(f"{what}_reached")
    sign = pl.when("higher").then(1).otherwise(-1)
    open_edge = pl.when(missed == reached).then(pl.lit(HALF_PLACE)).otherwise(0)
    return (
        pl.when(sign * value >= sign * reached + open_edge)
        .then(pl.lit(value=True))
        .when(sign * value <= sign * missed - open_edge)
        .then(pl.lit(value=False))
        .otherwise(published)
    )


def band(value: pl.Expr, edges: tuple[tuple[float, float], ...]) -> tuple[pl.Expr, pl.Expr]:
    """Return the best and the worst band (1 to 4) that a value may be in, by the edges between."""
    sign = 1 if edges[0][1] > edges[-1][1] else -1
    surely, perhaps = pl.lit(1.0), pl.lit(1.0)
    for worse, better in edges:
        edge = HALF_PLACE if worse == better else 0.0
        surely = surely + (sign * value <= sign * worse - edge).cast(pl.Float64)
        perhaps = perhaps + (sign * value < sign * better + edge).cast(pl.Float64)
    return pl.when(value.is_not_null()).then(surely), pl.when(value.is_not_null()).then(perhaps)


def _with_sides(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``met`` and ``floored``: by the threshold where the rule has one, else by the score."""
    met = reaches("standard", pl.col("value"), pl.col("score") == 1)
    clear = reaches("floor", pl.col("value"), pl.col("score") != 4)
    return rows.with_columns(
        met=(pl.col("rule").is_in(WITH_STANDARD) & met).fill_null(value=False),
        floored=(pl.col("rule").is_in(WITH_FLOOR) & ~clear).fill_null(value=False),
    )


def _banded(rows: pl.DataFrame) -> pl.DataFrame:
    """Score rows by bands: by the edges that are listed, else by the order of the rows."""
    listed = [
        (each.year, metric, rule.edges)
        for each in frameworks()
        for rule in each.method.rules
        if rule.edges
        for metric in rule.metrics
    ]
    low, high = pl.lit(None, pl.Float64), pl.lit(None, pl.Float64)
    for year, metric, edges in listed:
        is_this = (pl.col("year") == year) & (pl.col("number") == metric)
        surely, perhaps = band(pl.col("value"), edges)
        low = pl.when(is_this & (pl.col("basis") == "framework")).then(surely).otherwise(low)
        high = pl.when(is_this & (pl.col("basis") == "framework")).then(perhaps).otherwise(high)
    return _by_order(rows).with_columns(
        low=pl.coalesce(low, "ordered"), high=pl.coalesce(high, "ordered")
    )


def _by_order(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``ordered``: the score, but for a row that is out of order that of the rows around it.

    Null where there are too few rows.
    """
    score = pl.col("score")
    middle = score.rolling_median(5, min_samples=1, center=True)
    out_of_order = (score < score.cum_max()) | (score > score.cum_min(reverse=True))
    in_bands = score == score.round()
    is_odd = ~in_bands | (out_of_order & (score != middle))
    ordered = pl.when(is_odd).then(middle.ceil()).otherwise(score)
    return (
        rows.sort(*GROUP, -pl.col("good"), "score", nulls_last=True)
        .with_columns(ordered=ordered.over(GROUP))
        .with_columns(
            ordered=pl.when(
                (pl.len().over(GROUP) >= LEAST) & pl.col("value").is_not_null()
            ).then("ordered")
        )
    )


def _paired(rows: pl.DataFrame, every: pl.DataFrame) -> pl.DataFrame:
    """Score rows by the tables of two scores."""
    score_of = every.select(*TRUST, "number", part="score")
    tables = pl.DataFrame(
        [
            (each.year, metric, *rule.parts, float(one), float(two), float(score))
            for each in frameworks()
            for rule in each.method.rules
            for (one, two), score in rule.table.items()
            for metric in rule.metrics
        ],
        schema=["year", "number", "one", "two", "one_score", "two_score", "low"],
        orient="row",
    )
    parts = tables.select("year", "number", "one", "two").unique()
    joined = rows.join(parts, on=["year", "number"], how="left")
    for part in ("one", "two"):
        joined = joined.join(
            score_of.rename({"number": part, "part": f"{part}_score"}), on=[*TRUST, part],
            how="left",
        )  # fmt: skip
    keys = ["year", "number", "one", "two", "one_score", "two_score"]
    return joined.join(tables, on=keys, how="left").with_columns(high="low")
