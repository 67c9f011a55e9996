"""INV-COURT-2, INV-JUDGE-3: whole rounds over right and wrong tables, and who pays for it."""

from __future__ import annotations

from dataclasses import replace

import brownie
import numpy as np
import pytest

from fl_client.encoding import LIMIT
from tests.contracts.dissection import SALT, accuse, altered, hash_of_proof, open_evidence, prove
from tests.contracts.federation import (
    ONE,
    People,
    System,
    advance_to,
    check_books,
    mine_at,
    only_event,
    parameters_of,
    present,
    reverts,
)
from tests.contracts.table_dispute import TableDispute, denied
from tests.contracts.tabled import Inputs, TabledRound, empty_proof, packed_table, tabled
from tests.contracts.task_types import Evidence, Phase, Role

RULES = ["krum:1+mean", "multi-krum:1+median", "nnm:1+clip+mean", "nnm:1+krum+trimmed-mean:0.2"]


def trusted(dimension: int) -> Inputs:
    return Inputs(np.random.default_rng(9).integers(-5_000, 5_001, dimension, dtype=np.int32))


# ---------------------------------------------------------------------- who is wrong is found


@pytest.mark.parametrize(
    ("dimension", "chunk", "steps"),
    [(10, 0, 2), (65, 1, 4), (64 * 40, 33, 4), (64 * 300, 0, 6), (64 * 300, 299, 6), (64 * 600 + 1, 600, 6)],
)
def test_a_wrong_entry_is_located_and_proved(
    system: System, people: People, dimension: int, chunk: int, steps: int
) -> None:
    round_ = tabled(system, people, "krum:1+mean", dimension=dimension)
    dispute = denied(round_, people, 0, 4, -1, chunk)
    proved = dispute.run()
    assert len(dispute.gas) == steps
    assert only_event(proved, "EntryProvedWrong") == {
        "task": round_.task,
        "challenger": people.challenger,
        "one": 0,
        "other": 4,
        "chunk": chunk,
    }
    assert only_event(proved, "DisputeResolved")["challengerWon"] is True
    assert only_event(proved, "AggregateRejected") == {
        "round": 1,
        "proposal": 1,
        "proposer": dispute.sealer,
        "evidence": Evidence.WRONG_AGGREGATE,
    }


@pytest.mark.parametrize("places", [(0, 1), (3, 4), (0, 5), (4, 5)])
def test_any_entry_can_be_denied(system: System, people: People, places: tuple[int, int]) -> None:
    """The first and the last pair, and the first and the last distance to the trusted vector."""
    round_ = tabled(system, people, "nnm:1+fltrust+mean", trusted(150))
    proved = denied(round_, people, *places, 2**100, 2).run()
    event = only_event(proved, "EntryProvedWrong")
    assert (event["one"], event["other"], event["chunk"]) == (*places, 2)


@pytest.mark.parametrize("places", [(0, 5), (4, 5)])
def test_without_distances_between_updates_the_trusted_ones_come_first(
    system: System, people: People, places: tuple[int, int]
) -> None:
    round_ = tabled(system, people, "fltrust+mean", trusted(150))
    assert len(round_.entries()) == 5
    assert only_event(denied(round_, people, *places, 1).run(), "EntryProvedWrong")["one"] == places[0]


def test_the_farthest_vectors_have_a_distance_too(system: System, people: People) -> None:
    round_ = TabledRound.running(system, people, "krum:1+mean", norm_bound_squared=2**100)
    ends = [np.full(150, (LIMIT, -LIMIT, 0, 1, LIMIT)[place], np.int32) for place in range(5)]
    updates = [
        round_.round.update(trainer, vector=end)
        for trainer, end in zip(people.trainers[:5], ends, strict=True)
    ]
    round_.round.commit_updates(updates)
    round_.round.reveal(updates)
    round_.round.attest(people.trainers[:5])
    dispute = denied(round_, people, 0, 1, -1, 1)
    assert dispute.ours[0] == 64 * (2 * LIMIT) ** 2
    assert only_event(dispute.run(), "EntryProvedWrong")["chunk"] == 1


def test_a_lie_that_changes_nothing_is_a_lie(system: System, people: People) -> None:
    """The model may be right all the same: whoever posts a table answers for every entry."""
    round_ = tabled(system, people, "krum:1+mean")
    dispute = denied(round_, people, 0, 1, 1)
    assert np.array_equal(round_.model_over(dispute.entries), round_.model())
    assert only_event(dispute.run(), "AggregateRejected")["proposer"] == dispute.sealer


# ---------------------------------------------------------------------- who is right is safe


