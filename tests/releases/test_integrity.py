"""Whether a store is what it says; damage is found, repaired, and never used in silence."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from nhs_league.releases import manifest
from tests.conftest import COMMAND, Run, environment, kept_in
from tests.releases import official
from tests.releases.site import UPLOADS, Site, serving
from tests.releases.stores import as_of_version_1, read_manifest, rewrite_manifest
from tests.terminal import needs_terminal

pytestmark = pytest.mark.long

PATH = UPLOADS + "2026/03/nhs-oversight-framework-acute-trust-data-q3-25-26.csv"
FIGURE = "false,Q3 2025/26,acute,2,2,Z1A,Trust Z1A,46.55,%"
Damage = Callable[[Path], None]


@pytest.fixture
def published() -> Iterator[Site]:
    with serving(Site()) as published:
        published.files[PATH] = official.metric_file().encode()
        published.linked = [PATH]
        yield published


@pytest.fixture
def store(run: Run, published: Site, tmp_path: Path) -> Path:
    folder = tmp_path / "store"
    assert run("fetch", data_dir=folder, env={"NHSLEAGUE_BASE_URL": published.url}).returncode == 0
    return folder


def tidy_file(store: Path) -> Path:
    return next((store / "tidy").rglob("observations-*.parquet"))


def raw_file(store: Path) -> Path:
    return next((store / "raw").glob("*.csv"))


def change_tidy(store: Path) -> None:
    file = tidy_file(store)
    pl.read_parquet(file).with_columns(value=pl.col("value") + 1).write_parquet(file)


def cut_tidy(store: Path) -> None:
    file = tidy_file(store)
    file.write_bytes(file.read_bytes()[:-20])


def remove_tidy(store: Path) -> None:
    tidy_file(store).unlink()


def change_raw(store: Path) -> None:
    file = raw_file(store)
    file.write_bytes(file.read_bytes().replace(b"46.55", b"16.55"))


def remove_raw(store: Path) -> None:
    raw_file(store).unlink()


def forge_tidy(store: Path) -> None:
    """Change a table and all that says what it was, as only the raw file can tell."""
    change_tidy(store)
    file = tidy_file(store)
    forged = file.with_name(
        f"observations-{hashlib.sha256(file.read_bytes()).hexdigest()[:16]}.parquet"
    )
    text = (store / "manifest.json").read_text("utf-8")
    rewrite_manifest(store, text.replace(file.name, forged.name))
    file.rename(forged)


def forget_tidy(store: Path) -> None:
    """Lose a table, and the manifest's word of it too."""
    manifest = read_manifest(store)
    (quarter,) = manifest["quarters"].values()
    (store / quarter["paths"].pop("domains")).unlink()
    rewrite_manifest(store, json.dumps(manifest))


TIDY: list[Damage] = [change_tidy, cut_tidy, remove_tidy]
ALL: list[Damage] = [*TIDY, change_raw, remove_raw, forge_tidy, forget_tidy]


def ask(run: Run, store: Path) -> tuple[str, str]:
    answered = run("worst", "--metric", "OF0011", "--limit", "1", data_dir=store)
    assert answered.returncode == 0, answered.stderr
    return answered.stdout, answered.stderr


def test_a_whole_store_verifies(run: Run, store: Path) -> None:
    verified = run("cache", "verify", "--json", data_dir=store)
    assert verified.returncode == 0
    rows = json.loads(verified.stdout)["rows"]
    # One raw file and the four tables of its quarter that have rows; nothing was revised.
    assert [row["fault"] for row in rows] == [None] * 5


@pytest.mark.parametrize("damage", ALL, ids=lambda damage: damage.__name__)
def test_damage_is_found_and_repaired(
    run: Run, published: Site, store: Path, damage: Damage
) -> None:
    damage(store)
    verified = run("cache", "verify", data_dir=store)
    assert verified.returncode == 5
    assert "cache repair" in verified.stderr
    repaired = run("cache", "repair", data_dir=store, env={"NHSLEAGUE_BASE_URL": published.url})
    assert repaired.returncode == 0, repaired.stderr
    assert run("cache", "verify", data_dir=store).returncode == 0
    assert FIGURE in ask(run, store)[0]


@pytest.mark.parametrize("damage", TIDY, ids=lambda damage: damage.__name__)
def test_a_damaged_table_is_rebuilt_before_it_is_used_and_said(
    run: Run, store: Path, damage: Damage
) -> None:
    damage(store)
    answer, messages = ask(run, store)
    assert FIGURE in answer
    assert "Rebuilding it from the raw files." in messages
    assert "Rebuilding" not in ask(run, store)[1]
    assert run("cache", "verify", data_dir=store).returncode == 0


def cut_manifest(store: Path) -> None:
    (store / "manifest.json").write_text("nonsense", "utf-8")


def relabel_quarter(store: Path) -> None:
    """Give the quarter another label, as a hand that edits the file might."""
    text = (store / "manifest.json").read_text("utf-8")
    (store / "manifest.json").write_text(
        text.replace('"Q3 2025/26": {', '"Q2 2025/26": {'), "utf-8"
    )


