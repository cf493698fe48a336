"""A spoilt release file gives the figures it had, or marks what is odd, or is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.releases.mutations import MUTATIONS, Base, Outcome, base, fictional, run

BAD = (Outcome.WRONG, Outcome.CRASHED)


def bad(seeds: range, bases: tuple[Base, ...]) -> Iterator[str]:
    for seed, name, came, said in run(seeds, bases):
        if came in BAD:
            yield f"seed {seed}, {name}: {came}: {said}"


@pytest.mark.parametrize("first", range(0, 500, 100))
def test_no_spoilt_file_gives_wrong_figures(first: int) -> None:
    assert list(bad(range(first, first + 100), fictional())) == []


@pytest.mark.slow
@pytest.mark.parametrize("first", range(500, 20_500, 1000))
def test_no_spoilt_file_of_many_gives_wrong_figures(first: int) -> None:
    assert list(bad(range(first, first + 1000), fictional())) == []


def test_no_spoilt_file_of_real_rows_gives_wrong_figures(shared: Path) -> None:
    real = tuple(base(f.name, f.read_bytes()) for f in sorted(shared.glob("rdy-*.csv")))
    assert len(real) == 2
    # One trust alone: nothing contradicts a rank, a code or a type that is plausible in itself.
    needs_peers = {
        "rank that contradicts", "another trust's code", "cut at a line's end", "column shifted down",
        "a row of another quarter", "median unlike the others", "another trust type",
        "headings of two columns swapped", "mixed encodings", "five digits in an ID", "unknown domain",
    }  # fmt: skip
    seeds = [s for s in range(120) if list(MUTATIONS)[s % len(MUTATIONS)] not in needs_peers]
    assert [fault for s in seeds for fault in bad(range(s, s + 1), real)] == []


def test_every_way_of_spoiling_is_in_a_short_run() -> None:
    assert len(MUTATIONS) >= 40
    assert {name for _, name, _, _ in run(range(len(MUTATIONS)), fictional())} == set(MUTATIONS)
