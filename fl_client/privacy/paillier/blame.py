"""Which of a party's shares is wrong, found from t parties whose shares opened the sum."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Final

from fl_client.privacy.paillier.number import power
from fl_client.privacy.paillier.products import product_of_powers, signed_product_of_powers
from fl_client.privacy.paillier.public_key import PublicKey
from fl_client.privacy.paillier.sharing import lagrange

WEIGHT_BITS: Final = 64
"""Of the secret random powers: wrong shares cancel each other out with a probability of 2^-64."""


def wrong_share(
    key: PublicKey, place: int, given: Sequence[int], right: Mapping[int, Sequence[int]]
) -> int | None:
    """The first chunk whose share does not lie on the others' polynomial; None where all do.

    x_i^(2 N!) = prod of x_k^(2 l_k) holds for one chunk, so it holds for products of chunks to random powers: halves
    of what fails together are tried, down to one chunk.

    Args:
        key: the key.
        place: of the party whose shares are looked at.
        given: its shares, units modulo n.
        right: the shares of t parties that opened every chunk, by place; not of this one.
    """
    places = list(right)
    weights = [2 * weight for weight in lagrange(key.delta, places, place)]

    def fit(low: int, high: int) -> bool:
        powers = [1 + secrets.randbits(WEIGHT_BITS) for _ in range(low, high)]
        mine = product_of_powers(given[low:high], powers, key.modulus)
        theirs = [product_of_powers(right[one][low:high], powers, key.modulus) for one in places]
        due = signed_product_of_powers(theirs, weights, key.modulus)
        return bool(power(mine, 2 * key.delta, key.modulus) == due)

    if fit(0, len(given)):
        return None
    low, high = 0, len(given)
    while high - low > 1:
        middle = (low + high) // 2
        if fit(low, middle):
            low = middle
        else:
            high = middle
    return low
