"""The tables across quarters: who moved and why, changed figures, trends, stories, what is new."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from nhs_league.core.answers import (
    Changes,
    EveryMetricTrend,
    MetricTrend,
    News,
    PlaceTrend,
    Revisions,
    Stories,
    Watched,
)
from nhs_league.core.quarters import Quarter
from nhs_league.render import numbers
from nhs_league.render.blocks import Block, Column, Heading, Item, Line, Numbered, Points, Remark
from nhs_league.render.strips import Among, Ranks, Sparkline, among
from nhs_league.render.theme import Ink, tone_of_score, tone_of_segment
from nhs_league.render.views.columns import (
    codes_if_several,
    columns_of,
    doubtful,
    medians,
    names,
    published_ranks,
    scores,
    short_file,
    texts,
)
from nhs_league.render.views.explain import likely

Row = dict[str, Any]


@columns_of.register
def changes(answer: Changes) -> list[Column]:
    """Return what changed between two quarters, in words."""
    frame = answer.frame
    return [
        Column("Code", texts(frame, "trust_code")),
        Column("Trust", names(frame), wraps=True),
        Column("How sure?", texts(frame, "certainty"), wraps=True, wrap_width=12),
        Column("What changed, and why", texts(frame, "in_words"), wraps=True, wrap_width=36),
        Column("Direction", texts(frame, "direction")),
        Column("Region", texts(frame, "region")),
        Column("Type", texts(frame, "trust_type")),
    ]


@columns_of.register
def revisions(answer: Revisions) -> list[Column]:
    """Return figures that a later file changed."""
    frame = answer.frame
    place = pl.when(pl.col("what") == "standing").then(pl.format("place in the {}", _file_kind()))
    what = frame.select(pl.coalesce("metric", place, "name").alias("what"))
    several = frame["quarter"].n_unique() > 1
    return [
        Column("", texts(frame, "trust_code"), ink=Ink.CODE),
        Column("what", texts(what, "what"), shrinks=True),
        Column("figure", [figure.replace("_", " ") for figure in texts(frame, "figure")]),
        Column("before", [numbers.number(v) for v in frame["published_before"]], numeric=True),
        Column(
            "now", [numbers.number(v) for v in frame["published"]], numeric=True, ink=Ink.STRONG
        ),
        *([Column("quarter", texts(frame, "quarter"))] if several else []),
        Column("file before", _files(frame, "file_before"), shrinks=True, optional=True),
        Column("file now", _files(frame, "release_file"), shrinks=True, optional=True),
    ]


def _file_kind() -> pl.Expr:
    return pl.col("name").replace({"metric": "metric file"})


def _files(frame: pl.DataFrame, column: str) -> list[str]:
    return [short_file(name) for name in texts(frame, column)]


@columns_of.register
def places(answer: PlaceTrend) -> list[Column]:
    """Return trusts' places, quarter by quarter."""
    frame = answer.frame
    last = frame.select(pl.max_horizontal("of", "rank", "rank_high").max()).item() or 1
    segments = [tone_of_segment(segment) for segment in frame["segment"]]
    held = [
        "£" if is_held else ""
        for is_held in frame.select(
            ((pl.col("segment") == 3) & (pl.col("unadjusted_segment") < 3)).fill_null(value=False)
        ).to_series()
    ]
    ranges = likely(frame, "rank_low", "rank_high")
    return [
        *codes_if_several(frame),
        Column("quarter", texts(frame, "quarter")),
        Column("segment", texts(frame, "segment"), numeric=True, tones=segments),
        *([Column("", held)] if any(held) else []),
        Column("rank", published_ranks(frame), numeric=True, ink=Ink.STRONG),
        *([Column("likely", ranges)] if any(ranges) else []),
        Column(
            "",
            [""] * frame.height,
            drawings=[_place(row, last) for row in frame.iter_rows(named=True)],
            ends=("1", str(last)),
        ),
        Column(
            "score",
            scores(frame, "average_score"),
            numeric=True,
            tones=[tone_of_score(score) for score in frame["average_score"]],
        ),
    ]


def _place(row: Row, last: int) -> Ranks | None:
    low, high = row["rank_low"], row["rank_high"]
    if row["rank"] is None:
        return None
    runs = () if low is None or high is None else ((low, high),)
    return Ranks(row["rank"], runs, last, tone_of_segment(row["segment"]))


@columns_of.register
def trend(answer: MetricTrend) -> list[Column]:
    """Return a metric's figures, each among its peers', on one span for all quarters."""
    frame = answer.frame
    several = frame["metric_id"].n_unique() > 1
    is_plain = frame["period"].equals(frame["quarter"].cast(pl.String), null_equal=True)
    # What is a new figure each quarter needs no word.
    has_news = not frame["news"].is_in(["first", "new figure"]).all()
    written = [
        numbers.with_short_unit(value, unit)
        for value, unit in frame.select("value", "unit").iter_rows()
    ]
    return [
        *codes_if_several(frame),
        *([Column("metric", texts(frame, "short_name"), shrinks=True)] if several else []),
        Column("quarter", texts(frame, "quarter")),
        Column(
            "value",
            doubtful(frame, written),
            numeric=True,
            tones=[tone_of_score(score) for score in frame["score"]],
        ),
        Column("", [""] * frame.height, drawings=_among(frame), ends=("worst", "best")),
        Column("median", medians(frame), numeric=True),
        Column("rank", published_ranks(frame), numeric=True),
        Column("score", scores(frame, "score"), numeric=True),
        *([] if is_plain else [Column("period", texts(frame, "period"), optional=True)]),
        *([Column("news", texts(frame, "news"), optional=True)] if has_news else []),
    ]


