"""What the shell offers while a person types."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import COMMAND, Run, environment


def offers(data_dir: Path, typed: str, shell: str = "zsh") -> str:
    """Ask as the shell's own completion script does."""
    words = {
        "zsh": {"_TYPER_COMPLETE_ARGS": typed},
        "fish": {"_TYPER_COMPLETE_ARGS": typed, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
        "bash": {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)},
        "powershell": {
            "_TYPER_COMPLETE_ARGS": typed,
            "_TYPER_COMPLETE_WORD_TO_COMPLETE": typed.split()[-1],
        },
    }[shell]
    asked = subprocess.run(
        [str(COMMAND)],
        env=environment(data_dir) | words | {"_NHSLEAGUE_COMPLETE": f"complete_{shell}"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert "Traceback" not in asked.stderr
    return asked.stdout


@pytest.fixture(scope="module")
def store(sample: Run, sample_cache: Path) -> Path:
    """A data folder with the sample's store in it."""
    assert sample("trusts").returncode == 0
    return sample_cache


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("nhsleague sho", "show"),
        ("nhsleague --sample show ZB6", "ZB6"),
        (
            "nhsleague --sample show Basiliskb",
            "Basiliskbridge University Hospitals NHS Foundation Trust",
        ),
        ("nhsleague --sample compare ZA0 ZB6", "ZB6"),
        ("nhsleague worst --metric ele", "elective"),
        ("nhsleague --sample worst --metric OF002", "OF0023"),
        ("nhsleague --sample table --region Lon", "London"),
        ("nhsleague --sample table --quarter Q3", "Q3 2025/26"),
        ("nhsleague table --type amb", "ambulance"),
        ("nhsleague cache ver", "verify"),
    ],
)
def test_what_begins_so_is_offered(store: Path, typed: str, offered: str) -> None:
    assert offered in offers(store, typed)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_each_shell_is_answered(store: Path, shell: str) -> None:
    assert "ZB6" in offers(store, "nhsleague --sample show ZB6", shell)


def test_an_empty_store_offers_what_needs_none_and_makes_nothing(tmp_path: Path) -> None:
    assert "elective" in offers(tmp_path, "nhsleague worst --metric ele")
    assert "ZB6" not in offers(tmp_path, "nhsleague --sample show ZB6")
    assert list(tmp_path.iterdir()) == []
