"""A document as a fragment of HTML."""

from __future__ import annotations

from html import escape

from nhs_league.core.answers import Answer
from nhs_league.render.blocks import Block, Grid, Heading, Line, Numbered, Points, Remark
from nhs_league.render.column import Column
from nhs_league.render.documents import document
from nhs_league.render.meta import Meta


def to_html(answer: Answer, meta: Meta) -> str:
    """Write an answer's document as one ``section``, without styles or scripts."""
    inner = "\n".join(map(block_html, document(answer, meta)))
    return f'<section class="nhsleague">\n{inner}\n</section>\n'


def block_html(block: Block) -> str:
    """Write one block."""
    match block:
        case Heading(text, 0):
            return f"<p>{escape(text)}</p>"
        case Heading(text, level):
            return f"<h{level + 1}>{escape(text)}</h{level + 1}>"
        case Line(text, lead):
            strong = f"<strong>{escape(lead)}</strong>" if lead else ""
            return f"<p>{strong}{escape(text)}</p>"
        case Remark(text):
            return f"<p><small>{escape(text)}</small></p>"
        case Points(points):
            return _list(list(points))
        case Numbered(items):
            inner = "".join(
                f"<li><strong>{escape(item.title)}</strong>"
                + "".join(f"<br>{escape(line)}" for line in item.lines)
                + "</li>"
                for item in items
            )
            return f"<ol>{inner}</ol>"
        case Grid():
            return _table(block)


def _list(points: list[tuple[int, str]]) -> str:
    """Write points as lists within lists."""
    written, depth_before = [], -1
    for depth, text in points:
        if depth > depth_before:
            written.append("<ul>" * (depth - depth_before))
        else:
            written.append("</li>" + "</ul></li>" * (depth_before - depth))
        written.append(f"<li>{escape(text)}")
        depth_before = depth
    return "".join(written) + "</li></ul>" * (depth_before + 1)


def _table(grid: Grid) -> str:
    head = "".join(
        f'<th scope="col"{_aligned(column)}>{escape(column.heading)}</th>'
        for column in grid.columns
    )
    rows = zip(*(column.cells for column in grid.columns), strict=True)
    body = "\n".join(
        "<tr>"
        + "".join(
            f"<td{_aligned(column)}>{escape(cell)}</td>"
            for column, cell in zip(grid.columns, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f"<table>\n<caption>{escape(grid.caption)}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
    )


def _aligned(column: Column) -> str:
    return ' align="right"' if column.right else ""
