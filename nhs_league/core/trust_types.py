"""The trust types: what files call them, what we call them, what a person may say."""

from __future__ import annotations

import re

ACUTE = "acute"
MENTAL_HEALTH_COMMUNITY = "mental-health-community"
AMBULANCE = "ambulance"
ALL = "all"

PREFERRED = (ACUTE, MENTAL_HEALTH_COMMUNITY, AMBULANCE)
"""The order in which types answer a question that names none, largest first."""

_FAMILIES = (
    (r"integrated care|\bicb\b", "integrated-care-board"),
    (r"ambulance", AMBULANCE),
    (r"non.?acute|mental health|community|learning disab|\bcare trust\b", MENTAL_HEALTH_COMMUNITY),
    (r"acute", ACUTE),
)
"""Words of a published type or subtype -> our name; the first that fits wins."""
_TYPED = {
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


def from_published(text: str, subtype: str = "") -> str:
    """Turn a file's ``Trust_type`` into our name, by its words, else by those of the subtype.

    A type that neither names keeps its published words.

    >>> from_published("Non-acute hospital trust"), from_published("Mental health & community")
    ('mental-health-community', 'mental-health-community')
    >>> from_published("Integrated care board"), from_published("Provider", "Acute - Large")
    ('integrated-care-board', 'acute')
    >>> from_published("Prison service")
    'prison-service'
    """
    for words in (text, subtype):
        for pattern, family in _FAMILIES:
            if re.search(pattern, words.casefold()):
                return family
    return re.sub(r"[^a-z0-9]+", "-", text.strip().casefold()).strip("-")


def from_person(text: str) -> str:
    """Turn what a person typed after ``--type`` into our name, known or not."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.strip().casefold()).strip("-")
    slug = re.sub(r"-trusts?$", "", slug)
    return _TYPED.get(slug, slug)


def in_words(trust_type: str) -> str:
    """Name the trusts of a type in words, plural: ``acute trusts``, ``all trust types``."""
    if trust_type == ALL:
        return "all trust types"
    return _WORDS.get(trust_type, trust_type.replace("-", " ") + "s")


def counted(count: int, trust_type: str) -> str:
    """Count the trusts of a type in words.

    >>> counted(1, "acute"), counted(2, "ambulance")
    ('1 acute trust', '2 ambulance trusts')
    """
    words = in_words(trust_type)
    return f"{count:,} {words.removesuffix('s') if count == 1 else words}"


def is_known(trust_type: str) -> bool:
    """Return whether the type is one of those that this version has words for."""
    return trust_type in _WORDS


def in_order(trust_types: set[str]) -> list[str]:
    """Sort types, the known ones first and largest first, then by name."""
    known = [t for t in PREFERRED if t in trust_types]
    return known + sorted(trust_types.difference(known))
