"""Run all benchmarks in one go and print them as Markdown."""

from __future__ import annotations

import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from bench.alternatives import alternatives
from bench.growth import growth
from bench.race import RUNS
from bench.starts import starts
from bench.stores import release, rounds, store

_TRUSTS = ["ZB6", "ZC1", "ZE9", "ZD8", "ZB2"]


def main() -> None:
    """Make the stores, measure, and print."""
    with tempfile.TemporaryDirectory(prefix="nhsleague-bench-") as made:
        work = Path(made)
        print(_about())
        newest = release(work / "sample", 4, every_quarter=True)
        four = store(work / "store-sample", rounds(work / "sample"))
        print("## Starting and asking\n")
        print(starts(four, _TRUSTS))
        print("## The same question with other tools\n")
        print(alternatives(four, newest))
        print("## Reading a release\n")
        command = [sys.executable, "-m", "bench.parsing", str(newest)]
        print(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        print("## More quarters, more trusts\n")
        print(_growth(work))


def _growth(work: Path) -> str:
    kinds = {
        "4 quarters": (4, 1),
        "20 quarters": (20, 1),
        "100 quarters": (100, 1),
        "4 quarters, 10 × the trusts": (4, 10),
    }
    stores, following = {}, {}
    for number, (words, (quarters, times)) in enumerate(kinds.items()):
        folder = work / f"growing-{number}"
        following[words] = release(folder, quarters + 1, times=times)
        stores[words] = store(work / f"store-{number}", rounds(folder)[:-1])
    return growth(stores, following, work)


def _about() -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("typer", "rich", "polars"))
    return (
        f"{platform.system()}, {platform.machine()}, Python {platform.python_version()}, "
        f"{libraries}. {RUNS} runs each, in turns, after a warm-up; medians.\n"
    )


if __name__ == "__main__":
    main()
