"""The leads: what in a quarter of one trust type may be a story, each kind by its own rule.

Each function returns the columns of LEADS. No lead rests on a doubtful figure, nor on a type of
which only a part is stored.
"""

from __future__ import annotations

from enum import StrEnum

import polars as pl

from nhs_league.core import sentences as words, trust_types
from nhs_league.core.causes import Cause, Certainty
from nhs_league.core.changes import changes
from nhs_league.core.filters import Filters
from nhs_league.core.frames import QUARTER, Frames, shaped
from nhs_league.core.hidden import WELL_PLACED, hidden
from nhs_league.core.method.standings import SegmentBoundary
from nhs_league.core.metrics import catalogue
from nhs_league.core.peers import classify, with_peers
from nhs_league.core.quarters import Quarter
from nhs_league.core.uncertainty import Keep, afresh
from nhs_league.core.uncertainty.chance import looked_at, ranked_so_low
from nhs_league.core.uncertainty.redraws import DRAWS
from nhs_league.frozen import frozen


class Kind(StrEnum):
    """What a story is about."""

    HIDDEN = "hidden weak spot"
    LASTING = "lasting weak spot"
    CAPPED = "held down by the override"
    CHANGE = "clear change"
    STANDARD = "standard missed"
    GAP = "services apart"
    REGIONS = "regions apart"
    REVISION = "revised place"


FIGURES = pl.Schema(
    {
        "what": pl.String,
        "quarter": pl.String,
        "trust_code": pl.String,
        "trust_name": pl.String,
        "region": pl.String,
        "domain": pl.String,
        "metric_id": pl.String,
        "metric": pl.String,
        "unit": pl.String,
        "value_from": pl.Float64,
        "value": pl.Float64,
        "median": pl.Float64,
        "standard": pl.Float64,
        "rank_from": pl.Int32,
        "rank": pl.Int32,
        "of": pl.Int32,
        "score": pl.Float64,
        "segment_from": pl.Int8,
        "segment": pl.Int8,
        "count": pl.Int32,
        "release_file": pl.String,
    }
)
"""A row behind a story: a trust's league place, a trust's figure of a metric, a domain's score, a
region's median, or a count (``what`` says which)."""

LEADS = pl.Schema(
    {
        "kind": pl.String,
        "in_words": pl.String,
        "certainty": pl.String,
        "command": pl.String,
        "quarter": QUARTER,
        "quarter_from": QUARTER,
        "trust_type": pl.String,
        "trust_code": pl.String,
        "trust_name": pl.String,
        "metric_id": pl.String,
        "metric": pl.String,
        "short_name": pl.String,
        "unit": pl.String,
        "value": pl.Float64,
        "rank": pl.Int32,
        "of": pl.Int32,
        "median": pl.Float64,
        "standard": pl.Float64,
        "computed_p": pl.Float64,
        "rows": pl.List(pl.Struct(FIGURES)),
        "release_file": pl.String,
        "size": pl.Float64,
    }
)
"""One row a lead. ``rows`` are the figures of its sentence; ``size`` orders leads of one kind and
the same ``computed_p``, the largest first."""

SELDOM = 0.25
"""A weak spot is a lead if chance alone would give fewer than 1 trust in 4 one as bad."""
LESS_THAN_ONE = 1
"""A change, or services apart, are leads if chance alone would give as much to fewer trusts."""