def mislabel_quarter(store: Path) -> None:
    text = (store / "manifest.json").read_text("utf-8")
    (store / "manifest.json").write_text(text.replace('"Q3 2025/26"', '"Q9 2025/26"'), "utf-8")


def name_another_published(store: Path) -> None:
    text = (store / "manifest.json").read_text("utf-8")
    (store / "manifest.json").write_text(text.replace('"2026-03"', '"2020-01"'), "utf-8")


def forget_digest(store: Path) -> None:
    (store / "manifest.sha256").unlink()
    # A manifest that names no earlier one may have been written a moment before its digest.
    text = (store / "manifest.json").read_text("utf-8")
    assert '"before": ""' in text
    (store / "manifest.json").write_text(text.replace('"before": ""', '"before": "0"'), "utf-8")


HAND = [cut_manifest, relabel_quarter, mislabel_quarter, name_another_published, forget_digest]


@pytest.mark.parametrize("edit", HAND, ids=lambda edit: edit.__name__)
def test_a_manifest_that_was_edited_is_noticed_and_repaired(
    run: Run, store: Path, edit: Damage
) -> None:
    edit(store)
    for question in (("table",), ("releases",), ("cache", "verify")):
        refused = run(*question, data_dir=store)
        assert refused.returncode == 5
        assert "manifest.json" in refused.stderr
        assert "nhsleague cache repair" in refused.stderr
        assert "cache clear" not in refused.stderr
        assert "Traceback" not in refused.stderr
    repaired = run("cache", "repair", data_dir=store)
    assert repaired.returncode == 0, repaired.stderr
    assert "Rebuilt 1 quarter from 1 raw file." in repaired.stderr
    assert FIGURE in ask(run, store)[0]
    assert run("cache", "verify", data_dir=store).returncode == 0


def test_an_older_manifest_put_in_the_place_of_a_newer_is_noticed(
    run: Run, published: Site, store: Path
) -> None:
    older = (store / "manifest.json").read_bytes()
    revised = PATH.replace(".csv", "-v2.csv")
    published.files[revised] = official.with_field(
        official.metric_file(), 2, "Value", "47.5"
    ).encode()
    published.linked.append(revised)
    fetched = run("fetch", data_dir=store, env={"NHSLEAGUE_BASE_URL": published.url})
    assert fetched.returncode == 0
    (store / "manifest.json").write_bytes(older)
    assert run("table", data_dir=store).returncode == 5
    assert run("cache", "repair", data_dir=store).returncode == 0
    assert ",47.5,%" in ask(run, store)[0]


def test_a_process_stopped_between_a_manifest_and_its_digest_is_no_alarm(
    run: Run, published: Site, store: Path
) -> None:
    digest = (store / "manifest.sha256").read_bytes()
    for number in (1, 2):
        published.files[PATH.replace(".csv", f"-v{number + 1}.csv")] = official.with_field(
            official.metric_file(), 2, "Value", f"4{number}.5"
        ).encode()
        published.linked = list(published.files)
        fetched = run("fetch", data_dir=store, env={"NHSLEAGUE_BASE_URL": published.url})
        assert fetched.returncode == 0, fetched.stderr
        digest, last = (store / "manifest.sha256").read_bytes(), digest
        (store / "manifest.sha256").write_bytes(last)
        assert f",4{number}.5,%" in ask(run, store)[0]


@pytest.mark.parametrize("remove", ["raw", "records"])
def test_a_deleted_manifest_is_rebuilt(run: Run, store: Path, remove: str) -> None:
    """From the raw files; where these are gone too, the tables that are whole are kept."""
    for file in (store / "raw").glob("*.csv" if remove == "raw" else "*.json"):
        file.unlink()
    (store / "manifest.json").unlink()
    repaired = run("cache", "repair", "--offline", data_dir=store)
    assert repaired.returncode == (4 if remove == "raw" else 0)
    assert "Rebuilt 1 quarter from" in repaired.stderr
    assert FIGURE in ask(run, store)[0]


def test_a_question_rebuilds_a_store_that_has_lost_its_manifest(run: Run, store: Path) -> None:
    (store / "manifest.json").unlink()
    answer, messages = ask(run, store)
    assert FIGURE in answer
    assert "is missing. Rebuilding it from the raw files." in messages
    assert "Rebuilding" not in ask(run, store)[1]


@pytest.mark.parametrize("damage", [change_raw, remove_raw], ids=lambda damage: damage.__name__)
def test_a_quarter_that_lost_its_raw_file_is_kept_and_marked(
    run: Run, store: Path, damage: Damage
) -> None:
    damage(store)
    changed = [file.read_bytes() for file in (store / "raw").glob("*.csv")]
    repaired = run("cache", "repair", "--offline", data_dir=store)
    assert repaired.returncode == 4
    assert "Rebuilt 1 quarter from 0 raw files." in repaired.stderr
    assert "The tables for Q3 2025/26 are stored, but cannot be checked" in repaired.stderr
    assert FIGURE in ask(run, store)[0]
    (row,) = json.loads(run("releases", "--json", data_dir=store).stdout)["rows"]
    assert row["verifiable"] is False
    listed = run("releases", data_dir=store)
    assert "can no longer be checked" in listed.stderr
    verified = run("cache", "verify", data_dir=store)
    assert verified.returncode == 5
    assert "cannot be checked without" in verified.stdout
    # What is left of a raw file is not thrown away.
    assert [file.read_bytes() for file in (store / "raw").glob("*.damaged")] == changed


