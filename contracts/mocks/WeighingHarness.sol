// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICombiningRule} from "../interfaces/ICombiningRule.sol";
import {IWeighingRule} from "../interfaces/IWeighingRule.sol";
import {LengthRatio} from "../libraries/LengthRatio.sol";
import {Tolerance} from "../libraries/Tolerance.sol";
import {WeighedRows} from "../libraries/WeighedRows.sol";
import {RoundFigures, Weighing} from "../types/WeighingTypes.sol";

/// @title Both steps of an aggregation for one coordinate, and the weighing libraries, for tests
contract WeighingHarness {
    struct Step {
        address rule;
        uint256 argument;
    }

    /// @notice What a proof recomputes: weigh, make the rows of one coordinate, combine them.
    function coordinate(
        Step calldata weigh,
        Step calldata combine,
        RoundFigures calldata figures,
        int32[] calldata values,
        int32 base
    ) external view returns (int32) {
        Weighing memory weighing = IWeighingRule(weigh.rule).weigh(figures, weigh.argument);
        int32[] memory rows = WeighedRows.rowsOf(weighing, values);
        return ICombiningRule(combine.rule).combine(rows, weighing.weights, base, combine.argument);
    }

    function rowsOf(
        Weighing calldata weighing,
        int32[] calldata values
    ) external pure returns (int32[] memory) {
        return WeighedRows.rowsOf(weighing, values);
    }

    function root(uint256 square) external pure returns (uint256) {
        return LengthRatio.root(square);
    }

    function ratio(uint256 square, uint256 over) external pure returns (uint256) {
        return LengthRatio.ratio(square, over);
    }

    function among(uint256 word, uint256 count, uint256 most) external pure returns (uint256) {
        return Tolerance.among(word, count, most);
    }
}
