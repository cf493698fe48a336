"""Where a command may have to run: no home, no room, no streams, a strange clock, interrupted."""

from __future__ import annotations

import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nhs_league.sample import home
from tests.conftest import COMMAND, Run, environment
from tests.releases.official import metric_file
from tests.terminal import needs_terminal, on_terminal

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="asks a POSIX shell"),
]
NHSLEAGUE = shlex.quote(str(COMMAND))


@pytest.fixture(scope="module")
def cache(sample: Run, sample_cache: Path) -> Path:
    """Give a data folder in which the sample is unpacked."""
    assert sample("trusts").returncode == 0
    return sample_cache


def shell(script: str, data_dir: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", f'nhsleague() {{ {NHSLEAGUE} "$@"; }}; {script}'],
        env=environment(data_dir) | env,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


# Not even root can make a folder in either.
@pytest.mark.parametrize("home_is", ["/dev/null", "/proc/nowhere", None])
def test_without_a_home_the_sample_answers_all_the_same(
    tmp_path: Path, home_is: str | None
) -> None:
    env = environment(tmp_path) | {"TMPDIR": str(tmp_path)} | ({"HOME": home_is} if home_is else {})
    for name in ("NHSLEAGUE_DATA_DIR", "XDG_CACHE_HOME", *(() if home_is else ("HOME",))):
        env.pop(name, None)
    question = [str(COMMAND), "--sample", "worst", "--metric", "elective", "--limit", "1"]
    done = subprocess.run(question, env=env, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert "ZK3" in done.stdout


def test_a_store_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    (tmp_path / "release.csv").write_text(metric_file(), "utf-8")
    keep = f"--data-dir {tmp_path}/file/store fetch --from {tmp_path}/release.csv"
    done = shell(f"nhsleague {keep}", tmp_path)
    assert done.returncode == 4
    assert "Cannot store releases" in done.stderr
    assert "--data-dir" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    "question",
    ["--sample table", "--sample table --json", "--sample show ZB6 --format table", "--help"],
)
def test_a_full_disk_behind_stdout_is_told(cache: Path, question: str) -> None:
    done = shell(f"nhsleague {question} > /dev/full", cache)
    assert done.returncode == 2
    assert "Cannot write the answer: No space left on device." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("question", ["--sample table", "--version", "--sample show ZB6"])
def test_a_closed_stream_is_no_fault(cache: Path, closed: str, question: str) -> None:
    done = shell(f"nhsleague {question} {closed}", cache)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert (done.stdout == "") is (">&-" in closed.replace("2>&-", ""))


def test_with_all_streams_closed_a_store_is_written_whole(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    files = tmp_path / "metric.csv"
    files.write_text(metric_file(), "utf-8")
    assert shell(f"nhsleague fetch --from {files} <&- >&- 2>&-", folder).returncode == 0
    assert run("cache", "verify", data_dir=folder).returncode == 0


@pytest.mark.parametrize("question", ["show ZB6", "worst -m elective", "table --format markdown"])
def test_the_c_locale_is_a_place_like_any(cache: Path, question: str) -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = shell(f"nhsleague --sample {question}", cache, **plain)
    assert done.returncode == 0, done.stderr
    assert done.stdout == shell(f"nhsleague --sample {question}", cache).stdout


@needs_terminal
@pytest.mark.parametrize(
    "question",
    [["show", "ZB6"], ["table"], ["worst", "-m", "elective"], ["trend", "ZB6"]],
    ids=" ".join,
)
def test_a_terminal_of_20_columns_is_enough(cache: Path, question: list[str]) -> None:
    shown = on_terminal("--sample", "--no-color", *question, data_dir=cache, columns=20)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines()
    assert max(map(len, lines)) <= 20
    assert "SAMPLE:" in lines[0]


@pytest.mark.parametrize("year", [1970, 2050])
def test_the_clock_may_be_anywhere(tmp_path: Path, year: int) -> None:
    clock = (
        "import datetime as d, sys\n"
        f"class Day(d.date):\n  @classmethod\n  def today(c): return d.date({year}, 1, 1)\n"
        f"class Time(d.datetime):\n  @classmethod\n  def now(c, tz=None): return d.datetime({year}, 1, 1, tzinfo=tz)\n"
        "d.date, d.datetime = Day, Time\n"
        "from nhs_league.cli import main\n"
        "sys.argv = ['nhsleague', *sys.argv[1:]]\n"
        "main()\n"
    )
    (tmp_path / "metric.csv").write_text(metric_file(), "utf-8")
    store = tmp_path / "store"
    for question in (
        ["fetch", "--from", str(tmp_path / "metric.csv")],
        ["trusts"],
        ["cache", "verify"],
    ):
        done = subprocess.run(
            [sys.executable, "-c", clock, *question],
            env=environment(store),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert f'"added": "{year}-01-01' in (store / "manifest.json").read_text("utf-8")


@pytest.mark.parametrize("question", ["trend ZB6 --all", "report ZB6 ZC2 ZE9 -o {}", "changes"])
def test_few_file_descriptors_are_enough(cache: Path, tmp_path: Path, question: str) -> None:
    # Python, polars' threads and the shell's streams take some 12; the issue is files kept open.
    done = shell(
        f"ulimit -n 32; nhsleague --sample {question.format(tmp_path / 'page.html')}", cache
    )
    assert done.returncode == 0, done.stderr


def test_a_current_directory_that_was_deleted_is_no_place_to_write_but_to_ask(
    cache: Path, tmp_path: Path
) -> None:
    gone = tmp_path / "gone"
    for question, code in (
        ("--sample table --limit 1", 0),
        ("--sample report ZB6 -o page.html", 2),
    ):
        gone.mkdir()
        done = shell(f"cd {gone} && rmdir {gone} && nhsleague {question}", cache)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
    assert "page.html cannot be written" in done.stderr


DROPPED = """
import time, weakref
from nhs_league import cli

class Module: ...

def dropped(_):
    raise KeyboardInterrupt

def answer():
    module = Module()
    reference = weakref.ref(module, dropped)
    del module
    end = time.monotonic() + 10
    while time.monotonic() < end:
        pass

cli._run = answer
cli.main()
"""


def test_an_interrupt_that_python_drops_ends_it_all_the_same(tmp_path: Path) -> None:
    """Python prints and forgets what is raised in a callback, and has such callbacks in imports."""
    done = subprocess.run(
        [sys.executable, "-c", DROPPED],
        env=environment(tmp_path), capture_output=True, encoding="utf-8", timeout=15, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (130, "Interrupted.\n")


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(1, 20))]
)
def test_interrupted_at_any_moment_it_says_one_line_and_the_store_is_whole(
    run: Run, cache: Path, tmp_path: Path, seed: int
) -> None:
    store = tmp_path / "store"
    shutil.copytree(home(cache), store)
    moments = random.Random(seed)
    ends: set[int] = set()
    for _ in range(8):
        process = subprocess.Popen(
            [str(COMMAND), "cache", "repair"]
            if moments.random() < 0.5
            else [str(COMMAND), "show", "ZB6"],
            env=environment(store),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        # Before that Python itself starts, and answers an interrupt in its own way.
        time.sleep(0.12 + 0.4 * moments.random())
        process.send_signal(signal.SIGINT)
        stderr = process.communicate(timeout=60)[1]
        ends.add(process.returncode)
        if process.returncode == 130:
            assert stderr.splitlines()[-1] == "Interrupted."
        assert "Traceback" not in stderr
    assert 130 in ends
    assert ends <= {0, 130}
    assert run("cache", "verify", data_dir=store).returncode == 0
