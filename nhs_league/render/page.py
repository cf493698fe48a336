"""Reports as self-contained pages: no request to anywhere, and nothing that needs a script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace

import polars as pl
from markupsafe import Markup

from nhs_league.core.answers import PlaceTrend, TrustProfile, TrustReport
from nhs_league.core.sentences import counted, in_series
from nhs_league.frozen import frozen
from nhs_league.render import charts, numbers
from nhs_league.render.blocks import Column, Grid, Points, points
from nhs_league.render.document import BANNER, explanation_blocks
from nhs_league.render.html import render
from nhs_league.render.meta import Meta
from nhs_league.render.strips import Ranks, ScoreBar, Sparkline
from nhs_league.render.theme import Tone, tone_of_score
from nhs_league.render.trust_report import (
    NOBODY_TO_ASK,
    WHO_TO_ASK,
    Ask,
    Metric,
    Row,
    Source,
    asks,
    kind_of,
    rank_of_metric,
    rank_of_trust,
    source_of,
    sparklines,
    standard_of,
    strip_of,
    tone_of_metric,
    value_of,
    why_segment,
)
from nhs_league.render.trust_words import chance_line, firmness_line, since_lines, what_is_weak
from nhs_league.render.views import columns_of

_RESERVED = ("AUX", "CON", "NUL", "PRN")
_NAMED = 3
"""How many weak spots and strong metrics the summary names."""
_ON_TWO_SHEETS = 42
"""How many weak spots and metrics have room on two sheets of A4 with each weak spot shown twice."""
_SINCE = {
    "improved": "improved from {}",
    "worsened": "worsened from {}",
    "unchanged": "unchanged",
    "same figure": "not new: published again",
    "changed figure": "corrected from {}",
    "moved": "was {}",
}
"""What a value did, in the words of a narrow column."""


@frozen
class Site:
    """Where the pages of a site are; a page that stands alone has none.

    Attributes:
        index: the file of the landing page.
        metrics: trust type, metric ID and unit -> the metric's page.

    """

    index: str = ""
    metrics: Mapping[tuple[str, str, str | None], str] = field(default_factory=dict)

    def trust(self, code: str) -> str:
        """Return the page of a trust; empty for a page that stands alone."""
        return file_of(code) if self.index else ""


def page(reports: Sequence[TrustReport], meta: Meta, site: Site | None = None) -> str:
    """Write a page of one trust or of some.

    Args:
        reports: the trusts' reports.
        meta: where the figures come from.
        site: the site that the page is part of; None for a page that stands alone.

    """
    whole = site or Site()
    return render(
        "report.html.j2",
        title="; ".join(report.profile.title for report in reports),
        trusts=[_trust(report, whole) for report in reports],
        index=whole.index,
        who_to_ask=WHO_TO_ASK,
        nobody_to_ask=NOBODY_TO_ASK,
        meta=meta,
        banner=BANNER,
        credit=meta.credit(reports[0].profile),
        script="",
    )


def file_of(trust_code: str) -> str:
    """Name a trust's page; Windows reserves some names that are as short as codes."""
    return f"{trust_code}-trust.html" if trust_code in _RESERVED else f"{trust_code}.html"


@frozen
class _Fact:
    """A line of the summary: what it is about, a drawing, and what is to be said."""

    label: str
    text: str
    lead: str = ""
    tone: Tone | None = None
    drawing: Markup | None = None
    note: str = ""


@frozen
class _Domain:
    name: str
    score: str
    tone: Tone | None
    bar: Markup | None
    rank: str
    median: str
    best: str
    worst: str


@frozen
class _MetricRow:
    """A metric as a row; ``tone`` colours the dot of its strip and the word beside its name."""

    name: str
    full: str
    page: str
    tone: Tone | None
    is_weak: bool
    value: str
    standard: str
    strip: Markup | None
    rank: str
    score: str
    spark: Markup | None
    since: str
    lasting: str
    period: str


@frozen
class _Group:
    domain: str
    metrics: tuple[_MetricRow, ...]


