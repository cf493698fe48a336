"""The screens of reasons and of changes: a line a thing, strips at the right place, words alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from nhs_league import League, open_league
from nhs_league.core.answers import Answer
from nhs_league.render.blocks import Block, Grid, Points
from nhs_league.render.meta import Meta
from nhs_league.render.screens import Screen
from nhs_league.render.screens.parts import next_of, screen_of
from nhs_league.render.strips import Among, Ranks, Sparkline
from nhs_league.render.terminal import Look, to_text
from nhs_league.render.theme import Background, Tone, theme_for
from tests.sampling import one_in

T = TypeVar("T")
DRAWN = set("▁▂▃▄▅▆▇█━┿│●◕◑◔○├└▲▼") | {"──"}
QUESTIONS: dict[str, Callable[[League], Answer]] = {
    "explain": lambda league: league.explain("ZJ9"),
    "hidden": lambda league: league.hidden(trust_type="non-acute"),
    "capped": lambda league: league.capped(trust_type="all"),
    "whatif": lambda league: league.whatif("ZW5", ["sickness=best"]),
    "whatif without a metric": lambda league: league.whatif("ZE9", no_deficit=True),
    "improvements": lambda league: league.whatif("ZJ9", to_segment=2),
    "robust trust": lambda league: league.robust("ZW5"),
    "robust type": lambda league: league.robust("ambulance"),
    "audit": lambda league: league.audit(),
    "changes": lambda league: league.changes("q3", "q4", trust_type="ambulance"),
    "changes of framework": lambda league: league.changes(trust_type="all"),
    "revisions": lambda league: league.revisions(quarter="q3"),
    "places": lambda league: league.trend("ZB6", "ZJ9"),
    "metric": lambda league: league.trend("ZB6", metric="cancer"),
    "every metric": lambda league: league.trend("ZB6", every_metric=True),
    "releases": lambda league: league.releases(),
    "sources": lambda league: league.sources("ZJ9"),
}
"""Every kind of answer that these screens show."""


@pytest.fixture(scope="module")
def answers(sample_cache: Path) -> dict[str, Answer]:
    league = open_league(sample=True, data_dir=sample_cache)
    return {name: ask(league) for name, ask in QUESTIONS.items()}


def meta_of(answer: Answer) -> Meta:
    assert isinstance(answer.presenter, Meta)
    return answer.presenter


@pytest.mark.parametrize("width", one_in(3, [60, 80, 120]))
def test_no_line_is_wider_than_the_terminal(answers: dict[str, Answer], width: int) -> None:
    for name, answer in answers.items():
        text = to_text(answer, meta_of(answer), width=width, look=Look())
        wide = [line for line in text.splitlines() if len(line) > width]
        assert not wide, (name, wide)


def test_no_name_is_wrapped(answers: dict[str, Answer]) -> None:
    for name, answer in answers.items():
        for grid in of_kind(Grid, screen_of(answer, Screen(80, 24))):
            assert not any(column.wraps for column in grid.columns), name


def test_every_column_has_something_in_it(answers: dict[str, Answer]) -> None:
    for name, answer in answers.items():
        for grid in of_kind(Grid, screen_of(answer, Screen(120, 24))):
            empty = [
                column.heading
                for column in grid.columns
                if not any(column.cells) and not any(column.drawings)
            ]
            assert not empty, (name, empty)


def test_a_hidden_metrics_name_is_whole_at_80_columns(answers: dict[str, Answer]) -> None:
    answer = answers["hidden"]
    text = to_text(answer, meta_of(answer), width=80, look=Look())
    for name in answer.frame["short_name"].drop_nulls().unique():
        assert f"○ {name} " in text, name


def test_the_audit_explains_the_outcomes_that_it_shows_and_no_others(
    answers: dict[str, Answer],
) -> None:
    text = to_text(answers["audit"], meta_of(answers["audit"]), width=120, look=Look())
    headings = next(line for line in text.splitlines() if line.startswith("figure"))
    for outcome in ("rounding", "ties", "excepted", "left out"):
        assert (outcome in headings) == (f"{outcome.capitalize()}: " in text), outcome


def test_plain_words_have_no_drawing(answers: dict[str, Answer]) -> None:
    for name, answer in answers.items():
        text = to_text(answer, meta_of(answer), width=100, look=Look(plain=True))
        assert not [sign for sign in DRAWN if sign in text], name


def test_every_next_command_is_one_that_there_is(answers: dict[str, Answer]) -> None:
    for answer in answers.values():
        for command in next_of(answer):
            assert re.match(
                r"(show|explain|trend|whatif|robust|hidden|capped|worst|spread|changes|table) ?\S*",
                command,
            )


def test_the_tree_shows_each_metric_once_with_its_scores_tone(answers: dict[str, Answer]) -> None:
    """A score of 3.50 or more is severe, from 3.00 weak."""
    answer = answers["explain"]
    (tree, _) = of_kind(Points, screen_of(answer, Screen(80, 24)))
    metrics = answer.frame.filter(level="metric").sort("domain", maintain_order=True)
    lines = [
        (text, tone)
        for (depth, text), tone in zip(tree.points, tree.tones, strict=True)
        if depth == 4
    ]
    assert len(lines) == metrics.height
    assert {
        float(re.findall(r"\d\.\d\d(?=  not counted|  counts|$)", text)[0]) >= 3.5: tone
        for text, tone in lines
        if tone in (Tone.SEVERE, Tone.BEST)
    } == {True: Tone.SEVERE, False: Tone.BEST}
    assert len({text.rindex(" ") for text, _ in lines if text[-1].isdigit()}) <= 2


def test_a_held_back_trusts_line_is_from_the_rank_that_it_would_have(
    answers: dict[str, Answer],
) -> None:
    """Of 134 ranks on 14 columns, rank r is at round((r - 1) / 133 * 13)."""
    answer = answers["capped"]
    acute = answer.frame.filter(trust_type="acute").row(0, named=True)
    drawing = drawings(answer, Ranks)[0]
    assert drawing.rank == acute["rank"]
    assert drawing.runs == ((acute["computed_rank_without"], acute["rank"]),)
    drawn = "".join(text for text, _ in drawing.draw(14, PLAIN))
    assert drawn.index("●") == round((acute["rank"] - 1) / (acute["of"] - 1) * 13)
    assert drawn.index("━") == round((acute["computed_rank_without"] - 1) / (acute["of"] - 1) * 13)


def test_a_trend_is_drawn_on_one_span_for_all_its_quarters(answers: dict[str, Answer]) -> None:
    """Higher is better: the lowest of all quarters' lowest values is 0, the highest 1."""
    frame = answers["metric"].frame.filter(metric_id="OF0011")
    low, high = frame["computed_lowest"].min(), frame["computed_highest"].max()
    assert isinstance(low, float)
    assert isinstance(high, float)
    at = [(value - low) / (high - low) for value in frame["value"]]
    shown = drawings(answers["metric"], Among)
    ids = answers["metric"].frame["metric_id"].to_list()
    assert [s.at for s, i in zip(shown, ids, strict=True) if i == "OF0011"] == pytest.approx(at)


