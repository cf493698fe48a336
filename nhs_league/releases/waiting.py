"""Waiting for a site's answers, and giving up where nothing arrives any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from nhs_league.releases.download import AT_ONCE, SLOWEST, patience

_T = TypeVar("_T")
_TICK = 5.0
_SHORTEST = 15.0

OnWait = Callable[[Sequence[str], float], None]
"""Called with the names of what is awaited, and for how many seconds nothing has come."""


class Waiting:
    """One visit's waiting.

    Time counts as lost when no answer is complete and less than SLOWEST arrives. It is added up
    over the whole visit, so that many slow files cannot take longer than one.
    """

    def __init__(self, on_wait: OnWait) -> None:
        """Start with three times the patience with a silent server."""
        self._left = max(3 * patience(), _SHORTEST)
        self._arrived = 0
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._on_wait = on_wait

    def count(self, size: int) -> None:
        """Count bytes that have arrived."""
        self._arrived += size

    async def results(
        self, jobs: Mapping[str, Callable[[], Coroutine[Any, Any, _T]]]
    ) -> dict[str, _T]:
        """Run jobs side by side, a few at a time.

        Args:
            jobs: name, such as an address -> the coroutine function to call.

        Returns:
            Name -> result, in the order of the jobs, of all that ended before time was up; the
            others are stopped.

        """
        tasks = {name: asyncio.create_task(self._in_turn(job)) for name, job in jobs.items()}
        pending = set(tasks.values())
        clock, lost = asyncio.get_running_loop().time, 0.0
        while pending and self._left > 0:
            before, begun = self._arrived, clock()
            tick = min(_TICK, self._left)
            done, pending = await asyncio.wait(
                pending, timeout=tick, return_when=asyncio.FIRST_COMPLETED
            )
            passed = clock() - begun
            if done or self._arrived - before >= SLOWEST * passed:
                lost = 0.0
                continue
            lost += passed
            self._left -= passed
            self._on_wait([name for name, task in tasks.items() if task in pending], lost)
        for task in pending:
            task.cancel()
        if pending:
            await asyncio.wait(pending)
        return {n: task.result() for n, task in tasks.items() if not task.cancelled()}

    async def _in_turn(self, job: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        async with self._at_once:
            return await job()
