"""How surely a batch of openings is checked; what it refuses is in ``test_combining``."""

from __future__ import annotations

import pytest

from fl_client.privacy.paillier import openings
from fl_client.privacy.paillier.number import Number, random_below
from fl_client.privacy.paillier.openings import Opening, check_openings

from .fixed_keys import encrypted, small_key


def test_every_opening_of_a_batch_is_taken_to_128_random_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    plaintexts, bits = range(20), list[int]()
    ciphertexts, roots = encrypted(small_key().key, plaintexts)

    def seen(limit: int) -> Number:
        bits.append(limit.bit_length() - 1)
        return random_below(limit)

    monkeypatch.setattr(openings, "random_below", seen)
    check_openings(
        small_key().key, ciphertexts, [Opening(*one) for one in zip(plaintexts, roots, strict=True)]
    )
    assert sum(bits) == 128 * 20 and max(bits) <= 16
