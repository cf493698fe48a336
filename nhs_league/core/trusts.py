"""Trusts: finding one by code or name, listing them, and what became of those that are gone."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import polars as pl

from nhs_league.core import packaged, trust_types
from nhs_league.core.answers import Guess, TrustList
from nhs_league.core.filters import Filters, in_scope, keep
from nhs_league.core.frames import Frames
from nhs_league.core.quarters import in_time
from nhs_league.core.sentences import in_series
from nhs_league.errors import AmbiguousError, NotFoundError
from nhs_league.frozen import frozen

LISTED = (
    "trust_code", "trust_name", "trust_type", "subtype", "region", "segment", "rank", "rank_low",
    "rank_high", "of", "quarter", "unadjusted_segment",
)  # fmt: skip
"""The columns of a list of trusts."""

_CLEAR = 75.0
_AHEAD = 6.0
_NEAR = 55.0
_SUGGESTED = 5
_ABBREVIATED = {"st": "saint", "hosp": "hospital", "univ": "university", "uni": "university"}
_FORM = r"\b(nhs|foundation|trust|ft|the)\b"


@frozen
class TrustMatch:
    """The trust that a person's words match.

    Attributes:
        code: its trust code.
        name: its newest name.
        assumption: how it was found, where that was not its code or whole name; else empty.

    """

    code: str
    name: str
    assumption: str


def find(typed: str, standings: pl.DataFrame, stored: str = "") -> TrustMatch:
    """Find the one trust that a person means.

    Args:
        typed: a trust code, a name, part of a name, initials, or a misspelt name.
        standings: trust_code, trust_name and quarter of all quarters in which to look, oldest
            first; an older name finds the trust too.
        stored: which trusts are stored, in words, for a message that none fits.

    Raises:
        NotFoundError: none fits, with the nearest names, or several do, with their codes.

    """
    named = standings.select("trust_code", "trust_name").unique(maintain_order=True, keep="last")
    newest = dict(named.iter_rows())
    code = typed.strip().upper()
    if code in newest:
        return TrustMatch(code, newest[code], "")
    words = _words(typed)
    plain = [(trust_code, _words(name)) for trust_code, name in named.iter_rows()]
    for fitting in (
        {c for c, name in plain if name == words},
        {c for c, name in plain if _initials(name) == typed.strip().casefold()},
        {c for c, name in plain if words and _holds(name, words)},
        {c for c, name in plain if words and _begins(name, words)},
    ):
        if fitting:
            return _one_of(typed, fitting, newest)
    return _nearest(typed, words, plain, newest, stored)


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
    """Return whether each word begins a word of the name (``sheff teach``)."""
    return all(any(part.startswith(word) for part in name) for word in words)


def _one_of(typed: str, codes: set[str], newest: dict[str, str]) -> TrustMatch:
    if len(codes) > 1:
        listed = "\n".join(f"  {c}  {newest[c]}" for c in sorted(codes, key=lambda c: newest[c]))
        raise AmbiguousError(
            f'{len(codes)} trusts match "{typed}". Use a code, or add more of the name:\n{listed}'
        )
    (code,) = codes
    is_name = _words(typed) == _words(newest[code])
    return TrustMatch(
        code, newest[code], "" if is_name else f'Showing {newest[code]} ({code}) for "{typed}".'
    )


def _nearest(
    typed: str,
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
            nearest = _one_of(typed, {ranked[0]}, newest)
            return replace(nearest, assumption=Guess(nearest.assumption))
    near = [code for code in ranked if likeness[code][0] >= _NEAR][:_SUGGESTED]
    listed = "\n".join(f"  {code}  {newest[code]}" for code in near)
    advice = f"The nearest are:\n{listed}" if near else 'Run "nhsleague trusts" to list them.'
    raise NotFoundError(f'No trust matches "{typed}". {stored}'.rstrip(), advice)


def stored_in_words(standings: pl.DataFrame) -> str:
    """Count the trusts of each type in a sentence.

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
    quarters = in_time({quarter for _, quarter in by_type.values()})
    verb = "is" if sum(trusts for trusts, _ in by_type.values()) == 1 else "are"
    missing = set(trust_types.PREFERRED) - set(by_type)
    advice = ' Run "nhsleague fetch" for the full list.' if missing else ""
    return f"{in_series(listed)} {verb} stored for {' and '.join(quarters)}.{advice}"


