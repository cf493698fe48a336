"""The invented trusts: names from bestiaries, codes that no NHS trust has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product
from random import Random

from sample_release.measures import ACUTE, AMBULANCE, COMMUNITY, MEMBERS, Level, Service

_BEASTS = [
    "Basilisk",
    "Centaur",
    "Chimera",
    "Dragon",
    "Gorgon",
    "Griffin",
    "Hippogriff",
    "Hydra",
    "Kelpie",
    "Kraken",
    "Manticore",
    "Minotaur",
    "Naiad",
    "Pegasus",
    "Phoenix",
    "Roc",
    "Salamander",
    "Selkie",
    "Siren",
    "Sphinx",
    "Troll",
    "Unicorn",
    "Wyvern",
    "Yeti",
]
_PLACES = ["bridge", "mouth", "stow", "haven", "wick", "moor", "dale", "ford", "ham", "cross"]
REGIONS = (
    "London", "Midlands", "North West", "North East and Yorkshire", "South East", "South West", "East",
)  # fmt: skip

_NAMES: dict[tuple[str, str], tuple[int, tuple[str, ...]]] = {
    (ACUTE, "Acute - Teaching"): (50, ("{} University Hospitals NHS Foundation Trust", "University Hospitals of {} NHS Trust", "University College {} Hospitals NHS Foundation Trust")),
    (ACUTE, "Acute - Large"): (23, ("{} Hospitals NHS Foundation Trust", "St {}’s and District Hospitals NHS Trust")),
    (ACUTE, "Acute - Medium"): (20, ("{} General Hospitals NHS Trust", "Royal {} Hospitals NHS Foundation Trust")),
    (ACUTE, "Acute - Small"): (19, ("{} District Hospital NHS Foundation Trust", "The Queen of {} Hospital NHS Trust")),
    (ACUTE, "Acute - Specialist"): (16, ("Royal {} Orthopaedic Hospital NHS Foundation Trust", "{} Eye Hospital NHS Foundation Trust", "The {} Cancer Centre NHS Foundation Trust")),
    (ACUTE, "Acute - Multi-Service"): (7, ("{} Health and Care NHS Trust",)),
    (COMMUNITY, "Mental Health and Learning Disability"): (45, ("{} Mental Health NHS Foundation Trust", "{} Partnership NHS Trust")),
    (COMMUNITY, "Community"): (14, ("{} Community Healthcare NHS Trust",)),
    (COMMUNITY, "Care Trust"): (2, ("{} & Border Care Trust",)),
    (AMBULANCE, "Ambulance"): (10, ("{} Ambulance Service NHS Foundation Trust",)),
}  # fmt: skip

_REPLACED_CODE, _LONG_CODE = "ZQ4", "Z7K2S"

_MULTI, _SPECIALIST = "Acute - Multi-Service", "Acute - Specialist"
_MENTAL = ("Mental Health and Learning Disability", "Care Trust", _MULTI)
_FIRST: dict[Service, tuple[str, ...]] = {
    Service.COMMUNITY: ("Community", "Care Trust", _MULTI),
    Service.URGENT_COMMUNITY: ("Community", _MULTI),
    Service.MENTAL_HEALTH: _MENTAL,
    Service.CHILDREN: ("Care Trust", "Mental Health and Learning Disability", _MULTI),
    Service.TOBACCO: _MENTAL,
    Service.AMBULANCE: (_MULTI,),
    Service.ELECTIVE: ("Acute - Teaching", "Acute - Large", "Acute - Medium", "Acute - Small"),
}
"""Which subtypes have a service before the others have it."""
_WITHOUT = {
    Service.CANCER: (_SPECIALIST,),
    Service.EMERGENCY: (_SPECIALIST,),
}
"""Which subtypes never have a service."""


@dataclass(frozen=True)
class Trust:
    """An invented trust; ``is_cancer`` marks specialists that have no waiting lists."""

    code: str
    name: str
    trust_type: str
    subtype: str
    region: str
    is_cancer: bool


def make_trusts(times: int = 1) -> list[Trust]:
    """Return 135 acute, 61 mental health and community and 10 ambulance trusts, or ``times`` as many.

    NHS trusts' codes begin with R or T, and one with G; these begin with Z (and then Y, X, … for
    many), and one of them has five characters.
    """
    places = [f"{beast}{place}" for place, beast in product(_PLACES, _BEASTS)]
    letters = "ZYXWVUQPONMLKJHG"
    codes = (a + b + c for a, b, c in product(letters, "ABCDEFGHJKLMNPQRSTUVWXYZ", "0123456789"))
    trusts: list[Trust] = []
    for time in range(times):
        place = iter(places)
        for (trust_type, subtype), (count, forms) in _NAMES.items():
            for number in range(count):
                form = forms[number % len(forms)]
                name = form.format(next(place) + (f" {time + 1}" if time else ""))
                region = REGIONS[len(trusts) % len(REGIONS)]
                code = next(codes)
                trusts.append(
                    Trust(
                        _LONG_CODE if code == _REPLACED_CODE else code,
                        name,
                        trust_type,
                        subtype,
                        region,
                        "Cancer" in form,
                    )
                )
    return trusts


def holders(
    service: Service, level: Level, members: list[Trust], quarter: int, seed: str
) -> set[str]:
    """Choose the trusts of a type that have a metric, by code.

    The same trusts run the same service in every quarter; as many of them are chosen as in the real
    files, in proportion to the number of trusts there are.
    """
    count = level.count if isinstance(level.count, int) else level.count[quarter % 4]
    able = [trust for trust in members if trust.subtype not in _WITHOUT.get(service, ())]
    first = _FIRST.get(service, ())

    def order(trust: Trust) -> tuple[bool, int, float]:
        place = first.index(trust.subtype) if trust.subtype in first else len(first)
        return trust.is_cancer, place, _chance(seed, trust.code, service.value)

    number = round(count * len(members) / MEMBERS[members[0].trust_type])
    return {trust.code for trust in sorted(able, key=order)[:number]}


@cache
def _chance(*words: str) -> float:
    return Random("|".join(words)).random()
