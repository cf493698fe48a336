"""The shortest ways into a better segment: one, two or three metrics improved."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import polars as pl

from nhs_league.league.metrics import Metric, catalogue
from nhs_league.league.peers import best_quarter, with_peers
from nhs_league.league.rescoring import Change, changed
from nhs_league.league.schema.answers import Answer
from nhs_league.league.schema.frames import QUARTER, Frames
from nhs_league.league.scoring import COMBINED_FINANCE, FINANCE_PARTS, PLACES
from nhs_league.league.segments import Cut, with_computed

PATHS = pl.Schema(
    {
        "quarter": QUARTER,
        "trust_code": pl.String,
        "to_segment": pl.Int8,
        "metrics": pl.Int32,
        "set": pl.String,
        "changes": pl.String,
        "computed_average_score": pl.Float64,
        "computed_quarters_moved": pl.Float64,
        "estimated": pl.Boolean,
    }
)
"""One row a set of improvements that reaches a segment, the shortest way first. ``set`` is what
``whatif --set`` takes; ``computed_quarters_moved`` is how far its metrics move among their peers,
in quarters of them."""

_MOST = 3
_SHOWN = 20


def paths(frames: Frames, trust_code: str, found: tuple[Cut, ...], target: int) -> Answer:
    """Find the smallest sets of improvements that bring a trust into a segment.

    One, two or three metrics, each moved to where the best quarter of its peers begins.

    Args:
        frames: the tidy frames of one quarter and the trust's type, with all its peers.
        trust_code: the trust.
        found: the cuts between segments, which stay where they are.
        target: the segment to reach, 1 to 3.

    Returns:
        Schema PATHS; empty where no such set reaches it, and ``notes`` say why.

    """
    standings = with_computed(frames.standings, found).collect()
    (standing,) = standings.filter(pl.col("trust_code") == trust_code).to_dicts()
    title = f"How {standing['trust_name']} ({trust_code}) would come into segment {target}"
    if said := _cannot(standing, found, target):
        return Answer("paths", title, pl.DataFrame(schema=PATHS), notes=(said,))
    moves = _moves(frames, trust_code)
    reached = _reached(standing, moves, found[target - 1], target)
    notes = (
        "Each set is the smallest that reaches it: every metric in it moves to where the best "
        "quarter of its peers begins. The cuts between segments, and everyone else, stay.",
        *_estimates(moves),
    )
    if reached.is_empty():
        notes = (
            "No one, two or three metrics reach it, even if each came to where the best quarter of "
            "its peers begins; the average score would have to be "
            f"{found[target - 1].highest_better:.2f} or better, and is "
            f"{standing['average_score']:.2f}.",
        )
    return Answer("paths", title, reached.head(_SHOWN), notes=notes)


def _cannot(standing: Mapping[str, Any], found: tuple[Cut, ...], target: int) -> str:
    """Say why no improvement of care would do, or that none is needed; empty where one may."""
    if standing["segment"] == 5:
        return "Segment 5 is a decision of people; no figure by itself leads out of it."
    now = standing["computed_unadjusted_segment"]
    if target < 3 and (standing["in_deficit"] or standing["override"]):
        own = f" By its average score it is in segment {now} already." if now == target else ""
        return (
            "None reaches it while the trust runs a deficit: the financial override allows no "
            f"segment better than 3.{own} See what --no-deficit changes."
        )
    if isinstance(now, int) and now <= target:
        return f"By its average score it is in segment {now} already."
    if found[target - 1].highest_better is None:
        return "Where that segment begins cannot be told: no trust at hand is in it."
    return ""


def _moves(frames: Frames, trust_code: str) -> pl.DataFrame:
    """List each counted metric that can move to the best quarter, and what that would give."""
    before = frames.observations.collect()
    counting = set(_counted_ids(before.filter(pl.col("trust_code") == trust_code)))
    listed = catalogue(frames.observations)
    own = (
        with_peers(frames.observations, listed)
        .with_columns(edge=best_quarter())
        .filter(pl.col("trust_code") == trust_code, pl.col("metric_id").is_in(counting))
        .filter(
            pl.col("value").is_not_null(),
            pl.col("score").is_not_null(),
            pl.col("edge").is_not_null(),
        )
        .filter(
            pl.when("higher_is_better")
            .then(pl.col("value") < pl.col("edge"))
            .otherwise(pl.col("value") > pl.col("edge"))
        )
        .collect()
    )
    short = dict(listed.select("metric_id", "short_name").iter_rows())
    rows = []
    for row in own.iter_rows(named=True):
        metric = _as_metric(row, short[row["metric_id"]])
        after, told = changed(before, trust_code, [Change(metric, row["edge"])])
        new = after.filter(
            pl.col("trust_code") == trust_code, pl.col("metric_id") == row["metric_id"],
            pl.col("unit").eq_missing(row["unit"]),
        )["score"][0]  # fmt: skip
        gain = row["score"] - new
        if gain > 0:
            rows.append(
                {
                    "metric_id": row["metric_id"],
                    "short_name": short[row["metric_id"]],
                    "value": row["value"],
                    "edge": row["edge"],
                    "unit": row["unit"],
                    "gain": gain / len(counting),
                    "quarters": gain * 4 / 3,
                    "estimated": any(t["estimated"] for t in told),
                }
            )
    return pl.DataFrame(rows, schema_overrides={"gain": pl.Float64, "quarters": pl.Float64})


def _reached(
    standing: Mapping[str, Any], moves: pl.DataFrame, cut: Cut, target: int
) -> pl.DataFrame:
    now, needed = float(standing["average_score"]), cut.highest_better or 0.0
    for size in range(1, _MOST + 1):
        rows = []
        for chosen in combinations(moves.iter_rows(named=True), size):
            average = round(now - sum(m["gain"] for m in chosen), PLACES)
            if average <= needed:
                rows.append(
                    {
                        "quarter": standing["quarter"],
                        "trust_code": standing["trust_code"],
                        "to_segment": target,
                        "metrics": size,
                        "set": " ".join(f"{m['metric_id']}={m['edge']:.12g}" for m in chosen),
                        "changes": "; ".join(
                            f"{m['short_name']} {m['value']:.12g} to {m['edge']:.12g} {m['unit']}"
                            for m in chosen
                        ),
                        "computed_average_score": average,
                        "computed_quarters_moved": round(sum(m["quarters"] for m in chosen), 4),
                        "estimated": any(m["estimated"] for m in chosen),
                    }
                )
        if rows:
            return pl.DataFrame(rows, schema=PATHS).sort("computed_quarters_moved", "set")
    return pl.DataFrame(schema=PATHS)


def _estimates(moves: pl.DataFrame) -> list[str]:
    names = moves.filter("estimated")["short_name"].to_list() if moves.height else []
    if not names:
        return []
    return [f"Estimated, as no known rule gives their scores: {', '.join(sorted(names))}."]


def _as_metric(row: Mapping[str, Any], short_name: str) -> Metric:
    told = {
        field: row[field]
        for field in (
            "metric_id",
            "metric",
            "trust_type",
            "domain",
            "sub_domain",
            "unit",
            "period",
            "higher_is_better",
        )
    }
    return Metric(short_name=short_name, **told)


def _counted_ids(own: pl.DataFrame) -> list[str]:
    scored = own.filter(pl.col("score").is_not_null())["metric_id"].unique().to_list()
    return [i for i in scored if COMBINED_FINANCE not in scored or i not in FINANCE_PARTS]
