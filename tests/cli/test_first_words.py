"""What a person types first: an answer, or the command that gives it."""

from __future__ import annotations

import io
import shlex
import sys
from pathlib import Path

import pytest

from nhs_league.cli.corrections import as_typed
from nhs_league.cli.naming import typed_trusts
from nhs_league.errors import UsageError
from nhs_league.releases.names import Names
from nhs_league.usage import quoted
from tests.conftest import Run


def test_nothing_at_all_is_met_with_what_to_type(run: Run, tmp_path: Path) -> None:
    start = run(data_dir=tmp_path / "none")
    assert (start.returncode, start.stderr) == (0, "")
    lines = start.stdout.splitlines()
    assert len(lines) == 10
    assert max(map(len, lines)) <= 80
    assert sum(line.startswith("  nhsleague ") for line in lines) == 5
    assert "nhsleague --help" in lines[-1]
    assert list(tmp_path.iterdir()) == []


def test_each_command_of_the_samples_quick_start_answers(sample: Run) -> None:
    start = sample()
    assert start.returncode == 0
    commands = [line.split("  ")[1] for line in start.stdout.splitlines() if line.startswith("  ")]
    assert len(commands) == 5
    for command in commands:
        _, first, *words = shlex.split(command)
        assert first == "--sample"
        assert sample(*words).returncode == 0, command


FIRST = [
    ("salamanderbridge", 0, "ZB6"),
    ("show", 2, "Which trust? For example: nhsleague show"),
    ("show ZA0 ZB6", 2, "nhsleague compare ZA0 ZB6"),
    ("explain ZA0 ZB6", 2, "explain takes one trust, not 2."),
    ("show 'medium island' nowhere", 3, "No trust matches"),
    ("compare ZB6", 2, "nhsleague compare ZB6 --peers"),
    ("compare RDY", 2, "nhsleague compare RDY RVN"),
    ("hospitals", 2, "Try: nhsleague trusts"),
    ("worst", 2, "Which metric? For example: nhsleague worst elective"),
    ("best hospital", 2, "nhsleague table"),
    ("worst zebra", 3, 'No metric covers "zebra".'),
    ("sickness", 3, "nhsleague worst sickness"),
    ("London", 3, "nhsleague table --region London"),
    ("acute", 3, "nhsleague table acute"),
    ("search royal", 2, "nhsleague trusts royal"),
    ("top 10", 2, "nhsleague best elective"),
    ("rank cancer", 2, "nhsleague worst cancer"),
    ("update", 2, "nhsleague fetch"),
    ("wrost 'a&e'", 2, 'nhsleague worst "a&e"'),
    ("-V", 0, "nhsleague "),
    ("version", 0, "nhsleague "),
    ("? worst", 0, "Usage: nhsleague worst"),
    ("metrics mrsa", 0, "OF0020"),
    ("metrics 'a&e'", 0, "OF0013"),
    ("metrics zebra", 3, 'No metric covers "zebra".'),
    ("metrics", 0, "OF0011"),
    ("releases now", 2, 'releases does not take "now".'),
    ("cache", 0, "Usage: nhsleague cache"),
    ("cache clean", 2, 'There is no command "clean".'),
    ("table --segment first", 2, "--segment needs a whole number."),
    ("table --limit -1", 2, "--limit needs a whole number from 0 to 1,000,000,000."),
    ("table --format docx", 2, '--format cannot be "docx". Choose from: table, csv'),
    ("worst --metrik cancer", 2, "There is no option --metrik. Did you mean --metric?"),
    ("changes --quarter q3", 2, "There is no option --quarter. Did you mean --from or --to?"),
    ("worst --metric", 2, "--metric needs a value after it."),
    ("table --csv=1", 2, "--csv takes no value."),
    ("table -o table", 2, "table has no extension to show its format."),
]


