// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISealingPolicy} from "../interfaces/ISealingPolicy.sol";
import {ITrainingTask} from "../interfaces/ITrainingTask.sol";
import {TaskArguments} from "../libraries/TaskArguments.sol";
import {RoundClock} from "../types/RoundClock.sol";
import {Phase, Role, SUBSTITUTE, UpdateEntry} from "../types/TaskTypes.sol";
import {TaskFreezing} from "./TaskFreezing.sol";

/// @title Who may propose the new model, and when it is final
abstract contract TaskSealing is TaskFreezing {
    // ------------------------------------------------------------------ proposing and finalising

    /// @inheritdoc ITrainingTask
    // slither-disable-next-line reentrancy-no-eth
    function proposeAggregate(
        uint24 round,
        bytes32 accepted,
        UpdateEntry[] calldata entries,
        bytes32 model,
        bytes32 contentId,
        uint256 seat
    ) external {
        RoundClock state = _clock;
        _requireRound(state, round);
        if (state.accepted() == 0) {
            bool frozen;
            (frozen, state) = _freeze(state, entries);
            if (!frozen) return;
        }
        // Made for another set it would be a wrong model: a trainer may have been slashed since it was computed.
        if (accepted != _setHash) revert TrainingTaskOtherSet(accepted, _setHash);
        (Phase current, ) = _phaseOf(state);
        _requirePhase(current, Phase.Aggregate);
        if (state.proposal() >= MAX_PROPOSALS) revert TrainingTaskNotChallengeable(state.proposal());
        state = _seated(state, accepted, model, seat);
        _propose(state, msg.sender, model, contentId);
        if (seat == type(uint256).max) _VAULT.lock(msg.sender, Role.Challenger, TaskArguments.challengeBond());
    }

    /// @inheritdoc ITrainingTask
    function finalizeRound() external {
        RoundClock state = _clock;
        (Phase current, ) = _phaseOf(state);
        _requirePhase(current, Phase.Final);
        emit RoundFinalized(state.round());
        state = state.withRound(uint256(state.round()) + 1).withVoids(0).withAttempt(0).withRevealed(0);
        state = state.withAccepted(0).withProposal(0).withDisputes(0);
        if (state.round() > TaskArguments.rounds()) {
            _end(state);
            return;
        }
        _openTurn(state, _dueOf(state));
    }

    /// @dev Whether the caller may propose now, and in whose name.
    function _seated(RoundClock state, bytes32 accepted, bytes32 model, uint256 seat) private returns (RoundClock) {
        uint256 passed = (block.timestamp - state.mark()) / TaskArguments.sealSeconds();
        address policy = TaskArguments.sealing();
        // Slots make who let its own pass idle; a policy says so itself, since work takes luck.
        if (policy == address(0) || ISealingPolicy(policy).admit(state, accepted, model, msg.sender, seat)) {
            _displaceIdle(state, passed);
        }
        if (seat == type(uint256).max) {
            // At last anybody may propose under a bond, so that idle seats cannot stop a round.
            if (passed < state.seats()) revert TrainingTaskNotYourSlot(seat, passed);
            _substitute = msg.sender;
            return state.withSealer(SUBSTITUTE);
        }
        // A policy's nonce stands above the seat.
        if (policy != address(0)) seat = uint8(seat);
        if (_seats[seat] != msg.sender) revert TrainingTaskNotYourSeat(msg.sender, seat);
        if (policy == address(0)) _requireSlot(state, seat, passed);
        return state.withSealer(seat + 1);
    }

    /// @dev Each seat has a slot of its own, beginning with another one each round and after each rejected proposal;
    /// the slot of an empty seat, and those after the last, are open to every sealer.
    function _requireSlot(RoundClock state, uint256 seat, uint256 slot) private view {
        uint256 count = state.seats();
        if (slot >= count) return;
        uint256 expected = _seatOf(state, slot);
        if (seat != expected && _seats[expected] != address(0)) revert TrainingTaskNotYourSlot(seat, expected);
    }

    /// @dev Whoever let its slot pass loses its seat, not its stake: an idle seat delays one round, not every one.
    // slither-disable-next-line reentrancy-no-eth
    function _displaceIdle(RoundClock state, uint256 passed) private {
        uint256 count = state.seats();
        if (passed > count) passed = count;
        for (uint256 slot = 0; slot < passed; ++slot) {
            uint256 seat = _seatOf(state, slot);
            address sealer = _seats[seat];
            // Whoever proposes late is not idle.
            if (sealer == address(0) || sealer == msg.sender) continue;
            _seats[seat] = address(0);
            emit SealerDisplaced(sealer, seat);
            _unbond(sealer, Role.Sealer);
        }
    }

    function _seatOf(RoundClock state, uint256 slot) private pure returns (uint256) {
        // slither-disable-next-line weak-prng
        return (uint256(state.round()) + state.proposal() + slot) % state.seats();
    }

    function _propose(RoundClock state, address proposer, bytes32 model, bytes32 contentId) internal {
        _models[state.round() & 1] = model;
        state = state.withProposal(uint256(state.proposal()) + 1);
        state = state.withPhase(Phase.Challenge);
        state = state.withMark(block.timestamp + TaskArguments.challengeSeconds());
        _clock = state;
        emit AggregateProposed(state.round(), state.proposal(), proposer, model, contentId);
    }

    /// @dev Whoever answers for a call with coins names the round that it is for.
    function _requireRound(RoundClock state, uint24 round) internal pure {
        if (round != state.round()) revert TrainingTaskOtherRound(round, state.round());
    }
}
