"""Which columns a table shows for each question, in which words; the most important first."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from nhs_league.league.schema.answers import Answer
from nhs_league.render import figures
from nhs_league.render.column import Column

_SMALL = 17
_HISTOGRAM = 30
View = Callable[[Answer], list[Column]]


def columns_of(answer: Answer) -> list[Column]:
    """Give the columns of an answer's table."""
    return _VIEWS[answer.question](answer)


def plain(frame: pl.DataFrame) -> list[Column]:
    """Give a frame's own columns under their own names, for ``--columns``."""
    return [_own(frame, name) for name in frame.columns]


def _own(frame: pl.DataFrame, name: str) -> Column:
    kind = frame.schema[name]
    if kind == pl.Boolean:
        return Column(name, _yes_no(frame[name]))
    if kind.is_numeric():
        return Column(name, [figures.number(v) for v in frame[name]], right=True)
    return Column(name, [v or "" for v in frame[name].cast(pl.String)], flexible=True)


def _texts(frame: pl.DataFrame, column: str) -> list[str]:
    return [figures.number(None) if v is None else str(v) for v in frame[column]]


def _names(frame: pl.DataFrame, column: str = "trust_name") -> list[str]:
    return [figures.short_name(name) if name else "" for name in frame[column]]


def _yes_no(column: pl.Series) -> list[str]:
    words = {True: "yes", False: "no", None: "unknown"}
    return [words[v] for v in column]


def _ranks(frame: pl.DataFrame) -> list[str]:
    """Write published ranks, and computed ones, marked, where none is published."""
    return [
        figures.rank_of(rank, of) if rank is not None else f"{figures.rank_of(own, own_of)}*"
        for rank, of, own, own_of in frame.select(
            "rank", "of", "computed_rank", "computed_of"
        ).iter_rows()
    ]


def _scores(frame: pl.DataFrame, column: str) -> list[str]:
    return [figures.score(v) for v in frame[column]]


def _values(frame: pl.DataFrame) -> list[str]:
    return [figures.with_unit(v, unit) for v, unit in frame.select("value", "unit").iter_rows()]


def _medians(frame: pl.DataFrame) -> list[str]:
    """Write published medians, and computed ones, marked, where none is published."""
    return [
        figures.with_unit(published, unit)
        if published is not None or own is None
        else f"{figures.with_unit(round(own, 4), unit)}*"
        for published, own, unit in frame.select("median", "computed_median", "unit").iter_rows()
    ]


def _ranking(answer: Answer) -> list[Column]:
    frame = answer.frame
    return [
        Column("Rank", _ranks(frame), right=True),
        Column("Code", _texts(frame, "trust_code")),
        Column("Trust", _names(frame), flexible=True),
        Column("Value", _values(frame), right=True, style="bold"),
        Column("Median", _medians(frame), right=True),
        Column("o trust, m median", _on_span(frame)),
        Column("Score", _scores(frame, "score"), right=True),
        Column("Segment", _texts(frame, "segment"), right=True),
        Column("Period", _texts(frame, "period")),
        Column("Region", _texts(frame, "region")),
        Column("Subtype", _texts(frame, "subtype")),
    ]


def _on_span(frame: pl.DataFrame) -> list[str]:
    """Draw each value and the median on the span of the values of the trust type."""
    median = pl.coalesce("median", "computed_median")
    spans = frame.select("value", median, "computed_lowest", "computed_highest")
    return [figures.dots(*ends, same=False, width=_SMALL) for ends in spans.iter_rows()]


def _area(answer: Answer) -> list[Column]:
    frame = answer.frame
    has_two_units = pl.len().over("short_name") > 1
    values = answer.parts["metrics"].select(
        "column",
        "unit",
        heading=pl.when(has_two_units)
        .then(pl.format("{} ({})", "short_name", "unit"))
        .otherwise("short_name"),
    )
    scores = frame.select(shown=pl.coalesce("score", "computed_mean_score").round(2))
    return [
        Column("Rank", _ranks(frame), right=True),
        Column("Code", _texts(frame, "trust_code")),
        Column("Trust", _names(frame), flexible=True),
        Column("Mean score", _scores(scores, "shown"), right=True, style="bold"),
        *(
            Column(heading, [figures.with_unit(v, unit) for v in frame[column]], right=True)
            for column, unit, heading in values.iter_rows()
            if column in frame.columns
        ),
        Column("Segment", _texts(frame, "segment"), right=True),
        Column("Region", _texts(frame, "region")),
    ]


