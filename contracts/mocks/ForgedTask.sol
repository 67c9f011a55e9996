// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAvailabilityQuestions} from "../interfaces/IAvailabilityQuestions.sol";
import {ITrainingTask} from "../interfaces/ITrainingTask.sol";
import {RoundState, TaskParameters, TrainerView} from "../types/TaskTypes.sol";

/// @title A task of no factory, for tests: says of a round what a real one says, and of its terms what it likes
contract ForgedTask {
    ITrainingTask private immutable _REAL;
    IAvailabilityQuestions private immutable _QUESTIONS;

    uint256 private _answerSeconds;
    uint256 private _attestReward;
    IAvailabilityQuestions.Question private _struck;

    constructor(ITrainingTask real, IAvailabilityQuestions questions) {
        _REAL = real;
        _QUESTIONS = questions;
    }

    /// @notice Changes its terms.
    function claim(uint256 answerSeconds, uint256 attestReward) external {
        _answerSeconds = answerSeconds;
        _attestReward = attestReward;
    }

    /// @notice When it is told of a question, it will strike this one.
    function arm(IAvailabilityQuestions.Question calldata question) external {
        _struck = question;
    }

    /// @notice Comes back in the middle of a question.
    function bindAttester(address) external {
        if (_struck.task != address(0)) _QUESTIONS.strikeAttester(_struck);
    }

    /// @notice Takes nothing from anybody.
    // solhint-disable-next-line no-empty-blocks
    function chargeAttester(address, address) external {}

    /// @notice The real ones, but for what was claimed.
    function parameters() external view returns (TaskParameters memory found) {
        found = _REAL.parameters();
        found.answerSeconds = _answerSeconds;
        found.attestReward = _attestReward;
    }

    /// @notice The real one.
    function clock() external view returns (RoundState memory) {
        return _REAL.clock();
    }

    /// @notice The real one.
    function trainerOf(address trainer) external view returns (TrainerView memory) {
        return _REAL.trainerOf(trainer);
    }

    /// @notice The real one.
    function recordOf(address trainer) external view returns (bytes32) {
        return _REAL.recordOf(trainer);
    }
}
