// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICombiningRule} from "../interfaces/ICombiningRule.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";

/// @title Weighted mean (FedAvg)
/// @notice new = clamp(old + round(sum(w * x) / sum(w))), rounded half away from zero. Takes no argument.
contract MeanRule is ICombiningRule {
    /// @inheritdoc ICombiningRule
    function combine(
        int32[] calldata values,
        uint32[] calldata weights,
        int32 base,
        uint256
    ) external pure returns (int32) {
        int256 weighted = 0;
        uint256 total = 0;
        for (uint256 i = 0; i < values.length; ++i) {
            weighted += int256(values[i]) * int256(uint256(weights[i]));
            total += weights[i];
        }
        if (total == 0) return base;
        return FixedPoint.clamp(int256(base) + FixedPoint.divide(weighted, total));
    }

    /// @inheritdoc ICombiningRule
    function accepts(uint256 argument) external pure returns (bool) {
        return argument == 0;
    }
}
