"""The same question of the same CSV files with other tools: who is worst at elective care."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from shutil import which

from bench.race import Entry, Timing, race
from bench.report import table
from bench.stores import NHSLEAGUE

METRIC = "OF0023"
QUARTER = "Q4 2025/26"
_SCRIPTS = {"polars": "with_polars", "DuckDB": "with_duckdb", "pandas": "with_pandas"}


def alternatives(store: Path, newest: Path) -> str:
    """Compare ours with what a person would else write, over the newest round's files."""
    data = str(next(newest.glob("*-acute-trust-data*.csv")))
    league = str(next(newest.glob("*-acute-trust-league-table*.csv")))
    entries = {"nhsleague worst": Entry([NHSLEAGUE, "worst", "--metric", "elective"], _in(store))}
    for name, script in _SCRIPTS.items():
        if find_spec(name.casefold()):
            arguments = [f"bench.scripts.{script}", data, league, QUARTER, METRIC]
            entries[f"{name} script"] = Entry([sys.executable, "-m", *arguments])
    entries |= _shell(Path(data), Path(league))
    return _table_of(race(entries))


def _in(store: Path) -> Mapping[str, str]:
    return {"NHSLEAGUE_DATA_DIR": str(store)}


def _shell(data: Path, league: Path) -> dict[str, Entry]:
    entries = {}
    if program := which("sqlite-utils", path=str(Path(sys.executable).parent)):
        sql = (
            f'select d."Quarter", d."Trust_code", d."Trust_name", d."Value", d."Rank", t."Segment" '
            f'from "{data.stem}" d left join "{league.stem}" t using ("Trust_code") '
            f"where d.\"Metric_ID\" = '{METRIC}' and d.\"Quarter\" = '{QUARTER}' "
            f'order by cast(d."Rank" as integer) desc limit 10'
        )
        entries["sqlite-utils memory"] = Entry([program, "memory", str(data), str(league), sql])
    if which("csvgrep", path=str(Path(sys.executable).parent)):
        steps = (
            f"csvgrep -c Metric_ID -m {METRIC} {shlex.quote(str(data))}",
            f"csvgrep -c Quarter -m '{QUARTER}'",
            f"csvjoin -I -y 0 --left -c Trust_code - {shlex.quote(str(league))}",
            "csvsort -y 0 -r -c Rank",
            "head -n 11",
        )
        entries["csvkit, five programs in a pipe"] = Entry(["sh", "-c", " | ".join(steps)])
    return entries


def _table_of(timings: Mapping[str, Timing]) -> str:
    ours = timings["nhsleague worst"]
    return table("the question from the CSV files", timings, {"× ours": ours})
