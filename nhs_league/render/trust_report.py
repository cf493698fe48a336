"""A trust's report on the terminal: words for a patient, figures for an analyst."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nhs_league.league.schema import trust_types
from nhs_league.league.schema.answers import Answer
from nhs_league.render import figures
from nhs_league.render.fitting import Column, print_table

_SEGMENTS = {
    1: "by its average score among the best quarter of trusts in England",
    2: "by its average score in the second-best quarter of trusts in England",
    3: "in the second-worst quarter of trusts in England, or held back by a deficit",
    4: "by its average score among the worst quarter of trusts in England",
    5: "in intensive support, by decision of NHS England",
}
_DEFICIT = {
    True: "The trust runs a deficit",
    False: "The trust does not run a deficit",
    None: "Whether the trust runs a deficit is not known",
}
_FOLLOWED = {"segment": "segment", "rank": "league rank", "average_score": "average score"}
_STRONGEST = 5
_BAR = 12
_INDENT = (0, 0, 0, 2)
Row = dict[str, Any]


def print_trust(console: Console, answer: Answer) -> None:
    """Print who, when, how it stands, its domains, weak spots, strongest metrics and limits."""
    standing = answer.parts["standing"].row(0, named=True)
    metrics = answer.frame
    _heading(console, standing)
    for line in _standing(standing):
        console.print(Padding(line, _INDENT))
    for said in _since(standing, answer.parts.get("previous")):
        console.print(Padding(Text(said), _INDENT))
    if "ranges" in answer.parts:
        for ranges in answer.parts["ranges"].iter_rows(named=True):
            console.print(Padding(_ranges(ranges), _INDENT))
    _section(console, "Domains, 1.00 is best and 4.00 is worst")
    _domains(console, answer.parts["domains"])
    weak = metrics.filter(pl.col("weak_spot").is_not_null())
    _section(console, f"Weak spots: {weak.height or 'none'}")
    if weak.height:
        console.print(Padding(Text(_what_is_weak(weak), style="dim"), _INDENT))
    for number, row in enumerate(weak.iter_rows(named=True), 1):
        _metric(console, number, row)
    place = pl.coalesce("rank", "computed_rank")
    strong = metrics.filter("strong").sort("score", place, nulls_last=True).head(_STRONGEST)
    _section(console, "Strongest" if strong.height else "Strongest: none stands out")
    _lines(console, strong)
    has_figure = pl.col("value").is_not_null() | pl.col("score").is_not_null()
    rest = metrics.filter(pl.col("weak_spot").is_null() & has_figure).join(
        strong, on=["metric_id", "unit"], how="anti", nulls_equal=True
    )
    _section(console, "All others, worst first" if rest.height else "No other metrics")
    _lines(console, rest)
    if "peers" in answer.parts:
        _section(console, "The trusts most like it (type, subtype, region, then scores)")
        _peers(console, standing, answer.parts["peers"])
    _section(console, "What this cannot tell")
    for note in answer.notes:
        _item(console, "-", Text(note))


def _heading(console: Console, standing: Row) -> None:
    console.print(Text(f"{standing['trust_name']} ({standing['trust_code']})", style="bold"))
    kind = trust_types.in_words(standing["trust_type"]).removesuffix("s").capitalize()
    about = [kind, standing["subtype"], standing["region"], standing["quarter"]]
    console.print(Text(" · ".join(part for part in about if part)))
    console.print()


def _section(console: Console, title: str) -> None:
    console.print()
    console.print(Text(title, style="bold"))


def _standing(standing: Row) -> Iterator[Text]:
    segment = standing["segment"]
    if segment is None:
        yield Text("Segment: not published in the files at hand.")
    else:
        meaning = (
            "held there by the financial override" if standing["override"] else _SEGMENTS[segment]
        )
        yield Text.assemble(
            ("Segment ", "bold"), (str(segment), "bold"), f" (1 is best): {meaning}."
        )
    yield Text(_override(standing))
    rank = figures.rank_of(standing["rank"], standing["of"])
    likely = _likely(standing["rank_low"], standing["rank_high"])
    yield Text.assemble(("League rank ", "bold"), (rank, "bold"), f" (1 is best), {likely}.")
    yield Text(_score_rank(standing))
    score = figures.score(standing["average_score"])
    low, high = standing["average_score_low"], standing["average_score_high"]
    spread = _likely(low, high, is_score=True)
    yield Text.assemble(
        ("Average score ", "bold"),
        (score, "bold"),
        f" (1.00 is best, 4.00 is worst), {spread}.",
    )


def _since(standing: Row, previous: pl.DataFrame | None) -> Iterator[str]:
    """Say what changed since the quarter before."""
    if previous is None or previous.is_empty():
        return
    before = previous.row(0, named=True)
    parts = [
        _moved(name, before[column], standing[column], is_score=column == "average_score")
        for column, name in _FOLLOWED.items()
    ]
    said = {
        True: ", more than the likely ranges allow for chance",
        False: ", within the likely ranges",
        None: "",
    }[before["computed_apart"]]
    yield f"Since {before['quarter']}: {'; '.join(parts)}{said}."


def _moved(name: str, before: float | None, now: float | None, *, is_score: bool) -> str:
    if before is None or now is None:
        return f"{name} not known"
    then, after = (figures.score(v) if is_score else figures.number(v) for v in (before, now))
    return f"{name} {after} as before" if then == after else f"{name} {then} to {after}"


def _ranges(ranges: Row) -> Text:
    """Say the likely ranges of our own."""
    low, high = (round(ranges[f"computed_average_score_{end}"], 2) for end in ("low", "high"))
    ranks = [ranges[f"computed_score_rank_{end}"] for end in ("low", "high")]
    placed = f", rank by score alone {figures.likely(*ranks)}" if None not in ranks else ""
    scores = figures.likely(low, high, is_score=True)
    return Text(f"By resampling (computed): average score {scores}{placed}.")


def _likely(low: float | None, high: float | None, *, is_score: bool = False) -> str:
    if low is None or high is None:
        return "its likely range is not in the files at hand"
    return f"likely {figures.likely(low, high, is_score=is_score)}"


def _override(standing: Row) -> str:
    """Say what the deficit does to the segment, or that it is not known."""
    unadjusted, override, deficit = (
        standing[c] for c in ("unadjusted_segment", "override", "in_deficit")
    )
    if override:
        by_score = (
            f"it would be in segment {unadjusted}" if unadjusted else "it would be in a better one"
        )
        return (
            "The trust runs a deficit, and so can be no better than segment 3; "
            f"by its average score {by_score}."
        )
    in_deficit = _DEFICIT[deficit]
    if unadjusted is None and override is None:
        may = ", so it can be no better than segment 3, whatever its care" if deficit else ""
        return f"{in_deficit}{may}. The segment by its score alone is not in the files at hand."
    by_score = figures.number(unadjusted)
    return (
        f"{in_deficit}; the financial override does not change its segment (by score: {by_score})."
    )


def _score_rank(standing: Row) -> str:
    if standing["score_rank"] is not None:
        place = figures.rank_of(standing["score_rank"], standing["of"])
        return f"By average score alone it would be {place}."
    own = figures.rank_of(standing["computed_score_rank"], standing["computed_of"])
    return f"By average score alone it is {own} trusts at hand (computed)."


def _domains(console: Console, domains: pl.DataFrame) -> None:
    if domains.is_empty():
        console.print(Padding(Text("Not published in the files at hand."), _INDENT))
        return
    ascii_only = console.options.ascii_only
    bars = [figures.bar(score, _BAR, ascii_only=ascii_only) for score in domains["score"]]
    ranks = [figures.rank_of(rank, of) for rank, of in domains.select("rank", "of").iter_rows()]
    columns = [
        Column("  Domain", [f"  {name}" for name in domains["domain"]], flexible=True),
        Column("Score", [figures.score(score) for score in domains["score"]], right=True),
        Column("Segment", [figures.number(segment) for segment in domains["segment"]], right=True),
        Column("Rank", ranks, right=True),
        Column("longer is worse", bars),
    ]
    print_table(console, columns, wide=False)


def _peers(console: Console, standing: Row, peers: pl.DataFrame) -> None:
    """Print the trusts most like it, and where it stands among them by average score."""
    own = standing["average_score"]
    better = peers.filter(pl.col("average_score") < own).height if own is not None else 0
    if own is not None:
        line = (
            f"Among them and itself it is {better + 1} of {peers.height + 1} by average score, "
            "1 is best (computed)."
        )
        console.print(Padding(Text(line), _INDENT))
    ranks = [figures.rank_of(rank, of) for rank, of in peers.select("rank", "of").iter_rows()]
    columns = [
        Column("  Code", [f"  {code}" for code in peers["trust_code"]]),
        Column("Trust", [figures.short_name(name) for name in peers["trust_name"]], flexible=True),
        Column("Segment", [figures.number(segment) for segment in peers["segment"]], right=True),
        Column("Rank", ranks, right=True),
        Column("Score", [figures.score(score) for score in peers["average_score"]], right=True),
        Column("Region", [region or "" for region in peers["region"]], flexible=True),
    ]
    print_table(console, columns, wide=False)


def _what_is_weak(weak: pl.DataFrame) -> str:
    rules = set(weak["weak_spot_rule"])
    by_score = "A weak spot is a metric scored 3.00 or worse (severe from 3.50)"
    by_rank = "ranked in the worst quarter of its trust type (severe: in the worst sixth)"
    if rules == {"rank"}:
        return f"No scores are published for these: each is {by_rank}. Worst first."
    if rules == {"score"}:
        return f"{by_score}. Worst first."
    return f"{by_score}, or, where no score is published, {by_rank}. Worst first."


def _metric(console: Console, number: int, row: Row) -> None:
    severe = " — SEVERE" if row["weak_spot"] == "severe" else ""
    console.print()
    _item(console, f"{number}.", Text(f"{row['metric']}{severe}", style="bold"))
    better = {True: " Higher is better.", False: " Lower is better.", None: ""}[
        row["higher_is_better"]
    ]
    lines = [f"{_in_figures(row)}.{better if row['value'] is not None else ''}"]
    if row["value"] is not None:
        lines.append(_against_peers(row))
    period = f"Period: {row['period']}. " if row["period"] else ""
    lines.append(f"{period}{row['domain'] or ''}")
    if lasting := _lasting(row):
        lines.append(lasting)
    for line in lines:
        console.print(Padding(Text(line), (0, 0, 0, 5)))


def _lasting(row: Row) -> str:
    """Say how long a weak spot has lasted, and what became of it since last quarter."""
    quarters = row["weak_for"] or 0
    lasts = f"Weak for {quarters} quarters in a row" if quarters > 1 else ""
    since = {
        "new": "New since last quarter",
        "worsening": "worse than last quarter",
        "easing": "easing since last quarter",
        "unchanged": "as bad as last quarter",
        "same figure": "the same figure as last quarter, published again",
    }.get(row["since_last"], "")
    said = "; ".join(part for part in (lasts, since) if part)
    return f"{said[0].upper()}{said[1:]}." if said else ""


def _item(console: Console, lead: str, text: Text) -> None:
    """Print an item whose further lines stand under its text, not under its number."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_row(Text(lead), text)
    console.print(Padding(grid, _INDENT))


