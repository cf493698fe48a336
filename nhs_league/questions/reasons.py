"""Why a trust is where it is, and what would move it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nhs_league.core import audit, explanation, improvements, metrics, whatif
from nhs_league.core.answers import Answer
from nhs_league.core.caveats import with_caveats
from nhs_league.core.method.rescoring import Change
from nhs_league.core.metrics import Area
from nhs_league.errors import UsageError
from nhs_league.questions.one_trust import one_trust
from nhs_league.questions.scope import Where, frames_of
from nhs_league.releases.store import Store, read_quarters


def explain(store: Store, asked: str, quarter: str) -> Answer:
    """Explain how one trust's place came about."""
    one = one_trust(store, asked, quarter)
    answer = explanation.explain(one.national, one.code, one.cuts)
    return with_caveats(replace(answer, chosen=one.said), one.frames, [one.code])


def what_if(
    store: Store, asked: str, quarter: str, sets: Sequence[str], *, no_deficit: bool
) -> Answer:
    """Recompute the table with some of a trust's figures changed.

    Args:
        store: the store.
        asked: the trust, as typed.
        quarter: the quarter, as typed.
        sets: changes as typed, ``METRIC=VALUE`` each.
        no_deficit: whether the trust would have no financial override.

    Raises:
        UsageError: nothing is changed, or a change is not understood.

    """
    if not sets and not no_deficit:
        raise nothing_to_change(asked)
    one = one_trust(store, asked, quarter)
    listed = metrics.catalogue(one.frames.observations)
    changes, chosen = [], []
    for typed in sets:
        name, sign, value = (part.strip() for part in typed.rpartition("="))
        if not sign or not name or not value:
            raise UsageError(
                f"--set cannot be “{typed}”.", "Write METRIC=VALUE, for example sickness=median."
            )
        (choice,) = metrics.choose(name, listed, one.trust_type)
        if isinstance(choice, Area):
            raise UsageError(
                f"“{name}” is an area; only a metric can be set.",
                f"Name one of its metrics: {', '.join(choice.metric_ids)}.",
            )
        changes.append(Change(choice, whatif.value_of(value, choice, one.frames)))
        chosen.append(f"“{name}” is {choice.metric} ({choice.metric_id}).")
    answer = whatif.whatif(one.national, one.code, one.cuts, changes, no_deficit=no_deficit)
    return with_caveats(replace(answer, chosen=(*one.said, *chosen)), one.frames, [one.code])


def nothing_to_change(asked: str) -> UsageError:
    """Return the error that asks for a change, with an example."""
    trust = f'"{asked}"' if " " in asked else asked
    return UsageError(
        "What should change?",
        f"For example: nhsleague whatif {trust} --set sickness=median, or --to-segment 2.",
    )


def ways_to(store: Store, asked: str, quarter: str, segment: int) -> Answer:
    """Find the smallest sets of improvements that bring a trust into a segment."""
    one = one_trust(store, asked, quarter)
    answer = improvements.improvements(one.national, one.code, one.cuts, segment)
    return with_caveats(replace(answer, chosen=one.said), one.frames, [one.code])


def audit_release(store: Store, quarter: str) -> Answer:
    """Recompute a release and compare.

    Args:
        store: the store.
        quarter: the quarter as typed; ``all`` for every quarter stored.

    """
    if quarter.strip().casefold() == "all":
        return audit.audit(read_quarters(store, store.quarters))
    return audit.audit(frames_of(store, Where(quarter)))
