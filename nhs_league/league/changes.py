"""Who moved between two quarters, why, and whether it is more than chance."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

import polars as pl

from nhs_league.league import filters as narrowing
from nhs_league.league.confidence import overlaps
from nhs_league.league.filters import Filters
from nhs_league.league.mergers import what_became
from nhs_league.league.movement import Kind, movement
from nhs_league.league.noise import noiseless
from nhs_league.league.schema import trust_types
from nhs_league.league.schema.answers import Answer
from nhs_league.league.schema.frames import Frames
from nhs_league.league.schema.quarters import Quarter
from nhs_league.league.segments import cuts, is_held_back, with_computed
from nhs_league.league.wording import figure, two_places, with_unit


class Certainty(StrEnum):
    """Whether a change is more than chance."""

    CLEAR = "clear"
    WITHIN = "within likely range"
    UNKNOWN = "not known"


class Cause(StrEnum):
    """What a trust's change comes from, most of all."""

    OVERRIDE_APPLIED = "override applied"
    OVERRIDE_REMOVED = "override removed"
    DECISION = "decision"
    METRIC_SET = "metric set changed"
    REVISED = Kind.REVISED.value
    MOVED = Kind.MOVED.value
    PEERS_MOVED = Kind.PEERS_MOVED.value
    GONE = "no longer listed"
    NEW = "newly listed"


CHANGES = (
    "certainty", "direction", "cause", "in_words", "quarter_from", "quarter", "trust_type",
    "trust_code", "trust_name", "trust_name_from", "segment_from", "segment", "rank_from", "rank",
    "of_from", "of", "average_score_from", "average_score", "computed_change", "metric_id",
    "metric", "value_from", "value", "unit", "period_from", "period", "score_from", "score",
    "region", "subtype", "release_file",
)  # fmt: skip
"""The columns of a list of changes, one row a trust. ``certainty`` is ``clear`` where the likely
ranges of both average scores do not overlap, or where the override or a decision moved the segment;
``within likely range`` where they overlap; ``not known`` where one is not published. ``metric`` is
the one that moved the average score most in the direction of the change."""

_MEANS = {
    Kind.MOVED: Cause.MOVED,
    Kind.PEERS_MOVED: Cause.PEERS_MOVED,
    Kind.SAME_PERIOD: Cause.PEERS_MOVED,
    Kind.NEW_FIGURE: Cause.PEERS_MOVED,
    Kind.REVISED: Cause.REVISED,
    Kind.ADDED: Cause.METRIC_SET,
    Kind.DROPPED: Cause.METRIC_SET,
    Kind.BROKEN: Cause.METRIC_SET,
}


