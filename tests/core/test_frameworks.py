"""Framework years as frameworks.json has them: what an entry takes from another year's."""

from __future__ import annotations

from typing import Any

import pytest

from nhs_league.core import packaged
from nhs_league.core.frameworks import FILE, read_frameworks
from tests.framework_years import unlisted_year

LISTED: list[dict[str, Any]] = packaged.read(FILE)["frameworks"]
YEAR = unlisted_year()
LATER = "2089/90"
REPLACED = {"source": "made up", "override": {"segment": 2, "metrics": ["079"]}}


def sharing(year: str, other: str, **keys: Any) -> dict[str, Any]:
    return {"year": year, "source": "made up", "same_method_as": other, **keys}


@pytest.mark.parametrize("replaced", [{}, REPLACED])
def test_a_year_with_the_same_method_is_as_if_copied_whole(replaced: dict[str, Any]) -> None:
    before = LISTED[-1]
    copied = before | {"year": YEAR, "source": "made up"} | replaced
    # The last entry shares what the one before it shares, listed later or not.
    last = sharing(LATER, YEAR)
    entries = [*LISTED, last, sharing(YEAR, before["year"], **replaced)]
    *_, of_last, of_year = read_frameworks(entries)
    (*_, expected) = read_frameworks([*LISTED, copied])
    assert of_year == expected
    assert (of_last.method, of_last.rows, of_last.year) == (of_year.method, of_year.rows, LATER)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([sharing(YEAR, "2019/20")], f"{YEAR}: same_method_as is 2019/20, which is not listed"),
        ([sharing(YEAR, YEAR)], f"leads back to itself: {YEAR}, {YEAR}"),
        (
            [sharing(YEAR, LATER), sharing(LATER, YEAR)],
            f"leads back to itself: {YEAR}, {LATER}, {YEAR}",
        ),
    ],
)
def test_a_year_without_a_method_is_named(entries: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_frameworks([*LISTED, *entries])
