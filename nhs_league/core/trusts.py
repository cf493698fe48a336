"""Finding a trust by code, name, part of a name, initials or a misspelt name."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.answers import Guess
from nhs_league.core.quarters import Quarter
from nhs_league.errors import NotFoundError

LISTED = (
    "trust_code", "trust_name", "trust_type", "subtype", "region", "segment", "rank", "rank_low",
    "rank_high", "of", "quarter",
)  # fmt: skip
"""The columns of a list of trusts."""

_CLEAR = 75.0
_AHEAD = 6.0
_NEAR = 55.0
_SUGGESTED = 5
_ABBREVIATED = {"st": "saint", "hosp": "hospital", "univ": "university", "uni": "university"}
_FORM = r"\b(nhs|foundation|trust|ft|the)\b"


@dataclass(frozen=True)
class TrustMatch:
    """The trust that a person's word was taken for.

    Attributes:
        code: its trust code.
        name: its newest name.
        assumption: how it was found, where that was not its code or whole name; else empty.

    """

    code: str
    name: str
    assumption: str


def find(asked: str, standings: pl.DataFrame, stored: str = "") -> TrustMatch:
    """Find the one trust that a person means.

    Args:
        asked: a trust code, a name, part of a name, initials, or a misspelt name.
        standings: trust_code, trust_name and quarter of all quarters in which to look, oldest
            first; an older name finds the trust too.
        stored: which trusts are stored, in words, for a message that none fits.

    Raises:
        NotFoundError: none fits, with the nearest names, or several do, with their codes.

    """
    named = standings.select("trust_code", "trust_name").unique(maintain_order=True, keep="last")
    newest = dict(named.iter_rows())
    code = asked.strip().upper()
    if code in newest:
        return TrustMatch(code, newest[code], "")
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
    return _nearest(asked, words, plain, newest, stored)


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


def _one_of(asked: str, codes: set[str], newest: dict[str, str]) -> TrustMatch:
    if len(codes) > 1:
        listed = "\n".join(f"  {c}  {newest[c]}" for c in sorted(codes, key=lambda c: newest[c]))
        raise NotFoundError(
            f'{len(codes)} trusts match "{asked}". Use a code, or add more of the name:\n{listed}'
        )
    (code,) = codes
    is_name = _words(asked) == _words(newest[code])
    return TrustMatch(
        code, newest[code], "" if is_name else f"“{asked}” is taken for {newest[code]} ({code})."
    )


def _nearest(
    asked: str,
    words: tuple[str, ...],
    plain: list[tuple[str, tuple[str, ...]]],
    newest: dict[str, str],
    stored: str,
) -> TrustMatch:
    """Take the one clearly nearest name for a misspelt one, or suggest the nearest."""
    likeness: dict[str, tuple[float, float]] = {}
    for code, name in plain:
        likeness[code] = max(_likeness(words, name), likeness.get(code, (0.0, 0.0)))
    ranked = sorted(likeness, key=lambda code: likeness[code], reverse=True)
    if ranked:
        mean, least = likeness[ranked[0]]
        next_mean = likeness[ranked[1]][0] if len(ranked) > 1 else 0.0
        if least >= _CLEAR and mean - next_mean >= _AHEAD:
            nearest = _one_of(asked, {ranked[0]}, newest)
            return replace(nearest, assumption=Guess(nearest.assumption))
    near = [code for code in ranked if likeness[code][0] >= _NEAR][:_SUGGESTED]
    listed = "\n".join(f"  {code}  {newest[code]}" for code in near)
    advice = f"The nearest are:\n{listed}" if near else 'Run "nhsleague trusts" to list them.'
    raise NotFoundError(f'No trust matches "{asked}". {stored}'.rstrip(), advice)


def stored_in_words(standings: pl.DataFrame) -> str:
    """Say how many trusts of which types there are.

    Args:
        standings: trust_code, trust_type and quarter of each type's newest quarter.

    Returns:
        A sentence; empty where there are no trusts.

    """
    counts = standings.group_by("trust_type").agg(
        trusts=pl.col("trust_code").n_unique(), quarter=pl.col("quarter").max().cast(pl.String)
    )
    by_type = {trust_type: (trusts, quarter) for trust_type, trusts, quarter in counts.iter_rows()}
    if not by_type:
        return ""
    listed = [
        trust_types.counted(by_type[name][0], name) for name in trust_types.in_order(set(by_type))
    ]
    quarters = sorted({quarter for _, quarter in by_type.values()}, key=Quarter.parse)
    verb = "is" if sum(trusts for trusts, _ in by_type.values()) == 1 else "are"
    words = " and ".join(filter(None, (", ".join(listed[:-1]), listed[-1])))
    missing = set(trust_types.PREFERRED) - set(by_type)
    advice = ' Run "nhsleague fetch" for the full list.' if missing else ""
    return f"{words} {verb} stored for {' and '.join(quarters)}.{advice}"


def _likeness(words: tuple[str, ...], name: tuple[str, ...]) -> tuple[float, float]:
    """Tell how like a name some words are, 0 to 100: on average, and the least like of them."""
    from rapidfuzz import fuzz

    best = [max((fuzz.ratio(word, part) for part in name), default=0.0) for word in words]
    return (sum(best) / len(best), min(best)) if best else (0.0, 0.0)


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
