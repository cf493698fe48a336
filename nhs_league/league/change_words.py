"""A change between two quarters in words, and all of them summed up."""

from __future__ import annotations

import polars as pl

from nhs_league.league.causes import Cause, Certainty, segment_moved
from nhs_league.league.schema.quarters import Quarter
from nhs_league.league.wording import figure, two_places, with_unit


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
    return pl.concat_str(*parts, _because().fill_null("its peers moved while it stood still"))


def _because() -> pl.Expr:
    """Say the cause, with the metric that moved most."""
    both = pl.format("{} to {}", figure("value_from"), figure("value"))
    scores = pl.format("score {} to {}", two_places("score_from"), two_places("score"))
    values = (
        pl.when(pl.col("value_from").is_null() | pl.col("value").is_null())
        .then(scores)
        .otherwise(pl.format("{}, {}", with_unit(both), scores))
    )
    words = {
        Cause.OVERRIDE_APPLIED: pl.lit(
            "the financial override was applied: a deficit, not its care"
        ),
        Cause.OVERRIDE_REMOVED: pl.lit("the financial override no longer holds it back"),
        Cause.DECISION: pl.lit("by decision of NHS England: segment 5 is intensive support"),
        Cause.METRIC_SET: pl.format("what is measured changed: {} ({})", "short_name", "kind"),
        Cause.REVISED: pl.format(
            "{}, of the same period, was published anew: {}", "short_name", values
        ),
        Cause.MOVED: pl.format("most of all {}: {}", "short_name", values),
        Cause.PEERS_MOVED: pl.when(pl.col("still").fill_null(value=True))
        .then(pl.lit("its peers moved while it stood still"))
        .otherwise(pl.format("its peers moved, most of all in {}: {}", "short_name", values)),
        Cause.NEW: pl.lit("newly listed"),
        Cause.GONE: pl.lit("no longer listed"),
    }
    chosen = pl.lit(None, pl.String)
    for cause, said in words.items():
        chosen = pl.when(pl.col("cause") == cause.value).then(said).otherwise(chosen)
    return chosen


def notes(told: pl.DataFrame, quarters: list[str]) -> list[str]:
    """Sum up in the manner of NHS England's own summary."""
    stayed = told.filter(pl.col("segment").is_not_null(), pl.col("segment_from").is_not_null())
    moved = stayed.filter(pl.col("segment") != pl.col("segment_from"))
    by_certainty = dict(moved.group_by("certainty").len().iter_rows())
    better = moved.filter(pl.col("direction") == "improved").height
    causes = moved.group_by("cause").len().sort("len", "cause", descending=[True, False])
    counts = {certainty: by_certainty.get(certainty.value, 0) for certainty in Certainty}
    unknown = counts[Certainty.UNKNOWN]
    said = [
        f"{moved.height} trusts changed segment: {better} to a better one, {moved.height - better} "
        f"to a worse one. {counts[Certainty.CLEAR]} of the changes are clear, "
        f"{counts[Certainty.WITHIN]} are within the likely ranges and may be chance"
        + (f"; of {unknown} it is not known, as ranges are missing." if unknown else ".")
    ]
    if causes.height:
        listed = ", ".join(f"{cause} {count}" for cause, count in causes.iter_rows())
        said.append(f"Causes of changed segments: {listed}.")
    years = {Quarter.parse(quarter).year for quarter in quarters if quarter}
    if len(years) > 1:
        said.append(
            "The two quarters are of different framework years: only metrics that both have are "
            "compared, and cuts between segments may be set in another way."
        )
    return said
