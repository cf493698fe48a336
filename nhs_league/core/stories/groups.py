"""Leads of groups and places: standards, services, regions; places held down or revised."""

from __future__ import annotations

import polars as pl

from nhs_league.core import sentences as words
from nhs_league.core.filters import Filters
from nhs_league.core.frames import round_computed
from nhs_league.core.hidden import capped
from nhs_league.core.history import revisions
from nhs_league.core.metrics import catalogue, is_compared
from nhs_league.core.quarters import Quarter
from nhs_league.core.sentences import two_places
from nhs_league.core.stories.leads import (
    LEADS,
    LESS_THAN_ONE,
    Kind,
    Material,
    as_leads,
    as_row,
    sound_standings,
)
from nhs_league.core.uncertainty.chance import FEWEST_TRUSTS, domains_apart, regions_apart
from nhs_league.core.uncertainty.redraws import scored

FEW = 0.1
"""A standard is missed by nearly all where at most this share of trusts meets it."""
MEASURED = 10
"""The fewest trusts that a standard is counted over."""

RARE = 0.05
"""Services and regions are leads if chance alone would so seldom set them so far apart."""

BEST = 0.25
"""A trust that the override holds down is a lead if its score alone puts it in the best quarter."""

_AVERAGE = "average score"


def held_down(material: Material) -> pl.DataFrame:
    """Find the trusts with the best scores that the override keeps out of segments 1 and 2."""
    trusts = capped(
        material.frames, material.trust_type, material.boundaries, Filters()
    ).frame.join(sound_standings(material).select("trust_code"), on="trust_code", how="semi")
    alone = pl.col("computed_rank_without")
    trusts = trusts.filter(alone < pl.col("rank"), alone <= pl.col("of") * BEST)
    return as_leads(
        material, Kind.CAPPED, trusts,
        computed_p=alone / pl.col("of"),
        size=-pl.col("average_score"),
        in_words=pl.format(
            "{} is ranked {} of {} {} because of the financial override: on its average score of "
            "{} alone (1 is best) it would be {}, in segment {}, not {}.",
            words.trust(), words.ordinal("rank"), "of", pl.lit(material.trusts()),
            two_places("average_score"), words.ordinal("computed_rank_without"),
            "computed_unadjusted_segment", "segment",
        ),
        certainty=pl.lit(
            "Certain: a rule caps its segment, not chance. The rank without it is computed."
        ),
        command=material.command("explain", "trust_code", typed=False),
        rows=pl.concat_list(
            as_row(
                "league place", quarter="quarter", trust_code="trust_code",
                trust_name="trust_name", rank="rank", of="of", score="average_score",
                segment="segment", release_file="release_file",
            ),
            as_row(
                "league place without the override (computed)", quarter="quarter",
                trust_code="trust_code", trust_name="trust_name", rank="computed_rank_without",
                of="of", score="average_score", segment="computed_unadjusted_segment",
            ),
        ),
    )  # fmt: skip


