"""What a place hides: severe weak spots of well-placed trusts, and capped trusts."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from nhs_league.core import filters as narrowing
from nhs_league.core.answers import CappedTrusts, HiddenWeakSpots
from nhs_league.core.filters import Filters
from nhs_league.core.frames import Frames, round_computed
from nhs_league.core.method.standings import (
    SegmentBoundary,
    is_capped,
    league_rank,
    with_unadjusted_segment,
)
from nhs_league.core.metrics import Area, Metric, catalogue, ids
from nhs_league.core.peers import WeakSpot, classify, with_peers, without_peers
from nhs_league.core.sentences import counted, shown, two_places
from nhs_league.core.uncertainty.chance import by_chance, lasting

WELL_PLACED = 2
"""The worst segment by score that counts as a good place."""

HIDDEN = (
    "in_words", "quarter", "trust_type", "trust_code", "trust_name",
    "computed_unadjusted_segment", "segment", "place_rank", "rank_low", "rank_high", "place_of",
    "average_score", "metric_id", "metric", "short_name", "domain", "value", "unit", "period",
    "score", "rank", "of", "lower_quartile", "median", "upper_quartile", "weak_spot_rule",
    "higher_is_better", "computed_rank", "computed_of", "computed_lowest",
    "computed_lower_quartile", "computed_median", "computed_upper_quartile", "computed_highest",
    "computed_quarters_with_news", "computed_quarters_severe", "computed_persistently_severe",
    "computed_gap", "region", "subtype", "doubt", "release_file",
)  # fmt: skip
"""The columns of hidden weak spots, first those that chance explains least: severe in every quarter
with new figures, the more such quarters the earlier (``computed_persistently_severe``; null with
fewer than two), then the worst ranks, then the furthest from the next better trust
(``computed_gap``, in units of the middle half of values). ``in_words`` is the row as a sentence;
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
    earlier: Frames | None = None,
) -> HiddenWeakSpots:
    """Find hidden weak spots: severe ones of trusts that are in segment 1 or 2 by their score.

    Args:
        frames: the tidy frames, one quarter for each trust type, with all trusts.
        trust_type: whose, or ``all``.
        boundaries: the cuts between segments.
        filters: which trusts to keep, resolved.
        only: the metric or area to look at; None for all.
        earlier: the tidy frames of earlier quarters; None where there are none.

    Returns:
        Columns HIDDEN.

    """
    wanted = frames.of_type(trust_type)
    listed = catalogue(wanted.observations)
    classified = classify(with_peers(wanted.observations, listed)).collect()
    places = well_placed(wanted.standings, boundaries, filters).collect()
    names = listed.select("trust_type", "metric_id", "unit", "short_name")
    spots = classified.filter(pl.col("weak_spot") == WeakSpot.SEVERE.value, _of(only))
    key = ["metric_id", "unit"]
    frame = (
        spots.join(
            places.select(
                "quarter", "trust_code", "trust_name", "computed_unadjusted_segment", "segment",
                "rank_low", "rank_high", "average_score", "region", "subtype",
                place_rank="rank", place_of="of",
            ),
            on=["quarter", "trust_code"],
        )
        .join(names, on=["trust_type", *key], how="left", nulls_equal=True)
        .join(_gaps(classified), on=["quarter", "trust_code", *key], how="left", nulls_equal=True)
        .join(_lasting(spots, classified, earlier), on=["trust_code", *key], how="left",
              nulls_equal=True)
        .sort(
            pl.when("computed_persistently_severe").then("computed_quarters_with_news"),
            "share_ahead", "computed_gap", "place_rank", "trust_code", *key,
            descending=[True, True, True, False, False, False, False], nulls_last=True,
        )
        .with_columns(in_words=_sentence())
        .select(HIDDEN)
    )  # fmt: skip
    return HiddenWeakSpots(
        title=f"Good rank, severe weak spot ({narrowing.in_scope(trust_type, filters)})",
        frame=frame,
        notes=tuple(_about_hidden(frame, places, classified, only)),
    )


