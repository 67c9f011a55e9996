"""A key is refused for whatever its dealer did, and for nothing else."""

import random
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import gmpy2
import pytest

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.dealing import DealtKey, hashed_base
from fl_client.privacy.paillier.key_check import check_key
from fl_client.privacy.paillier.modulus_proof import ROOTS, ModulusProof, check_modulus
from fl_client.privacy.paillier.number import Number, inverse, number, power
from fl_client.privacy.paillier.public_key import PublicKey
from fl_client.privacy.paillier.transcript import MODULUS_DOMAIN, hashed_number

from .fixed_keys import (
    LEAST_BYTES,
    SMALL_ORDER,
    SMALL_PRIMES,
    UNSAFE_PRIME,
    check_as_dealt,
    flipped,
    key_by,
    small_key,
)

FIRST, SECOND = SMALL_PRIMES
MODULUS = number(FIRST) * SECOND


def refused(key: PublicKey, proof: ModulusProof, reason: str, *, least_bytes: int = LEAST_BYTES) -> None:
    with pytest.raises(CryptoError, match=reason):
        check_as_dealt(key, proof, least_bytes=least_bytes)


def with_modulus(modulus: int) -> PublicKey:
    """The key that a dealer would publish for that modulus."""
    honest = small_key().key
    return PublicKey(
        number(modulus), hashed_base(modulus), hashed_base(modulus), honest.verifiers, honest.threshold
    )


