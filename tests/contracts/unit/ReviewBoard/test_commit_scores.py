"""Binding oneself to scores."""

import pytest
from brownie import chain, web3
from eth_abi.abi import encode

from fl_client.chain.contracts import BallotState, ReviewStep
from tests.contracts.federation import at, now, only_event, reverts
from tests.contracts.reviews import GOOD, pack


@pytest.fixture
def commit(drawn, board):
    """Commit as the first of the committee, unless said otherwise."""
    first = drawn.committee[0]

    def call(turn=1, committee=0, seat=first, digest=b"\1" * 32, by=None):
        return board.commitScores(turn, committee, seat, digest, {"from": by or drawn.holder(seat)})

    return call


def test_emits_scores_committed(drawn, commit):
    assert only_event(commit(), "ScoresCommitted") == {
        "turn": 1,
        "validator": drawn.holder(drawn.committee[0]),
        "digest": b"\1" * 32,
    }


def test_the_ballot_says_so(drawn, board, commit):
    commit()
    word = int.from_bytes(b"\1" * 26, "big")
    assert board.ballotOf(drawn.committee[0]) == (word, 1, 0, BallotState.COMMITTED)
    assert board.review()["committed"] == 1


def test_another_turn_reverts(commit):
    with reverts("ReviewBoardOtherReview", 1, 0):
        commit(turn=2)


def test_another_committee_reverts(commit):
    with reverts("ReviewBoardOtherReview", 1, 0):
        commit(committee=1)


def test_somebody_elses_seat_reverts(drawn, commit):
    other = drawn.holder(drawn.committee[1])
    with reverts("ReviewBoardNotYourSeat", other, drawn.committee[0]):
        commit(by=other)


def test_whoever_was_not_drawn_reverts(drawn, commit):
    seat = min(set(range(7)) - set(drawn.committee))
    with reverts("ReviewBoardNotDue", drawn.holder(seat)):
        commit(seat=seat)


def test_twice_reverts(drawn, commit):
    commit()
    with reverts("ReviewBoardNotDue", drawn.holder(drawn.committee[0])):
        commit(digest=b"\2" * 32)


def test_before_the_draw_reverts(opened, board, validators):
    with reverts("ReviewBoardUnexpectedStep", ReviewStep.DRAW, ReviewStep.COMMIT):
        board.commitScores(1, 0, 0, bytes(32), {"from": validators[0]})


def test_at_the_deadline_reverts(drawn, board, commit, good):
    drawn.commit(drawn.committee[1:2], good)
    at(board.review()["mark"])
    with reverts("ReviewBoardUnexpectedStep", ReviewStep.REVEAL, ReviewStep.COMMIT):
        commit()


def test_a_second_before_the_deadline_is_in_time(board, commit):
    at(board.review()["mark"] - 1)
    commit()
    assert board.review()["committed"] == 1


def test_the_last_one_ends_the_step(drawn, board, good):
    drawn.commit(drawn.committee[:4], good)
    assert drawn.step == ReviewStep.COMMIT
    drawn.commit(drawn.committee[4:], good)
    assert (drawn.step, board.review()["mark"]) == (ReviewStep.REVEAL, now() + 710)


def test_the_digest_is_an_eip_712_hash(drawn, board, task, good):
    """Of the domain of all commitments, chain included; recomputed apart from the contract."""
    seat = drawn.committee[0]
    kind = (
        "Scores(address board,uint32 turn,uint32 committee,address validator,bytes32 setHash,"
        "bytes scores,bytes32 salt)"
    )
    fields = (
        web3.keccak(text=kind),
        board.address,
        1,
        0,
        drawn.holder(seat).address,
        bytes(task.setHash()),
        web3.keccak(pack(good)),
        drawn.salt(seat),
    )
    types = ("bytes32", "address", "uint32", "uint32", "address", "bytes32", "bytes32", "bytes32")
    struct = web3.keccak(encode(types, fields))
    domain_kind = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    domain = web3.keccak(
        encode(
            ("bytes32", "bytes32", "bytes32", "uint256", "address"),
            (
                web3.keccak(text=domain_kind),
                web3.keccak(text="Gradbond"),
                web3.keccak(text="1"),
                chain.id,
                board.address,
            ),
        )
    )
    expected = web3.keccak(b"\x19\x01" + domain + struct)
    assert drawn.digest(seat, pack(good)) == bytes(expected)


@pytest.mark.parametrize(
    "other",
    [
        {"turn": 2},
        {"committee": 1},
        {"validator": "0x" + 40 * "1"},
        {"set_hash": b"\1" * 32},
        {"scores": pack([GOOD] * 4 + [GOOD + 1])},
        {"salt": b"\1" * 32},
    ],
    ids=lambda other: next(iter(other)),
)
def test_every_field_moves_the_digest(drawn, good, other):
    seat = drawn.committee[0]
    assert drawn.digest(seat, pack(good), **other) != drawn.digest(seat, pack(good))


def test_another_board_has_another_digest(drawn, board, system, good):
    seat = drawn.committee[0]
    holder, row, salt = drawn.holder(seat), pack(good), drawn.salt(seat)
    arguments = (1, 0, holder, bytes(32), row, salt)
    assert board.scoresDigest(*arguments) != system.board.scoresDigest(*arguments)
