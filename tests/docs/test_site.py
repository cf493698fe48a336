"""The documentation's site: what is public is documented, and no page asks another server."""

from __future__ import annotations

import ast
import inspect
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from check_site import faults

import nhs_league
from nhs_league import errors
from nhs_league.core import answers

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / "zensical.toml").read_text("utf-8"))["project"]
API = (ROOT / "docs" / "api.md").read_text("utf-8")
PAGE = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'self\'">'
    "<p>nhsleague is not an NHS service. Open Government Licence v3.0"
)


def listed(nav: list[object]) -> Iterator[str]:
    for entry in nav:
        if isinstance(entry, str):
            yield entry
        elif isinstance(entry, dict):
            for value in entry.values():
                yield from listed(value if isinstance(value, list) else [value])


def public() -> Iterator[tuple[str, Any]]:
    """Yield all that a program may rely on: the package's names, answers, errors, their members."""
    classes: list[type] = [
        each
        for module in (answers, errors)
        for name, each in inspect.getmembers(module, inspect.isclass)
        if each.__module__ == module.__name__ and not name.startswith("_")
    ]
    yield "open_league", nhs_league.open_league
    for each in [nhs_league.League, *classes]:
        yield each.__name__, each
        for name, member in inspect.getmembers(each):
            defined = getattr(member, "__module__", "") or ""
            if not name.startswith("_") and inspect.isroutine(member) and "nhs_league" in defined:
                yield f"{each.__name__}.{name}", member


PUBLIC = dict(public())


def test_each_page_is_in_the_sites_navigation() -> None:
    pages = sorted(page.name for page in (ROOT / "docs").glob("*.md"))
    assert sorted(listed(CONFIG["nav"])) == pages, "name each page once in zensical.toml"


@pytest.mark.parametrize("name", PUBLIC)
def test_what_is_public_is_documented_with_each_parameter(name: str) -> None:
    documented = inspect.getdoc(PUBLIC[name])
    assert documented, f"{name} has no docstring"
    if not inspect.isfunction(PUBLIC[name]) or not name.startswith(("League.", "open_league")):
        return
    if same := re.search(r"everything else as for ``(\w+)``", documented):
        documented += inspect.getdoc(PUBLIC[f"League.{same[1]}"]) or ""
    _, _, section = documented.partition("Args:\n")
    for parameter in inspect.signature(PUBLIC[name]).parameters.keys() - {"self"}:
        assert re.search(rf"^ +\*{{0,2}}{parameter}: ", section, re.MULTILINE), parameter


def test_the_api_page_shows_what_is_public() -> None:
    shown = set(re.findall(r"^::: (\S+)$", API, re.MULTILINE))
    for name in PUBLIC:
        top = PUBLIC[name.partition(".")[0]]
        module = getattr(top, "__module__", "")
        assert shown & {f"nhs_league.{top.__name__}", module}, name


def test_helpers_left_out_of_the_api_page_are_there() -> None:
    """A filter of the page that names nothing hides nothing, and is out of date."""
    names = {
        node.name if isinstance(node, ast.FunctionDef) else ast.unparse(node.targets[0])
        for node in ast.parse(inspect.getsource(answers)).body
        if isinstance(node, ast.FunctionDef | ast.Assign)
    }
    assert set(re.findall(r'"!\^(\w+)\$"', API)) == {n for n in names if not n.startswith("_")}


def test_no_picture_asks_another_server() -> None:
    for picture in (ROOT / "docs" / "screenshots").glob("*.svg"):
        assert not re.search(r"""url\(["']?http|href=["']http""", picture.read_text("utf-8")), (
            picture
        )


@pytest.mark.parametrize(
    ("adds", "fault"),
    [
        ("", None),
        ('<a href="https://www.england.nhs.uk/">', None),
        ('<a href="other/#there">', None),
        ('<script src="https://cdn.example/a.js"></script>', "loads https://cdn.example/a.js"),
        ('<link rel="stylesheet" href="//fonts.example/a.css">', "loads //fonts.example/a.css"),
        ("<style>@import '//fonts.example/a.css'</style>", "a style loads from another server"),
        ('<a href="nowhere/">', "nowhere/ leads nowhere"),
        ('<a href="../README.md">', "../README.md leads nowhere"),
        ('<a href="other/#gone">', "other/#gone leads nowhere"),
    ],
)
def test_the_sites_check_finds_a_fault(tmp_path: Path, adds: str, fault: str | None) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "index.html").write_text(f'{PAGE}<h2 id="there">', "utf-8")
    (tmp_path / "index.html").write_text(PAGE + adds, "utf-8")
    listed = [each.removeprefix(f"{tmp_path / 'index.html'}: ") for each in faults(tmp_path)]
    assert listed == ([fault] if fault else [])


def test_a_page_without_credit_or_policy_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>Hello", "utf-8")
    assert len(list(faults(tmp_path))) == 3
