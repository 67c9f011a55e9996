"""Drawing the committee."""

from brownie import chain, web3
from eth_abi.abi import encode

from fl_client.chain.contracts import NO_COMMITTEE, ReviewStep
from tests.contracts.federation import at, events, now, only_event, reverts
from tests.contracts.reviews import Review, join_board, review_terms, reviewed_task
from tests.contracts.rounds import Round


def drawn_by_hand(board, task, seats, wanted):
    """The first of a Fisher-Yates shuffle of these seats, computed apart from the contract."""
    state = board.review()
    fields = (
        bytes(web3.eth.get_block(state["mark"])["hash"]),
        bytes(task.setHash()),
        board.address,
        state["turn"],
        state["committee"],
    )
    seed = web3.keccak(encode(("bytes32", "bytes32", "address", "uint24", "uint8"), fields))
    places = list(seats)
    for i in range(min(wanted, len(places))):
        step = int.from_bytes(
            web3.keccak(encode(("uint256", "uint256"), (int.from_bytes(seed, "big"), i))), "big"
        )
        j = i + step % (len(places) - i)
        places[i], places[j] = places[j], places[i]
    return places[:wanted]


def test_before_the_review_is_open_reverts(board, outsider):
    with reverts("ReviewBoardUnexpectedStep", ReviewStep.NONE, ReviewStep.DRAW):
        board.drawCommittee({"from": outsider})


def test_a_second_draw_reverts(drawn, board, outsider):
    with reverts("ReviewBoardUnexpectedStep", ReviewStep.COMMIT, ReviewStep.DRAW):
        board.drawCommittee({"from": outsider})


def test_in_the_seeds_own_block_reverts(opened, board, outsider):
    """The hash of a block is not known in it."""
    mark = board.review()["mark"]
    assert mark == web3.eth.block_number
    with reverts("ReviewBoardSeedPending", mark):
        board.drawCommittee.call({"from": outsider})


def test_the_draw_is_the_shuffle_that_anybody_can_compute(opened, board, task, outsider):
    expected = drawn_by_hand(board, task, range(7), 5)
    assert opened.draw(outsider) == expected


def test_emits_committee_drawn(opened, board, task, outsider):
    at(now() + 10)
    drawn = board.drawCommittee({"from": outsider})
    assert only_event(drawn, "CommitteeDrawn") == {
        "turn": 1,
        "committee": 0,
        "size": 5,
        "seats": bytes(board.committeeSeats()),
        "deadline": now() + 610,
    }


def test_no_seat_is_drawn_twice(drawn):
    assert len(set(drawn.committee)) == 5


def test_whoever_joined_in_this_turn_is_not_drawn(attested, board, validators, accounts, outsider):
    board.leaveBoard(0, {"from": validators[0]})
    board.joinAsValidator(0, {"from": accounts[11]})
    attested.open(outsider)
    assert 0 not in attested.draw(outsider)
    assert board.review()["size"] == 5


def test_who_joins_after_the_seed_is_known_changes_nothing(opened, board, task, accounts, outsider):
    """A further seat would be another draw: whoever knows the seed could try as many as there are seats."""
    expected = drawn_by_hand(board, task, range(7), 5)
    join_board(board, [accounts[11]])
    assert opened.draw(outsider) == expected


def test_all_seats_are_drawn_where_the_committee_takes_as_many(system, people, validators, outsider):
    task, board = reviewed_task(system, people, validators, review_terms(committee=7, quorum=4))
    round_ = Round.of(task)
    round_.until_attested(people.trainers[:5])
    review = Review.of(board, round_, validators)
    review.open(outsider)
    assert sorted(review.draw(outsider)) == list(range(7))


def test_fewer_than_the_committee_but_a_quorum_may_decide(attested, board, validators, outsider):
    for seat in range(4):
        board.leaveBoard(seat, {"from": validators[seat]})
    attested.open(outsider)
    assert sorted(attested.draw(outsider)) == [4, 5, 6]
    assert attested.step == ReviewStep.COMMIT


def test_fewer_than_the_quorum_decide_nothing(attested, board, validators, outsider):
    for seat in range(5):
        board.leaveBoard(seat, {"from": validators[seat]})
    attested.open(outsider)
    assert attested.draw(outsider) == []
    assert (attested.step, board.review()["committee"]) == (ReviewStep.DUE, NO_COMMITTEE)


def test_no_validators_at_all_decide_nothing(attested, board, validators, outsider):
    for seat, validator in enumerate(validators):
        board.leaveBoard(seat, {"from": validator})
    attested.open(outsider)
    assert (attested.draw(outsider), attested.step) == ([], ReviewStep.DUE)


def test_after_256_blocks_a_later_block_decides(opened, board, task, outsider):
    chain.mine(257)
    rearmed = board.drawCommittee({"from": outsider})
    assert only_event(rearmed, "DrawRearmed") == {"turn": 1, "seedBlock": rearmed.block_number}
    assert (opened.step, board.review()["mark"]) == (ReviewStep.DRAW, rearmed.block_number)
    assert events(rearmed, "CommitteeDrawn") == []
    expected = drawn_by_hand(board, task, range(7), 5)
    assert opened.draw(outsider) == expected


def test_the_256th_block_is_not_too_late(opened, board, task, outsider):
    chain.mine(255)
    expected = drawn_by_hand(board, task, range(7), 5)
    assert opened.draw(outsider) == expected
