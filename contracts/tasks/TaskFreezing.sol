// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRewardPool} from "../interfaces/IRewardPool.sol";
import {ITrainingTask} from "../interfaces/ITrainingTask.sol";
import {AttestationTally} from "../libraries/AttestationTally.sol";
import {CommitmentLib} from "../libraries/CommitmentLib.sol";
import {TaskArguments} from "../libraries/TaskArguments.sol";
import {RoundClock} from "../types/RoundClock.sol";
import {Phase, TrainerState, UpdateEntry} from "../types/TaskTypes.sol";
import {TrainerRecord} from "../types/TrainerRecord.sol";
import {TaskRounds} from "./TaskRounds.sol";

/// @title Which updates a round accepts, and what is owed for them
/// @dev INV-TASK-2: a frozen set never changes, and its rewards are owed whatever happens later.
/// The only loops over a round's updates; 128 of them stay below a quarter of a block, which a test measures.
abstract contract TaskFreezing is TaskRounds {
    using AttestationTally for uint256[8];

    /// @dev What the attestations of a round say, in the order of its reveals.
    struct Outcome {
        uint256 acceptedMask;
        uint256 attestedMask;
        uint256 accepted;
        address[] accounts;
        bool complete; // everybody who may attest has
    }

    // ------------------------------------------------------------------ freezing the accepted set

    /// @inheritdoc ITrainingTask
    // slither-disable-next-line reentrancy-no-eth
    function freezeRound(UpdateEntry[] calldata entries) external {
        (bool frozen, RoundClock state) = _freeze(_clock, entries);
        if (frozen) _clock = state;
    }

    /// @dev Fixes the accepted set; the caller writes the clock back. False if the quorum was missed, which has
    /// voided the round and written the clock already.
    function _freeze(RoundClock state, UpdateEntry[] calldata entries) internal returns (bool, RoundClock) {
        if (state.accepted() != 0) revert TrainingTaskUnexpectedPhase(state.phase(), Phase.Attest);
        (Phase current, uint256 deadline) = _phaseOf(state);
        // Even when no sealer came in time: the trainers' rewards are owed all the same.
        if (current != Phase.Attest && current != Phase.Stalled) _requirePhase(current, Phase.Aggregate);
        _requireReveals(state, entries);
        Outcome memory outcome = _tally(state, entries);
        if (current == Phase.Attest) {
            if (!outcome.complete) revert TrainingTaskUnexpectedPhase(Phase.Attest, Phase.Aggregate);
            state = state.withMark(block.timestamp);
        } else {
            // Slots count from the end of Attest, whenever the set is frozen.
            state = state.withMark(deadline - _sealingSeconds(state));
        }
        state = state.withPhase(Phase.Aggregate);
        if (outcome.accepted < TaskArguments.quorum()) {
            _void(state);
            return (false, state);
        }
        emit RoundFrozen(state.round(), outcome.acceptedMask, outcome.attestedMask);
        if (outcome.accepted != entries.length) _setHash = _hashOf(entries, outcome.acceptedMask);
        _credit(state, outcome);
        return (true, state.withAccepted(outcome.accepted).withSealer(0));
    }

    /// @dev INVARIANT: nobody is left out, added or weighed otherwise; the list hashes to the running hash of reveals.
    function _requireReveals(RoundClock state, UpdateEntry[] calldata entries) private view {
        bytes32 running = _hashOf(entries, type(uint256).max);
        if (entries.length != state.revealed() || running != _setHash) {
            revert TrainingTaskWrongEntries(running, _setHash);
        }
    }

    /// @dev Accepted: vouched for by more than half of those who may attest; all of them hold the same stake.
    function _tally(
        RoundClock state,
        UpdateEntry[] calldata entries
    ) private view returns (Outcome memory outcome) {
        // slither-disable-next-line uninitialized-local
        uint256[8] memory planes; // zero, as memory is
        uint256 present = 0;
        uint256 presentMask = 0;
        outcome.accounts = new address[](entries.length);
        for (uint256 i = 0; i < entries.length; ++i) {
            address trainer = entries[i].trainer;
            outcome.accounts[i] = trainer;
            TrainerRecord record = _trainers[trainer];
            if (!_isPresent(state, record, i)) continue;
            // What an earlier attempt made public is nobody else's: only its first reveal counts.
            if (state.attempt() != 0 && _isRepeated(entries, i)) continue;
            presentMask |= 1 << i;
            ++present;
            if (record.state() != TrainerState.Attested || record.turn() != state.turn()) continue;
            outcome.attestedMask |= 1 << i;
            planes.add(record.word());
        }
        outcome.acceptedMask = presentMask & planes.above(present / 2);
        outcome.complete = outcome.attestedMask == presentMask;
        for (uint256 mask = outcome.acceptedMask; mask != 0; mask &= mask - 1) ++outcome.accepted;
    }

    /// @dev A trainer that was slashed since its reveal neither attests nor is accepted.
    function _isPresent(RoundClock state, TrainerRecord record, uint256 place) private pure returns (bool) {
        TrainerState standing = record.state();
        if (standing != TrainerState.Revealed && standing != TrainerState.Attested) return false;
        return record.index() == place && record.turn() >= _firstTurn(state);
    }

    /// @dev Whether an earlier entry has the same commitment.
    function _isRepeated(UpdateEntry[] calldata entries, uint256 place) private pure returns (bool) {
        bytes32 commitment = entries[place].commitment;
        for (uint256 i = 0; i < place; ++i) if (entries[i].commitment == commitment) return true;
        return false;
    }

    /// @dev The running hash over the entries whose bit is set.
    function _hashOf(UpdateEntry[] calldata entries, uint256 mask) private pure returns (bytes32 running) {
        for (uint256 i = 0; i < entries.length; ++i) {
            if ((mask >> i) & 1 == 0) continue;
            UpdateEntry calldata entry = entries[i];
            running = CommitmentLib.extend(running, entry.trainer, entry.weight, entry.commitment);
        }
    }

    /// @dev Books the round's rewards, and that of the sealer of the model it started from.
    function _credit(RoundClock state, Outcome memory outcome) private {
        _POOL.creditRound(
            IRewardPool.RoundCredit({
                accounts: outcome.accounts,
                acceptedMask: outcome.acceptedMask,
                attestedMask: outcome.attestedMask,
                accepted: outcome.accepted,
                updateReward: TaskArguments.updateReward(),
                attestReward: TaskArguments.attestReward(),
                sealer: _proposer(state),
                sealReward: TaskArguments.sealReward()
            })
        );
    }
}
