"""Who moved between two quarters, why, and whether it is more than chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import polars as pl

from nhs_league.core import confidence, filters as narrowing, trust_types
from nhs_league.core.answers import Changes
from nhs_league.core.causes import (
    COMPARED_VALUES,
    MOVEMENT,
    Cause,
    Certainty,
    cause,
    certainty,
    compare_values,
    direction as direction_of,
    lists_segment_5,
    main_metric,
    movement,
    segment_moved,
)
from nhs_league.core.filters import Filters
from nhs_league.core.frames import Frames, round_computed
from nhs_league.core.method.standings import is_capped, segment_boundaries, with_unadjusted_segment
from nhs_league.core.quarters import framework_breaks
from nhs_league.core.sentences import counted, in_series, in_unit, number, two_places
from nhs_league.core.trusts import departed, what_became
from nhs_league.core.uncertainty import Keep, afresh

CHANGES = (
    "certainty", "direction", "cause", "in_words", "quarter_from", "quarter", "trust_type",
    "trust_code", "trust_name", "trust_name_from", "segment_from", "segment", "rank_from", "rank",
    "of_from", "of", "average_score_from", "average_score", "computed_change", "computed_shift",
    "computed_shift_low", "computed_shift_high", "computed_p_better", "computed_unadjusted_segment",
    "metric_id", "metric", "short_name", "value_from", "value", "unit", "period_from", "period",
    "score_from", "score", "computed_share", "tied_metrics", "metrics_compared",
    "metrics_improved", "metrics_worsened", "region", "subtype", "release_file",
)  # fmt: skip
"""The columns of a list of changes, one row a trust. ``certainty`` is ``clear`` where the override
or a decision moved the segment, or where the average score moved in the same direction in nearly
all redraws of the metrics that count in both quarters; ``could be chance`` where it did not.
Without the metrics' scores the published likely ranges are compared: clear where they do not
overlap. It is ``not known`` where neither is stored, and ``not comparable`` where the quarters are
of different framework years, or where a trust left segment 5 and the later quarter's files do not
say who is in it. ``computed_shift`` is the change of the average over those metrics
(below 0 is better), with the middle 95% of its redraws, and ``computed_p_better`` (0 to 1) the
share of redraws in which it is below 0. ``metric`` is the one of the cause that moved the average
score most in the direction of the change, ``computed_share`` its share (0 to 1) of all the score
points that moved that way, and ``tied_metrics`` names the others with the same share; they are null
across framework years, where no metric explains a change of score. There ``metrics_compared``
counts the metrics that have a value in the same unit in both quarters, and a new one in the later;
``metrics_improved`` and ``metrics_worsened`` are those of them that did."""


def changes(
    before: Frames, after: Frames, trust_type: str, filters: Filters, keep: Keep = afresh
) -> Changes:
    """Compare the standings of two quarters.

    Args:
        before: the tidy frames of the earlier quarter, all trust types.
        after: the tidy frames of the later quarter, all trust types.
        trust_type: whose changes, or ``all``.
        filters: which trusts to keep, by their later standing, resolved.
        keep: where the shifts of each type are kept.

    Returns:
        Columns CHANGES: trusts whose segment, rank or average score changed, and those newly listed
        or no longer; moved segments first, then the largest change of the average score.

    """
    earlier, later = (_standings(frames, trust_type) for frames in (before, after))
    quarters = [frame["quarter"][0] if frame.height else "" for frame in (earlier, later)]
    breaks = framework_breaks(filter(None, quarters))
    observed = [frames.of_type(trust_type).observations for frames in (before, after)]
    # Across framework years scores are not comparable, so no metric's score explains a change.
    moved = MOVEMENT.to_frame() if breaks else movement(*observed)
    values = compare_values(*observed) if breaks else COMPARED_VALUES.to_frame()
    rows = _joined(earlier, later, main_metric(moved, earlier, later), values)
    comparable = all(quarters) and not breaks
    types = later["trust_type"].unique(maintain_order=True).to_list() if comparable else []
    shifted = confidence.score_shifts(observed[0], observed[1], quarters, types, keep)
    gone = what_became(earlier, later)
    explained = (
        rows.join(shifted, on="trust_code", how="left")
        .with_columns(
            same_framework=pl.lit(not breaks),
            lists_segment_5=lists_segment_5(quarters[1]) if quarters[1] else pl.lit(value=False),
        )
        .with_columns(certainty=certainty(), direction=direction_of(), cause=cause())
        .with_columns(
            in_words=change_sentence(),
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
    whose = narrowing.in_scope(trust_type, filters)
    return Changes(
        title=f"Changes from {quarters[0]} to {quarters[1]} ({whose})",
        frame=explained,
        notes=(*notes(explained), *_not_compared(earlier, later, quarters), *breaks),
    )


def _others_tied() -> pl.Expr:
    """Name the metrics that share the first one's place."""
    others = pl.col("tied_metrics").list.slice(1)
    return pl.when(others.list.len() > 0).then(others.list.join(", "))


