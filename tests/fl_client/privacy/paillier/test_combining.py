"""Opening a sum: by any t shares, by no fewer, and in spite of wrong ones, which are named."""

import random
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import pytest

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.combining import (
    Culprit,
    Opening,
    check_opening,
    check_openings,
    open_sum,
)
from fl_client.privacy.paillier.disagreement import Trials, examine
from fl_client.privacy.paillier.number import Number, inverse, number, power
from fl_client.privacy.paillier.openings import open_with, root_of
from fl_client.privacy.paillier.root_shares import root_shares
from fl_client.privacy.paillier.sharing import lagrange

from .fixed_keys import SMALL_PRIMES, encrypted, long_key, small_key

DEALT = small_key()
KEY = DEALT.key
PLAINTEXTS = [number(value) for value in (0, 1, 2**300, KEY.modulus - 1, 77)]
CIPHERTEXTS, ROOTS = encrypted(KEY, PLAINTEXTS)
OPENINGS = [Opening(plaintext, root) for plaintext, root in zip(PLAINTEXTS, ROOTS, strict=True)]


def given(*places: int) -> dict[int, list[Number]]:
    return {place: root_shares(KEY, DEALT.shares[place], CIPHERTEXTS) for place in places}


@pytest.mark.parametrize("places", list(combinations(range(5), 3)), ids=str)
def test_any_t_shares_open_every_ciphertext(places: tuple[int, ...]) -> None:
    assert open_sum(KEY, CIPHERTEXTS, given(*places)) == (OPENINGS, ())


def test_so_do_shares_of_everybody_in_any_order() -> None:
    assert open_sum(KEY, CIPHERTEXTS, given(4, 0, 2, 1, 3)) == (OPENINGS, ())


def test_a_key_of_full_length_opens() -> None:
    dealt = long_key()
    ciphertexts, roots = encrypted(dealt.key, [10**600, 3])
    shares = {place: root_shares(dealt.key, dealt.shares[place], ciphertexts) for place in (9, 3, 0, 7)}
    openings, culprits = open_sum(dealt.key, ciphertexts, shares)
    assert [one.plaintext for one in openings] == [10**600, 3] and not culprits
    assert [one.root for one in openings] == roots


@pytest.mark.parametrize(("parties", "threshold"), [(1, 1), (3, 1), (2, 2), (32, 17)], ids=str)
def test_other_numbers_of_parties_open(parties: int, threshold: int) -> None:
    dealt = small_key(parties, threshold)
    shares = {
        place: root_shares(dealt.key, dealt.shares[place], CIPHERTEXTS)
        for place in range(parties - threshold, parties)
    }
    assert open_sum(dealt.key, CIPHERTEXTS, shares) == (OPENINGS, ())


@pytest.mark.parametrize("places", [(), (3,), *combinations(range(5), 2)], ids=str)
def test_fewer_shares_do_not_open(places: tuple[int, ...]) -> None:
    with pytest.raises(CryptoError, match=f"shares of {len(places)} parties, and 3 are needed"):
        open_sum(KEY, CIPHERTEXTS, given(*places))


def test_fewer_shares_combine_to_no_root() -> None:
    few = {place: shares[4] for place, shares in given(0, 3).items()}
    root = root_of(KEY, CIPHERTEXTS[4], few)
    assert root is not None and open_with(KEY, CIPHERTEXTS[4], root) is None


def test_a_root_that_is_no_square_is_opened_as_well() -> None:
    """A party may encrypt under any unit: its ciphertext must not stop the sum."""
    for root in (number(2), number(3), KEY.modulus - 1):
        ciphertext = (1 + 9 * KEY.modulus) * power(root, KEY.modulus, KEY.square) % KEY.square
        shares = {place: root_shares(KEY, DEALT.shares[place], [ciphertext]) for place in (0, 2, 4)}
        assert open_sum(KEY, [ciphertext], shares).openings == [Opening(number(9), root)]


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("chunk", [0, 3, 4])
def test_one_wrong_share_is_named_and_does_not_stop_the_sum(place: int, chunk: int) -> None:
    shares = given(0, 1, 2, 3)
    shares[place][chunk] = shares[place][chunk] * 2 % KEY.modulus
    due = (Culprit(place, chunk),) if place < 3 else ()
    assert open_sum(KEY, CIPHERTEXTS, shares) == (OPENINGS, due)


