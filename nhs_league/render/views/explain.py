"""The tables of reasons: what a metric is, the audit, what places hide, what would move a trust."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.answers import (
    Audit,
    CappedTrusts,
    HiddenWeakSpots,
    Improvements,
    MetricExplanation,
    Robustness,
    RobustTable,
    WhatIf,
)
from nhs_league.core.sentences import in_series
from nhs_league.render import numbers
from nhs_league.render.blocks import Column
from nhs_league.render.strips import Drawing, Ranks, ScoreBar
from nhs_league.render.theme import Ink, Tone, tone_of_score, tone_of_segment
from nhs_league.render.views.columns import columns_of, medians, names, scores, texts

_METRICS = 5
"""How many of the metrics left out are shown in a table."""
_STRIP = 13
"""The fewest columns in which a line of ranks is drawn beside a name."""
_LABELS = {
    "average score": "Average score",
    "segment by score": "Segment by score",
    "segment": "Segment",
    "league rank": "League rank",
}
Row = dict[str, Any]


@columns_of.register
def audit(answer: Audit) -> list[Column]:
    """Return the published figures that do not follow from the others."""
    frame = answer.frame
    quarters = [Column("quarter", texts(frame, "quarter"))]
    differences = [
        numbers.number(None if v is None else round(v, 4)) for v in frame["computed_difference"]
    ]
    return [
        *(quarters if frame["quarter"].n_unique() > 1 else []),
        Column("code", [v or "" for v in frame["trust_code"]], ink=Ink.CODE),
        Column("what", texts(frame, "name"), shrinks=True),
        Column("published", [numbers.number(v) for v in frame["published"]], numeric=True),
        Column("computed*", [numbers.number(v) for v in frame["computed"]], numeric=True),
        Column("differs by*", differences, numeric=True),
        Column("why", [v or "" for v in frame["note"]], shrinks=True),
        Column("kind", texts(frame, "what"), optional=True),
        Column("type", texts(frame, "trust_type"), optional=True),
    ]


@columns_of.register
def hidden(answer: HiddenWeakSpots) -> list[Column]:
    """Return what good places hide, in words."""
    frame = answer.frame
    ranges = frame.select("rank_low", "rank_high").iter_rows()
    return [
        Column("Code", texts(frame, "trust_code")),
        Column("Trust", names(frame), wraps=True),
        Column("What its place hides", texts(frame, "in_words"), wraps=True, wrap_width=46),
        Column("Likely rank", [numbers.likely(low, high) for low, high in ranges]),
        Column("Segment", texts(frame, "segment"), numeric=True),
        Column("Median", medians(frame), numeric=True),
        Column("Region", texts(frame, "region")),
        Column("Type", texts(frame, "trust_type")),
    ]


@columns_of.register
def capped(answer: CappedTrusts) -> list[Column]:
    """Return the trusts that a deficit holds back; the line is from the rank without it."""
    frame = answer.frame
    by_score = frame["computed_unadjusted_segment"]
    return [
        Column("rank", texts(frame, "rank"), numeric=True),
        Column("likely", likely(frame, "rank_low", "rank_high"), optional=True),
        Column("code", texts(frame, "trust_code"), ink=Ink.CODE),
        Column("trust", names(frame), shrinks=True),
        Column("score", scores(frame, "average_score"), numeric=True),
        Column(
            "by score*",
            texts(frame, "computed_unadjusted_segment"),
            numeric=True,
            tones=[tone_of_segment(segment) for segment in by_score],
        ),
        Column("without*", texts(frame, "computed_rank_without"), numeric=True, ink=Ink.STRONG),
        Column("", [""] * frame.height, drawings=_held_back(frame), ends=_ends(frame["of"].max())),
        Column("region", texts(frame, "region"), optional=True),
        Column("subtype", texts(frame, "subtype"), optional=True),
    ]


def _held_back(frame: pl.DataFrame) -> list[Drawing | None]:
    return [
        None
        if row["rank"] is None or row["of"] is None
        else Ranks(
            row["rank"],
            ((min(row["computed_rank_without"] or row["rank"], row["rank"]), row["rank"]),),
            row["of"],
            tone_of_segment(row["computed_unadjusted_segment"]),
            _STRIP,
        )
        for row in frame.iter_rows(named=True)
    ]


def _ends(last: object) -> tuple[str, str]:
    """Return what the ends of a line of ranks are: the first and the last rank."""
    return ("1", "" if last is None else str(last))


def likely(frame: pl.DataFrame, low: str, high: str) -> list[str]:
    """Write likely ranges; an empty text where none is published."""
    ranges = frame.select(low, high).iter_rows()
    return ["" if None in ends else numbers.likely(*ends) for ends in ranges]


@columns_of.register
def robustness(answer: Robustness) -> list[Column]:
    """Return what the place would be in each scenario; of the metrics, those that matter most."""
    frame = most_important(answer)
    changes = frame["computed_place_change"]
    best, worst = (
        numbers.in_hundreds(frame[f"computed_p_{end}_quarter"]) for end in ("best", "worst")
    )
    has_shares = frame["computed_p_best_quarter"].is_not_null().to_list()
    place = answer.standing["computed_place"][0]
    return [
        Column("what is changed", _scenarios(frame), shrinks=True),
        Column("place*", texts(frame, "computed_place"), numeric=True, ink=Ink.STRONG),
        Column("moves by*", ["" if v is None else _signed(v) for v in changes], numeric=True),
        Column("95 of 100*", likely(frame, "computed_place_low", "computed_place_high")),
        Column(
            "",
            [""] * frame.height,
            drawings=[_scenario(row, place) for row in frame.iter_rows(named=True)],
            ends=_ends(frame["computed_of"].max()),
        ),
        Column("top quarter*", _where(best, has_shares), numeric=True, optional=True),
        Column("bottom quarter*", _where(worst, has_shares), numeric=True, optional=True),
    ]


def most_important(answer: Robustness) -> pl.DataFrame:
    """Return the scenarios that are shown: of the metrics, those that move the place most."""
    metrics = pl.col("metric_id").is_not_null()
    return answer.frame.filter(~metrics | (metrics.cum_sum() <= _METRICS))


def _signed(change: int) -> str:
    return f"{change:+d}".replace("-", "−") if change else "0"


def _where(cells: list[str], is_known: list[bool]) -> list[str]:
    return [cell if known else "" for cell, known in zip(cells, is_known, strict=True)]


def _scenario(row: Row, place_now: int | None) -> Ranks | None:
    """Draw the range of places, or the way from the place as it is to that without a part."""
    place, low, high = row["computed_place"], row["computed_place_low"], row["computed_place_high"]
    if place is None or row["computed_of"] is None:
        return None
    if low is None or high is None:
        low, high = sorted((place, place if place_now is None else place_now))
    return Ranks(place, ((low, high),), row["computed_of"], None, _STRIP)


def _scenarios(frame: pl.DataFrame) -> list[str]:
    """Name each scenario: in full, or the domain or the metric that is left out."""
    named = frame.select("scenario", "name").iter_rows()
    return [
        scenario.capitalize() if name is None else f"Without {name}" for scenario, name in named
    ]


@columns_of.register
def robust_table(answer: RobustTable) -> list[Column]:
    """Return how firm each trust's place is."""
    frame = answer.frame
    last = frame.select(pl.max_horizontal("of", "computed_place_high").max()).item() or 1
    best, worst = (
        numbers.in_hundreds(frame[f"computed_p_{end}_quarter"]) for end in ("best", "worst")
    )
    weighted = likely(frame, "computed_weights_place_low", "computed_weights_place_high")
    return [
        Column("place*", texts(frame, "computed_place"), numeric=True, ink=Ink.STRONG),
        Column("code", texts(frame, "trust_code"), ink=Ink.CODE),
        Column("trust", names(frame), shrinks=True),
        Column("95 of 100*", likely(frame, "computed_place_low", "computed_place_high")),
        Column(
            "",
            [""] * frame.height,
            drawings=[_spread(row, last) for row in frame.iter_rows(named=True)],
            ends=_ends(last),
        ),
        Column("top quarter*", best, numeric=True),
        Column("by weights*", weighted, optional=True),
        Column("bottom quarter*", worst, numeric=True, optional=True),
        Column("beats*", texts(frame, "computed_beats"), numeric=True, optional=True),
        Column("beaten by*", texts(frame, "computed_beaten_by"), numeric=True, optional=True),
        Column("rank", texts(frame, "rank"), numeric=True, optional=True),
        Column("score", scores(frame, "average_score"), numeric=True, optional=True),
        Column("segment", texts(frame, "segment"), numeric=True, optional=True),
        Column("region", texts(frame, "region"), optional=True),
    ]


