"""Trusts in order on a screen: by a metric, by an area, the league table, a metric's values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl
from rich.cells import cell_len

from nhs_league.core import trust_types
from nhs_league.core.answers import AreaRanking, GroupedTable, LeagueTable, Ranking, Spread
from nhs_league.core.sentences import counted
from nhs_league.render import numbers
from nhs_league.render.blocks import Block, Column, Grid, Heading, Remark
from nhs_league.render.document import table_blocks
from nhs_league.render.screens.parts import (
    CAPPED,
    Row,
    Screen,
    capped,
    fitting_line,
    last_of,
    marked,
    next_of,
    place_columns,
    pounds,
    rank_strip,
    remarks,
    screen_of,
    segments,
    starts_of,
    strip_width,
    who,
)
from nhs_league.render.strips import Amount, Drawing, ScoreBar, among
from nhs_league.render.theme import Ink, tone_of_score, tone_of_segment
from nhs_league.render.views.columns import places
from nhs_league.render.views.look import runs_of

_LIKELY = {
    "rank": "━ likely range of the rank",
    "computed_score_rank": "━ likely range of the rank on score alone (computed)",
    "computed_place": "━ likely range of the rank when the metrics are redrawn (computed)",
}
"""Which columns a likely range is in -> what it is."""
_CLOSE = "━ ranks of the trusts too close to call; close: how many they are (computed)"


_BAR = 32
_NARROW = 60


@screen_of.register
def ranking(answer: Ranking, screen: Screen) -> Iterator[Block]:
    """Yield each trust's value among those of its type, better to the right."""
    frame = answer.frame
    if frame.is_empty():
        yield from table_blocks(answer)
        return
    first = frame.row(0, named=True)
    yield Heading(first["metric"], 1, code=first["metric_id"], short=first["short_name"])
    by_type = frame["trust_type"].n_unique() > 1
    order, (period, quarter) = _in_order(answer), _times(frame)
    about = [
        [order, period, *([] if by_type else _peers(first, counts=counts)), quarter]
        for counts in (True, False)
    ]
    fits = cell_len(" · ".join(filter(None, about[0][:-1]))) <= screen.width
    yield Heading(fitting_line(about[0] if fits else about[1], screen.width), 0)
    columns = list(_ranked_by_metric(frame, screen))
    yield _by_type(frame, columns, answer.title)
    yield from marked(columns, about[0])
    yield from pounds(frame, columns, screen)
    yield from remarks(answer, every=screen.every)


def _ranked_by_metric(frame: pl.DataFrame, screen: Screen) -> Iterator[Column]:
    yield Column("rank", places(frame), numeric=True)
    yield from who(frame, screen)
    rows = frame.rows(named=True)
    tones = [tone_of_score(row["score"]) for row in rows]
    strips: list[Drawing | None]
    if frame["value"].count():
        values = [
            numbers.doubtful(numbers.with_short_unit(row["value"], row["unit"]), row["doubt"])
            for row in rows
        ]
        yield Column("value", values, numeric=True, ink=Ink.STRONG)
        strips = [
            among(
                row["value"],
                (row["computed_lowest"], row["computed_highest"]),
                tuple(
                    row[name] if row[name] is not None else row[f"computed_{name}"]
                    for name in ("lower_quartile", "median", "upper_quartile")
                ),
                tone,
                higher_is_better=row["higher_is_better"],
                narrowest=strip_width(screen),
            )
            if row["computed_highest"] is not None
            else None
            for row, tone in zip(rows, tones, strict=True)
        ]
        ends = ("worst", "best")
    else:
        yield Column(
            "score", [numbers.score(row["score"]) for row in rows], numeric=True, tones=tones
        )
        strips = [
            None if row["score"] is None else ScoreBar(row["score"], row["computed_median"], tone)
            for row, tone in zip(rows, tones, strict=True)
        ]
        ends = ("1 best", "4 worst")
    yield Column("", [""] * len(rows), drawings=strips, ends=ends)
    yield from place_columns(frame)


