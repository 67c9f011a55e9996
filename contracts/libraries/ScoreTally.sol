// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {UNAVAILABLE} from "../types/ReviewTypes.sol";

/// @title Medians of scores, and how far each judge is from them
/// @notice Scores come as rows of big-endian 16-bit words, one row a judge, one word an update.
/// @dev They are turned into columns, one word an update: 17 bits for each of up to 15 judges, the lowest first. Of
/// these 16 hold the score plus one, or zero where there is none; the highest is free, so that one subtraction compares
/// a value with all judges at once.
library ScoreTally {
    uint256 internal constant SCORE_BYTES = 2;

    uint256 private constant LANE_BITS = 17;
    uint256 private constant VALUE = type(uint16).max;
    uint256 private constant LANES = 15;
    /// @dev The lowest bit of every lane.
    uint256 private constant ONES = (2 ** (LANES * LANE_BITS) - 1) / (2 ** LANE_BITS - 1);
    /// @dev The highest bit of every lane.
    uint256 private constant HIGHS = ONES << (LANE_BITS - 1);

    /// @notice The scores of every update, from all judges' rows.
    /// @param rows At most 15.
    function columns(bytes[] calldata rows, uint256 updates) internal pure returns (uint256[] memory found) {
        found = new uint256[](updates);
        for (uint256 judge = 0; judge < rows.length; ++judge) {
            bytes calldata row = rows[judge];
            uint256 shift = judge * LANE_BITS;
            for (uint256 i = 0; i < updates; ++i) {
                uint256 score = uint16(bytes2(row[i * SCORE_BYTES:]));
                if (score != UNAVAILABLE) found[i] |= (score + 1) << shift;
            }
        }
    }

    /// @notice The median of an update's scores, or `UNAVAILABLE` unless more than half of the judges have one.
    /// @dev Of an even count it is the mean of the two in the middle, rounded down. The k-th greatest is the greatest
    /// that at least k reach; lanes without score reach nothing but zero, which is nobody's value.
    function median(uint256 column, uint256 judges) internal pure returns (uint256) {
        unchecked {
            // SAFETY: at most 15 scores below 2^16.
            uint256 given = _reaching(column, 1);
            if (2 * given <= judges) return UNAVAILABLE;
            uint256 lower = 0;
            uint256 upper = 0;
            for (uint256 rest = column; rest != 0; rest >>= LANE_BITS) {
                uint256 value = rest & VALUE;
                if (value <= lower) continue;
                uint256 count = _reaching(column, value);
                if (count >= given - (given - 1) / 2) lower = value;
                if (count >= given - given / 2 && value > upper) upper = value;
            }
            return (lower + upper) / 2 - 1;
        }
    }

    /// @notice Whether a judge's scores lie within `tolerance` of the medians, on average over those that it gave, and
    /// it gave one for at least half of the updates that have a median. Where none has one, nobody is near: a committee
    /// that calls everything unavailable is not paid for that.
    function isNear(
        uint256[] memory columns_,
        uint256 judge,
        uint256[] memory medians,
        uint256 tolerance
    ) internal pure returns (bool) {
        uint256 distance = 0;
        uint256 given = 0;
        uint256 known = 0;
        uint256 shift = judge * LANE_BITS;
        for (uint256 i = 0; i < medians.length; ++i) {
            uint256 middle = medians[i];
            if (middle == UNAVAILABLE) continue;
            uint256 value = (columns_[i] >> shift) & VALUE;
            unchecked {
                // SAFETY: sums of at most 2^16 for each of at most 128 updates.
                ++known;
                if (value == 0) continue;
                ++given;
                distance += value > middle ? value - 1 - middle : middle + 1 - value;
            }
        }
        return given > 0 && 2 * given >= known && distance <= tolerance * given;
    }

    /// @dev How many lanes hold a value of at least `least`.
    function _reaching(uint256 column, uint256 least) private pure returns (uint256) {
        unchecked {
            // SAFETY: no lane borrows from the next, as its highest bit is worth more than any value; it stays where
            // the lane holds enough. The product adds those bits up in the highest lane; what runs over is cut off.
            uint256 kept = ((column | HIGHS) - least * ONES) & HIGHS;
            return (((kept >> (LANE_BITS - 1)) * ONES) >> ((LANES - 1) * LANE_BITS)) & VALUE;
        }
    }
}
