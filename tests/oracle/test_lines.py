"""Where each figure comes from, against the oracle's reading of the files."""

from __future__ import annotations

import pytest

from tests.oracle.files import ADJUSTED, AVERAGE, DOMAIN_SCORES
from tests.oracle.lines import Place, places
from tests.oracle.world import World


def number(text: str) -> int | None:
    return int(text) if text else None


@pytest.mark.long
def test_every_figure_names_its_file_and_line(world: World) -> None:
    lines = places(world.files())
    trusts = [(quarter, code) for quarter in world.releases for code in world.releases[quarter]]
    for quarter, code in world.share(trusts, 149, 5, long=29):
        rows = world.ask("sources", code, "--quarter", quarter, "--csv").rows()
        ours = {row["metric_id"]: row for row in rows if row["what"] == "metric"}
        expected = {
            metric_id: place
            for (of_quarter, of_code, metric_id), place in lines.items()
            if (of_quarter, of_code) == (quarter, code)
        }
        metrics = {i: place for i, place in expected.items() if not i.startswith(("OF4", "OF5"))}
        assert {
            metric_id: Place(
                row["release_file"].partition("#")[0],
                row["sha256"],
                number(row["line"]),
                number(row["score_line"]),
            )
            for metric_id, row in ours.items()
        } == metrics, (quarter, code)
        _domains_and_standing(
            rows, expected, quarter[3:], world.releases[quarter][code].domain_names
        )


def _domains_and_standing(
    rows: list[dict[str, str]], expected: dict[str, Place], year: str, domains: dict[str, str]
) -> None:
    lines = {row["name"]: number(row["score_line"]) for row in rows if row["what"] == "domain"}
    assert lines == {
        name: expected[metric_id].line
        for metric_id, name in domains.items()
        if metric_id.startswith(DOMAIN_SCORES[year])
    }
    standing = {row["name"]: row for row in rows if row["what"] == "standing"}
    for name, metric_id, column in (
        ("League rank", ADJUSTED[year], "line"),
        ("Average score", AVERAGE[year], "score_line"),
    ):
        of_metric_file = expected.get(metric_id)
        if of_metric_file and standing[name]["sha256"] == of_metric_file.sha256:
            assert number(standing[name][column]) == of_metric_file.line, name