def _in_order(answer: Ranking | AreaRanking) -> str:
    """Name the trusts, and which end comes first, if ranks are in order."""
    ranks = answer.frame.select("trust_type", place=pl.coalesce("rank", "computed_rank"))
    moved = ranks.drop_nulls().select(
        pl.when(pl.col("trust_type") == pl.col("trust_type").shift(1)).then(pl.col("place").diff())
    )["place"]
    worst_first = answer.title.startswith("Worst")
    is_sorted = bool((moved <= 0).all() if worst_first else (moved >= 0).all())
    scope = _capitalised(answer.scope)
    order = "worst first" if worst_first else "best first"
    return f"{scope}, {order}" if is_sorted else scope


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _times(frame: pl.DataFrame) -> tuple[str, str]:
    """Return the one period and the one quarter that all figures are of; empty for several."""
    periods = frame["period"].drop_nulls().unique()
    return (periods[0] if periods.len() == 1 else "", _quarter(frame))


def _peers(row: Row, *, counts: bool) -> Iterator[str]:
    """Yield the national standard, with ``counts`` how many meet it, and the median."""
    standard, met, unit = row["standard"], row["computed_standard_met"], row["unit"]
    if standard is not None:
        how_many = f" (met by {met} of {row['computed_of']})" if counts and met is not None else ""
        yield f"standard {numbers.with_short_unit(standard, unit)}{how_many}"
    median, computed = row["median"], row["computed_median"]
    if median is not None:
        yield f"median {numbers.with_short_unit(median, unit)}"
    elif computed is not None:
        yield f"median {numbers.with_short_unit(numbers.rounded(computed), unit or 'score')}*"


def _by_type(frame: pl.DataFrame, columns: list[Column], caption: str) -> Grid:
    """Return a grid with a titled section for each trust type, where there are several."""
    starts = starts_of(frame["trust_type"])
    if starts is None or len(starts) < 2:
        return Grid(caption, tuple(columns), has_hint=False)
    titles = [trust_types.in_words(frame["trust_type"][row]).capitalize() for row in starts]
    return Grid(caption, tuple(columns), tuple(starts[1:]), tuple(titles), has_hint=False)


@next_of.register
def after_ranking(answer: Ranking) -> tuple[str, ...]:
    """Offer the first trust, the other end, and how the values are spread."""
    if answer.frame.is_empty():
        return ()
    row = answer.frame.row(0, named=True)
    other = "best" if answer.title.startswith("Worst") else "worst"
    named = f"{row['metric_id']}{_type_option(row['trust_type'])}"
    code = row["trust_code"]
    spread = (f"spread {named} --mark {code}",) if row["value"] is not None else ()
    return (f"show {code}", f"{other} {named}", *spread)


def _type_option(trust_type: str) -> str:
    return "" if trust_type == trust_types.ACUTE else f" --type {trust_type}"


@screen_of.register
def area(answer: AreaRanking, screen: Screen) -> Iterator[Block]:
    """Yield each trust's score in an area, its rank's likely range, and values as room allows."""
    frame = answer.frame
    if frame.is_empty():
        yield from table_blocks(answer)
        return
    yield Heading(_capitalised(frame["area"][0]), 1)
    order = _in_order(answer)
    published = frame["score"].count() > 0
    by = "domain score" if published else "mean of the metrics' scores"
    about = [order, f"{by}, 1 is best and 4 worst", _quarter(frame)]
    yield Heading(fitting_line(about, screen.width), 0)
    columns = list(_ranked_by_area(answer, screen))
    yield _by_type(frame, columns, answer.title)
    yield from marked(columns)
    if "computed_place_low" in frame.columns:
        yield Remark(_LIKELY["computed_place"])
    yield from pounds(frame, columns, screen)
    yield from remarks(answer, every=screen.every)