def best_roots(modulus: int, exponent_of_units: int, bad: int) -> ModulusProof:
    """Roots by whoever knows the factors: right for those numbers that have any, modulo the bad prime as well."""
    exponent = inverse(modulus, exponent_of_units // bad)
    return ModulusProof(
        tuple(power(hashed_number(MODULUS_DOMAIN, modulus, at), exponent, modulus) for at in range(ROOTS))
    )


@cache
def square_and_prime() -> tuple[Number, ModulusProof]:
    """p^2 q of 512 bits: p divides phi."""
    first, second = gmpy2.next_prime(3 << 169), gmpy2.next_prime(number(7) << 167)
    modulus = first * first * second
    while modulus.bit_length() != 512:
        second = gmpy2.next_prime(second * 2)
        modulus = first * first * second
    return modulus, best_roots(modulus, first * (first - 1) * (second - 1), first)


@cache
def dividing_prime() -> tuple[Number, ModulusProof]:
    """p q of 512 bits with p a divisor of q - 1."""
    first = gmpy2.next_prime(5 << 197)
    factor = (number(3) << 510) // (first * first)
    factor += factor % 2
    while not gmpy2.is_prime(factor * first + 1):
        factor += 2
    second = factor * first + 1
    modulus = first * second
    assert modulus.bit_length() == 512
    return modulus, best_roots(modulus, (first - 1) * (second - 1), first)


def test_a_right_key_passes() -> None:
    check_as_dealt(small_key().key, small_key().proof)


@pytest.mark.parametrize(
    ("modulus", "reason"),
    [
        (MODULUS + 1, "the modulus is even"),
        (gmpy2.next_prime(MODULUS), "the modulus is prime"),
        (number(FIRST) ** 2, "the modulus is a perfect power"),
        (MODULUS >> 1 | 1, "a modulus of 511 bits: 512 to 3072, and whole bytes"),
        (number(FIRST) * gmpy2.next_prime(1 << 248), "a modulus of 504 bits: 512 to 3072"),
        (MODULUS << 3072 | 1, "a modulus of 3584 bits: 512 to 3072"),
        (gmpy2.next_prime((3 << 510) // 3) * 3, "the modulus has a factor below 2\\^16"),
        (gmpy2.next_prime((3 << 510) // 65521) * 65521, "the modulus has a factor below 2\\^16"),
    ],
    ids=["even", "prime", "square", "511-bits", "504-bits", "3584-bits", "by-3", "by-65521"],
)
def test_a_modulus_of_another_kind_is_refused(modulus: Number, reason: str) -> None:
    refused(with_modulus(modulus), small_key().proof, reason)


def test_a_short_modulus_is_refused_where_the_task_asks_for_more() -> None:
    refused(small_key().key, small_key().proof, "a modulus of 512 bits: 2048 to 3072", least_bytes=256)


@pytest.mark.parametrize("made", [square_and_prime, dividing_prime], ids=["p2q", "p-divides-q-1"])
def test_a_modulus_that_shares_a_factor_with_its_phi_is_refused_with_the_best_roots_there_are(
    made: Callable[[], tuple[Number, ModulusProof]],
) -> None:
    modulus, proof = made()
    refused(with_modulus(modulus), proof, "of the modulus's proof is no n-th root")


def test_those_roots_are_as_good_as_any_where_numbers_have_one() -> None:
    """The control: it is the missing roots that are found, not something else."""
    modulus, _ = dividing_prime()
    first = gmpy2.next_prime(5 << 197)
    phi = (first - 1) * (modulus // first - 1)
    power_of_n = power(12345, modulus, modulus)
    root = power(power_of_n, inverse(modulus, phi // first), modulus)
    assert power(root, modulus, modulus) == power_of_n


@pytest.mark.parametrize("count", [0, 1, 15, 17])
def test_a_proof_of_more_or_fewer_roots_is_refused(count: int) -> None:
    roots = (small_key().proof.roots * 2)[:count]
    refused(small_key().key, ModulusProof(roots), f"the proof of the modulus has {count} roots, not 16")


def test_roots_in_another_order_are_refused() -> None:
    roots = small_key().proof.roots
    refused(
        small_key().key, ModulusProof(roots[1:] + roots[:1]), "root 0 of the modulus's proof is no n-th root"
    )


def test_a_proof_of_another_modulus_is_refused() -> None:
    other = key_by([1], 1, 1, number(FIRST) * UNSAFE_PRIME, number(FIRST >> 1) * (UNSAFE_PRIME >> 1))
    refused(small_key().key, other.proof, "is no n-th root|is no unit")


@pytest.mark.parametrize("value", [0, MODULUS, FIRST, -1], ids=["zero", "modulus", "factor", "negative"])
def test_a_root_that_is_no_unit_is_refused(value: int) -> None:
    roots = (*small_key().proof.roots[:7], number(value), *small_key().proof.roots[8:])
    refused(small_key().key, ModulusProof(roots), "root 7 of the modulus's proof is no unit")


@pytest.mark.parametrize("position", range(ROOTS))
def test_every_bit_of_a_root_counts(position: int) -> None:
    proof, drawn = small_key().proof, random.Random(position)
    for _ in range(8):
        bit = 512 * position + drawn.randrange(512)
        changed = ModulusProof.from_data(flipped(proof.to_data(64), bit), 64)
        with pytest.raises(CryptoError, match=f"root {position} of the modulus's proof"):
            check_modulus(MODULUS, changed)


@pytest.mark.parametrize("length", [0, 64, 16 * 64 - 1, 16 * 64 + 1])
def test_bytes_of_another_length_are_no_proof_of_a_modulus(length: int) -> None:
    with pytest.raises(CryptoError, match=f"of {length} bytes: it has 1024"):
        ModulusProof.from_data(bytes(length), 64)


NO_ELEMENTS = [0, 1, MODULUS - 1, MODULUS, FIRST]
NAMES = ["0", "1", "minus-1", "n", "p"]


@pytest.mark.parametrize("value", NO_ELEMENTS, ids=NAMES)
@pytest.mark.parametrize("name", ["base", "verifier"])
def test_a_base_of_a_trivial_order_is_refused(name: str, value: int) -> None:
    key = small_key().key
    changed = replace(key, base=number(value)) if name == "base" else replace(key, verifier=number(value))
    refused(changed, small_key().proof, f"the {name} is no unit modulo n other than 1 and -1")


@pytest.mark.parametrize("name", ["base", "verifier"])
def test_a_base_that_the_dealer_chose_is_refused(name: str) -> None:
    key = small_key().key
    chosen = power(key.base if name == "verifier" else key.verifier, 4, key.modulus)
    changed = replace(key, base=chosen) if name == "base" else replace(key, verifier=chosen)
    refused(changed, small_key().proof, f"the {name} is not the one that the modulus hashes to")


@pytest.mark.parametrize("value", NO_ELEMENTS, ids=NAMES)
@pytest.mark.parametrize("place", [0, 4])
def test_a_partys_verifier_of_a_trivial_order_is_refused(place: int, value: int) -> None:
    refused(verifiers({place: value}), small_key().proof, f"the verifier of place {place} is no unit")


def verifiers(changes: dict[int, int]) -> PublicKey:
    key = small_key().key
    return replace(
        key, verifiers=tuple(number(changes.get(place, one)) for place, one in enumerate(key.verifiers))
    )


def test_two_places_with_the_same_verifier_are_refused() -> None:
    changed = verifiers({4: small_key().key.verifiers[3]})
    refused(changed, small_key().proof, "two places have the same verifier")


def test_swapped_verifiers_are_refused() -> None:
    one, two, three, four, five = small_key().key.verifiers
    among_first = replace(small_key().key, verifiers=(two, one, three, four, five))
    refused(among_first, small_key().proof, "the secret that the verifiers share is not 1/n")
    among_others = replace(small_key().key, verifiers=(one, two, three, five, four))
    refused(among_others, small_key().proof, "the verifiers' degree is too high")


@pytest.mark.parametrize("place", [3, 4])
def test_a_verifier_beside_the_polynomial_is_refused(place: int) -> None:
    key = small_key().key
    refused(
        verifiers({place: key.verifiers[place] * key.verifier % MODULUS}),
        small_key().proof,
        "the verifiers' degree is too high",
    )


def secret() -> Number:
    return inverse(MODULUS, SMALL_ORDER)


def dealt(*coefficients: int, threshold: int = 3) -> DealtKey:
    return key_by(coefficients, 5, threshold, MODULUS, SMALL_ORDER)


def test_a_key_dealt_by_hand_passes() -> None:
    """The control of the next tests."""
    made = dealt(secret(), 12345, 67890)
    check_as_dealt(made.key, made.proof)


@pytest.mark.parametrize("constant", ["one-more", "zero", "negated"])
def test_verifiers_that_share_something_else_than_the_inverse_are_refused(constant: str) -> None:
    value = {"one-more": secret() + 1, "zero": number(0), "negated": -secret()}[constant]
    made = dealt(value, 12345, 67890)
    refused(made.key, made.proof, "the secret that the verifiers share is not 1/n")


def test_verifiers_of_a_higher_degree_are_refused_though_the_first_ones_share_the_secret() -> None:
    # f + 9 (x - 1)(x - 2)(x - 3) is f for the first three parties.
    made = dealt(secret() - 54, 12345 + 99, 67890 - 54, 9)
    refused(made.key, made.proof, "more than 3 shares would be needed: the verifiers' degree is too high")


def test_a_key_dealt_for_a_higher_threshold_is_refused() -> None:
    made = dealt(secret(), 1, 2, 3, threshold=4)
    check_as_dealt(made.key, made.proof)
    refused(replace(made.key, threshold=3), made.proof, "is not 1/n|degree is too high")


@pytest.mark.parametrize(
    "other", [{"length": 65}, {"parties": 6}, {"threshold": 2}], ids=lambda one: next(iter(one))
)
def test_a_key_of_another_shape_than_the_tasks_is_refused(other: dict[str, int]) -> None:
    due = {"length": 64, "parties": 5, "threshold": 3}
    check_key(small_key().key, small_key().proof, **due, least_bytes=LEAST_BYTES)
    with pytest.raises(CryptoError, match=r"a key of \(64, 5, 3\) .* is not the task's"):
        check_key(small_key().key, small_key().proof, **(due | other), least_bytes=LEAST_BYTES)


@pytest.mark.parametrize("threshold", [0, 6])
def test_a_threshold_out_of_bounds_is_refused(threshold: int) -> None:
    changed = replace(small_key().key, threshold=threshold)
    refused(changed, small_key().proof, f"a key for {threshold} of 5 parties is out of bounds")


@pytest.mark.parametrize("field", range(10), ids=lambda at: f"number-{at}")
def test_every_bit_of_the_keys_numbers_counts(field: int) -> None:
    data, drawn = small_key().key.data, random.Random(field)
    for _ in range(12):
        changed = flipped(data, 8 * (16 + 64 * field) + drawn.randrange(512))
        with pytest.raises(CryptoError):
            check_as_dealt(PublicKey.from_data(changed), small_key().proof)


def test_every_bit_of_the_keys_header_counts() -> None:
    for bit in range(8 * 16):
        with pytest.raises(CryptoError):
            check_as_dealt(
                PublicKey.from_data(flipped(small_key().key.data, bit)),
                small_key().proof,
            )
