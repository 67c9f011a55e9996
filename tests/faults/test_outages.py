"""Something is gone for long, or for good: the task goes on, or ends with everybody made whole."""

from __future__ import annotations

import signal
import time

import pytest

from fl_client.chain.contracts import Phase, Role
from fl_client.errors import ChainError
from fl_client.roles import is_finished, require_open, run_role
from tests.away import away
from tests.faults.mortal import mortal, run
from tests.faults.place import TRAINERS, Place, Stage
from tests.faults.proxy import proxy_before

SIX = tuple(f"trainer-{number}" for number in range(1, 7))


# ------------------------------------------------------------------ the chain


@pytest.mark.parametrize(
    "seconds", [pytest.param(5, id="seconds"), pytest.param(120, id="two-minutes", marks=pytest.mark.matrix)]
)
def test_chain_that_is_gone_is_waited_for_by_all(place: Place, seconds: int) -> None:
    with proxy_before(place.url) as proxy:
        stage = place.stage()
        for name in (*TRAINERS, "aggregator"):
            stage.add(name, url=proxy.url)
            stage.enter(name)
        stage.until(lambda: "committed" in stage.members["trainer-2"].said)
        proxy.begin("refuse", seconds=seconds)
        began = time.monotonic()
        while time.monotonic() - began < seconds + 1:
            stage.sweep()
            time.sleep(min(1, seconds / 10))
        assert {"trainer-1", "trainer-2", "trainer-3", "aggregator"} <= stage.troubles.keys()
        stage.until_home()
        stage.assert_settled()


def test_role_waits_as_long_as_its_patience_and_says_what_is_wrong(place: Place) -> None:
    with proxy_before(place.url) as proxy:
        stage = place.stage()
        stage.add("trainer-1", url=proxy.url)
        trainer = stage.enter("trainer-1")
        proxy.begin("refuse", seconds=60)
        began = time.monotonic()
        with pytest.raises(ChainError) as raised:
            run_role(trainer, is_finished=lambda: False, report=print, poll_seconds=0.1, patience_seconds=2)
        assert raised.value.passing and time.monotonic() - began >= 2


# ------------------------------------------------------------------ the store


def test_store_that_is_gone_for_two_minutes_is_waited_for(place: Place) -> None:
    stage = place.full()
    stage.until(lambda: stage.phase is Phase.REVEAL)
    with away(stage.folder / "store"):
        for _ in range(6):
            stage.sweep()
            stage.pass_time(20)
        assert stage.phase is Phase.REVEAL and set(TRAINERS) <= stage.troubles.keys()
    stage.until_home()
    stage.assert_settled()


@pytest.mark.matrix
def test_store_that_is_gone_at_the_attestation_costs_nobody_its_reward(place: Place) -> None:
    stage = place.full()
    stage.until(lambda: stage.phase is Phase.ATTEST)
    with away(stage.folder / "store"):
        for _ in range(6):
            stage.sweep()
            stage.pass_time(20)
        assert stage.phase is Phase.ATTEST and set(TRAINERS) <= stage.troubles.keys()
    stage.until_home()
    stage.assert_settled()