@frozen
class Material:
    """The figures of one trust type in one quarter, and what came before.

    Attributes:
        trust_type: the type.
        quarter: the quarter's label.
        is_newest: whether it is the newest quarter stored of this type.
        frames: the tidy frames of the quarter, all trust types.
        boundaries: the cuts between its segments.
        earlier: the type's tidy frames of earlier quarters; None where there are none.
        before: the tidy frames of the quarter before, all trust types; None where none of the same
            framework year is stored.
        keep: where redraws are kept.

    """

    trust_type: str
    quarter: str
    is_newest: bool
    frames: Frames
    boundaries: tuple[SegmentBoundary, ...]
    earlier: Frames | None = None
    before: Frames | None = None
    keep: Keep = afresh

    def of_type(self) -> Frames:
        """Return the frames of the type alone."""
        return self.frames.of_type(self.trust_type)

    def command(self, question: str, *subject: str, typed: bool = True) -> pl.Expr:
        """Write the command that shows a lead's rows.

        Args:
            question: the command, with its fixed words.
            subject: columns of what it is asked about.
            typed: whether the trust type must be named; not beside a trust.

        """
        is_default = self.trust_type == trust_types.ACUTE
        options = "" if is_default or not typed else f" --type {self.trust_type}"
        options += "" if self.is_newest else f" --quarter {Quarter.parse(self.quarter).slug}"
        return pl.format(f"nhsleague {question}{' {}' * len(subject)}{options}", *subject)

    def trusts(self) -> str:
        """Name the trusts of the type: ``acute trusts``."""
        return trust_types.in_words(self.trust_type)


def as_leads(
    material: Material, kind: Kind, frame: pl.DataFrame, **columns: pl.Expr
) -> pl.DataFrame:
    """Return leads of one kind, with the columns of LEADS."""
    named = frame.with_columns(
        kind=pl.lit(kind.value),
        trust_type=pl.lit(material.trust_type),
        quarter=pl.lit(material.quarter),
    ).with_columns(**columns)
    return shaped(named, LEADS)


def as_row(what: str, **figures: pl.Expr | str) -> pl.Expr:
    """Return a row of FIGURES as a struct; what is not given is null.

    Args:
        what: what the row is of.
        figures: the columns of FIGURES, each as an expression or the name of a column.

    """
    given = {"what": pl.lit(what), **figures}
    return pl.struct(
        (pl.col(each) if isinstance(each, str) else each).cast(kind).alias(name)
        if (each := given.get(name)) is not None
        else pl.lit(None, kind).alias(name)
        for name, kind in FIGURES.items()
    )


def sound_standings(material: Material) -> pl.DataFrame:
    """Return the standings of the type that nothing contradicts, if all of the type are stored."""
    standings = material.of_type().standings.filter(pl.col("of").is_not_null()).collect()
    return standings.filter(pl.col("doubt").is_null())


def weak_spots(material: Material) -> list[pl.DataFrame]:
    """Find severe weak spots of trusts in segment 1 or 2: those of now, and those that last."""
    severe = hidden(
        material.frames, material.trust_type, material.boundaries, Filters(), None, material.earlier
    ).frame
    observations = material.of_type().observations
    listed = catalogue(observations)
    looked = looked_at(classify(with_peers(observations, listed)).collect())
    standards = listed.select("metric_id", "unit", "standard")
    published = pl.col("rank").is_not_null() & pl.col("of").is_not_null()
    lasts = pl.col("computed_persistently_severe").fill_null(value=False)
    spots = (
        severe.join(sound_standings(material).select("trust_code"), on="trust_code", how="semi")
        .filter(
            pl.col("doubt").is_null(),
            pl.col("value").is_not_null(),
            pl.col("higher_is_better").is_not_null(),
            pl.col("segment") <= WELL_PLACED,
        )
        .join(standards, on=["metric_id", "unit"], how="left")
        .join(looked.drop("quarter", "computed_severe"), on="trust_code")
        .with_columns(
            rank=pl.when(published).then("rank").otherwise("computed_rank"),
            of=pl.when(published).then("of").otherwise("computed_of"),
            median=pl.coalesce("median", "computed_median"),
            lasts=lasts,
            quarters=pl.when(lasts).then("computed_quarters_severe").otherwise(1),
        )
        .with_columns(
            odds=ranked_so_low(
                pl.col("rank"), pl.col("of"), pl.col("computed_metrics"), pl.col("quarters")
            )
        )
        .filter(pl.col("odds") < SELDOM)
    )  # fmt: skip
    columns = {
        "computed_p": pl.col("odds") * pl.col("place_rank") / pl.col("place_of"),
        "size": pl.col("computed_gap"),
        "command": material.command("worst", "metric_id"),
        "rows": pl.concat_list(
            as_row(
                "league place", quarter="quarter", trust_code="trust_code", trust_name="trust_name",
                rank="place_rank", of="place_of", score="average_score", segment="segment",
            ),
            as_row(
                "metric", quarter="quarter", trust_code="trust_code", trust_name="trust_name",
                metric_id="metric_id", metric="metric", unit="unit", value="value",
                median="median", standard="standard", rank="rank", of="of", score="score",
                release_file="release_file",
            ),
            as_row(
                "metrics looked at", quarter="quarter", trust_code="trust_code",
                count="computed_metrics",
            ),
            as_row(
                "quarters severely weak", trust_code="trust_code", metric_id="metric_id",
                count="quarters",
            ),
        ),
    }  # fmt: skip
    return [
        as_leads(
            material, Kind.HIDDEN, spots.filter(~pl.col("lasts")), **columns,
            in_words=_weak_spot(material, lasts=False),
            certainty=pl.format(
                "By chance alone {} trusts would be ranked so low on one of {} metrics.",
                words.odds("odds"), "computed_metrics",
            ),
        ),
        as_leads(
            material, Kind.LASTING, spots.filter("lasts"), **columns,
            in_words=_weak_spot(material, lasts=True),
            certainty=pl.format(
                "By chance alone {} trusts would be so low on one of {} metrics for {} quarters.",
                words.odds("odds"), "computed_metrics", "quarters",
            ),
        ),
    ]  # fmt: skip


