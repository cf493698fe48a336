"""What chance alone would give: weak spots, figures so low, services or regions so far apart.

Beside it: which weak spots last, and how many of the worst are among the worst again.
"""

from __future__ import annotations

from math import asin, cos, erfc, exp, lgamma, log, pi, sin, sqrt

import polars as pl

from nhs_league.core.peers import WeakSpot
from nhs_league.core.quarters import same_period

SEVERE_SHARE = 1 / 6
"""The share of ranks that is severe: the worst sixth (see ``peers``)."""
WORST = 10
"""How many of the worst at a metric are followed to the next quarter."""

FEWEST_SCORES = 3
"""The fewest metric scores of a domain that is compared with another."""
FEWEST_TRUSTS = 5
"""The fewest trusts of a region that is compared with another."""

_STEPS = 200
_FIRMEST = 1 - 1e-9
"""The nearest to 1 that a correlation may be."""


def looked_at(classified: pl.DataFrame) -> pl.DataFrame:
    """Count each trust's metrics, and the severe weak spots among them.

    Args:
        classified: as of ``peers.classify``, collected.

    Returns:
        quarter, trust_code, computed_metrics (how many metrics have a score or a rank, and so were
        looked at) and computed_severe (how many of these are severe weak spots).

    """
    return (
        _judged(classified)
        .group_by("quarter", "trust_code")
        .agg(
            computed_metrics=pl.len().cast(pl.Int32),
            computed_severe=pl.col("severe").sum().cast(pl.Int32),
        )
        .sort("quarter", "trust_code")
    )


def by_chance(classified: pl.DataFrame) -> pl.DataFrame:
    """Return how many severe weak spots chance alone would give each trust.

    If chance alone ordered the trusts, each of k metrics would be severe with 1/6, so that k/6 are
    expected and at least one with 1 - (5/6)^k, were the metrics unrelated. They are not: so the
    results of each domain are also dealt out again among the trusts, a trust's results in a domain
    all together and each domain by itself. The shares over all ways of dealing are exact: the
    product over domains of the share of trusts without a severe weak spot there. A trust is dealt
    only the results of trusts that have all of its metrics in that domain.

    Args:
        classified: as of ``peers.classify``, collected; all trusts of each type.

    Returns:
        The columns of ``looked_at``, with computed_severe_by_chance (k/6), computed_p_any_severe
        (0 to 1: 1 - (5/6)^k), computed_severe_dealt (how many are expected when domains are dealt
        out) and computed_p_any_severe_dealt (0 to 1: the chance of at least one, then).

    """
    trust = ["quarter", "trust_code"]
    judged = _judged(classified)
    metrics = pl.col("computed_metrics")
    return (
        looked_at(classified)
        .join(_dealt(judged), on=trust, how="left")
        .with_columns(
            computed_severe_by_chance=metrics * SEVERE_SHARE,
            computed_p_any_severe=1 - (1 - SEVERE_SHARE) ** metrics,
        )
        .select(
            *trust, "computed_metrics", "computed_severe", "computed_severe_by_chance",
            "computed_p_any_severe", "computed_severe_dealt", "computed_p_any_severe_dealt",
        )
        .sort(trust)
    )  # fmt: skip


def _judged(classified: pl.DataFrame) -> pl.DataFrame:
    """Keep what was looked at, one row a trust and metric, and whether it is severe."""
    key = ["quarter", "trust_type", "trust_code", "domain", "metric_id"]
    return (
        classified.filter(pl.col("badness").is_not_null())
        .group_by(key)
        .agg(severe=(pl.col("weak_spot") == WeakSpot.SEVERE.value).fill_null(value=False).any())
    )