def _ranked_by_area(answer: AreaRanking, screen: Screen) -> Iterator[Column]:
    frame = answer.frame
    yield Column("rank", places(frame), numeric=True)
    yield from who(frame, screen)
    scores = frame.select(pl.coalesce("score", "computed_mean_score")).to_series().to_list()
    tones = [tone_of_score(score) for score in scores]
    yield Column("score", [numbers.score(s) for s in scores], numeric=True, tones=tones)
    strips: list[Drawing]
    if "computed_place_low" in frame.columns:
        place = pl.coalesce("rank", "computed_rank")
        last = last_of(frame, "computed_of")
        ranks = frame.select(place, low="computed_place_low", high="computed_place_high").rows()
        strips = [
            rank_strip(rank, [(low, high)], last, tone, screen)
            for (rank, low, high), tone in zip(ranks, tones, strict=True)
        ]
        ends = ("1", str(last))
    else:
        strips = [ScoreBar(s, None, tone) for s, tone in zip(scores, tones, strict=True)]
        ends = ("1 best", "4 worst")
    yield Column("", [""] * frame.height, drawings=strips, ends=ends)
    for column, unit, name in answer.metrics.select("column", "unit", "short_name").iter_rows():
        if column in frame.columns:
            cells = [numbers.with_short_unit(value, unit) for value in frame[column]]
            yield Column(name, cells, numeric=True, optional=True)
    yield from place_columns(frame)


@next_of.register
def after_area(answer: AreaRanking) -> tuple[str, ...]:
    """Offer the first trust, and its two metrics' tables."""
    if answer.frame.is_empty():
        return ()
    row = answer.frame.row(0, named=True)
    end = "worst" if answer.title.startswith("Worst") else "best"
    option = _type_option(row["trust_type"])
    metrics = answer.metrics["metric_id"].unique(maintain_order=True).head(2)
    return (f"show {row['trust_code']}", *(f"{end} {metric}{option}" for metric in metrics))


@screen_of.register
def table(answer: LeagueTable, screen: Screen) -> Iterator[Block]:
    """Yield the league by segment, with each rank's likely range on the line of all ranks."""
    frame = answer.frame
    is_computed = not frame["rank_low"].count() and "computed_score_rank_low" in frame.columns
    likely = "computed_score_rank" if is_computed else "rank"
    low, high = f"{likely}_low", f"{likely}_high"
    runs = [[ends] for ends in frame.select(low, high).iter_rows()]
    last = last_of(frame, "rank", high)
    further = Column("likely", [numbers.likely(*ends[0]) for ends in runs], optional=True)
    if not is_computed and "computed_score_rank_low" in frame.columns:
        ours = frame.select("computed_score_rank_low", "computed_score_rank_high").iter_rows()
        further = Column("computed*", [numbers.likely(*ends) for ends in ours])
    has_any = frame[low].count() > 0
    yield from _league(answer, screen, runs, last, further, _LIKELY[likely] if has_any else "")


@screen_of.register
def grouped(answer: GroupedTable, screen: Screen) -> Iterator[Block]:
    """Yield the league with, for each trust, the ranks of those too close to call."""
    frame = answer.frame
    runs = [runs_of(ranked) for ranked in frame["computed_indistinguishable_ranks"]]
    last = last_of(frame, "rank", "computed_indistinguishable_last")
    close = [numbers.number(count) for count in frame["computed_indistinguishable"]]
    further = Column("close", close, numeric=True)
    yield from _league(answer, screen, runs, last, further, _CLOSE)


def _league(
    answer: LeagueTable,
    screen: Screen,
    runs: list[list[tuple[int, int]]],
    last: int,
    further: Column,
    drawn: str,
) -> Iterator[Block]:
    frame = answer.frame
    if frame.is_empty():
        yield from table_blocks(answer)
        return
    head = ["League table", answer.scope, _quarter(frame)]
    full, short = (" · ".join(filter(None, parts)) for parts in (head, head[:2]))
    yield Heading(full, 1, short=short)
    tones = [tone_of_segment(segment) for segment in frame["segment"]]
    ranks = frame.select(pl.coalesce("rank", "computed_rank")).to_series()
    # Beside a further column, the line of all ranks is shorter rather than not there.
    beside = screen if further.optional else replace(screen, width=_NARROW)
    strips = [
        rank_strip(rank, near, last, tone, beside)
        for rank, near, tone in zip(ranks, runs, tones, strict=True)
    ]
    scores = [numbers.score(score) for score in frame["average_score"]]
    starts = starts_of(frame["trust_type"], frame["segment"])
    columns = [
        Column("rank", places(frame), numeric=True),
        *who(frame, screen, has_pounds=True),
        Column("score", scores, numeric=True),
        *([further] if not further.optional else []),
        Column("", [""] * frame.height, drawings=strips, ends=("1", str(last))),
        *([Column("segment", segments(frame), numeric=True)] if starts is None else []),
        *([further] if further.optional else []),
        Column("region", [name or "" for name in frame["region"]], optional=True),
    ]
    sections, titles = starts or [], [_segment_title(frame, row) for row in starts or []]
    yield Grid(
        answer.title,
        tuple(columns),
        tuple(sections[1:]),
        tuple(titles),
        tuple(tones[row] for row in sections),
        has_hint=False,
    )
    yield from marked(columns)
    if drawn:
        yield Remark(drawn)
    if any(capped(frame)):
        yield Remark(CAPPED)
    yield from remarks(answer, every=screen.every)


