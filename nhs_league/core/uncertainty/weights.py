"""How a place by score depends on how much each domain counts, and on each metric.

Source: sensitivity analysis of composite indicators (OECD and JRC 2008). The league counts every
metric alike; nobody has argued for that, and another choice gives other places.
"""

from __future__ import annotations

from random import Random

import polars as pl

from nhs_league.core.frames import round_computed
from nhs_league.core.method.standings import weighted_mean
from nhs_league.core.uncertainty.redraws import DRAWS, middle, places, quarters, redrawn

_SEED = "weights"
_FINENESS = 2**20
"""Into how many parts the weight of all domains together is divided."""


def by_weights(domains: pl.DataFrame) -> pl.DataFrame:
    """Return how each trust's place moves under 2,000 choices of domain weights.

    Every choice of weights is equally likely (a flat Dirichlet distribution). A trust without a
    domain is judged on those that it has.

    Args:
        domains: trust_code, domain and score (1 to 4), of one quarter and all trusts of one type,
            such as schema DOMAINS.

    Returns:
        trust_code, computed_average_score (1 to 4: the mean of its domain scores, all counting
        alike), computed_place (by that mean, 1 is best; ties share the better place),
        computed_place_low and computed_place_high (the middle 95% of its place),
        computed_p_best_quarter and computed_p_worst_quarter (0 to 1: the share of choices that put
        it into the best or the worst quarter of places).

    """
    scores = _present(domains).select(
        "trust_code", "score", metric_id=pl.col("domain"), weight=pl.lit(1.0)
    )
    choices = flat_weights(scores["metric_id"].n_unique())
    ranked = places(redrawn(scores, choices))
    alike = (
        scores.group_by("trust_code")
        .agg(computed_average_score=round_computed(pl.col("score").mean()))
        .with_columns(computed_place=_place())
        .sort("trust_code")
    )
    return alike.join(middle(ranked), on="trust_code", how="left", maintain_order="left").join(
        quarters(ranked), on="trust_code", how="left", maintain_order="left"
    )


def flat_weights(domains: int) -> pl.DataFrame:
    """Draw weights of domains 2,000 times with a fixed seed, every choice equally likely.

    The gaps between sorted uniform numbers follow a flat Dirichlet distribution.

    Args:
        domains: how many domains there are.

    Returns:
        One row a draw, one column a domain: its weight, of 1,048,576 for all together.

    """
    rng = Random(_SEED)  # noqa: S311 - statistics, not secrets
    rows = []
    for _ in range(DRAWS):
        edges = sorted(rng.randrange(_FINENESS + 1) for _ in range(domains - 1))
        rows.append([b - a for a, b in zip([0, *edges], [*edges, _FINENESS], strict=True)])
    return pl.DataFrame(rows, schema=[str(n) for n in range(domains)], orient="row")


def left_out(scores: pl.DataFrame, by: str = "domain") -> pl.DataFrame:
    """Return every trust's place with each domain, or each metric, left out.

    Args:
        scores: trust_code, metric_id, domain, score (1 to 4) and weight, as of
            ``redraws.scored``.
        by: ``domain`` or ``metric_id``: what to leave out.

    Returns:
        One row a trust and thing left out: trust_code, ``by``, has_score (bool: whether the trust
        has a score there), computed_average_score (1 to 4: without it; null where nothing is left),
        computed_place (by that, among all trusts) and computed_place_change (against the place with
        everything counted; above 0 is worse).

    """
    points = pl.col("score") * pl.col("weight")
    total = scores.group_by("trust_code").agg(
        points=points.sum(), amount=pl.col("weight").sum(), mean=round_computed(weighted_mean())
    )
    of_part = scores.group_by("trust_code", by).agg(
        part_points=points.sum(), part_amount=pl.col("weight").sum()
    )
    left = pl.col("amount") - pl.col("part_amount").fill_null(0)
    rest = pl.col("points") - pl.col("part_points").fill_null(0)
    return (
        total.with_columns(base=_place("mean"))
        .join(scores.select(by).unique(), how="cross")
        .join(of_part, on=["trust_code", by], how="left")
        .with_columns(
            has_score=pl.col("part_amount").is_not_null(),
            computed_average_score=pl.when(round_computed(left) > 0).then(
                round_computed(rest / left)
            ),
        )
        .with_columns(computed_place=_place(over=[by]))
        .with_columns(computed_place_change=pl.col("computed_place") - pl.col("base"))
        .sort(by, "trust_code")
        .select(
            "trust_code", by, "has_score", "computed_average_score", "computed_place",
            "computed_place_change",
        )
    )  # fmt: skip


def in_every_domain(domains: pl.DataFrame) -> pl.DataFrame:
    """Count the trusts that each trust beats in every domain, and those that beat it.

    Such pairs are in the same order whatever the weights. A trust beats another where it has
    the better score in every domain that both have.

    Args:
        domains: trust_code, domain and score, of one quarter and all trusts of one type.

    Returns:
        trust_code, computed_beats and computed_beaten_by (counts of trusts).

    """
    present = _present(domains)
    codes = present.select("trust_code").unique().sort("trust_code")
    pairs = (
        present.join(present, on="domain", suffix="_other")
        .filter(pl.col("trust_code") != pl.col("trust_code_other"))
        .group_by("trust_code", "trust_code_other")
        .agg(beats=(pl.col("score") < pl.col("score_other")).all())
        .filter("beats")
    )
    beats = pairs.group_by("trust_code").len("computed_beats")
    beaten_by = pairs.group_by(trust_code="trust_code_other").len("computed_beaten_by")
    return (
        codes.join(beats, on="trust_code", how="left")
        .join(beaten_by, on="trust_code", how="left")
        .with_columns(pl.col("computed_beats", "computed_beaten_by").fill_null(0).cast(pl.Int32))
        .sort("trust_code")
    )


def _present(domains: pl.DataFrame) -> pl.DataFrame:
    return domains.filter(pl.col("score").is_not_null()).select("trust_code", "domain", "score")


def _place(score: str = "computed_average_score", over: list[str] | None = None) -> pl.Expr:
    """Rank by score, 1 is best; ties share the better place."""
    place = pl.col(score).rank("min").cast(pl.Int32)
    return place.over(over) if over else place
