// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IReviewBoard} from "../interfaces/IReviewBoard.sol";
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

    /// @dev Bits of a mask: a round has at most 128 updates.
    uint256 private constant HALF = 128;

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
        // Once frozen, and while the board has it.
        if (state.accepted() != 0 || state.phase() == Phase.Review) _requirePhase(state.phase(), Phase.Attest);
        (Phase current, uint256 deadline) = _phaseOf(state);
        // Even when no sealer came in time: the trainers' rewards are owed all the same.
        if (current != Phase.Attest && current != Phase.Stalled && current != Phase.Review) {
            _requirePhase(current, Phase.Aggregate);
        }
        _requireReveals(state, entries);
        Outcome memory outcome = _tally(state, entries);
        if (current == Phase.Attest) {
            if (!outcome.complete) _requirePhase(current, Phase.Aggregate);
            state = state.withMark(block.timestamp);
        } else if (current != Phase.Review) {
            // Slots count from the end of Attest, whenever the set is frozen.
            state = state.withMark(deadline - _sealingSeconds(state));
        }
        state = state.withPhase(Phase.Aggregate);
        if (outcome.accepted < TaskArguments.quorum()) {
            _void(state);
            return (false, state);
        }
        address board = TaskArguments.board();
        if (board != address(0)) {
            _masks = outcome.acceptedMask | (outcome.attestedMask << HALF);
            state = state.withPhase(Phase.Review).withMark(block.timestamp);
            _clock = state;
            IReviewBoard(board).open(state.turn(), state.revealed(), _setHash, outcome.acceptedMask);
            return (true, state);
        }
        return (true, _accept(state, entries, outcome, new uint256[](0)));
    }

    /// @inheritdoc ITrainingTask
    // slither-disable-next-line reentrancy-no-eth
    function concludeReview(UpdateEntry[] calldata entries, uint256 keptMask, uint256[] calldata shares) external {
        if (msg.sender != TaskArguments.board()) revert TrainingTaskUnauthorized(msg.sender);
        RoundClock state = _clock;
        _requirePhase(state.phase(), Phase.Review);
        _requireReveals(state, entries);
        uint256 masks = _masks;
        // slither-disable-next-line uninitialized-local
        Outcome memory outcome;
        outcome.accounts = new address[](entries.length);
        // Whoever was slashed since the freeze is neither accepted nor paid, whatever the board found.
        uint256 presentMask = 0;
        for (uint256 i = 0; i < entries.length; ++i) {
            address trainer = entries[i].trainer;
            outcome.accounts[i] = trainer;
            if (_isPresent(state, _trainers[trainer], i)) presentMask |= 1 << i;
        }
        outcome.attestedMask = presentMask & (masks >> HALF);
        _count(outcome, presentMask & masks & keptMask);
        state = state.withPhase(Phase.Aggregate).withMark(block.timestamp);
        if (outcome.accepted < TaskArguments.quorum()) _void(state);
        else _clock = _accept(state, entries, outcome, shares);
    }

    /// @dev From here on the set is fixed, and what it earns is owed.
    function _accept(
        RoundClock state,
        UpdateEntry[] calldata entries,
        Outcome memory outcome,
        uint256[] memory shares
    ) private returns (RoundClock) {
        emit RoundFrozen(state.round(), outcome.acceptedMask, outcome.attestedMask);
        if (outcome.accepted != entries.length) _setHash = _hashOf(entries, outcome.acceptedMask);
        _credit(state, outcome, shares);
        return state.withAccepted(outcome.accepted).withSealer(0);
    }

    /// @dev INVARIANT: nobody is left out, added or weighed otherwise; the list hashes to the running hash of reveals.
    function _requireReveals(RoundClock state, UpdateEntry[] calldata entries) private view {
        bytes32 running = _hashOf(entries, type(uint256).max);
        if (entries.length != state.revealed() || running != _setHash) {
            revert TrainingTaskWrongEntries(running, _setHash);
        }
    }

    /// @dev Accepted: vouched for by more than half of those who may attest; all of them locked the same stake.
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
        outcome.complete = outcome.attestedMask == presentMask;
        _count(outcome, presentMask & planes.above(present / 2));
    }

    function _count(Outcome memory outcome, uint256 acceptedMask) private pure {
        outcome.acceptedMask = acceptedMask;
        for (; acceptedMask != 0; acceptedMask &= acceptedMask - 1) ++outcome.accepted;
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
    function _credit(RoundClock state, Outcome memory outcome, uint256[] memory shares) private {
        _POOL.creditRound(
            IRewardPool.RoundCredit({
                accounts: outcome.accounts,
                acceptedMask: outcome.acceptedMask,
                attestedMask: outcome.attestedMask,
                accepted: outcome.accepted,
                updateReward: TaskArguments.updateReward(),
                attestReward: TaskArguments.attestReward(),
                sealer: _proposer(state),
                sealReward: TaskArguments.sealReward(),
                shares: shares
            })
        );
    }
}
