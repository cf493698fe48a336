"""The trust types: what files call them, what we call them, what a person may say."""

from __future__ import annotations

import re

ACUTE = "acute"
MENTAL_HEALTH_COMMUNITY = "mental-health-community"
AMBULANCE = "ambulance"
ALL = "all"

PREFERRED = (ACUTE, MENTAL_HEALTH_COMMUNITY, AMBULANCE)
"""The order in which types answer a question that names none, largest first."""

_PUBLISHED = {
    "acute trust": ACUTE,
    "acute hospital trust": ACUTE,
    "non-acute hospital trust": MENTAL_HEALTH_COMMUNITY,
    "non-acute trust": MENTAL_HEALTH_COMMUNITY,
    "mental health and community trust": MENTAL_HEALTH_COMMUNITY,
    "ambulance trust": AMBULANCE,
}
_SAID = {
    "non-acute": MENTAL_HEALTH_COMMUNITY,
    "mental-health-and-community": MENTAL_HEALTH_COMMUNITY,
    "mental-health": MENTAL_HEALTH_COMMUNITY,
    "community": MENTAL_HEALTH_COMMUNITY,
}
_WORDS = {
    ACUTE: "acute trusts",
    MENTAL_HEALTH_COMMUNITY: "mental health and community trusts",
    AMBULANCE: "ambulance trusts",
}


def from_published(text: str) -> str:
    """Turn a file's ``Trust_type`` into our name; a type not known today keeps its own words.

    >>> from_published("Non-acute hospital trust")
    'mental-health-community'
    >>> from_published("Integrated care board")
    'integrated-care-board'
    """
    published = text.strip().casefold()
    return _PUBLISHED.get(published) or re.sub(r"[^a-z0-9]+", "-", published).strip("-")


def from_person(text: str) -> str:
    """Turn what a person typed after ``--type`` into our name, known or not."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.strip().casefold()).strip("-")
    slug = re.sub(r"-trusts?$", "", slug)
    return _SAID.get(slug, slug)


def in_words(trust_type: str) -> str:
    """Name the trusts of a type in words, plural: ``acute trusts``."""
    return _WORDS.get(trust_type, trust_type.replace("-", " ") + "s")


def is_known(trust_type: str) -> bool:
    """Tell whether the type is one of those that this version has words for."""
    return trust_type in _WORDS


def in_order(trust_types: set[str]) -> list[str]:
    """Sort types, the known ones first and largest first, then by name."""
    known = [t for t in PREFERRED if t in trust_types]
    return known + sorted(trust_types.difference(known))
