"""Answers as Vega-Altair charts, for notebooks; each says its unit and whose figures it shows.

No meaning is in a colour alone: each colour has a shape of its own, and a place or a label too.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import altair as alt
import polars as pl

from nhs_league.core.answers import (
    Answer,
    AreaRanking,
    Comparison,
    EveryMetricTrend,
    LeagueTable,
    MetricTrend,
    PlaceTrend,
    Ranking,
    Spread,
)
from nhs_league.core.quarters import LABELS, framework_breaks
from nhs_league.errors import UsageError
from nhs_league.render import numbers
from nhs_league.render.meta import Meta

BANDS = (
    ("under 1.50", "#0072b2", "circle"),
    ("under 2.50", "#6a9fc0", "square"),
    ("under 3.00", "#8c8c8c", "diamond"),
    ("weak", "#e69f00", "triangle-up"),
    ("severe (3.50 or more)", "#d55e00", "triangle-down"),
)
"""A score's bands, best first, each with its colour and its shape."""
_UPPER_ENDS = (1.5, 2.5, 3.0, 3.5, float("inf"))
_NOT_SCORED = ("not scored", "#4d4d4d", "cross")
_SEGMENTS = tuple(
    (str(number), colour, shape) for number, (_, colour, shape) in enumerate(BANDS, start=1)
)
_TRUSTS = ("#0072b2", "#d55e00", "#009e73", "#e69f00", "#56b4e9", "#cc79a7", "#4d4d4d")
"""Colours of trusts side by side (Okabe and Ito, Color Universal Design)."""
_PLAIN, _BOX, _LINE = "#8c8c8c", "#c9d2d9", "#212b32"
_WIDTH, _STEP, _SMALL = 460, 18, 230
_BARE = ("count", "rate", "index")
_KINDS = "worst, best, table, trend, spread and compare (of trusts)"


def to_chart(answer: Answer, meta: Meta) -> Any:
    """Return an answer as a chart with its title, its source and, for the sample, its notice.

    Raises:
        UsageError: such an answer has no chart, or there is nothing to draw.

    """
    if answer.frame.is_empty():
        raise UsageError("There is nothing to draw: the answer has no rows.")
    chart, title, key = chart_of(answer)
    notice = ["FICTIONAL SAMPLE: these trusts and figures are invented."] if meta.sample else []
    heading = alt.TitleParams(
        title,
        subtitle=[*notice, *key, meta.credit(answer)],
        anchor="start",
        subtitleColor="#4c6272",
        offset=12,
    )
    return chart.properties(title=heading)


@singledispatch
def chart_of(answer: Answer) -> tuple[Any, str, list[str]]:
    """Return an answer's chart, its title, and lines that say how to read it.

    Raises:
        UsageError: such an answer has no chart.

    """
    raise UsageError(
        f"There is no chart of this answer: {answer.title}.",
        f"The answers of {_KINDS} have one. Its rows are in .frame.",
    )


@chart_of.register
def ranking(answer: Ranking) -> tuple[Any, str, list[str]]:
    """Draw each trust's value between its type's quartiles, the better end on the right."""
    first = answer.frame.row(0, named=True)
    measured = "score" if first["unit"] is None else "value"
    # Counts of trusts that have no rate are listed below the rates, and are not on their axis.
    comparable = answer.frame.filter(pl.col("unit").eq_missing(pl.lit(first["unit"], pl.String)))
    rows = comparable.select(
        "trust_type",
        *_named_trusts(comparable),
        *_banded(),
        figure=measured,
        low=pl.coalesce("lower_quartile", "computed_lower_quartile"),
        median=pl.coalesce("median", "computed_median"),
        high=pl.coalesce("upper_quartile", "computed_upper_quartile"),
        rank=_rank(),
    )
    better = first["higher_is_better"] is not False and measured == "value"
    x = _axis(f"{first['short_name']}{_in_unit(first['unit'])}", reverse=not better)
    chart = alt.layer(
        _chart().mark_bar(color=_BOX, height=12).encode(alt.X("low:Q").title(""), x2="high:Q"),
        _chart().mark_tick(color=_LINE, thickness=2, size=14).encode(x="median:Q"),
        _points((*BANDS, _NOT_SCORED), "band", "Score").encode(
            alt.X("figure:Q", **x),
            tooltip=["trust", "figure", "median", "rank", "score"],
        ),
        data=rows,
    ).encode(_trust_axis())
    key = ["Bar: the middle half of its type's trusts. Line: the median. Better to the right."]
    return _by_type(chart, rows), answer.title, key


