"""An encrypted task's events tell who counts: what is struck leaves, what is asked for anew is gone."""

from types import MappingProxyType
from typing import Any

import pytest

from fl_client.chain import Event
from fl_client.chain.contracts.encrypted import EncryptedPhase, StatementKind
from fl_client.errors import CryptoError, EncodingError
from fl_client.privacy.group_dealing import deal_groups
from fl_client.rounds.encrypted import EncryptedLedger
from fl_client.rounds.encrypted_record import Outcome, root_of
from fl_client.types import Address, Bytes32

TASK = Address("0x" + "11" * 20)
OTHER = Address("0x" + "12" * 20)
PARTIES = tuple(Address("0x" + f"{number:040x}") for number in range(1, 5))


def word(number: int) -> Bytes32:
    return Bytes32(number.to_bytes(32, "big"))


def event(name: str, *, address: Address = TASK, **args: Any) -> Event:
    return Event(
        name=name,
        address=address,
        args=MappingProxyType(args),
        block=1,
        transaction_hash=word(99),
        log_index=0,
    )


def opened() -> list[Event]:
    joined = [
        event("PartyJoined", account=account, place=place, encryptionKey=word(place))
        for place, account in enumerate(PARTIES)
    ]
    return [
        *joined,
        event("KeyRequested", ceremony=1, accounts=PARTIES, deadline=5),
        event("KeyPosted", ceremony=1, keyHash=word(7), content=word(8)),
        *(event("KeyConfirmed", ceremony=1, account=account) for account in PARTIES),
        event("TurnOpened", round=1, turn=1, baseModel=word(1), deadline=9),
    ]


def submitted(*weights: int) -> list[Event]:
    return [
        event(
            "UpdateSubmitted", turn=1, account=account, weight=weight, root=word(20 + place), content=word(0)
        )
        for place, (account, weight) in enumerate(zip(PARTIES, weights, strict=True))
    ]


def asked(kind: StatementKind, accused: Address) -> Event:
    return event(
        "ChunkAsked", turn=1, asker=OTHER, kind=int(kind), accused=accused, chunk=3, bond=5, deadline=8
    )


def struck(kind: StatementKind, accused: Address) -> Event:
    return event("StatementStruck", turn=1, accused=accused, kind=int(kind), chunk=3, asker=OTHER, taken=50)


def posted(*places: int) -> list[Event]:
    return [
        event("SharesPosted", turn=1, account=PARTIES[place], root=word(40 + place), content=word(0))
        for place in places
    ]


@pytest.fixture
def ledger() -> EncryptedLedger:
    found = EncryptedLedger(TASK, word(1), word(2))
    found.apply_all(opened())
    return found


def test_the_same_events_make_the_same_ledger(ledger: EncryptedLedger) -> None:
    again = EncryptedLedger(TASK, word(1), word(2))
    again.apply_all(opened())
    assert vars(again) == vars(ledger)


def test_events_of_another_task_change_nothing(ledger: EncryptedLedger) -> None:
    ledger.apply_all([event("TurnOpened", address=OTHER, round=2, turn=2, baseModel=word(1), deadline=9)])
    assert list(ledger.turns) == [1]


def test_places_are_those_of_the_latest_key(ledger: EncryptedLedger) -> None:
    ledger.apply_all(
        [
            event("PartyLeftOut", ceremony=1, account=PARTIES[1], rejected=True),
            event("KeyRequested", ceremony=2, accounts=(PARTIES[0], *PARTIES[2:]), deadline=5),
            event("TurnOpened", round=1, turn=1, baseModel=word(1), deadline=9),
        ]
    )
    assert ledger.turns[1].place_of(PARTIES[3]) == 2
    assert ledger.turns[1].place_of(PARTIES[1]) is None


