"""What is imported before a command answers: only what it needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Run, environment
from tests.sampling import one_in

HEAVY = {
    "polars", "httpx", "rich", "pydantic", "rapidfuzz", "stamina", "filelock", "selectolax", "sqlglot",
    "psutil", "jinja2",
}  # fmt: skip
WATCH = (
    "import atexit, sys;"
    "atexit.register(lambda: sys.stderr.write("
    "'\\nloaded ' + ' '.join(name for name, module in sys.modules.items() if module)));"
    "from nhs_league.cli import main;"
    "lines = [line.split() for line in sys.argv[1:]]\n"
    "for line in lines:\n"
    "    sys.argv = ['nhsleague', *line]\n"
    "    try:\n"
    "        main()\n"
    "    except SystemExit as end:\n"
    "        assert end.code == 0, line\n"
)


def loaded(data_dir: Path, *lines: str, **env: str) -> set[str]:
    """Run the command's own entry point in a new process, and list the modules that it imported.

    Each line is a command; what one of them imports, all of them have.
    """
    done = subprocess.run(
        [sys.executable, "-c", WATCH, *lines],
        env=environment(data_dir) | env,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stdout, done.stderr
    assert "AssertionError" not in done.stderr, done.stderr
    return set(done.stderr.rpartition("\nloaded ")[2].split())


HELP = (
    "", "--version", "--help", "worst --help", "show --help", "fetch --help", "report --help",
    "cache --help", "cache verify --help", "cache path",
)  # fmt: skip


def test_help_imports_nothing_that_answers(tmp_path: Path) -> None:
    assert loaded(tmp_path, *HELP) & HEAVY == set()


@pytest.mark.parametrize(
    "typed", ["nhsleague sho", "nhsleague worst --metric ele", "nhsleague --sample show ZB"]
)
def test_completion_imports_nothing_that_answers(
    sample: Run, sample_cache: Path, typed: str
) -> None:
    assert sample("trusts").returncode == 0
    request = {"_NHSLEAGUE_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": typed}
    assert loaded(sample_cache, "", **request) & HEAVY == set()


QUESTIONS = (
    "show ZB6", "worst --metric elective", "compare ZA0 ZB6", "table", "trend ZB6 --json",
    "changes --limit 3", "hidden", "stories", "explain ZB6 --csv",
)  # fmt: skip


def test_a_question_in_a_pipe_imports_polars_alone(sample: Run, sample_cache: Path) -> None:
    assert sample("trusts").returncode == 0
    assert loaded(sample_cache, *(f"--sample {line}" for line in QUESTIONS)) & HEAVY == {"polars"}


@pytest.mark.parametrize("line", one_in(2, ["table --format html", "report ZB6"]))
def test_a_page_imports_its_templates(sample: Run, sample_cache: Path, line: str) -> None:
    assert sample("trusts").returncode == 0
    assert "jinja2" in loaded(sample_cache, f"--sample {line}")


def test_a_query_imports_what_understands_it_and_no_more(sample: Run, sample_cache: Path) -> None:
    assert sample("trusts").returncode == 0
    # One word, as a line is divided at its blanks.
    query = "--sample query select/**/count(*)from/**/standings"
    assert loaded(sample_cache, query) & HEAVY == {"polars", "sqlglot"}


def test_a_stored_question_does_not_touch_the_sample(sample: Run, sample_cache: Path) -> None:
    assert sample("trusts").returncode == 0
    (store,) = sample_cache.glob("sample-*")
    modules = loaded(store, "worst --metric elective")
    assert "nhs_league.sample" not in modules
    assert "tarfile" not in modules


def test_the_python_api_is_imported_when_it_is_used() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import nhs_league, sys; print('polars' in sys.modules)"],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout == "False\n"
