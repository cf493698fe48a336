"""Finding a trust by what a person calls it."""

from __future__ import annotations

import polars as pl
import pytest

from nhs_league.core.trusts import find
from nhs_league.errors import NotFoundError

NAMES = {
    "Z01": "University College Basilisk Hospitals NHS Foundation Trust",
    "Z02": "Sphinxfield Teaching Hospitals NHS Foundation Trust",
    "Z03": "St Griffin’s University Hospitals NHS Foundation Trust",
    "Z04": "Nymph & Dryad Partnership NHS Trust",
    "Z05": "Nymph and Naiad Healthcare NHS Foundation Trust",
    "Z06": "The Queen's Hospital, Chimera Lynn, NHS Foundation Trust",
}
STANDINGS = pl.DataFrame(
    {"quarter": "Q4 2025/26", "trust_code": list(NAMES), "trust_name": list(NAMES.values())}
)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Z02", "Z02"),
        ("z02", "Z02"),
        (" Z02 ", "Z02"),
        ("sphinxfield", "Z02"),
        ("Sphinxfield Teaching Hospitals", "Z02"),
        ("sphinxfield teaching hospitals nhs trust", "Z02"),
        ("sphinx teach", "Z02"),
        ("sphinxfeild", "Z02"),
        ("UCBH", "Z01"),
        ("saint griffins", "Z03"),
        ("St. Griffin's", "Z03"),
        ("nymph & dryad", "Z04"),
        ("nymph and dryad", "Z04"),
        ("queens hospital chimera lynn", "Z06"),
    ],
)
def test_one_clear_match_is_used(name: str, code: str) -> None:
    assert find(name, STANDINGS).code == code


def test_what_was_taken_for_a_trust_is_said_unless_it_was_its_code_or_name() -> None:
    assert find("Z02", STANDINGS).assumption == ""
    assert find("sphinxfield teaching hospitals", STANDINGS).assumption == ""
    assert NAMES["Z02"] in find("sphinx", STANDINGS).assumption
    assert "(Z02)" in find("sphinx", STANDINGS).assumption


def test_several_matches_are_listed_with_their_codes() -> None:
    with pytest.raises(NotFoundError) as several:
        find("nymph", STANDINGS)
    assert f"Z04  {NAMES['Z04']}" in several.value.message
    assert f"Z05  {NAMES['Z05']}" in several.value.message


def test_no_match_suggests_the_nearest() -> None:
    with pytest.raises(NotFoundError) as none:
        find("basilisk general infirmary", STANDINGS)
    assert f"Z01  {NAMES['Z01']}" in none.value.advice


@pytest.mark.parametrize("name", ["", "nhs trust", "!!!", "zzzzzz"])
def test_a_name_that_says_nothing_finds_nothing(name: str) -> None:
    with pytest.raises(NotFoundError):
        find(name, STANDINGS)


def test_a_trust_is_found_by_a_name_that_it_had_before() -> None:
    renamed = pl.DataFrame(
        {
            "quarter": ["Q1 2025/26", "Q2 2025/26"],
            "trust_code": ["Z07", "Z07"],
            "trust_name": ["Old Hydra NHS Trust", "New Kraken NHS Trust"],
        }
    )
    matches = find("old hydra", renamed)
    assert (matches.code, matches.name) == ("Z07", "New Kraken NHS Trust")
    assert "New Kraken" in matches.assumption


@pytest.mark.parametrize("name", ["NHS Trust", "The NHS Foundation Trust", ""])
def test_a_trust_whose_name_says_nothing_is_like_no_name(name: str) -> None:
    nameless = pl.DataFrame(
        {"quarter": ["Q4 2025/26"], "trust_code": ["Z08"], "trust_name": [name]}
    )
    with pytest.raises(NotFoundError) as none:
        find("sphinxfield", nameless)
    assert "The nearest are" not in none.value.advice
