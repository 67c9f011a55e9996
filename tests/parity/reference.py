"""The formulas once more, as slowly and plainly as they can be said; nothing here comes from fl_client."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from fractions import Fraction

from eth_abi.abi import encode
from eth_utils.crypto import keccak

Node = tuple[bytes, int]


def chunks(values: Sequence[int]) -> list[bytes]:
    """Chunks of 64 big-endian int32, the last filled up with zeros."""
    parts = [list(values[at : at + 64]) for at in range(0, len(values), 64)]
    return [b"".join(x.to_bytes(4, "big", signed=True) for x in part).ljust(256, b"\0") for part in parts]


def leaf(chunk: bytes) -> Node:
    numbers = [int.from_bytes(chunk[at : at + 4], "big", signed=True) for at in range(0, 256, 4)]
    return hashlib.sha256(b"\0" + chunk).digest(), sum(x * x for x in numbers)


def node(left: Node, right: Node) -> Node:
    data = left[0] + left[1].to_bytes(16, "big") + right[0] + right[1].to_bytes(16, "big")
    return hashlib.sha256(b"\1" + data).digest(), left[1] + right[1]


def levels(values: Sequence[int], sums: Sequence[int] | None = None) -> list[list[Node]]:
    """Every node of the filled-up tree, leaves first."""
    leaves = [leaf(chunk) for chunk in chunks(values)]
    if sums is not None:
        leaves = [(hash_, claim) for (hash_, _), claim in zip(leaves, sums, strict=True)]
    width = 1
    while width < len(leaves):
        width *= 2
    leaves += [leaf(bytes(256))] * (width - len(leaves))
    result = [leaves]
    while len(result[-1]) > 1:
        below = result[-1]
        result.append([node(below[at], below[at + 1]) for at in range(0, len(below), 2)])
    return result


def path(tree: list[list[Node]], index: int) -> list[Node]:
    """The siblings of leaf ``index``, lowest first; padding leaves have one too."""
    return [level[(index >> height) ^ 1] for height, level in enumerate(tree[:-1])]


def commitment(root: Node, dimension: int, kind: int, fraction_bits: int) -> bytes:
    domain = keccak(b"Gradbond.VectorCommitment")
    types = ["bytes32", "bytes32", "uint128", "uint32", "uint16", "uint8", "uint8"]
    return keccak(encode(types, [domain, root[0], root[1], dimension, 1, kind, fraction_bits]))


def half_away(value: Fraction) -> int:
    """Round to the nearest integer, ties away from zero."""
    magnitude = int(abs(value) + Fraction(1, 2))
    return magnitude if value >= 0 else -magnitude


def mean(column: Sequence[int], weights: Sequence[int], base: int) -> int:
    """One coordinate of the new model."""
    if sum(weights) == 0:
        return base
    step = Fraction(sum(x * w for x, w in zip(column, weights, strict=True)), sum(weights))
    return clamped(base + half_away(step))


def clamped(value: int) -> int:
    """The nearest value of the lattice."""
    limit = 2**31 - 1
    return max(-limit, min(limit, value))


def those_in(column: Sequence[int], weights: Sequence[int]) -> list[int]:
    """The values of the updates with a weight, ascending."""
    return sorted(x for x, w in zip(column, weights, strict=True) if w > 0)


def median(column: Sequence[int], weights: Sequence[int], base: int) -> int:
    """One coordinate of the new model; the middle value, or the mean of the two middle ones."""
    ordered = those_in(column, weights)
    n = len(ordered)
    if n == 0:
        return base
    if n % 2:
        return clamped(base + ordered[n // 2])
    return clamped(base + half_away(Fraction(ordered[n // 2 - 1] + ordered[n // 2], 2)))


def trimmed_mean(column: Sequence[int], weights: Sequence[int], base: int, bps: int) -> int:
    """One coordinate of the new model; the mean without a share of bps / 10,000 at either end."""
    left = those_in(column, weights)
    if not left:
        return base
    for _ in range(int(len(left) * Fraction(bps, 10_000))):
        left.remove(min(left))
        left.remove(max(left))
    return clamped(base + half_away(Fraction(sum(left), len(left))))