@chart_of.register
def area(answer: AreaRanking) -> tuple[Any, str, list[str]]:
    """Draw each trust's mean score, the better end on the right."""
    figure = pl.coalesce("score", "computed_mean_score")
    rows = answer.frame.with_columns(score=figure).select(
        "trust_type", *_named_trusts(answer.frame), *_banded(), figure="score", rank=_rank()
    )
    points = _points(BANDS, "band", "Score").encode(
        alt.X("figure:Q", **_scores("Mean of the scores of its metrics")),
        tooltip=["trust", "figure", "rank"],
    )
    chart = alt.layer(points, data=rows).encode(_trust_axis())
    return _by_type(chart, rows), answer.title, ["Score: 1.00 is best, 4.00 is worst."]


@chart_of.register
def table(answer: LeagueTable) -> tuple[Any, str, list[str]]:
    """Draw each trust's league rank and its likely range."""
    frame = answer.frame
    is_computed = "computed_score_rank_low" in frame.columns and not frame["rank_low"].count()
    ends = ("computed_score_rank_low", "computed_score_rank_high")
    low, high = ends if is_computed else ("rank_low", "rank_high")
    rows = frame.select(
        "trust_type",
        *_named_trusts(frame),
        low=low,
        high=high,
        rank=pl.coalesce("rank", "computed_rank"),
        segment=pl.col("segment").cast(pl.String),
        score="average_score",
    )
    axis = _axis("League rank, 1 is best", reverse=False)
    chart = alt.layer(
        _chart().mark_bar(color=_BOX, height=8).encode(alt.X("low:Q").title(""), x2="high:Q"),
        _points(_SEGMENTS, "segment", "Segment").encode(
            alt.X("rank:Q", **axis), tooltip=["trust", "rank", "low", "high", "segment", "score"]
        ),
        data=rows,
    ).encode(_trust_axis())
    computed = "Bar: likely range of the rank on score alone (computed, not published)."
    published = "Bar: the likely range of the rank, as published."
    return _by_type(chart, rows), answer.title, [computed if is_computed else published]


@chart_of.register
def places(answer: PlaceTrend) -> tuple[Any, str, list[str]]:
    """Draw trusts' league ranks, quarter by quarter."""
    rows = _quarter_by_quarter(
        answer.frame.select("quarter", "trust_code", "rank", low="rank_low", high="rank_high"),
        ["trust_code"],
    )
    trusts = _trusts(answer.frame)
    x = _quarters(rows)
    chart = alt.layer(
        _chart(_WIDTH).mark_rule(opacity=0.5, size=3).encode(x, y="low:Q", y2="high:Q"),
        _chart(_WIDTH).mark_line().encode(x, y="rank:Q"),
        _chart(_WIDTH)
        .mark_point(filled=True, size=80, opacity=1)
        .encode(
            x,
            alt.Y("rank:Q", **_axis("League rank, 1 is best", reverse=True)),
            trusts["shape"],
            tooltip=["trust_code", "quarter", "rank", "low", "high"],
        ),
        data=rows,
    ).encode(trusts["color"])
    key = ["Upright line: the likely range of the rank, where it is published."]
    breaks = framework_breaks(answer.frame["quarter"].cast(pl.String))
    return chart, "League rank, quarter by quarter", [*_trust_names(answer.frame), *key, *breaks]


