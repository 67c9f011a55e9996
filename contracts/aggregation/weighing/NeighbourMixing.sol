// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IWeighingRule} from "../../interfaces/IWeighingRule.sol";
import {MixedFigures, Mixing} from "../../libraries/MixedFigures.sol";
import {Neighbours} from "../../libraries/Neighbours.sol";
import {Tolerance} from "../../libraries/Tolerance.sol";
import {WeighedRows} from "../../libraries/WeighedRows.sol";
import {NEEDS_DISTANCES, RoundFigures, Weighing} from "../../types/WeighingTypes.sol";

/// @title Nearest-neighbour mixing (NNM) before another rule
/// @notice Each update becomes the mean of itself and its n - f - 1 nearest others; then another rule weighs these. The
/// argument is f as `Tolerance` has it, n > 2 f; from bit 16 on the place of the rule that follows; from bit 32 on that
/// rule's argument.
/// @dev Nothing is rounded in between: with k = n - f the following rule sees vectors k times as long, whose squares
/// are integers, and its divisors are multiplied by k.
contract NeighbourMixing is IWeighingRule {
    /// @dev Less than other rules with a table: a rule that follows may read one again.
    uint256 private constant MOST_UPDATES = 24;
    uint256 private constant PLACE_SHIFT = 16;
    uint256 private constant ARGUMENT_SHIFT = 32;

    IWeighingRule[] private _following;

    /// @param following What may follow, by place; trusted never to revert, so chosen once.
    constructor(IWeighingRule[] memory following) {
        _following = following;
    }

    /// @inheritdoc IWeighingRule
    function weigh(RoundFigures calldata figures, uint256 argument) external view returns (Weighing memory) {
        uint256 count = figures.samples.length;
        uint256 tolerated = Tolerance.among(argument & Tolerance.WORD, count, (count - 1) / 2);
        uint256[] memory keys = Neighbours.keysOf(figures.distances, count);
        Mixing memory mixing = Mixing(count, tolerated, Neighbours.farOnes(keys, count, tolerated));
        IWeighingRule following = _following[_placeOf(argument)];
        uint256 rest = argument >> ARGUMENT_SHIFT;
        RoundFigures memory mixed = MixedFigures.mix(figures, keys, mixing, following.needs(rest));
        return _unmix(following.weigh(mixed, rest), mixing);
    }

    /// @inheritdoc IWeighingRule
    function accepts(uint256 argument, uint256 maxUpdates) external view returns (bool) {
        return
            maxUpdates <= MOST_UPDATES &&
            Tolerance.accepts(argument & Tolerance.WORD, maxUpdates, 0) &&
            _placeOf(argument) < _following.length &&
            _following[_placeOf(argument)].accepts(argument >> ARGUMENT_SHIFT, maxUpdates);
    }

    /// @inheritdoc IWeighingRule
    function needs(uint256 argument) external view returns (uint256) {
        return NEEDS_DISTANCES | _following[_placeOf(argument)].needs(argument >> ARGUMENT_SHIFT);
    }

    /// @notice What may follow, by place.
    function followingRules() external view returns (IWeighingRule[] memory) {
        return _following;
    }

    /// @dev The same rows as sums of updates in place of mixed vectors: what a row takes of mixed vector i, it takes of
    /// all updates but those far from i.
    function _unmix(
        Weighing memory of_,
        Mixing memory mixing
    ) private pure returns (Weighing memory weighing) {
        uint256 count = mixing.count;
        uint256 rows = of_.divisors.length;
        weighing = WeighedRows.blank(rows, rows * count);
        weighing.weights = of_.weights;
        for (uint256 k = 0; k < rows; ++k) {
            weighing.divisors[k] = of_.divisors[k] * (count - mixing.tolerated);
            if (of_.diagonal) {
                _add(weighing.coefficients, k, of_.coefficients[k], mixing, k);
                continue;
            }
            for (uint256 i = 0; i < count; ++i) {
                _add(weighing.coefficients, k, of_.coefficients[k * count + i], mixing, i);
            }
        }
    }

    /// @dev Adds `coefficient` to a row at all updates but those far from `index`.
    function _add(
        int256[] memory coefficients,
        uint256 row,
        int256 coefficient,
        Mixing memory mixing,
        uint256 index
    ) private pure {
        if (coefficient == 0) return;
        uint256[] memory far = mixing.far;
        uint256 tolerated = mixing.tolerated;
        uint256 count = mixing.count;
        // SAFETY: `row` is one of as many rows of `count` as there is room for. At most 32 coefficients below 2^135
        // meet in one place.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let width := shl(5, count)
            let start := add(add(coefficients, 32), mul(row, width))
            for {
                let at := start
                let end := add(start, width)
            } lt(at, end) {
                at := add(at, 32)
            } {
                mstore(at, add(mload(at), coefficient))
            }
            let one := add(add(far, 32), shl(5, mul(index, tolerated)))
            for {
                let last := add(one, shl(5, tolerated))
            } lt(one, last) {
                one := add(one, 32)
            } {
                let at := add(start, mload(one))
                mstore(at, sub(mload(at), coefficient))
            }
        }
    }

    function _placeOf(uint256 argument) private pure returns (uint256) {
        return (argument >> PLACE_SHIFT) & type(uint16).max;
    }
}
