// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Counting votes column by column
/// @notice Up to 255 bitmaps are summed per bit at once: plane k holds bit k of every column's count, so adding a
/// bitmap is a ripple carry over at most eight words, whatever the number of columns.
library AttestationTally {
    /// @dev Bits of a count; the length of every array of planes.
    uint256 internal constant PLANES = 8;

    /// @notice Adds one bitmap to the counts.
    function add(uint256[PLANES] memory planes, uint256 bitmap) internal pure {
        for (uint256 k = 0; bitmap != 0; ++k) {
            uint256 plane = planes[k];
            planes[k] = plane ^ bitmap;
            bitmap &= plane;
        }
    }

    /// @notice The columns whose count is greater than `limit`.
    function above(uint256[PLANES] memory planes, uint256 limit) internal pure returns (uint256 greater) {
        uint256 equal = type(uint256).max;
        for (uint256 k = PLANES; k > 0; --k) {
            uint256 plane = planes[k - 1];
            if ((limit >> (k - 1)) & 1 == 1) {
                equal &= plane;
            } else {
                greater |= equal & plane;
                equal &= ~plane;
            }
        }
    }
}
