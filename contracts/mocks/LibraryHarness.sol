// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AttestationTally} from "../libraries/AttestationTally.sol";
import {CommitmentLib} from "../libraries/CommitmentLib.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {MerkleSumTree} from "../libraries/MerkleSumTree.sol";
import {ScoreTally} from "../libraries/ScoreTally.sol";

/// @title The libraries' internal functions, for tests
contract LibraryHarness {
    // ------------------------------------------------------------------ MerkleSumTree

    function rootOf(
        bytes calldata opening,
        uint256 index,
        uint256 dimension
    ) external view returns (bytes32, uint256) {
        return MerkleSumTree.rootOf(opening, index, dimension);
    }

    function climb(
        bytes32 hash,
        uint256 sum,
        bytes calldata siblings,
        uint256 position,
        uint256 level,
        uint256 chunks
    ) external view returns (bytes32, uint256) {
        return MerkleSumTree.climb(hash, sum, siblings, position, level, chunks);
    }

    function fold(
        bytes calldata nodes,
        uint256 first,
        uint256 level,
        uint256 chunks
    ) external view returns (bytes32, uint256) {
        return MerkleSumTree.fold(nodes, first, level, chunks);
    }

    function nodeHash(
        bytes32 leftHash,
        uint256 leftSum,
        bytes32 rightHash,
        uint256 rightSum
    ) external view returns (bytes32) {
        return MerkleSumTree.nodeHash(leftHash, leftSum, rightHash, rightSum);
    }

    function chunksOf(uint256 dimension) external pure returns (uint256) {
        return MerkleSumTree.chunksOf(dimension);
    }

    function depthOf(uint256 dimension) external pure returns (uint256) {
        return MerkleSumTree.depthOf(dimension);
    }

    function chunkOf(bytes calldata opening) external pure returns (bytes memory) {
        return MerkleSumTree.chunkOf(opening);
    }

    function coordinateOf(bytes calldata chunk, uint256 position) external pure returns (int32) {
        return MerkleSumTree.coordinateOf(chunk, position);
    }

    function inspect(
        bytes calldata chunk,
        uint256 index,
        uint256 dimension
    ) external pure returns (bool canonical, uint256 sum) {
        return MerkleSumTree.inspect(chunk, index, dimension);
    }

    function leafHash(bytes calldata chunk) external pure returns (bytes32) {
        return MerkleSumTree.leafHash(chunk);
    }

    function zeroHash(uint256 level) external pure returns (bytes32) {
        return MerkleSumTree.zeroHash(level);
    }

    function zeroHashes() external pure returns (bytes memory) {
        return MerkleSumTree.ZERO_HASHES;
    }

    // ------------------------------------------------------------------ FixedPoint

    function divide(int256 numerator, uint256 divisor) external pure returns (int256) {
        return FixedPoint.divide(numerator, divisor);
    }

    function divideMany(
        int256[] calldata numerators,
        uint256[] calldata divisors
    ) external pure returns (int256[] memory quotients) {
        quotients = new int256[](numerators.length);
        for (uint256 i = 0; i < numerators.length; ++i) {
            quotients[i] = FixedPoint.divide(numerators[i], divisors[i]);
        }
    }

    function clamp(int256 value) external pure returns (int32) {
        return FixedPoint.clamp(value);
    }

    // ------------------------------------------------------------------ CommitmentLib

    function vector(
        bytes32 rootHash,
        uint128 rootSum,
        uint32 dimension,
        uint8 kind,
        uint8 fractionBits
    ) external pure returns (bytes32) {
        return CommitmentLib.vector(rootHash, rootSum, dimension, kind, fractionBits);
    }

    function extend(
        bytes32 running,
        address trainer,
        uint32 weight,
        bytes32 commitment
    ) external pure returns (bytes32) {
        return CommitmentLib.extend(running, trainer, weight, commitment);
    }

    function record(uint24 round, bytes32 commitment) external pure returns (bytes32) {
        return CommitmentLib.record(round, commitment);
    }

    function typedData(bytes32 structHash) external view returns (bytes32) {
        return CommitmentLib.typedData(structHash);
    }

    function updateTypeHash() external pure returns (bytes32) {
        return CommitmentLib.UPDATE_TYPEHASH;
    }

    // ------------------------------------------------------------------ ScoreTally

    /// @notice The median of every update's scores.
    function medians(bytes[] calldata rows, uint256 updates) external pure returns (uint256[] memory found) {
        found = new uint256[](updates);
        uint256[] memory columns = ScoreTally.columns(rows, updates);
        for (uint256 i = 0; i < updates; ++i) found[i] = ScoreTally.median(columns[i], rows.length);
    }

    /// @notice Which of the rows lie near these medians.
    function near(
        bytes[] calldata rows,
        uint256[] calldata middles,
        uint256 tolerance
    ) external pure returns (bool[] memory found) {
        found = new bool[](rows.length);
        uint256[] memory columns = ScoreTally.columns(rows, middles.length);
        for (uint256 i = 0; i < rows.length; ++i) found[i] = ScoreTally.isNear(columns, i, middles, tolerance);
    }

    // ------------------------------------------------------------------ AttestationTally

    /// @notice For each limit, the columns that more than `limit` of the bitmaps hold.
    function above(
        uint256[] calldata bitmaps,
        uint256[] calldata limits
    ) external pure returns (uint256[] memory columns) {
        uint256[8] memory planes;
        for (uint256 i = 0; i < bitmaps.length; ++i) AttestationTally.add(planes, bitmaps[i]);
        columns = new uint256[](limits.length);
        for (uint256 i = 0; i < limits.length; ++i) columns[i] = AttestationTally.above(planes, limits[i]);
    }
}