def _dealt(judged: pl.DataFrame) -> pl.DataFrame:
    """Deal the results of each domain out among the trusts that have the same metrics and more."""
    domain = ["quarter", "trust_type", "domain"]
    sets = judged.group_by(*domain, "trust_code").agg(pl.col("metric_id").sort().alias("set"))
    patterns = sets.select(*domain, "set").unique()
    results = (
        patterns.with_columns(metric_id="set")
        .explode("metric_id")
        .join(judged, on=[*domain, "metric_id"])
        .group_by(*domain, "set", "trust_code")
        .agg(metrics=pl.len(), severe=pl.col("severe").sum())
        .filter(pl.col("metrics") == pl.col("set").list.len())
        .group_by(*domain, "set")
        .agg(expected=pl.col("severe").mean(), none=(pl.col("severe") == 0).mean())
    )
    return (
        sets.join(results, on=[*domain, "set"])
        .group_by("quarter", "trust_code")
        .agg(
            computed_severe_dealt=pl.col("expected").sum(),
            computed_p_any_severe_dealt=1 - pl.col("none").product(),
        )
    )


def lasting(classified: pl.DataFrame) -> pl.DataFrame:
    """Find the weak spots that last: metrics that were weak in every quarter with news.

    A quarter whose period is that of the quarter before republishes a figure, and counts once.

    Args:
        classified: as of ``peers.classify``, collected; any quarters.

    Returns:
        One row a trust, metric and unit: trust_code, metric_id, unit, computed_quarters_with_news,
        computed_quarters_weak and computed_quarters_severe (of these), and computed_persistent and
        computed_persistently_severe (bool: whether it was weak, or severe, in all of them; null
        where there is news of fewer than two quarters).

    """
    series = ["trust_code", "metric_id", "unit"]
    news = (
        classified.filter(pl.col("badness").is_not_null())
        .sort(*series, "quarter")
        .with_columns(
            pl.col("period").shift().over(series).alias("period_from"),
            pl.col("quarter").shift().over(series).alias("quarter_from"),
        )
        .filter(pl.col("quarter_from").is_null() | ~same_period())
    )
    quarters, enough = (
        pl.col("computed_quarters_with_news"),
        pl.col("computed_quarters_with_news") > 1,
    )
    severe = (pl.col("weak_spot") == WeakSpot.SEVERE.value).fill_null(value=False)
    return (
        news.group_by(series)
        .agg(
            computed_quarters_with_news=pl.len().cast(pl.Int32),
            computed_quarters_weak=pl.col("weak_spot").is_not_null().sum().cast(pl.Int32),
            computed_quarters_severe=severe.sum().cast(pl.Int32),
        )
        .with_columns(
            computed_persistent=pl.when(enough).then(pl.col("computed_quarters_weak") == quarters),
            computed_persistently_severe=pl.when(enough).then(
                pl.col("computed_quarters_severe") == quarters
            ),
        )
        .sort(series, nulls_last=True)
    )


def regression(before: pl.DataFrame, after: pl.DataFrame, worst: int = WORST) -> pl.DataFrame:
    """Count how many of the worst at a metric are still among the worst a quarter later.

    Extreme figures are partly bad luck, and luck turns: the weaker the correlation of the two
    quarters, the fewer of the worst remain (regression to the mean). How many are expected follows
    from the rank correlation, as for normally distributed figures. Give two quarters with news: a
    republished figure has no luck to turn.

    Args:
        before: the earlier quarter's trusts: trust_code and rank (1 is best), of one metric and one
            trust type.
        after: the later quarter's.
        worst: how many of the worst to follow.

    Returns:
        One row: computed_trusts (ranked in both quarters), computed_worst (how many of the worst
        were followed: ties with the last of them too), computed_still_worst (how many of these are
        among as many worst now), computed_correlation (-1 to 1: of the ranks) and
        computed_expected_still_worst. The last two are null for fewer than three trusts or where
        all ranks of a quarter are the same. Empty where no trust is ranked in both.

    """
    both = (
        before.select("trust_code", rank_from="rank")
        .join(after.select("trust_code", "rank"), on="trust_code")
        .drop_nulls()
        .with_columns(
            pl.col("rank_from", "rank").rank("average"),
            was_worst=pl.col("rank_from").rank("min", descending=True) <= worst,
            is_worst=pl.col("rank").rank("min", descending=True) <= worst,
        )
    )
    counts = both.select(
        computed_trusts=pl.len().cast(pl.Int32),
        computed_worst=pl.col("was_worst").sum().cast(pl.Int32),
        computed_still_worst=(pl.col("was_worst") & pl.col("is_worst")).sum().cast(pl.Int32),
        computed_correlation=pl.corr("rank_from", "rank").fill_nan(None),
        now=pl.col("is_worst").sum(),
    ).filter(pl.col("computed_trusts") > 0)
    expected = [
        None
        if correlation is None or trusts < 3
        else was * remaining(correlation, was / trusts, now / trusts)
        for trusts, was, _, correlation, now in counts.iter_rows()
    ]
    return counts.drop("now").with_columns(
        computed_expected_still_worst=pl.Series(expected, dtype=pl.Float64)
    )


