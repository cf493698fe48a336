"""What a metric is: what it measures, why it matters, how it is scored, how values are spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from nhs_league.core.answers import MetricExplanation
from nhs_league.core.filters import Filters
from nhs_league.core.frames import QUARTER, Frames, cast_to, round_computed, shaped
from nhs_league.core.method.rules import recompute
from nhs_league.core.method.scoring import rule_of_metric
from nhs_league.core.metrics import Metric, about_units, about_unknown, catalogue
from nhs_league.core.peers import compare
from nhs_league.core.ranking import by_metric
from nhs_league.errors import NoDataError

EXPLAINED_METRIC = pl.Schema(
    {
        "quarter": QUARTER,
        "trust_type": pl.String,
        "metric_id": pl.String,
        "metric": pl.String,
        "short_name": pl.String,
        "plain": pl.String,
        "why": pl.String,
        "everyday_names": pl.String,
        "domain": pl.String,
        "sub_domain": pl.String,
        "period": pl.String,
        "unit": pl.String,
        "higher_is_better": pl.Boolean,
        "direction_from": pl.String,
        "standard": pl.Float64,
        "standard_name": pl.String,
        "standard_source": pl.String,
        "computed_meeting": pl.Int32,
        "scoring": pl.String,
        "trusts": pl.Int32,
        "scored": pl.Int32,
        "worst": pl.Float64,
        "worst_trusts": pl.Int32,
        "worst_trust_code": pl.String,
        "worst_trust_name": pl.String,
        "lower_quartile": pl.Float64,
        "median": pl.Float64,
        "upper_quartile": pl.Float64,
        "computed_lower_quartile": pl.Float64,
        "computed_median": pl.Float64,
        "computed_upper_quartile": pl.Float64,
        "best": pl.Float64,
        "best_trusts": pl.Int32,
        "best_trust_code": pl.String,
        "best_trust_name": pl.String,
    }
)
"""One row a trust type that has the metric. ``scoring`` is its scoring rule in words; ``worst`` and
``best`` are values, or scores where only these are published, ``…_trusts`` is how many trusts have
them, and the trust is named where it is one; ``computed_meeting`` counts the trusts that meet the
national standard."""

PERIODS = pl.Schema(
    {
        "quarter": QUARTER,
        "trust_type": pl.String,
        "metric_id": pl.String,
        "metric": pl.String,
        "period": pl.String,
        "trusts": pl.Int32,
        "median": pl.Float64,
        "computed_median": pl.Float64,
        "unit": pl.String,
    }
)
"""One row a quarter and trust type in which the metric was published, the newest first."""

Row = dict[str, Any]


def explain_metric(
    frames: Frames, every: pl.LazyFrame, choices: Sequence[Metric]
) -> MetricExplanation:
    """Explain a metric.

    Args:
        frames: the tidy frames, one quarter for each trust type, all types that are stored, as a
            score may rest on the trusts of all of them.
        every: schema OBSERVATIONS of all quarters.
        choices: the metric as each trust type has it, the likeliest type first.

    Returns:
        Schema EXPLAINED_METRIC in ``frame``, one row a trust type; ``periods``, schema PERIODS.

    """
    first = choices[0]
    same = [each for each in choices if each.metric_id == first.metric_id]
    types = [each.trust_type for each in same]
    listed = catalogue(frames.observations).filter(first.matches)
    known = {row["trust_type"]: row for row in listed.iter_rows(named=True)}
    recomputed = recompute(frames.observations, frames.standings).rules
    rules = {
        str(row["quarter"]): row
        for row in recomputed.filter(metric_id=first.metric_id).iter_rows(named=True)
    }
    frame = pl.concat(
        _row(frames, each, known[each.trust_type], rules)
        for each in same
        if each.trust_type in known
    )
    return MetricExplanation(
        f"{first.short_name} ({first.metric_id}), {frame['quarter'][0]}",
        frame,
        notes=(*about_units(listed), *about_unknown(listed)),
        periods=_periods(every.filter(first.matches), types),
    )


def _row(frames: Frames, metric: Metric, known: Row, rules: Mapping[str, Row]) -> pl.DataFrame:
    rule = rules.get(str(known["quarter"]))
    row = {
        **known,
        **_spread(frames, metric),
        "scoring": rule_of_metric(rule, metric.unit) if rule else None,
        "computed_meeting": _meeting(frames, metric, known),
    }
    named = {name: kind for name, kind in EXPLAINED_METRIC.items() if name in row}
    values = {name: row[name] for name in named}
    return shaped(pl.DataFrame([values], schema=named), EXPLAINED_METRIC)


def _meeting(frames: Frames, metric: Metric, known: Row) -> int | None:
    """Count the trusts whose value meets the national standard; None where there is none."""
    standard, higher = known["standard"], metric.higher_is_better
    if standard is None or higher is None:
        return None
    value = pl.col("value")
    meets = value >= standard if higher else value <= standard
    of_type = frames.of_type(metric.trust_type).observations.filter(metric.matches)
    return int(of_type.select(meets.sum()).collect().item())


def _spread(frames: Frames, metric: Metric) -> Row:
    """Return quartiles, and the best and the worst figure with their trusts."""
    try:
        ranked = by_metric(frames, metric, Filters(), worst_first=True)
    except NoDataError:
        return {}
    if ranked.is_empty():
        return {}
    figure = "score" if metric.unit is None else "value"
    observed = frames.of_type(metric.trust_type).observations.filter(metric.matches)
    quartiles = (
        compare(observed.with_columns(higher_is_better=pl.lit(metric.higher_is_better, pl.Boolean)))
        .select(
            pl.col("lower_quartile", "median", "upper_quartile").drop_nulls().first(),
            pl.col("^computed_(lower_quartile|median|upper_quartile)$").drop_nulls().first(),
        )
        .collect()
        .row(0, named=True)
    )
    return quartiles | _end(ranked, figure, "worst", 0) | _end(ranked, figure, "best", -1)


def _end(ranked: pl.DataFrame, figure: str, name: str, place: int) -> Row:
    """Return the figure at one end of a ranking, and whose it is where it is one trust's."""
    end = ranked[figure][place]
    there = ranked.filter(pl.col(figure) == end)
    code, trust = there.select("trust_code", "trust_name").row(0)
    alone = there.height == 1
    return {
        name: end,
        f"{name}_trusts": there.height,
        f"{name}_trust_code": code if alone else None,
        f"{name}_trust_name": trust if alone else None,
    }


def _periods(observations: pl.LazyFrame, trust_types: Sequence[str]) -> pl.DataFrame:
    figure = pl.when(pl.col("unit").is_null()).then("score").otherwise("value")
    period = pl.coalesce("period", "score_period").drop_nulls().mode(maintain_order=True).first()
    return (
        observations.filter(pl.col("trust_type").is_in(list(trust_types)), figure.is_not_null())
        .group_by("quarter", "trust_type", "metric_id", "unit")
        .agg(
            pl.col("metric").drop_nulls().first(),
            period=period,
            trusts=pl.len(),
            median=pl.col("median").drop_nulls().first(),
            computed_median=round_computed(figure.median()),
        )
        .sort(
            "quarter",
            pl.col("trust_type").cast(pl.Enum(list(trust_types))),
            descending=[True, False],
        )
        .select(cast_to(PERIODS))
        .collect()
    )
