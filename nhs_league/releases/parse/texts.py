"""Columns of texts that hold each distinct text once, and the numbers in them.

Names, periods and figures repeat in a release file; as numbered texts, in their order, a million
rows of them take a megabyte or two a column where plain ones take sixteen and more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import polars as pl

from nhs_league.frozen import frozen

Work = Callable[[pl.Expr], pl.Expr]
"""Computes a result for each of some texts."""

# Not \d, which means the digits of every script.
_PLAIN = r"^-?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?$"
_MISSING = (
    r"(?i)^(\[[a-z]{1,4}\]|[xczuw*:]|\.{1,3}|[-–—−…]|n/?[ak]|#[a-z0-9/]+[!?]?|null|none|nan|"
    r"suppress(ed|ion).*|not (applicable|available|submitted|collected|reported|measured)|"
    r"no data|unknown|unavailable|insufficient data)$"
)
"""What is written where there is no figure: the shorthand of official statistics, and words."""
_MARKED = re.compile(r"^(.*[0-9])\s*\[[rpeb]\]$")
"""A figure with the shorthand for revised, provisional, estimated or a break behind it."""


def numbered(texts: pl.Series) -> pl.Series:
    """Return a column of texts as an Enum of its distinct texts, sorted."""
    return texts.cast(pl.Enum(texts.unique().drop_nulls().sort()))


def enum_of(texts: Iterable[str | None]) -> pl.Enum:
    """Return the type of a numbered column that has some texts."""
    return pl.Enum(sorted({text for text in texts if text is not None}))


def number_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with all its columns of texts ``numbered``."""
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    every = frame.select(pl.col(texts).drop_nulls().unique().sort().implode())
    return frame.with_columns(pl.col(name).cast(pl.Enum(every[name][0])) for name in texts)


