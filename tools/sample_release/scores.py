"""How values become ranks and scores, by the official method, in plain Python."""

from __future__ import annotations

from math import ceil

from sample_release.measures import Measure, Rule

_PAIRED_LIMITS = ((30.0, 20.0, 12.0), (15.0, 8.0, 4.0))


def shared_ranks(keys: dict[str, float]) -> dict[str, int]:
    """Rank from 1, smallest key first; ties share the smaller rank."""
    first: dict[float, int] = {}
    for place, key in enumerate(sorted(keys.values()), 1):
        first.setdefault(key, place)
    return {name: first[key] for name, key in keys.items()}


def value_ranks(measure: Measure, values: dict[str, float]) -> dict[str, int]:
    """Rank trusts by their values, the best first."""
    sign = -1 if measure.best == "higher" else 1
    return shared_ranks({code: sign * value for code, value in values.items()})


def scores(measure: Measure, values: dict[str, float]) -> dict[str, float]:
    """Score every trust that a score is ranked over, from its unrounded value."""
    if measure.rule is Rule.BANDS:
        return {code: float(band(measure, value)) for code, value in values.items()}
    if measure.rule is Rule.STANDARD:
        met = {code for code, value in values.items() if is_met(measure, value)}
        missed = {code: value for code, value in values.items() if code not in met}
        return dict.fromkeys(met, 1.0) | _spread(measure, missed, best=2.0, worst=4.0)
    if measure.rule is Rule.FLOOR:
        above = {code: value for code, value in values.items() if is_met(measure, value)}
        below = {code for code in values if code not in above}
        return dict.fromkeys(below, 4.0) | _spread(measure, above, best=1.0, worst=3.0)
    return _spread(measure, values, best=1.0, worst=4.0)


def is_met(measure: Measure, value: float) -> bool:
    """Tell whether a value meets a standard or a floor."""
    (limit,) = measure.limits
    return value >= limit if measure.best == "higher" else value <= limit


def band(measure: Measure, value: float) -> int:
    """Return the band of a value, 1 best to 4."""
    if measure.best == "higher":
        return 1 + sum(value < limit for limit in measure.limits)
    return 1 + sum(value > limit for limit in measure.limits)


def paired_score(children: float | None, adults: float | None) -> float:
    """Score the share of outcomes recorded: the mean of the two bands, rounded up."""
    bands = [
        1 + sum(value < limit for limit in limits)
        for value, limits in zip((children, adults), _PAIRED_LIMITS, strict=True)
        if value is not None
    ]
    return float(ceil(sum(bands) / len(bands)))


def _spread(
    measure: Measure, values: dict[str, float], *, best: float, worst: float
) -> dict[str, float]:
    """Spread scores evenly by rank; ties share the best score of their cluster."""
    step = (worst - best) / max(len(values) - 1, 1)
    return {
        code: round(best + step * (rank - 1), 2)
        for code, rank in value_ranks(measure, values).items()
    }
