"""The invented trusts: names from bestiaries, codes that no NHS trust has."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from sample_release.measures import ACUTE, AMBULANCE, COMMUNITY

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
    (ACUTE, "Acute - Large"): (24, ("{} Hospitals NHS Foundation Trust", "St {}’s and District Hospitals NHS Trust")),
    (ACUTE, "Acute - Medium"): (20, ("{} General Hospitals NHS Trust", "Royal {} Hospitals NHS Foundation Trust")),
    (ACUTE, "Acute - Small"): (20, ("{} District Hospital NHS Foundation Trust", "The Queen of {} Hospital NHS Trust")),
    (ACUTE, "Acute - Specialist"): (13, ("The {} Cancer Centre NHS Foundation Trust", "Royal {} Orthopaedic Hospital NHS Foundation Trust", "{} Eye Hospital NHS Foundation Trust")),
    (ACUTE, "Acute - Multi-Service"): (8, ("{} Health and Care NHS Trust",)),
    (COMMUNITY, "Mental Health and Learning Disability"): (44, ("{} Mental Health NHS Foundation Trust", "{} Partnership NHS Trust")),
    (COMMUNITY, "Community"): (16, ("{} Community Healthcare NHS Trust",)),
    (COMMUNITY, "Care Trust"): (1, ("{} & Border Care Trust",)),
    (AMBULANCE, "Ambulance"): (10, ("{} Ambulance Service NHS Foundation Trust",)),
}  # fmt: skip


@dataclass(frozen=True)
class Trust:
    """An invented trust; ``nature`` is what its metrics' ``not_for`` look at besides its subtype."""

    code: str
    name: str
    trust_type: str
    subtype: str
    region: str
    nature: str


def make_trusts(times: int = 1) -> list[Trust]:
    """Give 135 acute, 61 mental health and community and 10 ambulance trusts, or ``times`` as many.

    NHS trusts' codes begin with R or T; these begin with Z (and then Y, X, … for many).
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
                nature = "cancer" if "Cancer" in form else ""
                trusts.append(Trust(next(codes), name, trust_type, subtype, region, nature))
    return trusts