@frozen
class _Trust:
    """What a trust's part of the page shows, section by section; empty where figures lack."""

    name: str
    code: str
    about: str
    segment: int | None
    facts: tuple[_Fact, ...]
    trend: Markup | None
    places: Grid
    domains: tuple[_Domain, ...]
    weak: tuple[_MetricRow, ...]
    weak_rule: str
    weak_count: str
    meanings: Grid | None
    chance: tuple[str, ...]
    groups: tuple[_Group, ...]
    strips: Grid | None
    quarters: Grid | None
    why: tuple[str, ...]
    steps: Points
    firm: _Fact | None
    ask: tuple[Ask, ...]
    limits: Points
    sources: tuple[Source, ...]
    earlier_sources: tuple[Source, ...]
    is_long: bool


def _trust(report: TrustReport, site: Site) -> _Trust:
    answer = report.profile
    standing = answer.standing.row(0, named=True)
    sparks = sparklines(answer)
    rows = [
        (row["domain"], _metric(row, sparks.get((row["metric_id"], row["unit"])), site))
        for row in answer.frame.filter(_has_figure()).iter_rows(named=True)
    ]
    weak = answer.frame.filter(pl.col("weak_spot").is_not_null())
    domains = [*sorted({domain for domain, _ in rows if domain}), None]
    groups = [
        _Group(domain or "No domain", tuple(row for of, row in rows if of == domain))
        for domain in domains
    ]
    explained = tuple(explanation_blocks(report.explanation))
    current = {*_files(answer.standing), *_files(answer.frame)}
    sources = report.sources.to_dicts()
    quarters = _quarters(report)
    return _Trust(
        name=standing["trust_name"],
        code=standing["trust_code"],
        about=" · ".join(
            part for part in (kind_of(standing), standing["region"], standing["quarter"]) if part
        ),
        segment=standing["segment"],
        facts=tuple(_facts(standing, answer)),
        trend=_trend(report.places),
        places=Grid(
            "Segment, rank and average score",
            tuple(
                replace(column, heading=column.heading or "note")
                for column in columns_of(report.places)
            ),
        ),
        domains=tuple(_domains(report)),
        weak=tuple(row for _, row in rows if row.is_weak),
        weak_rule=what_is_weak(weak) if weak.height else "",
        weak_count=_count(weak),
        meanings=_meanings(weak),
        chance=tuple(
            chance_line(row)
            for row in ([] if answer.chance is None else answer.chance.iter_rows(named=True))
        ),
        groups=tuple(group for group in groups if group.metrics),
        strips=_strips(answer.frame),
        quarters=quarters,
        why=report.explanation.notes,
        steps=next((block for block in explained if isinstance(block, Points)), points(())),
        firm=_firmness(answer),
        ask=tuple(asks(report, site.trust)),
        limits=points(answer.notes),
        sources=tuple(source_of(row) for row in sources if row["release_file"] in current),
        earlier_sources=tuple(
            source_of(row) for row in sources if row["release_file"] not in current
        ),
        is_long=weak.height + len(rows) > _ON_TWO_SHEETS,
    )


def _has_figure() -> pl.Expr:
    return pl.col("value").is_not_null() | pl.col("score").is_not_null()


def _files(frame: pl.DataFrame) -> Iterator[str]:
    for names in frame["release_file"].drop_nulls().unique():
        yield from names.split(" + ")


def _count(weak: pl.DataFrame) -> str:
    """Count weak spots: ``15 weak spots, 9 severe``."""
    severe = weak.filter(pl.col("weak_spot") == "severe").height
    return f"{counted(weak.height, 'weak spot')}, {severe or 'none'} severe"


def _facts(standing: Row, answer: TrustProfile) -> Iterator[_Fact]:
    """Yield the summary: segment, rank, what holds it back, what is strong, what changed."""
    segment = standing["segment"]
    yield _Fact("Segment", why_segment(standing), "" if segment is None else f"{segment} of 5")
    ranks, placed = rank_of_trust(standing, answer)
    title = f"League rank {placed}; 1 is best"
    rank, _, likely = placed.partition(", ")
    yield _Fact(
        "League rank", likely or "likely range not in your files", rank, None,
        charts.svg(ranks, title),
    )  # fmt: skip
    yield _held_back(answer.frame)
    yield _strong(answer.frame)
    for line in since_lines(standing, answer.previous):
        is_same = answer.previous is not None and answer.previous["same_framework"][0]
        yield _Fact("Changed", line, "" if is_same else "New framework, so not comparable.")


