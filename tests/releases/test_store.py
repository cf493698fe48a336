"""What is kept: raw files as they came, tidy frames by quarter, and a manifest."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from nhs_league.core.frames import DOMAINS, KEYS, OBSERVATIONS, SCHEMAS, STANDINGS
from nhs_league.core.quarters import Quarter
from nhs_league.errors import RefusedError
from nhs_league.releases.intake import ReceivedFile, Status, add_files
from nhs_league.releases.store import Store, open_store, read_quarters
from tests.conftest import Run
from tests.releases import official
from tests.releases.stores import rewrite_manifest

METRIC = official.metric_file()
TABLE = official.league_table()
Q3 = Quarter(2025, 3)


def incoming(text: str, name: str = "metric.csv", published: str = "") -> ReceivedFile:
    return ReceivedFile(name, text.encode(), f"here/{name}", published)


def cancer(store: Store, code: str = "Z1A") -> float | None:
    observations = read_quarters(store, [Q3]).observations.filter(
        pl.col("metric_id") == "OF0011", pl.col("trust_code") == code
    )
    value: float | None = observations.collect()["value"].item()
    return value


def with_cancer(value: str) -> str:
    return official.with_field(METRIC, 2, "Value", value)


@pytest.fixture
def empty(tmp_path: Path) -> Store:
    return open_store(tmp_path / "store")


def test_a_raw_file_is_kept_as_it_came_under_its_sha256(empty: Store) -> None:
    data = METRIC.replace("\n", "\r\n").encode("utf-8-sig")
    store, _ = add_files(empty, [ReceivedFile("q3.csv", data, "here")])
    digest = hashlib.sha256(data).hexdigest()
    assert (store.path / "raw" / f"{digest}.csv").read_bytes() == data
    assert store.manifest.files[0].sha256 == digest


def test_what_is_kept_is_there_when_the_store_is_opened_again(empty: Store) -> None:
    store, _ = add_files(empty, [incoming(METRIC), incoming(TABLE, "table.csv")])
    again = open_store(store.path)
    assert again == store
    frames = read_quarters(again, again.quarters)
    assert frames.standings.collect_schema() == STANDINGS
    assert frames.observations.collect_schema() == OBSERVATIONS
    assert frames.domains.collect_schema() == DOMAINS


def test_standings_draw_from_the_metric_file_and_the_league_table(empty: Store) -> None:
    store, _ = add_files(empty, [incoming(METRIC), incoming(TABLE, "table.csv")])
    standings = read_quarters(store, [Q3]).standings.collect()
    standing = standings.row(by_predicate=pl.col("trust_code") == "Z1A", named=True)
    from_metric_file = {"unadjusted_segment": 2, "override": True, "score_rank": 1}
    from_table = {"in_deficit": True, "rank_low": 1, "rank_high": 2, "average_score_low": 1.72}
    assert standing.items() >= (from_metric_file | from_table).items()
    assert standing["release_file"].count(" + ") == 1


def test_the_same_file_again_changes_nothing(empty: Store) -> None:
    store, _ = add_files(empty, [incoming(METRIC)])
    before = {
        path: path.stat().st_mtime_ns for path in store.path.rglob("*") if path.name != ".lock"
    }
    again, (outcome,) = add_files(store, [incoming(METRIC, "under another name.csv")])
    assert outcome.status is Status.UNCHANGED
    assert again == store
    assert {
        path: path.stat().st_mtime_ns for path in store.path.rglob("*") if path.name != ".lock"
    } == before


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["old first", "new first"])
def test_a_revision_wins_in_whichever_order_the_files_come(
    empty: Store, order: tuple[int, int]
) -> None:
    files = (
        incoming(with_cancer("41.7"), "data-q3-25-26.csv", "2026-03"),
        incoming(with_cancer("46.55"), "data-q3-25-26-v2.csv", "2026-03"),
    )
    store = empty
    for place in order:
        store, _ = add_files(store, [files[place]])
    assert cancer(store) == 46.55
    assert len(list((store.path / "raw").glob("*.csv"))) == 2


def test_a_later_quarters_file_wins_over_an_earlier_ones_revision(empty: Store) -> None:
    later = METRIC.replace("Q3 2025/26", "Q4 2025/26").splitlines()[1:]
    with_both = official.metric_file([*with_cancer("47").splitlines()[1:], *later])
    store, _ = add_files(empty, [incoming(with_both, "q4.csv"), incoming(METRIC, "q3-v2.csv")])
    assert cancer(store) == 47.0


def test_a_file_that_lacks_a_trust_does_not_remove_it(empty: Store) -> None:
    only_one = official.metric_file([row for row in official.METRIC_ROWS if "Z2B" not in row])
    store, _ = add_files(empty, [incoming(METRIC), incoming(only_one, "v2.csv")])
    assert cancer(store, "Z2B") == 76.45


def test_a_quarter_asked_for_reads_that_quarters_files_alone(empty: Store) -> None:
    earlier = METRIC.replace("Q3 2025/26", "Q2 2025/26")
    store, _ = add_files(empty, [incoming(METRIC), incoming(earlier, "q2.csv")])
    for path in (store.path / "tidy" / "2025-26-q2").iterdir():
        path.write_bytes(b"damaged")
    assert cancer(store) == 46.55


def test_damage_to_one_quarter_does_not_keep_another_from_being_rebuilt(
    empty: Store,
) -> None:
    earlier = METRIC.replace("Q3 2025/26", "Q2 2025/26")
    later = METRIC.replace("Q3 2025/26", "Q4 2025/26")
    store, _ = add_files(
        empty, [incoming(METRIC), incoming(earlier, "q2.csv"), incoming(later, "q4.csv")]
    )
    for path in (store.path / "tidy").rglob("*.parquet"):
        path.write_bytes(b"damaged")
    assert cancer(store) == 46.55
    frames = read_quarters(open_store(store.path), store.quarters)
    assert frames.standings.collect().height == 6


def test_no_two_rows_share_a_key(empty: Store) -> None:
    store, _ = add_files(
        empty, [incoming(METRIC), incoming(with_cancer("47"), "v2.csv"), incoming(TABLE)]
    )
    frames = read_quarters(store, store.quarters)
    for name in SCHEMAS:
        frame = getattr(frames, name).collect()
        assert_frame_equal(frame.unique(KEYS[name], maintain_order=True), frame)


def test_a_refused_file_leaves_the_store_as_it_was(empty: Store) -> None:
    store, _ = add_files(empty, [incoming(METRIC)])
    before = sorted(path for path in store.path.rglob("*"))
    same, (outcome,) = add_files(store, [incoming("<!doctype html>\n", "bad.csv")])
    assert outcome.status is Status.REFUSED
    assert same == store
    assert sorted(path for path in store.path.rglob("*")) == before


def test_a_reader_from_before_a_change_still_reads_what_it_opened(empty: Store) -> None:
    before, _ = add_files(empty, [incoming(with_cancer("41.7"))])
    after, _ = add_files(before, [incoming(with_cancer("46.55"), "v2.csv")])
    assert (cancer(before), cancer(after)) == (41.7, 46.55)


def test_nothing_temporary_stays_behind(empty: Store) -> None:
    store, _ = add_files(empty, [incoming(METRIC), incoming(TABLE)])
    assert not [path for path in store.path.rglob(".*") if path.name != ".lock"]


def test_a_store_of_another_layout_is_refused_and_kept(empty: Store) -> None:
    empty.path.mkdir()
    (empty.path / "manifest.json").write_text('{"format": 99}', "utf-8")
    with pytest.raises(RefusedError, match="layout 99"):
        open_store(empty.path)


@pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="this system has no such file names"
)
def test_a_folder_whose_name_is_no_utf_8_holds_a_store_too(run: Run, tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    (tmp_path / "release.csv").write_text(official.metric_file(), "utf-8")
    done = run("fetch", "--from", str(tmp_path / "release.csv"), data_dir=folder)
    assert done.returncode == 0, done.stderr
    assert run("table", data_dir=folder).stdout.count("\n") == 3


@pytest.mark.parametrize(
    ("name", "content"), [("format", 1), ("columns", "of another version"), ("columns", None)]
)
def test_a_store_of_another_layout_is_made_anew_from_its_raw_files(
    empty: Store, name: str, content: object
) -> None:
    store, _ = add_files(empty, [incoming(METRIC)])
    whole = read_quarters(store, store.quarters).observations.collect()
    manifest = json.loads((store.path / "manifest.json").read_text("utf-8"))
    # What another version kept is not read at all.
    for file in (store.path / "tidy").rglob("*.parquet"):
        file.write_bytes(b"of another version")
    rewrite_manifest(store.path, json.dumps(manifest | {name: content}))
    messages: list[str] = []
    again = open_store(store.path, messages.append)
    assert "Updating the store" in messages[0]
    assert read_quarters(again, again.quarters).observations.collect().equals(whole)
    assert json.loads((store.path / "manifest.json").read_text("utf-8"))[name] == manifest[name]
