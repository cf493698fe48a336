"""A trust's figures as drawings and short texts, the same on a terminal and on a page."""

from __future__ import annotations

from typing import Any

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.answers import TrustProfile
from nhs_league.core.quarters import Quarter
from nhs_league.render import numbers
from nhs_league.render.strips import Among, Ranks, Sparkline, among
from nhs_league.render.theme import Tone, tone_of_score, tone_of_segment

_QUARTERS = 5
"""How many quarters a sparkline shows."""
_PAST = ("quarter", "metric_id", "unit", "value", "is_republished")
Row = dict[str, Any]
Metric = tuple[str, str | None]
"""A metric's ID and its unit."""


def kind_of(standing: Row) -> str:
    """Return a trust's type and subtype as people say them: ``Large acute trust``."""
    kind = trust_types.in_words(standing["trust_type"]).removesuffix("s")
    of_type, _, size = (standing["subtype"] or "").casefold().partition(" - ")
    if size and kind.startswith(of_type):
        return f"{size} {kind}".capitalize()
    return kind.capitalize()


def why_segment(standing: Row) -> str:
    """Return how the segment came about, short enough to stand beside it."""
    segment, unadjusted = standing["segment"], standing["unadjusted_segment"]
    override, deficit = standing["override"], standing["in_deficit"]
    if segment is None:
        return "not in your files"
    if segment == 5:
        return "intensive support, decided by NHS England"
    cause = "a deficit" if deficit else "the financial override"
    if segment == 3 and unadjusted is not None and unadjusted < segment:
        return f"because of {cause}; {unadjusted} on its score"
    if override is False or (override is None and deficit is False):
        why = "in deficit, but its score decides" if deficit else "by its score; no deficit"
        return why if deficit is not None else "by its score"
    if unadjusted == segment or segment != 3:
        return f"by its score, with or without {cause}"
    return "by its score or its finances: your files do not say"


def rank_of_trust(standing: Row, answer: TrustProfile) -> tuple[Ranks, str]:
    """Return a trust's rank and its likely range as a drawing, and in words."""
    rank, of = standing["rank"], standing["of"]
    low, high = standing["rank_low"], standing["rank_high"]
    likely, how = (low, high), ""
    if low is None and answer.ranges is not None and answer.ranges.height:
        row = answer.ranges.row(0, named=True)
        likely = (row["computed_score_rank_low"], row["computed_score_rank_high"])
        how = " (computed)"
    last = of or max((v for v in (rank, *likely, standing["computed_of"]) if v), default=1)
    is_known = None not in likely
    runs = ((likely[0], likely[1]),) if is_known else ()
    drawing = Ranks(rank, runs, last, tone_of_segment(standing["segment"]))
    placed = numbers.doubtful(numbers.rank_of(rank, of), standing["doubt"])
    words = f", likely {likely[0]} to {likely[1]}{how}" if is_known else ""
    return drawing, f"{placed}{words}"


def rank_of_metric(row: Row) -> str:
    """Return the published rank, else the computed one, marked."""
    if row["rank"] is not None:
        return numbers.doubtful(numbers.rank_in_short(row["rank"], row["of"]), row["doubt"])
    if row["computed_rank"] is None or row["value"] is None:
        return ""
    return f"{numbers.rank_in_short(row['computed_rank'], row['computed_of'])}*"


def tone_of_metric(row: Row) -> Tone | None:
    """Return how good a metric is: by the weak-spot rule, else by its score."""
    if row["weak_spot"] is not None:
        return Tone.SEVERE if row["weak_spot"] == "severe" else Tone.WEAK
    if (tone := tone_of_score(row["score"])) is not None:
        return tone
    return Tone.BEST if row["strong"] else None


def value_of(row: Row) -> str:
    """Return a metric's value, or its score where only that is published."""
    if row["value"] is None:
        return f"score {numbers.score(row['score'])}" if row["score"] is not None else "–"
    return numbers.doubtful(numbers.with_short_unit(row["value"], row["unit"]), row["doubt"])


def standard_of(row: Row) -> str:
    """Return the national standard, and whether the value meets it."""
    standard, value, higher = row["standard"], row["value"], row["higher_is_better"]
    if standard is None or value is None or higher is None:
        return ""
    is_met = value >= standard if higher else value <= standard
    return f"{numbers.with_unit(standard, row['unit'])} {'met' if is_met else 'missed'}"


def strip_of(row: Row, tone: Tone | None) -> Among | None:
    """Return a value among those of its trust type; None where it is not compared."""
    if row["value"] is None or row["computed_of"] is None:
        return None
    quartiles = tuple(
        row[name] if row[name] is not None else row[f"computed_{name}"]
        for name in ("lower_quartile", "median", "upper_quartile")
    )
    return among(
        row["value"],
        (row["computed_lowest"], row["computed_highest"]),
        (quartiles[0], quartiles[1], quartiles[2]),
        tone,
        higher_is_better=row["higher_is_better"],
    )


def sparklines(answer: TrustProfile) -> dict[Metric, Sparkline]:
    """Draw each metric's last quarters, oldest first; those of one quarter alone are left out.

    The blocks' scale is at least the middle half of the peers, so that a small change looks small.
    """
    newest = Quarter.parse(answer.standing["quarter"][0])
    quarters = [newest]
    for _ in range(_QUARTERS - 1):
        quarters.insert(0, quarters[0].previous)
    labels = [quarter.label for quarter in quarters]
    figures: dict[Metric, dict[str, tuple[float, bool]]] = {}
    for quarter, metric_id, unit, value, same in answer.past.select(_PAST).iter_rows():
        if quarter in labels:
            figures.setdefault((metric_id, unit), {})[quarter] = (value, same)
    upper, lower = (
        pl.coalesce(f"{end}_quartile", f"computed_{end}_quartile") for end in ("upper", "lower")
    )
    spans = answer.frame.select("metric_id", "unit", span=upper - lower).iter_rows()
    least = {(metric_id, unit): span for metric_id, unit, span in spans}
    return {
        metric: Sparkline(
            tuple(known.get(label, (None, False))[0] for label in labels),
            tuple(known.get(label, (None, False))[1] for label in labels),
            least.get(metric) or 0.0,
        )
        for metric, known in figures.items()
        if len(known) > 1
    }
