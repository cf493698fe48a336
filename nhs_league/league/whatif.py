"""What if a figure were another: the whole type's table recomputed, everyone else as they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from nhs_league.errors import UsageError
from nhs_league.league.metrics import Metric, catalogue
from nhs_league.league.noise import noiseless
from nhs_league.league.peers import best_quarter, peer_median, with_peers
from nhs_league.league.rescoring import Change, changed
from nhs_league.league.schema.answers import Answer
from nhs_league.league.schema.frames import QUARTER, Frames
from nhs_league.league.scoring import PLACES, average_scores, domain_scores, league_rank
from nhs_league.league.segments import Cut, adjusted, by_score, with_computed

WHATIF = pl.Schema(
    {
        "quarter": QUARTER,
        "trust_code": pl.String,
        "trust_name": pl.String,
        "what": pl.String,
        "name": pl.String,
        "metric_id": pl.String,
        "unit": pl.String,
        "before": pl.Float64,
        "computed_after": pl.Float64,
        "estimated": pl.Boolean,
        "note": pl.String,
    }
)
"""What changes for the trust: ``what`` is ``value``, ``metric score``, ``domain score``, ``average
score``, ``segment by score``, ``segment`` or ``league rank``. ``estimated`` is true where no known
rule gives the score."""


def value_of(asked: str, metric: Metric, frames: Frames) -> float:
    """Read what a metric is set to: a number, or ``median``, ``q1``, ``best``, ``standard``.

    Args:
        asked: what was typed.
        metric: the metric.
        frames: the tidy frames of the trust's type; ``q1`` is where the best quarter begins.

    Raises:
        UsageError: it is neither, or the metric has no standard.

    """
    try:
        return float(asked.removesuffix("%"))
    except ValueError:
        pass
    listed = catalogue(frames.observations)
    this = (pl.col("metric_id") == metric.metric_id) & pl.col("unit").eq_missing(metric.unit)
    ends = with_peers(frames.observations.filter(this), listed).select(
        median=peer_median().drop_nulls().first(),
        q1=best_quarter().drop_nulls().first(),
        best=pl.when(pl.col("higher_is_better").first())
        .then(pl.col("value").max())
        .otherwise(pl.col("value").min()),
    )
    known = ends.collect().row(0, named=True) | {"standard": listed.filter(this)["standard"][0]}
    if asked not in known:
        raise UsageError(
            f"{metric.short_name} cannot be set to “{asked}”.",
            f"Give a number, or {', '.join(known)}.",
        )
    if known[asked] is None:
        raise UsageError(f"No {asked} is known of {metric.short_name}.", "Give a number.")
    return float(known[asked])


def whatif(
    frames: Frames,
    trust_code: str,
    found: tuple[Cut, ...],
    changes: Sequence[Change],
    *,
    no_deficit: bool = False,
) -> Answer:
    """Recompute a type's table with one trust's figures changed.

    Args:
        frames: the tidy frames of one quarter and the trust's type, with all its peers.
        trust_code: the trust.
        found: the cuts between segments, which stay where they are.
        changes: what its figures would be.
        no_deficit: whether it would run no deficit.

    Returns:
        Schema WHATIF; ``parts["table"]`` is the whole table: quarter, trust_type, trust_code,
        trust_name, average_score, segment, rank as published, and ``computed_average_score``,
        ``computed_segment`` and ``computed_rank`` as they would be.

    Raises:
        NotFoundError: the trust has no value of a metric.

    """
    is_trust = pl.col("trust_code") == trust_code
    before = frames.observations.collect()
    after, told = changed(before, trust_code, changes)
    table = _table(frames, before, after, found, trust_code, no_deficit=no_deficit)
    (standing,) = table.filter(is_trust).to_dicts()
    rows = [*told, *_means(frames, before, after, trust_code), *_place(standing)]
    frame = pl.DataFrame(rows, schema_overrides=dict(WHATIF), strict=False)
    absent = [pl.lit(None, WHATIF[c]).alias(c) for c in WHATIF if c not in frame.columns]
    shaped = frame.with_columns(absent).with_columns(
        quarter=pl.lit(standing["quarter"]),
        trust_code=pl.lit(trust_code),
        trust_name=pl.lit(standing["trust_name"]),
    )
    name = standing["trust_name"]
    return Answer(
        question="whatif",
        title=f"If {name} ({trust_code}) were otherwise, {standing['quarter']}",
        frame=shaped.select(pl.col(c).cast(t) for c, t in WHATIF.items()),
        notes=tuple(_notes(told, standing, no_deficit=no_deficit)),
        parts={"table": table.drop("in_deficit")},
    )


def _table(
    frames: Frames,
    before: pl.DataFrame,
    after: pl.DataFrame,
    found: tuple[Cut, ...],
    trust_code: str,
    *,
    no_deficit: bool,
) -> pl.DataFrame:
    """Work the whole table out; a trust whose scores did not change keeps its published figures.

    The published average has two places, so a change of the recomputed mean is added to it: what
    did not change stays exactly as published.
    """
    is_trust = pl.col("trust_code") == trust_code
    shift = (
        average_scores(before.lazy())
        .join(average_scores(after.lazy()), on=["quarter", "trust_code"], suffix="_after")
        .select(
            "quarter",
            "trust_code",
            shift=pl.col("computed_average_score_after") - pl.col("computed_average_score"),
        )
    )
    moved = pl.col("shift").abs() > 1e-12
    freed = is_trust & pl.lit(no_deficit)
    score = pl.col("computed_average_score")
    return (
        with_computed(frames.standings, found)
        .join(shift, on=["quarter", "trust_code"], how="left")
        .with_columns(
            computed_average_score=pl.when(moved)
            .then((pl.col("average_score") + pl.col("shift")).round(PLACES))
            .otherwise("average_score"),
            in_deficit=pl.when(freed).then(pl.lit(value=False)).otherwise(
                pl.coalesce("override", "in_deficit") | pl.col("in_deficit").fill_null(value=False)
            ),
        )
        .with_columns(
            computed_segment_by_score=pl.when(score == pl.col("average_score"))
            .then("computed_unadjusted_segment")
            .otherwise(pl.coalesce(by_score(score, found), "computed_unadjusted_segment"))
        )
        .with_columns(
            computed_segment=pl.when(pl.col("segment") == 5)
            .then("segment")
            .when((score == pl.col("average_score")) & ~freed)
            .then("segment")
            .otherwise(adjusted(pl.col("computed_segment_by_score"), pl.col("in_deficit")))
        )
        .with_columns(
            # Among some of the trusts alone a rank would say nothing.
            computed_rank=pl.when(pl.col("of").is_not_null()).then(
                league_rank("computed_segment", "computed_average_score")
            )
        )
        .select(
            "quarter", "trust_type", "trust_code", "trust_name", "average_score", "segment", "rank",
            "computed_average_score", "computed_unadjusted_segment", "computed_segment_by_score",
            "computed_segment", "computed_rank", "in_deficit",
        )
        .sort("computed_rank", "trust_name", nulls_last=True)
        .collect()
    )  # fmt: skip


def _means(
    frames: Frames, before: pl.DataFrame, after: pl.DataFrame, trust_code: str
) -> Iterator[dict[str, object]]:
    """Tell the domains whose score changes."""
    is_trust = pl.col("trust_code") == trust_code
    published = dict(
        frames.domains.filter(is_trust).select("domain", "score").collect().iter_rows()
    )
    both = (
        domain_scores(before.lazy().filter(is_trust))
        .join(domain_scores(after.lazy().filter(is_trust)), on="domain", suffix="_after")
        .with_columns(shift=noiseless(pl.col("computed_score_after") - pl.col("computed_score")))
        .filter(pl.col("shift") != 0)
        .sort("domain")
        .collect()
    )
    for row in both.iter_rows(named=True):
        now = published.get(row["domain"])
        base = row["computed_score"] if now is None else now
        yield {
            "what": "domain score", "name": row["domain"], "unit": "score", "before": now,
            "computed_after": round(base + row["shift"], PLACES), "estimated": False,
        }  # fmt: skip


def _place(standing: Mapping[str, object]) -> Iterator[dict[str, object]]:
    for what, unit, before, after in (
        ("average score", "score", "average_score", "computed_average_score"),
        ("segment by score", "segment", "computed_unadjusted_segment", "computed_segment_by_score"),
        ("segment", "segment", "segment", "computed_segment"),
        ("league rank", None, "rank", "computed_rank"),
    ):
        yield {
            "what": what, "name": what, "unit": unit, "before": standing[before],
            "computed_after": standing[after], "estimated": False,
        }  # fmt: skip


def _notes(
    told: Sequence[Mapping[str, object]], standing: Mapping[str, object], *, no_deficit: bool
) -> Iterator[str]:
    yield "All figures after the change are computed; the cuts between segments stay as they are."
    if standing["computed_rank"] is None:
        yield "The league rank cannot be told, as not all trusts of its type are at hand."
    for row in told:
        if row["estimated"]:
            yield f"{row['name']}: {row['note']}."
    if standing["in_deficit"] and not no_deficit:
        yield (
            "The trust runs a deficit, which allows no segment better than 3; --no-deficit tells "
            "what would be without it."
        )
