"""Files over HTTP: conditional, retried, bounded in size and time, a few at once."""

from __future__ import annotations

import asyncio
import os
import re
import ssl
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies

import httpx
import stamina

from nhs_league.errors import NoDataError, UnreachableError, UsageError
from nhs_league.frozen import frozen
from nhs_league.releases.catalogue import printable, resolve_link
from nhs_league.releases.manifest import HttpValidators
from nhs_league.version import __version__

LARGEST = 50 * 1024 * 1024
"""The largest file that is taken, in bytes."""
PATIENCE = 30.0
"""How many seconds a server may be silent, unless NHSLEAGUE_TIMEOUT says otherwise. A file may take
half as long again with all its retries, and up to ten times as long where it arrives at SLOWEST."""
SLOWEST = 4_000
"""How many bytes a second a server must send, so that it is worth waiting for."""
AT_ONCE = 4
"""How many files are fetched at a time."""

_ATTEMPTS = 3
_REDIRECTS = 5
_SHORTEST = 10.0
_LONGEST_WAIT = 15.0
_DAY = 86_400
_PASSING = (429, 500, 502, 503, 504)
_GONE = (404, 410)
_CERTIFICATE = (
    "Behind a proxy that opens encrypted connections, set SSL_CERT_FILE to its certificate."
)
_T = TypeVar("_T")
_TICK = 5.0
_SHORTEST_VISIT = 15.0

OnWait = Callable[[Sequence[str], float], None]
"""Called with the names of what is awaited, and for how many seconds nothing has come."""


class MissingError(NoDataError):
    """The site has no such file."""


@frozen
class Arrived:
    """A body that arrived whole.

    Attributes:
        data: the body, unpacked.
        seen: its validators.
        address: where it came from, after redirects.

    """

    data: bytes
    seen: HttpValidators
    address: str


@frozen
class Unchanged:
    """An address gives what it gave before.

    Attributes:
        address: where it is, after redirects.

    """

    address: str


class _PassingError(Exception):
    """A fault that may pass: what to say of it in the end, and how long to wait before."""

    def __init__(self, fault: NoDataError, wait: float | None = None) -> None:
        super().__init__(fault.message)
        self.fault = fault
        self.wait = wait


def patience() -> float:
    """Return how many seconds a server may be silent.

    Raises:
        UsageError: NHSLEAGUE_TIMEOUT is not a number of seconds.

    """
    timeout = os.environ.get("NHSLEAGUE_TIMEOUT", "")
    try:
        seconds = float(timeout) if timeout else PATIENCE
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise UsageError(f'NHSLEAGUE_TIMEOUT cannot be "{timeout}".', "Use a number of seconds.")
    return seconds


def new_client() -> httpx.AsyncClient:
    """Return a client that names the tool; proxies and certificates come from the environment.

    Raises:
        UsageError: the environment names a proxy or certificates that cannot be.

    """
    silent = patience()
    try:
        return httpx.AsyncClient(
            timeout=httpx.Timeout(silent, connect=min(silent, 10.0)),
            limits=httpx.Limits(max_connections=AT_ONCE),
            headers={"User-Agent": f"nhsleague/{__version__}"},
        )
    except (ValueError, httpx.InvalidURL, OSError) as error:
        raise UsageError(
            f"The proxy or certificates set in the environment do not work: {error}.",
            "Fix HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, SSL_CERT_FILE or SSL_CERT_DIR.",
        ) from error


