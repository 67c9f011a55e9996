// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FixedPoint} from "../../../contracts/libraries/FixedPoint.sol";
import {Checks} from "../base/Checks.sol";

/// @title INV-MATH-1: the rounding rule
contract ArithmeticTest is Checks {
    int256 private constant LIMIT = 2 ** 31 - 1;

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
}
