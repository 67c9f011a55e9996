"""A sum's chunk is its group's alone, and a model moves by the median over groups (INV-SHOW-2, INV-GROUP-5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import brownie
import pytest

from tests.contracts import paillier_reference as paillier
from tests.contracts.encrypted_round import (
    SCALE_BITS,
    SLOT_BITS,
    VALUE_BITS,
    Kind,
    Round,
    make_round,
    median_model,
    weighted_product,
)
from tests.contracts.federation import reverts
from tests.contracts.openings import LIMIT, Vector

WEIGHTS = (3, 1, 5, 2, 4, 6, 1, 2, 3, 1)
SEED = b"\x5a" * 32
L = 64


@pytest.fixture(scope="module")
def grouped() -> Round:
    """Ten parties in three groups; an update has four ciphertexts."""
    return make_round(dimension=90, weights=WEIGHTS, provers=(Round.accused,), groups=3, seed=SEED)


def is_right(verifier: Any, posted: Round, kind: Kind, chunk: int, **overrides: Any) -> bool:
    return bool(verifier.isRight(posted.claim(kind, chunk, **overrides), posted.proof(kind, chunk)))


@pytest.mark.parametrize("kind", [Kind.SUM, Kind.SHARE, Kind.RESULT])
@pytest.mark.parametrize("chunk", [0, 3, 4, 11])
def test_every_chunk_of_every_group_is_right(verifier: Any, grouped: Round, kind: Kind, chunk: int) -> None:
    assert is_right(verifier, grouped, kind, chunk)


@pytest.mark.parametrize("chunk", [0, 3])
def test_an_update_has_the_chunks_of_one_group(verifier: Any, grouped: Round, chunk: int) -> None:
    assert is_right(verifier, grouped, Kind.UPDATE, chunk)


@pytest.mark.parametrize("chunk", [0, 1])
def test_the_model_is_the_median_of_groups(verifier: Any, grouped: Round, chunk: int) -> None:
    assert is_right(verifier, grouped, Kind.MODEL, chunk)


# ---------------------------------------------------------------------- sums


def test_a_sum_of_all_is_wrong(verifier: Any, grouped: Round) -> None:
    everything = weighted_product(grouped.key, [update[0][0] for update in grouped.updates], WEIGHTS)
    posted = grouped.with_chunk("sums", 0, grouped.key.two(everything))
    assert not is_right(verifier, posted, Kind.SUM, 0)


def test_the_sum_of_another_group_is_wrong(verifier: Any, grouped: Round) -> None:
    posted = grouped.with_chunk("sums", 4, grouped.sums[0])
    assert not is_right(verifier, posted, Kind.SUM, 4)


def test_a_group_without_one_member_is_wrong(verifier: Any, grouped: Round) -> None:
    places = grouped.members(1)[1:]
    less = weighted_product(
        grouped.key, [grouped.updates[at][0][0] for at in places], [WEIGHTS[at] for at in places]
    )
    assert not is_right(verifier, grouped.with_chunk("sums", 4, grouped.key.two(less)), Kind.SUM, 4)


def test_members_of_another_group_revert(verifier: Any, grouped: Round) -> None:
    """Groups one and two have three members each, so that the numbers fit."""
    other = grouped.parts(Kind.SUM, 8)
    shown = {name: other[name] for name in ("ciphertexts", "proof_hashes", "paths")}
    with brownie.reverts(revert_pattern="EncryptedVerifierWrongPath: .*"):
        verifier.isRight(grouped.claim(Kind.SUM, 4), grouped.proof(Kind.SUM, 4, **shown))


def test_all_members_revert(verifier: Any, grouped: Round) -> None:
    whole = replace(grouped, groups=1).parts(Kind.SUM, 0)
    shown = {name: whole[name] for name in ("ciphertexts", "proof_hashes", "paths")}
    with reverts("EncryptedVerifierLength", 10, 4):
        verifier.isRight(grouped.claim(Kind.SUM, 0), grouped.proof(Kind.SUM, 0, **shown))


def test_another_seed_makes_other_groups(verifier: Any, grouped: Round) -> None:
    with brownie.reverts(revert_pattern="EncryptedVerifierWrongPath: .*"):
        is_right(verifier, grouped, Kind.SUM, 0, seed=b"\x5b" * 32)


def test_a_chunk_beyond_the_groups_reverts(verifier: Any, grouped: Round) -> None:
    with reverts("ChunkTreeIndexOutOfRange", 12, 12):
        verifier.isRight(grouped.claim(Kind.RESULT, 12), grouped.proof(Kind.RESULT, 11))


def test_a_chunk_of_an_update_beyond_one_group_reverts(verifier: Any, grouped: Round) -> None:
    with reverts("ChunkTreeIndexOutOfRange", 4, 4):
        verifier.isRight(grouped.claim(Kind.UPDATE, 4), grouped.proof(Kind.UPDATE, 3))


# ---------------------------------------------------------------------- models


@pytest.mark.parametrize("coordinate", [0, 23, 24, 63, 64, 89])
@pytest.mark.parametrize("step", [-1, 1])
def test_one_step_beside_is_wrong(verifier: Any, grouped: Round, coordinate: int, step: int) -> None:
    values = list(grouped.model.values)
    values[coordinate] += step
    posted = replace(grouped, model=Vector(tuple(values)))
    assert not is_right(verifier, posted, Kind.MODEL, coordinate // 64)


def test_the_mean_of_all_is_wrong(verifier: Any, grouped: Round) -> None:
    """What the task would be with one group; and what each group alone would give."""
    one = make_round(dimension=90, weights=WEIGHTS, provers=(Round.accused,))
    assert one.base == grouped.base
    assert one.model != grouped.model
    assert not is_right(verifier, replace(grouped, model=one.model), Kind.MODEL, 0)


@pytest.mark.parametrize("count", [3, 4, 11])
def test_another_number_of_openings_reverts(verifier: Any, grouped: Round, count: int) -> None:
    openings = grouped.parts(Kind.MODEL, 0)["openings"]
    assert len(openings) == 9
    with reverts("EncryptedVerifierLength", count, 9):
        proof = grouped.proof(Kind.MODEL, 0, openings=(2 * openings)[:count])
        verifier.isRight(grouped.claim(Kind.MODEL, 0), proof)


def test_the_openings_of_one_group_three_times_revert(verifier: Any, grouped: Round) -> None:
    parts = grouped.parts(Kind.MODEL, 0)
    shown = {name: parts[name][:3] * 3 for name in ("openings", "paths")}
    with brownie.reverts(revert_pattern="EncryptedVerifierWrongPath: .*"):
        verifier.isRight(grouped.claim(Kind.MODEL, 0), grouped.proof(Kind.MODEL, 0, **shown))


def test_groups_in_another_order_revert(verifier: Any, grouped: Round) -> None:
    parts = grouped.parts(Kind.MODEL, 0)
    shown = {name: parts[name][3:] + parts[name][:3] for name in ("openings", "paths")}
    with brownie.reverts(revert_pattern="EncryptedVerifierWrongPath: .*"):
        verifier.isRight(grouped.claim(Kind.MODEL, 0), grouped.proof(Kind.MODEL, 0, **shown))


def test_another_weight_in_a_group_makes_it_wrong(verifier: Any, grouped: Round) -> None:
    """By far: a group's offset is that of its weights, so its sums would all be far away."""
    moved = median_model(grouped.base, [[0] * 90] * 3, [1, 1, 1])  # where nobody moves anything
    assert not is_right(verifier, replace(grouped, model=moved), Kind.MODEL, 0)
    heavier = [weight + (place in grouped.members(0)) for place, weight in enumerate(WEIGHTS)]
    assert not is_right(verifier, grouped, Kind.MODEL, 0, weights=heavier)


