"""Why a trust is where it is: the tree of scores, what places hide, what would move it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import polars as pl
from rich.cells import cell_len, set_cell_size

from nhs_league.core import trust_types
from nhs_league.core.answers import (
    Audit,
    CappedTrusts,
    Explanation,
    HiddenWeakSpots,
    Improvements,
    MetricExplanation,
    Robustness,
    RobustTable,
    WhatIf,
)
from nhs_league.core.sentences import in_series
from nhs_league.render import numbers
from nhs_league.render.blocks import (
    Block,
    Column,
    Fact,
    Grid,
    Heading,
    Points,
    Remark,
    points,
)
from nhs_league.render.document import blocks_of, explained
from nhs_league.render.fitting import shortened
from nhs_league.render.screens import parts
from nhs_league.render.screens.parts import Screen, next_of, screen_of, who
from nhs_league.render.strips import Among, among
from nhs_league.render.theme import Ink, Tone
from nhs_league.render.views.columns import columns_of, names, texts
from nhs_league.render.views.explain import metric_lines, metric_periods, most_important

_LABELS = {
    "What it measures: ": "Measures",
    "Why it matters: ": "Why",
    "Published as: ": "Published",
    "Which is better: ": "Better",
    "National standard: ": "Standard",
    "How it is scored: ": "Scoring",
    "Also called: ": "Names",
}
_GUIDES = 4
"""How wide a tree's guides are at each depth."""
_SIGN = 2
_DEPTH = 4
"""How deep a metric is in the tree."""
_BESIDE = 13
"""How much room what is special about a metric takes: ``not counted``."""
_NARROWEST = 12
_CHANGE = re.compile(r"(.*) (\S+) to (.+)")
"""A change as ``Improvements`` describes it: ``Help to stop smoking 20.91 to 47.83%``."""
_NAME = 26
"""How much of a trust's name is read before optional columns."""
_CAPPED_LINE = (
    "by score: segment by average score alone; ━ runs from the rank without the override to ●, "
    "the published rank"
)
_WHATIF_LINES = "│ score now, from 1 (best) to 4 (worst); ● rank then, ━ from the rank now"
_LASTING = "Severe 3 of 5: in 3 of the 5 quarters with new figures."
_SIZE = "Size 4 is one metric’s score improved all the way, from 4.00 to 1.00."
_PARTS = {
    "without a domain": "Without one domain",
    "without a metric": "Without one metric: those that move it most",
}
_METRIC = 26
"""How much of a metric's name and sign is read before a trust's, which has its code too."""
_ROOMY = 150
"""From how many columns on each metric's rule stands beside it."""
Row = dict[str, Any]


@screen_of.register
def explain(answer: Explanation, screen: Screen) -> Iterator[Block]:
    """Yield the tree from the rank to the metrics, then what that means."""
    standing = answer.standing.row(0, named=True)
    of = "" if standing["rank"] is None else f" is ranked {numbers.ordinal(standing['rank'])}"
    title = f"Why {{}}{of or ' is where it is'}"
    yield parts.about_trust(title, standing["trust_name"], standing["trust_code"])
    lines = _Lines(answer.frame, screen.width, has_rules=screen.every or screen.width >= _ROOMY)
    more = "" if lines.has_rules else " · how each metric is scored: --all"
    yield Heading(f"{_kind(standing)} · {standing['quarter']}{more}", 0)
    steps = list(explained(answer.frame, standing, lines.metric, lines.domain))
    yield Points(tuple((depth, text) for depth, text, _ in steps), tuple(t for _, _, t in steps))
    if lines.has_rules:
        yield points((*answer.notes, *answer.rules))
    else:
        yield points((*_not_counted(answer.frame), *answer.notes))


def _kind(standing: Row) -> str:
    return trust_types.in_words(standing["trust_type"]).removesuffix("s").capitalize()


