"""A trust's standing, its weak spots and its other metrics in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from nhs_league.render import figures
from nhs_league.render.blocks import Item, Line

_SEGMENTS = {
    1: "by its average score among the best quarter of trusts in England",
    2: "by its average score in the second-best quarter of trusts in England",
    3: "in the second-worst quarter of trusts in England, or held back by a deficit",
    4: "by its average score among the worst quarter of trusts in England",
    5: "in intensive support, by decision of NHS England",
}
_DEFICIT = {
    True: "The trust runs a deficit",
    False: "The trust does not run a deficit",
    None: "Whether the trust runs a deficit is not known",
}
_FOLLOWED = {"segment": "segment", "rank": "league rank", "average_score": "average score"}
Row = dict[str, Any]


def standing_lines(standing: Row) -> Iterator[Line]:
    """Say the segment, the override, the ranks and the average score, with their likely ranges."""
    segment = standing["segment"]
    if segment is None:
        yield Line("Segment: not published in the files at hand.")
    else:
        meaning = (
            "held there by the financial override" if standing["override"] else _SEGMENTS[segment]
        )
        yield Line(f" (1 is best): {meaning}.", f"Segment {segment}")
    yield Line(_override(standing))
    rank = figures.rank_of(standing["rank"], standing["of"])
    likely = _likely(standing["rank_low"], standing["rank_high"])
    yield Line(f" (1 is best), {likely}.", f"League rank {rank}")
    yield Line(_score_rank(standing))
    score = figures.score(standing["average_score"])
    low, high = standing["average_score_low"], standing["average_score_high"]
    spread = _likely(low, high, is_score=True)
    yield Line(f" (1.00 is best, 4.00 is worst), {spread}.", f"Average score {score}")


def since_lines(standing: Row, previous: pl.DataFrame | None) -> Iterator[str]:
    """Say what changed since the quarter before."""
    if previous is None or previous.is_empty():
        return
    before = previous.row(0, named=True)
    parts = [
        _moved(name, before[column], standing[column], is_score=column == "average_score")
        for column, name in _FOLLOWED.items()
    ]
    said = {
        True: ", more than the likely ranges allow for chance",
        False: ", within the likely ranges",
        None: "",
    }[before["computed_apart"]]
    yield f"Since {before['quarter']}: {'; '.join(parts)}{said}."


def _moved(name: str, before: float | None, now: float | None, *, is_score: bool) -> str:
    if before is None or now is None:
        return f"{name} not known"
    then, after = (figures.score(v) if is_score else figures.number(v) for v in (before, now))
    return f"{name} {after} as before" if then == after else f"{name} {then} to {after}"


def ranges_line(ranges: Row) -> str:
    """Say the likely ranges of our own."""
    low, high = (round(ranges[f"computed_average_score_{end}"], 2) for end in ("low", "high"))
    ranks = [ranges[f"computed_score_rank_{end}"] for end in ("low", "high")]
    placed = f", rank by score alone {figures.likely(*ranks)}" if None not in ranks else ""
    scores = figures.likely(low, high, is_score=True)
    return f"By resampling (computed): average score {scores}{placed}."


def _likely(low: float | None, high: float | None, *, is_score: bool = False) -> str:
    if low is None or high is None:
        return "its likely range is not in the files at hand"
    return f"likely {figures.likely(low, high, is_score=is_score)}"


def _override(standing: Row) -> str:
    """Say what the deficit does to the segment, or that it is not known."""
    unadjusted, override, deficit = (
        standing[c] for c in ("unadjusted_segment", "override", "in_deficit")
    )
    if override:
        by_score = (
            f"it would be in segment {unadjusted}" if unadjusted else "it would be in a better one"
        )
        return (
            "The trust runs a deficit, and so can be no better than segment 3; "
            f"by its average score {by_score}."
        )
    in_deficit = _DEFICIT[deficit]
    if unadjusted is None and override is None:
        may = ", so it can be no better than segment 3, whatever its care" if deficit else ""
        return f"{in_deficit}{may}. The segment by its score alone is not in the files at hand."
    by_score = figures.number(unadjusted)
    return (
        f"{in_deficit}; the financial override does not change its segment (by score: {by_score})."
    )


def _score_rank(standing: Row) -> str:
    if standing["score_rank"] is not None:
        place = figures.rank_of(standing["score_rank"], standing["of"])
        return f"By average score alone it would be {place}."
    own = figures.rank_of(standing["computed_score_rank"], standing["computed_of"])
    return f"By average score alone it is {own} trusts at hand (computed)."


def what_is_weak(weak: pl.DataFrame) -> str:
    """Say by which rule these were called weak spots."""
    rules = set(weak["weak_spot_rule"])
    by_score = "A weak spot is a metric scored 3.00 or worse (severe from 3.50)"
    by_rank = "ranked in the worst quarter of its trust type (severe: in the worst sixth)"
    if rules == {"rank"}:
        return f"No scores are published for these: each is {by_rank}. Worst first."
    if rules == {"score"}:
        return f"{by_score}. Worst first."
    return f"{by_score}, or, where no score is published, {by_rank}. Worst first."


def _lasting(row: Row) -> str:
    """Say how long a weak spot has lasted, and what became of it since last quarter."""
    quarters = row["weak_for"] or 0
    lasts = f"Weak for {quarters} quarters in a row" if quarters > 1 else ""
    since = {
        "new": "New since last quarter",
        "worsening": "worse than last quarter",
        "easing": "easing since last quarter",
        "unchanged": "as bad as last quarter",
        "same figure": "the same figure as last quarter, published again",
    }.get(row["since_last"], "")
    said = "; ".join(part for part in (lasts, since) if part)
    return f"{said[0].upper()}{said[1:]}." if said else ""


def _in_figures(row: Row) -> str:
    parts = [figures.with_unit(row["value"], row["unit"])] if row["value"] is not None else []
    if row["score"] is not None:
        parts.append(f"score {figures.score(row['score'])}")
    if row["rank"] is not None:
        parts.append(f"rank {figures.rank_of(row['rank'], row['of'])}")
    elif row["computed_rank"] is not None and row["value"] is not None:
        own = figures.rank_of(row["computed_rank"], row["computed_of"])
        parts.append(f"rank {own} trusts at hand (computed)")
    return ", ".join(parts)


def _against_peers(row: Row) -> str:
    unit, higher = row["unit"], row["higher_is_better"]
    distance = row["computed_distance_to_median"]
    median, own_median = row["median"], row["computed_median"]
    shown = figures.with_unit(median if median is not None else _tidy(own_median), unit)
    computed = "" if median is not None else ", computed"
    if distance is None:
        return "No median of its peers is published."
    if distance == 0:
        said = f"Exactly at its peers' median ({shown}{computed})"
    else:
        word = _direction(distance, higher)
        size = figures.difference(distance, unit)
        said = f"{size} {word} than its peers' median ({shown}{computed})"
    to_best = row["computed_distance_to_best_quarter"]
    if higher is None or to_best is None:
        return f"{said}."
    edge = figures.with_unit(_tidy(row["value"] - to_best), unit)
    own = "" if row["upper_quartile" if higher else "lower_quartile"] is not None else " (computed)"
    return f"{said}; the best quarter of them has {edge} or {'more' if higher else 'less'}{own}."


def _direction(distance: float, higher_is_better: bool | None) -> str:
    if higher_is_better is None:
        return "more" if distance > 0 else "less"
    return "better" if (distance > 0) == higher_is_better else "worse"


def _tidy(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 4)


def weak_spot(row: Row) -> Item:
    """Say a weak spot: its figure, its peers, its period, and how long it has lasted."""
    severe = " — SEVERE" if row["weak_spot"] == "severe" else ""
    better = {True: " Higher is better.", False: " Lower is better.", None: ""}[
        row["higher_is_better"]
    ]
    period = f"Period: {row['period']}. " if row["period"] else ""
    lines = [
        f"{_in_figures(row)}.{better if row['value'] is not None else ''}",
        _against_peers(row) if row["value"] is not None else "",
        f"{period}{row['domain'] or ''}",
        _lasting(row),
    ]
    return Item(f"{row['metric']}{severe}", tuple(line for line in lines if line))


def metric_line(row: Row) -> str:
    """Say any other metric in a line."""
    # A count stands beside its rate; the other units are told by the figure itself.
    name = f"{row['metric']} (count)" if row["unit"] == "count" else row["metric"]
    return f"{name}: {_in_figures(row)}"
