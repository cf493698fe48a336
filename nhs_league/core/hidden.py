"""What a place hides: severe weak spots of well-placed trusts, and trusts capped by a deficit."""

from __future__ import annotations

import polars as pl

from nhs_league.core import filters as narrowing
from nhs_league.core.answers import CappedTrusts, HiddenWeakSpots
from nhs_league.core.filters import Filters
from nhs_league.core.frames import Frames
from nhs_league.core.method.scoring import league_rank
from nhs_league.core.method.segments import SegmentBoundary, is_capped, with_unadjusted_segment
from nhs_league.core.metrics import Area, Metric, catalogue, ids
from nhs_league.core.peers import with_peers
from nhs_league.core.sentences import counted, figure, two_places, with_unit
from nhs_league.core.weak_spots import WeakSpot, classify

WELL_PLACED = 2
"""The worst segment by score that counts as a good place."""

HIDDEN = (
    "in_words", "quarter", "trust_type", "trust_code", "trust_name",
    "computed_unadjusted_segment", "segment", "place_rank", "rank_low", "rank_high", "place_of",
    "average_score", "metric_id", "metric", "short_name", "domain", "value", "unit", "period",
    "score", "rank", "of", "median", "weak_spot_rule", "higher_is_better", "computed_rank",
    "computed_of", "computed_median", "region", "subtype", "doubt", "release_file",
)  # fmt: skip
"""The columns of hidden weak spots, the worst first. ``in_words`` is the row as a sentence;
``place_rank`` is the trust's league rank of ``place_of``, with its likely range; ``rank`` of ``of``
is the metric's."""

CAPPED = (
    "quarter", "trust_type", "rank", "rank_low", "rank_high", "of", "trust_code", "trust_name",
    "average_score", "segment", "computed_unadjusted_segment", "computed_rank_without", "override",
    "in_deficit", "region", "subtype", "release_file",
)  # fmt: skip
"""The columns of trusts capped by the override, the best average score first.
``computed_unadjusted_segment`` is the segment that each would have without it, and
``computed_rank_without`` the league rank, everyone else as they are."""


def hidden(
    frames: Frames,
    trust_type: str,
    boundaries: tuple[SegmentBoundary, ...],
    filters: Filters,
    only: Metric | Area | None = None,
) -> HiddenWeakSpots:
    """Find hidden weak spots: severe ones of trusts that are in segment 1 or 2 by their score.

    Args:
        frames: the tidy frames, one quarter for each trust type, with all trusts.
        trust_type: whose, or ``all``.
        boundaries: the cuts between segments.
        filters: which trusts to keep, resolved.
        only: the metric or area to look at; None for all.

    Returns:
        Columns HIDDEN.

    """
    wanted = frames.of_type(trust_type)
    listed = catalogue(wanted.observations)
    spots = classify(with_peers(wanted.observations, listed)).filter(
        pl.col("weak_spot") == WeakSpot.SEVERE.value, _of(only)
    )
    places = well_placed(wanted.standings, boundaries, filters)
    names = listed.lazy().select("trust_type", "metric_id", "unit", "short_name")
    frame = (
        spots.join(
            places.select(
                "quarter", "trust_code", "trust_name", "computed_unadjusted_segment", "segment",
                "rank_low", "rank_high", "average_score", "region", "subtype",
                place_rank="rank", place_of="of",
            ),
            on=["quarter", "trust_code"],
        )
        .join(names, on=["trust_type", "metric_id", "unit"], how="left", nulls_equal=True)
        .sort("badness", "place_rank", "trust_code", descending=[True, False, False])
        .with_columns(in_words=_sentence())
        .select(HIDDEN)
        .collect()
    )  # fmt: skip
    trusts = frame["trust_code"].n_unique()
    whose = narrowing.in_scope(trust_type, filters)
    return HiddenWeakSpots(
        title=f"Well placed, and severely weak in one thing ({whose})",
        frame=frame,
        notes=(
            f"{counted(trusts, 'trust')} in segment 1 or 2 by average score "
            f"{'has' if trusts == 1 else 'have'} at least one severe weak spot: a metric scored "
            "3.50 or worse (4.00 is worst) or, where no score is published, a rank in the worst "
            "sixth of the type.",
        ),
    )