def _held_back(metrics: pl.DataFrame) -> _Fact:
    label = "Holds it back"
    if metrics.is_empty():
        return _Fact(label, "its metrics are not in your files")
    weak = metrics.filter(pl.col("weak_spot").is_not_null())
    if weak.is_empty():
        return _Fact(label, "no metric is scored 3.00 or worse", "No weak spots:")
    named = in_series([_named(row) for row in weak.head(_NAMED).iter_rows(named=True)])
    worst = "Worst: " if weak.height > _NAMED else ""
    return _Fact(label, f"{worst}{named}.", f"{_count(weak)}.")


def _strong(metrics: pl.DataFrame) -> _Fact:
    place = pl.coalesce("rank", "computed_rank") / pl.coalesce("of", "computed_of")
    strong = metrics.filter("strong", pl.col("value").is_not_null()).sort(
        place, "score", "metric_id", nulls_last=True
    )
    every = metrics.filter("strong").height
    if not every:
        return _Fact("Strong at", "nothing stands out")
    named = in_series([_named(row) for row in strong.head(_NAMED).iter_rows(named=True)])
    return _Fact("Strong at", f"Best: {named}." if named else "", f"{counted(every, 'metric')}.")


def _named(row: Row) -> str:
    """Name a metric with its value and rank: ``Cancer 62-day (44.63%, 118 of 118)``."""
    rank = numbers.rank_of(row["rank"], row["of"]) if row["rank"] is not None else ""
    return f"{row['short_name']} ({', '.join(part for part in (value_of(row), rank) if part)})"


def _trend(places: PlaceTrend) -> Markup | None:
    frame = places.frame.filter(pl.col("average_score").is_not_null())
    if frame.height < 2:
        return None
    scores = frame["average_score"].to_list()
    quarters = frame["quarter"].to_list()
    words = "; ".join(
        f"{quarter} {numbers.score(score)}" for quarter, score in zip(quarters, scores, strict=True)
    )
    likely = list(frame.select("average_score_low", "average_score_high").iter_rows())
    return charts.score_trend(f"Average score by quarter: {words}", quarters, scores, likely)


def _meanings(weak: pl.DataFrame) -> Grid | None:
    """Return what the weak spots measure and why they matter, where that is known."""
    known = weak.filter(pl.col("plain").is_not_null()).unique("metric_id", maintain_order=True)
    if known.is_empty():
        return None
    columns = {"Metric": "short_name", "What it measures": "plain", "Why it matters": "why"}
    return Grid(
        "What the weak spots measure",
        tuple(Column(head, [v or "" for v in known[name]]) for head, name in columns.items()),
    )


def _domains(report: TrustReport) -> Iterator[_Domain]:
    peers = {row["domain"]: row for row in report.domains.iter_rows(named=True)}
    for row in report.profile.domains.sort("score", descending=True).iter_rows(named=True):
        spread, score, typical = peers.get(row["domain"], {}), row["score"], row["computed_median"]
        tone = tone_of_score(score)
        title = f"{row['domain']}: score {numbers.score(score)}, median {numbers.score(typical)}"
        yield _Domain(
            name=row["domain"],
            score=numbers.score(score),
            tone=tone,
            bar=None if score is None else charts.svg(ScoreBar(score, typical, tone), title),
            rank=numbers.doubtful(numbers.rank_of(row["rank"], row["of"]), row["doubt"]),
            median=numbers.score(typical),
            best=numbers.score(spread.get("computed_best")),
            worst=numbers.score(spread.get("computed_worst")),
        )


