"""The bytes of a release file as clean UTF-8 text, or a refusal."""

from __future__ import annotations

import codecs
import re

from nhs_league.errors import RefusedError

_OF_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
_RETRY = "Fetch or save the file again; a release file is a CSV file of NHS England's."


def to_utf8(file: str, data: bytes) -> bytes:
    """Decode a release file (UTF-8 with or without a byte-order mark, or Windows-1252).

    Args:
        file: name of the file, for the error.
        data: the file as it came.

    Returns:
        The same text as UTF-8 without a byte-order mark.

    Raises:
        RefusedError: the file is empty, a web page, binary, or cut off in its last line.

    """
    if not data.strip():
        raise RefusedError(file, "the file is empty", advice=_RETRY)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise RefusedError(file, "UTF-16 text is not understood", advice="Save it as UTF-8 CSV.")
    data = data.removeprefix(codecs.BOM_UTF8)
    if data.lstrip()[:1] == b"<":
        first = data.lstrip()[:40].split(b"\n")[0].decode("utf-8", "replace")
        raise RefusedError(
            file, "this is a web page, not a CSV file", line=1, value=first, advice=_RETRY
        )
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise RefusedError(file, "a NUL byte stands in the text", line=line, advice=_RETRY)
    if not data.endswith((b"\n", b"\r")):
        raise RefusedError(
            file,
            "the last line has no end, so the file may have been cut off",
            line=data.count(b"\n") + 1,
            advice="Fetch the file again; if it is whole, add a line end after its last line.",
        )
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    return _as_utf8(file, data)


def _as_utf8(file: str, data: bytes) -> bytes:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as not_utf8:
        if _OF_UTF8.search(data):
            line = data.count(b"\n", 0, not_utf8.start) + 1
            reason = "this line is not in UTF-8, and other text of the file is"
            value = repr(data[not_utf8.start : not_utf8.end])
            raise RefusedError(file, reason, line=line, value=value, advice=_RETRY) from not_utf8
        try:
            return data.decode("cp1252").encode("utf-8")
        except UnicodeDecodeError as neither:
            line = data.count(b"\n", 0, neither.start) + 1
            reason = "the text is neither UTF-8 nor Windows-1252"
            value = repr(data[neither.start : neither.end])
            raise RefusedError(file, reason, line=line, value=value) from not_utf8
    return data
