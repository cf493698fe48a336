"""Trusts and metrics on a screen: side by side, in groups, in lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.answers import Comparison, GroupComparison, MetricList, TrustList
from nhs_league.core.sentences import counted
from nhs_league.render import numbers
from nhs_league.render.blocks import Block, Column, Grid, Heading, Legend, Line, Remark
from nhs_league.render.document import table_blocks
from nhs_league.render.fitting import fitting_columns
from nhs_league.render.screens.parts import (
    CAPPED,
    Row,
    Screen,
    capped,
    fitting_line,
    last_of,
    marked,
    next_of,
    rank_strip,
    remarks,
    screen_of,
    segments,
    starts_of,
    who,
)
from nhs_league.render.strips import Drawing, among
from nhs_league.render.theme import LEGEND, Ink, tone_of_score, tone_of_segment
from nhs_league.render.views.columns import medians, published_ranks
from nhs_league.render.views.look import BETTER, by_metric

_NUMBERS = ("", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
_PAIRS = 3
"""How many pairs are described unless all are asked for."""
_METRIC = 24
"""How much of a metric's name and unit is readable beside the figures of trusts."""
_NOTHING = "–"
_LONGEST_TYPE = 6
_SHORT_UNITS = {
    None: "score",
    "out of 10": "/10",
    "out of 100": "/100",
    "mins": "min",
    "seconds": "s",
}
_UNITS = {"out of 10": "/10", "out of 100": "/100", "mins": "min"}


@screen_of.register
def comparison(answer: Comparison, screen: Screen) -> Iterator[Block]:
    """Yield who is compared, their figures by domain, and which of them are ahead."""
    if answer.frame.is_empty():
        yield from table_blocks(answer)
        return
    standings = answer.standings
    yield Heading(_who_is_compared(standings), 1)
    yield Grid("The trusts compared", tuple(_positions(standings, screen)), has_hint=False)
    keys = answer.frame.unique(["metric_id", "unit"], keep="first", maintain_order=True)
    starts = starts_of(keys["domain"]) or [0]
    columns = list(_side_by_side(answer, keys, screen))
    titles = tuple(keys["domain"][row] or "No domain" for row in starts)
    yield Grid("Side by side", tuple(columns), tuple(starts[1:]), titles)
    yield Legend("Score", tuple(LEGEND.items()))
    yield from _below(answer, columns)
    lines = list(_which_is_ahead(answer))
    if not _is_broken(answer):
        shown = lines if screen.every else lines[:_PAIRS]
        yield from map(Line, shown)
        if more := len(lines) - len(shown):
            yield Line(f"{counted(more, 'more pair')} with --all")
    yield from remarks(answer)


def _who_is_compared(standings: pl.DataFrame) -> str:
    height = standings.height
    number = _NUMBERS[height] if height < len(_NUMBERS) else str(height)
    types = standings["trust_type"].unique(maintain_order=True)
    kind = trust_types.in_words(types[0]) if types.len() == 1 else "trusts of different types"
    quarters = standings["quarter"].cast(pl.String).unique(maintain_order=True)
    return " · ".join((f"{number} {kind}", " and ".join(quarters)))


def _positions(standings: pl.DataFrame, screen: Screen) -> Iterator[Column]:
    """Yield code, name, segment, rank and its likely range, in words and as a strip."""
    name = "computed_score_rank" if "computed_score_rank_low" in standings.columns else "rank"
    low, high = f"{name}_low", f"{name}_high"
    star = "*" if name != "rank" else ""
    rows = standings.rows(named=True)
    code, trust = who(standings, screen)
    yield code
    yield trust
    yield Column("segment", segments(standings), numeric=True)
    yield Column("rank", published_ranks(standings), numeric=True)
    likely = [(row[low], row[high]) for row in rows]
    if any(ends != (None, None) for ends in likely):
        texts = [f"{numbers.likely(*ends)}{star}" if ends[0] else "" for ends in likely]
        yield Column("likely", texts, ink=Ink.QUIET)
        if standings["trust_type"].n_unique() == 1:
            last = last_of(standings, "rank", high)
            strips = [
                rank_strip(row["rank"], [ends], last, tone_of_segment(row["segment"]), screen)
                for row, ends in zip(rows, likely, strict=True)
            ]
            ends = ("1", str(last))
            yield Column("", [""] * len(rows), drawings=strips, ends=ends, optional=True)