def _not_compared(earlier: pl.DataFrame, later: pl.DataFrame, quarters: Sequence[str]) -> list[str]:
    """Name the trusts that one quarter lacks because its files are missing or are only a part."""
    lines = []
    for frame, other, quarter in (
        (earlier, later, quarters[1]),
        (later, earlier, quarters[0]),
    ):
        missing = frame.join(other, on="trust_code", how="anti").join(
            departed(frame, other), on="trust_code", how="anti"
        )
        for name in trust_types.in_order(set(missing["trust_type"])):
            count = trust_types.counted(missing.filter(trust_type=name).height, name)
            lacks = "only some" if name in set(other["trust_type"]) else "no"
            lines.append(
                f"{count} not compared: your files have {lacks} "
                f"{trust_types.in_words(name)} for {quarter or 'the other quarter'}."
            )
    return lines


def narrowed(
    answer: Changes, *, segment_only: bool, clear_only: bool, direction: str | None
) -> Changes:
    """Keep some of the changes; the notes go on counting all of them.

    Args:
        answer: as ``changes`` returns it.
        segment_only: whether to keep only trusts whose segment changed.
        clear_only: whether to keep only changes that are clear.
        direction: ``improved`` or ``worsened``; None for both.

    """
    frame = answer.frame
    if segment_only:
        frame = frame.filter(_surely_changed_segment())
    if clear_only:
        frame = frame.filter(pl.col("certainty") == Certainty.CLEAR.value)
    if direction is not None:
        frame = frame.filter(pl.col("direction") == direction)
    return replace(answer, frame=frame)


def _standings(frames: Frames, trust_type: str) -> pl.DataFrame:
    """Return a quarter's standings with what the override does, by the national cuts."""
    boundaries = segment_boundaries(frames.standings.collect())
    return (
        with_unadjusted_segment(frames.of_type(trust_type).standings, boundaries)
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
            # Filters look at what a gone trust was.
            segment_now="segment",
        )
    )


def _is_change() -> pl.Expr:
    """Keep trusts of which anything changed; null beside a figure is no change but a gap."""
    figures = ("segment", "rank", "average_score")
    differs = [(pl.col(c) != pl.col(f"{c}_from")).fill_null(value=False) for c in figures]
    return pl.any_horizontal(*differs, "is_gone", "is_new")


_MOST = 0.5
"""From which share of the movement one metric is called its main cause."""
_NAMED = 3
"""Up to how many metrics of one share are named."""


def change_sentence() -> pl.Expr:
    """Describe a change in a sentence, with its cause."""
    segment = pl.when(segment_moved()).then(
        pl.format("Segment {} to {}; ", "segment_from", "segment")
    )
    rank = pl.when((pl.col("rank") != pl.col("rank_from")).fill_null(value=False)).then(
        pl.format("rank {} to {}; ", "rank_from", "rank")
    )
    score = pl.when((pl.col("computed_change") != 0).fill_null(value=False)).then(
        pl.format(
            "average score {} to {}; ",
            two_places("average_score_from"),
            two_places("average_score"),
        )
    )
    renamed = pl.when(pl.col("trust_name") != pl.col("trust_name_from")).then(
        pl.format("renamed, was {}; ", "trust_name_from")
    )
    parts = [part.fill_null("") for part in (segment, rank, score, renamed)]
    return pl.concat_str(*parts, _because().fill_null("other trusts moved"))


def _because() -> pl.Expr:
    """Describe the cause, with the metric that moved most and how much of the movement it makes."""
    both = pl.format("{} to {}", number("value_from"), number("value"))
    scores = pl.format("score {} to {}", two_places("score_from"), two_places("score"))
    values = (
        pl.when(pl.col("value_from").is_null() | pl.col("value").is_null())
        .then(scores)
        .otherwise(pl.format("{}, {}", in_unit(both), scores))
    )
    is_tied = pl.col("tied_metrics").list.len() > 1
    values = pl.when(is_tied).then(pl.lit("")).otherwise(pl.format(": {}", values))
    still = pl.lit("its score did not change, but other trusts' scores did")
    words = {
        Cause.OVERRIDE_APPLIED: pl.lit(
            "the financial override was applied because of its finances, not its care"
        ),
        Cause.OVERRIDE_REMOVED: pl.lit("the financial override no longer holds it back"),
        Cause.DECISION: pl.lit("by decision of NHS England: segment 5 is intensive support"),
        Cause.NOT_PUBLISHED: pl.format(
            "the files for {} do not say which trusts are in segment 5, so it may still be in it",
            "quarter",
        ),
        Cause.METRIC_SET: pl.format("the set of metrics changed, {} ({})", _which(), "kind"),
        Cause.REVISED: pl.format(
            "figures for the same period were corrected, {}{}", _which(), values
        ),
        Cause.MOVED: pl.format("{}{}", _which(), values),
        Cause.PEERS_MOVED: pl.when(pl.col("still").fill_null(value=True))
        .then(still)
        .otherwise(
            pl.format("other trusts moved, in {}{}", _which(), values).str.replace(
                "in mainly", "mainly in"
            )
        ),
        Cause.FRAMEWORK: pl.concat_str(
            pl.lit("the framework changed"), _values_compared().fill_null("")
        ),
        Cause.NEW: pl.lit("newly listed"),
        Cause.GONE: pl.lit("no longer listed"),
    }
    chosen = pl.lit(None, pl.String)
    for each, sentence in words.items():
        chosen = pl.when(pl.col("cause") == each.value).then(sentence).otherwise(chosen)
    return chosen


