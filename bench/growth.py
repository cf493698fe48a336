"""What more quarters and more trusts cost, in time and memory."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from bench.race import Entry, Timing, race
from bench.report import grid, megabytes
from bench.stores import NHSLEAGUE

_SLOW_RUNS = 3
_QUESTIONS = {
    "show": ("show", "ZB6"),
    "worst": ("worst", "--metric", "elective"),
    "compare": ("compare", "ZB6", "ZC1", "ZE9", "ZD8", "ZB2"),
    "table": ("table",),
    "changes": ("changes",),
    "trend": ("trend", "ZB6"),
    "trend of a metric": ("trend", "ZB6", "--metric", "elective"),
    "trend of all metrics": ("trend", "ZB6", "--all"),
}


def growth(stores: Mapping[str, Path], next_rounds: Mapping[str, Path], work: Path) -> str:
    """Compare stores by what they hold; the first is what the others are measured by.

    Args:
        stores: what a store holds, in words -> the store.
        next_rounds: the same words -> the files of one more quarter.
        work: a folder to change copies of the stores in.

    """
    floor = race({"polars": Entry([sys.executable, "-c", "import polars"])})["polars"]
    rows = [["`python -c 'import polars'`", _cell(floor), *("" for _ in list(stores)[1:])]]
    for name, arguments in _QUESTIONS.items():
        timings = race({words: _ask(store, *arguments) for words, store in stores.items()})
        rows.append(_row(name, timings))
    rows.append(_row("adding one quarter", _adding(stores, next_rounds, work)))
    checked = {words: _ask(store, "cache", "verify") for words, store in stores.items()}
    rows.append(_row("cache verify", race(checked, _SLOW_RUNS)))
    return grid(["question", *stores], rows)


def _ask(store: Path, *arguments: str) -> Entry:
    return Entry([NHSLEAGUE, *arguments], {"NHSLEAGUE_DATA_DIR": str(store)})


def _adding(
    stores: Mapping[str, Path], next_rounds: Mapping[str, Path], work: Path
) -> dict[str, Timing]:
    entries = {}
    for number, (words, store) in enumerate(stores.items()):
        copy = work / f"copy-{number}"

        def fresh(copy: Path = copy, store: Path = store) -> None:
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(store, copy)

        fetching = _ask(copy, "fetch", "--from", str(next_rounds[words]))
        entries[words] = Entry(fetching.command, fetching.env, fresh)
    return race(entries)


def _row(name: str, timings: Mapping[str, Timing]) -> list[str]:
    first = next(iter(timings.values()))
    return [name, *(_cell(timing, first) for timing in timings.values())]


def _cell(timing: Timing, first: Timing | None = None) -> str:
    ratio = f" (× {timing.median / first.median:.2f})" if first and timing is not first else ""
    return f"{timing.median * 1000:,.0f} ms{ratio}, {megabytes(timing)}"
