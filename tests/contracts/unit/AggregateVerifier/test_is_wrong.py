"""A proof convicts a model exactly when the updates do not give it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import brownie
import pytest

from tests.contracts.federation import reverts
from tests.contracts.openings import LIMIT, Vector
from tests.contracts.unit.AggregateVerifier.cases import MODEL, UPDATE, Case, make_case, trainer


@pytest.fixture(scope="module")
def verifier(module_isolation: None, accounts: Any) -> Any:
    return accounts[0].deploy(brownie.AggregateVerifier)


@pytest.fixture(scope="module")
def case(module_isolation: None, accounts: Any) -> Case:
    """A round of three updates of three chunks; the model is right."""
    return make_case(accounts[0].deploy(brownie.MeanRule))


@pytest.mark.parametrize("coordinate", [0, 1, 63, 64, 127, 128, 149])
def test_a_right_model_is_not_wrong(verifier: Any, case: Case, coordinate: int) -> None:
    assert verifier.isWrong(case.statement(), case.proof(coordinate)) is False


@pytest.mark.parametrize("coordinate", [0, 63, 64, 149])
@pytest.mark.parametrize("step", [1, -1])
def test_one_step_beside_the_right_value_is_wrong(
    verifier: Any, case: Case, coordinate: int, step: int
) -> None:
    values = case.right
    values[coordinate] += step
    wrong = case.with_model(values)
    assert verifier.isWrong(wrong.statement(), wrong.proof(coordinate)) is True


def test_the_other_coordinates_of_a_wrong_model_are_right(verifier: Any, case: Case) -> None:
    values = case.right
    values[70] += 1
    wrong = case.with_model(values)
    assert [verifier.isWrong(wrong.statement(), wrong.proof(at)) for at in (69, 70, 71)] == [
        False,
        True,
        False,
    ]


def test_the_old_model_is_wrong_where_it_should_have_moved(verifier: Any, case: Case) -> None:
    stale = case.with_model(list(case.base.values))
    moved = next(at for at, value in enumerate(case.right) if value != case.base.values[at])
    assert verifier.isWrong(stale.statement(), stale.proof(moved)) is True


def test_a_model_is_clamped_and_not_wrapped(verifier: Any, case: Case) -> None:
    extreme = replace(
        case,
        base=Vector((LIMIT, -LIMIT)),
        updates=tuple(Vector((LIMIT, -LIMIT)) for _ in range(3)),
    )
    honest = extreme.with_model([LIMIT, -LIMIT])
    assert [verifier.isWrong(honest.statement(), honest.proof(at)) for at in (0, 1)] == [False, False]
    wrapped = extreme.with_model([-2, 2])
    assert [verifier.isWrong(wrapped.statement(), wrapped.proof(at)) for at in (0, 1)] == [True, True]


def test_without_weight_the_old_model_is_right(verifier: Any, case: Case) -> None:
    still = replace(case, weights=(0, 0, 0)).with_model(list(case.base.values))
    assert verifier.isWrong(still.statement(), still.proof(5)) is False


def test_a_model_of_one_chunk_opens_without_siblings(verifier: Any, case: Case) -> None:
    small = make_case(case.rule, dimension=10)
    assert verifier.isWrong(small.statement(), small.proof(9)) is False
    wrong = small.with_model([*small.right[:9], small.right[9] + 1])
    assert verifier.isWrong(wrong.statement(), wrong.proof(9)) is True


# ---------------------------------------------------------------------- chunks of no vector


def test_a_lying_leaf_sum_in_the_model_is_wrong_at_any_coordinate(verifier: Any, case: Case) -> None:
    sums = tuple(node[1] for node in case.model.levels[0][:3])
    lying = case.with_model(case.right, (sums[0], sums[1] + 1, sums[2]))
    assert verifier.isWrong(lying.statement(), lying.proof(100)) is True
    assert verifier.isWrong(lying.statement(), lying.proof(0)) is False


def test_the_smallest_int32_in_the_model_is_wrong_at_any_coordinate(verifier: Any, case: Case) -> None:
    values = case.right
    values[3] = -(2**31)
    bad = case.with_model(values)
    assert verifier.isWrong(bad.statement(), bad.proof(4)) is True


def test_a_value_beyond_the_dimension_of_the_model_is_wrong(verifier: Any, case: Case) -> None:
    longer = replace(case.with_model([*case.right, 1]), dimension=150)
    assert verifier.isWrong(longer.statement(), longer.proof(149)) is True
    assert verifier.isWrong(longer.statement(), longer.proof(0)) is False


def test_what_no_vector_has_needs_no_updates(verifier: Any, case: Case) -> None:
    values = case.right
    values[3] = -(2**31)
    bad = case.with_model(values)
    assert verifier.isWrong(bad.statement(), bad.proof(3, entries=[], openings=[], base_opening=b"")) is True


def test_a_lying_leaf_sum_in_an_update_changes_no_result(verifier: Any, case: Case) -> None:
    """It is its author's fault, not the sealer's."""
    lying = replace(case, updates=(*case.updates[:2], Vector(case.updates[2].values, (1, 2, 3))))
    assert verifier.isWrong(lying.statement(), lying.proof(20)) is False


# ---------------------------------------------------------------------- proofs about something else


@pytest.mark.parametrize("coordinate", [150, 2**32 - 1])
def test_a_coordinate_beyond_the_dimension_reverts(verifier: Any, case: Case, coordinate: int) -> None:
    with reverts("AggregateVerifierNoSuchCoordinate", coordinate, 150):
        verifier.isWrong(case.statement(), case.proof(coordinate))


def test_a_padded_coordinate_of_the_last_chunk_reverts(verifier: Any, case: Case) -> None:
    with reverts("AggregateVerifierNoSuchCoordinate", 191, 150):
        verifier.isWrong(case.statement(), case.proof(191))


def test_another_model_than_the_proposed_one_reverts(verifier: Any, case: Case) -> None:
    values = case.right
    values[0] += 1
    other = case.with_model(values)
    given, required = case.commitment(other.model, MODEL), case.commitment(case.model, MODEL)
    with reverts("AggregateVerifierWrongVector", given, required):
        verifier.isWrong(case.statement(), other.proof(0))


def test_another_chunk_of_the_proposed_model_reverts(verifier: Any, case: Case) -> None:
    opening = case.model.opening(1)
    with brownie.reverts(revert_pattern="AggregateVerifierWrongVector: .*"):
        verifier.isWrong(case.statement(), case.proof(0, model_opening=opening))


def test_an_update_does_not_pass_for_the_model(verifier: Any, case: Case) -> None:
    statement = list(case.statement())
    statement[0] = case.commitment(case.model, UPDATE)
    with reverts("AggregateVerifierWrongVector", case.commitment(case.model, MODEL), statement[0]):
        verifier.isWrong(tuple(statement), case.proof(0))


def test_another_old_model_reverts(verifier: Any, case: Case) -> None:
    given, required = case.commitment(case.updates[0], MODEL), case.commitment(case.base, MODEL)
    with reverts("AggregateVerifierWrongVector", given, required):
        verifier.isWrong(case.statement(), case.proof(0, base_opening=case.updates[0].opening(0)))


def test_another_update_reverts(verifier: Any, case: Case) -> None:
    openings = [update.opening(0) for update in case.updates]
    openings[2] = openings[1]
    given = case.commitment(case.updates[1], UPDATE)
    required = case.commitment(case.updates[2], UPDATE)
    with reverts("AggregateVerifierWrongVector", given, required):
        verifier.isWrong(case.statement(), case.proof(0, openings=openings))


@pytest.mark.parametrize("count", [0, 2, 4])
def test_one_opening_for_each_entry(verifier: Any, case: Case, count: int) -> None:
    openings = [case.updates[0].opening(0)] * count
    with reverts("AggregateVerifierOpeningCount", count, 3):
        verifier.isWrong(case.statement(), case.proof(0, openings=openings))


def set_altered(case: Case, name: str) -> Case:
    first, second, third = case.updates
    changes: dict[str, dict[str, Any]] = {
        "one left out": {"updates": (first, second), "weights": case.weights[:2]},
        "another weight": {"weights": (10, 601, 33)},
        "another order": {"updates": (second, first, third), "weights": (600, 10, 33)},
        "one more": {"updates": (*case.updates, third), "weights": (*case.weights, 1)},
        "nobody": {"updates": (), "weights": ()},
    }
    return replace(case, **changes[name])


@pytest.mark.parametrize("name", ["one left out", "another weight", "another order", "one more", "nobody"])
def test_another_set_than_the_accepted_one_reverts(verifier: Any, case: Case, name: str) -> None:
    other = set_altered(case, name)
    with reverts("AggregateVerifierWrongSet", other.set_hash, case.set_hash):
        verifier.isWrong(case.statement(), other.proof(0))


def test_an_update_under_another_name_reverts(verifier: Any, case: Case) -> None:
    entries = case.entries
    entries[0] = (trainer(9), *entries[0][1:])
    with brownie.reverts(revert_pattern="AggregateVerifierWrongSet: .*"):
        verifier.isWrong(case.statement(), case.proof(0, entries=entries))


def test_a_wrong_length_of_an_opening_reverts(verifier: Any, case: Case) -> None:
    opening = case.base.opening(0)
    with reverts("MerkleSumTreeOpeningLength", len(opening) + 1, len(opening)):
        verifier.isWrong(case.statement(), case.proof(0, base_opening=opening + b"\0"))
