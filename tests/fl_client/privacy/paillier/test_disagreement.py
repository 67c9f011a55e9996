"""Liars in concert: shares bent, without any secret, to open beside some right ones and not beside others."""

from collections.abc import Sequence

import pytest

from fl_client.privacy.paillier.combining import Opening, open_sum
from fl_client.privacy.paillier.disagreement import Trials, examine
from fl_client.privacy.paillier.number import Number, number, power
from fl_client.privacy.paillier.root_shares import root_shares

from .fixed_keys import encrypted, small_key

DEALT = small_key(10, 4)
KEY = DEALT.key
PLAINTEXTS = [number(value) for value in (5, 6, 7)]
CIPHERTEXTS, ROOTS = encrypted(KEY, PLAINTEXTS)
OPENINGS = [Opening(plaintext, root) for plaintext, root in zip(PLAINTEXTS, ROOTS, strict=True)]


def given(*places: int) -> dict[int, list[Number]]:
    return {place: root_shares(KEY, DEALT.shares[place], CIPHERTEXTS) for place in places}


def bent(chunk: int, share: int, place: int, beside: Sequence[int]) -> Number:
    """A point of another polynomial through the root, and through the right shares of t - 2 places."""
    exponent = 2 * KEY.delta * (place + 1)
    for other in beside:
        exponent *= place - other
    return share * power(CIPHERTEXTS[chunk] % KEY.modulus, exponent, KEY.modulus) % KEY.modulus


def lied(places: Sequence[int], beside: Sequence[int]) -> dict[int, list[Number]]:
    return {
        place: [bent(chunk, share, place, beside) for chunk, share in enumerate(shares)]
        for place, shares in given(*places).items()
    }


def test_an_honest_party_that_bent_shares_leave_alone_is_not_named_once_it_is_proved() -> None:
    shares = given(0, 1, 2) | lied((3, 4), (0, 1))
    assert [one.place for one in open_sum(KEY, CIPHERTEXTS, shares).culprits] == [2]
    assert open_sum(KEY, CIPHERTEXTS, shares, proved=(0, 1, 2)) == (OPENINGS, ())


def test_proved_shares_open_first_wherever_they_stand() -> None:
    wrong = {place: [share * 2 % KEY.modulus for share in shares] for place, shares in given(0, 1, 2).items()}
    assert open_sum(KEY, CIPHERTEXTS, wrong | given(5, 6, 7, 8), proved=(5, 6, 7, 8)) == (OPENINGS, ())


@pytest.mark.parametrize(
    "order", [(7, 0, 1, 2, 5, 6, 8), (7, 8, 0, 1, 2, 5, 6), (0, 7, 1, 2, 5, 6, 8)], ids=str
)
def test_t_honest_parties_open_the_sum_though_some_of_them_seem_to_lie(order: tuple[int, ...]) -> None:
    """The liars make 7 and 8 look wrong at the first chunk, and give nonsense for the others."""
    shares = given(5, 6, 7, 8)
    for place, one in lied((0, 1, 2), (5, 6)).items():
        shares[place] = [one[0], *(share * (place + 2) % KEY.modulus for share in one[1:])]
    found = open_sum(KEY, CIPHERTEXTS, {place: shares[place] for place in order})
    assert found.openings == OPENINGS


def test_one_wrong_share_among_many_takes_a_few_sets_wherever_it_stands() -> None:
    dealt = small_key(32, 16)
    shares = {place: root_shares(dealt.key, dealt.shares[place], CIPHERTEXTS[:1])[0] for place in range(32)}
    shares[0] += 1
    finding = examine(dealt.key, 0, CIPHERTEXTS[0], shares, Trials(60))
    assert finding.opening == OPENINGS[0] and finding.wrong == {0}
