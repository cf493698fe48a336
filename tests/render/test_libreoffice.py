"""A workbook in LibreOffice: it opens, and converts back to the same rows."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Run

SOFFICE = shutil.which("soffice")


def plain(cell: str) -> str | float:
    """Write a cell so that 4, 4.0 and TRUE, true are the same."""
    try:
        return float(cell)
    except ValueError:
        return cell.casefold() if cell in ("TRUE", "FALSE") else cell


@pytest.mark.programs
@pytest.mark.skipif(SOFFICE is None, reason="no LibreOffice on this machine")
@pytest.mark.parametrize(
    "question", [["table", "ambulance"], ["show", "ZB6"], ["worst", "-m", "elective"]], ids=" ".join
)
def test_a_workbook_converts_back_to_the_same_rows(
    sample: Run, tmp_path: Path, question: list[str]
) -> None:
    for ending in ("xlsx", "csv"):
        assert sample(*question, "-o", str(tmp_path / f"ours.{ending}")).returncode == 0
    (tmp_path / "theirs").mkdir()
    subprocess.run(
        [str(SOFFICE), "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false",
         "--outdir", str(tmp_path / "theirs"), str(tmp_path / "ours.xlsx")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    ours, theirs = (
        [[plain(cell) for cell in row] for row in csv.reader(io.StringIO(file.read_text("utf-8")))]
        for file in (tmp_path / "ours.csv", tmp_path / "theirs" / "ours.csv")
    )
    assert theirs == ours
