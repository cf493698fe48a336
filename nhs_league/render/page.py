"""Reports as self-contained pages: no request to anywhere, and nothing that needs a script.

A page is of one trust or of some; a site has a page a trust and an index of them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl
from markupsafe import Markup

from nhs_league.core import trust_types
from nhs_league.core.answers import Answer, TrustProfile, TrustReport
from nhs_league.render import charts, numbers
from nhs_league.render.blocks import Block, Column, Grid, Line, Numbered, Points, points
from nhs_league.render.document import BANNER, explanation_blocks
from nhs_league.render.html import asset, render
from nhs_league.render.meta import Meta
from nhs_league.render.trust_report import trust_blocks
from nhs_league.render.trust_words import (
    chance_line,
    firmness_line,
    since_lines,
    standing_lines,
    weak_spot,
    what_is_weak,
)
from nhs_league.render.views import columns_of

INDEX = "index.html"
"""The file name of a site's index."""
_RESERVED = ("AUX", "CON", "NUL", "PRN")
_MOST_TRENDS = 6


def page(reports: Sequence[TrustReport], meta: Meta, *, index: str = "") -> str:
    """Write a page of one trust or of some.

    Args:
        reports: the trusts' reports.
        meta: where the figures come from.
        index: the address of the index that leads here; empty where there is none.

    """
    return render(
        "report.html.j2",
        title="; ".join(report.profile.title for report in reports),
        trusts=[_trust(report) for report in reports],
        index=index,
        meta=meta,
        banner=BANNER,
        credit=meta.credit(reports[0].profile),
        script="",
    )


def index(standings: Answer, meta: Meta) -> str:
    """Write a site's index: a table per trust type that sorts and filters in the browser.

    Without scripts the tables stand in league order.

    Args:
        standings: the league table of all trust types.
        meta: where the figures come from.

    """
    frame = standings.frame
    types = trust_types.in_order(set(frame["trust_type"].unique()))
    leagues = [
        _League(
            trust_types.in_words(trust_type),
            tuple(_ranked(frame.filter(pl.col("trust_type") == trust_type))),
        )
        for trust_type in types
    ]
    return render(
        "index.html.j2",
        title="NHS Oversight Framework league tables",
        quarters=" and ".join(sorted(set(frame["quarter"]))),
        leagues=leagues,
        meta=meta,
        banner=BANNER,
        credit=meta.credit(standings),
        script=asset("index.js"),
    )


def file_of(trust_code: str) -> str:
    """Name a trust's page; Windows reserves some names that are as short as codes."""
    return f"{trust_code}-trust.html" if trust_code in _RESERVED else f"{trust_code}.html"


@dataclass(frozen=True)
class _RankedTrust:
    """A row of the index, as text."""

    rank: str
    name: str
    page: str
    code: str
    segment: str
    score: str
    likely: str
    region: str


@dataclass(frozen=True)
class _League:
    """A table of the index."""

    trust_type: str
    trusts: tuple[_RankedTrust, ...]


def _ranked(frame: pl.DataFrame) -> Iterator[_RankedTrust]:
    ranked = frame.with_columns(place=pl.coalesce("rank", "computed_rank"))
    for row in ranked.iter_rows(named=True):
        yield _RankedTrust(
            rank=numbers.number(row["place"]),
            name=row["trust_name"],
            page=file_of(row["trust_code"]),
            code=row["trust_code"],
            segment=numbers.number(row["segment"]),
            score=numbers.score(row["average_score"]),
            likely=numbers.likely(row["rank_low"], row["rank_high"]),
            region=row["region"] or "",
        )


@dataclass(frozen=True)
class _Chart:
    """A drawing with its caption, and how to read it where that needs saying."""

    caption: str
    drawing: Markup
    legend: str = ""


@dataclass(frozen=True)
class _Domains:
    """The chart of a trust's domain scores, and the scores as a table."""

    chart: _Chart
    grid: Grid


@dataclass(frozen=True)
class _Trust:
    """What a trust's part of the page shows, section by section; empty where figures lack."""

    name: str
    code: str
    about: str
    summary: tuple[Line, ...]
    domains: _Domains | None
    weak_spots: tuple[Block, ...]
    strips: tuple[_Chart, ...]
    strips_grid: Grid
    trends: tuple[_Chart, ...]
    trend_grids: tuple[Grid, ...]
    explanation: tuple[Block, ...]
    limits: Points


