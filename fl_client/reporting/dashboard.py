"""A read-only web server for one task's page, meant for the machine that it runs on."""

from __future__ import annotations

import json
import logging
from functools import cached_property
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv6Address, ip_address
from socket import AF_INET6
from types import TracebackType
from typing import Any, Final
from urllib.parse import urlsplit

from fl_client.errors import ConfigError
from fl_client.records import LiveRecords
from fl_client.reporting.html.live import (
    LIVE_POLICY,
    STATE_PATH,
    as_of_words,
    page_version,
    render_live,
    state_of,
)

_log = logging.getLogger(__name__)

HEADERS: Final = {
    "Content-Security-Policy": LIVE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Sent with every answer."""

_SLOWEST_CLIENT_SECONDS: Final = 10


class Dashboard:
    """Serves a page, and the few words that tell whether it changed."""

    def __init__(self, live: LiveRecords, *, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen.

        Args:
            live: entered already.
            host: an IP address of this machine.
            port: 0 takes a free one.

        Raises:
            ConfigError: nobody can listen there.
        """
        self._live, self._host = live, host
        self._rendered: tuple[dict[str, Any] | None, str] = (None, "")
        dashboard = self

        class Handler(_Handler):
            """Knows its dashboard."""

            served = dashboard

        kind = _SixServer if isinstance(ip_address(host), IPv6Address) else ThreadingHTTPServer
        try:
            self._server = kind((host, port), Handler)
        except OSError as problem:
            raise ConfigError(
                f"cannot listen on {host} port {port}: {problem.strerror}; give another --port"
            ) from problem
        self._server.daemon_threads = True

    def __enter__(self) -> Dashboard:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the port."""
        self._server.server_close()

    @cached_property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """What to open in a browser."""
        return f"http://{f'[{self._host}]' if ':' in self._host else self._host}:{self.port}/"

    def serve(self) -> None:
        """Answer until ``stop`` is called, or the process is interrupted."""
        self._server.serve_forever(poll_interval=0.2)

    def stop(self) -> None:
        """End ``serve``, from another thread."""
        self._server.shutdown()

    def is_meant(self, host: str | None) -> bool:
        """Whether a request was meant for this server.

        A page elsewhere can let its own name lead to this machine (DNS rebinding), and would read the answer; it
        cannot do that with an address, nor with `localhost`.
        """
        try:
            asked = urlsplit(f"//{host or ''}")
            name, port = asked.hostname or "", asked.port or 80
            if port != self.port or asked.username is not None or asked.path:
                return False
            address = ip_address("127.0.0.1" if name == "localhost" else name)
        except ValueError:
            return False
        return address.is_loopback or not ip_address(self._host).is_loopback

    def answer(self, path: str) -> tuple[HTTPStatus, str, bytes]:
        """Status, content type and body of a GET."""
        if path not in ("/", STATE_PATH):
            return HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"nothing here: see /\n"
        now = self._live.snapshot
        as_of = as_of_words(now.block, now.time, now.looked_at, now.problem)
        version = self._version(now.page)
        if path == STATE_PATH:
            state = state_of(now.page, as_of=as_of, version=version)
            return HTTPStatus.OK, "application/json", json.dumps(state, sort_keys=True).encode()
        body = render_live(now.page, as_of=as_of, version=version).encode()
        return HTTPStatus.OK, "text/html; charset=utf-8", body

    def _version(self, page: dict[str, Any]) -> str:
        """A page is rendered once for all who only ask whether it changed."""
        known, version = self._rendered
        if known is not page:
            version = page_version(page)
            self._rendered = (page, version)
        return version


class _SixServer(ThreadingHTTPServer):
    address_family = AF_INET6


class _Handler(BaseHTTPRequestHandler):
    served: Dashboard
    timeout = _SLOWEST_CLIENT_SECONDS
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with the body."""
        self._send(with_body=True)

    def do_HEAD(self) -> None:
        """Answer without the body."""
        self._send(with_body=False)

    def version_string(self) -> str:
        """Say nothing of what runs here."""
        return "gradbond"

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are nobody's business."""
        _log.debug(format, *args)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse: also methods other than GET and HEAD, for which there is nothing here."""
        status = HTTPStatus(code)
        if status is HTTPStatus.NOT_IMPLEMENTED:
            status = HTTPStatus.METHOD_NOT_ALLOWED
        self._respond(status, "text/plain; charset=utf-8", f"{status.phrase}\n".encode(), with_body=True)

    def _send(self, *, with_body: bool) -> None:
        if not self.served.is_meant(self.headers.get("Host")):
            refusal = b"this server answers to localhost and to addresses alone\n"
            kind = "text/plain; charset=utf-8"
            self._respond(HTTPStatus.MISDIRECTED_REQUEST, kind, refusal, with_body=with_body)
            return
        self._respond(*self.served.answer(urlsplit(self.path).path), with_body=with_body)

    def _respond(self, status: HTTPStatus, kind: str, body: bytes, *, with_body: bool) -> None:
        self.close_connection = status is not HTTPStatus.OK
        self.send_response(status)
        given = HEADERS | {"Content-Type": kind, "Content-Length": str(len(body))}
        if self.close_connection:
            given["Connection"] = "close"
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            given["Allow"] = "GET, HEAD"
        for name, value in given.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)
