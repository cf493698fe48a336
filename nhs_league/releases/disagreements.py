"""Where release files disagree: which of them was published later, and which figures are doubted.

Of two files with another figure for the same trust and quarter, the one that was published later
counts; where nothing shows which that is, answers say so. A metric file and a league table may
differ on a trust. Percentages may have become fractions: 0.7312 where another quarter has 73.12%.
What is doubted follows from the tables of all quarters, so it is the same in whatever order files
came. The manifest holds it and the tables do not: a quarter that arrives later may prove another
one wrong, or right.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, field, fields, replace
from itertools import combinations, groupby
from pathlib import Path

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.frames import QUARTER
from nhs_league.core.quarters import Quarter
from nhs_league.frozen import frozen
from nhs_league.releases import tables
from nhs_league.releases.manifest import Doubt, StoredFile, StoredQuarter

_MONTH = len("2026-03")
_UNKNOWN = -1
_STANDING = ("segment", "rank", "average_score")
# Published scores have two places; a floating-point error is no difference.
_SAME_TO = 0.005
_METRIC = ["metric_id", "trust_type"]
_ROWS = [*_METRIC, "release_file"]
_SIZES = ("middle", "largest")
_FEWEST_TRUSTS = 8
_FEWEST_TIMES, _MOST_TIMES = 80, 125
"""Between which ratios a median counts as a hundred times another one."""
_NAMED = 5

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


def file_disagreements(parts: pl.DataFrame) -> tuple[str, ...]:
    """List the trusts on which a quarter's metric files and league tables differ.

    Args:
        parts: schema STANDINGS_BY_FILE of one quarter; trust types with only one kind of file are
            passed over.

    Returns:
        A sentence for each figure, or trust, on which the two differ: the first few, and how many
        more there are.

    """
    from nhs_league.releases.parse.columns import FileKind

    metric, table = (
        parts.filter(pl.col("kind") == str(k)) for k in (FileKind.METRIC, FileKind.LEAGUE_TABLE)
    )
    both = set(metric["trust_type"]) & set(table["trust_type"])
    columns = ("trust_code", *_STANDING)
    metric, table = (
        kind.filter(pl.col("trust_type").is_in(list(both))).select(
            *columns, there=pl.lit(value=True)
        )
        for kind in (metric, table)
    )
    joined = metric.join(table, on="trust_code", how="full", coalesce=True, suffix="_table")
    lines = [
        *_only_in(joined, "there_table", "metric file"),
        *_only_in(joined, "there", "league table"),
        *(line for figure in _STANDING for line in _different(joined, figure)),
    ]
    more = (f"and {len(lines) - _NAMED} more",) if len(lines) > _NAMED else ()
    return (*lines[:_NAMED], *more)


def _only_in(joined: pl.DataFrame, missing: str, kind: str) -> list[str]:
    codes = joined.filter(pl.col(missing).is_null())["trust_code"].sort()
    other = {"metric file": "league table", "league table": "metric file"}[kind]
    return [f"{code} is in the {kind} but not in the {other}" for code in codes]


def _different(joined: pl.DataFrame, figure: str) -> list[str]:
    apart = (pl.col(figure).cast(pl.Float64) - pl.col(f"{figure}_table").cast(pl.Float64)).abs()
    rows = joined.filter(apart > _SAME_TO).select("trust_code", figure, f"{figure}_table")
    name = figure.replace("_", " ")
    return [
        f"{code}: {name} {here} in the metric file, {there} in the league table"
        for code, here, there in rows.sort("trust_code").iter_rows()
    ]


def with_doubts(root: Path, quarters: Mapping[str, StoredQuarter]) -> dict[str, StoredQuarter]:
    """Doubt percentages that are a hundredth, or a hundred times, of another quarter's.

    A metric's values are doubted for the trusts of one type together: where a file has eight of
    them or more, and their median is between 1/125 and 1/80 of the other quarter's, or 80 to 125
    times it. The lower values must all be within 1, and not all of the higher ones; or some of the
    higher ones beyond 100. A metric is the same where its ID is.

    The other quarter is the nearest earlier one that is not doubted itself. Where there is none, it
    is the nearest later one, and of the two the higher is doubted if it has values beyond 100, else
    the lower.

    Args:
        root: the store's folder.
        quarters: label -> its tables; those that are damaged are passed over.

    Returns:
        The quarters with their doubts.

    Raises:
        OSError: a table cannot be read.

    """
    doubts: dict[str, list[Doubt]] = {label: [] for label in quarters}
    if len(quarters) > 1:
        doubted = _doubted(_medians(root, quarters.values()))
        columns = [pl.col(field.name).cast(pl.String) for field in fields(Doubt)]
        for label, *doubt in doubted.select(pl.col("quarter").cast(pl.String), *columns).rows():
            doubts[label].append(Doubt(*doubt))
    return {
        label: replace(stored, doubts=tuple(doubts[label])) for label, stored in quarters.items()
    }


def doubt_sentences(stored: StoredQuarter, against: Iterable[str] | None = None) -> Iterator[str]:
    """Describe which of a quarter's percentages are doubted, a sentence a trust type and reason.

    Args:
        stored: the quarter.
        against: labels of the quarters to compare it with; None for all.

    """
    labels = None if against is None else set(against)
    concerned = [d for d in stored.doubts if labels is None or d.against in labels]
    alike = sorted(concerned, key=lambda doubt: (doubt.trust_type, doubt.reason))
    for (trust_type, reason), doubts in groupby(alike, key=lambda d: (d.trust_type, d.reason)):
        ids = sorted({doubt.metric_id for doubt in doubts})
        more = f" and {len(ids) - _NAMED} more metrics" if len(ids) > _NAMED else ""
        named = ", ".join(ids[:_NAMED])
        words = trust_types.in_words(trust_type)
        yield f"doubtful: the values of {named}{more} ({words}) are {reason}"


def mark_doubts(observations: pl.LazyFrame, quarters: Mapping[str, StoredQuarter]) -> pl.LazyFrame:
    """Add to each row of some quarters why its value is doubted.

    Args:
        observations: schema OBSERVATIONS.
        quarters: label -> what the manifest says of it.

    """
    rows = [
        (label, *astuple(doubt)) for label, stored in quarters.items() for doubt in stored.doubts
    ]
    if not rows:
        return observations
    schema = ["quarter", *(field.name for field in fields(Doubt))]
    reasons = (
        pl.LazyFrame(rows, schema=dict.fromkeys(schema, pl.String), orient="row")
        .with_columns(pl.col("quarter").cast(QUARTER), unit=pl.lit("%"))
        .drop("against")
    )
    both = pl.concat_str(
        "doubt", pl.format("value: {}", "reason"), separator="; ", ignore_nulls=True
    )
    is_doubted = pl.col("reason").is_not_null() & pl.col("value").is_not_null()
    return (
        observations.join(
            reasons, on=["quarter", *_ROWS, "unit"], how="left", maintain_order="left"
        )
        .with_columns(doubt=pl.when(is_doubted).then(both).otherwise("doubt"))
        .drop("reason")
    )


def _medians(root: Path, quarters: Iterable[StoredQuarter]) -> pl.DataFrame:
    """Return the median and the largest size of each file's percentages of enough trusts.

    Metrics whose medians never differ that much are left out: most often, all.
    """
    middle = pl.col("middle")
    scans = []
    for stored in quarters:
        with contextlib.suppress(tables.DamagedError):
            scans.append(tables.scan(root, "observations", [stored]))
    return (
        pl.concat(scans or [tables.scan(root, "observations", [])])
        .filter(pl.col("unit") == "%", pl.col("value").is_not_null())
        .group_by("quarter", *_ROWS)
        .agg(
            middle=pl.col("value").median(),
            largest=pl.col("value").abs().max(),
            trusts=pl.len(),
        )
        .filter(pl.col("trusts") >= _FEWEST_TRUSTS, pl.col("middle") > 0)
        .filter(middle.max().over(_METRIC) >= _FEWEST_TIMES * middle.min().over(_METRIC))
        .sort("quarter", "trusts", *_ROWS)
        .collect()
    )


def _doubted(medians: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of ``_medians`` that are doubted, with ``against`` and ``reason``."""
    usual = medians.unique(["quarter", *_METRIC], keep="last", maintain_order=True)
    later = usual.select(
        "quarter",
        *_METRIC,
        *(pl.col(c).shift(-1).over(_METRIC).name.prefix("later_") for c in ("quarter", *_SIZES)),
    )
    sound = medians.clear()
    judged = []
    for of_quarter in medians.partition_by("quarter", maintain_order=True):
        earlier = sound.select(*_METRIC, pl.col("quarter", *_SIZES).name.prefix("earlier_"))
        held = (
            of_quarter.join(earlier, on=_METRIC, how="left", maintain_order="left")
            .join(later, on=["quarter", *_METRIC], how="left", maintain_order="left")
            .with_columns(
                pl.coalesce(f"earlier_{c}", f"later_{c}").alias(f"other_{c}")
                for c in ("quarter", *_SIZES)
            )
            .with_columns(reason=_reason(), against="other_quarter")
        )
        judged.append(held.drop_nulls("reason"))
        stored = held.filter(pl.col("reason").is_null()).select(medians.columns)
        sound = pl.concat([sound, stored]).unique(_METRIC, keep="last", maintain_order=True)
    return pl.concat(judged) if judged else medians.with_columns(against="quarter", reason=None)


def _reason() -> pl.Expr:
    """Return why a median is doubted beside the other one; null where it is not."""
    is_held_to_earlier = pl.col("earlier_middle").is_not_null()
    is_fall = _is_hundredth("", "other_") & (is_held_to_earlier | (pl.col("other_largest") <= 100))
    is_rise = _is_hundredth("other_", "") & (is_held_to_earlier | (pl.col("largest") > 100))
    fallen = "about a hundredth of {}, so percentages may have become fractions"
    risen = "about a hundred times {}, so percentages may have been multiplied by 100"
    other = pl.col("other_quarter").cast(pl.String)
    return (
        pl.when(is_fall).then(pl.format(fallen, other)).when(is_rise).then(pl.format(risen, other))
    )


def _is_hundredth(low: str, high: str) -> pl.Expr:
    times = pl.col(f"{high}middle") / pl.col(f"{low}middle")
    lower, higher = pl.col(f"{low}largest"), pl.col(f"{high}largest")
    is_of_fractions = (lower <= 1) & (higher > 1)
    return times.is_between(_FEWEST_TIMES, _MOST_TIMES) & (is_of_fractions | (higher > 100))
