"""Each command has the parameters of its method of League, and no others."""

from __future__ import annotations

import inspect
from dataclasses import fields

import pytest

from nhs_league import League
from nhs_league.cli.app import load_commands
from nhs_league.cli.options import Common, Output, takes_groups

COMMANDS = load_commands()
_SHOWN = {field.name for group in (Common, Output) for field in fields(group)} | {"ctx"}
"""Options that say which data, and how to show the answer."""
_ONLY_TYPED = {
    "worst": {"words"},  # the metric, as an argument
    "best": {"words"},
    "table": {"of_type"},  # the trust type, as an argument
    "query": {"tables"},  # League.tables
    "releases": {"available"},  # asks the site, not the store
    "watch": {"words", "trusts", "since"},  # what was last seen is kept by the command
    "report": {"every", "form", "output", "show", "trusts", "trust"},  # a page for each trust
    "trend": {"every_metric"},  # --all, as of every answer
}
_ACTIONS = {"fetch", "export", "mcp", "cache"}
"""Commands that change, copy or serve what is stored; they answer no question."""


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - _ACTIONS))
def test_a_command_has_the_parameters_of_its_method(command: str) -> None:
    of_command = set(inspect.signature(takes_groups(COMMANDS[command])).parameters) - _SHOWN
    of_method = set(inspect.signature(getattr(League, command)).parameters) - {"self"}
    assert of_command ^ of_method <= _ONLY_TYPED.get(command, set())


def test_each_question_of_a_league_has_a_command() -> None:
    public = {name for name in dir(League) if not name.startswith("_")}
    not_questions = {"store", "sample", "frames", "quarters"}
    within_commands = {"tables", "every_report", "every_metric", "whole_tables", "verify"}
    assert public - not_questions - within_commands == set(COMMANDS) - _ACTIONS
