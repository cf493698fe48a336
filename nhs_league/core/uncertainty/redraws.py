"""Average scores and places when the metrics that count are drawn again.

Source: the likely ranges that NHS England publishes can be reproduced by drawing each trust's
metric scores with replacement and ranking the redrawn averages (docs/method.md); so they say how
far a place depends on which metrics are counted. They say nothing of chance in patients.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor, lcm
from random import Random

import polars as pl

from nhs_league.core.frames import round_computed
from nhs_league.core.method.standings import scored_for_average, weighted_mean
from nhs_league.core.uncertainty.lanes import weighted_sums
from nhs_league.frozen import frozen

DRAWS = 2000
"""How often the metrics are drawn. For a likely range 1.0 wide, the standard error of each end is
then 0.015 to 0.02."""
FEWEST = 3
"""The fewest drawn metrics that make an average."""
TAIL = 0.025
"""The share of draws beyond each end of the middle 95%."""

_SEED = "redraws"
_HUNDREDTHS = 100
_SMALLEST_PART = 60
"""The largest denominator of a weight."""
_QUARTER = 0.25
_HIGHEST = 8
"""More than any average, a power of two."""
_FINE = 2**36
"""The scale on which redrawn averages are whole numbers, and differ where the averages do."""


@frozen
class Redraws:
    """The redrawn average scores of all trusts of one type in one quarter.

    Attributes:
        averages: one row a draw, one column a trust, named by its code: the redrawn average score,
            1 to 4; null where fewer than three drawn metrics are left.
        actual: one row a trust, in the order of the columns: trust_code, computed_average_score
            (1 to 4, unrounded) and metrics (how many scores count).

    """

    averages: pl.DataFrame
    actual: pl.DataFrame


def scored(observations: pl.LazyFrame) -> pl.DataFrame:
    """Return the metric scores that count in average scores, with their weights.

    Args:
        observations: schema OBSERVATIONS, of one quarter and one trust type, with all its trusts.

    Returns:
        quarter, trust_code, metric_id, domain, period, score (1 to 4) and weight (1, or 1/3 for
        each of the three infections; see ``method.standings.scored_for_average``).

    """
    return (
        scored_for_average(observations)
        .select("quarter", "trust_code", "metric_id", "domain", "period", "score", "weight")
        .collect()
    )


def drawn(metrics: int) -> pl.DataFrame:
    """Draw as many metrics as there are, with replacement, 2,000 times with a fixed seed.

    Args:
        metrics: how many metrics there are, 1 to 255.

    Returns:
        One row a draw, one column a metric: how often it is drawn (0 to ``metrics``).

    """
    which = _random(metrics).cast(pl.UInt8).alias("which").to_frame()
    shape = (DRAWS, metrics)
    return which.select(
        (pl.col("which") == metric).cast(pl.UInt8).reshape(shape).arr.sum().alias(str(metric))
        for metric in range(metrics)
    )


def _random(below: int) -> pl.Series:
    """Return whole numbers from 0 to below ``below``, that many for each draw."""
    # From Python's generator, which never changes, and not from polars' own.
    random = Random(_SEED).randbytes(4 * DRAWS * below)  # noqa: S311 - statistics, not secrets
    numbers = pl.col("bytes").bin.reinterpret(dtype=pl.Array(pl.UInt32, DRAWS * below)).explode()
    return (
        pl.DataFrame({"bytes": [random]})
        .select((numbers.cast(pl.UInt64) * below // 2**32).cast(pl.UInt32))
        .to_series()
    )


def same_for_all(scores: pl.DataFrame, draws: pl.DataFrame | None = None) -> Redraws:
    """Redraw the metrics, with the same draw for every trust.

    As many metrics are drawn as are scored for the type, with replacement; a trust skips the drawn
    metrics that it lacks. Use this to compare trusts: it asks whether a difference survives another
    choice of metrics.

    Args:
        scores: trust_code, metric_id, score (1 to 4, two places) and weight, as of ``scored``.
        draws: as ``redrawn`` takes them.

    """
    return Redraws(drop_scarce(redrawn(scores, draws), scores), _actual(scores))


def same_for_some(scores: pl.DataFrame, trusts: Sequence[str]) -> Redraws:
    """Return a few trusts of ``same_for_all``: the same figures, without working out the others.

    Args:
        scores: as for ``same_for_all``, of all trusts: their metrics are what is drawn from.
        trusts: the trusts; those without scores are left out.

    """
    metrics = sorted(set(scores["metric_id"]))
    which, shape = _random(len(metrics)), (DRAWS, len(metrics))
    wanted = scores.filter(pl.col("trust_code").is_in(trusts))
    codes = sorted(set(wanted["trust_code"]))
    has_score = {
        (code, metric_id): (points, amount)
        for code, metric_id, amount, points in _in_whole_numbers(scores).iter_rows()
        if code in codes
    }

    def drawn(code: str) -> pl.Expr:
        """Return a trust's redrawn averages, from what each of its metrics weighs."""
        points, amounts = zip(*(has_score.get((code, m), (0, 0)) for m in metrics), strict=True)
        points_drawn, amounts_drawn, left = (
            pl.lit(pl.Series(each, dtype=pl.Int64)).gather(which).reshape(shape).arr.sum()
            for each in (points, amounts, [int(amount > 0) for amount in amounts])
        )
        is_enough = left >= FEWEST
        return pl.when(is_enough).then(points_drawn / (amounts_drawn * _HUNDREDTHS)).alias(code)

    averages = pl.select(drawn(code) for code in codes)
    return Redraws(drop_scarce(averages, wanted), _actual(wanted))


