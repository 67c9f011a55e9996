"""Numbers longer than a word are computed with as with any others (INV-LONG-1)."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.contracts.federation import reverts

L = 64
MOST = 256**L - 1
ODD = Random(1).getrandbits(8 * L) | 1 << 8 * L - 1 | 1
MODULI = [ODD, MOST, 3, 256**32 + 1, 256**32 - 1]


def shown(value: int, length: int = L) -> bytes:
    return value.to_bytes(length, "big")


def number(data: Any) -> int:
    return int.from_bytes(bytes(data), "big")


def pairs(modulus: int) -> list[tuple[int, int]]:
    random = Random(modulus)
    edges = sorted({value % modulus for value in (0, 1, 2, modulus // 2, modulus - 2, modulus - 1)})
    both = [(a, b) for a in edges for b in edges]
    return both + [(random.randrange(modulus), random.randrange(modulus)) for _ in range(12)]


@pytest.mark.parametrize("modulus", MODULI, ids=["random", "most", "three", "word + 1", "word - 1"])
def test_a_product_is_one(harness: Any, modulus: int) -> None:
    for a, b in pairs(modulus):
        found = harness.product(shown(a), shown(b), shown(modulus))
        assert number(found) == a * b % modulus, (a, b)


def test_factors_need_not_be_reduced(harness: Any) -> None:
    for a, b in ((MOST, MOST), (MOST, 0), (ODD, MOST - 1), (ODD + 1, ODD)):
        assert number(harness.product(shown(a), shown(b), shown(ODD))) == a * b % ODD


@pytest.mark.parametrize("length", [32, 96, 512, 768])
def test_a_product_of_any_length_is_one(harness: Any, length: int) -> None:
    random = Random(length)
    modulus = random.getrandbits(8 * length) | 1
    a, b = random.randrange(modulus), random.randrange(modulus)
    found = harness.product(shown(a, length), shown(b, length), shown(modulus, length))
    assert bytes(found) == shown(a * b % modulus, length)


@pytest.mark.parametrize(("a", "b"), [(32, 64), (64, 32), (96, 64), (64, 0)])
def test_factors_of_another_length_revert(harness: Any, a: int, b: int) -> None:
    with reverts("LongNumberLength", a if a != 64 else b, 64):
        harness.product(bytes(a), bytes(b), shown(ODD))


def test_numbers_of_no_whole_words_revert(harness: Any) -> None:
    with reverts("LongNumberLength", 33, 33):
        harness.product(bytes(33), bytes(33), bytes(32) + b"\3")
    with reverts("LongNumberLength", 33, 33):
        harness.isBelow(bytes(33), bytes(33))


@pytest.mark.parametrize("exponent", [b"", b"\0", b"\1", b"\2\3", b"\xff" * 33])
def test_a_power_is_one(harness: Any, exponent: bytes) -> None:
    base = Random(3).getrandbits(1024)
    found = harness.power(shown(base, 128), exponent, shown(ODD))
    assert bytes(found) == shown(pow(base, number(exponent), ODD))
    if len(exponent) <= 32:
        word = harness.powerOfWord(shown(base, 128), number(exponent), shown(ODD))
        assert bytes(word) == bytes(found)


def test_a_power_that_was_not_computed_reverts(harness: Any) -> None:
    """The precompile is left without gas, not the caller."""
    with reverts("LongNumberPowerFailed"):
        harness.power(bytes(512), b"\xff" * 256, b"\xff" * 512, {"gas_limit": 600_000})


@pytest.mark.parametrize("value", [0, 1, ODD, MOST, 256**32])
def test_a_square_is_not_reduced(harness: Any, value: int) -> None:
    assert bytes(harness.squareOf(shown(value))) == shown(value * value, 2 * L)


@pytest.mark.parametrize("value", [0, 1, 256**32 - 1, 256**32, MOST - 1, MOST])
def test_one_further(harness: Any, value: int) -> None:
    assert number(harness.increment(shown(value))) == (value + 1) % 256**L


def test_order(harness: Any) -> None:
    values = [0, 1, 256**32 - 1, 256**32, 256**32 + 1, ODD - 1, ODD, MOST]
    for a in values:
        for b in values:
            assert harness.isBelow(shown(a), shown(b)) is (a < b)
            assert harness.isEqual(shown(a), shown(b)) is (a == b)
            assert harness.isReduced(shown(a), shown(b)) is (0 < a < b)


def test_numbers_of_two_lengths_have_no_order(harness: Any) -> None:
    with reverts("LongNumberLength", 32, 64):
        harness.isBelow(bytes(32), bytes(64))


def test_a_wider_number_is_the_same(harness: Any) -> None:
    assert bytes(harness.widen(shown(ODD), 2 * L)) == shown(ODD, 2 * L)
    assert bytes(harness.widen(shown(ODD), L)) == shown(ODD)
