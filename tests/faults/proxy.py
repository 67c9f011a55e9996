"""Stands between a client and its node, and fails as nodes and networks do."""

from __future__ import annotations

import json
import random
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final
from urllib.parse import urlsplit

import requests

DELAY_SECONDS: Final = 1.0
RETRY_AFTER_SECONDS: Final = 1
NONSENSE: Final = (
    b"<html>busy</html>",
    b'{"jsonrpc": "2.0"',
    b"[]",
    b'"soon"',
    b"null",
    b'{"jsonrpc":"2.0","id":1}',
)
_RESET: Final = struct.pack("ii", 1, 0)  # linger for no time: closing is a reset

FAULTS: Final = (
    "refuse",  # nobody listens
    "delay",  # every answer comes a second late
    "cut",  # the request is carried out, the answer breaks off in the middle
    "blackhole",  # the request is swallowed, no answer ever
    "deaf",  # the request is carried out, no answer ever
    "500",
    "429",  # with Retry-After
    "nonsense",  # no JSON, or JSON of another shape
    "stale",  # the chain as it was when the fault began; what is sent arrives
    "other chain",  # answers come from another node
)


class Proxy:
    """Passes JSON-RPC over HTTP on to a node; `begin` makes it fail for a while.

    Attributes:
        hits: requests that met a fault, by method, since it began.
    """

    def __init__(self, upstream: str, *, other: str | None = None, seed: int = 0) -> None:
        """Listen on a free port.

        Args:
            upstream: the node's URL.
            other: a node on another chain, for that fault.
            seed: of everything that is left to chance.
        """
        self.upstream, self.other = upstream, other
        self.hits: list[str] = []
        self._random = random.Random(seed)
        self._fault: str | None = None
        self._skip = self._left = 0
        self._until = 0.0
        self._height = 0
        self._lock = threading.Lock()
        self._session = requests.Session()
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._ended = False
        self.port = self._listen(0)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # ------------------------------------------------------------------ faults

    def begin(self, fault: str, *, after: int = 0, requests: int = 10**6, seconds: float = 3.0) -> None:
        """Fail from the `after`-th request on, for so many requests, and for at most so long from the first."""
        assert fault in FAULTS, fault
        height = int(self._forward(self.upstream, {"method": "eth_blockNumber", "params": []})["result"], 16)
        with self._lock:
            self.hits = []
            self._fault, self._skip, self._left, self._height = fault, after, requests, height
            self._until, self._seconds = 0.0, seconds

    def heal(self) -> None:
        """Pass everything on again."""
        with self._lock:
            self._fault = None
        if self._listener is None and not self._ended:
            self._listen(self.port)

    @property
    def is_faulty(self) -> bool:
        with self._lock:
            return self._fault is not None

    def _struck(self, method: str) -> str | None:
        """The fault that this request meets."""
        with self._lock:
            if self._fault is None:
                return None
            if self._skip > 0:
                self._skip -= 1
                return None
            now = time.monotonic()
            self._until = self._until or now + self._seconds
            if self._left <= 0 or now > self._until:
                self._fault = None
                return None
            self._left -= 1
            self.hits.append(method)
            return self._fault

    # ------------------------------------------------------------------ the network

    def _listen(self, port: int) -> int:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(64)
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return int(listener.getsockname()[1])

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with self._lock:
            self._open.add(client)
        try:
            with client, client.makefile("rb") as reader:
                while (request := _read(reader)) is not None:
                    if not self._answer(client, request):
                        return
        except OSError:
            pass
        finally:
            with self._lock:
                self._open.discard(client)

    def _answer(self, client: socket.socket, request: Any) -> bool:
        """Answer one request; false where the connection ends with it."""
        fault = self._struck(str(request.get("method")))
        if fault == "refuse":
            self._refuse()
            return False
        if fault == "blackhole":
            return self._keep_silent(client)
        if fault == "500":
            _write(client, b"internal error", status="500 Internal Server Error")
            return True
        if fault == "429":
            retry = f"Retry-After: {RETRY_AFTER_SECONDS}\r\n"
            _write(client, b"too many requests", status="429 Too Many Requests", headers=retry)
            return True
        if fault == "nonsense":
            _write(client, self._random.choice(NONSENSE))
            return True
        if fault == "delay":
            time.sleep(DELAY_SECONDS)
        asked = self._as_of(request, self._height) if fault == "stale" else request
        upstream = self.other if fault == "other chain" and self.other else self.upstream
        answer = self._forward(upstream, asked)
        if fault == "stale":
            answer = self._without_news(request, answer)
        body = json.dumps({**answer, "id": request.get("id")}).encode()
        if fault == "deaf":
            return self._keep_silent(client)
        if fault == "cut":
            _write(client, body, cut=len(body) // 2)
            return False
        _write(client, body)
        return True

    def _refuse(self) -> None:
        """Stop listening until the fault is over, and reset whoever is connected."""
        with self._lock:
            listener, self._listener = self._listener, None
            clients = list(self._open)
            seconds = max(0.0, self._until - time.monotonic())
        if listener is None:
            return
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for client in clients:
            with suppress(OSError):
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                client.shutdown(socket.SHUT_RDWR)
        timer = threading.Timer(seconds, self.heal)
        timer.daemon = True
        timer.start()

    def _keep_silent(self, client: socket.socket) -> bool:
        client.settimeout(60)
        with suppress(OSError):
            client.recv(1)  # until the client gives up
        return False

    # ------------------------------------------------------------------ the node

    def _forward(self, upstream: str, request: Any) -> dict[str, Any]:
        body = {"jsonrpc": "2.0", "id": 1, **request}
        answer: dict[str, Any] = self._session.post(upstream, json=body, timeout=60).json()
        return answer

    def _as_of(self, request: Any, height: int) -> Any:
        """The request as a node answers it that has not seen anything after a block."""
        params = [
            hex(height) if one == "latest" or one == "pending" else one for one in request.get("params", [])
        ]
        return {**request, "params": params}

    def _without_news(self, request: Any, answer: dict[str, Any]) -> dict[str, Any]:
        result = answer.get("result")
        if request["method"] == "eth_blockNumber":
            return {**answer, "result": hex(self._height)}
        if isinstance(result, dict):
            number = result.get("blockNumber") or (result.get("number") if "parentHash" in result else None)
            if number is not None and int(number, 16) > self._height:
                return {**answer, "result": None}
        return answer

    def close(self) -> None:
        self._ended = True
        if self._listener is not None:
            self._listener.close()


@contextmanager
def proxy_before(upstream: str, *, other: str | None = None, seed: int = 0) -> Iterator[Proxy]:
    """A proxy for the time of a test."""
    proxy = Proxy(upstream, other=other, seed=seed)
    try:
        yield proxy
    finally:
        proxy.close()


def host_of(url: str) -> str:
    return str(urlsplit(url).netloc)


def _read(reader: Any) -> Any | None:
    """One HTTP request's JSON body, or None at the end of the connection."""
    line = reader.readline()
    if not line:
        return None
    length = 0
    while (header := reader.readline()) not in (b"\r\n", b""):
        name, _, value = header.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return json.loads(reader.read(length))


def _write(
    client: socket.socket, body: bytes, *, status: str = "200 OK", headers: str = "", cut: int | None = None
) -> None:
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    )
    client.sendall(head.encode() + (body if cut is None else body[:cut]))
