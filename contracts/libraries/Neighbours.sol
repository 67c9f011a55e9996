// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Who is near to whom, by a table of squared distances
/// @notice What Krum, Multi-Krum and mixing share. A distance is kept as a key with the other update's index behind it:
/// keys are in the order of distances, ties in that of indices, and a sum of keys is the sum of the distances with the
/// sum of the indices behind it.
/// @dev Only proofs pay for it, but a full table of 32 updates must leave room in one: inner loops are assembly, four
/// words a step. Rows are padded with zeros for that.
library Neighbours {
    /// @dev Updates of a round by a rule that reads a table: 496 entries.
    uint256 internal constant MOST_UPDATES = 32;
    /// @dev Words of a row of keys, whatever the number of updates; the assembly shifts by 10 for 32 words.
    uint256 internal constant STRIDE = MOST_UPDATES;
    /// @dev 1,024 indices below 32 add up to less than 2^16.
    uint256 internal constant INDEX_BITS = 16;
    uint256 internal constant INDEX_MASK = (1 << INDEX_BITS) - 1;

    error NeighboursTooManyUpdates(uint256 count, uint256 limit);
    error NeighboursTableLength(uint256 length, uint256 required);

    /// @notice All keys, row by row: at `STRIDE * i + j` the key of j as seen from i; of i itself 0.
    /// @param distances `count * (count - 1) / 2` entries, each below 2^142.
    function keysOf(
        uint256[] calldata distances,
        uint256 count
    ) internal pure returns (uint256[] memory keys) {
        if (count > MOST_UPDATES) revert NeighboursTooManyUpdates(count, MOST_UPDATES);
        uint256 required = count == 0 ? 0 : (count * (count - 1)) / 2;
        if (distances.length != required) revert NeighboursTableLength(distances.length, required);
        keys = new uint256[](count * STRIDE);
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let entry := distances.offset
            let diagonal := add(keys, 32)
            for {
                let i := 0
            } lt(i, count) {
                i := add(i, 1)
            } {
                let right := diagonal
                let down := diagonal
                for {
                    let j := add(i, 1)
                } lt(j, count) {
                    j := add(j, 1)
                } {
                    right := add(right, 32)
                    down := add(down, 1024)
                    let key := shl(16, calldataload(entry))
                    mstore(right, or(key, j))
                    mstore(down, or(key, i))
                    entry := add(entry, 32)
                }
                diagonal := add(diagonal, 1056)
            }
        }
    }

    /// @notice The largest of `count` values from `first` on, which is replaced by 0.
    /// @dev Up to three values behind them are looked at, too, and must be 0.
    function takeLargest(
        uint256[] memory values,
        uint256 first,
        uint256 count
    ) internal pure returns (uint256 best) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let at := add(add(values, 32), shl(5, first))
            let end := add(at, shl(5, count))
            let place := at
            for {} lt(at, end) {
                at := add(at, 128)
            } {
                let value := mload(at)
                if gt(value, best) {
                    best := value
                    place := at
                }
                value := mload(add(at, 32))
                if gt(value, best) {
                    best := value
                    place := add(at, 32)
                }
                value := mload(add(at, 64))
                if gt(value, best) {
                    best := value
                    place := add(at, 64)
                }
                value := mload(add(at, 96))
                if gt(value, best) {
                    best := value
                    place := add(at, 96)
                }
            }
            mstore(place, 0)
        }
    }

    /// @notice Room for `count` values, padded as `takeLargest` wants it.
    function paddedArray(uint256 count) internal pure returns (uint256[] memory) {
        return new uint256[]((count + 3) & ~uint256(3));
    }

    /// @notice For each update the `tolerated` that are farthest from it, row by row, each as 32 times its index: as
    /// its place in bytes. Of two at one distance the one with the higher index is farther.
    function farOnes(
        uint256[] memory keys,
        uint256 count,
        uint256 tolerated
    ) internal pure returns (uint256[] memory far) {
        far = new uint256[](count * tolerated);
        for (uint256 i = 0; i < count; ++i) {
            uint256 first = i * tolerated;
            // SAFETY: at most two keys of a row are 0, its own and that of an update 0 without any distance. With
            // `tolerated` < count / 2 there are as many others.
            for (uint256 t = 0; t < tolerated; ++t) far[first + t] = takeLargest(keys, i * STRIDE, count);
            for (uint256 t = 0; t < tolerated; ++t) {
                uint256 key = far[first + t];
                keys[i * STRIDE + (key & INDEX_MASK)] = key;
                far[first + t] = (key & INDEX_MASK) * 32;
            }
        }
    }

    /// @notice Which `taken` updates have the least Krum scores, ties to the lower index; `taken` is at least 1.
    /// @dev Score: sum of squared distances to the count - tolerated - 2 nearest others.
    function leastScores(
        uint256[] calldata distances,
        uint256 count,
        uint256 tolerated,
        uint256 taken
    ) internal pure returns (bool[] memory isTaken) {
        uint256[] memory keys = keysOf(distances, count);
        uint256[] memory scores = paddedArray(count);
        // Of one or two updates no other counts.
        uint256 left = count > tolerated + 2 ? tolerated + 1 : count - 1;
        isTaken = new bool[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 sum = sumOfRow(keys, i);
            for (uint256 k = 0; k < left; ++k) sum -= takeLargest(keys, i * STRIDE, count);
            scores[i] = (sum & ~INDEX_MASK) | i;
            isTaken[i] = true;
        }
        for (uint256 k = taken; k < count; ++k) isTaken[takeLargest(scores, 0, count) & INDEX_MASK] = false;
    }

    /// @notice All keys of a row added up.
    function sumOfRow(uint256[] memory keys, uint256 index) internal pure returns (uint256 sum) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let at := add(add(keys, 32), shl(10, index))
            for {
                let end := add(at, 1024)
            } lt(at, end) {
                at := add(at, 128)
            } {
                let half := add(mload(at), mload(add(at, 32)))
                sum := add(sum, add(half, add(mload(add(at, 64)), mload(add(at, 96)))))
            }
        }
    }

    /// @notice f of `count` updates under Krum's bound n > 2 f + 2; 0 if even that does not hold.
    function krumBound(uint256 count) internal pure returns (uint256) {
        return count < 3 ? 0 : (count - 3) / 2;
    }
}
