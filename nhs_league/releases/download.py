"""One file over HTTP: conditional, retried, bounded, checked."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies

import httpx
import stamina

from nhs_league.errors import NoDataError, UnreachableError, UsageError
from nhs_league.releases.catalogue import is_allowed
from nhs_league.releases.manifest import Seen
from nhs_league.version import __version__

LARGEST = 50 * 1024 * 1024
"""The largest file that is taken, in bytes."""
PATIENCE = 30.0
"""How many seconds a server may be silent, unless NHSLEAGUE_TIMEOUT says otherwise; it may take ten
times as long for a whole file."""
AT_ONCE = 4
"""How many files are fetched at a time."""

_ATTEMPTS = 3
_REDIRECTS = 5
_LONGEST_WAIT = 60.0
_PASSING = (429, 500, 502, 503, 504)
_GONE = (404, 410)
_CERTIFICATE = (
    "Behind a proxy that opens encrypted connections, set SSL_CERT_FILE to its certificate."
)


class MissingError(NoDataError):
    """The site has no such file."""


@dataclass(frozen=True)
class Arrived:
    """A body that arrived whole.

    Attributes:
        data: the body, unpacked.
        seen: its validators.

    """

    data: bytes
    seen: Seen


class _PassingError(Exception):
    """A fault that may pass: what to say of it in the end, and how long to wait before."""

    def __init__(self, fault: NoDataError, wait: float | None = None) -> None:
        super().__init__(fault.message)
        self.fault = fault
        self.wait = wait


def patience() -> float:
    """Tell how many seconds a server may be silent.

    Raises:
        UsageError: NHSLEAGUE_TIMEOUT is not a number of seconds.

    """
    asked = os.environ.get("NHSLEAGUE_TIMEOUT", "")
    try:
        seconds = float(asked) if asked else PATIENCE
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise UsageError(f"NHSLEAGUE_TIMEOUT cannot be “{asked}”.", "Give a number of seconds.")
    return seconds


def new_client() -> httpx.AsyncClient:
    """Give a client that names the tool; proxies and certificates come from the environment.

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
            f"The proxy or certificates of the environment cannot be used: {error}.",
            "Mend HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, SSL_CERT_FILE or SSL_CERT_DIR.",
        ) from error


async def download(
    client: httpx.AsyncClient, address: str, seen: Seen | None, on_bytes: Callable[[int], None]
) -> Arrived | None:
    """Fetch one file, unless it is what was seen before.

    What can pass (a lost connection, 429, 5xx) is tried three times, what cannot is not.

    Args:
        client: the client to fetch it with.
        address: its address.
        seen: what the address gave before; None to fetch it in any case.
        on_bytes: called with the number of bytes of each piece that arrives.

    Returns:
        The file, or None where it is what was seen before.

    Raises:
        MissingError: the site has no such file.
        UnreachableError: the site could not be reached.
        NoDataError: it could not be fetched, is larger than LARGEST, or led to another site.

    """
    try:
        async for attempt in stamina.retry_context(
            on=_worth_retrying,
            attempts=_ATTEMPTS,
            timeout=None,
            wait_initial=0.3,
            wait_max=5,
            wait_jitter=0.5,
        ):
            with attempt:
                return await _once(client, address, seen, on_bytes)
    except _PassingError as lasting:
        raise lasting.fault from lasting
    raise AssertionError("unreachable: the last attempt raises")


async def is_changed(client: httpx.AsyncClient, address: str, seen: Seen | None) -> bool:
    """Ask whether a file is other than what was seen before, without fetching it.

    Raises:
        MissingError, UnreachableError, NoDataError: as ``download``.

    """
    try:
        url = address
        for _ in range(_REDIRECTS + 1):
            response = await client.head(url, headers=_conditions(seen))
            if not response.has_redirect_location:
                return not _is_unchanged(response, address)
            url = _target(response, url)
    except httpx.HTTPError as error:
        raise _fault(address, error).fault from error
    except _PassingError as passing:
        raise passing.fault from passing
    raise NoDataError(f"{address} leads from one address to another without end.")


def _worth_retrying(error: Exception) -> bool | float:
    if not isinstance(error, _PassingError):
        return False
    return True if error.wait is None else error.wait


