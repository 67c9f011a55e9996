// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRewardPool} from "../interfaces/IRewardPool.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {ITrainingTask} from "../interfaces/ITrainingTask.sol";
import {TaskArguments} from "../libraries/TaskArguments.sol";
import {RoundClock} from "../types/RoundClock.sol";
import {Evidence, Phase, Role, SUBSTITUTE} from "../types/TaskTypes.sol";
import {TaskSealing} from "./TaskSealing.sol";

/// @title One federation under bond
/// @notice Rounds of commit, reveal, attest, aggregate, challenge and final over one model. Holds no coins: stakes lie
/// in the vault, rewards in the pool, both ordered from here. Trust: the factory (it checked the parameters), the
/// court (it checked the evidence). No owner can change, pause or upgrade anything.
/// SAFETY: the clock is written after calls of the vault and the pool in several places. Both are this project's own,
/// call only the coin, and the coin calls nobody: nothing can come back in between.
/// @dev INV-TASK-1: whatever phase, some call that anybody may make leads out of it after its deadline.
/// INV-HONEST-1: whoever reveals in time what it committed to, under a true tree, proposes what the frozen set gives,
/// answers in time, shows what it vouched for and challenges only what is wrong is never slashed.
contract TrainingTask is TaskSealing {
    /// @dev The implementation itself stays uninitialised for good: `initialize` is open only to the factory, which
    /// calls it on clones alone.
    constructor(address factory, address court, IStakeVault vault, IRewardPool pool) {
        _FACTORY = factory;
        _COURT = court;
        _VAULT = vault;
        _POOL = pool;
    }

    /// @inheritdoc ITrainingTask
    function initialize() external {
        if (msg.sender != _FACTORY) revert TrainingTaskUnauthorized(msg.sender);
        if (_clock.phase() != Phase.None) revert TrainingTaskAlreadyInitialized();
        _clock = _clock.withPhase(Phase.Join).withMark(block.timestamp + TaskArguments.joinSeconds());
        _models[0] = TaskArguments.initialModel();
        // Slots that every round writes are filled now, so that no round pays for new ones.
        _models[1] = bytes32(uint256(1));
        _setHash = bytes32(uint256(1));
    }

    // ------------------------------------------------------------------ disputes

    /// @inheritdoc ITrainingTask
    function beginDispute(address challenger, uint24 round) external returns (uint8 proposal) {
        _requireCourt();
        RoundClock state = _clock;
        _requireRound(state, round);
        (Phase current, ) = _phaseOf(state);
        _requirePhase(current, Phase.Challenge);
        if (state.disputeOpen() || state.disputes() >= MAX_DISPUTES) {
            revert TrainingTaskNotChallengeable(state.proposal());
        }
        // Its own bond would be taken twice and leave the next proposal without one.
        if (challenger == _proposer(state)) revert TrainingTaskUnauthorized(challenger);
        uint256 bond = _bond(state.disputes());
        state = state.withDisputes(uint256(state.disputes()) + 1);
        state = state.withDisputeOpen(true);
        _clock = state;
        _VAULT.lock(challenger, Role.Challenger, bond);
        return state.proposal();
    }

    /// @inheritdoc ITrainingTask
    function dismissDispute(address challenger) external {
        _requireCourt();
        RoundClock state = _clock;
        state = state.withDisputeOpen(false);
        // Whoever waited behind a dispute that was only meant to block gets a whole window.
        uint256 fresh = block.timestamp + TaskArguments.challengeSeconds();
        if (fresh > state.mark()) state = state.withMark(fresh);
        _clock = state;
        _VAULT.forfeit(challenger, _bond(state.disputes() - 1), _proposer(state), TaskArguments.answerFee());
    }

    /// @inheritdoc ITrainingTask
    // slither-disable-next-line reentrancy-no-eth
    function replaceAggregate(address challenger, bytes32 model, bytes32 contentId, Evidence evidence) external {
        RoundClock state = _requireProposal();
        // Only lost disputes make the next one dearer: a right challenge must stay affordable.
        state = state.withDisputes(state.disputes() - 1);
        // A chain of accomplices that beat each other must come past the seats: only a sealer is replaced.
        bool again = state.sealer() == SUBSTITUTE;
        _punishProposer(state, evidence, challenger);
        if (again || state.proposal() >= MAX_PROPOSALS) {
            _reopen(state);
            return;
        }
        _substitute = challenger;
        _propose(state.withSealer(SUBSTITUTE).withDisputeOpen(false), challenger, model, contentId);
    }

    /// @inheritdoc ITrainingTask
    // slither-disable-next-line reentrancy-no-eth
    function rejectAggregate(address challenger) external {
        RoundClock state = _requireProposal();
        // Whoever was challenging it was right.
        if (state.disputeOpen()) state = state.withDisputes(state.disputes() - 1);
        _punishProposer(state, Evidence.WrongAggregate, challenger);
        _reopen(state);
    }

    /// @dev Another sealer's turn.
    function _reopen(RoundClock state) private {
        state = state.withSealer(0).withDisputeOpen(false);
        _clock = state.withPhase(Phase.Aggregate).withMark(block.timestamp);
    }

    function _requireProposal() private view returns (RoundClock state) {
        _requireCourt();
        state = _clock;
        _requirePhase(state.phase(), Phase.Challenge);
    }

    /// @dev Slashes whoever stands for the proposal, once: the caller takes the proposal away. A sealer loses its
    /// seat, and what is left of its stake unbonds.
    function _punishProposer(RoundClock state, Evidence evidence, address challenger) private {
        address proposer = _proposer(state);
        bool substitute = state.sealer() == SUBSTITUTE;
        Role role = substitute ? Role.Challenger : Role.Sealer;
        if (!substitute) _seats[state.sealer() - 1] = address(0);
        emit AggregateRejected(state.round(), state.proposal(), proposer, evidence);
        // A challenger that stood in loses all that it has bonded.
        uint256 penalty = substitute ? _staked(proposer, role) : TaskArguments.sealPenalty();
        _slash(proposer, role, evidence, penalty, challenger);
        if (!substitute && _staked(proposer, role) > 0) _unbond(proposer, role);
    }
}
