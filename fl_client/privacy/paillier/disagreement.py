"""Who gave a wrong share, where t shares together do not open a ciphertext.

A combined root is right or wrong by itself (``open_with``). With one that is right, the shares that led to it are
points of a polynomial in the exponent, and every other share either lies on it or does not.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Final

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.number import Number, is_unit, power
from fl_client.privacy.paillier.openings import Opening, open_with, root_of
from fl_client.privacy.paillier.products import signed_product_of_powers
from fl_client.privacy.paillier.public_key import PublicKey
from fl_client.privacy.paillier.sharing import lagrange

MOST_TRIALS: Final = 2_048
"""Sets of t shares tried for one sum: all there are of up to 13 parties, and about a minute at 2048 bits."""


class Trials:
    """How many sets may still be tried, so that no crowd of wrong shares takes for ever."""

    def __init__(self, most: int = MOST_TRIALS) -> None:
        self._left = most

    def take(self) -> bool:
        """Whether there was one left."""
        self._left -= 1
        return self._left >= 0


@dataclass(frozen=True)
class Finding:
    """What the shares of one chunk turn out to be.

    Attributes:
        opening: the chunk's.
        agreeing: places whose shares lead to it.
        wrong: places whose shares do not fit it, where only one polynomial is in question.
    """

    opening: Opening
    agreeing: frozenset[int]
    wrong: frozenset[int]


def examine(
    key: PublicKey,
    chunk: int,
    ciphertext: int,
    shares: Mapping[int, int],
    trials: Trials,
    *,
    proved: Collection[int] = (),
) -> Finding:
    """Find t shares that open a chunk, and those that do not fit them.

    Sets are drawn at random, so that nobody can put a wrong share into all that are tried first.

    Two polynomials that both open the chunk agree on t - 2 shares at most, so one on which more than half of
    n + t - 2 shares lie is the only one with so many, and so it is where all sets were tried and only one polynomial
    opens. That it is the dealer's does not follow: two liars can bend their shares, without any secret, so that they
    open the chunk beside t - 2 right ones, and the right ones that are left do not fit. Who is named may be honest
    unless so many honest parties gave shares that the liars' polynomial has no such majority. Only proofs tell.

    Args:
        shares: of this chunk, by place.
        trials: what is left of them.
        proved: places whose batch proof holds: they are never named.

    Raises:
        CryptoError: no t of them open it, or too many sets would have to be tried.
    """
    usable = {place: given for place, given in shares.items() if is_unit(given, key.modulus)}
    found: list[tuple[Opening, frozenset[int]]] = []
    sure = True
    for places in _drawn(list(usable), key.threshold):
        if any(agreeing.issuperset(places) for _, agreeing in found):
            continue
        if not trials.take():
            sure = False
            break
        chosen = {place: usable[place] for place in places}
        root = root_of(key, ciphertext, chosen)
        opening = None if root is None else open_with(key, ciphertext, root)
        if opening is None:
            continue
        found.append((opening, _agreeing(key, chosen, usable)))
        if 2 * len(found[-1][1]) > len(usable) + key.threshold - 2:
            found = found[-1:]
            break
    if not found:
        raise CryptoError(
            f"of {len(shares)} shares of chunk {chunk}, no {key.threshold} that were tried open it"
        )
    opening, agreeing = max(found, key=lambda one: len(one[1]))
    certain = shares.keys() - usable.keys()
    if sure and len(found) == 1:
        certain |= usable.keys() - agreeing
    return Finding(opening, agreeing, frozenset(certain.difference(proved)))


def _drawn(places: Sequence[int], size: int) -> Iterator[tuple[int, ...]]:
    """Sets of places in random order: each once where they are few, else without an end."""
    chance = secrets.SystemRandom()
    if comb(len(places), size) <= MOST_TRIALS:
        sets = list(combinations(places, size))
        chance.shuffle(sets)
        yield from sets
        return
    while True:
        yield tuple(sorted(chance.sample(places, size)))


def _agreeing(key: PublicKey, chosen: Mapping[int, int], usable: Mapping[int, int]) -> frozenset[int]:
    """The places whose shares lie on the polynomial of the chosen ones: x^(2 N!) = prod of x_i^(2 l_i)."""
    places: Sequence[int] = list(chosen)

    def lies_on_it(place: int) -> bool:
        weights = [2 * weight for weight in lagrange(key.delta, places, place)]
        due: Number = signed_product_of_powers(list(chosen.values()), weights, key.modulus)
        return power(usable[place], 2 * key.delta, key.modulus) == due

    return frozenset(place for place in usable if place in chosen or lies_on_it(place))
