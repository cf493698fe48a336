"""How firm places by score are: under redrawn metrics, other weights, and with parts left out.

Source: sensitivity analysis of composite indicators (OECD and JRC 2008). The league counts every
metric alike; nobody has argued for that, and another choice gives other places.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random

import polars as pl

from nhs_league.core import filters as narrowing, trust_types
from nhs_league.core.answers import Robustness, RobustTable
from nhs_league.core.filters import Filters
from nhs_league.core.frames import QUARTER, Frames, round_computed
from nhs_league.core.method.standings import weighted_mean
from nhs_league.core.metrics import catalogue
from nhs_league.core.sentences import counted, in_hundred
from nhs_league.core.uncertainty import Keep, afresh
from nhs_league.core.uncertainty.redraws import (
    DRAWS,
    firmness,
    middle,
    places,
    quarters,
    redrawn,
    same_for_all,
    scored,
)
from nhs_league.errors import NoDataError

REDRAWN = "metrics redrawn"
WEIGHTED = "domains weighted differently"
WITHOUT_DOMAIN = "without a domain"
WITHOUT_METRIC = "without a metric"

ROBUSTNESS = pl.Schema(
    {
        "quarter": QUARTER,
        "trust_type": pl.String,
        "trust_code": pl.String,
        "trust_name": pl.String,
        "scenario": pl.String,
        "name": pl.String,
        "metric_id": pl.String,
        "computed_place": pl.Int32,
        "computed_place_low": pl.Int32,
        "computed_place_high": pl.Int32,
        "computed_p_best_quarter": pl.Float64,
        "computed_p_worst_quarter": pl.Float64,
        "computed_place_change": pl.Int32,
        "computed_of": pl.Int32,
    }
)
"""One row a scenario: the metrics redrawn, the domains weighted differently, each domain and each
metric left out (``name``, ``metric_id``). ``computed_place`` is the place on score alone, 1 is
best: as it is, with all domains weighted alike, or without the part. ``computed_place_low`` and
``_high`` are the middle 95% of places over 2,000 draws, ``computed_p_…`` the shares of draws, 0 to
1, and ``computed_place_change`` is against the place with everything counted (above 0 is worse)."""

ROBUST_TABLE = (
    "quarter", "trust_type", "trust_code", "trust_name", "rank", "of", "average_score",
    "computed_place", "computed_place_low", "computed_place_high", "computed_p_best_quarter",
    "computed_p_worst_quarter", "computed_weights_place_low", "computed_weights_place_high",
    "computed_weights_p_best_quarter", "computed_weights_p_worst_quarter", "computed_beats",
    "computed_beaten_by", "segment", "region", "subtype", "release_file",
)  # fmt: skip
"""The columns of a type's table, by place. ``computed_weights_…`` are under other weights of the
domains; ``computed_beats`` and ``computed_beaten_by`` count the trusts that it beats, or that beat
it, in every domain."""

_ABOUT = (
    "Computed, on score alone. Each of 2,000 redraws counts another choice of the same metrics, or "
    "other weights for the domains. This shows how far a place depends on what is counted. It does "
    "not measure chance in patients or change over time. A likely range in show or table differs "
    "a little: there each trust is redrawn on its own, as in the published ranges."
)

_SEED = "weights"
_FINENESS = 2**20
"""Into how many parts the weight of all domains together is divided."""


def robustness(frames: Frames, trust_code: str, keep: Keep = afresh) -> Robustness:
    """Return how firm one trust's place by score is.

    Args:
        frames: the tidy frames of one quarter and the trust's type, with all its peers.
        trust_code: a trust that is in the standings.
        keep: where the redraws are kept.

    Returns:
        Schema ROBUSTNESS; ``standing`` is its row of the frame of ``robust_table``.

    Raises:
        NoDataError: fewer than three scores of the trust are published.

    """
    every = _every_trust(frames, keep)
    standing = every.filter(trust_code=trust_code)
    if standing.is_empty() or standing["computed_place_low"][0] is None:
        raise NoDataError(
            f"{trust_code} has fewer than three metric scores stored: too few to test how firm its "
            "place is."
        )
    row = standing.row(0, named=True)
    scores = scored(frames.observations)
    listed = catalogue(frames.observations).select("metric_id", "short_name").unique("metric_id")
    columns = ["computed_place", "computed_place_change"]
    without = pl.concat(
        [
            left_out(scores).rename({"domain": "name"}).with_columns(
                scenario=pl.lit(WITHOUT_DOMAIN), metric_id=pl.lit(None, pl.String)
            ).select("trust_code", "scenario", "name", "metric_id", "has_score", *columns),
            left_out(scores, by="metric_id").join(listed, on="metric_id", how="left").with_columns(
                scenario=pl.lit(WITHOUT_METRIC), name=pl.coalesce("short_name", "metric_id")
            ).select("trust_code", "scenario", "name", "metric_id", "has_score", *columns),
        ]
    ).filter(pl.col("has_score"), trust_code=trust_code)  # fmt: skip
    drawn = pl.DataFrame(
        [
            {"scenario": REDRAWN, **row},
            {
                "scenario": WEIGHTED,
                "computed_place": row["computed_weights_place"],
                **{
                    c: row[c.replace("computed_", "computed_weights_")]
                    for c in ROBUSTNESS
                    if c.replace("computed_", "computed_weights_") in row and c != "computed_place"
                },
            },
        ],
        schema={n: t for n, t in ROBUSTNESS.items() if n not in ("quarter", "trust_type")},
        strict=False,
    )
    most = pl.col("computed_place_change").abs()
    frame = pl.concat(
        [drawn, without.sort("scenario", most, descending=[False, True])], how="diagonal"
    )
    name = row["trust_name"]
    return Robustness(
        f"How firm the rank of {name} ({trust_code}) is, {row['quarter']}",
        frame.with_columns(
            quarter=pl.lit(row["quarter"]),
            trust_type=pl.lit(row["trust_type"]),
            trust_code=pl.lit(trust_code),
            trust_name=pl.lit(name),
            computed_of=pl.lit(row["computed_of"]),
        ).select(pl.col(c).cast(t) for c, t in ROBUSTNESS.items()),
        notes=(*_in_words(row), _ABOUT),
        standing=standing.select(ROBUST_TABLE),
    )  # fmt: skip


def robust_table(
    frames: Frames, trust_type: str, filters: Filters, keep: Keep = afresh
) -> RobustTable:
    """Return how firm the places by score of a trust type are.

    Args:
        frames: the tidy frames of one quarter and one trust type, with all its trusts.
        trust_type: the type.
        filters: which trusts to show, resolved.
        keep: where the redraws are kept.

    Returns:
        Columns ROBUST_TABLE, by place.

    """
    every = _every_trust(frames, keep)
    shown = every.filter(narrowing.keep(filters)).sort(
        "computed_place", "trust_name", nulls_last=True
    )
    narrowed = f", {words}" if (words := filters.in_words()) else ""
    best = pl.col("computed_weights_p_best_quarter")
    always, sometimes = every.select((best == 1).sum(), some=(best > 0).sum()).row(0)
    pairs = every.height * (every.height - 1) / 2
    ordered = float(every["computed_beats"].sum() or 0) / pairs if pairs else 0.0
    return RobustTable(
        f"How firm ranks on score alone are ({trust_types.in_words(trust_type)}{narrowed})",
        shown.select(ROBUST_TABLE),
        notes=(
            f"{counted(always, 'trust')} {_are(always)} in the top quarter under all weights of "
            f"the domains that were tried, {sometimes} under at least some. {ordered:.0%} of pairs "
            "of trusts are in the same order in every domain, so no weights change their order.",
            _ABOUT,
        ),
    )


def _every_trust(frames: Frames, keep: Keep = afresh) -> pl.DataFrame:
    """Return the standings of a type with what the redraws say of each trust.

    Args:
        frames: the tidy frames of one quarter and one trust type, with all its trusts.
        keep: where the redraws are kept.

    """
    standings = frames.standings.collect()
    types = standings.select("quarter", "trust_type").unique()
    firm = keep(
        "robustness",
        types["quarter"].to_list(),
        types["trust_type"].to_list(),
        partial(_firm, frames),
    )
    return standings.join(firm, on="trust_code", how="left")


def _firm(frames: Frames) -> pl.DataFrame:
    domains = frames.domains.select("trust_code", "domain", "score").collect()
    weighted = by_weights(domains).rename(
        {
            "computed_place": "computed_weights_place",
            "computed_place_low": "computed_weights_place_low",
            "computed_place_high": "computed_weights_place_high",
            "computed_p_best_quarter": "computed_weights_p_best_quarter",
            "computed_p_worst_quarter": "computed_weights_p_worst_quarter",
        }
    )
    place = pl.col("computed_average_score").rank("min").cast(pl.Int32)
    redraws = same_for_all(scored(frames.observations))
    actual = redraws.actual.select(
        "trust_code",
        computed_place=place,
        computed_of=pl.col("computed_average_score").count().cast(pl.Int32),
    )
    return (
        actual.join(firmness(redraws), on="trust_code", how="left")
        .join(weighted.drop("computed_average_score"), on="trust_code", how="full", coalesce=True)
        .join(in_every_domain(domains), on="trust_code", how="left")
        .sort("trust_code")
    )


def _in_words(row: dict[str, object]) -> Iterator[str]:
    """Describe how firm a place is, in a sentence for each question."""
    yield (
        f"On score alone it is {row['computed_place']} of {row['computed_of']}. It is in the top "
        f"quarter of trusts in {in_hundred(row['computed_p_best_quarter'])} redraws of the "
        f"metrics, and in the bottom quarter in {in_hundred(row['computed_p_worst_quarter'])}."
    )
    if row["computed_weights_place_low"] is not None:
        better, worse = row["computed_beaten_by"], row["computed_beats"]
        yield (
            f"It is better than {_trusts(worse)} in every domain; {_trusts(better)} "
            f"{_are(better)} better than it in every domain."
        )


def _trusts(count: object) -> str:
    return counted(count, "trust") if isinstance(count, int) else "no trust"


def _are(count: object) -> str:
    return "is" if count == 1 else "are"


def by_weights(domains: pl.DataFrame) -> pl.DataFrame:
    """Return how each trust's place moves under 2,000 choices of domain weights.

    Every choice of weights is equally likely (a flat Dirichlet distribution). A trust without a
    domain is judged on those that it has.

    Args:
        domains: trust_code, domain and score (1 to 4), of one quarter and all trusts of one type,
            such as schema DOMAINS.

    Returns:
        trust_code, computed_average_score (1 to 4: the mean of its domain scores, all counting
        alike), computed_place (by that mean, 1 is best; ties share the better place),
        computed_place_low and computed_place_high (the middle 95% of its place),
        computed_p_best_quarter and computed_p_worst_quarter (0 to 1: the share of choices that put
        it into the best or the worst quarter of places).

    """
    scores = _present(domains).select(
        "trust_code", "score", metric_id=pl.col("domain"), weight=pl.lit(1.0)
    )
    choices = flat_weights(scores["metric_id"].n_unique())
    ranked = places(redrawn(scores, choices))
    alike = (
        scores.group_by("trust_code")
        .agg(computed_average_score=round_computed(pl.col("score").mean()))
        .with_columns(computed_place=_place())
        .sort("trust_code")
    )
    return alike.join(middle(ranked), on="trust_code", how="left", maintain_order="left").join(
        quarters(ranked), on="trust_code", how="left", maintain_order="left"
    )


def flat_weights(domains: int) -> pl.DataFrame:
    """Draw weights of domains 2,000 times with a fixed seed, every choice equally likely.

    The gaps between sorted uniform numbers follow a flat Dirichlet distribution.

    Args:
        domains: how many domains there are.

    Returns:
        One row a draw, one column a domain: its weight, of 1,048,576 for all together.

    """
    rng = Random(_SEED)  # noqa: S311 - statistics, not secrets
    rows = []
    for _ in range(DRAWS):
        edges = sorted(rng.randrange(_FINENESS + 1) for _ in range(domains - 1))
        rows.append([b - a for a, b in zip([0, *edges], [*edges, _FINENESS], strict=True)])
    return pl.DataFrame(rows, schema=[str(n) for n in range(domains)], orient="row")


def left_out(scores: pl.DataFrame, by: str = "domain") -> pl.DataFrame:
    """Return every trust's place with each domain, or each metric, left out.

    Args:
        scores: trust_code, metric_id, domain, score (1 to 4) and weight, as of
            ``redraws.scored``.
        by: ``domain`` or ``metric_id``: what to leave out.

    Returns:
        One row a trust and thing left out: trust_code, ``by``, has_score (bool: whether the trust
        has a score there), computed_average_score (1 to 4: without it; null where nothing is left),
        computed_place (by that, among all trusts) and computed_place_change (against the place with
        everything counted; above 0 is worse).

    """
    points = pl.col("score") * pl.col("weight")
    total = scores.group_by("trust_code").agg(
        points=points.sum(), amount=pl.col("weight").sum(), mean=round_computed(weighted_mean())
    )
    of_part = scores.group_by("trust_code", by).agg(
        part_points=points.sum(), part_amount=pl.col("weight").sum()
    )
    left = pl.col("amount") - pl.col("part_amount").fill_null(0)
    rest = pl.col("points") - pl.col("part_points").fill_null(0)
    return (
        total.with_columns(base=_place("mean"))
        .join(scores.select(by).unique(), how="cross")
        .join(of_part, on=["trust_code", by], how="left")
        .with_columns(
            has_score=pl.col("part_amount").is_not_null(),
            computed_average_score=pl.when(round_computed(left) > 0).then(
                round_computed(rest / left)
            ),
        )
        .with_columns(computed_place=_place(over=[by]))
        .with_columns(computed_place_change=pl.col("computed_place") - pl.col("base"))
        .sort(by, "trust_code")
        .select(
            "trust_code", by, "has_score", "computed_average_score", "computed_place",
            "computed_place_change",
        )
    )  # fmt: skip


def in_every_domain(domains: pl.DataFrame) -> pl.DataFrame:
    """Count the trusts that each trust beats in every domain, and those that beat it.

    Such pairs are in the same order whatever the weights. A trust beats another where it has
    the better score in every domain that both have.

    Args:
        domains: trust_code, domain and score, of one quarter and all trusts of one type.

    Returns:
        trust_code, computed_beats and computed_beaten_by (counts of trusts).

    """
    present = _present(domains)
    codes = present.select("trust_code").unique().sort("trust_code")
    pairs = (
        present.join(present, on="domain", suffix="_other")
        .filter(pl.col("trust_code") != pl.col("trust_code_other"))
        .group_by("trust_code", "trust_code_other")
        .agg(beats=(pl.col("score") < pl.col("score_other")).all())
        .filter("beats")
    )
    beats = pairs.group_by("trust_code").len("computed_beats")
    beaten_by = pairs.group_by(trust_code="trust_code_other").len("computed_beaten_by")
    return (
        codes.join(beats, on="trust_code", how="left")
        .join(beaten_by, on="trust_code", how="left")
        .with_columns(pl.col("computed_beats", "computed_beaten_by").fill_null(0).cast(pl.Int32))
        .sort("trust_code")
    )


def _present(domains: pl.DataFrame) -> pl.DataFrame:
    return domains.filter(pl.col("score").is_not_null()).select("trust_code", "domain", "score")


def _place(score: str = "computed_average_score", over: list[str] | None = None) -> pl.Expr:
    """Rank by score, 1 is best; ties share the better place."""
    place = pl.col(score).rank("min").cast(pl.Int32)
    return place.over(over) if over else place
