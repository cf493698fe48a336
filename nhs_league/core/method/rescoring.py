"""Changed figures, and the scores that follow from them by each metric's rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.frames import Frames
from nhs_league.core.frameworks import Over, RuleKind, ScoringRule, method_of
from nhs_league.core.method.rules import Recomputed, recompute, scored_rows
from nhs_league.core.method.scoring import RANKED, among, band
from nhs_league.core.method.standings import PLACES
from nhs_league.core.metrics import Metric
from nhs_league.errors import NotFoundError, UsageError
from nhs_league.frozen import frozen


@frozen
class Change:
    """One figure as it might be.

    Attributes:
        metric: which metric.
        value: the value it would have, in the metric's unit.

    """

    metric: Metric
    value: float


@frozen
class Base:
    """A quarter as it is, ready to be changed.

    Attributes:
        observations: schema OBSERVATIONS, all trust types that are stored.
        rows: those that are scored, as ``rules.scored_rows`` gives them.
        recomputed: their rules.

    """

    observations: pl.DataFrame
    rows: pl.DataFrame
    recomputed: Recomputed

    def rule(self, metric_id: str) -> dict[str, Any]:
        """Return a metric's row of ``rules.RULES``; empty where it has no scores."""
        rows = self.recomputed.rules.filter(metric_id=metric_id)
        return rows.row(0, named=True) if rows.height else {}

    def listed(self, metric_id: str) -> ScoringRule | None:
        """Return the rule that the framework year lists for a metric."""
        quarter = str(self.observations["quarter"][0])
        rules = method_of(quarter).rules
        return next((rule for rule in rules if metric_id[-3:] in rule.metrics), None)


@frozen
class Rescored:
    """The scores of one metric after a change.

    Attributes:
        scores: trust_code and ``new``, the score of every trust that shares the ranking.
        score: the score of the trust that changed.
        estimated: whether no known rule gives it.
        note: how it comes about, with its arithmetic.

    """

    scores: pl.DataFrame
    score: float | None
    estimated: bool
    note: str


@frozen
class Changed:
    """A quarter with some of a trust's figures changed.

    Attributes:
        observations: schema OBSERVATIONS with the new values and all scores that follow.
        steps: a row of ``whatif.WHATIF`` for each of the trust's values and scores that changes.

    """

    observations: pl.DataFrame
    steps: list[dict[str, Any]] = field(default_factory=list)


def base_of(national: Frames, recomputed: Recomputed | None = None) -> Base:
    """Prepare a quarter for changes: find each metric's rule once.

    Args:
        national: the tidy frames of one quarter, all trust types that are stored.
        recomputed: its scores recomputed, where they are at hand already.

    """
    return Base(
        national.observations.collect(),
        scored_rows(national.observations, national.standings),
        recomputed or recompute(national.observations, national.standings),
    )


def apply_changes(base: Base, trust_code: str, changes: Sequence[Change]) -> Changed:
    """Set values and score them anew.

    Args:
        base: the quarter as it is.
        trust_code: the trust whose values to set.
        changes: what they would be.

    Raises:
        NotFoundError: the trust has no value of a metric.
        UsageError: it is not known which values of a metric are better.

    """
    after = Changed(base.observations)
    for change in changes:
        after = _apply_change(base, after, trust_code, change)
    return _with_pairs(base, after, trust_code, changes)


def _apply_change(base: Base, after: Changed, trust_code: str, change: Change) -> Changed:
    metric = change.metric
    is_trust = pl.col("trust_code") == trust_code
    rows = base.observations.filter(metric.matches, is_trust)
    if rows.is_empty() or rows["value"][0] is None:
        raise NotFoundError(
            f"{trust_code} has no published value for {metric.short_name}, so it cannot be set.",
            f'Run "nhsleague explain {trust_code}" to see its metrics.',
        )
    row = rows.row(0, named=True)
    about = {"name": metric.metric, "metric_id": metric.metric_id}
    value_step = {
        "what": "value", **about, "unit": metric.unit, "before": row["value"],
        "computed_after": change.value, "estimated": False, "note": None,
    }  # fmt: skip
    observations = after.observations.with_columns(
        value=pl.when(metric.matches & is_trust).then(pl.lit(change.value)).otherwise("value")
    )
    if row["score"] is None:
        return Changed(observations, [*after.steps, value_step])
    if change.value == row["value"]:
        alike = pl.DataFrame(schema={"trust_code": pl.String, "new": pl.Float64})
        rescored = Rescored(alike, row["score"], estimated=False, note="unchanged")
    else:
        rescored = rescore(base, trust_code, change)
    score_step = {
        "what": "metric score", **about, "unit": "score", "before": row["score"],
        "computed_after": rescored.score, "estimated": rescored.estimated, "note": rescored.note,
    }  # fmt: skip
    scored = observations.join(rescored.scores, on="trust_code", how="left").with_columns(
        score=pl.when((pl.col("metric_id") == metric.metric_id) & pl.col("score").is_not_null())
        .then(pl.coalesce("new", "score"))
        .otherwise("score")
    )
    return Changed(scored.drop("new"), [*after.steps, value_step, score_step])


