"""The tidy frames themselves: asked in SQL, or as they are."""

from __future__ import annotations

import polars as pl

from nhs_league.errors import UsageError
from nhs_league.league.schema import dictionary
from nhs_league.league.schema.answers import Answer
from nhs_league.releases.store import Store, read_quarters


def query(store: Store, sql: str) -> Answer:
    """Answer a SELECT over the tables standings, observations and domains, all quarters.

    Raises:
        UsageError: the SQL cannot be understood, or names what is not there.

    """
    frames = read_quarters(store, store.quarters)
    tables = {name: getattr(frames, name) for name in dictionary.TABLES}
    try:
        with pl.SQLContext(tables) as context:
            frame = context.execute(sql, eager=True)
    except (pl.exceptions.PolarsError, TypeError, ValueError) as error:
        reason = str(error).split("\n")[0]
        raise UsageError(
            f"The query cannot be answered: {reason}\n{_place(sql, reason)}".rstrip(),
            "nhsleague query --tables describes the tables.",
        ) from error
    return Answer("query", "Answer of the query", frame)


def tables() -> Answer:
    """Describe the tables, their columns and units."""
    return Answer("tables", "Tables and their columns", dictionary.described())


def whole_tables(store: Store) -> dict[str, pl.DataFrame]:
    """Give the tidy frames of all quarters by name."""
    frames = read_quarters(store, store.quarters)
    return {name: getattr(frames, name).collect() for name in dictionary.TABLES}


def _place(sql: str, reason: str) -> str:
    """Point at the first word of the query that the reason names, if it names one."""
    for word in reason.replace('"', " ").replace("'", " ").replace("`", " ").split():
        at = sql.casefold().find(word.strip(".,;:()").casefold()) if len(word) > 2 else -1
        if at >= 0 and word.strip(".,;:()"):
            line_start = sql.rfind("\n", 0, at) + 1
            line = sql[line_start:].split("\n")[0]
            return f"  {line}\n  {' ' * (at - line_start)}^"
    return f"  {sql}"
