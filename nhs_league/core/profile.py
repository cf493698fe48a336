"""One trust: its standing, its domains, its weak spots, and the limits of its figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial

import polars as pl

from nhs_league.core import confidence, facts, packaged
from nhs_league.core.answers import TrustProfile
from nhs_league.core.causes import lists_segment_5
from nhs_league.core.frames import LINES, Frames, has_figure, round_computed
from nhs_league.core.metrics import catalogue, is_compared
from nhs_league.core.peers import (
    FEWEST,
    best_quarter,
    classify,
    history,
    peer_median,
    similar_trusts,
    with_peers,
)
from nhs_league.core.quarters import Quarter, framework_breaks, in_time, period_end
from nhs_league.core.uncertainty import Keep, afresh
from nhs_league.core.uncertainty.chance import looked_at
from nhs_league.core.uncertainty.redraws import firmness, same_for_all, scored
from nhs_league.frozen import frozen

_OLD = timedelta(days=366)

_KNOWN = ("short_name", "standard", "standard_name", "plain", "why")
METRICS = (
    "quarter", "trust_code", "trust_name", "trust_type", "metric_id", "metric", "short_name",
    "domain", "sub_domain", "weak_spot", "weak_spot_rule", "quarters_weak", "change_since_last",
    "strong", "value", "unit", "period", "score", "rank", "of", "quarter_from", "value_from",
    "rank_from", "of_from", "score_from", "median", "lower_quartile", "upper_quartile",
    "higher_is_better", "standard", "standard_name", "plain", "why", "computed_distance_to_median",
    "computed_distance_to_best_quarter", "computed_rank", "computed_of", "computed_median",
    "computed_lower_quartile", "computed_upper_quartile", "computed_lowest", "computed_highest",
    "doubt", "release_file",
)  # fmt: skip
"""The columns of a trust's metrics: weak spots first, by their score (or rank, where no score is
published), then the others by the share of its type that does better, worst first; those without
score and rank come last. The two distances are value minus the peers' median, and minus the value
from which the best quarter begins (published, else computed); ``computed_lowest`` and
``computed_highest`` are the ends of the type's values. ``quarters_weak``,
``change_since_last`` and the columns that end with ``_from`` are as in
``peers.history``."""


def profile(
    frames: Frames,
    trust_code: str,
    earlier: Frames | None = None,
    *,
    before: Sequence[str] = (),
    shared: TypeFigures | None = None,
    bootstrap: bool = False,
    peers: bool = False,
    keep: Keep = afresh,
) -> TrustProfile:
    """Report on one trust.

    Args:
        frames: the tidy frames of one quarter and the trust's type, with all its peers.
        trust_code: a trust that is in the standings.
        earlier: the frames of earlier quarters and the same type; None where there are none.
        before: the labels of those quarters, oldest first.
        shared: what the profiles of its type share; None to compute it.
        bootstrap: whether to add computed likely ranges.
        peers: whether to add the trusts most like it.
        keep: where redraws are kept.

    Returns:
        An answer with the trust's metrics (columns METRICS), worst first, in ``frame``, its
        standing (schema STANDINGS and ``computed_score_rank``, the rank by average score among the
        trusts at hand, with ``computed_of``), its domains (schema DOMAINS and ``computed_median``,
        the median score of its type, null where fewer than FEWEST are stored) and its values
        quarter by quarter, ``past`` (columns PAST);
        ``firmness`` and ``chance``; with the options, ``ranges`` (as of
        ``confidence.bootstrap_ranges``) and ``peers`` (columns ``peers.SIMILAR``).

    """
    shared = shared or type_figures(frames, earlier, before, bootstrap=bootstrap, keep=keep)
    is_trust = pl.col("trust_code") == trust_code
    of_type = frames.standings.with_columns(
        computed_score_rank=pl.col("average_score").rank("min").cast(pl.Int32),
        computed_of=pl.col("average_score").count().cast(pl.Int32),
    )  # fmt: skip
    has_peers = pl.col("score").count() >= FEWEST
    typical = pl.when(has_peers).then(round_computed(pl.col("score").median())).over("domain")
    of_domains = frames.domains.with_columns(computed_median=typical).drop(LINES)
    standing, domains, placed = pl.collect_all(
        [
            of_type.filter(is_trust),
            of_domains.filter(is_trust).sort("domain"),
            (frames.standings.clear() if earlier is None else earlier.standings).filter(is_trust),
        ]
    )
    metrics = shared.metrics.filter(is_trust)
    name, quarter = standing["trust_name"][0], standing["quarter"][0]
    previous = None
    if earlier is not None:
        previous = _previous(standing, placed, frames, earlier, keep)
    notes = list(_limits(standing, metrics, shared.metrics))
    if previous is not None:
        notes += framework_breaks([*previous["quarter"], quarter])
    firm = shared.firmness.filter(is_trust)
    ranges = None if shared.ranges is None else shared.ranges.filter(is_trust)
    if bootstrap and shared.ranges is not None:
        every = frames.standings.collect()
        measured = confidence.compare_with_published(every, shared.ranges)
        notes += confidence.describe_ranges(measured)
    return TrustProfile(
        title=f"{name} ({trust_code}), {quarter}",
        frame=metrics.select(METRICS),
        notes=tuple(notes),
        standing=standing,
        domains=domains,
        past=shared.past.filter(is_trust).select(PAST),
        previous=previous,
        ranges=ranges,
        firmness=None if firm.is_empty() else firm,
        chance=looked_at(metrics),
        peers=similar_trusts(frames, trust_code) if peers else None,
    )


PAST = ("quarter", "metric_id", "unit", "value", "is_republished")
"""One row a quarter, metric and unit of a trust that has a value, the oldest quarter first;
``is_republished`` is whether its period is written like that of the figure before."""


def _past(frames: Frames, earlier: Frames | None) -> pl.DataFrame:
    """Return each trust's values quarter by quarter; without doubtful ones."""
    metric = ("trust_code", "metric_id", "unit")
    every = pl.concat([each.observations for each in (earlier, frames) if each is not None])
    is_republished = pl.col("period") == pl.col("period").shift(1).over(metric)
    return (
        every.filter(pl.col("value").is_not_null(), pl.col("doubt").is_null())
        .sort("quarter", *metric)
        .with_columns(is_republished=is_republished.fill_null(value=False))
        .select("trust_code", *PAST)
        .collect()
    )


