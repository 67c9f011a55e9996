// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RoundFigures, Weighing} from "../types/WeighingTypes.sol";

/// @title How a round's updates become the rows that a combining rule works on
/// @notice Integer arithmetic on figures of whole updates, the same for every coordinate. Nobody chooses weights: they
/// follow from what was revealed and, for some rules, from a table of distances.
interface IWeighingRule {
    /// @notice Rows, divisors and combine weights.
    /// @dev Must not revert for an accepted argument and 1 to `maxUpdates` updates, whatever their figures within the
    /// bounds of `RoundFigures`: a wrong model could not be proved. With fewer updates than its bounds ask for, a rule
    /// bears as many bad ones as they allow.
    /// @param figures The needed arrays have n entries (distances n (n - 1) / 2).
    /// @param argument One that `accepts` admits.
    function weigh(RoundFigures calldata figures, uint256 argument) external view returns (Weighing memory);

    /// @notice Whether a task of at most `maxUpdates` updates a round may choose this rule with this argument.
    function accepts(uint256 argument, uint256 maxUpdates) external view returns (bool);

    /// @notice Which figures the rule reads: a sum of `NEEDS_*`.
    function needs(uint256 argument) external view returns (uint256);
}
