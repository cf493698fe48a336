"""Trusts in order: by a metric, by an area, and the league table itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import polars as pl

from nhs_league.core import confidence, filters as narrowing, trust_types
from nhs_league.core.answers import AreaRanking, GroupedTable, InWords, LeagueTable, Ranking
from nhs_league.core.facts import not_compared
from nhs_league.core.filters import Filters
from nhs_league.core.frames import STANDINGS, Frames, round_computed
from nhs_league.core.method.standings import league_rank, scored_for_average, weighted_mean
from nhs_league.core.metrics import Area, Metric, catalogue, is_compared
from nhs_league.core.peers import WITH_PEERS, compare, effective_rank, standard_met
from nhs_league.core.uncertainty import Keep, afresh
from nhs_league.core.uncertainty.chance import regression
from nhs_league.core.uncertainty.differences import ends
from nhs_league.core.uncertainty.redraws import FEWEST, independent, ranges, same_for_all, scored
from nhs_league.errors import NoDataError

BY_METRIC = (
    "quarter", "trust_type", "rank", "of", "trust_code", "trust_name", "value", "unit", "period",
    "median", "score", "segment", "subtype", "region", "metric_id", "metric", "short_name",
    "higher_is_better", "lower_quartile", "upper_quartile", "standard", "unadjusted_segment",
    "computed_rank", "computed_of", "computed_median", "computed_lower_quartile",
    "computed_upper_quartile", "computed_lowest", "computed_highest", "computed_standard_met",
    "doubt", "release_file",
)  # fmt: skip
"""The columns of a ranking by one metric; ``computed_lowest`` and ``computed_highest`` are the ends
of the values of the trust type, and ``computed_standard_met`` counts its trusts that meet the
national standard."""

BY_AREA = (
    "quarter", "trust_type", "area", "rank", "of", "trust_code", "trust_name", "score",
    "computed_mean_score", "metrics_scored", "metrics_in_area", "computed_rank", "computed_of",
    "segment", "subtype", "region", "unadjusted_segment", "doubt", "release_file",
)  # fmt: skip
"""The columns of a ranking by an area, before those of its metrics' values. ``score``, ``rank`` and
``of`` are published, and only for whole domains, and ``doubt`` is of them; ``computed_mean_score``
is the mean of the scores of the area's metrics, by which other areas rank."""

_OF_RATES = ("rank", "of", "median", "lower_quartile", "upper_quartile", "standard")
_KINDS = {**WITH_PEERS, "standard": pl.Float64(), "computed_standard_met": pl.Int32()}
_LEAGUE_ORDER = (
    "Ordered by segment, then by average score (1.00 is best, 4.00 is worst). The likely range "
    "shows how uncertain a rank is."
)
_TYPE_ORDER = {name: place for place, name in enumerate(trust_types.PREFERRED)}
_UNSURE = "Rank 1 is best. NHS England does not publish how uncertain a metric's rank is."
_ABOUT_GROUPS = (
    '"Too close" counts the trusts of its type that are too close to it to call: their order '
    "changes when the metrics are redrawn."
)
_ABOUT_TRUST = (
    "quarter", "trust_code", "trust_name", "subtype", "region", "segment", "unadjusted_segment",
)  # fmt: skip


def by_metric(
    frames: Frames, metric: Metric, filters: Filters, *, worst_first: bool
) -> pl.DataFrame:
    """Order the trusts of one type by a metric's value.

    Args:
        frames: the tidy frames of one quarter; ranks are among all trusts of the metric's type.
        metric: what to order by.
        filters: which trusts to keep, resolved.
        worst_first: whether the worst comes first.

    Returns:
        Columns BY_METRIC; by published rank, or by computed rank where one value has none.

    Raises:
        NoDataError: no trust has a value, it is not known which values are better, or the values
            are counts beside rates, which are not compared.

    """
    if (metric.metric_id, metric.unit) in not_compared():
        raise NoDataError(
            f"{metric.short_name} cannot be compared as a {metric.unit}: trusts differ in size.",
            f"Rank the trusts by their rates instead: {metric.metric_id}.",
        )
    of_type = frames.of_type(metric.trust_type)
    observed = of_type.observations.filter(metric.matches)
    direction = pl.lit(metric.higher_is_better, pl.Boolean)
    compared = compare(observed.with_columns(higher_is_better=direction)).filter(
        pl.col("value").is_not_null() | (pl.col("unit").is_null() & pl.col("score").is_not_null())
    )
    trusts = of_type.standings.select(_ABOUT_TRUST)
    ordered = (
        compared.with_columns(
            place=effective_rank(),
            short_name=pl.lit(metric.short_name),
            standard=pl.lit(metric.standard, pl.Float64),
            computed_standard_met=standard_met(metric.standard, higher=metric.higher_is_better),
        )
        .join(trusts, on=["quarter", "trust_code"], how="left")
        .filter(narrowing.keep(filters))
        .sort("place", "trust_name", descending=[worst_first, False])
        .collect()
    )
    if ordered["place"].null_count():
        raise NoDataError(
            f'It is not known whether high or low is better for "{metric.metric}".',
            'Run "nhsleague metrics" to see what is known about each metric.',
        )
    return ordered.select(BY_METRIC)