def independent(scores: pl.DataFrame) -> Redraws:
    """Redraw each trust's own metric scores, independently of the other trusts.

    The published likely ranges seem to be made in this way (inferred: it gives RDY in Q4 2025/26
    ranks 6 to 49, as published). Use it for ranges where none are published.

    Args:
        scores: trust_code, metric_id, score (1 to 4, two places) and weight, as of ``scored``.

    """
    of_trusts = _in_whole_numbers(scores).partition_by("trust_code", maintain_order=True)
    which = {n: _random(n) for n in {each.height for each in of_trusts if each.height >= FEWEST}}
    averages = {}
    for row, each in enumerate(of_trusts):
        code = each["trust_code"][0]
        if each.height < FEWEST:
            averages[code] = pl.repeat(None, DRAWS, dtype=pl.Float64, eager=True)
            continue
        # Trusts with equally many scores have the same numbers; each begins them at another draw,
        # so that no two of them have one draw in common.
        order = which[each.height]
        start = row % DRAWS * each.height
        order = order.slice(start).append(order.slice(0, start))
        points, amounts = (
            each[column].gather(order).reshape((DRAWS, each.height)).arr.sum()
            for column in ("points", "amount")
        )
        averages[code] = points / (amounts * _HUNDREDTHS)
    return Redraws(pl.DataFrame(averages), _actual(scores))


