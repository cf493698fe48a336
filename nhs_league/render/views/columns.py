"""Which columns a table shows for each kind of answer, and what their cells share."""

from __future__ import annotations

from functools import singledispatch

import polars as pl

from nhs_league.core.answers import Answer
from nhs_league.render import numbers
from nhs_league.render.blocks import Column
from nhs_league.render.formats import flat


@singledispatch
def columns_of(answer: Answer) -> list[Column]:
    """Return the columns of an answer's table; without a view of its own, the frame's columns."""
    return plain(answer.frame)


def _as_it_is(frame: pl.DataFrame, name: str) -> Column:
    kind = frame.schema[name]
    if kind == pl.Boolean:
        return Column(name, yes_no(frame[name]))
    if kind.is_numeric():
        return Column(name, [numbers.number(v) for v in frame[name]], numeric=True)
    return Column(name, [v or "" for v in frame[name].cast(pl.String)], wraps=True)


def plain(frame: pl.DataFrame) -> list[Column]:
    """Return a frame's own columns under their own names, for ``--columns``."""
    written = flat(frame)
    return [_as_it_is(written, name) for name in written.columns]


def texts(frame: pl.DataFrame, column: str) -> list[str]:
    """Write a column as text; what is missing as a dash."""
    return [numbers.number(None) if v is None else str(v) for v in frame[column]]


def names(frame: pl.DataFrame, column: str = "trust_name") -> list[str]:
    """Write trust names short enough for a table."""
    return [numbers.short_name(name) if name else "" for name in frame[column]]


def yes_no(column: pl.Series) -> list[str]:
    """Write a column of yes, no and unknown."""
    words = {True: "yes", False: "no", None: "unknown"}
    return [words[v] for v in column]


def doubtful(frame: pl.DataFrame, cells: list[str]) -> list[str]:
    """Add a question mark to the cells of rows that others of their release contradict."""
    if "doubt" not in frame.columns:
        return cells
    return [
        numbers.doubtful(cell, doubt) for cell, doubt in zip(cells, frame["doubt"], strict=True)
    ]


def ranks(frame: pl.DataFrame) -> list[str]:
    """Write published ranks, and computed ones, marked, where none is published."""
    written = [
        numbers.rank_of(rank, of)
        if rank is not None
        else f"{numbers.rank_of(computed, computed_of)}*"
        for rank, of, computed, computed_of in frame.select(
            "rank", "of", "computed_rank", "computed_of"
        ).iter_rows()
    ]
    return doubtful(frame, written)


def places(frame: pl.DataFrame) -> list[str]:
    """Write ranks alone: published, or computed and marked."""
    written = [
        f"{computed}*" if rank is None and computed is not None else numbers.number(rank)
        for rank, computed in frame.select("rank", "computed_rank").iter_rows()
    ]
    return doubtful(frame, written)


def published_ranks(frame: pl.DataFrame) -> list[str]:
    """Write published ranks with the number of trusts ranked."""
    ranks_of = frame.select("rank", "of").iter_rows()
    return doubtful(frame, [numbers.rank_of(rank, of) for rank, of in ranks_of])


def scores(frame: pl.DataFrame, column: str) -> list[str]:
    """Write scores with two places."""
    return [numbers.score(v) for v in frame[column]]


def values(frame: pl.DataFrame) -> list[str]:
    """Write values with their units."""
    written = frame.select("value", "unit").iter_rows()
    return doubtful(frame, [numbers.with_unit(value, unit) for value, unit in written])


def medians(frame: pl.DataFrame) -> list[str]:
    """Write published medians, and computed ones, marked, where none is published."""
    return [
        numbers.with_unit(published, unit)
        if published is not None or computed is None
        else f"{numbers.with_unit(numbers.rounded(computed), unit)}*"
        for published, computed, unit in frame.select(
            "median", "computed_median", "unit"
        ).iter_rows()
    ]


def codes_if_several(frame: pl.DataFrame) -> list[Column]:
    """Return the column of codes where there are several trusts."""
    several = frame["trust_code"].n_unique() > 1
    return [Column("Code", texts(frame, "trust_code"))] if several else []


def short_file(name: str) -> str:
    """Write a release file's name without what all begin with."""
    return name.removeprefix("nhs-oversight-framework-")