def test_a_raw_file_that_comes_again_makes_its_quarter_verifiable(
    run: Run, published: Site, store: Path
) -> None:
    remove_raw(store)
    assert run("cache", "repair", "--offline", data_dir=store).returncode == 4
    fetched = run("fetch", data_dir=store, env={"NHSLEAGUE_BASE_URL": published.url})
    assert fetched.returncode == 0
    assert run("cache", "verify", data_dir=store).returncode == 0


def test_a_damaged_table_whose_raw_file_is_missing_is_refused_and_left(
    run: Run, store: Path
) -> None:
    remove_raw(store)
    cut_tidy(store)
    before = kept_in(store)
    refused = run("table", data_dir=store)
    assert refused.returncode == 5
    assert 'nhsleague cache repair" to download it again' in refused.stderr
    assert kept_in(store) == before


def test_repair_offline_says_what_is_left_to_fetch(run: Run, store: Path) -> None:
    remove_raw(store)
    repaired = run("cache", "repair", "--offline", data_dir=store)
    assert repaired.returncode == 4
    assert "nhsleague fetch" in repaired.stderr


def test_a_store_of_an_older_layout_is_made_anew(run: Run, store: Path) -> None:
    as_of_version_1(store)
    answer, messages = ask(run, store)
    assert FIGURE in answer
    assert "Updating the store" in messages
    assert run("cache", "verify", data_dir=store).returncode == 0


def test_a_store_of_a_newer_layout_is_refused_with_advice_and_left_alone(
    run: Run, store: Path
) -> None:
    text = (
        (store / "manifest.json")
        .read_text("utf-8")
        .replace(f'"format": {manifest.FORMAT}', f'"format": {manifest.FORMAT + 1}')
    )
    rewrite_manifest(store, text)
    for command in (("table",), ("cache", "repair"), ("fetch", "--from", str(raw_file(store)))):
        refused = run(*command, data_dir=store)
        assert refused.returncode == 5
        assert "Upgrade nhsleague" in refused.stderr
    assert (store / "manifest.json").read_text("utf-8") == text


def test_clear_removes_what_is_ours_and_nothing_else(run: Run, store: Path) -> None:
    (store / "thesis.docx").touch()
    assert run("--sample", "trusts", data_dir=store).returncode == 0
    cleared = run("cache", "clear", "--yes", data_dir=store)
    assert cleared.returncode == 0
    assert kept_in(store) == ["thesis.docx"]


def test_clear_names_what_was_imported_and_removes_nothing_unless_it_may(
    run: Run, store: Path, tmp_path: Path
) -> None:
    (tmp_path / "q2.csv").write_text(
        official.metric_file().replace("Q3 2025/26", "Q2 2025/26"), "utf-8"
    )
    assert run("fetch", "--from", str(tmp_path / "q2.csv"), data_dir=store).returncode == 0
    before = kept_in(store)
    refused = run("cache", "clear", data_dir=store)
    assert refused.returncode == 2
    assert "cannot be downloaded again:\n  q2.csv\nNothing was removed" in refused.stderr
    assert "--yes" in refused.stderr
    assert kept_in(store) == before


@needs_terminal
@pytest.mark.parametrize("answer", ["y", "n"])
def test_clear_asks_on_a_terminal(store: Path, answer: str) -> None:
    import pty
    import subprocess

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [str(COMMAND), "cache", "clear"],
        env=environment(store),
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, f"{answer}\n".encode())
    assert process.wait(timeout=60) == (0 if answer == "y" else 2)
    os.close(ours)
    assert bool(kept_in(store)) is (answer == "n")


def test_path_tells_the_folder(run: Run, store: Path) -> None:
    assert run("cache", "path", data_dir=store).stdout == f"{store}\n"


def test_releases_tells_where_each_quarters_figures_come_from(
    run: Run, published: Site, store: Path
) -> None:
    (row,) = json.loads(run("releases", "--json", data_dir=store).stdout)["rows"]
    assert row["sha256"] == hashlib.sha256(published.files[PATH]).hexdigest()
    assert row["source"] == published.url + PATH
    assert (row["quarter"], row["trust_type"], row["kind"]) == ("Q3 2025/26", "acute", "metric")
    assert (row["published"], row["revised"], row["rows"], row["trusts"]) == ("2026-03", 0, 14, 2)
    assert row["fetched"].startswith("20")


def test_the_sample_verifies_too(sample: Run) -> None:
    assert sample("cache", "verify").returncode == 0
