"""A report as one self-contained page: no request to anywhere, and nothing that needs a script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from importlib.resources import files

import polars as pl

from nhs_league.core.answers import Answer, Explanation, TrustReport
from nhs_league.render import charts, figures
from nhs_league.render.blocks import Grid, Numbered, Points
from nhs_league.render.documents import BANNER
from nhs_league.render.explanation import explanation_blocks
from nhs_league.render.html import block_html
from nhs_league.render.meta import Meta
from nhs_league.render.trust_report import trust_blocks
from nhs_league.render.trust_words import since_lines, standing_lines, weak_spot, what_is_weak
from nhs_league.render.views import columns_of

_MOST_TRENDS = 6


def page(reports: Sequence[TrustReport], meta: Meta, *, index: str = "") -> str:
    """Write a page of one trust or of some.

    Args:
        reports: what to tell.
        meta: where the figures come from.
        index: the address of the index that leads here; empty where there is none.

    """
    names = [report.profile.title for report in reports]
    back = f'<nav class="width no-print"><a href="{index}">All trusts</a></nav>' if index else ""
    body = "".join(_article(report) for report in reports)
    credit = meta.credit(reports[0].profile)
    return wrapped("; ".join(names), f'<main id="main">{back}{body}</main>', credit, meta)


def wrapped(title: str, body: str, credit: str, meta: Meta, script: str = "") -> str:
    """Put a body between a page's head and its foot; only the given script may run."""
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    scripts = f"'sha256-{digest}'" if script else "'none'"
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src {scripts}; base-uri 'none'"
    style = files(__package__).joinpath("page.css").read_text("utf-8")
    notice = (
        f'<section class="banner" aria-label="Notice"><div class="width">{BANNER}</div></section>'
    )
    banner = notice if meta.sample else ""
    run = f"<script>{script}</script>" if script else ""
    return (
        '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f'<a class="skip" href="#main">Skip to the main content</a>{banner}\n'
        f"{body}\n"
        f'<footer><div class="width"><p>{escape(credit)}</p><p>Made with nhsleague '
        f"{escape(meta.version)}. Figures marked computed are its own.</p></div></footer>\n"
        f"{run}</body>\n</html>\n"
    )


def _article(report: TrustReport) -> str:
    standing = report.profile.standing.row(0, named=True)
    name, code = standing["trust_name"], standing["trust_code"]
    about = [standing["subtype"], standing["region"], standing["quarter"]]
    sections = (
        _summary(report),
        _section("Domains", _domains(report, name)),
        _section("Weak spots", _weak(report.profile.frame)),
        _section("Each metric among its peers", _strips(report.strips)),
        _section("Quarter by quarter", _trends(report)),
        _section("How its place came about", _explained(report.explanation)),
        _section("What this cannot tell", _limits(report.profile)),
    )
    return (
        f'<article><header><div class="width"><h1>{escape(name)} ({escape(code)})</h1>'
        f"<p>{escape(' · '.join(part for part in about if part))}</p></div></header>\n"
        f'<div class="width">{"".join(sections)}</div></article>'
    )


