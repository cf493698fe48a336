"""``answer.chart()``: what is drawn, from which figures, and what it says of them."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nhs_league import League, open_league
from nhs_league.errors import UsageError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def league(sample_cache: Path) -> League:
    return open_league(sample=True, data_dir=sample_cache)


def drawn(answer: Any) -> dict[str, Any]:
    """Return a chart as Vega-Lite; Altair checks it against Vega-Lite's schema."""
    pytest.importorskip("altair", reason="altair is not installed")
    chart = answer.chart().to_dict()
    assert isinstance(chart, dict)
    return chart


def rows_of(chart: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = max(chart["datasets"].values(), key=len)
    return rows


def axes_of(part: Any) -> set[str]:
    """Collect the titles of all axes."""
    if isinstance(part, list):
        return {title for each in part for title in axes_of(each)}
    if not isinstance(part, dict):
        return set()
    texts = {
        str(part["encoding"][axis]["title"])
        for axis in ("x", "y")
        if part.get("encoding", {}).get(axis, {}).get("title")
    }
    return texts | {title for each in part.values() for title in axes_of(each)}


@pytest.mark.parametrize(
    ("question", "axis"),
    [
        (lambda league: league.worst("62-day", limit=5), "Cancer 62-day (%)"),
        (lambda league: league.best("sickness", trust_type="all", limit=2), "Staff sickness (%)"),
        (lambda league: league.worst("cancer", limit=5), "Mean of the scores of its metrics"),
        (lambda league: league.table(groups=True, limit=5), "League rank, 1 is best"),
        (lambda league: league.trend("ZB6", "ZJ9"), "League rank, 1 is best"),
        (lambda league: league.trend("ZB6", metric="62-day"), "Cancer 62-day (%)"),
        (lambda league: league.spread("62-day"), "Trusts"),
        (lambda league: league.compare("ZB6", "ZE9"), "Score"),
    ],
)
def test_a_chart_has_a_title_its_units_the_source_and_the_samples_notice(
    league: League, question: Any, axis: str
) -> None:
    answer = question(league)
    chart = drawn(answer)
    assert axis in axes_of(chart)
    title = chart["title"]
    assert title["text"]
    assert title["subtitle"][0].startswith("FICTIONAL SAMPLE")
    assert title["subtitle"][-1].startswith("Fictional sample, Q")


def test_each_metric_has_a_panel_with_its_unit(league: League) -> None:
    answer = league.trend("ZB6", every_metric=True)
    panels = {row["panel"] for row in rows_of(drawn(answer))}
    assert {"Cancer 62-day (%)", "Staff engagement (out of 10)"} <= panels
    # The cells of the sample have a value or a score in some quarter: none is left out.
    assert len(panels) == answer.frame.select("metric_id", "unit").unique().height


def test_a_ranking_draws_its_rows_and_puts_the_better_end_on_the_right(league: League) -> None:
    for metric, reverse in (("62-day", False), ("sickness", True)):
        answer = league.worst(metric, limit=4)
        chart = drawn(answer)
        assert [row["figure"] for row in rows_of(chart)] == answer.frame["value"].to_list()
        assert [row["trust"][:3] for row in rows_of(chart)] == answer.frame["trust_code"].to_list()
        assert chart["layer"][-1]["encoding"]["x"]["scale"]["reverse"] is reverse


def test_bands_of_scores_have_a_colour_and_a_shape_each(league: League) -> None:
    chart = drawn(league.worst("62-day"))
    points = chart["layer"][-1]["encoding"]
    assert len(set(points["color"]["scale"]["range"])) == len(
        set(points["shape"]["scale"]["range"])
    )
    assert {row["band"] for row in rows_of(chart)} <= set(points["color"]["scale"]["domain"])


def test_a_score_on_the_edge_of_a_band_is_in_the_worse_one() -> None:
    pytest.importorskip("altair", reason="altair is not installed")
    import polars as pl

    from nhs_league.render.altair_charts import _banded

    # Weak from 3.00, severe from 3.50.
    scores = [1.0, 1.49, 1.5, 2.49, 2.5, 2.99, 3.0, 3.49, 3.5, 4.0, None]
    banded = pl.DataFrame({"score": scores}).select(_banded())["band"].to_list()
    names = ["under 1.50", "under 2.50", "under 3.00", "weak", "severe (3.50 or more)"]
    assert banded == [name for name in names for _ in range(2)] + ["not scored"]


def test_a_spread_counts_each_trust_once_and_labels_the_marked(league: League) -> None:
    rows = rows_of(drawn(league.spread("62-day", mark=["ZB6"])))
    assert sum(row["trusts"] for row in rows) == 118
    assert [row["label"] for row in rows if row["marked"]] == ["ZB6"]
    assert sum("median" in (row["label"] or "") for row in rows) == 1


def test_a_quarter_without_a_figure_is_a_gap_in_the_line() -> None:
    pytest.importorskip("altair", reason="altair is not installed")
    import polars as pl

    from nhs_league.render.altair_charts import _quarter_by_quarter

    known = pl.DataFrame(
        {"quarter": ["Q4 2025/26", "Q2 2025/26"], "trust_code": "A", "rank": [2, 1]}
    )
    filled = _quarter_by_quarter(known, ["trust_code"])
    assert filled.select("quarter", "rank").rows() == [
        ("Q2 2025/26", 1), ("Q3 2025/26", None), ("Q4 2025/26", 2),
    ]  # fmt: skip


def test_an_answer_without_a_chart_says_which_have_one(league: League) -> None:
    pytest.importorskip("altair", reason="altair is not installed")
    with pytest.raises(UsageError, match="worst, best, table, trend, spread and compare"):
        league.hidden().chart()
    answer = league.worst("62-day")
    empty = replace(answer, frame=answer.frame.head(0))
    with pytest.raises(UsageError, match="no rows"):
        empty.chart()


def test_without_altair_a_chart_says_how_to_get_it(
    league: League, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nhs_league.render.altair_charts", None)
    with pytest.raises(UsageError, match=r"pip install 'nhsleague\[charts\]'"):
        league.spread("62-day").chart()


def test_a_notebook_shows_each_title_once_and_what_was_assumed(league: League) -> None:
    answer = league.worst("62-day", limit=2)
    html = answer._repr_html_()
    assert html.count(answer.title) == 1
    assert f"<caption>{answer.title}</caption>" in html
    assert "Metric: Percentage of cases treated within 62 days of referral" in html
    assert "FICTIONAL SAMPLE" in html


@pytest.mark.long
def test_the_notebook_of_the_documentation_runs(
    sample_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("marimo", reason="marimo is not installed")
    altair = pytest.importorskip("altair", reason="altair is not installed")
    monkeypatch.setenv("NHSLEAGUE_DATA_DIR", str(sample_cache))
    spec = importlib.util.spec_from_file_location("notebook", ROOT / "docs" / "notebook.py")
    assert spec is not None
    assert spec.loader is not None
    notebook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(notebook)
    outputs, defined = notebook.app.run()
    charts = [each for each in outputs if isinstance(each, altair.TopLevelMixin)]
    assert len(charts) == 5
    for chart in charts:
        assert chart.to_dict()["title"]["subtitle"][0].startswith("FICTIONAL SAMPLE")
    assert defined["severe"]["severe"].sum() > 0
