"""Whom to ask: similar trusts in the best half, better than the trust, and not weak themselves."""

from __future__ import annotations

import polars as pl

from nhs_league.core.frames import OBSERVATIONS
from nhs_league.core.peers import WITH_PEERS, who_to_ask

WAITS, FALLS = "OF0023", "OF0990"


def rows(schema: pl.Schema, *given: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([dict.fromkeys(schema) | row for row in given], schema=schema)


def test_the_likest_three_that_do_well_are_asked() -> None:
    """Of waits higher is better and the median is 60; of falls lower, and the median is 5."""
    weak = rows(
        WITH_PEERS,
        {"metric_id": WAITS, "unit": "%", "value": 40.0, "median": 60.0, "higher_is_better": True},
        {
            "metric_id": FALLS,
            "unit": "rate",
            "value": 9.0,
            "median": 5.0,
            "higher_is_better": False,
        },
    )
    similar = pl.DataFrame({"trust_code": list("ABCDEFG"), "trust_name": list("abcdefg")})
    waits = {"A": 70.0, "B": 59.9, "C": 60.0, "D": 90.0, "E": 95.0, "F": 99.0, "G": 99.0, "X": 99.0}
    odd: dict[str, dict[str, object]] = {
        "D": {"score": 3.0},
        "E": {"doubt": "its rank does not fit"},
    }
    figures = [
        {"trust_code": code, "metric_id": WAITS, "unit": "%", "value": value, "score": 1.5}
        | odd.get(code, {})
        for code, value in waits.items()
    ]
    falls = [
        {"trust_code": code, "metric_id": FALLS, "unit": "rate", "value": value}
        for code, value in {"A": 5.1, "B": 5.0, "C": 0.0}.items()
    ]
    observed = rows(OBSERVATIONS, *figures, *falls)
    trusts = who_to_ask(observed.lazy(), weak, similar)
    assert trusts.select("metric_id", "trust_code", "value").rows() == [
        (WAITS, "A", 70.0),
        (WAITS, "C", 60.0),
        (WAITS, "F", 99.0),
        (FALLS, "B", 5.0),
        (FALLS, "C", 0.0),
    ]
