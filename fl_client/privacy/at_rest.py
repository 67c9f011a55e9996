"""Secrets on a disk: encrypted by a password where one is at hand, and always readable by their owner alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import nacl.exceptions
import nacl.pwhash.argon2id
import nacl.secret
import nacl.utils

from fl_client.errors import SecretError, SecretUnwritable

_PLAIN: Final = b"GSP1"
_LOCKED: Final = b"GSL1"
_SALT_BYTES: Final = nacl.pwhash.argon2id.SALTBYTES
MOST_BYTES: Final = 1 << 16

Password = Callable[[], str]
"""Where a password comes from, asked when it is needed."""


class SecretFolder:
    """Small secrets, a file each of mode 0600, in a folder that is made with mode 0700 where there is none.

    Bytes of a file: magic, then the secret (``GSP1``); or salt and an XSalsa20-Poly1305 box under an Argon2id key
    (``GSL1``). A secret is on the disk when ``write`` returns.
    """

    def __init__(self, path: Path | str, password: Password | None = None) -> None:
        """Take a folder, made where it is missing.

        Args:
            password: encrypts what is written from now on, and opens what is encrypted; ``None``: what is written
                lies there as it is, for whoever reads this account's files.

        Raises:
            SecretUnwritable: the folder cannot be made.
        """
        self.path = Path(path)
        self._password = password
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as problem:
            raise SecretUnwritable(f"cannot make the folder {path}: {problem.strerror}") from problem

    @property
    def is_encrypted(self) -> bool:
        """Whether what is written is encrypted."""
        return self._password is not None

    def read(self, name: str) -> bytes | None:
        """A secret, if it is kept.

        Raises:
            SecretError: it is damaged, or the password is another or missing.
        """
        file = self.path / name
        try:
            if file.stat().st_size > MOST_BYTES:
                raise SecretError(f"{file} is no secret of ours: it is too long")
            data = file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise SecretError(f"cannot read {file}: {problem.strerror}") from problem
        if data[:4] == _PLAIN:
            return data[4:]
        if data[:4] != _LOCKED:
            raise SecretError(f"{file} is no secret of ours: restore a copy")
        if self._password is None:
            raise SecretError(f"{file} is encrypted: give the password that it was written with")
        salt, boxed = data[4 : 4 + _SALT_BYTES], data[4 + _SALT_BYTES :]
        try:
            return bytes(_box(self._password(), salt).decrypt(boxed))
        except (nacl.exceptions.CryptoError, ValueError):
            raise SecretError(f"cannot open {file}: another password, or it is damaged") from None

    def write(self, name: str, secret: bytes) -> None:
        """Keep a secret; both the old and the new one survive a crash, or either.

        Raises:
            SecretUnwritable: the disk refused it.
        """
        data = _PLAIN + secret
        if self._password is not None:
            salt = nacl.utils.random(_SALT_BYTES)
            data = _LOCKED + salt + bytes(_box(self._password(), salt).encrypt(secret))
        file, fresh = self.path / name, self.path / f".{name}.new"
        try:
            fresh.unlink(missing_ok=True)
            handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            fresh.replace(file)
            folder = os.open(self.path, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as problem:
            raise SecretUnwritable(f"cannot write {file}: {problem.strerror}") from problem


def _box(password: str, salt: bytes) -> nacl.secret.SecretBox:
    """Argon2id at the strength that libsodium calls moderate: 256 MB and about a second."""
    key = nacl.pwhash.argon2id.kdf(
        nacl.secret.SecretBox.KEY_SIZE,
        password.encode(),
        salt,
        opslimit=nacl.pwhash.argon2id.OPSLIMIT_MODERATE,
        memlimit=nacl.pwhash.argon2id.MEMLIMIT_MODERATE,
    )
    return nacl.secret.SecretBox(key)
