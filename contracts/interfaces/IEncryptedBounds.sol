// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EncryptedParameters} from "../types/EncryptedTypes.sol";
import {ITaskFactory} from "./ITaskFactory.sol";

/// @title Bounds what encrypted tasks may ask for
interface IEncryptedBounds {
    /// @notice Reverts with the factory's `TaskFactoryParameterOutOfBounds` where a parameter lies outside.
    /// @param limits The factory's own, which hold for every kind of task.
    function check(EncryptedParameters calldata parameters, ITaskFactory.Bounds calldata limits) external view;

    /// @notice What a task with these parameters costs at most: everybody accepted, attesting and sharing in every
    /// round, every sum and result paid.
    function budgetOf(EncryptedParameters calldata parameters) external pure returns (uint256);

    /// @notice The shortest modulus of this deployment, in bytes.
    function leastModulusBytes() external view returns (uint256);
}
