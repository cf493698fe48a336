"""Whether a store is what it says; damage is found, mended from raw files, never used in silence."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from tests.conftest import Run, kept_in
from tests.releases import official
from tests.releases.site import UPLOADS, Site, serving

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
    return next((store / "raw").iterdir())


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
    manifest = store / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace(file.name, forged.name), "utf-8")
    file.rename(forged)


def forget_tidy(store: Path) -> None:
    """Lose a table, and the manifest's word of it too."""
    manifest = json.loads((store / "manifest.json").read_text("utf-8"))
    (kept,) = manifest["quarters"].values()
    (store / kept["paths"].pop("domains")).unlink()
    (store / "manifest.json").write_text(json.dumps(manifest), "utf-8")


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
    found = run("cache", "verify", data_dir=store)
    assert found.returncode == 5
    assert "cache repair" in found.stderr
    repaired = run("cache", "repair", data_dir=store, env={"NHSLEAGUE_BASE_URL": published.url})
    assert repaired.returncode == 0, repaired.stderr
    assert run("cache", "verify", data_dir=store).returncode == 0
    assert FIGURE in ask(run, store)[0]


@pytest.mark.parametrize("damage", TIDY, ids=lambda damage: damage.__name__)
def test_a_damaged_table_is_made_anew_before_it_is_used_and_said(
    run: Run, store: Path, damage: Damage
) -> None:
    damage(store)
    answer, said = ask(run, store)
    assert FIGURE in answer
    assert "Made anew from the raw files." in said
    assert "Made anew" not in ask(run, store)[1]
    assert run("cache", "verify", data_dir=store).returncode == 0


def test_a_lost_manifest_is_made_anew_from_the_raw_files(run: Run, store: Path) -> None:
    (store / "manifest.json").write_text("nonsense", "utf-8")
    assert run("table", data_dir=store).returncode == 5
    repaired = run("cache", "repair", data_dir=store)
    assert repaired.returncode == 0
    assert "Made anew: 1 quarters from 1 raw files." in repaired.stderr
    assert FIGURE in ask(run, store)[0]


def test_repair_offline_says_what_is_left_to_fetch(run: Run, store: Path) -> None:
    remove_raw(store)
    repaired = run("cache", "repair", "--offline", data_dir=store)
    assert repaired.returncode == 4
    assert "nhsleague fetch" in repaired.stderr


def test_a_store_of_an_older_layout_is_made_anew(run: Run, store: Path) -> None:
    manifest = json.loads((store / "manifest.json").read_text("utf-8"))
    older = {"format": 1, "files": manifest["files"], "quarters": {"Q3 2025/26": {}}, "retired": []}
    (store / "manifest.json").write_text(json.dumps(older), "utf-8")
    answer, said = ask(run, store)
    assert FIGURE in answer
    assert "older version" in said
    assert run("cache", "verify", data_dir=store).returncode == 0


def test_a_store_of_a_newer_layout_is_refused_with_advice_and_left_alone(
    run: Run, store: Path
) -> None:
    text = (store / "manifest.json").read_text("utf-8").replace('"format": 3', '"format": 4')
    (store / "manifest.json").write_text(text, "utf-8")
    refused = run("table", data_dir=store)
    assert refused.returncode == 5
    assert "Update nhsleague" in refused.stderr
    assert (store / "manifest.json").read_text("utf-8") == text


def test_clear_removes_what_is_ours_and_nothing_else(run: Run, store: Path) -> None:
    (store / "thesis.docx").touch()
    assert run("--sample", "trusts", data_dir=store).returncode == 0
    cleared = run("cache", "clear", data_dir=store)
    assert cleared.returncode == 0
    assert kept_in(store) == ["thesis.docx"]


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
