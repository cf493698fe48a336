"""The templates: what goes into them is text, what they name must be there, and they are packed."""

from __future__ import annotations

import zipfile
from pathlib import Path

import polars as pl
import pytest
from hatchling.builders.wheel import WheelBuilder
from jinja2 import UndefinedError
from markupsafe import Markup

from nhs_league.core.answers import QueryResult
from nhs_league.render.blocks import Points
from nhs_league.render.html import asset, render, to_html
from nhs_league.render.meta import Meta

ROOT = Path(__file__).parents[2]
META = Meta(sample=False, version="1", filters={})


def test_a_page_that_lacks_what_its_template_names_is_not_written() -> None:
    with pytest.raises(UndefinedError, match="'blocks' is undefined"):
        render("document.html.j2")


def test_only_a_style_sheet_or_a_script_stands_in_a_page_unescaped() -> None:
    title = "<b>A & B</b>"
    written = to_html(QueryResult(title, pl.DataFrame({"<i>": ['"c"']})), META)
    assert Markup("<h2>{}</h2>").format(title) in written
    assert Markup("<td>{}</td>").format('"c"') in written
    assert "<i>" not in written
    assert '"' in asset("site.js")


def test_points_stand_under_the_nearest_one_that_is_less_deep() -> None:
    tree = Points(((0, "a"), (1, "b"), (2, "c"), (1, "d"), (0, "e"))).tree()
    assert [branch.text for branch in tree] == ["a", "e"]
    assert [branch.text for branch in tree[0].under] == ["b", "d"]
    assert [branch.text for branch in tree[0].under[0].under] == ["c"]
    assert tree[1].under == []


def test_the_wheel_has_every_template(tmp_path: Path) -> None:
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    folder = ROOT / "nhs_league" / "render" / "templates"
    with zipfile.ZipFile(wheel) as packed:
        assert {path.relative_to(ROOT).as_posix() for path in folder.iterdir()} <= set(
            packed.namelist()
        )
