// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICombiningRule} from "../interfaces/ICombiningRule.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {OrderStatistics} from "../libraries/OrderStatistics.sol";

/// @title Trimmed mean, coordinate by coordinate
/// @notice Of n values the floor(n * bps / 10,000) smallest and as many largest are dropped, bps being the argument;
/// new = clamp(old + mean of the rest), rounded half away from zero. An update of weight 0 is out; all others count
/// the same.
contract TrimmedMeanRule is ICombiningRule {
    uint256 private constant BPS = 10_000;
    /// @dev With k dropped a side, 2 k <= 2 n * 4,999 / 10,000 < n: at least one value is left of any n > 0.
    uint256 private constant MOST_BPS = 4_999;

    /// @inheritdoc ICombiningRule
    function combine(
        int32[] calldata values,
        uint32[] calldata weights,
        int32 base,
        uint256 argument
    ) external pure returns (int32) {
        (int256[] memory ordered, uint256 count) = OrderStatistics.ascending(values, weights);
        if (count == 0) return base;
        // down: a share of less than one value drops none.
        uint256 dropped = (count * argument) / BPS;
        return FixedPoint.clamp(int256(base) + OrderStatistics.middleMean(ordered, count, dropped));
    }

    /// @inheritdoc ICombiningRule
    function accepts(uint256 argument) external pure returns (bool) {
        return argument <= MOST_BPS;
    }
}
