// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IWeighingRule} from "../../interfaces/IWeighingRule.sol";
import {WeighedRows} from "../../libraries/WeighedRows.sol";
import {NEEDS_REPUTATIONS, RoundFigures, Weighing} from "../../types/WeighingTypes.sol";

/// @title Weighing by reputation
/// @notice Every update as it is, weighed by its trainer's reputation. Takes no argument.
contract ReputationWeighing is IWeighingRule {
    uint256 private constant MOST_UPDATES = 128;

    /// @inheritdoc IWeighingRule
    function weigh(RoundFigures calldata figures, uint256) external pure returns (Weighing memory) {
        return WeighedRows.asTheyAre(figures.reputations);
    }

    /// @inheritdoc IWeighingRule
    function accepts(uint256 argument, uint256 maxUpdates) external pure returns (bool) {
        return argument == 0 && maxUpdates <= MOST_UPDATES;
    }

    /// @inheritdoc IWeighingRule
    function needs(uint256) external pure returns (uint256) {
        return NEEDS_REPUTATIONS;
    }
}
