// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IWeighingRule} from "../../interfaces/IWeighingRule.sol";
import {LengthRatio} from "../../libraries/LengthRatio.sol";
import {WeighedRows} from "../../libraries/WeighedRows.sol";
import {NEEDS_NORMS, NEEDS_TRUST, RoundFigures, Weighing} from "../../types/WeighingTypes.sol";

/// @title FLTrust
/// @notice Row i = x_i * |g0| / |x_i|, weighed by max(0, cos(x_i, g0)), g0 being a committed vector that is trusted.
/// Takes no argument.
contract FLTrustWeighing is IWeighingRule {
    uint256 private constant MOST_UPDATES = 128;
    /// @dev Binary places of a score: 128 of them add up to less than 2^32.
    uint256 private constant TRUST_BITS = 24;

    /// @inheritdoc IWeighingRule
    function weigh(RoundFigures calldata figures, uint256) external pure returns (Weighing memory weighing) {
        uint256 count = figures.samples.length;
        weighing = WeighedRows.blank(count, count);
        weighing.diagonal = true;
        for (uint256 i = 0; i < count; ++i) {
            uint256 norm = figures.norms[i];
            uint256 score = _score(norm, figures.trustNorm, figures.trustDistances[i]);
            weighing.divisors[i] = LengthRatio.ONE;
            if (score == 0) continue;
            weighing.weights[i] = uint32(score);
            weighing.coefficients[i] = int256(LengthRatio.ratio(figures.trustNorm, norm));
        }
    }

    /// @inheritdoc IWeighingRule
    function accepts(uint256 argument, uint256 maxUpdates) external pure returns (bool) {
        return argument == 0 && maxUpdates <= MOST_UPDATES;
    }

    /// @inheritdoc IWeighingRule
    function needs(uint256) external pure returns (uint256) {
        return NEEDS_NORMS | NEEDS_TRUST;
    }

    /// @dev max(0, cos) with 24 binary places; at most 1 also for squares that no vectors have.
    function _score(uint256 norm, uint256 trustNorm, uint256 distance) private pure returns (uint256 score) {
        uint256 sum = norm + trustNorm;
        if (sum <= distance || norm == 0 || trustNorm == 0) return 0;
        // cos = (sum - distance) / (2 * roots), each root with 32 places.
        // SAFETY: squares are below 2^142, so this is below 2^(143 + 87); the roots are below 2^103.
        score =
            ((sum - distance) << (2 * LengthRatio.BITS - 1 + TRUST_BITS)) /
            (LengthRatio.root(norm) * LengthRatio.root(trustNorm));
        if (score > 1 << TRUST_BITS) score = 1 << TRUST_BITS;
    }
}
