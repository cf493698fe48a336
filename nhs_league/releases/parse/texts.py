"""Columns of texts that keep each distinct text once.

Names, periods and figures repeat in a release file; as numbered texts, in their order, a million
rows of them take a megabyte or two a column where plain ones take sixteen and more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl


def numbered(texts: pl.Series) -> pl.Series:
    """Return a column of texts as an Enum of its distinct texts, sorted."""
    return texts.cast(pl.Enum(texts.unique().drop_nulls().sort()))


def end_to_end(parts: Sequence[pl.Series]) -> pl.Series:
    """Put numbered columns one below the other."""
    every = pl.Enum(pl.concat([distinct(part) for part in parts]).unique().sort())
    alike = [distinct(part).cast(every).gather(part.to_physical()) for part in parts]
    return pl.concat(alike, rechunk=True).alias(parts[0].name)


def each_text(column: pl.Series, work: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Compute a column from a numbered one, each distinct text once.

    Args:
        column: a numbered column.
        work: computes a result for each of its texts; texts as results are numbered again.

    Returns:
        The result of each row's text, null where the row has none.

    """
    results = work(distinct(column))
    results = numbered(results) if results.dtype == pl.String else results
    return results.gather(column.to_physical()).alias(column.name)


def distinct(column: pl.Series) -> pl.Series:
    """Return the texts that a numbered column may have, sorted; not all need be in a row."""
    if not isinstance(column.dtype, pl.Enum):
        raise TypeError(column.dtype)
    return column.dtype.categories