def _section(title: str, inner: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{inner}</section>\n"


def _summary(report: TrustReport) -> str:
    standing = report.profile.standing.row(0, named=True)
    lines = [block_html(line) for line in standing_lines(standing)]
    lines += [f"<p>{escape(line)}</p>" for line in since_lines(standing, report.profile.previous)]
    return f'<section class="card" aria-label="Summary">{"".join(lines)}</section>\n'


def _domains(report: TrustReport, name: str) -> str:
    grid = next((b for b in trust_blocks(report.profile) if isinstance(b, Grid)), None)
    if grid is None or report.domains.is_empty():
        return _missing("domain scores")
    drawn = charts.domains(report.domains.rows(), name)
    legend = "A longer bar is worse (1.00 is best, 4.00 is worst). " + (
        "The line below it runs from the best to the worst trust of its type; the mark across is "
        "their median."
        if report.domains["computed_median"].null_count() == 0
        else "The scores of its peers are not at hand."
    )
    return _figure("Domain scores", drawn, legend) + _behind(grid)


def _missing(figures_of: str) -> str:
    """Say that figures are missing because the file that has them is."""
    return (
        f"<p>No {figures_of} are stored for this trust in this quarter. They are in NHS England's "
        "trust data file, not in the league table.</p>"
    )


def _weak(metrics: pl.DataFrame) -> str:
    if metrics.is_empty():
        return _missing("metrics")
    weak = metrics.filter(pl.col("weak_spot").is_not_null())
    if weak.is_empty():
        return "<p>None.</p>"
    items = Numbered(tuple(weak_spot(row) for row in weak.iter_rows(named=True)))
    return f"<p>{escape(what_is_weak(weak))}</p>{block_html(items)}"


def _strips(strips: pl.DataFrame) -> str:
    if strips.is_empty():
        return _missing("metrics")
    drawn = "".join(
        _figure(
            f"{row['short_name']}: {figures.with_unit(row['value'], row['unit'])}",
            charts.strip(
                row["metric"],
                row["value"],
                row["peers"],
                (row["lower_quartile"], row["median"], row["upper_quartile"]),
                row["unit"],
                higher_is_better=row["higher_is_better"],
            ),
        )
        for row in strips.iter_rows(named=True)
    )
    legend = (
        "Each tick is a trust of its type at hand, the box holds the middle half, the mark across "
        "is the median, and the diamond is this trust. The better end is on the right."
    )
    table = _strip_table(strips)
    return f'<p>{legend}</p><div class="charts">{drawn}</div>{table}'


def _strip_table(strips: pl.DataFrame) -> str:
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td>{escape(text)}</td>"
            for text in (
                row["metric"],
                figures.doubtful(figures.with_unit(row["value"], row["unit"]), row["doubt"]),
                figures.with_unit(figures.rounded(row["median"]), row["unit"]),
                figures.doubtful(figures.rank_of(row["rank"], row["of"]), row["doubt"]),
                figures.score(row["score"]),
            )
        )
        + "</tr>"
        for row in strips.iter_rows(named=True)
    )
    heads = "".join(
        f'<th scope="col">{h}</th>' for h in ("Metric", "Value", "Median", "Rank", "Score")
    )
    caption = "Each metric and its peers"
    table = (
        f"<table><caption>{caption}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )
    shown = scrolling(table, caption)
    return f"<details><summary>The figures of these charts</summary>{shown}</details>"


def _trends(report: TrustReport) -> str:
    places = report.places.frame
    quarters = places["quarter"].to_list()
    drawn = [
        _figure(
            "Average score (1.00 is best, 4.00 is worst)",
            charts.trend("Average score", quarters, places["average_score"].to_list(), "score"),
        )
    ]
    weak = report.profile.frame.filter(
        pl.col("weak_spot").is_not_null(), pl.col("value").is_not_null()
    )
    for metric_id, unit in weak.select("metric_id", "unit").head(_MOST_TRENDS).iter_rows():
        of_metric = report.trends.frame.filter(
            pl.col("metric_id") == metric_id, pl.col("unit").eq_missing(unit)
        )
        medians = of_metric.select(pl.coalesce("median", "computed_median")).to_series().to_list()
        label = of_metric["short_name"][0]
        drawn.append(
            _figure(
                f"{label}; dashed: the peers' median",
                charts.trend(
                    label,
                    of_metric["quarter"].to_list(),
                    of_metric["value"].to_list(),
                    unit,
                    medians,
                ),
            )
        )
    tables = _behind(Grid("Place and average score", tuple(columns_of(report.places)))) + _behind(
        Grid("Every metric", tuple(columns_of(report.trends)))
    )
    return f'<div class="charts">{"".join(drawn)}</div>{tables}'


def _explained(explanation: Explanation) -> str:
    blocks = list(explanation_blocks(explanation))[1:]
    said = "".join(block_html(block) for block in blocks if not isinstance(block, Points))
    steps = "".join(block_html(block) for block in blocks if isinstance(block, Points))
    return f"{said}<details><summary>Step by step, from each metric</summary>{steps}</details>"


def _limits(profile: Answer) -> str:
    return f"<ul>{''.join(f'<li>{escape(note)}</li>' for note in profile.notes)}</ul>"


def _figure(caption: str, drawn: str, legend: str = "") -> str:
    below = f"<p>{escape(legend)}</p>" if legend else ""
    return f"<figure><figcaption>{escape(caption)}</figcaption>{drawn}{below}</figure>"


def _behind(grid: Grid) -> str:
    summary = f"<summary>The figures: {escape(grid.caption)}</summary>"
    return f"<details>{summary}{scrolling(block_html(grid), grid.caption)}</details>"


def scrolling(table: str, caption: str) -> str:
    """Let a table that is wider than the screen be moved in place, by keyboard too."""
    label = escape(f"Table: {caption}", quote=True)
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{label}">{table}</div>'