def _table(answer: Answer) -> list[Column]:
    frame = answer.frame
    ranges = frame.select("rank_low", "rank_high").iter_rows()
    ranks = frame.select("rank", "of", "computed_rank").iter_rows()
    return [
        Column("Rank", [str(r) if r is not None else f"{own}*" for r, _, own in ranks], right=True),
        Column("Likely", [figures.likely(low, high) for low, high in ranges]),
        Column("Code", _texts(frame, "trust_code")),
        Column("Trust", _names(frame), flexible=True),
        Column("Segment", _texts(frame, "segment"), right=True),
        Column("Score", _scores(frame, "average_score"), right=True),
        Column("Override", _yes_no(frame["override"])),
        Column("In deficit", _yes_no(frame["in_deficit"])),
        Column("Region", _texts(frame, "region")),
        Column("Subtype", _texts(frame, "subtype")),
    ]


def standings(answer: Answer) -> list[Column]:
    """Give the columns that say who is compared, and how each stands."""
    frame = answer.parts["standings"]
    return [*_who_and_where(frame), Column("Score", _scores(frame, "average_score"), right=True)]


def _trusts(answer: Answer) -> list[Column]:
    frame = answer.frame
    return [
        *_who_and_where(frame),
        Column("Region", _texts(frame, "region")),
        Column("Type", _texts(frame, "trust_type")),
        Column("Subtype", _texts(frame, "subtype")),
    ]


def _who_and_where(frame: pl.DataFrame) -> list[Column]:
    ranks = frame.select("rank", "of").iter_rows()
    ranges = frame.select("rank_low", "rank_high").iter_rows()
    return [
        Column("Code", _texts(frame, "trust_code")),
        Column("Trust", _texts(frame, "trust_name"), flexible=True),
        Column("Segment", _texts(frame, "segment"), right=True),
        Column("Rank", [figures.rank_of(rank, of) for rank, of in ranks], right=True),
        Column("Likely", [figures.likely(low, high) for low, high in ranges]),
    ]


def _metrics(answer: Answer) -> list[Column]:
    frame = answer.frame
    better = {True: "higher", False: "lower", None: "unknown"}
    standards = frame.select("standard", "unit").iter_rows()
    return [
        Column("ID", _texts(frame, "metric_id")),
        Column("Metric", _texts(frame, "metric"), flexible=True),
        Column("Unit", _texts(frame, "unit")),
        Column("Better", [better[v] for v in frame["higher_is_better"]]),
        Column("Trusts", _texts(frame, "trusts"), right=True),
        Column("Everyday names", [v or "" for v in frame["everyday_names"]], flexible=True),
        Column("Type", _texts(frame, "trust_type")),
        Column("Sub-domain", _texts(frame, "sub_domain")),
        Column(
            "Standard",
            [figures.with_unit(v, unit) if v else "" for v, unit in standards],
            right=True,
        ),
    ]


def _groups(answer: Answer) -> list[Column]:
    frame = answer.frame

    def shown(column: str) -> list[str]:
        return [
            figures.with_unit(None if v is None else round(v, 4), unit)
            for v, unit in frame.select(column, "unit").iter_rows()
        ]

    def trust(end: str) -> list[str]:
        values = shown(f"{end}_value")
        names = _names(frame, f"{end}_trust_name")
        return [
            f"{v} {code} {name}"
            for v, code, name in zip(values, frame[f"{end}_trust_code"], names, strict=True)
        ]

    return [
        Column(frame["by"][0].capitalize(), _texts(frame, "group"), flexible=True),
        Column("Trusts", _texts(frame, "trusts"), right=True),
        Column("Median", shown("computed_median"), right=True, style="bold"),
        Column("Best", trust("best"), flexible=True),
        Column("Worst", trust("worst"), flexible=True),
        Column("Lower quartile", shown("computed_lower_quartile"), right=True),
        Column("Upper quartile", shown("computed_upper_quartile"), right=True),
    ]


