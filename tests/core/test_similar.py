"""The trusts most like one."""

from __future__ import annotations

from nhs_league import League
from nhs_league.core.peers import similar_trusts
from nhs_league.scope import load_trust


def test_the_same_subtype_and_region_come_first_then_the_nearest_profile(league: League) -> None:
    one = load_trust(league.store, "ZB6", "latest")
    peers = similar_trusts(one.frames, "ZB6", count=200)
    assert peers.height == 133
    order = peers.select("same_subtype", "same_region").rows()
    assert order == sorted(order, reverse=True)
    for key in set(order):
        group = peers.filter(same_subtype=key[0], same_region=key[1])
        assert group["computed_distance"].is_sorted()


def test_ten_are_given_and_the_trust_is_not_among_them(league: League) -> None:
    one = load_trust(league.store, "ZV6", "latest")
    peers = similar_trusts(one.frames, "ZV6")
    # There are ten ambulance trusts, itself among them.
    assert peers.height == 9
    assert "ZV6" not in peers["trust_code"]
