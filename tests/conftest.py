"""What tests share: the installed command, run as a person runs it, and the real figures."""

from __future__ import annotations

import gc
import os
import subprocess
import sysconfig
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from filelock import FileLock
from xdist.scheduler import WorkStealingScheduling

from nhs_league.cli import app
from nhs_league.core import audit, explanation, metric_explanation
from nhs_league.core.method import rescoring, rules
from nhs_league.league import base as league_base
from nhs_league.releases import build, intake
from nhs_league.releases.parse import parse_file
from nhs_league.sample import open_sample
from tests.golden import raw
from tests.inprocess import run_here
from tests.once import once_for_same_rows

Run = Callable[..., subprocess.CompletedProcess[str]]

COMMAND = Path(sysconfig.get_path("scripts")) / "nhsleague"
SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> WorkStealingScheduling:
    """Let a worker that is done take tests from another, so that no long test ends alone."""
    return WorkStealingScheduling(config, log)


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of every garbage collection to come."""
    gc.collect()
    gc.freeze()


def environment(data_dir: Path) -> dict[str, str]:
    """Give the environment of a run: a data folder, 80 columns, and no way off this machine."""
    inherited = {
        name: value for name, value in os.environ.items() if "proxy" not in name.casefold()
    }
    dropped = {name for name in inherited if name.startswith("NHSLEAGUE_")}
    # Compiled modules are kept, and memory is given back, as by an installed command.
    dropped |= {"PYTHONDONTWRITEBYTECODE", "_RJEM_MALLOC_CONF"}
    return {name: value for name, value in inherited.items() if name not in dropped} | {
        "NHSLEAGUE_DATA_DIR": str(data_dir),
        "NHSLEAGUE_BASE_URL": "http://127.0.0.1:9",
        "COLUMNS": "80",
    }


def kept_in(data_dir: Path) -> list[str]:
    """List what is kept in a data folder; the lock's file is no figure."""
    return sorted(
        path.name for path in data_dir.rglob("*") if path.is_file() and path.name != ".lock"
    )


@pytest.fixture(scope="session", autouse=True)
def worked_out_once() -> Iterator[None]:
    """Let a process parse the same content, and recompute the scores of the same rows, once.

    What comes of it depends on these alone. ``parse_file`` and ``recompute`` themselves, which have
    tests of their own, are as they were. A command's options, too, are built once. And ``fetch``
    prepares no results for questions to come: a question computes what it needs, and
    ``tests/releases/test_derived.py`` looks at what is prepared. No machine loses its power here.
    """
    parse_once = lru_cache(maxsize=32)(parse_file)
    recompute_once = once_for_same_rows(rules.recompute)
    with ExitStack() as patches:
        for reader in (build, intake):
            patches.enter_context(patch.object(reader, "parse_file", parse_once))
        for asker in (audit, explanation, metric_explanation, rescoring, rules):
            patches.enter_context(patch.object(asker, "recompute", recompute_once))
        patches.enter_context(patch.object(app, "build_command", cache(app.build_command)))
        patches.enter_context(patch.object(league_base, "prepare"))
        patches.enter_context(patch.object(os, "fsync"))
        yield


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of a run share."""
    base = tmp_path_factory.getbasetemp()
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    folder = (base.parent if is_worker else base) / "shared with spaces é"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def sample_cache(shared_folder: Path) -> Path:
    """A data folder that all runs share, in which the sample is unpacked once."""
    folder = shared_folder / "cache"
    with FileLock(shared_folder / "cache.lock"):
        open_sample(folder)
    return folder


@pytest.fixture(scope="session")
def sample_site(sample: Run, shared_folder: Path) -> Path:
    """The site of all trusts of the sample, made once for all that look at it."""
    folder = shared_folder / "site"
    with FileLock(shared_folder / "site.lock"):
        if not folder.exists():
            made = sample("report", "--all", "-o", str(folder))
            assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture(scope="session")
def run(sample_cache: Path) -> Run:
    """Run the command in this process, without a terminal, with no way off this machine."""

    def run_command(
        *arguments: str,
        data_dir: Path = sample_cache,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> subprocess.CompletedProcess[str]:
        return run_here(arguments, environment(data_dir) | dict(env or {}), cwd)

    return run_command


@pytest.fixture(scope="session")
def run_installed(sample_cache: Path) -> Run:
    """Run the installed command in a process of its own, where that is what is tested."""

    def run_command(
        *arguments: str,
        data_dir: Path = sample_cache,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(COMMAND), *arguments],
            env=environment(data_dir) | dict(env or {}),
            cwd=cwd,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )

    return run_command


@pytest.fixture(scope="session")
def sample(run: Run) -> Run:
    """Ask about the fictional sample, in this process."""
    return lambda *arguments, **options: run("--sample", *arguments, **options)


@pytest.fixture(scope="session")
def sample_installed(run_installed: Run) -> Run:
    """Ask the installed command about the fictional sample."""
    return lambda *arguments, **options: run_installed("--sample", *arguments, **options)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real figures, which is beside the project and not in it."""
    if not SHARED.is_dir():
        pytest.skip(f"the real figures are not at hand ({SHARED})")
    return SHARED


@pytest.fixture(scope="session")
def real_store(shared: Path, shared_folder: Path, run: Run) -> Path:
    """A store of all metric files in the published form."""
    folder = shared_folder / "real"
    with FileLock(shared_folder / "real.lock"):
        if not folder.exists():
            files = [str(shared / name) for name in raw.ROWS]
            imported = run("fetch", "--from", *files, "--csv", data_dir=folder)
            assert imported.returncode == 0, imported.stderr
            (shared_folder / "real.csv").write_text(imported.stdout, "utf-8")
            (shared_folder / "real.txt").write_text(imported.stderr, "utf-8")
    return folder
