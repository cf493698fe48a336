"""Quarters on a screen: who moved and why, changed figures, trends, stories, what is new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.answers import (
    Changes,
    EveryMetricTrend,
    MetricTrend,
    News,
    PlaceTrend,
    Revisions,
    Stories,
)
from nhs_league.core.quarters import Quarter
from nhs_league.core.sentences import counted
from nhs_league.render import numbers
from nhs_league.render.blocks import (
    Block,
    Column,
    Heading,
    Item,
    Line,
    Numbered,
    Remark,
)
from nhs_league.render.screens import parts
from nhs_league.render.screens.parts import MOVED, Screen, next_of, screen_of
from nhs_league.render.theme import Ink, tone_of_segment
from nhs_league.render.views.columns import columns_of, names, texts
from nhs_league.render.views.history import metrics_in_lines

_MOST = 3
"""How many of what to ask next are offered."""
_ROOMY = 100
"""From how many columns on a metric's figures stand beside its name."""
_REAL = {
    "clear": "clear",
    "could be chance": "chance?",
    "not known": "unknown",
    "not comparable": "",
}
_LISTED = ("newly listed", "no longer listed")
_NOT_PUBLISHED = "segment 5 not published"
_CAUSES = {cause: cause for cause in ("override applied", "override removed", *_LISTED)} | {
    "decision": "NHS England’s decision",
    _NOT_PUBLISHED: "5 not published",
    "framework changed": "new framework",
}
"""Causes that are no metric's, in a few words."""
_IN_SHORT = {"peers moved": "others moved", "metric set changed": "new measures"}
"""Causes whose metric is named only where there is room."""
_BEFORE = {
    "peers moved": "others moved, in ",
    "metric set changed": "measured anew: ",
    "same period, another figure": "corrected: ",
}
"""What stands before a metric that moved for another reason than its value."""
Row = dict[str, Any]


@screen_of.register
def changes(answer: Changes, screen: Screen) -> Iterator[Block]:
    """Yield a line a trust: its segment, rank and score from and to, how sure, and why."""
    frame = answer.frame
    columns = list(_change_columns(frame, has_room=screen.width >= _ROOMY))
    notes = (*_what_became(frame), *answer.notes)
    yield from parts.table(answer, columns, parts=list(_change_parts(frame)), notes=notes)


def _change_columns(frame: pl.DataFrame, *, has_room: bool) -> Iterator[Column]:
    rows = frame.rows(named=True)
    yield Column("", texts(frame, "trust_code"), ink=Ink.CODE)
    yield Column("trust", names(frame), shrinks=True)
    # A sign beside 5→3 would say that the trust is out of segment 5, which no file says.
    moved = [
        ("", None)
        if row["cause"] == _NOT_PUBLISHED
        else MOVED.get(row["direction"] or "", ("", None))
        for row in rows
    ]
    yield Column("", [sign for sign, _ in moved], colours=[tone for _, tone in moved])
    tones = [tone_of_segment(row["segment"]) for row in rows]
    yield Column("segment", [_from_to(row, "segment") for row in rows], numeric=True, tones=tones)
    held = ["£" if _is_held(row) else "" for row in rows]
    if any(held):
        yield Column("", held)
    yield Column("rank", [_from_to(row, "rank") for row in rows], numeric=True)
    real = [_REAL[row["certainty"]] for row in rows]
    if any(real):
        yield Column("how sure", real)
    room = 20 if any(real) or not has_room else 30
    yield Column(
        "why", [_why(row, has_room=has_room) for row in rows], shrinks=True, wrap_width=room
    )
    scores = [_scores(row) for row in rows]
    yield Column("score", scores, numeric=True, optional=True)
    yield Column("region", texts(frame, "region"), optional=True)