def rescore(base: Base, trust_code: str, change: Change) -> Rescored:
    """Score one metric anew for every trust that shares its ranking.

    Args:
        base: the quarter as it is.
        trust_code: the trust whose value changes.
        change: the metric, of which the trust has a value and a score, and its new value.

    Raises:
        UsageError: it is not known which values of the metric are better.

    """
    metric = change.metric
    rule = base.rule(metric.metric_id)
    group = base.rows.filter(metric_id=metric.metric_id)
    row = group.filter(trust_code=trust_code).row(0, named=True)
    scores = base.recomputed.scores
    (why,) = scores.filter(metric_id=metric.metric_id, trust_code=trust_code)["not_computed"]
    higher = metric.higher_is_better
    if higher is None:
        higher = rule.get("higher_is_better")
    if higher is None:
        raise UsageError(f"It is not known whether high or low is better for {metric.short_name}.")
    if rule.get("rule") in RANKED and why is None:
        return _by_rank(base, group, row, change, rule, higher)
    if rule.get("rule") == RuleKind.BANDS.value and why is None:
        return _by_band(base, group, row, change, rule)
    return _estimated(group, row, change, why or "no known rule gives it", higher)


def _by_rank(
    base: Base,
    group: pl.DataFrame,
    row: Mapping[str, Any],
    change: Change,
    rule: Mapping[str, Any],
    higher: bool,
) -> Rescored:
    """Rank before and after the change; each other trust moves by as much as its place does.

    Published scores rest on unrounded values, so the difference is added to the published score:
    a trust whose place does not move keeps its score.
    """
    is_trust = pl.col("trust_code") == row["trust_code"]
    placed = group.with_columns(
        rule=pl.lit(rule["rule"]), over=pl.lit(rule["over"]), rank=pl.lit(None, pl.Int32)
    ).with_columns(
        met=pl.col("score") == 1 if "standard" in rule["rule"] else pl.lit(value=False),
        floored=pl.col("score") == 4 if "floor" in rule["rule"] else pl.lit(value=False),
    )
    met, met_sure = _reaches(change.value, rule, "standard", base, higher)
    clear, clear_sure = _reaches(change.value, rule, "floor", base, higher)
    moved = placed.with_columns(
        value=pl.when(is_trust).then(pl.lit(change.value)).otherwise("value"),
        met=pl.when(is_trust).then(pl.lit(met)).otherwise("met"),
        floored=pl.when(is_trust).then(pl.lit(not clear)).otherwise("floored"),
    )
    good = pl.col("value") * (1 if higher else -1)
    before, after = (among(frame.with_columns(good=good)) for frame in (placed, moved))
    (pool,) = after.filter(is_trust)["pool"]
    both = before.select("trust_code", "score", was="low", pool="pool").join(
        after.select("trust_code", "low", "between"), on="trust_code"
    )
    new = (
        both.filter(pool=pool)
        .select(
            "trust_code",
            new=pl.when(is_trust)
            .then(pl.col("low").round(PLACES, mode="half_away_from_zero"))
            .otherwise(
                (pl.col("score") + pl.col("low") - pl.col("was"))
                .clip(1, 4)
                .round(PLACES, mode="half_away_from_zero")
            ),
        )
    )  # fmt: skip
    (score,) = new.filter(is_trust)["new"]
    peers = after.filter(pool=pool)
    note = _arithmetic(peers, row["trust_code"], change, rule)
    return Rescored(new, score, not (met_sure and clear_sure), note)


