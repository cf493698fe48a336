"""The league table with one trust's figures changed, and all others as published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from nhs_league.core.answers import WhatIf
from nhs_league.core.frames import QUARTER, Frames, cast_to, round_computed
from nhs_league.core.method.rescoring import Change, apply_changes, base_of
from nhs_league.core.method.rules import Recomputed
from nhs_league.core.method.standings import (
    BY_PEOPLE,
    HALF_PLACE,
    PLACES,
    SegmentBoundary,
    apply_override,
    average_scores,
    domain_scores,
    has_override,
    league_rank,
    league_segment,
    overrides,
    segment_from_score,
    with_unadjusted_segment,
)
from nhs_league.core.metric_search import choose
from nhs_league.core.metrics import Area, Metric, catalogue
from nhs_league.core.peers import best_quarter, peer_median, with_peers
from nhs_league.core.sentences import counted
from nhs_league.errors import UsageError

WHATIF = pl.Schema(
    {
        "quarter": QUARTER,
        "trust_code": pl.String,
        "trust_name": pl.String,
        "what": pl.String,
        "name": pl.String,
        "short_name": pl.String,
        "metric_id": pl.String,
        "unit": pl.String,
        "before": pl.Float64,
        "computed_after": pl.Float64,
        "estimated": pl.Boolean,
        "note": pl.String,
    }
)
"""What changes for the trust: ``what`` is ``value``, ``metric score``, ``domain score``, ``average
score``, ``segment by score``, ``segment`` or ``league rank``; ``estimated`` is true where no known
rule gives the score; ``note`` says how a score comes about, with its arithmetic."""

WORDS = ("median", "q1", "best", "standard")
"""What a metric may be set to instead of a number; ``q1`` is where the best quarter begins."""

_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?")


def parse_changes(wanted: Sequence[str], frames: Frames, trust_type: str) -> list[Change]:
    """Read what a person would change.

    Args:
        wanted: texts ``METRIC=VALUE``; the value as for ``parse_target``.
        frames: the tidy frames of the trust's type.
        trust_type: the type.

    Raises:
        UsageError: a text is not of this form, or names an area, or its value is none.
        NotFoundError: no metric, or several, have such a name.

    """
    listed = catalogue(frames.observations)
    changes = []
    for text in wanted:
        name, sign, value = (part.strip() for part in text.rpartition("="))
        if not sign or not name or not value:
            raise UsageError(
                f'--set cannot be "{text}".', "Write METRIC=VALUE, for example sickness=median."
            )
        (choice,) = choose(name, listed, trust_type)
        if isinstance(choice, Area):
            raise UsageError(
                f'"{name}" is an area. Only a metric can be set.',
                f"Use one of its metrics: {', '.join(choice.metric_ids)}.",
            )
        changes.append(Change(choice, parse_target(value, choice, frames)))
    return changes


def parse_target(typed: str, metric: Metric, frames: Frames) -> float:
    """Read what a metric is set to: a number as people write it, or one of WORDS.

    Args:
        typed: what was typed: ``75``, ``75 %``, ``−0.5``, ``1,200``, ``40 minutes``, ``median``.
        metric: the metric.
        frames: the tidy frames of the trust's type.

    Raises:
        UsageError: it is neither, or the metric has no such value.

    """
    text = re.sub(r"[−–]", "-", typed.strip().casefold()).removesuffix(
        (metric.unit or "").casefold()
    )
    text = text.strip().removesuffix("%").strip()
    if re.search(r"\d", text) and _NUMBER.fullmatch(text):
        return float(text.replace(",", ""))
    listed = catalogue(frames.observations)
    ends = with_peers(frames.observations.filter(metric.matches), listed).select(
        median=peer_median().drop_nulls().first(),
        q1=best_quarter().drop_nulls().first(),
        best=pl.when(pl.col("higher_is_better").first())
        .then(pl.col("value").max())
        .otherwise(pl.col("value").min()),
    )
    standards = listed.filter(metric.matches)["standard"]
    known = ends.collect().row(0, named=True) | {
        "standard": standards[0] if len(standards) else None
    }
    if text not in known:
        raise UsageError(
            f'{metric.short_name} cannot be set to "{typed}".',
            f"Use a number, {', '.join(WORDS[:-1])} or {WORDS[-1]}.",
        )
    value = known[text]
    if value is None:
        raise UsageError(f"{metric.short_name} has no {text} to set it to.", "Use a number.")
    return float(value)


def whatif(
    national: Frames,
    trust_code: str,
    boundaries: tuple[SegmentBoundary, ...],
    changes: Sequence[Change],
    *,
    no_deficit: bool = False,
    recomputed: Recomputed | None = None,
) -> WhatIf:
    """Recompute the league with some of one trust's figures changed.

    Args:
        national: the tidy frames of one quarter, all trust types that are stored: a score may rest
            on the trusts of all of them.
        trust_code: the trust.
        boundaries: the cuts between segments, which stay where they are.
        changes: what its figures would be.
        no_deficit: whether it would have no financial override.
        recomputed: the quarter's scores recomputed, where they are at hand already.

    Returns:
        Schema WHATIF; ``table`` is the table of the trust's type: quarter, trust_type,
        trust_code, trust_name, average_score, segment, rank as published, and
        ``computed_average_score``, ``computed_segment`` and ``computed_rank`` as they would be.

    Raises:
        NotFoundError: the trust has no value of a metric.
        UsageError: it is not known which values of a metric are better.

    """
    is_trust = pl.col("trust_code") == trust_code
    before = national.observations.collect()
    base = base_of(national, recomputed) if changes else None
    after = apply_changes(base, trust_code, changes) if base else None
    scored = before if after is None else after.observations
    every = _table(national, before, scored, boundaries, trust_code, no_deficit=no_deficit)
    (standing,) = every.filter(is_trust).to_dicts()
    table = every.filter(trust_type=standing["trust_type"])
    steps = [] if after is None else after.steps
    rows = [*steps, *_means(national, before, scored, trust_code), *_place(standing)]
    frame = pl.DataFrame(rows, schema_overrides=dict(WHATIF), strict=False)
    if "metric_id" in frame.columns:
        listed = catalogue(national.of_type(standing["trust_type"]).observations)
        names = listed.select("metric_id", "short_name").unique("metric_id")
        frame = frame.join(names, on="metric_id", how="left", maintain_order="left")
    absent = [pl.lit(None, WHATIF[c]).alias(c) for c in WHATIF if c not in frame.columns]
    shaped = frame.with_columns(absent).with_columns(
        quarter=pl.lit(standing["quarter"]),
        trust_code=pl.lit(trust_code),
        trust_name=pl.lit(standing["trust_name"]),
    )
    name = standing["trust_name"]
    return WhatIf(
        title=f"What if: {name} ({trust_code}), {standing['quarter']}",
        frame=shaped.select(cast_to(WHATIF)),
        notes=tuple(_notes(before, scored, every, standing, no_deficit=no_deficit)),
        table=table.drop("has_override"),
    )


def _table(
    national: Frames,
    before: pl.DataFrame,
    after: pl.DataFrame,
    boundaries: tuple[SegmentBoundary, ...],
    trust_code: str,
    *,
    no_deficit: bool,
) -> pl.DataFrame:
    """Work the table out; a trust whose scores did not change keeps its published figures.

    Where the recomputed average was the published one, it is so after the change too; elsewhere its
    change is added to the published average.
    """
    is_trust = pl.col("trust_code") == trust_code
    trust = ["quarter", "trust_code"]
    shift = (
        average_scores(before.lazy())
        .join(average_scores(after.lazy()), on=trust, suffix="_after")
        .select(
            *trust,
            exact="computed_average_score",
            shift=pl.col("computed_average_score_after") - pl.col("computed_average_score"),
        )
    )
    override = (
        overrides(before.lazy())
        .join(overrides(after.lazy()), on=trust, suffix="_after")
        .select(*trust, "computed_override", "computed_override_after")
    )
    moved = pl.col("shift").abs() > 1e-12
    start = pl.when((pl.col("exact") - pl.col("average_score")).abs() <= HALF_PLACE).then(
        "exact"
    ).otherwise("average_score")  # fmt: skip
    score = pl.col("computed_average_score")
    published = has_override()
    # An override that people set stays; one by the rule goes with what caused it.
    by_rule = (published == pl.col("computed_override")) & (
        pl.col("computed_override") != pl.col("computed_override_after")
    )
    overridden = (
        pl.when(is_trust & pl.lit(no_deficit))
        .then(pl.lit(value=False))
        .when(by_rule)
        .then("computed_override_after")
        .otherwise(published)
    )
    return (
        with_unadjusted_segment(national.standings, boundaries)
        .join(shift, on=trust, how="left")
        .join(override, on=trust, how="left")
        .with_columns(
            computed_average_score=pl.when(moved)
            .then((start + pl.col("shift")).round(PLACES, mode="half_away_from_zero"))
            .otherwise("average_score"),
            has_override=overridden,
            is_free=overridden.ne_missing(published),
        )
        .with_columns(
            computed_segment_by_score=pl.when(score == pl.col("average_score"))
            .then("computed_unadjusted_segment")
            .otherwise(
                pl.coalesce(
                    segment_from_score(score, boundaries), "computed_unadjusted_segment"
                )
            )
        )
        .with_columns(
            computed_segment=pl.when(pl.col("segment") == BY_PEOPLE)
            .then("segment")
            .when((score == pl.col("average_score")) & ~pl.col("is_free"))
            .then("segment")
            .otherwise(apply_override(pl.col("computed_segment_by_score"), pl.col("has_override")))
        )
        .with_columns(
            # Segment 5 is not in the league's order: the segment before that decision is.
            league_segment=pl.when(pl.col("segment") == BY_PEOPLE)
            .then(league_segment())
            .otherwise("computed_segment")
        )
        .with_columns(
            # Among some of the trusts alone a rank would say nothing.
            computed_rank=pl.when(pl.col("of").is_not_null()).then(
                league_rank("league_segment", "computed_average_score")
            )
        )
        .select(
            "quarter", "trust_type", "trust_code", "trust_name", "average_score", "segment", "rank",
            "computed_average_score", "computed_unadjusted_segment", "computed_segment_by_score",
            "computed_segment", "computed_rank", "has_override",
        )
        .sort("computed_rank", "trust_name", nulls_last=True)
        .collect()
    )  # fmt: skip


def _means(
    national: Frames, before: pl.DataFrame, after: pl.DataFrame, trust_code: str
) -> Iterator[dict[str, object]]:
    """List the domains whose score changes."""
    is_trust = pl.col("trust_code") == trust_code
    published = dict(
        national.domains.filter(is_trust).select("domain", "score").collect().iter_rows()
    )
    both = (
        domain_scores(before.lazy().filter(is_trust))
        .join(domain_scores(after.lazy().filter(is_trust)), on="domain", suffix="_after")
        .with_columns(
            shift=round_computed(pl.col("computed_score_after") - pl.col("computed_score"))
        )
        .filter(pl.col("shift") != 0)
        .sort("domain")
        .collect()
    )
    for row in both.iter_rows(named=True):
        now = published.get(row["domain"])
        start = row["computed_score"] if now is None else now
        yield {
            "what": "domain score", "name": row["domain"], "unit": "score", "before": now,
            "computed_after": round(start + row["shift"], PLACES), "estimated": False,
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
    before: pl.DataFrame,
    after: pl.DataFrame,
    every: pl.DataFrame,
    standing: Mapping[str, object],
    *,
    no_deficit: bool,
) -> Iterator[str]:
    yield "Other trusts' values and the thresholds between segments stay as they are."
    others = pl.col("trust_code") != standing["trust_code"]
    key = ["trust_code", "metric_id", "unit"]
    scores = before.select(*key, "score").join(
        after.select(*key, "score"), on=key, nulls_equal=True, suffix="_after"
    )
    changed_scores = scores.filter(others, pl.col("score") != pl.col("score_after"))
    if trusts := changed_scores["trust_code"].n_unique():
        averages = every.filter(
            others, pl.col("computed_average_score") != pl.col("average_score")
        ).height
        yield (
            f"{counted(trusts, 'other trust')} also get{'s' if trusts == 1 else ''} a new metric "
            f"score. The average score changes for {averages or 'none'} of them."
        )
    if standing["computed_rank"] is None:
        yield "The league rank is not known: only some trusts of its type are stored."
    if standing["has_override"] and not no_deficit:
        yield (
            "With the financial override it cannot be placed above segment 3. "
            "Add --no-deficit to see the trust without it."
        )
