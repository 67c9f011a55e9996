// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Square roots and ratios of lengths, in integers
/// @notice Bit for bit what `fl_client.aggregation.weigh.ratio` computes.
library LengthRatio {
    /// @dev Binary places of a ratio: what it scales is off by half a step of the lattice at most.
    uint256 internal constant BITS = 32;
    /// @dev The ratio 1.
    uint256 internal constant ONE = 1 << BITS;

    /// @notice floor(sqrt(square) * 2^32), for squares below 2^192.
    function root(uint256 square) internal pure returns (uint256) {
        return Math.sqrt(square << 64);
    }

    /// @notice sqrt(square / over) with 32 binary places, rounded down; both below 2^158, `over` at least 1.
    function ratio(uint256 square, uint256 over) internal pure returns (uint256) {
        return (root(square) << BITS) / root(over);
    }
}
