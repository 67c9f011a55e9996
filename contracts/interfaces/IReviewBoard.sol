// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Ballot, ReviewState, ReviewStep, ReviewTerms, Seat} from "../types/ReviewTypes.sol";
import {UpdateEntry} from "../types/TaskTypes.sol";

/// @title Validators score a round's updates, and their medians decide what is accepted and paid
interface IReviewBoard {
    /// @notice A validator locked its stake and took a seat.
    event ValidatorJoined(address indexed validator, uint256 seat, uint24 turn);
    /// @notice A validator gave its seat back.
    event ValidatorLeft(address indexed validator, uint256 seat);
    /// @notice A validator owed scores and lost its seat.
    event ValidatorSilent(address indexed validator, uint256 seat, uint24 indexed turn);
    /// @notice The updates of a turn are to be scored; `acceptedMask` is what the attestations accept.
    event ReviewOpened(uint24 indexed turn, uint256 acceptedMask);
    /// @notice A committee was drawn: seat numbers, a byte each, from the highest byte on.
    event CommitteeDrawn(uint24 indexed turn, uint8 committee, uint256 size, bytes32 seats, uint40 deadline);
    /// @notice The seed's block was too long ago; a later one decides.
    event DrawRearmed(uint24 indexed turn, uint256 seedBlock);
    /// @notice A validator bound itself to its scores.
    event ScoresCommitted(uint24 indexed turn, address indexed validator, bytes32 digest);
    /// @notice A validator's scores: two bytes an update, in the order of the reveals.
    event ScoresRevealed(uint24 indexed turn, address indexed validator, bytes scores, bytes32 salt);
    /// @notice Too few of a committee revealed; another one is drawn.
    event CommitteeReplaced(uint24 indexed turn, uint8 committee);
    /// @notice The review is over. `honestMask`: whose scores, in the order of the committee, were near the medians;
    /// `medians` is empty where no committee reached its quorum and the attestations decided alone.
    event ReviewConcluded(uint24 indexed turn, uint256 keptMask, uint256 honestMask, uint256[] medians);

    /// @notice The caller may not do this.
    error ReviewBoardUnauthorized(address caller);
    /// @notice The call belongs to another step.
    error ReviewBoardUnexpectedStep(ReviewStep current, ReviewStep required);
    /// @notice The call was meant for another turn or committee: it was sent too late, or held back.
    error ReviewBoardOtherReview(uint24 turn, uint8 committee);
    /// @notice The caller does not hold this seat.
    error ReviewBoardNotYourSeat(address caller, uint256 seat);
    /// @notice The seat is taken, or beyond the next free one.
    error ReviewBoardSeatTaken(uint256 seat);
    /// @notice The caller was not drawn, or has acted already.
    error ReviewBoardNotDue(address validator);
    /// @notice The scores do not hash to what was committed to.
    error ReviewBoardCommitmentMismatch(bytes32 digest);
    /// @notice The scores are not two bytes for each update.
    error ReviewBoardWrongLength(uint256 given, uint256 required);
    /// @notice The posted scores are not those that were revealed, in the order of the committee.
    error ReviewBoardWrongScores(uint256 place);
    /// @notice The seed's block is not there yet.
    error ReviewBoardSeedPending(uint256 seedBlock);
    /// @notice The validator still owes scores, or the task has not ended.
    error ReviewBoardStillEngaged(address validator);

    /// @notice Names the task. Factory only, once.
    function initialize(address task_) external;

    /// @notice Locks the validator's stake and takes a free seat; drawn from the next turn on.
    /// @param seat A free seat below the number of seats, or that number.
    function joinAsValidator(uint256 seat) external;

    /// @notice Gives the seat back; the stake unbonds. Not while a draw is due or the caller is in the committee.
    function leaveBoard(uint256 seat) external;

    /// @notice Takes a released stake out.
    function withdrawStake() external;

    /// @notice Opens the review of a turn. Task only.
    /// @param updates Reveals of the round, all of which are scored.
    /// @param setHash Their running hash.
    /// @param acceptedMask What the attestations accept, a bit each.
    function open(uint24 turn, uint8 updates, bytes32 setHash, uint256 acceptedMask) external;

    /// @notice Draws the committee by the hash of the block in which the review was opened. Anyone.
    function drawCommittee() external;

    /// @notice Binds the caller to its scores.
    /// @param digest `scoresDigest` of them.
    function commitScores(uint24 turn, uint8 committee, uint256 seat, bytes32 digest) external;

    /// @notice Publishes scores: two bytes an update, in the order of the round's reveals.
    function revealScores(uint256 seat, bytes calldata scores, bytes32 salt) external;

    /// @notice Ends the review: medians decide, whoever is near them is paid, whoever was silent is slashed. A
    /// committee without quorum is replaced twice; then the attestations decide. Anyone.
    /// @param entries All reveals of the round, in order.
    /// @param scores What the committee revealed, in its order, those who did not left out.
    function concludeReview(UpdateEntry[] calldata entries, bytes[] calldata scores) external;

    /// @notice Sends the unspent escrow back once the task has ended. Anyone.
    function closeBoard() external;

    /// @notice What the board is doing, with the step that follows from the clock.
    function review() external view returns (ReviewState memory);

    /// @notice The committee's seats, a byte each, from the highest byte on.
    function committeeSeats() external view returns (bytes32);

    /// @notice A seat's holder, and since which turn.
    function seatOf(uint256 seat) external view returns (Seat memory);

    /// @notice How many seats there are, free ones included.
    function seatCount() external view returns (uint256);

    /// @notice A seat's latest ballot.
    function ballotOf(uint256 seat) external view returns (Ballot memory);

    /// @notice The contracts that hold the board's stakes and rewards.
    function wiring() external view returns (address vault, address pool);

    /// @notice The task.
    function task() external view returns (address);

    /// @notice The terms.
    function terms() external view returns (ReviewTerms memory);

    /// @notice The hash to commit to: bound to chain, board, turn, committee, set of reveals and validator.
    function scoresDigest(
        uint24 turn,
        uint8 committee,
        address validator,
        bytes32 setHash,
        bytes calldata scores,
        bytes32 salt
    ) external view returns (bytes32);
}