@chart_of.register(MetricTrend)
@chart_of.register(EveryMetricTrend)
def metrics(answer: MetricTrend | EveryMetricTrend) -> tuple[Any, str, list[str]]:
    """Draw metrics' values and their type's medians, quarter by quarter, a panel each metric."""
    figure = pl.when(pl.col("unit").is_null()).then("score").otherwise("value")
    unit = pl.when(pl.col("unit").is_null()).then(pl.lit("score")).otherwise("unit")
    named = answer.frame.with_columns(
        figure=figure, panel=pl.format("{} ({})", "short_name", unit)
    ).filter(pl.col("figure").is_not_null())
    if named.is_empty():
        raise UsageError("There is nothing to draw: no quarter has a figure.")
    rows = _quarter_by_quarter(
        named.select(
            "quarter",
            "trust_code",
            "panel",
            "figure",
            median=pl.coalesce("median", "computed_median"),
        ),
        ["trust_code", "panel"],
    )
    trusts = _trusts(answer.frame)
    panels = rows["panel"].unique(maintain_order=True).to_list()
    is_one = len(panels) == 1
    panel_chart = _chart(_WIDTH, 300) if is_one else _chart(_SMALL, 130)
    x = _quarters(rows, angle=0 if is_one else -40)
    scale = alt.Scale(zero=False)
    chart = alt.layer(
        panel_chart.mark_line(strokeDash=[5, 4], opacity=0.6, point={"size": 12}).encode(
            x, alt.Y("median:Q", scale=scale).title("")
        ),
        panel_chart.mark_line().encode(x, alt.Y("figure:Q", scale=scale)),
        panel_chart.mark_point(filled=True, size=80, opacity=1).encode(
            x,
            alt.Y("figure:Q", scale=scale).title(panels[0] if is_one else ""),
            trusts["shape"],
            tooltip=["trust_code", "panel", "quarter", "figure", "median"],
        ),
        data=rows,
    ).encode(trusts["color"])
    if not is_one:
        panel = alt.Facet("panel:N", title=None, sort=panels)
        chart = chart.facet(panel, columns=3).resolve_scale(y="independent")
    key = [*_trust_names(answer.frame), "Dashed: the median of the trust's type."]
    return chart, answer.title, key


@chart_of.register
def spread(answer: Spread) -> tuple[Any, str, list[str]]:
    """Draw how many trusts have values in each bin, with the median and the trusts marked."""
    first = answer.frame.row(0, named=True)
    median = pl.when("has_median").then(pl.lit("median"))
    marked = pl.when(pl.col("marked") != "").then("marked")
    rows = answer.frame.select(
        "trusts",
        marked=marked,
        low="computed_from",
        high="computed_to",
        label=pl.concat_str(marked, median, separator=", ", ignore_nulls=True),
    )
    bars = alt.Chart(rows, width=_WIDTH, height=260)
    x = alt.X("low:Q", bin="binned").title(f"{first['metric']}{_in_unit(first['unit'])}")
    y = alt.Y("trusts:Q").title("Trusts").axis(tickMinStep=1)
    is_marked = alt.datum.marked != None  # noqa: E711 - an expression of Vega's
    chart = bars.mark_bar(stroke="white").encode(
        x,
        y,
        x2="high:Q",
        color=alt.condition(is_marked, alt.value(BANDS[0][1]), alt.value(_PLAIN)),
        tooltip=["low", "high", "trusts", "label"],
    ) + bars.mark_text(dy=-7, color=_LINE).transform_calculate(
        middle="(datum.low + datum.high) / 2"
    ).encode(alt.X("middle:Q"), y, text="label:N")
    key = ["Labels name the bin of the median, and those of the trusts marked."]
    return chart, f"Spread: {answer.title}", key


@chart_of.register
def compare(answer: Comparison) -> tuple[Any, str, list[str]]:
    """Draw each trust's score in each metric, the better end on the right."""
    rows = answer.frame.filter(pl.col("score").is_not_null()).select(
        "domain", "short_name", "trust_code", "score", "value", "unit", "rank"
    )
    if rows.is_empty():
        raise UsageError("There is nothing to draw: none of their metrics has a score.")
    left_out = answer.frame["short_name"].n_unique() - rows["short_name"].n_unique()
    trusts = _trusts(answer.frame)
    chart = (
        _chart()
        # Hollow, as one point may lie on another.
        .mark_point(filled=False, size=90, strokeWidth=2, opacity=1)
        .encode(
            alt.X("score:Q", **_scores("Score")),
            alt.Y("short_name:N", sort=None, title=None),
            trusts["color"],
            trusts["shape"],
            alt.Row(
                "domain:N",
                sort=None,
                title=None,
                header=alt.Header(labelAngle=0, labelAlign="left"),
            ),
            tooltip=["trust_code", "short_name", "score", "value", "unit", "rank"],
        )
        .resolve_scale(y="independent")
    )
    chart.data = rows
    names = _trust_names(answer.standings)
    key = [*names, "Score: 1.00 is best, 4.00 is worst; better to the right."]
    if left_out:
        key.append(f"Metrics without a score are left out: {left_out}.")
    quarters = answer.standings["quarter"].cast(pl.String).unique().sort().to_list()
    return chart, f"Scores side by side, {' and '.join(quarters)}", key


def _chart(width: int = _WIDTH, height: int | None = None) -> alt.Chart:
    """Return a chart without data; without a height, each row of it has the same."""
    return alt.Chart(width=width, height=alt.Undefined if height is None else height)


