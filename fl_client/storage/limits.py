"""Limits on one HTTP request, kept below the library that sends it: at the socket.

An HTTP library counts its time-out anew at each byte, so that whoever sends a byte now and then is never too slow for
it. Here no single wait outlasts the time of the whole request, headers included.
"""

from __future__ import annotations

import io
import logging
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

import urllib3
import urllib3.connection

PIECE_BYTES: Final = 65_536
"""Most that is sent or read in one step."""

_OVER: Final = "was not done when its time was over"
_BUSY: Final = frozenset({429, 500, 502, 503, 504})


class Fault(Exception):
    """What an endpoint did instead of what it was asked; the text follows the endpoint's name in a sentence.

    Attributes:
        again: the same request may succeed a moment later.
        blame: the endpoint should be asked last for a while.
    """

    def __init__(self, did: str, *, again: bool = False, blame: bool = True) -> None:
        super().__init__(did)
        self.again = again
        self.blame = blame


class NotHere(Fault):
    """The endpoint answered in order: it has no such content."""

    def __init__(self, did: str = "does not have it") -> None:
        super().__init__(did, blame=False)


class Refused(Fault):
    """An HTTP status other than 200.

    Attributes:
        status: the status.
        said: the endpoint's own words, printable and short.
    """

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"answered HTTP {status}" + (f" ({said})" if said else ""), again=status in _BUSY)
        self.status = status
        self.said = said


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one request may take.

    Attributes:
        until: when it must be over, by ``time.monotonic``.
        silence_seconds: longest wait for a connection, for the next byte, or for a byte to be taken.
        max_bytes: longest body of an answer; whoever sends the request knows it.
    """

    until: float
    silence_seconds: float
    max_bytes: int = 0

    def wait_seconds(self) -> float:
        """How long the next step may take.

        Raises:
            Fault: the time is over.
        """
        left = self.until - time.monotonic()
        if left <= 0:
            raise Fault(_OVER, again=True)
        return min(left, self.silence_seconds)

    def silence(self, waited: float, did: str) -> Fault:
        """What to call a wait without a byte: a silence, or the last moment of a request that took too long."""
        long = waited >= self.silence_seconds / 4
        return Fault(f"{did} for {waited:.2g} s" if long else _OVER, again=True)


_limits: ContextVar[Limits] = ContextVar("limits of the request that this thread is making")


def current_limits() -> Limits:
    """The limits of the request that this thread is making."""
    return _limits.get()


@contextmanager
def limited(limits: Limits) -> Iterator[None]:
    """Hold every request of this thread inside to these limits."""
    token = _limits.set(limits)
    try:
        yield
    finally:
        _limits.reset(token)


class _Discreet(logging.Filter):
    """Drops what ``urllib3`` would log of a limited request: whole URLs, which may hold keys."""

    def filter(self, record: logging.LogRecord) -> bool:
        return _limits.get(None) is None


for _name in ("urllib3.connection", "urllib3.connectionpool"):
    logging.getLogger(_name).addFilter(_Discreet())


class _Reader(io.RawIOBase):
    """A socket's bytes; no single wait outlasts the request's time."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase) -> None:
        self._sock, self._raw = sock, raw

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        limits = current_limits()
        wait = limits.wait_seconds()
        self._sock.settimeout(wait)
        try:
            return self._raw.readinto(buffer)
        except TimeoutError:
            raise limits.silence(wait, "sent nothing") from None

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Socket:
    """A connected socket as ``http.client`` uses it, with the request's limits on both directions."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def settimeout(self, seconds: float | None) -> None:
        """Whatever is asked for: the limits decide before each wait."""

    def makefile(self, mode: str = "rb", *_: Any, **__: Any) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._sock, self._sock.makefile(mode, 0)))  # type: ignore[call-overload]

    def sendall(self, data: Any) -> None:
        limits, rest = current_limits(), memoryview(data).cast("B")
        while rest:
            wait = limits.wait_seconds()
            self._sock.settimeout(wait)
            try:
                rest = rest[self._sock.send(rest[:PIECE_BYTES]) :]
            except TimeoutError:
                raise limits.silence(wait, "took nothing") from None


class _HTTPConnection(urllib3.connection.HTTPConnection):
    def connect(self) -> None:
        super().connect()
        self.sock = _Socket(self.sock)


class _HTTPSConnection(urllib3.connection.HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        self.sock = _Socket(self.sock)


class _HTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


POOLS: Final = {"http": _HTTPPool, "https": _HTTPSPool}
"""Connection pools for ``urllib3`` whose connections keep the limits."""
