// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IWeighingRule} from "../../interfaces/IWeighingRule.sol";
import {Neighbours} from "../../libraries/Neighbours.sol";
import {Tolerance} from "../../libraries/Tolerance.sol";
import {WeighedRows} from "../../libraries/WeighedRows.sol";
import {NEEDS_DISTANCES, RoundFigures, Weighing} from "../../types/WeighingTypes.sol";

/// @title Krum
/// @notice One row: the update with the least sum of squared distances to its n - f - 2 nearest others, ties to the
/// lower index. The argument is f as `Tolerance` has it; n > 2 f + 2.
contract KrumWeighing is IWeighingRule {
    /// @inheritdoc IWeighingRule
    function weigh(RoundFigures calldata figures, uint256 argument) external pure returns (Weighing memory) {
        uint256 count = figures.samples.length;
        uint256 tolerated = Tolerance.among(argument, count, Neighbours.krumBound(count));
        return WeighedRows.chosen(Neighbours.leastScores(figures.distances, count, tolerated, 1), 1);
    }

    /// @inheritdoc IWeighingRule
    function accepts(uint256 argument, uint256 maxUpdates) external pure returns (bool) {
        return maxUpdates <= Neighbours.MOST_UPDATES && Tolerance.accepts(argument, maxUpdates, 2);
    }

    /// @inheritdoc IWeighingRule
    function needs(uint256) external pure returns (uint256) {
        return NEEDS_DISTANCES;
    }
}
