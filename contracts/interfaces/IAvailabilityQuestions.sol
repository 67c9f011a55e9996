// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TrainerState} from "../types/TaskTypes.sol";

/// @title Asks attesters for bytes that they vouched for
interface IAvailabilityQuestions {
    /// @dev Which chunk of which update is asked of whom; everything that tells one question from another.
    struct Question {
        address task;
        uint24 round;
        address attester;
        bytes32 commitment; // of an update of that round
        uint32 chunk; // chosen by the asker
    }

    /// @dev What an open question stands on; zero if it is not open.
    struct Bond {
        address asker;
        uint40 deadline;
        uint128 amount;
        uint128 fee; // of it, to the attester once the chunk is shown
    }

    /// @notice An attester was asked for a chunk of an update that it vouched for, and must show it before `deadline`.
    event ChunkAsked(
        address indexed task,
        address indexed attester,
        address indexed asker,
        uint24 round,
        bytes32 commitment,
        uint32 chunk,
        uint256 bond,
        uint256 deadline
    );
    /// @notice The chunk was shown: the asker's bond is lost, `fee` of it to the attester.
    /// @dev The opening is in the log whole: a call's data cannot be read where a contract made the call.
    event ChunkShown(
        address indexed task,
        address indexed attester,
        uint24 round,
        bytes32 commitment,
        uint32 chunk,
        bytes opening,
        uint256 fee
    );
    /// @notice The chunk was not shown in time. `charged`: the attester lost the round's reward for it, as it does
    /// once a round.
    event ChunkWithheld(
        address indexed task,
        address indexed attester,
        address indexed asker,
        uint24 round,
        bytes32 commitment,
        uint32 chunk,
        bool charged
    );

    /// @notice The accepted set of this round is not fixed yet, or the round is over.
    error AvailabilityQuestionsRoundNotOpen(uint24 given, uint24 present);
    /// @notice The account has not attested in the present turn, or was suspended.
    error AvailabilityQuestionsNoAttester(address account, TrainerState current);
    /// @notice The author has published no such update in this round.
    error AvailabilityQuestionsNoSuchUpdate(address author, bytes32 commitment);
    /// @notice The attester did not vouch for the update at this place.
    error AvailabilityQuestionsNotVouched(uint256 bitmap, uint8 place);
    /// @notice An update has no such chunk.
    error AvailabilityQuestionsNoSuchChunk(uint256 chunk, uint256 chunks);
    /// @notice Nobody asks itself: it would be paid for its own silence.
    error AvailabilityQuestionsOwnQuestion(address attester);
    /// @notice This very question is open already.
    error AvailabilityQuestionsAlreadyAsked(bytes32 id);
    /// @notice The attester has lost this round's reward already; there is nothing more to lose.
    error AvailabilityQuestionsAlreadyCharged(address attester, uint24 round);
    /// @notice No such question is open.
    error AvailabilityQuestionsNotAsked(bytes32 id);
    /// @notice The time to show is over, or, for `strikeAttester`, is not.
    error AvailabilityQuestionsDeadline(uint256 deadline, uint256 present);
    /// @notice The opening leads to another vector.
    error AvailabilityQuestionsWrongVector(bytes32 given, bytes32 required);

    /// @notice Asks an attester of the open round for a chunk of an update that it vouched for, under a bond that is
    /// lost if it is shown. Anyone; any number of questions may be open.
    /// @param author Whose update it is.
    function askChunk(Question calldata question, address author) external;

    /// @notice Shows the chunk before the deadline. Anyone who has it may; the fee is the attester's.
    /// @param opening Claimed leaf sum (16 bytes), chunk (256) and siblings from the leaf up (48 each).
    function showChunk(Question calldata question, bytes calldata opening) external;

    /// @notice After the deadline: frees the asker's bond, and takes the round's reward from the attester's stake,
    /// once a round. Anyone.
    function strikeAttester(Question calldata question) external;

    /// @notice The bond of a question about a task, and what the attester gets of it for showing the chunk.
    function bondOf(address task) external view returns (uint256 amount, uint256 fee);

    /// @notice What a question stands on.
    function questionOf(Question calldata question) external view returns (Bond memory);

    /// @notice Whether an attester has lost its reward of a round.
    function isCharged(address task, uint24 round, address attester) external view returns (bool);

    /// @notice Sum of all open bonds; never more than the coins held.
    function held() external view returns (uint256);

    /// @notice The coin of all bonds, and the court that passes orders on.
    function wiring() external view returns (address coin, address court);
}
