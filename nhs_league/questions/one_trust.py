"""Questions about one trust, or a few by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nhs_league.errors import NotFoundError, UsageError
from nhs_league.league import alike, comparison, explanation, metrics, paths, profile, whatif
from nhs_league.league.metrics import Area
from nhs_league.league.rescoring import Change
from nhs_league.league.revisions import told_once
from nhs_league.league.schema.answers import Answer
from nhs_league.questions.scope import (
    Where,
    find_trust,
    frames_of,
    one_trust,
    quarters_with,
)
from nhs_league.releases.store import Store, read_quarters

_PAST = 8
"""How many earlier quarters a report looks back to."""


def show(
    store: Store, asked: str, quarter: str, *, bootstrap: bool = False, peers: bool = False
) -> Answer:
    """Report on one trust; with ranges of our own, or with the trusts most like it."""
    one = one_trust(store, asked, quarter)
    past = [q for q in quarters_with(store, one.trust_type) if q < one.quarter][-_PAST:]
    earlier = read_quarters(store, past).of_type(one.trust_type) if past else None
    answer = profile.profile(one.frames, one.code, earlier, bootstrap=bootstrap, peers=peers)
    return told_once(replace(answer, chosen=one.said), one.frames)


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


def compare_with_peers(store: Store, asked: str, quarter: str) -> Answer:
    """Put a trust beside the trusts most like it."""
    one = one_trust(store, asked, quarter)
    likest = alike.alike(one.frames, one.code)["trust_code"]
    answer = comparison.side_by_side(one.frames, [one.code, *likest])
    return replace(answer, chosen=(*one.said, *answer.chosen))


def compare(store: Store, asked: Sequence[str], quarter: str) -> Answer:
    """Put trusts side by side."""
    found = [find_trust(store, one, quarter) for one in asked]
    codes = list(dict.fromkeys(trust.code for _, trust in found))
    if len(codes) < 2:
        raise UsageError(
            "A comparison needs two different trusts.", "Name another, or use show for one."
        )
    frames = frames_of(store, Where(quarter))
    there = set(frames.standings.select("trust_code").collect()["trust_code"])
    if gone := [trust.name for _, trust in found if trust.code not in there]:
        raise NotFoundError(
            f"Not in the newest quarter: {', '.join(gone)}.", "Name an earlier --quarter."
        )
    answer = comparison.side_by_side(frames, codes)
    return replace(
        answer, chosen=(*(trust.said for _, trust in found if trust.said), *answer.chosen)
    )
