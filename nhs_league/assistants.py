"""The questions as tools for AI assistants, by the Model Context Protocol over stdin and stdout.

Each tool calls one method of League and hands on its rows. Nothing is fetched or changed.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from pydantic import BaseModel, Field

from nhs_league import League, open_league
from nhs_league.core.answers import Answer, Comparison
from nhs_league.errors import LeagueError
from nhs_league.frozen import frozen
from nhs_league.version import __version__

INSTRUCTIONS = """\
Figures of NHS trusts in England, from the quarterly league tables of the NHS Oversight Framework: \
segments, ranks, scores and metrics such as waiting times, cancer treatment and infections.

Always name the quarter and the source with a figure, and say how certain it is: each answer has \
`quarter`, `source` and `certainty`. If `fictional` is true, the trusts and figures are invented: \
say so. Columns that begin with computed_ are worked out by nhsleague and not published.

A rank of 1 is best. A score runs from 1.00 (best) to 4.00 (worst). A segment runs from 1 (best) \
to 4; 5 is intensive support. Trust types are ranked apart: do not compare ranks across types. \
Where a text names an option of a command, such as --type, use the parameter of that name: \
trust_type for --type, regions for --region.
"""

_MOST_LETTERS = 34_000
"""How long an answer's rows may be, as JSON; an assistant's memory is short."""
_LITTLE_USE = (
    "sample", "release_file", "sub_domain", "published_unit", "score_period", "direction_from",
    "known", "standard_source", "plain", "scored", "weak_spot_rule", "computed_of",
    "computed_lower_quartile", "computed_upper_quartile",
)  # fmt: skip
"""Columns that an assistant is not given; every format of the command has them."""

_NO_RANGE = "NHS England does not publish how uncertain a metric's rank is."
_PLACE = (
    "A league rank is uncertain: rank_low to rank_high is the likely range that NHS England "
    "publishes, and null or absent where it does not. Do not read a difference between trusts "
    "whose ranges overlap."
)
_CERTAINTY = {
    "show": f"{_PLACE} ranges, firmness and chance are computed by nhsleague. {_NO_RANGE}",
    "compare": "pairs says of each two trusts how sure it is that their average scores differ "
    f"(computed). Groups have computed medians, which a few trusts can move. {_NO_RANGE}",
    "worst": f"{_NO_RANGE} Trusts close to each other may change places by chance; the notes say "
    "how often that happened, where it is known.",
    "hidden": f"{_PLACE} One severe figure can be chance: computed_quarters_severe counts the "
    "quarters in which it was severe, of computed_quarters_with_news.",
    "changes": "certainty in each row says whether a change is clear, could be chance, is not "
    "known or is not comparable.",
    "explain": f"{_PLACE} The steps are published figures and the official method's arithmetic.",
    "stories": "certainty in each row says how sure the story is: how often chance alone would "
    "give as much, or that it only counts published values.",
    "metrics": "A list of what is measured: nothing in it is estimated.",
    "trusts": _PLACE,
}

Trust = Annotated[str, Field(description="A trust's code (RVW), its name, or part of its name.")]
Metric = Annotated[
    str,
    Field(
        description="A metric's ID (OF0011), an everyday name (62-day, A&E, sickness) or an area "
        "(cancer, infections). The tool metrics lists them."
    ),
]
Quarter = Annotated[
    str, Field(description="A quarter such as 'Q1 2026/27' or 'q1', or 'latest' for the newest.")
]
TrustType = Annotated[
    str | None,
    Field(
        description="acute, mental-health-community, ambulance or all. Left out: acute trusts, or "
        "the type that has the metric."
    ),
]
Regions = Annotated[
    list[str], Field(description="NHS regions to keep, such as London or South West.")
]
Limit = Annotated[int, Field(description="The most rows to return.", ge=1, le=300)]


class Reply(BaseModel):
    """What each tool returns: rows of figures, with what is needed to quote them."""

    title: str = Field(description="What the answer shows.")
    quarter: list[str] = Field(description="The quarters that its figures are of.")
    source: str = Field(description="Whose figures they are, and under which licence.")
    release_files: list[str] = Field(description="The release files that the figures come from.")
    fictional: bool = Field(description="Whether the trusts and figures are invented.")
    certainty: str = Field(description="How sure the figures and ranks are.")
    assumptions: list[str] = Field(description="What was assumed where the question left it open.")
    notes: list[str] = Field(description="What must be known to read the figures correctly.")
    rows: list[dict[str, Any]] = Field(description="The figures; empty columns are left out.")
    further: dict[str, list[dict[str, Any]]] = Field(
        description="Further tables of the answer by name, such as the trust's standing."
    )


_Answered = Annotated[CallToolResult, Reply]


@frozen
class Tools:
    """The tools, on one store.

    Attributes:
        sample: whether they answer from the fictional sample.
        data_dir: where releases are stored; None for the user's cache.

    """

    sample: bool
    data_dir: Path | None

    def show(self, trust: Trust, quarter: Quarter = "latest", limit: Limit = 12) -> _Answered:
        """Show how one NHS trust is doing: its segment, league rank, domains and weakest metrics.

        Rows are its metrics, worst first; `further` has its standing, domains and likely ranges.
        """
        return self._answer("show", lambda league: league.show(trust, quarter=quarter), limit)

    def compare(
        self,
        trusts: Annotated[
            list[str], Field(description="Two or more trusts; empty to compare groups.")
        ] = [],  # noqa: B006 - read only, and the schema names it
        by: Annotated[
            str | None, Field(description="Groups to compare: region, subtype, segment or type.")
        ] = None,
        metric: Annotated[
            str | None, Field(description="A metric or an area to compare groups by.")
        ] = None,
        quarter: Quarter = "latest",
        trust_type: TrustType = None,
    ) -> _Answered:
        """Compare NHS trusts side by side, or groups of trusts such as regions.

        With `trusts`, rows are each metric of each trust, and `further` says whose average scores
        differ clearly. Without, rows are the groups named by `by`.
        """
        return self._answer(
            "compare",
            lambda league: league.compare(
                *trusts, by=by, metric=metric, quarter=quarter, trust_type=trust_type
            ),
        )

    def worst(
        self,
        metric: Metric,
        quarter: Quarter = "latest",
        trust_type: TrustType = None,
        regions: Regions = [],  # noqa: B006
        limit: Limit = 10,
    ) -> _Answered:
        """Rank NHS trusts by a metric or an area, the worst first."""
        return self._answer(
            "worst",
            lambda league: league.worst(
                metric, quarter=quarter, trust_type=trust_type, regions=regions, limit=limit
            ),
        )

    def best(
        self,
        metric: Metric,
        quarter: Quarter = "latest",
        trust_type: TrustType = None,
        regions: Regions = [],  # noqa: B006
        limit: Limit = 10,
    ) -> _Answered:
        """Rank NHS trusts by a metric or an area, the best first."""
        return self._answer(
            "worst",
            lambda league: league.best(
                metric, quarter=quarter, trust_type=trust_type, regions=regions, limit=limit
            ),
        )

    def hidden(
        self,
        metric: Annotated[
            str | None, Field(description="Only this metric or area, such as 62-day or cancer.")
        ] = None,
        quarter: Quarter = "latest",
        trust_type: TrustType = None,
        regions: Regions = [],  # noqa: B006
        limit: Limit = 20,
    ) -> _Answered:
        """Find well-ranked NHS trusts with a severe problem that their league rank hides.

        Rows are severe weak spots of trusts whose average score puts them in segment 1 or 2. Use it
        for questions such as: which well-ranked trust is weakest at cancer treatment?
        """
        return self._answer(
            "hidden",
            lambda league: league.hidden(
                metric, quarter=quarter, trust_type=trust_type, regions=regions, limit=limit
            ),
        )

    def changes(
        self,
        earlier: Annotated[
            str | None, Field(description="The earlier quarter; left out: the one before.")
        ] = None,
        later: Annotated[
            str | None, Field(description="The later quarter; left out: the newest.")
        ] = None,
        trust_type: TrustType = None,
        regions: Regions = [],  # noqa: B006
        segment_only: Annotated[
            bool, Field(description="Only trusts whose segment changed.")
        ] = False,
        limit: Limit = 20,
    ) -> _Answered:
        """Show which NHS trusts changed between two quarters, why, and if it could be chance."""
        return self._answer(
            "changes",
            lambda league: league.changes(
                earlier,
                later,
                trust_type=trust_type,
                regions=regions,
                segment_only=segment_only,
                limit=limit,
            ),
        )

    def explain(
        self,
        name: Annotated[
            str, Field(description="A trust's code or name, or a metric's ID or everyday name.")
        ],
        quarter: Quarter = "latest",
    ) -> _Answered:
        """Explain why an NHS trust has its segment and rank, or what a metric measures."""
        return self._answer("explain", lambda league: league.explain(name, quarter=quarter))

    def stories(
        self,
        trust_type: TrustType = None,
        regions: Regions = [],  # noqa: B006
        quarter: Quarter = "latest",
    ) -> _Answered:
        """List the ten things of a quarter that a reporter would look at first.

        Each row is a sentence with its figures, how sure it is, and the rows behind it.
        """
        return self._answer(
            "stories",
            lambda league: league.stories(quarter=quarter, trust_type=trust_type, regions=regions),
        )

    def metrics(self, trust_type: TrustType = None, limit: Limit = 120) -> _Answered:
        """List what is measured: IDs, names that the other tools take, units and standards.

        Name a trust_type for a shorter list.
        """
        return self._answer(
            "metrics", lambda league: league.metrics(trust_type=trust_type, limit=limit)
        )

    def trusts(
        self,
        text: Annotated[str, Field(description="Part of a name or a code; empty for all.")] = "",
        quarter: Quarter = "latest",
        trust_type: TrustType = None,
        regions: Regions = [],  # noqa: B006
        limit: Limit = 40,
    ) -> _Answered:
        """List NHS trusts, all or those whose name contains a text, with codes and ranks."""
        return self._answer(
            "trusts",
            lambda league: league.trusts(
                text, quarter=quarter, trust_type=trust_type, regions=regions, limit=limit
            ),
        )

    def _answer(
        self, tool: str, ask: Callable[[League], Answer], most: int | None = None
    ) -> CallToolResult:
        """Ask a question, and return its rows and its text; a fault is the tool's, with advice."""
        try:
            answer = ask(open_league(sample=self.sample, data_dir=self.data_dir))
        except LeagueError as error:
            raise ToolError(str(error)) from error
        return _result(answer, _CERTAINTY[tool], most)


