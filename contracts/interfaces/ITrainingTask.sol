// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    Evidence,
    Phase,
    Role,
    RoundState,
    TaskParameters,
    TrainerState,
    TrainerView,
    UpdateEntry
} from "../types/TaskTypes.sol";

/// @title One federation: its rounds, its trainers and its sealers
interface ITrainingTask {
    // ------------------------------------------------------------------ events: membership

    /// @notice A trainer joined; it may commit from the turn after `turn`.
    event TrainerJoined(address indexed trainer, uint24 turn);
    /// @notice A sealer took a seat.
    event SealerJoined(address indexed sealer, uint256 seat);
    /// @notice A sealer let its slot pass; its seat is free and its stake unbonds.
    event SealerDisplaced(address indexed sealer, uint256 seat);
    /// @notice A trainer's stake is whole again; it may commit from the turn after `turn`.
    event TrainerRestored(address indexed trainer, uint24 turn);
    /// @notice A trainer was slashed and may not commit until it tops its stake up.
    event TrainerSuspended(address indexed trainer, Evidence evidence);
    /// @notice An account asked to leave.
    event MemberLeft(address indexed account, Role role);

    // ------------------------------------------------------------------ events: rounds

    /// @notice A round, or a further attempt at it, takes commitments until `deadline`.
    event TurnOpened(uint24 indexed round, uint24 indexed turn, uint8 attempt, uint8 due, uint40 deadline);
    /// @notice The draw of the trainers of this turn follows from `seed`.
    event TurnSeeded(uint24 indexed turn, bytes32 seed);
    /// @notice A trainer bound itself to an update.
    event UpdateCommitted(uint24 indexed round, address indexed trainer, bytes32 digest);
    /// @notice A trainer published the update that it had committed to.
    event UpdateRevealed(
        uint24 indexed round,
        address indexed trainer,
        uint8 index,
        bytes32 rootHash,
        uint128 rootSum,
        bytes32 contentId,
        uint64 report,
        bytes32 salt
    );
    /// @notice A trainer vouched for the bytes of the updates whose bit is set.
    event UpdatesAttested(uint24 indexed round, address indexed trainer, uint256 bitmap);
    /// @notice The accepted set is fixed and its rewards are owed.
    event RoundFrozen(uint24 indexed round, uint256 acceptedMask, uint256 attestedMask);
    /// @notice The quorum was missed.
    event RoundVoided(uint24 indexed round, uint8 attempt, uint8 voids);
    /// @notice A model was proposed: by a sealer, or by a challenger whose dispute was won.
    event AggregateProposed(
        uint24 indexed round,
        uint8 proposal,
        address indexed proposer,
        bytes32 model,
        bytes32 contentId
    );
    /// @notice A proposal was shown to be wrong; another sealer's turn.
    event AggregateRejected(uint24 indexed round, uint8 proposal, address indexed proposer, Evidence evidence);
    /// @notice A round is closed; the model last proposed in it is the new global model.
    event RoundFinalized(uint24 indexed round);
    /// @notice No further round will open: `round` is the one that does not take place, or is broken off; `model` is
    /// the last final one.
    event TaskEnded(uint24 round, bytes32 model);

    // ------------------------------------------------------------------ errors

