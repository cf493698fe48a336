"""A change between two quarters in words, and all of them summed up."""

from __future__ import annotations

import polars as pl

from nhs_league.core.causes import Cause, Certainty, segment_moved
from nhs_league.core.sentences import counted, figure, two_places, with_unit

_MOST = 0.5
"""From which share of the movement one metric is called its main cause."""
_NAMED = 3
"""Up to how many metrics of one share are named."""


def in_words() -> pl.Expr:
    """Say a change in a sentence, its cause with it."""
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
        pl.format("renamed, before {}; ", "trust_name_from")
    )
    parts = [part.fill_null("") for part in (segment, rank, score, renamed)]
    return pl.concat_str(*parts, _because().fill_null("others moved"))


def _because() -> pl.Expr:
    """Say the cause, with the metric that moved most and how much of the movement it makes."""
    both = pl.format("{} to {}", figure("value_from"), figure("value"))
    scores = pl.format("score {} to {}", two_places("score_from"), two_places("score"))
    values = (
        pl.when(pl.col("value_from").is_null() | pl.col("value").is_null())
        .then(scores)
        .otherwise(pl.format("{}, {}", with_unit(both), scores))
    )
    is_tied = pl.col("tied_metrics").list.len() > 1
    values = pl.when(is_tied).then(pl.lit("")).otherwise(pl.format(": {}", values))
    still = pl.lit("its score stood still while others moved")
    words = {
        Cause.OVERRIDE_APPLIED: pl.lit(
            "the financial override was applied: its finances, not its care"
        ),
        Cause.OVERRIDE_REMOVED: pl.lit("the financial override no longer holds it back"),
        Cause.DECISION: pl.lit("by decision of NHS England: segment 5 is intensive support"),
        Cause.METRIC_SET: pl.format("what is measured changed, {} ({})", _which(), "kind"),
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
    for cause, said in words.items():
        chosen = pl.when(pl.col("cause") == cause.value).then(said).otherwise(chosen)
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
    """Say how the values moved that both framework years measure."""
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
    """Sum up the changes of segment in the manner of NHS England's own summary.

    Args:
        listed: the columns of ``changes.CHANGES``.

    Returns:
        How many trusts moved, how sure that is, and what moved them.

    """
    moved = listed.filter(segment_moved())
    if moved.is_empty():
        return ["No trust changed segment."]
    better = moved.filter(pl.col("segment") < pl.col("segment_from")).height
    worse = moved.height - better
    ways = [(better, "to a better one"), (worse, "to a worse one")]
    some = ", ".join(f"{count} {way}" for count, way in ways if count)
    only = next((way for count, way in ways if count == moved.height), "")
    said = [
        f"{counted(moved.height, 'trust')} changed segment"
        + (f", {'all ' if moved.height > 1 else ''}{only}." if only else f": {some}.")
        + _how_sure(moved)
    ]
    causes = moved.group_by("cause").len().sort("len", "cause", descending=[True, False])
    if causes.height > 1:
        named = ", ".join(f"{cause} {count}" for cause, count in causes.iter_rows())
        said.append(f"Causes of changed segments: {named}.")
    return said


def _how_sure(moved: pl.DataFrame) -> str:
    """Say which of the changes of segment may be chance; nothing where they are not comparable."""
    by_certainty = dict(moved.group_by("certainty").len().iter_rows())
    words = {
        Certainty.CLEAR: ("is clear", "are clear"),
        Certainty.WITHIN: (
            "is within the likely ranges and may be chance",
            "are within the likely ranges and may be chance",
        ),
        Certainty.UNKNOWN: (
            "is not known to be clear, as ranges are missing",
            "are not known to be clear, as ranges are missing",
        ),
    }
    counts = [(by_certainty.get(certainty, 0), *said) for certainty, said in words.items()]
    counts = [each for each in counts if each[0]]
    if not counts:
        return ""
    if len(counts) == 1 and counts[0][0] == moved.height:
        return f" The change {counts[0][1]}." if moved.height == 1 else f" All {counts[0][2]}."
    parts = [f"{count} {one if count == 1 else more}" for count, one, more in counts]
    return f" {', '.join(parts)}."
