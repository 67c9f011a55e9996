"""Questions that nobody answered (INV-QUESTION-2, INV-QUESTION-3)."""

import pytest

from tests.contracts.encrypted_types import EncryptedPhase, StatementKind
from tests.contracts.federation import ONE, ZERO, at, events, now, only_event, plain, reverts

PHASE = EncryptedPhase.SUM_CHALLENGE
UPDATE, SUM, SHARE = StatementKind.UPDATE, StatementKind.SUM, StatementKind.SHARE
RESULT, MODEL = StatementKind.RESULT, StatementKind.MODEL


@pytest.fixture
def struck(federation, challenger):
    """An accepted update, asked for in vain."""

    def call(place=4):
        federation.ask(UPDATE, place, challenger, chunk=5)
        return federation.strike()

    return call


def test_emits_statement_struck(federation, struck, challenger):
    assert only_event(struck(), "StatementStruck") == {
        "turn": 1,
        "accused": federation.parties[4],
        "kind": UPDATE,
        "chunk": 5,
        "asker": challenger,
        "taken": 60 * ONE,
    }


def test_the_author_is_slashed_and_the_asker_gets_the_bounty(federation, struck, challenger):
    slashed = only_event(struck(), "StakeSlashed")
    assert (slashed["account"], slashed["evidence"], slashed["taken"]) == (
        federation.parties[4],
        9,
        60 * ONE,
    )
    assert federation.stake_of(4) == 40 * ONE
    assert federation.earned(challenger) == 6 * ONE


def test_the_bond_is_free_at_once(federation, struck, challenger, coin):
    before = coin.balanceOf(challenger)
    struck()
    federation.task.withdraw(3, {"from": challenger})
    assert coin.balanceOf(challenger) == before
    assert federation.bond_of(challenger) == 0


def test_the_next_question_costs_no_more(federation, struck):
    struck()
    assert (federation.state["answered"], federation.task.nextBond()) == (0, 15 * ONE)


def test_the_next_question_costs_what_the_first_one_did(federation, struck, challenger, outsider):
    """Whoever lost bonds on its way to a wrong chunk does not pay for them again at the next one."""
    for chunk in range(2):
        federation.ask(UPDATE, 3, challenger, chunk=chunk)
        federation.show(outsider)
    assert federation.task.nextBond() == 60 * ONE
    struck()
    assert (federation.state["answered"], federation.task.nextBond()) == (0, 15 * ONE)


def test_nobody_earns_by_exposing_itself(federation):
    federation.ask(UPDATE, 4, federation.parties[4])
    federation.strike()
    assert federation.earned(federation.parties[4]) == 0


def test_before_the_deadline_reverts(federation, challenger, outsider):
    federation.ask(UPDATE, 4, challenger)
    deadline = federation.task.question()["deadline"]
    at(deadline - 1)
    with reverts("EncryptedTaskNotDue", EncryptedPhase.SUM_CHALLENGE, deadline):
        federation.task.strike({"from": outsider})


def test_at_the_deadline_it_is_due(federation, challenger, outsider):
    federation.ask(UPDATE, 4, challenger)
    at(federation.task.question()["deadline"])
    assert events(federation.task.strike({"from": outsider}), "StatementStruck")


def test_without_a_question_reverts(federation, outsider):
    with reverts("EncryptedTaskQuestion", False):
        federation.task.strike({"from": outsider})


def test_once_alone(federation, struck, outsider):
    struck()
    with reverts("EncryptedTaskQuestion", False):
        federation.task.strike({"from": outsider})


# ---------------------------------------------------------------------- updates


def test_an_accepted_update_leaves_the_set(federation, struck):
    frozen = only_event(struck(), "SetFrozen")
    assert frozen == {"turn": 1, "accepted": 0b01111, "totalWeight": 8}
    state = federation.state
    assert (state["phase"], state["deadline"]) == (EncryptedPhase.SUM, now() + 750)
    assert (state["submitted"], state["attested"], state["accepted"]) == (0b01111,) * 3
    assert plain(tuple(federation.task.sum())) == (bytes(32), ZERO)


def test_neither_it_nor_its_attestation_is_paid(federation, struck):
    struck()
    federation.propose_sum()
    federation.expire()
    bonus = (60 - 15 - 6) * ONE // 4
    assert [federation.earned(party) for party in federation.parties] == [
        8 * ONE + bonus,
        *[4 * ONE + bonus] * 3,
        0,
    ]


