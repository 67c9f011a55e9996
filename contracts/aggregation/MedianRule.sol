// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICombiningRule} from "../interfaces/ICombiningRule.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {OrderStatistics} from "../libraries/OrderStatistics.sol";

/// @title Median, coordinate by coordinate
/// @notice new = clamp(old + median(x)): of an odd number the middle value, of an even one the mean of the two middle
/// values, rounded half away from zero. An update of weight 0 is out; all others count the same. Takes no argument.
contract MedianRule is ICombiningRule {
    /// @inheritdoc ICombiningRule
    function combine(
        int32[] calldata values,
        uint32[] calldata weights,
        int32 base,
        uint256
    ) external pure returns (int32) {
        (int256[] memory ordered, uint256 count) = OrderStatistics.ascending(values, weights);
        if (count == 0) return base;
        // All but the one or two in the middle are dropped.
        return FixedPoint.clamp(int256(base) + OrderStatistics.middleMean(ordered, count, (count - 1) / 2));
    }

    /// @inheritdoc ICombiningRule
    function accepts(uint256 argument) external pure returns (bool) {
        return argument == 0;
    }
}