def test_a_struck_update_leaves_the_set_and_takes_the_sum_with_it(ledger: EncryptedLedger) -> None:
    ledger.apply_all(
        [
            *submitted(1, 2, 3, 4),
            *(event("SubmissionsAttested", turn=1, account=one, bitmap=0b1111) for one in PARTIES),
            event("SetFrozen", turn=1, accepted=0b1111, totalWeight=10),
            event("SumProposed", turn=1, account=PARTIES[0], root=word(30)),
            asked(StatementKind.UPDATE, PARTIES[2]),
            struck(StatementKind.UPDATE, PARTIES[2]),
            event("SetFrozen", turn=1, accepted=0b1011, totalWeight=7),
        ]
    )
    turn = ledger.turns[1]
    assert (turn.frozen, turn.accepted, turn.total_weight, turn.sum) == (0b1111, 0b1011, 7, None)
    assert [one.account for one in turn.summed] == [PARTIES[0], PARTIES[1], PARTIES[3]]
    assert sorted(turn.attested_by) == [0, 1, 3]


def test_a_struck_update_that_was_not_in_the_set_leaves_the_sum_alone(ledger: EncryptedLedger) -> None:
    ledger.apply_all(
        [
            *submitted(1, 1, 1, 1),
            event("SetFrozen", turn=1, accepted=0b0111, totalWeight=3),
            event("SumProposed", turn=1, account=PARTIES[0], root=word(30)),
            asked(StatementKind.UPDATE, PARTIES[3]),
            struck(StatementKind.UPDATE, PARTIES[3]),
        ]
    )
    assert ledger.turns[1].sum is not None


def test_shares_that_are_asked_for_anew_after_a_result_failed_are_all_gone(ledger: EncryptedLedger) -> None:
    ledger.apply_all(
        [
            *posted(0, 1, 2),
            event("SharingClosed", turn=1, shared=0b111, deadline=9),
            event("SharingReopened", turn=1, period=2, deadline=9),
        ]
    )
    turn = ledger.turns[1]
    assert (turn.standing_shares, turn.paid) == ({}, {0, 1, 2})


def test_shares_that_were_too_few_stand_when_sharing_is_reopened(ledger: EncryptedLedger) -> None:
    ledger.apply_all([*posted(0, 1), event("SharingReopened", turn=1, period=2, deadline=9)])
    assert sorted(ledger.turns[1].standing_shares) == [0, 1]


def test_a_struck_share_takes_no_other_share_with_it(ledger: EncryptedLedger) -> None:
    ledger.apply_all(
        [
            *posted(0, 1, 2),
            event("SharingClosed", turn=1, shared=0b111, deadline=9),
            asked(StatementKind.SHARE, PARTIES[1]),
            struck(StatementKind.SHARE, PARTIES[1]),
            event("SharingReopened", turn=1, period=2, deadline=9),
        ]
    )
    assert sorted(ledger.turns[1].standing_shares) == [0, 2]


@pytest.mark.parametrize("kind", [StatementKind.RESULT, StatementKind.MODEL], ids=["result", "model"])
def test_a_struck_result_names_which_of_its_two_statements_was_wrong(
    ledger: EncryptedLedger, kind: StatementKind
) -> None:
    proposed = event(
        "ResultProposed",
        turn=1,
        account=PARTIES[0],
        root=word(50),
        content=word(0),
        model=word(51),
        modelContent=word(0),
    )
    ledger.apply_all([proposed, asked(kind, PARTIES[0]), struck(kind, PARTIES[0])])
    assert ledger.turns[1].results[0].struck is kind
    assert root_of(ledger.turns[1], kind, PARTIES[0]) is None