def changes(before: Frames, after: Frames, trust_type: str, filters: Filters) -> Answer:
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
    moved = movement(*(_of(frames, trust_type).observations for frames in (before, after)))
    rows = _joined(earlier, later, _main_metric(moved, earlier, later))
    gone = what_became(earlier, later)
    told = (
        rows.with_columns(certainty=_certainty(), direction=_direction(), cause=_cause())
        .with_columns(
            in_words=_in_words(),
            became=pl.col("trust_code").replace_strict(gone, default=None, return_dtype=pl.String),
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
    quarters = [frame["quarter"][0] if frame.height else "" for frame in (earlier, later)]
    whose = trust_types.in_words(trust_type) if trust_type != trust_types.ALL else "all trust types"
    narrowed = f", {said}" if (said := filters.in_words()) else ""
    return Answer(
        question="changes",
        title=f"Changes from {quarters[0]} to {quarters[1]} ({whose}{narrowed})",
        frame=told,
        notes=tuple(_notes(told, quarters)),
    )


def narrowed(answer: Answer, *, segment_only: bool, direction: str | None) -> Answer:
    """Keep some of the changes; the notes go on counting all of them.

    Args:
        answer: as ``changes`` gives it.
        segment_only: whether to keep only trusts whose segment changed.
        direction: ``improved`` or ``worsened``; None for both.

    """
    frame = answer.frame
    if segment_only:
        frame = frame.filter(_segment_moved())
    if direction is not None:
        frame = frame.filter(pl.col("direction") == direction)
    return replace(answer, frame=frame)


def _of(frames: Frames, trust_type: str) -> Frames:
    return frames if trust_type == trust_types.ALL else frames.of_type(trust_type)


def _standings(frames: Frames, trust_type: str) -> pl.DataFrame:
    """Give a quarter's standings with what the override does, by the national cuts."""
    found = cuts(frames.standings.collect())
    return (
        with_computed(_of(frames, trust_type).standings, found)
        .with_columns(is_held_back=is_held_back())
        .collect()
    )


def _main_metric(moved: pl.DataFrame, earlier: pl.DataFrame, later: pl.DataFrame) -> pl.DataFrame:
    """Find for each trust the metric, and the cause, that moved its average score most."""
    change = (
        earlier.select("trust_code", before="average_score")
        .join(later.select("trust_code", "average_score"), on="trust_code")
        .select("trust_code", up=(pl.col("average_score") - pl.col("before")).sign())
    )
    causes = {kind.value: cause.value for kind, cause in _MEANS.items()}
    # A trust whose average stands still has no direction; its largest mover is named.
    in_direction = pl.col("computed_contribution") * pl.when(pl.col("up") == 0).then(
        pl.col("computed_contribution").sign()
    ).otherwise("up")
    weighed = (
        moved.join(change, on="trust_code")
        .with_columns(weight=in_direction, by=pl.col("kind").replace_strict(causes))
        .filter(pl.col("weight") > 0)
    )
    main = (
        weighed.group_by("trust_code", "by")
        .agg(total=pl.col("weight").sum())
        .sort("trust_code", "total", "by", descending=[False, True, False])
        .unique("trust_code", keep="first", maintain_order=True)
    )
    return (
        main.join(weighed, on=["trust_code", "by"])
        .sort("trust_code", "weight", "metric_id", descending=[False, True, False])
        .unique("trust_code", keep="first", maintain_order=True)
        .select(
            "trust_code", "by", "metric_id", "metric", "short_name", "value_from", "value", "unit",
            "period_from", "period", "score_from", "score", "kind", still=pl.col("up") == 0,
        )
    )  # fmt: skip


def _joined(earlier: pl.DataFrame, later: pl.DataFrame, main: pl.DataFrame) -> pl.DataFrame:
    both = later.join(
        earlier, on=["trust_type", "trust_code"], how="full", coalesce=True, suffix="_from"
    )
    fallback = [
        pl.coalesce(name, f"{name}_from").alias(name)
        for name in ("trust_name", "region", "subtype", "release_file")
    ]
    return both.join(main, on="trust_code", how="left").with_columns(
        *fallback,
        pl.col("quarter").fill_null(pl.lit(later["quarter"][0] if later.height else None)),
        pl.col("quarter_from").fill_null(pl.lit(earlier["quarter"][0] if earlier.height else None)),
        is_gone=pl.col("segment").is_null() & pl.col("average_score").is_null(),
        is_new=pl.col("average_score_from").is_null() & pl.col("segment_from").is_null(),
        computed_change=noiseless(pl.col("average_score") - pl.col("average_score_from")),
        # A gone trust is kept by a filter on what it was.
        segment_now="segment",
    )


def _is_change() -> pl.Expr:
    """Keep trusts of which anything changed; null beside a figure is no change but a gap."""
    figures = ("segment", "rank", "average_score")
    differs = [(pl.col(c) != pl.col(f"{c}_from")).fill_null(value=False) for c in figures]
    return pl.any_horizontal(*differs, "is_gone", "is_new")


def _certainty() -> pl.Expr:
    low, high = pl.col("average_score_low"), pl.col("average_score_high")
    low_from, high_from = (pl.col(f"average_score_{end}_from") for end in ("low", "high"))
    by_fact = _segment_moved() & (_override_flipped() | _decided())
    return (
        pl.when(by_fact)
        .then(pl.lit(Certainty.CLEAR.value))
        .when(overlaps(low, high, low_from, high_from))
        .then(pl.lit(Certainty.WITHIN.value))
        .when(overlaps(low, high, low_from, high_from).not_())
        .then(pl.lit(Certainty.CLEAR.value))
        .otherwise(pl.lit(Certainty.UNKNOWN.value))
    )


def _direction() -> pl.Expr:
    """Tell better from worse: by the segment, else by the average score, else by the rank."""
    steps = [
        (pl.col(c).cast(pl.Float64) - pl.col(f"{c}_from").cast(pl.Float64)).sign()
        for c in ("segment", "average_score", "rank")
    ]
    moved = [pl.when(step != 0).then(step) for step in steps]
    sign = pl.coalesce(moved)
    return (
        pl.when(sign < 0)
        .then(pl.lit("improved"))
        .when(sign > 0)
        .then(pl.lit("worsened"))
        .otherwise(pl.lit("neither"))
    )


def _segment_moved() -> pl.Expr:
    return (pl.col("segment") != pl.col("segment_from")).fill_null(value=False)


def _override_flipped() -> pl.Expr:
    return (pl.col("is_held_back") != pl.col("is_held_back_from")).fill_null(value=False)


def _decided() -> pl.Expr:
    return ((pl.col("segment") == 5) | (pl.col("segment_from") == 5)).fill_null(value=False)


def _cause() -> pl.Expr:
    return (
        pl.when("is_gone")
        .then(pl.lit(Cause.GONE.value))
        .when("is_new")
        .then(pl.lit(Cause.NEW.value))
        .when(_segment_moved() & _decided())
        .then(pl.lit(Cause.DECISION.value))
        .when(_segment_moved() & _override_flipped() & pl.col("is_held_back"))
        .then(pl.lit(Cause.OVERRIDE_APPLIED.value))
        .when(_segment_moved() & _override_flipped())
        .then(pl.lit(Cause.OVERRIDE_REMOVED.value))
        .when(pl.col("still").fill_null(value=True) & ~_segment_moved())
        .then(pl.lit(Cause.PEERS_MOVED.value))
        .otherwise(pl.coalesce("by", pl.lit(Cause.PEERS_MOVED.value)))
    )


def _in_words() -> pl.Expr:
    """Say a change in a sentence, its cause with it."""
    segment = pl.when(_segment_moved()).then(
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


def _notes(told: pl.DataFrame, quarters: list[str]) -> list[str]:
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
