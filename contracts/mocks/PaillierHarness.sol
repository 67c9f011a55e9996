// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChunkTree} from "../libraries/ChunkTree.sol";
import {LongNumber} from "../libraries/LongNumber.sol";
import {PackedSlots} from "../libraries/PackedSlots.sol";
import {PaillierKey} from "../libraries/PaillierKey.sol";

/// @title The libraries of encrypted rounds, for tests
contract PaillierHarness {
    // ------------------------------------------------------------------ LongNumber

    function power(
        bytes calldata base,
        bytes calldata exponent,
        bytes calldata modulus
    ) external view returns (bytes memory) {
        return LongNumber.power(base, exponent, modulus);
    }

    function powerOfWord(
        bytes calldata base,
        uint256 exponent,
        bytes calldata modulus
    ) external view returns (bytes memory) {
        return LongNumber.power(base, exponent, modulus);
    }

    function squareOf(bytes calldata a) external view returns (bytes memory) {
        return LongNumber.squareOf(a);
    }

    function product(
        bytes calldata a,
        bytes calldata b,
        bytes calldata modulus
    ) external view returns (bytes memory) {
        return LongNumber.product(a, b, modulus);
    }

    /// @return used What a product costs in the middle of a check.
    function productGas(
        bytes calldata a,
        bytes calldata b,
        bytes calldata modulus
    ) external view returns (uint256 used) {
        (bytes memory one, bytes memory other, bytes memory by) = (a, b, modulus);
        used = gasleft();
        LongNumber.product(one, other, by);
        used -= gasleft();
    }

    function increment(bytes calldata a) external pure returns (bytes memory result) {
        result = a;
        LongNumber.increment(result);
    }

    function widen(bytes calldata a, uint256 length) external pure returns (bytes memory) {
        return LongNumber.widen(a, length);
    }

    function isReduced(bytes calldata a, bytes calldata modulus) external pure returns (bool) {
        return LongNumber.isReduced(a, modulus);
    }

    function isBelow(bytes calldata a, bytes calldata b) external pure returns (bool) {
        return LongNumber.isBelow(a, b);
    }

    function isEqual(bytes calldata a, bytes calldata b) external pure returns (bool) {
        return LongNumber.isEqual(a, b);
    }

    // ------------------------------------------------------------------ ChunkTree

    function updateLeafOf(bytes calldata ciphertext, bytes32 proofHash) external pure returns (bytes32) {
        return ChunkTree.updateLeafOf(ciphertext, proofHash);
    }

    function leafOf(bytes calldata chunk) external pure returns (bytes32) {
        return ChunkTree.leafOf(chunk);
    }

    function chunkDepthOf(uint256 chunks) external pure returns (uint256) {
        return ChunkTree.depthOf(chunks);
    }

    function rootFrom(
        bytes32 leaf,
        uint256 index,
        bytes32[] calldata path,
        uint256 chunks
    ) external pure returns (bytes32) {
        return ChunkTree.rootFrom(leaf, index, path, chunks);
    }

    // ------------------------------------------------------------------ PackedSlots

    function slotsOf(uint256 modulusBytes, uint256 slotBits) external pure returns (uint256) {
        return PackedSlots.slotsOf(modulusBytes, slotBits);
    }

    function slotAt(
        bytes calldata plaintext,
        uint256 slot,
        uint256 slotBits
    ) external pure returns (uint256) {
        return PackedSlots.slotAt(plaintext, slot, slotBits);
    }

    function sumOf(uint256 held, uint256 valueBits, uint256 totalWeight) external pure returns (int256) {
        return PackedSlots.sumOf(held, valueBits, totalWeight);
    }

    // ------------------------------------------------------------------ PaillierKey

    function readKey(
        bytes calldata data,
        uint256 length,
        uint256 parties
    ) external view returns (PaillierKey.Key memory) {
        return PaillierKey.read(data, length, parties);
    }

    function verifierOf(
        bytes calldata data,
        uint256 length,
        uint256 place
    ) external pure returns (bytes memory) {
        return PaillierKey.verifierOf(data, length, place);
    }
}
