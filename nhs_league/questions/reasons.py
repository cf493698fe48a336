"""Why a trust is where it is, and what would move it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nhs_league.errors import UsageError
from nhs_league.league import audit, explanation, metrics, paths, whatif
from nhs_league.league.metrics import Area
from nhs_league.league.rescoring import Change
from nhs_league.league.schema.answers import Answer
from nhs_league.questions.one_trust import one_trust
from nhs_league.questions.scope import Where, frames_of
from nhs_league.releases.store import Store


def explain(store: Store, asked: str, quarter: str) -> Answer:
    """Explain how one trust's place came about."""
    one = one_trust(store, asked, quarter)
    return replace(explanation.explain(one.frames, one.code, one.cuts), chosen=one.said)


def what_if(
    store: Store, asked: str, quarter: str, sets: Sequence[str], *, no_deficit: bool
) -> Answer:
    """Recompute the table with some of a trust's figures changed.

    Args:
        store: the store.
        asked: the trust, as typed.
        quarter: the quarter, as typed.
        sets: changes as typed, ``METRIC=VALUE`` each.
        no_deficit: whether the trust would run no deficit.

    """
    one = one_trust(store, asked, quarter)
    listed = metrics.catalogue(one.frames.observations)
    changes, said = [], []
    for typed in sets:
        name, sign, value = typed.rpartition("=")
        if not sign or not name.strip() or not value.strip():
            raise UsageError(f"--set cannot be “{typed}”.", "Write METRIC=VALUE: OF0063=25.")
        (choice,) = metrics.choose(name, listed, one.trust_type)
        if isinstance(choice, Area):
            raise UsageError(
                f"“{name}” is an area; only a metric can be set.",
                f"Name one of its metrics: {', '.join(choice.metric_ids)}.",
            )
        changes.append(Change(choice, whatif.value_of(value.strip(), choice, one.frames)))
        said.append(f"“{name}” is {choice.metric} ({choice.metric_id}).")
    answer = whatif.whatif(one.frames, one.code, one.cuts, changes, no_deficit=no_deficit)
    return replace(answer, chosen=(*one.said, *said))


def ways_to(store: Store, asked: str, quarter: str, segment: int) -> Answer:
    """Find the smallest sets of improvements that bring a trust into a segment."""
    one = one_trust(store, asked, quarter)
    return replace(paths.paths(one.frames, one.code, one.cuts, segment), chosen=one.said)


def audit_release(store: Store, quarter: str) -> Answer:
    """Recompute a release and compare."""
    return audit.audit(frames_of(store, Where(quarter)))
