"""How the values of a metric are spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nhs_league.core import distribution as spread, metrics
from nhs_league.core.answers import Answer
from nhs_league.core.caveats import with_caveats
from nhs_league.core.metrics import Area
from nhs_league.errors import UsageError
from nhs_league.questions.one_trust import find_trust
from nhs_league.questions.scope import Where, frames_of, known_type, one_kind, resolved
from nhs_league.releases.store import Store


def distribution(store: Store, asked: str, where: Where, marked: Sequence[str] = ()) -> Answer:
    """Show how a metric's values are spread, with some trusts marked."""
    frames = frames_of(store, where)
    trust_type = known_type(store, where)
    found = metrics.choose(asked, metrics.catalogue(frames.observations), trust_type)
    (choice, *_), said = one_kind(asked, found, trust_type)
    if isinstance(choice, Area):
        raise UsageError(
            f"“{asked}” is an area; a distribution is of one metric.",
            f"Name one of its metrics: {', '.join(choice.metric_ids)}.",
        )
    trusts_marked = [find_trust(store, one, where.quarter)[1] for one in marked]
    codes = [trust.code for trust in trusts_marked]
    answer = spread.distribution(frames, choice, resolved(where, frames), codes)
    chosen = (*said, *(t.said for t in trusts_marked if t.said))
    return with_caveats(replace(answer, chosen=chosen), frames)
