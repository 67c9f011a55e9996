// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EncryptedParameters} from "../types/EncryptedTypes.sol";
import {ReviewTerms} from "../types/ReviewTypes.sol";
import {TaskParameters} from "../types/TaskTypes.sol";

/// @title Creates tasks and bounds what they may ask for
interface ITaskFactory {
    /// @dev Limits of every task's parameters, fixed when the factory is deployed.
    struct Bounds {
        uint256 minPhaseSeconds; // of each phase, slot and answer
        uint256 maxPhaseSeconds;
        uint256 minChallengeSeconds;
        uint256 minUnbondingSeconds; // beyond the longest dispute
        uint256 minBurnBps;
        uint256 maxStake; // of any role: the greatest loss a participant can suffer
    }

    /// @dev What creating encrypted tasks takes, deployed before the factory.
    struct Encryption {
        address implementation; // what every encrypted task's clone runs
        address bounds; // checks its parameters
    }

    /// @notice A task exists, is paid for, and takes members.
    event TaskCreated(address indexed task, address indexed owner, bytes32 definitionHash, uint256 budget);

    /// @notice The same of an encrypted task.
    event EncryptedTaskCreated(address indexed task, address indexed owner, bytes32 definitionHash, uint256 budget);

    /// @notice A parameter lies outside its bounds.
    error TaskFactoryParameterOutOfBounds(string parameter, uint256 value, uint256 least, uint256 most);
    /// @notice The caller must be the task's owner.
    error TaskFactoryWrongOwner(address owner, address caller);
    /// @notice The combining rule is not one that this factory admits.
    error TaskFactoryUnknownRule(address rule);
    /// @notice The combining rule does not take this argument.
    error TaskFactoryRuleArgument(address rule, uint256 argument);
    /// @notice The weighing rule is not one that this factory admits.
    error TaskFactoryUnknownWeighing(address weighing);
    /// @notice The weighing rule does not take this argument with so many trainers.
    error TaskFactoryWeighingArgument(address weighing, uint256 argument, uint256 maxTrainers);
    /// @notice The board's implementation works with another vault or pool.
    error TaskFactoryWrongBoard(address board);
    /// @notice The implementation of encrypted tasks works with another vault or pool.
    error TaskFactoryWrongEncryptedTask(address implementation);

    /// @notice Creates a task, initialises it and takes its whole budget from the caller's allowance for the pool.
    function createTask(TaskParameters calldata parameters) external returns (address task);

    /// @notice The same for a task whose updates are reviewed by validators; takes the review's budget as well.
    function createReviewedTask(
        TaskParameters calldata parameters,
        ReviewTerms calldata terms
    ) external returns (address task);

    /// @notice Creates a task whose updates nobody sees, initialises it and takes its whole budget from the caller's
    /// allowance for the pool; the contract of its bounds says beforehand how much that is.
    function createEncryptedTask(EncryptedParameters calldata parameters) external returns (address task);

    /// @notice What the review of a task costs at most, beside `budgetOf`.
    function reviewBudgetOf(
        TaskParameters calldata parameters,
        ReviewTerms calldata terms
    ) external pure returns (uint256);

    /// @notice What a task with these parameters costs at most: every update accepted, every attester and sealer paid.
    function budgetOf(TaskParameters calldata parameters) external pure returns (uint256);

    /// @notice The limits.
    function bounds() external view returns (Bounds memory);

    /// @notice The contract that every task's clone runs.
    function implementation() external view returns (address);

    /// @notice The contract that every board's clone runs.
    function boardImplementation() external view returns (address);

    /// @notice The contract that every encrypted task's clone runs, and the one that bounds its parameters.
    function encryption() external view returns (Encryption memory);

    /// @notice The other contracts that every task works with.
    function wiring() external view returns (address court, address vault, address pool);

    /// @notice Whether tasks may combine updates by this rule, or be sealed by this policy.
    function isRule(address rule) external view returns (bool);

    /// @notice All rules that tasks may combine updates by and policies that they may be sealed by, as they were given.
    function rules() external view returns (address[] memory);

    /// @notice Whether tasks may weigh updates by this rule.
    function isWeighing(address weighing) external view returns (bool);

    /// @notice All rules that tasks may weigh updates by, as they were given.
    function weighings() external view returns (address[] memory);
}
