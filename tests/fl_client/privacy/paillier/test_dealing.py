"""What a dealer makes."""

import pytest

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.dealing import KeyShare, deal
from fl_client.privacy.paillier.key_check import check_share
from fl_client.privacy.paillier.number import is_unit, number
from fl_client.privacy.paillier.safe_primes import safe_prime
from fl_client.privacy.paillier.sharing import lagrange

from .fixed_keys import SMALL_ORDER, SMALL_PRIMES, UNSAFE_PRIME, check_as_dealt, long_key, small_key


@pytest.mark.parametrize(
    ("parties", "threshold"), [(1, 1), (3, 1), (2, 2), (4, 2), (5, 5), (10, 4), (32, 17)], ids=str
)
def test_a_dealt_key_and_all_its_shares_pass_every_check(parties: int, threshold: int) -> None:
    dealt = small_key(parties, threshold)
    check_as_dealt(dealt.key, dealt.proof)
    for share in dealt.shares:
        check_share(dealt.key, share)


def test_so_does_one_of_full_length() -> None:
    dealt = long_key()
    check_as_dealt(dealt.key, dealt.proof, least_bytes=256)
    check_share(dealt.key, dealt.shares[9])


def test_fresh_primes_are_found_where_none_are_given() -> None:
    dealt = deal(modulus_bits=512, parties=3, threshold=2)
    check_as_dealt(dealt.key, dealt.proof)
    assert dealt.key.modulus.bit_length() == 512


def test_the_shares_share_the_inverse_of_the_modulus() -> None:
    dealt = small_key()
    found = sum(
        weight * share.secret
        for weight, share in zip(lagrange(dealt.key.delta, [0, 1, 2]), dealt.shares, strict=False)
    )
    assert found * dealt.key.modulus % SMALL_ORDER == dealt.key.delta


def test_verifiers_are_powers_of_what_honest_roots_are_powers_of() -> None:
    assert small_key().key.verifier == small_key().key.base


def test_two_dealings_from_the_same_primes_share_differently() -> None:
    first, second = (deal(modulus_bits=512, parties=3, threshold=2, primes=SMALL_PRIMES) for _ in range(2))
    assert first.key.base == second.key.base
    assert first.key.verifiers != second.key.verifiers


def test_modulus_and_orders_share_no_factor() -> None:
    assert is_unit(SMALL_ORDER, small_key().key.modulus)


@pytest.mark.parametrize(("parties", "threshold"), [(0, 0), (3, 0), (3, 4), (33, 2)], ids=str)
def test_parties_out_of_bounds_are_refused(parties: int, threshold: int) -> None:
    with pytest.raises(CryptoError, match=f"a key for {threshold} of {parties} parties"):
        deal(modulus_bits=512, parties=parties, threshold=threshold, primes=SMALL_PRIMES)


@pytest.mark.parametrize("bits", [0, 509, 3080])
def test_lengths_out_of_bounds_are_refused(bits: int) -> None:
    with pytest.raises(CryptoError, match=f"a modulus of {bits} bits"):
        deal(modulus_bits=bits, parties=3, threshold=2)


@pytest.mark.parametrize(
    "primes",
    [
        (SMALL_PRIMES[0], SMALL_PRIMES[0]),
        (SMALL_PRIMES[0], UNSAFE_PRIME),
        (SMALL_PRIMES[0], SMALL_PRIMES[1] + 2),
    ],
    ids=["equal", "not-safe", "not-prime"],
)
def test_other_primes_are_refused(primes: tuple[int, int]) -> None:
    with pytest.raises(CryptoError, match="two different safe primes"):
        deal(modulus_bits=512, parties=3, threshold=2, primes=primes)


def test_primes_of_two_lengths_are_refused() -> None:
    """The shorter one alone keeps the secret."""
    with pytest.raises(CryptoError, match="primes of 24 and 40 bits"):
        deal(modulus_bits=64, parties=3, threshold=2, primes=(int(safe_prime(24)), int(safe_prime(40))))


def test_primes_of_another_length_are_refused() -> None:
    with pytest.raises(CryptoError, match="a modulus of 512 bits, not 520"):
        deal(modulus_bits=520, parties=3, threshold=2, primes=SMALL_PRIMES)


def test_primes_of_which_one_divides_the_others_order_are_refused() -> None:
    # 359 = 2 * 179 + 1, and both are safe.
    with pytest.raises(CryptoError, match="one prime divides the other's order"):
        deal(modulus_bits=16, parties=1, threshold=1, primes=(179, 359))


def test_a_share_never_shows_its_secret() -> None:
    share = small_key().shares[0]
    assert str(int(share.secret)) not in f"{share!r} {share} {small_key()!r}" and "place=0" in repr(share)


def test_a_share_survives_its_bytes() -> None:
    dealt = small_key()
    assert KeyShare.from_data(dealt.shares[4].to_data(dealt.key.length)) == dealt.shares[4]


@pytest.mark.parametrize("place", [-1, 5, 31])
def test_a_share_for_a_place_that_the_key_does_not_have_is_refused(place: int) -> None:
    with pytest.raises(CryptoError, match=f"for place {place} of a key for 5 parties"):
        check_share(small_key().key, KeyShare(place, small_key().shares[0].secret))


def test_a_share_of_another_place_is_refused() -> None:
    with pytest.raises(CryptoError, match="the share for place 1 does not fit its verifier"):
        check_share(small_key().key, KeyShare(1, small_key().shares[0].secret))


def test_a_share_of_another_key_is_refused() -> None:
    with pytest.raises(CryptoError, match="does not fit its verifier"):
        check_share(small_key().key, small_key(4, 3).shares[0])


@pytest.mark.parametrize("kind", ["zero", "negative", "modulus"])
def test_a_share_out_of_range_is_refused(kind: str) -> None:
    key = small_key().key
    secret = {"zero": 0, "negative": -1, "modulus": key.modulus}[kind]
    with pytest.raises(CryptoError, match="the share for place 0 is out of range"):
        check_share(key, KeyShare(0, number(secret)))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "do not begin as one"),
        (b"GKS2" + bytes(3) + b"\x40" + bytes(64), "do not begin as one"),
        (b"GKS1\0\x20\0\x40" + bytes(64), "do not begin as one"),
        (b"GKS1\0\0\0\0", "do not begin as one"),
        (b"GKS1\0\0\xff\xff" + bytes(65535), "do not begin as one"),
        (b"GKS1\0\0\0\x40" + bytes(63), "71 bytes where its header says otherwise"),
        (b"GKS1\0\0\0\x40" + bytes(65), "73 bytes where its header says otherwise"),
    ],
    ids=["empty", "magic", "place", "no-length", "too-long", "cut", "extended"],
)
def test_bytes_that_are_no_share_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(CryptoError, match=reason):
        KeyShare.from_data(data)
