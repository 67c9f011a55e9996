// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Vectors, their Merkle-sum trees and openings, written down slowly
/// @notice After docs/protocol.md section 2 and not after `MerkleSumTree`: the whole padded tree is built, level by
/// level, without a table of zero hashes.
library Trees {
    uint256 internal constant COORDINATES = 64;

    struct Tree {
        uint256 chunks;
        bytes32[][] hashes; // by level from the leaves up
        uint256[][] sums;
    }

    /// @notice A vector of small coordinates that follow from a seed, by default within +-4,096.
    function random(uint256 seed, uint256 dimension) internal pure returns (int32[] memory vector) {
        vector = new int32[](dimension);
        uint256 word;
        for (uint256 i = 0; i < dimension; ++i) {
            if (i % 16 == 0) word = uint256(keccak256(abi.encode(seed, i)));
            vector[i] = int32(int256((word >> (16 * (i % 16))) & 0x1fff)) - 4_096;
        }
    }

    function chunksOf(uint256 dimension) internal pure returns (uint256) {
        return dimension % COORDINATES == 0 ? dimension / COORDINATES : dimension / COORDINATES + 1;
    }

    /// @notice 64 coordinates from `index` on, big-endian, zeros beyond the vector.
    function chunk(int32[] memory vector, uint256 index) internal pure returns (bytes memory data) {
        data = new bytes(COORDINATES * 4);
        for (uint256 i = 0; i < COORDINATES; i += 8) {
            uint256 word = 0;
            for (uint256 k = 0; k < 8; ++k) {
                uint256 place = index * COORDINATES + i + k;
                uint32 value = place < vector.length ? uint32(vector[place]) : 0;
                word = (word << 32) | value;
            }
            assembly ("memory-safe") {
                mstore(add(add(data, 32), mul(i, 4)), word)
            }
        }
    }

    function squares(int32[] memory vector, uint256 index) internal pure returns (uint256 sum) {
        for (uint256 i = index * COORDINATES; i < (index + 1) * COORDINATES && i < vector.length; ++i) {
            sum += uint256(int256(vector[i]) * int256(vector[i]));
        }
    }

    function leaves(int32[] memory vector) internal pure returns (Tree memory tree) {
        uint256 chunks = chunksOf(vector.length);
        uint256 width = 1;
        uint256 levels = 1;
        for (; width < chunks; width *= 2) ++levels;
        tree = Tree({chunks: chunks, hashes: new bytes32[][](levels), sums: new uint256[][](levels)});
        tree.hashes[0] = new bytes32[](width);
        tree.sums[0] = new uint256[](width);
        for (uint256 i = 0; i < width; ++i) {
            tree.hashes[0][i] = sha256(bytes.concat(hex"00", chunk(vector, i)));
            tree.sums[0][i] = squares(vector, i);
        }
    }

    /// @notice Computes every level above the leaves, whatever those are.
    function grow(Tree memory tree) internal pure returns (Tree memory) {
        for (uint256 level = 1; level < tree.hashes.length; ++level) {
            uint256 width = tree.hashes[level - 1].length / 2;
            tree.hashes[level] = new bytes32[](width);
            tree.sums[level] = new uint256[](width);
            for (uint256 i = 0; i < width; ++i) {
                bytes32[] memory hashes = tree.hashes[level - 1];
                uint256[] memory sums = tree.sums[level - 1];
                tree.hashes[level][i] = sha256(
                    abi.encodePacked(
                        hex"01",
                        hashes[2 * i],
                        uint128(sums[2 * i]),
                        hashes[2 * i + 1],
                        uint128(sums[2 * i + 1])
                    )
                );
                tree.sums[level][i] = sums[2 * i] + sums[2 * i + 1];
            }
        }
        return tree;
    }

    function build(int32[] memory vector) internal pure returns (Tree memory) {
        return grow(leaves(vector));
    }

    /// @notice The tree of somebody who claims another sum of squares for one chunk.
    function buildLying(int32[] memory vector, uint256 index, uint256 claimed) internal pure returns (Tree memory) {
        Tree memory tree = leaves(vector);
        tree.sums[0][index] = claimed;
        return grow(tree);
    }

    function root(Tree memory tree) internal pure returns (bytes32, uint256) {
        uint256 top = tree.hashes.length - 1;
        return (tree.hashes[top][0], tree.sums[top][0]);
    }

    function node(Tree memory tree, uint256 level, uint256 place) internal pure returns (bytes memory) {
        return abi.encodePacked(tree.hashes[level][place], uint128(tree.sums[level][place]));
    }

    /// @notice Siblings from a node up to another `levels` above it.
    function path(
        Tree memory tree,
        uint256 level,
        uint256 place,
        uint256 levels
    ) internal pure returns (bytes memory siblings) {
        for (uint256 i = 0; i < levels; ++i) {
            siblings = bytes.concat(siblings, node(tree, level + i, (place >> i) ^ 1));
        }
    }

    /// @notice Claimed sum, chunk and siblings.
    function opening(
        Tree memory tree,
        int32[] memory vector,
        uint256 index
    ) internal pure returns (bytes memory) {
        return
            bytes.concat(
                bytes16(uint128(tree.sums[0][index])),
                chunk(vector, index),
                path(tree, 0, index, tree.hashes.length - 1)
            );
    }

    /// @notice The commitment to a vector, spelled out.
    function commitment(
        Tree memory tree,
        uint256 dimension,
        uint256 kind,
        uint256 fractionBits
    ) internal pure returns (bytes32) {
        (bytes32 hash, uint256 sum) = root(tree);
        return
            keccak256(
                abi.encode(keccak256("Gradbond.VectorCommitment"), hash, sum, dimension, 1, kind, fractionBits)
            );
    }
}
