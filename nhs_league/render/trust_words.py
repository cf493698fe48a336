"""A trust's standing, its weak spots and its other metrics in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from nhs_league.core import trust_types
from nhs_league.core.frameworks import CutKind, nearest_framework
from nhs_league.core.sentences import counted
from nhs_league.render import numbers
from nhs_league.render.blocks import Item, Line

_QUARTERS = {
    1: "in the top quarter of trusts in England",
    2: "in the second-best quarter of trusts in England",
    3: "in the second-worst quarter of trusts in England",
    4: "in the bottom quarter of trusts in England",
}
_BANDS = {
    1: "in the best band",
    2: "in the second-best band",
    3: "in the second-worst band",
    4: "in the worst band",
}
_NEVER_NEGATIVE = ("%", "count", "rate")
_OVERRIDE_TO = 3
"""The best segment that a trust in deficit can have."""
_INTENSIVE = 5
"""The segment of intensive support, which NHS England assigns."""
_OTHERS = {
    "improved": ("others improved faster", ""),
    "worsened": ("", "others worsened faster"),
    "unchanged": ("others improved", "others worsened"),
    "same figure": ("others improved", "others worsened"),
}
"""What others did where a trust was overtaken, and where it overtook, by how its value moved."""
Row = dict[str, Any]


def standing_lines(standing: Row) -> Iterator[Line]:
    """Yield the segment, override, ranks and average score, with their likely ranges."""
    segment = standing["segment"]
    if segment is None:
        yield Line("Segment: not in your files.")
    else:
        yield Line(f" (1 is best): {_meaning(standing)}.", f"Segment {segment}")
    yield Line(_override(standing))
    rank = numbers.doubtful(numbers.rank_of(standing["rank"], standing["of"]), standing["doubt"])
    likely = _likely(standing["rank_low"], standing["rank_high"])
    yield Line(f" (1 is best), {likely}.", f"League rank {rank}")
    if by_score := _score_rank(standing):
        yield Line(by_score)
    score = numbers.score(standing["average_score"])
    low, high = standing["average_score_low"], standing["average_score_high"]
    spread = _likely(low, high, is_score=True)
    yield Line(f" (1.00 is best, 4.00 is worst), {spread}.", f"Average score {score}")


def _meaning(standing: Row) -> str:
    """Return why a trust is in its segment, as far as the files show."""
    segment, unadjusted = standing["segment"], standing["unadjusted_segment"]
    if segment == _INTENSIVE:
        return "in intensive support, by decision of NHS England"
    if segment == _OVERRIDE_TO and unadjusted is not None and unadjusted < segment:
        why = "a deficit" if standing["in_deficit"] else "the financial override"
        return f"because of {why}, not its score"
    by_score = unadjusted == segment or segment != _OVERRIDE_TO
    if by_score or standing["override"] is False or standing["in_deficit"] is False:
        cuts = nearest_framework(standing["quarter"].split()[1]).method.cuts
        of_year = _QUARTERS if cuts is CutKind.QUARTILES else _BANDS
        return f"its average score is {of_year[segment]}"
    if standing["override"] or standing["in_deficit"]:
        return "because of its finances or its score; your files do not say which"
    return "because of its score or its finances; your files do not say which"


def since_lines(standing: Row, previous: pl.DataFrame | None) -> Iterator[str]:
    """Yield what changed since the quarter before.

    Between framework years nothing shows whether a change could be chance, so it is only reported.
    """
    if previous is None or previous.is_empty():
        return
    before = previous.row(0, named=True)
    places = [_place_moved(column, before, standing) for column in ("segment", "rank")]
    is_still = all(place.startswith("still ") for place in places)
    score = _score_moved(before["average_score"], standing["average_score"])
    chance = {
        True: ", a clear change",
        False: ", which could be chance",
        None: "",
    }[before["computed_distinguishable"]]
    chance = "" if score.endswith("not known") or score.startswith("still ") else chance
    year = "" if before["same_framework"] else " (another framework year)"
    opening = f"No change since {before['quarter']}" if is_still else f"Since {before['quarter']}"
    yield f"{opening}{year}: {places[0]}, {places[1]}. Average score {score}{chance}."


def _place_moved(column: str, before: Row, now: Row) -> str:
    old, new = before[column], now[column]
    name = {"segment": "segment", "rank": "ranked"}[column]
    if old is None or new is None:
        return f"{'league rank' if column == 'rank' else name} not known"
    written = numbers.ordinal if column == "rank" else str
    if column == "segment" and not says_who_left(before, now):
        return f"segment {new}, was {old} (the files no longer say which trusts are in segment 5)"
    return f"still {name} {written(new)}" if old == new else (
        f"{name} {written(new)}, was {written(old)}"
    )  # fmt: skip


def says_who_left(before: Row, now: Row) -> bool:
    """Return whether a change of segment is one: of segment 5 not all files say who is in it."""
    is_out = before["segment"] == _INTENSIVE and now["segment"] not in (None, _INTENSIVE)
    return not is_out or before["lists_segment_5"]


def _score_moved(before: float | None, now: float | None) -> str:
    if before is None or now is None:
        return "not known"
    if before == now:
        return f"still {numbers.score(now)}"
    return f"{numbers.score(before)} to {numbers.score(now)}"


def firmness_line(row: Row) -> str:
    """Describe how firm a place by score is, in one line."""
    best, worst = row["computed_p_best_quarter"], row["computed_p_worst_quarter"]
    quarter, share = ("top", best) if best >= worst else ("bottom", worst)
    place = numbers.rank_of(row["computed_place"], row["computed_of"])
    low, high = row["computed_place_low"], row["computed_place_high"]
    return (
        f"How firm the rank is (computed): {place} on score alone; {low} to {high} in 95 of 100 "
        f"redraws of the metrics; in the {quarter} quarter in {numbers.in_hundreds([share])[0]} of "
        "redraws."
    )


def chance_line(row: Row) -> str:
    """Set the number of severe weak spots beside what chance alone would give."""
    metrics, severe = row["computed_metrics"], row["computed_severe"]
    return (
        f"{severe or 'None'} of {counted(metrics, 'metric')} "
        f"{'is' if severe == 1 else 'are'} severe. "
        f"If chance alone ranked the trusts, about {metrics / 6:.1f} would be (1 in 6)."
    )


def ranges_line(ranges: Row) -> str:
    """Return the computed likely ranges in words."""
    low, high = (ranges[f"computed_average_score_{end}"] for end in ("low", "high"))
    ranks = [ranges[f"computed_score_rank_{end}"] for end in ("low", "high")]
    placed = f", rank on score alone {numbers.likely(*ranks)}" if None not in ranks else ""
    scores = numbers.likely(low, high, is_score=True)
    return f"By resampling (computed): average score {scores}{placed}."


def _likely(low: float | None, high: float | None, *, is_score: bool = False) -> str:
    if low is None or high is None:
        return "likely range not in your files"
    return f"likely {numbers.likely(low, high, is_score=is_score)}"


def _override(standing: Row) -> str:
    """Return what the financial override does to the segment, or that it is not known.

    A plan or a result below zero sets the override, and neither is always a deficit; only the
    column of that name shows one.
    """
    unadjusted, override, deficit = (
        standing[c] for c in ("unadjusted_segment", "override", "in_deficit")
    )
    if override is False or (override is None and deficit is False):
        why = {True: "In deficit, but without", False: "Not in deficit", None: "No"}[deficit]
        why = why if deficit is False else f"{why} financial override"
        return f"{why}, so its score decides its segment."
    if override is None and deficit is None:
        return "Your files do not say whether it is in deficit."
    why = "In deficit" if deficit else "The financial override applies"
    limited = f"{why}, so it cannot be placed above segment 3."
    if unadjusted is None:
        return f"{limited} Your files do not say where its score alone would place it."
    if unadjusted < _OVERRIDE_TO:
        return f"{limited} On its score alone it would be in segment {unadjusted}."
    return f"{limited} Its score alone would not place it higher: segment {unadjusted}."


def _score_rank(standing: Row) -> str:
    """Return the rank on score alone; empty where it is the league rank or not known."""
    rank, of = standing["score_rank"], standing["of"]
    if rank is not None and rank == standing["rank"]:
        return ""
    if rank is not None:
        return f"Ranked on score alone: {numbers.ordinal(rank)}{f' of {of}' if of else ''}."
    if standing["computed_score_rank"] is None:
        return ""
    stored = counted(standing["computed_of"], "trust")
    place = numbers.ordinal(standing["computed_score_rank"])
    return f"Ranked on score alone: {place} of the {stored} stored (computed)."


def _rank_stored(rank: int, of: int) -> str:
    return f"{rank} of the {counted(of, 'trust')} stored (computed)"


def counted_weak_spots(weak: pl.DataFrame) -> str:
    """Return how many weak spots these are: ``15 weak spots, 9 severe``."""
    severe = weak.filter(pl.col("weak_spot") == "severe").height
    return f"{counted(weak.height, 'weak spot')}, {severe or 'none'} severe"


def what_is_weak(weak: pl.DataFrame) -> str:
    """Return the rule by which these metrics are weak spots."""
    rules = set(weak["weak_spot_rule"])
    by_score = "A weak spot is a metric scored 3.00 or worse (severe from 3.50)"
    by_rank = "ranked in the worst quarter of its trust type (severe: in the worst sixth)"
    if rules == {"rank"}:
        return f"No scores are published for these: each is {by_rank}. Worst first."
    if rules == {"score"}:
        return f"{by_score}. Worst first."
    return f"{by_score}, or, where no score is published, {by_rank}. Worst first."


def _lasting(row: Row) -> str:
    """Return how long a weak spot has lasted, and how its figure has changed."""
    quarters = row["quarters_weak"] or 0
    lasts = f"Weak for {quarters} quarters in a row." if quarters > 1 else ""
    return " ".join(part for part in (lasts, _since_last(row)) if part)


def _since_last(row: Row) -> str:
    """Return how the value and the rank changed, each in its own terms."""
    change, before = row["change_since_last"], row["quarter_from"]
    if before is None or change in (None, "not compared"):
        return ""
    if row["value"] is None:
        score = numbers.from_to(row["score_from"], row["score"], "score")
        is_same = row["score_from"] == row["score"]
        return f"Scored as in {before}." if is_same else f"Since {before}: score {score}, {change}."
    figure = numbers.from_to(row["value_from"], row["value"], row["unit"])
    value = {
        "same figure": f"The same figure as in {before}, published again",
        "changed figure": f"Corrected since {before}, for the same period: {figure}",
        "unchanged": f"The same value as in {before}",
        "moved": f"Since {before}: {figure}",
    }.get(change, f"Since {before}: {figure}, {change}")
    rank = _rank_moved(row, change)
    return f"{value}; {rank}." if rank else f"{value}."


def _rank_moved(row: Row, change: str) -> str:
    """Return how a metric's rank moved, and what other trusts did where that follows.

    A trust that falls by more places than trusts have joined the ranking was overtaken by one that
    did better than it; one that rises by more than have left it overtook one that did worse.
    """
    rank, before = row["rank"], row["rank_from"]
    if rank is None or before is None:
        return ""
    if rank == before:
        return f"still ranked {numbers.ordinal(rank)}"
    moved = f"ranked {numbers.ordinal(rank)}, was {numbers.ordinal(before)}"
    if row["of"] is None or row["of_from"] is None:
        return moved
    joined = row["of"] - row["of_from"]
    overtaken, overtook = _OTHERS.get(change, ("", ""))
    others = (
        overtaken
        if rank > before and rank - before > joined
        else overtook
        if rank < before and rank - before < joined
        else ""
    )
    return f"{moved}: {others}" if others else moved


def _as_sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _in_figures(row: Row) -> str:
    doubt = row["doubt"]
    parts = []
    if row["value"] is not None:
        parts.append(numbers.doubtful(numbers.with_unit(row["value"], row["unit"]), doubt))
    if row["score"] is not None:
        parts.append(f"score {numbers.score(row['score'])}")
    if row["rank"] is not None:
        parts.append(f"rank {numbers.doubtful(numbers.rank_of(row['rank'], row['of']), doubt)}")
    elif row["computed_rank"] is not None and row["value"] is not None:
        parts.append(f"rank {_rank_stored(row['computed_rank'], row['computed_of'])}")
    return ", ".join(parts)


def _against_peers(row: Row) -> str:
    """Return how far a value is from the typical trust's, and what the top quarter have."""
    unit = row["unit"]
    distance = row["computed_distance_to_median"]
    median, computed_median = row["median"], row["computed_median"]
    if distance is None:
        return "The typical value is not in your files."
    shown = numbers.with_unit(
        median if median is not None else numbers.rounded(computed_median), unit
    )
    computed = "" if median is not None else ", computed"
    typical = f"the typical {_type(row)} ({shown}{computed})"
    if distance == 0:
        compared = f"The same as {typical}."
    else:
        size = numbers.difference(distance, unit)
        compared = f"{size} {'above' if distance > 0 else 'below'} {typical}."
    top = _top_quarter(row)
    return f"{compared} {top}" if top else compared


