"""A share reaches its party, and nobody else, and no other dealing."""

from dataclasses import replace

import pytest

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.dealing import KeyShare
from fl_client.privacy.paillier.number import number
from fl_client.privacy.paillier.sealed import (
    BoxKey,
    Ceremony,
    new_box_key,
    open_share,
    seal_share,
    sealed_bytes,
)

from .fixed_keys import flipped

BOX = new_box_key()
SHARE = KeyShare(3, number(2**500 + 1))
CEREMONY = Ceremony(31337, b"\x11" * 20, 1)
SEALED = seal_share(SHARE, BOX.public, CEREMONY, 64)


def refused(reason: str, sealed: bytes = SEALED, box: BoxKey = BOX, ceremony: Ceremony = CEREMONY) -> None:
    with pytest.raises(CryptoError, match=reason):
        open_share(box, sealed, ceremony, 3)


def test_its_party_opens_it() -> None:
    assert open_share(BOX, SEALED, CEREMONY, 3) == SHARE


def test_every_sealed_share_of_a_key_is_as_long() -> None:
    assert (
        len(SEALED) == sealed_bytes(64) == len(seal_share(KeyShare(0, number(1)), BOX.public, CEREMONY, 64))
    )


def test_nobody_else_opens_it() -> None:
    refused("was not sealed to this key", box=new_box_key())


@pytest.mark.parametrize(
    "ceremony",
    [replace(CEREMONY, chain_id=1), replace(CEREMONY, task=b"\x12" * 20), replace(CEREMONY, ceremony=2)],
    ids=["chain", "task", "ceremony"],
)
def test_it_is_refused_in_another_dealing(ceremony: Ceremony) -> None:
    refused("sealed for another task or dealing", ceremony=ceremony)


def test_it_is_refused_at_another_place() -> None:
    with pytest.raises(CryptoError, match="sealed for place 3, not 2"):
        open_share(BOX, SEALED, CEREMONY, 2)


def test_every_bit_of_it_counts() -> None:
    for bit in range(8 * len(SEALED)):
        refused("was not sealed to this key, or was altered", sealed=flipped(SEALED, bit))


@pytest.mark.parametrize("length", [0, 1, 47, 48, len(SEALED) - 1])
def test_cut_it_is_refused(length: int) -> None:
    refused("was not sealed to this key|another task", sealed=SEALED[:length])


def test_a_key_is_the_same_from_its_secret() -> None:
    assert BoxKey.from_secret(BOX.secret) == BOX and len(BOX.public) == 32


def test_a_key_never_shows_its_secret() -> None:
    assert BOX.secret.hex() not in repr(BOX) and repr(BOX.secret) not in repr(BOX)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_secret_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(CryptoError, match=f"a secret of {length} bytes"):
        BoxKey.from_secret(bytes(length))


@pytest.mark.parametrize("public", [b"", bytes(31), bytes(33)], ids=["empty", "short", "long"])
def test_nothing_is_sealed_to_what_is_no_key(public: bytes) -> None:
    with pytest.raises(CryptoError, match="nothing can be sealed to the key of place 3"):
        seal_share(SHARE, public, CEREMONY, 64)


def test_nothing_is_sealed_to_a_point_of_a_small_order() -> None:
    with pytest.raises(CryptoError, match="nothing can be sealed to the key of place 3"):
        seal_share(SHARE, bytes(32), CEREMONY, 64)


def test_a_task_has_an_address_of_twenty_bytes() -> None:
    with pytest.raises(ValueError, match="an address of 21 bytes"):
        Ceremony(1, bytes(21), 1)
