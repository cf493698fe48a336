"""The fictional stores that are asked, made once for a run of the benchmarks.

This is a program of its own, ``python -m bench.stores``: the process that measures stays small, as
a child's peak memory is never told as less than its parent's was when it began.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

NHSLEAGUE = str(Path(sys.executable).with_name("nhsleague"))
"""The installed command."""


def release(folder: Path, quarters: int, *, times: int = 1, every_quarter: bool = False) -> Path:
    """Make the release files of so many quarters, and give the newest round's folder."""
    wanted = [str(folder), str(quarters), str(times), str(int(every_quarter))]
    subprocess.run([sys.executable, "-m", "bench.stores", *wanted], check=True)
    return rounds(folder)[-1]


def rounds(folder: Path) -> list[Path]:
    """List the folders of a release, one a round of publication, oldest first."""
    return sorted(folder.glob("*/*"))


def store(folder: Path, files: list[Path]) -> Path:
    """Keep release files in a store."""
    taken = [NHSLEAGUE, "--quiet", "--data-dir", str(folder), "fetch", "--from", *map(str, files)]
    subprocess.run(taken, check=True, stdout=subprocess.DEVNULL)
    return folder


def _make(folder: Path, quarters: int, times: int, every_quarter: bool) -> None:
    from sample_release.files import make_rounds

    for made in make_rounds(quarters, times, every_quarter=every_quarter):
        for file in made.files:
            path = folder / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.data)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
    target, how_many, as_many, every = sys.argv[1:]
    _make(Path(target), int(how_many), int(as_many), every == "1")