def _segment_title(frame: pl.DataFrame, row: int) -> str:
    segment = frame["segment"][row]
    several = frame["trust_type"].n_unique() > 1
    trusts = trust_types.in_words(frame["trust_type"][row]).capitalize()
    name = "No segment" if segment is None else f"Segment {segment}"
    parts = [trusts, name.casefold()] if several else [name]
    return " · ".join([*parts, counted(frame["computed_in_segment"][row], "trust")])


def _quarter(frame: pl.DataFrame) -> str:
    quarters = frame["quarter"].cast(pl.String).unique()
    return quarters[0] if quarters.len() == 1 else ""


@next_of.register
def after_table(answer: LeagueTable) -> tuple[str, ...]:
    """Offer the first trust, the trusts too close to call, and the hidden weak spots."""
    if answer.frame.is_empty():
        return ()
    row = answer.frame.row(0, named=True)
    option = _type_option(row["trust_type"])
    named = "" if option == "" else f" {row['trust_type']}"
    more = () if isinstance(answer, GroupedTable) else (f"table{named} --groups",)
    return (f"show {row['trust_code']}", *more, f"hidden{option}")


@screen_of.register
def spread(answer: Spread, screen: Screen) -> Iterator[Block]:
    """Yield how many trusts have values in each twelfth of the span, and where some lie."""
    rows = answer.frame.rows(named=True)
    first = rows[0]
    yield Heading(first["metric"], 1, code=first["metric_id"], short=first["short_name"])
    better = {True: "higher is better", False: "lower is better", None: ""}
    trusts = sum(row["trusts"] for row in rows)
    about = [
        _capitalised(answer.scope),
        str(first["quarter"]),
        f"{counted(trusts, 'trust')}, {better[first['higher_is_better']]}".rstrip(", "),
    ]
    yield Heading(fitting_line(about, screen.width), 0)
    unit, most = first["unit"], max(row["trusts"] for row in rows) or 1
    spans = [
        [numbers.with_short_unit(numbers.rounded(row[name]), unit) for row in rows]
        for name in ("computed_from", "computed_to")
    ]
    bars = [Amount(row["trusts"] / most, widest=_BAR) for row in rows]
    here = [", ".join(filter(None, (row["marked"], _median_in(row)))) for row in rows]
    yield Grid(
        answer.title,
        (
            Column("from", spans[0], numeric=True),
            Column("to", spans[1], numeric=True),
            Column("trusts", [str(row["trusts"]) for row in rows], numeric=True, ink=Ink.STRONG),
            Column("", [""] * len(rows), drawings=bars),
            Column("", here, shrinks=True, ink=Ink.CODE),
        ),
        has_hint=False,
    )
    yield from remarks(answer, every=screen.every)


def _median_in(row: Row) -> str:
    """Name the median that lies in a bin; that of the files stored where it is another's."""
    if not row["has_median"]:
        return ""
    published = row["median"]
    if published is not None and row["computed_from"] <= published <= row["computed_to"]:
        return f"median {numbers.with_short_unit(published, row['unit'])}"
    median = numbers.with_short_unit(numbers.rounded(row["computed_median"]), row["unit"])
    return f"median {median} (computed)"


@next_of.register
def after_spread(answer: Spread) -> tuple[str, ...]:
    """Offer the marked trusts, and both ends."""
    row = answer.frame.row(0, named=True)
    named = f"{row['metric_id']}{_type_option(row['trust_type'])}"
    codes = ", ".join(answer.frame["marked"].drop_nulls()).split(", ")
    return (*(f"show {code}" for code in codes if code), f"worst {named}", f"best {named}")