def beside(frames: Frames, metric: Metric, filters: Filters) -> pl.DataFrame:
    """List the trusts that have a count of a metric, where the others have a rate.

    Args:
        frames: as for ``by_metric``.
        metric: what the other trusts are ordered by.
        filters: which trusts to keep, resolved.

    Returns:
        Columns BY_METRIC, by name; without ranks, median and quartiles, which are of the rates.

    """
    of_type = frames.of_type(metric.trust_type)
    of_metric = of_type.observations.filter(
        pl.col("metric_id") == metric.metric_id, pl.col("value").is_not_null()
    )
    nothing = [c for c in BY_METRIC if c in _OF_RATES or c.startswith("computed_")]
    return (
        of_metric.filter(~is_compared())
        .join(of_metric.filter(is_compared()), on=["quarter", "trust_code"], how="anti")
        .with_columns(
            *(pl.lit(None, _KINDS[column]).alias(column) for column in nothing),
            higher_is_better=pl.lit(metric.higher_is_better, pl.Boolean),
            short_name=pl.lit(metric.short_name),
        )
        .join(of_type.standings.select(_ABOUT_TRUST), on=["quarter", "trust_code"], how="left")
        .filter(narrowing.keep(filters))
        .sort("trust_name")
        .select(BY_METRIC)
        .collect()
    )


def by_area(frames: Frames, area: Area, filters: Filters, *, worst_first: bool) -> pl.DataFrame:
    """Order the trusts of one type by an area: by its metrics' mean score.

    A domain ranks by its published score; any other area by the mean of its metrics' scores,
    combined finance standing in for its parts.

    Returns:
        Columns BY_AREA, and one column a metric with its value: ``OF0010``, or ``OF0048_rate`` and
        ``OF0048_count`` where a metric has two units.

    Raises:
        NoDataError: neither the domain nor any of the area's metrics has a published score.

    """
    of_type = frames.of_type(area.trust_type)
    in_area = of_type.observations.filter(pl.col("metric_id").is_in(area.metric_ids))
    mean = (
        scored_for_average(in_area)
        .group_by("trust_code")
        .agg(computed_mean_score=round_computed(weighted_mean()), metrics_scored=pl.len())
    )
    published = of_type.domains.filter(
        pl.col("domain") == area.name if area.is_domain else pl.lit(value=False)
    )
    ordered = (
        of_type.standings.select(*_ABOUT_TRUST, "trust_type", "release_file")
        .join(
            published.select("trust_code", "score", "rank", "of", "doubt"),
            on="trust_code",
            how="left",
        )
        .join(mean, on="trust_code", how="left")
        .with_columns(
            area=pl.lit(area.name),
            metrics_in_area=pl.lit(len(area.metric_ids)),
            orders=pl.coalesce("score", "computed_mean_score"),
        )
        .filter(pl.col("orders").is_not_null())
        .with_columns(
            computed_rank=pl.col("orders").rank("min").cast(pl.Int32),
            computed_of=pl.col("orders").count().cast(pl.Int32),
        )
        .filter(narrowing.keep(filters))
        .sort("orders", "trust_name", descending=[worst_first, False])
        .select(BY_AREA)
        .collect()
    )
    if ordered.is_empty() and not filters.in_words():
        raise NoDataError(
            f'No scores are published for "{area.name}", so trusts cannot be ranked by it.',
            f"Use one of its metrics: {', '.join(area.metric_ids)}.",
        )
    return ordered.join(
        _values(in_area.collect()), on="trust_code", how="left", maintain_order="left"
    )


def _values(observations: pl.DataFrame) -> pl.DataFrame:
    """Pivot each metric's value into a column for itself."""
    valued = observations.filter(pl.col("value").is_not_null())
    named = valued.with_columns(column=_value_column())
    columns = named["column"].unique().sort().to_list()
    return named.pivot(
        "column", on_columns=columns, index="trust_code", values="value", aggregate_function="first"
    )


