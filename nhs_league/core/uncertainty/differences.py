"""Which trusts can be told apart, and which changes of a trust stand out.

Two trusts can be told apart where the difference of their redrawn average scores, in the same draw
of metrics for both, lies on one side of 0 throughout its middle 95%. Overlapping ranges are no such
test (Schenker and Gentleman 2001; Goldstein and Spiegelhalter 1996).

The plain middle 95% of redrawn averages is too narrow where there are few metrics: of pairs that
are equal in truth it tells 7% apart at 17 metrics and 11% at 9. So it is widened (Hesterberg 2015,
"What teachers should know about the bootstrap", the expanded percentile interval): 5% and 6%.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations, product
from math import cos, erfc, floor, pi, sin, sqrt, tan
from typing import TypeAlias

import polars as pl

from nhs_league.core.frames import round_computed
from nhs_league.core.quarters import same_period
from nhs_league.core.uncertainty.lanes import Places
from nhs_league.core.uncertainty.redraws import FEWEST, Redraws, drop_scarce, places, redrawn

LEVEL = 0.05
"""The share of pairs of equal trusts that may be told apart by mistake."""

_SHIFT = 3
"""What makes every difference of two scores 0 or more."""
_STEPS = 60
_Spread: TypeAlias = tuple[float | None, float | None, float | None, bool | None]

_SPREAD = pl.Schema(
    {
        "computed_shift_low": pl.Float64,
        "computed_shift_high": pl.Float64,
        "computed_p_better": pl.Float64,
        "computed_distinguishable": pl.Boolean,
    }
)
_PAIR = pl.Schema({"trust_code": pl.String, "other_trust_code": pl.String})
_RANGE = pl.Schema(
    {
        "computed_difference": pl.Float64,
        "computed_difference_low": pl.Float64,
        "computed_difference_high": pl.Float64,
    }
)
_VERDICT = pl.Schema({"computed_p_ahead": pl.Float64, "computed_distinguishable": pl.Boolean})


@cache
def tail(metrics: int, level: float = LEVEL) -> float:
    """Return the share of draws to leave out at each end, widened for few metrics.

    Hesterberg 2015: the normal probability beyond sqrt(n / (n - 1)) times the
    t quantile with n - 1 degrees of freedom.

    Args:
        metrics: how many metrics the average is made of, n.
        level: the share of mistakes allowed at both ends together.

    Returns:
        0 to ``level`` / 2; 0 for fewer than two metrics.

    """
    if metrics < 2:
        return 0.0
    wider = sqrt(metrics / (metrics - 1)) * _t_quantile(level, metrics - 1)
    return erfc(wider / sqrt(2)) / 2


def each_pair(redraws: Redraws, codes: Sequence[str] | None = None) -> pl.DataFrame:
    """Compare each pair of some trusts.

    Args:
        redraws: those with the same draw for all.
        codes: the trusts to compare; all where none are given.

    Returns:
        One row a pair, in the given order: trust_code, other_trust_code, computed_difference (the
        first trust's average score minus the other's; below 0 the first is better),
        computed_difference_low and computed_difference_high (its middle 95% when the metrics are
        redrawn, widened for few metrics), computed_p_ahead (0 to 1: the share of draws in which
        the first is ahead, half of the ties added) and computed_distinguishable (whether the two
        can be told apart). Null where a trust has fewer than three scores, or none.

    """
    return _compared(redraws, list(combinations(codes or redraws.averages.columns, 2)))


def both_ways(redraws: Redraws) -> pl.DataFrame:
    """Return of every trust and every other whether they can be told apart, and nothing else.

    Args:
        redraws: those with the same draw for all.

    Returns:
        Two rows a pair: trust_code, other_trust_code and computed_distinguishable, as of
        ``each_pair``.

    """
    ranked = Places(places(redraws.averages))
    order = redraws.actual.sort("computed_average_score", "trust_code", nulls_last=True)
    metrics = dict(order.select("trust_code", "metrics").iter_rows())
    # The better trust first: then one comparison nearly always decides.
    pairs = list(combinations(order["trust_code"], 2))
    one_way = pl.DataFrame(
        {
            "trust_code": [one for one, _ in pairs],
            "other_trust_code": [other for _, other in pairs],
            "computed_distinguishable": [
                ranked.differ(one, other, tail(min(metrics[one], metrics[other])))
                for one, other in pairs
            ],
        },
        schema={**_PAIR, "computed_distinguishable": pl.Boolean},
    )
    other_way = one_way.select(
        trust_code="other_trust_code",
        other_trust_code="trust_code",
        computed_distinguishable="computed_distinguishable",
    )
    return pl.concat([one_way, other_way]).sort("trust_code", "other_trust_code")


def ends(redraws: Redraws) -> pl.DataFrame:
    """Return which trusts could be first and which could be last.

    Not only the trust at the end is named but all that are not clearly better than it, or clearly
    worse than the first: as in ``each_pair``, with the level divided by the number of comparisons.
    So the trust that is last in truth is among those that could be last in about 95% of cases (in
    simulations 93% to 99%); nothing is promised of the others.

    Args:
        redraws: those with the same draw for all.

    Returns:
        trust_code, computed_could_be_first and computed_could_be_last (bool; null where a trust has
        fewer than three scores).

    """
    enough = pl.col("metrics") >= FEWEST
    order = redraws.actual.filter(enough).sort("computed_average_score", "trust_code")
    codes = order["trust_code"].to_list()
    could_be = {}
    for name, end in (("first", codes[:1]), ("last", codes[-1:])):
        pairs = list(product([code for code in codes if code not in end], end))
        compared = _compared(redraws, pairs, LEVEL / max(len(pairs), 1))
        alike = compared.filter(~pl.col("computed_distinguishable"))["trust_code"]
        is_in = pl.col("trust_code").is_in([*end, *alike])
        could_be[f"computed_could_be_{name}"] = pl.when(enough).then(is_in)
    return redraws.actual.select("trust_code", **could_be)


def shifts(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Return how far each trust's average score moved between two quarters, and how surely.

    Only metrics that count in both quarters are compared, each with itself. A metric whose period
    is the same in both has no news, and moves nothing. Scores of different framework years are made
    in different ways: do not compare them.

    Args:
        before: the earlier quarter's scores, as of ``redraws.scored``.
        after: the later quarter's.

    Returns:
        trust_code, metrics (how many count in both quarters), metrics_with_news (of how many the
        period is new), computed_shift (the change of their average; below 0 is better),
        computed_shift_low and computed_shift_high (its middle 95% when the metrics are redrawn,
        widened for few metrics), computed_p_better (0 to 1: the share of draws in which it is
        below 0, half of the ties added) and computed_distinguishable (whether 0 is outside the
        middle 95%). Trusts with fewer than three such metrics have nulls.

    """
    paired = (
        after.join(before, on=["trust_code", "metric_id"], suffix="_from")
        .with_columns(is_news=~same_period())
        .with_columns(
            change=pl.when("is_news").then(pl.col("score") - pl.col("score_from")).otherwise(0.0)
        )
    )
    summary = (
        paired.group_by("trust_code")
        .agg(
            metrics=pl.len(),
            metrics_with_news=pl.col("is_news").sum(),
            computed_shift=(pl.col("change") * pl.col("weight")).sum() / pl.col("weight").sum(),
        )
        .sort("trust_code")
    )
    redrawn_changes = redrawn(paired.with_columns(score=pl.col("change") + _SHIFT))
    changes = drop_scarce(redrawn_changes, paired).select(pl.all() - _SHIFT)
    spreads = _spreads(changes, [tail(n) for n in summary["metrics"]])
    return summary.hstack(pl.DataFrame(spreads, schema=_SPREAD, orient="row")).with_columns(
        round_computed(pl.col("computed_shift", "computed_shift_low", "computed_shift_high"))
    )