def remaining(rank_correlation: float, share: float, share_now: float | None = None) -> float:
    """Return the share of the worst that are expected to be among the worst again.

    Of two normally distributed figures: P(Y in its worst share | X in its worst share). A rank
    correlation r belongs to normal figures with the correlation 2 sin(pi r / 6) (Pearson 1907).

    Args:
        rank_correlation: -1 to 1.
        share: how many are the worst before, 0 to 1.
        share_now: how many are the worst now; as many as before where not given.

    """
    share_now = share if share_now is None else share_now
    if share >= 1 or share_now >= 1:
        return min(share_now, 1.0)
    from statistics import NormalDist

    normal = NormalDist()
    edge, edge_now = normal.inv_cdf(1 - share), normal.inv_cdf(1 - share_now)
    correlation = max(-_FIRMEST, min(_FIRMEST, 2 * sin(pi * rank_correlation / 6)))
    # P(X > edge, Y > edge_now) grows from the product of both shares by the normal density at the
    # edges, over all correlations from 0 on (Plackett 1954); summed by Simpson's rule.
    step = asin(correlation) / _STEPS
    total = 0.0
    for n in range(_STEPS + 1):
        angle = n * step
        factor = 1 if n in (0, _STEPS) else 4 if n % 2 else 2
        distance = edge**2 + edge_now**2 - 2 * edge * edge_now * sin(angle)
        total += factor * exp(-distance / (2 * cos(angle) ** 2))
    return share_now + total * step / 3 / (2 * pi) / share


def ranked_so_low(rank: pl.Expr, of: pl.Expr, metrics: pl.Expr, quarters: pl.Expr) -> pl.Expr:
    """Return how often a trust would be ranked so low at one of its metrics by chance alone.

    At one metric it is ranked so low with (of - rank + 1) / of, and in each further quarter it is
    severely weak there again with 1/6; of k unrelated metrics at least one is, with 1 - (1 - p)^k.

    Args:
        rank: the rank, 1 is best; ties share the smaller rank.
        of: how many trusts are ranked.
        metrics: how many metrics of the trust are looked at.
        quarters: in how many quarters with new figures it was severely weak, this one included.

    """
    at_one = (of - rank + 1) / of * pl.lit(SEVERE_SHARE).pow(quarters - 1)
    return 1 - (1 - at_one).pow(metrics)


def domains_apart(scores: pl.DataFrame) -> pl.DataFrame:
    """Return how often a trust's best and worst domain would lie so far apart by chance.

    If a trust's scores were dealt out among its domains at random, the difference of two domains'
    averages would be about normal, with the variance of the trust's scores times the sum of 1 / n
    of both (n scores; weighted ones count as fewer, by Kish's effective number). The probability
    is multiplied by the number of pairs of domains, as the pair furthest apart is looked at.

    Args:
        scores: as of ``uncertainty.redraws.scored``.

    Returns:
        trust_code, domain_best, domain_worst and computed_p (0 to 1); only of trusts with two
        domains or more that have at least three scores.

    """
    weight, score = pl.col("weight"), pl.col("score")
    mean = (score * weight).sum() / weight.sum()
    variance = (weight * (score - mean).pow(2)).sum() / weight.sum() * pl.len() / (pl.len() - 1)
    spread = scores.group_by("trust_code").agg(variance=variance)
    ends = (
        scores.group_by("trust_code", "domain")
        .agg(mean=mean, scores=pl.len(), effective=weight.sum().pow(2) / weight.pow(2).sum())
        .filter(pl.col("scores") >= FEWEST_SCORES)
        .sort("mean", "domain")
        .group_by("trust_code", maintain_order=True)
        .agg(
            domain_best=pl.col("domain").first(),
            domain_worst=pl.col("domain").last(),
            gap=pl.col("mean").last() - pl.col("mean").first(),
            parts=1 / pl.col("effective").first() + 1 / pl.col("effective").last(),
            pairs=pl.len() * (pl.len() - 1) / 2,
        )
        .filter(pl.col("pairs") > 0)
        .join(spread, on="trust_code")
        .filter(pl.col("variance") > 0)
        .sort("trust_code")
    )
    normal = ends["gap"] / (ends["variance"] * ends["parts"]).sqrt()
    tails = pl.Series([erfc(z / sqrt(2)) for z in normal], dtype=pl.Float64)
    return ends.with_columns(computed_p=(tails * ends["pairs"]).clip(upper_bound=1)).select(
        "trust_code", "domain_best", "domain_worst", "computed_p"
    )


