"""The order in which release files were published, and where it cannot be known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import combinations

import polars as pl

from nhs_league.core.quarters import Quarter
from nhs_league.frozen import frozen
from nhs_league.releases.manifest import StoredFile

_MONTH = len("2026-03")
_UNKNOWN = -1

Evidence = Callable[[StoredFile, StoredFile], int]
"""Below 0 where the first of two files was published earlier, above 0 where it was published later,
0 where this does not decide."""


@frozen
class Order:
    """The order of publication of some files.

    Attributes:
        places: ``release_file`` -> its place, later publications higher.
        unsure: pairs of ``release_file`` with nothing to decide their order; they are in the order
            in which they were added. Only files of one kind that share a quarter and a trust type
            are compared.

    """

    places: Mapping[str, int] = field(default_factory=dict)
    unsure: frozenset[frozenset[str]] = frozenset()

    def place(self, release_file: str) -> int:
        """Return a file's place; a file that is not known comes before all others."""
        return self.places.get(release_file, _UNKNOWN)

    def expr(self) -> pl.Expr:
        """Return the place of the file in the column ``release_file``."""
        if not self.places:
            return pl.lit(_UNKNOWN, pl.Int64)
        return pl.col("release_file").replace_strict(
            self.places, default=_UNKNOWN, return_dtype=pl.Int64
        )


def publication_order(files: Sequence[StoredFile]) -> Order:
    """Sort files by their order of publication.

    Each kind of evidence is used where all stronger ones leave the order of two files open: what a
    person answered, the date of publication (the address's folder, or as a person gave it), the
    newest quarter that a file reaches, the revision in its name (``-v2``), a later download from
    the same address, the server's ``Last-Modified``, and the number of quarters. Where none
    decides, the file that was added later is placed later.
    """
    added = sorted(files, key=lambda stored: stored.order)
    known = _Known(len(added))
    pairs = [pair for pair in combinations(range(len(added)), 2) if _overlap(added, pair)]
    for evidence in _EVIDENCE:
        for one, other in pairs:
            if not known.is_decided(one, other) and (sign := evidence(added[one], added[other])):
                known.add(*((one, other) if sign < 0 else (other, one)))
    return Order(
        {added[number].release_file: place for place, number in enumerate(known.in_order())},
        frozenset(
            frozenset((added[one].release_file, added[other].release_file))
            for one, other in pairs
            if added[one].kind == added[other].kind and not known.is_decided(one, other)
        ),
    )


class _Known:
    """Which of some numbered files are known to be earlier than which others.

    What follows from what is known is known too: each file has the set of all that are earlier and
    of all that are later, as the bits of an integer. So no evidence can contradict a stronger one.
    """

    def __init__(self, count: int) -> None:
        self._earlier, self._later = [0] * count, [0] * count

    def is_decided(self, one: int, other: int) -> bool:
        return bool((self._earlier[one] | self._later[one]) >> other & 1)

    def add(self, first: int, second: int) -> None:
        earlier = self._earlier[first] | 1 << first
        later = self._later[second] | 1 << second
        for number in _bits(earlier):
            self._later[number] |= later
        for number in _bits(later):
            self._earlier[number] |= earlier

    def in_order(self) -> Iterator[int]:
        """List the files, each after all that are earlier, else by their numbers."""
        placed, left = 0, list(range(len(self._earlier)))
        while left:
            number = next(n for n in left if not self._earlier[n] & ~placed)
            left.remove(number)
            placed |= 1 << number
            yield number


def _bits(numbers: int) -> Iterator[int]:
    while numbers:
        lowest = numbers & -numbers
        yield lowest.bit_length() - 1
        numbers ^= lowest


def _overlap(files: Sequence[StoredFile], pair: tuple[int, int]) -> bool:
    one, other = (files[number] for number in pair)
    return not (
        set(one.quarters).isdisjoint(other.quarters)
        or set(one.trust_types).isdisjoint(other.trust_types)
    )


def _by_answer(one: StoredFile, other: StoredFile) -> int:
    return (other.sha256 in one.follows) - (one.sha256 in other.follows)


def _by_date(one: StoredFile, other: StoredFile) -> int:
    """Compare dates of publication as far as both are known: a month is no day."""
    ours, theirs = _published(one), _published(other)
    length = min(len(ours), len(theirs))
    return _sign(ours[:length], theirs[:length])


def _published(stored: StoredFile) -> str:
    """Return the date of publication; ``Last-Modified`` refines the address's month if it is in it.

    It may be later than that month: a site that moves writes its files again.
    """
    is_of_month = stored.published and stored.published == stored.last_modified[:_MONTH]
    return stored.last_modified if is_of_month else stored.published


def _by_newest_quarter(one: StoredFile, other: StoredFile) -> int:
    return _sign(*(max(map(Quarter.parse, stored.quarters)) for stored in (one, other)))


def _by_revision(one: StoredFile, other: StoredFile) -> int:
    """Compare revision numbers, which count the publications of one newest quarter."""
    if _by_newest_quarter(one, other):
        return 0
    return _sign(one.revision, other.revision) if one.has_name and other.has_name else 0


def _by_download(one: StoredFile, other: StoredFile) -> int:
    return _sign(one.order, other.order) if one.is_fetched and one.source == other.source else 0


def _by_last_modified(one: StoredFile, other: StoredFile) -> int:
    known = one.last_modified and other.last_modified
    return _sign(one.last_modified, other.last_modified) if known else 0


def _by_number_of_quarters(one: StoredFile, other: StoredFile) -> int:
    return _sign(len(one.quarters), len(other.quarters))


def _sign(one: str | int | Quarter, other: str | int | Quarter) -> int:
    return (one > other) - (one < other)  # type: ignore[operator]


_EVIDENCE: tuple[Evidence, ...] = (
    _by_answer,
    _by_date,
    _by_newest_quarter,
    _by_revision,
    _by_download,
    _by_last_modified,
    _by_number_of_quarters,
)