def missed_standards(material: Material) -> pl.DataFrame:
    """Find the national standards that no trust, or hardly any, meets."""
    compared = _compared(material).filter(pl.col("standard").is_not_null())
    higher = pl.col("higher_is_better")
    meets = (
        pl.when(higher)
        .then(pl.col("value") >= pl.col("standard"))
        .otherwise(pl.col("value") <= pl.col("standard"))
    )
    best_first = compared.with_columns(
        meets=meets, order=pl.when(higher).then(-pl.col("value")).otherwise("value")
    ).sort("metric_id", "order", "trust_code")
    each = as_row(
        "metric", quarter=pl.lit(material.quarter), trust_code="trust_code",
        trust_name="trust_name", metric_id="metric_id", metric="metric", unit="unit",
        value="value", standard="standard", rank="rank", of="of", score="score",
        release_file="release_file",
    )  # fmt: skip
    missed = (
        best_first.with_columns(each=each)
        .group_by("metric_id", "unit", maintain_order=True)
        .agg(
            pl.col("metric", "short_name", "standard", "higher_is_better").first(),
            pl.col("trust_code", "trust_name", "value", "release_file").first(),
            median=pl.coalesce("median", "computed_median").first(),
            trusts=pl.len().cast(pl.Int32),
            met=pl.col("meets").sum().cast(pl.Int32),
            shown=pl.col("each").head(pl.max_horizontal(pl.col("meets").sum(), 1)),
        )
        .filter(pl.col("trusts") >= MEASURED, pl.col("met") <= pl.col("trusts") * FEW)
    )
    counts = pl.concat_list(
        as_row(
            "trusts measured", metric_id="metric_id", unit="unit", standard="standard",
            median="median", count="trusts",
        ),
        as_row("trusts that meet the standard", metric_id="metric_id", count="met"),
    )  # fmt: skip
    whose = pl.lit(material.trusts())
    best = pl.format(
        "{}, had {}; the median was {}.", words.trust(), words.shown("value"), words.shown("median")
    )
    none = pl.format(
        "None of the {} {} measured meets the standard of {} for {}: the nearest, {}",
        "trusts", whose, words.standard(), words.inside("short_name"), best,
    )  # fmt: skip
    few = pl.format(
        "Only {} of {} {} {} the standard of {} for {}: the best, {}",
        "met", "trusts", whose,
        pl.when(pl.col("met") == 1).then(pl.lit("meets")).otherwise(pl.lit("meet")),
        words.standard(), words.inside("short_name"), best,
    )  # fmt: skip
    return as_leads(
        material, Kind.STANDARD, missed,
        # It is about all trusts of the type, not about the one named.
        trust_code=pl.lit(None, pl.String), trust_name=pl.lit(None, pl.String),
        computed_p=(pl.col("met") + 1) / (pl.col("trusts") + 1),
        size=pl.col("trusts").cast(pl.Float64),
        in_words=pl.when(pl.col("met") == 0).then(none).otherwise(few),
        certainty=pl.lit("Certain: a count of published values."),
        command=material.command("best", "metric_id"),
        rows=pl.concat_list(counts, "shown"),
    )  # fmt: skip


def _compared(material: Material) -> pl.DataFrame:
    """Return the sound values of trusts in sound standings, with what is known of each metric."""
    observations = material.of_type().observations
    listed = catalogue(observations).select(
        "metric_id", "unit", "short_name", "standard", "higher_is_better", "trusts"
    )
    computed = pl.col("value").median().over("metric_id", "unit")
    return (
        observations.filter(is_compared(), pl.col("value").is_not_null(), pl.col("doubt").is_null())
        .drop("doubt", "trust_type", "quarter")
        .collect()
        .join(listed, on=["metric_id", "unit"])
        .filter(pl.col("higher_is_better").is_not_null())
        .with_columns(computed_median=round_computed(computed))
        .join(
            sound_standings(material).select("trust_code", "trust_name", "region"), on="trust_code"
        )
    )


def services_apart(material: Material) -> pl.DataFrame:
    """Find the trusts whose best and worst domain lie further apart than chance would set them."""
    of_type = material.of_type()
    standings = sound_standings(material)
    scores = scored(of_type.observations.filter(pl.col("doubt").is_null()))
    domains = of_type.domains.filter(pl.col("doubt").is_null()).collect()
    published = domains.select("trust_code", "domain", "score", "rank", "of", "release_file")
    ends = domains_apart(scores).join(
        standings.select("trust_code", "trust_name", "rank", "of"), on="trust_code"
    )
    for end in ("best", "worst"):
        ends = ends.join(
            published.rename({c: f"{c}_{end}" for c in published.columns if c != "trust_code"}),
            on=["trust_code", f"domain_{end}"],
        )
    gap = pl.col("score_worst") - pl.col("score_best")
    gaps = (
        ends.drop_nulls(["score_best", "score_worst"])
        .with_columns(gap=round_computed(gap), compared=pl.len().cast(pl.Int32))
        .with_columns(widest=pl.col("gap").rank("min", descending=True).cast(pl.Int32))
        .filter(
            pl.col("computed_p") < RARE,
            pl.col("computed_p") * standings.height < LESS_THAN_ONE,
        )
    )
    place = (
        pl.when(pl.col("widest") == 1)
        .then(pl.lit("the widest gap"))
        .otherwise(pl.format("the {} widest gap", words.ordinal("widest")))
    )
    return as_leads(
        material, Kind.GAP, gaps,
        size=pl.col("gap"),
        in_words=pl.format(
            "{}, ranked {} of {} {}, scores {} for {} but {} for {} (1 is best, 4 is worst): {} "
            "between two services of one trust.",
            words.trust(), words.ordinal("rank"), "of", pl.lit(material.trusts()),
            two_places("score_best"), words.inside("domain_best"),
            two_places("score_worst"), words.inside("domain_worst"), place,
        ),
        certainty=pl.format(
            "By chance alone {} trusts would have services so far apart if their scores "
            "were mixed at random.",
            words.odds("computed_p"),
        ),
        command=material.command("explain", "trust_code", typed=False),
        release_file=pl.col("release_file_worst"),
        rows=pl.concat_list(
            as_row(
                "league place", quarter="quarter", trust_code="trust_code",
                trust_name="trust_name", rank="rank", of="of",
            ),
            *(
                as_row(
                    "domain", quarter="quarter", trust_code="trust_code",
                    trust_name="trust_name", domain=f"domain_{end}", score=f"score_{end}",
                    rank=f"rank_{end}", of=f"of_{end}", release_file=f"release_file_{end}",
                )
                for end in ("best", "worst")
            ),
            as_row(
                "gap (computed)", trust_code="trust_code", score="gap", rank="widest", of="compared"
            ),
        ),
    )  # fmt: skip


