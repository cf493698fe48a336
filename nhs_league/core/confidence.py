"""How sure a difference or a change is, by redrawn metrics where scores are stored.

Where they are not, the published likely ranges are compared, which is a weaker rule: ranges of
trusts that differ clearly can overlap (docs/method.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import polars as pl

from nhs_league.core.answers import InWords
from nhs_league.core.frames import Frames, round_computed
from nhs_league.core.sentences import counted
from nhs_league.core.uncertainty import Keep, afresh
from nhs_league.core.uncertainty.differences import both_ways, each_pair, shifts
from nhs_league.core.uncertainty.redraws import (
    independent,
    ranges,
    same_for_all,
    same_for_some,
    scored,
)

REDRAWS = "redraws"
"""The rule that compares average scores in the same redraws of the metrics."""
PUBLISHED = "likely ranges"
"""The weaker rule that asks whether published likely ranges overlap."""

_TYPE = ("quarter", "trust_type")


def overlaps(low: pl.Expr, high: pl.Expr, other_low: pl.Expr, other_high: pl.Expr) -> pl.Expr:
    """Return whether two likely ranges overlap."""
    return (low <= other_high) & (other_low <= high)


def distinguishable(frames: Frames, standings: pl.DataFrame, keep: Keep = afresh) -> pl.DataFrame:
    """Compare each pair of some trusts by average score.

    Args:
        frames: the tidy frames of one quarter for each trust type, with all trusts.
        standings: schema STANDINGS, the trusts to compare in the order to show them.
        keep: where the scores of each type are kept.

    Returns:
        The columns of ``differences.each_pair`` and computed_rule (``redraws``, or ``likely
        ranges`` where a trust's scores are not stored or the trusts are of different types), each
        pair once; computed_distinguishable is null where neither rule can be used.

    """
    by_range = _ranges_apart(standings)
    drawn = _redrawn_pairs(frames, standings, keep)
    return by_range.join(
        drawn.lazy(), on=["trust_code", "other_trust_code"], how="left", maintain_order="left"
    ).with_columns(
        computed_distinguishable=pl.coalesce("computed_distinguishable", "ranges_apart"),
        computed_rule=_rule(),
    ).drop("ranges_apart").collect()  # fmt: skip


def _rule() -> pl.Expr:
    return (
        pl.when(pl.col("computed_distinguishable").is_not_null())
        .then(pl.lit(REDRAWS))
        .when(pl.col("ranges_apart").is_not_null())
        .then(pl.lit(PUBLISHED))
    )


def _ranges_apart(standings: pl.DataFrame) -> pl.LazyFrame:
    """Return each pair of trusts, and whether their published ranges lie apart."""
    numbered = (
        standings.lazy()
        .with_row_index("place")
        .select("place", "trust_code", "average_score_low", "average_score_high")
    )
    low, high = pl.col("average_score_low"), pl.col("average_score_high")
    other_low, other_high = (pl.col(f"average_score_{end}_other") for end in ("low", "high"))
    return (
        numbered.join(numbered, how="cross", suffix="_other")
        .filter(pl.col("place") < pl.col("place_other"))
        .sort("place", "place_other")
        .select(
            "trust_code",
            other_trust_code="trust_code_other",
            ranges_apart=~overlaps(low, high, other_low, other_high),
        )
    )


def _redrawn_pairs(frames: Frames, standings: pl.DataFrame, keep: Keep) -> pl.DataFrame:
    """Compare the trusts by redraws, if they are of one type and quarter and have scores."""
    groups = set(standings.select(_TYPE).iter_rows())
    if len(groups) != 1:
        return _NO_PAIRS
    ((quarter, trust_type),) = groups
    of_type = frames.of_type(trust_type).observations
    scores = stored_scores(of_type, quarter, trust_type, keep)
    if scores.is_empty():
        return _NO_PAIRS
    redraws = same_for_some(scores, standings["trust_code"].to_list())
    codes = [code for code in standings["trust_code"] if code in redraws.averages.columns]
    return each_pair(redraws, codes) if len(codes) > 1 else _NO_PAIRS


def stored_scores(
    observations: pl.LazyFrame, quarter: str, trust_type: str, keep: Keep
) -> pl.DataFrame:
    """Return the scores of one quarter and trust type, as ``redraws.scored`` returns them."""
    return keep("scores", [quarter], [trust_type], partial(scored, observations))


def indistinguishable(
    observations: pl.LazyFrame, standings: pl.DataFrame, keep: Keep = afresh
) -> pl.DataFrame:
    """Find for each trust those of its type that are too close to it to call.

    Args:
        observations: schema OBSERVATIONS of the same quarters.
        standings: schema STANDINGS, with all trusts of each type.
        keep: where the pairs of each type are kept.

    Returns:
        quarter, trust_code, computed_indistinguishable (how many others; null where neither scores
        nor a likely range are stored), computed_indistinguishable_first and
        computed_indistinguishable_last (the best and the worst of these ranks and the trust's) and
        computed_indistinguishable_ranks (which ranks those are: ``1 to 4, 51 to 56``). The override
        puts trusts with good scores far down, so that others can be ranked between two that are
        too close to call.

    """
    ranked = standings.select(
        *_TYPE, "trust_code", "rank", "average_score_low", "average_score_high"
    ).with_columns(step=pl.col("rank").rank("dense").over(_TYPE))
    low, high = pl.col("average_score_low"), pl.col("average_score_high")
    other_low, other_high = (pl.col(f"average_score_{end}_other") for end in ("low", "high"))
    drawn = _redrawn_both_ways(observations, standings, keep)
    trust = ("quarter", "trust_code")
    is_self = pl.col("trust_code") == pl.col("trust_code_other")
    # Where the ranks of others come between, the step to the next is more than 1. Shared ranks
    # leave the next ones out, so that steps are counted and not ranks.
    run = pl.col("step_other") - pl.col("step_other").rank("dense").over(trust)
    return (
        ranked.join(ranked, on=_TYPE, suffix="_other")
        .join(
            drawn,
            left_on=[*_TYPE, "trust_code", "trust_code_other"],
            right_on=[*_TYPE, "trust_code", "other_trust_code"],
            how="left",
        )
        .with_columns(
            is_close=pl.coalesce(
                ~pl.col("computed_distinguishable"), overlaps(low, high, other_low, other_high)
            )
        )
        # A trust is in its group as soon as any other can be compared with it.
        .with_columns(
            is_close=pl.when(is_self)
            .then(pl.col("is_close").is_not_null().any().over(trust))
            .otherwise("is_close")
        )
        .filter("is_close")
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


def _redrawn_both_ways(
    observations: pl.LazyFrame, standings: pl.DataFrame, keep: Keep
) -> pl.DataFrame:
    """Compare every trust with every other of its quarter and type by redraws."""
    return pl.concat(
        [
            _VERDICTS.to_frame().with_columns(
                quarter=pl.lit(None, standings.schema["quarter"]),
                trust_type=pl.lit(None, pl.String),
            ),
            *(
                keep("pairs", [quarter], [trust_type], partial(_verdicts, of_type)).with_columns(
                    quarter=pl.lit(quarter, standings.schema["quarter"]),
                    trust_type=pl.lit(trust_type),
                )
                for quarter, trust_type, of_type in _each_type(observations, standings)
            ),
        ]
    )


def _verdicts(observations: pl.LazyFrame) -> pl.DataFrame:
    scores = scored(observations)
    return _VERDICTS.to_frame() if scores.is_empty() else both_ways(same_for_all(scores))


def _each_type(
    observations: pl.LazyFrame, standings: pl.DataFrame
) -> Iterator[tuple[str, str, pl.LazyFrame]]:
    """Yield each quarter and trust type, and its observations."""
    for quarter, trust_type in standings.select(_TYPE).unique(maintain_order=True).iter_rows():
        is_of = (pl.col("quarter") == quarter) & (pl.col("trust_type") == trust_type)
        yield quarter, trust_type, observations.filter(is_of)


def score_shifts(
    before: pl.LazyFrame,
    after: pl.LazyFrame,
    quarters: Sequence[str],
    trust_types: Sequence[str],
    keep: Keep = afresh,
) -> pl.DataFrame:
    """Return how surely each trust's average score moved between two quarters.

    Args:
        before: schema OBSERVATIONS of the earlier quarter.
        after: schema OBSERVATIONS of the later quarter, of the same framework year.
        quarters: the labels of the two.
        trust_types: whose scores to compare, each type by itself.
        keep: where the shifts of each type are kept.

    Returns:
        trust_code, computed_shift, computed_shift_low, computed_shift_high, computed_p_better and
        computed_distinguishable, as of ``differences.shifts``.

    """
    return pl.concat(
        [
            _SHIFTS.to_frame(),
            *(
                keep("shifts", quarters, [trust_type], partial(_shifts, before, after, trust_type))
                for trust_type in trust_types
            ),
        ]
    )


def _shifts(before: pl.LazyFrame, after: pl.LazyFrame, trust_type: str) -> pl.DataFrame:
    is_type = pl.col("trust_type") == trust_type
    earlier, later = (scored(frame.filter(is_type)) for frame in (before, after))
    if earlier.is_empty() or later.is_empty():
        return _SHIFTS.to_frame()
    return shifts(earlier, later).select(*_SHIFTS)


def _run(first: str, last: str) -> pl.Expr:
    one = pl.format("{}", first)
    return (
        pl.when(pl.col(first) == pl.col(last))
        .then(one)
        .otherwise(pl.format("{} to {}", first, last))
    )


def bootstrap_ranges(
    observations: pl.LazyFrame, standings: pl.DataFrame, keep: Keep = afresh
) -> pl.DataFrame:
    """Compute likely ranges: each trust's metric scores drawn again, and the trusts ranked.

    On the whole mental health and community file of Q4 2025/26 this gives the published ranges.

    Args:
        observations: schema OBSERVATIONS.
        standings: schema STANDINGS of the same quarters, all trusts of each type.
        keep: where the ranges of each type are kept.

    Returns:
        quarter, trust_code, computed_average_score_low, computed_average_score_high (the middle 95%
        of 2,000 means), computed_score_rank_low, computed_score_rank_high (the middle 95% of ranks
        on score alone; null where not all trusts of the type are stored).

    """
    drawn = [
        keep("ranges", [quarter], [trust_type], partial(_ranges, of_type))
        .lazy()
        .with_columns(quarter=pl.lit(quarter, standings.schema["quarter"]))
        for quarter, trust_type, of_type in _each_type(observations, standings)
    ]
    none = _RANGES.to_frame(eager=False).with_columns(
        quarter=pl.lit(None, standings.schema["quarter"])
    )
    every = pl.concat([none, *drawn])
    whole = pl.col("of").is_not_null()
    return (
        standings.lazy()
        .select("quarter", "trust_code", "of")
        .join(every, on=["quarter", "trust_code"], maintain_order="left")
        .select(
            "quarter",
            "trust_code",
            computed_average_score_low=round_computed(pl.col("computed_average_low")),
            computed_average_score_high=round_computed(pl.col("computed_average_high")),
            # Among some of the trusts alone a rank would say nothing.
            computed_score_rank_low=pl.when(whole).then("computed_place_low"),
            computed_score_rank_high=pl.when(whole).then("computed_place_high"),
        )
        .collect()
    )


def _ranges(observations: pl.LazyFrame) -> pl.DataFrame:
    scores = scored(observations)
    return _RANGES.to_frame() if scores.is_empty() else ranges(independent(scores))


def compare_with_published(standings: pl.DataFrame, ranges: pl.DataFrame) -> Mapping[str, float]:
    """Compare computed ranges with the published ones, where both exist.

    Args:
        standings: schema STANDINGS.
        ranges: as of ``bootstrap_ranges``.

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
    """Describe how well computed ranges agree with the published ones.

    Args:
        agreement: as of ``compare_with_published``.

    """
    about = (
        "The likely ranges are computed, on score alone: each trust's metric scores are redrawn "
        "2,000 times, and the trusts are ranked each time."
    )
    if not agreement:
        return [InWords(about)]
    trusts = counted(agreement["trusts"], "trust")
    return [
        InWords(about),
        f"For {trusts} with published ranges of the score, {agreement['overlap']:.0%} of the two "
        f"ranges is shared on average. The computed ones are {agreement['width']:.2f} times as "
        "wide.",
    ]


_NO_PAIRS = pl.DataFrame(
    schema={
        "trust_code": pl.String,
        "other_trust_code": pl.String,
        "computed_difference": pl.Float64,
        "computed_difference_low": pl.Float64,
        "computed_difference_high": pl.Float64,
        "computed_p_ahead": pl.Float64,
        "computed_distinguishable": pl.Boolean,
    }
)
_VERDICTS = pl.Schema(
    {
        "trust_code": pl.String,
        "other_trust_code": pl.String,
        "computed_distinguishable": pl.Boolean,
    }
)
_SHIFTS = pl.Schema(
    {
        "trust_code": pl.String,
        "computed_shift": pl.Float64,
        "computed_shift_low": pl.Float64,
        "computed_shift_high": pl.Float64,
        "computed_p_better": pl.Float64,
        "computed_distinguishable": pl.Boolean,
    }
)
_RANGES = pl.Schema(
    {
        "trust_code": pl.String,
        "computed_average_low": pl.Float64,
        "computed_average_high": pl.Float64,
        "computed_place_low": pl.Int32,
        "computed_place_high": pl.Int32,
    }
)
