"""Only the key that the task agreed on counts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts import paillier_reference as paillier
from tests.contracts.encrypted_round import Kind, Round, flipped
from tests.contracts.federation import reverts

WITH_KEY = [Kind.UPDATE, Kind.SUM, Kind.SHARE, Kind.RESULT]


@pytest.mark.parametrize("kind", WITH_KEY)
@pytest.mark.parametrize("bit", [80, 128, -1])
def test_one_bit_of_the_key_reverts(verifier: Any, right: Round, kind: Kind, bit: int) -> None:
    data = flipped(right.key.data, bit % (8 * len(right.key.data)))
    with reverts("EncryptedVerifierWrongKey", paillier.keccak(data), right.key.hash):
        verifier.isRight(right.claim(kind, 0), right.proof(kind, 0, key=data))


@pytest.mark.parametrize("kind", WITH_KEY)
def test_a_key_of_more_parties_than_the_task_has_reverts(verifier: Any, right: Round, kind: Kind) -> None:
    data = right.key.data
    with reverts("PaillierKeyLength", len(data), len(data) - 64):
        verifier.isRight(right.claim(kind, 0, parties=2), right.proof(kind, 0))


@pytest.mark.parametrize("kind", list(Kind)[1:])
def test_bytes_that_are_no_proof_revert(verifier: Any, right: Round, kind: Kind) -> None:
    with pytest.raises(Exception, match="revert"):
        verifier.isRight(right.claim(kind, 0), b"")


@pytest.mark.parametrize("kind", list(Kind)[1:])
def test_a_proof_that_ends_early_reverts(verifier: Any, right: Round, kind: Kind) -> None:
    proof = right.proof(kind, 0)
    with pytest.raises(Exception, match="revert"):
        verifier.isRight(right.claim(kind, 0), proof[: len(proof) // 2])
