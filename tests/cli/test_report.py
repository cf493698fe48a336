"""A page to send round, and a site of all trusts."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from nhs_league.render.theme import DARK, LIGHT, Tone
from tests.conftest import Run
from tests.packed import packed_files
from tests.releases.official import published, whole_metric_file

CSS = Path(__file__).parents[2] / "nhs_league" / "render" / "templates" / "page.css"


class Page(HTMLParser):
    """What a page has: its tags, its links, its texts; and that it closes what it opens."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.rows_behind: list[list[str]] = []
        """The cells of each row of the tables that open on demand."""
        self.titles: list[str] = []
        """What each chart is called."""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("br", "meta", "input"):
            self.open.append(tag)
        if tag == "title":
            self.titles.append("")
        if "details" in self.open and tag == "tr":
            self.rows_behind.append([])
        if "details" in self.open and tag in ("td", "th"):
            self.rows_behind[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.open and self.open[-1] == "title":
            self.titles[-1] += data
        if "details" in self.open and {"td", "th"} & set(self.open):
            self.rows_behind[-1][-1] += " ".join(data.split())

    def attributes(self, name: str) -> list[str]:
        return [str(attrs[name]) for _, attrs in self.tags if name in attrs]

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


@pytest.fixture(scope="module")
def page(sample: Run, tmp_path_factory: pytest.TempPathFactory) -> Page:
    file = tmp_path_factory.mktemp("page") / "zb6.html"
    written = sample("report", "ZB6", "-o", str(file))
    assert (written.returncode, written.stdout) == (0, "")
    return Page(file.read_text("utf-8"))


def test_the_page_tells_what_show_explain_and_trend_tell(page: Page) -> None:
    for text in (
        "FICTIONAL SAMPLE",
        # The trust's row of the league table, and its rows OF0011 and OF2011.
        "1 of 134",
        "likely 1 to 5",
        "1 weak spot, 1 severe. Cancer 62-day (44.63%, 118 of 118).",
        # The lowest average score of a trust in unadjusted segment 2 is 1.94; 1.94 - 1.25 = 0.69.
        "At 1.94 or higher, 0.69 worse than now, it would be in segment 2.",
        "These figures cover the whole trust",
        "not NHS England's",
        "which is not an NHS service",
    ):
        assert text in page.text


def test_the_page_asks_nothing_of_anyone_and_runs_no_script(page: Page) -> None:
    (policy,) = [
        attrs["content"]
        for tag, attrs in page.tags
        if attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    assert "default-src 'none'" in str(policy)
    assert "script-src 'none'" in str(policy)
    assert page.count("script") == 0
    assert page.attributes("src") == []
    assert all(link.startswith("#") for link in page.attributes("href"))


def test_the_index_runs_the_one_script_that_its_policy_names(small_site: Path) -> None:
    text = (small_site / "index.html").read_text("utf-8")
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    assert f"script-src 'sha256-{digest}';" in text
    assert "default-src 'none';" in text


def test_the_page_can_be_read_without_seeing_it(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert [page.count(tag) for tag in ("header", "main", "footer")] == [1, 1, 1]
    charts = [attrs for tag, attrs in page.tags if tag == "svg"]
    assert len(charts) > 20
    assert all(attrs["role"] == "img" for attrs in charts)
    # The first title is the page's own.
    assert len(page.titles) == len(charts) + 1
    assert all(len(title) > 8 for title in page.titles)
    assert ("html", {"lang": "en-GB"}) in page.tags
    assert page.count("caption") == page.count("table") > 2


def test_each_chart_has_its_figures_in_a_table(page: Page) -> None:
    """The domains, the metrics among their peers, and the average score of each quarter."""
    metric_rows = {
        (row.get("Quarter"), row["Metric_ID"]): row
        for file in packed_files()
        if "acute-trust-data" in file.name
        for row in rows_of(file.data)
        if row["Trust_code"] == "ZB6"
    }
    now = {
        metric_id: row
        for (quarter, metric_id), row in metric_rows.items()
        if quarter == "Q1 2026/27"
    }
    metrics = [
        row for metric_id, row in now.items() if metric_id.startswith("OF0") and row["Value"]
    ]
    shown = {row[0]: row[1:] for row in page.rows_behind if row}
    for row in metrics:
        _, _, median, _, _, value = shown[" ".join(row["Metric_description"].split())]
        assert number(value) == pytest.approx(float(row["Value"]))
        assert number(median) == pytest.approx(float(row["Median_value"]), abs=0.005)
    domains = [row for metric_id, row in now.items() if metric_id.startswith("OF42")]
    assert len(domains) == 6
    for row in domains:
        chart = f"{row['Domain']}: score {float(row['Value']):.2f}, median "
        assert any(title.startswith(chart) for title in page.titles)
    averages = {
        quarter: float(row["Value"])
        for (quarter, metric_id), row in metric_rows.items()
        if metric_id in ("OF5002", "OF5202") and quarter
    }
    assert len(averages) >= 4
    for quarter, average in averages.items():
        assert f"{average:.2f}" in shown[quarter]


def number(text: str) -> float:
    """Return the number that a figure with a unit begins with."""
    match = re.match(r"[−-]?[0-9.,]+", text)
    assert match is not None, text
    return float(match[0].replace("−", "-").replace(",", ""))


def luminance(colour: str) -> float:
    """Relative luminance, after WCAG 2.2."""
    digits = colour.lstrip("#")
    wide = digits if len(digits) == 6 else "".join(d * 2 for d in digits)
    parts = [int(wide[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("scheme", "tones"), [(0, LIGHT), (1, DARK)], ids=["light", "dark"])
def test_texts_and_marks_stand_out_as_wcag_aa_asks(scheme: int, tones: dict[Tone, str]) -> None:
    block = re.findall(r":root \{(.*?)\}", CSS.read_text("utf-8"), re.DOTALL)[scheme]
    colours = dict(re.findall(r"--(\w+): (#\w+)", block))
    for text in (colours["text"], colours["muted"], colours["accent"], *tones.values()):
        assert contrast(text, colours["ground"]) >= 4.5
        assert contrast(text, colours["card"]) >= 4.5 or text in tones.values()
    assert contrast(colours["mark"], colours["ground"]) >= 3


def test_several_trusts_share_a_page(sample: Run) -> None:
    page = sample("report", "ZB6", "ZM8").stdout
    assert (page.count("<main"), page.count("<article")) == (1, 2)
    assert "(ZB6)" in page
    assert "(ZM8)" in page


def test_a_report_in_markdown_tells_the_same(sample: Run, tmp_path: Path) -> None:
    file = tmp_path / "zb6.md"
    assert sample("report", "ZB6", "-o", str(file)).returncode == 0
    page = file.read_text("utf-8")
    for heading in (
        "# University Hospitals of Salamanderbridge",
        "## Weak spots: 1",
        "# Why University Hospitals of Salamanderbridge NHS Trust (ZB6) is ranked 1st",
        "quarter by quarter",
        "## Who to ask",
        "## Sources",
    ):
        assert heading in page


@pytest.fixture(scope="module")
def small_site(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of eight fictional trusts."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "release.csv").write_bytes(published(whole_metric_file(trusts=8)))
    store = folder / "store"
    assert run("fetch", "--from", str(folder / "release.csv"), data_dir=store).returncode == 0
    made = run("report", "--all", "-o", str(folder / "site"), data_dir=store)
    assert made.returncode == 0, made.stderr
    return folder / "site"


def check_site(site: Path, codes: list[str], tables: int) -> None:
    """A site has one page a trust, each linked from the index and back, and one script."""
    index = Page((site / "index.html").read_text("utf-8"))
    links = {link for link in index.attributes("href") if not link.startswith("#")}
    of_metrics = {link for link in links if re.search(r"-OF\d{4}", link)}
    assert links - of_metrics == {f"{code}.html" for code in codes}
    assert len(of_metrics) >= 5
    assert {path.name for path in site.iterdir()} == {"index.html", *links}
    for name in sorted(of_metrics)[::20]:
        league = Page((site / name).read_text("utf-8"))
        assert set(league.attributes("href")) - {"#main"} <= {"index.html", *links}
    assert index.count("table") == tables
    assert index.count("script") == 1
    assert "script-src 'sha256-" in str(index.tags)
    for code in codes[::20]:
        one = Page((site / f"{code}.html").read_text("utf-8"))
        assert "index.html" in one.attributes("href")


def test_a_site_has_a_page_a_trust_and_links_both_ways(small_site: Path) -> None:
    check_site(small_site, [*(f"Z{n:02d}" for n in range(7)), "Z9V2S"], tables=1)


@pytest.mark.long
def test_a_site_of_every_type_has_a_table_of_each(sample_site: Path) -> None:
    files = [file for file in packed_files() if file.published == "2026-09"]
    # 134 acute, 58 mental health and community and 10 ambulance trusts.
    codes = {row["Trust_code"] for file in files for row in rows_of(file.data)}
    assert len(codes) == 202
    check_site(sample_site, sorted(codes), tables=3)


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


@pytest.mark.parametrize(
    "arguments", [[], ["ZB6", "--all"], ["--all"], ["--all", "--format", "markdown", "-o", "x"]]
)
def test_a_report_of_nothing_or_of_everything_at_once_is_wrong_usage(
    sample: Run, arguments: list[str]
) -> None:
    assert sample("report", *arguments).returncode == 2


def test_a_page_says_where_it_was_written(sample: Run, tmp_path: Path) -> None:
    file = tmp_path / "zb6.html"
    written = sample("report", "ZB6", "-o", str(file))
    assert written.stderr.splitlines()[-1] == f"Written to {file}."
    assert "Written" not in sample("report", "ZB6", "-o", str(file), "--quiet").stderr


@pytest.mark.parametrize(("name", "advice"), [("x.pdf", "print it to a PDF"), ("x.csv", ".md")])
def test_a_report_is_a_page_or_markdown(
    sample: Run, tmp_path: Path, name: str, advice: str
) -> None:
    file = tmp_path / name
    refused = sample("report", "ZB6", "-o", str(file))
    assert (refused.returncode, refused.stdout, file.exists()) == (2, "", False)
    assert advice in refused.stderr


def test_a_page_is_opened_in_the_browser(
    sample: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def note(address: str) -> bool:
        opened.append(address)
        return True

    monkeypatch.setattr("webbrowser.open", note)
    file = tmp_path / "zb6.html"
    assert sample("report", "ZB6", "-o", str(file), "--open").returncode == 0
    assert opened == [file.as_uri()]
    assert sample("report", "ZB6", "-o", "zb6.md", "--open").returncode == 2


def test_no_page_and_no_markdown_draws_with_characters(small_site: Path, sample: Run) -> None:
    drawn = re.compile("[\u2190-\u21ff\u2500-\u25ff]")
    texts = [path.read_text("utf-8") for path in small_site.iterdir()]
    texts.append(sample("report", "ZC2", "--format", "markdown").stdout)
    assert [drawings for text in texts if (drawings := drawn.findall(text))] == []


def test_a_page_names_its_release_files_and_their_dates(page: Page) -> None:
    newest = [
        file
        for file in packed_files()
        if file.published == "2026-09" and file.name.startswith("nhs-oversight-framework-acute")
    ]
    assert len(newest) == 2
    for file in newest:
        assert f"{file.name}:" in page.text
        assert hashlib.sha256(file.data).hexdigest() in page.text
    assert "published September 2026; retrieved " in page.text