def _spread(row: Row, last: int) -> Ranks | None:
    low, high = row["computed_place_low"], row["computed_place_high"]
    if row["computed_place"] is None or low is None or high is None:
        return None
    tone = tone_of_segment(row["segment"])
    return Ranks(row["computed_place"], ((low, high),), last, tone, _STRIP)


@columns_of.register
def whatif(answer: WhatIf) -> list[Column]:
    """Return what is and what would be; a bar's mark, or a line's end, is where it is now."""
    rows = answer.frame.rows(named=True)
    now = [numbers.with_short_unit(row["before"], row["unit"]) for row in rows]
    then = [
        f"{numbers.with_short_unit(row['computed_after'], row['unit'])}"
        f"{' (estimated)' if row['estimated'] else ''}"
        for row in rows
    ]
    return [
        Column("", [_label(row) for row in rows], shrinks=True),
        Column("now", now, numeric=True, tones=[_tone(row, "before") for row in rows]),
        Column("then*", then, numeric=True, tones=[_tone(row, "computed_after") for row in rows]),
        Column("", [""] * len(rows), drawings=list(_moves(answer, rows))),
        Column("how", [row["note"] or "" for row in rows], shrinks=True, optional=True),
    ]


def _label(row: Row) -> str:
    """Name a figure: a metric's value by its short name, its score so called."""
    if row["what"] in _LABELS:
        return _LABELS[row["what"]]
    name = row["short_name"] or row["name"]
    return f"{name}, score" if row["what"] == "metric score" else str(name)


