"""The program's answers about the sample: read by its parser, checked by its method."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from nhs_league import League, open_league
from nhs_league.core.method.standings import average_scores, domain_scores, league_rank
from sample_release.figures import EVENTS
from tests.conftest import Run, environment
from tests.packed import packed_files

QUARTERS = ("Q1 2025/26", "Q2 2025/26", "Q3 2025/26", "Q4 2025/26", "Q1 2026/27")
ROUNDING = 0.01 + 1e-9


@pytest.fixture(scope="module")
def league(sample_cache: Path) -> League:
    return open_league(sample=True, data_dir=sample_cache)


@pytest.fixture(scope="module")
def standings(league: League) -> pl.DataFrame:
    return league.frames().standings.collect()


@pytest.fixture(scope="module")
def observations(league: League) -> pl.DataFrame:
    return league.frames().observations.collect()


def test_it_has_as_many_trusts_and_metrics_as_the_real_tables(
    standings: pl.DataFrame, observations: pl.DataFrame
) -> None:
    newest = pl.col("quarter") == QUARTERS[-1]
    trusts = dict(standings.filter(newest).group_by("trust_type").len().iter_rows())
    assert trusts == {"acute": 134, "mental-health-community": 58, "ambulance": 10}
    per_type = (
        observations.filter(newest).group_by("trust_type").agg(pl.col("metric_id").n_unique())
    )
    assert dict(per_type.iter_rows()) == {
        # As in the real files of that quarter: value metrics, and scores without a value.
        "acute": 47,
        "mental-health-community": 31,
        "ambulance": 19,
    }


def test_no_code_of_it_can_be_a_real_trusts(standings: pl.DataFrame) -> None:
    # ODS codes of NHS trusts begin with R or T, and one with G.
    assert standings["trust_code"].str.starts_with("Z").all()


def test_its_regions_and_subtypes_are_the_real_ones(standings: pl.DataFrame) -> None:
    assert set(standings["region"]) == {
        "East", "London", "Midlands", "North East and Yorkshire", "North West", "South East", "South West",
    }  # fmt: skip
    assert set(standings["subtype"]) == {
        "Acute - Teaching", "Acute - Large", "Acute - Medium", "Acute - Small", "Acute - Multi-Service",
        "Acute - Specialist", "Mental Health and Learning Disability", "Community", "Ambulance", "Care Trust",
    }  # fmt: skip


def test_the_programs_method_gives_each_of_its_average_scores(league: League) -> None:
    frames = league.frames()
    both = average_scores(frames.observations).join(
        frames.standings, on=["quarter", "trust_code"], how="full", coalesce=True
    )
    compared = both.with_columns(
        off=(pl.col("computed_average_score") - pl.col("average_score")).abs()
    ).collect()
    assert compared["off"].null_count() == 0
    assert compared.filter(pl.col("off") > ROUNDING).is_empty()


def test_the_programs_method_gives_each_of_its_domain_scores(league: League) -> None:
    frames = league.frames()
    both = domain_scores(frames.observations).join(
        frames.domains, on=["quarter", "trust_code", "domain"], how="full", coalesce=True
    )
    compared = both.with_columns(off=(pl.col("computed_score") - pl.col("score")).abs()).collect()
    assert compared["off"].null_count() == 0
    assert compared.filter(pl.col("off") > ROUNDING).is_empty()


def test_the_programs_league_order_gives_each_of_its_ranks_with_ties(
    standings: pl.DataFrame,
) -> None:
    # A decision to put a trust in segment 5 does not move it in the league.
    ranked = standings.with_columns(computed=league_rank("adjusted_segment"))
    assert ranked.filter(pl.col("computed") != pl.col("rank")).is_empty()
    assert (
        ranked.group_by("quarter", "trust_type", "rank").len().filter(pl.col("len") > 1).height > 10
    )


def test_a_high_rank_hides_a_terrible_service(league: League) -> None:
    spots = league.show(EVENTS.hidden).frame.filter(pl.col("weak_spot") == "severe")
    (standing,) = (
        league.table("acute").frame.filter(pl.col("trust_code") == EVENTS.hidden).to_dicts()
    )
    assert (standing["rank"], standing["unadjusted_segment"]) == (1, 1)
    assert spots["metric_id"].to_list() == ["OF0011"]


def test_an_override_holds_good_care_in_segment_3(standings: pl.DataFrame) -> None:
    held = standings.filter(
        pl.col("trust_code").is_in(EVENTS.good_in_deficit), pl.col("quarter") == QUARTERS[-1]
    )
    assert held.select(
        "unadjusted_segment", "segment", "override", "in_deficit"
    ).unique().rows() == [(1, 3, True, True)]


def test_a_trust_merges_and_another_is_renamed(standings: pl.DataFrame) -> None:
    def names(code: str) -> list[str]:
        return standings.filter(trust_code=code).sort("quarter")["trust_name"].to_list()

    assert len(names(EVENTS.merging)) == 2
    assert names(EVENTS.merged)[1] != names(EVENTS.merged)[2]
    assert names(EVENTS.renamed)[1] != names(EVENTS.renamed)[2]


def test_the_revised_figure_is_the_later_files(observations: pl.DataFrame) -> None:
    revised = observations.filter(
        trust_code=EVENTS.revised, metric_id="OF0011", quarter="Q3 2025/26"
    )
    first = next(
        f
        for f in packed_files()
        if f.name == "nhs-oversight-framework-acute-trust-data-q3-25-26.csv"
    )
    as_first = pl.read_csv(io.BytesIO(first.data)).filter(
        Trust_code=EVENTS.revised, Metric_ID="OF0011", Quarter="Q3 2025/26"
    )
    assert as_first["Value"].item() == 41.7
    assert revised["value"].item() != 41.7


def test_specialists_have_no_accident_and_emergency(
    observations: pl.DataFrame, standings: pl.DataFrame
) -> None:
    specialists = standings.filter(subtype="Acute - Specialist")["trust_code"].unique().implode()
    assert observations.filter(
        pl.col("metric_id") == "OF0013", pl.col("trust_code").is_in(specialists)
    ).is_empty()


def test_worst_at_elective_is_what_polars_finds_in_the_raw_csv(sample: Run) -> None:
    raw = {file.name: file.data for file in packed_files()}[
        "nhs-oversight-framework-acute-trust-data-q1-26-27.csv"
    ]
    by_hand = (
        pl.read_csv(io.BytesIO(raw), infer_schema=False)
        .filter(Quarter=QUARTERS[-1], Metric_ID="OF0023")
        .with_columns(
            pl.col("Value").cast(pl.Float64), pl.col("Rank").cast(pl.Float64).cast(pl.Int64)
        )
        .sort("Rank", "Trust_name", descending=[True, False])
        .head(10)
    )
    frame = pl.read_csv(io.StringIO(sample("worst", "--metric", "elective", "--csv").stdout))
    for ours, published in {
        "trust_code": "Trust_code",
        "trust_name": "Trust_name",
        "value": "Value",
        "rank": "Rank",
    }.items():
        assert frame[ours].to_list() == by_hand[published].to_list()


@pytest.mark.parametrize("place", ["before", "after", "environment"])
def test_the_sample_is_asked_for_before_or_after_the_command_or_in_the_environment(
    run: Run, place: str
) -> None:
    arguments = ["table", "ambulance"]
    if place != "environment":
        arguments.insert(0 if place == "before" else 2, "--sample")
    env = {"NHSLEAGUE_SAMPLE": "1"} if place == "environment" else {}
    answered = run(*arguments, env=env)
    assert answered.returncode == 0
    assert (
        answered.stdout.count("true,Q1 2026/27,ZV") + answered.stdout.count("true,Q1 2026/27,ZW")
        == 10
    )


@pytest.mark.parametrize(
    "question",
    [
        ["worst", "--metric", "elective"],
        ["best", "--metric", "cancer"],
        ["table"],
        ["show", "ZB6"],
        ["compare", "ZB6", "ZM8"],
        ["compare", "--by", "subtype"],
        ["metrics"],
        ["trusts"],
    ],
    ids=" ".join,
)
def test_every_output_says_that_it_is_fictional(sample: Run, question: list[str]) -> None:
    csv_lines = sample(*question, "--csv").stdout.splitlines()
    assert csv_lines[0].startswith("sample,")
    assert all(line.startswith("true,") for line in csv_lines[1:])
    assert '"sample": true' in sample(*question, "--json").stdout
    table = sample(*question, "--format", "table").stdout
    assert any("SAMPLE: invented data" in line for line in table.splitlines()[:2])
    words = sample(*question, "--format", "table", "--plain").stdout
    assert words.startswith("FICTIONAL SAMPLE")
    assert "not NHS England's" in " ".join(words.split())


@pytest.mark.long
def test_two_processes_that_begin_at_once_both_answer(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "nhs_league", "--sample", "show", "ZB6", "--csv"]
    env = environment(tmp_path)
    both = [
        subprocess.Popen(command, env=env, stdout=subprocess.PIPE, encoding="utf-8")
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert answers[0] == answers[1]
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.long
def test_it_works_where_nothing_can_be_kept(run: Run, tmp_path: Path) -> None:
    blocked = tmp_path / "a file, not a folder"
    blocked.touch()
    answered = run("--sample", "show", "ZB6", data_dir=blocked)
    assert answered.returncode == 0
    assert "OF0011" in answered.stdout