    /// @notice The call belongs to another phase.
    error TrainingTaskUnexpectedPhase(Phase current, Phase required);
    /// @notice The caller may not do this.
    error TrainingTaskUnauthorized(address caller);
    /// @notice The task is initialised already.
    error TrainingTaskAlreadyInitialized();
    /// @notice The account is not a trainer that may act now.
    error TrainingTaskUnexpectedTrainerState(address trainer, TrainerState current);
    /// @notice The call was meant for another turn: it was sent too late, or held back.
    error TrainingTaskOtherTurn(uint24 given, uint24 present);
    /// @notice The call was meant for another round: it was sent too late, or held back.
    error TrainingTaskOtherRound(uint24 given, uint24 present);
    /// @notice The model is made of other updates than the accepted ones: the set changed before it was fixed.
    error TrainingTaskOtherSet(bytes32 given, bytes32 present);
    /// @notice The trainer has acted in this turn already, or joined in it.
    error TrainingTaskAlreadyActed(address trainer, uint24 turn);
    /// @notice A commitment without reveal must be settled first: call `settle`.
    error TrainingTaskUnsettled(address trainer, uint24 turn);
    /// @notice There is nothing to settle.
    error TrainingTaskNothingToSettle(address trainer);
    /// @notice The trainer was not drawn for this turn.
    error TrainingTaskNotDrawn(address trainer, uint24 turn);
    /// @notice All places are taken.
    error TrainingTaskFull(uint256 limit);
    /// @notice The account holds this role already.
    error TrainingTaskAlreadyJoined(address account, Role role);
    /// @notice The revealed fields do not hash to the commitment.
    error TrainingTaskCommitmentMismatch(bytes32 digest, bytes32 committed);
    /// @notice An update must rest on at least one sample.
    error TrainingTaskNoSamples();
    /// @notice The update is longer than the task allows.
    error TrainingTaskNormTooLarge(uint256 sumOfSquares, uint256 limit);
    /// @notice The bitmap names updates that do not exist.
    error TrainingTaskBitmapTooLong(uint256 bitmap, uint256 revealed);
    /// @notice The posted list is not the list of this round's reveals.
    error TrainingTaskWrongEntries(bytes32 given, bytes32 required);
    /// @notice The time slot belongs to another seat.
    error TrainingTaskNotYourSlot(uint256 seat, uint256 expected);
    /// @notice The caller does not hold this seat.
    error TrainingTaskNotYourSeat(address caller, uint256 seat);
    /// @notice The seed of the draw follows from a block that is not there yet.
    error TrainingTaskSeedPending(uint256 seedBlock);
    /// @notice The accepted set must be fixed first: call `freezeRound`, the rewards are owed.
    error TrainingTaskNotFrozen(uint24 round);
    /// @notice The account still takes part in something open.
    error TrainingTaskStillEngaged(address account);
    /// @notice Another dispute is open, or this round had as many disputes or proposals as it takes.
    error TrainingTaskNotChallengeable(uint8 proposal);
    /// @notice The trainer published no such update in this round.
    error TrainingTaskNoSuchRecord(address trainer);

    // ------------------------------------------------------------------ membership

    /// @notice Makes the task ready for members. Factory only, once, in the transaction that creates the clone.
    function initialize() external;

    /// @notice Locks the trainer's stake; the caller may commit from the next turn on.
    function joinAsTrainer() external;

    /// @notice Locks the sealer's stake and takes a free seat.
    function joinAsSealer() external returns (uint256 seat);

    /// @notice Fills the caller's stake up after a slash and lifts the suspension.
    function topUp() external;

    /// @notice Asks to leave. A trainer finishes the round it is in; a sealer must have no proposal open.
    /// @param seat The sealer's seat; ignored for trainers.
    function leaveTask(Role role, uint256 seat) external;

    /// @notice Takes a stake back once nothing is open and the unbonding time is over.
    function withdraw(Role role) external;

    /// @notice Slashes a trainer that committed and let the reveal phase pass. Anyone; earns the bounty.
    function settle(address trainer) external;

    // ------------------------------------------------------------------ rounds

    /// @notice Opens the first round: at the end of the joining phase, or as soon as all places are taken.
    function start() external;

    /// @notice Derives the seed of the present draw from the block after which the turn opened. Anyone; the first
    /// commitment does it too.
    function seedTurn() external;

    /// @notice Binds the caller to an update by its EIP-712 hash.
    /// @param turn The present turn: a commitment that comes later than meant could never be revealed.
    function commitUpdate(uint24 turn, bytes32 digest) external;

    /// @notice Publishes the committed update.
    /// @param rootHash Hash of the root of the update's Merkle-sum tree.
    /// @param rootSum Its sum of squares, in lattice units.
    /// @param contentId SHA-256 of the root block of the bytes: a hint where they are.
    /// @param report How many samples the caller trained on, in the low half; for how many milliseconds, in the high
    /// one. Both are the caller's own word; the capped count is the update's weight.
    /// @param salt Random; keeps the commitment from being guessed.
    function revealUpdate(
        bytes32 rootHash,
        uint128 rootSum,
        bytes32 contentId,
        uint64 report,
        bytes32 salt
    ) external;

    /// @notice Vouches for the bytes of the updates whose bit (place among the reveals) is set.
    function attestUpdates(uint256 bitmap) external;