class _Lines:
    """Writes a line a metric or domain, in columns: name, value, rank, score, what is special."""

    def __init__(self, frame: pl.DataFrame, width: int, *, has_rules: bool) -> None:
        metrics = frame.filter(pl.col("level") == "metric").rows(named=True)
        self.has_rules = has_rules
        figures = [self._figures(row) for row in metrics]
        self._widths = [max((len(row[i]) for row in figures), default=0) for i in range(3)]
        beside = sum(self._widths) + 2 * len(self._widths)
        room = width - _DEPTH * _GUIDES - _SIGN - beside - _BESIDE
        longest = max((cell_len(row["short_name"]) for row in metrics), default=0)
        self._name = max(min(longest, room), min(longest, _NARROWEST))
        self._left = width - _DEPTH * _GUIDES - _SIGN - beside - self._name

    @staticmethod
    def _figures(row: Row) -> tuple[str, str, str]:
        rank = "" if row["rank"] is None else str(row["rank"])
        placed = f"{rank}/{row['of']}" if rank and row["of"] is not None else rank
        value = (
            numbers.with_short_unit(row["value"], row["unit"]) if row["value"] is not None else ""
        )
        return value, placed, numbers.score(row["score"])

    def metric(self, row: Row) -> str:
        """Write a metric's line."""
        name = shortened(row["short_name"], self._name, is_ascii=False)
        figures = [
            figure.rjust(width)
            for figure, width in zip(self._figures(row), self._widths, strict=True)
        ]
        line = "  ".join((set_cell_size(name, self._name), *figures))
        special = (row["note"] or "") if self.has_rules else _special(row)
        has_room = self.has_rules or len(special) + 2 <= self._left
        return f"{line}  {special}".rstrip() if has_room else line

    def domain(self, row: Row) -> str:
        """Write a domain's line, its score below those of metrics."""
        beside = self._widths[2] + 2
        width = _GUIDES + self._name + sum(self._widths[:2]) + 4
        name = shortened(row["domain"], width, is_ascii=False)
        return f"{set_cell_size(name, width)}{numbers.score(row['score']).rjust(beside)}"


def _special(row: Row) -> str:
    if not row["counts"]:
        return "not counted"
    return "" if row["weight"] == 1 else f"counts {_SHARES.get(row['weight'], row['weight'])}"


_ROOM_FOR_HOW = 110
"""From how many columns on a score's arithmetic stands beside it, not below the table."""
_SHARES = {1 / 3: "1/3", 0.5: "1/2"}


def _not_counted(frame: pl.DataFrame) -> Iterator[str]:
    """Explain which metrics do not count, and what is used instead of them."""
    left_out = frame.filter(pl.col("counts").not_()).with_columns(
        why=pl.col("note").str.split("; ").list.last()
    )
    for (why,), metrics in left_out.group_by("why", maintain_order=True):
        is_or_are = "is" if metrics.height == 1 else "are"
        yield f"{in_series(metrics['short_name'].to_list())} {is_or_are} {why}."


@next_of.register
def after_explain(answer: Explanation) -> tuple[str, ...]:
    """Offer the way to the next segment, how firm the place is, and its past."""
    row = answer.standing.row(0, named=True)
    code, segment = row["trust_code"], row["segment"]
    better = (f"whatif {code} --to-segment {segment - 1}",) if segment in (2, 3, 4) else ()
    return (*better, f"robust {code}", f"trend {code}")


@screen_of.register
def hidden(answer: HiddenWeakSpots, screen: Screen) -> Iterator[Block]:
    """Yield a line a weak spot: the trust's place, the metric, its value and rank among peers."""
    frame = answer.frame
    titles = parts.types(frame)
    columns = list(_hidden_columns(frame))
    notes = (_LASTING, *answer.notes) if any(c.heading == "severe" for c in columns) else None
    yield from parts.table(answer, columns, parts.quarters(frame), titles, notes)


def _hidden_columns(frame: pl.DataFrame) -> Iterator[Column]:
    rows = frame.rows(named=True)
    yield Column("rank", [_place(row) for row in rows], numeric=True)
    yield Column("", texts(frame, "trust_code"), ink=Ink.CODE)
    held = [" £" if row["segment"] == 3 else "" for row in rows]
    trusts = [f"{name}{sign}" for name, sign in zip(names(frame), held, strict=True)]
    yield Column("trust", trusts, shrinks=True, endings=held, wrap_width=14)
    severe = [Tone.SEVERE] * len(rows)
    metrics = [row["short_name"] or row["metric"] for row in rows]
    yield Column(
        "what it hides", metrics, shrinks=True, tones=severe, leads=True, wrap_width=_METRIC
    )
    yield Column("value", [_value(row) for row in rows], numeric=True)
    yield Column("rank", [_rank(row) for row in rows], numeric=True)
    if (frame["computed_quarters_with_news"] > 1).any():
        counts = frame.select("computed_quarters_severe", "computed_quarters_with_news")
        lasting = ["" if None in pair else f"{pair[0]} of {pair[1]}" for pair in counts.iter_rows()]
        yield Column("severe", lasting, numeric=True)
    strips = [_strip(row) for row in rows]
    yield Column("", [""] * len(rows), drawings=strips, ends=("worst", "best"), optional=True)
    yield Column("region", texts(frame, "region"), optional=True)