def _metric(row: Row, spark: Sparkline | None, site: Site) -> _MetricRow:
    tone, value, rank = tone_of_metric(row), value_of(row), rank_of_metric(row)
    strip = strip_of(row, tone)
    name = f"{row['short_name']} (count)" if row["unit"] == "count" else row["short_name"]
    since = _SINCE.get(row["change_since_last"] or "", "")
    before = numbers.with_short_unit(row["value_from"], row["unit"])
    if row["value_from"] is None and "{}" in since:
        since = since.removesuffix(" from {}").removeprefix("was {}")
    quarters = row["quarters_weak"] or 0
    title = f"{name}: {value}{f', rank {rank}' if rank else ''}"
    return _MetricRow(
        name=name,
        full=row["metric"],
        page=site.metrics.get((row["trust_type"], row["metric_id"], row["unit"]), ""),
        tone=tone,
        is_weak=row["weak_spot"] is not None,
        value=value,
        standard=standard_of(row),
        strip=None if strip is None else charts.svg(strip, title),
        rank=rank,
        score=numbers.score(row["score"]) if row["score"] is not None else "",
        spark=None if spark is None else charts.svg(spark, _spark_title(name, spark, row["unit"])),
        since=since.format(before),
        lasting=f"weak for {quarters} quarters" if quarters > 1 else "",
        period=row["period"] or "",
    )


def _spark_title(name: str, spark: Sparkline, unit: str | None) -> str:
    known = [numbers.with_short_unit(v, unit) for v in spark.values if v is not None]
    return f"{name}, quarter by quarter: {', '.join(known)}"


def _strips(metrics: pl.DataFrame) -> Grid | None:
    """Return the figures that the strips draw."""
    drawn = metrics.filter(pl.col("value").is_not_null(), pl.col("computed_of").is_not_null())
    if drawn.is_empty():
        return None
    figures = {
        "Lowest": pl.col("computed_lowest"),
        "Lower quartile": pl.coalesce("lower_quartile", "computed_lower_quartile"),
        "Median": pl.coalesce("median", "computed_median"),
        "Upper quartile": pl.coalesce("upper_quartile", "computed_upper_quartile"),
        "Highest": pl.col("computed_highest"),
        "Value": pl.col("value"),
    }
    columns = [Column("Metric", list(drawn["metric"]), wraps=True)]
    for heading, figure in figures.items():
        pairs = drawn.select(figure.alias("figure"), "unit").iter_rows()
        cells = [numbers.with_short_unit(numbers.rounded(v), unit) for v, unit in pairs]
        columns.append(Column(heading, cells, numeric=True))
    return Grid("Each metric and the trusts of its type", tuple(columns))


def _quarters(report: TrustReport) -> Grid | None:
    """Return each metric's values, a column a quarter."""
    valued = report.trends.frame.filter(pl.col("value").is_not_null())
    if valued.is_empty():
        return None
    labels = list(report.places.frame["quarter"])
    figures: dict[Metric, dict[str, str]] = {}
    names: dict[Metric, str] = {}
    for row in valued.iter_rows(named=True):
        metric = (row["metric_id"], row["unit"])
        names[metric] = row["short_name"] or row["metric"]
        value = numbers.doubtful(numbers.with_short_unit(row["value"], row["unit"]), row["doubt"])
        again = " (again)" if row["news"] == "same figure" else ""
        figures.setdefault(metric, {})[row["quarter"]] = f"{value}{again}"
    return Grid(
        "Each metric, quarter by quarter; (again): the figure of the same period published again",
        (
            Column("Metric", list(names.values())),
            *(
                Column(label, [known.get(label, "–") for known in figures.values()], numeric=True)
                for label in labels
            ),
        ),
    )


def _firmness(answer: TrustProfile) -> _Fact | None:
    if answer.firmness is None or answer.firmness.is_empty():
        return None
    row = answer.firmness.row(0, named=True)
    low, high, of = (row[f"computed_{name}"] for name in ("place_low", "place_high", "of"))
    ranks = Ranks(row["computed_place"], ((low, high),), of, None)
    title = f"Place on score alone, {row['computed_place']} of {of}; {low} to {high} in redraws"
    return _Fact("", firmness_line(row).partition(": ")[2], drawing=charts.svg(ranks, title))