def _among(frame: pl.DataFrame) -> list[Among | None]:
    """Draw each value among its peers' on the span of all the metric's quarters."""
    series = ["metric_id", "unit"]
    # A doubtful value would squeeze all others to one end.
    sound = pl.col("doubt").is_null()
    spans = frame.with_columns(
        pl.when(sound).then("value").alias("value"),
        low=pl.when(sound).then("computed_lowest").min().over(series),
        high=pl.when(sound).then("computed_highest").max().over(series),
    )
    return [
        among(
            row["value"],
            (row["low"], row["high"]),
            _quartiles(row),
            tone_of_score(row["score"]),
            higher_is_better=row["higher_is_better"],
        )
        for row in spans.iter_rows(named=True)
    ]


def _quartiles(row: Row) -> tuple[float | None, float | None, float | None]:
    """Return the quartiles and the median, the published ones where there are any."""
    lower, median, upper = (
        row[name] if row[name] is not None else row[f"computed_{name}"]
        for name in ("lower_quartile", "median", "upper_quartile")
    )
    return lower, median, upper


@columns_of.register
def every_metric(answer: EveryMetricTrend) -> list[Column]:
    """Return a line a metric, with its figures as a row of blocks, one place a quarter."""
    lines = metrics_in_lines(answer)
    quarters = _every_quarter(answer.frame["quarter"])
    sparks = [
        _spark(quarters, dict(zip(of_metric, zip(values, same, strict=True), strict=True)))
        for of_metric, values, same in lines.select("quarter", "value", "same").iter_rows()
    ]
    ends = {
        end: [numbers.with_short_unit(v, unit) for v, unit in lines.select(end, "unit").iter_rows()]
        for end in ("first", "last")
    }
    ranks = lines.select("rank", "of").iter_rows()
    figures = [str(len(values)) for values in lines["value"]]
    tones = [tone_of_score(score) for score in lines["score"]]
    return [
        *codes_if_several(lines),
        Column("metric", texts(lines, "short_name"), shrinks=True, tones=tones, leads=True),
        Column("trend", [""] * lines.height, drawings=sparks),
        Column("latest", ends["last"], numeric=True, ink=Ink.STRONG),
        Column("rank", [numbers.rank_of(*rank) for rank in ranks], numeric=True),
        Column("score", scores(lines, "score"), numeric=True),
        Column("first", ends["first"], numeric=True, optional=True),
        Column("quarters", figures, numeric=True, optional=True),
        Column("latest in", [of_metric[-1] for of_metric in lines["quarter"]], optional=True),
    ]


def metrics_in_lines(answer: EveryMetricTrend) -> pl.DataFrame:
    """Return a row a trust and metric, those with the latest figures of each trust first."""
    frame = answer.frame.filter(pl.col("value").is_not_null(), pl.col("doubt").is_null())
    trusts = pl.col("trust_code").rle_id()
    lines = frame.group_by("trust_code", "metric_id", "unit", maintain_order=True).agg(
        pl.col("trust_name", "short_name").last(),
        pl.col("quarter", "value"),
        same=pl.col("news") == "same figure",
        first=pl.col("value").first(),
        last=pl.col("value").last(),
        rank=pl.col("rank").last(),
        of=pl.col("of").last(),
        score=pl.col("score").last(),
    )
    latest = pl.col("quarter").list.last()
    return lines.sort(trusts, latest, descending=[False, True], maintain_order=True)


def _every_quarter(shown: pl.Series) -> list[str]:
    """List all quarters from the first to the last of some, those between them that lack too."""
    parsed = sorted({Quarter.parse(quarter) for quarter in shown.unique()})
    if not parsed:
        return []
    quarters = [parsed[0]]
    while quarters[-1] < parsed[-1]:
        year, number = quarters[-1].year, quarters[-1].number
        quarters.append(Quarter(year + number // 4, number % 4 + 1))
    return [quarter.label for quarter in quarters]


def _spark(quarters: list[str], figures_of: dict[str, tuple[float, bool]]) -> Sparkline:
    drawn = [figures_of.get(quarter, (None, False)) for quarter in quarters]
    return Sparkline(tuple(value for value, _ in drawn), tuple(same for _, same in drawn))


def story_blocks(answer: Stories) -> Iterator[Block]:
    """Yield each story as a numbered sentence, with how sure it is and what shows it."""
    yield Heading(answer.title, 1)
    rows = answer.frame.select("in_words", "certainty", "command").iter_rows()
    items = tuple(Item(sentence, (certainty, command)) for sentence, certainty, command in rows)
    yield Numbered(items) if items else Line("No stories.")
    yield from map(Remark, answer.notes)


def news_blocks(answer: News) -> Iterator[Block]:
    """Yield what is new, trust by trust, with how sure a change is."""
    yield Heading(answer.title, 1)
    for code, name in answer.trusts.select("trust_code", "trust_name").iter_rows():
        news = answer.frame.filter(trust_code=code).select("kind", "in_words", "certainty")
        if news.height:
            yield Heading(f"{name} ({code})")
            yield Points(tuple((0, _news(*row)) for row in news.iter_rows()))
    yield from map(Remark, answer.notes)


def _news(kind: str, sentence: str, certainty: str | None) -> str:
    """Write one thing that is new; a clear change says so itself."""
    return f"{kind.capitalize()}: {sentence}{f' ({certainty})' if certainty else ''}"


@columns_of.register
def watched(answer: Watched) -> list[Column]:
    """Return the trusts that a person watches."""
    return [
        Column("Code", texts(answer.frame, "trust_code")),
        Column("Trust", texts(answer.frame, "trust_name"), wraps=True),
        Column("Seen to", texts(answer.frame, "quarter")),
    ]
