"""What the core hands to a renderer: one question's frame and the words that go with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl


class Guess(str):
    """A line that says what a name was taken for, although it fits nothing.

    Whoever does not show it must not use the guess either.
    """

    __slots__ = ()


@dataclass(frozen=True)
class Answer:
    """The answer to one question.

    Attributes:
        question: the kind of question, by which a renderer chooses its view: ``ranking``,
            ``area``, ``table``, ``trust``, ``trusts``, ``comparison``, ``groups``, ``metrics``,
            ``neighbours``, ``explanation``, ``audit``, ``whatif``, ``paths``, ``hidden``,
            ``held_back``, ``changes``, ``revisions``, ``places``, ``trend``, ``sparklines``,
            ``distribution``, ``query``, ``tables``,
            ``fetched``, ``releases``, ``available``, ``verified``.
        title: one line that says what is shown.
        frame: the answer as a tidy frame, figures unrounded.
        chosen: what the program chose where the person left it open (for stderr).
        notes: what a reader must know to read the figures right (below a table).
        parts: further frames of the same answer, by name (a trust's standing and domains).

    """

    question: str
    title: str
    frame: pl.DataFrame
    chosen: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    parts: Mapping[str, pl.DataFrame] = field(default_factory=dict)


def with_sample(frame: pl.DataFrame, *, sample: bool) -> pl.DataFrame:
    """Put the column ``sample`` first, so that fictional figures never pass for real ones."""
    return frame.select(pl.lit(sample).alias("sample"), pl.exclude("sample"))
