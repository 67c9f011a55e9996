// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IWeighingRule} from "../../interfaces/IWeighingRule.sol";
import {Neighbours} from "../../libraries/Neighbours.sol";
import {Tolerance} from "../../libraries/Tolerance.sol";
import {WeighedRows} from "../../libraries/WeighedRows.sol";
import {NEEDS_DISTANCES, RoundFigures, Weighing} from "../../types/WeighingTypes.sol";

/// @title Multi-Krum
/// @notice M rows of weight 1: the updates with the M least scores of Krum, ties to the lower index. The argument is f
/// as `Tolerance` has it, and from bit 16 on M, at most n - f; 0: n - f. n > 2 f + 2.
contract MultiKrumWeighing is IWeighingRule {
    uint256 private constant TAKEN_SHIFT = 16;

    /// @inheritdoc IWeighingRule
    function weigh(RoundFigures calldata figures, uint256 argument) external pure returns (Weighing memory) {
        uint256 count = figures.samples.length;
        uint256 tolerated = _tolerated(argument, count);
        uint256 taken = argument >> TAKEN_SHIFT;
        if (taken == 0 || taken > count - tolerated) taken = count - tolerated;
        return WeighedRows.chosen(Neighbours.leastScores(figures.distances, count, tolerated, taken), taken);
    }

    /// @inheritdoc IWeighingRule
    function accepts(uint256 argument, uint256 maxUpdates) external pure returns (bool) {
        return
            maxUpdates <= Neighbours.MOST_UPDATES &&
            Tolerance.accepts(argument & Tolerance.WORD, maxUpdates, 2) &&
            argument >> TAKEN_SHIFT <= maxUpdates - _tolerated(argument, maxUpdates);
    }

    /// @inheritdoc IWeighingRule
    function needs(uint256) external pure returns (uint256) {
        return NEEDS_DISTANCES;
    }

    function _tolerated(uint256 argument, uint256 count) private pure returns (uint256) {
        return Tolerance.among(argument & Tolerance.WORD, count, Neighbours.krumBound(count));
    }
}
