"""The official method in plain Python: values to scores, domains, average, segment and rank.

Rules: NHS England, NHS Oversight Framework 2025/26 methodology manual. A metric's score is 1.00
(best) to 4.00 within its trust type; a domain's score and the average score are means of metric
scores, combined finance standing in for its two parts; the unadjusted segment is the national
quartile of the average score; a trust in deficit is no better than segment 3; the league orders by
segment and then by average score, and ties share the smaller rank.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from math import ceil, sqrt
from statistics import mean, median, quantiles, stdev

from sample_release.figures import EVENTS, Events, is_measured, value
from sample_release.measures import MEASURES, Measure, Rule
from sample_release.trusts import Trust

_PLAN, _COMBINED, _VARIANCE = 79, 80, 81


@dataclass(frozen=True)
class Scored:
    """One trust's figure of one metric; ``value`` is None for metrics published as score alone."""

    value: float | None
    rank: int | None
    score: float


@dataclass(frozen=True)
class Peers:
    """What a metric's values are in a trust type."""

    median: float
    lower_quartile: float
    upper_quartile: float


@dataclass
class Place:
    """How a trust stands in a quarter."""

    average: float
    low: float
    high: float
    unadjusted: int
    segment: int
    override: bool
    deficit: bool
    score_rank: int = 0
    rank: int = 0
    rank_low: int = 0
    rank_high: int = 0
    domain_scores: dict[str, float] = field(default_factory=dict)
    domain_segments: dict[str, int] = field(default_factory=dict)
    domain_ranks: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A quarter's figures: by trust code and metric number, and how each trust stands."""

    scored: dict[str, dict[int, Scored]]
    peers: dict[tuple[str, int], Peers]
    places: dict[str, Place]


def make_table(
    quarter: int, trusts: list[Trust], *, revised: bool, events: Events = EVENTS
) -> Table:
    """Work out all of a quarter from the values of its trusts."""
    scored: dict[str, dict[int, Scored]] = defaultdict(dict)
    peers: dict[tuple[str, int], Peers] = {}
    by_type = _grouped(trusts)
    for trust_type, members in by_type.items():
        for measure in MEASURES[trust_type]:
            values = {
                trust.code: value(trust, measure, quarter, revised=revised, events=events)
                for trust in members
                if is_measured(trust, measure, quarter) and measure.rule is not Rule.COMBINED
            }
            if values and measure.rule is not Rule.SURVEY:
                lower, _, upper = quantiles(values.values(), n=4, method="inclusive")
                peers[trust_type, measure.number] = Peers(
                    round(median(values.values()), 2), round(lower, 2), round(upper, 2)
                )
            for code, one in _scores(measure, values).items():
                scored[code][measure.number] = one
        for trust in members:
            parts = [scored[trust.code][number].score for number in (_PLAN, _VARIANCE)]
            scored[trust.code][_COMBINED] = Scored(None, None, float(ceil(mean(parts))))
    places = _places(by_type, scored, events)
    return Table(dict(scored), peers, places)


def shared_ranks(keys: dict[str, float]) -> dict[str, int]:
    """Rank from 1, smallest key first; ties share the smaller rank."""
    ordered = sorted(keys.values())
    first: dict[float, int] = {}
    for place, key in enumerate(ordered, 1):
        first.setdefault(key, place)
    return {name: first[key] for name, key in keys.items()}


def _grouped(trusts: list[Trust]) -> dict[str, list[Trust]]:
    grouped: dict[str, list[Trust]] = defaultdict(list)
    for trust in trusts:
        grouped[trust.trust_type].append(trust)
    return grouped


def _scores(measure: Measure, values: dict[str, float]) -> dict[str, Scored]:
    if measure.rule is Rule.SURVEY:
        return {code: Scored(None, None, drawn) for code, drawn in values.items()}
    sign = -1 if measure.higher_is_better else 1
    ranks = shared_ranks({code: sign * one for code, one in values.items()})
    badness = {code: sign * one for code, one in values.items()}
    best, worst = min(badness.values(), default=0), max(badness.values(), default=0)

    def score(code: str) -> float:
        if measure.rule is Rule.BANDS and measure.bands is not None:
            return 1.0 + sum(badness[code] > sign * limit for limit in measure.bands)
        if measure.rule is Rule.VALUE:
            return 1 + 3 * (badness[code] - best) / ((worst - best) or 1)
        return 1 + 3 * (ranks[code] - 1) / max(len(values) - 1, 1)

    return {code: Scored(values[code], ranks[code], round(score(code), 2)) for code in values}


def _places(
    by_type: dict[str, list[Trust]], scored: dict[str, dict[int, Scored]], events: Events
) -> dict[str, Place]:
    places: dict[str, Place] = {}
    for trust_type, members in by_type.items():
        domain = {m.number: m.domain for m in MEASURES[trust_type]}
        for trust in members:
            counting = {
                n: s.score for n, s in scored[trust.code].items() if n not in (_PLAN, _VARIANCE)
            }
            scores = list(counting.values())
            average, error = mean(scores), 1.96 * stdev(scores) / sqrt(len(scores))
            deficit = (scored[trust.code][_PLAN].value or 0) < 0
            low, high = round(max(average - error, 1), 2), round(min(average + error, 4), 2)
            place = Place(round(average, 2), low, high, 0, 0, override=False, deficit=deficit)
            for name in dict.fromkeys(domain[n] for n in counting):
                place.domain_scores[name] = round(
                    mean(s for n, s in counting.items() if domain[n] == name), 2
                )
            places[trust.code] = place
    _segment(places, events)
    for members in by_type.values():
        _rank({trust.code: places[trust.code] for trust in members})
    return places


def _segment(places: dict[str, Place], events: Events) -> None:
    """Cut all trusts, whatever their type, into national quartiles, then apply the override."""
    cuts = quantiles((p.average for p in places.values()), n=4, method="inclusive")
    domains = {name for p in places.values() for name in p.domain_scores}
    domain_cuts = {
        name: quantiles(
            (p.domain_scores[name] for p in places.values() if name in p.domain_scores),
            n=4,
            method="inclusive",
        )
        for name in domains
    }
    for code, place in places.items():
        place.unadjusted = 1 + sum(place.average > cut for cut in cuts)
        place.override = place.deficit and place.unadjusted < 3
        place.segment = 3 if place.override else place.unadjusted
        if code in events.in_support:
            place.segment = 5
        for name, score in place.domain_scores.items():
            place.domain_segments[name] = 1 + sum(score > cut for cut in domain_cuts[name])


def _rank(places: dict[str, Place]) -> None:
    """Rank the trusts of one type: the league, by score alone, and by domain."""
    league = shared_ranks({code: 10 * p.segment + p.average for code, p in places.items()})
    by_score = shared_ranks({code: p.average for code, p in places.items()})
    averages = [p.average for p in places.values()]
    for code, place in places.items():
        place.rank, place.score_rank = league[code], by_score[code]
        place.rank_low = min(place.rank, 1 + sum(a < place.low for a in averages))
        place.rank_high = max(place.rank, sum(a <= place.high for a in averages))
    for name in {name for p in places.values() for name in p.domain_scores}:
        ranks = shared_ranks(
            {c: p.domain_scores[name] for c, p in places.items() if name in p.domain_scores}
        )
        for code, rank in ranks.items():
            places[code].domain_ranks[name] = rank
