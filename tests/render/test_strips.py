"""Strips draw positions that follow from the figures; better is to the right."""

from __future__ import annotations

import pytest

from nhs_league.render.strips import (
    Amount,
    Drawing,
    Ranks,
    ScoreBar,
    Segments,
    Sparkline,
    among,
)
from nhs_league.render.theme import Background, Theme, Tone, theme_for

UNICODE = theme_for(None, Background.UNKNOWN, is_ascii=False)
ASCII = theme_for(None, Background.UNKNOWN, is_ascii=True)


def drawn(drawing: Drawing | None, width: int, theme: Theme = UNICODE) -> str:
    assert drawing is not None
    return "".join(text for text, _ in drawing.draw(width, theme))


def test_a_value_among_its_peers_where_higher_is_better() -> None:
    # 0 to 100 on 11 columns: one column for each 10. Quartiles 40 and 60, median 50, value 20.
    strip = among(20, (0, 100), (40, 50, 60), Tone.SEVERE, higher_is_better=True)
    assert drawn(strip, 11) == "──●─━┿━────"
    assert drawn(strip, 11, ASCII) == "--o-=+=----"


def test_where_lower_is_better_the_lowest_is_on_the_right() -> None:
    strip = among(20, (0, 100), (40, 50, 60), None, higher_is_better=False)
    assert drawn(strip, 11) == "────━┿━─●──"


def test_what_lies_beyond_the_peers_widens_the_span() -> None:
    # The published median, 100, is of trusts that are not stored: 0 to 100 instead of 0 to 50.
    strip = among(50, (0, 50), (None, 100, None), None, higher_is_better=True)
    assert drawn(strip, 11) == "─────●────┿"


def test_equal_values_do_not_divide_by_nothing() -> None:
    assert "●" in drawn(among(7, (7, 7), (7, 7, 7), None, higher_is_better=True), 11)


def test_nothing_is_drawn_without_a_value() -> None:
    assert among(None, (0, 1), (0, 1, 1), None, higher_is_better=True) is None


def test_ranks_mark_the_likely_range_and_the_place() -> None:
    # Ranks 1 to 11 on 11 columns; likely 3 to 7, published 4.
    assert drawn(Ranks(4, ((3, 7),), 11, None), 11) == "··━●━━━····"
    assert drawn(Ranks(None, (), 11, None), 11) == "·" * 11
    assert drawn(Ranks(1, ((1, 1),), 1, None), 5) == "●····"


def test_a_score_fills_its_share_of_one_to_four() -> None:
    # 2.50 is half the way from 1 to 4: 6 of 12 columns; the median, 4.00, is at the end.
    assert drawn(ScoreBar(2.5, 4.0, None), 12) == "━━━━━━─────│"


def test_segments_bracket_the_trusts_own() -> None:
    assert drawn(Segments(3, None), 15) == " 1  2 [3] 4  5 "
    assert drawn(Segments(None, None), 15) == " 1  2  3  4  5 "


def test_a_sparkline_leaves_a_gap_and_marks_what_was_only_published_again() -> None:
    line = Sparkline((1.0, None, 8.0, 8.0), (False, False, False, True))
    assert drawn(line, 4) == "▁ █="


def test_a_small_change_looks_small_beside_the_spread_of_the_peers() -> None:
    # 50 to 51 on a scale of 14 runs from 43.5 to 57.5: steps 6.5/14 × 7 = 3.25 and 3.75 of 0 to 7.
    assert drawn(Sparkline((50.0, 51.0), (False, False), 14.0), 2) == "▄▅"
    assert drawn(Sparkline((50.0, 51.0), (False, False)), 2) == "▁█"


def test_any_share_above_nothing_shows() -> None:
    assert drawn(Amount(0.001), 10).strip() == "█"
    assert not drawn(Amount(0.0), 10).strip()


@pytest.mark.parametrize("width", [13, 14, 40])
@pytest.mark.parametrize("theme", [UNICODE, ASCII])
def test_every_drawing_is_as_wide_as_it_is_asked_to_be(width: int, theme: Theme) -> None:
    drawings: list[Drawing | None] = [
        among(3, (1, 9), (2, 4, 6), Tone.WEAK, higher_is_better=True),
        Ranks(9, ((2, 9),), 9, None),
        ScoreBar(1.0, None, None),
        Amount(0.5),
    ]
    for drawing in drawings:
        text = drawn(drawing, width, theme)
        assert len(text) == width
        assert text.isascii() or theme is UNICODE