def _likeness(words: tuple[str, ...], name: tuple[str, ...]) -> tuple[float, float]:
    """Return how like a name some words are, 0 to 100: on average, and the least like of them."""
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


def trust_list(frames: Frames, text: str, trust_type: str | None, narrowed: Filters) -> TrustList:
    """List trusts, all or those whose name or code contains a text.

    Args:
        frames: the tidy frames, one quarter for each trust type.
        text: part of a name or a code; empty for all.
        trust_type: only this type; ``all`` or None for all types.
        narrowed: which trusts to keep, resolved.

    Returns:
        Columns ``LISTED``, by name; a note where no name contains the text.

    """
    of_type = frames.of_type(trust_type or trust_types.ALL)
    standings = of_type.standings.filter(keep(narrowed)).collect()
    listed = holding(text, standings).select(LISTED).sort("trust_name")
    scope = in_scope(trust_type or trust_types.ALL, narrowed)
    if text and listed.is_empty() and not standings.is_empty():
        nothing = f'No trust\'s name has "{text}". Try fewer letters, or "nhsleague trusts" alone.'
        return TrustList("Trusts", listed, notes=(nothing,), scope=scope)
    return TrustList("Trusts", listed, scope=scope)


@frozen
class Merger:
    """A merger or dissolution.

    Attributes:
        codes: trust codes that are no longer used.
        into: the code that goes on; empty where none does.
        quarter: the first quarter without the old codes.
        source: who says so.
        announced: whether only the trusts themselves have announced it.

    """

    codes: tuple[str, ...]
    into: str
    quarter: str
    source: str
    announced: bool = False


@cache
def _mergers() -> tuple[Merger, ...]:
    """Read mergers.json, which ships with the package."""
    return tuple(
        Merger(tuple(m["from"]), m["into"], m["quarter"], m["source"], m.get("announced", False))
        for m in packaged.read("mergers.json")["mergers"]
    )


def _merger_of(code: str) -> Merger | None:
    """Find the merger of a trust that is no longer listed."""
    return next((merger for merger in _mergers() if code in merger.codes), None)


def departed(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Keep the trusts of one quarter that the releases of another no longer list.

    A trust is missed only where the other quarter has its trust type, and all of it: of a type
    without a release, or with a part of one, nothing is known.

    Args:
        before: schema STANDINGS of one quarter.
        after: schema STANDINGS of the other.

    Returns:
        The rows of ``before`` that are not in ``after`` and would be.

    """
    whole = after.filter(pl.col("of").is_not_null())["trust_type"].unique()
    return before.join(after, on="trust_code", how="anti").filter(
        pl.col("trust_type").is_in(whole.implode())
    )


def what_became(before: pl.DataFrame, after: pl.DataFrame) -> dict[str, str]:
    """Describe what became of each trust that is no longer listed.

    Args:
        before: schema STANDINGS of the earlier quarter.
        after: schema STANDINGS of the later quarter.

    Returns:
        Trust code -> a sentence: the merger where it is known, else the trusts of its region that
        are new or renamed and may have taken it over.

    """
    gone = departed(before, after)
    names = dict(before.select("trust_code", "trust_name").iter_rows())
    new_or_renamed = after.filter(
        ~pl.concat_str("trust_code", "trust_name").is_in(
            before.select(pl.concat_str("trust_code", "trust_name")).to_series().implode()
        )
    )
    now = dict(after.select("trust_code", "trust_name").iter_rows())
    sentences = {}
    for code, trust_type, region in gone.select("trust_code", "trust_type", "region").iter_rows():
        merger = _merger_of(code)
        if merger is not None and merger.into:
            into = now.get(merger.into) or names.get(merger.into) or merger.into
            verb = "due to join" if merger.announced else "merged into"
            sentences[code] = f"{verb} {into} ({merger.into}); source: {merger.source}"
            continue
        if merger is not None:
            sentences[code] = f"dissolved; source: {merger.source}"
            continue
        near = new_or_renamed.filter(trust_type=trust_type, region=region)
        named = ", ".join(f"{n} ({c})" for c, n in near.select("trust_code", "trust_name").rows())
        sentences[code] = (
            f"no longer listed; possible successors, new or renamed in its region: {named}"
            if named
            else "no longer listed; the reason is not known"
        )
    return sentences
