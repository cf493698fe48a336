"""Who moved between two quarters, why, and whether it is more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from nhs_league.core import filters as narrowing, trust_types
from nhs_league.core.answers import Changes
from nhs_league.core.causes import (
    cause,
    certainty,
    direction as direction_of,
    main_metric,
    segment_moved,
)
from nhs_league.core.change_words import in_words, notes
from nhs_league.core.filters import Filters
from nhs_league.core.frames import Frames, round_computed
from nhs_league.core.mergers import departed, what_became
from nhs_league.core.method.segments import is_capped, segment_boundaries, with_unadjusted_segment
from nhs_league.core.movement import (
    COMPARED_VALUES,
    MOVEMENT,
    compare_values,
    movement,
)
from nhs_league.core.quarters import framework_breaks
from nhs_league.core.sentences import counted

CHANGES = (
    "certainty", "direction", "cause", "in_words", "quarter_from", "quarter", "trust_type",
    "trust_code", "trust_name", "trust_name_from", "segment_from", "segment", "rank_from", "rank",
    "of_from", "of", "average_score_from", "average_score", "computed_change", "metric_id",
    "metric", "value_from", "value", "unit", "period_from", "period", "score_from", "score",
    "computed_share", "tied_metrics", "metrics_compared", "metrics_improved", "metrics_worsened",
    "region", "subtype", "release_file",
)  # fmt: skip
"""The columns of a list of changes, one row a trust. ``certainty`` is ``clear`` where the likely
ranges of both average scores do not overlap, or where the override or a decision moved the segment;
``within likely range`` where they overlap; ``not known`` where one is not published; ``not
comparable`` where the quarters are of different framework years. ``metric`` is the one of the cause
that moved the average score most in the direction of the change, ``computed_share`` its share (0 to
1) of all the score points that moved that way, and ``tied_metrics`` names the others with the same
share; they are null across framework years, where no metric explains a change of score. There
``metrics_compared`` counts the metrics that have a value in the same unit in both quarters, and a
new one in the later; ``metrics_improved`` and ``metrics_worsened`` are those of them that did."""


def changes(before: Frames, after: Frames, trust_type: str, filters: Filters) -> Changes:
    """Compare the standings of two quarters.

    Args:
        before: the tidy frames of the earlier quarter, all trust types.
        after: the tidy frames of the later quarter, all trust types.
        trust_type: whose changes, or ``all``.
        filters: which trusts to keep, by their later standing, resolved.

    Returns:
        Columns CHANGES: trusts whose segment, rank or average score changed, and those newly listed
        or no longer; moved segments first, then the largest change of the average score.

    """
    earlier, later = (_standings(frames, trust_type) for frames in (before, after))
    quarters = [frame["quarter"][0] if frame.height else "" for frame in (earlier, later)]
    breaks = framework_breaks(filter(None, quarters))
    observed = [_of(frames, trust_type).observations for frames in (before, after)]
    # Across framework years scores are not comparable, so no metric's score explains a change.
    moved = MOVEMENT.to_frame() if breaks else movement(*observed)
    values = compare_values(*observed) if breaks else COMPARED_VALUES.to_frame()
    rows = _joined(earlier, later, main_metric(moved, earlier, later), values)
    gone = what_became(earlier, later)
    explained = (
        rows.with_columns(same_framework=pl.lit(not breaks))
        .with_columns(certainty=certainty(), direction=direction_of(), cause=cause())
        .with_columns(
            in_words=in_words(),
            became=pl.col("trust_code").replace_strict(gone, default=None, return_dtype=pl.String),
            tied_metrics=_others_tied(),
        )
        .with_columns(in_words=pl.coalesce("became", "in_words"))
        .filter(_is_change(), narrowing.keep(filters))
        .sort(
            pl.col("segment").ne_missing(pl.col("segment_from")),
            pl.col("computed_change").abs(),
            "trust_code",
            descending=[True, True, False],
            nulls_last=True,
        )
        .select(CHANGES)
    )
    whose = trust_types.in_words(trust_type) if trust_type != trust_types.ALL else "all trust types"
    narrowed = f", {said}" if (said := filters.in_words()) else ""
    return Changes(
        title=f"Changes from {quarters[0]} to {quarters[1]} ({whose}{narrowed})",
        frame=explained,
        notes=(*notes(explained), *_not_compared(earlier, later, quarters), *breaks),
    )


def _others_tied() -> pl.Expr:
    """Name the metrics that share the first one's place."""
    others = pl.col("tied_metrics").list.slice(1)
    return pl.when(others.list.len() > 0).then(others.list.join(", "))