@pytest.mark.parametrize("name", RULES)
def test_an_honest_sealer_beats_a_lying_challenger(system: System, people: People, name: str) -> None:
    round_ = tabled(system, people, name, dimension=64 * 40)
    dispute = denied(round_, people, 1, 2, 0)
    dispute.until_chunk()
    with reverts("DisputeCourtNothingWrong"):
        dispute.prove()
    mine_at(int(system.court.tableDisputeOf(round_.task)["deadline"]))
    system.court.resolveDispute(round_.task, {"from": people.outsider})
    assert round_.task.proposedModel()[1] == dispute.sealer
    assert system.vault.stakeOf(round_.task, people.challenger, Role.CHALLENGER)["amount"] == 0
    advance_to(round_.task, Phase.FINAL)


@pytest.mark.parametrize("name", RULES)
def test_a_right_model_over_a_right_table_is_convicted_by_no_proof(
    system: System, people: People, name: str
) -> None:
    round_ = tabled(system, people, name)
    round_.propose_over()
    for coordinate in (0, 70, 149):
        with reverts("DisputeCourtNothingWrong"):
            prove(
                system.court,
                round_.task,
                people.challenger,
                round_.proof(round_.model(), coordinate, round_.entries()),
            )


def test_a_wrong_model_over_a_right_table_is_convicted_in_one_transaction(
    system: System, people: People
) -> None:
    round_ = tabled(system, people, "nnm:1+krum+mean")
    sealer = round_.first_sealer()
    round_.post(sealer, round_.entries())
    wrong = altered(round_.model(), 70)
    round_.round.propose(wrong)
    proved = prove(system.court, round_.task, people.challenger, round_.proof(wrong, 70, round_.entries()))
    assert only_event(proved, "AggregateRejected")["proposer"] == sealer


def test_a_table_of_another_length_is_convicted_in_one_transaction(system: System, people: People) -> None:
    round_ = tabled(system, people, "krum:1+mean")
    sealer = round_.first_sealer()
    longer = [*round_.entries(), 0]
    round_.post(sealer, longer)
    round_.round.propose(round_.model())
    proved = prove(system.court, round_.task, people.challenger, empty_proof(packed_table(longer)))
    assert only_event(proved, "AggregateRejected")["proposer"] == sealer


def test_a_hidden_model_does_not_hide_a_missing_table(system: System, people: People) -> None:
    round_ = tabled(system, people, "krum:1+mean")
    sealer = round_.first_sealer()
    round_.task.proposeAggregate(
        1,
        round_.set_hash,
        round_.round.entries,
        b"x" * 32,
        bytes(32),
        round_.round.first_seat(),
        {"from": sealer},
    )
    proved = prove(system.court, round_.task, people.challenger, empty_proof())
    assert only_event(proved, "AggregateRejected")["proposer"] == sealer


def test_the_proof_of_a_missing_table_is_announced(system: System, people: People) -> None:
    round_ = tabled(system, people, "krum:1+mean")
    round_.round.propose(round_.model())
    proof = empty_proof()
    open_evidence(system.court, round_.task, people.challenger, hash_of_proof(proof))
    with brownie.reverts(revert_pattern="DisputeCourtNotOpened: .*"):
        system.court.proveWrongAggregate(round_.task, proof, SALT, {"from": people.outsider})


# ---------------------------------------------------------------------- what follows


def test_the_next_sealer_ends_the_round(system: System, people: People) -> None:
    round_ = tabled(system, people, "krum:1+mean")
    dispute = denied(round_, people, 1, 2, 7)
    dispute.run()
    task = round_.task
    assert present(task) == Phase.AGGREGATE
    other = next(sealer for sealer in people.sealers if sealer != dispute.sealer)
    round_.post(other, round_.entries())
    model = round_.model()
    seat = list(task.seats()).index(other)
    round_.round.propose(model, seat=seat)
    advance_to(task, Phase.FINAL)
    task.finalizeRound({"from": people.owner})
    assert bytes(task.baseModel()) == round_.round.commitment_to(model)


def test_a_challenger_that_stands_in_answers_for_its_own_table(system: System, people: People) -> None:
    """A silent sealer is replaced; without a table of its own the replacement falls at once."""
    round_ = tabled(system, people, "krum:1+mean", dimension=64 * 40)
    sealer = round_.first_sealer()
    round_.post(sealer, round_.entries())
    wrong = altered(round_.model(), 70)
    round_.round.propose(wrong)
    court, task, challenger = system.court, round_.task, people.challenger
    replacement = round_.round.commitment_to(round_.model())
    court.openEvidence(court.disputeOpening(challenger, task, replacement, SALT), {"from": challenger})
    court.openDispute(task, 1, 1, replacement, bytes(32), SALT, {"from": challenger})
    mine_at(int(court.disputeOf(task)["deadline"]))
    court.resolveDispute(task, {"from": people.outsider})
    assert task.proposedModel()[1] == challenger
    with reverts("RoundTablesProposed", challenger):
        round_.post(challenger, round_.entries())
    proved = prove(court, task, people.trainers[7], empty_proof())
    assert only_event(proved, "AggregateRejected")["proposer"] == challenger


