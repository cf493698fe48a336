"""Small faults put into the package one at a time, and the tests that notice them.

``python -m tests.mutants nhs_league/core nhs_league/releases/parse 150`` copies what git has staged
to a temporary folder, runs the tests of SUITE there once to learn which of them execute which line,
and changes one operator, figure, join or condition at a time: chosen at random, but the same each
time. For each change it runs the tests that execute the line, the quickest first and as many as
take half a minute, and prints the place, the change and the test that failed. If all passed, a test
is missing, or the change does nothing.
"""

from __future__ import annotations

import ast
import multiprocessing
import os
import subprocess
import sys
import tempfile
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.machinery import SourceFileLoader
from itertools import accumulate, permutations
from operator import setitem
from pathlib import Path
from random import Random
from types import CodeType
from typing import Any
from unittest.mock import patch

import coverage
import pytest

ROOT = Path(__file__).parents[1]
SUITE = (
    "tests/core", "tests/golden", "tests/oracle", "tests/render", "tests/sample",
    "tests/test_api.py", "tests/cli/test_how_sure.py", "tests/cli/test_small_leagues.py",
    "tests/cli/test_tables.py", "tests/cli/test_usage_first.py", "tests/cli/test_watch.py",
    "tests/releases/test_agreement.py",
    "tests/releases/test_consistency.py", "tests/releases/test_fractions.py",
    "tests/releases/test_lines.py", "tests/releases/test_parse.py",
    "tests/releases/test_refusals.py", "tests/releases/test_rough_files.py",
    "tests/releases/test_variants.py",
)  # fmt: skip
"""Tests that run in this process; what a command in a process of its own executes is not seen."""
OPTIONS = ("-p", "no:cacheprovider", "-n", "0", "-W", "ignore::pytest.PytestAssertRewriteWarning")
MOST_SECONDS = 30.0  # that the tests of a mutant take unchanged
PATIENCE = 60.0  # seconds that tests may take beyond ten times what they take unchanged
PRELOADED = ("polars", "typer", "rich.table", "hypothesis", "jinja2", "sqlglot", "httpx", "xdist")
"""What each run imports, loaded once and shared by fork; none of it starts a thread."""

_SWAPS = (
    (ast.Lt, ast.LtE), (ast.Gt, ast.GtE), (ast.Eq, ast.NotEq), (ast.In, ast.NotIn),
    (ast.Is, ast.IsNot), (ast.Add, ast.Sub), (ast.Mult, ast.Div), (ast.BitAnd, ast.BitOr),
    (ast.And, ast.Or), ("min", "max"), ("first", "last"), ("any", "all"), ("mean", "sum"),
    ("is_null", "is_not_null"), ("head", "tail"), ("floor", "ceil"), ("left", "inner"),
    ("any_horizontal", "all_horizontal"), ("min_horizontal", "max_horizontal"), ("anti", "semi"),
    ("forward", "backward"),
)  # fmt: skip
_OTHER: dict[Any, Any] = {one: other for pair in _SWAPS for one, other in permutations(pair)}
"""Operators, and names of methods, joins and orders, of which one becomes the other."""
_UNCHANGED = {"annotation", "returns", "decorator_list", "bases", "exc"}
"""Parts of the tree that are types, decorators or messages."""


@dataclass(frozen=True)
class Mutant:
    """One change of a file: ``put`` puts a node in the place of another in the file's tree.

    ``lines``: its line and the rest of the statement. ``runs_once``: at import, or for a cache.
    """

    file: str
    tree: ast.Module
    put: Callable[[ast.AST], object]
    before: ast.AST
    after: ast.AST
    lines: range
    runs_once: bool