def _about_hidden(
    frame: pl.DataFrame,
    places: pl.DataFrame,
    classified: pl.DataFrame,
    only: Metric | Area | None,
) -> Iterator[str]:
    """Explain what is listed, in which order, and how much of it chance alone would give."""
    if classified.is_empty():
        yield "The stored files have no metrics of these trusts, so no weak spot can be found."
        return
    trusts, spots = frame["trust_code"].n_unique(), frame.height
    yield (
        f"{trusts} of {counted(places.height, 'trust')} in segment 1 or 2 by average score "
        f"{'hides' if trusts == 1 else 'hide'} {counted(spots, 'severe weak spot')}: scored 3.50 "
        "or worse, or ranked in the worst sixth if not scored."
    )
    if only is not None or frame.is_empty():
        return
    chance = by_chance(classified).join(places, on=["quarter", "trust_code"], how="semi")
    looked = int(chance["computed_metrics"].to_physical().quantile(0.5) or 0)
    expected = chance["computed_severe_by_chance"].sum()
    yield (
        f"Chance alone would give about {expected:.0f} (about {counted(looked, 'metric')} for "
        "each trust), so a single one says little. First are those severe in every quarter with "
        "new figures."
    )


def _gaps(classified: pl.DataFrame) -> pl.DataFrame:
    """Return how far each value is from the next better, in units of the middle half of values.

    Columns quarter, trust_code, metric_id, unit and computed_gap; null without a value, for the
    best value and where it is not known which values are better. Equal values have the same gap.
    """
    group = ["quarter", "trust_type", "metric_id", "unit"]
    better = pl.when("higher_is_better").then("value").otherwise(-pl.col("value"))
    spread = (pl.col("computed_upper_quartile") - pl.col("computed_lower_quartile")).abs()
    next_better = pl.col("better").unique().sort()
    return (
        classified.filter(pl.col("value").is_not_null(), pl.col("higher_is_better").is_not_null())
        .with_columns(better=better)
        .with_columns(step=pl.col("better").rank("dense").over(group).cast(pl.UInt32))
        .with_columns(next_better=next_better.gather(pl.col("step"), null_on_oob=True).over(group))
        .select(
            "quarter",
            "trust_code",
            "metric_id",
            "unit",
            computed_gap=round_computed(
                pl.when(spread > 0).then((pl.col("next_better") - pl.col("better")) / spread)
            ),
        )
    )


def _lasting(spots: pl.DataFrame, classified: pl.DataFrame, earlier: Frames | None) -> pl.DataFrame:
    """Find which severe weak spots were severe in every quarter with new figures.

    Earlier quarters are judged by their published scores and ranks.
    """
    is_spot = pl.col("metric_id").is_in(spots["metric_id"].unique().to_list()) & pl.col(
        "trust_code"
    ).is_in(spots["trust_code"].unique().to_list())
    now = classified.filter(is_spot)
    if earlier is None:
        return lasting(now)
    before = classify(without_peers(earlier.observations.filter(is_spot))).collect()
    return lasting(pl.concat([before.select(now.columns), now]))


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
    of_capped = standings.filter(is_capped())
    without = _ranks_without(standings, of_capped)
    frame = (
        of_capped.filter(narrowing.keep(filters))
        .join(without, on=["quarter", "trust_code"], how="left")
        .sort("average_score", "trust_name")
        .select(CAPPED)
    )
    whose = narrowing.in_scope(trust_type, filters)
    return CappedTrusts(
        title=f"In segment 3 only because of the financial override ({whose})",
        frame=frame,
        notes=(
            f"{counted(frame.height, 'trust')} would be in a better segment by average score "
            "alone. The financial override is for trusts in deficit or with deficit support, "
            "and allows no place above segment 3. The rank without it (computed) is where a "
            "trust would rank if only its own were removed.",
        ),
    )


def _sentence() -> pl.Expr:
    """Describe a row in a sentence."""
    doubtful = pl.when(pl.col("doubt").is_null()).then(pl.lit("")).otherwise(pl.lit("?"))
    value = pl.coalesce(shown("value") + doubtful, pl.lit("no value published"))
    published = pl.format("rank {} of {}", "rank", "of")
    computed = pl.format("rank {} of the {} stored (computed)", "computed_rank", "computed_of")
    score = pl.when(pl.col("score").is_not_null()).then(
        pl.format(", score {} (4.00 is worst)", two_places("score"))
    )
    place = pl.format(
        "League rank {}, segment {} by score", "place_rank", "computed_unadjusted_segment"
    )
    rank = pl.coalesce(published, computed, pl.lit("no rank published"))
    lasts = pl.when("computed_persistently_severe").then(
        pl.format(". Severe in all {} quarters with new figures", "computed_quarters_with_news")
    )
    return pl.format(
        "{}; {}: {}, {}{}{}", place, "metric", value, rank, score.fill_null(""), lasts.fill_null("")
    )


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