TOOLS = (
    Tools.show, Tools.compare, Tools.worst, Tools.best, Tools.hidden, Tools.changes, Tools.explain,
    Tools.stories, Tools.metrics, Tools.trusts,
)  # fmt: skip
"""The questions that an assistant can ask."""


def server(*, sample: bool, data_dir: Path | None) -> MCPServer[Any]:
    """Return a server with the tools.

    Args:
        sample: whether to answer from the fictional sample.
        data_dir: where releases are stored; None for the user's cache.

    """
    served: MCPServer[Any] = MCPServer(
        "nhsleague", instructions=INSTRUCTIONS, version=__version__, log_level="WARNING"
    )
    tools = Tools(sample, data_dir)
    reading = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
    for tool in TOOLS:
        served.add_tool(
            getattr(tools, tool.__name__), description=inspect.getdoc(tool), annotations=reading
        )
    return served


def _result(answer: Answer, certainty: str, most: int | None) -> CallToolResult:
    """Return an answer's rows as structured content, and the answer as a person reads it.

    Args:
        answer: the answer.
        certainty: how sure it is.
        most: how many rows to return; None for as many as fit. The text is of the whole answer.

    """
    whole = json.loads(answer.as_text("json"))
    meta, every = whole.pop("meta"), _useful(whole.pop("rows"))
    rows = _within(every[:most], together=_rows_together(answer))
    notes = list(meta["notes"])
    if len(rows) < len(every):
        notes.append(f"Only {len(rows)} of {len(every)} rows are in rows.")
    licence = f" ({meta['licence']})" if meta["licence"] else ""
    reply = Reply(
        title=meta["title"],
        quarter=meta["quarter"],
        source=f"{meta['source']}{licence}",
        release_files=meta["release_files"],
        fictional=meta["sample"],
        certainty=certainty,
        assumptions=list(answer.assumptions),
        notes=notes,
        rows=rows,
        further={name: _useful(table) for name, table in whole.items()},
    )
    content = TextContent(type="text", text=_text(answer, reply))
    return CallToolResult(content=[content], structured_content=reply.model_dump(mode="json"))