def _top_quarter(row: Row) -> str:
    """Return the value that the best quarter of a trust's peers reach; empty if not known."""
    unit, higher = row["unit"], row["higher_is_better"]
    to_best = row["computed_distance_to_best_quarter"]
    if higher is None or to_best is None:
        return ""
    edge = numbers.rounded(row["value"] - to_best)
    shown = numbers.with_unit(edge, unit)
    mark = (
        "" if row["upper_quartile" if higher else "lower_quartile"] is not None else " (computed)"
    )
    if higher:
        return f"The top quarter reach {shown}{mark}."
    # A difference can be below zero; a share, a rate or a count cannot.
    if edge == 0 and unit in _NEVER_NEGATIVE:
        return f"The top quarter have none ({shown}){mark}."
    return f"The top quarter have {shown} or less{mark}."


def _type(row: Row) -> str:
    return trust_types.in_words(row["trust_type"]).removesuffix("s")


def weak_spot(row: Row) -> Item:
    """Describe a weak spot: its figure, its peers, its period, and how long it has lasted."""
    severe = " — SEVERE" if row["weak_spot"] == "severe" else ""
    better = {True: " Higher is better.", False: " Lower is better.", None: ""}[
        row["higher_is_better"]
    ]
    period = f"Period: {row['period']}. " if row["period"] else ""
    lines = [
        f"{_as_sentence(_in_figures(row))}{better if row['value'] is not None else ''}",
        _against_peers(row) if row["value"] is not None else "",
        f"{period}{row['domain'] or ''}",
        _lasting(row),
    ]
    return Item(f"{row['metric']}{severe}", tuple(line for line in lines if line))


def metric_line(row: Row) -> str:
    """Describe any other metric in a line."""
    # A count has the same name as its rate; figures show the other units.
    name = f"{row['metric']} (count)" if row["unit"] == "count" else row["metric"]
    return f"{name}: {_in_figures(row)}"
