"""Commands run in turns, each many times: median, spread and peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

RUNS = 15
_WARM_UP = 2
# On Linux the unit is KiB, on macOS bytes.
_RSS_UNIT = 2**20 if sys.platform == "darwin" else 2**10


@dataclass(frozen=True)
class Entry:
    """A command to run.

    Attributes:
        command: the program and its arguments.
        env: what is added to the environment.
        before: called before each run, and not measured.

    """

    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], None] | None = None


@dataclass(frozen=True)
class Timing:
    """What a command took.

    Attributes:
        median: seconds.
        low: seconds of the fastest run.
        high: seconds of the slowest run.
        peak: the largest memory of a run, MiB; None where it was not measured.

    """

    median: float
    low: float
    high: float
    peak: float | None = None


def race(entries: Mapping[str, Entry], runs: int = RUNS) -> dict[str, Timing]:
    """Run each command in turn, warm up, and again so many times.

    Raises:
        SystemExit: a command failed, as its time would mean nothing.

    """
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in entries}
    for turn in range(_WARM_UP + runs):
        for name, entry in entries.items():
            measured = _run(name, entry)
            if turn >= _WARM_UP:
                seen[name].append(measured)
    return {name: _timing(measured) for name, measured in seen.items()}


def _timing(measured: Sequence[tuple[float, float]]) -> Timing:
    seconds = [second for second, _ in measured]
    return Timing(median(seconds), min(seconds), max(seconds), max(peak for _, peak in measured))


def _run(name: str, entry: Entry) -> tuple[float, float]:
    if entry.before:
        entry.before()
    begun = time.perf_counter()
    process = subprocess.Popen(
        entry.command,
        env={**_environment(), **entry.env},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    while process.stdout.read(65536):
        pass
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.stdout.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{name} ended with {process.returncode}: {' '.join(entry.command)}")
    return seconds, usage.ru_maxrss / _RSS_UNIT


def _environment() -> dict[str, str]:
    """Give the environment without what would make ours another than an installed one."""
    variables = {k: v for k, v in os.environ.items() if not k.startswith(("NHSLEAGUE_", "PYTHON"))}
    return variables | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{variables.get('PATH', '')}"
    }
