// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {NEEDS_DISTANCES, NEEDS_NORMS, NEEDS_TRUST, RoundFigures} from "../types/WeighingTypes.sol";
import {Neighbours} from "./Neighbours.sol";

/// @dev Which updates are left out where each one is mixed with its neighbours.
struct Mixing {
    uint256 count; // n
    uint256 tolerated; // f; each update is mixed from n - f
    uint256[] far; // 32 times the index of each of the f farthest from update i, at f * i to f * i + f - 1
}

/// @title The figures of mixed updates, from those of the updates alone
/// @notice With F(i) the far ones of i, W the sum of all pairs' squared distances, R(a) that of a with all others, and
/// X(i, j) the sum over a in F(i), b in F(j), the k = n - f neighbours of i have in(i) = W - sum of R(a) over F(i) +
/// X(i, i) / 2 among each other, and of S(i), the sum of their vectors:
///   |S(i) - S(j)|^2 = X(i, j) - X(i, i) / 2 - X(j, j) / 2, for the sums differ by what they leave out;
///   |S(i) - k p|^2  = k * (sum of squared distances of the neighbours to p) - in(i), for any point p.
/// @dev Exact, so nothing is rounded between mixing and the rule that follows. Sums of at most 1,024 squares below
/// 2^128 cannot run over; what a lying table would make negative is 0. Sums of keys have the distances above
/// `Neighbours.INDEX_BITS`.
library MixedFigures {
    /// @notice The figures that a rule with these needs reads, for vectors S(i).
    function mix(
        RoundFigures calldata figures,
        uint256[] memory keys,
        Mixing memory mixing,
        uint256 needs
    ) internal pure returns (RoundFigures memory mixed) {
        uint256 scale = mixing.count - mixing.tolerated;
        mixed.samples = figures.samples;
        mixed.reputations = figures.reputations;
        mixed.scale = scale * figures.scale;
        mixed.trustNorm = figures.trustNorm * scale ** 2;
        if (needs & (NEEDS_DISTANCES | NEEDS_NORMS | NEEDS_TRUST) == 0) return mixed;
        uint256[] memory halves = _halves(keys, mixing);
        if (needs & NEEDS_DISTANCES != 0) mixed.distances = _distances(keys, mixing, halves);
        if (needs & (NEEDS_NORMS | NEEDS_TRUST) == 0) return mixed;
        uint256[] memory inside = _inside(keys, mixing, halves);
        if (needs & NEEDS_NORMS != 0) mixed.norms = _fromPoint(figures.norms, mixing, inside);
        if (needs & NEEDS_TRUST != 0) {
            mixed.trustDistances = _fromPoint(figures.trustDistances, mixing, inside);
        }
    }

    /// @dev X(i, i) / 2: the pairs among the far ones of i.
    function _halves(
        uint256[] memory keys,
        Mixing memory mixing
    ) private pure returns (uint256[] memory halves) {
        halves = new uint256[](mixing.count);
        for (uint256 i = 0; i < mixing.count; ++i) {
            halves[i] = _pairsOfFar(keys, mixing, i) >> Neighbours.INDEX_BITS;
        }
    }

    /// @dev in(i).
    function _inside(
        uint256[] memory keys,
        Mixing memory mixing,
        uint256[] memory halves
    ) private pure returns (uint256[] memory inside) {
        uint256 count = mixing.count;
        uint256[] memory rows = new uint256[](count);
        uint256 twice = 0;
        for (uint256 i = 0; i < count; ++i) {
            rows[i] = Neighbours.sumOfRow(keys, i) >> Neighbours.INDEX_BITS;
            twice += rows[i];
        }
        inside = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            // SAFETY: what is taken away are pairs with a far one, those with two far ones once too often.
            inside[i] = twice / 2 + halves[i] - _sumOfFar(rows, mixing, i);
        }
    }

    /// @dev Squared distances of every S(i) from k times a point, from those of the updates to the point.
    function _fromPoint(
        uint256[] memory squares,
        Mixing memory mixing,
        uint256[] memory inside
    ) private pure returns (uint256[] memory mixed) {
        uint256 count = mixing.count;
        uint256 total = 0;
        for (uint256 i = 0; i < count; ++i) total += squares[i];
        mixed = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 near = (count - mixing.tolerated) * (total - _sumOfFar(squares, mixing, i));
            mixed[i] = near > inside[i] ? near - inside[i] : 0;
        }
    }

    /// @dev |S(i) - S(j)|^2 of all pairs. First, for each i, the sums over its far ones alone: with them a pair costs f
    /// steps in place of f^2.
    function _distances(
        uint256[] memory keys,
        Mixing memory mixing,
        uint256[] memory halves
    ) private pure returns (uint256[] memory distances) {
        uint256 count = mixing.count;
        distances = new uint256[]((count * (count - 1)) / 2);
        uint256[] memory sums = Neighbours.paddedArray(count);
        uint256 entry = 0;
        for (uint256 i = 0; i < count; ++i) {
            _sumRowsOfFar(keys, mixing, i, sums);
            // SAFETY: below 2^138 each; `entry` counts the pairs.
            unchecked {
                uint256 half = halves[i];
                for (uint256 j = i + 1; j < count; ++j) {
                    uint256 both = half + halves[j];
                    uint256 cross = _sumOfFar(sums, mixing, j) >> Neighbours.INDEX_BITS;
                    if (cross > both) distances[entry] = cross - both;
                    ++entry;
                }
            }
        }
    }

    /// @dev sums[a] = the keys of a in the rows of the far ones of `index`, added up.
    function _sumRowsOfFar(
        uint256[] memory keys,
        Mixing memory mixing,
        uint256 index,
        uint256[] memory sums
    ) private pure {
        uint256 tolerated = mixing.tolerated;
        uint256[] memory far = mixing.far;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let width := shl(5, mload(sums))
            let start := add(sums, 32)
            let end := add(start, width)
            // There is nothing behind the call's data: zeros are copied.
            calldatacopy(start, calldatasize(), width)
            let one := add(add(far, 32), shl(5, mul(index, tolerated)))
            for {
                let last := add(one, shl(5, tolerated))
            } lt(one, last) {
                one := add(one, 32)
            } {
                let row := add(add(keys, 32), shl(5, mload(one)))
                for {
                    let at := start
                } lt(at, end) {
                    at := add(at, 128)
                } {
                    mstore(at, add(mload(at), mload(row)))
                    let next := add(at, 32)
                    mstore(next, add(mload(next), mload(add(row, 32))))
                    next := add(at, 64)
                    mstore(next, add(mload(next), mload(add(row, 64))))
                    next := add(at, 96)
                    mstore(next, add(mload(next), mload(add(row, 96))))
                    row := add(row, 128)
                }
            }
        }
    }

    /// @dev Adds up the keys between any two of the far ones of `index`, each pair once.
    function _pairsOfFar(
        uint256[] memory keys,
        Mixing memory mixing,
        uint256 index
    ) private pure returns (uint256 sum) {
        uint256 tolerated = mixing.tolerated;
        uint256[] memory far = mixing.far;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let one := add(add(far, 32), shl(5, mul(index, tolerated)))
            for {
                let last := add(one, shl(5, tolerated))
            } lt(one, last) {
                one := add(one, 32)
            } {
                let row := add(add(keys, 32), shl(5, mload(one)))
                for {
                    let other := add(one, 32)
                } lt(other, last) {
                    other := add(other, 32)
                } {
                    sum := add(sum, mload(add(row, mload(other))))
                }
            }
        }
    }

    /// @dev Adds up the values of the far ones of `index`.
    function _sumOfFar(
        uint256[] memory values,
        Mixing memory mixing,
        uint256 index
    ) private pure returns (uint256 sum) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let start := add(values, 32)
            let width := shl(5, mload(add(mixing, 32)))
            let one := add(add(mload(add(mixing, 64)), 32), mul(index, width))
            for {
                let last := add(one, width)
            } lt(one, last) {
                one := add(one, 32)
            } {
                sum := add(sum, mload(add(start, mload(one))))
            }
        }
    }
}
