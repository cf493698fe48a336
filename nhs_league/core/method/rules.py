"""By which rule each metric is scored: the framework year's where the rows keep it, else inferred.

A rule says among which trusts a metric is ranked (its type, or all types) and how ranks or values
become scores; frameworks.json lists the rules of each year. Ranks are made on unrounded values, so
a recomputed score may be off by the places of trusts whose printed values tie.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from nhs_league.core import packaged, trust_types
from nhs_league.core.frames import QUARTER, Frames, shaped
from nhs_league.core.frameworks import FILE, Over, RuleKind, frameworks
from nhs_league.core.method.scoring import (
    ENOUGH,
    GROUP,
    LEAST,
    RANKED,
    WITH_FLOOR,
    WITH_STANDARD,
    evaluated,
)
from nhs_league.core.method.standings import known_year, number
from nhs_league.core.uncertainty import Keep
from nhs_league.frozen import frozen

MANY = 20
"""From how many rows on scores that are all whole numbers are taken for bands."""
NO_RULE = "no known rule fits"
"""Why a score is not recomputed although every trust of every type is stored."""


_RULE = {
    "rule": pl.String,
    "over": pl.String,
    "basis": pl.String,
    "listed_higher": pl.Boolean,
    "standard": pl.Float64,
    "standard_missed": pl.Float64,
    "standard_reached": pl.Float64,
    "floor": pl.Float64,
    "floor_missed": pl.Float64,
    "floor_reached": pl.Float64,
}

RULES = pl.Schema(
    {
        "quarter": QUARTER,
        "metric_id": pl.String,
        "metric": pl.String,
        "rule": pl.String,
        "over": pl.String,
        "basis": pl.String,
        "higher_is_better": pl.Boolean,
        "standard": pl.Float64,
        "standard_missed": pl.Float64,
        "standard_reached": pl.Float64,
        "floor": pl.Float64,
        "floor_missed": pl.Float64,
        "floor_reached": pl.Float64,
        "scored": pl.Int32,
        "explained": pl.Int32,
    }
)
"""One row a quarter and scored metric. ``rule`` is a RuleKind; ``over`` an Over, null where the
rule ranks nothing; ``basis`` is ``framework`` (frameworks.json), ``rows`` (inferred) or null where
no rule fits; ``standard`` and ``floor`` are what the framework lists, ``…_missed`` and
``…_reached`` the nearest values on both sides in the quarter, all in the metric's unit; ``scored``
counts the scores, ``explained`` those that the rule gives."""

SCORES = pl.Schema(
    {
        "quarter": QUARTER,
        "trust_type": pl.String,
        "trust_code": pl.String,
        "metric_id": pl.String,
        "metric": pl.String,
        "unit": pl.String,
        "value": pl.Float64,
        "score": pl.Float64,
        "rule": pl.String,
        "over": pl.String,
        "of": pl.Int32,
        "placed": pl.Int32,
        "computed_score": pl.Float64,
        "computed_low": pl.Float64,
        "computed_high": pl.Float64,
        "not_computed": pl.String,
    }
)
"""One row a published metric score. ``of`` is how many trusts it is scored
among, ``placed`` how many of them by their place (neither by a standard nor by a floor);
``computed_low`` to ``computed_high`` is what the printed values leave open (1 to 4, unrounded);
``not_computed`` says why there is no ``computed_score``, null where there is one."""


@frozen
class Recomputed:
    """The metric scores recomputed.

    Attributes:
        rules: schema RULES.
        scores: schema SCORES.

    """

    rules: pl.DataFrame
    scores: pl.DataFrame


def recompute(observations: pl.LazyFrame, standings: pl.LazyFrame) -> Recomputed:
    """Find each metric's rule and recompute every score by it.

    Args:
        observations: schema OBSERVATIONS, of any quarters, all trust types that are stored.
        standings: schema STANDINGS of the same quarters, which tell whether a type is whole.

    """
    rows = scored_rows(observations, standings)
    by_framework = evaluated(rows.join(listed_rules(), on=["year", "number"], how="left"))
    fits = _fits(by_framework)
    has_odd_rows = fits.filter(~pl.col("is_enough") | (pl.col("share") < 1))
    inferred = _inferred(rows.join(has_odd_rows, on=GROUP, how="semi")).join(
        # A rule that explains enough gives way only to one that explains every score.
        fits.filter(pl.col("is_enough")).select(*GROUP, "is_enough"),
        on=GROUP,
        how="left",
    )
    explains_all = (pl.col("share") == 1) & (pl.col("tested") >= MANY)
    inferred = inferred.filter(pl.col("is_enough").is_null() | explains_all).drop(
        "is_enough", "share", "tested"
    )
    chosen = pl.concat(
        [
            by_framework.join(inferred.select(GROUP), on=GROUP, how="anti"),
            evaluated(rows.join(inferred, on=GROUP)),
        ],
        how="diagonal",
    )
    scores = _explained(chosen, _fits(chosen))
    return Recomputed(rules=_rules(scores), scores=shaped(scores, SCORES))


def stored_recomputed(frames: Frames, quarter: str, keep: Keep) -> Recomputed:
    """Return the stored scores of a quarter as recomputed before, else recompute them.

    Args:
        frames: the tidy frames of the quarter, all trust types that are stored.
        quarter: its label.
        keep: where they are stored.

    """
    made = cache(lambda: recompute(frames.observations, frames.standings))
    by = [packaged.fingerprint(FILE)]
    return Recomputed(
        rules=keep("rules", [quarter], by, lambda: made().rules),
        scores=keep("recomputed", [quarter], by, lambda: made().scores),
    )


def scored_rows(observations: pl.LazyFrame, standings: pl.LazyFrame) -> pl.DataFrame:
    """Return the scored observations with what the rules need to know of them.

    Returns:
        The observations that have a score, and ``year`` (the framework whose rules apply),
        ``number``, ``is_whole`` (all trusts of the type are stored), ``all_whole`` (those of every
        type are), ``stored`` (the whole types, in words), ``good`` (the value, higher is better).

    """
    scored = observations.filter(pl.col("score").is_not_null()).with_columns(
        year=known_year(), number=number()
    )
    whole = (
        standings.group_by("quarter", "trust_type")
        .agg(is_whole=pl.col("of").is_not_null().any(), trusts=pl.len())
        .collect()
    )
    known = pl.col("trust_type").is_in(trust_types.PREFERRED)
    stored = (
        whole.filter(pl.col("is_whole") & known)
        .with_columns(
            words=pl.col("trust_type").map_elements(trust_types.in_words, pl.String),
            place=pl.col("trust_type").replace_strict(
                {t: i for i, t in enumerate(trust_types.PREFERRED)}, return_dtype=pl.Int8
            ),
        )
        .sort("place")
        .group_by("quarter")
        .agg(
            all_whole=pl.len() == len(trust_types.PREFERRED),
            stored=pl.col("words").str.join(" and "),
        )
    )
    joined = (
        scored.drop("of")
        .collect()
        .join(whole, on=["quarter", "trust_type"], how="left")
        .join(stored, on="quarter", how="left")
    )
    complete = pl.col("is_whole").fill_null(value=False) & (
        pl.col("rank").max().fill_null(0) <= pl.len()
    ).over(*GROUP, "trust_type")
    direction = pl.corr("value", "score", method="spearman").fill_nan(None)
    by_rank = pl.corr("value", "rank", method="spearman").fill_nan(None)
    higher = pl.coalesce(direction, by_rank) < 0
    return joined.with_columns(
        is_whole=complete,
        all_whole=pl.col("all_whole").fill_null(value=False),
        inferred_higher=higher.over(GROUP),
    )


@cache
def listed_rules() -> pl.DataFrame:
    """List the rules of frameworks.json, one row a framework year and metric."""
    rows = [
        {
            "year": each.year,
            "number": metric,
            "rule": rule.kind.value,
            "over": rule.over.value if rule.kind in RANKED else None,
            "basis": "framework",
            "listed_higher": threshold and threshold.higher_is_better,
            "standard": rule.standard and rule.standard.at,
            "standard_missed": rule.standard and rule.standard.missed,
            "standard_reached": rule.standard and rule.standard.reached,
            "floor": rule.floor and rule.floor.at,
            "floor_missed": rule.floor and rule.floor.missed,
            "floor_reached": rule.floor and rule.floor.reached,
        }
        for each in frameworks()
        for rule in each.method.rules
        for threshold in (rule.standard or rule.floor,)
        for metric in rule.metrics
    ]
    return pl.DataFrame(rows, schema={"year": pl.String, "number": pl.String, **_RULE})


def _fits(scored: pl.DataFrame) -> pl.DataFrame:
    """Return for each metric whether its rule explains enough of its scores, or cannot be tested.

    Returns:
        GROUP, ``tested`` (how many scores the rule gives), ``share`` (how many of them are the
        published ones, 0 to 1) and ``is_enough``.

    """
    tested = pl.col("fits").count()
    return scored.group_by(GROUP).agg(
        tested=tested,
        share=pl.col("fits").mean(),
        is_enough=pl.when(pl.col("rule").is_null().any())
        .then(pl.lit(value=False))
        .when(tested < LEAST)
        .then(pl.lit(value=True))
        .otherwise(pl.col("fits").mean() >= ENOUGH),
    )


def _inferred(rows: pl.DataFrame) -> pl.DataFrame:
    """Find the simplest rule that explains the scores of each metric.

    Returns:
        GROUP, the columns of a rule (``basis`` is "rows", no thresholds), ``share`` (of the scores
        that it explains) and ``tested`` (of how many), for the metrics for which there is one.

    """
    tried = [
        (rule.value, over.value, place)
        for place, (rule, over) in enumerate((rule, over) for rule in RANKED for over in Over)
    ] + [(RuleKind.BANDS.value, None, 9)]
    candidates = (
        pl.DataFrame(
            tried, schema={"rule": pl.String, "over": pl.String, "place": pl.Int8}, orient="row"
        )
        .with_columns(
            pl.lit(None, kind).alias(column)
            for column, kind in _RULE.items()
            if column not in ("rule", "over")
        )
        .with_columns(basis=pl.lit("rows"))
    )
    tries = [
        evaluated(rows.join(each, how="cross"))
        for each in candidates.partition_by("place", maintain_order=True)
    ]
    every = pl.concat(tries, how="diagonal")
    is_banded = pl.col("rule") == RuleKind.BANDS.value
    # A standard or floor that values contradict is none.
    good_met = pl.col("good").filter("met").min()
    good_unmet = pl.col("good").filter(~pl.col("met")).max()
    good_floored = pl.col("good").filter("floored").max()
    good_clear = pl.col("good").filter(~pl.col("floored")).min()
    return (
        every.group_by(*GROUP, "place", *_RULE)
        .agg(
            share=pl.col("fits").mean(),
            tested=pl.col("fits").count(),
            is_ordered=((good_met >= good_unmet) & (good_floored <= good_clear)).fill_null(
                value=True
            ),
        )
        .filter("is_ordered", pl.col("tested") >= LEAST, pl.col("share") >= ENOUGH)
        # Whole scores of few trusts may come from ranks; those of many are bands.
        .with_columns(
            place=pl.when(is_banded & (pl.col("tested") >= MANY)).then(-1).otherwise("place")
        )
        .sort("share", "place", descending=[True, False])
        .unique(GROUP, keep="first", maintain_order=True)
        .select(*GROUP, *_RULE, "share", "tested")
    )


def _explained(chosen: pl.DataFrame, fits: pl.DataFrame) -> pl.DataFrame:
    """Add ``computed_score`` and its range, or ``not_computed``: why there is none."""
    joined = chosen.join(fits, on=GROUP, how="left")
    is_ranked = pl.col("rule").is_in([kind.value for kind in RANKED])
    over_all = is_ranked & (pl.col("over") == Over.ALL.value)
    misfit = ~pl.col("is_enough")
    stored = pl.format("only {} are stored", "stored")
    kind = pl.col("trust_type").map_elements(trust_types.in_words, pl.String)
    too_few = pl.len().over(GROUP) < LEAST
    why = (
        pl.when((pl.col("rule") == RuleKind.UNPUBLISHED.value) | _lacks_value())
        .then(pl.lit("the figures behind the score are not published"))
        .when((is_ranked | misfit) & ~pl.col("is_whole"))
        .then(pl.format("only some {} are stored", kind))
        # Without the other types a rule over all is only sure where it gives every score.
        .when(
            over_all & ~pl.col("all_whole") & ((pl.col("share") < 1) | (pl.col("tested") < LEAST))
        )
        .then(pl.format("ranked across all trust types, but {}", stored))
        .when(misfit & ~pl.col("all_whole"))
        .then(
            pl.format("no known rule fits; it may be ranked across all trust types, but {}", stored)
        )
        .when(misfit & too_few)
        .then(pl.lit("too few trusts have a score to work out the rule"))
        .when(misfit)
        .then(pl.lit(NO_RULE))
        .when((pl.col("rule") == RuleKind.PAIR.value) & pl.col("low").is_null())
        .then(pl.lit("one of the two scores behind it is missing, or the pair is a new one"))
        .when(pl.col("low").is_null())
        .then(pl.lit("too few trusts have a score to work out the rule"))
    )
    decided = pl.col("score").clip(pl.col("low"), pl.col("high"))
    is_computed = pl.col("not_computed").is_null()
    is_unknown = misfit & ~over_all & ~_lacks_value()
    return (
        joined.with_columns(
            not_computed=why,
            rule=pl.when(_lacks_value())
            .then(pl.lit(RuleKind.UNPUBLISHED.value))
            .when(is_unknown)
            .then(pl.lit(RuleKind.UNKNOWN.value))
            .otherwise("rule"),
            computed_score=pl.when(is_ranked).then("low").otherwise(decided),
        )
        .with_columns(
            pl.when(is_computed).then(column).alias(column)
            for column in ("computed_score", "low", "high", "of", "placed")
        )
        .rename({"low": "computed_low", "high": "computed_high"})
    )


def _lacks_value() -> pl.Expr:
    return pl.col("value").is_null() & (pl.col("rule") != RuleKind.PAIR.value).fill_null(value=True)


def _rules(scores: pl.DataFrame) -> pl.DataFrame:
    """Sum the rules up, with the nearest values seen on both sides of a standard or a floor."""
    value, good, taken = pl.col("value"), pl.col("good"), pl.col("taken")
    reached = pl.col("rule").is_in(WITH_STANDARD) & taken & pl.col("met")
    missed = pl.col("rule").is_in(WITH_STANDARD) & taken & ~pl.col("met")
    clear = pl.col("rule").is_in(WITH_FLOOR) & taken & ~pl.col("floored")
    floored = pl.col("rule").is_in(WITH_FLOOR) & taken & pl.col("floored")

    def worst(side: pl.Expr) -> pl.Expr:
        return value.filter(side).get(good.filter(side).arg_min(), null_on_oob=True)

    def best(side: pl.Expr) -> pl.Expr:
        return value.filter(side).get(good.filter(side).arg_max(), null_on_oob=True)

    # A score whose value is not published says nothing of the rule of those that have one.
    first = pl.col("rule").eq_missing(RuleKind.UNPUBLISHED.value).arg_min()
    summed = (
        scores.group_by(GROUP)
        .agg(
            pl.col("metric", "rule", "over", "standard", "floor").get(first),
            higher_is_better=pl.col("higher").get(first),
            basis=pl.when((pl.col("rule") != RuleKind.UNKNOWN.value).get(first)).then(
                pl.col("basis").get(first)
            ),
            standard_reached=worst(reached),
            standard_missed=best(missed),
            floor_reached=worst(clear),
            floor_missed=best(floored),
            scored=pl.len(),
            explained=(pl.col("fits") & pl.col("not_computed").is_null()).sum(),
        )
        .sort(GROUP)
    )
    return shaped(summed, RULES)
