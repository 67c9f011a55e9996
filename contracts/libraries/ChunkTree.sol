// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Hash trees over the chunks of what parties of an encrypted task post
/// @notice Leaf of an update: `sha256(0x10, sha256(ciphertext), sha256(proof))`, so that whoever needs the ciphertext
/// alone need not show its proof; of anything else: `sha256(0x11, chunk)`. Node: `sha256(0x12, left, right)`. Filled
/// up with zero leaves to a power of two.
/// @dev INV-CHUNK-1: a root and a number of chunks leave one chunk at each index: the depth follows from the number.
/// INV-CHUNK-2: if the last chunk can be shown, the chunks alone make the root. A path beside which padding lies must
/// have nothing else there. Or else right chunks beside arbitrary padding would have a root that nobody else finds and
/// that no question could strike; the path of the last chunk has every node of padding alone.
library ChunkTree {
    error ChunkTreePathLength(uint256 length, uint256 required);
    error ChunkTreeIndexOutOfRange(uint256 index, uint256 chunks);
    error ChunkTreePadding(uint256 level, bytes32 found, bytes32 required);

    /// @notice The leaf of a ciphertext with the hash of its proof.
    function updateLeafOf(bytes calldata ciphertext, bytes32 proofHash) internal pure returns (bytes32) {
        return sha256(bytes.concat(hex"10", sha256(ciphertext), proofHash));
    }

    /// @notice The leaf of any other chunk.
    function leafOf(bytes calldata chunk) internal pure returns (bytes32) {
        return sha256(bytes.concat(hex"11", chunk));
    }

    /// @notice Levels between leaf and root: ceil(log2(chunks)).
    function depthOf(uint256 chunks) internal pure returns (uint256 depth) {
        while ((uint256(1) << depth) < chunks) ++depth;
    }

    /// @notice The root that a path leads to.
    /// @param path Siblings from the leaf up.
    function rootFrom(
        bytes32 leaf,
        uint256 index,
        bytes32[] calldata path,
        uint256 chunks
    ) internal pure returns (bytes32 node) {
        if (index >= chunks) revert ChunkTreeIndexOutOfRange(index, chunks);
        uint256 depth = depthOf(chunks);
        if (path.length != depth) revert ChunkTreePathLength(path.length, depth);
        node = leaf;
        // slither-disable-next-line uninitialized-local
        bytes32 padding; // zero, as its leaves are; hashed up as far as a path meets it
        uint256 reached = 0;
        for (uint256 level = 0; level < depth; ++level) {
            bytes32 other = path[level];
            // slither-disable-next-line incorrect-exp
            if (((index >> level) ^ 1) << level >= chunks) {
                for (; reached < level; ++reached) padding = _above(padding, padding);
                if (other != padding) revert ChunkTreePadding(level, other, padding);
            }
            node = (index >> level) & 1 == 0 ? _above(node, other) : _above(other, node);
        }
    }

    function _above(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return sha256(bytes.concat(hex"12", left, right));
    }
}