def _weak_spot(material: Material, *, lasts: bool) -> pl.Expr:
    """Write a severe weak spot as a sentence, and its standard as another."""
    better = pl.when("higher_is_better").then(pl.lit("higher")).otherwise(pl.lit("lower"))
    now = pl.format(
        "{}, {} of {} (the median is {}, and {} is better)",
        words.shown("value"), words.ordinal("rank"), "of", words.shown("median"), better,
    )  # fmt: skip
    place = pl.format(
        "{} is ranked {} of {} {}",
        words.trust(), words.ordinal("place_rank"), "place_of", pl.lit(material.trusts()),
    )  # fmt: skip
    name = words.inside("short_name")
    every = (
        pl.when(pl.col("quarters") == 2)
        .then(pl.lit("both"))
        .otherwise(pl.format("all {}", "quarters"))
    )
    sentence = (
        pl.format(
            "{}, yet it has been severely weak on {} in {} quarters with a new figure: now {}.",
            place, name, every, now,
        )
        if lasts
        else pl.format("{}, yet its figure for {} is {}.", place, name, now)
    )  # fmt: skip
    target = pl.format(" The standard is {}.", words.standard())
    return pl.concat_str(sentence, target.fill_null(""))


def clear_changes(material: Material) -> pl.DataFrame:
    """Find the trusts that moved since the quarter before by more than chance, or by a rule."""
    if material.before is None:
        return LEADS.to_frame()
    both = changes(
        material.before, material.frames, material.trust_type, Filters(), material.keep
    ).frame
    compared = material.before.of_type(material.trust_type).standings
    sound = sound_standings(material).join(
        compared.filter(pl.col("doubt").is_null(), pl.col("of").is_not_null()).collect(),
        on="trust_code",
        how="semi",
    )
    shift = pl.col("computed_shift")
    is_apart = (pl.col("computed_shift_low") > 0) | (pl.col("computed_shift_high") < 0)
    share = pl.min_horizontal("computed_p_better", 1 - pl.col("computed_p_better"))
    clear = (
        both.filter((pl.col("certainty") == Certainty.CLEAR.value) | _is_unlisted())
        .join(sound.select("trust_code"), on="trust_code", how="semi")
        .drop_nulls(["rank", "rank_from", "segment", "segment_from", "of"])
        .join(_short_names(material), on="metric_id", how="left")
        .with_columns(by_rule=_by_rule(), trusts=pl.lit(sound.height))
        .filter(pl.col("by_rule") | is_apart.fill_null(value=False))
        .with_columns(
            computed_p=pl.when("by_rule")
            .then(pl.len().over("cause", "by_rule") / pl.col("trusts"))
            .otherwise(pl.max_horizontal(2 * share, pl.lit(1 / DRAWS))),
            redraws=((1 - share) * 100).floor().cast(pl.Int32),
        )
        .filter(pl.col("by_rule") | (pl.col("computed_p") * pl.col("trusts") < LESS_THAN_ONE))
    )
    return as_leads(
        material, Kind.CHANGE, clear,
        size=pl.when("by_rule")
        .then((pl.col("rank") - pl.col("rank_from")).abs().cast(pl.Float64))
        .otherwise(shift.abs()),
        in_words=_change(material),
        certainty=pl.when("by_rule")
        .then(pl.lit("Certain: a rule or a decision changed its segment, not chance."))
        .otherwise(
            pl.format(
                "Clear: its average score {} in {} of 100 redraws of the metrics.",
                pl.when(shift < 0).then(pl.lit("improved")).otherwise(pl.lit("worsened")),
                pl.when(share < 0.01).then(pl.lit("more than 99")).otherwise("redraws"),
            )
        ),
        command=material.command("explain", "trust_code", typed=False),
        rows=pl.concat_list(
            as_row(
                "league place", quarter="quarter", trust_code="trust_code",
                trust_name="trust_name", rank="rank", rank_from="rank_from", of="of",
                score="average_score", segment="segment", segment_from="segment_from",
                release_file="release_file",
            ),
            as_row(
                "metric", quarter="quarter", trust_code="trust_code", trust_name="trust_name",
                metric_id="metric_id", metric="metric", unit="unit", value="value",
                value_from="value_from", score="score",
            ),
            as_row(
                "redraws of 100 in which it moved so", trust_code="trust_code",
                count=pl.when(~pl.col("by_rule")).then("redraws"),
            ),
        ),
    )  # fmt: skip


