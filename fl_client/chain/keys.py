"""Signing keys: from an encrypted keystore file, or derived for a chain that lives in this process."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from eth_account import Account as _EthAccount
from eth_account.signers.local import LocalAccount
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from fl_client.errors import ConfigError
from fl_client.types import Address, Bytes32

_DEMO_DOMAIN: Final = b"Gradbond demo key"
_SCRYPT_WORK: Final = 262_144  # the N of the Web3 Secret Storage definition's own example


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedTransaction:
    """A transaction that may be sent as it is.

    Attributes:
        raw: the bytes for ``eth_sendRawTransaction``.
        hash: 32 bytes.
    """

    raw: bytes
    hash: Bytes32


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An address that can sign; the key stays out of ``repr``, comparison and logs.

    Attributes:
        address: checksummed.
    """

    address: Address
    _signer: LocalAccount = field(repr=False, compare=False)

    @classmethod
    def from_private_key(cls, private_key: bytes) -> Account:
        """Wrap a private key.

        Args:
            private_key: 32 bytes, between 1 and the curve's order.

        Raises:
            ConfigError: not such a key (its value is not shown).
        """
        try:
            signer: LocalAccount = _EthAccount.from_key(private_key)
        except Exception:
            # No cause is kept: the library's message may quote the key.
            raise ConfigError("a private key is 32 bytes between 1 and the curve's order") from None
        return cls(address=Address(signer.address), _signer=signer)

    def sign_typed(
        self, domain: Mapping[str, Any], types: Mapping[str, Any], message: Mapping[str, Any]
    ) -> bytes:
        """Sign structured data (EIP-712), 65 bytes: what is signed names its domain, so that it is no transaction."""
        return bytes(self._signer.sign_typed_data(dict(domain), dict(types), dict(message)).signature)

    def sign_transaction(self, transaction: Mapping[str, Any]) -> SignedTransaction:
        """Sign a complete transaction (nonce, gas, fees and chain id set)."""
        signed = self._signer.sign_transaction(dict(transaction))
        return SignedTransaction(raw=bytes(signed.raw_transaction), hash=Bytes32(bytes(signed.hash)))


def demo_account(seed: int, index: int) -> Account:
    """Derive a key that anyone can derive: for the chain in this process only, never for money.

    Args:
        seed: the run's seed, 0 to 2^64 - 1.
        index: which account, from 0.

    >>> demo_account(7, 0).address == demo_account(7, 0).address != demo_account(7, 1).address
    True
    """
    return Account.from_private_key(keccak(_DEMO_DOMAIN + seed.to_bytes(8, "big") + index.to_bytes(8, "big")))


def create_keystore(path: Path | str, password: Callable[[], str], *, work: int = _SCRYPT_WORK) -> Account:
    """Make a new key and keep it encrypted (Web3 Secret Storage, version 3) in a file of mode 0600.

    Args:
        path: a file that does not exist yet.
        password: asked once.
        work: scrypt's N, a power of two; lower only in tests.

    Raises:
        ConfigError: the file exists, cannot be written, or the password is empty.
    """
    return import_keystore(path, os.urandom(32), password, work=work)


def import_keystore(
    path: Path | str, private_key: bytes, password: Callable[[], str], *, work: int = _SCRYPT_WORK
) -> Account:
    """Keep a key that exists already encrypted, in a file of mode 0600 (see ``create_keystore``).

    Raises:
        ConfigError: no private key, the file exists, cannot be written, or the password is empty.
    """
    account = Account.from_private_key(private_key)
    secret = password()
    if not secret:
        raise ConfigError("an empty password protects nothing: choose one")
    text = json.dumps(account._signer.encrypt(secret, kdf="scrypt", iterations=work))
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as problem:
        raise ConfigError(f"{path} exists already: a keystore is never overwritten") from problem
    except OSError as problem:
        raise ConfigError(f"cannot write the keystore {path}: {problem.strerror}") from problem
    return account


def keystore_address(path: Path | str) -> Address | None:
    """The address that a keystore file states, without decrypting it; None where it is none."""
    try:
        text = json.loads(Path(path).read_text(encoding="utf-8"))["address"]
        return Address(to_checksum_address("0x" + text.removeprefix("0x")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def load_keystore(path: Path | str, password: Callable[[], str]) -> Account:
    """Decrypt a keystore file of version 3.

    Raises:
        ConfigError: no such file, not a keystore, or the wrong password.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as problem:
        raise ConfigError(f"cannot read the keystore {path}: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        raise ConfigError(f"cannot open the keystore {path}: not a keystore") from problem
    secret = password()  # its own errors say what is wrong with the password's source
    try:
        key = bytes(_EthAccount.decrypt(json.loads(text), secret))
    except (ValueError, KeyError, TypeError, NotImplementedError) as problem:
        raise ConfigError(f"cannot open the keystore {path}: wrong password, or not a keystore") from problem
    return Account.from_private_key(key)


def password_from_environment(variable: str) -> Callable[[], str]:
    """A password source that reads an environment variable when it is asked.

    Raises:
        ConfigError: (when asked) the variable is not set.
    """

    def read() -> str:
        found = os.environ.get(variable)
        if found is None:
            raise ConfigError(f"the environment variable {variable} is not set: put the password in it")
        return found

    return read


def password_from_file(path: Path | str) -> Callable[[], str]:
    """A password source that reads a file's first line when it is asked.

    Raises:
        ConfigError: (when asked) the file cannot be read.
    """

    def read() -> str:
        try:
            lines = Path(path).read_text(encoding="utf-8").splitlines()
        except OSError as problem:
            raise ConfigError(f"cannot read the password file {path}: {problem.strerror}") from problem
        return lines[0] if lines else ""

    return read