def test_a_struck_update_cannot_be_asked_for_again(federation, struck, challenger):
    struck()
    federation.propose_sum()
    with reverts("EncryptedTaskNoSuchStatement", UPDATE, 4):
        federation.ask(UPDATE, 4, challenger)


def test_an_update_that_was_not_accepted_changes_no_set(play, challenger):
    federation = play(EncryptedPhase.ATTEST)
    federation.attest(bitmap=0b01111)
    federation.advance()
    federation.propose_sum()
    federation.ask(UPDATE, 4, challenger)
    struck = federation.strike()
    assert not events(struck, "SetFrozen")
    state = federation.state
    assert (state["phase"], state["accepted"]) == (EncryptedPhase.SUM_CHALLENGE, 0b01111)
    assert (state["submitted"], state["deadline"]) == (0b01111, now() + 800)
    assert federation.stake_of(4) == 40 * ONE


def test_too_few_left_void_the_turn(play, challenger):
    federation = play(EncryptedPhase.ATTEST)
    federation.attest(bitmap=0b00111)
    federation.advance()
    federation.propose_sum()
    federation.ask(UPDATE, 1, challenger)
    struck = federation.strike()
    assert only_event(struck, "TurnVoid") == {"round": 1, "turn": 1, "voids": 1}
    assert federation.phase == EncryptedPhase.SUBMIT


def test_the_struck_may_not_submit_until_it_tops_up(federation, struck):
    struck()
    federation.expire()
    with reverts("EncryptedTaskUnauthorized", federation.parties[4]):
        federation.submit([4])
    federation.task.topUp({"from": federation.parties[4]})
    assert events(federation.submit([4]), "UpdateSubmitted")


def test_whoever_topped_up_in_between_pays_again(play, challenger):
    federation = play(PHASE, question_bond=15 * ONE)
    federation.ask(UPDATE, 4, challenger)
    federation.strike()
    federation.task.topUp({"from": federation.parties[4]})
    federation.propose_sum(4)
    federation.ask(SUM, 4, challenger)
    federation.strike()
    assert federation.stake_of(4) == 40 * ONE


# ---------------------------------------------------------------------- the sum


@pytest.fixture
def struck_sum(federation, challenger):
    federation.ask(SUM, 0, challenger)
    return federation.strike()


def test_a_struck_sum_is_proposed_anew(federation, struck_sum):
    state = federation.state
    assert (state["phase"], state["deadline"]) == (EncryptedPhase.SUM, now() + 750)
    assert (state["proposals"], state["accepted"]) == (1, 0b11111)
    assert plain(tuple(federation.task.sum())) == (bytes(32), ZERO)
    assert federation.stake_of(0) == 40 * ONE


def test_once_a_sum_stands_its_struck_proposals_are_forgotten(federation, struck_sum):
    """Those of the result are counted by themselves."""
    federation.propose_sum(1)
    federation.expire()
    assert (federation.phase, federation.state["proposals"]) == (EncryptedPhase.SHARE, 0)


def test_its_author_may_not_propose_again(federation, struck_sum):
    with reverts("EncryptedTaskUnauthorized", federation.parties[0]):
        federation.propose_sum(0)


def test_the_seventeenth_struck_sum_voids_the_turn(play, challenger):
    federation = play(EncryptedPhase.SUM, wrong_penalty=20 * ONE, stake=1_000 * ONE)
    for proposal in range(17):
        federation.propose_sum()
        federation.ask(SUM, 0, challenger)
        struck = federation.strike()
        assert bool(events(struck, "TurnVoid")) == (proposal == 16)
    assert federation.phase == EncryptedPhase.SUBMIT


# ---------------------------------------------------------------------- shares


def test_a_share_struck_while_sharing_may_be_given_again(play, challenger):
    federation = play(EncryptedPhase.SHARE, wrong_penalty=40 * ONE, share_seconds=5_000)
    federation.share([0, 1])
    federation.ask(SHARE, 1, challenger)
    federation.strike()
    state = federation.state
    assert (state["phase"], state["period"], state["shared"]) == (EncryptedPhase.SHARE, 1, 0b01)
    federation.share([1])
    assert federation.state["shared"] == 0b11


def test_a_share_struck_before_the_result_leaves_enough(play, challenger):
    federation = play(EncryptedPhase.RESULT)
    federation.ask(SHARE, 1, challenger)
    struck = federation.strike()
    assert not events(struck, "SharingReopened")
    assert (federation.phase, federation.state["shared"]) == (EncryptedPhase.RESULT, 0b11101)


