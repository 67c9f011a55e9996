"""The sum of updates, computed on their ciphertexts: anybody can, and everybody finds the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fl_client.encoding.chunk_tree import ChunkTree, leaf_of
from fl_client.errors import CryptoError
from fl_client.privacy.paillier.cores import Cores
from fl_client.privacy.paillier.number import Number, number, to_bytes
from fl_client.privacy.paillier.public_key import PublicKey
from fl_client.privacy.paillier.updates import EncryptedUpdate

LEAST_SUMS: Final = 2048
"""Chunks that take about as long as a worker's start."""

_SUMMED_AT_A_TIME: Final = 512


def weighted_sum(
    key: PublicKey,
    updates: Sequence[EncryptedUpdate],
    weights: Sequence[int],
    *,
    cores: Cores | None = None,
) -> list[Number]:
    """The ciphertexts of the weighted sum: for each chunk the product of C_i ** w_i mod n^2.

    Args:
        key: of the task.
        updates: checked by ``check_update``, 1 or more, all of the same number of chunks.
        weights: as many integers, 1 or more; their sum is for ``SlotFormat.sums`` to bound.
        cores: that share the work; this process alone if None.

    Raises:
        CryptoError: no updates, or numbers that do not fit.
    """
    if not updates or len(updates) != len(weights):
        raise CryptoError(f"{len(weights)} weights for {len(updates)} updates")
    if any(weight < 1 for weight in weights):
        raise CryptoError(f"the weights are {list(weights)}; each must be 1 or more")
    if len({len(update.ciphertexts) for update in updates}) != 1:
        raise CryptoError("the updates have different numbers of chunks")
    columns = list(zip(*(update.ciphertexts for update in updates), strict=True))
    return (cores or Cores(1)).map(
        _Summing(key.square, tuple(weights)),
        columns,
        name="summing",
        least=LEAST_SUMS,
        slice_items=_SUMMED_AT_A_TIME,
    )


def sum_tree(key: PublicKey, ciphertexts: Sequence[int]) -> ChunkTree:
    """The tree over a sum's ciphertexts, whose root is posted."""
    return ChunkTree([leaf_of(to_bytes(one, 2 * key.length)) for one in ciphertexts])


@dataclass(frozen=True)
class _Summing:
    """Multiplies the powers of each chunk's ciphertexts, with the squares shared among them."""

    square: Number
    weights: tuple[int, ...]

    def __call__(self, items: Sequence[tuple[Number, ...]], /) -> list[Number]:
        return [self._product(ciphertexts) for ciphertexts in items]

    def _product(self, ciphertexts: Sequence[Number]) -> Number:
        result = number(1)
        for bit in reversed(range(max(self.weights).bit_length())):
            result = result * result % self.square
            for ciphertext, weight in zip(ciphertexts, self.weights, strict=True):
                if weight >> bit & 1:
                    result = result * ciphertext % self.square
        return result