@pytest.mark.parametrize("value", [0, 1, KEY.modulus, SMALL_PRIMES[0], -3], ids=["0", "1", "n", "p", "below"])
def test_a_share_of_any_value_is_named(value: int) -> None:
    shares = given(0, 1, 2, 3)
    shares[1][2] = number(value)
    assert open_sum(KEY, CIPHERTEXTS, shares) == (OPENINGS, (Culprit(1, 2),))


def test_shares_of_another_party_ciphertext_or_key_are_named() -> None:
    for wrong in (
        given(4)[4],
        root_shares(KEY, DEALT.shares[1], CIPHERTEXTS[1:] + CIPHERTEXTS[:1]),
        root_shares(KEY, small_key(5, 4).shares[1], CIPHERTEXTS),
        root_shares(KEY, DEALT.shares[1], encrypted(KEY, PLAINTEXTS, seed=2)[0]),
    ):
        assert open_sum(KEY, CIPHERTEXTS, given(0, 2, 3) | {1: wrong}).culprits == ()
        first = {1: wrong} | given(0, 2, 3)
        assert open_sum(KEY, CIPHERTEXTS, first) == (OPENINGS, (Culprit(1, 0),))


def test_two_wrong_parties_are_each_named_with_their_chunk() -> None:
    shares = given(0, 1, 2, 3, 4)
    shares[2][1] += 1
    shares[0][3] += 1
    assert open_sum(KEY, CIPHERTEXTS, shares) == (OPENINGS, (Culprit(2, 1), Culprit(0, 3)))


def test_two_wrong_shares_of_one_chunk_are_both_named() -> None:
    shares = given(0, 1, 2, 3, 4)
    shares[2][1] += 1
    shares[0][1] += 1
    assert open_sum(KEY, CIPHERTEXTS, shares) == (OPENINGS, (Culprit(0, 1), Culprit(2, 1)))


def test_fewer_than_t_right_shares_open_nothing() -> None:
    shares = given(0, 1, 2, 3)
    for place in (1, 3):
        shares[place][4] += 1
    with pytest.raises(CryptoError, match="of 4 shares of chunk 4, no 3 that were tried open it"):
        open_sum(KEY, CIPHERTEXTS, shares)


def test_whoever_gave_a_wrong_share_of_one_chunk_still_helps_with_the_others() -> None:
    shares = given(0, 1, 2, 3)
    shares[0][0] += 1
    shares[1][1] += 1
    assert open_sum(KEY, CIPHERTEXTS, shares) == (OPENINGS, (Culprit(0, 0), Culprit(1, 1)))


def made_to_open(shares: dict[int, list[Number]], helper: int, first: int, second: int) -> None:
    """Make two parties' shares wrong so that, for the helper's set of three alone, the errors cancel each other out."""
    places = [helper, first, second]
    weights = dict(zip(places, lagrange(KEY.delta, places), strict=True))
    error = power(9, 2, KEY.modulus)
    for place, exponent in ((first, weights[second]), (second, -weights[first])):
        shares[place] = [one * power(error, exponent, KEY.modulus) % KEY.modulus for one in shares[place]]


def test_wrong_shares_that_cancel_each_other_out_open_but_make_nobody_else_a_culprit() -> None:
    """Places 1 and 2 seem to be wrong beside 0, 3 and 4, and are not."""
    shares = given(1, 0, 3, 4, 2)
    made_to_open(shares, 0, 3, 4)
    together = root_of(KEY, CIPHERTEXTS[0], {place: shares[place][0] for place in (0, 3, 4)})
    assert together == ROOTS[0]
    assert open_sum(KEY, CIPHERTEXTS, shares) == (OPENINGS, ())


def test_beside_them_a_share_that_is_no_unit_is_named() -> None:
    dealt = small_key(6, 3)
    shares = {place: root_shares(dealt.key, dealt.shares[place], CIPHERTEXTS) for place in (1, 0, 3, 4, 2, 5)}
    weights = dict(zip((0, 3, 4), lagrange(dealt.key.delta, [0, 3, 4]), strict=True))
    for place, exponent in ((3, weights[4]), (4, -weights[3])):
        shares[place][0] = shares[place][0] * power(81, exponent, KEY.modulus) % KEY.modulus
    shares[5][0] = number(0)
    assert open_sum(dealt.key, CIPHERTEXTS, shares) == (OPENINGS, (Culprit(5, 0),))