def _comparison(answer: Answer) -> list[Column]:
    """Metrics as rows under their domains, trusts as columns; + marks the best, - the worst."""
    frame = answer.frame
    keys = frame.unique(["metric_id", "unit"], keep="first", maintain_order=True)
    headings = [
        name if not again else None
        for name, again in zip(keys["domain"], _repeats(keys["domain"]), strict=True)
    ]
    labels = [
        f"  {_labelled(name, unit)}" for name, unit in keys.select("short_name", "unit").iter_rows()
    ]
    columns = [Column("Metric", _under(headings, labels, headings), flexible=True)]
    for standing in answer.parts["standings"].iter_rows(named=True):
        of_trust = frame.filter(pl.col("trust_code") == standing["trust_code"])
        cells = [_marked(*row) for row in of_trust.select("value", "score", "mark").iter_rows()]
        columns.append(Column(standing["trust_code"], _under(headings, cells), right=True))
    if frame["trust_type"].n_unique() == 1:
        medians = _medians(
            frame.group_by("metric_id", "unit", maintain_order=True)
            .agg(pl.col("median", "computed_median").drop_nulls().first())
            .with_columns(
                # Units stand in the first column, and a median of scores says nothing here.
                computed_median=pl.when(pl.col("unit").is_not_null()).then("computed_median"),
                unit=None,
            )
        )
        columns.append(Column("Median", _under(headings, medians), right=True))
    return columns


def _marked(value: float | None, score: float | None, mark: str | None) -> str:
    sign = {"best": " +", "worst": " -", None: "  "}[mark]
    if value is not None:
        return figures.number(value) + sign
    return (f"score {figures.score(score)}" if score is not None else figures.number(None)) + sign


def _repeats(names: pl.Series) -> list[bool]:
    return (names == names.shift(1)).fill_null(value=False).to_list()


def _under(
    headings: list[str | None], cells: list[str], shown: list[str | None] | None = None
) -> list[str]:
    """Put a row before each domain's first: its name in the first column, nothing in the others."""
    rows: list[str] = []
    for place, cell in enumerate(cells):
        if headings[place] is not None:
            rows.append((shown or [])[place] or "" if shown else "")
        rows.append(cell)
    return rows


def _labelled(metric: str, unit: str | None) -> str:
    return metric if unit is None else f"{metric} ({unit})"


def _audit(answer: Answer) -> list[Column]:
    frame = answer.frame
    differences = [
        figures.number(None if v is None else round(v, 4)) for v in frame["computed_difference"]
    ]
    return [
        Column("What", _texts(frame, "what")),
        Column("Type", _texts(frame, "trust_type"), flexible=True),
        Column("Name", _texts(frame, "name"), flexible=True),
        Column("Note", [v or "" for v in frame["note"]], flexible=True),
        Column("Code", [v or "" for v in frame["trust_code"]]),
        Column("Published", [figures.number(v) for v in frame["published"]], right=True),
        Column("Computed*", [figures.number(v) for v in frame["computed"]], right=True),
        Column("Differs by*", differences, right=True),
    ]


def _hidden(answer: Answer) -> list[Column]:
    frame = answer.frame
    ranges = frame.select("rank_low", "rank_high").iter_rows()
    return [
        Column("Code", _texts(frame, "trust_code")),
        Column("Trust", _names(frame), flexible=True),
        Column("What its place hides", _texts(frame, "in_words"), flexible=True, at_least=46),
        Column("Likely rank", [figures.likely(low, high) for low, high in ranges]),
        Column("Segment", _texts(frame, "segment"), right=True),
        Column("Median", _medians(frame), right=True),
        Column("Region", _texts(frame, "region")),
        Column("Type", _texts(frame, "trust_type")),
    ]


