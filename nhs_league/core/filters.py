"""Which trusts a question is about: by region, subtype and segment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from nhs_league.errors import NotFoundError


@dataclass(frozen=True)
class Filters:
    """What a person narrowed a question to; an empty tuple lets all through.

    Attributes:
        regions: names of regions, or unmistakable parts of them.
        subtypes: names of subtypes, or unmistakable parts of them (``teaching``).
        segments: segments, 1 to 5.

    """

    regions: tuple[str, ...] = ()
    subtypes: tuple[str, ...] = ()
    segments: tuple[int, ...] = ()

    def in_words(self) -> str:
        """Say the filters in one line; empty where there are none."""
        said = [*self.regions, *self.subtypes]
        if self.segments:
            said.append("segment " + " or ".join(str(s) for s in self.segments))
        return ", ".join(said)


def resolve(filters: Filters, standings: pl.DataFrame) -> Filters:
    """Replace what a person typed by the names that the standings have.

    Raises:
        NotFoundError: a name fits none of them, or several; or no trust is in a segment.

    """
    return Filters(
        tuple(_named("region", r, standings["region"]) for r in filters.regions),
        tuple(_named("subtype", s, standings["subtype"]) for s in filters.subtypes),
        tuple(_segment(s, standings["segment"]) for s in filters.segments),
    )


def keep(filters: Filters) -> pl.Expr:
    """Keep the rows that resolved filters let through (columns region, subtype, segment)."""
    conditions = [
        pl.col(column).is_in(list(wanted))
        for column, wanted in (
            ("region", filters.regions),
            ("subtype", filters.subtypes),
            ("segment", filters.segments),
        )
        if wanted
    ]
    return pl.all_horizontal(conditions) if conditions else pl.lit(value=True)


def _named(what: str, asked: str, column: pl.Series) -> str:
    known: list[str] = column.drop_nulls().unique().sort().to_list()
    fitting = _exact(asked, known) or [name for name in known if _plain(asked) in _plain(name)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise NotFoundError(
            f"“{asked}” may mean several: {', '.join(fitting)}.", "Use more of its name."
        )
    raise NotFoundError.of(what, asked, known)


def _exact(asked: str, known: Sequence[str]) -> list[str]:
    """Match whole names; the region that files call East is also known as East of England."""
    plain = _plain(asked)
    spellings = {plain, plain.removesuffix(" of england"), f"{plain} of england"}
    return [name for name in known if _plain(name) in spellings]


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", name.casefold().replace("&", "and")).strip()


def _segment(asked: int, column: pl.Series) -> int:
    known: list[int] = column.drop_nulls().unique().sort().to_list()
    if asked not in known:
        raise NotFoundError(
            f"No trust is in segment {asked}.", f"There are: {', '.join(str(s) for s in known)}."
        )
    return asked
