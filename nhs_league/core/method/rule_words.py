"""A metric's scoring rule and weight in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.frameworks import Over, RuleKind
from nhs_league.core.method.rule_scores import RANKED
from nhs_league.core.sentences import in_series

Row = dict[str, Any]


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
    is_all = rule["over"] == Over.ALL.value
    who = "trusts of all types" if is_all else "trusts of the same type"
    fixed = []
    if "standard" in kind:
        fixed.append(f"Trusts that reach {_bar(row, 'standard')} score 1.00")
    if "floor" in kind:
        fixed.append(f"{'trusts' if fixed else 'Trusts'} that miss {_bar(row, 'floor')} score 4.00")
    best, worst = "2.00" if "standard" in kind else "1.00", "3.00" if "floor" in kind else "4.00"
    rest = f"by rank among {who}, from {best} (best) to {worst}, in even steps"
    return f"{'; '.join(fixed)}; the others are scored {rest}." if fixed else f"B{rest[1:]}."


def _bar(row: Row, what: str) -> str:
    glue = "%" if row["unit"] == "%" else ""
    if row[what] is not None and row["basis"] == "framework":
        return f"{row[what]:.12g}{glue}".replace("-", "−")
    ends = [row[f"{what}_{side}"] for side in ("missed", "reached")]
    known = [f"{end:.12g}{glue}".replace("-", "−") for end in ends if end is not None]
    return f"between {known[0]} and {known[1]}" if len(known) == 2 else "not known exactly"


def _share(weight: float) -> str:
    return {1 / 3: "one third", 0.5: "half"}.get(weight, f"{weight:.3g} times")


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