def test_a_challenger_with_a_table_stands_in_safely(system: System, people: People) -> None:
    round_ = tabled(system, people, "krum:1+mean", dimension=64 * 40)
    round_.post(round_.first_sealer(), round_.entries())
    round_.round.propose(altered(round_.model(), 70))
    court, task, challenger = system.court, round_.task, people.challenger
    round_.post(challenger, round_.entries())
    replacement = round_.round.commitment_to(round_.model())
    court.openEvidence(court.disputeOpening(challenger, task, replacement, SALT), {"from": challenger})
    court.openDispute(task, 1, 1, replacement, bytes(32), SALT, {"from": challenger})
    mine_at(int(court.disputeOf(task)["deadline"]))
    court.resolveDispute(task, {"from": people.outsider})
    with reverts("DisputeCourtNothingWrong"):
        prove(court, task, people.trainers[7], round_.proof(round_.model(), 70, round_.entries()))
    # Whoever answers for a substitute's table is the substitute.
    honest = TableDispute(
        round=round_,
        sealer=challenger,
        challenger=people.trainers[7],
        one=0,
        other=1,
        entries=round_.entries(),
        theirs=[],
    )
    honest.theirs = honest.ours
    honest.until_chunk()
    with reverts("DisputeCourtNothingWrong"):
        honest.prove()


def test_a_set_that_shrank_after_the_table_takes_another_table(system: System, people: People) -> None:
    """Whoever proposes names its set, so an honest sealer is refused in place of being convicted."""
    round_ = TabledRound.running(system, people, "krum:1+mean")
    task = round_.task
    lying = [round_.round.update(people.trainers[4], sums=[1, 2, 3])]
    updates = [*round_.round.commit(people.trainers[:4]), *round_.round.commit_updates(lying)]
    round_.round.reveal(updates)
    round_.round.attest(people.trainers[:5])
    everybody = list(round_.round.revealed)
    sealer = round_.first_sealer()
    round_.post(sealer, round_.entries())
    accuse(system.court, task, people.challenger, lying[0], 1)
    kept = replace(round_, round=replace(round_.round, revealed=everybody[:4]))
    old, new = round_.set_hash, kept.set_hash
    model = kept.round.commitment_to(kept.model())
    seat = round_.round.first_seat()
    advance_to(task, Phase.AGGREGATE)
    call = (1, old, round_.round.entries, model, bytes(32), seat, {"from": sealer})
    with reverts("TrainingTaskOtherSet", old, new):
        task.proposeAggregate(*call)
    assert bytes(system.tables.postedTable(task, sealer, 1, new)) == bytes(32)
    kept.post(sealer, kept.entries())
    task.proposeAggregate(1, new, *call[2:])
    with reverts("DisputeCourtNothingWrong"):
        prove(system.court, task, people.challenger, kept.proof(kept.model(), 3, kept.entries()))


def test_evidence_of_one_round_is_none_in_the_next(system: System, people: People) -> None:
    """An announced dispute names its round, and the next proposal has a table of its own."""
    round_ = tabled(system, people, "krum:1+mean")
    round_.propose_over()
    following = replace(round_, round=round_.round.finalize(people.owner))
    following.round.until_attested(people.trainers[:5])
    dispute = denied(following, people, 0, 1, 3)
    court, task, by = system.court, round_.task, {"from": people.challenger}
    table = packed_table(dispute.entries)
    court.openEvidence(court.tableOpening(people.challenger, task, 1, 0, 1, SALT), by)
    with reverts("TrainingTaskOtherRound", 1, 2):
        court.openTableDispute(task, 1, 0, 1, table, SALT, by)
    with brownie.reverts(revert_pattern="DisputeCourtNotOpened: .*"):
        court.openTableDispute(task, 2, 0, 1, table, SALT, by)
    assert only_event(dispute.run(), "AggregateRejected")["round"] == 2


def test_every_coin_is_accounted_for(system: System, people: People) -> None:
    """After a lost, a won and a silent dispute."""
    round_ = tabled(system, people, "krum:1+mean", dimension=64 * 40)
    task = round_.task
    dispute = denied(round_, people, 1, 2, 5, 3)
    check_books(system, people.all, [task])
    idle = replace(dispute, challenger=people.trainers[7], gas=[])
    idle.open()
    idle.answer()
    mine_at(int(system.court.tableDisputeOf(task)["deadline"]))
    system.court.resolveDispute(task, {"from": people.outsider})
    check_books(system, people.all, [task])
    before = system.coin.balanceOf(people.challenger)
    bond = task.nextBond()
    assert bond == 2 * parameters_of(task).challenge_bond
    dispute.run()
    check_books(system, people.all, [task])
    task.leaveTask(Role.CHALLENGER, 0, {"from": people.challenger})
    task.withdraw(Role.CHALLENGER, {"from": people.challenger})
    system.pool.claim({"from": people.challenger})
    assert system.coin.balanceOf(people.challenger) - before >= 5 * ONE
    check_books(system, people.all, [task])
