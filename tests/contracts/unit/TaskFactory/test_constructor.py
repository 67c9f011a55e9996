"""The factory's own bounds are bounded."""

import brownie
import pytest

from tests.contracts.federation import reverts
from tests.contracts.task_types import BPS, Bounds

WIDEST = 2**80 - 1


@pytest.fixture
def deploy(system, owner):
    def call(**limits):
        bounds = Bounds()._replace(**limits)
        return owner.deploy(
            brownie.TaskFactory,
            system.court,
            system.vault,
            system.pool,
            system.board,
            system.encryption,
            tuple(bounds),
            [system.rule],
            [],
        )

    return call


@pytest.mark.parametrize("share", [1_999, BPS + 1])
def test_least_burned_share_beyond_its_bounds_reverts(deploy, share):
    with reverts("TaskFactoryParameterOutOfBounds", "minBurnBps", share, 2_000, BPS):
        deploy(min_burn_bps=share)


@pytest.mark.parametrize("share", [2_000, BPS])
def test_least_burned_share_may_lie_at_its_bounds(deploy, share):
    assert deploy(min_burn_bps=share).bounds()["minBurnBps"] == share


@pytest.mark.parametrize("stake", [10**18 - 1, WIDEST + 1])
def test_greatest_stake_beyond_its_bounds_reverts(deploy, stake):
    with reverts("TaskFactoryParameterOutOfBounds", "maxStake", stake, 10**18, WIDEST):
        deploy(max_stake=stake)


@pytest.mark.parametrize("stake", [10**18, WIDEST])
def test_greatest_stake_may_lie_at_its_bounds(deploy, stake):
    assert deploy(max_stake=stake).bounds()["maxStake"] == stake


@pytest.mark.parametrize(
    ("chosen", "error"),
    [
        ({"min_phase_seconds": 0}, ("minPhaseSeconds", 0, 1, 10**6)),
        ({"min_phase_seconds": 10**6 + 1}, ("minPhaseSeconds", 10**6 + 1, 1, 10**6)),
        ({"max_phase_seconds": 2**32}, ("maxPhaseSeconds", 2**32, 1, 2**32 - 1)),
        ({"min_challenge_seconds": 0}, ("minChallengeSeconds", 0, 1, 10**6)),
        ({"min_challenge_seconds": 10**6 + 1}, ("minChallengeSeconds", 10**6 + 1, 1, 10**6)),
    ],
)
def test_times_beyond_their_bounds_revert(deploy, chosen, error):
    with reverts("TaskFactoryParameterOutOfBounds", *error):
        deploy(**chosen)


@pytest.mark.parametrize(
    "chosen",
    [
        {"min_phase_seconds": 1},
        {"min_phase_seconds": 10**6},
        {"max_phase_seconds": 2**32 - 1},
        {"min_challenge_seconds": 1},
        {"min_challenge_seconds": 10**6},
    ],
)
def test_times_may_lie_at_their_bounds(deploy, chosen):
    ((name, value),) = chosen.items()
    place = Bounds._fields.index(name)
    assert deploy(**chosen).bounds()[place] == value


def test_bounds_are_those_given(deploy):
    bounds = Bounds(6, 100_000, 7, 8, 2_001, 10**20)
    assert deploy(**bounds._asdict()).bounds() == tuple(bounds)


def test_a_board_of_another_vault_reverts(system, owner):
    other = owner.deploy(brownie.ReviewBoard, system.pool, system.pool)
    with reverts("TaskFactoryWrongBoard", other):
        owner.deploy(
            brownie.TaskFactory,
            system.court,
            system.vault,
            system.pool,
            other,
            system.encryption,
            tuple(Bounds()),
            [system.rule],
            [],
        )


def test_a_board_of_another_pool_reverts(system, owner):
    other = owner.deploy(brownie.ReviewBoard, system.vault, system.vault)
    with reverts("TaskFactoryWrongBoard", other):
        owner.deploy(
            brownie.TaskFactory,
            system.court,
            system.vault,
            system.pool,
            other,
            system.encryption,
            tuple(Bounds()),
            [system.rule],
            [],
        )


@pytest.mark.parametrize("wrong", ["vault", "pool"])
def test_an_encrypted_task_of_another_vault_or_pool_reverts(system, owner, wrong):
    wired = {"vault": system.vault, "pool": system.pool} | {wrong: system.coin}
    other = owner.deploy(brownie.EncryptedTask, wired["vault"], wired["pool"], system.encrypted_verifier)
    with reverts("TaskFactoryWrongEncryptedTask", other):
        owner.deploy(
            brownie.TaskFactory,
            system.court,
            system.vault,
            system.pool,
            system.board,
            (other, system.encrypted_bounds),
            tuple(Bounds()),
            [system.rule],
            [],
        )


def test_encrypted_tasks_run_and_are_bounded_by_the_given_code(system):
    assert system.factory.encryption() == system.encryption


def test_boards_run_the_given_code(system):
    assert system.factory.boardImplementation() == system.board


def test_wiring_names_the_other_contracts(system):
    assert system.factory.wiring() == (system.court, system.vault, system.pool)


def test_only_the_given_rules_and_policies_are_admitted(system, outsider):
    for one in (system.rule, system.median_rule, system.trimmed_mean_rule, system.proof_of_work):
        assert system.factory.isRule(one)
    assert not system.factory.isRule(outsider)


def test_the_admitted_rules_can_be_read(system):
    given = (system.rule, system.median_rule, system.trimmed_mean_rule, system.proof_of_work)
    assert system.factory.rules() == given