class Module:
    """The tree of a file, and all that can be changed in it."""

    def __init__(self, file: str, source: bytes) -> None:
        self.file, self.tree = file, ast.parse(source)
        self.members: dict[str, set[str]] = defaultdict(set)
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute) and node.attr.isupper():
                self.members[ast.unparse(node.value)].add(node.attr)

    def mutants(self, node: ast.AST, lines: range, *, runs_once: bool) -> Iterator[Mutant]:
        """Return every change of what is in a node, of a statement of these lines."""
        if isinstance(node, ast.FunctionDef):
            runs_once = any("cache" in ast.unparse(each) for each in node.decorator_list)
        for child, put in _children(node):
            end = (child.end_lineno or 0) + 1 if isinstance(child, ast.stmt) else lines.stop
            within = range(getattr(child, "lineno", lines.start), end)
            for other in self._others(child):
                new = ast.copy_location(other, child)
                yield Mutant(self.file, self.tree, put, child, new, within, runs_once)
            yield from self.mutants(child, within, runs_once=runs_once)

    def _others(self, node: ast.AST) -> Iterator[ast.AST]:
        """Return what a node is replaced by, one after the other."""
        match node:
            case ast.Compare(left, ops, comparators):
                for place, op in enumerate(ops):
                    others = [*ops[:place], _OTHER[type(op)](), *ops[place + 1 :]]
                    yield ast.Compare(left, others, comparators)
            case ast.BinOp(left, op, right) if type(op) in _OTHER:
                if ast.JoinedStr not in (type(left), type(right)):
                    yield ast.BinOp(left, _OTHER[type(op)](), right)
            case ast.BoolOp(op, values):
                yield ast.BoolOp(_OTHER[type(op)](), values)
            case ast.UnaryOp(ast.Not() | ast.Invert(), operand):
                yield operand
            case ast.Constant(bool() as flag):
                yield ast.Constant(not flag)
            case ast.Constant(int() | float() as figure):
                yield ast.Constant(figure * 10 if figure % 1 else figure + 1)
            case ast.Constant(str() as text) if text in _OTHER:
                yield ast.Constant(_OTHER[text])
            case ast.Attribute(of, attr) if attr.isupper():
                for other in sorted(self.members[ast.unparse(of)] - {attr})[:1]:
                    yield ast.Attribute(of, other, ast.Load())
            case ast.Attribute(value, attr) if attr in _OTHER:
                yield ast.Attribute(value, _OTHER[attr], ast.Load())
            case ast.Call(ast.Name(name), args, keywords) if name in ("min", "max", "any", "all"):
                yield ast.Call(ast.Name(_OTHER[name], ast.Load()), args, keywords)
            case ast.Call(ast.Attribute(frame, "filter") as method, args, keywords):
                for place, _ in enumerate(args):
                    others = [*args[:place], *args[place + 1 :]]
                    yield ast.Call(method, others, keywords) if others or keywords else frame
            case ast.comprehension(target, each, ifs, is_async):
                for place in range(len(ifs)):
                    yield ast.comprehension(target, each, ifs[:place], is_async)


def _children(node: ast.AST) -> Iterator[tuple[ast.AST, Callable[[ast.AST], object]]]:
    """Return what a node holds that may be changed, and how to put another in its place."""
    if isinstance(node, ast.JoinedStr) or getattr(node, "arg", "") in ("strict", "kw_only"):
        return
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST) and name not in _UNCHANGED:
            yield value, partial(setattr, node, name)
        if isinstance(value, list) and name not in _UNCHANGED:
            nodes = [(place, each) for place, each in enumerate(value) if isinstance(each, ast.AST)]
            yield from ((each, partial(setitem, value, place)) for place, each in nodes)


