"""Work that a process need not do twice, as the same content gives the same result."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TypeVar

import polars as pl

Result = TypeVar("Result")


def once_for_same_rows(
    work: Callable[[pl.LazyFrame, pl.LazyFrame], Result], remembered: int = 24
) -> Callable[[pl.LazyFrame, pl.LazyFrame], Result]:
    """Return what works something out of two frames once for the same rows in the same order."""
    results: deque[tuple[pl.DataFrame, pl.DataFrame, Result]] = deque(maxlen=remembered)

    def result_of(observations: pl.LazyFrame, standings: pl.LazyFrame) -> Result:
        rows = observations.collect(), standings.collect()
        for earlier in results:
            if all(_same(*both) for both in zip(rows, earlier[:2], strict=True)):
                return earlier[2]
        results.append((*rows, work(observations, standings)))
        return results[-1][2]

    return result_of


def _same(rows: pl.DataFrame, others: pl.DataFrame) -> bool:
    return rows.schema == others.schema and rows.equals(others)
