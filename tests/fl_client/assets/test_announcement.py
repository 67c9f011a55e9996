"""Announcements: signed, in one form, and silent about the data."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak

from fl_client.assets import ANNOUNCEMENT_BYTES, Announcement, AssetData, Holding, Keywords
from fl_client.assets.announcement import canonical, read_hex
from fl_client.assets.group import ORDER
from fl_client.chain import demo_account
from fl_client.errors import ConfigError, CryptoError
from tests.fl_client.assets.conftest import CHAIN, Held


def test_what_is_written_is_read(held: Held) -> None:
    assert Announcement.from_bytes(held.announcement.to_bytes()) == held.announcement


def test_the_digest_is_the_formula_written_out(held: Held) -> None:
    told, words = held.announcement, held.announcement.keywords
    domain = keccak(
        abi_encode(
            ("bytes32", "bytes32", "bytes32", "uint256"),
            (
                keccak(text="EIP712Domain(string name,string version,uint256 chainId)"),
                keccak(text="Gradbond"),
                keccak(text="1"),
                CHAIN,
            ),
        )
    )
    kind = "Asset(address account,bytes32 root,uint64 size,string format,string topic,string description)"
    texts = (keccak(text=words.format), keccak(text=words.topic), keccak(text=words.description))
    struct = keccak(
        abi_encode(
            ("bytes32", "address", "bytes32", "uint64", "bytes32", "bytes32", "bytes32"),
            (keccak(text=kind), told.account, told.root, words.size, *texts),
        )
    )
    assert told.digest == keccak(b"\x19\x01" + domain + struct)


def test_two_announcements_of_the_same_data_share_nothing(held: Held) -> None:
    other = Holding.of(AssetData(held.path))
    parts = [{one.commitment(index) for index in range(one.blocks)} for one in (held.holding, other)]
    assert parts[0].isdisjoint(parts[1])
    again = other.announce(held.signer, CHAIN, held.announcement.keywords)
    assert again.root != held.announcement.root


def test_equal_blocks_have_different_commitments(tmp_path: Path) -> None:
    (tmp_path / "zeros").write_bytes(bytes(5_000))
    holding = Holding.of(AssetData(tmp_path / "zeros"))
    assert len({holding.commitment(index) for index in range(holding.blocks)}) == holding.blocks == 6


def changed(held: Held, name: str) -> Announcement:
    told = held.announcement
    flipped = bytes([told.root[0] ^ 1]) + told.root[1:]
    return {
        "chain": replace(told, chain_id=CHAIN + 1),
        "account": replace(told, account=demo_account(7, 1).address),
        "root": replace(told, root=flipped),
        "size": replace(told, keywords=replace(told.keywords, size=told.keywords.size + 1)),
        "format": replace(told, keywords=replace(told.keywords, format="csv")),
        "topic": replace(told, keywords=replace(told.keywords, topic="cats")),
        "description": replace(told, keywords=replace(told.keywords, description="")),
    }[name]


@pytest.mark.parametrize("name", ["chain", "account", "root", "size", "format", "topic", "description"])
def test_a_changed_field_is_not_signed(held: Held, name: str) -> None:
    with pytest.raises(CryptoError, match="is not signed by"):
        changed(held, name).check()


@pytest.mark.parametrize("bit", range(0, 65 * 8, 13))
def test_a_flipped_bit_of_the_signature_is_refused(held: Held, bit: int) -> None:
    signature = bytearray(held.announcement.signature)
    signature[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CryptoError, match="sign"):
        replace(held.announcement, signature=bytes(signature)).check()


def test_the_signatures_other_form_is_refused(held: Held) -> None:
    signature = held.announcement.signature
    high = ORDER - int.from_bytes(signature[32:64], "big")
    other = signature[:32] + high.to_bytes(32, "big") + bytes([55 - signature[64]])
    with pytest.raises(CryptoError, match="none"):
        replace(held.announcement, signature=other).check()


@pytest.mark.parametrize(
    "mangle",
    [
        lambda told: told | {"more": 1},
        lambda told: {name: told[name] for name in told if name != "root"},
        lambda told: told | {"version": 2},
        lambda told: told | {"version": True},
        lambda told: told | {"chain_id": 0},
        lambda told: told | {"chain_id": "1"},
        lambda told: told | {"chain_id": 2**53},
        lambda told: told | {"account": told["account"].lower()},
        lambda told: told | {"account": 5},
        lambda told: told | {"keywords": []},
        lambda told: told | {"keywords": told["keywords"] | {"\x1b[2J": 1}},
        lambda told: told | {"keywords": told["keywords"] | {"size": 0}},
        lambda told: told | {"keywords": told["keywords"] | {"size": 1.0}},
        lambda told: told | {"keywords": told["keywords"] | {"topic": "two\nlines"}},
        lambda told: told | {"keywords": told["keywords"] | {"topic": "\x1b[2J"}},
        lambda told: told | {"keywords": told["keywords"] | {"topic": "x" * 129}},
        lambda told: told | {"root": told["root"][2:]},
        lambda told: told | {"root": told["root"].upper()},
        lambda told: told | {"root": "0x" + " " * 64},
        lambda told: told | {"signature": "0x"},
        lambda told: [told],
    ],
    ids=range(21),
)
def test_a_document_of_another_form_is_refused(held: Held, mangle: object) -> None:
    told = json.loads(held.announcement.to_bytes())
    with pytest.raises(CryptoError) as problem:
        Announcement.from_bytes(canonical(mangle(told)))  # type: ignore[operator]
    assert str(problem.value).isprintable()


def test_a_document_with_other_spaces_is_refused(held: Held) -> None:
    with pytest.raises(CryptoError, match="one form"):
        Announcement.from_bytes(held.announcement.to_bytes() + b"\n")


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", b"[" * 10_000, b" " * (ANNOUNCEMENT_BYTES + 1), b'{"version":' + b"9" * 5_000 + b"}"],
    ids=["empty", "no text", "deep", "long", "a long number"],
)
def test_what_is_no_document_is_refused(data: bytes) -> None:
    with pytest.raises(CryptoError):
        Announcement.from_bytes(data)


def test_the_longest_announcement_is_not_too_long(held: Held) -> None:
    words = Keywords(
        size=held.announcement.keywords.size,
        format="\U0001f600" * 64,
        topic="\U0001f600" * 128,
        description="\U0001f600" * 1_000,
    )
    found = held.holding.announce(held.signer, CHAIN, words)
    assert Announcement.from_bytes(found.to_bytes()) == found


def test_another_account_cannot_sign(held: Held) -> None:
    with pytest.raises(CryptoError, match="cannot sign for"):
        held.announcement.signed(demo_account(7, 1))


def test_a_holding_comes_back_and_belongs_to_its_owner_alone(held: Held, tmp_path: Path) -> None:
    path = tmp_path / "holding"
    held.holding.write(path)
    assert Holding.read(path) == held.holding
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_holding_is_never_overwritten(held: Held, tmp_path: Path) -> None:
    held.holding.write(tmp_path / "holding")
    with pytest.raises(ConfigError, match="never overwritten"):
        held.holding.write(tmp_path / "holding")


def test_a_holding_does_not_show_its_secret(held: Held) -> None:
    assert held.holding.secret.hex() not in repr(held.holding) and "secret" not in repr(held.holding)


@pytest.mark.parametrize(
    "data", [b"", b"GAH1", b"GAH1" + bytes(32), b"GAH1" + bytes(64), b"GAH2" + bytes(65)]
)
def test_a_file_that_is_no_holding_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "holding").write_bytes(data)
    with pytest.raises(ConfigError, match="no holding"):
        Holding.read(tmp_path / "holding")


def test_a_size_of_other_blocks_is_refused(held: Held) -> None:
    with pytest.raises(ConfigError, match="12 blocks"):
        held.holding.announce(held.signer, CHAIN, Keywords(size=1, format="raw", topic="noise"))


@pytest.mark.parametrize("name", ["chain", "topic", "root"])
def test_a_changed_document_is_not_signed(held: Held, name: str) -> None:
    with pytest.raises(CryptoError, match="is not signed by"):
        Announcement.from_bytes(changed(held, name).to_bytes())


@pytest.mark.parametrize("text", ["\x1b[2J", "two\nlines", "\ud800", "\u202e", "x" * 1_001, 5, None])
@pytest.mark.parametrize("name", ["format", "topic", "description"])
def test_keywords_are_printable_lines(name: str, text: object) -> None:
    with pytest.raises(ConfigError, match=f"the {name} must be a printable line"):
        Keywords(**{"size": 1, "format": "", "topic": "", name: text})  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [0, -1, 2**34 + 1, 1.0, True, "1"])
def test_a_size_that_no_asset_has_is_refused(size: object) -> None:
    with pytest.raises(ConfigError, match="an asset has 1 to"):
        Keywords(size=size, format="", topic="")  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["0x" + "  " * 2, "0x00 0", "0x0g00", "000000", "0x00", 5, None])
def test_what_is_not_so_many_bytes_is_refused(text: object) -> None:
    with pytest.raises(CryptoError):
        read_hex(text, 2)


def test_an_announcement_is_no_longer_than_the_greatest_one() -> None:
    with pytest.raises(CryptoError, match=f"more than {ANNOUNCEMENT_BYTES} bytes"):
        Announcement.from_bytes(b" " * (ANNOUNCEMENT_BYTES + 1))