@pytest.mark.parametrize("dies", [False, True], ids=["lives", "dies"])
def test_store_that_comes_back_after_the_reveal_gets_the_updates_late(place: Place, dies: bool) -> None:
    """Nobody waits beyond half of the phase: a missing reveal would cost the penalty."""
    stage = place.full()
    stage.until(lambda: stage.phase is Phase.REVEAL)
    with away(stage.folder / "store"):
        stage.sweep()
        stage.pass_time(stage.contract.parameters.reveal_seconds // 2 + 1)
        for _ in range(3):
            stage.sweep(TRAINERS)
            if stage.phase is Phase.ATTEST:
                break
        assert stage.phase is Phase.ATTEST
        stage.sweep(TRAINERS)
        assert stage.ledger().ledger.current().attestations == {}  # nobody vouches for nothing
    if dies:
        stage.enter("trainer-1")
    stage.until_home()
    assert "published its update late" in stage.members["trainer-1"].said
    stage.assert_settled()


@pytest.mark.matrix
def test_store_that_is_gone_for_good_costs_nobody_a_stake(place: Place) -> None:
    """No update can be fetched, so no round comes about; the owner has its budget back."""
    stage = place.full()
    stage.until(lambda: stage.phase is Phase.REVEAL)
    with away(stage.folder / "store"):
        stage.until_home(wait=True, also=lambda: pass_if_waiting(stage))
    ledger = stage.ledger().ledger
    assert ledger.slashes == []
    assert stage.gained() == {"owner": stage.contract.parameters.budget} | dict.fromkeys(
        (*TRAINERS, "aggregator"), 0
    )


def pass_if_waiting(stage: Stage) -> bool:
    """Whoever waits for the store is not idle: let time pass for it."""
    if stage.phase is not Phase.ENDED:
        stage.pass_time(300)
    return False


# ------------------------------------------------------------------ members


def test_aggregator_that_is_gone_for_good_keeps_nobody_from_its_money(place: Place) -> None:
    stage = place.full()
    stage.until(lambda: stage.phase is Phase.ATTEST)
    stage.members["aggregator"].close()
    stage.until(lambda: stage.phase is Phase.ENDED)
    gone = stage.members["aggregator"].account.address
    stage.until(
        lambda: (
            not any(
                stage.contract.stake(stage.members[name].account.address, Role.TRAINER)[0]
                or stage.contract.earnings(stage.members[name].account.address)[0]
                for name in TRAINERS
            )
        )
    )
    parameters = stage.contract.parameters
    gained = stage.gained()
    earned = parameters.update_reward + parameters.attest_reward
    assert stage.ledger().ledger.slashes == []
    assert {name: gained[name] for name in TRAINERS} == dict.fromkeys(TRAINERS, earned)
    assert gained["owner"] == parameters.seal_reward  # all that was not owed
    # And when it comes back after all, its stake is still its own.
    assert stage.contract.stake(gone, Role.SEALER)[0] == parameters.sealer_stake
    stage.enter("aggregator")
    stage.until_home()
    stage.assert_conserved()


@pytest.mark.matrix
def test_half_of_the_trainers_gone_leaves_a_round_to_the_others(place: Place) -> None:
    stage = place.stage(trainers=6)
    for name in (*SIX, "aggregator"):
        stage.enter(name)
    stage.until(lambda: stage.phase is Phase.COMMIT)
    for name in SIX[3:]:
        stage.members[name].close()
    stage.until(lambda: stage.phase is Phase.ENDED)
    for name in SIX[3:]:
        stage.enter(name)
    stage.until_home()
    stage.assert_settled(trainers=SIX[:3])
    assert {stage.gained()[name] for name in SIX[3:]} == {0}


@pytest.mark.matrix
def test_half_of_the_trainers_gone_after_their_commitments_pays_the_others(place: Place) -> None:
    """A missing reveal is their own fault; what it costs them goes to those who stayed."""
    stage = place.stage(trainers=6)
    for name in (*SIX, "aggregator", "auditor"):
        stage.enter(name)
    stage.until(lambda: stage.phase is Phase.REVEAL)
    for name in SIX[3:]:
        stage.members[name].close()
    stage.until(lambda: stage.phase is Phase.ENDED)
    for name in SIX[3:]:
        stage.enter(name)
    stage.until_home()
    gone = {stage.members[name].account.address for name in SIX[3:]}
    parameters, gained = stage.contract.parameters, stage.gained()
    assert {slash.account for slash in stage.ledger().ledger.slashes} == gone
    assert {gained[name] for name in SIX[3:]} == {-parameters.reveal_penalty}
    earned = parameters.update_reward + parameters.attest_reward
    assert all(gained[name] >= earned for name in SIX[:3])
    stage.assert_conserved()


# ------------------------------------------------------------------ the machine


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        pytest.param("trainer-1", -60, marks=pytest.mark.matrix),
        pytest.param("trainer-1", 60, marks=pytest.mark.matrix),
        pytest.param("aggregator", -60, marks=pytest.mark.matrix),
        pytest.param("aggregator", 60, marks=pytest.mark.matrix),
    ],
)
def test_clock_that_is_a_minute_wrong_harms_nobody(place: Place, name: str, seconds: int) -> None:
    stage = place.stage()
    with mortal(stage, name, gradbond_clock_skew=seconds) as one:
        for other in {*TRAINERS, "aggregator"} - {name}:
            stage.enter(other)
        run(stage, one)
    stage.assert_settled()


SIZES = (70_000, 80_000, 90_000, 100_000, 110_000, 120_000, 130_000, 140_000)
"""Of the journal: full somewhere between joining and going home."""


@pytest.mark.parametrize(
    "size", [pytest.param(size, marks=() if size == 90_000 else pytest.mark.matrix) for size in SIZES]
)
def test_full_disk_is_waited_for(place: Place, size: int) -> None:
    """Nothing is sent that could not be kept; with room again, it goes on where it was."""
    stage = place.stage()
    with mortal(stage, "trainer-1", gradbond_file_bytes=size) as one:
        for other in ("trainer-2", "trainer-3", "aggregator"):
            stage.enter(other)
        waited: list[str] = []

        def lives() -> bool:
            """Once it has said that it waits for room, there is room."""
            if "make room; trying again" in one.errors() and not waited:
                waited.append(one.log())
                one.signal(signal.SIGUSR1)
            return one.is_alive()

        stage.until_home(also=lives)
        while lives():
            stage.sweep()
        assert waited
    stage.assert_settled()


# ------------------------------------------------------------------ who comes too late


def test_task_that_has_ended_is_refused_to_whoever_is_new(place: Place) -> None:
    stage = place.full()
    stage.until_home()
    late = stage.enter("trainer-4")
    late.watch.refresh()
    with pytest.raises(ChainError, match=f"^the task {stage.contract.address} has ended, nobody can join it"):
        require_open(late, Role.TRAINER)
    gone = stage.enter("trainer-1")
    assert gone.step() is None and is_finished(gone)
    with pytest.raises(ChainError, match="has ended, nobody can join it"):
        require_open(gone, Role.TRAINER)


@pytest.mark.matrix
def test_whoever_has_a_stake_in_an_ended_task_may_come_back_for_it(place: Place) -> None:
    stage = place.full()
    stage.until(lambda: stage.phase is Phase.ENDED)
    again = stage.enter("trainer-1")
    again.watch.refresh()
    require_open(again, Role.TRAINER)
    stage.until_home()


def test_full_task_is_refused_in_one_line(place: Place) -> None:
    stage = place.full()
    stage.until(lambda: stage.phase is Phase.COMMIT)
    fourth = stage.enter("trainer-4")
    with pytest.raises(ChainError, match="TrainingTaskFull.*all places are taken"):
        fourth.step()
