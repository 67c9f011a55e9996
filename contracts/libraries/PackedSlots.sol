// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Coordinates side by side in one plaintext
/// @notice Slot k of a plaintext are its bits from `k * slotBits` on, the first coordinate lowest. A coordinate v lies
/// there as `v + 2^(valueBits - 1)`, times its weight: a sum of updates has that offset as often as its weights add
/// up to, and none spills over into the next slot.
library PackedSlots {
    /// @notice Slots of a plaintext; the highest bit stays free, so that all of them are below any modulus.
    function slotsOf(uint256 modulusBytes, uint256 slotBits) internal pure returns (uint256) {
        return (8 * modulusBytes - 1) / slotBits;
    }

    /// @notice What slot `slot` of a plaintext holds; slots of 249 bits at most.
    /// @param plaintext Big-endian, with that slot.
    function slotAt(
        bytes calldata plaintext,
        uint256 slot,
        uint256 slotBits
    ) internal pure returns (uint256 value) {
        uint256 bit = slot * slotBits;
        uint256 end = plaintext.length - bit / 8;
        // The word that ends with the slot's lowest byte. It may begin before the plaintext: what is there is shifted
        // to where the mask is zero.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            value := calldataload(sub(add(plaintext.offset, end), 32))
        }
        value = (value >> (bit % 8)) & ((uint256(1) << slotBits) - 1);
    }

    /// @notice The sum of weighted coordinates that a slot holds.
    /// @param totalWeight All weights of the sum together.
    function sumOf(uint256 held, uint256 valueBits, uint256 totalWeight) internal pure returns (int256) {
        // SAFETY: a slot is below 2^249; a total weight has 32 bits, and a task's values have 32 at most.
        return int256(held) - int256(totalWeight << (valueBits - 1));
    }
}
