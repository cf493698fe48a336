"""A site like NHS England's, on loopback: landing pages, release files, validators, and faults."""

from __future__ import annotations

import hashlib
import os
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from nhs_league.releases.catalogue import LANDING_PAGES

UPLOADS = "/wp-content/uploads/"
MODIFIED = "Tue, 09 Sep 2025 08:30:00 GMT"
Fault = Callable[["Handler"], None]


class Site(ThreadingHTTPServer):
    """The site; what it serves and how it fails may change while it runs.

    Attributes:
        files: path -> content of each release file.
        linked: what each landing page links, as it stands in the page.
        pages: path -> what each other page links.
        faults: path -> what is done in place of an answer; ``*`` for every path.
        requests: how often each path was asked for.
        bodies: how often each path's body was sent.

    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.linked: list[str] = []
        self.pages: dict[str, list[str]] = {}
        self.faults: dict[str, Fault] = {}
        self.requests: Counter[str] = Counter()
        self.bodies: Counter[str] = Counter()
        self.agents: set[str] = set()
        self.slowness = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def add(self, path: str, content: bytes, *, link: bool = True) -> str:
        """Publish a file below the uploads' folder, and link it."""
        self.files[UPLOADS + path] = content
        if link:
            self.linked.append(UPLOADS + path)
        return UPLOADS + path

    def content(self, path: str) -> bytes | None:
        links = self.linked if path in LANDING_PAGES else self.pages.get(path)
        if links is not None:
            items = "".join(f'<li><a href="{link}">Figures (CSV)</a></li>' for link in links)
            return f"<!doctype html><title>Tables</title><ul>{items}</ul>".encode()
        return self.files.get(path)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away."""


class Handler(BaseHTTPRequestHandler):
    """Answers as the site does, or as a fault does."""

    protocol_version = "HTTP/1.1"
    server: Site

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.requests[path] += 1
        self.server.agents.add(self.headers.get("User-Agent", ""))
        fault = self.server.faults.get(path) or self.server.faults.get("*")
        if fault is not None:
            fault(self)
            return
        self.answer(path)

    do_HEAD = do_GET  # noqa: N815 - the standard library's name

    def answer(self, path: str) -> None:
        content = self.server.content(path)
        if content is None:
            self.reply(404, b"not here")
            return
        etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        if self.headers.get("If-None-Match") == etag:
            self.reply(304, None, ETag=etag)
            return
        time.sleep(self.server.slowness)
        if self.command == "GET":
            self.server.bodies[path] += 1
        self.reply(200, content, ETag=etag, Last_Modified=MODIFIED)

    def reply(self, status: int, content: bytes | None, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if content is not None and "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if content is not None and self.command == "GET":
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    """Serve a site while the block runs."""
    thread = threading.Thread(target=site.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        site.server_close()


def with_certificate(site: Site, context: ssl.SSLContext) -> None:
    """Serve over TLS."""
    site.socket = context.wrap_socket(site.socket, server_side=True)


# Faults, each for one request.


def status(code: int, **headers: str) -> Fault:
    return lambda handler: handler.reply(code, b"no", **headers)


def sends(content: bytes, **headers: str) -> Fault:
    return lambda handler: handler.reply(200, content, **headers)


def redirects(location: str) -> Fault:
    return lambda handler: handler.reply(302, b"", Location=location)


def silent(_: Handler) -> None:
    time.sleep(4)


def stalls(handler: Handler) -> None:
    """Send half of a body, and then nothing more."""
    handler.reply(200, b"Quarter,Region,", Content_Length="4000")
    handler.wfile.flush()
    time.sleep(4)


def drips(handler: Handler) -> None:
    """Send a byte of a body now and then."""
    handler.reply(200, b"Q", Content_Length="4000")
    for _ in range(300):
        handler.wfile.write(b"u")
        handler.wfile.flush()
        time.sleep(0.1)


def drips_headers(handler: Handler) -> None:
    """Send a byte of the first header now and then."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    for _ in range(300):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.1)


def truncates(handler: Handler) -> None:
    """Send half of a body, and hang up."""
    handler.reply(200, b"Quarter,Region,", Content_Length="4000")
    handler.close_connection = True


def resets(handler: Handler) -> None:
    """Send half of a body, and reset the connection."""
    handler.reply(200, b"Quarter,Region,", Content_Length="4000")
    handler.wfile.flush()
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    # Closed behind the server's back, which would send a proper end first.
    os.close(handler.connection.detach())


def falls_short(handler: Handler) -> None:
    """Announce fewer bytes than the file has."""
    content = handler.server.content(handler.path) or b""
    handler.reply(200, content, Content_Length=str(len(content) - 30))
    handler.close_connection = True


def endless(handler: Handler) -> None:
    """Send 51 MB without announcing how many."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(51):
        handler.wfile.write(b"0" * 1024**2)
    handler.close_connection = True


def bad_gzip(handler: Handler) -> None:
    handler.reply(200, b"\x1f\x8b\x08\x00 nonsense" * 9, Content_Encoding="gzip")


def once(fault: Fault) -> Fault:
    """Fail the first time and answer after that."""
    failed = threading.Event()

    def first(handler: Handler) -> None:
        if failed.is_set():
            handler.answer(handler.path)
        else:
            failed.set()
            fault(handler)

    return first


def circles(handler: Handler) -> None:
    """Lead back to the same address."""
    handler.reply(302, b"", Location=handler.path)
