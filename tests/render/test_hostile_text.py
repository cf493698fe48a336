"""Names that would act on a terminal, a page or a spreadsheet: shown as text, or taken out."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from nhs_league.releases.catalogue import file_name
from nhs_league.render.page import file_of
from nhs_league.usage import Format
from tests.conftest import Run
from tests.releases.official import METRIC_ROWS, metric_file
from tests.terminal import needs_terminal, on_terminal

# What a row says the trust is called, and what of it is text.
HOSTILE = {
    "terminal escape": (
        "\x1b[2J\x1b]8;;http://evil.example\x07Trust",
        "[2J]8;;http://evil.exampleTrust",
    ),
    "C1 control": ("Tr\x9bust", "Trust"),
    "rich markup": (
        "[link=http://evil.example]Trust[/link]",
        "[link=http://evil.example]Trust[/link]",
    ),
    "bidirectional": ("Trust \u202eeslaf\u2066", "Trust eslaf"),
    "zero width": ("Tr\u200bu\u200ds\ufefft", "Trust"),
    "line ends": ("Trust\r\nof  two\tlines", "Trust of two lines"),
    "html": (
        "<script>alert(1)</script><b onclick=x>&amp;",
        "<script>alert(1)</script><b onclick=x>&amp;",
    ),
    "markdown": ("![x](http://evil.example) | `rm`", "![x](http://evil.example) | `rm`"),
    "formula": ('=HYPERLINK("http://evil.example")', '=HYPERLINK("http://evil.example")'),
    "formula with a sign": ("@SUM(1+1)", "@SUM(1+1)"),
}


CODES = dict(
    zip(
        HOSTILE, ("Z0A", "Z1A", "Z2A", "Z3A", "Z4A", "Z5A", "Z6A", "Z7A", "Z8A", "Z9A"), strict=True
    )
)
TEXTS = {code: HOSTILE[what][1] for what, code in CODES.items()}


@pytest.fixture(scope="module")
def store(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep a release in which each trust has one of these names."""
    folder = tmp_path_factory.mktemp("hostile")
    rows = [
        row.replace("Z1A,Trust Z1A", f'{code},"{written}"')
        for what, code in CODES.items()
        for written in [HOSTILE[what][0].replace('"', '""')]
        for row in METRIC_ROWS
        if "Z1A" in row
    ]
    (folder / "release.csv").write_bytes(metric_file(rows).encode("utf-8"))
    done = run("fetch", "--from", str(folder / "release.csv"), data_dir=folder / "store")
    assert done.returncode == 0, done.stderr
    return folder / "store"


def unseen(text: str) -> set[str]:
    return {letter for letter in text if unicodedata.category(letter) in ("Cc", "Cf")} - {"\n"}


@pytest.mark.parametrize("name", [f for f in Format if f.is_text and f.shows != "citations"])
def test_no_format_has_a_character_that_acts_unseen(run: Run, store: Path, name: Format) -> None:
    done = run("trusts", "--format", name, data_dir=store)
    assert done.returncode == 0, done.stderr
    assert unseen(done.stdout.replace("\t", "")) == set()


def test_a_name_is_text_in_json(run: Run, store: Path) -> None:
    rows = json.loads(run("trusts", "--json", data_dir=store).stdout)["rows"]
    assert {row["trust_code"]: row["trust_name"] for row in rows} == TEXTS


@pytest.mark.parametrize(("name", "separator"), [("csv", ","), ("tsv", "\t")])
def test_a_name_that_a_spreadsheet_would_run_has_an_apostrophe(
    run: Run, store: Path, name: str, separator: str
) -> None:
    listing = io.StringIO(run("trusts", "--format", name, data_dir=store).stdout)
    rows = csv.DictReader(listing, delimiter=separator)
    assert {row["trust_code"]: row["trust_name"] for row in rows} == {
        code: f"'{text}" if text[0] in "=@" else text for code, text in TEXTS.items()
    }


