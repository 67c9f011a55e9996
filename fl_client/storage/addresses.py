"""Where an endpoint is, and what of its address may be shown."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from fl_client.errors import ConfigError

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?")
_MULTIADDR: Final = re.compile(
    r"/(?P<kind>ip4|ip6|dns|dns4|dns6)/(?P<host>[^/]+)/tcp/(?P<port>\d{1,5})(?P<over>|/http|/https|/tls/http)/?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One HTTP endpoint.

    Attributes:
        scheme: ``http`` or ``https``.
        host: a name or a numeric address, IPv6 without brackets.
        port: 1 to 65,535.
        path: what stands before the API's own paths, without a slash at its end; may hold a key.
        user: user name of basic authentication; empty with a password means a bearer token.
        password: its password, or the token.

    >>> Address.parse("/ip4/127.0.0.1/tcp/5001").url
    'http://127.0.0.1:5001'
    >>> str(Address.parse("https://me:secret@ipfs.example/v3/key"))
    'https://ipfs.example'
    """

    scheme: str
    host: str
    port: int
    path: str = field(default="", repr=False)
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.scheme not in _DEFAULT_PORTS:
            raise ConfigError(f"{self.host} cannot be reached by {self.scheme!r}: use http or https")
        if not (_is_numeric(self.host) or _NAME.fullmatch(self.host)):
            raise ConfigError(
                f"{self.host!r} is no host name: write it in ASCII letters, digits, dots, hyphens"
            )
        if not 0 < self.port < 65_536:
            raise ConfigError(f"{self.host} has no port {self.port}: choose 1 to 65535")
        if not all(part.isascii() and part.isprintable() for part in (self.path, self.user, self.password)):
            raise ConfigError(f"the path or the key of {self.host} has other than printable ASCII characters")

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read a multiaddr such as ``/ip4/127.0.0.1/tcp/5001``, or an ``http(s)://`` URL.

        A URL may carry ``user:password@``, or ``:token@`` for a bearer token.

        Raises:
            ConfigError: neither of them; the message does not repeat the text, which may hold a key.
        """
        if text.startswith("/"):
            return cls._of_multiaddr(text)
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError as problem:
            raise ConfigError("an endpoint's URL cannot be read: write https://host:port") from problem
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
            raise ConfigError(
                "an endpoint is neither a URL nor a multiaddr: write https://host or /dns/host/tcp/5001"
            )
        if parts.query or parts.fragment:
            raise ConfigError(
                f"the URL of {parts.hostname} has a query or a fragment: give a key as https://:key@{parts.hostname}"
            )
        return cls._of_url(parts, port)

    @classmethod
    def _of_url(cls, parts: SplitResult, port: int | None) -> Address:
        return cls(
            scheme=parts.scheme,
            host=parts.hostname or "",
            port=_DEFAULT_PORTS[parts.scheme] if port is None else port,
            path=parts.path.rstrip("/"),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )

    @classmethod
    def _of_multiaddr(cls, text: str) -> Address:
        found = _MULTIADDR.fullmatch(text)
        if found is None:
            raise ConfigError(
                f"{text!r} is no multiaddr of an HTTP endpoint: write /ip4/127.0.0.1/tcp/5001, or add /https"
            )
        host, kind = found["host"], found["kind"]
        if kind.startswith("ip") and (not _is_numeric(host) or (":" in host) != (kind == "ip6")):
            raise ConfigError(
                f"{host!r} is no {kind} address: write /dns/{host}/tcp/{found['port']} for a name"
            )
        return cls(
            scheme="https" if found["over"] in ("/https", "/tls/http") else "http",
            host=host,
            port=int(found["port"]),
        )

    @property
    def url(self) -> str:
        """Scheme, host and port; without the path, the user and the password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @property
    def multiaddr(self) -> str:
        """The same place in the spelling that IPFS clients take."""
        kind = "dns" if not _is_numeric(self.host) else "ip6" if ":" in self.host else "ip4"
        return f"/{kind}/{self.host}/tcp/{self.port}/{self.scheme}"

    @property
    def is_loopback(self) -> bool:
        """Whether it is this machine, where no proxy has anything to do."""
        return self.host == "localhost" or (_is_numeric(self.host) and ip_address(self.host).is_loopback)

    def without_secrets(self, text: str) -> str:
        """Take the address's own secrets out of a text that the endpoint wrote."""
        basic = b64encode(f"{self.user}:{self.password}".encode("latin-1", "replace")).decode("ascii")
        for secret in (basic, self.password, self.user, self.path.strip("/")):
            if len(secret) > 3:
                text = text.replace(secret, "***")
        return text

    def __str__(self) -> str:
        return self.url


def _is_numeric(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return "%" not in host