def _tone(row: Row, column: str) -> Tone | None:
    figure = row[column]
    if row["unit"] == "score":
        return tone_of_score(figure)
    return tone_of_segment(int(figure)) if row["unit"] == "segment" and figure else None


def _moves(answer: WhatIf, rows: list[Row]) -> Iterator[Drawing | None]:
    segment = next((row["computed_after"] for row in rows if row["what"] == "segment"), None)
    last = answer.table.select(pl.max_horizontal("rank", "computed_rank").max()).item() or 1
    for row in rows:
        before, after = row["before"], row["computed_after"]
        if after is None or before is None or row["unit"] not in ("score", None):
            yield None
        elif row["unit"] == "score":
            yield ScoreBar(after, before, tone_of_score(after))
        elif row["what"] == "league rank":
            run = (int(min(before, after)), int(max(before, after)))
            yield Ranks(int(after), (run,), last, tone_of_segment(segment and int(segment)))
        else:
            yield None


@columns_of.register
def improvements(answer: Improvements) -> list[Column]:
    """Return sets of improvements, in words."""
    frame = answer.frame
    moved = [numbers.number(numbers.rounded(v)) for v in frame["computed_quarters_moved"]]
    return [
        Column("Changes", texts(frame, "changes"), wraps=True),
        Column("Score then*", scores(frame, "computed_average_score"), numeric=True),
        Column("Size of improvement*", moved, numeric=True),
        Column("--set", texts(frame, "set"), wraps=True),
    ]


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
        Column("Worst", _extremes(frame, "worst"), wraps=True, wrap_width=10),
        Column("Middle half", _middle_half(frame), wraps=True, wrap_width=12),
        Column("Median", _medians(frame), numeric=True),
        Column("Best", _extremes(frame, "best"), wraps=True, wrap_width=10),
    ]


def _figure(figure: float | None, unit: str | None) -> str:
    if figure is None:
        return numbers.number(None)
    return numbers.score(figure) if unit is None else numbers.with_unit(figure, unit)


def _extremes(frame: pl.DataFrame, name: str) -> list[str]:
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
