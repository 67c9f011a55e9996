// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Weighing} from "../types/WeighingTypes.sol";
import {FixedPoint} from "./FixedPoint.sol";

/// @title From coefficients to rows
library WeighedRows {
    /// @notice Every update as it is, with these weights.
    function asTheyAre(uint32[] memory weights) internal pure returns (Weighing memory weighing) {
        weighing = blank(weights.length, weights.length);
        weighing.diagonal = true;
        weighing.weights = weights;
        for (uint256 i = 0; i < weights.length; ++i) {
            weighing.coefficients[i] = 1;
            weighing.divisors[i] = 1;
        }
    }

    /// @notice The updates that are marked, `taken` of them, in their order, as they are, with weight 1.
    function chosen(bool[] memory isTaken, uint256 taken) internal pure returns (Weighing memory weighing) {
        uint256 count = isTaken.length;
        weighing = blank(taken, taken * count);
        uint256 row = 0;
        for (uint256 i = 0; i < count; ++i) {
            if (!isTaken[i]) continue;
            weighing.coefficients[row * count + i] = 1;
            weighing.divisors[row] = 1;
            weighing.weights[row] = 1;
            ++row;
        }
    }

    /// @notice Room for `rows` rows of all zeros.
    function blank(uint256 rows, uint256 coefficients) internal pure returns (Weighing memory weighing) {
        weighing.coefficients = new int256[](coefficients);
        weighing.divisors = new uint256[](rows);
        weighing.weights = new uint32[](rows);
    }

    /// @notice One coordinate of the rows: what a combining rule is given beside `weighing.weights`.
    /// @param values That coordinate in every update.
    function rowsOf(
        Weighing memory weighing,
        int32[] memory values
    ) internal pure returns (int32[] memory rows) {
        uint256 count = values.length;
        rows = new int32[](weighing.divisors.length);
        for (uint256 k = 0; k < rows.length; ++k) {
            int256 sum =
                weighing.diagonal
                    ? weighing.coefficients[k] * values[k]
                    : _product(weighing.coefficients, k * count, values);
            rows[k] = FixedPoint.clamp(FixedPoint.divide(sum, weighing.divisors[k]));
        }
    }

    function _product(
        int256[] memory coefficients,
        uint256 start,
        int32[] memory values
    ) private pure returns (int256 sum) {
        for (uint256 i = 0; i < values.length; ++i) sum += coefficients[start + i] * values[i];
    }
}