def _text(answer: Answer, reply: Reply) -> str:
    """Return what a person would read, with a warning first where it is invented."""
    warning = ("FICTIONAL SAMPLE: these trusts and figures are invented.",)
    opening = (*(warning if reply.fictional else ()), *reply.assumptions)
    body = answer.as_text("markdown").strip()
    if len(body) > _MOST_LETTERS:
        body = f"{body[:_MOST_LETTERS].rpartition(chr(10))[0]}\n\nCut here: the answer is longer."
    return "\n\n".join((*opening, body, f"How certain: {reply.certainty}")) + "\n"


def _useful(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Leave out columns of little use to an assistant, and what is not known."""
    return [
        {
            name: value
            for name, value in row.items()
            if value is not None and name not in _LITTLE_USE
        }
        for row in rows
    ]


def _rows_together(answer: Answer) -> int:
    """Return how many rows belong together: in a comparison, a metric has one for each trust."""
    return answer.standings.height if isinstance(answer, Comparison) else 1


def _within(rows: list[dict[str, Any]], *, together: int) -> list[dict[str, Any]]:
    """Keep as many rows as fit into an assistant's memory, and always the first."""
    left, fitting = _MOST_LETTERS, 0
    for row in rows:
        left -= len(json.dumps(row, ensure_ascii=False))
        if left < 0:
            break
        fitting += 1
    return rows[: max(fitting // together, 1) * together]