def test_a_change_says_from_what_to_what_and_whether_it_is_real(answers: dict[str, Answer]) -> None:
    (grid,) = of_kind(Grid, screen_of(answers["changes"], Screen(120, 24)))
    columns = {column.heading: column.cells for column in grid.columns}
    real = {"clear": "clear", "could be chance": "chance?", "not known": "unknown"}
    for place, row in enumerate(answers["changes"].frame.iter_rows(named=True)):
        if row["segment"] != row["segment_from"] and None not in (
            row["segment"],
            row["segment_from"],
        ):
            assert columns["segment"][place] == f"{row['segment_from']}→{row['segment']}"
        assert columns["how sure"][place] == real[row["certainty"]]


def test_a_trust_that_may_still_be_in_segment_5_has_no_sign_of_a_move(sample_cache: Path) -> None:
    """From Q3 2025/26 on, no file says who is in segment 5, as ZH5 was."""
    answer = open_league(sample=True, data_dir=sample_cache).changes("q2", "q3", limit=0)
    (grid,) = of_kind(Grid, screen_of(answer, Screen(120, 24)))
    code, _, sign, segment = (column.cells for column in grid.columns[:4])
    rows = dict(zip(code, zip(sign, segment, strict=True), strict=True))
    assert rows["ZH5"] == ("", "5→4")
    assert {"▲", "▼"} < {sign for sign, _ in rows.values()}


def test_a_metrics_line_has_a_block_for_each_quarter(answers: dict[str, Answer]) -> None:
    lines = drawings(answers["every metric"], Sparkline)
    assert {len(line.values) for line in lines} == {5}
    assert any(None in line.values for line in lines)


PLAIN = theme_for(None, Background.UNKNOWN, is_ascii=False)


def of_kind(kind: type[T], blocks: Iterator[Block]) -> list[T]:
    return [block for block in blocks if isinstance(block, kind)]


def drawings(answer: Answer, kind: type[T]) -> list[T]:
    (grid,) = of_kind(Grid, screen_of(answer, Screen(80, 24)))
    return [each for column in grid.columns for each in column.drawings if isinstance(each, kind)]
