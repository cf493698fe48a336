"""The tests; where a run has several processes, each computes on one thread."""

import os

if "PYTEST_XDIST_WORKER" in os.environ:
    # Read by Polars as it is imported.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
