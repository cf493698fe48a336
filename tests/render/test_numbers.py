"""Figures as text and as drawings: rounded in one way, drawn where they are."""

from __future__ import annotations

import pytest

from nhs_league.core.sentences import counted
from nhs_league.render import numbers


def test_one_thing_is_singular() -> None:
    assert [counted(count, "trust") for count in (0, 1, 2)] == ["0 trusts", "1 trust", "2 trusts"]
    assert numbers.difference(1.0, "%") == "1 point"
    assert numbers.difference(-22.36, "%") == "22.36 points"


@pytest.mark.parametrize(
    ("figure", "shown"), [(60.335, 60.34), (64.1375, 64.14), (2.485, 2.49), (-0.125, -0.13)]
)
def test_halves_are_rounded_away_from_zero_whatever_the_binary_fraction(
    figure: float, shown: float
) -> None:
    assert numbers.rounded(figure) == shown


def test_a_score_reads_the_same_wherever_it_is_computed() -> None:
    assert numbers.score(2.485) == numbers.with_unit(2.485, "score") == "2.49"


def test_a_change_names_a_unit_that_is_a_word_once() -> None:
    assert numbers.from_to(63.1, 65.54, "%") == "63.1% to 65.54%"
    assert numbers.from_to(7.19, 7.11, "out of 10") == "7.19 to 7.11 out of 10"
    assert numbers.from_to(3.0, 2.0, "score") == "3.00 to 2.00"
