"""What is stored: a line a file, a release, a figure's source or a column, not wrapped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nhs_league.core.answers import (
    FetchReport,
    PublishedFiles,
    Sources,
    StoredFileChecks,
    StoredReleases,
    TableList,
)
from nhs_league.render.blocks import Block, Column, Grid, Heading
from nhs_league.render.screens import parts
from nhs_league.render.screens.parts import Screen, next_of, screen_of, starts_of
from nhs_league.render.theme import Ink
from nhs_league.render.views.columns import columns_of, short_file, texts

Stored = FetchReport | PublishedFiles | StoredFileChecks | StoredReleases


@screen_of.register(FetchReport)
@screen_of.register(PublishedFiles)
@screen_of.register(StoredFileChecks)
@screen_of.register(StoredReleases)
def stored(answer: Stored, screen: Screen) -> Iterator[Block]:
    """Yield the table; without one that fits, all columns are a ``--wide`` away."""
    return parts.table(answer, columns_of(answer))


@screen_of.register
def sources(answer: Sources, screen: Screen) -> Iterator[Block]:
    """Yield each figure with its lines, under the name of the file where there is but one."""
    frame = answer.frame
    if frame.is_empty():
        yield from parts.table(answer, ())
        return
    first = frame.row(0, named=True)
    yield parts.about_trust(
        "Sources of the figures of {}", first["trust_name"], first["trust_code"]
    )
    files = frame["release_file"].unique()
    columns = [
        replace(
            column,
            wraps=False,
            shrinks=column.heading in ("Figure", "Period"),
            cells=[cell.replace(" out of ", "/") for cell in column.cells],
        )
        for column in columns_of(answer)
        if column.heading != "File" or files.len() > 1
    ]
    file = f" · {short_file(files[0])}" if files.len() == 1 else ""
    yield from parts.rows(answer, columns, f"{parts.quarters(frame)}{file}")


@screen_of.register
def table_list(answer: TableList, screen: Screen) -> Iterator[Block]:
    """Yield the columns of each table under its name."""
    frame = answer.frame
    starts = starts_of(frame["table"]) or [0]
    yield Heading(answer.title, 1)
    yield Grid(
        answer.title,
        (
            Column("column", texts(frame, "column"), ink=Ink.CODE),
            Column("description", texts(frame, "description"), wraps=True, wrap_width=28),
            Column("unit", [unit or "" for unit in frame["unit"]]),
            Column("type", texts(frame, "type"), optional=True),
            Column("key", ["key" if is_key else "" for is_key in frame["key"]], optional=True),
        ),
        tuple(starts[1:]),
        tuple(frame["table"][row] for row in starts),
        has_hint=False,
    )


@next_of.register
def after_fetch(answer: FetchReport) -> tuple[str, ...]:
    """Offer the first questions to figures that are there."""
    return ("table", "worst elective", "releases")