async def download(
    client: httpx.AsyncClient,
    address: str,
    seen: HttpValidators | None,
    on_bytes: Callable[[int], None],
) -> Arrived | Unchanged:
    """Fetch one file, unless it is what was seen before.

    What can pass (a lost connection, silence, 429, 5xx) is tried three times as far as time allows,
    what cannot is not.

    Args:
        client: the client to fetch it with.
        address: its address.
        seen: what the address gave before; None to fetch it in any case.
        on_bytes: called with the number of bytes of each piece that arrives.

    Returns:
        The file, or that it is what was seen before.

    Raises:
        MissingError: the site has no such file.
        UnreachableError: the site could not be reached, was silent, or was slower than SLOWEST.
        NoDataError: it could not be fetched, is larger than LARGEST, or led to another site.

    """
    passing: NoDataError | None = None
    try:
        async with asyncio.timeout(longest()) as limit:
            count = _counting(limit, on_bytes)
            async for attempt in stamina.retry_context(
                on=_worth_retrying,
                attempts=_ATTEMPTS,
                timeout=None,
                wait_initial=0.3,
                wait_max=5,
                wait_jitter=0.5,
            ):
                with attempt:
                    try:
                        return await _once(client, address, seen, count)
                    except _PassingError as error:
                        passing = error.fault
                        raise
    except TimeoutError as error:
        raise (passing or too_slow(address)) from error
    except _PassingError as lasting:
        raise lasting.fault from lasting
    raise AssertionError("unreachable: the last attempt raises")


def longest() -> float:
    """Return how many seconds a file may take with its retries if it arrives slower than SLOWEST.

    Raises:
        UsageError: NHSLEAGUE_TIMEOUT is not a number of seconds.

    """
    return max(1.5 * patience(), _SHORTEST)


def _counting(limit: asyncio.Timeout, on_bytes: Callable[[int], None]) -> Callable[[int], None]:
    """Count the bytes of a file, and allow it more time for as long as it is not too slow."""
    clock, whole = asyncio.get_running_loop().time, longest()
    last = clock() + max(10 * patience(), whole)
    arrived = 0.0

    def count(size: int) -> None:
        nonlocal arrived
        on_bytes(size)
        arrived += size
        if arrived >= SLOWEST * whole:
            arrived = 0.0
            limit.reschedule(min(clock() + whole, last))

    return count


def too_slow(address: str) -> UnreachableError:
    """Return the error for an address from which too little comes."""
    return UnreachableError(f"{address} is too slow: it passed the {longest():g}-second limit.")


async def is_changed(client: httpx.AsyncClient, address: str, seen: HttpValidators | None) -> bool:
    """Return whether a file has changed since it was last seen, without fetching it.

    Raises:
        MissingError, UnreachableError, NoDataError: as ``download``.

    """
    try:
        async with asyncio.timeout(longest()):
            url = address
            for _ in range(_REDIRECTS + 1):
                response = await client.head(url, headers=_conditions(seen))
                if not response.has_redirect_location:
                    return not _is_unchanged(response, address, seen)
                url = _target(response, url)
    except TimeoutError as error:
        raise too_slow(address) from error
    except httpx.HTTPError as error:
        raise _fault(address, error).fault from error
    except _PassingError as passing:
        raise passing.fault from passing
    raise _circle(address)


def _worth_retrying(error: Exception) -> bool | float:
    if not isinstance(error, _PassingError):
        return False
    return True if error.wait is None else error.wait


async def _once(
    client: httpx.AsyncClient,
    address: str,
    seen: HttpValidators | None,
    on_bytes: Callable[[int], None],
) -> Arrived | Unchanged:
    try:
        url = address
        for _ in range(_REDIRECTS + 1):
            async with client.stream("GET", url, headers=_conditions(seen)) as response:
                if response.has_redirect_location:
                    url = _target(response, url)
                    continue
                if _is_unchanged(response, address, seen):
                    return Unchanged(url)
                data = await _body(response, address, on_bytes)
                return Arrived(data, _validators(response), url)
    except httpx.DecodingError as error:
        raise NoDataError(f"{address} cannot be decompressed: {error}.") from error
    except httpx.HTTPError as error:
        fault = _fault(address, error)
        if isinstance(error.__cause__ or error.__context__, ssl.SSLError) or "SSL" in str(error):
            raise fault.fault from error
        raise fault from error
    except httpx.InvalidURL as error:
        raise NoDataError(f"{address} is not a web address: {error}.") from error
    raise _circle(address)


def _circle(address: str) -> NoDataError:
    return NoDataError(f"{address} redirects more than {_REDIRECTS} times.")


