"""Citations of release files, as text, BibTeX and CSL-JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import polars as pl
import pytest

from nhs_league.core.answers import Ranking
from nhs_league.core.citations import Citation, ReleaseFile
from nhs_league.render.formats import WRITERS
from nhs_league.render.meta import Meta
from nhs_league.usage import Format
from tests.conftest import Run
from tests.sampling import one_in

FILE = ReleaseFile(
    name="acute-trust-data.csv",
    release_file="acute-trust-data.csv#01234567",
    kind="metric",
    quarters=("Q3 2025/26", "Q4 2025/26"),
    trust_types=("acute",),
    address="https://www.example.org/2026/06/acute-trust-data_v2.csv",
    published="2026-06",
    retrieved="2026-11-08T07:12:00+00:00",
    sha256="0123456789abcdef" * 4,
)
TITLE = "NHS Oversight Framework: metric data, acute trusts, Q4 2025/26"
IMPORTED = replace(FILE, address="", published="")


def test_a_downloaded_file_is_cited_with_its_address_and_dates() -> None:
    assert Citation(FILE, ("Q4 2025/26",), (625, 3702)).text() == (
        f"NHS England. {TITLE}. Published June 2026. acute-trust-data.csv, lines 625 and 3702. "
        "https://www.example.org/2026/06/acute-trust-data_v2.csv. Retrieved 8 November 2026. "
        "Open Government Licence v3.0. SHA-256 0123456789ab."
    )


def test_an_imported_file_has_no_address() -> None:
    assert Citation(IMPORTED, ("Q4 2025/26",), (7,)).text() == (
        f"NHS England. {TITLE}. acute-trust-data.csv, line 7. Imported on 8 November 2026, "
        "original address unknown. Open Government Licence v3.0. SHA-256 0123456789ab."
    )


def test_the_sample_is_not_cited_as_nhs_englands() -> None:
    text = Citation(FILE, ("Q4 2025/26",), (7,), is_sample=True).text()
    assert text == (
        f"nhsleague. Fictional sample in the form of {TITLE}. acute-trust-data.csv, line 7. Every "
        "trust and figure is invented: these are not figures of NHS England. SHA-256 0123456789ab."
    )


def written(form: str, file: ReleaseFile, *, sample: bool = False) -> str:
    rows = {"quarter": ["Q4 2025/26"], "release_file": [FILE.release_file], "line": [625]}
    meta = Meta(sample, "0", {}, lambda: [file])
    return str(WRITERS[Format(form)].write(Ranking("A ranking", pl.DataFrame(rows)), meta))


def test_bibtex() -> None:
    assert written("bibtex", FILE) == (
        "@misc{nhsengland-01234567,\n"
        "  author = {{NHS England}},\n"
        f"  title = {{{{{TITLE}}}}},\n"
        "  year = {2026},\n"
        "  month = jun,\n"
        "  howpublished = {CSV file},\n"
        "  note = {acute-trust-data.csv, line 625. Open Government Licence v3.0. "
        "SHA-256 0123456789ab.},\n"
        "  url = {https://www.example.org/2026/06/acute-trust-data_v2.csv},\n"
        "  urldate = {2026-11-08},\n"
        "}\n"
    )
    assert "original address unknown" in written("bibtex", IMPORTED)
    assert "are not figures of NHS England" in written("bibtex", FILE, sample=True)
    assert "author = {{nhsleague}}" in written("bibtex", FILE, sample=True)


def test_csl_json() -> None:
    (item,) = json.loads(written("csl-json", FILE))
    assert item == {
        "id": "nhsengland-01234567",
        "type": "dataset",
        "title": TITLE,
        "author": [{"literal": "NHS England"}],
        "note": "acute-trust-data.csv, line 625. Open Government Licence v3.0. "
        "SHA-256 0123456789ab.",
        "publisher": "NHS England",
        "issued": {"date-parts": [[2026, 6]]},
        "URL": FILE.address,
        "accessed": {"date-parts": [[2026, 11, 8]]},
    }
    (invented,) = json.loads(written("csl-json", FILE, sample=True))
    assert invented["author"] == [{"literal": "nhsleague"}]
    assert not {"URL", "publisher"} & set(invented)


QUESTIONS = ("show ZJ9", "worst elective", "compare --by region", "explain ZJ9", "trend ZJ9")
FICTION = "these are not figures of NHS England"


@pytest.mark.parametrize("question", one_in(2, QUESTIONS))
def test_each_answer_can_cite_its_files(sample: Run, question: str) -> None:
    in_csv = sample(*question.split(), "--csv", "--cite")
    assert FICTION in in_csv.stderr
    assert FICTION not in in_csv.stdout
    assert FICTION not in sample(*question.split(), "--csv").stderr
    meta = json.loads(sample(*question.split(), "--json", "--cite").stdout)["meta"]
    assert meta["citations"]
    assert all(FICTION in citation for citation in meta["citations"])
    cited = {one.split(". ")[2].partition(",")[0] for one in meta["citations"]}
    if meta["release_files"]:
        assert cited == {name.partition("#")[0] for name in meta["release_files"]}
    for form in ("markdown", "html", "table"):
        assert FICTION in " ".join(
            sample(*question.split(), "--format", form, "--cite").stdout.split()
        )


def test_columns_that_are_not_shown_are_cited_all_the_same(sample: Run) -> None:
    words = ("worst", "62-day", "--limit", "1", "--columns", "value")
    entry = sample(*words, "--format", "bibtex").stdout
    assert entry == sample("worst", "62-day", "--limit", "1", "--format", "bibtex").stdout
    assert "acute trusts, Q1 2026/27" in entry
    assert "citations" in json.loads(sample(*words, "--json", "--cite").stdout)["meta"]


def test_what_has_no_figures_cannot_be_cited(sample: Run) -> None:
    refused = sample("query", "--tables", "--format", "bibtex")
    assert refused.returncode == 2
    assert "no figures to cite" in refused.stderr
