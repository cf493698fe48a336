"""A page to send round, and a site of all trusts."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from tests.conftest import Run

CSS = Path(__file__).parents[2] / "nhs_league" / "render" / "templates" / "page.css"


class Page(HTMLParser):
    """What a page has: its tags, its links, its texts; and that it closes what it opens."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("br", "meta", "input"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

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
    for said in (
        "FICTIONAL SAMPLE",
        # The trust's row of the league table, and its rows OF0011 and OF2011.
        "League rank 1 of 134 (1 is best), likely 1 to 5.",
        "Percentage of cases treated within 62 days of referral — SEVERE",
        "44.63%, score 4.00, rank 118 of 118.",
        # The lowest average score of a trust in unadjusted segment 2 is 1.94; 1.94 - 1.25 = 0.69.
        "At 1.94 or higher, 0.69 worse than now, it would be in segment 2.",
        "A trust is not a hospital",
        "not NHS England's",
    ):
        assert said in page.text


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


def test_the_index_runs_the_one_script_that_its_policy_names(sample_site: Path) -> None:
    text = (sample_site / "index.html").read_text("utf-8")
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
    assert all(attrs["role"] == "img" and len(str(attrs["aria-label"])) > 20 for attrs in charts)
    assert ("html", {"lang": "en-GB"}) in page.tags
    assert page.count("caption") == page.count("table") > 2


def test_each_chart_has_its_figures_in_a_table(page: Page) -> None:
    """The domains, the metrics among their peers, the places and the trends."""
    assert page.count("details") >= 4


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


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_texts_and_marks_stand_out_as_wcag_aa_asks(scheme: int) -> None:
    block = re.findall(r":root \{(.*?)\}", CSS.read_text("utf-8"), re.DOTALL)[scheme]
    colours = dict(re.findall(r"--(\w+): (#\w+)", block))
    for ground in ("ground", "card"):
        assert contrast(colours["text"], colours[ground]) >= 4.5
        assert contrast(colours["muted"], colours[ground]) >= 4.5
    assert contrast("#ffffff", colours["blue"]) >= 4.5
    for mark in ("own", "median"):
        assert contrast(colours[mark], colours["ground"]) >= 3


def test_several_trusts_share_a_page(sample: Run) -> None:
    told = sample("report", "ZB6", "ZM8").stdout
    assert (told.count("<main"), told.count("<article")) == (1, 2)
    assert "(ZB6)" in told
    assert "(ZM8)" in told


def test_a_report_in_markdown_tells_the_same(sample: Run, tmp_path: Path) -> None:
    file = tmp_path / "zb6.md"
    assert sample("report", "ZB6", "-o", str(file)).returncode == 0
    told = file.read_text("utf-8")
    for heading in (
        "# University Hospitals of Salamanderbridge",
        "## Weak spots: 1",
        "# Why University Hospitals of Salamanderbridge NHS Trust (ZB6) is ranked 1st",
        "quarter by quarter",
    ):
        assert heading in told


def test_a_site_has_a_page_a_trust_and_links_both_ways(sample_site: Path) -> None:
    index = Page((sample_site / "index.html").read_text("utf-8"))
    links = {link for link in index.attributes("href") if not link.startswith("#")}
    # 134 acute, 58 mental health and community and 10 ambulance trusts.
    assert len(links) == 202
    assert links | {"index.html"} == {path.name for path in sample_site.iterdir()}
    assert index.count("table") == 3
    assert index.count("script") == 1
    assert "script-src 'sha256-" in str(index.tags)
    one = Page((sample_site / "ZB6.html").read_text("utf-8"))
    assert "index.html" in one.attributes("href")


@pytest.mark.parametrize(
    "arguments", [[], ["ZB6", "--all"], ["--all"], ["--all", "--format", "markdown", "-o", "x"]]
)
def test_a_report_of_nothing_or_of_everything_at_once_is_wrong_usage(
    sample: Run, arguments: list[str]
) -> None:
    assert sample("report", *arguments).returncode == 2