def regions_differ(material: Material) -> pl.DataFrame:
    """Find what regions differ in by more than chance: the average score, and each metric."""
    values = _compared(material)
    standings = sound_standings(material)
    long = pl.concat(
        [
            standings.select(
                measure=pl.lit(_AVERAGE), region="region", figure="average_score"
            ),
            values.filter(pl.len().over("metric_id") >= MEASURED)
            .select(measure="metric_id", region="region", figure="value"),
        ]
    )  # fmt: skip
    about = values.unique("metric_id", keep="first", maintain_order=True).select(
        "metric_id", "metric", "short_name", "unit", "higher_is_better", "standard",
        median=pl.coalesce("median", "computed_median"),
    )  # fmt: skip
    medians = (
        long.drop_nulls()
        .group_by("measure", "region")
        .agg(trusts=pl.len().cast(pl.Int32), middle=round_computed(pl.col("figure").median()))
        .filter(pl.col("trusts") >= FEWEST_TRUSTS)
        .join(about, left_on="measure", right_on="metric_id", how="left")
        .with_columns(
            metric_id=pl.when(pl.col("measure") != _AVERAGE).then("measure"),
            unit=pl.when(pl.col("measure") == _AVERAGE).then(pl.lit("score")).otherwise("unit"),
            better=pl.when(pl.col("higher_is_better").fill_null(value=False))
            .then(-pl.col("middle"))
            .otherwise("middle"),
        )
        .sort("measure", "better", "region")
    )
    each = as_row(
        "region's median (computed)", quarter=pl.lit(material.quarter), region="region",
        metric_id="metric_id", metric="metric", unit="unit", median="middle", count="trusts",
        standard="standard",
    )  # fmt: skip
    differences = (
        medians.with_columns(each=each)
        .group_by("measure", maintain_order=True)
        .agg(
            pl.col("metric_id", "metric", "short_name", "unit", "standard", "median").first(),
            best=pl.col("region").first(),
            best_middle=pl.col("middle").first(),
            worst=pl.col("region").last(),
            worst_middle=pl.col("middle").last(),
            shown=pl.col("each"),
        )
        .join(regions_apart(long), on="measure")
        .filter(pl.col("computed_p") < RARE, pl.col("best_middle") != pl.col("worst_middle"))
    )
    what = (
        pl.when(pl.col("measure") == _AVERAGE)
        .then(pl.lit("the average score (1 is best)"))
        .otherwise(words.inside("short_name"))
    )
    is_average = pl.col("measure") == _AVERAGE
    commands = [
        material.command("compare --by region", typed=True),
        material.command("compare --by region --metric", "metric_id"),
    ]
    count = as_row("measures looked at", count="computed_measures")
    return as_leads(
        material, Kind.REGIONS, differences,
        size=(pl.col("worst_middle") - pl.col("best_middle")).abs(),
        in_words=pl.format(
            "The median of {} is {} for {} in {} and {} in {}.",
            what, words.shown("best_middle"), pl.lit(material.trusts()), words.region("best"),
            words.shown("worst_middle"), words.region("worst"),
        ),
        certainty=pl.format(
            "By chance alone regions would differ so much on one of {} measures in {} cases.",
            "computed_measures", words.odds("computed_p"),
        ),
        command=pl.when(is_average).then(commands[0]).otherwise(commands[1]),
        rows=pl.concat_list("shown", count),
    )  # fmt: skip


