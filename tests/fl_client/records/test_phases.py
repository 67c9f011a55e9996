"""The phase of a task follows from its events and the clock, without asking the contract."""

from typing import Any

import pytest

from fl_client.chain import Event
from fl_client.chain.contracts import NOBODY, ONE_COIN, Phase, Step, TaskParameters
from fl_client.records.phases import PhaseClock
from fl_client.records.spans import change_at, spans_of
from fl_client.types import Address, Bytes32

T0 = 1_000_000
ALICE, BOB = Address("0x" + "aa" * 20), Address("0x" + "bb" * 20)


def parameters(**others: Any) -> TaskParameters:
    seconds = {f"{phase}_seconds": 100 for phase in ("join", "commit", "reveal", "attest", "challenge")}
    given = {
        "owner": NOBODY,
        "definition_hash": Bytes32(bytes(32)),
        "initial_model": Bytes32(bytes(32)),
        "initial_content": Bytes32(bytes(32)),
        **dict.fromkeys(("fraction_bits", "max_samples", "rule_argument"), 1),
        "dimension": 640,
        "norm_bound_squared": 1,
        "rounds": 2,
        "quorum": 2,
        "max_trainers": 3,
        "max_voids": 2,
        "fraction_bps": 10_000,
        "seal_seconds": 10,
        "answer_seconds": 30,
        **seconds,
        **dict.fromkeys(("unbonding_seconds", "retention_seconds"), 100),
        **dict.fromkeys(("trainer_stake", "sealer_stake", "challenge_bond", "reveal_penalty"), ONE_COIN),
        **dict.fromkeys(("norm_penalty", "seal_penalty", "update_reward", "attest_reward"), ONE_COIN),
        **dict.fromkeys(("seal_reward", "bounty", "answer_fee", "burn_bps"), 1),
        "rule": NOBODY,
    }
    return TaskParameters(**(given | others))


class Story:
    """Tells a clock events, each at a moment after the start."""

    def __init__(self, **others: Any) -> None:
        self.clock = PhaseClock(parameters(**others))
        self.tell(0, "TaskCreated")
        for seat, sealer in enumerate((ALICE, BOB)):
            self.tell(1, "SealerJoined", sealer=sealer, seat=seat)

    def tell(self, at: int, name: str, **args: Any) -> "Story":
        now = T0 + at
        event = Event(
            name=name, address=NOBODY, args=args, block=at, transaction_hash=Bytes32(bytes(32)), log_index=0
        )
        self.clock.advance(now)
        self.clock.apply(event, now)
        self.clock.note(now)
        return self

    def opened(self, at: int = 100, *, turn: int = 1, due: int = 2) -> "Story":
        return self.tell(
            at, "TurnOpened", round=1, turn=turn, attempt=turn - 1, due=due, deadline=T0 + at + 100
        )

    def committed(self, at: int, times: int) -> "Story":
        for _ in range(times):
            self.tell(at, "UpdateCommitted")
        return self

    def revealed(self, at: int, times: int) -> "Story":
        for _ in range(times):
            self.tell(at, "UpdateRevealed")
        return self

    def proposed(self, at: int, number: int = 1) -> "Story":
        return self.tell(at, "AggregateProposed", proposal=number, proposer=ALICE)

    def phase(self, at: int) -> tuple[Phase, int]:
        self.clock.advance(T0 + at)
        phase, deadline = self.clock.at(T0 + at)
        return phase, deadline - T0 if deadline else 0

    def names(self) -> list[str]:
        return [change.phase.name for change in self.clock.changes]


def test_a_new_task_can_be_joined_until_the_joining_time_is_over() -> None:
    assert Story().phase(50) == (Phase.JOIN, 100)


def test_the_last_commitment_that_is_due_ends_the_phase() -> None:
    story = Story().opened().committed(110, 1)
    assert story.phase(110) == (Phase.COMMIT, 200)
    assert story.committed(120, 1).phase(120) == (Phase.REVEAL, 220)


def test_deadlines_that_passed_between_two_blocks_are_noted_to_the_second() -> None:
    story = Story().opened().committed(110, 1)
    assert story.phase(450) == (Phase.VOID, 0)  # one commitment, nothing revealed: the quorum is missed
    assert [(change.phase.name, change.at - T0) for change in story.clock.changes[1:]] == [
        ("COMMIT", 100),
        ("REVEAL", 200),
        ("VOID", 300),
    ]


def test_without_a_commitment_there_is_no_time_to_reveal() -> None:
    story = Story().opened()
    assert story.phase(250) == (Phase.VOID, 0)
    assert story.names() == ["JOIN", "COMMIT", "VOID"]


def test_slots_of_aggregators_follow_attest_and_then_the_task_is_stalled() -> None:
    story = Story().opened().committed(110, 2).revealed(120, 2)
    assert story.phase(150) == (Phase.ATTEST, 220)
    assert story.phase(225) == (Phase.AGGREGATE, 260)  # two seats and two open slots of ten seconds
    assert story.phase(260) == (Phase.STALLED, 260)