def test_a_sum_that_most_refuse_is_none_and_the_next_one_begins_without_refusals(
    ledger: EncryptedLedger,
) -> None:
    def proposed(place: int, number: int) -> Event:
        return event("SumProposed", turn=1, account=PARTIES[place], root=word(number))

    def refused(place: int, number: int, *, dropped: bool = False) -> Event:
        return event("ProposalRefused", turn=1, account=PARTIES[place], root=word(number), dropped=dropped)

    ledger.apply_all([*submitted(1, 1, 1, 1), event("SetFrozen", turn=1, accepted=0b1111, totalWeight=4)])
    ledger.apply_all([proposed(0, 30), refused(1, 30), refused(2, 30)])
    turn = ledger.turns[1]
    assert turn.proposal is turn.sum is turn.sums[0]
    ledger.apply_all([refused(3, 30, dropped=True)])
    assert turn.sum is turn.proposal is None
    ledger.apply_all([proposed(1, 31)])
    assert turn.sum is not None and turn.sum.refused_by == []
    assert turn.sums[0].refused_by == [PARTIES[1], PARTIES[2], PARTIES[3]]


def test_a_result_is_refused_once_a_sum_stands(ledger: EncryptedLedger) -> None:
    ledger.apply_all([*submitted(1, 1, 1, 1), event("SetFrozen", turn=1, accepted=0b1111, totalWeight=4)])
    ledger.apply_all(
        [
            event("SumProposed", turn=1, account=PARTIES[0], root=word(30)),
            event("SumFixed", round=1, turn=1, root=word(30), deadline=9),
            event(
                "ResultProposed",
                turn=1,
                account=PARTIES[1],
                root=word(50),
                content=word(0),
                model=word(51),
                modelContent=word(0),
            ),
            event("ProposalRefused", turn=1, account=PARTIES[2], root=word(50), dropped=True),
        ]
    )
    turn = ledger.turns[1]
    assert turn.result is turn.proposal is None
    assert turn.sum is turn.sums[0]


def test_a_question_keeps_the_root_that_it_was_about_and_how_it_ended(ledger: EncryptedLedger) -> None:
    ledger.apply_all(
        [
            *submitted(1, 1, 1, 1),
            asked(StatementKind.UPDATE, PARTIES[1]),
            event("ChunkShown", turn=1, asker=OTHER, answerer=PARTIES[1]),
        ]
    )
    (question,) = ledger.turns[1].questions
    assert (question.root, question.outcome, question.shown_in) == (word(21), Outcome.SHOWN, word(99))


def test_lateness_is_kept_with_its_phase(ledger: EncryptedLedger) -> None:
    ledger.apply_all(
        [event("PartyLate", turn=1, account=PARTIES[0], phase=int(EncryptedPhase.SHARE), taken=5)]
    )
    assert ledger.lateness[0].phase is EncryptedPhase.SHARE


# ---------------------------------------------------------------------- groups


def frozen(accepted: int, weight: int) -> Event:
    return event("SetFrozen", turn=1, accepted=accepted, totalWeight=weight)


def test_a_set_is_dealt_by_its_seed(ledger: EncryptedLedger) -> None:
    ledger.apply_all([*submitted(1, 2, 3, 4), frozen(0b1111, 10), event("GroupsDealt", turn=1, seed=word(5))])
    turn = ledger.turns[1]
    groups = turn.dealt(3)
    its = deal_groups(word(5), 4, 3)
    assert [[one.place for one in group] for group in groups] == [
        [place for place in range(4) if its[place] == number] for number in range(3)
    ]
    assert turn.frozen_in == 1


def test_another_set_is_not_dealt_by_the_seed_of_the_one_before(ledger: EncryptedLedger) -> None:
    ledger.apply_all(
        [
            *submitted(1, 2, 3, 4),
            frozen(0b1111, 10),
            event("GroupsDealt", turn=1, seed=word(5)),
            frozen(0b1110, 9),
        ]
    )
    turn = ledger.turns[1]
    assert turn.seed is None
    with pytest.raises(CryptoError, match="is not dealt into groups yet"):
        turn.dealt(3)
    assert turn.dealt(1) == (turn.summed,)


def test_more_groups_than_members_are_refused(ledger: EncryptedLedger) -> None:
    ledger.apply_all([*submitted(1, 2, 3, 4), frozen(0b11, 3), event("GroupsDealt", turn=1, seed=word(5))])
    with pytest.raises(EncodingError):
        ledger.turns[1].dealt(3)
