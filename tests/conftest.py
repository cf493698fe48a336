"""What tests share: the installed command, run as a person runs it, and the real figures."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

COMMAND = Path(sysconfig.get_path("scripts")) / "nhsleague"
SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def sample_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that the runs of one worker share, so that the sample is unpacked once."""
    return tmp_path_factory.mktemp("cache with spaces é")


@pytest.fixture
def run(sample_cache: Path) -> Run:
    """Run the installed command without a terminal; options of ``subprocess.run`` pass through."""

    def run_command(
        *arguments: str, data_dir: Path = sample_cache, **options: object
    ) -> subprocess.CompletedProcess[str]:
        env = {
            **{name: value for name, value in os.environ.items() if "proxy" not in name.casefold()},
            "NHSLEAGUE_DATA_DIR": str(data_dir),
            # Whatever a test forgets to forbid must not leave this machine.
            "NHSLEAGUE_BASE_URL": "http://127.0.0.1:9",
            "COLUMNS": "80",
            **options.pop("env", {}),  # type: ignore[dict-item]
        }
        return subprocess.run(
            [str(COMMAND), *arguments],
            env=env,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
            **options,  # type: ignore[call-overload]
        )

    return run_command


@pytest.fixture
def sample(run: Run) -> Run:
    """Run the installed command on the fictional sample."""
    return lambda *arguments, **options: run("--sample", *arguments, **options)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real figures, which is beside the project and not in it."""
    if not SHARED.is_dir():
        pytest.skip(f"the real figures are not at hand ({SHARED})")
    return SHARED