def _which() -> pl.Expr:
    """Name the metric that moved most, or those that share its place, with their share."""
    share = pl.col("computed_share")
    percent = pl.format("{}%", (share * 100).round().cast(pl.Int32))
    ways = {-1: "of the points gained", 1: "of the points lost"}
    way = (pl.col("computed_change").sign().cast(pl.Int32)).replace_strict(
        ways, default="of the points moved", return_dtype=pl.String
    )
    names = pl.col("tied_metrics")
    count = names.list.len()
    several = (
        pl.when(count > _NAMED)
        .then(pl.format("{} equally", count))
        .otherwise(
            pl.format("{} and {}", names.list.head(count - 1).list.join(", "), names.list.last())
        )
    )
    most = pl.when("largest").then(pl.lit("most of all")).otherwise(pl.lit("among them"))
    return (
        pl.when(count > 1)
        .then(pl.format("several metrics, {} {} ({} each {})", most, several, percent, way))
        .when(share == 1)
        .then(pl.format("{} alone", "short_name"))
        .when(share >= _MOST)
        .then(pl.format("mainly {} ({} {})", "short_name", percent, way))
        .otherwise(pl.format("several metrics, {} {} ({} {})", most, "short_name", percent, way))
    )


def _values_compared() -> pl.Expr:
    """Count how the values moved that both framework years measure."""
    compared, better, worse = (
        pl.col(f"metrics_{what}") for what in ("compared", "improved", "worsened")
    )
    return pl.when(compared > 0).then(
        pl.format(
            "; of {} with a new value, {} improved and {} worsened",
            pl.when(compared == 1).then(pl.lit("1 metric")).otherwise(
                pl.format("{} metrics", compared)
            ),
            better,
            worse,
        )
    )  # fmt: skip


def notes(listed: pl.DataFrame) -> list[str]:
    """Sum up the changes of segment as NHS England's summary does.

    Args:
        listed: the columns of ``changes.CHANGES``.

    Returns:
        How many trusts moved, how sure that is, and what moved them.

    """
    unseen = list(_not_published(listed.filter(pl.col("cause") == Cause.NOT_PUBLISHED.value)))
    moved = listed.filter(_surely_changed_segment())
    if moved.is_empty():
        return ["No trust changed segment.", *unseen]
    better = moved.filter(pl.col("segment") < pl.col("segment_from")).height

    only = {moved.height: "moving up", 0: "moving down"}.get(better, "")
    lines = [
        f"{counted(moved.height, 'trust')} changed segment"
        + (
            f", {'all ' if moved.height > 1 else ''}{only}."
            if only
            else f": {better} moved up, {moved.height - better} moved down."
        )
        + _how_sure(moved)
    ]
    causes = moved.group_by("cause").len().sort("len", "cause", descending=[True, False])
    if causes.height > 1:
        named = ", ".join(f"{cause} ({count})" for cause, count in causes.iter_rows())
        lines.append(f"Causes: {named}.")
    elif moved.height > 1 and causes["cause"][0] == Cause.MOVED.value:
        lines.append("All moved because of their metrics, not the financial override.")
    return [*lines, *unseen]


def _surely_changed_segment() -> pl.Expr:
    return segment_moved() & (pl.col("cause") != Cause.NOT_PUBLISHED.value)


def _not_published(left: pl.DataFrame) -> Iterator[str]:
    """Name the trusts that were in segment 5 and of which nothing shows whether they still are."""
    if left.height:
        codes = left["trust_code"].sort().to_list()
        yield (
            f"Not counted: {in_series(codes)} {'was' if left.height == 1 else 'were'} in segment "
            f"5. The files for {left['quarter'][0]} do not say which trusts are."
        )


def _how_sure(moved: pl.DataFrame) -> str:
    """Describe which changes of segment may be chance; empty where they are not comparable."""
    by_certainty = dict(moved.group_by("certainty").len().iter_rows())
    words = {
        Certainty.CLEAR: ("is clear", "are clear"),
        Certainty.WITHIN: ("could be chance", "could be chance"),
        Certainty.UNKNOWN: (
            "is not known to be clear, as scores are missing",
            "are not known to be clear, as scores are missing",
        ),
    }
    counts = [(by_certainty.get(certainty, 0), *verbs) for certainty, verbs in words.items()]
    counts = [each for each in counts if each[0]]
    if not counts:
        return ""
    if len(counts) == 1 and counts[0][0] == moved.height:
        return f" The change {counts[0][1]}." if moved.height == 1 else f" All {counts[0][2]}."
    parts = [f"{count} {one if count == 1 else more}" for count, one, more in counts]
    return f" Of these changes, {in_series(parts)}."
