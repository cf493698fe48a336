"""The questions: each picks its quarter and trusts, asks the core once, and gives one answer."""

from nhs_league.questions.across import changes, list_revisions, trend
from nhs_league.questions.data import query, tables, whole_tables
from nhs_league.questions.one_trust import (
    compare,
    compare_with_peers,
    explain,
    show,
    ways_to,
    what_if,
)
from nhs_league.questions.reports import every_report, report
from nhs_league.questions.scope import LATEST, Where
from nhs_league.questions.tables import (
    audit_release,
    compare_groups,
    distribution,
    held_back,
    hidden_spots,
    list_metrics,
    list_trusts,
    table,
    worst_or_best,
)

__all__ = [
    "LATEST",
    "Where",
    "audit_release",
    "changes",
    "compare",
    "compare_groups",
    "compare_with_peers",
    "distribution",
    "every_report",
    "explain",
    "held_back",
    "hidden_spots",
    "list_metrics",
    "list_revisions",
    "list_trusts",
    "query",
    "report",
    "show",
    "table",
    "tables",
    "trend",
    "ways_to",
    "what_if",
    "whole_tables",
    "worst_or_best",
]