@pytest.mark.parametrize(("at", "whose"), [(221, BOB), (231, ALICE), (241, None)])
def test_each_seat_has_its_slot_and_then_anybody(at: int, whose: Address | None) -> None:
    story = Story().opened().committed(110, 2).revealed(120, 2)
    story.phase(at)
    assert story.clock.slot(T0 + at) == (whose, T0 + (at // 10 + 1) * 10)


def test_a_slashed_sealer_has_no_slot() -> None:
    story = Story().opened().committed(110, 2).revealed(120, 2)
    story.tell(130, "StakeSlashed", role=2, account=BOB)
    assert story.clock.slot(T0 + 221)[0] is None


@pytest.mark.parametrize("at", [221, 231, 241, 259])
def test_by_work_every_seat_may_propose_until_the_phase_is_over(at: int) -> None:
    by_work = Story(sealing=BOB, sealing_rate=5).opened().committed(110, 2).revealed(120, 2)
    by_work.phase(at)
    assert by_work.clock.proposers(T0 + at) == ((ALICE, BOB), T0 + 260)
    by_work.tell(at, "StakeSlashed", role=2, account=BOB)
    assert by_work.clock.proposers(T0 + at) == ((ALICE,), T0 + 260)


@pytest.mark.parametrize(("at", "due"), [(221, (BOB,)), (241, ())])
def test_in_slots_one_seat_is_due_and_then_anybody(at: int, due: tuple[Address, ...]) -> None:
    story = Story().opened().committed(110, 2).revealed(120, 2)
    story.phase(at)
    assert story.clock.proposers(T0 + at) == (due, T0 + (at // 10 + 1) * 10)


def test_a_frozen_set_begins_the_slots_at_once() -> None:
    story = Story().opened().committed(110, 2).revealed(120, 2).tell(130, "RoundFrozen")
    assert story.phase(131) == (Phase.AGGREGATE, 170)


def test_a_proposal_stands_after_its_window() -> None:
    story = Story().opened().committed(110, 2).revealed(120, 2).tell(130, "RoundFrozen").proposed(130)
    assert story.phase(229) == (Phase.CHALLENGE, 230)
    assert story.phase(230) == (Phase.FINAL, 0)


def test_a_dispute_holds_the_window_open_and_a_lost_one_gives_a_fresh_one() -> None:
    story = Story().opened().committed(110, 2).revealed(120, 2).proposed(130)
    story.tell(200, "DisputeOpened", challenger=BOB, deadline=T0 + 230)
    assert story.phase(300)[0] is Phase.CHALLENGE
    story.tell(310, "DisputeResolved", challengerWon=False)
    assert story.phase(311) == (Phase.CHALLENGE, 410)
    assert story.names()[-1] == "CHALLENGE" and story.names().count("CHALLENGE") == 1


def test_a_dispute_awaits_each_side_in_turn() -> None:
    story = Story().opened().committed(110, 2).revealed(120, 2).proposed(130)
    story.tell(140, "DisputeOpened", challenger=BOB, deadline=T0 + 170)
    steps = []
    for at, name, args in (
        (150, "NodesOpened", {"level": 4}),
        (160, "NodePicked", {"level": 0}),
        (170, "ChunkOpened", {}),
    ):
        story.tell(at, name, **args)
        assert story.clock.dispute is not None and story.clock.dispute.deadline == T0 + at + 30
        steps.append(story.clock.dispute.step)
    assert steps == [Step.PICK, Step.CHUNK, Step.PROOF]


def test_a_rejected_proposal_gives_the_seats_another_turn() -> None:
    story = Story().opened().committed(110, 2).revealed(120, 2).proposed(130).tell(150, "AggregateRejected")
    assert story.phase(151) == (Phase.AGGREGATE, 190)


def test_an_attempt_that_is_tried_again_keeps_its_updates() -> None:
    story = Story(quorum=2).opened().committed(110, 1).revealed(210, 1).opened(320, turn=2, due=255)
    story.committed(330, 1).revealed(425, 1)
    assert story.phase(426) == (Phase.ATTEST, 525)


def test_nothing_changes_after_the_end() -> None:
    story = Story().opened().tell(150, "TaskEnded", round=1, model=bytes(32))
    assert story.phase(9_999) == (Phase.ENDED, 0)
    assert story.names() == ["JOIN", "COMMIT", "ENDED"]


def test_the_present_phase_is_known_until_now() -> None:
    story = Story().opened().committed(110, 1)
    (span,) = spans_of(story.clock.changes, [], T0 + 130)
    assert (span.phase, span.begins - T0, span.ends - T0) == ("commit", 100, 130)


def test_attest_is_over_with_the_last_attestation_where_the_proposal_came_early() -> None:
    story = Story().opened().committed(110, 2).revealed(120, 2).proposed(140)
    found = spans_of(story.clock.changes, [T0 + 125, T0 + 131], T0 + 150)
    lasted = [(span.phase, span.begins - T0, span.ends - T0) for span in found]
    assert lasted[2:] == [("attest", 120, 131), ("aggregate", 131, 140), ("challenge", 140, 150)]


def test_before_the_task_there_is_no_phase() -> None:
    changes = Story().clock.changes
    assert change_at(changes, T0 - 1) is None
    assert change_at(changes, T0) is changes[0]
