"""Strips: a figure among others on one line. Better is always to the right.

A strip knows positions only, from 0 (worst) to 1 (best), so that a terminal and a page draw the
same data. ``draw`` gives pieces of text, each with its tone or ink.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Protocol, TypeAlias

from nhs_league.frozen import frozen
from nhs_league.render.theme import Ink, Theme, Tone

Piece: TypeAlias = tuple[str, Tone | Ink | None]
_BLOCKS = "▁▂▃▄▅▆▇█"
_ASCII_BLOCKS = "12345678"
_LOWEST, _HIGHEST = 1.0, 4.0


class Drawing(Protocol):
    """What can be drawn on one line."""

    @property
    def narrowest(self) -> int:
        """The fewest columns in which it can be read."""

    @property
    def widest(self) -> int:
        """The most columns that it makes use of."""

    def draw(self, width: int, theme: Theme) -> list[Piece]:
        """Return the pieces of exactly ``width`` columns."""


@frozen
class Among:
    """A value among its peers': their middle half, their median and the value.

    Attributes:
        at: where the value is, 0 (worst) to 1 (best).
        median: where the median is; None if not known.
        middle: where the middle half of the peers begins and ends; None if not known.
        tone: how good the value is.

    """

    at: float
    median: float | None
    middle: tuple[float, float] | None
    tone: Tone | None
    narrowest: int = 13
    widest: int = 40

    def draw(self, width: int, theme: Theme) -> list[Piece]:
        """Draw a thin line, thick where the middle half is, a cross at the median, the value."""
        thin, thick, cross = ("-", "=", "+") if theme.is_ascii else ("─", "━", "┿")
        cells: list[Piece] = [(thin, Ink.QUIET)] * width
        if self.middle is not None:
            first, last = sorted(_place(end, width) for end in self.middle)
            cells[first : last + 1] = [(thick, None)] * (last + 1 - first)
        if self.median is not None:
            cells[_place(self.median, width)] = (cross, None)
        cells[_place(self.at, width)] = ("o" if theme.is_ascii else "●", self.tone or Ink.STRONG)
        return _joined(cells)


@frozen
class Ranks:
    """A rank on the line of all ranks, the best to the left as a league table reads.

    Attributes:
        rank: the rank, 1 is best; None if not known.
        runs: the ranks that are likely, or too close to call, from and to.
        of: the last rank.
        tone: how good the place is.

    """

    rank: int | None
    runs: tuple[tuple[int, int], ...]
    of: int
    tone: Tone | None
    narrowest: int = 16
    widest: int = 60

    def draw(self, width: int, theme: Theme) -> list[Piece]:
        """Draw dots, a thick line where the rank is likely to be, and the rank."""
        dot, thick = (".", "=") if theme.is_ascii else ("·", "━")
        cells: list[Piece] = [(dot, Ink.QUIET)] * width
        for run in self.runs:
            first, last = (self._place(end, width) for end in run)
            cells[first : last + 1] = [(thick, self.tone)] * (last + 1 - first)
        if self.rank is not None:
            sign = "o" if theme.is_ascii else "●"
            cells[self._place(self.rank, width)] = (sign, self.tone or Ink.STRONG)
        return _joined(cells)

    def _place(self, rank: int, width: int) -> int:
        return _place((rank - 1) / max(self.of - 1, 1), width)


@frozen
class ScoreBar:
    """A score as a bar from 1.00 (best) to 4.00 (worst), with the peers' median across it.

    Attributes:
        score: the score.
        median: the median of its type; None if not known.
        tone: how good the score is.

    """

    score: float
    median: float | None
    tone: Tone | None
    narrowest: int = 13
    widest: int = 40

    def draw(self, width: int, theme: Theme) -> list[Piece]:
        """Draw a thick line up to the score, a thin one beyond, and the median."""
        thin, thick, mark = ("-", "=", "|") if theme.is_ascii else ("─", "━", "│")
        filled = max(round(on_scale(self.score) * width), 1)
        cells: list[Piece] = [(thick, self.tone)] * filled + [(thin, Ink.QUIET)] * (width - filled)
        if self.median is not None:
            cells[_place(on_scale(self.median), width)] = (mark, Ink.STRONG)
        return _joined(cells)


@frozen
class Segments:
    """The segments 1 to 5, with the trust's one marked."""

    segment: int | None
    tone: Tone | None
    narrowest: int = 15
    widest: int = 15

    def draw(self, width: int, theme: Theme) -> list[Piece]:  # noqa: ARG002 - as every drawing
        """Draw the five numbers; the trust's is in brackets."""
        pieces: list[Piece] = []
        for number in range(1, 6):
            is_this_trust = number == self.segment
            text = f"[{number}]" if is_this_trust else f" {number} "
            pieces.append((text, (self.tone or Ink.STRONG) if is_this_trust else Ink.QUIET))
        return pieces