def _side_by_side(answer: Comparison, keys: pl.DataFrame, screen: Screen) -> Iterator[Column]:
    """Yield a row a metric: its name with its unit, each trust's figure, and the median."""
    units = [_unit_of_name(unit) for unit in keys["unit"]]
    names = [f"{name}{unit}" for name, unit in zip(keys["short_name"], units, strict=True)]
    metrics = Column("", names, shrinks=True, endings=units, wrap_width=_METRIC)
    trusts = list(_figures(answer, has_rank=True))
    # A rank beside each figure is not worth a trust that does not fit.
    if not screen.wide and len(fitting_columns((metrics, *trusts), screen.width)) <= len(trusts):
        trusts = list(_figures(answer, has_rank=False))
    yield metrics
    yield from trusts
    if answer.frame["trust_type"].n_unique() == 1:
        typical = answer.frame.group_by("metric_id", "unit", maintain_order=True).agg(
            pl.col("median", "computed_median").drop_nulls().first()
        )
        of_values = pl.when(pl.col("unit").is_not_null()).then("computed_median")
        glued = pl.when(pl.col("unit") == "%").then("unit")
        shown = medians(typical.with_columns(computed_median=of_values, unit=glued))
        yield Column("median", shown, numeric=True, ink=Ink.QUIET, optional=True)


def _figures(answer: Comparison, *, has_rank: bool) -> Iterator[Column]:
    """Yield a column a trust: its figures, with or without the rank of each."""
    for code in answer.standings["trust_code"]:
        rows = answer.frame.filter(pl.col("trust_code") == code).rows(named=True)
        tones = [tone_of_score(row["score"]) for row in rows]
        cells = [_figure(row, has_rank=has_rank) for row in rows]
        yield Column(code, cells, numeric=True, tones=tones, heading_ink=Ink.CODE)


def _unit_of_name(unit: str | None) -> str:
    """Write a unit that does not stand beside each figure: ``Staff engagement /10``."""
    if unit is None:
        return ", score"
    if unit in ("%", "count", "rate", "index"):
        return ""
    return f" {_UNITS[unit]}" if unit in _UNITS else f", {unit}"


def _figure(row: Row, *, has_rank: bool) -> str:
    if row["value"] is None and row["score"] is None:
        return _NOTHING
    if row["value"] is None:
        score = numbers.score(row["score"])
        return score if row["unit"] is None else f"score {score}"
    unit = "%" if row["unit"] == "%" else None
    figure = numbers.doubtful(numbers.with_unit(row["value"], unit), row["doubt"])
    if not has_rank:
        return figure
    rank, of, star = row["rank"], row["of"], ""
    if rank is None:
        rank, of, star = row["computed_rank"], row["computed_of"], "*"
    placed = "" if rank is None else f"{rank}/{of}" if of is not None else str(rank)
    return f"{figure} {placed + star:>8}"


def _below(answer: Comparison, columns: Sequence[Column]) -> Iterator[Remark]:
    """Yield what stars and pounds mean, where there are any."""
    if "computed_score_rank_low" in answer.standings.columns:
        yield Remark("* computed, not published; the likely range is of the rank on score alone")
    else:
        yield from marked(columns)
    if any(cell == _NOTHING for column in columns for cell in column.cells):
        yield Remark(f"{_NOTHING} not measured, or no figure is published")
    if any(capped(answer.standings)):
        yield Remark(CAPPED)


def _is_broken(answer: Comparison) -> bool:
    """Return whether the trusts' quarters are of different framework years."""
    return any("framework changed" in note for note in answer.notes)


def _which_is_ahead(answer: Comparison) -> Iterator[str]:
    """Yield a sentence a pair: which is ahead by average score, and how surely."""
    several = answer.standings["trust_type"].n_unique() > 1
    why = "their types are measured differently" if several else "scores are missing"
    for row in answer.pairs.iter_rows(named=True):
        one, other = row["trust_code"], row["other_trust_code"]
        is_clear, share = row["computed_distinguishable"], row["computed_p_ahead"]
        if is_clear is None:
            yield f"{one} and {other} cannot be compared by score: {why}."
        elif share is None:
            how = "do not overlap" if is_clear else "overlap"
            verdict = "differ clearly" if is_clear else "are too close to call"
            yield f"{one} and {other} {verdict}: their published likely ranges {how}."
        else:
            ahead, behind = (one, other) if share >= 1 / 2 else (other, one)
            (often,) = numbers.in_hundreds([max(share, 1 - share)])
            yield (
                f"{ahead} is clearly ahead of {behind}: in {often} of redraws of the metrics."
                if is_clear
                else f"{ahead} and {behind} are too close to call: "
                f"{ahead} is ahead in {often} of redraws."
            )


