// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IReviewBoard} from "../interfaces/IReviewBoard.sol";
import {IRewardPool} from "../interfaces/IRewardPool.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {ITrainingTask} from "../interfaces/ITrainingTask.sol";
import {ReviewArguments} from "../libraries/ReviewArguments.sol";
import {Ballot, BallotState, ReviewState, ReviewStep, ReviewTerms, Seat} from "../types/ReviewTypes.sol";
import {Phase, Role} from "../types/TaskTypes.sol";

/// @title Who reviews: seats, stakes and the draw
/// @dev Every seat holds the same stake, so a draw among seats is a draw by stake: k seats of one owner weigh as one
/// stake of k times the size would. INV-REVIEW-3: who may be drawn is settled before the seed is known.
/// Bias: whoever builds the seed's block may choose among as many committees as it has time to hash, and decides
/// something only if a quorum of seats is its own; whoever withholds scores loses penalty and seat, twice at most.
abstract contract ReviewCommittee is IReviewBoard {
    uint256 internal constant MAX_SEATS = 64;
    /// @dev In place of a committee's number where too few hold seats.
    uint8 internal constant NO_COMMITTEE = type(uint8).max;

    IStakeVault internal immutable _VAULT;
    IRewardPool internal immutable _POOL;

    ITrainingTask internal _task;
    ReviewState internal _review;
    /// @dev Running hash of the updates that are scored.
    bytes32 internal _setHash;
    /// @dev The committee's seats, a byte each, from the highest byte on.
    bytes32 internal _committee;
    uint256 internal _seatCount;
    mapping(uint256 seat => Seat) internal _seats;
    mapping(uint256 seat => Ballot) internal _ballots;

    // ------------------------------------------------------------------ seats

    /// @inheritdoc IReviewBoard
    function joinAsValidator(uint256 seat) external {
        uint24 turn = _task.clock().turn;
        if (_hasEnded()) revert ReviewBoardUnauthorized(msg.sender);
        if (seat >= MAX_SEATS || seat > _seatCount || _seats[seat].validator != address(0)) {
            revert ReviewBoardSeatTaken(seat);
        }
        // One account, one seat: a second one would share its stake with the first.
        if (_VAULT.stakeOf(address(this), msg.sender, Role.Validator).amount > 0) {
            revert ReviewBoardStillEngaged(msg.sender);
        }
        if (seat == _seatCount) _seatCount = seat + 1;
        _seats[seat] = Seat({validator: msg.sender, since: turn});
        // A slot that every review writes is filled now, so that no review pays for a new one.
        if (_ballots[seat].word == 0) _ballots[seat].word = 1;
        emit ValidatorJoined(msg.sender, seat, turn);
        _VAULT.lock(msg.sender, Role.Validator, ReviewArguments.stake());
    }

    /// @inheritdoc IReviewBoard
    function leaveBoard(uint256 seat) external {
        _requireSeat(seat);
        // Not between the seed's block and the draw either: leaving would choose the next in line.
        ReviewState memory state = _review;
        if (state.step == ReviewStep.Draw || _isDrawn(state, seat)) revert ReviewBoardStillEngaged(msg.sender);
        delete _seats[seat];
        emit ValidatorLeft(msg.sender, seat);
        _VAULT.unbond(msg.sender, Role.Validator, block.timestamp + ReviewArguments.unbondingSeconds());
    }

    /// @inheritdoc IReviewBoard
    function withdrawStake() external {
        _VAULT.release(msg.sender, Role.Validator);
    }

    /// @inheritdoc IReviewBoard
    function closeBoard() external {
        if (!_hasEnded()) revert ReviewBoardStillEngaged(address(_task));
        _POOL.refund(ReviewArguments.owner());
    }

    // ------------------------------------------------------------------ the draw

    /// @inheritdoc IReviewBoard
    function drawCommittee() external {
        ReviewState memory state = _review;
        if (state.step != ReviewStep.Draw) revert ReviewBoardUnexpectedStep(state.step, ReviewStep.Draw);
        if (block.number <= state.mark) revert ReviewBoardSeedPending(state.mark);
        bytes32 blockHash = blockhash(state.mark);
        if (blockHash == 0) {
            // Hashes are kept for 256 blocks: where nobody came in time, a later block decides.
            _review.mark = uint40(block.number);
            emit DrawRearmed(state.turn, block.number);
            return;
        }
        bytes32 seed = keccak256(abi.encode(blockHash, _setHash, address(this), state.turn, state.committee));
        (uint256 size, bytes32 drawn) = _draw(uint256(seed), state.turn);
        _committee = drawn;
        state.size = uint8(size);
        state.committed = 0;
        state.revealed = 0;
        // Too few to decide anything: the review ends without scores.
        state.step = ReviewStep.Commit;
        if (size < ReviewArguments.quorum()) {
            state.step = ReviewStep.Due;
            state.committee = NO_COMMITTEE;
            state.size = 0;
        }
        state.mark = uint40(block.timestamp + ReviewArguments.commitSeconds());
        _review = state;
        emit CommitteeDrawn(state.turn, state.committee, size, drawn, state.mark);
    }

    /// @dev The first of a shuffle of the seats that are held since an earlier turn: whoever knew the updates when it
    /// joined is no judge of them. Others are left out before the shuffle, or each further seat would be another draw.
    function _draw(uint256 seed, uint24 turn) private view returns (uint256 size, bytes32 drawn) {
        uint256 seats = _seatCount;
        uint256[] memory places = new uint256[](seats);
        uint256 count = 0;
        for (uint256 seat = 0; seat < seats; ++seat) {
            Seat memory found = _seats[seat];
            if (found.validator == address(0) || found.since >= turn) continue;
            places[count] = seat;
            ++count;
        }
        size = ReviewArguments.committee();
        if (size > count) size = count;
        for (uint256 i = 0; i < size; ++i) {
            // slither-disable-next-line weak-prng
            uint256 j = i + (uint256(keccak256(abi.encode(seed, i))) % (count - i));
            drawn |= bytes32(places[j]) << (248 - 8 * i);
            places[j] = places[i];
        }
    }

    // ------------------------------------------------------------------ views

    /// @inheritdoc IReviewBoard
    function review() external view returns (ReviewState memory) {
        return _present();
    }

    /// @inheritdoc IReviewBoard
    function committeeSeats() external view returns (bytes32) {
        return _committee;
    }

    /// @inheritdoc IReviewBoard
    function seatOf(uint256 seat) external view returns (Seat memory) {
        return _seats[seat];
    }

    /// @inheritdoc IReviewBoard
    function seatCount() external view returns (uint256) {
        return _seatCount;
    }

    /// @inheritdoc IReviewBoard
    function ballotOf(uint256 seat) external view returns (Ballot memory) {
        return _ballots[seat];
    }

    /// @inheritdoc IReviewBoard
    function wiring() external view returns (address vault, address pool) {
        return (address(_VAULT), address(_POOL));
    }

    /// @inheritdoc IReviewBoard
    function task() external view returns (address) {
        return address(_task);
    }

    /// @inheritdoc IReviewBoard
    function terms() external view returns (ReviewTerms memory) {
        return ReviewArguments.terms();
    }

    // ------------------------------------------------------------------ shared facts

    /// @dev The table of steps:
    /// | from   | to     | when                                          |
    /// | None   | Draw   | the task opens the review                     |
    /// | Draw   | Commit | `drawCommittee`, or Due if too few hold seats |
    /// | Commit | Reveal | all have committed, or the deadline           |
    /// | Reveal | Due    | all commitments are revealed, or the deadline |
    /// | Due    | None   | `concludeReview`, or Draw for a replacement   |
    function _present() internal view returns (ReviewState memory state) {
        state = _review;
        if (state.step == ReviewStep.Commit && block.timestamp >= state.mark) {
            state.step = ReviewStep.Reveal;
            state.mark += uint40(ReviewArguments.revealSeconds());
        }
        bool all = state.revealed == state.committed;
        if (state.step == ReviewStep.Reveal && (all || block.timestamp >= state.mark)) state.step = ReviewStep.Due;
    }

    /// @dev Whether a seat is in the committee of the review that is open.
    function _isDrawn(ReviewState memory state, uint256 seat) internal view returns (bool) {
        if (state.step == ReviewStep.None || state.step == ReviewStep.Draw) return false;
        bytes32 committee = _committee;
        for (uint256 i = 0; i < state.size; ++i) if (uint8(committee[i]) == seat) return true;
        return false;
    }

    function _hasEnded() internal view returns (bool) {
        return _task.clock().phase == Phase.Ended;
    }

    function _requireSeat(uint256 seat) internal view {
        if (_seats[seat].validator != msg.sender) revert ReviewBoardNotYourSeat(msg.sender, seat);
    }

    /// @dev Whether a seat's ballot belongs to the review that is open.
    function _isOf(Ballot memory ballot, ReviewState memory state) internal pure returns (bool) {
        return ballot.turn == state.turn && ballot.committee == state.committee && ballot.state != BallotState.None;
    }
}