def _place(row: Row) -> str:
    low, high = row["rank_low"], row["rank_high"]
    rank = numbers.number(row["place_rank"])
    return rank if low is None or high is None else f"{rank} ({low}–{high})"


def _value(row: Row) -> str:
    if row["value"] is None:
        return f"score {numbers.score(row['score'])}" if row["score"] is not None else "–"
    return numbers.doubtful(numbers.with_short_unit(row["value"], row["unit"]), row["doubt"])


def _rank(row: Row) -> str:
    if row["rank"] is not None:
        return f"{row['rank']}/{row['of']}" if row["of"] is not None else str(row["rank"])
    if row["computed_rank"] is None:
        return ""
    return f"{row['computed_rank']}/{row['computed_of']}*"


def _strip(row: Row) -> Among | None:
    if row["value"] is None or row["computed_of"] is None or row["doubt"] is not None:
        return None
    lower, median, upper = (
        row[name] if row[name] is not None else row[f"computed_{name}"]
        for name in ("lower_quartile", "median", "upper_quartile")
    )
    return among(
        row["value"],
        (row["computed_lowest"], row["computed_highest"]),
        (lower, median, upper),
        Tone.SEVERE,
        higher_is_better=row["higher_is_better"],
    )


@next_of.register
def after_hidden(answer: HiddenWeakSpots) -> tuple[str, ...]:
    """Offer the first trust, and its metric's past."""
    if answer.frame.is_empty():
        return ("worst --metric elective",)
    first = answer.frame.row(0, named=True)
    code = first["trust_code"]
    return (f"show {code}", f"trend {code} -m {first['metric_id']}", "capped")


@screen_of.register
def capped(answer: CappedTrusts, screen: Screen) -> Iterator[Block]:
    """Yield a line a trust: its rank, and the one that it would have without the override."""
    frame = answer.frame
    columns = list(_with_names(columns_of(answer), frame, screen))
    notes = (_CAPPED_LINE, *answer.notes) if frame.height else None
    titles = parts.types(frame)
    yield from parts.table(answer, columns, parts.quarters(frame), titles, notes)


def _with_names(columns: Sequence[Column], frame: pl.DataFrame, screen: Screen) -> Iterator[Column]:
    """Yield columns with codes and names as all screens have them, without empty ones."""
    for column in columns:
        if column.heading == "code":
            code, name, *_ = who(frame, screen)
            yield code
            is_narrow = screen.width < _ROOM_FOR_HOW
            yield replace(name, wrap_width=_NAME) if is_narrow else name
        elif column.heading != "trust" and (column.drawings or any(column.cells)):
            yield column


@next_of.register
def after_capped(answer: CappedTrusts) -> tuple[str, ...]:
    """Offer the first trust without its override."""
    if answer.frame.is_empty():
        return ("hidden",)
    code = answer.frame["trust_code"][0]
    return (f"whatif {code} --no-deficit", f"explain {code}", "hidden")


@screen_of.register
def whatif(answer: WhatIf, screen: Screen) -> Iterator[Block]:
    """Yield what is and what would be, a figure a line."""
    row = answer.frame.row(0, named=True)
    yield parts.about_trust("What if: {}", row["trust_name"], row["trust_code"])
    columns, notes = columns_of(answer), (_WHATIF_LINES, *answer.notes)
    if screen.width < _ROOM_FOR_HOW or not any(columns[-1].cells):
        (*columns, how) = columns
        named = zip(columns[0].cells, how.cells, strict=True)
        notes = (*(f"{name}: {note}." for name, note in named if note), *notes)
    yield from parts.rows(answer, columns, row["quarter"], notes=notes)


@next_of.register
def after_whatif(answer: WhatIf) -> tuple[str, ...]:
    """Offer the reasons and how firm the place is."""
    code = answer.frame["trust_code"][0]
    return (f"explain {code}", f"robust {code}")


