"""One release file over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import httpx

from nhs_league.errors import NoDataError, UnreachableError
from nhs_league.releases.catalogue import published
from nhs_league.releases.store import Incoming
from nhs_league.version import __version__

_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
LARGEST = 50 * 1024 * 1024
"""The largest file that is taken, in bytes."""


def new_client() -> httpx.Client:
    """Give a client that names the tool; proxies and certificates come from the environment."""
    return httpx.Client(timeout=_TIMEOUT, headers={"User-Agent": f"nhsleague/{__version__}"})


def download(client: httpx.Client, address: str, on_bytes: Callable[[int], None]) -> Incoming:
    """Fetch one file.

    Args:
        client: the client to fetch it with.
        address: its address.
        on_bytes: called with the number of bytes of each piece that arrives.

    Raises:
        NoDataError: it could not be fetched, or is larger than LARGEST.
        UnreachableError: the site could not be reached.

    """
    pieces: list[bytes] = []
    size = 0
    try:
        with client.stream("GET", address) as response:
            response.raise_for_status()
            for piece in response.iter_bytes():
                size += len(piece)
                if size > LARGEST:
                    raise NoDataError(f"{address} is larger than {LARGEST // 1024**2} MB.")
                pieces.append(piece)
                on_bytes(len(piece))
    except httpx.HTTPStatusError as error:
        raise NoDataError(f"{address} answers {error.response.status_code}.") from error
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
        raise UnreachableError(f"{urlsplit(address).netloc} cannot be reached: {error}.") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NoDataError(f"{address} broke off: {error}.") from error
    name = PurePosixPath(urlsplit(address).path).name
    return Incoming(name, b"".join(pieces), address, published(address))
