// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The part of forge's cheat codes that these tests use
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    /// @notice Sets the time of the present block.
    function warp(uint256 timestamp) external;

    /// @notice Sets the number of the present block.
    function roll(uint256 number) external;

    /// @notice The next call comes from this account.
    function prank(address sender) external;

    /// @notice Gives this block a hash, as a chain would.
    function setBlockhash(uint256 number, bytes32 blockHash) external;

    /// @notice What was read of this account costs as much as the first time again.
    function cool(address target) external;

    /// @notice Remembers all state.
    function snapshotState() external returns (uint256 id);

    /// @notice Goes back to what was remembered.
    function revertToState(uint256 id) external returns (bool done);

    /// @notice Keeps events from now on.
    function recordLogs() external;

    /// @notice The events since the last call of this or of `recordLogs`.
    function getRecordedLogs() external returns (Log[] memory logs);
}
