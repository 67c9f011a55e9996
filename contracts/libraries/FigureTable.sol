// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IWeighingRule} from "../interfaces/IWeighingRule.sol";
import {NEEDS_DISTANCES, NEEDS_TRUST} from "../types/WeighingTypes.sol";

/// @title Where a table of distances has what
/// @notice 16 bytes an entry: the n (n - 1) / 2 pairs of updates if the rule reads distances, then the n distances to
/// the trusted vector if the rule reads them and there is one.
library FigureTable {
    uint256 internal constant ENTRY_BYTES = 16;

    /// @notice What a task's weighing rule reads; nothing where it has none.
    function needsOf(address weighing, uint256 argument) internal view returns (uint256) {
        return weighing == address(0) ? 0 : IWeighingRule(weighing).needs(argument);
    }

    /// @notice Entries of pairs that a rule with these needs reads.
    function pairsOf(uint256 needs, uint256 count) internal pure returns (uint256) {
        // Not `count - 1`, which has no value for 0.
        return needs & NEEDS_DISTANCES == 0 ? 0 : (count * count - count) / 2;
    }

    /// @notice Bytes of a table; 0 where the rule reads none.
    function lengthOf(uint256 needs, uint256 count, bytes32 trust) internal pure returns (uint256) {
        uint256 trusted = needs & NEEDS_TRUST == 0 || trust == 0 ? 0 : count;
        return ENTRY_BYTES * (pairsOf(needs, count) + trusted);
    }

    /// @notice Place of the entry of two updates, or of an update and the trusted vector (`other` = `count`).
    /// @dev Of one that the table has; see `hasEntry`.
    function placeOf(
        uint256 needs,
        uint256 count,
        uint256 one,
        uint256 other
    ) internal pure returns (uint256) {
        if (other == count) return pairsOf(needs, count) + one;
        return (one * (2 * count - one - 1)) / 2 + other - one - 1;
    }

    /// @notice Whether a table has an entry of these two.
    function hasEntry(
        uint256 needs,
        uint256 count,
        bytes32 trust,
        uint256 one,
        uint256 other
    ) internal pure returns (bool) {
        if (one >= other || other > count) return false;
        return other == count ? needs & NEEDS_TRUST != 0 && trust != 0 : needs & NEEDS_DISTANCES != 0;
    }

    /// @notice `count` entries from a place on.
    function entries(
        bytes calldata table,
        uint256 place,
        uint256 count
    ) internal pure returns (uint256[] memory found) {
        found = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) found[i] = entryAt(table, place + i);
    }

    /// @notice The entry at a place.
    function entryAt(bytes calldata table, uint256 place) internal pure returns (uint128) {
        return uint128(bytes16(table[place * ENTRY_BYTES:(place + 1) * ENTRY_BYTES]));
    }
}
