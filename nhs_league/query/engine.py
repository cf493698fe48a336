"""Answer SQL over the tidy tables, and describe them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import polars as pl

from nhs_league.core.answers import QueryResult, TableList
from nhs_league.core.frames import TABLES, describe_columns
from nhs_league.core.quarters import Quarter
from nhs_league.errors import UsageError
from nhs_league.query.bounds import Bounds, collected
from nhs_league.releases.store import Store, read_quarters

if TYPE_CHECKING:
    from nhs_league.query.statement import Statement

WITHIN = Bounds()
"""What an answer may take, unless said otherwise."""


def query(store: Store, sql: str, bounds: Bounds = WITHIN) -> QueryResult:
    """Answer a SELECT over the tables standings, observations and domains, all quarters.

    Raises:
        UsageError: the SQL cannot be understood, reads anything but the tables, names what is not
            there, or takes more than the bounds allow.

    """
    frames = read_quarters(store, store.quarters)
    tables = {name: getattr(frames, name) for name in TABLES}
    return answered(tables, sql, bounds, [quarter.label for quarter in store.quarters])


def check(sql: str) -> None:
    """Check that a statement is one SELECT over the tables, before anything is opened.

    Raises:
        UsageError: it is not.

    """
    from nhs_league.query.statement import understood

    understood(sql, TABLES)


def answered(
    tables: Mapping[str, pl.LazyFrame],
    sql: str,
    bounds: Bounds = WITHIN,
    quarters: Sequence[str] = (),
) -> QueryResult:
    """Answer a SELECT over some tables.

    Args:
        tables: what it may read, by name.
        sql: the SELECT.
        bounds: what the answer may take.
        quarters: the quarters that the tables have.

    Raises:
        UsageError: as for ``query``.

    """
    from nhs_league.query import statement

    select = statement.understood(sql, tables)
    try:
        frame = _collected(tables, select, bounds)
    except (
        pl.exceptions.PolarsError,
        pl.exceptions.PanicException,
        TypeError,
        ValueError,
    ) as fault:
        reason = str(fault).split("\n")[0].rstrip(".")
        named = statement.quarters_named(select)
        if "enum" in reason and (wrong := [name for name in named if not _is_quarter(name)]):
            reason = f"\"{wrong[0]}\" is not a quarter. Write it in full, such as 'Q3 2025/26'"
        raise UsageError(
            f"This query cannot be run: {reason}.\n{_place(sql, reason)}",
            'Run "nhsleague query --tables" to see the tables and their columns.',
        ) from fault
    notes = _why_empty(statement.quarters_named(select), quarters) if frame.is_empty() else ()
    return QueryResult("Query result", frame, notes=notes)


def _collected(
    tables: Mapping[str, pl.LazyFrame], select: Statement, bounds: Bounds
) -> pl.DataFrame:
    """Work out a statement; where the engine wants text for a quarter, it gets text."""
    from nhs_league.query.statement import with_text_for_quarters

    def run(text: str) -> pl.DataFrame:
        return collected(lambda: pl.SQLContext(tables).execute(text), bounds)

    if select.has_choice_of_texts:
        return run(with_text_for_quarters(select))
    try:
        return run(select.text)
    except pl.exceptions.PolarsError as fault:
        if "enum" not in str(fault):
            raise
        return run(with_text_for_quarters(select))


def _is_quarter(text: str) -> bool:
    try:
        Quarter.parse(text)
    except ValueError:
        return False
    return True


def _why_empty(named: Sequence[str], quarters: Sequence[str]) -> tuple[str, ...]:
    """Explain why no row came: a quarter that is not stored, or what the query asks for."""
    if quarters and (unknown := [name for name in named if name not in quarters]):
        return (f'No rows: "{unknown[0]}" is not stored. Stored: {", ".join(quarters)}.',)
    return (
        'No rows match. Try fewer conditions, or run "nhsleague query --tables" to see what each '
        "column holds.",
    )


def table_list() -> TableList:
    """Describe the tables, their columns and units."""
    return TableList("Tables and their columns", describe_columns())


def _place(sql: str, reason: str) -> str:
    """Point at the first word of the query that the reason names, if it names one."""
    for word in reason.replace('"', " ").replace("'", " ").replace("`", " ").split():
        at = sql.casefold().find(word.strip(".,;:()").casefold()) if len(word) > 2 else -1
        if at >= 0 and word.strip(".,;:()"):
            line_start = sql.rfind("\n", 0, at) + 1
            line = sql[line_start:].split("\n")[0]
            return f"  {line}\n  {' ' * (at - line_start)}^"
    return f"  {sql}"
