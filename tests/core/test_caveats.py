"""Figures that are doubtful or could not be read: each answer that they touch says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run
from tests.inprocess import Ask, asking
from tests.releases import official

CODES = ("Z1A", "Z2B", "Z3C", "Z4D", "Z5E", "Z6F")
VALUES = (90, 80, 70, 60, 50, 40)
"""Shares treated within 62 days: median 65, quartiles 52.5 and 77.5; Z6F is the worst, 6 of 6."""
CANCER = "Access to services,Cancer care,OF{kind}011,Treated for cancer within 62 days,Mar-26"
SICKNESS = "People,People,OF{kind}082,Sickness absence rate,Mar-26"


def _rows() -> list[str]:
    """Six trusts by 62-day waits and, the other way round, by sickness; all in segment 1."""
    rows = []
    for place, (code, value) in enumerate(zip(CODES, VALUES, strict=True), 1):
        about = f"Q4 2025/26,{official.ABOUT.format(code=code)}"
        other = 7 - place
        score, other_score = (1 + 3 * (rank - 1) / 5 for rank in (place, other))
        rows += [
            f"{about},{CANCER.format(kind=0)},%,{value},65,52.5,77.5,{place}",
            f"{about},{CANCER.format(kind=1)},score,{score:.2f},,,,{place}",
            f"{about},{SICKNESS.format(kind=0)},%,{other},3.5,2.25,4.75,{other}",
            f"{about},{SICKNESS.format(kind=1)},score,{other_score:.2f},,,,{other}",
            # Both scores together are 5 everywhere, so that all share the first rank.
            f"{about},Summary,Summary,OF5000,Adjusted segment,Q4 2025/26,segment,1,,,,1",
            f"{about},Summary,Summary,OF5002,Average metric score,Q4 2025/26,score,2.5,,,,1",
            f"{about},Summary,Summary,OF5003,Unadjusted segment,Q4 2025/26,segment,1,,,,",
            f"{about},Summary,Summary,OF5004,Financial override,Q4 2025/26,flag,0,,,,",
        ]
    return rows


def line_of(code: str, metric_id: str) -> int:
    return next(
        number for number, row in enumerate(_rows(), 2) if f",{code}," in row and metric_id in row
    )


FAULTY = {
    # One median is not that of the other rows, and one value is no number.
    ("Z6F", "OF0011", "Median_value"): "66",
    ("Z5E", "OF0011", "Value"): "soon",
    # One segment is not the one by score, without an override; one average score is no number.
    ("Z2B", "OF5000", "Value"): "2",
    ("Z3C", "OF5002", "Value"): "high",
}


@pytest.fixture(scope="module")
def ask(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Ask:
    folder = tmp_path_factory.mktemp("faulty")
    text = official.metric_file(_rows())
    for (code, metric_id, column), value in FAULTY.items():
        text = official.with_field(text, line_of(code, metric_id), column, value)
    (folder / "release.csv").write_text(text, "utf-8")
    store = folder / "store"
    imported = run("fetch", "--from", str(folder / "release.csv"), data_dir=store)
    assert imported.returncode == 0, imported.stderr
    return asking(store)


@pytest.fixture(scope="module")
def sound(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """The same release without its faults."""
    folder = tmp_path_factory.mktemp("sound")
    (folder / "release.csv").write_text(official.metric_file(_rows()), "utf-8")
    store = folder / "store"
    assert run("fetch", "--from", str(folder / "release.csv"), data_dir=store).returncode == 0
    return asking(store)


def written(ask: Ask, *question: str) -> str:
    """Return an answer as a wide table, its lines put together again."""
    reply = ask(*question, "--format", "markdown", "--wide")
    assert reply.returncode == 0, reply.stderr
    return " ".join((reply.stdout + reply.stderr).split())


DOUBT = "median: other rows of this metric have another figure"
DOUBTED = f"Z6F OF0011 ({DOUBT})"
UNREADABLE = f'Z5E OF0011 "soon" (line {line_of("Z5E", "OF0011")}: '


@pytest.mark.parametrize(
    "question",
    [
        ["worst", "--metric", "62-day"],
        ["worst", "--metric", "cancer"],
        ["compare", "Z5E", "Z6F"],
        ["compare", "--by", "region", "--metric", "62-day"],
        ["spread", "62-day"],
        ["hidden"],
        ["hidden", "--metric", "62-day"],
    ],
    ids=" ".join,
)
def test_a_metrics_doubtful_and_unreadable_figures_are_named(
    ask: Ask, sound: Ask, question: list[str]
) -> None:
    text = written(ask, *question)
    assert DOUBTED in text
    assert UNREADABLE in text
    as_it_should_be = written(sound, *question)
    assert "doubtful" not in as_it_should_be
    assert "could not be read" not in as_it_should_be


@pytest.mark.parametrize(
    "question",
    [
        ["worst", "--metric", "sickness"],
        ["compare", "Z1A", "Z4D"],
        ["compare", "--by", "region", "--metric", "sickness"],
        ["hidden", "--metric", "sickness"],
        ["show", "Z1A"],
        ["explain", "Z4D"],
        ["trend", "Z6F", "--metric", "sickness"],
    ],
    ids=" ".join,
)
def test_an_answer_that_they_do_not_touch_does_not_name_them(ask: Ask, question: list[str]) -> None:
    text = written(ask, *question)
    assert "doubtful" not in text
    assert "could not be read" not in text


@pytest.mark.parametrize(
    "question",
    [["show"], ["explain"], ["whatif", "--set", "sickness=median"], ["trend"]],
    ids=" ".join,
)
def test_an_answer_about_a_trust_names_that_trusts(ask: Ask, question: list[str]) -> None:
    command, *options = question
    doubted = written(ask, command, "Z6F", *options)
    assert DOUBTED in doubted
    assert "soon" not in doubted
    unreadable = written(ask, command, "Z5E", *options)
    assert UNREADABLE in unreadable
    assert "doubtful" not in unreadable


def test_a_doubtful_value_and_its_rank_have_a_question_mark(ask: Ask) -> None:
    worst = ask("worst", "--metric", "62-day", "--format", "markdown").stdout
    (line,) = [line for line in worst.splitlines() if "| Z6F" in line]
    assert "40%?" in line
    assert "6 of 6?" in line
    assert worst.count("%?") == 1
    assert "40%?, score 4.00, rank 6 of 6?" in written(ask, "show", "Z6F")
    assert "40? " in written(ask, "compare", "Z5E", "Z6F")
    assert "40%?, rank 6 of 6" in written(ask, "hidden")
    assert "40%?" in written(ask, "trend", "Z6F", "--metric", "62-day")


def test_the_league_table_doubts_a_place_and_names_what_could_not_be_read(
    ask: Ask, sound: Ask
) -> None:
    text = written(ask, "table")
    ranks = {
        cells[3].strip(): cells[1].strip()
        for line in ask("table", "--format", "markdown", "--wide").stdout.splitlines()
        if len(cells := line.split("|")) > 4 and cells[3].strip() in CODES
    }
    assert ranks == dict.fromkeys(CODES, "1") | {"Z2B": "1?"}
    assert "1 figure is doubtful (?): Z2B Trust Z2B (" in text
    assert f'Z3C OF5002 "high" (line {line_of("Z3C", "OF5002")}: ' in text
    assert "soon" not in text
    assert "doubtful" not in written(sound, "table")


def test_the_doubt_is_a_column(ask: Ask) -> None:
    for question in (["worst", "--metric", "62-day"], ["show", "Z6F"], ["compare", "Z5E", "Z6F"]):
        doubts = {
            row["trust_code"]: row["doubt"]
            for row in ask(*question, "--csv").rows()
            if row["metric_id"] == "OF0011"
        }
        assert doubts.pop("Z6F") == DOUBT
        assert set(doubts.values()) <= {""}


def test_of_three_of_six_trusts_an_answer_says_that_it_is_only_a_part(
    run: Run, tmp_path: Path, sound: Ask
) -> None:
    """The three best at 62-day waits are the worst at sickness: ranks 6, 5 and 4."""
    rows = [row for row in _rows() if any(f",{code}," in row for code in CODES[:3])]
    (tmp_path / "part.csv").write_text(official.metric_file(rows), "utf-8")
    store = tmp_path / "store"
    assert run("fetch", "--from", str(tmp_path / "part.csv"), data_dir=store).returncode == 0
    part = "You have only part of Q4 2025/26: 3 acute trusts, but ranks go up to at least 6."
    for question in (["table"], ["worst", "--metric", "62-day"]):
        assert written(asking(store), *question).count(part) == 1, question
        assert "only part of" not in written(sound, *question)
