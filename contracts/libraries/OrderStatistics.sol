// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FixedPoint} from "./FixedPoint.sol";

/// @title Values of one coordinate in their order
/// @notice What the rules share that look at the order of values and not at their weights.
/// @dev INV-MATH-3: the order in which values come changes nothing, and what a minority sends cannot move the middle
/// of them beyond what the others sent.
library OrderStatistics {
    /// @notice The values whose weight is not zero, ascending.
    /// @dev Insertion sort: n (n - 1) / 2 steps at worst, of about 210 gas each: 1.7 million for 128 values, the
    /// greatest number of trainers. Only a proof pays for it, no round does.
    /// @return ordered As long as `values`; only the first `count` places are filled.
    function ascending(
        int32[] calldata values,
        uint32[] calldata weights
    ) internal pure returns (int256[] memory ordered, uint256 count) {
        ordered = new int256[](values.length);
        for (uint256 i = 0; i < values.length; ++i) {
            if (weights[i] == 0) continue;
            int256 value = values[i];
            uint256 place = count;
            while (place > 0) {
                // SAFETY: `place` is above zero.
                unchecked {
                    int256 before = ordered[place - 1];
                    if (before <= value) break;
                    ordered[place] = before;
                    --place;
                }
            }
            ordered[place] = value;
            ++count;
        }
    }

    /// @notice The middle one of an odd number of values, which are put into their order.
    /// @dev Insertion sort again: nine values at most, for one coordinate of an encrypted task.
    function middle(int256[] memory values) internal pure returns (int256) {
        for (uint256 i = 1; i < values.length; ++i) {
            int256 value = values[i];
            uint256 place = i;
            for (; place > 0 && values[place - 1] > value; --place) values[place] = values[place - 1];
            values[place] = value;
        }
        return values[values.length / 2];
    }

    /// @notice Mean of the first `count` values without the `dropped` smallest and as many largest, rounded half away
    /// from zero.
    /// @dev Twice `dropped` must be less than `count`.
    function middleMean(
        int256[] memory ordered,
        uint256 count,
        uint256 dropped
    ) internal pure returns (int256) {
        int256 sum = 0;
        for (uint256 i = dropped; i < count - dropped; ++i) sum += ordered[i];
        return FixedPoint.divide(sum, count - 2 * dropped);
    }
}
