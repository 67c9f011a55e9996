// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title How the updates of a round become the next model, for one coordinate
/// @notice Every rule is pure integer arithmetic, so that one disputed coordinate settles a whole aggregate.
interface ICombiningRule {
    /// @notice The new value of one coordinate.
    /// @dev Must not revert for at most 128 updates and an accepted argument: a wrong model could not be proved.
    /// @param values That coordinate in every accepted update, in the order of their reveals.
    /// @param weights The updates' capped sample counts.
    /// @param base The coordinate in the old model.
    /// @param argument The task's `ruleArgument`, one that `accepts` admits.
    function combine(
        int32[] calldata values,
        uint32[] calldata weights,
        int32 base,
        uint256 argument
    ) external view returns (int32);

    /// @notice Whether a task may choose this rule with this argument; 0 for rules that take none.
    function accepts(uint256 argument) external view returns (bool);
}
