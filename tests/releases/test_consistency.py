"""The quick test of a whole file takes for sound only what the search finds nothing wrong in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nhs_league.errors import RefusedError
from nhs_league.releases.parse.consistency import keeps_every_rule
from nhs_league.releases.parse.contradictions import judge, search
from nhs_league.releases.parse.reading import Rows, read_rows
from nhs_league.releases.parse.typed_rows import Checked, check
from tests.releases import official
from tests.releases.mutations import MUTATIONS, fictional, spoilt_file, written
from tests.sampling import one_in


def typed(seed: int) -> tuple[Rows, Checked] | None:
    """Read the typed rows of a spoilt file; None where it is refused before."""
    _, before, spoilt = spoilt_file(seed, fictional())
    try:
        rows = read_rows(before.name, spoilt)
        return rows, check(rows)
    except RefusedError:
        return None


@pytest.mark.parametrize("turn", one_in(4, range(4)))
def test_what_is_taken_for_sound_has_no_contradiction(turn: int) -> None:
    sound = 0
    for seed in range(turn, len(MUTATIONS), 4):
        if (rows_of_it := typed(seed)) is None:
            continue
        rows, checked = rows_of_it
        if not keeps_every_rule(checked.frame, rows.header.kind):
            continue
        judged = search(rows, checked.frame)
        places = [(fault, reason) for _, fault, _, reason in judged.doubts.iter_rows()]
        assert set(places) <= {("period", "this decision is for another quarter")}, seed
        assert judged.set_aside.is_empty(), seed
        assert judged.notices == (), seed
        assert judged.frame.equals(checked.frame), seed
        sound += 1
    assert sound > 0


EMPTY = ("", "Region", "Trust_subtype", "Sub-domain", "Median_value", "Upper_quartile", "Rank")


@pytest.mark.parametrize("column", EMPTY)
def test_a_sound_file_is_not_searched(column: str) -> None:
    """The search takes many queries, and nearly all files are sound, some with an empty column."""
    for make in (official.whole_metric_file, official.whole_league_table):
        rows = make(("Q4 2025/26", "Q1 2026/27"))
        if column and column not in rows[0]:
            continue
        for row in rows[1:] if column else ():
            row[rows[0].index(column)] = ""
        read = read_rows("release.csv", official.published(rows))
        assert keeps_every_rule(check(read).frame, read.header.kind)


GAP = "the rank does not match the number of rows ranked better"
ORDER = "the rank does not fit the order of the figures"
SHARED = "rows that share this rank have another figure"
Row = dict[str, str]


def with_the_better_of_two_ranks(fourth: Row, fifth: Row) -> None:
    fifth["Rank"] = fourth["Rank"]


def with_the_worse_of_two_ranks(fourth: Row, fifth: Row) -> None:
    fourth["Rank"] = fifth["Rank"]


def with_equal_figures(fourth: Row, fifth: Row) -> None:
    fourth["Value"] = fifth["Value"]


def with_turned_ranks(fourth: Row, fifth: Row) -> None:
    fourth["Rank"], fifth["Rank"] = fifth["Rank"], fourth["Rank"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ((with_equal_figures,), None),
        ((with_equal_figures, with_the_better_of_two_ranks), None),
        ((with_equal_figures, with_turned_ranks), None),
        # Both have three trusts before them, so that their rank is 4.
        ((with_equal_figures, with_the_worse_of_two_ranks), GAP),
        ((with_the_better_of_two_ranks,), SHARED),
        ((with_turned_ranks,), ORDER),
    ],
)
def test_equal_figures_share_the_better_rank_or_have_any_order(
    changes: tuple[Callable[[Row, Row], None], ...], reason: str | None
) -> None:
    """Of 30 trusts the fourth and the fifth at a metric; all else in the file is sound."""
    header, *rows = official.whole_metric_file()
    table = [dict(zip(header, row, strict=True)) for row in rows]
    changed = []
    for metric_id in ("OF0010", "OF2010"):
        of_metric = [row for row in table if row["Metric_ID"] == metric_id]
        fourth, fifth = (next(r for r in of_metric if r["Rank"] == n) for n in ("4.0", "5.0"))
        for change in changes:
            change(fourth, fifth)
        changed += [fourth, fifth]
    read = read_rows(
        "release.csv", official.published([header, *(list(r.values()) for r in table)])
    )
    doubts = judge(read, check(read).frame).doubts
    places = sorted(table.index(row) + 2 for row in changed) if reason else []
    assert sorted(doubts["line"]) == places
    assert set(doubts["reason"]) == ({reason} if reason else set())


def test_the_samples_files_are_not_searched() -> None:
    for base in fictional():
        read = read_rows(base.name, written(base.rows))
        assert keeps_every_rule(check(read).frame, read.header.kind), base.name
