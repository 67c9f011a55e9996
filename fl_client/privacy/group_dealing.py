"""Members dealt into groups by chance, and the median over what the groups would do: integers, the same everywhere.

A party that packs values out of its slots' range moves the sum of its own group only. While fewer than half of the
groups hold such a party, each coordinate of the median lies between those of two groups that hold none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak
from numpy.typing import NDArray

from fl_client.errors import EncodingError
from fl_client.privacy.scale import apply_sum

MOST_GROUPS: Final = 9
"""As many as a task may have: of three out of 32 (``EncryptedBounds``)."""


def deal_groups(seed: bytes, members: int, groups: int) -> tuple[int, ...]:
    """The group of each member, from 0.

    A pack is shuffled (Fisher and Yates): step i swaps card i with card i + keccak256(seed, i) mod (members - i).
    The card at position k is in group k mod groups. So sizes differ by one at most. It is what
    ``contracts/libraries/GroupDealing.sol`` computes.

    Args:
        seed: 32 bytes; of one group it does not matter.
        members: in the order of their places.
        groups: 1 or more, at most as many as there are members.

    Raises:
        EncodingError: numbers that do not fit.

    >>> deal_groups(bytes(32), 6, 3)
    (0, 0, 2, 1, 1, 2)
    """
    if len(seed) != 32:
        raise EncodingError(f"a seed of {len(seed)} bytes: give 32")
    if not 1 <= groups <= members:
        raise EncodingError(f"{groups} groups of {members} members: give 1 to {members}")
    if groups == 1:
        return (0,) * members
    cards = list(range(members))
    found = [0] * members
    for at in range(members):
        drawn = int.from_bytes(keccak(abi_encode(["bytes32", "uint256"], [seed, at])), "big")
        other = at + drawn % (members - at)
        cards[at], cards[other] = cards[other], cards[at]
        found[cards[at]] = at % groups
    return tuple(found)


def apply_group_sums(
    base: NDArray[np.int32],
    sums: Sequence[NDArray[np.int64]],
    weights: Sequence[int],
    scale_bits: int,
) -> NDArray[np.int32]:
    """The new model: where each group's mean alone would move a coordinate to, and the median of these.

    Args:
        base: int32 (d,), the old model.
        sums: of each group, int64 (d,); an odd number of groups.
        weights: total weight of each group, 1 or more.
        scale_bits: 0 to 30.

    Returns:
        int32 (d,), each within +-(2^31 - 1). Keeping to that range does not change an order, so it may come before
        the median as well as after it.

    Raises:
        EncodingError: an even number of groups, or what ``apply_sum`` refuses.

    >>> low, high, far = (np.array([value]) for value in (2, 6, 10**9))
    >>> apply_group_sums(np.array([10], dtype=np.int32), [low, far, high], [2, 1, 2], scale_bits=0).tolist()
    [13]
    """
    if len(sums) % 2 == 0 or len(sums) != len(weights):
        raise EncodingError(f"{len(sums)} sums and {len(weights)} weights: give an odd number of groups")
    moved = [apply_sum(base, one, weight, scale_bits) for one, weight in zip(sums, weights, strict=True)]
    if len(moved) == 1:
        return moved[0]
    middle: NDArray[np.int32] = np.partition(np.stack(moved), len(moved) // 2, axis=0)[len(moved) // 2]
    return middle
