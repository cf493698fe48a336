"""How sure a place is: likely ranges, published and bootstrapped, and where they overlap.

Source: NHS England publishes a likely range of each average score and rank, and calls a change
within them not significant. How it makes them is not known here; ``bootstrap_ranges`` makes others.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from nhs_league.core.frames import round_computed
from nhs_league.core.method.scoring import scored_for_average
from nhs_league.core.sentences import counted

RESAMPLES = 1000
_SEED = "nhsleague"
_TYPE = ("quarter", "trust_type")


def overlaps(low: pl.Expr, high: pl.Expr, other_low: pl.Expr, other_high: pl.Expr) -> pl.Expr:
    """Return whether two likely ranges overlap, so that either trust may be the better."""
    return (low <= other_high) & (other_low <= high)


def distinguishable(standings: pl.DataFrame) -> pl.DataFrame:
    """List each pair of trusts, and whether their average scores are distinguishable.

    Args:
        standings: schema STANDINGS, one quarter for each trust.

    Returns:
        trust_code, other_trust_code, computed_distinguishable (bool: their likely ranges do not
        overlap; null where one is not published), each pair once in the given order.

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
            computed_distinguishable=~overlaps(low, high, other_low, other_high),
        )
    )


def indistinguishable(standings: pl.DataFrame) -> pl.DataFrame:
    """Count for each trust those of its type that are indistinguishable from it.

    Args:
        standings: schema STANDINGS, with all trusts of each type.

    Returns:
        quarter, trust_code, computed_indistinguishable (how many others have a likely range of the
        average score that overlaps the trust's; null where the trust's is not published),
        computed_indistinguishable_first and computed_indistinguishable_last (the best and the worst
        of these ranks, with the trust's) and computed_indistinguishable_ranks (which ranks those
        are: ``1 to 4, 51 to 56``). The override puts trusts with good scores far down, so that
        others can come between two that are indistinguishable.

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
            computed_indistinguishable=(pl.col("trusts").sum() - 1).cast(pl.Int32),
            computed_indistinguishable_first=pl.col("first").min(),
            computed_indistinguishable_last=pl.col("last").max(),
            computed_indistinguishable_ranks=_run("first", "last").str.join(", "),
        )
    )


def _run(first: str, last: str) -> pl.Expr:
    one = pl.format("{}", first)
    return (
        pl.when(pl.col(first) == pl.col(last))
        .then(one)
        .otherwise(pl.format("{} to {}", first, last))
    )


def bootstrap_ranges(observations: pl.LazyFrame, standings: pl.DataFrame) -> pl.DataFrame:
    """Bootstrap the likely ranges: resample each trust's metric scores with replacement.

    The seed is fixed, so the same figures give the same ranges. A rank's range counts the trusts of
    its type whose average score is better than either end, by score alone.

    Args:
        observations: schema OBSERVATIONS.
        standings: schema STANDINGS of the same quarters, all trusts of each type.

    Returns:
        quarter, trust_code, computed_average_score_low, computed_average_score_high (the middle 95%
        of 1,000 means), computed_score_rank_low, computed_score_rank_high (null where not all
        trusts of the type are stored).

    """
    scores = (
        scored_for_average(observations)
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
            round_computed(pl.col("computed_average_score_low", "computed_average_score_high")),
            # Among some of the trusts alone a rank would say nothing.
            pl.when(pl.col("of").is_not_null()).then(
                pl.col("computed_score_rank_low", "computed_score_rank_high").cast(pl.Int32)
            ),
        )
        .drop("of")
    )


def compare_with_published(standings: pl.DataFrame, ranges: pl.DataFrame) -> Mapping[str, float]:
    """Compare bootstrapped ranges with the published ones, where both exist.

    Args:
        standings: schema STANDINGS.
        ranges: as ``bootstrap_ranges`` returns them.

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
    our_low, our_high = (pl.col(f"computed_average_score_{end}") for end in ("low", "high"))
    common = (pl.min_horizontal(high, our_high) - pl.max_horizontal(low, our_low)).clip(0)
    span = pl.max_horizontal(high, our_high) - pl.min_horizontal(low, our_low)
    agreement = both.select(
        trusts=pl.len(),
        overlap=(common / span).mean(),
        width=(our_high - our_low).mean() / (high - low).mean(),
        covers=pl.col("average_score").is_between(our_low, our_high).mean(),
    )
    return {name: float(value) for name, value in agreement.row(0, named=True).items()}


def describe_ranges(agreement: Mapping[str, float]) -> list[str]:
    """Describe how well bootstrapped ranges agree with the published ones.

    Args:
        agreement: as ``compare_with_published`` returns it.

    """
    about = (
        "The ranges by resampling are computed: each trust's metric scores drawn again 1,000 "
        "times, with replacement."
    )
    if not agreement:
        return [f"{about} No published ranges are at hand to compare them with."]
    trusts = counted(agreement["trusts"], "trust")
    return [
        f"{about} Where ranges of the average score are published ({trusts} at hand), both "
        f"have {agreement['overlap']:.0%} of their span in common, and ours are "
        f"{agreement['width']:.2f} times as wide."
    ]


def _ends(seed: str, scores: list[float]) -> tuple[float, float]:
    """Return the ends of the middle 95% of the means of scores drawn again."""
    from random import Random
    from statistics import fmean, quantiles

    rng = Random(f"{_SEED} {seed}")  # noqa: S311 - statistics, not secrets
    means = [fmean(rng.choices(scores, k=len(scores))) for _ in range(RESAMPLES)]
    fortieths = quantiles(means, n=40, method="inclusive")
    return fortieths[0], fortieths[-1]
