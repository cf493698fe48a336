"""In which order an answer's rows stand, and how many are shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from nhs_league.core.answers import AnyAnswer
from nhs_league.errors import NotFoundError


@dataclass(frozen=True)
class Order:
    """How a person wants the rows.

    Attributes:
        sort: a column of the answer's frame, ``-`` before it for descending; None for the
            question's own order.
        limit: how many rows of each trust type; None for all.

    """

    sort: str | None = None
    limit: int | None = None


AS_IT_STANDS = Order()
"""All rows in the question's own order."""


def arranged(answer: AnyAnswer, order: Order) -> AnyAnswer:
    """Sort an answer's rows within each trust type, keep the first, and say how many those are.

    Args:
        answer: an answer whose frame has a column ``trust_type``.
        order: how the rows are wanted.

    Raises:
        NotFoundError: there is no such column to sort by.

    """
    of_types = answer.frame.partition_by("trust_type", maintain_order=True)
    kept = [_first(_sorted(frame, order.sort), order.limit) for frame in of_types]
    frame = pl.concat(kept) if kept else _sorted(answer.frame, order.sort)
    if frame.height == answer.frame.height:
        return replace(answer, frame=frame)
    shown = f"{frame.height} of {answer.frame.height} shown."
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
