"""Many questions in one process, where the process itself is not what is tested."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from nhs_league.errors import LeagueError
from tests.conftest import environment


@dataclass(frozen=True)
class Reply:
    """What a command wrote, and its exit code."""

    returncode: int
    stdout: str
    stderr: str

    def rows(self) -> list[dict[str, str]]:
        """Return the rows of a CSV answer."""
        assert self.returncode == 0, self.stderr
        return list(csv.DictReader(io.StringIO(self.stdout)))


Ask = Callable[..., Reply]


def asking(data_dir: Path, *, sample: bool = False) -> Ask:
    """Return a function that runs the command in this process, on one store."""
    import typer

    from nhs_league.cli.app import program

    def ask(*arguments: str) -> Reply:
        raw, err = io.BytesIO(), io.StringIO()
        out = io.TextIOWrapper(raw, encoding="utf-8", newline="", write_through=True)
        words = ["--sample", *arguments] if sample else list(arguments)
        with (
            patch.dict(os.environ, environment(data_dir), clear=True),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            try:
                code = program()(args=words, prog_name="nhsleague", standalone_mode=False)
            except LeagueError as error:
                err.write(str(error))
                code = error.exit_code
            except typer.TyperException as error:
                err.write(error.format_message())
                code = error.exit_code
        return Reply(
            code if isinstance(code, int) else 0, raw.getvalue().decode("utf-8"), err.getvalue()
        )

    return ask
