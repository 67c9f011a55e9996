"""HTTP to endpoints that nobody trusts: every wait, every byte and every answer has a limit.

``requests`` reads a chunk of any length into memory, follows redirects and unpacks what is compressed. The adapter
here does none of this, for whatever client is put on top of it.
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final

import requests
import urllib3.exceptions
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth

from fl_client.shallow_json import read_json
from fl_client.storage.addresses import Address
from fl_client.storage.limits import PIECE_BYTES, POOLS, Fault, Limits, Refused, current_limits

MAX_ERROR_BYTES: Final = 8_192
"""Of an answer that is an error, no more is read."""

_DEEPEST: Final = 8
_SHOWN: Final = 120


class _Credentials(AuthBase):
    """The address's own credentials or none: without this, ``requests`` would look into the user's .netrc."""

    def __init__(self, address: Address) -> None:
        self._address = address

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        user, password = self._address.user, self._address.password
        if password and not user:
            request.headers["Authorization"] = f"Bearer {password}"
        elif user:
            HTTPBasicAuth(user, password)(request)
        return request


class LimitedAdapter(HTTPAdapter):
    """Sends one request within the limits of ``limited`` and reads all of its answer, or raises a ``Fault``."""

    def __init__(self, address: Address) -> None:
        self._address = address
        super().__init__()
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """The proxies that the environment names, with the same limits."""
        manager = super().proxy_manager_for(proxy, **options)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = POOLS
        return manager

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """One exchange; the time-out is that of the limits.

        Raises:
            Fault: no whole answer with status 200 came in time, within its size, and unchanged by an encoding.
        """
        limits = current_limits()
        request.headers["Accept-Encoding"] = "identity"
        used = {} if self._address.is_loopback else dict(proxies or {})
        try:
            response = super().send(request, True, limits.wait_seconds(), verify, cert, used)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as problem:
            raise _translated(problem, limits) from None
        whole = False
        try:
            self._take(response, limits)
            whole = True
        except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError):
            raise Fault("cut its answer short", again=True) from None
        finally:
            response.raw.release_conn() if whole else response.raw.close()
        return response

    def _take(self, response: requests.Response, limits: Limits) -> None:
        """Read an answer into the response, so that no client on top reads from the socket."""
        status, encoding = response.status_code, response.headers.get("Content-Encoding", "identity")
        if 300 <= status < 400:
            raise Fault(
                f"answered HTTP {status} and points elsewhere, where nobody follows: name that place itself"
            )
        if status != 200:
            body = response.raw.read(MAX_ERROR_BYTES, decode_content=False)
            raise Refused(status, self._address.without_secrets(_said(body)))
        if encoding.lower() != "identity":
            raise Fault(f"compressed its answer ({_printable(encoding)}), which was not asked for")
        response._content = _body(response, limits.max_bytes)
        response._content_consumed = True  # type: ignore[attr-defined]


def guard(session: requests.Session, address: Address) -> None:
    """Put a session under limits: no redirects, cookies, foreign credentials, or waits without end."""
    adapter = LimitedAdapter(address)
    session.adapters.clear()  # nothing but http and https
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    session.auth = _Credentials(address)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))


def _body(response: requests.Response, max_bytes: int) -> bytes:
    declared = response.headers.get("Content-Length", "")
    if declared.isascii() and declared.isdigit() and len(declared) < 20 and int(declared) > max_bytes:
        raise Fault(f"announced {int(declared)} bytes where {max_bytes} are the most")
    pieces, size = [], 0
    while piece := response.raw.read(min(PIECE_BYTES, max_bytes + 1 - size), decode_content=False):
        pieces.append(piece)
        size += len(piece)
        if size > max_bytes:
            raise Fault(f"sent more than {max_bytes} bytes")
    return b"".join(pieces)


def _translated(problem: Exception, limits: Limits) -> Fault:
    """The reason below the layers of two libraries, whose own texts hold the whole URL."""
    chain = list(_reasons(problem))
    if any(isinstance(one, requests.exceptions.SSLError) for one in chain):
        return Fault("showed no certificate that this machine accepts")
    if any(isinstance(one, urllib3.exceptions.NameResolutionError) for one in chain):
        return Fault("has a host name that cannot be resolved", again=True)
    if any(isinstance(one, ConnectionRefusedError) for one in chain):
        return Fault("accepts no connection: nothing listens there", again=True)
    if any(
        isinstance(one, urllib3.exceptions.NewConnectionError) for one in chain
    ):  # a time-out to its library
        return Fault("cannot be reached from here", again=True)
    if any(
        isinstance(one, (requests.Timeout, TimeoutError, urllib3.exceptions.TimeoutError)) for one in chain
    ):
        return Fault(f"accepted no connection within {limits.silence_seconds:g} s", again=True)
    if any(isinstance(one, ConnectionError) for one in chain):
        return Fault("broke the connection off before it answered", again=True)
    return Fault(f"answered in no HTTP ({type(chain[-1]).__name__})")


def _reasons(problem: BaseException) -> Iterator[BaseException]:
    """An error and what it was raised for, down to the first."""
    seen: BaseException | None = problem
    for _ in range(10):  # no chain is that long
        if seen is None:
            return
        yield seen
        reason = getattr(seen, "reason", None)
        inner = next((one for one in seen.args if isinstance(one, BaseException)), None)
        seen = reason if isinstance(reason, BaseException) else inner or seen.__cause__


def _said(body: bytes) -> str:
    """An RPC's own message, or the beginning of whatever came instead."""
    try:
        answer = read_json(body, deepest=_DEEPEST)
    except ValueError:
        return _printable(body[: 4 * _SHOWN].decode("utf-8", "replace"))
    message = answer.get("Message") if isinstance(answer, dict) else None
    return _printable(message) if isinstance(message, str) else ""


def _printable(text: str) -> str:
    """One short line of a stranger's text, safe to print on a terminal."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text[: 4 * _SHOWN]).split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 3] + "..."
