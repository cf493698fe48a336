"""Measured times as Markdown."""

from __future__ import annotations

from collections.abc import Mapping

from bench.race import Timing


def table(
    what: str,
    timings: Mapping[str, Timing],
    against: Mapping[str, Timing | Mapping[str, Timing]] | None = None,
) -> str:
    """Write timings as a table.

    Args:
        what: the heading of the first column.
        timings: name -> timing.
        against: heading of a column of ratios -> what each timing is divided by: one timing, or
            one for each name (a name without one gets no ratio).

    """
    has_peak = any(t.peak is not None for t in timings.values())
    memory = ["peak memory"] if has_peak else []
    headings = [what, "median", "fastest to slowest", *memory, *(against or {})]
    rows = [
        [
            name,
            f"{t.median * 1000:,.0f} ms",
            f"{t.low * 1000:,.0f} to {t.high * 1000:,.0f} ms",
            *([megabytes(t)] if has_peak else []),
            *(_ratio(name, t, by) for by in (against or {}).values()),
        ]
        for name, t in timings.items()
    ]
    return grid(headings, rows)


def megabytes(timing: Timing) -> str:
    """Write a peak of memory."""
    return "" if timing.peak is None else f"{timing.peak:,.0f} MiB"


def grid(headings: list[str], rows: list[list[str]]) -> str:
    """Write rows of text as a table, all columns but the first to the right."""
    marks = ["---", *("---:" for _ in headings[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (headings, marks, *rows)) + "\n"


def _ratio(name: str, timing: Timing, by: Timing | Mapping[str, Timing]) -> str:
    floor = by.get(name) if isinstance(by, Mapping) else by
    return f"{timing.median / floor.median:.2f}" if floor else ""
