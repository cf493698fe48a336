"""What parameters may be, and which contradict each other: known before anything is opened."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Literal

from nhs_league.errors import UsageError

_WHOLE_TRUSTS = ("hospital", "hospitals", "overall", "trust", "trusts")
"""Words that people put after ``worst`` who mean the league table."""
_PLAIN = r"[\w.,/%+=:@-]+"
_IN_QUOTES = r"[^\"$`\\\\!]+"


def quoted(text: str) -> str:
    """Return a text as it is typed in a shell: in quotes where it needs them.

    >>> print(quoted("RDY"), quoted("guy's and st thomas"))
    RDY "guy's and st thomas"
    """
    if re.fullmatch(_PLAIN, text):
        return text
    if re.fullmatch(_IN_QUOTES, text):
        return f'"{text}"'
    import shlex

    return shlex.quote(text)


def in_choice(names: Sequence[str]) -> str:
    """Write names to choose from: ``a, b or c``."""
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


class Format(StrEnum):
    """The formats of an answer; ``render.formats`` writes them.

    Attributes:
        shows: the answer's rows, the answer as a person reads it, or its citations.
        is_text: whether it is text, not bytes.

    """

    shows: Literal["rows", "answer", "citations"]
    is_text: bool

    def __new__(
        cls,
        name: str,
        shows: Literal["rows", "answer", "citations"] = "rows",
        is_text: bool = True,
    ) -> Format:
        """Make a format of its name and of what distinguishes it."""
        each = str.__new__(cls, name)
        each._value_, each.shows, each.is_text = name, shows, is_text
        return each

    TABLE = "table", "answer"
    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    NDJSON = "ndjson"
    MARKDOWN = "markdown", "answer"
    HTML = "html", "answer"
    XLSX = "xlsx", "rows", False
    PARQUET = "parquet", "rows", False
    BIBTEX = "bibtex", "citations"
    CSL_JSON = "csl-json", "citations"


class GroupBy(StrEnum):
    """What trusts can be grouped by."""

    REGION = "region"
    SUBTYPE = "subtype"
    SEGMENT = "segment"
    TYPE = "type"


def check_comparison(
    trusts: Sequence[str],
    by: str | None,
    metric: str | None,
    trust_type: str | None,
    *,
    peers: bool,
    narrowed: bool,
) -> None:
    """Check the parameters of ``compare``.

    Args:
        trusts: the trusts, as typed.
        by: what to group by.
        metric: what to compare groups by.
        trust_type: the trust type, as typed.
        peers: whether to compare with the trusts most like it.
        narrowed: whether trusts are filtered, sorted or limited.

    Raises:
        UsageError: they do not fit each other.

    """
    if trusts and (by or metric or trust_type or narrowed):
        raise UsageError(
            "Filters, --by, --metric, --limit and --sort are for groups, not for named trusts.",
            "Leave out either the trusts or the options.",
        )
    if peers and len(trusts) != 1:
        raise UsageError(
            "--peers compares one trust with those most similar.",
            "For example: nhsleague compare RDY --peers",
        )
    if trusts and not peers and len({name.strip().casefold() for name in trusts}) < 2:
        raise needs_two(trusts[0])
    if by != GroupBy.TYPE:
        return
    if trust_type and trust_type.strip().casefold() != "all":
        raise UsageError(
            f"--by type compares all trust types, so --type {trust_type} leaves only one.",
            "Leave out --type to compare the types, or use --by region or --by subtype.",
        )
    if metric:
        raise UsageError(
            "Trust types cannot be compared by a metric, as each is ranked on its own.",
            "Leave out --metric, or use --by region with a --type.",
        )


def needs_two(trust: str) -> UsageError:
    """Return the error for a comparison of a trust with nothing else."""
    other = "RVN" if trust.strip().casefold() == "rdy" else "RDY"
    return UsageError(
        "Compare it with which trust? A comparison needs two different trusts.",
        f"For example: nhsleague compare {quoted(trust)} {other}\n"
        f"With the ten most similar trusts: nhsleague compare {quoted(trust)} --peers",
    )


def one_metric(command: str, words: Sequence[str] | None, metric: str | None) -> str:
    """Return the metric that was named, as words after the command or with --metric.

    Raises:
        UsageError: none was named, or two, or the trusts instead.

    """
    typed = " ".join(words or ())
    if typed and metric:
        raise UsageError(f'"{typed}" and --metric "{metric}" are two metrics.', "Choose one.")
    if not typed and not metric:
        raise UsageError(f"Which metric? For example: nhsleague {command} elective")
    if typed.casefold() in _WHOLE_TRUSTS:
        raise UsageError(
            f'"{typed}" is not a metric. For example: nhsleague {command} elective',
            "To see the league table instead: nhsleague table",
        )
    return typed or metric or ""


def check_whatif(
    trust: str, changes: Sequence[str], *, no_deficit: bool, to_segment: int | None
) -> None:
    """Check the parameters of ``whatif``.

    Args:
        trust: the trust, as typed.
        changes: the figures to change, ``METRIC=VALUE`` each.
        no_deficit: whether the trust would have no financial override.
        to_segment: the segment to reach.

    Raises:
        UsageError: they do not fit each other, or nothing would change.

    """
    if to_segment is not None:
        if changes or no_deficit:
            raise UsageError(
                "--to-segment finds the changes for you.", "Leave out --set and --no-deficit."
            )
    elif not changes and not no_deficit:
        shown = quoted(trust)
        raise nothing_changes(
            f"nhsleague whatif {shown} --set sickness=median",
            f"nhsleague whatif {shown} --to-segment 2",
        )


def nothing_changes(*examples: str) -> UsageError:
    """Return the error for a ``whatif`` that changes nothing, with what might be typed instead."""
    return UsageError("What should change? For example:", "\n".join(f"  {e}" for e in examples))


def check_robust(trust: str, trust_type: str | None, *, narrowed: bool) -> None:
    """Check the parameters of ``robust``.

    Args:
        trust: the trust, as typed; empty for a whole type.
        trust_type: the trust type, as typed.
        narrowed: whether trusts are filtered, sorted or limited.

    Raises:
        UsageError: they do not fit each other, or all trust types are wanted.

    """
    if trust and (trust_type or narrowed):
        raise UsageError(
            "Filters, --limit and --sort are for a whole trust type, not for one trust.",
            "Leave out either the trust or the options.",
        )
    if trust_type and trust_type.strip().casefold() == "all":
        raise UsageError(
            "Each trust type is ranked on its own, so robust takes one type.",
            "For example: nhsleague robust --type acute",
        )


def check_stories(trust: str | None, *, narrowed: bool) -> None:
    """Check the parameters of ``stories``.

    Args:
        trust: the trust, as typed.
        narrowed: whether a type is named, or trusts are filtered.

    Raises:
        UsageError: they do not fit each other.

    """
    if trust and narrowed:
        raise UsageError(
            "--trust is one trust, so --type and filters leave nothing to choose.",
            "Leave out --trust, or the others.",
        )


def check_changes(*, improved: bool, worsened: bool) -> None:
    """Check the parameters of ``changes``.

    Raises:
        UsageError: both directions are wanted.

    """
    if improved and worsened:
        raise UsageError("--improved and --worsened cannot be used together.", "Choose one.")


def check_trend(metric: str | None, *, every_metric: bool) -> None:
    """Check the parameters of ``trend``.

    Raises:
        UsageError: one metric and every metric are wanted.

    """
    if metric and every_metric:
        raise UsageError("--metric and --all cannot be used together.", "Choose one.")
