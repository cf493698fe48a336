"""``nhsleague mcp``: a client of the protocol asks, and gets the figures of the commands."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import COMMAND, Run, environment

pytest.importorskip("mcp.server.mcpserver", reason="mcp is not installed")

from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.types import CallToolResult, TextContent

from nhs_league.assistants import server

QUESTIONS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "show": ({"trust": "ZB6", "limit": 300}, ["show", "ZB6"]),
    "compare": ({"trusts": ["ZB6", "ZE9"]}, ["compare", "ZB6", "ZE9"]),
    "worst": ({"metric": "elective", "limit": 3}, ["worst", "elective", "--limit", "3"]),
    "best": ({"metric": "cancer", "regions": ["London"]}, ["best", "cancer", "--region", "London"]),
    "hidden": ({"metric": "62-day"}, ["hidden", "--metric", "62-day"]),
    "changes": (
        {"earlier": "q2", "later": "q3", "segment_only": True, "limit": 5},
        ["changes", "--from", "q2", "--to", "q3", "--segment-only", "--limit", "5"],
    ),
    "explain": ({"name": "ZB6"}, ["explain", "ZB6"]),
    "stories": ({"trust_type": "ambulance"}, ["stories", "--type", "ambulance"]),
    "metrics": ({"trust_type": "ambulance"}, ["metrics", "--type", "ambulance"]),
    "trusts": ({"text": "royal", "limit": 5}, ["trusts", "royal", "--limit", "5"]),
}
"""A question to each tool, and the command that asks the same."""


def call(target: Any, tool: str, arguments: Mapping[str, Any]) -> CallToolResult:
    async def ask() -> CallToolResult:
        async with Client(target) as client:
            answered = await client.call_tool(tool, dict(arguments))
            assert isinstance(answered, CallToolResult)
            return answered

    return asyncio.run(ask())


def text_of(answered: CallToolResult) -> str:
    (content,) = answered.content
    assert isinstance(content, TextContent)
    return content.text


def rows_of(answered: CallToolResult) -> list[dict[str, Any]]:
    assert not answered.is_error, text_of(answered)
    assert answered.structured_content is not None
    rows = answered.structured_content["rows"]
    assert isinstance(rows, list)
    return rows


def is_within(rows: list[dict[str, Any]], whole: list[dict[str, Any]]) -> bool:
    """Return whether each row has figures of the same row of the command, and no others."""
    return len(rows) <= len(whole) and all(
        row.items() <= every.items() for row, every in zip(rows, whole, strict=False)
    )


def test_each_tool_has_a_question_and_reads_only(sample_cache: Path) -> None:
    async def ask() -> None:
        async with Client(server(sample=True, data_dir=sample_cache)) as client:
            assert "computed_" in (client.instructions or "")
            tools = (await client.list_tools()).tools
            assert {tool.name for tool in tools} == set(QUESTIONS)
            for tool in tools:
                assert tool.annotations is not None
                assert tool.annotations.read_only_hint
                assert tool.description is not None
                assert tool.output_schema is not None
                for name, parameter in tool.input_schema["properties"].items():
                    assert parameter.get("description"), (tool.name, name)

    asyncio.run(ask())


@pytest.mark.parametrize("tool", QUESTIONS)
def test_a_tool_gives_the_figures_of_its_command(
    sample: Run, sample_cache: Path, tool: str
) -> None:
    arguments, words = QUESTIONS[tool]
    document = json.loads(sample(*words, "--json", "--quiet").stdout)
    answered = call(server(sample=True, data_dir=sample_cache), tool, arguments)
    rows = rows_of(answered)
    assert len(rows) > 1 or len(document["rows"]) == 1
    assert is_within(rows, document["rows"])
    reply = answered.structured_content or {}
    assert len(rows) == len(document["rows"])
    assert reply["notes"] == document["meta"]["notes"]
    assert reply["quarter"] == document["meta"]["quarter"]
    assert reply["fictional"] is True
    assert "fictional sample" in reply["source"]
    assert reply["certainty"]
    assert text_of(answered).startswith("FICTIONAL SAMPLE")
    assert reply["certainty"] in text_of(answered)


def test_a_long_answer_is_cut_between_metrics_and_says_so(sample_cache: Path) -> None:
    trusts = ["ZB6", "ZE9", "ZJ9", "ZD3", "ZM8", "ZC2"]
    answered = call(server(sample=True, data_dir=sample_cache), "compare", {"trusts": trusts})
    rows = rows_of(answered)
    assert len(rows) % len(trusts) == 0
    assert len(json.dumps(rows)) < 40_000
    assert any("are in rows" in note for note in (answered.structured_content or {})["notes"])


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("show", {"trust": "royal"}, "Use a code, or add more of the name"),
        ("worst", {"metric": "catering"}, "to see what is measured"),
        ("compare", {"trusts": ["ZB6"]}, "A comparison needs two"),
        ("show", {}, "Field required"),
    ],
)
def test_a_fault_is_the_tools_with_advice(
    sample_cache: Path, tool: str, arguments: dict[str, Any], words: str
) -> None:
    answered = call(server(sample=True, data_dir=sample_cache), tool, arguments)
    assert answered.is_error
    assert words in text_of(answered)


def test_an_empty_store_says_what_to_run_and_stays_empty(tmp_path: Path) -> None:
    answered = call(server(sample=False, data_dir=tmp_path), "hidden", {"metric": "62-day"})
    assert answered.is_error
    assert 'Run "nhsleague fetch"' in text_of(answered)
    assert list(tmp_path.iterdir()) == []


def stdio(data_dir: Path, *options: str) -> StdioServerParameters:
    return StdioServerParameters(
        command=str(COMMAND), args=["mcp", *options], env=environment(data_dir)
    )


@pytest.mark.long
def test_a_client_over_stdio_finds_the_well_ranked_trust_weakest_at_cancer_treatment(
    run: Run, real_store: Path
) -> None:
    document = json.loads(run("hidden", "--metric", "62-day", "--json", data_dir=real_store).stdout)
    answered = call(stdio(real_store), "hidden", {"metric": "cancer treatment"})
    (row,) = rows_of(answered)
    assert is_within([row], document["rows"])
    # As the release file has it: OF0011, and its score OF2011.
    assert (row["trust_code"], row["value"], row["rank"], row["score"]) == ("RVW", 54.61, 112, 3.88)
    reply = answered.structured_content or {}
    assert reply["fictional"] is False
    assert reply["quarter"] == ["Q1 2026/27"]
    assert reply["source"].startswith("NHS England")


@pytest.mark.long
def test_the_sample_is_fictional_over_stdio(sample_cache: Path) -> None:
    answered = call(stdio(sample_cache, "--sample"), "worst", {"metric": "elective", "limit": 1})
    assert (answered.structured_content or {})["fictional"] is True
    assert len(rows_of(answered)) == 1


def test_without_the_package_the_command_says_how_to_get_it(
    sample: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nhs_league.assistants", None)
    failed = sample("mcp")
    assert failed.returncode == 2
    assert failed.stderr.splitlines()[-1] == "Run: pip install 'nhsleague[mcp]'"
    assert failed.stdout == ""