def _held_back(answer: Answer) -> list[Column]:
    frame = answer.frame
    ranges = frame.select("rank_low", "rank_high").iter_rows()
    return [
        Column("Code", _texts(frame, "trust_code")),
        Column("Trust", _names(frame), flexible=True),
        Column("Score", _scores(frame, "average_score"), right=True, style="bold"),
        Column("Segment", _texts(frame, "segment"), right=True),
        Column("By score*", _texts(frame, "computed_unadjusted_segment"), right=True),
        Column("Rank", _texts(frame, "rank"), right=True),
        Column("Without*", _texts(frame, "computed_rank_without"), right=True),
        Column("Likely", [figures.likely(low, high) for low, high in ranges]),
        Column("Region", _texts(frame, "region")),
        Column("Subtype", _texts(frame, "subtype")),
    ]


def _whatif(answer: Answer) -> list[Column]:
    frame = answer.frame
    both = frame.select("before", "computed_after", "unit", "estimated").rows()
    return [
        Column("What", _texts(frame, "what")),
        Column(
            "Of",
            [
                "" if name == what else name
                for name, what in frame.select("name", "what").iter_rows()
            ],
            flexible=True,
        ),
        Column("Now", [figures.with_unit(v, unit) for v, _, unit, _ in both], right=True),
        Column(
            "Then*",
            [
                f"{figures.with_unit(v, unit)}{' (estimated)' if estimated else ''}"
                for _, v, unit, estimated in both
            ],
            right=True,
            style="bold",
        ),
        Column("How", [note or "" for note in frame["note"]], flexible=True),
    ]


def _paths(answer: Answer) -> list[Column]:
    frame = answer.frame
    moved = [figures.number(round(v, 2)) for v in frame["computed_quarters_moved"]]
    return [
        Column("Changes", _texts(frame, "changes"), flexible=True),
        Column("Score then*", _scores(frame, "computed_average_score"), right=True),
        Column("Peer quarters moved*", moved, right=True),
        Column("--set", _texts(frame, "set"), flexible=True),
    ]


def _neighbours(answer: Answer) -> list[Column]:
    """Give the league table with, for each trust, those that it cannot be told apart from."""
    frame = answer.frame
    last = frame.select(pl.max_horizontal("rank", "computed_alike_last", "of").max()).item() or 1
    spans = frame.select("computed_alike_first", "computed_alike_last", "rank").iter_rows()
    ranks = frame.select("rank", "computed_rank").iter_rows()
    return [
        Column("Rank", [str(r) if r is not None else f"{own}*" for r, own in ranks], right=True),
        Column("Code", _texts(frame, "trust_code")),
        Column("Trust", _names(frame), flexible=True),
        Column("Alike*", _texts(frame, "computed_alike"), right=True),
        Column(
            "Their ranks*",
            [
                figures.likely(first, end)
                for first, end in frame.select(
                    "computed_alike_first", "computed_alike_last"
                ).iter_rows()
            ],
        ),
        Column("o rank, - alike", [figures.span(*ends, of=last) for ends in spans]),
        Column("Segment", _texts(frame, "segment"), right=True),
        Column("Score", _scores(frame, "average_score"), right=True),
    ]


def _changes(answer: Answer) -> list[Column]:
    frame = answer.frame
    return [
        Column("Code", _texts(frame, "trust_code")),
        Column("Trust", _names(frame), flexible=True),
        Column("Is it real?", _texts(frame, "certainty"), flexible=True, at_least=12),
        Column("What changed, and why", _texts(frame, "in_words"), flexible=True, at_least=36),
        Column("Direction", _texts(frame, "direction")),
        Column("Region", _texts(frame, "region")),
        Column("Type", _texts(frame, "trust_type")),
    ]