def end_to_end(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Append frames of numbered columns, and others, one below the other."""
    if len(parts) == 1:
        return parts[0]
    names = [name for name, kind in parts[0].schema.items() if kind == pl.Enum]
    every = pl.select(
        pl.lit(pl.concat([distinct(part[name]) for part in parts]))
        .unique()
        .sort()
        .implode()
        .alias(name)
        for name in names
    )
    kinds = {name: pl.Enum(every[name][0]) for name in names}
    alike = [
        part.with_columns(
            in_rows(name, distinct(part[name]).cast(kind)) for name, kind in kinds.items()
        )
        for part in parts
    ]
    return pl.concat(alike, rechunk=True)


def of_distinct(frame: pl.DataFrame, works: Mapping[str, Work]) -> dict[str, pl.Series]:
    """Compute something of each distinct text of numbered columns, all in one query.

    Args:
        frame: numbered columns.
        works: computes a result for each of a column's texts, whatever the others are. Columns
            with the same function are computed together, as patterns take long to compile.

    Returns:
        The results of each column, in the order of its texts.

    """
    columns: dict[Work, dict[str, pl.Series]] = {}
    for name, work in works.items():
        columns.setdefault(work, {})[name] = distinct(frame[name])
    made = pl.select(
        work(pl.lit(pl.concat(texts.values()))).implode().alias(str(place))
        for place, (work, texts) in enumerate(columns.items())
    )
    results = {}
    for place, texts in enumerate(columns.values()):
        of_work, begins = made[str(place)][0], 0
        for name, text in texts.items():
            results[name] = of_work.slice(begins, len(text))
            begins += len(text)
    return results


def in_rows(name: str, results: pl.Series) -> pl.Expr:
    """Give each row of a numbered column its text's result, null where the row has none."""
    return pl.lit(results).gather(pl.col(name).to_physical()).alias(name)


def reword(frame: pl.DataFrame, works: Mapping[str, Work]) -> pl.DataFrame:
    """Replace texts of numbered columns by others, each distinct text once.

    Args:
        frame: numbered columns, and others.
        works: computes another text for each of a column's texts.

    """
    texts = of_distinct(frame, works)
    changed = {n: text for n, text in texts.items() if not text.equals(distinct(frame[n]))}
    if not changed:
        return frame
    every = pl.select(
        pl.lit(text).drop_nulls().unique().sort().implode().alias(name)
        for name, text in changed.items()
    )
    return frame.with_columns(
        pl.lit(text).cast(pl.Enum(every[name][0])).gather(pl.col(name).to_physical()).alias(name)
        for name, text in changed.items()
    )


def each_text(column: pl.Series, work: Work) -> pl.Series:
    """Compute a column from a numbered one, each distinct text once.

    Args:
        column: a numbered column.
        work: computes a result for each of its texts; texts as results are numbered again.

    Returns:
        The result of each row's text, null where the row has none.

    """
    results = of_distinct(pl.DataFrame({"": column}), {"": work})[""]
    results = numbered(results) if results.dtype == pl.String else results
    return results.gather(column.to_physical()).alias(column.name)


def distinct(column: pl.Series) -> pl.Series:
    """Return the texts that a numbered column may have, sorted; not all need be in a row."""
    kind = column.dtype
    if not isinstance(kind, pl.Enum):
        raise TypeError(kind)
    return kind.categories


@frozen
class _Notation:
    """Another way to write numbers, taken only where a whole column is written so.

    Attributes:
        pattern: what a number in this notation looks like.
        would_show: whether a plainly written number would look different in it.
        plain: turns the text into plain notation.

    """

    pattern: re.Pattern[str]
    would_show: Callable[[str], bool]
    plain: Callable[[str], str]


_THOUSANDS = re.compile(r"^-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?%?$")
_DECIMAL_COMMA = re.compile(r"^[-+−–]?[0-9]+,[0-9]+%?$")
_ENOUGH = 3
"""From how many numbers such as 1,234 on a column without 1,234.5 shows that they are thousands."""

_NOTATIONS = (
    _Notation(re.compile(r"^[−–]\.?[0-9]"), lambda t: t.startswith("-"), lambda t: f"-{t[1:]}"),
    _Notation(
        re.compile(r"^\+\.?[0-9]"),
        lambda t: not t.startswith("-") and float(t) > 0,
        lambda t: t[1:],
    ),
    _Notation(_THOUSANDS, lambda t: abs(float(t)) >= 1000, lambda t: t.replace(",", "")),
    _Notation(_DECIMAL_COMMA, lambda t: "." in t, lambda t: t.replace(",", ".")),
    _Notation(
        re.compile(r"^-?\.[0-9]+%?$"), lambda t: 0 < abs(float(t)) < 1, lambda t: _leading_zero(t)
    ),
    _Notation(re.compile(r"^-?[0-9]+(\.[0-9]+)?\s*%$"), lambda _: True, lambda t: t[:-1].strip()),
)


def plain_numbers(frame: pl.DataFrame, names: Iterable[str]) -> dict[str, pl.Series]:
    """Read those numbered columns in which all is a plain number, or stands for a missing one.

    Returns:
        Those columns' numbers (Float64), in the order of their distinct texts.

    """
    numbers = of_distinct(frame, dict.fromkeys(names, _plain_number))
    return {name: read for name, read in numbers.items() if read.max() != float("inf")}


def _plain_number(text: pl.Expr) -> pl.Expr:
    """Read a plain number; null where one is missing, infinite where it is anything else."""
    number = pl.when(text.str.contains(_PLAIN)).then(text).cast(pl.Float64, strict=False)
    is_other = ~text.str.contains(_MISSING)
    return pl.when(number.is_finite()).then(number).otherwise(pl.when(is_other).then(float("inf")))


def read_numbers(column: pl.Series, *, of_percent: pl.Series | None = None) -> pl.DataFrame:
    """Read a column of numbers.

    Args:
        column: numbered texts (``texts``), null where the field is empty.
        of_percent: which rows are percentages; where it is given, a percent sign is taken if all of
            those have it, whatever the others look like.

    Returns:
        ``number`` (Float64; null where there is none or it cannot be read) and ``unreadable``
        (Boolean), one row for each of the column's.

    """
    texts = _texts(column)
    plain = texts.filter(texts.str.contains(_PLAIN))
    others = texts.filter(~texts.str.contains(_PLAIN) & ~texts.str.contains(_MISSING))
    read = dict(zip(plain, plain.cast(pl.Float64), strict=True))
    if len(others):
        percents = plain
        if of_percent is not None:
            percents = _texts(column.filter(of_percent.fill_null(value=False)))
            percents = percents.filter(percents.str.contains(_PLAIN))
        read |= _read_others(others.to_list(), plain.to_list(), percents.to_list())
    finite = {text: number for text, number in read.items() if abs(number) != float("inf")}
    number = each_text(
        column, lambda text: text.replace_strict(finite, default=None, return_dtype=pl.Float64)
    )
    is_missing = each_text(column, lambda text: text.str.contains(_MISSING))
    unreadable = number.is_null() & ~is_missing.fill_null(value=True)
    return pl.DataFrame({"number": number, "unreadable": unreadable})


def _texts(column: pl.Series) -> pl.Series:
    return column.unique().drop_nulls().cast(pl.String)


def _read_others(others: list[str], plain: list[str], percents: list[str]) -> dict[str, float]:
    """Read what is not plain: each notation that all numbers follow which would show it."""
    current = {text: _without_mark(text) for text in others}
    for notation in _with_one_comma(list(current.values()), plain):
        fitting = [text for text, now in current.items() if notation.pattern.match(now)]
        peers = percents if notation is _NOTATIONS[-1] else plain
        if fitting and not any(notation.would_show(text) for text in peers):
            current |= {text: notation.plain(current[text]) for text in fitting}
    return {text: float(now) for text, now in current.items() if re.match(_PLAIN, now)}


def _with_one_comma(others: list[str], plain: list[str]) -> list[_Notation]:
    """Return the notations without one of the two that a comma can mean, or without both.

    1,234 is 1.234 where others have 5,67 and none has a point; it is 1234 where others have
    1,234.5, or where there are several such numbers.
    """
    thousands = {text for text in others if _THOUSANDS.match(text)}
    decimal = {text for text in others if _DECIMAL_COMMA.match(text)}
    has_point = any("." in text for text in (*thousands, *plain))
    meant: set[re.Pattern[str]] = set()
    if decimal - thousands and not has_point:
        meant.add(_DECIMAL_COMMA)
    elif thousands - decimal or len(thousands) >= _ENOUGH:
        meant.add(_THOUSANDS)
    commas = {_THOUSANDS, _DECIMAL_COMMA} - meant
    return [notation for notation in _NOTATIONS if notation.pattern not in commas]


def _without_mark(text: str) -> str:
    match = _MARKED.match(text)
    return match[1] if match else text


def _leading_zero(text: str) -> str:
    return text.replace(".", "0.", 1)
