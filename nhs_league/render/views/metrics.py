"""The views of one metric: what it is, how its values are spread, when it was published."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.answers import MetricExplanation
from nhs_league.core.sentences import in_series
from nhs_league.render import numbers
from nhs_league.render.blocks import Column
from nhs_league.render.views.columns import columns_of, texts

Row = dict[str, Any]


def metric_lines(answer: MetricExplanation) -> Iterator[tuple[str, str]]:
    """Yield what is known of a metric, each with its lead; an empty text is not known."""
    row = answer.frame.row(0, named=True)
    yield "What it measures: ", row["plain"] or row["metric"]
    yield "Why it matters: ", row["why"] or ""
    yield "Published as: ", f"{row['metric']} ({row['domain']})" if row["plain"] else ""
    yield "Which is better: ", _direction(row)
    yield "National standard: ", _standard(answer.frame)
    yield "How it is scored: ", row["scoring"] or "Not scored."
    yield "Also called: ", row["everyday_names"] or ""


def _direction(row: Row) -> str:
    if row["unit"] is None:
        return "Only scores are published: 1.00 is best, 4.00 is worst."
    words = {True: "Higher is better", False: "Lower is better"}.get(row["higher_is_better"])
    if words is None:
        return "Not known."
    return f"{words}{', as the published ranks show' if row['direction_from'] != 'stated' else ''}."


def _standard(frame: pl.DataFrame) -> str:
    row = frame.row(0, named=True)
    if row["standard"] is None:
        return "None known."
    standard = numbers.with_unit(row["standard"], row["unit"])
    counts = frame.select("computed_meeting", "trusts", "trust_type").iter_rows()
    meeting = in_series(
        [f"{meet} of {trust_types.counted(of, of_type)}" for meet, of, of_type in counts]
    )
    return f"{standard}, {row['standard_name']} ({row['standard_source']}). Met by {meeting}."


@columns_of.register
def explained(answer: MetricExplanation) -> list[Column]:
    """Return how the metric's values are spread, a row for each trust type."""
    frame = answer.frame
    return [
        Column("Trust type", [trust_types.in_words(t) for t in frame["trust_type"]], wraps=True),
        Column("Trusts", texts(frame, "trusts"), numeric=True),
        Column("Worst", _ends(frame, "worst"), wraps=True, wrap_width=10),
        Column("Middle half", _middle_half(frame), wraps=True, wrap_width=12),
        Column("Median", _medians(frame), numeric=True),
        Column("Best", _ends(frame, "best"), wraps=True, wrap_width=10),
    ]


def _figure(figure: float | None, unit: str | None) -> str:
    if figure is None:
        return numbers.number(None)
    return numbers.score(figure) if unit is None else numbers.with_unit(figure, unit)


def _ends(frame: pl.DataFrame, name: str) -> list[str]:
    """Write the best or the worst figure, with its trust or how many trusts have it."""
    columns = (name, "unit", f"{name}_trusts", f"{name}_trust_code")
    written = []
    for figure, unit, count, code in frame.select(columns).iter_rows():
        whose = "" if count is None else f" ({code or f'{count} trusts'})"
        written.append(f"{_figure(figure, unit)}{whose}")
    return written


def _middle_half(frame: pl.DataFrame) -> list[str]:
    """Write between which figures half of the trusts are."""
    low, high = (
        _published_or_ours(frame, f"{side}_quartile", f"computed_{side}_quartile")
        for side in ("lower", "upper")
    )
    return [
        numbers.number(None) if numbers.number(None) in ends else " to ".join(ends)
        for ends in zip(low, high, strict=True)
    ]


def _medians(frame: pl.DataFrame) -> list[str]:
    return _published_or_ours(frame, "median", "computed_median")


def _published_or_ours(frame: pl.DataFrame, published: str, computed: str) -> list[str]:
    """Write published figures, and computed ones, marked, where none is published."""
    return [
        f"{_figure(numbers.rounded(computed_figure), unit)}*"
        if figure is None and computed_figure is not None
        else _figure(figure, unit)
        for figure, computed_figure, unit in frame.select(published, computed, "unit").iter_rows()
    ]


def metric_periods(answer: MetricExplanation) -> list[Column]:
    """Return the quarters in which the metric was published."""
    frame = answer.periods
    return [
        Column("Quarter", texts(frame, "quarter")),
        Column("Trust type", [trust_types.in_words(t) for t in frame["trust_type"]], wraps=True),
        Column("Period", texts(frame, "period")),
        Column("Trusts", texts(frame, "trusts"), numeric=True),
        Column("Median", _medians(frame), numeric=True),
    ]