def _compared(
    redraws: Redraws, pairs: Sequence[tuple[str, str]], level: float = LEVEL
) -> pl.DataFrame:
    known = set(redraws.averages.columns)
    present = [pair for pair in pairs if known.issuperset(pair)]
    changes = redraws.averages.select(
        (pl.col(one) - pl.col(other)).alias(f"{one} {other}") for one, other in present
    )
    actual = {code: (mean, n) for code, mean, n in redraws.actual.iter_rows()}
    tails = [tail(min(actual[one][1], actual[other][1]), level) for one, other in present]
    spread = dict(zip(present, _spreads(changes, tails), strict=True))
    rows = [
        (one, other, actual[one][0] - actual[other][0], *spread[one, other])
        if (one, other) in spread
        else (one, other, *[None] * 5)
        for one, other in pairs
    ]
    schema = {**_PAIR, **_RANGE, **_VERDICT}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        round_computed(pl.col(*_RANGE))
    )


def _spreads(differences: pl.DataFrame, tails: Sequence[float]) -> list[_Spread]:
    """Return the middle of redrawn differences, the share below 0, and whether 0 is outside.

    Args:
        differences: one row a draw, one column a comparison.
        tails: for each column the share to leave out at each end.

    """
    if not differences.width:
        return []
    # Equal averages are equal to the last digit, so that ties are exactly 0.
    in_order = differences.select(pl.all().sort(nulls_last=True))
    below, above, draws = (
        in_order.select(count).row(0)
        for count in ((pl.all() < 0).sum(), (pl.all() > 0).sum(), pl.all().count())
    )
    return [_spread(*each) for each in zip(in_order, tails, below, above, draws, strict=True)]


def _spread(ordered: pl.Series, share: float, below: int, above: int, draws: int) -> _Spread:
    if not draws:
        return None, None, None, None
    beyond = floor(share * draws)
    low, high = ordered[beyond], ordered[draws - 1 - beyond]
    return low, high, (below + (draws - below - above) / 2) / draws, low > 0 or high < 0


def _t_quantile(level: float, freedom: int) -> float:
    """Return the t value beyond which, on both sides together, the share ``level`` lies."""
    low, high = 0.0, pi / 2
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if 1 - _t_within(middle, freedom) > level:
            low = middle
        else:
            high = middle
    return tan(low) * sqrt(freedom)


def _t_within(angle: float, freedom: int) -> float:
    """Return the share of a t distribution within ± sqrt(freedom) * tan(angle).

    Abramowitz and Stegun 1964, 26.7.3 and 26.7.4.
    """
    odd = freedom % 2
    term = cos(angle) if odd else 1.0
    total = term if freedom > 1 else 0.0
    for n in range(2 + odd, freedom - 1, 2):
        term *= cos(angle) ** 2 * (n - 1) / n
        total += term
    if odd:
        return 2 / pi * (angle + sin(angle) * total)
    return sin(angle) * total
