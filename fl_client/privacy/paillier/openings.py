"""Openings: a ciphertext's plaintext with its n-th root, which anybody checks by one power.

(1 + M n) r^n = C modulo n^2. As gcd(n, phi(n)) = 1 is proved with the key, there is one such pair for each ciphertext,
whatever the dealer and the parties did to find it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.number import Number, inverse, is_unit, power, random_below
from fl_client.privacy.paillier.products import product_of_powers, signed_product_of_powers
from fl_client.privacy.paillier.public_key import PublicKey
from fl_client.privacy.paillier.sharing import lagrange
from fl_client.privacy.paillier.slices import Mapper, cut, in_turn

BATCH_ROUNDS: Final = 8
BATCH_BITS: Final = 16
"""Eight rounds of 16 bits cost what one of 128 costs, and hold where a factor of n is as short as keys allow."""
BATCH_CHUNKS: Final = 1024
FEW: Final = 8
"""So many openings are checked one by one: a batch takes eight long powers."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a ciphertext holds, and the proof of it.

    Attributes:
        plaintext: M, from 0 to n - 1.
        root: r, a unit modulo n.
    """

    plaintext: Number
    root: Number


def root_of(key: PublicKey, ciphertext: int, shares: Mapping[int, int]) -> Number | None:
    """What t shares combine to: the n-th root, if all of them are right; none where a share has no inverse.

    w = prod of x_i^(2 l_i) = r^(4 N!^2), and a 4 N!^2 + b n = 1 gives r = w^a (C mod n)^b.

    Args:
        shares: x_i by place, of exactly t places.
    """
    modulus = key.modulus
    weights = [2 * weight for weight in lagrange(key.delta, list(shares))]
    exponent = 4 * key.delta**2
    first = inverse(exponent, modulus)
    second = (1 - first * exponent) // modulus
    try:
        combined = signed_product_of_powers(list(shares.values()), weights, modulus)
        return power(combined, first, modulus) * power(ciphertext % modulus, second, modulus) % modulus
    except CryptoError:
        return None


def open_with(key: PublicKey, ciphertext: int, root: int) -> Opening | None:
    """The opening with this root, or none where it is not the ciphertext's."""
    modulus = key.modulus
    hidden = power(root, modulus, key.square)
    if not root or (ciphertext - hidden) % modulus:
        return None
    # C = (1 + M n) r^n and r^n differ by M n r^n.
    return Opening((ciphertext - hidden) // modulus * inverse(hidden, modulus) % modulus, root % modulus)


def check_opening(key: PublicKey, ciphertext: int, opening: Opening) -> None:
    """Refuse what is not the one opening of a ciphertext.

    Raises:
        CryptoError: a number is out of range, or they do not make the ciphertext.
    """
    _check_range(key, ciphertext, opening)
    made = (1 + opening.plaintext * key.modulus) * power(opening.root, key.modulus, key.square) % key.square
    if made != ciphertext:
        raise CryptoError("plaintext and root do not make the ciphertext")


def check_openings(
    key: PublicKey, ciphertexts: Sequence[int], openings: Sequence[Opening], *, mapper: Mapper = in_turn
) -> None:
    """Refuse openings of which one has another plaintext than its ciphertext.

    Together, to secret random powers: a wrong plaintext passes with a probability of 2^-128. So does a wrong root, but
    for one that is off by an element of a short order: its sign, or what a dealer with primes that are not safe gave
    away. A wrong sign passes a few times in a hundred and changes no plaintext; ``check_opening`` sees that as well.

    Raises:
        CryptoError: with the first chunk whose opening is wrong.
    """
    if len(openings) != len(ciphertexts):
        raise CryptoError(f"{len(openings)} openings for {len(ciphertexts)} ciphertexts")
    pairs = list(zip(ciphertexts, openings, strict=True))
    for number_of_slice, wrong in enumerate(mapper(partial(_first_wrong, key), cut(pairs, BATCH_CHUNKS))):
        if wrong is not None:
            chunk = number_of_slice * BATCH_CHUNKS + wrong[0]
            raise CryptoError(f"the opening of chunk {chunk} is wrong: {wrong[1]}")


def _check_range(key: PublicKey, ciphertext: int, opening: Opening) -> None:
    if not is_unit(ciphertext, key.square):
        raise CryptoError("a ciphertext that is no unit modulo n^2")
    if not 0 <= opening.plaintext < key.modulus:
        raise CryptoError("a plaintext out of range")
    if not is_unit(opening.root, key.modulus):
        raise CryptoError("a root that is no unit modulo n")


def _first_wrong(key: PublicKey, pairs: Sequence[tuple[int, Opening]]) -> tuple[int, str] | None:
    """The first pair that is wrong, and why."""
    for at, (ciphertext, opening) in enumerate(pairs):
        try:
            _check_range(key, ciphertext, opening)
        except CryptoError as error:
            return at, str(error)
    return _first_unequal(key, pairs)


def _first_unequal(key: PublicKey, pairs: Sequence[tuple[int, Opening]]) -> tuple[int, str] | None:
    """Halves of what fails together, down to a few that are checked one by one."""
    if len(pairs) <= FEW:
        for at, (ciphertext, opening) in enumerate(pairs):
            try:
                check_opening(key, ciphertext, opening)
            except CryptoError as error:
                return at, str(error)
        return None
    if _equal_together(key, pairs):
        return None
    middle = len(pairs) // 2
    if (wrong := _first_unequal(key, pairs[:middle])) is not None:
        return wrong
    wrong = _first_unequal(key, pairs[middle:])
    return wrong and (wrong[0] + middle, wrong[1])


def _equal_together(key: PublicKey, pairs: Sequence[tuple[int, Opening]]) -> bool:
    """Whether products of random powers are equal, several times over."""
    ciphertexts = [ciphertext for ciphertext, _ in pairs]
    roots = [opening.root for _, opening in pairs]
    for _ in range(BATCH_ROUNDS):
        weights = [random_below(1 << BATCH_BITS) for _ in pairs]
        total = sum(weight * opening.plaintext for weight, (_, opening) in zip(weights, pairs, strict=True))
        root = product_of_powers(roots, weights, key.modulus)
        made = (1 + total % key.modulus * key.modulus) * power(root, key.modulus, key.square) % key.square
        if made != product_of_powers(ciphertexts, weights, key.square):
            return False
    return True
