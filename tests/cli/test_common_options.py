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
    reply = run(*before, "cache", "path", *after, data_dir=Path("environment"))
    assert reply.stdout == f"{kept_in}\n"


@pytest.mark.parametrize("words", [["--sample", "table"], ["table", "--sample"]])
def test_the_sample_is_asked_before_or_after_the_name(run: Run, words: list[str]) -> None:
    assert run(*words, "--limit", "1").stdout.splitlines()[1].startswith("true,")


def test_the_sample_is_asked_by_the_environment(run: Run) -> None:
    reply = run("table", "--limit", "1", env={"NHSLEAGUE_SAMPLE": "1"})
    assert reply.stdout.splitlines()[1].startswith("true,")


def test_a_trusts_name_alone_is_show(sample: Run) -> None:
    named = sample("ZB6", "--csv")
    assert named.returncode == 0
    assert named.stdout == sample("show", "ZB6", "--csv").stdout
    assert sample("salamanderbridge", "--csv").stdout == named.stdout


def test_a_command_that_is_nearly_one_is_no_trust(sample: Run) -> None:
    wrong = sample("wrost", "elective")
    assert wrong.returncode == 2
    assert "worst" in wrong.stderr


def test_a_metric_may_be_named_without_an_option(sample: Run) -> None:
    named = sample("worst", "elective", "--csv").stdout
    assert named == sample("worst", "--metric", "elective", "--csv").stdout
    assert sample("worst", "patient", "safety", "--csv").returncode == 0


def test_help_is_a_word_too(sample: Run) -> None:
    assert sample("help").stdout == sample("--help").stdout
    assert sample("help", "worst").stdout == sample("worst", "--help").stdout
