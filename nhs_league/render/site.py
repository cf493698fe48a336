"""A site of reports: a landing page of all trusts and metrics, and a page for each metric."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl
from markupsafe import Markup

from nhs_league.core import trust_types
from nhs_league.core.answers import Answer
from nhs_league.core.sentences import counted
from nhs_league.frozen import frozen
from nhs_league.render import charts, numbers
from nhs_league.render.document import BANNER
from nhs_league.render.html import asset, render
from nhs_league.render.meta import Meta
from nhs_league.render.page import Site, file_of
from nhs_league.render.strips import Ranks
from nhs_league.render.theme import Tone, tone_of_segment
from nhs_league.render.trust_report import (
    Row,
    rank_of_metric,
    strip_of,
    tone_of_metric,
    value_of,
)

INDEX = "index.html"
"""The file name of the landing page."""
_KEY = ("trust_type", "metric_id", "unit")
_BETTER = {True: "higher is better", False: "lower is better", None: ""}


def layout(every_metric: Sequence[pl.DataFrame]) -> Site:
    """Name the pages of a site.

    Args:
        every_metric: columns ``core.distribution.EVERY_METRIC``, a frame for each trust type.

    """
    files: dict[tuple[str, str, str | None], str] = {}
    for frame in every_metric:
        for trust_type, metric_id, unit in _metrics(frame).select(_KEY).iter_rows():
            again = sum(key[:2] == (trust_type, metric_id) for key in files)
            suffix = f"-{again + 1}" if again else ""
            files[trust_type, metric_id, unit] = f"{trust_type}-{metric_id}{suffix}.html"
    return Site(INDEX, files)


def _metrics(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.unique(_KEY, keep="first", maintain_order=True)


@frozen
class _RankedTrust:
    rank: str
    name: str
    page: str
    code: str
    segment: str
    tone: Tone | None
    strip: Markup | None
    likely: str
    score: str
    weak: str
    region: str


@frozen
class _ListedMetric:
    name: str
    page: str
    full: str


@frozen
class _Domain:
    name: str
    metrics: tuple[_ListedMetric, ...]


@frozen
class _Story:
    """A story: its sentence, how sure it is, and the trust that it is about, if it is of one."""

    sentence: str
    certainty: str
    trust: str
    page: str


@frozen
class _League:
    """A trust type: its table, and its metrics by domain."""

    trust_type: str
    anchor: str
    trusts: tuple[_RankedTrust, ...]
    domains: tuple[_Domain, ...]

    @property
    def has_ranges(self) -> bool:
        """Whether likely ranges of ranks are published."""
        return any(trust.strip for trust in self.trusts)


def index(
    standings: Answer,
    every_metric: Sequence[pl.DataFrame],
    site: Site,
    meta: Meta,
    stories: Answer,
) -> str:
    """Write the landing page: the stories, a table per trust type, and the metrics.

    Without scripts the tables stand in league order.

    Args:
        standings: the league table of all trust types.
        every_metric: as for ``layout``.
        site: where the pages are.
        meta: where the figures come from.
        stories: the stories of the quarter, ``core.stories.STORIES``.

    """
    frame = standings.frame
    metrics = {each["trust_type"][0]: each for each in every_metric if each.height}
    leagues = []
    for trust_type in trust_types.in_order(set(frame["trust_type"].unique())):
        of_type = metrics.get(trust_type)
        leagues.append(
            _League(
                trust_types.in_words(trust_type),
                trust_type,
                tuple(_ranked(frame.filter(trust_type=trust_type), _weak_counts(of_type))),
                () if of_type is None else tuple(_domains(of_type, site)),
            )
        )
    return render(
        "index.html.j2",
        title="NHS trusts: what the league table hides",
        quarters=" and ".join(sorted(set(frame["quarter"]))),
        leagues=leagues,
        stories=[_story(row) for row in stories.frame.iter_rows(named=True)],
        regions=sorted(frame["region"].drop_nulls().unique()),
        meta=meta,
        banner=BANNER,
        credit=meta.credit(standings),
        script=asset("site.js"),
    )


def _story(row: Row) -> _Story:
    page = file_of(row["trust_code"]) if row["trust_code"] else ""
    name = numbers.short_name(row["trust_name"]) if row["trust_name"] else ""
    return _Story(row["in_words"], row["certainty"] or "", name, page)


def _weak_counts(every: pl.DataFrame | None) -> dict[str, str]:
    """Return trust code -> how many weak spots it has, and how many severe."""
    if every is None:
        return {}
    severe = (pl.col("weak_spot") == "severe").sum()
    counts = every.group_by("trust_code").agg(weak=pl.col("weak_spot").count(), severe=severe)
    return {
        code: f"{weak}, {severe} severe" if severe else str(weak)
        for code, weak, severe in counts.iter_rows()
    }


def _ranked(frame: pl.DataFrame, weak: dict[str, str]) -> Iterator[_RankedTrust]:
    ranked = frame.with_columns(place=pl.coalesce("rank", "computed_rank"))
    last = ranked.select(pl.max_horizontal(pl.col("place").max(), pl.col("of").max())).item() or 1
    for row in ranked.iter_rows(named=True):
        low, high = row["rank_low"], row["rank_high"]
        likely = numbers.likely(low, high)
        tone = tone_of_segment(row["segment"])
        runs = ((low, high),) if low is not None and high is not None else ()
        title = f"{row['trust_code']}: rank {numbers.number(row['place'])}, likely {likely}"
        yield _RankedTrust(
            rank=numbers.number(row["place"]),
            name=numbers.short_name(row["trust_name"]),
            page=file_of(row["trust_code"]),
            code=row["trust_code"],
            segment=numbers.number(row["segment"]),
            tone=tone,
            strip=charts.svg(Ranks(row["place"], runs, last, tone), title) if runs else None,
            likely=likely,
            score=numbers.score(row["average_score"]),
            weak=weak.get(row["trust_code"], numbers.number(None)),
            region=row["region"] or "",
        )


def _domains(frame: pl.DataFrame, site: Site) -> Iterator[_Domain]:
    listed = _metrics(frame)
    for domain in listed["domain"].unique(maintain_order=True):
        rows = listed.filter(pl.col("domain").eq_missing(pl.lit(domain, pl.String)))
        yield _Domain(
            domain or "No domain",
            tuple(
                _ListedMetric(
                    _name(row),
                    site.metrics[row["trust_type"], row["metric_id"], row["unit"]],
                    row["metric"],
                )
                for row in rows.iter_rows(named=True)
            ),
        )


def _name(row: Row) -> str:
    return f"{row['short_name']} (score)" if row["unit"] is None else str(row["short_name"])


@frozen
class _Place:
    """A trust's row on the page of a metric."""

    rank: str
    name: str
    page: str
    code: str
    value: str
    tone: Tone | None
    strip: Markup | None
    segment: str
    region: str


