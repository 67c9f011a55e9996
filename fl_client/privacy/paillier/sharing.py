"""Shamir's polynomials over integers: coefficients that take N! to avoid every division."""

from __future__ import annotations

from collections.abc import Sequence
from math import factorial, prod
from typing import Final

from fl_client.privacy.paillier.number import Number, number, random_below

SECRET_PLACE: Final = -1
"""Party i + 1 sits at place i, so the secret is the value at place -1."""


def evaluate(coefficients: Sequence[int], index: int, modulus: int) -> Number:
    """The polynomial at an index, lowest coefficient first, modulo the order of the squares."""
    value = number(0)
    for coefficient in reversed(coefficients):
        value = (value * index + coefficient) % modulus
    return value


def lagrange(delta: int, places: Sequence[int], at: int = SECRET_PLACE) -> list[int]:
    """Integers l_i with delta * f(at) = sum of l_i f(place_i), for every f of degree below the number of places.

    Args:
        delta: N!, which every denominator divides.
        places: distinct, from 0 to N - 1.
        at: the place to evaluate at; -1 is the secret's. Not one of ``places``.

    Shoup, "Practical threshold signatures", 2000, section 3.

    >>> lagrange(6, [0, 1])
    [12, -6]
    """
    result = []
    for place in places:
        others = [other for other in places if other != place]
        numerator = prod(at - other for other in others)
        denominator = prod(place - other for other in others)
        result.append(delta * numerator // denominator)
    return result


def random_dual_word(parties: int, threshold: int, bits: int) -> list[int]:
    """Integers c_i with sum of c_i f(i + 1) = 0 for every f of degree below the threshold, otherwise random.

    Cascudo and David, "SCRAPE", 2017, section 2.2: c_i = q(i + 1) N! / prod over k != i of (i - k), q of degree
    N - t - 1 at most, with secret coefficients of that many bits. All zero where N = t: any N values fit.
    """
    coefficients = [random_below(1 << bits) for _ in range(parties - threshold)]
    word = []
    for place in range(parties):
        value = sum(
            (coefficient * (place + 1) ** degree for degree, coefficient in enumerate(coefficients)),
            number(0),
        )
        denominator = prod(place - other for other in range(parties) if other != place)
        word.append(int(value) * (factorial(parties) // denominator))
    return word
