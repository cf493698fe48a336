"""Handing an answer to its renderer: the answer to stdout or a file, the talk to stderr."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nhs_league.errors import NotFoundError, UsageError
from nhs_league.version import __version__

if TYPE_CHECKING:
    from nhs_league.cli.options import Common, Output
    from nhs_league.league.schema.answers import Answer
    from nhs_league.render.meta import Meta

_PAGE = 100


def deliver(answer: Answer, output: Output, common: Common, filters: Mapping[str, object]) -> None:
    """Show an answer as asked: a table on a terminal, CSV in a pipe, or what an option says.

    Args:
        answer: the answer.
        output: how to show it.
        common: whether it is the sample's, and what to keep quiet about.
        filters: what the question was narrowed to, for formats that tell it.

    Raises:
        UsageError: the format is not known, or options contradict each other.
        NotFoundError: a column of ``--columns`` is not in the answer.

    """
    from nhs_league.render.formats import TABLE
    from nhs_league.render.meta import Meta

    wanted = _format(output)
    narrowed = {name: value for name, value in filters.items() if value not in (None, "", [], ())}
    meta = Meta(common.sample, __version__, narrowed)
    columns = _columns(answer, output)
    if not common.quiet:
        for line in answer.chosen:
            say(line)
    if wanted == TABLE:
        _table(answer, meta, output, common, columns)
        return
    _say_beside(answer, meta, wanted, common)
    write(_written(answer, meta, wanted, columns), output.output)


def _say_beside(answer: Answer, meta: Meta, wanted: str, common: Common) -> None:
    """Say on stderr what rows cannot carry; a view says it itself."""
    from nhs_league.render.formats import WRITERS

    if common.quiet or WRITERS[wanted].is_view:
        return
    # A trust's notes are part of its report, not of its rows.
    notes = answer.notes if answer.question != "trust" else ()
    for line in filter(None, (*notes, meta.credit(answer))):
        say(line)


def say(line: str) -> None:
    """Say something on stderr."""
    sys.stderr.write(f"{line}\n")


def _format(output: Output) -> str:
    from nhs_league.render.formats import ENDINGS, TABLE, names

    asked = {name for name in ("csv", "json") if getattr(output, name)} | (
        {output.format.casefold()} if output.format else set()
    )
    if output.output is not None and not asked:
        ending = output.output.suffix.removeprefix(".").casefold()
        asked = {ENDINGS.get(ending, ending or "no ending")}
    if len(asked) > 1:
        raise UsageError(f"Several formats are asked for: {', '.join(sorted(asked))}.", "Name one.")
    if not asked:
        return TABLE if sys.stdout.isatty() else "csv"
    (name,) = asked
    if (format_name := ENDINGS.get(name, name)) not in names():
        raise UsageError(f"No format is called “{name}”.", f"Known: {', '.join(names())}.")
    return format_name


def _columns(answer: Answer, output: Output) -> list[str]:
    from nhs_league.league.schema.answers import with_sample

    known = with_sample(answer.frame, sample=False).columns
    columns = [name.strip() for name in output.columns.split(",") if name.strip()]
    for name in columns:
        if name not in known:
            raise NotFoundError.of("column", name, known)
    return columns


def _written(answer: Answer, meta: Meta, wanted: str, columns: list[str]) -> str | bytes:
    from nhs_league.render.formats import WRITERS

    if columns:
        # The column that tells the sample from real figures is never left out.
        kept = [name for name in columns if name != "sample"]
        answer = replace(answer, frame=answer.frame.select(kept))
    return WRITERS[wanted].write(answer, meta)


def _table(answer: Answer, meta: Meta, output: Output, common: Common, columns: list[str]) -> None:
    from nhs_league.render.terminal import print_answer, to_text

    shown = [name for name in columns if name != "sample"]
    if output.output is not None:
        write(to_text(answer, meta, width=_PAGE, wide=output.wide, columns=shown), output.output)
        return
    if not sys.stdout.isatty():
        width = shutil.get_terminal_size((80, 24)).columns
        write(to_text(answer, meta, width=width, wide=output.wide, columns=shown), None)
        return
    from rich.console import Console

    console = Console(no_color=common.no_color or None, highlight=False, emoji=False, markup=False)
    with _quiet_pipe():
        print_answer(console, answer, meta, wide=output.wide, columns=shown)


def write(written: str | bytes, file: Path | None) -> None:
    """Write to a file that a person named, or to stdout where none is."""
    data = written.encode("utf-8") if isinstance(written, str) else written
    if file is not None:
        write_file(file, data)
        return
    if isinstance(written, bytes) and sys.stdout.isatty():
        raise UsageError("This format is for a file.", "Name one with -o.")
    with _quiet_pipe():
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.flush()


def make_folder(folder: Path) -> None:
    """Make a folder that a person named, unless it is there.

    Raises:
        UsageError: it cannot be made.

    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be made: {error.strerror}.", "Name another folder."
        ) from error


def write_file(file: Path, data: bytes) -> None:
    """Write a file that a person named.

    Raises:
        UsageError: it cannot be written.

    """
    try:
        file.write_bytes(data)
    except OSError as error:
        raise UsageError(
            f"{file} cannot be written: {error.strerror}.", "Name another file with -o."
        ) from error


@contextmanager
def _quiet_pipe() -> Iterator[None]:
    """End quietly when the reader of a pipe has seen enough (``| head``)."""
    try:
        yield
    except BrokenPipeError:
        discard_stdout()


def discard_stdout() -> None:
    """Let what is still buffered go nowhere, so that it does not fail again when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
