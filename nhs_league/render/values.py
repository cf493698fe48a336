"""Values of any type as what every format can hold: texts, numbers, booleans and nulls.

A query can make dates, durations, lists and structs, which CSV, JSON and a table lack.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

import polars as pl


def flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Write dates and durations in ISO 8601, lists and structs as JSON, bytes in hexadecimal."""
    return frame.with_columns(_flat(column) for column in frame if _needs_text(column.dtype))


def rows(frame: pl.DataFrame) -> list[dict[str, object]]:
    """Return the rows as JSON values: lists stay lists; NaN and infinity become null."""
    floats = pl.col(pl.Float64, pl.Float32)
    finite = frame.with_columns(pl.when(floats.is_finite()).then(floats))
    nested = [column for column in frame if column.dtype.is_nested()]
    written = flat(finite.drop(column.name for column in nested)).to_dicts()
    if not nested:
        return written
    of_nested = {column.name: [_json(value) for value in column] for column in nested}
    return [
        {name: of_nested[name][at] if name in of_nested else row[name] for name in frame.columns}
        for at, row in enumerate(written or ({} for _ in range(frame.height)))
    ]


def _needs_text(dtype: pl.DataType) -> bool:
    is_plain = dtype.is_integer() or dtype.is_float() or dtype in (pl.String, pl.Boolean)
    return not is_plain


def _flat(column: pl.Series) -> pl.Series:
    dtype = column.dtype
    if dtype.is_nested():
        texts = [v if v is None else json.dumps(v, ensure_ascii=False) for v in map(_json, column)]
        return pl.Series(column.name, texts, dtype=pl.String)
    if dtype.is_decimal():
        return column.cast(pl.Float64)
    if dtype.is_temporal():
        return column.dt.to_string("iso:strict")
    if dtype == pl.Binary:
        return column.bin.encode("hex")
    return column.cast(pl.String)


def _json(value: object) -> object:
    """Return a value as JSON can hold it."""
    match value:
        case pl.Series() | list() | tuple():
            return [_json(each) for each in value]
        case Mapping():
            return {str(name): _json(each) for name, each in value.items()}
        case float():
            return value if math.isfinite(value) else None
        case None | bool() | int() | str():
            return value
        case _:
            return _flat(pl.Series("", [value]))[0]
