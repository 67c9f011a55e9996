"""Names for the plain values that every stage passes on."""

from __future__ import annotations

from typing import NewType

Address = NewType("Address", str)
"""A checksummed account or contract address."""

Bytes32 = NewType("Bytes32", bytes)
"""Exactly 32 bytes: a hash, a salt or a content id."""