@pytest.mark.parametrize(("typed", "code", "shown"), FIRST, ids=[typed for typed, *_ in FIRST])
def test_a_first_guess_is_answered(sample: Run, typed: str, code: int, shown: str) -> None:
    done = sample(*shlex.split(typed))
    assert done.returncode == code, done.stderr
    assert shown in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_usage_names_the_help_that_helps(sample: Run) -> None:
    assert sample("show", "--wrong").stderr.splitlines()[-1] == (
        'Run "nhsleague --help" to see all commands, or "nhsleague show --help" for this one.'
    )


def test_a_trust_is_never_taken_for_a_slip() -> None:
    commands = ["worst", "show"]
    assert as_typed(["wurst"], commands, Names({"ZZZ": "The Wurstley NHS Trust"})) == [
        "show",
        "wurst",
    ]
    with pytest.raises(UsageError, match='no command "wurst"'):
        as_typed(["wurst"], commands, Names({"ZZZ": "Liverwurst NHS Trust"}))
    assert as_typed(["dorset"], commands, Names()) == ["show", "dorset"]


def test_whatif_without_a_change_offers_changes_that_work(sample: Run) -> None:
    reply = sample("whatif", "ZJ9")
    assert (reply.returncode, reply.stdout) == (2, "")
    first, *examples = reply.stderr.splitlines()
    assert first == "What should change? For example:"
    assert 2 <= len(examples) <= 4
    weak = sample("show", "ZJ9", "--columns", "short_name,weak_spot", "--quiet").stdout
    (changed,) = [e for e in examples if "=median" in e]
    assert f"{changed.partition('--set ')[2].strip(chr(34)).partition('=')[0]},severe" in weak
    for example in examples:
        _, *words = shlex.split(example)
        assert sample(*words).returncode == 0, example


def test_whatif_without_a_change_opens_nothing_to_be_of_help(run: Run, tmp_path: Path) -> None:
    reply = run("whatif", "RDY", data_dir=tmp_path / "none")
    assert reply.returncode == 2
    assert "nhsleague whatif RDY --set sickness=median" in reply.stderr


def test_metrics_are_narrowed_to_those_that_a_text_names(sample: Run) -> None:
    def named(text: str) -> list[str]:
        rows = sample("metrics", text, "--columns", "metric_id,trust_type", "--quiet").stdout
        return [row.split(",")[1] for row in rows.splitlines()[1:] if row.endswith("acute")]

    assert named("mrsa") == ["OF0020"]
    assert {"OF0013", "OF0014"} <= set(named("a&e"))
    assert "OF0046" not in named("a&e")
    assert named("MORTAL") == ["OF0046"]


@pytest.mark.parametrize(
    ("typed", "trusts"),
    [
        ("ZA0\nZB6\n", ["ZA0", "ZB6"]),
        ("ZA0 ZB6, ZM8\n", ["ZA0", "ZB6", "ZM8"]),
        ("royal cornwall\n\nguy's and st thomas\n", ["royal cornwall", "guy's and st thomas"]),
        ("sample,trust_code,rank\ntrue,ZA0,1\ntrue,ZB6,2\ntrue,ZB6,3\n", ["ZA0", "ZB6"]),
    ],
    ids=["a line each", "codes in a line", "names", "CSV"],
)
def test_trusts_are_read_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, typed: str, trusts: list[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    assert typed_trusts(["ZZZ", "-"]) == ["ZZZ", *trusts]


def test_standard_input_without_a_trust_is_wrong_usage(sample: Run) -> None:
    for command in ("compare", "show", "trend", "report", "explain", "robust", "whatif"):
        done = sample(command, "-")
        assert done.returncode == 2, command
        assert "standard input" in done.stderr


def test_a_text_is_quoted_as_a_shell_reads_it() -> None:
    for text in ("RDY", "a&e", "guy's and st thomas", 'a "b" $c', "it's `x`", ""):
        assert shlex.split(quoted(text)) == [text]


def test_an_empty_standard_input_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UsageError, match="there are none"):
        typed_trusts(["-"])
