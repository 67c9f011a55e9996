"""Bytes that anyone can make again."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

_LONGEST = 175 * 262_144 + 32


@lru_cache(maxsize=1)
def _all() -> bytes:
    return b"".join(sha256(index.to_bytes(8, "big")).digest() for index in range(_LONGEST // 32))


def stream(size: int) -> bytes:
    """SHA-256 of the counters 0, 1, 2, ..., cut to ``size`` bytes."""
    assert size <= _LONGEST
    return _all()[:size]
