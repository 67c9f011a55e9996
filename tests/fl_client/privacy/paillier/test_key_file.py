"""The dealer's file, read and refused."""

import random

import pytest

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.key_check import check_share
from fl_client.privacy.paillier.key_file import MOST_KEY_FILE_BYTES, KeyFile, key_file_bytes
from fl_client.privacy.paillier.sealed import Ceremony, new_box_key, open_share, seal_share

from .fixed_keys import check_as_dealt, flipped, small_key

DEALT = small_key()
BOXES = [new_box_key() for _ in DEALT.shares]
CEREMONY = Ceremony(1, bytes(20), 1)
FILE = KeyFile(
    DEALT.key,
    DEALT.proof,
    tuple(
        seal_share(share, box.public, CEREMONY, 64) for share, box in zip(DEALT.shares, BOXES, strict=True)
    ),
)


def test_it_survives_its_bytes() -> None:
    assert KeyFile.from_data(FILE.data) == FILE and len(FILE.data) == key_file_bytes(64, 5)


def test_every_party_finds_its_own_share_in_it() -> None:
    found = KeyFile.from_data(FILE.data)
    check_as_dealt(found.key, found.proof)
    for place, box in enumerate(BOXES):
        check_share(found.key, open_share(box, found.sealed[place], CEREMONY, place))


def test_the_longest_one_is_short() -> None:
    assert MOST_KEY_FILE_BYTES < 50_000


@pytest.mark.parametrize("length", [16, 100, len(FILE.data) - 1, len(FILE.data) + 1])
def test_bytes_of_another_length_are_refused(length: int) -> None:
    data = FILE.data.ljust(length, b"\0")[:length]
    with pytest.raises(CryptoError, match=f"a key file of {length} bytes where its header says otherwise"):
        KeyFile.from_data(data)


@pytest.mark.parametrize("length", [0, 15, MOST_KEY_FILE_BYTES + 1])
def test_what_no_key_file_has_is_refused_before_its_header_is_believed(length: int) -> None:
    data = FILE.data.ljust(length, b"\0")[:length]
    with pytest.raises(CryptoError, match=f"a key file of {length} bytes: at most {MOST_KEY_FILE_BYTES}"):
        KeyFile.from_data(data)


@pytest.mark.parametrize("at", [0, 4, 5, 6, 7, 8, 9, 10, 15])
def test_another_header_is_refused(at: int) -> None:
    for value in (0, 255):
        data = FILE.data[:at] + bytes([value]) + FILE.data[at + 1 :]
        if data != FILE.data:
            with pytest.raises(CryptoError):
                KeyFile.from_data(data)


def test_one_bit_anywhere_is_noticed_by_somebody() -> None:
    drawn = random.Random(5)
    for _ in range(150):
        with pytest.raises(CryptoError):
            found = KeyFile.from_data(flipped(FILE.data, drawn.randrange(8 * len(FILE.data))))
            check_as_dealt(found.key, found.proof)
            for place, box in enumerate(BOXES):
                open_share(box, found.sealed[place], CEREMONY, place)


@pytest.mark.parametrize("sealed", [(), FILE.sealed[:4], (*FILE.sealed, FILE.sealed[0])], ids=len)
def test_more_or_fewer_shares_than_places_are_refused(sealed: tuple[bytes, ...]) -> None:
    with pytest.raises(CryptoError, match=f"{len(sealed)} sealed shares: 5 of"):
        KeyFile(DEALT.key, DEALT.proof, sealed)


def test_a_sealed_share_of_another_length_is_refused() -> None:
    with pytest.raises(CryptoError, match="5 sealed shares: 5 of"):
        KeyFile(DEALT.key, DEALT.proof, (*FILE.sealed[:4], FILE.sealed[4] + b"\0"))