def _change(material: Material) -> pl.Expr:
    """Write what moved, by the value and not by the score."""
    segment = pl.when((pl.col("segment") != pl.col("segment_from")) & ~_is_unlisted()).then(
        pl.format(", and in segment {}, was {}", "segment", "segment_from")
    )
    has_values = pl.col("value").is_not_null() & (pl.col("value") != pl.col("value_from"))
    # A unit that is a word is written once.
    before = (
        pl.when(pl.col("unit") == "%")
        .then(words.shown("value_from"))
        .otherwise(words.number("value_from"))
    )
    values = pl.when(has_values).then(pl.format(" ({}, was {})", words.shown("value"), before))
    name = words.inside("short_name")
    moved = pl.when(pl.col("tied_metrics").is_null()).then(
        pl.format("; what moved it most was {}{}", name, values.fill_null(""))
    )
    why = (
        pl.when(pl.col("cause") == Cause.OVERRIDE_APPLIED.value)
        .then(pl.lit(", as the financial override now keeps it out of segments 1 and 2"))
        .when(pl.col("cause") == Cause.OVERRIDE_REMOVED.value)
        .then(pl.lit(", as the financial override no longer keeps it out of segments 1 and 2"))
        .when(pl.col("cause") == Cause.DECISION.value)
        .then(pl.lit(", by decision of NHS England"))
    )
    return pl.format(
        "{} is ranked {} of {} {}, was {}{}{}.",
        words.trust(), words.ordinal("rank"), "of", pl.lit(material.trusts()),
        words.ordinal("rank_from"), segment.fill_null(""),
        pl.when("by_rule").then(why).otherwise(moved).fill_null(""),
    )  # fmt: skip


def _by_rule() -> pl.Expr:
    """Return whether the override alone, or a decision, moved the segment."""
    cause = pl.col("cause")
    return (
        ((cause == Cause.OVERRIDE_APPLIED.value) & (pl.col("segment_from") <= WELL_PLACED))
        | ((cause == Cause.OVERRIDE_REMOVED.value) & (pl.col("segment") <= WELL_PLACED))
        | (cause == Cause.DECISION.value)
    ).fill_null(value=False)


def _is_unlisted() -> pl.Expr:
    """Return whether a trust may still be in segment 5: then only its score can be a lead."""
    return pl.col("cause") == Cause.NOT_PUBLISHED.value


def _short_names(material: Material) -> pl.DataFrame:
    """Return each metric's short name."""
    listed = catalogue(material.of_type().observations)
    return listed.select("metric_id", "short_name").unique(
        "metric_id", keep="first", maintain_order=True
    )
