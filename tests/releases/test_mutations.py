"""A spoilt release file gives the figures it had, or marks what is odd, or is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from tests.releases.mutations import (
    MUTATIONS,
    ONE_CELL,
    Base,
    Outcome,
    base,
    fictional,
    real,
    run,
    run_part,
)
from tests.sampling import one_in

BAD = (Outcome.WRONG, Outcome.CRASHED)


def bad(seeds: range, bases: tuple[Base, ...]) -> Iterator[str]:
    for seed, name, came, message in run(seeds, bases):
        if came in BAD:
            yield f"seed {seed}, {name}: {came}: {message}"


WAYS = len(MUTATIONS)
"""How many seeds take each way of spoiling a file once."""


THIRD = -(-WAYS // 3)


def parts(first: int, end: int, by_default: range) -> list[range | ParameterSet]:
    """Divide seeds into runs: some by default, those before and after them in the long run."""
    starts = (first, *range(by_default.stop, end, 100))
    ends = (by_default.start, *(min(start + 100, end) for start in starts[1:]))
    others = [range(*both) for both in zip(starts, ends, strict=True) if both[0] < both[1]]
    return [by_default, *(pytest.param(seeds, marks=pytest.mark.long) for seeds in others)]


REAL = 300 + (THIRD - 300) % WAYS
"""The first of the seeds from 300 on that take the second third of the ways."""


@pytest.mark.parametrize("seeds", parts(0, 200, range(THIRD)), ids=str)
def test_no_spoilt_file_gives_wrong_figures(seeds: range) -> None:
    assert list(bad(seeds, fictional())) == []


@pytest.mark.parametrize("seeds", parts(300, 450, range(REAL, REAL + THIRD)), ids=str)
def test_no_spoilt_file_of_real_trusts_gives_wrong_figures(shared: Path, seeds: range) -> None:
    assert shared.is_dir()
    assert list(bad(seeds, real())) == []


@pytest.mark.slow
@pytest.mark.parametrize("first", range(600, 20_600, 1000))
def test_no_spoilt_file_of_many_gives_wrong_figures(first: int) -> None:
    results = run_part(range(first, first + 1000))
    assert [result for result in results if result[2] in BAD] == []


@pytest.mark.parametrize("turn", one_in(3, (2, 1, 0)))
@pytest.mark.parametrize("first", one_in(2, (0, WAYS)))
def test_no_spoilt_file_of_one_real_trust_gives_wrong_figures(
    shared: Path, turn: int, first: int
) -> None:
    (file,) = shared.glob("rdy-*-trust-data-*.csv")
    alone = (base(file.name, file.read_bytes()),)
    # Of one trust alone, nothing contradicts what is plausible in itself.
    needs_peers = {
        "rank that contradicts", "another trust's code", "cut at a line's end", "column shifted down",
        "a row of another quarter", "median unlike the others", "another trust type",
        "headings of two columns swapped", "mixed encodings", "five digits in an ID", "unknown domain",
    }  # fmt: skip
    seeds = [
        first + place
        for place, name in enumerate(MUTATIONS)
        if name not in needs_peers and place // THIRD == turn
    ]
    assert [fault for s in seeds for fault in bad(range(s, s + 1), alone)] == []


def test_there_are_many_ways_of_spoiling() -> None:
    assert WAYS >= 40
    assert set(MUTATIONS) >= ONE_CELL
