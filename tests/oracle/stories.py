"""What a story may say: its figures in the raw rows, and its rule worked out again."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from math import erfc, exp, gamma, sqrt
from typing import Any

from tests.oracle.averages import counted
from tests.oracle.files import Releases, Trust
from tests.oracle.questions import standing
from tests.oracle.spreads import figures, value

Row = dict[str, Any]
STANDARDS = {
    # Metric ID: the national standard, and whether more is better (NHS Constitution and planning
    # guidance, as in NHS England's statistics).
    "OF0023": (92, True),
    "OF0011": (85, True),
    "OF0010": (80, True),
    "OF0008": (1, False),
    "OF0013": (95, True),
    "OF0017": (18, False),
    "OF0113": (80, True),
}
_NO_FIGURES = (
    r"\([A-Z0-9]{3,5}\)", r"\(1 is best, 4 is worst\)", r"\(1 is best\)", r"segments 1 and 2",
    r"Q[1-4] \d{4}/\d{2}", r"fewer than 1 in [\d,]+", r"about \d+ in 100", r"more than 99 of 100",
    r"of 100 redraws", r"out of 100?",
)  # fmt: skip


def numbers(story: Row) -> list[float]:
    """Return the numbers of a story's sentence and of its certainty, but those of names."""
    text = f"{story['in_words']} {story['certainty']}"
    for name in [story["short_name"], *(row["trust_name"] for row in story["rows"])]:
        if name:
            text = re.sub(
                re.escape(re.sub(r" NHS (Foundation )?Trust$", "", name)),
                "",
                text,
                flags=re.IGNORECASE,
            )
    for words in _NO_FIGURES:
        text = re.sub(words, "", text)
    return [float(n.replace("−", "-")) for n in re.findall(r"−?\d+(?:\.\d+)?", text)]


def known(story: Row) -> list[float]:
    """Return all figures of a story's rows."""
    return [
        float(figure)
        for row in story["rows"]
        for name, figure in row.items()
        if isinstance(figure, int | float)
    ]


def so_low(rank: int, of: int, metrics: int, quarters: int) -> float:
    """Return how often one of some metrics is ranked so low, again and again, by chance."""
    return 1 - (1 - (of - rank + 1) / of * (1 / 6) ** (quarters - 1)) ** metrics


def meeting(releases: Releases, quarter: str, trust_type: str, metric_id: str) -> tuple[int, int]:
    """Return how many trusts meet a metric's standard, and how many have a value."""
    standard, higher = STANDARDS[metric_id]
    values = [value(m) for _, m in figures(releases, quarter, trust_type, metric_id)]
    met = [v >= standard if higher else v <= standard for v in values]
    return sum(met), len(met)


def domains_apart(trust: Trust, quarter: str) -> tuple[str, str, float] | None:
    """Return a trust's best and worst domain, and how often chance sets the two so far apart."""
    scores: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for each in counted(trust, quarter):
        scores[each.domain].append((each.hundredths / 100, each.thirds / 3))
    pairs = [pair for of_domain in scores.values() for pair in of_domain]
    enough = {d: of_domain for d, of_domain in scores.items() if len(of_domain) >= 3}
    if len(enough) < 2:
        return None
    means = {d: _mean(of_domain) for d, of_domain in enough.items()}
    best, worst = (pick(means, key=lambda d: (means[d], d)) for pick in (min, max))
    middle, count = _mean(pairs), len(pairs)
    variance = sum(w * (s - middle) ** 2 for s, w in pairs) / sum(w for _, w in pairs)
    variance *= count / (count - 1)
    parts = sum(
        sum(w * w for _, w in enough[d]) / sum(w for _, w in enough[d]) ** 2 for d in (best, worst)
    )
    z = (means[worst] - means[best]) / sqrt(variance * parts)
    return best, worst, min(1.0, erfc(z / sqrt(2)) * len(enough) * (len(enough) - 1) / 2)


def _mean(pairs: Sequence[tuple[float, float]]) -> float:
    return sum(s * w for s, w in pairs) / sum(w for _, w in pairs)


def regions_apart(by_region: dict[str, list[float]]) -> float:
    """Return Kruskal and Wallis's probability that regions differ so much by chance."""
    groups = [values for values in by_region.values() if len(values) >= 5]
    every = sorted(v for values in groups for v in values)
    n = len(every)
    ranks = {v: every.index(v) + (every.count(v) + 1) / 2 for v in set(every)}
    squares = sum(sum(ranks[v] for v in values) ** 2 / len(values) for values in groups)
    statistic = 12 / (n * (n + 1)) * squares - 3 * (n + 1)
    statistic /= 1 - sum(t**3 - t for t in Counter(every).values()) / (n**3 - n)
    return _chi_square_tail(statistic, len(groups) - 1)


def _chi_square_tail(statistic: float, freedom: int) -> float:
    """Sum the density from the statistic on, in small steps by Simpson's rule."""

    def density(x: float) -> float:
        scale: float = 2.0 ** (freedom / 2) * gamma(freedom / 2)
        return float(x ** (freedom / 2 - 1)) * exp(-x / 2) / scale

    steps, end = 20_000, statistic + 200
    width = (end - statistic) / steps
    weights = (1 if i in (0, steps) else 4 if i % 2 else 2 for i in range(steps + 1))
    total = sum(w * density(statistic + i * width) for i, w in enumerate(weights))
    return total * width / 3


def region_figures(
    releases: Releases, quarter: str, trust_type: str, metric_id: str | None
) -> dict[str, list[float]]:
    """Return region -> its trusts' values of a metric, or their average scores."""
    shares: dict[str, list[float]] = defaultdict(list)
    if metric_id is not None:
        for trust, metric in figures(releases, quarter, trust_type, metric_id):
            shares[trust.region].append(value(metric))
        return shares
    for trust in releases[quarter].values():
        average = standing(trust, quarter).average
        if trust.trust_type == trust_type and average is not None:
            shares[trust.region].append(average)
    return shares
