// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IWeighingRule} from "../../interfaces/IWeighingRule.sol";
import {LengthRatio} from "../../libraries/LengthRatio.sol";
import {Neighbours} from "../../libraries/Neighbours.sol";
import {WeighedRows} from "../../libraries/WeighedRows.sol";
import {NEEDS_NORMS, RoundFigures, Weighing} from "../../types/WeighingTypes.sol";

/// @title Norm clipping
/// @notice Row i = x_i * min(1, t / |x_i|), weighed by samples. The argument is t in steps of the lattice; 0: the
/// median of the round's lengths (of an even number the lower of the middle two).
contract ClipWeighing is IWeighingRule {
    uint256 private constant MOST_UPDATES = 128;

    /// @inheritdoc IWeighingRule
    function weigh(
        RoundFigures calldata figures,
        uint256 argument
    ) external pure returns (Weighing memory weighing) {
        weighing = WeighedRows.asTheyAre(figures.samples);
        uint256[] calldata norms = figures.norms;
        // SAFETY: below (2^64 * 32)^2.
        uint256 limit = argument == 0 ? _median(norms) : (argument * figures.scale) ** 2;
        for (uint256 i = 0; i < norms.length; ++i) {
            if (norms[i] <= limit) continue;
            // down: a row is longer than the limit by roundings of its coordinates alone.
            weighing.coefficients[i] = int256(LengthRatio.ratio(limit, norms[i]));
            weighing.divisors[i] = LengthRatio.ONE;
        }
    }

    /// @inheritdoc IWeighingRule
    function accepts(uint256 argument, uint256 maxUpdates) external pure returns (bool) {
        return argument <= type(uint64).max && maxUpdates <= MOST_UPDATES;
    }

    /// @inheritdoc IWeighingRule
    function needs(uint256) external pure returns (uint256) {
        return NEEDS_NORMS;
    }

    /// @dev Half of the updates cannot raise it.
    function _median(uint256[] calldata norms) private pure returns (uint256 median) {
        uint256 count = norms.length;
        uint256[] memory left = Neighbours.paddedArray(count);
        for (uint256 i = 0; i < count; ++i) left[i] = norms[i];
        // All above the middle, and then the middle one itself.
        for (uint256 k = count / 2 + 1; k > 0; --k) median = Neighbours.takeLargest(left, 0, count);
    }
}