def test_a_name_runs_nothing_in_html(run: Run, store: Path) -> None:
    some = dict(list(TEXTS.items())[::3])
    for question, texts in ((["trusts", "--format", "html"], TEXTS), (["report", *some], some)):
        done = run(*question, data_dir=store)
        assert done.returncode == 0, done.stderr
        seen = Seen()
        seen.feed(done.stdout)
        assert seen.scripts == 0
        assert not [a for a in seen.attributes if a.startswith("on")]
        assert [text for text in texts.values() if text not in "".join(seen.text)] == []


class Seen(HTMLParser):
    """What a browser sees: text, scripts and the names of attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts, self.text, self.attributes = 0, list[str](), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_a_page_forbids_connections_and_scripts_not_its_own(sample: Run) -> None:
    page = sample("report", "ZB6").stdout
    policy = page.partition('http-equiv="Content-Security-Policy" content="')[2].partition('"')[0]
    assert "default-src 'none'" in policy
    assert "script-src 'none'" in policy


def test_a_name_is_text_in_a_workbook(run: Run, store: Path, tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    book = tmp_path / "trusts.xlsx"
    assert run("trusts", "-o", str(book), data_dir=store).returncode == 0
    with zipfile.ZipFile(book) as parts:
        sheets = [
            parts.read(n).decode() for n in parts.namelist() if n.startswith("xl/worksheets/")
        ]
        assert not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)
    rows = pl.read_excel(book, sheet_name="rows")
    assert dict(rows.select("trust_code", "trust_name").iter_rows()) == TEXTS


@needs_terminal
@pytest.mark.parametrize(
    "question", [["trusts"], ["show", "Z0A"], ["table", "--wide"]], ids=" ".join
)
def test_a_name_does_not_act_on_a_terminal(store: Path, question: list[str]) -> None:
    shown = on_terminal("--no-color", *question, data_dir=store)
    assert unseen(re.sub(r"\x1b\[[0-9;]*m", "", shown)) == set()


def test_figures_stay_numbers_beside_neutralised_texts(run: Run, tmp_path: Path) -> None:
    rows = [row.replace("46.55,61.5,55.25,70", "-46.55,-1,-2,0") for row in METRIC_ROWS[:2]]
    rows = [
        row.replace("76.45,61.5,55.25,70", "76.45,-1,-2,0") for row in [*rows, *METRIC_ROWS[2:]]
    ]
    (tmp_path / "release.csv").write_text(metric_file(rows), "utf-8")
    assert (
        run("fetch", "--from", str(tmp_path / "release.csv"), data_dir=tmp_path / "s").returncode
        == 0
    )
    done = run("query", "select value from observations where value < 0", data_dir=tmp_path / "s")
    assert done.stdout.splitlines()[1] == "false,-46.55"


def test_a_name_of_ten_thousand_letters_is_set_aside_with_its_place(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "release.csv").write_text(
        metric_file().replace("Trust Z1A", "T" * 10_000, 1), "utf-8"
    )
    done = run("fetch", "--from", str(tmp_path / "release.csv"), data_dir=tmp_path / "s")
    assert done.returncode == 0
    assert "set aside: line 2, Trust_name" in done.stderr
    assert "the name is too long" in done.stderr
    assert len(done.stderr) < 1000
    assert "TTTT" not in run("trusts", data_dir=tmp_path / "s").stdout


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://www.england.nhs.uk/a/..%2f..%2fetc%2fpasswd", "passwd"),
        ("https://www.england.nhs.uk/a/%2e%2e/", ".."),
        ("https://www.england.nhs.uk/a/%1b%5b2Jx%e2%80%ae.csv", "[2Jx.csv"),
        ("https://www.england.nhs.uk/a/" + "x" * 300 + ".csv", "x" * 146 + ".csv"),
    ],
)
def test_a_links_name_is_shown_and_chooses_no_path(address: str, name: str) -> None:
    # A kept file is named by its sha256; the link's name only stands in messages and in rows.
    assert file_name(address) == name


def test_a_page_has_a_name_that_every_system_lets_it_have() -> None:
    assert file_of("RDY") == "RDY.html"
    assert file_of("CON") == "CON-trust.html"
