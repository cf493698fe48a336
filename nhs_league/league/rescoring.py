"""Changed figures, and the scores that follow from them by the rules that the release follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from nhs_league.errors import NotFoundError, UsageError
from nhs_league.league.metrics import Metric
from nhs_league.league.rules import COMBINED_FINANCE, FINANCE_PARTS, Rule, by_value, rules
from nhs_league.league.scoring import PLACES, by_rank


@dataclass(frozen=True)
class Change:
    """One figure as it might be.

    Attributes:
        metric: which metric.
        value: the value it would have, in the metric's unit.

    """

    metric: Metric
    value: float


def changed(
    observations: pl.DataFrame, trust_code: str, changes: Sequence[Change]
) -> tuple[pl.DataFrame, list[dict[str, object]]]:
    """Set values and score them anew by each metric's rule.

    Args:
        observations: schema OBSERVATIONS, of one quarter and trust type, with all trusts.
        trust_code: whose values to set.
        changes: what they would be.

    Returns:
        The observations with the changed values and all scores that follow from them, and a row of
        ``whatif.WHATIF`` for each of the trust's values and scores that changes.

    Raises:
        NotFoundError: the trust has no value of a metric.
        UsageError: it is not known which values of a metric are better.

    """
    if not changes:
        return observations, []
    found = rules(observations.lazy())
    told: list[dict[str, object]] = []
    for change in changes:
        observations, rows = _set(observations, trust_code, change, found)
        told += rows
    return _combined(observations, trust_code, changes, found, told), told


def _set(
    observations: pl.DataFrame, trust_code: str, change: Change, found: pl.DataFrame
) -> tuple[pl.DataFrame, list[dict[str, object]]]:
    metric = change.metric
    this = (pl.col("metric_id") == metric.metric_id) & pl.col("unit").eq_missing(metric.unit)
    own = observations.filter(this, pl.col("trust_code") == trust_code)
    if own.is_empty() or own["value"][0] is None:
        raise NotFoundError(
            f"The trust has no value of {metric.short_name}, so it cannot be set.",
            "nhsleague explain lists what it has.",
        )
    if metric.higher_is_better is None:
        raise UsageError(f"It is not known which values of {metric.short_name} are better.")
    group = observations.filter(this & pl.col("value").is_not_null())
    moved = group.with_columns(
        value=pl.when(pl.col("trust_code") == trust_code)
        .then(pl.lit(change.value))
        .otherwise("value"),
        higher_is_better=pl.lit(metric.higher_is_better),
    )
    rule = _rule(found, metric)
    unchanged = change.value == own["value"][0]
    if unchanged:
        scores, estimated, note = group.select("trust_code", new="score"), False, None
    else:
        scores, estimated, note = _scored(moved, group, trust_code, rule, metric)
    after = (
        observations.join(scores, on="trust_code", how="left")
        .with_columns(
            score=pl.when(this & pl.col("new").is_not_null() & pl.col("score").is_not_null())
            .then("new")
            .otherwise("score"),
            value=pl.when(this & (pl.col("trust_code") == trust_code))
            .then(pl.lit(change.value))
            .otherwise("value"),
        )
        .drop("new")
    )
    new = scores.filter(pl.col("trust_code") == trust_code)["new"][0]
    about = {"name": metric.metric, "metric_id": metric.metric_id}
    return after, [
        {"what": "value", **about, "unit": metric.unit, "before": own["value"][0],
         "computed_after": change.value, "estimated": False, "note": None},
        {"what": "metric score", **about, "unit": "score", "before": own["score"][0],
         "computed_after": new if own["score"][0] is not None else None, "estimated": estimated,
         "note": note},
    ]  # fmt: skip


def _rule(found: pl.DataFrame, metric: Metric) -> str | None:
    rows = found.filter(
        pl.col("metric_id") == metric.metric_id, pl.col("unit").eq_missing(metric.unit)
    )
    return rows["rule"][0] if rows.height else None


def _scored(
    moved: pl.DataFrame, group: pl.DataFrame, trust_code: str, rule: str | None, metric: Metric
) -> tuple[pl.DataFrame, bool, str | None]:
    """Score a metric's changed values: by its rule, else as its nearest peers are scored."""
    higher = bool(metric.higher_is_better)
    if rule == Rule.RANK:
        rank = pl.col("value").rank("min", descending=higher)
        new = by_rank(rank, pl.col("value").count()).round(PLACES)
        return moved.select("trust_code", new=new), False, "scored by its rank"
    if rule == Rule.VALUE:
        new = by_value(pl.col("value"), pl.col("higher_is_better")).round(PLACES)
        return moved.select("trust_code", new=new), False, "scored by its value's place"
    own = moved.filter(pl.col("trust_code") == trust_code)
    value = own["value"][0]
    peers = group.filter(pl.col("trust_code") != trust_code, pl.col("score").is_not_null())
    if peers.is_empty():
        score, sure = _by_quartiles(own.row(0, named=True), higher_is_better=higher), False
        note = "estimated from the published quartiles, as its peers' figures are not at hand"
    else:
        score, sure = _as_peers(value, peers, in_bands=rule == Rule.BANDS)
        note = (
            "scored by the band that its nearest peers are in"
            if sure
            else "estimated from the scores of its nearest peers, as no known rule gives it"
        )
    if score is None:
        score, note = own["score"][0], "left as it is, as no figures of its peers are at hand"
    new = (
        pl.when(pl.col("trust_code") == trust_code)
        .then(pl.lit(score, pl.Float64))
        .otherwise("score")
    )
    return group.select("trust_code", new=new), not sure, note


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
    """Score a value as the peers with the next lower and the next higher value are scored."""
    below = peers.filter(pl.col("value") <= value).sort("value", "score").tail(1)
    above = peers.filter(pl.col("value") >= value).sort("value", "score").head(1)
    ends = [(r["value"], r["score"]) for side in (below, above) for r in side.to_dicts()]
    if not ends:
        return None, False
    (low, low_score), (high, high_score) = ends[0], ends[-1]
    if low_score == high_score:
        return float(low_score), in_bands
    share = 0.5 if high == low else (value - low) / (high - low)
    if in_bands:
        return float(low_score if share < 0.5 else high_score), False
    return round(low_score + share * (high_score - low_score), PLACES), False


