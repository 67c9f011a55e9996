"""Whoever did what the protocol asks for can show every chunk of it (INV-SHOW-1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.contracts import paillier_reference as paillier
from tests.contracts.encrypted_round import Kind, Round, make_round


@pytest.mark.parametrize("kind", [Kind.UPDATE, Kind.SUM, Kind.SHARE, Kind.RESULT])
@pytest.mark.parametrize("chunk", [0, 3, 6])
def test_a_right_chunk_is_right(verifier: Any, right: Round, kind: Kind, chunk: int) -> None:
    assert verifier.isRight(right.claim(kind, chunk), right.proof(kind, chunk)) is True


@pytest.mark.parametrize("chunk", [0, 1, 2])
def test_64_right_coordinates_are_right(verifier: Any, right: Round, chunk: int) -> None:
    claim, proof = right.claim(Kind.MODEL, chunk), right.proof(Kind.MODEL, chunk)
    assert verifier.isRight(claim, proof) is True


def test_a_statement_of_one_chunk_has_no_path(verifier: Any) -> None:
    small = make_round(dimension=5)
    for kind in (Kind.UPDATE, Kind.SUM, Kind.SHARE, Kind.RESULT, Kind.MODEL):
        assert verifier.isRight(small.claim(kind, 0), small.proof(kind, 0)) is True


def test_a_single_accepted_update_is_its_own_sum(verifier: Any) -> None:
    alone = make_round(dimension=5, weights=(1,))
    alone = replace(alone, accused=0)
    assert verifier.isRight(alone.claim(Kind.SUM, 0), alone.proof(Kind.SUM, 0)) is True


def test_both_square_roots_are_a_share(verifier: Any, right: Round) -> None:
    """Shares are squared before they are used, so there is nothing to choose between."""
    key = right.key
    other = key.n - int.from_bytes(right.shares[2], "big")
    ciphertext = int.from_bytes(right.sums[2], "big")
    context = paillier.context_of(right.claim(Kind.SHARE, 2)[15], 2)
    proof = key.prove_share(context, ciphertext, other, right.accused, paillier.Random(1))
    turned = right.with_chunk("shares", 2, key.one(other)).with_chunk("share_proofs", 2, proof)
    assert verifier.isRight(turned.claim(Kind.SHARE, 2), turned.proof(Kind.SHARE, 2)) is True


def test_nothing_is_right_of_no_kind(verifier: Any, right: Round) -> None:
    assert verifier.isRight(right.claim(Kind.NONE, 0), right.proof(Kind.UPDATE, 0)) is False


def test_the_references_shares_combine_to_its_root() -> None:
    """So that what the tests hold for right opens a sum."""
    key = paillier.Key()
    ciphertext = key.encrypt(77, 123_456_789)
    shares = {place: key.share(ciphertext, place) for place in (0, 2)}
    assert key.combined(ciphertext, shares) == key.root(ciphertext)