def well_placed(
    standings: pl.LazyFrame, boundaries: tuple[SegmentBoundary, ...], filters: Filters
) -> pl.LazyFrame:
    """Keep the trusts that are in segment 1 or 2 by their score.

    Args:
        standings: schema STANDINGS.
        boundaries: the cuts between segments.
        filters: which trusts to keep, resolved.

    Returns:
        Schema STANDINGS with ``computed_unadjusted_segment``.

    """
    return with_unadjusted_segment(standings, boundaries).filter(
        pl.col("computed_unadjusted_segment") <= WELL_PLACED, narrowing.keep(filters)
    )


def capped(
    frames: Frames, trust_type: str, boundaries: tuple[SegmentBoundary, ...], filters: Filters
) -> CappedTrusts:
    """Find trusts whose segment is worse only through the financial override.

    Args:
        frames: the tidy frames, one quarter for each trust type, with all trusts.
        trust_type: whose, or ``all``.
        boundaries: the cuts between segments.
        filters: which trusts to keep, resolved.

    Returns:
        Columns CAPPED.

    """
    wanted = frames.of_type(trust_type)
    standings = with_unadjusted_segment(wanted.standings, boundaries).collect()
    capped = standings.filter(is_capped())
    without = _ranks_without(standings, capped)
    frame = (
        capped.filter(narrowing.keep(filters))
        .join(without, on=["quarter", "trust_code"], how="left")
        .sort("average_score", "trust_name")
        .select(CAPPED)
    )
    whose = narrowing.in_scope(trust_type, filters)
    return CappedTrusts(
        title=f"Held in segment 3 by a deficit, not by care ({whose})",
        frame=frame,
        notes=(
            f"{counted(frame.height, 'trust')} would be in a better segment by average score "
            "alone. A trust in deficit cannot be placed above segment 3. The rank without the "
            "override (computed) is where a trust would be if only its own were removed.",
        ),
    )


def _sentence() -> pl.Expr:
    """Describe a row in a sentence."""
    doubtful = pl.when(pl.col("doubt").is_null()).then(pl.lit("")).otherwise(pl.lit("?"))
    value = pl.coalesce(with_unit(figure("value")) + doubtful, pl.lit("no value published"))
    published = pl.format("rank {} of {}", "rank", "of")
    computed = pl.format("rank {} of {} at hand (computed)", "computed_rank", "computed_of")
    score = pl.when(pl.col("score").is_not_null()).then(
        pl.format(", score {} (4.00 is worst)", two_places("score"))
    )
    place = pl.format(
        "League rank {}, segment {} by score", "place_rank", "computed_unadjusted_segment"
    )
    rank = pl.coalesce(published, computed, pl.lit("no rank published"))
    return pl.format("{}; {}: {}, {}{}", place, "metric", value, rank, score.fill_null(""))


def _ranks_without(standings: pl.DataFrame, capped: pl.DataFrame) -> pl.DataFrame:
    """Rank each capped trust by its segment by score, among all others as they are."""
    freed = capped.select(
        "quarter", "trust_type", freed="trust_code", freed_to="computed_unadjusted_segment"
    )
    is_freed = pl.col("trust_code") == pl.col("freed")
    return (
        standings.join(freed, on=["quarter", "trust_type"])
        .with_columns(segment=pl.when(is_freed).then("freed_to").otherwise("segment"))
        .with_columns(computed_rank_without=league_rank(apart=["freed"]))
        .filter(is_freed)
        .select("quarter", "trust_code", "computed_rank_without")
    )


def _of(only: Metric | Area | None) -> pl.Expr:
    if only is None:
        return pl.lit(value=True)
    return pl.col("metric_id").is_in(ids(only))