def _reaches(
    value: float, rule: Mapping[str, Any], what: str, base: Base, higher: bool
) -> tuple[bool, bool]:
    """Return whether a value reaches a standard (clears a floor), and whether that is sure."""
    if what not in rule["rule"]:
        return what == "floor", True
    sign = 1 if higher else -1
    listed = base.listed(rule["metric_id"]) if rule["basis"] == "framework" else None
    threshold = listed and (listed.standard if what == "standard" else listed.floor)
    if threshold:
        reaches = sign * value >= sign * threshold.at
        between = sign * threshold.missed < sign * value < sign * threshold.reached
        return reaches, not between
    missed, reached = rule[f"{what}_missed"], rule[f"{what}_reached"]
    if reached is not None and sign * value >= sign * reached:
        return True, True
    if missed is not None and sign * value <= sign * missed:
        return False, True
    if missed is None or reached is None:
        return missed is None, False
    return abs(value - reached) <= abs(value - missed), False


def _arithmetic(
    peers: pl.DataFrame, trust_code: str, change: Change, rule: Mapping[str, Any]
) -> str:
    """Describe how a score by rank comes about, with its arithmetic."""
    row = peers.filter(trust_code=trust_code).row(0, named=True)
    bar = _bar(rule, "standard", change.metric.unit)
    if row["met"]:
        return f"reaches {bar}"
    if row["floored"]:
        return f"misses {_bar(rule, 'floor', change.metric.unit)}"
    between = peers.filter("between")
    better = between.filter(pl.col("good") > row["good"]).height
    best, worst = 1 + ("standard" in rule["rule"]), 4 - ("floor" in rule["rule"])
    kind = (
        "trusts of all types"
        if rule["over"] == Over.ALL.value
        else trust_types.in_words(change.metric.trust_type)
    )
    left_out = [
        text
        for text in (
            f"miss {bar}" if "standard" in rule["rule"] else "",
            f"clear {_bar(rule, 'floor', change.metric.unit)}" if "floor" in rule["rule"] else "",
        )
        if text
    ]
    which = f" that {' and '.join(left_out)}" if left_out else ""
    return (
        f"place {better + 1} of {between.height} {kind}{which}: "
        f"{best} + {worst - best} × {better}/{max(between.height - 1, 1)}"
    )


def _bar(rule: Mapping[str, Any], what: str, unit: str | None) -> str:
    """Name a standard or a floor: by its figure, or by the nearest values on both sides."""
    name = "the scoring standard" if what == "standard" else "the floor"
    sign = "%" if unit == "%" else ""
    if rule.get(what) is not None:
        return f"{name} ({rule[what]:.12g}{sign})"
    ends = [rule.get(f"{what}_missed"), rule.get(f"{what}_reached")]
    known = " to ".join(f"{end:.12g}{sign}" for end in ends if end is not None)
    return f"{name} ({known})" if known else name


def _by_band(
    base: Base,
    group: pl.DataFrame,
    row: Mapping[str, Any],
    change: Change,
    rule: Mapping[str, Any],
) -> Rescored:
    """Score a value by the bands; between two bands by the trusts with the nearest values."""
    value = change.value
    listed = base.listed(change.metric.metric_id)
    edges = listed.edges if rule["basis"] == "framework" and listed else ()
    score, sure = _as_peers(value, group.filter(pl.col("value").is_not_null()), in_bands=True)
    if edges:
        low, high = (float(pl.select(end).item()) for end in band(pl.lit(value), edges))
        if low == high or value in {better for _, better in edges}:
            score, sure = low, True
    note = "by its band" if sure else "by the nearest band: no trust's value shows where it ends"
    return Rescored(_alone(row["trust_code"], score), score, not sure, note)


def _estimated(
    group: pl.DataFrame, row: Mapping[str, Any], change: Change, why: str, higher: bool
) -> Rescored:
    """Estimate a score from the trusts of the type with the nearest values, else the quartiles."""
    peers = _peers(group, row)
    if peers.is_empty():
        new = {**row, "value": change.value}
        score = _by_quartiles(new, higher_is_better=higher)
        note = f"estimated from the published quartiles: {why}"
    else:
        score, _ = _as_peers(change.value, peers, in_bands=False)
        note = f"estimated from the trusts with the nearest values: {why}"
    if score is None:
        score, note = row["score"], f"not changed: {why}"
    return Rescored(_alone(row["trust_code"], score), score, estimated=True, note=note)


