"""Reading a whole release of six files: ours with its checks, and reading alone.

``python -m bench.parsing NAME DIR`` reads the files of a folder once to warm up, then measures in
the same process, as what starting costs is measured elsewhere.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from bench.race import RUNS, Timing
from bench.report import table

Reader = Callable[[str, bytes], object]


def _readers() -> dict[str, Reader]:
    import io

    import polars as pl

    from nhs_league.releases.parse import parse_file

    readers: dict[str, Reader] = {
        "nhsleague: read, checked, tidy": parse_file,
        "polars.read_csv, types from all rows": lambda _, data: pl.read_csv(
            data, null_values="NA", infer_schema_length=None
        ),
        "polars.read_csv, types from the first 100 rows": lambda _, data: pl.read_csv(
            data, null_values="NA"
        ),
    }
    try:
        import pandas as pd
    except ImportError:
        return readers
    return readers | {"pandas.read_csv": lambda _, data: pd.read_csv(io.BytesIO(data))}


def parsing(newest: Path) -> str:
    """Compare ours with reading alone, over the newest round's files."""
    files = [(file.name, file.read_bytes()) for file in sorted(newest.glob("*.csv"))]
    readers = _readers()
    taken: dict[str, list[float]] = {name: [] for name in readers}
    for turn in range(RUNS + 1):
        for name, read in readers.items():
            begun = time.perf_counter()
            for file, data in files:
                read(file, data)
            if turn:
                taken[name].append(time.perf_counter() - begun)
    timings = {n: Timing(median(t), min(t), max(t)) for n, t in taken.items()}
    typed = timings["polars.read_csv, types from all rows"]
    size = sum(len(data) for _, data in files) / 1e6
    rows = sum(data.count(b"\n") - 1 for _, data in files)
    about = f"Six files, {rows:,} rows, {size:.1f} MB.\n\n"
    return about + table("a whole release", timings, {"× reading with types": typed})


if __name__ == "__main__":
    print(parsing(Path(sys.argv[1])))