def _revisions(answer: Answer) -> list[Column]:
    frame = answer.frame
    before = [figures.number(v) for v in frame["published_before"]]
    return [
        Column("Quarter", _texts(frame, "quarter")),
        Column("Code", _texts(frame, "trust_code")),
        Column("Figure", _texts(frame, "figure")),
        Column("Of", _texts(frame.select(pl.coalesce("metric", "name")), "metric"), flexible=True),
        Column("Before", before, right=True),
        Column("Now", [figures.number(v) for v in frame["published"]], right=True, style="bold"),
        Column("File before", [_short_file(name) for name in frame["file_before"]]),
        Column("File now", [_short_file(name) for name in frame["release_file"]]),
    ]


def _places(answer: Answer) -> list[Column]:
    frame = answer.frame
    last = frame.select(pl.max_horizontal("of", "rank", "rank_high").max()).item() or 1
    ranges = frame.select(
        pl.coalesce("rank_low", "rank"), pl.coalesce("rank_high", "rank"), own="rank"
    ).iter_rows()
    ranks = frame.select("rank", "of").iter_rows()
    likely = frame.select("rank_low", "rank_high").iter_rows()
    return [
        *_codes_if_several(frame),
        Column("Quarter", _texts(frame, "quarter")),
        Column("Segment", _texts(frame, "segment"), right=True),
        Column("Rank", [figures.rank_of(*rank) for rank in ranks], right=True, style="bold"),
        Column("Likely", [figures.likely(*ends) for ends in likely]),
        Column("o rank, - likely", [figures.span(*ends, of=last) for ends in ranges]),
        Column("Score", _scores(frame, "average_score"), right=True),
    ]


def _trend(answer: Answer) -> list[Column]:
    """Give a metric's figures with a chart: o is the trust, m the median of its type."""
    frame = answer.frame
    several = frame["metric_id"].n_unique() > 1
    ranks = frame.select("rank", "of").iter_rows()
    return [
        *_codes_if_several(frame),
        *([Column("Metric", _texts(frame, "short_name"), flexible=True)] if several else []),
        Column("Quarter", _texts(frame, "quarter")),
        Column("Value", _values(frame), right=True, style="bold"),
        Column("o trust, m median", _dots(frame)),
        Column("Median", _medians(frame), right=True),
        Column("Rank", [figures.rank_of(*rank) for rank in ranks], right=True),
        Column("Score", _scores(frame, "score"), right=True),
        Column("Period", _texts(frame, "period")),
        Column("News", _texts(frame, "news")),
    ]


def _dots(frame: pl.DataFrame) -> list[str]:
    """Draw each value and its peers' median on the span of the metric's figures."""
    series = ["metric_id", "unit"]
    median = pl.coalesce("median", "computed_median")
    spans = frame.with_columns(
        median=median,
        low=pl.min_horizontal(pl.col("value"), median).min().over(series),
        high=pl.max_horizontal(pl.col("value"), median).max().over(series),
    ).select("value", "median", "low", "high", pl.col("news") == "same figure")
    return [
        figures.dots(value, median, low, high, same=same)
        for value, median, low, high, same in spans.iter_rows()
    ]


def _sparklines(answer: Answer) -> list[Column]:
    """Give a line a metric, with its figures as a row of blocks; = is the same figure again."""
    frame = answer.frame.filter(pl.col("value").is_not_null())
    lines = frame.group_by("trust_code", "metric_id", "unit", maintain_order=True).agg(
        pl.col("short_name").last(),
        pl.col("value"),
        same=pl.col("news") == "same figure",
        first=pl.col("value").first(),
        last=pl.col("value").last(),
        rank=pl.col("rank").last(),
        of=pl.col("of").last(),
        score=pl.col("score").last(),
    )
    sparks = [figures.sparkline(v, same) for v, same in lines.select("value", "same").iter_rows()]
    ends = {
        end: [figures.with_unit(v, unit) for v, unit in lines.select(end, "unit").iter_rows()]
        for end in ("first", "last")
    }
    ranks = lines.select("rank", "of").iter_rows()
    return [
        *_codes_if_several(lines),
        Column("Metric", _texts(lines, "short_name"), flexible=True),
        Column("Quarters", sparks),
        Column("First", ends["first"], right=True),
        Column("Last", ends["last"], right=True, style="bold"),
        Column("Rank", [figures.rank_of(*rank) for rank in ranks], right=True),
        Column("Score", _scores(lines, "score"), right=True),
    ]


