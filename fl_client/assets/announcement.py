"""What a participant says of its data: keywords, and a root to which it can be held; signed by its account."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from eth_account import Account
from eth_account.messages import SignableMessage, encode_typed_data
from eth_utils.address import is_checksum_address
from eth_utils.crypto import keccak

from fl_client.assets.data import MOST_BYTES, block_count
from fl_client.assets.group import ORDER
from fl_client.errors import ConfigError, CryptoError
from fl_client.shallow_json import read_json
from fl_client.types import Address, Bytes32

ANNOUNCEMENT_BYTES: Final = 16_384
"""No announcement is longer: the longest texts, every character escaped."""

SIGNATURE_BYTES: Final = 65
TEXT_LIMITS: Final = {"format": 64, "topic": 128, "description": 1_000}

_VERSION: Final = 1
_MOST_CHAIN: Final = 2**53 - 1
_ASSET_TYPE: Final = {
    "Asset": [
        {"name": "account", "type": "address"},
        {"name": "root", "type": "bytes32"},
        {"name": "size", "type": "uint64"},
        {"name": "format", "type": "string"},
        {"name": "topic", "type": "string"},
        {"name": "description", "type": "string"},
    ]
}


class Signer(Protocol):
    """An account that can sign; ``fl_client.chain.Account`` is one."""

    @property
    def address(self) -> Address:
        """Checksummed."""
        ...

    def sign_typed(
        self, domain: Mapping[str, Any], types: Mapping[str, Any], message: Mapping[str, Any]
    ) -> bytes:
        """The EIP-712 signature, 65 bytes."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Keywords:
    """What the data is, in DeepChain's four words.

    Args:
        size: bytes, 1 to 2^34.
        format, topic, description: printable texts of one line, at most 64, 128 and 1,000 characters.

    Raises:
        ConfigError: a size or a text outside of its limits.

    Source: DeepChain section 4.1.
    """

    size: int
    format: str
    topic: str
    description: str = ""

    def __post_init__(self) -> None:
        if type(self.size) is not int or not 1 <= self.size <= MOST_BYTES:
            raise ConfigError(f"the size is {str(self.size)[:40]}: an asset has 1 to {MOST_BYTES} bytes")
        for name, most in TEXT_LIMITS.items():
            text = getattr(self, name)
            # Printable: what stands in a terminal must not move its cursor.
            if not isinstance(text, str) or len(text) > most or not text.isprintable():
                raise ConfigError(f"the {name} must be a printable line of at most {most} characters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A signed statement that an account holds the data under this root.

    Args:
        chain_id: of the chain on which the account speaks, 1 to 2^53 - 1.
        account: checksummed.
        keywords: what it says that the data is; nobody checks them.
        root: 32 bytes, over the commitments to all blocks.
        signature: 65 bytes; empty before it is signed.

    Raises:
        CryptoError: a field outside of its range.
    """

    chain_id: int
    account: Address
    keywords: Keywords
    root: Bytes32
    signature: bytes = b""

    def __post_init__(self) -> None:
        if type(self.chain_id) is not int or not 1 <= self.chain_id <= _MOST_CHAIN:
            raise CryptoError(f"no chain has this id: an id is 1 to {_MOST_CHAIN}")
        if not isinstance(self.account, str) or not is_checksum_address(self.account):
            raise CryptoError("the account of an announcement is an address with its checksum")
        if len(self.root) != 32 or len(self.signature) not in (0, SIGNATURE_BYTES):
            raise CryptoError("an announcement has a root of 32 bytes and a signature of 65")

    @property
    def blocks(self) -> int:
        """Blocks of the data."""
        return block_count(self.keywords.size)

    @property
    def digest(self) -> Bytes32:
        """The EIP-712 hash, without the signature: by it every proof and every challenge names the asset."""
        return digest_of(encode_typed_data(*self._typed()))

    def signed(self, signer: Signer) -> Announcement:
        """The same with the account's signature.

        Raises:
            CryptoError: another account's signer.
        """
        if signer.address != self.account:
            raise CryptoError(f"{signer.address} cannot sign for {self.account}")
        return replace(self, signature=signer.sign_typed(*self._typed()))

    def check(self) -> None:
        """Make sure that the account signed it.

        Raises:
            CryptoError: it did not.
        """
        require_signature(encode_typed_data(*self._typed()), self.signature, self.account, "announcement")

    def to_bytes(self) -> bytes:
        """The JSON document, in the only form that is read: one announcement has one content id."""
        told = {
            "account": self.account,
            "chain_id": self.chain_id,
            "keywords": {
                "description": self.keywords.description,
                "format": self.keywords.format,
                "size": self.keywords.size,
                "topic": self.keywords.topic,
            },
            "root": "0x" + self.root.hex(),
            "signature": "0x" + self.signature.hex(),
            "version": _VERSION,
        }
        return canonical(told)

    @classmethod
    def from_bytes(cls, data: bytes) -> Announcement:
        """Read what anybody may have written, and check its signature.

        Raises:
            CryptoError: it is no announcement, not in its one form, or not signed by its account.
        """
        told = read_document(data, ANNOUNCEMENT_BYTES, "announcement")
        try:
            found = cls(
                chain_id=told["chain_id"],
                account=told["account"],
                keywords=Keywords(**told["keywords"]),
                root=Bytes32(read_hex(told["root"], 32)),
                signature=read_hex(told["signature"], SIGNATURE_BYTES),
            )
        except (KeyError, TypeError):
            # Not the library's message: it would show a stranger's own words.
            raise CryptoError("this is no announcement: a field is missing, or of another kind") from None
        except ConfigError as problem:
            raise CryptoError(f"this is no announcement: {problem}") from None
        if found.to_bytes() != data:
            raise CryptoError("this is no announcement in its one form: take the file as it was written")
        found.check()
        return found

    def _typed(self) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        words = self.keywords
        message = {
            "account": self.account,
            "root": self.root,
            "size": words.size,
            "format": words.format,
            "topic": words.topic,
            "description": words.description,
        }
        return typed_domain(self.chain_id), _ASSET_TYPE, message


def typed_domain(chain_id: int) -> dict[str, Any]:
    """The EIP-712 domain of everything that is said of assets: no contract takes part."""
    return {"name": "Gradbond", "version": "1", "chainId": chain_id}


def digest_of(message: SignableMessage) -> Bytes32:
    """The 32 bytes that are signed."""
    return Bytes32(keccak(b"\x19" + message.version + message.header + message.body))


def require_signature(message: SignableMessage, signature: bytes, account: Address, what: str) -> None:
    """Make sure that an account signed a message, in the one form that a signature has.

    Raises:
        CryptoError: it did not.
    """
    high = int.from_bytes(signature[32:64], "big") > ORDER // 2
    if len(signature) != SIGNATURE_BYTES or signature[64] not in (27, 28) or high:
        raise CryptoError(f"the signature of this {what} is none")
    try:
        signer = Account.recover_message(message, signature=signature)
    except Exception:  # the library's own errors differ by what is wrong
        raise CryptoError(f"the signature of this {what} is none") from None
    if signer != account:
        raise CryptoError(f"this {what} is not signed by {account}")


def canonical(told: Mapping[str, Any]) -> bytes:
    """JSON with sorted keys, without spaces, in ASCII, with a line end."""
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def read_document(data: bytes, most: int, what: str) -> dict[str, Any]:
    """Read a flat JSON object of this version, of bounded length.

    Raises:
        CryptoError: it is longer, no such object, or of another version.
    """
    if len(data) > most:
        raise CryptoError(f"no {what} has more than {most} bytes")
    try:
        told = read_json(data, deepest=2)
    except ValueError:
        raise CryptoError(f"this is no {what}: it is no flat JSON") from None
    if not isinstance(told, dict) or type(told.get("version")) is not int or told["version"] != _VERSION:
        raise CryptoError(f"this is no {what} of version {_VERSION}")
    return told


def read_hex(text: Any, length: int) -> bytes:
    """Read 0x and exactly so many bytes in small hexadecimal digits.

    Raises:
        CryptoError: something else.
    """
    if not isinstance(text, str) or len(text) != 2 + 2 * length or not text.startswith("0x"):
        raise CryptoError(f"expected 0x and {length} bytes in hexadecimal digits")
    try:
        found = bytes.fromhex(text[2:])
    except ValueError:
        raise CryptoError("these are no hexadecimal digits") from None
    if len(found) != length:  # the library skips spaces
        raise CryptoError("these are no hexadecimal digits")
    return found
