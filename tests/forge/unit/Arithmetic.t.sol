// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TaskFactory} from "../../../contracts/tasks/TaskFactory.sol";
import {ITaskFactory} from "../../../contracts/interfaces/ITaskFactory.sol";
import {FixedPoint} from "../../../contracts/libraries/FixedPoint.sol";
import {TaskParameters} from "../../../contracts/types/TaskTypes.sol";
import {World} from "../base/World.sol";

/// @title INV-MATH-1 and INV-MATH-2: the rounding rule and the weighted mean, against slower formulas
contract ArithmeticTest is World {
    int256 private constant LIMIT = 2 ** 31 - 1;

    function setUp() external {
        _deploy();
    }

    // ------------------------------------------------------------------ FixedPoint

    function test_DivisionIsSymmetric(int128 numerator, uint128 divisor) external pure {
        uint256 by = divisor == 0 ? 1 : divisor;
        int256 value = FixedPoint.divide(numerator, by);
        _check(FixedPoint.divide(-int256(numerator), by) == -value, "the quotient of the negative");
    }

    /// @dev |q * m - n| <= m / 2, and where it is exactly that, q is the one further from zero.
    function test_DivisionIsOffByAHalfAtMost(int128 numerator, uint64 divisor, bool half) external pure {
        int256 by = divisor == 0 ? int256(1) : int256(uint256(divisor));
        int256 given = numerator;
        if (half) {
            // Exact halves are rare: make one.
            by = by % 2 == 0 ? by : by + 1;
            given = (given / by) * by + (given < 0 ? -by / 2 : by / 2);
        }
        int256 value = FixedPoint.divide(given, uint256(by));
        int256 off = value * by - given;
        uint256 size = uint256(off < 0 ? -off : off);
        _check(2 * size <= uint256(by), "off by more than a half");
        if (2 * size == uint256(by)) _check((off > 0) == (given > 0), "a half goes away from zero");
        if (half) _equal(2 * size, uint256(by), "the half that was made");
    }

    function test_ClampingTakesTheNearestValue(int256 value) external pure {
        int256 clamped = FixedPoint.clamp(value);
        _check(clamped >= -LIMIT && clamped <= LIMIT, "out of the lattice's range");
        if (value >= -LIMIT && value <= LIMIT) _check(clamped == value, "a value in range is left alone");
        else _check(clamped == (value > 0 ? LIMIT : -LIMIT), "the nearest end");
    }

    // ------------------------------------------------------------------ MeanRule

    function test_TheMeanIsThatOfASlowerFormula(uint256 seed, uint256 count, bool extreme) external view {
        (int32[] memory values, uint32[] memory weights) = _updates(seed, _within(count, 0, 128), extreme);
        int32 base = _coordinate(_draw(seed, "base"), extreme);
        int256 weighted = 0;
        int256 total = 0;
        for (uint256 i = 0; i < values.length; ++i) {
            weighted += int256(values[i]) * int256(uint256(weights[i]));
            total += int256(uint256(weights[i]));
        }
        // No weighted sum that the factory admits leaves 64 bits, whatever a rule is written in.
        _check(weighted <= type(int64).max && weighted >= type(int64).min, "a weighted sum beyond 64 bits");
        int256 expected = base;
        if (total > 0) {
            // floor((2|n| + m) / 2m), with the sign put back.
            int256 size = weighted < 0 ? -weighted : weighted;
            int256 mean = (2 * size + total) / (2 * total);
            expected += weighted < 0 ? -mean : mean;
        }
        if (expected > LIMIT) expected = LIMIT;
        if (expected < -LIMIT) expected = -LIMIT;
        _check(_combine(rule, values, weights, base) == expected, "the mean");
    }

    function test_TheMeanOfTheNegativesIsTheNegative(uint256 seed, uint256 count) external view {
        (int32[] memory values, uint32[] memory weights) = _updates(seed, _within(count, 1, 64), false);
        int32 base = _coordinate(_draw(seed, "base"), false);
        int32 mean = _combine(rule, values, weights, base);
        for (uint256 i = 0; i < values.length; ++i) values[i] = -values[i];
        _check(_combine(rule, values, weights, -base) == -mean, "the mean of the negatives");
    }

    function test_TheOrderOfTheUpdatesDoesNotMatter(uint256 seed, uint256 count) external view {
        (int32[] memory values, uint32[] memory weights) = _updates(seed, _within(count, 2, 32), false);
        int32 mean = _combine(rule, values, weights, 5);
        uint256 place = seed % (values.length - 1);
        (values[place], values[place + 1]) = (values[place + 1], values[place]);
        (weights[place], weights[place + 1]) = (weights[place + 1], weights[place]);
        _check(_combine(rule, values, weights, 5) == mean, "the mean in another order");
    }

    /// @dev The bound that the sums above rest on.
    function test_TheFactoryRefusesWeightsThatCouldRunOver(uint256 trainers, uint256 samples) external {
        TaskParameters memory parameters = _parameters();
        parameters.maxTrainers = _within(trainers, 3, 128);
        parameters.maxSamples = _within(samples, 1, type(uint32).max);
        if (parameters.maxSamples * parameters.maxTrainers <= type(uint32).max) {
            _create(parameters);
            return;
        }
        _refused(
            address(factory),
            abi.encodeCall(TaskFactory.createTask, (parameters)),
            ITaskFactory.TaskFactoryParameterOutOfBounds.selector,
            "weights of more than 32 bits in sum"
        );
    }

    // ------------------------------------------------------------------ inputs

    function _updates(
        uint256 seed,
        uint256 count,
        bool extreme
    ) private pure returns (int32[] memory values, uint32[] memory weights) {
        values = new int32[](count);
        weights = new uint32[](count);
        uint256 most = count == 0 ? 1 : type(uint32).max / count;
        for (uint256 i = 0; i < count; ++i) {
            uint256 lot = uint256(keccak256(abi.encode(seed, i)));
            values[i] = _coordinate(lot, extreme);
            // Few, small or as many samples as are allowed; none at all in some cases.
            uint256 scale = seed % 4;
            weights[i] = uint32(scale == 0 ? most : scale == 1 ? lot % 3 : (lot >> 64) % (most + 1));
        }
    }

    function _coordinate(uint256 lot, bool extreme) private pure returns (int32) {
        if (extreme) return int32(lot % 2 == 0 ? LIMIT : -LIMIT);
        return int32(int256((lot >> 128) % uint256(2 * LIMIT + 1)) - LIMIT);
    }
}
