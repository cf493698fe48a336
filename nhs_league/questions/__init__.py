"""The questions: each picks its quarter and trusts, asks the core once, and gives one answer."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nhs_league.questions.across import (
        changes as changes,
        list_revisions as list_revisions,
        trend as trend,
    )
    from nhs_league.questions.comparison import (
        compare as compare,
        compare_groups as compare_groups,
        compare_with_peers as compare_with_peers,
    )
    from nhs_league.questions.data import (
        query as query,
        tables as tables,
        whole_tables as whole_tables,
    )
    from nhs_league.questions.distribution import distribution as distribution
    from nhs_league.questions.hidden import held_back as held_back, hidden_spots as hidden_spots
    from nhs_league.questions.lists import list_metrics as list_metrics, list_trusts as list_trusts
    from nhs_league.questions.profile import show as show
    from nhs_league.questions.ranks import table as table, worst_or_best as worst_or_best
    from nhs_league.questions.reasons import (
        audit_release as audit_release,
        explain as explain,
        ways_to as ways_to,
        what_if as what_if,
    )
    from nhs_league.questions.reports import every_report as every_report, report as report
    from nhs_league.questions.scope import LATEST as LATEST, Where as Where

_HOME = {
    "LATEST": "scope",
    "Where": "scope",
    "audit_release": "reasons",
    "changes": "across",
    "compare": "comparison",
    "compare_groups": "comparison",
    "compare_with_peers": "comparison",
    "distribution": "distribution",
    "every_report": "reports",
    "explain": "reasons",
    "held_back": "hidden",
    "hidden_spots": "hidden",
    "list_metrics": "lists",
    "list_revisions": "across",
    "list_trusts": "lists",
    "query": "data",
    "report": "reports",
    "show": "profile",
    "table": "ranks",
    "tables": "data",
    "trend": "across",
    "ways_to": "reasons",
    "what_if": "reasons",
    "whole_tables": "data",
    "worst_or_best": "ranks",
}
"""Each question, with the module that has it."""


def __getattr__(name: str) -> object:
    """Import a question when it is first asked: what the others need takes time to import."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
