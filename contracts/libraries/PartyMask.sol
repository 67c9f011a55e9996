// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Sets of parties, a bit for each place
library PartyMask {
    /// @notice The party at this place alone.
    function at(uint256 place) internal pure returns (uint32) {
        // SAFETY: places are below 32; of a greater one the set is empty.
        return uint32(uint256(1) << place);
    }

    /// @notice All of so many parties.
    function all(uint256 parties) internal pure returns (uint32) {
        // SAFETY: at most 32 parties.
        return uint32((uint256(1) << parties) - 1);
    }

    /// @notice How many parties these are.
    function count(uint32 mask) internal pure returns (uint256 found) {
        for (; mask != 0; mask &= mask - 1) ++found;
    }

    /// @notice Whether the party at this place is one of them.
    function has(uint32 mask, uint256 place) internal pure returns (bool) {
        return mask & at(place) != 0;
    }
}