@next_of.register
def after_comparison(answer: Comparison) -> tuple[str, ...]:
    """Offer the first trust, and what changed."""
    codes = answer.standings["trust_code"]
    return (f"show {codes[0]}", f"explain {codes[0]}", f"trend {codes[0]}")


@screen_of.register
def groups(answer: GroupComparison, screen: Screen) -> Iterator[Block]:
    """Yield each group's median and middle half on one line from the worst to the best trust."""
    frame = answer.frame
    if frame.is_empty():
        yield from table_blocks(answer)
        return
    yield Heading(answer.title.split(" (")[0], 1)
    quarter = frame["quarter"][0]
    about = [answer.scope[:1].upper() + answer.scope[1:], quarter, "best median first"]
    yield Heading(fitting_line(about, screen.width), 0)
    columns = list(_grouped(frame))
    yield Grid(answer.title, tuple(columns), has_hint=False)
    yield Remark("● median, ━ middle half of the trusts (computed)")
    yield from remarks(answer, every=screen.every)


def _grouped(frame: pl.DataFrame) -> Iterator[Column]:
    rows = frame.rows(named=True)
    unit = rows[0]["unit"]

    def written(figure: float | None) -> str:
        return numbers.with_short_unit(numbers.rounded(figure), unit)

    ends = [(row["best_value"], row["worst_value"]) for row in rows]
    higher = next((best > worst for best, worst in ends if best != worst), None)
    every = [row[f"{end}_value"] for row in rows for end in ("best", "worst")]
    yield Column(frame["by"][0], [row["group"] or "–" for row in rows], shrinks=True, wrap_width=24)
    yield Column("trusts", [str(row["trusts"]) for row in rows], numeric=True)
    medians_ = [written(row["computed_median"]) for row in rows]
    yield Column("median", medians_, numeric=True, ink=Ink.STRONG)
    strips: list[Drawing | None] = [
        among(
            row["computed_median"],
            (min(every), max(every)),
            (row["computed_lower_quartile"], None, row["computed_upper_quartile"]),
            None,
            higher_is_better=higher,
        )
        for row in rows
    ]
    yield Column("", [""] * len(rows), drawings=strips, ends=("worst", "best"))
    for end in ("worst", "best"):
        yield Column(
            end,
            [f"{row[f'{end}_trust_code']} {written(row[f'{end}_value'])}" for row in rows],
            optional=True,
        )


@next_of.register
def after_groups(answer: GroupComparison) -> tuple[str, ...]:
    """Offer the trust that is best of all, and the table of the last group."""
    if answer.frame.is_empty():
        return ()
    by, group = answer.frame["by"][0], answer.frame["group"][-1]
    named = f'"{group}"' if " " in str(group) else group
    further = (f"table --{by} {named}",) if by != "type" and group is not None else ()
    return (*further, f"show {answer.frame['best_trust_code'][0]}")


@screen_of.register
def trusts(answer: TrustList, screen: Screen) -> Iterator[Block]:
    """Yield trusts with their codes, and where each is."""
    frame = answer.frame
    if frame.is_empty():
        yield from table_blocks(answer)
        return
    yield Heading("Trusts", 1)
    quarters = frame["quarter"].cast(pl.String).unique()
    every = answer.scope == trust_types.in_words(trust_types.ALL)
    about = [
        "" if every else answer.scope[:1].upper() + answer.scope[1:],
        quarters[0] if quarters.len() == 1 else "",
        counted(frame.height, "trust"),
    ]
    yield Heading(fitting_line(about, screen.width), 0)
    ranges = frame.select("rank_low", "rank_high").rows()
    ranked = [
        Column("rank", published_ranks(frame), numeric=True, optional=True),
        Column("likely", [numbers.likely(*ends) for ends in ranges], optional=True),
    ]
    starts = starts_of(frame["trust_type"]) or []
    kinds = [trust_types.in_words(frame["trust_type"][row]).capitalize() for row in starts]
    sections = (tuple(starts[1:]), tuple(kinds)) if len(starts) > 1 else ((), ())
    yield Grid(
        "Trusts",
        (
            *who(frame, screen),
            Column("segment", segments(frame), numeric=True),
            Column("region", [region or "" for region in frame["region"]]),
            Column("type", _kinds(frame), optional=True),
            *(ranked if frame["rank_low"].count() else []),
        ),
        *sections,
        has_hint=False,
    )
    if any(capped(frame)):
        yield Remark(CAPPED)
    yield from remarks(answer, every=screen.every)


