// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITrainingTask} from "../interfaces/ITrainingTask.sol";
import {CommitmentLib} from "../libraries/CommitmentLib.sol";
import {TaskArguments} from "../libraries/TaskArguments.sol";
import {RoundClock} from "../types/RoundClock.sol";
import {Evidence, Phase, Role, TrainerState} from "../types/TaskTypes.sol";
import {TrainerRecord} from "../types/TrainerRecord.sol";
import {TaskState} from "./TaskState.sol";

/// @title Who takes part: joining, leaving and what a fault costs
/// @dev INV-ROSTER-1: `active` counts the trainers that are neither suspended nor leaving.
abstract contract TaskRoster is TaskState {
    // ------------------------------------------------------------------ joining

    /// @inheritdoc ITrainingTask
    function joinAsTrainer() external {
        RoundClock state = _clock;
        _requireNotEnded(state.phase());
        TrainerRecord record = _trainers[msg.sender];
        if (record.state() != TrainerState.None) revert TrainingTaskAlreadyJoined(msg.sender, Role.Trainer);
        uint256 limit = TaskArguments.maxTrainers();
        if (state.active() >= limit) revert TrainingTaskFull(limit);
        uint24 turn = state.turn();
        _trainers[msg.sender] = record.withTurn(turn).withState(TrainerState.Ready);
        _clock = state.withActive(uint256(state.active()) + 1);
        emit TrainerJoined(msg.sender, turn);
        _VAULT.lock(msg.sender, Role.Trainer, TaskArguments.trainerStake());
    }

    /// @inheritdoc ITrainingTask
    function joinAsSealer() external returns (uint256 seat) {
        RoundClock state = _clock;
        _requireNotEnded(state.phase());
        // Seats decide whose slot it is: none is added or filled while slots run.
        (Phase current, ) = _phaseOf(state);
        if (current == Phase.Aggregate || current == Phase.Stalled) _requirePhase(current, Phase.Challenge);
        if (_staked(msg.sender, Role.Sealer) > 0) revert TrainingTaskAlreadyJoined(msg.sender, Role.Sealer);
        uint256 count = state.seats();
        while (seat < count && _seats[seat] != address(0)) ++seat;
        if (seat == MAX_SEATS) revert TrainingTaskFull(MAX_SEATS);
        if (seat == count) _clock = state.withSeats(count + 1);
        _seats[seat] = msg.sender;
        emit SealerJoined(msg.sender, seat);
        _VAULT.lock(msg.sender, Role.Sealer, TaskArguments.sealerStake());
    }

    /// @inheritdoc ITrainingTask
    function topUp() external {
        RoundClock state = _clock;
        _requireNotEnded(state.phase());
        TrainerRecord record = _trainers[msg.sender];
        if (record.state() != TrainerState.Suspended || record.leaving()) {
            _refuse(record.state());
        }
        uint256 limit = TaskArguments.maxTrainers();
        if (state.active() >= limit) revert TrainingTaskFull(limit);
        _trainers[msg.sender] = record.withState(TrainerState.Ready).withTurn(state.turn());
        _clock = state.withActive(uint256(state.active()) + 1);
        emit TrainerRestored(msg.sender, state.turn());
        uint256 staked = _staked(msg.sender, Role.Trainer);
        uint256 required = TaskArguments.trainerStake();
        if (staked < required) _VAULT.lock(msg.sender, Role.Trainer, required - staked);
    }

    // ------------------------------------------------------------------ leaving

    /// @inheritdoc ITrainingTask
    function leaveTask(Role role, uint256 seat) external {
        // A task that has ended left everybody at once: the time runs from its end.
        uint256 since = _clock.phase() == Phase.Ended ? _clock.mark() : block.timestamp;
        uint256 releasableAt = since + TaskArguments.unbondingSeconds();
        if (role == Role.Trainer) _leaveAsTrainer();
        else if (role == Role.Sealer) _leaveSeat(seat);
        else _requireNoDuty();
        // A bond has no unbonding time: what it answers for is over.
        _VAULT.unbond(msg.sender, role, role == Role.Challenger ? block.timestamp : releasableAt);
        emit MemberLeft(msg.sender, role);
    }

    /// @inheritdoc ITrainingTask
    function withdraw(Role role) external {
        RoundClock state = _clock;
        if (role == Role.Trainer) {
            TrainerRecord record = _trainers[msg.sender];
            if (!record.leaving() || _isEngaged(state, record)) revert TrainingTaskStillEngaged(msg.sender);
            _trainers[msg.sender] = TrainerRecord.wrap(0);
            delete _records[msg.sender];
        } else if (role == Role.Challenger) {
            _requireNoDuty();
        }
        _VAULT.release(msg.sender, role);
    }

    function _leaveAsTrainer() private {
        TrainerRecord record = _trainers[msg.sender];
        TrainerState current = record.state();
        if (current == TrainerState.None || record.leaving()) {
            _refuse(current);
        }
        _markLeaving(msg.sender, record);
    }

    function _markLeaving(address trainer, TrainerRecord record) private {
        _trainers[trainer] = record.withLeaving(true);
        if (record.state() != TrainerState.Suspended) _clock = _clock.withActive(_clock.active() - 1);
    }

    /// @dev A seat is freed at once; its holder answers for a proposal until it is final.
    // slither-disable-next-line reentrancy-no-eth
    function _leaveSeat(uint256 seat) private {
        RoundClock state = _clock;
        if (_seats[seat] != msg.sender) revert TrainingTaskNotYourSeat(msg.sender, seat);
        if (state.phase() == Phase.Challenge && state.sealer() == seat + 1) revert TrainingTaskStillEngaged(msg.sender);
        if (state.sealer() == seat + 1) _paySealer(state);
        _seats[seat] = address(0);
    }

    /// @dev A challenger is free when no dispute is open and its commitment stands for no open proposal.
    function _requireNoDuty() private view {
        RoundClock state = _clock;
        if (state.disputeOpen() || (state.phase() == Phase.Challenge && _proposer(state) == msg.sender)) {
            revert TrainingTaskStillEngaged(msg.sender);
        }
    }

    /// @dev Whether a trainer still owes a reveal, or takes part in the round that is open.
    function _isEngaged(RoundClock state, TrainerRecord record) private pure returns (bool) {
        if (record.state() == TrainerState.Committed) return true;
        if (state.phase() == Phase.Ended || record.state() <= TrainerState.Ready) return false;
        return record.state() != TrainerState.Suspended && record.turn() >= _firstTurn(state);
    }

    function _requireNotEnded(Phase current) private pure {
        if (current == Phase.Ended || current == Phase.None) _requirePhase(current, Phase.Join);
    }

    // ------------------------------------------------------------------ faults

    /// @inheritdoc ITrainingTask
    function settle(address trainer) external {
        RoundClock state = _clock;
        TrainerRecord record = _trainers[trainer];
        if (record.state() != TrainerState.Committed || !_isOverdue(state, record)) {
            revert TrainingTaskNothingToSettle(trainer);
        }
        // Nobody earns by exposing itself.
        address beneficiary = msg.sender == trainer ? address(0) : msg.sender;
        _suspend(trainer, Evidence.NoReveal, TaskArguments.revealPenalty(), beneficiary);
    }

    /// @inheritdoc ITrainingTask
    function punishUpdate(address trainer, uint24 round, bytes32 commitment, address challenger) external {
        _requireCourt();
        bytes32 record = CommitmentLib.record(round, commitment);
        if (_records[trainer] != record) revert TrainingTaskNoSuchRecord(trainer);
        // One update is punished once.
        delete _records[trainer];
        _suspend(trainer, Evidence.WrongNorm, TaskArguments.normPenalty(), challenger);
    }

    /// @inheritdoc ITrainingTask
    function bindAttester(address attester) external {
        _requireCourt();
        // Or the time of whoever left early would be over before the question is.
        if (_trainers[attester].leaving()) _unbond(attester, Role.Trainer);
    }

    /// @inheritdoc ITrainingTask
    function chargeAttester(address attester, address asker) external {
        _requireCourt();
        TrainerRecord record = _trainers[attester];
        TrainerState current = record.state();
        uint256 reward = TaskArguments.attestReward();
        // Leaving takes nothing back from the round that it is in; a suspension would drop its update before a freeze,
        // and forgive a commitment for less than `revealPenalty`.
        if (
            current != TrainerState.None &&
            current != TrainerState.Suspended &&
            !record.leaving() &&
            _staked(attester, Role.Trainer) < reward + TaskArguments.normPenalty()
        ) {
            _markLeaving(attester, record);
            // First: of a stake that is used up nothing unbonds.
            _unbond(attester, Role.Trainer);
            emit MemberLeft(attester, Role.Trainer);
        }
        _slash(attester, Role.Trainer, Evidence.NotShown, reward, asker);
    }

    /// @dev A turn never ends before its reveal phase did, so a commitment of an earlier turn had its time.
    function _isOverdue(RoundClock state, TrainerRecord record) private view returns (bool) {
        if (record.turn() < state.turn()) return true;
        (Phase current, ) = _phaseOf(state);
        return current > Phase.Reveal;
    }

    function _suspend(address trainer, Evidence evidence, uint256 penalty, address beneficiary) private {
        TrainerRecord record = _trainers[trainer];
        if (record.state() != TrainerState.Suspended) {
            _trainers[trainer] = record.withState(TrainerState.Suspended);
            if (!record.leaving()) _clock = _clock.withActive(_clock.active() - 1);
            emit TrainerSuspended(trainer, evidence);
        }
        _slash(trainer, Role.Trainer, evidence, penalty, beneficiary);
    }

    function _slash(address account, Role role, Evidence evidence, uint256 penalty, address beneficiary) internal {
        _VAULT.slash(account, role, evidence, penalty, beneficiary, TaskArguments.bounty(), TaskArguments.burnBps());
    }

    function _staked(address account, Role role) internal view returns (uint256) {
        return _VAULT.stakeOf(address(this), account, role).amount;
    }

    /// @dev From now on; the time of a task's end is `leaveTask`'s own.
    function _unbond(address account, Role role) internal {
        // Of idle sealers at most MAX_SEATS calls of the vault, which calls nobody back.
        // slither-disable-next-line calls-loop
        _VAULT.unbond(account, role, block.timestamp + TaskArguments.unbondingSeconds());
    }

    function _requireCourt() internal view {
        if (msg.sender != _COURT) revert TrainingTaskUnauthorized(msg.sender);
    }

    /// @dev Pays whoever proposed the last final model; its reward waits here until the next set is frozen.
    function _paySealer(RoundClock state) internal {
        address sealer = _proposer(state);
        _clock = _clock.withSealer(0);
        if (sealer != address(0)) _POOL.creditSealer(sealer, TaskArguments.sealReward());
    }
}
