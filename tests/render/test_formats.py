"""Every format: what goes in comes out again, and nothing in a text is taken for markup."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings, strategies as st
from polars.testing import assert_frame_equal

from nhs_league.core.answers import Answer, Ranking, StoredFileChecks, with_sample
from nhs_league.render.formats import ENDINGS, WRITERS
from nhs_league.render.meta import Meta
from nhs_league.usage import Format
from tests.cli.test_output import QUESTIONS
from tests.conftest import Run
from tests.sampling import one_in

SCHEMA = pl.Schema({"name": pl.String, "value": pl.Float64, "rank": pl.Int32, "strong": pl.Boolean})
META = Meta(sample=True, version="1", filters={"metric": "elective"})
texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), min_size=1, max_size=20
).map(str.strip)
rows = st.lists(
    st.tuples(
        st.none() | texts.filter(bool),
        st.none() | st.floats(-1e9, 1e9, allow_nan=False),
        st.none() | st.integers(-(2**31), 2**31 - 1),
        st.none() | st.booleans(),
    ),
    min_size=1,
    max_size=12,
)


def answer_of(data: list[tuple[object, ...]]) -> tuple[Answer, pl.DataFrame]:
    frame = pl.DataFrame(data, schema=SCHEMA, orient="row")
    return Ranking("A title", frame), with_sample(frame, sample=True)


def written(name: str, answer: Answer) -> bytes:
    text = WRITERS[Format(name)].write(answer, META)
    return text.encode("utf-8") if isinstance(text, str) else text


def read_back(name: str, data: bytes, schema: pl.Schema) -> pl.DataFrame:
    if name in ("csv", "tsv"):
        separator = {"csv": ",", "tsv": "\t"}[name]
        return pl.read_csv(data, schema=schema, separator=separator)
    if name == "parquet":
        return pl.read_parquet(io.BytesIO(data))
    if name == "xlsx":
        return pl.read_excel(io.BytesIO(data), schema_overrides=dict(schema))
    records = (
        json.loads(data)["rows"]
        if name == "json"
        else [json.loads(line) for line in data.splitlines()]
    )
    return pl.DataFrame(records, schema=schema)


# A workbook's numbers are not exact.
@pytest.mark.parametrize("name", [f for f in Format if f.shows == "rows" and f is not Format.XLSX])
@given(data=rows)
@settings(max_examples=15, deadline=None)
def test_what_is_written_reads_back_the_same_types_included(
    name: Format, data: list[tuple[object, ...]]
) -> None:
    answer, frame = answer_of(data)
    if name in ("csv", "tsv"):
        # What a spreadsheet would run is written with an apostrophe before it.
        texts = [f"'{t}" if t and t[0] in "=+-@\t\r" else t for t in frame["name"]]
        frame = frame.with_columns(name=pl.Series(texts, dtype=pl.String))
    assert_frame_equal(
        read_back(name, written(name, answer), frame.schema), frame, check_exact=True
    )


@given(data=rows)
@settings(max_examples=25, deadline=None)
def test_a_workbook_reads_back_the_same_types_included(data: list[tuple[object, ...]]) -> None:
    answer, frame = answer_of(data)
    # A workbook's numbers have 15 to 17 digits, as its format has it.
    assert_frame_equal(
        read_back("xlsx", written("xlsx", answer), frame.schema), frame, rel_tol=1e-14
    )


HOSTILE = [
    "=1+1",
    "+44",
    "-5 beds",
    "@sum",
    "<script>alert(1)</script>",
    "a|b",
    "[link](x)",
    "*bold*",
    "https://x.example",
]


def test_texts_stay_texts_in_a_workbook() -> None:
    answer, frame = answer_of([(text, -5.0, None, None) for text in HOSTILE])
    back = read_back("xlsx", written("xlsx", answer), frame.schema)
    assert back["name"].to_list() == HOSTILE
    assert set(back["value"]) == {-5.0}


class Tags(HTMLParser):
    """Collects the tags and the texts of a page, and checks that tags close as they open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.tags.add(tag)
        if tag not in ("br", "meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def listed(texts: list[str]) -> Answer:
    frame = pl.DataFrame({"path": texts, "what": texts, "fault": texts})
    return StoredFileChecks(" ".join(texts), frame, notes=tuple(texts))


def test_nothing_in_a_text_is_taken_for_html() -> None:
    page = Tags()
    page.feed(written("html", listed(HOSTILE)).decode())
    assert page.open == []
    assert "script" not in page.tags
    assert all(text in page.text for text in HOSTILE)


def test_nothing_in_a_text_is_taken_for_markdown() -> None:
    text = written("markdown", listed(HOSTILE)).decode()
    assert "<script>" not in text.replace("\\<script\\>", "")
    assert "a\\|b" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    # No text has made a column of its own.
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {4}


@pytest.mark.parametrize("question", one_in(3, QUESTIONS), ids=" ".join)
def test_every_answer_has_every_format(sample: Run, tmp_path: Path, question: list[str]) -> None:
    for ending in (w.endings[0] for f, w in WRITERS.items() if f.shows != "citations"):
        file = tmp_path / f"answer.{ending}"
        result = sample(*question, "--quiet", "-o", str(file))
        assert (result.returncode, result.stdout) == (0, ""), result.stderr
        assert file.stat().st_size > 0
    page = Tags()
    page.feed((tmp_path / "answer.html").read_text("utf-8"))
    assert page.open == []
    assert "FICTIONAL SAMPLE" in page.text
    assert "FICTIONAL SAMPLE" in (tmp_path / "answer.md").read_text("utf-8")
    rows = pl.read_parquet(tmp_path / "answer.parquet")
    assert rows["sample"].all()
    assert pl.read_ndjson(tmp_path / "answer.ndjson").height == rows.height
    assert pl.read_excel(tmp_path / "answer.xlsx").height == rows.height


def test_a_markdown_tables_columns_stand_in_line(sample: Run) -> None:
    text = sample("worst", "--metric", "elective", "--format", "markdown").stdout
    widths = {len(line) for line in text.splitlines() if line.startswith("|")}
    assert len(widths) == 1


def test_the_meta_of_a_workbook_and_of_parquet_says_what_it_rests_on() -> None:
    answer, _ = answer_of([("a", 1.0, 1, True)])
    about = pl.read_excel(io.BytesIO(written("xlsx", answer)), sheet_name="about", has_header=False)
    facts = dict(about.iter_rows())
    assert facts["filters"] == "metric: elective"
    assert "invented" in facts["source"]
    meta = pl.read_parquet_metadata(io.BytesIO(written("parquet", answer)))
    assert json.loads(meta["nhsleague"])["sample"] is True


def test_every_format_is_reached_by_a_files_ending() -> None:
    assert set(ENDINGS.values()) == set(Format)


def test_every_format_has_one_that_writes_it() -> None:
    assert [Format.TABLE, *WRITERS] == list(Format)