@frozen
class TypeFigures:
    """What the profiles of a trust type share, so that each need not compute it.

    Attributes:
        metrics: each trust's metrics, as ``every_trusts_metrics`` returns them.
        past: each trust's values: trust_code and the columns PAST.
        firmness: how firm each trust's place by score is: columns of ``redraws.firmness``, and
            computed_place and computed_of; empty where not all trusts' scores are stored.
        ranges: the likely ranges, as of ``confidence.bootstrap_ranges``; None where not asked for.

    """

    metrics: pl.DataFrame
    past: pl.DataFrame
    firmness: pl.DataFrame
    ranges: pl.DataFrame | None


def type_figures(
    frames: Frames,
    earlier: Frames | None,
    before: Sequence[str],
    *,
    bootstrap: bool = False,
    keep: Keep = afresh,
) -> TypeFigures:
    """Compute what the profiles of a trust type share.

    Args:
        frames: the tidy frames of one quarter and one trust type, with all its trusts.
        earlier: those of earlier quarters; None where there are none.
        before: the labels of those quarters, oldest first.
        bootstrap: whether to compute likely ranges even where they are published.
        keep: where all of it is kept.

    """
    standings = frames.standings.collect()
    quarter, trust_type = standings.select("quarter", "trust_type").row(0)
    firm = keep("firmness", [quarter], [trust_type], partial(_firmness, frames.observations))
    is_whole = standings["of"].null_count() == 0
    is_published = standings["rank_low"].count() > 0
    ranges = None
    if bootstrap or not is_published:
        ranges = confidence.bootstrap_ranges(frames.observations, standings, keep)
    quarters = [*before, quarter]
    metrics = every_trusts_metrics(frames, earlier, quarters, trust_type, keep)
    past = keep("past", quarters, [trust_type], partial(_past, frames, earlier))
    return TypeFigures(metrics, past, firm if is_whole else firm.clear(), ranges)


def every_trusts_metrics(
    frames: Frames,
    earlier: Frames | None,
    quarters: Sequence[str],
    trust_type: str,
    keep: Keep = afresh,
) -> pl.DataFrame:
    """Return each metric of each trust of a type among its peers, and what became of it.

    Args:
        frames: the tidy frames of one quarter and one trust type, with all its trusts.
        earlier: those of earlier quarters; None where there are none.
        quarters: the labels of all these quarters, oldest first.
        trust_type: the trust type.
        keep: where they are kept.

    Returns:
        Columns METRICS and ``badness`` (see ``peers.classify``), by trust, in the order of
        METRICS.

    """
    computed = partial(_every_trusts_metrics, frames, earlier)
    return keep("metrics", quarters, [trust_type, packaged.fingerprint(facts.FILE)], computed)


def _every_trusts_metrics(frames: Frames, earlier: Frames | None) -> pl.DataFrame:
    listed = catalogue(frames.observations)
    metric = ["metric_id", "unit"]
    known = listed.lazy().select(*metric, *_KNOWN)
    names = frames.standings.select("trust_code", "trust_name")
    # Collected here, as it is used twice: for the metrics, and for their history.
    classified = classify(with_peers(frames.observations, listed)).collect().lazy()
    return (
        classified.join(
            history(_with_earlier(classified, earlier)),
            on=["trust_code", *metric],
            how="left",
            nulls_equal=True,
        )
        .join(known, on=metric, how="left", nulls_equal=True)
        .join(names, on="trust_code", how="left")
        .with_columns(
            computed_distance_to_median=round_computed(pl.col("value") - peer_median()),
            computed_distance_to_best_quarter=round_computed(pl.col("value") - best_quarter()),
        )
        .sort(
            "trust_code",
            pl.col("weak_spot").is_null(),
            pl.when(pl.col("weak_spot").is_not_null()).then("badness"),
            "share_ahead",
            *metric,
            descending=[False, False, True, True, False, False],
            nulls_last=True,
        )
        .select(*METRICS, "badness")
        .collect()
    )


