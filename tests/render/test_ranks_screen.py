"""Rankings, the league and comparisons on a screen: one line each, and strips where they belong."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from nhs_league import open_league
from nhs_league.core.answers import Answer, Comparison
from nhs_league.league import League
from nhs_league.render.meta import Meta
from nhs_league.render.terminal import Look, to_text
from tests.sampling import one_in
from tests.small_leagues import Trust, league as small_league

_STRIP = re.compile(r"[·━●]{13,}")
_AMONG = re.compile(r"[─━┿●]{13,}")
_DRAWN = set("━┿●◕◑◔○█·─│▁▂▃▄▅▆▇£▲▼")


@pytest.fixture(scope="module")
def league(sample_cache: Path) -> League:
    return open_league(sample=True, data_dir=sample_cache)


def shown(answer: Answer, width: int = 80, *, every: bool = False, plain: bool = False) -> str:
    assert isinstance(answer.presenter, Meta)
    return to_text(answer, answer.presenter, width=width, look=Look(every=every, plain=plain))


def lines_of(text: str) -> dict[str, str]:
    """Return the line of each trust code that stands first or behind a rank."""
    of_trusts = [(match[1], line) for line in text.splitlines() if (match := _CODE.match(line))]
    assert len(of_trusts) == len(dict(of_trusts)), "a code has two lines"
    return dict(of_trusts)


_CODE = re.compile(r" *(?:\d+\*? +)?(Z[A-Z0-9]{2,4}) ")


def place(rank: int, of: int, width: int) -> int:
    return round((rank - 1) / (of - 1) * (width - 1))


@pytest.mark.parametrize("width", [80, 120])
def test_each_rank_stands_in_its_likely_range_on_the_line_of_all_ranks(
    league: League, width: int
) -> None:
    answer = league.table("acute")
    lines = lines_of(shown(answer, width))
    assert len(lines) == answer.frame.height == 134
    for row in answer.frame.iter_rows(named=True):
        match = _STRIP.search(lines[row["trust_code"]])
        assert match is not None, lines[row["trust_code"]]
        strip = match[0]
        low, high, rank = (
            place(row[name], row["of"], len(strip)) for name in ("rank_low", "rank_high", "rank")
        )
        assert strip[rank] == "●"
        thick = {at for at, sign in enumerate(strip) if sign != "·"}
        assert thick == {*range(low, high + 1), rank}


def test_a_value_stands_among_its_peers_with_better_to_the_right(tmp_path: Path) -> None:
    """Of 10, 20, 30 and 60 the lowest is best: 20 lies four fifths from 60 to 10, 30 three."""
    values = {"Z01": 10.0, "Z02": 20.0, "Z03": 30.0, "Z04": 60.0}
    rows = [Trust(code).row("OF0082", value) for code, value in values.items()]
    text = small_league(tmp_path, rows)("worst", "OF0082", "--format", "table").stdout
    strips = {line.split()[1]: _AMONG.search(line) for line in text.splitlines() if "Z0" in line}
    expected = {"Z04": 0.0, "Z03": 3 / 5, "Z02": 4 / 5, "Z01": 1.0}
    assert list(strips) == list(expected)
    for code, share in expected.items():
        match = strips[code]
        assert match is not None
        assert match[0].index("●") == round(share * (len(match[0]) - 1))
        # The median is 25: 7/10 of the way.
        assert match[0].index("┿") == round(7 / 10 * (len(match[0]) - 1))


def test_sections_count_all_trusts_of_a_segment_however_few_are_shown(league: League) -> None:
    counts = Counter(league.table("acute").frame["segment"])
    for limit in (None, 1):
        titles = re.findall(
            r"^Segment (\d) · (\d+) trusts? ─", shown(league.table(limit=limit)), re.MULTILINE
        )
        expected = counts if limit is None else {1: counts[1]}
        assert {int(segment): int(count) for segment, count in titles} == expected


def test_a_trust_capped_by_the_override_has_a_pound_sign_and_no_other_has(league: League) -> None:
    answer = league.table("acute")
    held = {
        row["trust_code"]
        for row in answer.frame.iter_rows(named=True)
        if row["segment"] == 3 and row["unadjusted_segment"] < 3
    }
    text = shown(answer)
    assert {code for code, line in lines_of(text).items() if " £ " in line} == held != set()
    assert "£ in segment 3 only because of the financial override" in text
    assert "£" not in shown(league.table("acute", segments=[1]))


@pytest.fixture(scope="module")
def answers(league: League) -> list[Answer]:
    every_type = [league.table(kind) for kind in ("acute", "mental-health-community", "ambulance")]
    return [
        *every_type,
        league.table("all"),
        league.table(groups=True),
        league.worst("elective"),
        league.worst("elective", trust_type="all"),
        league.best("SHMI"),
        league.worst("access"),
        league.best("infections"),
        league.spread("62-day", mark=["ZB6"]),
        league.trusts(),
        league.metrics(),
        league.compare("ZB6", "ZM8", "ZA5"),
        league.compare(by="region", metric="elective"),
    ]


@pytest.mark.parametrize("width", one_in(3, [60, 80, 200]))
def test_no_line_is_longer_than_the_screen_and_no_name_is_broken(
    answers: list[Answer], width: int
) -> None:
    for answer in answers:
        text = shown(answer, width)
        longest = max(text.splitlines(), key=len)
        assert len(longest) <= width, (answer.title, longest)
        if "trust_code" in answer.frame.columns and "metric" not in answer.frame.columns:
            assert len(lines_of(text)) == answer.frame.height, answer.title


def test_words_alone_have_no_drawings(answers: list[Answer]) -> None:
    for answer in answers:
        drawn = _DRAWN.intersection(shown(answer, plain=True))
        assert drawn == set(), (answer.title, drawn)


def test_three_pairs_are_described_and_the_others_on_request(league: League) -> None:
    answer = league.compare("ZB6", "ZM8", "ZA5", "ZE9")
    pair = re.compile(r"^(Z\w\w (is clearly ahead of|and) Z\w\w)", re.MULTILINE)
    text = shown(answer)
    assert len(pair.findall(text)) == 3
    assert "3 more pairs with --all" in text
    assert len(pair.findall(shown(answer, every=True))) == 6


def test_a_trust_that_cannot_be_marked_is_named(league: League) -> None:
    """Ambulance trusts do not treat cancer."""
    ambulance = league.trusts(trust_type="ambulance").frame["trust_code"][0]
    text = shown(league.spread("62-day", mark=["ZB6", ambulance]))
    assert f"Not marked, because no value is listed here: {ambulance}." in text


def test_a_table_in_another_order_has_no_segments_as_titles(league: League) -> None:
    text = shown(league.table("acute", sort="trust_name"))
    assert "Segment 1 ·" not in text
    assert " segment " in text


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_metric_that_has_only_scores_says_so_however_little_room_its_name_has(
    league: League, width: int
) -> None:
    """1.00 is no mortality: the unit is left when the name is cut."""
    answer = league.compare("ZJ9", peers=True)
    scored = answer.frame.filter(pl.col("unit").is_null())["metric_id"].n_unique()
    text = shown(answer, width)
    assert len(re.findall(r"^\S.*, score ", text, re.MULTILINE)) == scored > 0


def test_a_wider_screen_shows_as_many_trusts_or_more(league: League) -> None:
    answer = league.compare("ZJ9", peers=True)
    assert isinstance(answer, Comparison)
    codes = set(answer.standings["trust_code"])
    counts = []
    for width in (60, 80, 100, 120, 160, 200):
        headings = (line.split() for line in shown(answer, width).splitlines())
        counts.append(max(len(codes.intersection(words)) for words in headings))
    assert counts == sorted(counts)
    assert counts[-1] == len(codes)


@pytest.mark.parametrize("kind", ["acute", "mental-health-community", "ambulance"])
def test_the_ranks_too_close_to_call_are_drawn_at_80_columns(league: League, kind: str) -> None:
    lines = lines_of(shown(league.table(kind, groups=True)))
    assert all(_STRIP.search(line) for line in lines.values())


def test_trusts_of_several_types_are_listed_under_each_type(league: League) -> None:
    text = shown(league.trusts())
    titles = ("Acute trusts ─", "Mental health and community trusts ─", "Ambulance trusts ─")
    places = [text.index(f"\n{title}") for title in titles]
    assert places == sorted(places)
    assert not any(title in shown(league.trusts(trust_type="ambulance")) for title in titles)
