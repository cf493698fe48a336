"""The tests; where a run has several processes, each computes on one thread, as a command does."""

import os

if "PYTEST_XDIST_WORKER" in os.environ:
    # Read by Polars as it is imported. The engine is a command's; a quarter's rows are few for the
    # other. Memory is needed again by the next test at once.
    os.environ.setdefault("POLARS_ENGINE_AFFINITY", "in-memory")
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:30000,muzzy_decay_ms:30000")
