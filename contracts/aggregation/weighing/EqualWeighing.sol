// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IWeighingRule} from "../../interfaces/IWeighingRule.sol";
import {WeighedRows} from "../../libraries/WeighedRows.sol";
import {RoundFigures, Weighing} from "../../types/WeighingTypes.sol";

/// @title Equal weights
/// @notice Every update as it is, of weight 1 whatever sample count is claimed. Takes no argument.
contract EqualWeighing is IWeighingRule {
    uint256 private constant MOST_UPDATES = 128;

    /// @inheritdoc IWeighingRule
    function weigh(RoundFigures calldata figures, uint256) external pure returns (Weighing memory) {
        uint32[] memory weights = new uint32[](figures.samples.length);
        for (uint256 i = 0; i < weights.length; ++i) weights[i] = 1;
        return WeighedRows.asTheyAre(weights);
    }

    /// @inheritdoc IWeighingRule
    function accepts(uint256 argument, uint256 maxUpdates) external pure returns (bool) {
        return argument == 0 && maxUpdates <= MOST_UPDATES;
    }

    /// @inheritdoc IWeighingRule
    function needs(uint256) external pure returns (uint256) {
        return 0;
    }
}
