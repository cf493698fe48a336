"""What an answer may take: rows, memory and time."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Thread

import polars as pl

from nhs_league.errors import UsageError
from nhs_league.frozen import frozen

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
