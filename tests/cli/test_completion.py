"""What the shell offers while a person types."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.conftest import Run


def request(typed: str, shell: str = "zsh") -> dict[str, str]:
    """Return the environment in which a shell's own completion script asks."""
    words = {
        "zsh": {"_TYPER_COMPLETE_ARGS": typed},
        "fish": {"_TYPER_COMPLETE_ARGS": typed, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
        "bash": {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)},
        "powershell": {
            "_TYPER_COMPLETE_ARGS": typed,
            "_TYPER_COMPLETE_WORD_TO_COMPLETE": typed.split()[-1],
        },
    }[shell]
    return words | {"_NHSLEAGUE_COMPLETE": f"complete_{shell}"}


def offers(run: Run, data_dir: Path, typed: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        # The command does without rich here; the tests after this one do not.
        patch.setitem(sys.modules, "rich", None)
        offered = run(data_dir=data_dir, env=request(typed))
    assert "Traceback" not in offered.stderr
    return offered.stdout


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
        (
            "nhsleague --sample show hosp",
            "Basiliskbridge University Hospitals NHS Foundation Trust",
        ),
        ("nhsleague --sample show zb6", "ZB6"),
        ("nhsleague --sample compare ZA0 ZB6", "ZB6"),
        ("nhsleague --sample compare ZA0 Pegasus", "Pegasusmoor Health and Care"),
        ("nhsleague worst --metric ele", "elective"),
        ("nhsleague --sample worst --metric OF002", "OF0023"),
        ("nhsleague --sample table --region Lon", "London"),
        ("nhsleague --sample table --quarter Q3", "Q3 2025/26"),
        ("nhsleague table --type amb", "ambulance"),
        ("nhsleague cache ver", "verify"),
    ],
)
def test_what_begins_so_is_offered(run: Run, store: Path, typed: str, offered: str) -> None:
    assert offered in offers(run, store, typed)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_each_shell_is_answered(run_installed: Run, store: Path, shell: str) -> None:
    offered = run_installed(data_dir=store, env=request("nhsleague --sample show ZB6", shell))
    assert "ZB6" in offered.stdout
    assert "Traceback" not in offered.stderr


def test_a_word_is_offered_from_its_beginning(run: Run, store: Path) -> None:
    assert "Basiliskbridge" in offers(run, store, "nhsleague --sample show university h")
    assert "Basiliskbridge" not in offers(run, store, "nhsleague --sample show bridge")


def test_a_name_before_any_command_is_no_error(run: Run, store: Path) -> None:
    assert "ZB6" in offers(run, store, "nhsleague --sample salamander ZB")


def test_an_empty_store_offers_what_needs_none_and_makes_nothing(run: Run, tmp_path: Path) -> None:
    assert "elective" in offers(run, tmp_path, "nhsleague worst --metric ele")
    assert "ZB6" not in offers(run, tmp_path, "nhsleague --sample show ZB6")
    assert list(tmp_path.iterdir()) == []