@screen_of.register
def improvements(answer: Improvements, screen: Screen) -> Iterator[Block]:
    """Yield a way a line, the shortest first, then what each metric in them needs."""
    frame = answer.frame
    yield Heading(answer.title, 1, short=_short_title(answer.title))
    if frame.is_empty():
        yield from parts.rows(answer, ())
        return
    ways = [[_CHANGE.fullmatch(each) for each in way.split("; ")] for way in frame["changes"]]
    named = [[each[1] for each in way if each] for way in ways]
    sizes = [numbers.number(numbers.rounded(v)) for v in frame["computed_quarters_moved"]]
    columns = [
        Column("size*", sizes, numeric=True, ink=Ink.STRONG),
        *(
            Column(heading, [way[place] if place < len(way) else "" for way in named], shrinks=True)
            for place, heading in enumerate(
                ("improve", "and", "and", "and", "and")[: max(map(len, named))]
            )
        ),
        Column("score*", [numbers.score(v) for v in frame["computed_average_score"]], numeric=True),
        Column("--set", texts(frame, "set"), optional=True),
    ]
    yield from parts.rows(answer, columns, parts.quarters(frame), notes=())
    needed = {
        each[1]: (each[2], each[3].replace(" out of ", "/")) for way in ways for each in way if each
    }
    in_ways = Counter(name for way in named for name in way)
    yield Grid(
        "What each needs",
        (
            Column("What each needs", list(in_ways), shrinks=True, heading_ink=Ink.STRONG),
            Column("now", [_with_percent(*needed[name]) for name in in_ways], numeric=True),
            Column("then", [needed[name][1] for name in in_ways], numeric=True, ink=Ink.STRONG),
            Column("ways", [str(count) for count in in_ways.values()], numeric=True),
        ),
    )
    yield from map(Remark, (_SIZE, *answer.notes))


def _with_percent(now: str, then: str) -> str:
    """Add to a figure the per cent that the text of a change has behind its last one only."""
    return f"{now}%" if then.endswith("%") and not now.endswith("%") else now


def _short_title(title: str) -> str:
    return re.sub(r" NHS (Foundation )?Trust(?= \()", "", title)


@next_of.register
def after_improvements(answer: Improvements) -> tuple[str, ...]:
    """Offer the first way in full."""
    if answer.frame.is_empty():
        return ()
    code, sets = answer.frame.select("trust_code", "set").row(0)
    return (" ".join(("whatif", code, *(f"--set {each}" for each in sets.split()))),)


@screen_of.register
def robustness(answer: Robustness, screen: Screen) -> Iterator[Block]:
    """Yield what the place would be in each scenario, on the line of all places."""
    row = answer.frame.row(0, named=True)
    yield parts.about_trust("How firm is the place of {}", row["trust_name"], row["trust_code"])
    scenarios = most_important(answer)
    titles = [_PARTS.get(name, "Redrawn") for name in scenarios["scenario"]]
    what, *columns = columns_of(answer)
    what = replace(what, cells=[cell.removeprefix("Without ") for cell in what.cells])
    # How often it is in the top quarter is said below.
    shown = [column for column in columns if not column.optional]
    yield from parts.rows(answer, (what, *shown), row["quarter"], titles)


@next_of.register
def after_robustness(answer: Robustness) -> tuple[str, ...]:
    """Offer the reasons, and the whole type."""
    code, kind = answer.frame.select("trust_code", "trust_type").row(0)
    return (f"explain {code}", f"robust {kind}", f"trend {code}")


@screen_of.register
def robust_table(answer: RobustTable, screen: Screen) -> Iterator[Block]:
    """Yield a line a trust: its place, and where it is likely to be."""
    columns = list(_with_names(columns_of(answer), answer.frame, screen))
    yield from parts.table(answer, columns, parts.quarters(answer.frame))


@next_of.register
def after_robust_table(answer: RobustTable) -> tuple[str, ...]:
    """Offer the first trust."""
    if answer.frame.is_empty():
        return ()
    return (f"robust {answer.frame['trust_code'][0]}",)


@screen_of.register
def audit(answer: Audit, screen: Screen) -> Iterator[Block]:
    """Yield what was recomputed, and each figure that does not follow, as the document does."""
    return blocks_of(answer)


@screen_of.register
def metric(answer: MetricExplanation, screen: Screen) -> Iterator[Block]:
    """Yield what a metric is, line by line, then how its values are spread."""
    row = answer.frame.row(0, named=True)
    yield Heading(row["short_name"], 1, code=row["metric_id"])
    yield Heading(row["quarter"], 0)
    for label, text in metric_lines(answer):
        if text:
            yield Fact(_LABELS[label], text)
    yield Grid("Values", tuple(columns_of(answer)), has_hint=False)
    yield Grid("Quarters", tuple(metric_periods(answer)), has_hint=False)
    yield from map(Remark, answer.notes)


@next_of.register
def after_metric(answer: MetricExplanation) -> tuple[str, ...]:
    """Offer who is worst at it, how its values are spread, and how regions differ."""
    row = answer.frame.row(0, named=True)
    typed = row["metric_id"]
    return (f"worst {typed}", f"spread {typed}", f"compare --by region --metric {typed}")
