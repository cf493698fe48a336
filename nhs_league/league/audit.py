"""The release recomputed: where what is published and what the method gives differ."""

from __future__ import annotations

import polars as pl

from nhs_league.league import rules as scoring_rules
from nhs_league.league.noise import noiseless
from nhs_league.league.schema.answers import Answer
from nhs_league.league.schema.frames import QUARTER, Frames
from nhs_league.league.scoring import ROUNDING, average_scores, domain_scores, league_rank
from nhs_league.league.segments import adjusted, by_score, cuts

AUDIT = pl.Schema(
    {
        "quarter": QUARTER,
        "trust_type": pl.String,
        "what": pl.String,
        "name": pl.String,
        "trust_code": pl.String,
        "trust_name": pl.String,
        "published": pl.Float64,
        "computed": pl.Float64,
        "computed_difference": pl.Float64,
        "note": pl.String,
    }
)
"""One row a difference. ``what`` is ``domain score``, ``average score``, ``segment``, ``rank``, or
``metric scores`` for a metric whose scores do not follow the rank formula; ``name`` is the domain
or the metric; ``note`` says which rule fits a metric, if one does."""

_CHECKED = pl.Schema({"what": pl.String, "checked": pl.Int64, "differences": pl.Int64})


def audit(frames: Frames) -> Answer:
    """Recompute a release from its metric scores and compare.

    Args:
        frames: the tidy frames of one quarter, all trust types.

    Returns:
        An answer with schema AUDIT in ``frame``, and in ``parts``: ``checked`` (what was compared,
        how often, with how many differences) and ``rules`` (schema ``rules.RULES``).

    """
    standings = frames.standings.collect()
    found_rules = scoring_rules.rules(frames.observations)
    compared = [
        _domains(frames),
        _averages(frames),
        _segments(standings),
        _ranks(standings),
    ]
    names = standings.select("trust_code", "trust_name")
    differing = [
        frame.filter(~pl.col("same")).join(names, on="trust_code", how="left") for frame in compared
    ]
    metrics = _metrics(found_rules)
    differences = pl.concat([_shaped(frame) for frame in (*differing, metrics)])
    checked = pl.concat(
        [
            frame.group_by("what").agg(checked=pl.len(), differences=(~pl.col("same")).sum())
            for frame in compared
        ]
    ).select(pl.col(name).cast(kind) for name, kind in _CHECKED.items())
    return Answer(
        question="audit",
        title="What the official method gives, and where the published figures differ",
        frame=differences.sort("what", "trust_type", "name", "trust_code"),
        notes=tuple(_notes(checked, found_rules)),
        parts={"checked": checked, "rules": found_rules},
    )


def _notes(checked: pl.DataFrame, rules: pl.DataFrame) -> list[str]:
    told = [
        f"{what}: {count} compared, {differences} differ by more than 0.01."
        for what, count, differences in checked.iter_rows()
    ]
    whole = rules.filter("checked")
    follow = whole.filter(pl.col("follows_rank_formula").fill_null(value=False)).height
    told.append(
        f"Scored metrics: {rules.height}; {follow} of the {whole.height} that can be checked "
        "follow the rank formula, score = 1 + 3 × (rank - 1) / (trusts - 1)."
    )
    if unchecked := rules.height - whole.height:
        told.append(
            f"{unchecked} cannot be checked: not all trusts are at hand, or too few have a score."
        )
    return told


def _compared(frame: pl.LazyFrame | pl.DataFrame, what: str, name: pl.Expr) -> pl.DataFrame:
    """Compare ``published`` with ``computed``; rows that lack one of them are not compared."""
    return (
        frame.lazy()
        .filter(pl.col("published").is_not_null() & pl.col("computed").is_not_null())
        .with_columns(
            pl.col("published", "computed").cast(pl.Float64),
            what=pl.lit(what),
            name=name,
            note=pl.lit(None, pl.String),
        )
        .with_columns(computed_difference=noiseless(pl.col("computed") - pl.col("published")))
        .with_columns(same=pl.col("computed_difference").abs() <= ROUNDING)
        .collect()
    )


def _domains(frames: Frames) -> pl.DataFrame:
    both = frames.domains.join(
        domain_scores(frames.observations), on=["quarter", "trust_code", "domain"]
    )
    told = both.with_columns(published="score", computed=noiseless(pl.col("computed_score")))
    return _compared(told, "domain score", pl.col("domain"))


def _averages(frames: Frames) -> pl.DataFrame:
    both = frames.standings.join(average_scores(frames.observations), on=["quarter", "trust_code"])
    told = both.with_columns(
        published="average_score", computed=noiseless(pl.col("computed_average_score"))
    )
    return _compared(told, "average score", pl.lit("average score"))


def _segments(standings: pl.DataFrame) -> pl.DataFrame:
    """Compare segments with those by the cuts and the override; segment 5 is no arithmetic."""
    own = adjusted(by_score(pl.col("average_score"), cuts(standings)), pl.col("in_deficit"))
    known = standings.filter(
        (pl.col("segment") != 5) & pl.coalesce("override", "in_deficit").is_not_null()
    )
    told = known.with_columns(published="segment", computed=own)
    return _compared(told, "segment", pl.lit("segment"))


def _ranks(standings: pl.DataFrame) -> pl.DataFrame:
    """Compare ranks with the league order, where all trusts of a type are at hand."""
    told = standings.with_columns(published="rank", computed=league_rank()).filter(
        pl.col("of").is_not_null()
    )
    return _compared(told, "rank", pl.lit("league rank"))


def _metrics(rules: pl.DataFrame) -> pl.DataFrame:
    """List the metrics that do not follow the rank formula, with the rule that fits."""
    others = rules.filter("checked", ~pl.col("follows_rank_formula").fill_null(value=False))
    words = {rule.value: words for rule, words in scoring_rules.IN_WORDS.items()}
    fitting = pl.col("rule").replace_strict(words, default=None, return_dtype=pl.String)
    return others.with_columns(
        what=pl.lit("metric scores"),
        name=pl.format("{} ({})", "metric", "metric_id"),
        computed_difference="computed_largest_difference",
        note=pl.when(pl.col("rule").is_null())
        .then(pl.lit("no known rule fits"))
        .otherwise(pl.format("scored as {}", fitting)),
    )


def _shaped(frame: pl.DataFrame) -> pl.DataFrame:
    absent = [pl.lit(None).alias(name) for name in AUDIT if name not in frame.columns]
    return frame.with_columns(absent).select(pl.col(c).cast(t) for c, t in AUDIT.items())
