"""What a report says of a segment, a deficit and a metric's peers: only what the files tell."""

from __future__ import annotations

import pytest

from nhs_league.render.trust_words import Row, standing_lines, weak_spot


def standing(**columns: object) -> Row:
    """A trust in segment 3 of 2025/26 of which the files say nothing else."""
    nothing = dict.fromkeys(
        ("unadjusted_segment", "override", "in_deficit", "rank", "rank_low", "rank_high", "of",
         "score_rank", "average_score", "average_score_low", "average_score_high", "doubt")
    )  # fmt: skip
    computed = {"computed_score_rank": 1, "computed_of": 1}
    return nothing | computed | {"quarter": "Q4 2025/26", "segment": 3} | columns


def words(**columns: object) -> tuple[str, str, str]:
    """The lines of the segment, of the override and of the rank by score."""
    lines = list(standing_lines(standing(**columns)))
    return lines[0].text.removeprefix(" (1 is best): "), lines[1].text, lines[3].text


SCORE = "its average score is in the second-worst quarter of trusts in England."
LIMITED = "so it cannot be placed above segment 3."


@pytest.mark.parametrize(
    ("columns", "segment", "override"),
    [
        (
            {"override": False, "unadjusted_segment": 3}, SCORE,
            "No financial override, so its score decides its segment.",
        ),
        ({"in_deficit": False}, SCORE, "Not in deficit, so its score decides its segment."),
        (
            {"override": True, "in_deficit": True, "unadjusted_segment": 1},
            "because of a deficit, not its score.",
            f"In deficit, {LIMITED} On its score alone it would be in segment 1.",
        ),
        (
            # The override follows from a result behind plan too, and often moves nothing.
            {"override": True, "unadjusted_segment": 3}, SCORE,
            f"The financial override applies, {LIMITED} Its score alone would not place it "
            "higher: segment 3.",
        ),
        (
            {"in_deficit": True},
            "because of its finances or its score; your files do not say which.",
            f"In deficit, {LIMITED} Your files do not say where its score alone would place it.",
        ),
        (
            {}, "because of its score or its finances; your files do not say which.",
            "Your files do not say whether it is in deficit.",
        ),
        (
            {"segment": 2, "quarter": "Q1 2026/27", "override": False},
            "its average score is in the second-best band.",
            "No financial override, so its score decides its segment.",
        ),
    ],
)  # fmt: skip
def test_a_segment_is_explained_as_far_as_the_files_tell(
    columns: dict[str, object], segment: str, override: str
) -> None:
    assert words(**columns)[:2] == (segment, override)


def test_one_trust_at_hand_is_singular() -> None:
    assert words()[2] == "Ranked on score alone: 1st of the 1 trust stored (computed)."


def metric(**columns: object) -> Row:
    row: Row = {
        "trust_type": "acute", "metric": "Waits over a year", "weak_spot": "weak", "domain": "Access",
        "value": 2.0, "unit": "%", "period": "Mar-26", "score": 3.0, "rank": 33, "of": 48,
        "computed_rank": 33, "median": 0.5, "computed_median": 0.5, "higher_is_better": False,
        "computed_distance_to_median": 1.5, "computed_distance_to_best_quarter": 2.0,
        "lower_quartile": 0.0, "upper_quartile": 1.0, "quarters_weak": 1,
        "change_since_last": "not compared", "quarter_from": None, "value_from": None,
        "rank_from": None, "of_from": None, "score_from": None, "doubt": None,
    }  # fmt: skip
    return row | columns


def test_the_top_quarter_cannot_have_less_than_none() -> None:
    lines = " ".join(weak_spot(metric()).lines)
    assert (
        "1.5 points above the typical acute trust (0.5%). The top quarter have none (0%)." in lines
    )
    # A difference can be below nought.
    gap = " ".join(weak_spot(metric(unit="percentage points")).lines)
    assert "The top quarter have 0 percentage points or less." in gap
    higher = metric(higher_is_better=True, computed_distance_to_best_quarter=-3.0)
    assert "The top quarter reach 5%." in " ".join(weak_spot(higher).lines)


FROM = {"quarter_from": "Q3 2025/26", "value_from": 3.0, "rank_from": 29, "of_from": 48}


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        # Four places lost while none joined: it was overtaken.
        ({"change_since_last": "improved"},
         "Since Q3 2025/26: 3% to 2%, improved; ranked 33rd, was 29th: others improved faster."),
        # Four joined: they may be all that are ahead now.
        ({"change_since_last": "improved", "of": 52},
         "Since Q3 2025/26: 3% to 2%, improved; ranked 33rd, was 29th."),
        ({"change_since_last": "improved", "of": None},
         "Since Q3 2025/26: 3% to 2%, improved; ranked 33rd, was 29th."),
        ({"change_since_last": "worsened", "value_from": 1.0, "rank_from": 40},
         "Since Q3 2025/26: 1% to 2%, worsened; ranked 33rd, was 40th: others worsened faster."),
        ({"change_since_last": "worsened", "value_from": 1.0},
         "Since Q3 2025/26: 1% to 2%, worsened; ranked 33rd, was 29th."),
        ({"change_since_last": "unchanged", "value_from": 2.0},
         "The same value as in Q3 2025/26; ranked 33rd, was 29th: others improved."),
        ({"change_since_last": "same figure", "value_from": 2.0, "rank_from": 33},
         "The same figure as in Q3 2025/26, published again; still ranked 33rd."),
        ({"change_since_last": "changed figure"},
         "Corrected since Q3 2025/26, for the same period: 3% to 2%; ranked 33rd, was 29th."),
        ({"change_since_last": "improved", "quarters_weak": 3, "rank_from": None},
         "Weak for 3 quarters in a row. Since Q3 2025/26: 3% to 2%, improved."),
        ({"change_since_last": "improved", "value": None, "value_from": None, "score_from": 4.0},
         "Since Q3 2025/26: score 4.00 to 3.00, improved."),
    ],
)  # fmt: skip
def test_a_change_is_said_by_the_value_and_by_the_rank(
    columns: dict[str, object], line: str
) -> None:
    assert weak_spot(metric(**FROM | columns)).lines[-1] == line
