"""The stories of a quarter: the ten things that a reporter would look at first.

A story is one sentence with its figures, how sure it is, and the rows that it rests on. The rule:

1. Leads of eight kinds are looked for (``leads.Kind``), each with ``computed_p``: how often chance
   alone would give a trust, a trust's services or the regions as much. Where a rule or a count and
   not chance made it so (a cap, a standard, a revision, a decision), it is the share of trusts of
   which the same holds. The smaller it is, the less chance explains, and the earlier the story.
2. What chance explains as well is no lead: a weak spot as bad as chance would give 1 trust in 4; a
   change, or services apart, as chance would give one trust of the type or more; regions that
   differ as chance would make them on some measure in 5 of 100 cases. Nor is a trust held down by
   the override whose score is not in the best quarter, nor what rests on a doubtful figure, on a
   quarter of which only a part is stored, or on a comparison of scores across framework years.
3. The ten best are chosen for variety: at most two of a kind (three where ten are not reached
   otherwise), no metric twice in a kind, and no trust more than twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import polars as pl

from nhs_league.core import filters as narrowing
from nhs_league.core.answers import Stories
from nhs_league.core.filters import Filters
from nhs_league.core.sentences import counted, in_series
from nhs_league.core.stories import groups
from nhs_league.core.stories.leads import (
    Kind,
    Material,
    clear_changes,
    weak_spots,
)

TEN = 10
STORIES = (
    "story", "kind", "in_words", "certainty", "command", "quarter", "quarter_from", "trust_type",
    "trust_code", "trust_name", "metric_id", "metric", "short_name", "unit", "value", "rank", "of",
    "median", "standard", "computed_p", "rows", "release_file",
)  # fmt: skip
"""The columns of stories, the one that chance explains least first. ``in_words`` is the sentence,
``certainty`` how sure it is, ``command`` what shows it. The figures beside them are the main one's;
``rows`` has every figure of the sentence (``leads.FIGURES``). ``computed_p`` is how often chance
alone would give as much or, where a rule or a count made it so, the share of trusts of which the
same holds."""

_OF_A_KIND = 2
_OF_A_KIND_AT_MOST = 3
_OF_A_TRUST = 2


def leads(material: Material) -> pl.DataFrame:
    """Return all leads of one trust type.

    Args:
        material: its figures.

    Returns:
        Schema ``leads.LEADS``.

    """
    return pl.concat(
        [
            *weak_spots(material),
            groups.held_down(material),
            clear_changes(material),
            groups.missed_standards(material),
            groups.services_apart(material),
            groups.regions_differ(material),
            groups.revised_places(material),
        ]
    )


def stories(
    leads_of_types: Sequence[tuple[Material, pl.DataFrame]],
    trust_type: str,
    filters: Filters,
    trust_code: str | None = None,
) -> Stories:
    """Choose the stories.

    Args:
        leads_of_types: each trust type's figures with its ``leads``.
        trust_type: whose, or ``all``.
        filters: which trusts to keep, resolved; of regions that differ the story is kept if one of
            them is its best or its worst.
        trust_code: the only trust to look at.

    Returns:
        Columns STORIES.

    """
    wanted = pl.concat(
        [_narrowed(material, each, filters, trust_code) for material, each in leads_of_types]
    ).sort(
        "computed_p", "size", "kind", "trust_code", "metric_id",
        descending=[False, True, False, False, False], nulls_last=True,
    )  # fmt: skip
    of_a_trust = TEN if trust_code else _OF_A_TRUST
    keys = wanted.select("kind", "trust_code", "metric_id").iter_rows()
    chosen = sorted(choose(keys, of_a_trust))
    frame = wanted[chosen].with_row_index("story", 1).cast({"story": pl.Int32}).select(STORIES)
    quarters = ", ".join(dict.fromkeys(material.quarter for material, _ in leads_of_types))
    scope = narrowing.in_scope(trust_type, filters)
    if trust_code:
        scope = f"{_name_of(trust_code, leads_of_types[0][0])}, {trust_code}"
    return Stories(
        title=f"Stories of {quarters} ({scope})",
        frame=frame,
        notes=tuple(_notes(frame, wanted.height, [material for material, _ in leads_of_types])),
    )


def _name_of(trust_code: str, material: Material) -> str:
    """Return a trust's name; it is of the type."""
    standing = material.of_type().standings.filter(pl.col("trust_code") == trust_code)
    return str(standing.select("trust_name").collect().item())


