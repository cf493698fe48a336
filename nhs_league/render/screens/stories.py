"""Answers in sentences: the stories of a quarter, and what a metric is."""

from __future__ import annotations

from collections.abc import Iterator

from nhs_league.core.answers import MetricExplanation, News, Stories
from nhs_league.render.blocks import Block, Fact, Grid, Heading, Item, Line, Numbered, Remark
from nhs_league.render.screens.dispatch import Screen, next_of, screen_of
from nhs_league.render.views.columns import columns_of
from nhs_league.render.views.metrics import metric_lines, metric_periods

_LABELS = {
    "What it measures: ": "Measures",
    "Why it matters: ": "Why",
    "Published as: ": "Published",
    "Which is better: ": "Better",
    "National standard: ": "Standard",
    "How it is scored: ": "Scoring",
    "Also called: ": "Names",
}
_MOST = 3
"""How many of what to ask next are offered."""


@screen_of.register
def stories(answer: Stories, screen: Screen) -> Iterator[Block]:
    """Yield each story under its kind, with how sure it is and the command that shows it."""
    yield Heading(answer.title, 1)
    rows = answer.frame.select("kind", "in_words", "certainty", "command").iter_rows()
    items = tuple(
        Item(kind.capitalize(), (sentence,), (certainty, command))
        for kind, sentence, certainty, command in rows
    )
    yield Numbered(items) if items else Line("No stories.")
    yield from map(Remark, answer.notes)


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
def after_stories(answer: Stories) -> tuple[str, ...]:
    """Offer the pages of the trusts and metrics that the first stories are about."""
    commands = answer.frame["command"].unique(maintain_order=True).head(_MOST)
    return tuple(command.removeprefix("nhsleague ") for command in commands)


@next_of.register
def after_metric(answer: MetricExplanation) -> tuple[str, ...]:
    """Offer who is worst at it, how its values are spread, and how regions differ."""
    row = answer.frame.row(0, named=True)
    typed = row["metric_id"]
    return (f"worst {typed}", f"spread {typed}", f"compare --by region --metric {typed}")


@next_of.register
def after_news(answer: News) -> tuple[str, ...]:
    """Offer the trusts of which there is news."""
    codes = answer.frame["trust_code"].unique(maintain_order=True).head(_MOST)
    return tuple(f"show {code}" for code in codes)
