"""Check a built site: it asks nothing of other servers, its links lead somewhere, it credits.

``python tools/check_site.py site``
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

_LOADS = {
    "audio": "src", "embed": "src", "form": "action", "iframe": "src", "img": "src", "link": "href",
    "object": "data", "script": "src", "source": "src", "track": "src", "video": "src",
}  # fmt: skip
_ADDRESS = "https://nhsleague.github.io/nhsleague/"
_ONLY_NAMED = {"canonical", "alternate", "next", "prev"}
_STYLE = re.compile(r"""(?:url\(\s*|@import\s+)["']?(?:https?:)?//""")
_CREDITS = (
    "is not an NHS service",
    "Open Government Licence v3.0",
)


@dataclass
class Page(HTMLParser):
    """What a page loads, links to and forbids."""

    loads: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    policy: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what matters of a tag."""
        values = {name: value or "" for name, value in attrs}
        self.names.update(values[name] for name in ("id", "name") if name in values)
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values.get("content", "")
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        elif tag in _LOADS and not set(values.get("rel", "").split()) & _ONLY_NAMED:
            self.loads += filter(None, [values.get(_LOADS[tag])])


def faults(site: Path) -> Iterator[str]:
    """Yield what is wrong with a site, a line each."""
    pages = {path: _read(path) for path in sorted(site.rglob("*.html"))}
    if not pages:
        yield f"{site}: no page"
    for path, page in pages.items():
        text = path.read_text("utf-8")
        if "default-src 'self'" not in page.policy:
            yield f"{path}: no Content-Security-Policy"
        for words in _CREDITS:
            if words not in text:
                yield f"{path}: does not say “{words}”"
        for address in page.loads:
            if urlsplit(address).netloc:
                yield f"{path}: loads {address}"
        # Addresses of the page for what is not found are of the site's root.
        if path.name != "404.html":
            for address in (*page.links, *page.loads):
                if not _leads(site, path, address, pages):
                    yield f"{path}: {address} leads nowhere"
    for path in (*site.rglob("*.css"), *site.rglob("*.svg"), *pages):
        if _STYLE.search(path.read_text("utf-8")):
            yield f"{path}: a style loads from another server"


def _read(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text("utf-8"))
    return page


def _leads(site: Path, page: Path, address: str, pages: dict[Path, Page]) -> bool:
    base = urljoin(_ADDRESS, page.relative_to(site).as_posix().removesuffix("index.html"))
    whole = urlsplit(urljoin(base, address))
    if whole.scheme not in ("http", "https") or not whole.geturl().startswith(_ADDRESS):
        # Above the site, on its own server, there is nothing of ours.
        return whole.netloc != urlsplit(_ADDRESS).netloc
    target = site / unquote(whole.path.removeprefix(urlsplit(_ADDRESS).path))
    if target.is_dir():
        target /= "index.html"
    known = pages.get(target)
    fragment = unquote(whole.fragment)
    return target.is_file() and (not fragment or known is None or fragment in known.names)


if __name__ == "__main__":
    lines = list(faults(Path(sys.argv[1])))
    print(*lines, sep="\n")
    sys.exit(1 if lines else 0)