def test_nobody_is_named_where_not_all_sets_could_be_tried() -> None:
    shares = given(0, 3, 4, 1, 2)
    made_to_open(shares, 0, 3, 4)
    of_chunk = {place: one[0] for place, one in shares.items()}
    for _ in range(100):
        try:
            finding = examine(KEY, 0, CIPHERTEXTS[0], of_chunk, Trials(1))
        except CryptoError:
            continue
        break
    assert finding.opening == OPENINGS[0] and len(finding.agreeing) == 3 and not finding.wrong


def test_parties_that_opened_one_chunk_are_asked_first_for_the_next() -> None:
    """Else every chunk would take a search, and the searches would run out."""
    shares = given(0, 1, 2, 3, 4)
    made_to_open(shares, 4, 0, 1)
    many = {place: one * 60 for place, one in shares.items()}
    assert open_sum(KEY, CIPHERTEXTS * 60, many) == (OPENINGS * 60, ())


def test_a_crowd_of_wrong_shares_does_not_take_for_ever() -> None:
    dealt = small_key(32, 16)
    wrong = {
        place: root_shares(dealt.key, dealt.shares[place], CIPHERTEXTS[:1])[0] + place % 2
        for place in range(32)
    }
    with pytest.raises(CryptoError, match="of 32 shares of chunk 0, no 16 that were tried open it"):
        examine(dealt.key, 0, CIPHERTEXTS[0], wrong, Trials(50))


@pytest.mark.parametrize("place", [-1, 5])
def test_shares_of_a_place_that_the_key_does_not_have_are_refused(place: int) -> None:
    with pytest.raises(CryptoError, match=f"place {place} gave 5 shares of 5 chunks"):
        open_sum(KEY, CIPHERTEXTS, given(0, 1, 2) | {place: CIPHERTEXTS})


def test_shares_of_more_or_fewer_chunks_are_refused() -> None:
    with pytest.raises(CryptoError, match="place 1 gave 4 shares of 5 chunks"):
        open_sum(KEY, CIPHERTEXTS, given(0, 2) | {1: given(1)[1][:4]})


@pytest.mark.parametrize("value", [0, KEY.modulus, KEY.square], ids=["0", "n", "n^2"])
def test_a_sum_that_is_no_ciphertext_is_refused(value: int) -> None:
    with pytest.raises(CryptoError, match="no unit modulo n\\^2"):
        open_sum(KEY, [*CIPHERTEXTS[:4], value], given(0, 1, 2))


def test_slices_come_back_in_order_from_several_threads() -> None:
    plaintexts = [number(value) for value in range(150)]
    ciphertexts, _ = encrypted(KEY, plaintexts)
    with ThreadPoolExecutor(4) as pool:
        shares = {
            place: root_shares(KEY, DEALT.shares[place], ciphertexts, mapper=pool.map) for place in (0, 1, 3)
        }
        shares[0][140] += 1
        shares[4] = root_shares(KEY, DEALT.shares[4], ciphertexts)
        opened = open_sum(KEY, ciphertexts, shares, mapper=pool.map)
        check_openings(KEY, ciphertexts, opened.openings, mapper=pool.map)
    assert [one.plaintext for one in opened.openings] == plaintexts
    assert opened.culprits == (Culprit(0, 140),)


# --- openings, whoever made them -------------------------------------------------------------------


def changed(opening: Opening, kind: str) -> Opening:
    plaintext, root = opening.plaintext, opening.root
    return {
        "plaintext": Opening((plaintext + 1) % KEY.modulus, root),
        "root": Opening(plaintext, root * 2 % KEY.modulus),
        "sign": Opening(plaintext, KEY.modulus - root),
        "both": Opening((plaintext + 5) % KEY.modulus, root * 3 % KEY.modulus),
        "long-plaintext": Opening(plaintext + KEY.modulus, root),
        "long-root": Opening(plaintext, root + KEY.modulus),
        "negative": Opening(plaintext - KEY.modulus, root),
        "no-root": Opening(plaintext, number(0)),
        "factor": Opening(plaintext, number(SMALL_PRIMES[0])),
    }[kind]