def _codes_if_several(frame: pl.DataFrame) -> list[Column]:
    several = frame["trust_code"].n_unique() > 1
    return [Column("Code", _texts(frame, "trust_code"))] if several else []


def _fetched(answer: Answer) -> list[Column]:
    # Names of the built-in list that are not there are counted in the title and tell no more.
    frame = answer.frame.filter(pl.col("status") != "missing")
    return [
        Column("Status", _texts(frame, "status")),
        Column("Quarter", _texts(frame, "quarter")),
        Column("Trusts", _texts(frame, "trusts"), right=True),
        Column("File", [_short_file(name) for name in frame["file"]]),
        Column("Type", _texts(frame, "trust_type")),
        Column("Kind", _texts(frame, "kind")),
    ]


def _short_file(name: str) -> str:
    return name.removeprefix("nhs-oversight-framework-")


def _releases(answer: Answer) -> list[Column]:
    frame = answer.frame
    return [
        Column("Quarter", _texts(frame, "quarter")),
        Column("Type", _texts(frame, "trust_type"), flexible=True),
        Column("Kind", _texts(frame, "kind")),
        Column("Published", _texts(frame, "published"), flexible=True),
        Column("Trusts", _texts(frame, "trusts"), right=True),
        Column("Revised", _texts(frame, "revised"), right=True),
        Column("Rows", _texts(frame, "rows"), right=True),
        Column("Fetched", _texts(frame, "fetched")),
        Column("File", _texts(frame, "release_file"), flexible=True),
    ]


def _available(answer: Answer) -> list[Column]:
    frame = answer.frame
    return [
        Column("Linked", _yes_no(frame["linked"])),
        Column("Kept", _yes_no(frame["kept"])),
        Column("Quarter", _texts(frame, "quarter")),
        Column("File", [_short_file(name) for name in frame["file"]]),
        Column("Type", _texts(frame, "trust_type")),
        Column("Kind", _texts(frame, "kind")),
    ]


def _verified(answer: Answer) -> list[Column]:
    frame = answer.frame
    return [
        Column("Fault", [fault or "none" for fault in frame["fault"]]),
        Column("What", _texts(frame, "what"), flexible=True),
        Column("Path", _texts(frame, "path"), flexible=True),
    ]


def _distribution(answer: Answer) -> list[Column]:
    """Give a histogram: # for the trusts, m for the median, and the marked trusts by code."""
    frame = answer.frame
    most = frame.select(pl.col("trusts").max()).item() or 1
    spans = frame.select(
        pl.col("computed_from", "computed_to").round(2), "unit", "trusts", "marked", "has_median"
    ).rows()
    return [
        Column("From", [figures.with_unit(low, unit) for low, _, unit, *_ in spans], right=True),
        Column("to", [figures.with_unit(high, unit) for _, high, unit, *_ in spans], right=True),
        Column("Trusts", [str(count) for *_, count, _, _ in spans], right=True),
        Column(
            "",
            [
                "#" * round(count / most * _HISTOGRAM) + (" m" if has_median else "")
                for *_, count, _, has_median in spans
            ],
        ),
        Column("Marked", [marked or "" for *_, marked, _ in spans], flexible=True),
    ]


def _plain(answer: Answer) -> list[Column]:
    return plain(answer.frame)


_VIEWS: dict[str, View] = {
    "ranking": _ranking,
    "area": _area,
    "table": _table,
    "trusts": _trusts,
    "metrics": _metrics,
    "groups": _groups,
    "comparison": _comparison,
    "audit": _audit,
    "hidden": _hidden,
    "held_back": _held_back,
    "whatif": _whatif,
    "paths": _paths,
    "neighbours": _neighbours,
    "changes": _changes,
    "revisions": _revisions,
    "places": _places,
    "trend": _trend,
    "sparklines": _sparklines,
    "distribution": _distribution,
    "query": _plain,
    "tables": _plain,
    "fetched": _fetched,
    "releases": _releases,
    "available": _available,
    "verified": _verified,
}