def _kinds(frame: pl.DataFrame) -> list[str]:
    """Write each trust's subtype, else its type in words."""
    kinds = frame.select("subtype", "trust_type").iter_rows()
    return [subtype or trust_types.in_words(kind).removesuffix("s") for subtype, kind in kinds]


@next_of.register
def after_trusts(answer: TrustList) -> tuple[str, ...]:
    """Offer the first trusts."""
    codes = answer.frame["trust_code"].head(2).to_list()
    compare = (f"compare {' '.join(codes)}",) if len(codes) > 1 else ()
    return (*(f"show {code}" for code in codes[:1]), *compare)


@screen_of.register
def metrics(answer: MetricList, screen: Screen) -> Iterator[Block]:
    """Yield a line a metric by domain; with all, what each measures and what it may be called."""
    if answer.frame.is_empty():
        yield from table_blocks(answer)
        return
    frame = by_metric(answer.frame)
    if starts_of(answer.frame["trust_type"], answer.frame["domain"]) is not None:
        frame = pl.concat(frame.partition_by("domain", maintain_order=True))
    yield Heading("What is measured", 1)
    types = trust_types.in_order(set(answer.frame["trust_type"]))
    kinds = "what each measures" if screen.every else "how many trusts of each type have them"
    about = [
        counted(frame["metric_id"].n_unique(), "metric"),
        trust_types.in_words(types[0]) if len(types) == 1 else kinds,
    ]
    yield Heading(fitting_line(about, screen.width), 0)
    starts = starts_of(frame["domain"])
    sections = starts or []
    titles = tuple(frame["domain"][row] or "No domain" for row in sections)
    columns = list(_measured(frame, has_domain=starts is None, every=screen.every))
    if not screen.every:
        columns += _how_many(answer.frame, frame, types)
        columns.append(_also_called(frame))
    yield Grid(answer.title, tuple(columns), tuple(sections[1:]), titles, has_hint=False)
    yield from remarks(answer, every=screen.every)


def _measured(frame: pl.DataFrame, *, has_domain: bool, every: bool) -> Iterator[Column]:
    rows = frame.rows(named=True)
    yield Column("metric", [row["short_name"] for row in rows], shrinks=True, wrap_width=_METRIC)
    yield Column("", [row["metric_id"] for row in rows], ink=Ink.CODE)
    if not every:
        yield Column("unit", [_SHORT_UNITS.get(row["unit"], row["unit"]) for row in rows])
    better = [
        f"{BETTER[row['higher_is_better']]}{'?' if row['direction_from'] == 'inferred' else ''}"
        for row in rows
    ]
    yield Column("better", better)
    standards = [
        "" if row["standard"] is None else numbers.with_short_unit(row["standard"], row["unit"])
        for row in rows
    ]
    yield Column("standard", standards, numeric=True)
    if every:
        yield Column(
            "what it measures", [row["plain"] or row["metric"] for row in rows], wraps=True
        )
        yield Column(
            "why it matters", [row["why"] or "" for row in rows], wraps=True, optional=True
        )
        yield replace(_also_called(frame), wraps=True, shrinks=False)
    if has_domain:
        yield Column("domain", [row["domain"] or "" for row in rows])


def _also_called(frame: pl.DataFrame) -> Column:
    names = [names or "" for names in frame["everyday_names"]]
    return Column("also called", names, shrinks=True, optional=True, wrap_width=24)


def _how_many(listed: pl.DataFrame, shown: pl.DataFrame, types: Sequence[str]) -> Iterator[Column]:
    """Yield a column a trust type: how many of its trusts have each metric."""
    key = ["quarter", "metric_id", "unit"]
    for kind in types:
        of_type = listed.filter(trust_type=kind).select(*key, "trusts")
        counts = shown.drop("trusts").join(
            of_type, on=key, how="left", nulls_equal=True, maintain_order="left"
        )["trusts"]
        word = kind.split("-")[0]
        short = word if len(word) <= _LONGEST_TYPE else f"{word[: _LONGEST_TYPE - 1]}."
        cells = ["" if count is None else str(count) for count in counts]
        yield Column("trusts" if len(types) == 1 else short, cells, numeric=True)


@next_of.register
def after_metrics(answer: MetricList) -> tuple[str, ...]:
    """Offer a metric's table, and what each measures."""
    if answer.frame.is_empty():
        return ()
    metric_id = answer.frame["metric_id"][0]
    return (f"worst {metric_id}", f"explain {metric_id}", "metrics --all")
