"""A small site: an index with a league table per trust type, and a page a trust."""

from __future__ import annotations

from html import escape
from importlib.resources import files

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.answers import Answer
from nhs_league.render import figures
from nhs_league.render.meta import Meta
from nhs_league.render.page import scrolling, wrapped

INDEX = "index.html"
_RESERVED = ("AUX", "CON", "NUL", "PRN")
_HEADS = ("Rank", "Trust", "Code", "Segment", "Average score", "Likely rank", "Region")


def file_of(trust_code: str) -> str:
    """Name a trust's page; a code is three letters or digits, and Windows keeps some of those."""
    return f"{trust_code}-trust.html" if trust_code in _RESERVED else f"{trust_code}.html"


def index(standings: Answer, meta: Meta) -> str:
    """Write the index: a table per trust type that sorts and filters in the browser.

    Without scripts the tables stand in league order.
    """
    frame = standings.frame
    types = trust_types.in_order(set(frame["trust_type"].unique()))
    tables = "".join(_table(frame.filter(pl.col("trust_type") == t), t) for t in types)
    body = (
        '<header><div class="width"><h1>NHS Oversight Framework league tables</h1>'
        f"<p>{escape(' and '.join(sorted(set(frame['quarter']))))}</p></div></header>"
        '<main id="main" class="width"><p>A rank hides uneven services and is uncertain: each '
        "trust's page shows where it is weak.</p>"
        '<label class="no-print" for="filter">Show only trusts with these words</label>'
        f'<input class="no-print" id="filter" type="search" autocomplete="off">{tables}</main>'
    )
    script = files(__package__).joinpath("site.js").read_text("utf-8")
    title = "NHS Oversight Framework league tables"
    return wrapped(title, body, meta.credit(standings), meta, script)


def _table(frame: pl.DataFrame, trust_type: str) -> str:
    heads = "".join(
        f'<th scope="col"><button type="button">{head}</button></th>' for head in _HEADS
    )
    rows = "".join(_row(row) for row in frame.iter_rows(named=True))
    words = trust_types.in_words(trust_type).capitalize()
    caption = f"League table of {trust_types.in_words(trust_type)}; 1 is best"
    table = (
        f"<table><caption>{escape(caption)}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )
    return f"<section><h2>{escape(words)}</h2>{scrolling(table, caption)}</section>"


def _row(row: dict[str, object]) -> str:
    code = str(row["trust_code"])
    rank = row["rank"] if row["rank"] is not None else row["computed_rank"]
    link = f'<a href="{file_of(code)}">{escape(str(row["trust_name"]))}</a>'
    cells = (
        "–" if rank is None else str(rank),
        link,
        escape(code),
        "–" if row["segment"] is None else str(row["segment"]),
        figures.score(row["average_score"]),  # type: ignore[arg-type]
        figures.likely(row["rank_low"], row["rank_high"]),  # type: ignore[arg-type]
        escape(str(row["region"] or "")),
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
