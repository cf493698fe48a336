"""Finding a trust by code, name, part of a name, initials or a misspelt name."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl
from rapidfuzz import fuzz, process

from nhs_league.errors import NotFoundError

LISTED = (
    "trust_code", "trust_name", "trust_type", "subtype", "region", "segment", "rank", "rank_low",
    "rank_high", "of", "quarter",
)  # fmt: skip
"""The columns of a list of trusts."""

_CLEAR = 86.0
_AHEAD = 6.0
_NEAR = 55.0
_ABBREVIATED = {"st": "saint", "hosp": "hospital", "univ": "university", "uni": "university"}
_FORM = r"\b(nhs|foundation|trust|ft|the)\b"


@dataclass(frozen=True)
class Found:
    """The trust that a person's word was taken for.

    Attributes:
        code: its trust code.
        name: its newest name.
        said: how it was found, where that was not its code or whole name; else empty.

    """

    code: str
    name: str
    said: str


def find(asked: str, standings: pl.DataFrame) -> Found:
    """Find the one trust that a person means.

    Args:
        asked: a trust code, a name, part of a name, initials, or a misspelt name.
        standings: trust_code, trust_name and quarter of all quarters in which to look, oldest
            first; an older name finds the trust too.

    Raises:
        NotFoundError: none fits, with the nearest names, or several do, with their codes.

    """
    named = standings.select("trust_code", "trust_name").unique(maintain_order=True, keep="last")
    newest = dict(named.iter_rows())
    code = asked.strip().upper()
    if code in newest:
        return Found(code, newest[code], "")
    words = _words(asked)
    plain = [(trust_code, _words(name)) for trust_code, name in named.iter_rows()]
    for fitting in (
        {c for c, name in plain if name == words},
        {c for c, name in plain if _initials(name) == asked.strip().casefold()},
        {c for c, name in plain if words and _holds(name, words)},
        {c for c, name in plain if words and _begins(name, words)},
    ):
        if fitting:
            return _one_of(asked, fitting, newest)
    return _nearest(asked, words, plain, newest)


def _words(name: str) -> tuple[str, ...]:
    """Split a name into words that do not depend on spelling: no apostrophes, St is Saint."""
    plain = re.sub(r"['’‘`]", "", name.casefold().replace("&", " and "))
    plain = re.sub(_FORM, " ", re.sub(r"[^\w]+", " ", plain))
    return tuple(_ABBREVIATED.get(word, word) for word in plain.split())


def _initials(words: tuple[str, ...]) -> str:
    return "".join(word[0] for word in words if word not in ("and", "of"))


def _holds(name: tuple[str, ...], words: tuple[str, ...]) -> bool:
    return set(words) <= set(name)


def _begins(name: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """Tell whether each word begins a word of the name (``sheff teach``)."""
    return all(any(part.startswith(word) for part in name) for word in words)


def _one_of(asked: str, codes: set[str], newest: dict[str, str]) -> Found:
    if len(codes) > 1:
        listed = "\n".join(f"  {c}  {newest[c]}" for c in sorted(codes, key=lambda c: newest[c]))
        raise NotFoundError(
            f"“{asked}” may be any of these trusts:\n{listed}", "Use a code, or more of the name."
        )
    (code,) = codes
    is_name = _words(asked) == _words(newest[code])
    return Found(
        code, newest[code], "" if is_name else f"“{asked}” is taken for {newest[code]} ({code})."
    )


def _nearest(
    asked: str,
    words: tuple[str, ...],
    plain: list[tuple[str, tuple[str, ...]]],
    newest: dict[str, str],
) -> Found:
    """Take the one clearly nearest name for a misspelt one, or suggest the nearest."""
    text = " ".join(words)
    scored: dict[str, float] = {}
    names = [" ".join(name) for _, name in plain]
    for _, score, place in process.extract(
        text, names, scorer=fuzz.WRatio, limit=8, score_cutoff=_NEAR
    ):
        code = plain[place][0]
        scored[code] = max(score, scored.get(code, 0.0))
    ranked = sorted(scored.items(), key=lambda item: -item[1])
    if (
        ranked
        and ranked[0][1] >= _CLEAR
        and (len(ranked) == 1 or ranked[0][1] - ranked[1][1] >= _AHEAD)
    ):
        return _one_of(asked, {ranked[0][0]}, newest)
    near = "\n".join(f"  {code}  {newest[code]}" for code, _ in ranked[:5])
    advice = f"The nearest are:\n{near}" if near else "nhsleague trusts lists them all."
    raise NotFoundError(f"No trust is called “{asked}”.", advice)


def holding(text: str, standings: pl.DataFrame) -> pl.DataFrame:
    """Keep the trusts whose code is the text or whose name holds each of its words.

    Args:
        text: a code or words; empty keeps all.
        standings: trust_code and trust_name among its columns.

    """
    words = _words(text)
    fits = [
        code == text.strip().upper() or _begins(_words(name), words)
        for code, name in standings.select("trust_code", "trust_name").iter_rows()
    ]
    return standings.filter(pl.Series(fits, dtype=pl.Boolean))
