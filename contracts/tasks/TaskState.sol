// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRewardPool} from "../interfaces/IRewardPool.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {ITrainingTask} from "../interfaces/ITrainingTask.sol";
import {TaskArguments} from "../libraries/TaskArguments.sol";
import {RoundClock} from "../types/RoundClock.sol";
import {
    Phase,
    RoundState,
    SUBSTITUTE,
    TaskParameters,
    TrainerState,
    TrainerView,
    UNKNOWN_DUE
} from "../types/TaskTypes.sol";
import {TrainerRecord} from "../types/TrainerRecord.sol";

/// @title What a task remembers, and what phase follows from it
/// @dev Storage is shared by every part of a task and reused in every round; nothing grows with history.
abstract contract TaskState is ITrainingTask {
    uint256 internal constant BPS = 10_000;
    /// @dev Slots that stay open after every seat had its own.
    uint256 internal constant OPEN_SLOTS = 2;
    uint256 internal constant MAX_SEATS = 16;
    /// @dev Proposals of one round; past them only the end of the task is left, so that no counter can run over.
    uint256 internal constant MAX_PROPOSALS = 64;
    /// @dev Lost disputes of one round; the bond has doubled as often.
    uint256 internal constant MAX_DISPUTES = 32;

    address internal immutable _FACTORY;
    address internal immutable _COURT;
    IStakeVault internal immutable _VAULT;
    IRewardPool internal immutable _POOL;

    RoundClock internal _clock;
    /// @dev Running hash of the round's reveals; of the accepted updates once the set is frozen.
    bytes32 internal _setHash;
    /// @dev The model after round r is at r & 1; a proposal lies where the next model will be.
    bytes32[2] internal _models;
    bytes32 internal _seed;
    /// @dev The block whose hash the next seed follows from; 0 once it did.
    uint256 internal _seedBlock;
    /// @dev Who stands for a proposal without a seat: a challenger that won, or whoever came in an open slot.
    address internal _substitute;
    /// @dev While updates are reviewed: which are accepted (low half), and whose attestations count (high half).
    uint256 internal _masks;
    mapping(uint256 seat => address sealer) internal _seats;
    mapping(address trainer => TrainerRecord) internal _trainers;
    mapping(address trainer => bytes32 record) internal _records;

    // ------------------------------------------------------------------ views

    /// @inheritdoc ITrainingTask
    function phase() external view returns (Phase current, uint256 deadline) {
        return _phaseOf(_clock);
    }

    /// @inheritdoc ITrainingTask
    function statusOf(
        address account
    )
        external
        view
        returns (
            Phase current,
            uint256 deadline,
            RoundState memory state,
            TrainerView memory record,
            bool drawn
        )
    {
        RoundClock now_ = _clock;
        (current, deadline) = _phaseOf(now_);
        state = now_.unpack();
        record = _trainers[account].unpack();
        // False while the seed is not there yet, so that a reader is never refused.
        drawn = (_seedBlock == 0 || blockhash(_seedBlock) != 0) && _isDrawn(account, now_.turn());
    }

    /// @inheritdoc ITrainingTask
    function clock() external view returns (RoundState memory) {
        return _clock.unpack();
    }

    /// @inheritdoc ITrainingTask
    function parameters() external view returns (TaskParameters memory) {
        TaskArguments.answerAll();
    }

    /// @inheritdoc ITrainingTask
    function trainerOf(address trainer) external view returns (TrainerView memory) {
        return _trainers[trainer].unpack();
    }

    /// @inheritdoc ITrainingTask
    function recordOf(address trainer) external view returns (bytes32) {
        return _records[trainer];
    }

    /// @inheritdoc ITrainingTask
    function seats() external view returns (address[] memory) {
        uint256 count = _clock.seats();
        address[] memory sealers = new address[](count);
        for (uint256 i = 0; i < count; ++i) sealers[i] = _seats[i];
        return sealers;
    }

    /// @inheritdoc ITrainingTask
    function baseModel() external view returns (bytes32) {
        return _baseModel(_clock);
    }

    /// @inheritdoc ITrainingTask
    function proposedModel() external view returns (bytes32 model, address proposer) {
        RoundClock state = _clock;
        return (_models[state.round() & 1], _proposer(state));
    }

    /// @inheritdoc ITrainingTask
    function setHash() external view returns (bytes32) {
        return _setHash;
    }

    /// @inheritdoc ITrainingTask
    function isDrawn(address trainer) external view returns (bool) {
        return _isDrawn(trainer, _clock.turn());
    }

    /// @inheritdoc ITrainingTask
    function nextBond() external view returns (uint256) {
        return _bond(_clock.disputes());
    }

    // ------------------------------------------------------------------ the phase, derived

    /// @dev The table of phases:
    /// | from      | to        | when                                                             |
    /// | Join      | Commit    | `start`: joining time over, or all places taken                  |
    /// | Commit    | Reveal    | all due have committed, or the deadline                          |
    /// | Reveal    | Attest    | all commitments are revealed, or the deadline                    |
    /// | Attest    | Aggregate | the deadline, or `freezeRound` shows that all have attested      |
    /// | Attest    | Review    | the same, where the task has a board; `freezeRound` opens it     |
    /// | Review    | Aggregate | the board has concluded                                          |
    /// | Review    | Void      | the board leaves fewer than the quorum                           |
    /// | Reveal    | Void      | the phase is over and the quorum of reveals was missed           |
    /// | Attest    | Void      | `freezeRound` shows that the quorum of accepted updates is missed |
    /// | Void      | Commit    | `voidRound`, or Ended after too many in a row                    |
    /// | Aggregate | Challenge | `proposeAggregate`                                               |
    /// | Aggregate | Stalled   | every seat and the open slots passed; `endTask` ends it          |
    /// | Challenge | Final     | window over and no dispute open                                  |
    /// | Challenge | Aggregate | a proof, and nobody stands in                                    |
    /// | Final     | Commit    | `finalizeRound`, or Ended after the last round                   |
    function _phaseOf(RoundClock state) internal view returns (Phase current, uint256 deadline) {
        (current, deadline) = _trainersPhase(state);
        if (current == Phase.Attest) {
            // Not before: whoever committed keeps its whole reveal phase, even in a turn that is lost.
            if (state.revealed() < TaskArguments.quorum()) return (Phase.Void, 0);
            if (block.timestamp >= deadline) {
                return TaskArguments.board() == address(0) ? _aggregatePhase(state, deadline) : (Phase.Review, 0);
            }
        } else if (current == Phase.Aggregate) {
            return _aggregatePhase(state, deadline);
        } else if (current == Phase.Challenge && block.timestamp >= deadline && !state.disputeOpen()) {
            return (Phase.Final, 0);
        }
    }

    /// @dev The phases of trainers follow each other by the clock alone.
    function _trainersPhase(RoundClock state) private view returns (Phase current, uint256 deadline) {
        current = state.phase();
        deadline = state.mark();
        if (current == Phase.Commit && block.timestamp >= deadline) {
            // Where nobody has anything to reveal, that phase is empty.
            if (state.pending() == 0) return (Phase.Attest, deadline + TaskArguments.attestSeconds());
            current = Phase.Reveal;
            deadline += TaskArguments.revealSeconds();
        }
        if (current == Phase.Reveal && block.timestamp >= deadline) {
            current = Phase.Attest;
            deadline += TaskArguments.attestSeconds();
        }
    }

    /// @dev Aggregate counts from its start; past every slot the task cannot go on.
    function _aggregatePhase(RoundClock state, uint256 startedAt) private view returns (Phase, uint256) {
        uint256 deadline = startedAt + _sealingSeconds(state);
        return (block.timestamp >= deadline ? Phase.Stalled : Phase.Aggregate, deadline);
    }

    /// @dev One slot for each seat, and the open ones.
    function _sealingSeconds(RoundClock state) internal view returns (uint256) {
        return (state.seats() + OPEN_SLOTS) * TaskArguments.sealSeconds();
    }

    function _requirePhase(Phase current, Phase required) internal pure {
        if (current != required) revert TrainingTaskUnexpectedPhase(current, required);
    }

    /// @dev For a caller whose state does not allow the call.
    function _refuse(TrainerState current) internal view {
        revert TrainingTaskUnexpectedTrainerState(msg.sender, current);
    }

    // ------------------------------------------------------------------ shared facts

    function _baseModel(RoundClock state) internal view returns (bytes32) {
        // In the first round, and before it, the base is the initial model at place 0.
        return _models[state.round() == 0 ? 0 : (state.round() - 1) & 1];
    }

    /// @dev Who answers for the latest proposal; zero if there is none, or its author has left its seat.
    function _proposer(RoundClock state) internal view returns (address) {
        if (state.sealer() == 0) return address(0);
        return state.sealer() == SUBSTITUTE ? _substitute : _seats[state.sealer() - 1];
    }

    /// @dev The first turn of the round: whoever revealed in it or later has revealed in this round.
    function _firstTurn(RoundClock state) internal pure returns (uint24) {
        unchecked {
            // SAFETY: every attempt opened a turn.
            return state.turn() - state.attempt();
        }
    }

    /// @dev A trainer is drawn if the hash of seed, turn and address falls below the task's fraction.
    function _isDrawn(address trainer, uint24 turn) internal view returns (bool) {
        uint256 fraction = TaskArguments.fractionBps();
        return fraction >= BPS || _isBelow(trainer, turn, fraction);
    }

    function _isBelow(address trainer, uint24 turn, uint256 fraction) internal view returns (bool) {
        uint256 lot = uint256(keccak256(abi.encode(_presentSeed(), turn, trainer)));
        return lot / (type(uint256).max / BPS + 1) < fraction;
    }

    /// @dev The seed follows from the hash of the block that opened the turn, which nobody knows while it can still
    /// choose whom to let join: joining takes effect a turn later.
    function _presentSeed() internal view returns (bytes32) {
        uint256 seedBlock = _seedBlock;
        if (seedBlock == 0) return _seed;
        bytes32 blockHash = blockhash(seedBlock);
        if (blockHash == 0) revert TrainingTaskSeedPending(seedBlock);
        return keccak256(abi.encode(_seed, blockHash, address(this)));
    }

    /// @dev INV-BOND-1: doubles with every lost dispute of a round: whoever would use them up pays exponentially.
    function _bond(uint8 disputes) internal view returns (uint256) {
        return TaskArguments.challengeBond() << disputes;
    }

    /// @dev How many trainers a turn waits for; unknown when they are drawn.
    function _dueOf(RoundClock state) internal view returns (uint8) {
        return TaskArguments.fractionBps() >= BPS ? state.active() : UNKNOWN_DUE;
    }
}
