"""A wrong share is found among right ones, whichever it is."""

import secrets

import pytest

from fl_client.privacy.paillier.blame import wrong_share
from fl_client.privacy.paillier.dealing import DealtKey, deal
from fl_client.privacy.paillier.number import number, power
from fl_client.privacy.paillier.root_shares import root_shares
from tests.encrypted_stage import PRIMES

CHUNKS = 5


@pytest.fixture(scope="module")
def dealt() -> DealtKey:
    return deal(modulus_bits=512, parties=4, threshold=2, primes=PRIMES)


@pytest.fixture(scope="module")
def shares(dealt: DealtKey) -> list[list[int]]:
    key = dealt.key
    ciphertexts = [
        (1 + secrets.randbelow(int(key.modulus)) * key.modulus)
        * power(number(secrets.randbelow(int(key.modulus))), key.modulus, key.square)
        % key.square
        for _ in range(CHUNKS)
    ]
    return [list(root_shares(key, share, ciphertexts)) for share in dealt.shares]


def test_right_shares_are_not_blamed(dealt: DealtKey, shares: list[list[int]]) -> None:
    assert wrong_share(dealt.key, 3, shares[3], {0: shares[0], 1: shares[1]}) is None


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_the_wrong_share_is_named(dealt: DealtKey, shares: list[list[int]], chunk: int) -> None:
    given = list(shares[3])
    given[chunk] = given[chunk] * 2 % dealt.key.modulus
    assert wrong_share(dealt.key, 3, given, {0: shares[0], 1: shares[1]}) == chunk


def test_the_first_of_several_wrong_shares_is_named(dealt: DealtKey, shares: list[list[int]]) -> None:
    given = [shares[3][0], *shares[2][1:]]
    assert wrong_share(dealt.key, 3, given, {0: shares[0], 1: shares[1]}) == 1


def test_wrong_shares_that_cancel_each_other_out_are_found(dealt: DealtKey, shares: list[list[int]]) -> None:
    modulus, given = dealt.key.modulus, list(shares[3])
    given[1], given[4] = given[1] * 9 % modulus, given[4] * power(9, -1, modulus) % modulus
    assert wrong_share(dealt.key, 3, given, {0: shares[0], 1: shares[1]}) == 1