@frozen
class Sparkline:
    """Figures of the last quarters as blocks, low to high; a quarter without one leaves a gap.

    Attributes:
        values: a figure a quarter, the oldest first.
        same: whether each only repeats the figure before, for the same period.
        least: the least span that the blocks cover, so that a small change looks small.

    """

    values: tuple[float | None, ...]
    same: tuple[bool, ...]
    least: float = 0.0

    @property
    def narrowest(self) -> int:
        """One column a quarter."""
        return len(self.values)

    @property
    def widest(self) -> int:
        """One column a quarter."""
        return len(self.values)

    def draw(self, width: int, theme: Theme) -> list[Piece]:
        """Draw a block a quarter; ``=`` where the figure was only published again."""
        blocks = _ASCII_BLOCKS if theme.is_ascii else _BLOCKS
        text = "".join(
            " " if height is None else "=" if again else blocks[round(height * (len(blocks) - 1))]
            for height, again in zip(self.heights(), self.same, strict=True)
        )
        return [(text.ljust(width), None)]

    def heights(self) -> list[float | None]:
        """Return how high each value is, 0 to 1; None where there is none."""
        known = [value for value in self.values if value is not None]
        low, high = min(known, default=0.0), max(known, default=0.0)
        span = max(high - low, self.least) or 1.0
        low -= (span - (high - low)) / 2
        return [None if value is None else (value - low) / span for value in self.values]


@frozen
class Amount:
    """A share of the largest as a bar, for a histogram.

    Attributes:
        share: 0 to 1.
        tone: its tone, if it has one.

    """

    share: float
    tone: Tone | None = None
    narrowest: int = 12
    widest: int = 40

    def draw(self, width: int, theme: Theme) -> list[Piece]:
        """Draw a bar from the left; anything above nothing shows."""
        filled = max(round(self.share * width), 1 if self.share else 0)
        return [
            (("#" if theme.is_ascii else "█") * filled, self.tone),
            (" " * (width - filled), None),
        ]


def among(
    value: float | None,
    ends: tuple[float | None, float | None],
    quartiles: tuple[float | None, float | None, float | None],
    tone: Tone | None,
    *,
    higher_is_better: bool | None,
    narrowest: int = 13,
) -> Among | None:
    """Place a value on the span of its peers' values, better to the right.

    Where the direction is not known, higher values are on the right.

    Args:
        value: the value; None for nothing to draw.
        ends: the lowest and the highest value of the peers; the span is widened to whatever else
            is drawn, such as a published median of trusts that are not stored.
        quartiles: lower quartile, median, upper quartile; each may be None.
        tone: how good the value is.
        higher_is_better: the metric's direction.
        narrowest: the fewest columns in which to draw it.

    """
    if value is None:
        return None
    known = [figure for figure in (value, *ends, *quartiles) if figure is not None]
    low, high = min(known), max(known)
    span = (high - low) or 1.0

    def at(figure: float) -> float:
        share = (figure - low) / span
        return 1 - share if higher_is_better is False else share

    lower, median, upper = quartiles
    middle = None if lower is None or upper is None else (at(lower), at(upper))
    return Among(at(value), None if median is None else at(median), middle, tone, narrowest)


def on_scale(score: float) -> float:
    """Return where a score is from 1.00 to 4.00, as 0 to 1."""
    return (score - _LOWEST) / (_HIGHEST - _LOWEST)


def _place(share: float, width: int) -> int:
    return round(min(max(share, 0.0), 1.0) * (width - 1))


def _joined(cells: Sequence[Piece]) -> list[Piece]:
    """Join neighbours of one tone."""
    return [("".join(text for text, _ in run), tone) for tone, run in groupby(cells, _tone)]


def _tone(piece: Piece) -> Tone | Ink | None:
    return piece[1]
