"""The examples in the documentation, run as they stand."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from fill_examples import commands_page, dictionary_page, glossary_page
from make_manpage import manpage

from nhs_league.errors import Exit
from tests.conftest import COMMAND, Run, environment
from tests.inprocess import run_here
from tests.sampling import one_in

ROOT = Path(__file__).parents[2]
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    *(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")),
]


def examples(page: str) -> list[tuple[str, str]]:
    """Give the commands of a page's console blocks, each with the output that the page shows."""
    text = (ROOT / page).read_text("utf-8")
    of_page = []
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = example.partition("\n")
            of_page.append((command, shown))
    return of_page


CONSOLE = [example for page in PAGES for example in examples(page)]


@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="the examples are for a shell")
@pytest.mark.parametrize("example", one_in(2, CONSOLE), ids=[command for command, _ in CONSOLE])
def test_an_example_prints_what_the_page_shows(
    example: tuple[str, str], sample_cache: Path
) -> None:
    command, shown = example
    tools = [part.split()[0] for part in re.split(r"\| (?=[a-z-]+ )", command)[1:]]
    for tool in tools:
        if shutil.which(tool, path=f"{COMMAND.parent}:{os.environ['PATH']}") is None:
            pytest.skip(f"{tool} is not installed")
    env = environment(sample_cache)
    env["PATH"] = f"{COMMAND.parent}:{env['PATH']}"
    first, _, rest = command.partition(" | ")
    words = shlex.split(first)
    if words[0] == "nhsleague" and not any(sign in first for sign in "<>;&$`"):
        answered = run_here(words[1:], env)
        assert answered.returncode == 0, answered.stderr
        # What the command writes is the same in a pipe; the shell is asked for the other tools.
        command, text = rest or "cat", answered.stdout
    else:
        text = ""
    printed = subprocess.run(
        command,
        shell=True,
        env=env,
        input=text,
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )
    assert printed.stdout == shown


@pytest.mark.parametrize("page", ["README.md", "docs/python.md"])
def test_a_pages_python_example_is_true(
    page: str, sample_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NHSLEAGUE_DATA_DIR", str(sample_cache))
    result = doctest.testfile(str(ROOT / page), module_relative=False, encoding="utf-8")
    assert result.attempted >= 3
    assert result.failed == 0


def test_there_are_console_examples() -> None:
    assert len(CONSOLE) >= 3


@pytest.mark.parametrize("page", PAGES)
def test_links_between_pages_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        assert (ROOT / page).parent.joinpath(link).exists(), link


def test_ci_runs_the_readmes_test_command() -> None:
    commands = re.findall(
        r"^python3 -m venv .*$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert len(commands) == 2
    assert commands[0].endswith("nhsleague --sample worst --metric elective")
    assert "pytest" in commands[1]
    assert "grep -m 1 '^python3 -m venv .*pytest' README.md" in (ROOT / ".ci/run").read_text(
        "utf-8"
    )


def test_the_man_page_is_that_of_the_commands() -> None:
    assert (ROOT / "docs" / "nhsleague.1").read_text("utf-8") == manpage(), (
        "python tools/make_manpage.py"
    )


@pytest.mark.parametrize("code", Exit)
def test_the_readme_says_what_each_exit_code_means(code: Exit) -> None:
    text = " ".join((ROOT / "README.md").read_text("utf-8").split())
    assert f"{int(code)} {code.meaning}" in text


def test_the_data_dictionary_is_that_of_the_tables() -> None:
    assert (ROOT / "docs" / "dictionary.md").read_text("utf-8") == dictionary_page(), (
        "tools/fill_examples.py"
    )


def test_the_glossary_is_that_of_the_metrics() -> None:
    assert (ROOT / "docs" / "glossary.md").read_text("utf-8") == glossary_page(), (
        "tools/fill_examples.py"
    )


def test_the_page_of_commands_is_that_of_the_commands() -> None:
    assert (ROOT / "docs" / "commands.md").read_text("utf-8") == commands_page(), (
        "tools/fill_examples.py"
    )


def test_every_command_has_an_example_in_its_help_and_in_the_pages(run: Run) -> None:
    listed = run("--help").stdout
    pages = "".join((ROOT / page).read_text("utf-8") for page in PAGES)
    commands = re.findall(r"^  ([a-z]+)  ", listed, re.MULTILINE)
    assert {"show", "releases", "cache"} < set(commands)
    for command in commands:
        if command != "cache":
            assert f"Examples:\n  nhsleague {command}" in run(command, "--help").stdout
        assert re.search(rf"nhsleague [^\n]*\b{command}\b", pages), command
