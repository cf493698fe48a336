"""Release files on this machine: packed ones, folders, and what no file should be."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import socket
import struct
import subprocess
import time
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from nhs_league.errors import RefusedError
from nhs_league.releases.intake import Outcome, ReceivedFile, Status, is_other_table, refuse_width
from nhs_league.releases.local_files import LARGEST_UNPACKED, read_files
from tests.conftest import Run
from tests.releases import official
from tests.sampling import one_in

METRICS, TABLE = official.metric_file().encode(), official.league_table().encode()
BEDS = b"org,beds\nA,1\n"
Made = Callable[[Path], Path]


def rows(done: subprocess.CompletedProcess[str]) -> list[tuple[str, str]]:
    assert "Traceback" not in done.stderr
    return [(row["status"], row["file"]) for row in csv.DictReader(io.StringIO(done.stdout))]


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def written(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def folder_of(path: Path) -> Path:
    written(path / "year" / "quarter" / "Data.CSV", METRICS)
    written(path / "table.csv", TABLE)
    return path


FORMS: dict[str, Made] = {
    "files": lambda path: folder_of(path / "x"),
    "gzip": lambda path: (
        (
            written(path / "y" / "data.csv.gz", gzip.compress(METRICS)),
            written(
                path / "y" / "table.csv.gz", gzip.compress(TABLE[:40]) + gzip.compress(TABLE[40:])
            ),
        )[0].parent
    ),
    "zip": lambda path: zipped(path / "z.zip", {"data.csv": METRICS, "deep/er/table.csv": TABLE}),
    "zip in a folder": lambda path: (
        (
            written(path / "w" / "data.csv", METRICS),
            zipped(path / "w" / "t.zip", {"table.csv": TABLE}),
        )[0].parent
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_holds_the_same_figures(run: Run, tmp_path: Path, form: str) -> None:
    source, store = FORMS[form](tmp_path), tmp_path / "store"
    done = run("fetch", "--from", str(source), data_dir=store)
    assert done.returncode == 0, done.stderr
    assert [status for status, _ in rows(done)] == ["new", "new"]
    # Line 2 of the metric file, and the league table's only other row.
    worst = run("worst", "--metric", "OF0011", "--limit", "1", data_dir=store).stdout
    assert "Z1A,Trust Z1A,46.55,%" in worst
    assert "2.33,1.72,2.73" in run("table", data_dir=store).stdout


def test_several_files_and_folders_are_taken_together(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    written(folder / "data.csv", METRICS)
    table = zipped(tmp_path / "table.zip", {"table.csv": TABLE})
    done = run("fetch", "--from", str(folder), str(table), data_dir=tmp_path / "store")
    assert done.returncode == 0
    assert rows(done) == [("new", "data.csv"), ("new", "table.csv")]


@pytest.mark.parametrize("is_zip", [False, True], ids=["folder", "zip"])
def test_other_tables_are_named_and_skipped(run: Run, tmp_path: Path, is_zip: bool) -> None:
    files = {"beds.csv": BEDS, "data.csv": METRICS, "notes.txt": b"n", "plan.xlsx": b"PK\x03\x04"}
    if is_zip:
        source = zipped(tmp_path / "all.zip", files | {"__MACOSX/._data.csv": b"\0"})
    else:
        source = tmp_path / "all"
        for name, data in (files | {"._data.csv": b"\0", ".git/x.csv": BEDS}).items():
            written(source / name, data)
    done = run("fetch", "--from", str(source), data_dir=tmp_path / "store")
    assert done.returncode == 0, done.stderr
    assert sorted(rows(done)) == [
        ("new", "data.csv"),
        ("skipped", "beds.csv"),
        ("skipped", "plan.xlsx"),
    ]
    assert "skipped: beds.csv: not a release file" in done.stderr
    assert "CSV UTF-8" in done.stderr


def test_only_other_tables_are_no_release(run: Run, tmp_path: Path) -> None:
    written(tmp_path / "all" / "beds.csv", BEDS)
    done = run("fetch", "--from", str(tmp_path / "all"), data_dir=tmp_path / "store")
    assert (done.returncode, rows(done)) == (4, [("skipped", "beds.csv")])
    assert "No release file found." in done.stderr


def test_another_table_that_a_person_named_is_refused(run: Run, tmp_path: Path) -> None:
    beds = written(tmp_path / "beds.csv", BEDS)
    done = run("fetch", "--from", str(beds), data_dir=tmp_path / "store")
    assert (done.returncode, rows(done)) == (5, [("refused", "beds.csv")])


@pytest.mark.parametrize(
    "text",
    [
        "Quarter;Trust_code;Metric_ID\n",
        "A title\n\nQuarter\tTrust code\tAverage score\n",
        "Org_code,Metric_ID,Value\n",
        "<html><p>We moved</p>\n",
        "PK\x03\x04\0\0\n",
        "",
    ],
)
def test_what_may_be_a_spoilt_release_is_no_other_table(text: str) -> None:
    assert not is_other_table(text.encode())
    assert not is_other_table(f"\ufeff{text}".encode("utf-16"))


@pytest.mark.parametrize("ending", one_in(2, ["xlsx", "xls", "XLSM", "ods"]))
def test_a_spreadsheet_is_refused_with_advice(run: Run, tmp_path: Path, ending: str) -> None:
    book = written(tmp_path / f"release.{ending}", METRICS)
    table = written(tmp_path / "table.csv", TABLE)
    done = run("fetch", "--from", str(book), str(table), data_dir=tmp_path / "store")
    assert done.returncode == 5
    assert [status for status, _ in rows(done)] == ["refused", "new"]
    assert 'save it as "CSV UTF-8"' in done.stderr


def test_a_workbook_that_calls_itself_a_zip_file_is_a_spreadsheet(tmp_path: Path) -> None:
    members = {"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}
    (outcome,) = read_files([zipped(tmp_path / "book.zip", members)])
    assert isinstance(outcome, Outcome)
    assert "this is a spreadsheet" in outcome.reason


# Each is refused in its own words, and costs nothing else.


def cut_gzip(path: Path) -> Path:
    return written(path / "cut.csv.gz", gzip.compress(METRICS)[:-30])


def spoilt_gzip(path: Path) -> Path:
    return written(path / "spoilt.csv.gz", gzip.compress(METRICS)[:-8] + b"\0" * 8)


def cut_zip(path: Path) -> Path:
    whole = zipped(path / "cut.zip", {"data.csv": METRICS})
    return written(whole, whole.read_bytes()[:-40])


def spoilt_zip(path: Path) -> Path:
    whole = zipped(path / "spoilt.zip", {"data.csv": METRICS}).read_bytes()
    return written(path / "spoilt.zip", whole[:60] + b"\0\0\0\0" + whole[64:])


def locked_zip(path: Path) -> Path:
    """Mark the only member as locked with a password, in both its headers."""
    data = bytearray(zipped(path / "locked.zip", {"data.csv": METRICS}).read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return written(path / "locked.zip", bytes(data))


def gzip_bomb(path: Path) -> Path:
    return written(path / "bomb.csv.gz", gzip.compress(b"0" * (LARGEST_UNPACKED + 1), 1))


def zip_bomb(path: Path) -> Path:
    return zipped(path / "bomb.zip", {"bomb.csv": b"0" * (LARGEST_UNPACKED + 1)})


def lying_bomb(path: Path) -> Path:
    """Pack 50 MB and announce 10 bytes, in both headers."""
    data = bytearray(zipped(path / "lying.zip", {"bomb.csv": b"0" * 50_000_000}).read_bytes())
    data[22:26] = struct.pack("<I", 10)
    central = data.index(b"PK\x01\x02")
    data[central + 24 : central + 28] = struct.pack("<I", 10)
    return written(path / "lying.zip", bytes(data))


def many_bombs(path: Path) -> Path:
    most = dict.fromkeys((f"{n}.csv" for n in range(3)), b"0" * (LARGEST_UNPACKED - 1))
    return zipped(path / "many.zip", most)


REFUSED: dict[str, tuple[Made, str]] = {
    "gzip cut off": (cut_gzip, "cut off"),
    "gzip whose sum is wrong": (spoilt_gzip, "cannot be opened"),
    "zip cut off": (cut_zip, "damaged or incomplete"),
    "zip whose member is spoilt": (spoilt_zip, "cannot be extracted"),
    "zip with a password": (locked_zip, "password"),
    "zip without a CSV file": (lambda p: zipped(p / "e.zip", {"a.txt": b"a"}), "no CSV file"),
    "zip that is none": (lambda p: written(p / "n.zip", METRICS), "damaged or incomplete"),
    "gzip bomb": (gzip_bomb, "larger than 200 MB"),
    "zip bomb": (zip_bomb, "larger than 200 MB"),
    "zip bomb that lies": (lying_bomb, "cannot be extracted"),
}
MANY_BOMBS: tuple[Made, str] = (many_bombs, "larger than 500 MB")


@pytest.mark.parametrize(
    "what",
    [
        pytest.param(what, marks=pytest.mark.long)
        if what in ("zip bomb", "zip bomb of several")
        else what
        for what in (*REFUSED, "zip bomb of several")
    ],
)
def test_a_packed_file_that_is_not_whole_or_too_large_is_refused(tmp_path: Path, what: str) -> None:
    make, message = REFUSED.get(what, MANY_BOMBS)
    table = written(tmp_path / "table.csv", TABLE)
    refused, taken = read_files([make(tmp_path), table])
    assert isinstance(refused, Outcome)
    assert refused.status is Status.REFUSED
    assert message in refused.reason
    assert isinstance(taken, ReceivedFile)


def test_a_zip_file_in_a_zip_file_is_named_and_not_opened(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", {"data.csv": METRICS}).read_bytes()
    outer = zipped(tmp_path / "outer.zip", {"inner.zip": inner, "table.csv": TABLE})
    skipped, taken = read_files([outer])
    assert isinstance(skipped, Outcome)
    assert (skipped.status, skipped.name) == (Status.SKIPPED, "inner.zip")
    assert isinstance(taken, ReceivedFile)


@pytest.mark.parametrize(
    "name", one_in(2, ["../../evil.csv", "/evil.csv", "..\\..\\evil.csv", "C:\\evil.csv"])
)
def test_a_path_in_a_zip_file_leads_nowhere(run: Run, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    archive = zipped(folder / "c.zip", {name: METRICS})
    done = run("fetch", "--from", str(archive), data_dir=tmp_path / "store", cwd=folder)
    assert (done.returncode, rows(done)) == (0, [("new", "evil.csv")])
    assert list(tmp_path.rglob("*evil*")) == []
    assert not Path("/evil.csv").exists()


def test_what_cannot_be_read_does_not_lose_the_others(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "all"
    written(folder / "data.csv", METRICS)
    (folder / "gone.csv").symlink_to(tmp_path / "nothing.csv")
    (folder / "round.csv").symlink_to(folder / "round.csv")
    (folder / "again").symlink_to(folder)
    done = run("fetch", "--from", str(folder), data_dir=tmp_path / "store")
    assert done.returncode == 4
    assert rows(done) == [("new", "data.csv"), ("failed", "gone.csv"), ("failed", "round.csv")]
    assert "Cannot read gone.csv: No such file or directory." in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
@pytest.mark.parametrize("kind", ["a named pipe", "a socket", "a device"])
def test_what_is_no_file_is_refused_and_not_waited_for(run: Run, tmp_path: Path, kind: str) -> None:
    place = tmp_path / "release.csv"
    with socket.socket(socket.AF_UNIX) as listener:
        if kind == "a named pipe":
            os.mkfifo(place)
        elif kind == "a socket":
            listener.bind(str(place))
        else:
            place.symlink_to("/dev/zero")
        table = written(tmp_path / "table.csv", TABLE)
        begun = time.monotonic()
        done = run("fetch", "--from", str(place), str(table), data_dir=tmp_path / "store")
    assert time.monotonic() - begun < 10
    assert (done.returncode, rows(done)) == (5, [("refused", "release.csv"), ("new", "table.csv")])
    assert f"release.csv: this is {kind}, not a file" in done.stderr


@pytest.mark.parametrize("line", [1, 2])
def test_a_million_columns_are_refused_in_a_second(line: int) -> None:
    header, first = METRICS.splitlines()[:2]
    wide = header + b",x" * 1_000_000
    data = b"A title\n" * (line - 1) + wide + b"\n" + first + b"," * 1_000_000 + b"\n"
    begun = time.monotonic()
    with pytest.raises(RefusedError, match=f"line {line}: this line has more than") as refusal:
        refuse_width("wide.csv", data)
    assert time.monotonic() - begun < 1
    assert len(str(refusal.value)) < 300


def test_a_million_columns_end_the_command_with_a_refusal(run: Run, tmp_path: Path) -> None:
    wide = written(tmp_path / "wide.csv", METRICS.replace(b"\n", b"," * 1_000_000 + b"\n", 1))
    done = run("fetch", "--from", str(wide), data_dir=tmp_path / "store")
    assert (done.returncode, rows(done)) == (5, [("refused", "wide.csv")])


def test_a_line_without_end_is_refused() -> None:
    with pytest.raises(RefusedError, match="line 3: this line has more than 100,000 characters"):
        refuse_width("data.csv", b"A title\r\n\r\n" + b"0" * 100_001)
    refuse_width("data.csv", METRICS + b"0" * 99_999)


def test_a_width_that_a_release_may_have_is_not_refused() -> None:
    refuse_width("data.csv", METRICS.replace(b"\n", b"\r"))
    refuse_width("data.csv", METRICS.replace(b"\n", b"," * 900 + b"\n"))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize(
    "form", one_in(3, ["json", "csv", "tsv", "table", "ndjson", "markdown", "html"])
)
def test_a_hostile_file_name_is_clean_in_each_format(run: Run, tmp_path: Path, form: str) -> None:
    folder = tmp_path / "ev\x1b[31mil\u202e"
    bad = written(folder / "a\x1b]0;x\x07\u2066b.csv", METRICS)
    spoilt = written(folder / "c\x9bd.csv", METRICS[:-9])
    archive = zipped(folder / "e\x1b.zip", {"f\x1b[2Jg.csv": TABLE, "h\x1b.csv": BEDS})
    done = run(
        "fetch",
        "--from",
        *map(str, (bad, spoilt, archive)),
        "--format",
        form,
        data_dir=tmp_path / "s",
    )
    listed = run("releases", "--format", form, data_dir=tmp_path / "s")
    for text in (done.stdout, done.stderr, listed.stdout, listed.stderr):
        acting = {c for c in text if unicodedata.category(c) in ("Cc", "Cf")} - {"\n", "\t"}
        assert acting == set()
    if form == "json":
        answered = json.loads(done.stdout)["rows"]
        assert [row["file"] for row in answered] == ["a]0;xb.csv", "cd.csv", "f[2Jg.csv", "h.csv"]
        assert not any(chr(0x1B) in row["source"] for row in answered)


def test_options_for_downloads_are_refused_with_files(run: Run, tmp_path: Path) -> None:
    data = written(tmp_path / "data.csv", METRICS)
    done = run("fetch", "--from", str(data), "--dry-run", data_dir=tmp_path / "store")
    assert done.returncode == 2
    assert "--dry-run is for downloads" in done.stderr
    assert not (tmp_path / "store").exists()


def test_the_real_files_are_taken_from_their_folder(shared: Path) -> None:
    """All files of the folder are read; its catalogue of metrics is no release file."""
    got = {file.name: file for file in read_files([shared])}
    assert set(got) == {path.name for path in shared.glob("*.csv")}
    catalogue = got["metric-catalogue.csv"]
    assert isinstance(catalogue, ReceivedFile)
    assert is_other_table(catalogue.data)
    release = got["acute-trust-data-q1-2026-27.csv"]
    assert isinstance(release, ReceivedFile)
    assert not is_other_table(release.data)
    assert release.data == (shared / release.name).read_bytes()
