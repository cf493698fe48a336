"""How sure a place is: likely ranges, trusts that cannot be told apart, and ranges of our own.

Source: NHS England publishes a likely range of each average score and rank, and calls a change
within them not significant. How it makes them is not known here; ``resampled`` makes others.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from nhs_league.core.method.scoring import counted
from nhs_league.core.noise import noiseless

RESAMPLES = 1000
_SEED = "nhsleague"
_TYPE = ("quarter", "trust_type")


def overlaps(low: pl.Expr, high: pl.Expr, other_low: pl.Expr, other_high: pl.Expr) -> pl.Expr:
    """Tell whether two likely ranges overlap, so that the two cannot be told apart."""
    return (low <= other_high) & (other_low <= high)


def pairs(standings: pl.DataFrame) -> pl.DataFrame:
    """Tell of each pair of trusts whether their average scores can be told apart.

    Args:
        standings: schema STANDINGS, one quarter for each trust.

    Returns:
        trust_code, other_trust_code, computed_apart (bool: their likely ranges do not overlap; null
        where one is not published), each pair once in the given order.

    """
    numbered = standings.with_row_index("place").select(
        "place", "trust_code", "average_score_low", "average_score_high"
    )
    low, high = pl.col("average_score_low"), pl.col("average_score_high")
    other_low, other_high = (pl.col(f"average_score_{end}_other") for end in ("low", "high"))
    return (
        numbered.join(numbered, how="cross", suffix="_other")
        .filter(pl.col("place") < pl.col("place_other"))
        .select(
            "trust_code",
            other_trust_code="trust_code_other",
            computed_apart=~overlaps(low, high, other_low, other_high),
        )
    )


def neighbours(standings: pl.DataFrame) -> pl.DataFrame:
    """Find for each trust those of its type that it cannot be told apart from.

    Args:
        standings: schema STANDINGS, with all trusts of each type.

    Returns:
        quarter, trust_code, computed_alike (how many others have a likely range of the average
        score that overlaps its own; null where its own is not published), computed_alike_first and
        computed_alike_last (the best and the worst of their ranks and its own) and
        computed_alike_ranks (which ranks those are: ``1 to 4, 51 to 56``). The override puts trusts
        with good scores far down, so that others can stand between two that are alike.

    """
    ranged = standings.select(
        *_TYPE, "trust_code", "rank", "average_score_low", "average_score_high"
    ).with_columns(step=pl.col("rank").rank("dense").over(_TYPE))
    low, high = pl.col("average_score_low"), pl.col("average_score_high")
    other_low, other_high = (pl.col(f"average_score_{end}_other") for end in ("low", "high"))
    trust = ("quarter", "trust_code")
    # Where the ranks of others come between, the step to the next is more than 1. Shared ranks
    # leave the next ones out, so that steps are counted and not ranks.
    run = pl.col("step_other") - pl.col("step_other").rank("dense").over(trust)
    return (
        ranged.join(ranged, on=_TYPE, suffix="_other")
        .filter(overlaps(low, high, other_low, other_high))
        .group_by(*trust, run=run.cast(pl.Int32))
        .agg(first=pl.col("rank_other").min(), last=pl.col("rank_other").max(), trusts=pl.len())
        .sort(*trust, "run")
        .group_by(trust)
        .agg(
            computed_alike=(pl.col("trusts").sum() - 1).cast(pl.Int32),
            computed_alike_first=pl.col("first").min(),
            computed_alike_last=pl.col("last").max(),
            computed_alike_ranks=_run("first", "last").str.join(", "),
        )
    )


def _run(first: str, last: str) -> pl.Expr:
    one = pl.format("{}", first)
    return (
        pl.when(pl.col(first) == pl.col(last))
        .then(one)
        .otherwise(pl.format("{} to {}", first, last))
    )


def resampled(observations: pl.LazyFrame, standings: pl.DataFrame) -> pl.DataFrame:
    """Make likely ranges of our own: each trust's metric scores drawn again, with replacement.

    The seed is fixed, so the same figures give the same ranges. A rank's range counts the trusts of
    its type whose average score is better than either end, by score alone.

    Args:
        observations: schema OBSERVATIONS.
        standings: schema STANDINGS of the same quarters, all trusts of each type.

    Returns:
        quarter, trust_code, computed_average_score_low, computed_average_score_high (the middle 95%
        of 1,000 means), computed_score_rank_low, computed_score_rank_high (null where not all
        trusts of the type are at hand).

    """
    scores = (
        counted(observations)
        .group_by("quarter", "trust_code", maintain_order=True)
        .agg(pl.col("score").sort())
        .sort("quarter", "trust_code")
        .collect()
    )
    ends = [_ends(f"{quarter} {code}", drawn) for quarter, code, drawn in scores.iter_rows()]
    ranges = scores.select("quarter", "trust_code").with_columns(
        computed_average_score_low=pl.Series([low for low, _ in ends], dtype=pl.Float64),
        computed_average_score_high=pl.Series([high for _, high in ends], dtype=pl.Float64),
    )
    placed = standings.select(*_TYPE, "trust_code", "average_score", "of").join(
        ranges, on=["quarter", "trust_code"]
    )
    others = standings.select(*_TYPE, other="trust_code", other_score="average_score")
    low, high = pl.col("computed_average_score_low"), pl.col("computed_average_score_high")
    is_other = pl.col("other") != pl.col("trust_code")
    return (
        placed.join(others, on=_TYPE)
        .group_by("quarter", "trust_code", maintain_order=True)
        .agg(
            pl.col("computed_average_score_low", "computed_average_score_high", "of").first(),
            computed_score_rank_low=1 + (is_other & (pl.col("other_score") < low)).sum(),
            computed_score_rank_high=1 + (is_other & (pl.col("other_score") < high)).sum(),
        )
        .with_columns(
            noiseless(pl.col("computed_average_score_low", "computed_average_score_high")),
            # Among some of the trusts alone a rank would say nothing.
            pl.when(pl.col("of").is_not_null()).then(
                pl.col("computed_score_rank_low", "computed_score_rank_high").cast(pl.Int32)
            ),
        )
        .drop("of")
    )


def agreement(standings: pl.DataFrame, ranges: pl.DataFrame) -> Mapping[str, float]:
    """Compare ranges of our own with the published ones, where both exist.

    Args:
        standings: schema STANDINGS.
        ranges: as ``resampled`` gives them.

    Returns:
        ``trusts`` compared; ``overlap``, the mean share of both ranges' span that they have in
        common (0 to 1); ``width``, our mean width divided by the published; ``covers``, the share
        of trusts whose published average score lies in our range. Empty where none can be compared.

    """
    both = standings.join(ranges, on=["quarter", "trust_code"]).drop_nulls(
        ["average_score_low", "average_score_high", "computed_average_score_low"]
    )
    if both.is_empty():
        return {}
    low, high = pl.col("average_score_low"), pl.col("average_score_high")
    own_low, own_high = (pl.col(f"computed_average_score_{end}") for end in ("low", "high"))
    common = (pl.min_horizontal(high, own_high) - pl.max_horizontal(low, own_low)).clip(0)
    span = pl.max_horizontal(high, own_high) - pl.min_horizontal(low, own_low)
    told = both.select(
        trusts=pl.len(),
        overlap=(common / span).mean(),
        width=(own_high - own_low).mean() / (high - low).mean(),
        covers=pl.col("average_score").is_between(own_low, own_high).mean(),
    )
    return {name: float(value) for name, value in told.row(0, named=True).items()}


def in_words(told: Mapping[str, float]) -> list[str]:
    """Say how well our own ranges agree with the published ones, as ``agreement`` measured it."""
    about = (
        "The ranges by resampling are computed: each trust's metric scores drawn again 1,000 "
        "times, with replacement."
    )
    if not told:
        return [f"{about} No published ranges are at hand to compare them with."]
    trusts = "trust" if told["trusts"] == 1 else "trusts"
    return [
        f"{about} Where ranges of the average score are published ({told['trusts']:.0f} {trusts} "
        f"at hand), both have {told['overlap']:.0%} of their span in common, and ours are "
        f"{told['width']:.2f} times as wide."
    ]


def _ends(seed: str, scores: list[float]) -> tuple[float, float]:
    """Give the ends of the middle 95% of the means of scores drawn again."""
    from random import Random
    from statistics import fmean, quantiles

    rng = Random(f"{_SEED} {seed}")  # noqa: S311 - statistics, not secrets
    means = [fmean(rng.choices(scores, k=len(scores))) for _ in range(RESAMPLES)]
    fortieths = quantiles(means, n=40, method="inclusive")
    return fortieths[0], fortieths[-1]
