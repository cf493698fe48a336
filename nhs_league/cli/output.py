"""Show an answer: data to stdout or a file, messages to stderr."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nhs_league.cli.terminal import background, is_colour_forced, notify, paged
from nhs_league.errors import NotFoundError, UsageError
from nhs_league.files import check_place, is_closed_pipe, is_stdout, write_file
from nhs_league.usage import Format
from nhs_league.version import __version__

if TYPE_CHECKING:
    from nhs_league.cli.options import Common, Output
    from nhs_league.core.answers import Answer
    from nhs_league.render.meta import Meta

_PAGE = 100


def show_answer(answer: Answer, output: Output, common: Common) -> bool:
    """Show an answer as a table on a terminal, as CSV in a pipe, or as an option says.

    Args:
        answer: the answer.
        output: how to show it.
        common: whether it is the sample's, and what to keep quiet about.

    Returns:
        Whether it was delivered: not so where the reader of a pipe ended before it was written.

    Raises:
        UsageError: the format is not known, or options contradict each other.
        NotFoundError: a column of ``--columns`` is not in the answer.

    """
    from nhs_league.render.meta import Meta

    wanted = format_of(output)
    meta = answer.presenter
    if not isinstance(meta, Meta):
        meta = Meta(common.sample, __version__, {})
    meta = replace(meta, is_cited=output.cite, whole=answer)
    columns = _columns(answer, output)
    assumptions = answer.assumptions
    if (
        wanted is Format.TABLE
        and sys.stdout.isatty()
        and not (output.plain or columns or output.output)
    ):
        assumptions = _beside_a_title(assumptions)
    notify_assumptions(assumptions, quiet=common.quiet)
    if wanted is Format.TABLE:
        return _table(answer, meta, output, common, columns)
    _notify_beside(answer, meta, wanted, common)
    return write(_written(answer, meta, wanted, columns), output.output)


def _notify_beside(answer: Answer, meta: Meta, wanted: Format, common: Common) -> None:
    """Print notes and source on stderr for formats that have no room for them."""
    from nhs_league.core.answers import TrustProfile

    if common.quiet or wanted.shows == "answer":
        return
    # A trust's notes are part of its report, not of its rows.
    notes = () if isinstance(answer, TrustProfile) else answer.notes
    for line in filter(None, (*notes, meta.credit(answer))):
        notify(line)
    if meta.is_cited:
        for citation in meta.citations(answer):
            notify(citation.text())


def _beside_a_title(assumptions: Sequence[str]) -> tuple[str, ...]:
    """Return what is still to be said of assumptions that the title shows."""
    from nhs_league.core.answers import Titled

    further = (line.further if isinstance(line, Titled) else line for line in assumptions)
    return tuple(filter(None, further))


def notify_assumptions(lines: Sequence[str], *, quiet: bool) -> None:
    """Show what was assumed where the person left it open; with ``--quiet``, guess nothing.

    Raises:
        NotFoundError: it is quiet, and something was guessed.

    """
    from nhs_league.core.answers import Guess

    if not quiet:
        for line in lines:
            notify(line)
    elif guesses := [line for line in lines if isinstance(line, Guess)]:
        raise NotFoundError(
            "\n".join(guesses),
            "With --quiet, nothing is guessed. Use the code, or correct the spelling.",
        )


def check(output: Output) -> None:
    """Check the output options, before anything is opened or worked out.

    Raises:
        UsageError: the format is not known, options contradict each other, or the file has no
            folder to be in.

    """
    format_of(output)
    if output.output is not None and not is_stdout(output.output):
        check_place(output.output)
    if output.columns and not _named(output):
        raise UsageError("Which columns? For example: --columns trust_code,rank")


def format_of(output: Output) -> Format:
    """Return the format that the options ask for.

    Raises:
        UsageError: it is not known, or options contradict each other.

    """
    from nhs_league.render.formats import ENDINGS

    wanted = {name for name in ("csv", "json") if getattr(output, name)} | (
        {output.format.value} if output.format else set()
    )
    if output.output is not None and not is_stdout(output.output) and not wanted:
        extension = output.output.suffix.removeprefix(".").casefold()
        if not extension:
            raise UsageError(
                f"{output.output} has no extension to show its format.",
                "Add one, such as .csv, or use --format.",
            )
        wanted = {ENDINGS.get(extension, extension)}
    if len(wanted) > 1:
        raise UsageError(
            f"You asked for several formats: {', '.join(sorted(wanted))}.", "Choose one."
        )
    if not wanted:
        return Format.TABLE if sys.stdout.isatty() else Format.CSV
    (name,) = wanted
    if (format_name := ENDINGS.get(name, name)) not in [*Format]:
        raise UsageError(
            f'There is no format "{name}".',
            f"Choose from: {', '.join(Format)}.",
        )
    return Format(format_name)


def _columns(answer: Answer, output: Output) -> list[str]:
    from nhs_league.core.answers import with_sample

    known = with_sample(answer.frame, sample=False).columns
    columns = _named(output)
    for name in columns:
        if name not in known:
            raise NotFoundError.of("column", name, known)
    return columns


def _named(output: Output) -> list[str]:
    """List the columns that ``--columns`` names, each once; ``sample`` is always shown."""
    names = (name.strip() for name in output.columns.split(","))
    return [name for name in dict.fromkeys(names) if name and name != "sample"]


def _written(answer: Answer, meta: Meta, wanted: Format, columns: list[str]) -> str | bytes:
    from nhs_league.render.formats import WRITERS

    if columns:
        # The column that tells the sample from real figures is never left out.
        answer = replace(answer, frame=answer.frame.select(columns))
    return WRITERS[wanted].write(answer, meta)


def _table(answer: Answer, meta: Meta, output: Output, common: Common, columns: list[str]) -> bool:
    from nhs_league.render.terminal import Look, print_answer, to_text

    look = Look(wide=output.wide, every=output.every, plain=output.plain, columns=columns)
    if output.output is not None and not is_stdout(output.output):
        return write(to_text(answer, meta, width=_PAGE, look=look), output.output)
    if not sys.stdout.isatty() and not is_colour_forced():
        width = shutil.get_terminal_size((80, 24)).columns
        return write(to_text(answer, meta, width=width, look=look), None)
    from rich.console import Console

    console = Console(
        no_color=common.no_color or None,
        force_terminal=is_colour_forced() or None,
        highlight=False,
        emoji=False,
        markup=False,
    )
    # Without colour there is no need to ask the terminal.
    shown = look if console.no_color else replace(look, background=background())
    with _quiet_pipe() as pipe, paged(console, wanted=not common.no_pager):
        print_answer(console, answer, meta, shown)
    return pipe.is_open


def write(written: str | bytes, file: Path | None) -> bool:
    """Write to a file that a person named, or to stdout where none is, or ``-``.

    Returns:
        Whether all of it was written: not so where the reader of a pipe ended before.

    """
    data = written.encode("utf-8") if isinstance(written, str) else written
    if file is not None and not is_stdout(file):
        with _quiet_pipe() as pipe:
            write_file(file, data)
        return pipe.is_open
    if isinstance(written, bytes) and sys.stdout.isatty():
        raise UsageError(
            "This format cannot be shown on a terminal.", "Write it to a file: -o FILE."
        )
    with _quiet_pipe() as pipe:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    return pipe.is_open


@dataclass
class _Pipe:
    """Whether the reader of a pipe still reads."""

    is_open: bool = True


@contextmanager
def _quiet_pipe() -> Iterator[_Pipe]:
    """End quietly when the reader of a pipe has seen enough (``| head``)."""
    pipe = _Pipe()
    try:
        yield pipe
    except OSError as error:
        if not is_closed_pipe(error):
            raise
        pipe.is_open = False
        discard_stdout()


def discard_stdout() -> None:
    """Discard what is still buffered, so that it does not fail again when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