def redrawn(scores: pl.DataFrame, draws: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return the weighted mean of each trust's drawn scores.

    Args:
        scores: trust_code, metric_id, score (0 or more, two places) and weight (a fraction such as
            1 or 1/3).
        draws: one row a draw, one column a metric in the order of their IDs: how often it is drawn.
            The 2,000 draws of ``drawn`` where none are given.

    Returns:
        One row a draw, one column a trust, sorted; null where fewer than three drawn scores are
        left.

    """
    whole = _in_whole_numbers(scores)
    table = whole.pivot(
        "metric_id", index="trust_code", values=["points", "amount"], sort_columns=True
    ).fill_null(0)
    points, amounts = (
        table.select(pl.col(f"^{column}_.*$")).rows() for column in ("points", "amount")
    )
    if draws is None:
        draws = drawn(whole["metric_id"].n_unique())
    # Few trusts lack the same metrics: what their weights add up to is worked out once for all.
    patterns = sorted(set(amounts))
    totals = weighted_sums(draws, patterns)
    left = weighted_sums(draws, [[int(amount > 0) for amount in each] for each in patterns])
    total_of = {
        pattern: total.cast(pl.Float64).set(scores_left < FEWEST, None) * _HUNDREDTHS
        for pattern, total, scores_left in zip(patterns, totals, left, strict=True)
    }
    sums = weighted_sums(draws, points)
    of_trusts = zip(table["trust_code"], sums, amounts, strict=True)
    return pl.DataFrame({code: each / total_of[pattern] for code, each, pattern in of_trusts})


def drop_scarce(averages: pl.DataFrame, scores: pl.DataFrame) -> pl.DataFrame:
    """Set the redrawn averages of trusts that have fewer than three scores to null."""
    counts = scores.group_by("trust_code").len("scores")
    scarce = counts.filter(pl.col("scores") < FEWEST)["trust_code"].to_list()
    return averages.with_columns(pl.lit(None, pl.Float64).alias(code) for code in scarce)


def places(averages: pl.DataFrame) -> pl.DataFrame:
    """Rank the trusts in every draw, on score alone; ties share the better place.

    Args:
        averages: one row a draw, one column a trust.

    Returns:
        The same form: 1 is best; null where the average is.

    """
    if not averages.width:
        return averages
    height = averages.height
    row = pl.int_range(height, dtype=pl.Int64)
    # One ranking of all averages, in which the draws come one after the other.
    keys = averages.select((pl.all() * _FINE).cast(pl.Int64) + row * (_HIGHEST * _FINE))
    ranked = pl.concat(keys.get_columns()).rank("min")
    before = averages.select(
        pl.sum_horizontal(pl.all().is_not_null()).cum_sum().shift(1, fill_value=0)
    ).to_series()
    columns = {
        code: ranked.slice(n * height, height) - before for n, code in enumerate(averages.columns)
    }
    return pl.DataFrame(columns).cast(pl.Int32)


def ranges(redraws: Redraws) -> pl.DataFrame:
    """Return the middle 95% of each trust's average score and place.

    Args:
        redraws: ``independent`` ones for ranges like the published ones.

    Returns:
        trust_code, computed_average_low and computed_average_high (1 to 4), computed_place_low and
        computed_place_high (ranks on score alone, 1 is best). Null for a trust with fewer than
        three scores.

    """
    averages = redraws.averages
    low, high = ([each.quantile(q, "linear") for each in averages] for q in (TAIL, 1 - TAIL))
    of_averages = _of_trusts(
        averages, computed_average_low=low, computed_average_high=high
    ).with_columns(round_computed(pl.col("computed_average_low", "computed_average_high")))
    return of_averages.join(middle(places(averages)), on="trust_code", maintain_order="left")


def firmness(redraws: Redraws) -> pl.DataFrame:
    """Return how firm each trust's place is, on score alone.

    The league place also depends on the financial override and on decisions of people, which are
    not redrawn.

    Args:
        redraws: those with the same draw for all.

    Returns:
        trust_code, computed_p_best_quarter and computed_p_worst_quarter (0 to 1: the share of
        draws in which the trust is in the best or the worst quarter of places), computed_place_low
        and computed_place_high (the middle 95% of its place). Null for a trust with fewer than
        three scores.

    """
    ranked = places(redraws.averages)
    return quarters(ranked).join(middle(ranked), on="trust_code", maintain_order="left")


def quarters(ranked: pl.DataFrame) -> pl.DataFrame:
    """Return how often each trust is in the best and in the worst quarter of places.

    Args:
        ranked: one row a draw, one column a trust: its place.

    Returns:
        trust_code, computed_p_best_quarter and computed_p_worst_quarter (0 to 1).

    """
    best, worst = ranked.width * _QUARTER, ranked.width * (1 - _QUARTER)
    return _of_trusts(
        ranked,
        computed_p_best_quarter=[(each <= best).mean() for each in ranked],
        computed_p_worst_quarter=[(each > worst).mean() for each in ranked],
    )


def middle(ranked: pl.DataFrame) -> pl.DataFrame:
    """Return the middle 95% of each trust's place.

    Args:
        ranked: one row a draw, one column a trust: its place.

    Returns:
        trust_code, computed_place_low (the better end) and computed_place_high.

    """
    in_order = [each.drop_nulls().sort() if each.null_count() else each.sort() for each in ranked]
    lasts = [len(each) - 1 for each in in_order]
    lows, highs = (
        [
            each[end(share * last)] if last >= 0 else None
            for each, last in zip(in_order, lasts, strict=True)
        ]
        for share, end in ((TAIL, floor), (1 - TAIL, ceil))
    )
    return _of_trusts(ranked, computed_place_low=lows, computed_place_high=highs).with_columns(
        pl.col("computed_place_low", "computed_place_high").cast(pl.Int32)
    )


def _of_trusts(table: pl.DataFrame, **figures: Sequence[object]) -> pl.DataFrame:
    """Turn figures of a table's columns into rows, one a trust."""
    return pl.DataFrame(
        {"trust_code": table.columns, **figures},
        schema={"trust_code": pl.String, **dict.fromkeys(figures, pl.Float64)},
    )


def _actual(scores: pl.DataFrame) -> pl.DataFrame:
    return (
        scores.group_by("trust_code")
        .agg(computed_average_score=weighted_mean(), metrics=pl.len())
        .sort("trust_code")
    )


def _in_whole_numbers(scores: pl.DataFrame) -> pl.DataFrame:
    """Return trust_code and metric_id with ``amount``, the weight, and ``points``, both together.

    Both are whole numbers, so that equal averages are equal to the last digit.
    """
    weights = scores["weight"].unique()
    unit = lcm(*(Fraction(w).limit_denominator(_SMALLEST_PART).denominator for w in weights))
    amount, hundredths = (
        each.round().cast(pl.Int64)
        for each in (pl.col("weight") * unit, pl.col("score") * _HUNDREDTHS)
    )
    return scores.select("trust_code", "metric_id", amount=amount, points=amount * hundredths).sort(
        "trust_code", "metric_id"
    )
