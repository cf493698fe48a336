"""What starting costs: the floors that Python and the libraries set, and ours beside them."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.race import Entry, race
from bench.report import table
from bench.stores import NHSLEAGUE

_FLOORS = {
    "python": "pass",
    "typer": "import typer",
    "typer help": "import typer, typer.rich_utils",
    "polars": "import polars",
    "question": "import typer, rich.table, polars",
}
_HELP = "typer help"
_BOUNDED_BY = {
    "--version": "typer",
    "completion of a command's name": "typer",
    "completion of a trust's name": "typer",
    "--help": _HELP,
    "worst --help": _HELP,
    "show": "question",
    "worst --metric elective": "question",
    "compare, five trusts": "question",
    "table": "question",
}


def starts(store: Path, trusts: list[str]) -> str:
    """Compare ours with the floors, on a warm store."""
    floors = {f"`python -c '{code}'`": code for code in _FLOORS.values()}
    variables = {"NHSLEAGUE_DATA_DIR": str(store)}

    def ours(*arguments: str) -> Entry:
        return Entry([NHSLEAGUE, *arguments], variables)

    def completing(typed: str) -> Entry:
        request = {"_NHSLEAGUE_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": typed}
        return Entry([NHSLEAGUE], variables | request)

    timings = race(
        {
            **{name: Entry([sys.executable, "-c", code]) for name, code in floors.items()},
            "--version": ours("--version"),
            "completion of a command's name": completing("nhsleague sho"),
            "completion of a trust's name": completing("nhsleague show Z"),
            "--help": ours("--help"),
            "worst --help": ours("worst", "--help"),
            "show": ours("show", trusts[0]),
            "worst --metric elective": ours("worst", "--metric", "elective"),
            "compare, five trusts": ours("compare", *trusts[:5]),
            "table": ours("table"),
        }
    )
    floor_of = {
        name: timings[f"`python -c '{_FLOORS[floor]}'`"] for name, floor in _BOUNDED_BY.items()
    }
    return table("start", timings, {"× its floor": floor_of})
