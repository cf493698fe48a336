"""Scoring rules: the metric scores that they give, 1.00 to 4.00, and the rules in words.

What printed values leave open stays open: a score has a lowest and a highest figure that they
allow, which differ where values tie in print.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.frameworks import Over, RuleKind, frameworks
from nhs_league.core.method.standings import HALF_PLACE
from nhs_league.core.sentences import in_series

LEAST = 5
"""How many rows it takes to check a rule or to infer one."""
ENOUGH = 0.9
"""The share of a metric's rows that a rule has to explain; the others are then odd rows."""
GROUP = ("quarter", "metric_id")
TRUST = ("quarter", "trust_code")
RANKED = (RuleKind.RANK, RuleKind.STANDARD, RuleKind.FLOOR, RuleKind.STANDARD_AND_FLOOR)
"""The kinds of rule that rank."""
WITH_STANDARD = [RuleKind.STANDARD.value, RuleKind.STANDARD_AND_FLOOR.value]
WITH_FLOOR = [RuleKind.FLOOR.value, RuleKind.STANDARD_AND_FLOOR.value]
Row = dict[str, Any]


def evaluated(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``low``, ``high``, ``of`` and ``fits`` by each row's rule; null where it gives none."""
    higher = pl.coalesce("listed_higher", "inferred_higher")
    directed = rows.with_columns(higher=higher).with_columns(
        good=pl.col("value") * pl.when("higher").then(1).otherwise(-1)
    )
    is_ranked = pl.col("rule").is_in([kind.value for kind in RANKED])
    is_banded = pl.col("rule") == RuleKind.BANDS.value
    is_paired = pl.col("rule") == RuleKind.PAIR.value
    rest = ~(is_ranked | is_banded | is_paired).fill_null(value=False)
    ranked = among(_with_sides(directed.filter(is_ranked)))
    parts = [
        ranked,
        _banded(directed.filter(is_banded)),
        _paired(directed.filter(is_paired), rows),
        directed.filter(rest),
    ]
    return pl.concat(parts, how="diagonal").with_columns(
        fits=(pl.col("score") >= pl.col("low") - HALF_PLACE)
        & (pl.col("score") <= pl.col("high") + HALF_PLACE)
    )


def among(rows: pl.DataFrame, key: tuple[str, ...] = ()) -> pl.DataFrame:
    """Score rows by rank, as their rule has it.

    Args:
        rows: ``good`` (the value, higher is better), ``rank`` within the type, ``over``, ``rule``,
            ``is_whole``, ``met`` and ``floored`` (whether the standard is reached, the floor
            missed), of whole metrics.
        key: further columns by which rows are ranked apart.

    Returns:
        The rows with ``low`` and ``high``, the scores that the printed values allow (unrounded;
        equal but for ties in print), ``of``, the number of trusts that are ranked, and ``pool``.
        Null where not all trusts of the type are stored.

    """
    pool = pl.when(
        (pl.col("over") == Over.ALL.value) & pl.col("trust_type").is_in(trust_types.PREFERRED)
    ).then(pl.lit(Over.ALL.value)).otherwise("trust_type")  # fmt: skip
    apart = [*GROUP, "pool", *key]
    taken = pl.col("is_whole") & pl.col("value").is_not_null()
    between = taken & ~pl.col("met") & ~pl.col("floored")
    by_column = (pl.col("over") == Over.TYPE.value) & pl.col("rank").is_not_null().all().over(apart)
    badness = pl.when("between").then(-pl.col("good"))
    column_place = pl.col("rank") - pl.col("met").sum().over(apart)
    place_low = pl.when(by_column).then(column_place).otherwise(badness.rank("min").over(apart))
    place_high = pl.when(by_column).then(column_place).otherwise(badness.rank("max").over(apart))
    best = pl.when(pl.col("rule").is_in(WITH_STANDARD)).then(2).otherwise(1)
    worst = pl.when(pl.col("rule").is_in(WITH_FLOOR)).then(3).otherwise(4)
    step = (worst - best) / pl.max_horizontal(pl.col("between").sum().over(apart) - 1, 1)

    def score(place: pl.Expr) -> pl.Expr:
        return (
            pl.when(~pl.col("taken"))
            .then(None)
            .when("met")
            .then(1.0)
            .when("floored")
            .then(4.0)
            .otherwise(best + step * (place - 1))
        )

    return rows.with_columns(pool=pool, taken=taken, between=between).with_columns(
        low=score(place_low),
        high=score(place_high),
        of=pl.col("taken").sum().over(apart).cast(pl.Int32),
        placed=pl.col("between").sum().over(apart).cast(pl.Int32),
    )


def reaches(what: str, value: pl.Expr, published: pl.Expr) -> pl.Expr:
    """Return whether a value reaches the ``standard`` or the ``floor`` of its row's rule.

    A value between the nearest seen on both sides, or one that prints as the threshold itself, may
    be on either side: there, and where the threshold is not listed, ``published`` decides.
    """
    missed, reached = pl.col(f"{what}_missed"), pl.col(f"{what}_reached")
    sign = pl.when("higher").then(1).otherwise(-1)
    open_edge = pl.when(missed == reached).then(pl.lit(HALF_PLACE)).otherwise(0)
    return (
        pl.when(sign * value >= sign * reached + open_edge)
        .then(pl.lit(value=True))
        .when(sign * value <= sign * missed - open_edge)
        .then(pl.lit(value=False))
        .otherwise(published)
    )


def band(value: pl.Expr, edges: tuple[tuple[float, float], ...]) -> tuple[pl.Expr, pl.Expr]:
    """Return the best and the worst band (1 to 4) that a value may be in, by the edges between."""
    sign = 1 if edges[0][1] > edges[-1][1] else -1
    surely, perhaps = pl.lit(1.0), pl.lit(1.0)
    for worse, better in edges:
        edge = HALF_PLACE if worse == better else 0.0
        surely = surely + (sign * value <= sign * worse - edge).cast(pl.Float64)
        perhaps = perhaps + (sign * value < sign * better + edge).cast(pl.Float64)
    return pl.when(value.is_not_null()).then(surely), pl.when(value.is_not_null()).then(perhaps)


def _with_sides(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``met`` and ``floored``: by the threshold where the rule has one, else by the score."""
    met = reaches("standard", pl.col("value"), pl.col("score") == 1)
    clear = reaches("floor", pl.col("value"), pl.col("score") != 4)
    return rows.with_columns(
        met=(pl.col("rule").is_in(WITH_STANDARD) & met).fill_null(value=False),
        floored=(pl.col("rule").is_in(WITH_FLOOR) & ~clear).fill_null(value=False),
    )


def _banded(rows: pl.DataFrame) -> pl.DataFrame:
    """Score rows by bands: by the edges that are listed, else by the order of the rows."""
    listed = [
        (each.year, metric, rule.edges)
        for each in frameworks()
        for rule in each.method.rules
        if rule.edges
        for metric in rule.metrics
    ]
    low, high = pl.lit(None, pl.Float64), pl.lit(None, pl.Float64)
    for year, metric, edges in listed:
        is_this = (pl.col("year") == year) & (pl.col("number") == metric)
        surely, perhaps = band(pl.col("value"), edges)
        low = pl.when(is_this & (pl.col("basis") == "framework")).then(surely).otherwise(low)
        high = pl.when(is_this & (pl.col("basis") == "framework")).then(perhaps).otherwise(high)
    return _by_order(rows).with_columns(
        low=pl.coalesce(low, "ordered"), high=pl.coalesce(high, "ordered")
    )


def _by_order(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``ordered``: the score, but for a row that is out of order that of the rows around it.

    Null where there are too few rows.
    """
    score = pl.col("score")
    middle = score.rolling_median(5, min_samples=1, center=True)
    out_of_order = (score < score.cum_max()) | (score > score.cum_min(reverse=True))
    in_bands = score == score.round()
    is_odd = ~in_bands | (out_of_order & (score != middle))
    ordered = pl.when(is_odd).then(middle.ceil()).otherwise(score)
    return (
        rows.sort(*GROUP, -pl.col("good"), "score", nulls_last=True)
        .with_columns(ordered=ordered.over(GROUP))
        .with_columns(
            ordered=pl.when((pl.len().over(GROUP) >= LEAST) & pl.col("value").is_not_null()).then(
                "ordered"
            )
        )
    )


def _paired(rows: pl.DataFrame, every: pl.DataFrame) -> pl.DataFrame:
    """Score rows by the tables of two scores."""
    score_of = every.select(*TRUST, "number", part="score")
    tables = pl.DataFrame(
        [
            (each.year, metric, *rule.parts, float(one), float(two), float(score))
            for each in frameworks()
            for rule in each.method.rules
            for (one, two), score in rule.table.items()
            for metric in rule.metrics
        ],
        schema=["year", "number", "one", "two", "one_score", "two_score", "low"],
        orient="row",
    )
    parts = tables.select("year", "number", "one", "two").unique()
    joined = rows.join(parts, on=["year", "number"], how="left")
    for part in ("one", "two"):
        joined = joined.join(
            score_of.rename({"number": part, "part": f"{part}_score"}), on=[*TRUST, part],
            how="left",
        )  # fmt: skip
    keys = ["year", "number", "one", "two", "one_score", "two_score"]
    return joined.join(tables, on=keys, how="left").with_columns(high="low")


def metric_note(row: Row, trust_type: str, instead: Mapping[str, str]) -> str:
    """Describe by which rule a metric is scored, and what it counts where that is not once."""
    parts = [_rule_in_words(row, trust_type)]
    if row["metric_id"] in instead:
        parts.append(f"not counted: {_inner(instead[row['metric_id']])} is used instead")
    elif row["counts"] and row["weight"] != 1:
        parts.append(f"counts {_share(row['weight'])}")
    return "; ".join(part for part in parts if part)


def _rule_in_words(row: Row, trust_type: str) -> str:
    rule = row["rule"]
    if rule not in list(RANKED):
        return {
            RuleKind.BANDS.value: "by bands",
            RuleKind.PAIR.value: "by a table of two scores",
            RuleKind.UNPUBLISHED.value: "from figures that are not published",
        }.get(rule, "by an unknown rule")
    if score := _shared_score(row):
        return f"all trusts with a published value score {score}"
    standard = _bar(row, "standard") if "standard" in rule else ""
    floor = _bar(row, "floor") if "floor" in rule else ""
    if standard and row["score"] == 1:
        return f"reaches the scoring standard, {standard}"
    if floor and row["score"] == 4:
        return f"misses the floor, {floor}"
    is_all = row["ranked_over"] == Over.ALL.value
    kind = "trusts of all types" if is_all else trust_types.in_words(trust_type)
    if row["ranked_of"] is None:
        among = kind
    elif row["placed"] == row["ranked_of"]:
        among = f"{row['ranked_of']} {kind}"
    else:
        among = f"{row['placed']} of {row['ranked_of']} {kind}"
    if standard:
        return f"misses the scoring standard, {standard}; by rank among the {among} that miss it"
    if floor:
        return f"by rank among the {among} that clear the floor, {floor}"
    return f"by rank among {among}"


def rule_of_metric(rule: Row, unit: str | None) -> str:
    """Describe by which rule a metric is scored, for all its trusts.

    Args:
        rule: a row of ``rules.RULES``.
        unit: the metric's unit.

    """
    kind, row = rule["rule"], {**rule, "unit": unit}
    if kind not in list(RANKED):
        return {
            RuleKind.BANDS.value: "By bands: the value alone decides whether the score is 1, 2, 3 "
            "or 4.",
            RuleKind.PAIR.value: "By a table of two other scores.",
            RuleKind.UNPUBLISHED.value: "By figures that are not published.",
        }.get(kind, "No known rule fits the published scores.")
    if score := _shared_score(row):
        return f"All trusts with a published value score {score}, which does not show the rule."
    is_all = rule["over"] == Over.ALL.value
    who = "trusts of all types" if is_all else "trusts of the same type"
    fixed = []
    # A standard that no trust reaches, or a floor that all clear, is not in the figures.
    if "standard" in kind and (bar := _bar(row, "standard")):
        fixed.append(f"Trusts that reach {bar} score 1.00")
    if "floor" in kind and (bar := _bar(row, "floor")):
        fixed.append(f"{'trusts' if fixed else 'Trusts'} that miss {bar} score 4.00")
    best, worst = "2.00" if "standard" in kind else "1.00", "3.00" if "floor" in kind else "4.00"
    rest = f"by rank among {who}, from {best} (best) to {worst}, in even steps"
    return f"{'; '.join(fixed)}; the others are scored {rest}." if fixed else f"B{rest[1:]}."


def _shared_score(row: Row) -> str | None:
    """Return the score of all trusts where all reach a standard, or miss a floor, not listed."""
    if "standard" in row["rule"] and not _bar(row, "standard"):
        return "1.00" if row["standard_reached"] is not None else None
    if "floor" in row["rule"] and not _bar(row, "floor"):
        return "4.00" if row["floor_missed"] is not None else None
    return None


def _bar(row: Row, what: str) -> str:
    """Name a standard or a floor by its value, or by the values on both sides; empty if unknown."""
    glue = "%" if row["unit"] == "%" else ""
    if row[what] is not None and row["basis"] == "framework":
        return f"{row[what]:.12g}{glue}".replace("-", "−")
    ends = [row[f"{what}_{side}"] for side in ("missed", "reached")]
    known = [f"{end:.12g}{glue}".replace("-", "−") for end in ends if end is not None]
    return f"between {known[0]} and {known[1]}" if len(known) == 2 else ""


def _share(weight: float) -> str:
    return "one third" if weight == 1 / 3 else f"{weight:.3g} times"


def _inner(name: str) -> str:
    """Write a name inside a sentence: small, unless it is an abbreviation or a Latin name."""
    first = name.split(" ")[0]
    if first.isupper() or any(c.isdigit() for c in first) or len(first) < 3 or "." in first:
        return name
    return name[:1].lower() + name[1:]


def weights(metrics: pl.DataFrame) -> Iterator[str]:
    """Describe what counts, and how much."""
    counting = metrics.filter("counts")
    once = counting.filter(pl.col("weight") == 1).height
    parts = counting.filter(pl.col("weight") != 1)
    if not counting.height:
        return
    line = f"Each of {once} metrics counts once" if once != 1 else "1 metric counts once"
    for (share,), group in parts.group_by("weight", maintain_order=True):
        names = in_series([_inner(name) for name in group.sort("metric_id")["short_name"]])
        each = " each" if group.height > 1 else ""
        line += (
            f"; {names} count{'' if group.height > 1 else 's'} {_share(float(str(share)))}{each}"
        )
    yield f"{line}."


def how_scored(metrics: pl.DataFrame) -> Iterator[str]:
    """Explain each kind of rule once."""
    kinds = set(metrics["rule"].drop_nulls())
    if any(kind in kinds for kind in RANKED):
        yield (
            "By rank, the best trust scores 1.00 and the worst 4.00, in even steps. Trusts that "
            "reach a scoring standard score 1.00, and the others start at 2.00. Trusts that miss a "
            "floor score 4.00, and the others end at 3.00."
        )
    if RuleKind.BANDS.value in kinds:
        yield "By bands, the value alone sets the score to 1, 2, 3 or 4."


def not_recomputed(metrics: pl.DataFrame) -> Iterator[str]:
    """Explain why scores could not be recomputed, each reason once with its metrics."""
    missing = metrics.filter(
        pl.col("not_computed").is_not_null(), pl.col("rule") != RuleKind.UNPUBLISHED.value
    )
    for (why,), group in missing.group_by("not_computed", maintain_order=True):
        names = in_series([_inner(name) for name in group["short_name"]])
        yield f"Not recomputed ({why}): {names}."
