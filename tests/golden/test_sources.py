"""The line of a published figure, found again by reading the file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.golden import raw


@pytest.fixture(scope="module")
def store(shared: Path, run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("store")
    run("fetch", "--from", str(shared / raw.COMMUNITY_2025), data_dir=folder)
    return folder


def line_of(file: Path, *words: str) -> int:
    """Return the one line of a file that has some words."""
    lines = file.read_text("utf-8-sig").split("\n")
    (number,) = (n for n, line in enumerate(lines, 1) if all(word in line for word in words))
    return number


def test_the_line_of_46_55_and_its_citation(shared: Path, run: Run, store: Path) -> None:
    file = shared / raw.COMMUNITY_2025
    line = line_of(file, "Q4 2025/26,", ",RDY,", ",OF0063,", ",46.55,")
    score_line = line_of(file, "Q4 2025/26,", ",RDY,", ",OF1063,")
    answer = json.loads(run("sources", "RDY", "OF0063", "--json", data_dir=store).stdout)
    (row,) = answer["rows"]
    assert (row["value"], row["line"], row["score_line"]) == (46.55, line, score_line)
    assert row["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert row["licence"] == "Open Government Licence v3.0"
    assert (row["address"], row["published"]) == (None, None)
    (citation,) = answer["meta"]["citations"]
    assert citation == row["citation"]
    assert citation.startswith(
        "NHS England. NHS Oversight Framework: metric data, mental health and community trusts, "
        f"Q4 2025/26. {raw.COMMUNITY_2025}, lines {line} and {score_line}. Imported on "
    )
    assert citation.endswith(
        f", original address unknown. Open Government Licence v3.0. SHA-256 {row['sha256'][:12]}."
    )


def test_no_path_of_this_machine_is_cited(shared: Path, run: Run, store: Path) -> None:
    for form in ("csv", "json", "bibtex", "csl-json", "html"):
        written = run("sources", "RDY", "--format", form, data_dir=store)
        assert written.returncode == 0
        assert str(shared) not in written.stdout + written.stderr


def test_the_newest_quarter_with_the_figure_is_taken(run: Run, real_store: Path) -> None:
    """OF0063 was measured in 2025/26 and is not in 2026/27."""
    done = run("sources", "RDY", "OF0063", "--csv", data_dir=real_store)
    assert "Q4 2025/26 is the newest quarter with this figure." in done.stderr
    assert ",46.55," in done.stdout