def _lines(console: Console, metrics: pl.DataFrame) -> None:
    """Print a line a metric; its further lines stand in under it."""
    for row in metrics.iter_rows(named=True):
        # A count stands beside its rate; the other units are told by the figure itself.
        name = f"{row['metric']} (count)" if row["unit"] == "count" else row["metric"]
        _item(console, "-", Text(f"{name}: {_in_figures(row)}"))


def _in_figures(row: Row) -> str:
    parts = [figures.with_unit(row["value"], row["unit"])] if row["value"] is not None else []
    if row["score"] is not None:
        parts.append(f"score {figures.score(row['score'])}")
    if row["rank"] is not None:
        parts.append(f"rank {figures.rank_of(row['rank'], row['of'])}")
    elif row["computed_rank"] is not None and row["value"] is not None:
        own = figures.rank_of(row["computed_rank"], row["computed_of"])
        parts.append(f"rank {own} trusts at hand (computed)")
    return ", ".join(parts)


def _against_peers(row: Row) -> str:
    unit, higher = row["unit"], row["higher_is_better"]
    distance = row["computed_distance_to_median"]
    median, own_median = row["median"], row["computed_median"]
    shown = figures.with_unit(median if median is not None else _tidy(own_median), unit)
    computed = "" if median is not None else ", computed"
    if distance is None:
        return "No median of its peers is published."
    if distance == 0:
        said = f"Exactly at its peers' median ({shown}{computed})"
    else:
        word = _direction(distance, higher)
        size = figures.difference(distance, unit)
        said = f"{size} {word} than its peers' median ({shown}{computed})"
    to_best = row["computed_distance_to_best_quarter"]
    if higher is None or to_best is None:
        return f"{said}."
    edge = figures.with_unit(_tidy(row["value"] - to_best), unit)
    own = "" if row["upper_quartile" if higher else "lower_quartile"] is not None else " (computed)"
    return f"{said}; the best quarter of them has {edge} or {'more' if higher else 'less'}{own}."


def _direction(distance: float, higher_is_better: bool | None) -> str:
    if higher_is_better is None:
        return "more" if distance > 0 else "less"
    return "better" if (distance > 0) == higher_is_better else "worse"


def _tidy(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 4)
