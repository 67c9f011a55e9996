// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title How many bad updates a rule is to bear
/// @notice Sixteen bits: a number f of updates; or, with the highest bit, ten-thousandths of those that are there.
library Tolerance {
    uint256 internal constant WORD = type(uint16).max;
    uint256 private constant SHARE_FLAG = 1 << 15;
    uint256 private constant BPS = 10_000;
    uint256 private constant MOST_SHARE_BPS = 4_999;

    /// @notice f of `count` updates, at most `most`.
    function among(uint256 word, uint256 count, uint256 most) internal pure returns (uint256 tolerated) {
        tolerated = word & ~SHARE_FLAG;
        // up: with nine of ten updates there, both of two attackers may be among them.
        if (word & SHARE_FLAG != 0) tolerated = (count * tolerated + BPS - 1) / BPS;
        if (tolerated > most) tolerated = most;
    }

    /// @notice Whether a rule that needs more than `2 * f + spare` updates may be asked to bear this with `maxUpdates`.
    /// @dev Of a share: whether it may bear a single bad one.
    function accepts(uint256 word, uint256 maxUpdates, uint256 spare) internal pure returns (bool) {
        if (word > WORD) return false;
        uint256 value = word & ~SHARE_FLAG;
        if (word & SHARE_FLAG == 0) return maxUpdates > 2 * value + spare;
        return value > 0 && value <= MOST_SHARE_BPS && maxUpdates > 2 + spare;
    }
}
