"""Figures that a later file changed, and the answers that rest on them."""

from __future__ import annotations

import pytest

from nhs_league import League
from nhs_league.core.filters import Filters
from nhs_league.core.frames import Frames
from nhs_league.core.history import revisions
from sample_release.figures import EVENTS


def test_the_planted_revision_comes_first_with_both_files(league: League) -> None:
    first = league.revisions().frame.row(0, named=True)
    assert (first["quarter"], first["trust_code"], first["name"], first["figure"]) == (
        "Q3 2025/26", EVENTS.revised, "OF0011", "value",
    )  # fmt: skip
    assert first["published_before"] == 41.7
    assert first["computed_change"] == pytest.approx(first["published"] - 41.7)
    assert first["file_before"].startswith("nhs-oversight-framework-acute-trust-data-q3-25-26.csv#")
    assert first["release_file"].startswith("nhs-oversight-framework-acute-trust-data.csv#")


def test_only_the_type_that_was_revised_has_revisions(league: League) -> None:
    revisions = league.revisions().frame
    assert set(revisions["trust_type"]) == {"acute"}
    assert set(revisions["quarter"]) == {"Q3 2025/26"}


def test_an_answer_that_rests_on_a_revised_figure_says_so_once(league: League) -> None:
    quarter = "Q3 2025/26"
    revised = league.worst("62-day", quarter=quarter)
    assert [note for note in revised.notes if "revised" in note] == [
        '1 figure here was revised since first published: run "nhsleague revisions" to see them.'
    ]
    other = league.worst("elective", quarter=quarter)
    assert not [note for note in other.notes if "revised" in note]
    newest = league.worst("62-day")
    assert not [note for note in newest.notes if "revised" in note]


def test_of_frames_without_earlier_versions_nothing_is_revised(league: League) -> None:
    every = league.frames()
    newest = Frames(every.standings, every.observations, every.domains)
    assert revisions(every, "acute", Filters()).frame.height
    assert revisions(newest, "acute", Filters()).frame.is_empty()