def test_or_too_few(play, challenger):
    federation = play(EncryptedPhase.SHARE)
    federation.share([0, 1])
    federation.expire()
    federation.ask(SHARE, 1, challenger)
    struck = federation.strike()
    assert only_event(struck, "SharingReopened") == {"turn": 1, "period": 2, "deadline": now() + 850}
    state = federation.state
    assert (state["phase"], state["shared"], state["voids"]) == (EncryptedPhase.SHARE, 0b001, 1)


def test_a_share_struck_after_the_result_changes_no_result(play, challenger):
    federation = play(EncryptedPhase.SHARE)
    federation.share([0, 1, 2])
    federation.expire()
    federation.propose_result()
    federation.ask(SHARE, 1, challenger)
    federation.strike()
    assert (federation.phase, federation.deadline) == (EncryptedPhase.RESULT_CHALLENGE, now() + 800)
    assert federation.stake_of(1) == 20 * ONE + 20 * ONE
    model = federation.root("model")
    assert only_event(federation.expire(), "RoundFinal")["model"] == model


def test_a_question_about_a_share_outlasts_the_proposal_of_a_result(play, challenger):
    federation = play(EncryptedPhase.RESULT)
    federation.ask(SHARE, 1, challenger)
    federation.propose_result()
    federation.strike()
    assert federation.phase == EncryptedPhase.RESULT_CHALLENGE
    assert federation.task.result()["author"] == federation.parties[0]


# ---------------------------------------------------------------------- results


@pytest.mark.parametrize("kind", [RESULT, MODEL])
def test_a_struck_result_or_model_is_proposed_anew(play, challenger, kind):
    federation = play(EncryptedPhase.RESULT_CHALLENGE)
    federation.ask(kind, 0, challenger)
    struck = federation.strike()
    assert only_event(struck, "StatementStruck")["accused"] == federation.parties[0]
    state = federation.state
    assert (state["phase"], state["deadline"]) == (EncryptedPhase.RESULT, now() + 900)
    assert (state["proposals"], state["shared"]) == (1, 0b11111)
    assert plain(tuple(federation.task.result())) == (bytes(32), bytes(32), ZERO)


def test_the_author_of_a_struck_result_is_not_paid(play, challenger):
    federation = play(EncryptedPhase.RESULT_CHALLENGE)
    before = federation.earned(federation.parties[0])
    federation.ask(RESULT, 0, challenger)
    federation.strike()
    federation.propose_result(1)
    federation.expire()
    assert federation.earned(federation.parties[0]) == before


def test_the_seventeenth_struck_result_shares_afresh(play, challenger):
    federation = play(EncryptedPhase.RESULT, wrong_penalty=20 * ONE, stake=1_000 * ONE)
    for proposal in range(17):
        federation.propose_result()
        federation.ask(RESULT, 0, challenger)
        struck = federation.strike()
        assert bool(events(struck, "SharingReopened")) == (proposal == 16)
    state = federation.state
    assert (state["phase"], state["shared"], state["proposals"]) == (EncryptedPhase.SHARE, 0, 0)


# ---------------------------------------------------------------------- no stake is too small


def test_an_author_without_a_stake_holds_nothing_up(play, challenger):
    """Slashed to nothing as the author of a sum, before its own update is asked for."""
    federation = play(PHASE, wrong_penalty=100 * ONE)
    federation.ask(SUM, 0, challenger)
    federation.strike()
    assert federation.stake_of(0) == 0
    federation.propose_sum(1)
    federation.ask(UPDATE, 0, challenger)
    struck = federation.strike()
    assert only_event(struck, "StatementStruck")["taken"] == 0
    federation.propose_sum(1)
    federation.until(EncryptedPhase.RESULT)
    federation.propose_result(1)
    federation.expire()
    assert federation.state["round"] == 2


def test_a_strike_that_is_one_void_too_many_ends_the_task(play, challenger, pool):
    federation = play(EncryptedPhase.ATTEST, max_voids=1)
    federation.attest(bitmap=0b00111)
    federation.advance()
    federation.propose_sum()
    federation.ask(UPDATE, 1, challenger)
    assert only_event(federation.strike(), "EncryptedTaskEnded") == {"rounds": 0}
    assert pool.escrowOf(federation.task)["closed"]
    federation.task.withdraw(3, {"from": challenger})
