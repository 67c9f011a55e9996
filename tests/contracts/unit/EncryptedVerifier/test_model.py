"""64 coordinates of the new model are right only as the old ones and the mean that was opened (INV-SHOW-2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import brownie
import pytest

from tests.contracts import paillier_reference as paillier
from tests.contracts.encrypted_round import (
    FRACTION_BITS,
    MODEL,
    SCALE_BITS,
    SLOT_BITS,
    VALUE_BITS,
    Kind,
    Round,
    flipped,
)
from tests.contracts.federation import reverts
from tests.contracts.openings import LIMIT, Vector
from tests.parity import reference

L = 64
BASE, ROOT = 19, 16
"""Places of two fields in a claim."""


def is_right(verifier: Any, posted: Round, chunk: int, **overrides: Any) -> bool:
    """Ask for 64 coordinates of whatever model was posted."""
    claim = posted.claim(Kind.MODEL, chunk, **overrides)
    return bool(verifier.isRight(claim, posted.proof(Kind.MODEL, chunk)))


def with_values(posted: Round, changes: dict[int, int], sums: tuple[int, ...] | None = None) -> Round:
    """A model with other coordinates, and perhaps other leaf sums."""
    values = list(posted.model.values)
    for at, value in changes.items():
        values[at] = value
    return replace(posted, model=Vector(tuple(values), sums))


def opened_to(posted: Round, totals: list[int], old: list[int], weight: int) -> Round:
    """A result that says these sums, of as many coordinates as there are."""
    stored = [total + (weight - 1 << VALUE_BITS - 1) for total in totals]
    plaintexts = paillier.pack(stored, L, SLOT_BITS, VALUE_BITS)
    openings = tuple(posted.key.one(one) + posted.key.one(1) for one in plaintexts)
    return replace(
        posted,
        weights=(weight,),
        sums=posted.sums[: len(openings)],
        openings=openings,
        base=Vector(tuple(old)),
        model=Vector(
            tuple(paillier.moved(o, t, weight, SCALE_BITS) for o, t in zip(old, totals, strict=True))
        ),
    )


# ---------------------------------------------------------------------- wrong coordinates


@pytest.mark.parametrize("coordinate", [0, 23, 24, 63, 64, 71, 72, 127, 128, 149])
@pytest.mark.parametrize("step", [-1, 1])
def test_one_step_beside_is_wrong(verifier: Any, right: Round, coordinate: int, step: int) -> None:
    posted = with_values(right, {coordinate: right.model.values[coordinate] + step})
    assert is_right(verifier, posted, coordinate // 64) is False


def test_the_other_chunks_of_a_wrong_model_are_right(verifier: Any, right: Round) -> None:
    posted = with_values(right, {70: 5})
    assert [is_right(verifier, posted, chunk) for chunk in range(3)] == [True, False, True]


def test_swapped_coordinates_are_wrong(verifier: Any, right: Round) -> None:
    one, other = right.model.values[3:5]
    assert is_right(verifier, with_values(right, {3: other, 4: one}), 0) is False


def test_the_old_model_is_wrong(verifier: Any, right: Round) -> None:
    assert is_right(verifier, replace(right, model=right.base), 0) is False


@pytest.mark.parametrize("weight", [31, 33])
def test_another_total_weight_makes_it_wrong(verifier: Any, right: Round, weight: int) -> None:
    assert is_right(verifier, right, 0, total_weight=weight) is False


def test_a_lying_leaf_sum_is_wrong(verifier: Any, right: Round) -> None:
    first, second, third = (node[1] for node in right.model.levels[0][:3])
    posted = with_values(right, {}, (first, second + 1, third))
    assert [is_right(verifier, posted, chunk) for chunk in range(3)] == [True, False, True]


def test_a_value_beyond_the_dimension_is_wrong(verifier: Any, right: Round) -> None:
    longer = Vector((*right.model.values, 1))
    commitment = reference.commitment(longer.root, right.base.dimension, MODEL, FRACTION_BITS)
    claim = right.claim(Kind.MODEL, 2, root=commitment)
    assert verifier.isRight(claim, right.proof(Kind.MODEL, 2, model=longer.opening(2))) is False


# ---------------------------------------------------------------------- rounding and range


@pytest.mark.parametrize("weight", [1, 2, 3, 31, 32])
def test_means_are_rounded_half_away_from_zero(verifier: Any, right: Round, weight: int) -> None:
    posted = opened_to(right, list(range(-32, 33)), [0] * 65, weight)
    assert all(is_right(verifier, posted, chunk) for chunk in (0, 1))


def test_a_mean_is_not_rounded_down(verifier: Any, right: Round) -> None:
    """64 steps by a weight of 3 are 21 and a third; below zero the floor would be -22."""
    posted = opened_to(right, [-1, 1], [0, 0], 3)
    assert posted.model.values == (-21, 21)
    assert is_right(verifier, posted, 0) is True
    assert is_right(verifier, replace(posted, model=Vector((-22, 21))), 0) is False


def test_the_model_is_clamped(verifier: Any, right: Round) -> None:
    most = 32 * (2**15 - 1)
    posted = opened_to(right, [most, -most], [LIMIT, -LIMIT], 32)
    assert posted.model.values == (LIMIT, -LIMIT)
    assert is_right(verifier, posted, 0) is True
    wrapped = replace(posted, model=Vector((LIMIT - 1, -LIMIT)))
    assert is_right(verifier, wrapped, 0) is False


def test_the_smallest_int32_is_wrong(verifier: Any, right: Round) -> None:
    most = 32 * (2**15 - 1)
    posted = opened_to(right, [-most], [-LIMIT], 32)
    assert is_right(verifier, replace(posted, model=Vector((-(2**31),))), 0) is False


# ---------------------------------------------------------------------- proofs about something else


@pytest.mark.parametrize(("part", "root"), [("model", ROOT), ("base", BASE)])
def test_the_opening_of_another_vector_reverts(verifier: Any, right: Round, part: str, root: int) -> None:
    other = Vector((1,) * 150)
    claim = right.claim(Kind.MODEL, 1)
    with reverts("EncryptedVerifierWrongPath", other.commitment(MODEL), claim[root]):
        verifier.isRight(claim, right.proof(Kind.MODEL, 1, **{part: other.opening(1)}))


def test_the_opening_of_an_update_reverts(verifier: Any, right: Round) -> None:
    """A vector of another kind has another commitment."""
    claim = right.claim(Kind.MODEL, 1, root=right.model.commitment(2))
    with reverts("EncryptedVerifierWrongPath", right.model.commitment(MODEL), right.model.commitment(2)):
        verifier.isRight(claim, right.proof(Kind.MODEL, 1))


@pytest.mark.parametrize("count", [0, 3, 5])
def test_another_number_of_openings_reverts(verifier: Any, right: Round, count: int) -> None:
    openings = (2 * right.parts(Kind.MODEL, 1)["openings"])[:count]
    with reverts("EncryptedVerifierLength", count, 4):
        verifier.isRight(right.claim(Kind.MODEL, 1), right.proof(Kind.MODEL, 1, openings=openings))


@pytest.mark.parametrize("place", [0, 3])
def test_a_plaintext_that_was_not_posted_reverts(verifier: Any, right: Round, place: int) -> None:
    parts = right.parts(Kind.MODEL, 1)
    parts["openings"][place] = flipped(parts["openings"][place], 400)
    found = paillier.climb(paillier.leaf_of(parts["openings"][place]), 2 + place, parts["paths"][place])
    with reverts("EncryptedVerifierWrongPath", found, right.roots[Kind.RESULT]):
        verifier.isRight(right.claim(Kind.MODEL, 1), right.proof(Kind.MODEL, 1, openings=parts["openings"]))


def test_swapped_openings_revert(verifier: Any, right: Round) -> None:
    parts = right.parts(Kind.MODEL, 1)
    turned = {name: parts[name][::-1] for name in ("openings", "paths")}
    with brownie.reverts(revert_pattern="EncryptedVerifierWrongPath: .*"):
        verifier.isRight(right.claim(Kind.MODEL, 1), right.proof(Kind.MODEL, 1, **turned))


def test_a_chunk_beyond_the_model_reverts(verifier: Any, right: Round) -> None:
    with reverts("MerkleSumTreeIndexOutOfRange", 3, 3):
        verifier.isRight(right.claim(Kind.MODEL, 3), right.proof(Kind.MODEL, 2))
