"""Whatever stands in a field or a file, it is read as what it says, set aside or refused."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import example, given, settings, strategies as st

from nhs_league.errors import RefusedError
from nhs_league.releases.parse import ParsedFile, parse_file
from tests.releases import official

LINES = official.metric_file().splitlines(keepends=True)
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?", re.ASCII)
quick = settings(max_examples=150, deadline=None)


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


@given(text=figures)
@example(text="\uff14\uff16.\uff15\uff15")
@example(text="1e400")
@example(text="46.55%")
@example(text="1 234")
@quick
def test_a_value_is_read_as_the_number_that_it_says_or_is_no_figure(text: str) -> None:
    parsed = read(with_value(text))
    if isinstance(parsed, RefusedError):
        assert parsed.line is not None
        return
    row = parsed.observations.filter(trust_code="Z1A", metric_id="OF0011").row(0, named=True)
    is_number = NUMBER.fullmatch(seen(text)) and abs(float(seen(text))) != float("inf")
    if row["value"] is None:
        assert not is_number
    else:
        assert row["value"] == float(plain(seen(text)))
        assert abs(row["value"]) != float("inf")


@given(data=st.binary(max_size=400))
@quick
def test_bytes_of_any_kind_are_no_release_file(data: bytes) -> None:
    assert isinstance(read(data), RefusedError)


@given(data=st.data())
@quick
def test_a_file_with_a_byte_changed_is_read_or_refused(data: st.DataObject) -> None:
    whole = bytearray(official.metric_file().encode("utf-8"))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] = data.draw(st.integers(0, 255))
    assert isinstance(read(bytes(whole)), ParsedFile | RefusedError)
