"""Help: in groups, examples first, in a person's words, on 80 columns."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from nhs_league.cli.app import FAMILIES, load_commands
from tests.conftest import Run
from tests.terminal import needs_terminal, on_terminal

CACHE = ["cache path", "cache verify", "cache repair", "cache clear"]
COMMANDS = load_commands()
PAGES = ["", *COMMANDS, *CACHE]


def test_every_command_is_listed_once_under_one_of_four_headings(run: Run) -> None:
    assert list(FAMILIES) == ["Look", "Explain", "Share", "Data"]
    lines = run("--help").stdout.splitlines()
    listed = [line.split()[0] for line in lines if re.match(r"  [a-z]+  ", line)]
    assert listed[: len(COMMANDS)] == list(COMMANDS)
    assert len({*COMMANDS}) == len(COMMANDS)
    headings = [line for line in lines if re.fullmatch(r"[A-Z][a-z ]+:", line)]
    assert headings[:5] == ["Examples:", "Look:", "Explain:", "Share:", "Data:"]
    assert "  show       Show a trust's position and weak spots" in lines


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_in_a_persons_words_and_fits(run: Run, page: str) -> None:
    text = run(*page.split(), "--help").stdout
    lines = text.splitlines()
    assert lines[0].startswith(f"Usage: nhsleague {page}".rstrip())
    assert max(map(len, lines)) <= 80
    assert not re.search(r"list\[|<\w|\bstr\b|\bint\b|\bPath\b|env var|x<=", text)
    assert not re.search(r"[{}]|\[\[", lines[0])
    assert "?" not in lines[2]
    if page != "cache":
        assert 0 < lines.index("Examples:") < lines.index("Options:")


@pytest.mark.parametrize(
    "example",
    [example for each in COMMANDS.values() for example in getattr(each, "examples", ())],
)
def test_an_example_is_one_that_the_command_understands(run: Run, example: str) -> None:
    (_, *words), *_ = (shlex.split(part) for part in example.split(" | "))
    page = run(words[0], "--help").stdout
    for option in (word for word in words if word.startswith("--")):
        assert option in page, example


@needs_terminal
@pytest.mark.parametrize(
    ("env", "words", "is_coloured"),
    [
        ({}, [], True),
        ({"NO_COLOR": "1"}, [], False),
        ({"TERM": "dumb"}, [], False),
        ({}, ["--no-color"], False),
    ],
    ids=["as it is", "NO_COLOR", "dumb", "option"],
)
@pytest.mark.parametrize("page", ["--help", "show --help", ""])
def test_help_is_coloured_where_colour_is_wanted(
    tmp_path: Path, page: str, env: dict[str, str], words: list[str], is_coloured: bool
) -> None:
    shown = on_terminal(*words, *page.split(), columns=80, data_dir=tmp_path, **env)
    assert ("\033[" in shown) == is_coloured
    assert "nhsleague" in shown


def test_colour_in_a_pipe_is_for_those_who_force_it(run: Run) -> None:
    assert "\033[" not in run("--help").stdout
    assert "\033[1m" in run("--help", env={"FORCE_COLOR": "1"}).stdout
