"""How one trust does."""

from __future__ import annotations

from dataclasses import replace

from nhs_league.core import profile
from nhs_league.core.answers import Answer
from nhs_league.core.caveats import with_caveats
from nhs_league.questions.one_trust import one_trust
from nhs_league.questions.scope import quarters_with
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
    return with_caveats(replace(answer, chosen=one.said), one.frames, [one.code])