def _change_parts(frame: pl.DataFrame) -> Iterator[str]:
    """Title each row by whether its segment changed, where the rows are in that order."""
    titles = frame.select(
        pl.when(pl.col("cause").is_in(_LISTED))
        .then(pl.lit("Newly listed, or no longer"))
        .when(pl.col("segment").ne_missing(pl.col("segment_from")))
        .then(pl.lit("Segment changed"))
        .otherwise(pl.lit("Same segment"))
    ).to_series()
    if titles.rle_id().n_unique() == titles.n_unique():
        yield from titles


def _what_became(frame: pl.DataFrame) -> Iterator[str]:
    """Describe in full what became of the trusts of which one quarter has nothing."""
    listed = frame.filter(pl.col("cause").is_in(_LISTED))
    for code, words in listed.select("trust_code", "in_words").iter_rows():
        yield f"{code}: {words}."
    if (frame["cause"] == "framework changed").any():
        yield '"why" counts the metrics that both frameworks have, with a new figure.'


def _from_to(row: Row, column: str) -> str:
    before, now = row[f"{column}_from"], row[column]
    if before == now or row["cause"] in _LISTED:
        return numbers.number(before if now is None else now)
    return f"{numbers.number(before)}→{numbers.number(now)}"


def _scores(row: Row) -> str:
    before, now = (numbers.score(row[name]) for name in ("average_score_from", "average_score"))
    if before == now or row["cause"] in _LISTED:
        return before if row["average_score"] is None else now
    return f"{before}→{now}"


def _is_held(row: Row) -> bool:
    by_score = row["computed_unadjusted_segment"]
    return row["segment"] == 3 and by_score is not None and by_score < 3


def _why(row: Row, *, has_room: bool) -> str:
    """Return the cause in a few words: the metric that moved most, and from what to what."""
    cause = row["cause"]
    if cause == "framework changed" and row["metrics_compared"]:
        better, worse = row["metrics_improved"], row["metrics_worsened"]
        compared = row["metrics_compared"]
        metrics = counted(compared, "metric") if has_room else str(compared)
        return f"{better} of {metrics} better, {worse} worse"
    if not has_room and cause in _IN_SHORT:
        return _IN_SHORT[cause]
    if cause in _CAUSES or row["metric_id"] is None:
        return _CAUSES.get(cause or "", "others moved")
    others = row["tied_metrics"]
    name = f"{row['short_name']}, {others}" if others else str(row["short_name"])
    values = (row["value_from"], row["value"])
    has_figures = has_room and None not in values and not others
    figures = "" if not has_figures else f" {numbers.from_to(*values, row['unit'], is_short=True)}"
    return f"{_BEFORE.get(cause, '')}{name}{figures}"


@next_of.register
def after_changes(answer: Changes) -> tuple[str, ...]:
    """Offer the first trust, its past, and a narrower list."""
    if answer.frame.is_empty():
        return ()
    code = answer.frame["trust_code"][0]
    return (f"show {code}", f"trend {code}", "changes --segment-only")


@screen_of.register
def revisions(answer: Revisions, screen: Screen) -> Iterator[Block]:
    """Yield a figure a line: before and now."""
    yield from parts.table(answer, columns_of(answer), parts.quarters(answer.frame))


@screen_of.register
def places(answer: PlaceTrend, screen: Screen) -> Iterator[Block]:
    """Yield a quarter a line, with the rank on the line of all ranks."""
    yield from _trend(answer, "Place of {} by quarter", _framework_years(answer.frame))


@screen_of.register
def metric(answer: MetricTrend, screen: Screen) -> Iterator[Block]:
    """Yield a quarter a line, with the value among its peers'."""
    frame = answer.frame
    if frame.select("metric_id", "unit").n_unique() > 1:
        yield from _trend(answer, "Metrics of {}", [name or "" for name in frame["short_name"]])
    else:
        name, full, metric_id = frame.select("short_name", "metric", "metric_id").row(-1)
        yield from _trend(answer, f"{name or full}: {{}}", (), f"{full}  {metric_id}")


@screen_of.register
def every_metric(answer: EveryMetricTrend, screen: Screen) -> Iterator[Block]:
    """Yield a metric a line, with a block a quarter."""
    latest = [f"Latest figure {quarters[-1]}" for quarters in metrics_in_lines(answer)["quarter"]]
    yield from _trend(answer, "Metrics of {}", latest)


