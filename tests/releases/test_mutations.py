"""A spoilt release file gives the figures it had, or marks what is odd, or is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

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

BAD = (Outcome.WRONG, Outcome.CRASHED)


def bad(seeds: range, bases: tuple[Base, ...]) -> Iterator[str]:
    for seed, name, came, message in run(seeds, bases):
        if came in BAD:
            yield f"seed {seed}, {name}: {came}: {message}"


@pytest.mark.parametrize("first", range(0, 500, 100))
def test_no_spoilt_file_gives_wrong_figures(first: int) -> None:
    assert list(bad(range(first, first + 100), fictional())) == []


@pytest.mark.parametrize("first", range(500, 800, 100))
def test_no_spoilt_file_of_real_trusts_gives_wrong_figures(shared: Path, first: int) -> None:
    assert shared.is_dir()
    assert list(bad(range(first, first + 100), real())) == []


@pytest.mark.slow
@pytest.mark.parametrize("first", range(800, 20_800, 1000))
def test_no_spoilt_file_of_many_gives_wrong_figures(first: int) -> None:
    results = run_part(range(first, first + 1000))
    assert [result for result in results if result[2] in BAD] == []


def test_no_spoilt_file_of_one_real_trust_gives_wrong_figures(shared: Path) -> None:
    (file,) = shared.glob("rdy-*-trust-data-*.csv")
    alone = (base(file.name, file.read_bytes()),)
    # Of one trust alone, nothing contradicts what is plausible in itself.
    needs_peers = {
        "rank that contradicts", "another trust's code", "cut at a line's end", "column shifted down",
        "a row of another quarter", "median unlike the others", "another trust type",
        "headings of two columns swapped", "mixed encodings", "five digits in an ID", "unknown domain",
    }  # fmt: skip
    seeds = [s for s in range(120) if list(MUTATIONS)[s % len(MUTATIONS)] not in needs_peers]
    assert [fault for s in seeds for fault in bad(range(s, s + 1), alone)] == []


def test_every_way_of_spoiling_is_in_a_short_run() -> None:
    assert len(MUTATIONS) >= 40
    assert {name for _, name, _, _ in run(range(len(MUTATIONS)), fictional())} == set(MUTATIONS)
    assert set(MUTATIONS) >= ONE_CELL
