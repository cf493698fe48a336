"""How often chance alone would give as much: the odds by which stories are ranked."""

from __future__ import annotations

from math import erfc, exp, lgamma, log, sqrt

import polars as pl

from nhs_league.core.uncertainty.chance import SEVERE_SHARE

FEWEST_SCORES = 3
"""The fewest metric scores of a domain that is compared with another."""
FEWEST_TRUSTS = 5
"""The fewest trusts of a region that is compared with another."""


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