def choose(keys: Iterable[tuple[str, str | None, str | None]], of_a_trust: int) -> list[int]:
    """Choose ten leads for variety.

    Args:
        keys: kind, trust code and metric ID of each lead, the best first.
        of_a_trust: how many there may be of one trust.

    Returns:
        The numbers of those chosen, from 0, in the order of choice.

    """
    listed = list(keys)
    chosen: list[int] = []
    kinds: Counter[str] = Counter()
    trusts: Counter[str] = Counter()
    metrics: set[tuple[str, str]] = set()
    for of_a_kind in (_OF_A_KIND, _OF_A_KIND_AT_MOST):
        for at, (kind, trust, metric) in enumerate(listed):
            is_new = at not in chosen and len(chosen) < TEN and kinds[kind] < of_a_kind
            is_other = metric is None or (kind, metric) not in metrics
            if not (is_new and is_other) or (trust and trusts[trust] >= of_a_trust):
                continue
            chosen.append(at)
            kinds[kind] += 1
            if trust:
                trusts[trust] += 1
            if metric:
                metrics.add((kind, metric))
    return chosen


def _narrowed(
    material: Material, every_lead: pl.DataFrame, filters: Filters, trust_code: str | None
) -> pl.DataFrame:
    """Keep the leads of the trusts wanted; of all trusts only where the question is of all."""
    if trust_code:
        return every_lead.filter(pl.col("trust_code") == trust_code)
    if filters == Filters():
        return every_lead
    standings = material.of_type().standings.filter(narrowing.keep(filters))
    trusts = standings.select("trust_code").collect()["trust_code"]
    is_wanted = pl.col("trust_code").is_in(trusts.to_list())
    rows = pl.col("rows")
    regions = [
        (pl.col("kind") == Kind.REGIONS.value) & (rows.list.get(at).struct.field("region") == name)
        # The last row is the count of measures.
        for at in (0, -2)
        for name in filters.regions
        if not filters.subtypes and not filters.segments
    ]
    return every_lead.filter(pl.any_horizontal(is_wanted.fill_null(value=False), *regions))


def _notes(frame: pl.DataFrame, leads: int, materials: Sequence[Material]) -> Iterator[str]:
    """Describe how the stories were chosen, and what could not be looked at."""
    whole = [each for each in materials if _is_whole(each)]
    if frame.height:
        yield (
            f"Chosen from {counted(leads, 'lead')}: first what chance explains least, at most "
            "three of one kind and two of one trust."
        )
    elif whole:
        yield (
            "Nothing here stands out that chance would not explain as well. For one trust, "
            "nhsleague show lists its weak spots."
        )
    for each in materials:
        if each not in whole:
            yield f"Only some {each.trusts()} are stored for {each.quarter}: they have no stories."
    for quarter, types in _without_before(whole).items():
        yield (
            f"No changes of {in_series(types)}: no quarter before {quarter} in the same framework "
            "year is stored."
        )
    if Kind.LASTING.value in frame["kind"].to_list():
        yield "A weak spot that lasts is counted quarter by quarter, each by its own year's scores."


def _is_whole(material: Material) -> bool:
    """Return whether all trusts of the type are stored."""
    whole = material.of_type().standings.filter(pl.col("of").is_not_null())
    return bool(whole.select(pl.len()).collect().item())


def _without_before(materials: Sequence[Material]) -> dict[str, list[str]]:
    """Return quarter -> the types of which there is no quarter before to compare with."""
    lacking: dict[str, list[str]] = {}
    for each in materials:
        if each.before is None:
            lacking.setdefault(each.quarter, []).append(each.trusts())
    return lacking
