"""Which trusts and rows a question is about: region, subtype, segment, order and limit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from nhs_league.core.answers import AnyAnswer
from nhs_league.core.trust_types import in_words
from nhs_league.errors import NotFoundError
from nhs_league.frozen import frozen


@frozen
class Filters:
    """What a person narrowed a question to; an empty tuple lets all through.

    Attributes:
        regions: names of regions, or unmistakable parts of them.
        subtypes: names of subtypes, or unmistakable parts of them (``teaching``).
        segments: segments, 1 to 5.

    """

    regions: tuple[str, ...] = ()
    subtypes: tuple[str, ...] = ()
    segments: tuple[int, ...] = ()

    def in_words(self) -> str:
        """Name the filters in one line; empty where there are none."""
        names = [*self.regions, *self.subtypes]
        if self.segments:
            names.append("segment " + " or ".join(str(s) for s in self.segments))
        return ", ".join(names)


def in_scope(trust_type: str, filters: Filters) -> str:
    """Name the trusts of a type that filters keep: ``acute trusts, London``.

    Args:
        trust_type: a trust type, or ``all``.
        filters: which trusts to keep, resolved.

    """
    return ", ".join(filter(None, (in_words(trust_type), filters.in_words())))


def resolve(filters: Filters, standings: pl.DataFrame) -> Filters:
    """Replace what a person typed by the names that the standings have.

    Raises:
        NotFoundError: a name fits none of them, or several; or no trust is in a segment.

    """
    return Filters(
        tuple(_named("region", r, standings["region"]) for r in filters.regions),
        tuple(_named("subtype", s, standings["subtype"]) for s in filters.subtypes),
        tuple(_segment(s, standings["segment"]) for s in filters.segments),
    )


def keep(filters: Filters) -> pl.Expr:
    """Return whether resolved filters keep a row (columns region, subtype, segment)."""
    conditions = [
        pl.col(column).is_in(list(wanted))
        for column, wanted in (
            ("region", filters.regions),
            ("subtype", filters.subtypes),
            ("segment", filters.segments),
        )
        if wanted
    ]
    return pl.all_horizontal(conditions) if conditions else pl.lit(value=True)


def _named(what: str, typed: str, column: pl.Series) -> str:
    known: list[str] = column.drop_nulls().unique().sort().to_list()
    fitting = _exact(typed, known) or [name for name in known if _plain(typed) in _plain(name)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise NotFoundError(
            f'Several match "{typed}": {", ".join(fitting)}.', "Add more of the name."
        )
    raise NotFoundError.of(what, typed, known)


def _exact(typed: str, known: Sequence[str]) -> list[str]:
    """Match whole names; the region that files call East is also known as East of England."""
    plain = _plain(typed)
    spellings = {plain, plain.removesuffix(" of england"), f"{plain} of england"}
    return [name for name in known if _plain(name) in spellings]


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", name.casefold().replace("&", "and")).strip()


def _segment(segment: int, column: pl.Series) -> int:
    known: list[int] = column.drop_nulls().unique().sort().to_list()
    if segment not in known:
        raise NotFoundError(
            f"No trust is in segment {segment}.",
            f"Segments with trusts: {', '.join(str(s) for s in known)}.",
        )
    return segment


@frozen
class Order:
    """How a person wants the rows.

    Attributes:
        sort: a column of the answer's frame, ``-`` before it for descending; None for the
            question's own order.
        limit: how many rows of each trust type; None for all.

    """

    sort: str | None = None
    limit: int | None = None


def arrange(answer: AnyAnswer, order: Order) -> AnyAnswer:
    """Sort an answer's rows within each trust type, keep the first, and say how many those are.

    Args:
        answer: an answer whose frame has a column ``trust_type``.
        order: how the rows are wanted.

    Raises:
        NotFoundError: there is no such column to sort by.

    """
    of_types = answer.frame.partition_by("trust_type", maintain_order=True)
    sorted_types = [_first(_sorted(frame, order.sort), order.limit) for frame in of_types]
    frame = pl.concat(sorted_types) if sorted_types else _sorted(answer.frame, order.sort)
    if frame.height == answer.frame.height:
        return replace(answer, frame=frame)
    shown = f"Showing {frame.height} of {answer.frame.height}. Add --limit 0 to see all."
    return replace(answer, frame=frame, notes=(shown, *answer.notes))


def _first(frame: pl.DataFrame, limit: int | None) -> pl.DataFrame:
    return frame if limit is None else frame.head(limit)


def _sorted(frame: pl.DataFrame, sort: str | None) -> pl.DataFrame:
    if sort is None:
        return frame
    column = sort.removeprefix("-")
    if column not in frame.columns:
        raise NotFoundError.of("column", column, frame.columns)
    return frame.sort(column, descending=sort.startswith("-"), nulls_last=True, maintain_order=True)
