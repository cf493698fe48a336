"""The official method in plain Python: from values to scores, domains, averages, segments and ranks.

Some metrics are scored over the trusts of all types, others within the type; ranks are within the
type. A domain's score and the average score are means of metric scores, in which each of the three
infection scores counts one third and some scores stand in for others. Segments are cut at the
quartiles of all trusts (2025/26) or at fixed limits (2026/27); a trust whose planned result or
result so far is negative is no better than segment 3. The league orders by segment and then by
average score; ties share the smaller rank.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from statistics import quantiles

from sample_release.figures import EVENTS, SEED, Events, banded, small_count, value
from sample_release.frameworks import framework_of
from sample_release.measures import TYPES, Framework, Measure, Rule
from sample_release.scores import paired_score, scores, shared_ranks, value_ranks
from sample_release.trusts import Trust, holders

_PLAN, _TO_DATE = 79, 81


@dataclass(frozen=True)
class Peers:
    """What a metric's published values are in a trust type."""

    median: float
    lower_quartile: float
    upper_quartile: float


@dataclass(slots=True)
class Figure:
    """One trust's figure of one metric: the published value and unit, its rank and its score."""

    value: float | None = None
    unit: str = ""
    rank: int | None = None
    score: float | None = None


@dataclass
class Place:
    """How a trust stands in a quarter; ``final`` is the segment after decisions of people."""

    average: float
    unadjusted: int
    segment: int
    final: int
    override: bool
    score_rank: int = 0
    rank: int = 0
    domain_scores: dict[str, float] = field(default_factory=dict)
    domain_segments: dict[str, int] = field(default_factory=dict)
    domain_ranks: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A quarter's figures: each trust's of each metric, the metrics' peers, and the places."""

    quarter: int
    framework: Framework
    members: dict[str, list[Trust]]
    figures: dict[Measure, dict[str, Figure]]
    peers: dict[tuple[Measure, str], Peers]
    places: dict[str, Place]


def make_table(
    quarter: int, trusts: list[Trust], *, revised: bool, events: Events = EVENTS
) -> Table:
    """Work out all of a quarter from the values of its trusts."""
    framework = framework_of(quarter)
    members = {kind: [t for t in trusts if t.trust_type == kind] for kind in TYPES}
    table = Table(quarter, framework, members, {}, {}, {})
    for measure in framework.measures:
        if quarter % 4 >= measure.since:
            table.figures[measure] = _figures(table, measure, revised, events)
    for measure in table.figures:
        if measure.rule is Rule.MATRIX:
            first, second = (_scores_of(table, number) for number in measure.parts)
            for code, figure in table.figures[measure].items():
                figure.score = float(measure.table[int(first[code]), int(second[code])])
    _place(table, events)
    for kind in TYPES:
        _rank([table.places[trust.code] for trust in members[kind]])
    return table


def counted_scores(
    table: Table, code: str, domain: str | None = None
) -> Iterator[tuple[float, int]]:
    """Return the scores that count for a trust, or for one of its domains, with weights in thirds."""
    for measure, figures in table.figures.items():
        figure = figures.get(code)
        if (
            figure is not None
            and figure.score is not None
            and measure.number not in table.framework.not_counted
            and domain in (None, measure.domain)
        ):
            yield figure.score, 1 if measure.number in table.framework.thirds else 3


def _figures(table: Table, measure: Measure, revised: bool, events: Events) -> dict[str, Figure]:
    if measure.rule is Rule.PAIRED:
        return _paired(table, measure)
    figures: dict[str, Figure] = {}
    values: dict[str, dict[str, float]] = {}
    for kind, level in measure.levels.items():
        there = table.members[kind]
        having = holders(measure.service, level, there, table.quarter, SEED)
        counting = _small(measure, there)
        values[kind] = {}
        for trust in there:
            if trust.code not in having:
                continue
            figure = figures[trust.code] = Figure()
            if measure.rule is Rule.SHARES:
                figure.score = banded(trust, measure, table.quarter, events)
            if not measure.has_value:
                continue
            is_count = trust.code in counting
            drawn = (
                small_count(trust, measure, table.quarter)
                if is_count
                else value(trust, measure, table.quarter, revised=revised, events=events)
            )
            values[kind][trust.code] = drawn
            figure.value = round(drawn, measure.places) + 0.0
            figure.unit = "count" if is_count else measure.unit
        _compare(table, measure, kind, values[kind], figures)
    for scored in _scored_together(measure, values):
        for code, score in scores(measure, scored).items():
            figures[code].score = score
    return figures