def revised_places(material: Material) -> pl.DataFrame:
    """Find the trusts whose league place a later file changed, with the figure that it revised."""
    changed = (
        revisions(material.frames, material.trust_type, Filters())
        .frame.filter(pl.col("quarter") == material.quarter, pl.col("order_known"))
        .cast({"quarter": pl.String})
    )
    of_place = changed.filter(
        pl.col("what") == "standing", pl.col("figure").is_in(["rank", "segment"])
    )
    if of_place.is_empty():
        return LEADS.to_frame()
    before = pl.col("published_before")
    places = of_place.group_by("trust_code").agg(
        rank_from=before.filter(pl.col("figure") == "rank").last().cast(pl.Int32),
        segment_from=before.filter(pl.col("figure") == "segment").last().cast(pl.Int8),
    )
    values = (
        changed.filter(pl.col("what") == "metric", pl.col("figure") == "value")
        .with_columns(part=(pl.col("computed_change") / pl.col("published_before")).abs())
        .sort("part", descending=True, nulls_last=True)
        .unique("trust_code", keep="first", maintain_order=True)
        .select(
            "trust_code", "metric", "unit", metric_id="name", value="published",
            value_from="published_before",
        )
    )  # fmt: skip
    short = catalogue(material.of_type().observations).select("metric_id", "unit", "short_name")
    revised = (
        places.join(
            sound_standings(material).select(
                "trust_code", "trust_name", "rank", "of", "segment", "release_file"
            ),
            on="trust_code",
        )
        .filter(
            (pl.col("rank_from") != pl.col("rank")).fill_null(value=False)
            | (pl.col("segment_from") != pl.col("segment")).fill_null(value=False)
        )
        .join(values, on="trust_code", how="left")
        .join(short, on=["metric_id", "unit"], how="left")
        .with_columns(revised=pl.len())
    )
    moved = (pl.col("rank") - pl.col("rank_from")).abs().cast(pl.Float64).fill_null(0)
    return as_leads(
        material, Kind.REVISION, revised,
        computed_p=pl.col("revised") / pl.col("of"),
        # Whose own figure was revised goes before those whom that moved.
        size=moved + pl.when(pl.col("metric_id").is_not_null()).then("of").otherwise(0),
        in_words=_revision(material),
        certainty=pl.lit("Certain: both figures are published, and the later file counts."),
        command=pl.lit(
            f"nhsleague revisions --type {material.trust_type} "
            f"--quarter {Quarter.parse(material.quarter).slug}"
        ),
        rows=pl.concat_list(
            as_row(
                "league place", quarter="quarter", trust_code="trust_code",
                trust_name="trust_name", rank="rank", rank_from="rank_from", of="of",
                segment="segment", segment_from="segment_from", release_file="release_file",
            ),
            as_row(
                "metric", quarter="quarter", trust_code="trust_code", trust_name="trust_name",
                metric_id="metric_id", metric="metric", unit="unit", value="value",
                value_from="value_from",
            ),
        ),
    )  # fmt: skip


def _revision(material: Material) -> pl.Expr:
    """Write the revised figure, if it is the trust's own, and the place before and now."""
    segment = pl.when(pl.col("segment") != pl.col("segment_from")).then(
        pl.format(", and in segment {}, not {}", "segment", "segment_from")
    )
    place = pl.format(
        "is ranked {} of {} {} in {}, not {} as first published{}.",
        words.ordinal("rank"), "of", pl.lit(material.trusts()), pl.lit(material.quarter),
        words.ordinal("rank_from"), segment.fill_null(""),
    )  # fmt: skip
    value = pl.format(
        "{} had its figure for {} revised from {} to {}, and ",
        words.trust(), words.inside("short_name"), words.shown("value_from"), words.shown("value"),
    )  # fmt: skip
    others = pl.format("After revisions {} ", words.trust())
    return pl.concat_str(pl.coalesce(value, others), place)
