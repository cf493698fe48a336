"""The document of a trust: words for a patient, figures for an analyst."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.answers import TrustProfile
from nhs_league.render import numbers
from nhs_league.render.blocks import Block, Column, Grid, Heading, Line, Numbered, points
from nhs_league.render.trust_words import (
    chance_line,
    firmness_line,
    metric_line,
    ranges_line,
    since_lines,
    standing_lines,
    weak_spot,
    what_is_weak,
)

_STRONGEST = 5
Row = dict[str, Any]


def trust_blocks(answer: TrustProfile) -> Iterator[Block]:
    """Yield a trust's position, domains, weak spots, strongest and other metrics, and limits."""
    standing = answer.standing.row(0, named=True)
    yield from _heading(standing)
    yield from standing_lines(standing)
    yield from map(Line, since_lines(standing, answer.previous))
    if answer.firmness is not None:
        yield from (Line(firmness_line(row)) for row in answer.firmness.iter_rows(named=True))
    if answer.ranges is not None:
        yield from (Line(ranges_line(row)) for row in answer.ranges.iter_rows(named=True))
    yield Heading("Domains (1 is best, 4 is worst)")
    yield _domains(answer.domains)
    yield from _metrics(answer)
    if answer.peers is not None:
        yield Heading("Similar trusts (by type, subtype, region and scores)")
        yield from similar(standing, answer.peers)
    yield Heading("Limits of these figures")
    yield points(answer.notes)


def _heading(standing: Row) -> Iterator[Block]:
    yield Heading(f"{standing['trust_name']} ({standing['trust_code']})", 1)
    kind = trust_types.in_words(standing["trust_type"]).removesuffix("s").capitalize()
    about = [kind, standing["subtype"], standing["region"], standing["quarter"]]
    yield Heading(" · ".join(part for part in about if part), 0)


def _metrics(answer: TrustProfile) -> Iterator[Block]:
    metrics = answer.frame
    weak = metrics.filter(pl.col("weak_spot").is_not_null())
    yield Heading(f"Weak spots: {weak.height or 'none'}")
    if weak.height:
        yield Line(what_is_weak(weak))
        yield Numbered(tuple(weak_spot(row) for row in weak.iter_rows(named=True)))
    if answer.chance is not None:
        yield from (Line(chance_line(row)) for row in answer.chance.iter_rows(named=True))
    place = pl.coalesce("rank", "computed_rank")
    strong = metrics.filter("strong").sort("score", place, nulls_last=True).head(_STRONGEST)
    yield Heading("Strongest" if strong.height else "Strongest: nothing stands out")
    yield points([metric_line(row) for row in strong.iter_rows(named=True)])
    has_figure = pl.col("value").is_not_null() | pl.col("score").is_not_null()
    rest = metrics.filter(pl.col("weak_spot").is_null() & has_figure).join(
        strong, on=["metric_id", "unit"], how="anti", nulls_equal=True
    )
    is_placed = pl.col("score").is_not_null() | pl.coalesce("rank", "computed_rank").is_not_null()
    placed, others = rest.filter(is_placed), rest.filter(~is_placed)
    yield Heading("All others, worst first" if placed.height else "No other metrics")
    yield points([metric_line(row) for row in placed.iter_rows(named=True)])
    if others.height:
        yield Heading("Neither scored nor ranked")
        yield points([metric_line(row) for row in others.iter_rows(named=True)])


def _domains(domains: pl.DataFrame) -> Block:
    if domains.is_empty():
        return Line("Not in your files.")
    ranks = [
        numbers.doubtful(numbers.rank_of(rank, of), doubt)
        for rank, of, doubt in domains.select("rank", "of", "doubt").iter_rows()
    ]
    return Grid(
        "The trust's domains",
        (
            Column("Domain", list(domains["domain"]), wraps=True),
            Column("Score", [numbers.score(score) for score in domains["score"]], numeric=True),
            Column("Segment", [numbers.number(s) for s in domains["segment"]], numeric=True),
            Column("Rank", ranks, numeric=True),
        ),
    )


def similar(standing: Row, peers: pl.DataFrame) -> Iterator[Block]:
    """Yield the trusts most like it, and its rank among them by average score."""
    score = standing["average_score"]
    if score is not None:
        better = peers.filter(pl.col("average_score") < score).height
        yield Line(
            f"Among them and itself it is {better + 1} of {peers.height + 1} by average score, "
            "1 is best (computed)."
        )
    ranks = [numbers.rank_of(rank, of) for rank, of in peers.select("rank", "of").iter_rows()]
    names = [numbers.short_name(name) for name in peers["trust_name"]]
    yield Grid(
        "The trusts most like it",
        (
            Column("Code", list(peers["trust_code"])),
            Column("Trust", names, wraps=True),
            Column(
                "Segment", [numbers.number(segment) for segment in peers["segment"]], numeric=True
            ),
            Column("Rank", ranks, numeric=True),
            Column("Score", [numbers.score(v) for v in peers["average_score"]], numeric=True),
            Column("Region", [region or "" for region in peers["region"]], wraps=True),
        ),
    )
