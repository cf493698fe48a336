"""Whatever stands in a field or a file, it is read as what it says, set aside or refused."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings, strategies as st

from nhs_league.errors import RefusedError
from nhs_league.releases.parse import ParsedFile, parse_file
from tests.releases import official

LINES = official.metric_file().splitlines(keepends=True)
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?", re.ASCII)
QUICK = settings(max_examples=8, deadline=None)
LONG = settings(max_examples=300, deadline=None)


def read(data: bytes) -> ParsedFile | RefusedError:
    """Read a file, or give the refusal; whatever else is raised is a fault."""
    try:
        return parse_file("release.csv", data)
    except RefusedError as refusal:
        return refusal


def seen(text: str) -> str:
    """Give what a reader sees of a field: no blanks around it, no character that is not seen."""
    shown = "".join(c for c in text.strip() if unicodedata.category(c) not in ("Cc", "Cf"))
    return shown.strip()


def with_value(text: str) -> bytes:
    """Put a text into the value of the first row, quoted as CSV has it."""
    row = LINES[1].replace("46.55", '"' + text.replace('"', '""') + '"')
    return "".join([LINES[0], row, *LINES[2:]]).encode("utf-8", "surrogatepass")


figures = st.one_of(
    st.text(max_size=12),
    st.floats(allow_nan=True, allow_infinity=True).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda f: f"{f:,.2f}"),
    st.decimals(allow_nan=False, allow_infinity=False, places=2).map(
        lambda d: str(d).replace(".", ",")
    ),
    st.from_regex(NUMBER, fullmatch=True),
)


def plain(text: str) -> str:
    """Give a number in another notation as plain digits: −5, +5, 1,234.5, .5, 5.1 [r]."""
    text = re.sub(r"\s*\[[rpeb]\]$", "", text)
    text = re.sub(r"^[−–]", "-", text).removeprefix("+")
    if re.fullmatch(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", text):
        text = text.replace(",", "")
    return re.sub(r"^(-?)\.", r"\g<1>0.", text)


def check_value(text: str) -> None:
    """A value is read as the number that it says, or is no figure."""
    parsed = read(with_value(text))
    if isinstance(parsed, RefusedError):
        assert parsed.line is not None
        return
    row = parsed.observations.filter(trust_code="Z1A", metric_id="OF0011").row(0, named=True)
    is_number = NUMBER.fullmatch(seen(text)) and abs(float(seen(text))) != float("inf")
    if row["value"] is None:
        # A NUL shows that the cell is damaged, whatever digits stand beside it.
        assert not is_number or "\0" in text
    else:
        assert row["value"] == float(plain(seen(text)))
        assert abs(row["value"]) != float("inf")


@pytest.mark.parametrize("text", ["\uff14\uff16.\uff15\uff15", "1e400", "46.55%", "1 234"])
def test_a_value_in_an_odd_notation_is_read_as_what_it_says_or_is_no_figure(text: str) -> None:
    check_value(text)


@given(text=figures)
@QUICK
def test_a_value_is_read_as_the_number_that_it_says_or_is_no_figure(text: str) -> None:
    check_value(text)


@pytest.mark.slow
@given(text=figures)
@LONG
def test_many_values_are_read_as_the_numbers_that_they_say_or_are_no_figures(text: str) -> None:
    check_value(text)


@given(data=st.binary(max_size=400))
@QUICK
def test_bytes_of_any_kind_are_no_release_file(data: bytes) -> None:
    assert isinstance(read(data), RefusedError)


WHOLE = official.metric_file().encode("utf-8")
places, values = st.integers(0, len(WHOLE) - 1), st.integers(0, 255)


def check_byte(place: int, value: int) -> None:
    """A file with a byte changed is read or refused."""
    changed = bytearray(WHOLE)
    changed[place] = value
    assert isinstance(read(bytes(changed)), ParsedFile | RefusedError)


@given(place=places, value=values)
@QUICK
def test_a_file_with_a_byte_changed_is_read_or_refused(place: int, value: int) -> None:
    check_byte(place, value)


@pytest.mark.slow
@given(place=places, value=values)
@LONG
def test_many_files_with_a_byte_changed_are_read_or_refused(place: int, value: int) -> None:
    check_byte(place, value)