def _combined(
    observations: pl.DataFrame,
    trust_code: str,
    changes: Sequence[Change],
    found: pl.DataFrame,
    told: list[dict[str, object]],
) -> pl.DataFrame:
    """Score combined finance anew where one of its parts changed."""
    if not any(change.metric.metric_id in FINANCE_PARTS for change in changes):
        return observations
    own = observations.filter(pl.col("trust_code") == trust_code, pl.col("score").is_not_null())
    before = own.filter(pl.col("metric_id") == COMBINED_FINANCE)["score"]
    parts = own.filter(pl.col("metric_id").is_in(FINANCE_PARTS))["score"]
    if before.is_empty() or len(parts) < len(FINANCE_PARTS):
        return observations
    rows = found.filter(pl.col("metric_id") == COMBINED_FINANCE)["rule"]
    rule = rows[0] if len(rows) else None
    made = {
        Rule.CEILING: float(-(-(parts.sum() / 2) // 1)),
        Rule.WORST: float(parts.max()),  # type: ignore[arg-type]
        Rule.BEST: float(parts.min()),  # type: ignore[arg-type]
    }.get(Rule(rule) if rule else Rule.MEAN, float(parts.sum() / 2))
    told.append(
        {"what": "metric score", "name": "Combined finance", "metric_id": COMBINED_FINANCE,
         "unit": "score", "before": before[0], "computed_after": made, "estimated": rule is None,
         "note": rule or "estimated as the mean of its parts' scores, as no known rule gives it"}
    )  # fmt: skip
    is_combined = (pl.col("metric_id") == COMBINED_FINANCE) & (pl.col("trust_code") == trust_code)
    return observations.with_columns(
        score=pl.when(is_combined).then(pl.lit(made)).otherwise("score")
    )
