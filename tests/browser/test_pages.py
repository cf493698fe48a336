"""The pages in a real browser: what they ask for, print, sort, and what axe-core says of them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.programs,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-background-networking",
            ],
        )
        yield browser
        browser.close()


def opened(browser: Browser, file: Path, **options: object) -> tuple[Page, list[str], list[str]]:
    """Open a page from disk; give it with the requests it made and what the console said."""
    page = browser.new_page(**options)  # type: ignore[arg-type]
    requests: list[str] = []
    messages: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.goto(file.as_uri())
    return page, requests, messages


@pytest.mark.parametrize("name", ["ZB6.html", "ZC2.html", "acute-OF0023.html", "index.html"])
def test_a_page_asks_for_nothing_and_says_nothing_on_the_console(
    browser: Browser, sample_site: Path, name: str
) -> None:
    page, requests, messages = opened(browser, sample_site / name)
    assert requests == [(sample_site / name).as_uri()]
    assert messages == []
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["ZB6.html", "ZC2.html", "acute-OF0023.html", "index.html"])
def test_axe_finds_no_violation(
    browser: Browser, sample_site: Path, name: str, scheme: str
) -> None:
    page = browser.new_page(color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]
    page.goto((sample_site / name).as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    faults = Axe().run(page)
    assert faults.violations_count == 0, faults.generate_report()
    page.close()


@pytest.mark.parametrize("name", ["ZB6.html", "ZC2.html", "ZH5.html", "ZP0.html"])
def test_a_page_prints_on_two_sheets_at_most(
    browser: Browser, sample_site: Path, name: str
) -> None:
    page, *_ = opened(browser, sample_site / name)
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2
    page.emulate_media(media="print")
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('main *, footer *')]"
        ".filter(e => e.offsetParent && e.textContent.trim())"
        ".map(e => parseFloat(getComputedStyle(e).fontSize)))"
    )
    # 9 points are 12 pixels.
    assert smallest >= 12
    page.close()


@pytest.mark.parametrize("width", [360, 768, 1280, 1600])
@pytest.mark.parametrize("name", ["ZB6.html", "ZC2.html", "acute-OF0023.html", "index.html"])
def test_nothing_hangs_over_the_edge_of_the_screen(
    browser: Browser, sample_site: Path, name: str, width: int
) -> None:
    page, *_ = opened(browser, sample_site / name, viewport={"width": width, "height": 900})
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize(
    ("name", "heading", "cell"),
    [("index.html", "Average score", 5), ("acute-OF0023.html", "Value", 2)],
)
@pytest.mark.parametrize("width", [360, 1280])
def test_a_site_sorts_searches_and_filters_by_keyboard(
    browser: Browser, sample_site: Path, name: str, heading: str, cell: int, width: int
) -> None:
    page, _, messages = opened(
        browser, sample_site / name, viewport={"width": width, "height": 900}
    )
    league = page.locator("section.league").first
    button = league.get_by_role("button", name=heading)
    figures = f"rows => rows.map(row => parseFloat(row.cells[{cell}].textContent))"
    for way, is_reversed in (("ascending", False), ("descending", True)):
        button.focus()
        page.keyboard.press("Enter")
        shown = league.locator("tbody tr").evaluate_all(figures)
        assert shown == sorted(shown, reverse=is_reversed)
        assert button.locator("..").get_attribute("aria-sort") == way
    assert button.is_visible()
    page.get_by_label("Search").focus()
    page.keyboard.type("london hospitals")
    page.get_by_label("Segment").focus()
    page.keyboard.type("3")
    rows = league.locator("tbody tr:visible")
    assert 0 < rows.count() < 30
    assert all("London" in text and "Hospital" in text for text in rows.all_text_contents())
    segments = rows.locator("[data-label=Segment]").all_text_contents()
    assert set(segments) == {"3"}
    assert page.locator("#count").text_content().endswith("shown")  # type: ignore[union-attr]
    assert messages == []
    page.close()


def test_the_index_leads_to_a_trust_and_back_by_keyboard(
    browser: Browser, sample_site: Path
) -> None:
    page, *_ = opened(browser, sample_site / "index.html")
    link = page.get_by_role("link", name="University Hospitals of Salamanderbridge").last
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/ZB6.html")
    page.get_by_role("link", name="All trusts").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/index.html")
    page.close()