def _peers(group: pl.DataFrame, row: Mapping[str, Any]) -> pl.DataFrame:
    return group.filter(
        pl.col("trust_code") != row["trust_code"],
        pl.col("trust_type") == row["trust_type"],
        pl.col("value").is_not_null(),
    )


def _alone(trust_code: str, score: float | None) -> pl.DataFrame:
    return pl.DataFrame(
        {"trust_code": [trust_code], "new": [score]}, schema_overrides={"new": pl.Float64}
    )


def _by_quartiles(row: Mapping[str, Any], *, higher_is_better: bool) -> float | None:
    """Score a value by where it lies between the published quartiles.

    By the rank formula the best quarter of a type begins at a score of 1.75, the median has 2.50,
    and the worst quarter begins at 3.25.
    """
    known = [(row["lower_quartile"], 1.75), (row["median"], 2.5), (row["upper_quartile"], 3.25)]
    if higher_is_better:
        known = [(value, 5 - score) for value, score in known]
    ends = [(value, score) for value, score in known if value is not None]
    if len(ends) < 2 or ends[0][0] == ends[-1][0]:
        return None
    below = [end for end in ends if end[0] <= row["value"]] or ends[:1]
    place = min(ends.index(below[-1]), len(ends) - 2)
    (low, low_score), (high, high_score) = ends[place], ends[place + 1]
    if high == low:
        return float(low_score)
    score = low_score + (row["value"] - low) / (high - low) * (high_score - low_score)
    return float(round(min(max(score, 1.0), 4.0), PLACES))


def _as_peers(value: float, peers: pl.DataFrame, *, in_bands: bool) -> tuple[float | None, bool]:
    """Score a value as the trusts with the next lower and the next higher value are scored.

    Returns:
        The score, null where there are no such trusts, and whether both agree on it.

    """
    below = peers.filter(pl.col("value") <= value).sort("value", "score").tail(1)
    above = peers.filter(pl.col("value") >= value).sort("value", "score").head(1)
    ends = [(r["value"], r["score"]) for side in (below, above) for r in side.to_dicts()]
    if not ends:
        return None, False
    (low, low_score), (high, high_score) = ends[0], ends[-1]
    if low_score == high_score:
        return float(low_score), True
    share = 0.5 if high == low else (value - low) / (high - low)
    if in_bands:
        return float(low_score if share < 0.5 else high_score), False
    return round(low_score + share * (high_score - low_score), PLACES), False


def _with_pairs(base: Base, after: Changed, trust_code: str, changes: Sequence[Change]) -> Changed:
    """Look up again the scores made from two others, where one of those changed."""
    quarter = str(base.observations["quarter"][0])
    numbers = {change.metric.metric_id[-3:] for change in changes}
    is_trust = pl.col("trust_code") == trust_code
    for rule in method_of(quarter).rules:
        if rule.kind is not RuleKind.PAIR or not numbers.intersection(rule.parts):
            continue
        scores = {
            metric_id[-3:]: (metric_id, name, score)
            for metric_id, name, score in after.observations.filter(
                is_trust, pl.col("score").is_not_null()
            ).select("metric_id", "metric", "score").iter_rows()
        }  # fmt: skip
        (target,) = rule.metrics
        if target not in scores or any(part not in scores for part in rule.parts):
            continue
        metric_id, name, before = scores[target]
        pair = tuple(round(scores[part][2]) for part in rule.parts)
        new = rule.table.get((pair[0], pair[1]))
        estimate = float(-(-sum(pair) // len(pair)))
        looked_up = f"by the table of its two scores, {pair[0]} and {pair[1]}"
        after = Changed(
            after.observations.with_columns(
                score=pl.when(is_trust & (pl.col("metric_id") == metric_id))
                .then(pl.lit(estimate if new is None else float(new)))
                .otherwise("score")
            ),
            [
                *after.steps,
                {
                    "what": "metric score", "name": name, "metric_id": metric_id, "unit": "score",
                    "before": before, "computed_after": estimate if new is None else float(new),
                    "estimated": new is None,
                    "note": looked_up
                    if new is not None
                    else f"estimated as their mean, rounded up: no trust scores {pair[0]} "
                    f"and {pair[1]}",
                },
            ],
        )  # fmt: skip
    return after