def choose(root: Path, paths: Sequence[str], count: int) -> list[Mutant]:
    """Return so many mutants, from each module in proportion to what can be changed in it."""
    chance, in_line = Random(2026), list[Mutant]()
    for path in sorted(root.glob("nhs_league/**/*.py")):
        if any(path.is_relative_to(root / each) for each in paths):
            module = Module(path.relative_to(root).as_posix(), path.read_bytes())
            changes = list(module.mutants(module.tree, range(0), runs_once=True))
            in_line += chance.sample(changes, len(changes))
    # Equal steps along the modules, each in random order, take from each its share.
    count = min(count, len(in_line))
    return [in_line[place * len(in_line) // count] for place in range(count)]


@dataclass(eq=False)
class Recorder:
    """A pytest plugin: how long tests take, which fail, and under whose name lines are recorded."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    failed: list[str] = field(default_factory=list)
    users: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    switch: Callable[[str], object] = lambda _: None
    name: str = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Function) -> None:
        for fixture in item.fixturenames:
            self.users[fixture].append(item.nodeid)
        self._record_as(item.nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
        outer = self.name
        self._record_as(outer if fixturedef.scope == "function" else fixturedef.argname)
        try:
            return (yield)
        finally:
            self._record_as(outer)

    def _record_as(self, name: str) -> None:
        self.name = name
        self.switch(name)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration
        self.failed += [report.nodeid] if report.failed else []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.failed += [f"import of {report.nodeid}"] if report.failed else []


Traces = tuple[dict[str, dict[int, set[str]]], dict[str, float]]


def trace(copy: Path) -> Traces:
    """Return which tests execute each line of each file, and how long each that passes takes."""
    measured = coverage.Coverage(data_file=None, config_file=False, source=[f"{copy}/nhs_league"])
    plugin = Recorder(switch=measured.switch_context)
    with measured.collect():
        pytest.main([*OPTIONS, *SUITE], plugins=[plugin])
    data = measured.get_data()
    lines = {
        Path(file).relative_to(copy).as_posix(): {
            line: {test for name in names for test in plugin.users.get(name, [name])}
            for line, names in data.contexts_by_lineno(file).items()
        }
        for file in data.measured_files()
    }
    return lines, {t: plugin.seconds[t] for t in plugin.seconds if t not in plugin.failed}


def tests_of(mutant: Mutant, traces: Traces) -> list[str]:
    """Return the tests to run for a mutant, the quickest first; the cases of a test add up."""
    lines, seconds = traces[0].get(mutant.file, {}), traces[1]
    by_line = [lines.get(line, set()) & seconds.keys() for line in mutant.lines]
    tests = next(filter(None, by_line), set())
    if mutant.runs_once:
        tests = set().union(*lines.values()) & seconds.keys()
    spent: dict[str, float] = defaultdict(float)
    ends = {}
    for test in sorted(tests, key=lambda test: seconds[test]):
        spent[test.split("[")[0]] += seconds[test]
        ends[test] = spent[test.split("[")[0]]
    in_order = sorted(ends, key=lambda test: ends[test])
    together = accumulate(seconds[test] for test in in_order)
    return [test for test, end in zip(in_order, together, strict=True) if end <= MOST_SECONDS]


def failing(copy: Path, mutant: Mutant, tests: Sequence[str]) -> list[str]:
    """Return the first of these tests that fails with a mutant, which no file is changed for."""
    path, plugin, unchanged = copy / mutant.file, Recorder(), SourceFileLoader.get_code
    mutant.put(mutant.after)
    changed = compile(ast.fix_missing_locations(mutant.tree), path, "exec")

    def get_code(loader: SourceFileLoader, name: str) -> CodeType | None:
        return changed if Path(loader.path) == path else unchanged(loader, name)

    with patch.object(SourceFileLoader, "get_code", get_code):
        pytest.main([*OPTIONS, "-q", "-x", *tests], plugins=[plugin])
    return plugin.failed


def in_copy(copy: Path, limit: float | None, task: Callable[..., Any], *inputs: object) -> Any:
    """Do a task in a process of its own; return what it returns, or None after so many seconds."""
    receiver, sender = multiprocessing.Pipe(duplex=False)

    def work() -> None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.chdir(copy)
        os.environ["PYTHONPATH"] = sys.path[0] = str(copy)
        for name in [each for each in sys.modules if each.split(".")[0] in ("tests", "nhs_league")]:
            del sys.modules[name]
        sender.send(task(copy, *inputs))

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    sender.close()
    try:
        return receiver.recv() if receiver.poll(limit) else None
    except EOFError:
        return ["the end of the process"]
    finally:
        process.kill()
        process.join()


def report(copy: Path, mutants: Sequence[Mutant], traces: Traces) -> None:
    """Print what became of each mutant, as it becomes known, and how many were killed."""
    verdicts: Counter[str] = Counter()
    for mutant in mutants:
        tests = tests_of(mutant, traces)
        limit = PATIENCE + 10 * sum(traces[1][test] for test in tests)
        failed = in_copy(copy, limit, failing, mutant, tests) if tests else []
        by = "the time limit" if failed is None else ", ".join(failed)
        verdicts["killed" if by else "survived"] += 1
        change = f"{ast.unparse(mutant.before)} -> {ast.unparse(mutant.after)}"
        became = f"killed by {by}" if by else f"survived {len(tests)} tests"
        print(f"{mutant.file}:{mutant.lines[0]}", change, became, sep="\t", flush=True)
    print(*(f"{count} {verdict}" for verdict, count in verdicts.items()), sep=", ")


def main() -> None:
    """Make mutants of the modules named on the command line, and report on them."""
    *paths, count = sys.argv[1:]
    warnings.simplefilter("ignore")
    for name in PRELOADED:
        __import__(name)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder).resolve() / "checkout"
        subprocess.run(["git", "checkout-index", "-a", f"--prefix={copy}/"], cwd=ROOT, check=True)
        (copy.parent / "shared").symlink_to(ROOT.parent / "shared")
        report(copy, choose(copy, paths, int(count)), in_copy(copy, None, trace))


if __name__ == "__main__":
    main()
