"""Charts as inline SVG: each has a title in words, and needs no colour to be read.

They draw the strips of ``render.strips``, which know positions only. A strip has no text of its own
and is stretched to the room that its cell has; colours are classes of the style sheet, one a tone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import singledispatch
from html import escape
from itertools import pairwise

from markupsafe import Markup

from nhs_league.core.quarters import Quarter
from nhs_league.render import numbers
from nhs_league.render.strips import Among, Ranks, ScoreBar, Sparkline, on_scale
from nhs_league.render.theme import Tone

_WIDTH, _HEIGHT, _EDGE = 160, 16, 6
"""The size of a strip in user units, and the room that is left for the dot at its ends."""
_MIDDLE = _HEIGHT // 2
_SPARK_WIDTH, _SPARK_HEIGHT = 60, 16
_TREND_WIDTH, _TREND_HEIGHT = 400, 112
Point = tuple[float, float]


@singledispatch
def svg(drawing: object, title: str) -> Markup:  # noqa: ARG001 - as those registered below
    """Draw a strip.

    Args:
        drawing: what to draw.
        title: what it shows, in words.

    Raises:
        TypeError: it cannot be drawn.

    """
    raise TypeError(f"No chart draws {type(drawing).__name__}.")


@svg.register
def _among(drawing: Among, title: str) -> Markup:
    """Draw a line, thick where the middle half of the peers is, their median, and the value."""
    parts = [_line("base", 0, 1)]
    if drawing.middle is not None:
        parts.append(_line("middle", *sorted(drawing.middle)))
    if drawing.median is not None:
        parts.append(_tick(drawing.median))
    return _strip(title, [*parts, _dot(drawing.at, drawing.tone)])


@svg.register
def _ranks(drawing: Ranks, title: str) -> Markup:
    """Draw a line of all ranks, thick where the rank is likely to be, and the rank."""
    last = max(drawing.of - 1, 1)
    parts = [_line("base", 0, 1)]
    parts += [_line("run", (low - 1) / last, (high - 1) / last) for low, high in drawing.runs]
    if drawing.rank is not None:
        parts.append(_dot((drawing.rank - 1) / last, drawing.tone))
    return _strip(title, parts)


@svg.register
def _score_bar(drawing: ScoreBar, title: str) -> Markup:
    """Draw a bar from 1.00 to the score, and the peers' median across it."""
    end = _at(on_scale(drawing.score))
    tone = f" {drawing.tone}" if drawing.tone else ""
    parts = [
        _line("base", 0, 1),
        f'<path class="bar{tone}" d="M{_EDGE} {_MIDDLE}H{max(end, _EDGE + 2):.4g}"/>',
    ]
    if drawing.median is not None:
        parts.append(_tick(on_scale(drawing.median)))
    return _strip(title, parts)


@svg.register
def _sparkline(drawing: Sparkline, title: str) -> Markup:
    """Draw a line through the quarters; a gap where one has no figure, a ring where it is old."""
    step = (_SPARK_WIDTH - 8) / max(len(drawing.values) - 1, 1)
    points = [
        None if height is None else (4 + place * step, _SPARK_HEIGHT - 3 - height * 10)
        for place, height in enumerate(drawing.heights())
    ]
    parts = [f'<path class="spark" d="{"".join(_path(points))}"/>']
    parts += [
        f'<circle class="{"old" if again else "new"}" cx="{at[0]:.4g}" cy="{at[1]:.4g}" r="2"/>'
        for at, again in zip(points, drawing.same, strict=True)
        if at is not None
    ]
    return _svg("spark", _SPARK_WIDTH, _SPARK_HEIGHT, title, parts)


def score_trend(
    title: str,
    quarters: Sequence[str],
    scores: Sequence[float | None],
    likely: Sequence[tuple[float | None, float | None]],
) -> Markup:
    """Draw average scores quarter by quarter with their likely ranges, better upwards.

    The line is broken where a quarter is missing and where the framework year changes, as scores of
    two frameworks are not comparable.

    Args:
        title: what it shows, in words.
        quarters: their labels, oldest first.
        scores: the score of each.
        likely: the ends of each one's likely range.

    """
    known = [v for v in (*scores, *(end for ends in likely for end in ends)) if v is not None]
    low, high = min(known, default=1.0), max(known, default=4.0)
    span = (high - low) or 1.0
    parsed = [Quarter.parse(quarter) for quarter in quarters]
    numbered = [4 * quarter.year + quarter.number for quarter in parsed]
    step = (_TREND_WIDTH - 90) / max(numbered[-1] - numbered[0], 1)
    places = [45 + (number - numbered[0]) * step for number in numbered]

    def height(score: float) -> float:
        return 24 + (score - low) / span * (_TREND_HEIGHT - 56)

    parts = []
    points: list[Point | None] = []
    for at, quarter, x in zip(range(len(quarters)), parsed, places, strict=True):
        score, (best, worst) = scores[at], likely[at]
        if best is not None and worst is not None:
            ends = f"M{x:.4g} {height(best):.4g}V{height(worst):.4g}"
            parts.append(f'<path class="range" d="{ends}"/>')
        points.append(None if score is None else (x, height(score)))
        if score is not None:
            parts.append(f'<circle class="dot" cx="{x:.4g}" cy="{height(score):.4g}" r="5"/>')
            parts.append(_text(x + 7, height(score) - 7, numbers.score(score), "start"))
        words = f"Q{quarter.number} {quarter.label.split()[1][2:]}"
        parts.append(_text(x, _TREND_HEIGHT - 4, words, "middle"))
    joined = [
        (one, other)
        for (one, other), (before, after) in zip(pairwise(points), pairwise(parsed), strict=True)
        if one and other and before.year == after.year and after.previous == before
    ]
    lines = "".join(f"M{a[0]:.4g} {a[1]:.4g}L{b[0]:.4g} {b[1]:.4g}" for a, b in joined)
    parts.insert(0, f'<path class="spark" d="{lines}"/>' if lines else "")
    return _svg("trend", _TREND_WIDTH, _TREND_HEIGHT, title, parts)


def _path(points: Sequence[Point | None]) -> Iterator[str]:
    """Yield the steps of a line that is broken where a point is missing."""
    before: Point | None = None
    for point in points:
        if point is not None:
            yield f"{'M' if before is None else 'L'}{point[0]:.4g} {point[1]:.4g}"
        before = point


def _at(share: float) -> float:
    return _EDGE + min(max(share, 0.0), 1.0) * (_WIDTH - 2 * _EDGE)


def _line(kind: str, start: float, end: float) -> str:
    return f'<path class="{kind}" d="M{_at(start):.4g} {_MIDDLE}H{_at(end):.4g}"/>'


def _tick(share: float) -> str:
    return f'<path class="median" d="M{_at(share):.4g} 2V{_HEIGHT - 2}"/>'


def _dot(share: float, tone: Tone | None) -> str:
    kind = f"dot {tone}" if tone else "dot"
    return f'<circle class="{kind}" cx="{_at(share):.4g}" cy="{_MIDDLE}" r="5"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.4g}" y="{y:.4g}" text-anchor="{anchor}">{escape(text)}</text>'


def _strip(title: str, parts: Sequence[str]) -> Markup:
    return _svg("strip", _WIDTH, _HEIGHT, title, parts)


def _svg(kind: str, width: int, height: int, title: str, parts: Sequence[str]) -> Markup:
    return Markup(  # noqa: S704 - titles and texts are escaped, all else is numbers
        f'<svg class="{kind}" role="img" viewBox="0 0 {width} {height}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
