"""Options that stand before or after a command's name, and in the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run


@pytest.mark.parametrize(
    ("before", "after", "kept_in"),
    [
        ([], [], "environment"),
        (["--data-dir", "before"], [], "before"),
        ([], ["--data-dir", "after"], "after"),
        (["--data-dir", "before"], ["--data-dir", "after"], "after"),
    ],
)
def test_what_is_typed_goes_before_the_environment_and_the_last_word_before_the_first(
    run: Run, before: list[str], after: list[str], kept_in: str
) -> None:
    asked = run(*before, "cache", "path", *after, data_dir=Path("environment"))
    assert asked.stdout == f"{kept_in}\n"


@pytest.mark.parametrize("words", [["--sample", "table"], ["table", "--sample"]])
def test_the_sample_is_asked_before_or_after_the_name(run: Run, words: list[str]) -> None:
    assert run(*words, "--limit", "1").stdout.splitlines()[1].startswith("true,")


def test_the_sample_is_asked_by_the_environment(run: Run) -> None:
    asked = run("table", "--limit", "1", env={"NHSLEAGUE_SAMPLE": "1"})
    assert asked.stdout.splitlines()[1].startswith("true,")