def rank(
    frames: Frames, choices: Sequence[Metric | Area], filters: Filters, *, worst_first: bool
) -> Ranking | AreaRanking:
    """Order trusts by one metric or area, each trust type by itself.

    Args:
        frames: the tidy frames, one quarter for each trust type.
        choices: what to order by, one for each trust type wanted, all metrics or all areas.
        filters: which trusts to keep, resolved.
        worst_first: whether the worst comes first.

    Returns:
        Columns BY_METRIC, counts that are not compared last; or BY_AREA and the metrics' values,
        and ``metrics`` names the value columns.

    """
    first = choices[0]
    ordered = pl.concat(
        [
            by_metric(frames, choice, filters, worst_first=worst_first)
            if isinstance(choice, Metric)
            else by_area(frames, choice, filters, worst_first=worst_first)
            for choice in choices
        ],
        how="diagonal",
    )
    counts = [beside(frames, choice, filters) for choice in choices if isinstance(choice, Metric)]
    named = [_named_metrics(frames, choice) for choice in choices if isinstance(choice, Area)]
    end = "Worst" if worst_first else "Best"
    name = first.metric if isinstance(first, Metric) else first.name
    types = " and ".join(trust_types.in_words(choice.trust_type) for choice in choices)
    scope = ", ".join(filter(None, (types, filters.in_words())))
    title = f"{end} first: {name} ({scope})"
    how = _how_ordered(first, ordered)
    if named:
        metrics = pl.concat(named).unique("column", maintain_order=True)
        return AreaRanking(title, ordered, notes=(how,), metrics=metrics, scope=scope)
    every = pl.concat([ordered, *counts]) if counts else ordered
    return Ranking(title, every, notes=(how, *_about_counts(counts)), scope=scope)


def _about_counts(counts: Sequence[pl.DataFrame]) -> Iterator[str]:
    """Name in one note the trusts that have a count, not a rate."""
    codes = [code for frame in counts for code in frame["trust_code"].unique().sort()]
    if codes:
        one = len(codes) == 1
        who = "1 trust has a count" if one else f"{len(codes)} trusts have counts"
        yield (
            f"{who}, not {'a rate' if one else 'rates'}, so {'it is' if one else 'they are'} not "
            f"ranked or compared: {', '.join(codes)}."
        )


def _named_metrics(frames: Frames, area: Area) -> pl.DataFrame:
    """Describe an area's value columns: column, metric_id, metric, short_name, unit."""
    listed = catalogue(frames.of_type(area.trust_type).observations)
    return (
        listed.filter(pl.col("metric_id").is_in(area.metric_ids), pl.col("unit").is_not_null())
        .with_columns(column=_value_column())
        .select("column", "metric_id", "metric", "short_name", "unit")
    )


def _value_column() -> pl.Expr:
    """Name a metric's value column: its ID, and its unit too where it has two."""
    units = pl.col("unit").n_unique().over("metric_id")
    return pl.when(units > 1).then(pl.format("{}_{}", "metric_id", "unit")).otherwise("metric_id")


def _how_ordered(choice: Metric | Area, ordered: pl.DataFrame) -> str:
    if isinstance(choice, Area):
        is_published = ordered["score"].null_count() < ordered.height
        by = "published domain score" if is_published else "mean of the metrics' scores (computed)"
        return InWords(f"Ordered by the {by}: 1.00 is best, 4.00 is worst.")
    better = {True: "Higher is better. ", False: "Lower is better. ", None: ""}[
        choice.higher_is_better
    ]
    return f"{better}{_UNSURE}"


def with_luck(
    answer: Ranking, now: pl.DataFrame, before: pl.DataFrame | None, label: str
) -> Ranking:
    """Add to a ranking how many of the worst of an earlier quarter still are, and how many by luck.

    Args:
        answer: the ranking.
        now: as of ``ranks_of``, of the ranking's quarter and trust type.
        before: the same of the last quarter with other figures; None where there is none.
        label: that quarter.

    """
    if before is None:
        return answer
    row = next(iter(regression(before, now).to_dicts()), {})
    if row.get("computed_expected_still_worst") is None:
        return answer
    worst, still = row["computed_worst"], row["computed_still_worst"]
    line = (
        f"Of the {worst} worst in {label}, {still} {'is' if still == 1 else 'are'} still among the "
        f"{worst} worst; about {row['computed_expected_still_worst']:.1f} would be expected."
    )
    return replace(answer, notes=(*answer.notes, line))


def ranks_of(observations: pl.LazyFrame, metric: Metric) -> pl.DataFrame:
    """Return each trust's rank and period at a metric: trust_code, rank and period.

    A rank that is not published is made from the values.
    """
    computed = pl.col("value").rank("min", descending=bool(metric.higher_is_better)).cast(pl.Int32)
    return (
        observations.filter(
            pl.col("trust_type") == metric.trust_type,
            metric.matches,
            pl.col("value").is_not_null(),
        )
        .select("trust_code", "period", rank=pl.coalesce("rank", computed))
        .collect()
    )


