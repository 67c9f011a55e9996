// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IReviewBoard} from "../interfaces/IReviewBoard.sol";
import {IRewardPool} from "../interfaces/IRewardPool.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {ITrainingTask} from "../interfaces/ITrainingTask.sol";
import {CommitmentLib} from "../libraries/CommitmentLib.sol";
import {ReviewArguments} from "../libraries/ReviewArguments.sol";
import {ScoreTally} from "../libraries/ScoreTally.sol";
import {Ballot, BallotState, Payment, ReviewState, ReviewStep, UNAVAILABLE} from "../types/ReviewTypes.sol";
import {Evidence, Role, UpdateEntry} from "../types/TaskTypes.sol";
import {ReviewCommittee} from "./ReviewCommittee.sol";

/// @title Scores of one task's updates
/// @notice Money: none here; the validators' stakes lie in the vault and their rewards in the pool, under this board's
/// address. Trust: the factory, for which task it serves; the median of a drawn committee, for what an update is
/// worth. Nothing that is decided here slashes a trainer: a harmful update is only not accepted and not paid.
/// @dev INV-REVIEW-1: whoever was drawn, committed and revealed in time loses nothing. INV-REVIEW-2: after its
/// deadlines anybody can end a review, whoever is silent.
contract ReviewBoard is ReviewCommittee {
    using ScoreTally for bytes[];
    using ScoreTally for uint256[];
    using ScoreTally for uint256;

    uint256 private constant BPS = 10_000;
    /// @dev Committees of one review after the first.
    uint8 private constant REPLACEMENTS = 2;

    bytes32 private constant SCORES_TYPEHASH =
        keccak256(
            "Scores(address board,uint32 turn,uint32 committee,address validator,bytes32 setHash,"
            "bytes scores,bytes32 salt)"
        );

    /// @dev The implementation itself serves no task: neither vault nor pool know it.
    constructor(IStakeVault vault, IRewardPool pool) {
        _VAULT = vault;
        _POOL = pool;
    }

    /// @inheritdoc IReviewBoard
    function initialize(address task_) external {
        if (msg.sender != ReviewArguments.factory() || address(_task) != address(0)) {
            revert ReviewBoardUnauthorized(msg.sender);
        }
        _task = ITrainingTask(task_);
    }

    /// @inheritdoc IReviewBoard
    function open(uint24 turn, uint8 updates, bytes32 setHash, uint256 acceptedMask) external {
        if (msg.sender != address(_task)) revert ReviewBoardUnauthorized(msg.sender);
        _review = ReviewState({
            step: ReviewStep.Draw,
            mark: uint40(block.number),
            turn: turn,
            committee: 0,
            size: 0,
            committed: 0,
            revealed: 0,
            accepted: uint128(acceptedMask), // SAFETY: a round has at most 128 updates.
            updates: updates
        });
        _setHash = setHash;
        emit ReviewOpened(turn, acceptedMask);
    }

    // ------------------------------------------------------------------ scores

    /// @inheritdoc IReviewBoard
    function commitScores(uint24 turn, uint8 committee, uint256 seat, bytes32 digest) external {
        ReviewState memory state = _present();
        if (turn != state.turn || committee != state.committee) {
            revert ReviewBoardOtherReview(state.turn, state.committee);
        }
        _requireStep(state, ReviewStep.Commit);
        _requireSeat(seat);
        if (!_isDrawn(state, seat) || _isOf(_ballots[seat], state)) revert ReviewBoardNotDue(msg.sender);
        _ballots[seat] = Ballot(_truncate(digest), turn, committee, BallotState.Committed);
        ++state.committed;
        if (state.committed == state.size) {
            state.step = ReviewStep.Reveal;
            state.mark = uint40(block.timestamp + ReviewArguments.revealSeconds());
        }
        _review = state;
        emit ScoresCommitted(turn, msg.sender, digest);
    }

    /// @inheritdoc IReviewBoard
    function revealScores(uint256 seat, bytes calldata scores, bytes32 salt) external {
        ReviewState memory state = _present();
        _requireStep(state, ReviewStep.Reveal);
        Ballot memory ballot = _ballots[seat];
        if (!_isOf(ballot, state) || ballot.state != BallotState.Committed) revert ReviewBoardNotDue(msg.sender);
        uint256 required = state.updates * ScoreTally.SCORE_BYTES;
        if (scores.length != required) revert ReviewBoardWrongLength(scores.length, required);
        // It names the sender: nobody else can reveal what the seat's holder committed to.
        bytes32 digest = scoresDigest(state.turn, state.committee, msg.sender, _setHash, scores, salt);
        if (_truncate(digest) != ballot.word) revert ReviewBoardCommitmentMismatch(digest);
        _ballots[seat] = Ballot(_truncate(keccak256(scores)), state.turn, state.committee, BallotState.Revealed);
        ++state.revealed;
        _review = state;
        emit ScoresRevealed(state.turn, msg.sender, scores, salt);
    }

    /// @inheritdoc IReviewBoard
    // slither-disable-next-line reentrancy-no-eth
    function concludeReview(UpdateEntry[] calldata entries, bytes[] calldata scores) external {
        ReviewState memory state = _present();
        _requireStep(state, ReviewStep.Due);
        bool decides = state.committee <= REPLACEMENTS && state.revealed >= ReviewArguments.quorum();
        if (!decides && state.committee < REPLACEMENTS) {
            _punishSilent(state);
            ++state.committee;
            state.step = ReviewStep.Draw;
            state.mark = uint40(block.number);
            _review = state;
            emit CommitteeReplaced(state.turn, state.committee);
            return;
        }
        address[] memory judges = _judges(state, scores);
        _punishSilent(state);
        _review.step = ReviewStep.None;
        if (!decides) {
            // slither-disable-next-line uninitialized-local
            uint256[] memory nothing;
            emit ReviewConcluded(state.turn, state.accepted, 0, nothing);
            _task.concludeReview(entries, state.accepted, nothing);
            return;
        }
        _decide(state, entries, scores, judges);
    }

    /// @inheritdoc IReviewBoard
    function scoresDigest(
        uint24 turn,
        uint8 committee,
        address validator,
        bytes32 setHash,
        bytes calldata scores,
        bytes32 salt
    ) public view returns (bytes32) {
        return
            CommitmentLib.typedData(
                keccak256(
                    abi.encode(
                        SCORES_TYPEHASH,
                        address(this),
                        uint32(turn),
                        uint32(committee),
                        validator,
                        setHash,
                        keccak256(scores),
                        salt
                    )
                )
            );
    }

    // ------------------------------------------------------------------ deciding

    /// @dev Medians decide what is kept and what it earns; whoever is near them is paid.
    function _decide(
        ReviewState memory state,
        UpdateEntry[] calldata entries,
        bytes[] calldata scores,
        address[] memory judges
    ) private {
        uint256[] memory columns = scores.columns(entries.length);
        uint256[] memory medians = new uint256[](entries.length);
        uint256[] memory shares = new uint256[](entries.length);
        uint256 kept = 0;
        uint256 floor = ReviewArguments.floor();
        for (uint256 i = 0; i < entries.length; ++i) {
            uint256 median = columns[i].median(scores.length);
            medians[i] = median;
            if (median == UNAVAILABLE || median < floor || (state.accepted >> i) & 1 == 0) continue;
            kept |= 1 << i;
            shares[i] = _share(entries[i].weight, median, floor);
        }
        uint256 honest = 0;
        for (uint256 i = 0; i < scores.length; ++i) {
            if (columns.isNear(i, medians, ReviewArguments.tolerance())) honest |= 1 << i;
        }
        emit ReviewConcluded(state.turn, kept, honest, medians);
        _payJudges(judges, honest);
        _task.concludeReview(entries, kept, shares);
    }

    /// @dev What an accepted update earns of the whole reward, in Bps.
    function _share(uint256 weight, uint256 median, uint256 floor) private view returns (uint256) {
        Payment payment = ReviewArguments.payment();
        if (payment == Payment.Equal) return BPS;
        if (payment == Payment.Samples) return (weight * BPS) / ReviewArguments.maxSamples();
        uint256 full = ReviewArguments.full();
        return median >= full ? BPS : ((median - floor) * BPS) / (full - floor);
    }

    /// @dev INV-REVIEW-4: what later rounds need is not touched. A round that is tried again pays its judges from what
    /// is left of its own part, so that voiding a round earns nothing; and no review may stall for want of coins.
    function _payJudges(address[] memory judges, uint256 honest) private {
        uint256 count = 0;
        for (uint256 mask = honest; mask != 0; mask &= mask - 1) ++count;
        if (count == 0) return;
        uint256 reward = ReviewArguments.reward();
        uint256 later = ReviewArguments.rounds() - _task.clock().round;
        uint256 reserved = later * ReviewArguments.committee() * reward;
        uint256 unspent = _POOL.escrowOf(address(this)).unspent;
        uint256 most = unspent > reserved ? (unspent - reserved) / count : 0;
        _POOL.creditRound(
            IRewardPool.RoundCredit({
                accounts: judges,
                acceptedMask: honest,
                attestedMask: 0,
                accepted: count,
                updateReward: reward < most ? reward : most,
                attestReward: 0,
                sealer: address(0),
                sealReward: 0,
                shares: new uint256[](0)
            })
        );
    }

    /// @dev Who revealed, in the order of the committee; each must come with the very scores that it revealed.
    function _judges(ReviewState memory state, bytes[] calldata scores) private view returns (address[] memory found) {
        found = new address[](state.revealed);
        uint256 place = 0;
        for (uint256 i = 0; i < state.size; ++i) {
            uint256 seat = uint8(_committee[i]);
            Ballot memory ballot = _ballots[seat];
            if (!_isOf(ballot, state) || ballot.state != BallotState.Revealed) continue;
            if (place >= scores.length || _truncate(keccak256(scores[place])) != ballot.word) {
                revert ReviewBoardWrongScores(place);
            }
            found[place] = _seats[seat].validator;
            ++place;
        }
        if (place != scores.length) revert ReviewBoardWrongScores(place);
    }

    /// @dev At most 15 calls of the vault, which calls nobody back.
    // slither-disable-next-line reentrancy-no-eth
    function _punishSilent(ReviewState memory state) private {
        for (uint256 i = 0; i < state.size; ++i) {
            uint256 seat = uint8(_committee[i]);
            Ballot memory ballot = _ballots[seat];
            if (_isOf(ballot, state) && ballot.state == BallotState.Revealed) continue;
            address validator = _seats[seat].validator;
            delete _seats[seat];
            emit ValidatorSilent(validator, seat, state.turn);
            // slither-disable-next-line calls-loop,unused-return
            _VAULT.slash(
                validator,
                Role.Validator,
                Evidence.NoScores,
                ReviewArguments.silencePenalty(),
                address(0),
                0,
                ReviewArguments.burnBps()
            );
            // slither-disable-next-line calls-loop
            if (_VAULT.stakeOf(address(this), validator, Role.Validator).amount > 0) {
                // slither-disable-next-line calls-loop
                _VAULT.unbond(validator, Role.Validator, block.timestamp + ReviewArguments.unbondingSeconds());
            }
        }
    }

    function _requireStep(ReviewState memory state, ReviewStep required) private pure {
        if (state.step != required) revert ReviewBoardUnexpectedStep(state.step, required);
    }

    /// @dev 208 bits leave a collision at 2^104 hashes and share a slot with the rest of the ballot.
    function _truncate(bytes32 digest) private pure returns (uint208) {
        return uint208(uint256(digest) >> 48);
    }
}
