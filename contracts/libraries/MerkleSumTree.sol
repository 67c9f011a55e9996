// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Merkle-sum trees over chunks of 64 coordinates
/// @notice Leaf: `sha256(0x00, chunk of 256 bytes)`. Node: `sha256(0x01, left hash, left sum, right hash, right sum)`
/// with sums of 16 bytes. SHA-256, because participants hash millions of coordinates a round in Python, where it
/// costs a fifth of keccak; on chain it is a precompile.
/// @dev INV-TREE-1: one vector has exactly one tree, and each chunk one opening: the depth follows from the dimension,
/// the tree is filled up with zero chunks, a sibling wholly in the padding must equal the zero node of its level.
/// INV-TREE-2: no sum exceeds 128 bits.
library MerkleSumTree {
    uint256 internal constant CHUNK_COORDINATES = 64;
    uint256 internal constant CHUNK_BYTES = 256;
    uint256 internal constant SUM_BYTES = 16;
    uint256 internal constant NODE_BYTES = 48;
    uint256 internal constant MAX_DEPTH = 20;

    /// @dev The zero node's hash of each level, from the leaf up; a test derives them again.
    bytes internal constant ZERO_HASHES =
        hex"6c934d0cdf9dba94b474d6d1929f16739bd9a8ed31d0c3bcaf82c283fb7a3568"
        hex"b73eac8a1a61c588cc9949293e94cc281ca7482a270df60c70509365c0faedb1"
        hex"1ee24735ac6079163acf772ee94508a6bb7a898addb7d4d6b228f48a5021a714"
        hex"42aa1bc32da8702429adb0446333acd56335fec562626a621c0c5c4daed7d2f7"
        hex"362e5aca1065230567f83a64ceab5d18b4ecada1ce00aa0a14de0651893f7a3e"
        hex"5893f928da36ea77e9e7d028957b06f480da3bdf3d41f0be6d8f1fa313b2622b"
        hex"cacc6cfad8e009fc1f23646e9e897744430519139be4308ab0aea44b1ac3756e"
        hex"167ba29bb90bdaa8b7bc10ffb0997d8f061908d88b597f6018e34c2053914560"
        hex"ccf1ad4d18e1af87cb68ffead2650db5f0aa3a995f376f6a8aac1fd2eb6463fd"
        hex"2dea2723a371f253ec616d0d0d32c09f451922c8e1b7f1140b99a2b257efb569"
        hex"96d86958d723157ca36929ba8859dc058c399eec79b97e372555aab5765029af"
        hex"a11f2ada2487c24defec8935b046d1f02b4fb3a399b68510628285a790b6aaa3"
        hex"976161184019a746b84a3a307d62fe247dc24d82109ad3bd6060524b22776a7a"
        hex"fafb138d2ec0454552f90d9759274773118a3a79cd1a675456066e1518378bc7"
        hex"774bfa93dc956409108e97c00d1bef49791d7c5a68b8f9f28873c8b5940e4fbb"
        hex"c5ecc4d038ceea156a5257edcb3a2e251b7c05104897336efa0e283d0bcfda61"
        hex"b2f971835d9c5939fabbcd0f8e09c7063cff2392cff92f2705dab047e15e18e1"
        hex"6bda1fd38155dd1c1b6d12f9a919136496e77cb407b61f941b56739a74f831a4"
        hex"4c718197250561a1c7307905910663428f8277b341409f990754b0add29d0350"
        hex"cabbba02649f1c0ebada3e5003890bad0fbbdc5ca15ae9beba1794ffc9728610"
        hex"164c4b8b95ae3404aafc974630c50f98f079955405e27be38c584bad11c183bf";

    error MerkleSumTreeOpeningLength(uint256 length, uint256 required);
    error MerkleSumTreeIndexOutOfRange(uint256 index, uint256 chunks);
    error MerkleSumTreePaddingAltered(uint256 level);
    error MerkleSumTreeSumOverflow(uint256 level);

    /// @notice Number of chunks of a vector.
    function chunksOf(uint256 dimension) internal pure returns (uint256) {
        return (dimension + CHUNK_COORDINATES - 1) / CHUNK_COORDINATES;
    }

    /// @notice Levels between leaf and root: ceil(log2(chunks)).
    function depthOf(uint256 dimension) internal pure returns (uint256 depth) {
        uint256 chunks = chunksOf(dimension);
        while ((uint256(1) << depth) < chunks) ++depth;
    }

    /// @notice The root that an opening of chunk `index` leads to.
    /// @param opening Claimed leaf sum (16 bytes), chunk (256) and siblings from the leaf up (48 each).
    function rootOf(
        bytes calldata opening,
        uint256 index,
        uint256 dimension
    ) internal view returns (bytes32 hash, uint256 sum) {
        uint256 depth = depthOf(dimension);
        uint256 chunks = chunksOf(dimension);
        uint256 required = SUM_BYTES + CHUNK_BYTES + depth * NODE_BYTES;
        if (opening.length != required) revert MerkleSumTreeOpeningLength(opening.length, required);
        if (index >= chunks) revert MerkleSumTreeIndexOutOfRange(index, chunks);
        sum = uint128(bytes16(opening[:SUM_BYTES]));
        hash = leafHash(chunkOf(opening));
        (hash, sum) = climb(hash, sum, opening[SUM_BYTES + CHUNK_BYTES:], index, 0, chunks);
    }

    /// @notice Climbs from a node `level` levels above the leaves along packed siblings.
    /// @param siblings 48 bytes each; a remainder that is no whole node is refused by the callers' length checks.
    /// @param position The node's place on its level.
    function climb(
        bytes32 hash,
        uint256 sum,
        bytes calldata siblings,
        uint256 position,
        uint256 level,
        uint256 chunks
    ) internal view returns (bytes32, uint256) {
        for (uint256 offset = 0; offset < siblings.length; offset += NODE_BYTES) {
            bytes32 otherHash;
            uint256 otherSum;
            // A slice with its checks costs more than hashing the node; `offset` stays below the length.
            // solhint-disable-next-line no-inline-assembly
            assembly ("memory-safe") {
                let start := add(siblings.offset, offset)
                otherHash := calldataload(start)
                otherSum := shr(128, calldataload(add(start, 32)))
            }
            // slither-disable-next-line incorrect-exp
            _requirePadding(otherHash, otherSum, position ^ 1, level, chunks);
            hash = position & 1 == 0
                ? nodeHash(hash, sum, otherHash, otherSum)
                : nodeHash(otherHash, otherSum, hash, sum);
            unchecked {
                // SAFETY: both are below 2^128, the sum is checked right below.
                sum += otherSum;
            }
            if (sum > type(uint128).max) revert MerkleSumTreeSumOverflow(level);
            position >>= 1;
            ++level;
        }
        return (hash, sum);
    }

    /// @notice Folds a whole row of packed nodes up to their common ancestor.
    /// @param nodes `2^k` nodes of 48 bytes, `level` levels above the leaves.
    /// @param first Place on its level of the first of them.
    function fold(
        bytes calldata nodes,
        uint256 first,
        uint256 level,
        uint256 chunks
    ) internal view returns (bytes32 hash, uint256 sum) {
        uint256 count = nodes.length / NODE_BYTES;
        _requirePaddedRow(nodes, count, first, level, chunks);
        // One byte of room before the row, for the prefix of its first pair.
        bytes memory row = bytes.concat(hex"00", nodes);
        for (; count > 1; count /= 2) {
            if (!_foldLevel(row, count / 2)) revert MerkleSumTreeSumOverflow(level);
            ++level;
        }
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            hash := mload(add(row, 33))
            sum := shr(128, mload(add(row, 65)))
        }
    }

    /// @dev Replaces the pairs at the start of a row by their parents, in place; false if a sum exceeds 128 bits.
    /// Two nodes that lie side by side are 96 bytes and, with the prefix written over the byte before them, just what
    /// is hashed. That byte belongs to a pair that was folded already, and a parent's 48 bytes (64 while it is
    /// written) end before the next pair begins.
    function _foldLevel(bytes memory row, uint256 pairs) private view returns (bool fits) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let start := add(row, 33)
            fits := 1
            for {
                let i := 0
            } lt(i, pairs) {
                i := add(i, 1)
            } {
                let pair := add(start, mul(i, 96))
                let parent := add(start, mul(i, 48))
                let sum := add(shr(128, mload(add(pair, 32))), shr(128, mload(add(pair, 80))))
                if shr(128, sum) {
                    fits := 0
                }
                mstore8(sub(pair, 1), 1)
                if iszero(staticcall(gas(), 2, sub(pair, 1), 97, parent, 32)) {
                    revert(0, 0)
                }
                mstore(add(parent, 32), shl(128, sum))
            }
        }
    }

    /// @dev The nodes of a row that cover no chunk are the zero node of its level.
    function _requirePaddedRow(
        bytes calldata nodes,
        uint256 count,
        uint256 first,
        uint256 level,
        uint256 chunks
    ) private pure {
        uint256 filled = (chunks + (1 << level) - 1) >> level;
        if (first + count <= filled) return;
        bytes32 zero = zeroHash(level);
        for (uint256 i = filled > first ? filled - first : 0; i < count; ++i) {
            bytes calldata node = nodes[i * NODE_BYTES:(i + 1) * NODE_BYTES];
            if (bytes32(node[:32]) != zero || bytes16(node[32:]) != 0) revert MerkleSumTreePaddingAltered(level);
        }
    }

    /// @notice The chunk inside an opening.
    function chunkOf(bytes calldata opening) internal pure returns (bytes calldata) {
        return opening[SUM_BYTES:SUM_BYTES + CHUNK_BYTES];
    }

    /// @notice Coordinate `position` (0 to 63) of a chunk.
    function coordinateOf(bytes calldata chunk, uint256 position) internal pure returns (int32) {
        return int32(uint32(bytes4(chunk[position * 4:position * 4 + 4])));
    }

    /// @notice Whether chunk `index` may be part of a vector at all, and its true sum of squares.
    /// @dev Not canonical: the value -2^31, or anything but zero beyond the dimension.
    function inspect(
        bytes calldata chunk,
        uint256 index,
        uint256 dimension
    ) internal pure returns (bool canonical, uint256 sum) {
        canonical = true;
        uint256 filled = dimension - index * CHUNK_COORDINATES;
        for (uint256 i = 0; i < CHUNK_COORDINATES; ++i) {
            int256 value = coordinateOf(chunk, i);
            if (value == type(int32).min || (i >= filled && value != 0)) canonical = false;
            sum += uint256(value * value);
        }
    }

    /// @notice `sha256(0x00, chunk)`.
    function leafHash(bytes calldata chunk) internal pure returns (bytes32) {
        return sha256(bytes.concat(hex"00", chunk));
    }

    /// @notice `sha256(0x01, left hash, left sum, right hash, right sum)`.
    function nodeHash(
        bytes32 leftHash,
        uint256 leftSum,
        bytes32 rightHash,
        uint256 rightSum
    ) internal view returns (bytes32 hash) {
        // Written out because a dispute hashes hundreds of nodes: 97 bytes are laid out above the free memory
        // pointer and handed to the SHA-256 precompile at address 2. Both sums fit into 128 bits.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            mstore8(buffer, 1)
            mstore(add(buffer, 1), leftHash)
            mstore(add(buffer, 33), shl(128, leftSum))
            mstore(add(buffer, 49), rightHash)
            mstore(add(buffer, 81), shl(128, rightSum))
            if iszero(staticcall(gas(), 2, buffer, 97, buffer, 32)) {
                revert(0, 0)
            }
            hash := mload(buffer)
        }
    }

    /// @notice The hash of an all-zero subtree of `level` levels.
    function zeroHash(uint256 level) internal pure returns (bytes32 hash) {
        bytes memory table = ZERO_HASHES;
        // A word of a byte array: anything else copies it byte by byte.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            hash := mload(add(add(table, 32), mul(level, 32)))
        }
    }

    /// @dev INVARIANT: a node that covers no chunk is the zero node of its level. Without it two small trees would
    /// answer for one vector.
    function _requirePadding(
        bytes32 hash,
        uint256 sum,
        uint256 position,
        uint256 level,
        uint256 chunks
    ) private pure {
        if (position << level < chunks) return;
        if (sum != 0 || hash != zeroHash(level)) revert MerkleSumTreePaddingAltered(level);
    }
}