def _small(measure: Measure, members: list[Trust]) -> set[str]:
    """Choose the specialists whose value is a count."""
    specialists = [t.code for t in members if t.subtype == "Acute - Specialist"]
    return set(specialists[: measure.counts])


def _compare(
    table: Table, measure: Measure, kind: str, drawn: dict[str, float], figures: dict[str, Figure]
) -> None:
    """Rank the values of a type, and put its median and quartiles in the table."""
    if not drawn:
        return
    if measure.is_ranked:
        for code, rank in value_ranks(measure, drawn).items():
            figures[code].rank = rank
    published = [figures[code].value or 0.0 for code in drawn]
    low, middle, high = _quartiles(published)
    table.peers[measure, kind] = Peers(*(round(one, 2) + 0.0 for one in (middle, low, high)))


def _scored_together(
    measure: Measure, values: dict[str, dict[str, float]]
) -> Iterable[dict[str, float]]:
    """Return the values that are scored against each other."""
    if measure.rule not in (Rule.RANK, Rule.STANDARD, Rule.FLOOR, Rule.BANDS):
        return []
    if measure.over_all:
        return [{code: one for of_type in values.values() for code, one in of_type.items()}]
    return values.values()


def _paired(table: Table, measure: Measure) -> dict[str, Figure]:
    first, second = (
        {
            code: figure.value
            for part, figures in table.figures.items()
            if part.number == number and part.has_value
            for code, figure in figures.items()
        }
        for number in measure.parts
    )
    return {
        code: Figure(score=paired_score(first.get(code), second.get(code)))
        for code in first | second
    }


def _scores_of(table: Table, number: int) -> dict[str, float]:
    (figures,) = (fs for measure, fs in table.figures.items() if measure.number == number)
    return {code: figure.score or 0.0 for code, figure in figures.items()}


def _quartiles(values: list[float]) -> list[float]:
    return quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3


def _mean(weighted: Iterable[tuple[float, int]]) -> float:
    pairs = list(weighted)
    total = sum(round(100 * score) * weight for score, weight in pairs)
    return round(total / 100 / sum(weight for _, weight in pairs), 2)


def _place(table: Table, events: Events) -> None:
    """Average, cut all trusts of whatever type into segments, and apply the override."""
    framework = table.framework
    codes = [trust.code for kind in TYPES for trust in table.members[kind]]
    averages = {code: _mean(counted_scores(table, code)) for code in codes}
    cuts = framework.cuts or _quartiles(list(averages.values()))
    results = [_scores_of(table, number) for number in (_PLAN, _TO_DATE)]
    for code in codes:
        unadjusted = 1 + sum(averages[code] > cut for cut in cuts)
        override = any(result[code] > 1 for result in results)
        segment = max(unadjusted, 3) if override else unadjusted
        decided = framework.support is not None and code in events.in_support
        table.places[code] = Place(
            averages[code], unadjusted, segment, 5 if decided else segment, override
        )
    for domain in framework.domains:
        of_domain: dict[str, float] = {}
        for code in codes:
            counted = list(counted_scores(table, code, domain))
            if counted:
                of_domain[code] = _mean(counted)
        domain_cuts = _quartiles(list(of_domain.values()))
        for code, score in of_domain.items():
            place = table.places[code]
            place.domain_scores[domain] = score
            place.domain_segments[domain] = 1 + sum(score > cut for cut in domain_cuts)


def _rank(places: list[Place]) -> None:
    """Rank the trusts of one type: the league, on score alone, and by domain."""
    numbered = {str(number): place for number, place in enumerate(places)}
    league = shared_ranks({n: 10 * p.segment + p.average for n, p in numbered.items()})
    by_score = shared_ranks({n: p.average for n, p in numbered.items()})
    by_domain: dict[str, dict[str, float]] = defaultdict(dict)
    for number, place in numbered.items():
        place.rank, place.score_rank = league[number], by_score[number]
        for domain, score in place.domain_scores.items():
            by_domain[domain][number] = score
    for domain, of_domain in by_domain.items():
        for number, rank in shared_ranks(of_domain).items():
            numbered[number].domain_ranks[domain] = rank