def opened_to(grouped: Round, totals: list[list[int]]) -> Round:
    """A result that says these sums of each group, of as many coordinates as there are."""
    weights = [sum(WEIGHTS[place] for place in grouped.members(group)) for group in range(3)]
    openings: list[bytes] = []
    for row, weight in zip(totals, weights, strict=True):
        stored = [total + (weight - 1 << VALUE_BITS - 1) for total in row]
        for one in paillier.pack(stored, L, SLOT_BITS, VALUE_BITS):
            openings.append(grouped.key.one(one) + grouped.key.one(1))
    base = Vector((0,) * len(totals[0]))
    return replace(
        grouped,
        sums=grouped.sums[: len(openings)],
        openings=tuple(openings),
        base=base,
        model=median_model(base, totals, weights),
    )


@pytest.mark.parametrize("liar", [0, 1, 2])
@pytest.mark.parametrize("slot", [0, 2**SLOT_BITS - 1])
def test_a_group_out_of_all_range_does_not_move_the_model_beyond_the_others(
    verifier: Any, grouped: Round, liar: int, slot: int
) -> None:
    weights = [sum(WEIGHTS[place] for place in grouped.members(group)) for group in range(3)]
    held = slot - (weights[liar] << VALUE_BITS - 1)
    totals = [[100 * weight, -7 * weight] for weight in weights]
    totals[liar] = [held, held]
    posted = opened_to(grouped, totals)
    assert all(-7 << SCALE_BITS <= value <= 100 << SCALE_BITS for value in posted.model.values)
    assert is_right(verifier, posted, Kind.MODEL, 0)
    # What the mean would have been.
    mean = median_model(posted.base, [[sum(column) for column in zip(*totals, strict=True)]], [sum(WEIGHTS)])
    assert any(abs(value) > 1_000 << SCALE_BITS for value in mean.values)
    assert not is_right(verifier, replace(posted, model=mean), Kind.MODEL, 0)


def test_the_median_is_taken_before_the_model_is_clamped(verifier: Any, grouped: Round) -> None:
    weights = [sum(WEIGHTS[place] for place in grouped.members(group)) for group in range(3)]
    most = 2**15 - 1
    posted = opened_to(grouped, [[most * weights[0]], [most * weights[1]], [-most * weights[2]]])
    near = replace(posted, base=Vector((LIMIT - 5,)), model=Vector((LIMIT,)))
    assert is_right(verifier, near, Kind.MODEL, 0)
    assert not is_right(verifier, replace(near, model=Vector((LIMIT - 5,))), Kind.MODEL, 0)
