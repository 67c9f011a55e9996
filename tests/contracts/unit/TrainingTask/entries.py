"""The list of a round's reveals, right and wrong."""

from __future__ import annotations

from collections.abc import Iterable

from brownie import web3
from eth_abi.abi import encode

Entry = tuple[str, int, bytes]


def hash_of(entries: Iterable[Entry]) -> bytes:
    """The running hash over a list of updates."""
    running = bytes(32)
    for entry in entries:
        running = bytes(web3.keccak(encode(("bytes32", "address", "uint32", "bytes32"), (running, *entry))))
    return running


def tampered(entries: list[Entry]) -> dict[str, list[Entry]]:
    """Return every kind of wrong list, by name."""
    trainer, weight, commitment = entries[1]
    return {
        "left out": entries[:1] + entries[2:],
        "last left out": entries[:-1],
        "twice": [*entries, entries[0]],
        "added": [*entries, ("0x" + 40 * "1", 1, bytes(32))],
        "reordered": [entries[1], entries[0], *entries[2:]],
        "weighed more": [entries[0], (trainer, weight + 1, commitment), *entries[2:]],
        "weighed nothing": [entries[0], (trainer, 0, commitment), *entries[2:]],
        "another vector": [entries[0], (trainer, weight, bytes(32)), *entries[2:]],
        "another trainer": [entries[0], (entries[0][0], weight, commitment), *entries[2:]],
        "empty": [],
    }


TAMPERED = list(tampered([("", 0, b"")] * 3))