def with_ends(
    answer: AreaRanking, observations: pl.LazyFrame, area: Area, keep: Keep = afresh
) -> AreaRanking:
    """Add to a ranking by an area which trusts could be last, and which first.

    Args:
        answer: the ranking, of one trust type and quarter.
        observations: schema OBSERVATIONS of that quarter, all trusts.
        area: what the trusts are ranked by.
        keep: where it is kept which trusts could be first and last.

    Returns:
        The answer with the columns ``computed_could_be_first`` and ``computed_could_be_last``
        (bool; null where a trust has fewer than three scores), and a note.

    """
    could_be = area_ends(observations, area, keep)
    if could_be.is_empty():
        return answer
    last = could_be.filter("computed_could_be_last").height
    return replace(
        answer,
        frame=answer.frame.join(could_be, on="trust_code", how="left", maintain_order="left"),
        notes=(
            *answer.notes,
            f"{trust_types.counted(last, area.trust_type)} could be last when the metrics "
            "are redrawn (computed).",
        ),
    )


def area_ends(observations: pl.LazyFrame, area: Area, keep: Keep = afresh) -> pl.DataFrame:
    """Return which trusts could be first and last in an area, and their likely places.

    The columns are those of ``differences.ends``, computed_place_low and computed_place_high.

    It is empty where fewer than three of the area's metrics are scored.

    Args:
        observations: schema OBSERVATIONS of one quarter, all trusts of the area's type.
        area: the area.
        keep: where it is kept.

    """
    if len(area.metric_ids) < FEWEST:
        return pl.DataFrame()
    of_type = observations.filter(pl.col("trust_type") == area.trust_type)
    quarters = of_type.select(pl.col("quarter").head(1)).collect()["quarter"].to_list()

    def compute() -> pl.DataFrame:
        scores = scored(of_type).filter(pl.col("metric_id").is_in(area.metric_ids))
        if scores["metric_id"].n_unique() < FEWEST:
            return ends(same_for_all(scores.clear()))
        places = ranges(independent(scores)).select(
            "trust_code", "computed_place_low", "computed_place_high"
        )
        return ends(same_for_all(scores)).join(places, on="trust_code", how="left")

    return keep("ends", quarters, [area.trust_type, *sorted(area.metric_ids)], compute)


def table(
    frames: Frames,
    trust_type: str,
    filters: Filters,
    *,
    groups: bool = False,
    bootstrap: bool = False,
    keep: Keep = afresh,
) -> LeagueTable:
    """Return the league table of a trust type, or of every type one after the other.

    Args:
        frames: the tidy frames, one quarter for each trust type.
        trust_type: a trust type, or ``all``.
        filters: which trusts to keep, resolved.
        groups: whether to add how many trusts are too close to each to call.
        bootstrap: whether to add computed likely ranges; they are added where none is published.
        keep: where redraws are kept.

    Returns:
        Columns of STANDINGS, with ``computed_rank``, the order by segment and average score among
        the stored trusts, and ``computed_in_segment``, how many of the wanted trusts of its type
        are in its segment; with the options, those of ``confidence.indistinguishable`` and of
        ``confidence.bootstrap_ranges``.

    """
    wanted = frames.of_type(trust_type)
    standings = (
        wanted.standings.with_columns(computed_rank=league_rank())
        .filter(narrowing.keep(filters))
        .sort(
            pl.col("trust_type").replace_strict(_TYPE_ORDER, default=len(_TYPE_ORDER)),
            "trust_type",
            pl.coalesce("rank", "computed_rank"),
            "trust_name",
            nulls_last=True,
        )
        .select(*STANDINGS, "computed_rank")
        .collect()
        .with_columns(computed_in_segment=pl.len().over("trust_type", "segment").cast(pl.Int32))
    )
    notes: list[str] = [InWords(_LEAGUE_ORDER)]
    every = wanted.standings.collect()
    if groups:
        near = confidence.indistinguishable(wanted.observations, every, keep)
        standings = standings.join(near, on=["quarter", "trust_code"], how="left")
        notes.append(InWords(_ABOUT_GROUPS))
    if bootstrap or (every["rank_low"].count() == 0 and every["of"].count()):
        ranges = confidence.bootstrap_ranges(wanted.observations, every, keep)
        standings = standings.join(ranges, on=["quarter", "trust_code"], how="left")
        notes += confidence.describe_ranges(confidence.compare_with_published(every, ranges))
    kind = GroupedTable if groups else LeagueTable
    scope = narrowing.in_scope(trust_type, filters)
    return kind(f"League table of {scope}", standings, notes=tuple(notes), scope=scope)
