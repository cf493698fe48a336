"""Spreads and groups against the oracle."""

from __future__ import annotations

import pytest

from tests.oracle import spreads
from tests.oracle.world import World, number

FEW = 41
LONG = 8
"""One question in so many is asked by default, and in the long run."""
NO_DATA = 4
"""The exit code where a metric has only scores."""


def test_the_spread_of_each_metric(world: World) -> None:
    compared = 0
    for quarter, trust_type, metric_id in world.share(world.all_metrics(), FEW, long=LONG):
        having = spreads.figures(world.releases, quarter, trust_type, metric_id)
        values = [spreads.value(metric) for _, metric in having]
        question = ("spread", metric_id, "--type", trust_type, "--quarter", quarter)
        reply = world.ask(*question, "--csv")
        if not values:
            assert reply.returncode == NO_DATA, question
            continue
        _check_bins(reply.rows(), values, question)
        published = {number(row["median"]) for row in reply.rows()}
        assert published == {next((m.median for _, m in having if m.median is not None), None)}, (
            question
        )
        compared += 1
    assert compared > (10 if world.is_whole else 2)


def test_values_on_the_edges_of_a_spread(world: World) -> None:
    """A value on an edge is in the upper bin, as 6.35 of 5.59 to 7.11 is in the upper half.

    Each of these metrics has such values, in the sample or in the real files.
    """
    newest = list(world.releases)[-1]
    for metric_id, trust_type in (("OF0061", "acute"), ("OF0084", "mental-health-community")):
        having = spreads.figures(world.releases, newest, trust_type, metric_id)
        question = ("spread", metric_id, "--type", trust_type, "--quarter", newest)
        values = [spreads.value(metric) for _, metric in having]
        _check_bins(world.ask(*question, "--csv").rows(), values, question)


def _check_bins(rows: list[dict[str, str]], values: list[float], question: tuple[str, ...]) -> None:
    expected = spreads.bins(values)
    starts = [float(row["computed_from"]) for row in rows]
    ends = [float(row["computed_to"]) for row in rows]
    assert starts == pytest.approx([part.start for part in expected], abs=1e-6), question
    assert ends == pytest.approx([part.end for part in expected], abs=1e-6), question
    ours = [(int(row["trusts"]), row["has_median"] == "true") for row in rows]
    assert ours == [(part.trusts, part.has_median) for part in expected], question


def test_the_spread_of_a_metric_over_groups(world: World) -> None:
    compared = 0
    for quarter, trust_type, metric_id in world.share(world.all_metrics(), FEW, 17, long=LONG):
        by = ("region", "subtype", "segment")[compared % 3]
        question = ("compare", "--by", by, "--metric", metric_id, "--type", trust_type)
        having = spreads.compared(world.releases, quarter, trust_type, metric_id)
        reply = world.ask(*question, "--quarter", quarter, "--csv")
        if not having:
            assert reply.returncode == NO_DATA, question
            continue
        rows = reply.rows()
        ours = {
            row["group"]: (
                int(row["trusts"]),
                *(
                    number(row[column])
                    for column in (
                        "computed_median",
                        "computed_lower_quartile",
                        "computed_upper_quartile",
                        "best_value",
                        "worst_value",
                    )
                ),
            )
            for row in rows
        }
        expected = spreads.groups(world.releases, quarter, trust_type, metric_id, by)
        assert set(ours) == set(expected), (question, quarter)
        for name, group in expected.items():
            figures = (group.median, group.lower, group.upper, group.best, group.worst)
            assert ours[name] == pytest.approx((group.trusts, *figures)), (question, quarter)
        by_trust = {trust.code: figure for trust, figure in having}
        for row in rows:
            assert by_trust[row["best_trust_code"]] == float(row["best_value"])
            assert by_trust[row["worst_trust_code"]] == float(row["worst_value"])
        compared += 1
    assert compared > (10 if world.is_whole else 2)