WRONG = {
    "plaintext": "do not make the ciphertext",
    "root": "do not make the ciphertext",
    "sign": "do not make the ciphertext",
    "both": "do not make the ciphertext",
    "long-plaintext": "a plaintext out of range",
    "long-root": "a root that is no unit",
    "negative": "a plaintext out of range",
    "no-root": "a root that is no unit",
    "factor": "a root that is no unit",
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_opening_is_refused(kind: str) -> None:
    check_opening(KEY, CIPHERTEXTS[4], OPENINGS[4])
    with pytest.raises(CryptoError, match=WRONG[kind]):
        check_opening(KEY, CIPHERTEXTS[4], changed(OPENINGS[4], kind))


@pytest.mark.parametrize("kind", [kind for kind in WRONG if kind != "sign"])
@pytest.mark.parametrize("chunk", [0, 17, 39])
def test_one_wrong_opening_among_many_is_found_and_its_chunk_named(kind: str, chunk: int) -> None:
    ciphertexts, openings = CIPHERTEXTS * 8, OPENINGS * 8
    check_openings(KEY, ciphertexts, openings)
    wrong = [*openings[:chunk], changed(openings[chunk], kind), *openings[chunk + 1 :]]
    with pytest.raises(CryptoError, match=f"the opening of chunk {chunk} is wrong: .*{WRONG[kind]}"):
        check_openings(KEY, ciphertexts, wrong)


def test_errors_that_cancel_each_other_out_are_found() -> None:
    openings = OPENINGS * 4
    for first, second in combinations(random.Random(1).sample(range(20), 6), 2):
        wrong = list(openings)
        wrong[first] = Opening((wrong[first].plaintext + 1) % KEY.modulus, wrong[first].root)
        wrong[second] = Opening((wrong[second].plaintext - 1) % KEY.modulus, wrong[second].root)
        with pytest.raises(CryptoError, match=f"chunk {min(first, second)} is wrong"):
            check_openings(KEY, CIPHERTEXTS * 4, wrong)


def test_openings_past_the_first_slice_keep_their_numbers() -> None:
    ciphertexts, openings = CIPHERTEXTS * 210, OPENINGS * 210
    openings[1040] = changed(openings[1040], "plaintext")
    with pytest.raises(CryptoError, match="the opening of chunk 1040 is wrong"):
        check_openings(KEY, ciphertexts, openings)


@pytest.mark.parametrize("count", [0, 4, 6])
def test_more_or_fewer_openings_than_ciphertexts_are_refused(count: int) -> None:
    with pytest.raises(CryptoError, match=f"{count} openings for 5 ciphertexts"):
        check_openings(KEY, CIPHERTEXTS, (OPENINGS * 2)[:count])


@pytest.mark.parametrize("kind", ["0", "n", "kn", "n^2", "n^2+c"])
def test_an_opening_of_what_is_no_ciphertext_is_refused(kind: str) -> None:
    value = {
        "0": 0, "n": KEY.modulus, "kn": 7 * KEY.modulus, "n^2": KEY.square, "n^2+c": KEY.square + CIPHERTEXTS[0]
    }[kind]  # fmt: skip
    with pytest.raises(CryptoError, match="no unit modulo n\\^2"):
        check_opening(KEY, value, OPENINGS[0])


def test_the_ciphertext_one_is_an_encryption_of_zero_and_opens() -> None:
    shares = {place: root_shares(KEY, DEALT.shares[place], [1]) for place in (0, 1, 2)}
    assert open_sum(KEY, [1], shares).openings == [Opening(number(0), number(1))]


def test_a_negated_ciphertext_has_the_negated_root() -> None:
    negated = KEY.square - CIPHERTEXTS[4]
    with pytest.raises(CryptoError, match="do not make the ciphertext"):
        check_opening(KEY, negated, OPENINGS[4])
    check_opening(KEY, negated, Opening(OPENINGS[4].plaintext, KEY.modulus - OPENINGS[4].root))


def test_an_opening_is_the_only_one() -> None:
    """Whoever knows the factors finds no second root: n-th powers permute the units."""
    order = number(SMALL_PRIMES[0] - 1) * (SMALL_PRIMES[1] - 1)
    root = power(CIPHERTEXTS[0] % KEY.modulus, inverse(KEY.modulus, order), KEY.modulus)
    assert root == ROOTS[0]
