"""Averages, and places by them, against the oracle."""

from __future__ import annotations

import pytest

from tests.oracle import averages, questions
from tests.oracle.files import Trust
from tests.oracle.world import World, number

ROUNDED = 0.01
"""How far a published average may be from that of the published scores, which are rounded."""


def _trusts(world: World, one_in: int, turn: int, *, long: int) -> list[tuple[str, Trust]]:
    every = [
        (quarter, trust) for quarter, trusts in world.releases.items() for trust in trusts.values()
    ]
    return world.share(every, one_in, turn, long=long)


def test_published_averages_follow_from_the_scores(world: World) -> None:
    """The oracle's own rule, before anything is held against it."""
    for quarter, trust in _trusts(world, 7, 0, long=1):
        average = averages.mean(averages.counted(trust, quarter))
        assert average is not None
        assert float(average) == pytest.approx(
            questions.standing(trust, quarter).average, abs=ROUNDED
        ), (quarter, trust.code)
        for domain, mean in averages.domain_means(trust, quarter).items():
            published, _ = trust.domains[domain]
            assert float(mean or 0) == pytest.approx(published, abs=ROUNDED), trust.code


def test_why_a_trust_is_where_it_is(world: World) -> None:
    for quarter, trust in _trusts(world, 450, 300, long=150):
        rows = world.ask("explain", trust.code, "--quarter", quarter, "--csv").rows()
        metrics = {
            row["metric_id"]: (
                row["domain"],
                number(row["score"]),
                float(row["weight"]) if row["counts"] == "true" else None,
            )
            for row in rows
            if row["level"] == "metric" and row["score"]
        }
        scores = averages.counted(trust, quarter)
        weights = {member.metric_id: member.thirds / 3 for member in scores}
        assert metrics == {
            metric_id: (metric.domain, metric.score, weights.get(metric_id))
            for metric_id, metric in trust.metrics.items()
            if metric.score is not None
        }, (quarter, trust.code)

        domains = {row["domain"]: row for row in rows if row["level"] == "domain"}
        published = {
            domain: (number(row["score"]), number(row["rank"])) for domain, row in domains.items()
        }
        assert published == trust.domains, (quarter, trust.code)
        computed = {
            domain: float(row["computed_score"])
            for domain, row in domains.items()
            if row["computed_score"]
        }
        means = averages.domain_means(trust, quarter)
        assert computed == pytest.approx(
            {domain: float(mean) for domain, mean in means.items() if mean is not None}, abs=1e-6
        ), (quarter, trust.code)

        place = questions.standing(trust, quarter)
        levels = {row["level"]: row for row in rows}
        average = averages.mean(scores)
        assert average is not None
        assert number(levels["average score"]["score"]) == place.average
        assert float(levels["average score"]["computed_score"]) == pytest.approx(
            float(average), abs=1e-6
        )
        assert number(levels["segment"]["value"]) == place.segment
        assert number(levels["league rank"]["rank"]) == place.rank


def test_places_without_each_domain_and_each_metric(world: World) -> None:
    for quarter, trust in _trusts(world, 450, 301, long=150):
        rows = world.ask("robust", trust.code, "--quarter", quarter, "--csv").rows()
        ours = {
            row["metric_id"] or row["name"]: (
                int(row["computed_place"]),
                int(row["computed_place_change"]),
            )
            for row in rows
            if row["scenario"].startswith("without")
        }
        scores = averages.scores_of_type(world.releases, quarter, trust.trust_type)
        now = averages.places(scores)[trust.code]
        members = scores[trust.code]
        names = {member.metric_id for member in members} | {member.domain for member in members}
        expected = {name: averages.places(scores, name)[trust.code] for name in names}
        assert ours == {name: (place, place - now) for name, place in expected.items()}, (
            quarter,
            trust.code,
        )


def test_the_worst_of_each_area(world: World) -> None:
    """Of each sub-domain but those called as their domain is, which has a published score."""
    areas = [
        (*table, area)
        for table in world.tables()
        for area in sorted(
            {m.sub_domain for trust in world.trusts(*table) for m in trust.metrics.values()}
            - {domain for trust in world.trusts(*table) for domain in trust.domains}
        )
    ]
    for quarter, trust_type, area in world.share(areas, 29, 3, long=6):
        question = ("worst", "--metric", area, "--type", trust_type, "--quarter", quarter)
        rows = world.ask(*question, "--limit", "0", "--csv").rows()
        ours = {
            row["trust_code"]: (
                round(float(row["computed_mean_score"]), 6),
                int(row["metrics_scored"]),
                int(row["computed_rank"]),
            )
            for row in rows
            if row["computed_mean_score"]
        }
        means = averages.area_means(world.releases, quarter, trust_type, area)
        assert ours == {
            code: (
                round(float(mean), 6),
                number_of_scores,
                1 + sum(other < mean for other, _ in means.values()),
            )
            for code, (mean, number_of_scores) in means.items()
        }, question
        order = [float(row["computed_mean_score"]) for row in rows if row["computed_mean_score"]]
        assert order == sorted(order, reverse=True), question


def test_the_worst_of_each_domain(world: World) -> None:
    domains = [
        (*table, domain)
        for table in world.tables()
        for domain in sorted({domain for trust in world.trusts(*table) for domain in trust.domains})
    ]
    for quarter, trust_type, domain in world.share(domains, 19, 2, long=4):
        question = ("worst", "--metric", domain, "--type", trust_type, "--quarter", quarter)
        rows = world.ask(*question, "--limit", "0", "--csv").rows()
        ours = {
            row["trust_code"]: (number(row["score"]), number(row["rank"]))
            for row in rows
            if row["score"]
        }
        assert ours == {
            trust.code: trust.domains[domain]
            for trust in world.trusts(quarter, trust_type)
            if domain in trust.domains
        }, question


def test_the_computed_mean_of_a_domain(world: World) -> None:
    newest = list(world.releases)[-1]
    question = ("worst", "--metric", "Patient safety", "--type", "acute", "--quarter", newest)
    rows = world.ask(*question, "--limit", "0", "--csv").rows()
    ours = {row["trust_code"]: float(row["computed_mean_score"]) for row in rows}
    means = averages.area_means(world.releases, newest, "acute", "Patient safety")
    assert ours == pytest.approx({code: float(mean) for code, (mean, _) in means.items()}, abs=1e-6)
