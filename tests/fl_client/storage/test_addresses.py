"""Addresses of endpoints: what is understood, and what is never shown."""

from __future__ import annotations

import pytest

from fl_client.errors import ConfigError
from fl_client.storage.addresses import Address


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("/ip4/127.0.0.1/tcp/5001", "http://127.0.0.1:5001"),
        ("/ip4/127.0.0.1/tcp/5001/http", "http://127.0.0.1:5001"),
        ("/ip6/::1/tcp/5001", "http://[::1]:5001"),
        ("/dns/ipfs.example/tcp/443/https", "https://ipfs.example"),
        ("/dns4/ipfs.example/tcp/8443/tls/http", "https://ipfs.example:8443"),
        ("http://localhost:5001", "http://localhost:5001"),
        ("http://localhost:5001/", "http://localhost:5001"),
        ("https://[2001:db8::1]:5001", "https://[2001:db8::1]:5001"),
        ("https://ipfs.example:443/rpc", "https://ipfs.example"),
    ],
)
def test_multiaddrs_and_urls_are_understood(text: str, url: str) -> None:
    address = Address.parse(text)
    assert str(address) == url
    assert str(Address.parse(address.multiaddr)) == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "localhost:5001",
        "ftp://ipfs.example",
        "http://",
        "http://host:port",
        "http://host:0",
        "http://ho st",
        "http://höst",
        "https://ipfs.example?key=hunter2",
        "https://ipfs.example#hunter2",
        "https://:hunter2%0d%0aX-More:1@ipfs.example",
        "https://me:hunter2%c3%a4@ipfs.example",
        "https://ipfs.example/hunter2\x7f",
        "/unix/run/ipfs.sock",
        "/ip4/127.0.0.1/udp/5001",
        "/ip4/localhost/tcp/5001",
        "/ip4/::1/tcp/5001",
        "/ip4/127.0.0.1/tcp/99999",
        "/dns/ipfs.example/tcp/443/https/p2p/x",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Address.parse(text)
    assert "hunter2" not in str(caught.value)


def test_secrets_are_neither_printed_nor_represented() -> None:
    address = Address.parse("https://someone:hunter22@ipfs.example/v3/a-key")
    assert (address.user, address.password, address.path) == ("someone", "hunter22", "/v3/a-key")
    for shown in (str(address), repr(address), address.multiaddr):
        assert not any(secret in shown for secret in ("someone", "hunter22", "a-key"))


def test_an_echoed_secret_is_taken_out() -> None:
    address = Address.parse("https://me:hunter22@ipfs.example")
    assert address.without_secrets("no user with hunter22 or bWU6aHVudGVyMjI=") == "no user with *** or ***"


@pytest.mark.parametrize(
    ("text", "here"),
    [
        ("http://localhost:5001", True),
        ("/ip4/127.0.0.1/tcp/1", True),
        ("/ip6/::1/tcp/1", True),
        ("http://10.0.0.1", False),
    ],
)
def test_this_machine_is_recognised(text: str, here: bool) -> None:
    assert Address.parse(text).is_loopback is here