async def _once(
    client: httpx.AsyncClient, address: str, seen: Seen | None, on_bytes: Callable[[int], None]
) -> Arrived | None:
    whole = 10 * patience()
    try:
        async with asyncio.timeout(whole):
            url = address
            for _ in range(_REDIRECTS + 1):
                async with client.stream("GET", url, headers=_conditions(seen)) as response:
                    if response.has_redirect_location:
                        url = _target(response, url)
                        continue
                    if _is_unchanged(response, address):
                        return None
                    data = await _body(response, address, on_bytes)
                    return Arrived(data, _validators(response))
    except TimeoutError as error:
        raise _PassingError(
            NoDataError(f"{address} took longer than {whole:g} seconds.")
        ) from error
    except httpx.DecodingError as error:
        raise NoDataError(f"{address} cannot be unpacked: {error}.") from error
    except httpx.HTTPError as error:
        fault = _fault(address, error)
        if isinstance(error.__cause__ or error.__context__, ssl.SSLError) or "SSL" in str(error):
            raise fault.fault from error
        raise fault from error
    except httpx.InvalidURL as error:
        raise NoDataError(f"{address} is no address: {error}.") from error
    raise NoDataError(f"{address} leads from one address to another without end.")


def _conditions(seen: Seen | None) -> dict[str, str]:
    """Ask for the file only if it has changed."""
    told = {"If-None-Match": seen.etag, "If-Modified-Since": seen.last_modified} if seen else {}
    return {header: value for header, value in told.items() if value}


def _validators(response: httpx.Response) -> Seen:
    headers = response.headers
    return Seen(headers.get("ETag", ""), headers.get("Last-Modified", ""))


def _target(response: httpx.Response, url: str) -> str:
    """Tell where a redirect leads, if it may lead there."""
    target = urljoin(url, response.headers["Location"])
    if not is_allowed(target):
        raise NoDataError(
            f"{url} leads to another site, {target[:200]}, which is not followed.",
            "If NHS England moved its files, a newer nhsleague may know it.",
        )
    return target


def _is_unchanged(response: httpx.Response, address: str) -> bool:
    """Tell an unchanged file from a new one, and raise for any other answer."""
    status = response.status_code
    if status in (200, 304):
        return status == 304
    fault = NoDataError(f"{address} answers {status} {response.reason_phrase}".strip() + ".")
    if status in _GONE:
        raise MissingError(fault.message)
    if status in _PASSING:
        wait = _retry_after(response)
        if wait is not None and wait > _LONGEST_WAIT:
            raise NoDataError(fault.message, f"It asks to be left alone for {wait:.0f} seconds.")
        raise _PassingError(fault, wait)
    raise fault


def _retry_after(response: httpx.Response) -> float | None:
    """Read ``Retry-After``: seconds, or a date."""
    said = response.headers.get("Retry-After", "")
    if said.isdigit():
        return float(said)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    return max((until.astimezone(UTC) - datetime.now(UTC)).total_seconds(), 0.0)


async def _body(response: httpx.Response, address: str, on_bytes: Callable[[int], None]) -> bytes:
    too_large = NoDataError(f"{address} is larger than {LARGEST // 1024**2} MB.")
    if int(response.headers.get("Content-Length", 0)) > LARGEST:
        raise too_large
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > LARGEST:
            raise too_large
        on_bytes(len(piece))
    return bytes(body)


def _fault(address: str, error: httpx.HTTPError) -> _PassingError:
    """Put a fault of the connection into words."""
    site, silent = urlsplit(address).netloc, patience()
    said = (str(error) or type(error).__name__).rstrip(".")
    if isinstance(error, httpx.ConnectTimeout):
        reason = f"no connection within {min(silent, 10.0):g} seconds"
        return _PassingError(UnreachableError(f"{site} cannot be reached: {reason}."))
    if isinstance(error, (httpx.ConnectError, httpx.ProxyError)):
        advice = _CERTIFICATE if "certificate" in said.casefold() else _proxy_advice()
        return _PassingError(UnreachableError(f"{site} cannot be reached: {said}.", advice))
    if isinstance(error, httpx.TimeoutException):
        return _PassingError(NoDataError(f"{address} was silent for {silent:g} seconds."))
    return _PassingError(NoDataError(f"{address} broke off: {said}."))


def _proxy_advice() -> str:
    proxies = ", ".join(sorted(set(getproxies().values())))
    return f"The environment names a proxy, {proxies}: is it right?" if proxies else ""