def metric_pages(
    every_metric: pl.DataFrame, site: Site, meta: Meta, credit: str
) -> Iterator[tuple[str, str]]:
    """Yield the file and the text of the page of each metric of one trust type.

    Args:
        every_metric: as for ``layout``, of one trust type.
        site: where the pages are.
        meta: where the figures come from.
        credit: whose figures they are.

    """
    parts = every_metric.partition_by(_KEY, maintain_order=True, as_dict=True)
    for (trust_type, metric_id, unit), frame in parts.items():
        first = frame.row(0, named=True)
        text = render(
            "metric.html.j2",
            title=f"{first['metric']}",
            heading=_name(first),
            about=" · ".join(filter(None, _about(frame, first))),
            facts=tuple(_facts(frame, first)),
            places=tuple(_places(frame)),
            has_strips=unit is not None,
            regions=sorted(frame["region"].drop_nulls().unique()),
            index=site.index,
            meta=meta,
            banner=BANNER,
            credit=credit,
            script=asset("site.js"),
        )
        yield site.metrics[str(trust_type), str(metric_id), unit], text


def _about(frame: pl.DataFrame, first: Row) -> tuple[str, ...]:
    types = trust_types.in_words(first["trust_type"]).capitalize()
    periods = frame["period"].drop_nulls().unique().to_list()
    period = periods[0] if len(periods) == 1 else ""
    return types, first["quarter"], period, first["metric_id"], first["domain"] or ""


def _facts(frame: pl.DataFrame, first: Row) -> Iterator[tuple[str, str]]:
    """Yield what the page says above its table: a label and a text each."""
    valued = frame.filter(pl.col("value").is_not_null())
    unit = first["unit"]
    known = {"What it measures": first["plain"], "Why it matters": first["why"]}
    yield from ((label, text) for label, text in known.items() if text)
    yield "Trusts", f"{counted(frame.height, 'trust')} with a {'value' if unit else 'score'}"
    if unit is None:
        yield "Figures", "only the score is published, 1.00 (best) to 4.00, not the value"
        return
    if better := _BETTER[first["higher_is_better"]]:
        yield "Direction", better
    median = first["median"] if first["median"] is not None else first["computed_median"]
    computed = "" if first["median"] is not None else " (computed)"
    yield "Median", f"{numbers.with_unit(numbers.rounded(median), unit)}{computed}"
    lower, upper = (
        numbers.with_unit(
            numbers.rounded(first[name] if first[name] is not None else first[f"computed_{name}"]),
            unit,
        )
        for name in ("lower_quartile", "upper_quartile")
    )
    yield "Middle half of trusts", f"{lower} to {upper}"
    standard, higher = first["standard"], first["higher_is_better"]
    if standard is not None and higher is not None:
        value = pl.col("value")
        met = valued.filter(value >= standard if higher else value <= standard).height
        shown = numbers.with_unit(standard, unit)
        yield "National standard", f"{shown}: {met} of {valued.height} trusts meet it"


def _places(frame: pl.DataFrame) -> Iterator[_Place]:
    for row in frame.iter_rows(named=True):
        tone, value = tone_of_metric(row), value_of(row)
        strip = strip_of(row, tone)
        rank = rank_of_metric(row) or numbers.number(row["computed_rank"])
        yield _Place(
            rank=rank.partition("/")[0] + ("*" if rank.endswith("*") else ""),
            name=numbers.short_name(row["trust_name"]),
            page=file_of(row["trust_code"]),
            code=row["trust_code"],
            value=value.removeprefix("score "),
            tone=tone,
            strip=None if strip is None else charts.svg(strip, f"{row['trust_code']}: {value}"),
            segment=numbers.number(row["segment"]),
            region=row["region"] or "",
        )