def _conditions(seen: HttpValidators | None) -> dict[str, str]:
    """Ask for the file only if it has changed."""
    headers = {"If-None-Match": seen.etag, "If-Modified-Since": seen.last_modified} if seen else {}
    return {header: value for header, value in headers.items() if value}


def _validators(response: httpx.Response) -> HttpValidators:
    """Return what to ask with next time; text that no request may carry is left out."""
    etag, modified = (response.headers.get(name, "") for name in ("ETag", "Last-Modified"))
    return HttpValidators(etag if etag.isascii() else "", modified if modified.isascii() else "")


def _target(response: httpx.Response, url: str) -> str:
    """Return where a redirect leads, if it may be followed."""
    location = response.headers["Location"]
    if target := resolve_link(location, url):
        return target
    raise NoDataError(
        f"{url} redirects to another site, {printable(location)[:200]}, so it was not opened.",
        "If NHS England has moved its files, try upgrading nhsleague.",
    )


def _is_unchanged(response: httpx.Response, address: str, seen: HttpValidators | None) -> bool:
    """Distinguish an unchanged file from a new one, and raise for any other answer."""
    status = response.status_code
    if status == 200 or (status == 304 and seen is not None):
        return status == 304
    fault = NoDataError(f"{address} returned {status} {response.reason_phrase}".strip() + ".")
    if status in _GONE:
        raise MissingError(fault.message)
    if status in _PASSING:
        wait = _retry_after(response)
        if wait is not None and wait > _LONGEST_WAIT:
            until = f"for {wait:.0f} seconds" if wait < _DAY else "until another day"
            raise NoDataError(fault.message, f"The site asks you to wait {until}.")
        raise _PassingError(fault, wait)
    raise fault


def _retry_after(response: httpx.Response) -> float | None:
    """Read ``Retry-After``: whole seconds, or a date; None where it is neither."""
    text = response.headers.get("Retry-After", "").strip()
    if re.fullmatch("[0-9]+", text):
        return float(text) if len(text) < 10 else float("inf")
    try:
        until = parsedate_to_datetime(text)
        return max((until.astimezone(UTC) - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


async def _body(response: httpx.Response, address: str, on_bytes: Callable[[int], None]) -> bytes:
    too_large = NoDataError(f"{address} is larger than {LARGEST // 1024**2} MB.")
    announced = response.headers.get("Content-Length", "")
    if re.fullmatch("[0-9]{1,18}", announced) and int(announced) > LARGEST:
        raise too_large
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > LARGEST:
            raise too_large
        on_bytes(len(piece))
    return bytes(body)


def _fault(address: str, error: httpx.HTTPError) -> _PassingError:
    """Describe a fault of the connection."""
    reason = printable(str(error) or type(error).__name__).rstrip(".")
    if isinstance(error, httpx.ConnectTimeout):
        return _PassingError(_unreachable(address))
    if isinstance(error, (httpx.ConnectError, httpx.ProxyError)):
        if "certificate" in reason.casefold():
            message = f"{_unreachable(address).message} {reason}."
            return _PassingError(UnreachableError(message, _CERTIFICATE))
        return _PassingError(_unreachable(address))
    if isinstance(error, httpx.TimeoutException):
        return _PassingError(
            UnreachableError(f"{address} sent nothing for {patience():g} seconds.")
        )
    return _PassingError(NoDataError(f"The connection to {address} broke: {reason}."))


def _unreachable(address: str) -> UnreachableError:
    """Return the error for a site to which there is no connection."""
    proxies = ", ".join(sorted(set(getproxies().values())))
    advice = f"Check that the proxy address {proxies} is right." if proxies else ""
    return UnreachableError(f"Cannot reach {urlsplit(address).netloc}.", advice)


class Waiting:
    """One visit's waiting.

    Time counts as lost when no answer is complete and less than SLOWEST arrives. It is added up
    over the whole visit, so that many slow files cannot take longer than one.
    """

    def __init__(self, on_wait: OnWait) -> None:
        """Start with three times the patience with a silent server."""
        self._left = max(3 * patience(), _SHORTEST_VISIT)
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
