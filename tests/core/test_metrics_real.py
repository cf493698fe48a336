"""What is known of metrics, held against NHS England's own rows.

The files are read here with polars alone, so that nothing of the program's reading is relied on.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from nhs_league.core.facts import facts_for, metric_facts, true_unit, true_units
from nhs_league.core.filters import Filters
from nhs_league.core.frames import OBSERVATIONS, STANDINGS, Frames
from nhs_league.core.metric_search import choose
from nhs_league.core.metrics import Area, Metric, about_units, catalogue
from nhs_league.core.ranking import rank
from nhs_league.errors import NotFoundError

FILES = (
    "acute-trust-data-q1-2026-27.csv",
    "mental-health-and-community-trust-data-q1-2026-27.csv",
    "ambulance-trust-data-q1-2026-27.csv",
    "nhs-oversight-framework-mental-health-and-community-trust-data.csv",
    "nhs-oversight-framework-ambulance-trust-data.csv",
    "acute-trust-data-q4-2025-26-two-trusts.csv",
)
TYPES = {
    "Acute trust": "acute",
    "Mental health and community trust": "mental-health-community",
    "Ambulance trust": "ambulance",
}

# Published units that contradict the values, read off the files by eye: OF0023 runs from 49.73 to
# 84.94 and is called days, OF0020 from 0 to 22 cases and is called %, and so on. OF0004 runs from 1
# to 12: a 999 call is answered in seconds.
WRONG_UNITS = {
    ("OF0004", "mins", "seconds"), ("OF0011", "rate", "%"), ("OF0016", "mins", "%"),
    ("OF0017", "count", "mins"), ("OF0020", "%", "count"), ("OF0023", "days", "%"),
    ("OF0047", "rate", "out of 10"), ("OF0061", "%", "out of 10"), ("OF0084", "%", "out of 10"),
    ("OF0086", "rate", "%"), ("OF0094", "rate", "%"), ("OF0102", "score", "out of 100"),
    ("OF0120", "score", "out of 10"),
}  # fmt: skip


@pytest.fixture(scope="module")
def rows(shared: Path) -> pl.DataFrame:
    """All rows of the whole files, numbers as numbers."""
    read = [pl.read_csv(shared / name, infer_schema_length=0) for name in FILES]
    return pl.concat(read).with_columns(
        pl.col("Value", "Rank", "Median_value").cast(pl.Float64),
        trust_type=pl.col("Trust_type").replace_strict(TYPES),
    )


@pytest.fixture(scope="module")
def values(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("Metric_ID").str.starts_with("OF0"))


@pytest.fixture(scope="module")
def observed(rows: pl.DataFrame) -> dict[str, tuple[pl.DataFrame, pl.DataFrame]]:
    """The observations of each quarter that is asked about, and what is measured in it."""
    each = {
        quarter: _observations(rows.filter(pl.col("Quarter") == quarter))
        for quarter in ("Q4 2025/26", "Q1 2026/27")
    }
    return {
        quarter: (observations, catalogue(observations.lazy()))
        for quarter, observations in each.items()
    }


@pytest.fixture(scope="module")
def newest(rows: pl.DataFrame) -> pl.DataFrame:
    return catalogue(_observations(rows.filter(pl.col("Quarter") == "Q1 2026/27")).lazy())


def _observations(rows: pl.DataFrame) -> pl.DataFrame:
    """Join value rows with their scores by the last three digits, as the files are described."""
    key = ["Quarter", "Trust_code", "trust_type", "metric_id", "metric"]
    named = rows.with_columns(
        metric=pl.col("Metric_description").str.strip_chars(),
        metric_id="OF0" + pl.col("Metric_ID").str.slice(3),
    ).filter(pl.col("Metric_ID").str.contains("^OF[0-2]"))
    is_value = pl.col("Metric_ID").str.starts_with("OF0")
    about = ["Domain", "Sub-domain", "Reporting_date"]
    of_values = named.filter(is_value).select(
        *key, *about, "Value", "Units", "Median_value", "Rank"
    )
    of_scores = named.filter(~is_value).select(*key, *about, score="Value")
    joined = of_values.join(of_scores, on=key, how="full", coalesce=True)
    taken = [true_unit(i, u) for i, u in joined.select("metric_id", "Units").iter_rows()]
    return joined.select(
        *(pl.col(old).alias(new) for old, new in (
            ("Quarter", "quarter"), ("Trust_code", "trust_code"), ("trust_type", "trust_type"),
        )),
        # The score of OF0029 and OF0030 together has the number of OF0029.
        metric_id=pl.when(pl.col("metric").str.starts_with("Combined CYP"))
        .then(pl.lit("OF2029"))
        .otherwise("metric_id"),
        metric="metric",
        domain=pl.coalesce("Domain", "Domain_right"),
        sub_domain=pl.coalesce("Sub-domain", "Sub-domain_right"),
        period=pl.coalesce("Reporting_date", "Reporting_date_right"),
        unit=pl.when(pl.col("Value").is_not_null()).then(pl.Series(taken, dtype=pl.String)),
        published_unit="Units",
        value="Value",
        median="Median_value",
        rank=pl.col("Rank").cast(pl.Int32),
        score="score",
    )  # fmt: skip


def test_every_metric_of_the_files_has_an_entry(rows: pl.DataFrame, shared: Path) -> None:
    listed = pl.read_csv(shared / "metric-catalogue.csv").rename({"metric": "Metric_description"})
    named = pl.concat(
        frame.rename({"metric_id": "Metric_ID"}, strict=False).select(
            "Metric_ID", pl.col("Metric_description").str.strip_chars()
        )
        for frame in (rows, listed)
    ).unique()
    measured = named.filter(pl.col("Metric_ID").str.contains("^OF[0-2]"))
    values = measured.filter(pl.col("Metric_ID").str.starts_with("OF0"))
    described = set(values["Metric_ID"].str.slice(3) + values["Metric_description"])
    known = {metric_id for entry in metric_facts() for metric_id in entry.ids}
    assert measured.height > 100
    for metric_id, description in measured.iter_rows():
        is_value = metric_id.startswith("OF0")
        has_value = metric_id[3:] + description in described
        value_id = metric_id if is_value or (metric_id == "OF2029" and not has_value) else None
        assert (value_id or f"OF0{metric_id[3:]}") in known, (metric_id, description)


def test_every_direction_agrees_with_the_ranks(values: pl.DataFrame) -> None:
    """In each quarter and type, the rank of a value is its place in the direction stated."""
    directions = {
        metric_id: facts_for(metric_id, "").higher_is_better  # type: ignore[union-attr]
        for metric_id in values["Metric_ID"].unique()
    }
    group = ("Quarter", "trust_type", "Metric_ID")
    ranked = values.filter(pl.col("Rank").is_not_null()).with_columns(
        badness=pl.when(pl.col("Metric_ID").replace_strict(directions))
        .then(-pl.col("Value"))
        .otherwise("Value")
    )
    # Ranks are of unrounded values: among equal printed values any order is right. Of a part of a
    # release only the order can be checked.
    placed = ranked.filter(pl.len().over(group) > 2).with_columns(
        first=pl.col("badness").rank("min").over(group),
        last=pl.col("badness").rank("max").over(group),
    )
    agree = placed.select(pl.col("Rank").is_between("first", "last").mean()).item()
    assert placed.height > 6000
    assert agree == 1.0
    order = ranked.group_by(group).agg(
        alike=pl.corr("badness", "Rank", method="spearman"), trusts=pl.len()
    )
    assert order.filter(pl.col("trusts") > 1, pl.col("alike") <= 0.9).is_empty()


def test_a_metric_without_ranks_has_the_direction_of_its_scores(rows: pl.DataFrame) -> None:
    observed = _observations(rows)
    both = observed.filter(
        pl.col("rank").is_null(), pl.col("value").is_not_null(), pl.col("score").is_not_null()
    )
    for metric_id in both["metric_id"].unique():
        of_metric = both.filter(metric_id=metric_id)
        if of_metric["value"].n_unique() > 10:
            tendency = of_metric.select(pl.corr("value", "score")).item()
            known = facts_for(metric_id, "")
            assert known is not None
            assert (tendency < 0) == known.higher_is_better, metric_id


def test_every_published_unit_that_is_wrong_is_corrected_and_no_other(values: pl.DataFrame) -> None:
    units = values.select("Metric_ID", "Units").unique()
    corrected = {
        (metric_id, published, true_unit(metric_id, published))
        for metric_id, published in units.iter_rows()
        if true_unit(metric_id, published) != published
    }
    assert corrected == WRONG_UNITS


def test_a_correction_brings_each_metric_to_one_unit_in_both_years(values: pl.DataFrame) -> None:
    units = values.select("Metric_ID", "Units").unique()
    taken = {(metric_id, true_unit(metric_id, unit)) for metric_id, unit in units.iter_rows()}
    assert len(taken) == values["Metric_ID"].n_unique()


def test_every_value_can_have_its_unit(values: pl.DataFrame) -> None:
    """Values keep to the range of their unit; costs and results are not shares of a whole."""
    corrected = {metric_id for metric_id, *_ in WRONG_UNITS}
    beyond = ("OF0079", "OF0081", "OF0085", "OF0086")
    bounds = {"%": (0, 100), "out of 10": (0, 10), "out of 100": (0, 100), "index": (0, 100)}
    units = {metric_id: known.unit for metric_id, known in true_units().items()}
    for metric_id in sorted(set(values["Metric_ID"].unique()) - set(beyond)):
        low, high = bounds.get(units[metric_id], (-1000, 1000))
        of_metric = values.filter(pl.col("Metric_ID") == metric_id)["Value"]
        assert of_metric.is_between(low, high).all(), metric_id
        if units[metric_id] in ("%", "out of 100") and metric_id in corrected:
            assert of_metric.max() > 10, f"{metric_id} may be out of 10"  # type: ignore[operator]
        if units[metric_id] == "count":
            assert (of_metric == of_metric.round()).all(), metric_id


def test_a_count_of_infections_is_left_a_count(shared: Path) -> None:
    """OF0048 and OF0088 are a rate, but a count for a few trusts: the catalogue says which."""
    listed = pl.read_csv(shared / "metric-catalogue.csv")
    counted = listed.filter(unit="count", framework_year="2025/26")["metric_id"].unique().sort()
    assert counted.to_list() == ["OF0020", "OF0048", "OF0088"]
    assert [true_unit(metric_id, "count") for metric_id in counted] == ["count"] * 3
    assert [true_unit(metric_id, "rate") for metric_id in counted] == ["count", "rate", "rate"]


def test_each_correction_is_noted_once(newest: pl.DataFrame) -> None:
    notes = about_units(newest)
    assert 'OF0023 is published as "days", but its values are percentages.' in notes
    assert len(notes) == len(WRONG_UNITS)


def test_all_of_the_newest_release_is_known(newest: pl.DataFrame) -> None:
    """Those with a score alone are listed in the description of the files, by their digits."""
    assert newest["known"].all()
    assert newest["direction_from"].unique().to_list() == ["stated"]
    assert newest["short_name"].str.len_chars().max() <= 24  # type: ignore[operator]
    assert newest.filter(pl.col("unit").is_null())["metric_id"].n_unique() == len(
        ["035", "045", "046", "048", "069", "080", "088", "097", "108", "207", "208", "2029"]
    )


@pytest.mark.parametrize(
    ("name", "metric_id", "trust_type"),
    [
        ("elective", "OF0023", "acute"),
        ("62-day", "OF0011", "acute"),
        ("a&e within 4 hours", "OF0013", "acute"),
        ("waits for tests", "OF0008", "acute"),
        ("OF2048", "OF0048", "acute"),
        ("OF2029", "OF2029", "mental-health-community"),
        ("of0029", "OF0029", "mental-health-community"),
        ("999", "OF0004", "ambulance"),
        ("ambulance response", "OF0017", "ambulance"),
        ("crisis", "OF0016", "mental-health-community"),
        ("maternity", "OF0116", "acute"),
        ("flu jab", "OF0101", "acute"),
        ("Sickness absence rate", "OF0082", "acute"),
        ("NHS staff standards sub-score", "OF0120", "acute"),
        ("Combined CYP and adult CMH paired outcome completeness", "OF2029", "mental-health-community"),
    ],
)  # fmt: skip
def test_a_name_means_a_metric_of_the_type_that_has_it(
    newest: pl.DataFrame, name: str, metric_id: str, trust_type: str
) -> None:
    chosen = choose(name, newest, None)[0]
    assert isinstance(chosen, Metric)
    if name not in ("OF2029", "of0029", "Combined CYP and adult CMH paired outcome completeness"):
        assert chosen.trust_type == trust_type
    assert chosen.metric_id == metric_id


@pytest.mark.parametrize(
    ("name", "quarter", "column"),
    [
        ("Finance", "Q1 2026/27", "sub_domain"),
        ("productivity", "Q1 2026/27", "sub_domain"),
        ("Experience", "Q1 2026/27", "sub_domain"),
        ("Workforce", "Q1 2026/27", "sub_domain"),
        ("People", "Q1 2026/27", "domain"),
        ("Effective discharge", "Q1 2026/27", "sub_domain"),
        ("Finance", "Q4 2025/26", "sub_domain"),
        ("Patient experience", "Q4 2025/26", "sub_domain"),
        ("Productivity", "Q4 2025/26", "sub_domain"),
        ("Patient safety", "Q4 2025/26", "domain"),
    ],
)
def test_the_published_name_of_an_area_wins(
    observed: dict[str, tuple[pl.DataFrame, pl.DataFrame]], name: str, quarter: str, column: str
) -> None:
    observations, measured = observed[quarter]
    for choice in choose(name, measured, None):
        assert isinstance(choice, Area)
        assert choice.is_domain == (column == "domain")
        in_area = observations.filter(
            pl.col(column).str.to_lowercase() == name.casefold(),
            pl.col("trust_type") == choice.trust_type,
        )
        assert set(choice.metric_ids) == set(in_area["metric_id"])


@pytest.mark.parametrize("quarter", ["Q4 2025/26", "Q1 2026/27"])
def test_a_name_means_the_same_metric_in_both_years(rows: pl.DataFrame, quarter: str) -> None:
    listed = catalogue(_observations(rows.filter(pl.col("Quarter") == quarter)).lazy())
    for name, metric_id in (("elective", "OF0023"), ("62-day", "OF0011"), ("deficit", "OF0079")):
        chosen = choose(name, listed, "acute")[0]
        assert isinstance(chosen, Metric)
        assert chosen.metric_id == metric_id


def test_a_name_of_one_year_only_is_refused_in_the_other(newest: pl.DataFrame) -> None:
    with pytest.raises(NotFoundError) as missing:
        choose("long stays", newest, None)
    assert missing.value.message == 'These figures do not cover "long stays" (Stays over 60 days).'
    assert "nhsleague metrics" in missing.value.advice


def test_rates_are_ranked_and_counts_shown_beside_them(rows: pl.DataFrame) -> None:
    """Rows of two trusts have rates; a third trust's count, as the catalogue has it, is added.

    RAN's count of 4.0 is the catalogue's remark on OF0048.
    """
    observed = _observations(rows.filter(Quarter="Q4 2025/26", trust_type="acute"))
    coli = observed.filter(metric_id="OF0048")
    assert sorted(coli["value"]) == [1.05, 1.18]
    count = coli.head(1).with_columns(
        trust_code=pl.lit("RAN"), value=4.0, unit=pl.lit("count"), published_unit=pl.lit("count")
    )
    every = _shaped(pl.concat([observed, count]), OBSERVATIONS)
    trusts = _shaped(
        every.select("quarter", "trust_code", "trust_type", trust_name="trust_code").unique(),
        STANDINGS,
    )
    nothing = pl.LazyFrame(schema={"trust_type": pl.String})
    frames = Frames(trusts.lazy(), every.lazy(), nothing, nothing)
    (metric,) = choose("e coli", catalogue(every.lazy()), None)
    assert isinstance(metric, Metric)
    assert metric.unit == "rate"
    answer = rank(frames, [metric], Filters(), worst_first=True)
    shown = answer.frame.select("trust_code", "value", "unit", "computed_rank", "computed_of")
    worse, better = sorted(coli.select("value", "trust_code").rows(), reverse=True)
    assert shown.rows() == [
        (worse[1], 1.18, "rate", 2, 2),
        (better[1], 1.05, "rate", 1, 2),
        ("RAN", 4.0, "count", None, None),
    ]
    assert answer.frame["median"].to_list() == [1.17, 1.17, None]
    assert [note for note in answer.notes if "count" in note] == [
        "1 trust has a count, not a rate, so it is not ranked or compared: RAN."
    ]


def _shaped(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """Give a frame all columns of a schema; what it lacks is null."""
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in schema.items()
    )