def _trust(report: TrustReport) -> _Trust:
    standing = report.profile.standing.row(0, named=True)
    since = since_lines(standing, report.profile.previous)
    about = (standing["subtype"], standing["region"], standing["quarter"])
    return _Trust(
        name=standing["trust_name"],
        code=standing["trust_code"],
        about=" · ".join(part for part in about if part),
        summary=(*standing_lines(standing), *map(Line, (*since, *_firmness(report)))),
        domains=_domains(report, standing["trust_name"]),
        weak_spots=tuple(_weak_spots(report.profile)),
        strips=tuple(_strips(report.strips)),
        strips_grid=_strips_grid(report.strips),
        trends=tuple(_trends(report)),
        trend_grids=(
            Grid("Place and average score", tuple(columns_of(report.places))),
            Grid("Every metric", tuple(columns_of(report.trends))),
        ),
        # The page has a heading of its own for the explanation.
        explanation=tuple(explanation_blocks(report.explanation))[1:],
        limits=points(report.profile.notes),
    )


def _domains(report: TrustReport, name: str) -> _Domains | None:
    grid = next((b for b in trust_blocks(report.profile) if isinstance(b, Grid)), None)
    if grid is None or report.domains.is_empty():
        return None
    peers = (
        "The line below it runs from the best to the worst trust of its type; the mark across is "
        "their median."
        if report.domains["computed_median"].null_count() == 0
        else "The scores of its peers are not in your files."
    )
    legend = f"A longer bar is worse (1.00 is best, 4.00 is worst). {peers}"
    drawing = charts.domains(report.domains.rows(), name)
    return _Domains(_Chart("Domain scores", drawing, legend), grid)


def _firmness(report: TrustReport) -> list[str]:
    firm = report.profile.firmness
    return [] if firm is None else [firmness_line(row) for row in firm.iter_rows(named=True)]


def _weak_spots(profile: TrustProfile) -> Iterator[Block]:
    """Yield the weak spots, their rule and how many are chance; nothing without metrics."""
    metrics = profile.frame
    if metrics.is_empty():
        return
    weak = metrics.filter(pl.col("weak_spot").is_not_null())
    if weak.is_empty():
        yield Line("None.")
    else:
        yield Line(what_is_weak(weak))
        yield Numbered(tuple(weak_spot(row) for row in weak.iter_rows(named=True)))
    if profile.chance is not None:
        yield from (Line(chance_line(row)) for row in profile.chance.iter_rows(named=True))


def _strips(strips: pl.DataFrame) -> Iterator[_Chart]:
    for row in strips.iter_rows(named=True):
        yield _Chart(
            f"{row['short_name']}: {numbers.with_unit(row['value'], row['unit'])}",
            charts.strip(
                row["metric"],
                row["value"],
                row["peers"],
                (row["lower_quartile"], row["median"], row["upper_quartile"]),
                row["unit"],
                higher_is_better=row["higher_is_better"],
            ),
        )


def _strips_grid(strips: pl.DataFrame) -> Grid:
    rows = [
        (
            row["metric"],
            numbers.doubtful(numbers.with_unit(row["value"], row["unit"]), row["doubt"]),
            numbers.with_unit(numbers.rounded(row["median"]), row["unit"]),
            numbers.doubtful(numbers.rank_of(row["rank"], row["of"]), row["doubt"]),
            numbers.score(row["score"]),
        )
        for row in strips.iter_rows(named=True)
    ]
    headings = ("Metric", "Value", "Median", "Rank", "Score")
    return Grid(
        "Each metric and its peers",
        tuple(Column(heading, [row[i] for row in rows]) for i, heading in enumerate(headings)),
    )


def _trends(report: TrustReport) -> Iterator[_Chart]:
    places = report.places.frame
    scores = places["average_score"].to_list()
    yield _Chart(
        "Average score (1.00 is best, 4.00 is worst)",
        charts.trend("Average score", places["quarter"].to_list(), scores, "score"),
    )
    weak = report.profile.frame.filter(
        pl.col("weak_spot").is_not_null(), pl.col("value").is_not_null()
    )
    for metric_id, unit in weak.select("metric_id", "unit").head(_MOST_TRENDS).iter_rows():
        of_metric = report.trends.frame.filter(
            pl.col("metric_id") == metric_id, pl.col("unit").eq_missing(unit)
        )
        name = of_metric["short_name"][0]
        yield _Chart(
            f"{name}; dashed: the peers' median",
            charts.trend(
                name,
                of_metric["quarter"].to_list(),
                of_metric["value"].to_list(),
                unit,
                of_metric.select(pl.coalesce("median", "computed_median")).to_series().to_list(),
            ),
        )