def _with_earlier(classified: pl.LazyFrame, earlier: Frames | None) -> pl.LazyFrame:
    """Add earlier quarters, with their peers, as where no score is published a rank judges."""
    if earlier is None:
        return classified
    observed = earlier.observations.collect().lazy()
    return pl.concat([classify(with_peers(observed, catalogue(observed))), classified])


def _firmness(observations: pl.LazyFrame) -> pl.DataFrame:
    redraws = same_for_all(scored(observations))
    actual = redraws.actual.select(
        "trust_code",
        computed_place=pl.col("computed_average_score").rank("min").cast(pl.Int32),
        computed_of=pl.col("computed_average_score").count().cast(pl.Int32),
    )
    return firmness(redraws).join(actual, on="trust_code").drop_nulls()


def _previous(
    standing: pl.DataFrame, placed: pl.DataFrame, frames: Frames, earlier: Frames, keep: Keep
) -> pl.DataFrame:
    """Return the newest of the standings before, and how far the two can be compared.

    ``same_framework`` is whether both are of one framework year; ``computed_distinguishable``,
    whether the score moved clearly, by redraws or else by the likely ranges; null across years;
    ``lists_segment_5``, whether the later files say which trusts are in segment 5.
    """
    now = standing.row(0, named=True)
    newest = in_time(placed["quarter"].to_list() or [now["quarter"]])[-1]
    same = Quarter.parse(newest).year == Quarter.parse(now["quarter"]).year
    low, high = (pl.lit(now[f"average_score_{end}"], pl.Float64) for end in ("low", "high"))
    apart = ~confidence.overlaps(
        pl.col("average_score_low"), pl.col("average_score_high"), low, high
    )
    lists = frames.standings.select(lists_segment_5(now["quarter"]).any()).collect().item()
    shifted = confidence.score_shifts(
        earlier.observations.filter(pl.col("quarter") == newest),
        frames.observations,
        [newest, now["quarter"]],
        [now["trust_type"]] if same else [],
        keep,
    )
    return (
        placed.filter(pl.col("quarter") == newest)
        .join(shifted, on="trust_code", how="left")
        .with_columns(
            same_framework=pl.lit(same),
            lists_segment_5=pl.lit(lists),
            computed_distinguishable=pl.coalesce("computed_distinguishable", apart)
            if same
            else pl.lit(None, pl.Boolean),
        )
    )


def _limits(standing: pl.DataFrame, metrics: pl.DataFrame, every: pl.DataFrame) -> Iterator[str]:
    """Describe the limits of the figures: uncertain ranks, missing metrics, old periods."""
    row = standing.row(0, named=True)
    if row["rank_low"] is not None and row["rank_high"] is not None:
        yield (
            f"The rank is uncertain: NHS England says it is likely to be between {row['rank_low']} "
            f"and {row['rank_high']}. Do not read much into a difference of a few places."
        )
    else:
        yield "The likely range of the rank is not in your files."
    if row["of"] is None:
        yield ("The total number of trusts is not known: you have only part of this release.")
    is_measured = pl.col("value").is_not_null() | (pl.col("unit").is_null() & has_figure())
    is_count = ~is_compared() & pl.col("value").is_not_null()
    measured, others = pl.collect_all(
        [
            metrics.lazy().select(
                "metric_id", "short_name", "period", has_figure=has_figure(), is_count=is_count
            ),
            every.lazy().filter(is_measured).select("metric_id", "short_name").unique(),
        ]
    )
    its = {metric_id for metric_id, *_, has, _ in measured.iter_rows() if has}
    missing = {name for metric_id, name in others.iter_rows() if metric_id not in its}
    if missing:
        yield (
            "Not measured for this trust, but for others of its type: "
            f"{', '.join(sorted(missing))}."
        )
    if counts := {name for _, name, _, _, is_count in measured.iter_rows() if is_count}:
        yield (
            "Counts where other trusts have a rate, so they are not compared: "
            f"{', '.join(sorted(counts))}."
        )
    end = Quarter.parse(row["quarter"]).end
    dated = {
        (name, period): period_end(period, row["quarter"])
        for _, name, period, *_ in measured.iter_rows()
        if name and period
    }
    old = [
        f"{metric} ({period})"
        for (metric, period), day in dated.items()
        if day and end - day > _OLD
    ]
    if old:
        yield f"More than a year old at the end of the quarter: {', '.join(sorted(old))}."
    yield "These figures cover the whole trust, not a single hospital."