    /// @notice Fixes the accepted set without proposing a model. Anyone.
    /// @param entries All reveals of the round, in order.
    function freezeRound(UpdateEntry[] calldata entries) external;

    /// @notice Fixes the accepted set as the review has found. The task's board only.
    /// @param entries All reveals of the round, in order.
    /// @param keptMask What the review accepts, a bit each.
    /// @param shares Of the data reward, in Bps, for each reveal; none: whole.
    function concludeReview(UpdateEntry[] calldata entries, uint256 keptMask, uint256[] calldata shares) external;

    /// @notice Proposes the new model; fixes the accepted set first if nobody has.
    /// @param round The present round: a model that comes later than meant would be a wrong one.
    /// @param accepted Running hash of the updates that the model is made of: until they are fixed, a slash or a new
    /// attempt changes which ones those are.
    /// @param entries All reveals of the round, in order; empty if the set is fixed.
    /// @param seat The caller's seat; `type(uint256).max` for anybody with a bond, once every seat had its slot.
    /// Where the task has a sealing policy, what the policy wants stands above the lowest 8 bits.
    function proposeAggregate(
        uint24 round,
        bytes32 accepted,
        UpdateEntry[] calldata entries,
        bytes32 model,
        bytes32 contentId,
        uint256 seat
    ) external;

    /// @notice Closes the round after its challenge window and opens the next one. Anyone.
    function finalizeRound() external;

    /// @notice Opens the next attempt of a round that missed its quorum, or ends the task. Anyone.
    function voidRound() external;

    /// @notice Ends a task that cannot go on. Anyone.
    function endTask() external;

    // ------------------------------------------------------------------ disputes (court only)

    /// @notice Locks the challenger's bond and halts finalisation. Returns the number of the disputed proposal.
    /// @param round The present round: what was right in another one is wrong in this.
    function beginDispute(address challenger, uint24 round) external returns (uint8 proposal);

    /// @notice The challenger missed a step: its bond is lost and a fresh challenge window opens.
    function dismissDispute(address challenger) external;

    /// @notice The proposer is wrong: it is slashed, and the challenger's commitment takes the proposal's place; if the
    /// proposer had stood in itself, or the round has had too many proposals, another sealer's turn comes instead.
    function replaceAggregate(address challenger, bytes32 model, bytes32 contentId, Evidence evidence) external;

    /// @notice The proposer is wrong and nobody stands in: it is slashed, and another sealer's turn comes.
    function rejectAggregate(address challenger) external;

    /// @notice Slashes a trainer for the update that it last revealed, in `round`.
    function punishUpdate(address trainer, uint24 round, bytes32 commitment, address challenger) external;

    /// @notice An attester was asked for bytes: if it is leaving, its unbonding time begins anew.
    function bindAttester(address attester) external;

    /// @notice Slashes an attester for bytes that it did not show, by the reward of one attestation. If what is left
    /// could not bear every penalty it leaves.
    function chargeAttester(address attester, address asker) external;

    // ------------------------------------------------------------------ views

    /// @notice The present phase and when it ends (0: when somebody acts).
    function phase() external view returns (Phase current, uint256 deadline);

    /// @notice All that an account needs to know to act, in one call.
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
        );

    /// @notice The round's state as recorded.
    function clock() external view returns (RoundState memory);

    /// @notice All parameters.
    function parameters() external view returns (TaskParameters memory);

    /// @notice A trainer's record.
    function trainerOf(address trainer) external view returns (TrainerView memory);

    /// @notice Hash of the round and commitment of a trainer's latest reveal.
    function recordOf(address trainer) external view returns (bytes32);

    /// @notice The seats of the sealers; a free one is the zero address.
    function seats() external view returns (address[] memory);

    /// @notice Commitment of the model that the current round starts from.
    function baseModel() external view returns (bytes32);

    /// @notice Commitment and author of the current proposal.
    function proposedModel() external view returns (bytes32 model, address proposer);

    /// @notice Running hash of the reveals; of the accepted updates once the set is fixed.
    function setHash() external view returns (bytes32);

    /// @notice Whether a trainer is drawn for the current turn.
    function isDrawn(address trainer) external view returns (bool);

    /// @notice The bond of the next challenge.
    function nextBond() external view returns (uint256);
}
