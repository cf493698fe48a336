"""Each metric's scoring rule, held against the raw files by a slow second implementation.

The oracle below knows the rules as NHS England's figures show them and reads the raw CSV itself;
it shares no code with the package. What print leaves open (ties of values that are rounded, a value
that prints as the standard itself) it allows, and counts.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest

from nhs_league.core.frames import Frames
from nhs_league.core.method import rules
from nhs_league.core.method.rules import Recomputed, recompute
from nhs_league.core.method.scoring import band, metric_note, reaches, rule_of_metric
from tests.core.real_frames import Q1_2026, TWO_TRUSTS, YEAR_2025, frames_of, once
from tests.framework_years import unlisted_year
from tests.sampling import one_in


@dataclass(frozen=True)
class Ranked:
    """A rule by rank: over the type or all types, with or without a standard and a floor."""

    over: str
    higher: bool
    standard: Callable[[float], bool | None] = field(default=lambda _: False)
    floored: Callable[[float], bool | None] = field(default=lambda _: False)
    best: float = 1
    worst: float = 4


def at_least(bar: float) -> Callable[[float], bool | None]:
    return lambda value: None if value == bar else value > bar


def at_most(bar: float) -> Callable[[float], bool | None]:
    return lambda value: None if value == bar else value < bar


def _standard(over: str, higher: bool, bar: float) -> Ranked:
    return Ranked(over, higher, at_least(bar) if higher else at_most(bar), best=2)


RANKED_2026 = {
    **{m: Ranked("type", higher) for m, higher in {"008": False, "014": False, "023": True, "047": True, "061": True, "084": True, "116": False, "120": True}.items()},
    **{m: Ranked("all", higher) for m, higher in {"015": True, "077": False, "082": False, "096": True, "101": True, "102": True}.items()},
    "003": _standard("type", False, 0),
    "010": _standard("type", True, 80),
    "011": _standard("type", True, 80),
    "013": _standard("type", True, 82),
    "020": _standard("type", False, 0),
    "001": _standard("all", True, 78),
    "005": _standard("all", False, 0),
    "017": _standard("all", False, 25),
    "086": _standard("all", False, 100),
    "004": Ranked("all", False, floored=lambda value: value >= 12, worst=3),
    "060": Ranked("type", True, floored=lambda value: value == 0, worst=3),
    "094": Ranked("all", True, at_least(99.99), lambda value: value <= 75, best=2, worst=3),
}  # fmt: skip
RANKED_2025 = {
    **{m: Ranked("type", True) for m in ("047", "061", "084")},
    "017": _standard("type", False, 30),
    "086": Ranked("all", False),
}
BANDS = {
    "016": lambda v: 1 if v >= 80 else 2 if v >= 71 else 3 if v >= 47.7 else 4,
    "036": lambda v: 1 if v <= 4.4 else 2 if v <= 8 else 3 if v <= 28.5 else 4,
    "079": lambda v: 1 if v >= 0 else 2 if v >= -1 else 3 if v >= -2 else 4,
    "081": lambda v: 1 if v >= 0 else 2 if v >= -0.5 else 3 if v >= -1 else 4,
}
FINANCE = {(1, 1): 1, (1, 2): 1, (1, 3): 2, (2, 1): 2, (3, 1): 2, (4, 1): 2, (1, 4): 3, (2, 3): 3, (3, 3): 3, (4, 2): 3, (2, 4): 4, (3, 4): 4, (4, 3): 4, (4, 4): 4, (2, 2): 2, (3, 2): 3}  # fmt: skip
STAFFING = {(1, 1): 1, (1, 2): 1, (2, 1): 1, (1, 3): 2, (2, 2): 2, (2, 3): 2, (3, 1): 2, (3, 2): 2, (1, 4): 3, (3, 3): 3, (4, 1): 3, (4, 2): 3, (3, 4): 4, (4, 4): 4}  # fmt: skip


@dataclass
class Row:
    quarter: str
    kind: str
    trust: str
    number: str
    score: float
    value: float | None = None
    rank: int | None = None


def rows_of(folder: Path, names: tuple[str, ...]) -> list[Row]:
    """Read the scores of raw files with the values that they are of."""
    scores: dict[tuple[str, str, str, str], Row] = {}
    values = {}
    for name in names:
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            for line in csv.DictReader(file):
                metric, words = line["Metric_ID"], line["Metric_description"].strip()
                key = (line["Quarter"], line["Trust_code"], metric[3:], words)
                if metric[:3] == "OF0":
                    values[key] = (float(line["Value"]), line["Rank"])
                elif metric[:3] in ("OF1", "OF2") and float(line["Value"]) > 0:
                    scores[key] = Row(
                        line["Quarter"], line["Trust_type"], line["Trust_code"], metric[3:],
                        float(line["Value"]),
                    )  # fmt: skip
    for key, row in scores.items():
        if key in values:
            row.value, rank = values[key]
            row.rank = int(float(rank)) if rank else None
    return list(scores.values())


def allowed(rule: Ranked, rows: list[Row]) -> Iterator[tuple[Row, float, float]]:
    """Give each row of a ranking the lowest and the highest score that print allows."""

    def side(row: Row) -> str:
        assert row.value is not None
        met, floored = rule.standard(row.value), rule.floored(row.value)
        if met or (met is None and row.score == 1):
            return "met"
        return "floored" if floored or (floored is None and row.score == 4) else "between"

    sides = {id(row): side(row) for row in rows}
    between = [row for row in rows if sides[id(row)] == "between"]
    span = (rule.worst - rule.best) / max(len(between) - 1, 1)
    by_column = rule.over == "type" and all(row.rank is not None for row in rows)
    met = sum(1 for row in rows if sides[id(row)] == "met")
    for row in rows:
        if sides[id(row)] != "between":
            score = 1.0 if sides[id(row)] == "met" else 4.0
            yield row, score, score
        elif by_column:
            assert row.rank is not None
            score = rule.best + span * (row.rank - met - 1)
            yield row, score, score
        else:
            sign = 1 if rule.higher else -1
            good = [sign * other.value for other in between if other.value is not None]
            better = len([each for each in good if each > sign * (row.value or 0)])
            ties = good.count(sign * (row.value or 0))
            yield row, rule.best + span * better, rule.best + span * (better + ties - 1)


def by_oracle(rows: list[Row], rules: dict[str, Ranked]) -> list[tuple[Row, float, float]]:
    groups: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.number in rules:
            pool = row.kind if rules[row.number].over == "type" else "all"
            groups[row.quarter, row.number, pool].append(row)
    return [each for (_, n, _), group in groups.items() for each in allowed(rules[n], group)]


@once
def recomputed(frames: Frames) -> Recomputed:
    return recompute(frames.observations, frames.standings)


@pytest.fixture(scope="module")
def complete(shared: Path) -> Frames:
    return frames_of(shared, Q1_2026)


@pytest.fixture(scope="module")
def year_2025(shared: Path) -> Frames:
    return frames_of(shared, YEAR_2025)


def test_the_complete_release_is_scored_as_the_oracle_scores_it(
    shared: Path, complete: Frames
) -> None:
    rows = rows_of(shared, Q1_2026)
    oracle = by_oracle(rows, RANKED_2026)
    scores = recomputed(complete).scores
    computed = {
        (trust, metric[-3:]): (low, high)
        for trust, metric, low, high in scores.select(
            "trust_code", "metric_id", "computed_low", "computed_high"
        ).iter_rows()
    }
    ties = 0
    for row, low, high in oracle:
        assert low - 0.0051 <= row.score <= high + 0.0051, row
        assert computed[row.trust, row.number] == pytest.approx((low, high)), row
        ties += abs(row.score - low) > 0.0051
    # Only where printed values tie may a score be off, and only over several types.
    assert ties == scores.filter((pl.col("score") - pl.col("computed_score")).abs() > 0.0051).height
    assert {row.number for row, low, _ in oracle if abs(row.score - low) > 0.0051} <= {
        number for number, rule in RANKED_2026.items() if rule.over == "all"
    }
    assert len(rows) == scores.height


def test_where_the_rank_column_or_bands_decide_every_score_is_exact(complete: Frames) -> None:
    scores = recomputed(complete).scores
    decided = scores.filter(pl.col("not_computed").is_null(), pl.col("over").ne_missing("all"))
    assert decided.height
    assert (decided["score"] - decided["computed_score"]).abs().max() <= 0.0051  # type: ignore[operator]


def test_bands_and_tables_of_two_scores_are_those_of_the_raw_rows(
    shared: Path, complete: Frames
) -> None:
    scores = recomputed(complete).scores
    computed = {
        (trust, metric[-3:]): score
        for trust, metric, score in scores.select(
            "trust_code", "metric_id", "computed_score"
        ).iter_rows()
    }
    rows = {(row.trust, row.number): row for row in rows_of(shared, Q1_2026)}
    for (trust, number), row in rows.items():
        if number in BANDS:
            assert computed[trust, number] == BANDS[number](row.value) == row.score
    for number, table, parts in (
        ("080", FINANCE, ("079", "081")),
        ("108", STAFFING, ("207", "208")),
    ):
        pairs = [
            (row, tuple(int(rows[trust, part].score) for part in parts))
            for (trust, n), row in rows.items()
            if n == number
        ]
        assert len(pairs) == 202
        for row, pair in pairs:
            assert computed[row.trust, number] == table[pair] == row.score  # type: ignore[index]


def test_scores_of_2025_are_exact_where_their_types_are_stored(
    shared: Path, year_2025: Frames
) -> None:
    scores = recomputed(year_2025).scores.with_columns(
        number=pl.col("metric_id").str.slice(-3),
        off=(pl.col("score") - pl.col("computed_score")).abs(),
    )
    raw = rows_of(shared, YEAR_2025)
    for number in ("047", "061", "084", "017", "079", "080", "081", "086"):
        these = scores.filter(number=number)
        assert these.height == sum(1 for row in raw if row.number == number)
        assert these["off"].null_count() == 0, number
        assert these["off"].max() <= 0.0051, number  # type: ignore[operator]
    assert scores.filter(number="086").height == 283
    for row, low, high in by_oracle(raw, RANKED_2025):
        assert low - 0.0051 <= row.score <= high + 0.0051, row


def test_a_score_over_types_that_are_not_stored_is_not_called_wrong(year_2025: Frames) -> None:
    scores = recomputed(year_2025).scores
    for metric in ("OF0082", "OF0005", "OF0057", "OF0063", "OF0028"):
        these = scores.filter(metric_id=metric)
        assert these["computed_score"].null_count() == these.height
        assert set(these["not_computed"]) == {
            "ranked across all trust types, but only mental health and community trusts "
            "and ambulance trusts are stored"
        }


def test_of_some_trusts_of_a_type_nothing_ranked_is_recomputed(shared: Path) -> None:
    frames = frames_of(shared, TWO_TRUSTS)
    scores = recompute(frames.observations, frames.standings).scores
    computed = set(scores.filter(pl.col("computed_score").is_not_null())["metric_id"])
    assert computed == {"OF0079", "OF0080", "OF0081"}
    assert "only some acute trusts are stored" in scores["not_computed"].to_list()


def test_without_a_list_the_same_rules_follow_from_the_rows(
    complete: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = rules.listed_rules()
    by_list = recomputed(complete).rules
    monkeypatch.setattr(rules, "listed_rules", lambda: listed.clear())
    inferred = recompute(complete.observations, complete.standings).rules
    # Tables of two scores cannot be told from other scores without values.
    listed = by_list.filter(~pl.col("rule").is_in(["unpublished", "pair"]))
    both = listed.join(inferred, on=["quarter", "metric_id"], suffix="_inferred")
    assert both.height == listed.height
    assert both["rule"].to_list() == both["rule_inferred"].to_list()
    assert both["over"].to_list() == both["over_inferred"].to_list()
    assert set(both["basis_inferred"]) == {"rows"}
    assert both["standard_missed"].to_list() == both["standard_missed_inferred"].to_list()


def test_a_year_that_is_not_listed_is_scored_by_its_rows(complete: Frames) -> None:
    quarter = f"Q1 {unlisted_year()}"
    later = Frames(
        *(
            getattr(complete, name).with_columns(
                quarter=pl.lit(quarter, getattr(complete, name).collect_schema()["quarter"])
            )
            for name in ("standings", "observations", "domains")
        )
    )
    # A standard that moved: 80 % in the list, 75 % in these rows.
    moved = later.observations.with_columns(
        value=pl.when(pl.col("metric_id") == "OF0010").then(pl.col("value") - 5).otherwise("value")
    )
    rules = recompute(moved, later.standings).rules
    row = rules.filter(metric_id="OF0010").row(0, named=True)
    assert (row["rule"], row["over"], row["basis"]) == ("standard", "type", "rows")
    assert row["standard_missed"] < 75 < row["standard_reached"]
    assert row["explained"] == row["scored"] == 116


def test_scores_that_no_rule_gives_are_named(complete: Frames) -> None:
    odd = complete.observations.with_columns(
        score=pl.when(pl.col("metric_id") == "OF0023")
        .then((pl.col("value") % 3 + 1).round(2))
        .otherwise("score")
    )
    result = recompute(odd, complete.standings)
    assert result.rules.filter(metric_id="OF0023").row(0, named=True)["rule"] == "unknown"
    assert set(result.scores.filter(metric_id="OF0023")["not_computed"]) == {"no known rule fits"}


@pytest.mark.parametrize(
    "metric",
    one_in(3, ["OF0023", "OF0082", "OF0060", "OF0010", "OF0093", "OF0080", "OF0079"]),
)
def test_one_odd_score_does_not_hide_behind_the_rule(complete: Frames, metric: str) -> None:
    scores = recomputed(complete).scores
    row = scores.filter(metric_id=metric).sort("value", "trust_code").row(20, named=True)
    wrong = 1.0 if row["score"] > 2 else 4.0
    is_row = (pl.col("metric_id") == metric) & (pl.col("trust_code") == row["trust_code"])
    odd = complete.observations.with_columns(score=pl.when(is_row).then(wrong).otherwise("score"))
    after = recompute(odd, complete.standings).scores.filter(
        pl.col("metric_id") == metric, pl.col("trust_code") == row["trust_code"]
    ).row(0, named=True)  # fmt: skip
    assert not after["computed_low"] - 0.0051 <= wrong <= after["computed_high"] + 0.0051


def test_every_rule_that_is_listed_is_the_one_that_the_rows_keep(
    shared: Path, complete: Frames, year_2025: Frames
) -> None:
    for frames, names in ((complete, Q1_2026), (year_2025, YEAR_2025)):
        rules = recomputed(frames).rules
        assert set(rules["basis"]) == {"framework"}
        assert set(rules["metric_id"].str.slice(-3)) == {r.number for r in rows_of(shared, names)}


def _of_one_metric(
    metric_id: str,
    values: Sequence[float | None],
    *quarters: Sequence[float],
    is_ranked: bool = False,
) -> Recomputed:
    """Recompute a metric of all acute trusts; a low value is better.

    Args:
        metric_id: the metric.
        values: the trusts' values, as many of them as there are scores.
        quarters: the trusts' scores in Q1 2026/27, in Q2 2026/27 …
        is_ranked: whether ranks are published, in order.

    """
    trusts = pl.DataFrame(
        [
            (f"Q{number} 2026/27", f"Z{place:02d}", values[place], score, place + 1, len(scores))
            for number, scores in enumerate(quarters, 1)
            for place, score in enumerate(scores)
        ],
        schema={
            "quarter": pl.String, "trust_code": pl.String, "value": pl.Float64,
            "score": pl.Float64, "rank": pl.Int32, "of": pl.Int32,
        },
        orient="row",
    ).with_columns(
        trust_type=pl.lit("acute"),
        metric_id=pl.lit(metric_id),
        metric=pl.lit("Fictional metric"),
        unit=pl.lit("%"),
        rank=pl.when(is_ranked).then("rank"),
    )  # fmt: skip
    return recompute(trusts.lazy(), trusts.lazy())


def test_bands_that_are_not_listed_are_those_of_the_rows_in_order() -> None:
    """Five rows and more, of which nine in ten are whole scores, show the bands.

    A score between two bands, or of another band than those around it, is odd. Of ten scores two
    between bands are too many; four rows are too few.
    """
    quarters = (
        [1, 2, 3, 3, 4],
        [1, 1, 1, 2, 2, 2, 2, 3.5, 4, 4, 4],
        [1, 1, 1, 2, 2.5, 2, 3, 3.5, 4, 4],
        [1, 2, 3, 4],
    )
    scores = _of_one_metric("OF0113", range(11), *quarters).scores.sort("quarter", "trust_code")
    in_order, one_odd, two_odd, few = (
        each.select("computed_score", "not_computed").rows()
        for each in scores.partition_by("quarter", maintain_order=True)
    )
    assert in_order == [(score, None) for score in (1.0, 2.0, 3.0, 3.0, 4.0)]
    bands = [(score, None) for score in (1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 3.0, 4.0, 4.0, 4.0)]
    assert [*one_odd[:7], *one_odd[8:]] == [*bands[:7], *bands[8:]]
    for rows, why in (
        (two_odd, "no known rule fits; it may be ranked across all"),
        (few, "too few trusts have a score"),
    ):
        for score, reason in rows:
            assert score is None
            assert (reason or "").startswith(why)


def test_a_value_that_prints_as_the_standard_is_on_the_side_that_its_score_says() -> None:
    """Of waits over a year 0 % is the standard: a printed 0.00 may be a little more.

    The five of six trusts that miss it score 2 + 2 x (place - 1) / 4.
    """
    scores = [1.0, 2.0, 2.5, 3.0, 3.5, 4.0]
    values = [0.0, 0.0, 0.5, 1.0, 2.0, 3.0]
    computed = _of_one_metric("OF0003", values, scores, is_ranked=True)
    assert computed.rules.select("rule", "basis", "explained").rows() == [
        ("standard", "framework", 6)
    ]
    assert computed.scores.sort("trust_code")["computed_score"].to_list() == scores


@pytest.mark.parametrize(
    ("edges", "bands"),
    [
        # High is better. Nobody was seen between 70.9 and 71, nor between 47 and 48.
        (
            ((80.0, 80.0), (70.9, 71.0), (47.0, 48.0)),
            {81.0: (1, 1), 80.006: (1, 1), 80.0: (1, 2), 79.994: (2, 2), 71.0: (2, 2),
             70.95: (2, 3), 70.9: (3, 3), 48.0: (3, 3), 47.5: (3, 4), 47.0: (4, 4)},
        ),
        # Low is better.
        (
            ((4.5, 4.4), (8.0, 8.0), (29.0, 28.5)),
            {4.4: (1, 1), 4.45: (1, 2), 4.5: (2, 2), 7.994: (2, 2), 8.0: (2, 3), 8.006: (3, 3),
             28.5: (3, 3), 28.7: (3, 4), 29.0: (4, 4)},
        ),
    ],
)  # fmt: skip
def test_a_value_between_two_bands_may_be_in_either(
    edges: tuple[tuple[float, float], ...], bands: dict[float, tuple[int, int]]
) -> None:
    """A value that prints as the edge may be up to 0.005 on either side of it."""
    best, worst = band(pl.col("value"), edges)
    frame = pl.DataFrame({"value": [*bands, None]}).select(best=best, worst=worst)
    assert frame.rows() == [*bands.values(), (None, None)]


@pytest.mark.parametrize(
    ("higher", "missed", "reached", "sides"),
    [
        (True, 80.0, 80.0, {80.006: True, 80.0: None, 79.994: False}),
        (True, 74.9, 75.2, {75.2: True, 75.1: None, 74.9: False}),
        (False, 25.0, 25.0, {24.994: True, 25.0: None, 25.006: False}),
        (False, 26.0, 25.0, {25.0: True, 25.5: None, 26.0: False}),
        (True, None, None, {99.0: None, 1.0: None}),
    ],
)
def test_a_standard_is_reached_as_published_where_the_value_does_not_tell(
    higher: bool, missed: float | None, reached: float | None, sides: dict[float, bool | None]
) -> None:
    bar = pl.DataFrame({"value": list(sides)}).with_columns(
        higher=pl.lit(higher),
        standard_missed=pl.lit(missed, pl.Float64),
        standard_reached=pl.lit(reached, pl.Float64),
    )
    for published in (True, False):
        is_reached = reaches("standard", pl.col("value"), pl.lit(published))
        assert bar.select(is_reached).to_series().to_list() == [
            published if side is None else side for side in sides.values()
        ]


def test_a_trust_without_a_published_value_does_not_decide_the_rule_of_its_metric() -> None:
    """Of seven trusts two reach the standard, 0 %; of the first of them only the score is known."""
    values = [None, 0.0, 0.5, 1.0, 2.0, 3.0, 4.0]
    # 2 + 2 x (place - 1) / 4 of the five that miss it.
    scores = [1.0, 1.0, 2.0, 2.5, 3.0, 3.5, 4.0]
    rules = _of_one_metric("OF0003", values, scores, is_ranked=True).rules
    expected = [("standard", "type", "framework", 7, 6)]
    assert rules.select("rule", "over", "basis", "scored", "explained").rows() == expected


def test_a_metric_of_which_no_value_is_published_has_no_rule_that_can_be_seen() -> None:
    rules = _of_one_metric("OF0003", [None] * 6, [1.0, 2.0, 2.5, 3.0, 3.5, 4.0]).rules
    assert rules.select("rule", "explained").rows() == [("unpublished", 0)]


def test_a_standard_that_is_not_listed_is_named_by_the_values_on_both_sides() -> None:
    rule = {
        "rule": "standard", "over": "type", "basis": "rows", "standard": None,
        "standard_missed": 74.9, "standard_reached": 75.25,
    }  # fmt: skip
    assert rule_of_metric(rule, "%") == (
        "Trusts that reach between 74.9% and 75.25% score 1.00; the others are scored by rank "
        "among trusts of the same type, from 2.00 (best) to 4.00, in even steps."
    )


def _inferred(kind: str, *, missed: float | None, reached: float | None) -> dict[str, object]:
    """A rule that follows from the rows, with the nearest values on both sides of its threshold."""
    return {
        "rule": kind, "over": "type", "basis": "rows", kind: None,
        f"{kind}_missed": missed, f"{kind}_reached": reached,
    }  # fmt: skip


VALUED = "trusts with a published value score"
AMONG = "by rank among 6 acute trusts"
IN_STEPS = "By rank among trusts of the same type, from {} (best) to {}, in even steps."


@pytest.mark.parametrize(
    ("rule", "words", "of_a_trust"),
    [
        (
            _inferred("standard", missed=None, reached=5.0),
            f"All {VALUED} 1.00, which does not show the rule.",
            f"all {VALUED} 1.00",
        ),
        (
            _inferred("floor", missed=5.0, reached=None),
            f"All {VALUED} 4.00, which does not show the rule.",
            f"all {VALUED} 4.00",
        ),
        # Whatever the standard is, none reaches it; whatever the floor is, all clear it.
        (
            _inferred("standard", missed=5.0, reached=None),
            IN_STEPS.format("2.00", "4.00"),
            AMONG,
        ),
        (
            _inferred("floor", missed=None, reached=5.0),
            IN_STEPS.format("1.00", "3.00"),
            AMONG,
        ),
    ],
)
def test_with_all_trusts_on_one_side_of_a_threshold_only_what_the_rows_show_is_said(
    rule: dict[str, object], words: str, of_a_trust: str
) -> None:
    assert rule_of_metric(rule, "%") == words
    of_trust = {"metric_id": "OF0999", "score": 2.5, "counts": False, "ranked_over": "type",
                "ranked_of": 6, "placed": 6, "unit": "%"}  # fmt: skip
    assert metric_note(rule | of_trust, "acute", {}) == of_a_trust


def test_a_new_metric_in_which_all_score_best_shows_no_rule() -> None:
    (rule,) = _of_one_metric("OF0999", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1.0] * 6).rules.to_dicts()
    assert rule_of_metric(rule, "%") == f"All {VALUED} 1.00, which does not show the rule."