def _points(bands: tuple[tuple[str, str, str], ...], field: str, title: str) -> Any:
    """Return points with a colour and a shape for each band."""
    names, colours, shapes = zip(*bands, strict=True)
    return (
        _chart()
        .mark_point(filled=True, size=90, opacity=1)
        .encode(
            alt.Color(f"{field}:N", title=title).scale(domain=names, range=colours),
            alt.Shape(f"{field}:N", title=title).scale(domain=names, range=shapes),
        )
    )


def _by_type(chart: Any, rows: pl.DataFrame) -> Any:
    """Draw a panel for each trust type where there are several, as their ranks are separate."""
    if rows["trust_type"].n_unique() == 1:
        return chart
    panel = alt.Row("trust_type:N", sort=None, title=None)
    return chart.facet(row=panel).resolve_scale(y="independent")


def _trust_axis() -> alt.Y:
    return alt.Y("trust:N", sort=None, title=None, axis=alt.Axis(labelLimit=320))


def _axis(title: str, *, reverse: bool) -> dict[str, Any]:
    return {"title": title, "scale": alt.Scale(zero=False, reverse=reverse)}


def _scores(title: str) -> dict[str, Any]:
    low, high = numbers.SCORE_RANGE
    return {"title": title, "scale": alt.Scale(domain=[low, high], reverse=True)}


def _in_unit(unit: str | None) -> str:
    """Name a unit as an axis does: `` (%)``; nothing for a rate, a count or an index."""
    if unit is None:
        return " (score, 1.00 is best)"
    return "" if unit in _BARE else f" ({unit})"


def _rank() -> pl.Expr:
    """Write a rank with the number of trusts, published or computed."""
    published = pl.format("{} of {}", "rank", "of")
    computed = pl.format("{} of {} (computed)", "computed_rank", "computed_of")
    return pl.coalesce(published, pl.col("rank").cast(pl.String), computed)


def _named_trusts(frame: pl.DataFrame) -> list[pl.Series]:
    named = frame.select("trust_code", "trust_name").iter_rows()
    return [
        pl.Series("trust", [f"{code} {numbers.short_name(name or '')}" for code, name in named])
    ]


def _trust_names(frame: pl.DataFrame) -> list[str]:
    """Return a line for each trust, its code and its newest name."""
    newest = frame.group_by("trust_code", maintain_order=True).agg(pl.col("trust_name").last())
    return [f"{code}: {numbers.short_name(name or '')}" for code, name in newest.iter_rows()]


def _banded() -> list[pl.Expr]:
    """Return the score, and its band."""
    score = pl.col("score")
    within = (
        pl.when(score < upper).then(pl.lit(name))
        for (name, *_), upper in zip(BANDS, _UPPER_ENDS, strict=True)
    )
    return [score, pl.coalesce(*within, pl.lit(_NOT_SCORED[0])).alias("band")]


def _trusts(frame: pl.DataFrame) -> dict[str, Any]:
    """Return a colour and a shape for each trust."""
    codes = frame["trust_code"].unique(maintain_order=True).to_list()
    shapes = [shape for _, _, shape in (*BANDS, _NOT_SCORED)]
    legend = None if len(codes) == 1 else alt.Undefined
    colours = [_TRUSTS[at % len(_TRUSTS)] for at in range(len(codes))]
    of_shapes = [shapes[at % len(shapes)] for at in range(len(codes))]
    colour = alt.Scale(domain=codes, range=colours)
    shape = alt.Scale(domain=codes, range=of_shapes)
    return {
        "color": alt.Color("trust_code:N", title="Trust", legend=legend, scale=colour),
        "shape": alt.Shape("trust_code:N", title="Trust", legend=legend, scale=shape),
    }


def _quarter_by_quarter(frame: pl.DataFrame, series: list[str]) -> pl.DataFrame:
    """Add the quarters that a series lacks, so that its line has a gap there."""
    known = frame.with_columns(pl.col("quarter").cast(pl.String))
    places = [LABELS.index(label) for label in known["quarter"].unique()]
    between = pl.DataFrame({"quarter": LABELS[min(places) : max(places) + 1]})
    every = known.select(series).unique(maintain_order=True).join(between, how="cross")
    return every.join(known, on=[*series, "quarter"], how="left", maintain_order="left")


def _quarters(rows: pl.DataFrame, *, angle: int = 0) -> alt.X:
    labels = rows["quarter"].unique(maintain_order=True).to_list()
    return alt.X("quarter:O", sort=labels, title=None, axis=alt.Axis(labelAngle=angle))
