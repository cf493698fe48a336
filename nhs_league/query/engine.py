"""Answer SQL over the tidy tables, within bounds of rows, memory and time, and describe them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from threading import Thread
from typing import TYPE_CHECKING

import polars as pl

from nhs_league.core.answers import QueryResult, TableList
from nhs_league.core.frames import TABLES, describe_columns
from nhs_league.core.quarters import Quarter
from nhs_league.errors import UsageError
from nhs_league.frozen import frozen
from nhs_league.releases.store import Store, read_quarters

if TYPE_CHECKING:
    from nhs_league.query.statement import Statement

_MIB = 2**20
_FIRST = 0.1
_THEN = 0.05
"""Seconds until memory is first looked at, and from then on."""


@frozen
class Bounds:
    """What an answer may take.

    Attributes:
        seconds: how long it may be worked out.
        rows: how many rows it may have.
        memory: how much memory the process may have meanwhile, in MiB.

    """

    seconds: float = 60
    rows: int = 1_000_000
    memory: int = 2048


WITHIN = Bounds()
"""What an answer may take, unless said otherwise."""


def collected(plan: Callable[[], pl.LazyFrame], bounds: Bounds) -> pl.DataFrame:
    """Work out a frame within bounds.

    The engine cannot be stopped in the midst of a step, so it works in a thread of its own, which
    ends with the process; this one watches it, and can be interrupted.

    Args:
        plan: makes the frame's plan.
        bounds: what it may take.

    Raises:
        UsageError: it takes more.
        Exception: what making or running the plan raises.

    """
    results: list[pl.DataFrame] = []
    faults: list[BaseException] = []

    def work() -> None:
        try:
            results.append(plan().head(bounds.rows + 1).collect())
        except BaseException as error:  # noqa: BLE001 - it is raised in the thread that asks
            faults.append(error)

    began = time.monotonic()
    worker = Thread(target=work, daemon=True)
    worker.start()
    worker.join(min(_FIRST, bounds.seconds))
    while worker.is_alive():
        _check(time.monotonic() - began, bounds)
        worker.join(_THEN)
    if faults:
        raise faults[0]
    (frame,) = results
    if frame.height > bounds.rows:
        raise UsageError(
            f"The query returns more than {bounds.rows:,} rows.",
            'Add WHERE or LIMIT. To get whole tables, run "nhsleague export FOLDER".',
        )
    return frame


def _check(seconds: float, bounds: Bounds) -> None:
    import psutil

    if psutil.Process().memory_info().rss > bounds.memory * _MIB:
        raise UsageError(
            f"The query needed more than {bounds.memory:,} MiB of memory, so it was stopped.",
            "Join tables on quarter and trust_code, choose fewer columns, or add WHERE.",
        )
    if seconds >= bounds.seconds:
        raise UsageError(
            f"The query took longer than {bounds.seconds:g} seconds, so it was stopped.",
            "Join tables on quarter and trust_code, add WHERE, or allow more with --timeout.",
        )


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
