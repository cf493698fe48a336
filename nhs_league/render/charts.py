"""Charts as inline SVG: each says in words what it shows, and needs no colour to be read."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from markupsafe import Markup

from nhs_league.core.quarters import Quarter
from nhs_league.core.sentences import counted
from nhs_league.render import numbers

_DOMAINS, _STRIP, _TREND = 360, 300, 400
"""Widths of the charts, in SVG user units."""
_PLOT = _DOMAINS - 40
_ROW = 44
_FEWEST = 5
"""The fewest trusts with values whose ends are called best and worst."""
_LOW, _HIGH = numbers.SCORE_RANGE


DomainRow = tuple[str, float | None, float | None, float | None, float | None]
"""A domain, the trust's score, and the best, the median and the worst of its type."""


def domains(rows: Sequence[DomainRow], name: str) -> Markup:
    """Draw domain scores: a bar for the trust, a line from best to worst peer, its median across.

    Args:
        rows: the domains; those without peers' figures have only a bar.
        name: the trust.

    """
    drawn = []
    for number, (domain, score, best, median, worst) in enumerate(rows):
        y = number * _ROW
        drawn.append(_text(0, y + 12, domain))
        drawn.append(_text(_DOMAINS, y + 29, numbers.score(score), "end"))
        if score is not None:
            drawn.append(f'<rect class="own" x="0" y="{y + 18}" {_size(_at(score), 12)}/>')
        if best is not None and median is not None and worst is not None:
            drawn.append(_line("peer", _at(best), y + 34, _at(worst), y + 34))
            drawn.append(_line("median", _at(median), y + 15, _at(median), y + 36))
    summary = "; ".join(
        f"{domain} {numbers.score(score)}, peers' median {numbers.score(median)}"
        for domain, score, _, median, _ in rows
    )
    title = f"Domain scores of {name}, 1.00 is best and 4.00 is worst"
    return _svg(_DOMAINS, len(rows) * _ROW + 12, title, summary, drawn)


def strip(
    label: str,
    value: float,
    peers: Sequence[float],
    quartiles: tuple[float | None, float | None, float | None],
    unit: str | None,
    *,
    higher_is_better: bool | None,
) -> Markup:
    """Draw a metric: a tick for each peer, a box between the quartiles, the median, the trust.

    Args:
        label: the metric.
        value: the trust's value.
        peers: the values of all trusts of its type.
        quartiles: lower quartile, median, upper quartile.
        unit: the values' unit.
        higher_is_better: its direction; the better end is drawn on the right. None if not known.

    """
    known = [*peers, *(q for q in quartiles if q is not None)]
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    is_of_peers = len(peers) >= _FEWEST

    def at(figure: float) -> float:
        share = (figure - low) / span
        return 8 + (1 - share if higher_is_better is False else share) * (_STRIP - 16)

    lower, median, upper = quartiles
    drawn = []
    if lower is not None and upper is not None:
        left, right = sorted((at(lower), at(upper)))
        drawn.append(f'<rect class="box" x="{left:.1f}" y="6" {_size(right - left, 20)}/>')
    ticks = "".join(f"M{at(peer):.1f} 11v10" for peer in peers)
    drawn.append(f'<path class="tick" d="{ticks}"/>')
    if median is not None:
        drawn.append(_line("median", at(median), 4, at(median), 28))
    drawn.append(f'<path class="own" d="M{at(value):.1f} 4 l7 12 l-7 12 l-7 -12 z"/>')
    worse, better = (high, low) if higher_is_better is False else (low, high)
    is_named = is_of_peers and higher_is_better is not None
    ends = ("worst ", "best ") if is_named else ("", "")
    short = unit if unit == "%" else None
    drawn.append(_text(0, 44, f"{ends[0]}{_with_unit(worse, short)}"))
    drawn.append(_text(_STRIP, 44, f"{ends[1]}{_with_unit(better, short)}", "end"))
    title = f"{label}: {_with_unit(value, unit)}"
    peer_group = counted(len(peers), "trust") if is_of_peers else "its type"
    summary = f"The median of {peer_group} is {_with_unit(median, unit)}."
    return _svg(_STRIP, 48, title, summary, drawn)


def trend(label: str, quarters: Sequence[str], values: Sequence[float | None], unit: str | None,
          medians: Sequence[float | None] = ()) -> Markup:  # fmt: skip
    """Draw figures quarter by quarter as a line, and the peers' median as a dashed one.

    A missing quarter leaves a gap in both.
    """
    known = [v for v in (*values, *medians) if v is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    span = (high - low) or 1.0
    places = _places(quarters)
    last = places[-1] if places else 0
    step = (_TREND - 60) / max(last, 1)

    def point(place: int, figure: float) -> tuple[float, float]:
        return 30 + place * step, 70 - (figure - low) / span * 44

    def lines(kind: str, drawn: Sequence[float | None]) -> list[str]:
        known = [(place, v) for place, v in zip(places, drawn, strict=True) if v is not None]
        return [_path(kind, [point(*each) for each in run]) for run in _runs(known)]

    drawn = [*(lines("dashed", medians) if medians else []), *lines("line", values)]
    for place, quarter, value in zip(places, quarters, values, strict=True):
        x = 30 + place * step
        anchor = "start" if place == 0 else "end" if place == last else "middle"
        edge = 0 if anchor == "start" else _TREND if anchor == "end" else x
        drawn.append(_text(edge, 92, quarter, anchor))
        if value is not None:
            _, y = point(place, value)
            drawn.append(f'<circle class="own" cx="{x:.1f}" cy="{y:.1f}" r="4"/>')
            drawn.append(_text(edge, y - 8, _with_unit(value, unit), anchor))
    summary = "; ".join(
        f"{quarter} {_with_unit(value, unit)}"
        for quarter, value in zip(quarters, values, strict=True)
    )
    return _svg(_TREND, 98, label, summary, drawn)


def _places(quarters: Sequence[str]) -> list[int]:
    """Return how many quarters each one is after the first."""
    parsed = [Quarter.parse(quarter) for quarter in quarters]
    numbers = [4 * quarter.year + quarter.number for quarter in parsed]
    return [number - numbers[0] for number in numbers]


def _runs(known: Sequence[tuple[int, float]]) -> list[list[tuple[int, float]]]:
    """Split figures into runs of quarters that follow one another."""
    runs: list[list[tuple[int, float]]] = []
    for place, figure in known:
        if runs and place - runs[-1][-1][0] == 1:
            runs[-1].append((place, figure))
        else:
            runs.append([(place, figure)])
    return runs


def _with_unit(figure: float | None, unit: str | None) -> str:
    return numbers.with_unit(numbers.rounded(figure), unit)


def _at(score: float) -> float:
    return (score - _LOW) / (_HIGH - _LOW) * _PLOT


def _size(width: float, height: float) -> str:
    return f'width="{max(width, 1):.1f}" height="{height}"'


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _path(kind: str, points: Sequence[tuple[float, float]]) -> str:
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline class="{kind}" points="{joined}"/>'


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(width: int, height: int, title: str, summary: str, drawn: Sequence[str]) -> Markup:
    label = escape(f"{title}. {summary}", quote=True)
    return Markup(  # noqa: S704
        f'<svg role="img" aria-label="{label}" viewBox="0 0 {width} {height}">'
        f"<title>{escape(title)}</title>{''.join(drawn)}</svg>"
    )
