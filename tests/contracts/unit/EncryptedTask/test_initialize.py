"""A clone's life begins once, by the factory."""

from tests.contracts.encrypted_types import NO_PLACE, EncryptedPhase
from tests.contracts.federation import ZERO, now, plain, reverts


def test_a_new_task_takes_parties(joining):
    assert (joining.phase, joining.deadline) == (EncryptedPhase.JOIN, now() + 500)


def test_it_starts_from_the_initial_model(joining):
    assert bytes(joining.task.baseModel()) == joining.parameters.initial_model


def test_it_knows_its_parameters(joining):
    assert plain(tuple(joining.task.parameters())) == tuple(joining.parameters)


def test_it_knows_its_contracts(joining, system):
    expected = (system.factory, system.vault, system.pool, system.encrypted_verifier)
    assert joining.task.wiring() == expected


def test_no_factory_made_the_implementation(system):
    expected = (ZERO, system.vault, system.pool, system.encrypted_verifier)
    assert system.encrypted_task.wiring() == expected


def test_anybody_else_reverts(joining, owner):
    with reverts("EncryptedTaskUnauthorized", owner):
        joining.task.initialize({"from": owner})


def test_a_second_time_reverts(joining, accounts):
    factory = accounts.at(joining.task.wiring()["factory"], force=True)
    with reverts("EncryptedTaskInitialized"):
        joining.task.initialize.call({"from": factory})


def test_nobody_has_a_place_at_first(joining, outsider):
    party = joining.task.partyOf(outsider)
    assert (party["account"], party["place"]) == (outsider, NO_PLACE)
