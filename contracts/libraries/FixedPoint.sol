// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The one rounding rule
/// @notice Integer arithmetic of the lattice, bit for bit what `fl_client.aggregation.combine` computes.
library FixedPoint {
    /// @dev Greatest absolute value of a coordinate; -2^31 is not a value.
    int256 internal constant LIMIT = 2 ** 31 - 1;

    /// @notice `numerator / divisor`, rounded half away from zero.
    /// @dev INV-MATH-1: off by a half at most, and symmetric, because magnitudes are rounded: the mean of the negatives
    /// is the negative of the mean.
    function divide(int256 numerator, uint256 divisor) internal pure returns (int256) {
        uint256 magnitude = numerator < 0 ? uint256(-numerator) : uint256(numerator);
        uint256 quotient = (magnitude + divisor / 2) / divisor;
        // An odd divisor has no exact half: adding its floored half rounds up only past the half.
        return numerator < 0 ? -int256(quotient) : int256(quotient);
    }

    /// @notice The nearest value of the lattice's range.
    function clamp(int256 value) internal pure returns (int32) {
        if (value > LIMIT) return int32(LIMIT);
        if (value < -LIMIT) return int32(-LIMIT);
        return int32(value);
    }
}