def _trend(
    answer: PlaceTrend | MetricTrend | EveryMetricTrend,
    title: str,
    titles: Sequence[str],
    about: str = "",
) -> Iterator[Block]:
    """Yield a trend of one trust under its name; of several, each as a part of the table."""
    frame = answer.frame
    columns = columns_of(answer)
    lines = metrics_in_lines(answer) if isinstance(answer, EveryMetricTrend) else frame
    trusts = [
        f"{name}  {code}" for name, code in lines.select("trust_name", "trust_code").iter_rows()
    ]
    if frame["trust_code"].n_unique() == 1:
        name, code, kind = frame.select("trust_name", "trust_code", "trust_type").row(-1)
        yield parts.about_trust(title, name, code)
        titled = "latest in" if isinstance(answer, EveryMetricTrend) else "metric"
        shown = [column for column in columns if column.heading != titled or not titles]
        if about:
            yield Heading(about, 0)
        kind = trust_types.in_words(kind).removesuffix("s").capitalize()
        yield from parts.rows(answer, shown, f"{kind} · {_span(frame)}", titles)
        return
    shown = [column for column in columns if column.heading != "Code"]
    yield from parts.table(answer, shown, _span(frame), trusts)


def _span(frame: pl.DataFrame) -> str:
    quarters = parts.quarters(frame).split(", ")
    return quarters[0] if len(quarters) == 1 else f"{quarters[0]} to {quarters[-1]}"


def _framework_years(frame: pl.DataFrame) -> list[str]:
    """Title each row by its framework year: ranks of two of them are not comparable."""
    return [f"Framework of {Quarter.parse(quarter).label[3:]}" for quarter in frame["quarter"]]


@next_of.register
def after_places(answer: PlaceTrend) -> tuple[str, ...]:
    """Offer all metrics, and the reasons for the place."""
    if answer.frame.is_empty():
        return ()
    code = answer.frame["trust_code"][-1]
    return (f"trend {code} --all", f"explain {code}", f"show {code}")


@next_of.register
def after_metric(answer: MetricTrend) -> tuple[str, ...]:
    """Offer the metric's spread and its worst trusts."""
    if answer.frame.is_empty():
        return ()
    code, metric_id = answer.frame.select("trust_code", "metric_id").row(-1)
    return (f"spread {metric_id} --mark {code}", f"worst {metric_id}", f"trend {code} --all")


@next_of.register
def after_every_metric(answer: EveryMetricTrend) -> tuple[str, ...]:
    """Offer one metric, and the trust's weak spots."""
    if answer.frame.is_empty():
        return ()
    code, metric_id = answer.frame.select("trust_code", "metric_id").row(-1)
    return (f"trend {code} -m {metric_id}", f"show {code}")


@screen_of.register
def stories(answer: Stories, screen: Screen) -> Iterator[Block]:
    """Yield each story under its kind, with how sure it is and the command that shows it."""
    yield Heading(answer.title, 1)
    rows = answer.frame.select("kind", "in_words", "certainty", "command").iter_rows()
    items = tuple(
        Item(kind.capitalize(), (sentence,), (certainty, command))
        for kind, sentence, certainty, command in rows
    )
    yield Numbered(items) if items else Line("No stories.")
    yield from map(Remark, answer.notes)


@next_of.register
def after_stories(answer: Stories) -> tuple[str, ...]:
    """Offer the pages of the trusts and metrics that the first stories are about."""
    commands = answer.frame["command"].unique(maintain_order=True).head(_MOST)
    return tuple(command.removeprefix("nhsleague ") for command in commands)


@next_of.register
def after_news(answer: News) -> tuple[str, ...]:
    """Offer the trusts of which there is news."""
    codes = answer.frame["trust_code"].unique(maintain_order=True).head(_MOST)
    return tuple(f"show {code}" for code in codes)
