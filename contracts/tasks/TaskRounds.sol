// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITrainingTask} from "../interfaces/ITrainingTask.sol";
import {CommitmentLib} from "../libraries/CommitmentLib.sol";
import {TaskArguments} from "../libraries/TaskArguments.sol";
import {RoundClock} from "../types/RoundClock.sol";
import {KIND_UPDATE, Phase, TrainerState, UNKNOWN_DUE} from "../types/TaskTypes.sol";
import {TrainerRecord} from "../types/TrainerRecord.sol";
import {TaskRoster} from "./TaskRoster.sol";

/// @title What trainers do in a round: commit, reveal, attest
/// @dev A commitment writes two slots (record and clock), a reveal two more (running hash, evidence), an attestation
/// one (record), all of them used again in every round: gas depends neither on the round nor on how many take part.
abstract contract TaskRounds is TaskRoster {
    // ------------------------------------------------------------------ opening and closing

    /// @inheritdoc ITrainingTask
    function start() external {
        RoundClock state = _clock;
        _requirePhase(state.phase(), Phase.Join);
        bool full = state.active() == TaskArguments.maxTrainers();
        if (!_isStartable(state) || (!full && block.timestamp < state.mark())) _requirePhase(Phase.Join, Phase.Commit);
        _openTurn(state.withRound(1), _dueOf(state));
    }

    /// @inheritdoc ITrainingTask
    function voidRound() external {
        RoundClock state = _clock;
        (Phase current, ) = _phaseOf(state);
        _requirePhase(current, Phase.Void);
        _void(state);
    }

    /// @inheritdoc ITrainingTask
    function endTask() external {
        RoundClock state = _clock;
        (Phase current, ) = _phaseOf(state);
        bool abandoned = current == Phase.Join && block.timestamp >= state.mark() && !_isStartable(state);
        if (!abandoned) {
            _requirePhase(current, Phase.Stalled);
            // Not before the trainers' rewards are booked: anybody can do that by `freezeRound`.
            if (state.accepted() == 0) revert TrainingTaskNotFrozen(state.round());
        }
        _end(state);
    }

    // ------------------------------------------------------------------ commit, reveal, attest

    /// @inheritdoc ITrainingTask
    function seedTurn() external {
        uint256 seedBlock = _seedBlock;
        if (seedBlock == 0 || block.number <= seedBlock) revert TrainingTaskSeedPending(seedBlock);
        // Hashes are kept for 256 blocks: where nobody came in time, a later block decides.
        if (blockhash(seedBlock) == 0) _seedBlock = block.number;
        else _fixSeed();
    }

    /// @inheritdoc ITrainingTask
    function commitUpdate(uint24 turn, bytes32 digest) external {
        RoundClock state = _clock;
        if (turn != state.turn()) revert TrainingTaskOtherTurn(turn, state.turn());
        (Phase current, ) = _phaseOf(state);
        _requirePhase(current, Phase.Commit);
        TrainerRecord record = _trainers[msg.sender];
        _requireMayCommit(state, record);
        state = state.withPending(uint256(state.pending()) + 1);
        // The last one due ends the phase.
        if (uint256(state.pending()) + state.revealed() == state.due()) {
            state = state.withPhase(Phase.Reveal);
            state = state.withMark(block.timestamp + TaskArguments.revealSeconds());
        }
        _trainers[msg.sender] = record.acted(_truncate(digest), state.turn(), TrainerState.Committed);
        _clock = state;
        emit UpdateCommitted(state.round(), msg.sender, digest);
    }

    /// @inheritdoc ITrainingTask
    function revealUpdate(
        bytes32 rootHash,
        uint128 rootSum,
        bytes32 contentId,
        uint64 report,
        bytes32 salt
    ) external {
        RoundClock state = _clock;
        (Phase current, uint256 deadline) = _phaseOf(state);
        _requirePhase(current, Phase.Reveal);
        if (uint32(report) == 0) revert TrainingTaskNoSamples();
        if (rootSum > TaskArguments.normBoundSquared()) {
            revert TrainingTaskNormTooLarge(rootSum, TaskArguments.normBoundSquared());
        }
        bytes32 commitment = CommitmentLib.vector(
            rootHash,
            rootSum,
            TaskArguments.dimension(),
            KIND_UPDATE,
            TaskArguments.fractionBits()
        );
        uint8 index = state.revealed();
        _openCommitment(state, _digestOf(state, commitment, contentId, report, salt), index);
        _extendReveals(index, uint32(report), commitment);
        _records[msg.sender] = CommitmentLib.record(state.round(), commitment);
        state = state.withRevealed(uint256(state.revealed()) + 1);
        state = state.withPending(state.pending() - 1);
        // The phase is written down: once reveals are counted it no longer follows from Commit.
        state = state.withPhase(state.pending() == 0 ? Phase.Attest : Phase.Reveal);
        state = state.withMark(state.pending() == 0 ? block.timestamp + TaskArguments.attestSeconds() : deadline);
        _clock = state;
        emit UpdateRevealed(state.round(), msg.sender, index, rootHash, rootSum, contentId, report, salt);
    }

    /// @inheritdoc ITrainingTask
    function attestUpdates(uint256 bitmap) external {
        RoundClock state = _clock;
        (Phase current, ) = _phaseOf(state);
        _requirePhase(current, Phase.Attest);
        TrainerRecord record = _trainers[msg.sender];
        TrainerState standing = record.state();
        if (standing == TrainerState.Attested) {
            if (record.turn() == state.turn()) revert TrainingTaskAlreadyActed(msg.sender, state.turn());
        } else if (standing != TrainerState.Revealed) {
            _refuse(standing);
        }
        // Only who has revealed in this round, in whatever attempt.
        if (record.turn() < _firstTurn(state)) _refuse(standing);
        if (bitmap >> state.revealed() != 0) revert TrainingTaskBitmapTooLong(bitmap, state.revealed());
        // SAFETY: at most 128 updates a round, so the bitmap fits into the word.
        _trainers[msg.sender] = record.acted(uint208(bitmap), state.turn(), TrainerState.Attested);
        emit UpdatesAttested(state.round(), msg.sender, bitmap);
    }

    // ------------------------------------------------------------------ turns

    /// @dev Opens a turn and writes the clock.
    function _openTurn(RoundClock state, uint8 due) internal {
        state = state.withTurn(uint256(state.turn()) + 1).withPhase(Phase.Commit).withDue(due).withPending(0);
        state = state.withMark(block.timestamp + TaskArguments.commitSeconds());
        _clock = state;
        if (TaskArguments.fractionBps() < BPS) _seedBlock = block.number;
        emit TurnOpened(state.round(), state.turn(), state.attempt(), due, state.mark());
    }

    /// @dev The round is tried again with the updates that it has; too many voids in a row end the task.
    function _void(RoundClock state) internal {
        state = state.withVoids(uint256(state.voids()) + 1);
        emit RoundVoided(state.round(), state.attempt(), state.voids());
        if (state.voids() >= TaskArguments.maxVoids()) {
            _end(state);
            return;
        }
        state = state.withAttempt(uint256(state.attempt()) + 1);
        // Who has revealed already need not come again, so nobody can tell how many are due.
        _openTurn(state, UNKNOWN_DUE);
    }

    /// @dev Pays the last sealer, refunds the escrow and starts everybody's unbonding time.
    function _end(RoundClock state) internal {
        state = state.withPhase(Phase.Ended);
        state = state.withMark(block.timestamp);
        _clock = state;
        emit TaskEnded(state.round(), _baseModel(state));
        _paySealer(state);
        _POOL.refund(TaskArguments.owner());
    }

    // ------------------------------------------------------------------ checks

    function _isStartable(RoundClock state) private view returns (bool) {
        if (state.active() < TaskArguments.quorum()) return false;
        for (uint256 i = 0; i < state.seats(); ++i) if (_seats[i] != address(0)) return true;
        return false;
    }

    function _requireMayCommit(RoundClock state, TrainerRecord record) private {
        TrainerState current = record.state();
        if (current == TrainerState.None || current == TrainerState.Suspended || record.leaving()) {
            _refuse(current);
        }
        if (record.turn() == state.turn() || (current >= TrainerState.Revealed && record.turn() >= _firstTurn(state))) {
            revert TrainingTaskAlreadyActed(msg.sender, record.turn());
        }
        if (current == TrainerState.Committed) revert TrainingTaskUnsettled(msg.sender, record.turn());
        // A first attempt has no more trainers than were active when it opened; further ones may have new ones.
        if (state.attempt() != 0) _requireRoom(state);
        uint256 fraction = TaskArguments.fractionBps();
        if (fraction >= BPS) return;
        if (_seedBlock != 0) _fixSeed();
        if (!_isBelow(msg.sender, state.turn(), fraction)) revert TrainingTaskNotDrawn(msg.sender, state.turn());
    }

    function _requireRoom(RoundClock state) private view {
        uint256 limit = TaskArguments.maxTrainers();
        if (uint256(state.pending()) + state.revealed() >= limit) revert TrainingTaskFull(limit);
    }

    /// @dev Writes the seed down while the block that it follows from is still known.
    function _fixSeed() private {
        _seed = _presentSeed();
        _seedBlock = 0;
        emit TurnSeeded(_clock.turn(), _seed);
    }

    /// @dev Matches a reveal with the caller's commitment of this very turn.
    function _openCommitment(RoundClock state, bytes32 digest, uint8 index) private {
        TrainerRecord record = _trainers[msg.sender];
        if (record.state() != TrainerState.Committed || record.turn() != state.turn()) {
            _refuse(record.state());
        }
        if (record.word() != _truncate(digest)) {
            revert TrainingTaskCommitmentMismatch(digest, bytes32(uint256(record.word()) << 48));
        }
        _trainers[msg.sender] = record.acted(0, state.turn(), TrainerState.Revealed).withIndex(index);
    }

    function _extendReveals(uint8 index, uint32 samples, bytes32 commitment) private {
        uint256 cap = TaskArguments.maxSamples();
        uint32 weight = samples < cap ? samples : uint32(cap);
        _setHash = CommitmentLib.extend(index == 0 ? bytes32(0) : _setHash, msg.sender, weight, commitment);
    }

    /// @dev Bound to chain, contract, round, attempt, input model and sender: nobody can reveal it for another.
    function _digestOf(
        RoundClock state,
        bytes32 commitment,
        bytes32 contentId,
        uint64 report,
        bytes32 salt
    ) private view returns (bytes32) {
        bytes32 structHash = keccak256(
            abi.encode(
                CommitmentLib.UPDATE_TYPEHASH,
                address(this),
                uint32(state.round()),
                uint32(state.attempt()),
                _baseModel(state),
                msg.sender,
                commitment,
                contentId,
                report,
                salt
            )
        );
        return CommitmentLib.typedData(structHash);
    }

    /// @dev 208 bits leave a collision at 2^104 hashes and share a slot with the rest of the record.
    function _truncate(bytes32 digest) private pure returns (uint208) {
        return uint208(uint256(digest) >> 48);
    }
}
