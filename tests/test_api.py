"""The Python API."""

from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import nhs_league
from nhs_league import League, league as surface, open_league
from nhs_league.core.comparison import GROUPS, SIDE_BY_SIDE
from nhs_league.core.frames import STANDINGS
from nhs_league.core.metrics import CATALOGUE
from nhs_league.core.profile import METRICS
from nhs_league.core.ranking import BY_METRIC
from nhs_league.core.trusts import LISTED
from nhs_league.errors import NoDataError, NotFoundError, UsageError
from nhs_league.league import explain, history, look, ranks, share


@pytest.fixture(scope="module")
def league(sample_cache: Path) -> League:
    return open_league(sample=True, data_dir=sample_cache)


def test_each_question_returns_a_frame_with_its_documented_columns(league: League) -> None:
    answers: dict[tuple[str, ...], pl.DataFrame] = {
        BY_METRIC: league.worst("elective").frame,
        (*STANDINGS, "computed_rank", "computed_in_segment"): league.table("ambulance").frame,
        METRICS: league.show("ZB6").frame,
        SIDE_BY_SIDE: league.compare("ZB6", "ZM8").frame,
        GROUPS: league.compare(by="region").frame,
        tuple(CATALOGUE): league.metrics().frame,
        LISTED: league.trusts("cancer").frame,
    }
    for columns, frame in answers.items():
        assert tuple(frame.columns) == ("sample", *columns)
        assert frame.height
        assert frame["sample"].all()


def test_an_answer_shows_itself_shortly_and_as_html(league: League) -> None:
    answer = league.worst("elective", limit=2)
    assert repr(answer).startswith("<Ranking: Worst first: ")
    assert repr(league) == "<League: fictional sample, Q1 2025/26 to Q1 2026/27>"
    for each in (
        answer,
        league.show("ZB6"),
        league.table(),
        league.hidden(),
        league.explain("ZB6"),
    ):
        assert len(repr(each)) < 200
        html = each._repr_html_()
        assert "<table>" in html or "<ul>" in html
        assert "FICTIONAL SAMPLE" in html
        assert "invented trusts and figures" in html


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("a.csv", b"sample,"),
        ("a.tsv", b"sample\t"),
        ("a.json", b'{\n  "meta"'),
        ("a.ndjson", b'{"sample"'),
        ("a.md", b"*FICTIONAL"),
        ("a.html", b"<section"),
        ("a.txt", b"18-week waits"),
        ("a.xlsx", b"PK"),
        ("a.parquet", b"PAR1"),
    ],
)
def test_an_answer_is_saved_in_the_format_of_the_extension(
    league: League, tmp_path: Path, name: str, begins: bytes
) -> None:
    league.worst("elective", limit=2).save(tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_an_unknown_extension_writes_nothing_and_says_which_there_are(
    league: League, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=r"\.csv"):
        league.worst("elective").save(tmp_path / "a.docx")
    assert list(tmp_path.iterdir()) == []


def test_parameters_that_do_not_fit_are_errors_of_the_method_too(league: League) -> None:
    for ask in (
        lambda: league.compare("ZB6"),
        lambda: league.compare(by="type", metric="elective"),
        lambda: league.whatif("ZB6"),
        lambda: league.changes(improved=True, worsened=True),
        lambda: league.trend("ZB6", metric="elective", every_metric=True),
        lambda: league.robust(trust_type="all"),
    ):
        with pytest.raises(UsageError):
            ask()


def test_without_a_limit_every_trust_is_given(league: League) -> None:
    assert league.worst("elective").frame.height == 129
    assert league.best("elective").frame["rank"].is_sorted()


def test_filters_and_quarters_narrow_an_answer(league: League) -> None:
    narrowed = league.worst(
        "elective", quarter="q1", regions=["London"], segments=[3, 4], subtypes=["teaching"]
    ).frame
    assert set(narrowed["region"]) == {"London"}
    assert set(narrowed["segment"]) <= {3, 4}
    assert set(narrowed["subtype"]) == {"Acute - Teaching"}
    # The newest of the two that are called so.
    assert set(narrowed["quarter"]) == {"Q1 2026/27"}


def test_what_is_not_known_is_an_error_in_words(league: League) -> None:
    with pytest.raises(NotFoundError, match='No trust matches "nowhere"'):
        league.show("nowhere")


def test_an_empty_store_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(NoDataError, match="nhsleague fetch"):
        open_league(data_dir=tmp_path)


EXAMPLES = {
    docstring.name: docstring
    for module in (nhs_league, surface, look, ranks, explain, history, share)
    for docstring in doctest.DocTestFinder().find(module, extraglobs={"open_league": open_league})
    if docstring.examples
}


@pytest.mark.parametrize(
    "name",
    # Every table of the sample is built again to verify it.
    [pytest.param(n, marks=pytest.mark.long) if n.endswith(".verify") else n for n in EXAMPLES],
)
def test_the_examples_in_a_docstring_are_true(
    sample_cache: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("NHSLEAGUE_DATA_DIR", str(sample_cache))
    assert doctest.DocTestRunner().run(EXAMPLES[name]).failed == 0


def test_importing_the_package_imports_neither_polars_nor_httpx() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import nhs_league, sys; print({'polars', 'httpx'} & set(sys.modules))",
        ],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout == "set()\n"