def regions_apart(figures: pl.DataFrame) -> pl.DataFrame:
    """Return how often regions would differ so much at one of all measures by chance alone.

    The test of Kruskal and Wallis (1952), corrected for ties: the trusts are ranked at each measure
    and the regions' mean ranks compared. The probability is multiplied by the number of measures.

    Args:
        figures: measure, region, figure (null for none): one row a trust and measure.

    Returns:
        measure, computed_p (0 to 1) and computed_measures (how many were looked at); only regions
        with at least five trusts count, and only measures with two such regions.

    """
    size, tied = pl.col("ranked").len(), pl.col("ties")
    ranked = (
        figures.drop_nulls(["region", "figure"])
        .filter(pl.len().over("measure", "region") >= FEWEST_TRUSTS)
        .with_columns(
            ranked=pl.col("figure").rank("average").over("measure"),
            ties=pl.len().over("measure", "figure"),
        )
    )
    whole = ranked.group_by("measure").agg(
        trusts=pl.len(),
        # Of t equal figures each adds t squared minus 1; together that is t cubed minus t.
        ties=(tied.cast(pl.Float64).pow(2) - 1).sum(),
        regions=pl.col("region").n_unique(),
    )
    squares = (
        ranked.group_by("measure", "region")
        .agg(square=pl.col("ranked").sum().pow(2) / size)
        .group_by("measure")
        .agg(pl.col("square").sum())
    )
    n = pl.col("trusts").cast(pl.Float64)
    tested = (
        whole.join(squares, on="measure")
        .with_columns(correction=1 - pl.col("ties") / (n.pow(3) - n))
        .filter(pl.col("regions") > 1, pl.col("correction") > 0)
        .with_columns(
            statistic=(12 / (n * (n + 1)) * pl.col("square") - 3 * (n + 1)) / pl.col("correction")
        )
        .sort("measure")
    )
    tails = [
        chi_square_tail(statistic, regions - 1)
        for statistic, regions in tested.select("statistic", "regions").iter_rows()
    ]
    return tested.select(
        "measure",
        computed_p=(pl.Series(tails, dtype=pl.Float64) * tested.height).clip(upper_bound=1),
        computed_measures=pl.lit(tested.height, pl.Int32),
    )


def chi_square_tail(statistic: float, freedom: int) -> float:
    """Return the probability of a chi-squared statistic of so much or more.

    Args:
        statistic: 0 or more.
        freedom: the degrees of freedom, 1 or more.

    >>> round(chi_square_tail(12.592, 6), 4), round(chi_square_tail(3.841, 1), 4)
    (0.05, 0.05)

    """
    half = max(statistic, 0.0) / 2
    if half == 0:
        return 1.0
    # Q(a + 1, x) = Q(a, x) + x^a e^-x / Gamma(a + 1), from a = 1/2 or a = 1.
    start = 0.5 if freedom % 2 else 1.0
    tail = erfc(sqrt(half)) if freedom % 2 else exp(-half)
    steps = (freedom - 1) // 2
    return tail + sum(
        exp((start + i) * log(half) - half - lgamma(start + i + 1)) for i in range(steps)
    )