def _not_compared(earlier: pl.DataFrame, later: pl.DataFrame, quarters: Sequence[str]) -> list[str]:
    """Say which trusts one quarter lacks because its files are missing or are only a part."""
    said = []
    for frame, other, quarter in (
        (earlier, later, quarters[1]),
        (later, earlier, quarters[0]),
    ):
        missing = frame.join(other, on="trust_code", how="anti").join(
            departed(frame, other), on="trust_code", how="anti"
        )
        for name in trust_types.in_order(set(missing["trust_type"])):
            trusts = trust_types.in_words(name)
            count = missing.filter(trust_type=name).height
            lacks = "only some" if name in set(other["trust_type"]) else "no"
            said.append(
                f"{counted(count, trusts.removesuffix('s'))} not compared: your files have {lacks} "
                f"{trusts} for {quarter or 'the other quarter'}."
            )
    return said


def narrowed(answer: Changes, *, segment_only: bool, direction: str | None) -> Changes:
    """Keep some of the changes; the notes go on counting all of them.

    Args:
        answer: as ``changes`` gives it.
        segment_only: whether to keep only trusts whose segment changed.
        direction: ``improved`` or ``worsened``; None for both.

    """
    frame = answer.frame
    if segment_only:
        frame = frame.filter(segment_moved())
    if direction is not None:
        frame = frame.filter(pl.col("direction") == direction)
    return replace(answer, frame=frame)


def _of(frames: Frames, trust_type: str) -> Frames:
    return frames if trust_type == trust_types.ALL else frames.of_type(trust_type)


def _standings(frames: Frames, trust_type: str) -> pl.DataFrame:
    """Give a quarter's standings with what the override does, by the national cuts."""
    boundaries = segment_boundaries(frames.standings.collect())
    return (
        with_unadjusted_segment(_of(frames, trust_type).standings, boundaries)
        .with_columns(is_capped=is_capped())
        .collect()
    )


def _joined(
    earlier: pl.DataFrame, later: pl.DataFrame, main: pl.DataFrame, values: pl.DataFrame
) -> pl.DataFrame:
    """Join the trusts that both quarters list, and those of which one says that it does not."""
    gone = departed(earlier, later)["trust_code"].implode()
    new = departed(later, earlier)["trust_code"].implode()
    both = later.with_columns(is_later=pl.lit(value=True)).join(
        earlier.with_columns(is_earlier=pl.lit(value=True)),
        on=["trust_type", "trust_code"],
        how="full",
        coalesce=True,
        suffix="_from",
    )
    fallback = [
        pl.coalesce(name, f"{name}_from").alias(name)
        for name in ("trust_name", "region", "subtype", "release_file")
    ]
    return (
        both.with_columns(
            is_gone=pl.col("trust_code").is_in(gone) & pl.col("is_later").is_null(),
            is_new=pl.col("trust_code").is_in(new) & pl.col("is_earlier").is_null(),
        )
        .filter((pl.col("is_later") & pl.col("is_earlier")) | pl.col("is_gone") | pl.col("is_new"))
        .join(main, on="trust_code", how="left")
        .join(values, on="trust_code", how="left")
        .with_columns(
            *fallback,
            pl.col("quarter").fill_null(pl.lit(later["quarter"][0] if later.height else None)),
            pl.col("quarter_from").fill_null(
                pl.lit(earlier["quarter"][0] if earlier.height else None)
            ),
            computed_change=round_computed(pl.col("average_score") - pl.col("average_score_from")),
            # A gone trust is kept by a filter on what it was.
            segment_now="segment",
        )
    )


def _is_change() -> pl.Expr:
    """Keep trusts of which anything changed; null beside a figure is no change but a gap."""
    figures = ("segment", "rank", "average_score")
    differs = [(pl.col(c) != pl.col(f"{c}_from")).fill_null(value=False) for c in figures]
    return pl.any_horizontal(*differs, "is_gone", "is_new")
