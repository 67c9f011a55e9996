// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRewardPool} from "../interfaces/IRewardPool.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {ITrainingTask} from "../interfaces/ITrainingTask.sol";
import {AttestationTally} from "../libraries/AttestationTally.sol";
import {CommitmentLib} from "../libraries/CommitmentLib.sol";
import {TaskArguments} from "../libraries/TaskArguments.sol";
import {RoundClock} from "../types/RoundClock.sol";
import {
    Evidence,
    Phase,
    Role,
    SUBSTITUTE,
    TrainerState,
    UpdateEntry
} from "../types/TaskTypes.sol";
import {TrainerRecord} from "../types/TrainerRecord.sol";
import {TaskRounds} from "./TaskRounds.sol";

/// @title One federation under bond
/// @notice Rounds of commit, reveal, attest, aggregate, challenge and final over one model. Holds no coins: stakes lie
/// in the vault, rewards in the pool, both ordered from here. Trust: the factory (it checked the parameters), the
/// court (it checked the evidence). No owner can change, pause or upgrade anything.
/// SAFETY: the clock is written after calls of the vault and the pool in several places. Both are this project's own,
/// call only the coin, and the coin calls nobody: nothing can come back in between.
/// @dev INV-TASK-1: whatever phase, some call that anybody may make leads out of it after its deadline.
/// INV-TASK-2: a frozen set never changes, and its rewards are owed whatever happens later.
contract TrainingTask is TaskRounds {
    using AttestationTally for uint256[8];

    /// @dev What the attestations of a round say, in the order of its reveals.
    struct Outcome {
        uint256 acceptedMask;
        uint256 attestedMask;
        uint256 accepted;
        address[] accounts;
        bool complete; // everybody who may attest has
    }

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

    // ------------------------------------------------------------------ freezing the accepted set

    /// @inheritdoc ITrainingTask
    // slither-disable-next-line reentrancy-no-eth
    function freezeRound(UpdateEntry[] calldata entries) external {
        (bool frozen, RoundClock state) = _freeze(_clock, entries);
        if (frozen) _clock = state;
    }

    /// @dev Fixes the accepted set; the caller writes the clock back. False if the quorum was missed, which has
    /// voided the round and written the clock already.
    function _freeze(RoundClock state, UpdateEntry[] calldata entries) private returns (bool, RoundClock) {
        if (state.accepted() != 0) revert TrainingTaskUnexpectedPhase(state.phase(), Phase.Attest);
        (Phase current, uint256 deadline) = _phaseOf(state);
        _requireReveals(state, entries);
        Outcome memory outcome = _tally(state, entries);
        if (current == Phase.Attest && outcome.complete) {
            state = state.withMark(block.timestamp);
        } else {
            // Even when no sealer came in time: the trainers' rewards are owed all the same.
            if (current != Phase.Stalled) _requirePhase(current, Phase.Aggregate);
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

    // ------------------------------------------------------------------ sealing

    /// @inheritdoc ITrainingTask
    // slither-disable-next-line reentrancy-no-eth
    function proposeAggregate(
        uint24 round,
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
        (Phase current, ) = _phaseOf(state);
        _requirePhase(current, Phase.Aggregate);
        if (state.proposal() >= MAX_PROPOSALS) revert TrainingTaskNotChallengeable(state.proposal());
        _displaceIdle(state);
        if (seat == type(uint256).max) {
            _requireOpenSlot(state);
            _substitute = msg.sender;
            state = state.withSealer(SUBSTITUTE);
        } else {
            _requireSlot(state, seat);
            state = state.withSealer(seat + 1);
        }
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

    /// @dev Each seat has a slot of its own, beginning with another one each round and after each rejected proposal;
    /// the slot of an empty seat, and those after the last, are open to every sealer.
    function _requireSlot(RoundClock state, uint256 seat) private view {
        uint256 count = state.seats();
        if (seat >= count || _seats[seat] != msg.sender) revert TrainingTaskNotYourSeat(msg.sender, seat);
        uint256 slot = (block.timestamp - state.mark()) / TaskArguments.sealSeconds();
        if (slot >= count) return;
        // slither-disable-next-line weak-prng
        uint256 expected = (uint256(state.round()) + state.proposal() + slot) % count;
        if (seat != expected && _seats[expected] != address(0)) revert TrainingTaskNotYourSlot(seat, expected);
    }

    /// @dev At last anybody may propose under a bond, so that idle seats cannot stop a round.
    function _requireOpenSlot(RoundClock state) private view {
        uint256 slot = (block.timestamp - state.mark()) / TaskArguments.sealSeconds();
        if (slot < state.seats()) revert TrainingTaskNotYourSlot(type(uint256).max, slot);
    }

    /// @dev Whoever let its slot pass loses its seat, not its stake: an idle seat delays one round, not every one.
    // slither-disable-next-line reentrancy-no-eth
    function _displaceIdle(RoundClock state) private {
        uint256 count = state.seats();
        uint256 passed = (block.timestamp - state.mark()) / TaskArguments.sealSeconds();
        if (passed > count) passed = count;
        uint256 releasableAt = block.timestamp + TaskArguments.unbondingSeconds();
        for (uint256 slot = 0; slot < passed; ++slot) {
            // slither-disable-next-line weak-prng
            uint256 seat = (uint256(state.round()) + state.proposal() + slot) % count;
            address sealer = _seats[seat];
            // Whoever proposes late is not idle.
            if (sealer == address(0) || sealer == msg.sender) continue;
            _seats[seat] = address(0);
            emit SealerDisplaced(sealer, seat);
            // At most MAX_SEATS calls of the vault, which calls nobody back.
            // slither-disable-next-line calls-loop
            _VAULT.unbond(sealer, Role.Sealer, releasableAt);
        }
    }

    function _propose(RoundClock state, address proposer, bytes32 model, bytes32 contentId) private {
        _models[state.round() & 1] = model;
        state = state.withProposal(uint256(state.proposal()) + 1);
        state = state.withPhase(Phase.Challenge);
        state = state.withMark(block.timestamp + TaskArguments.challengeSeconds());
        _clock = state;
        emit AggregateProposed(state.round(), state.proposal(), proposer, model, contentId);
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

    /// @dev Whoever answers for a call with coins names the round that it is for.
    function _requireRound(RoundClock state, uint24 round) private pure {
        if (round != state.round()) revert TrainingTaskOtherRound(round, state.round());
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
        _VAULT.slash(
            proposer,
            role,
            evidence,
            // A challenger that stood in loses all that it has bonded.
            substitute ? _VAULT.stakeOf(address(this), proposer, role).amount : TaskArguments.sealPenalty(),
            challenger,
            TaskArguments.bounty(),
            TaskArguments.burnBps()
        );
        if (!substitute && _VAULT.stakeOf(address(this), proposer, role).amount > 0) {
            _VAULT.unbond(proposer, role, block.timestamp + TaskArguments.unbondingSeconds());
        }
    }
}
