// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITaskFactory} from "../../../contracts/interfaces/ITaskFactory.sol";
import {TaskFactory} from "../../../contracts/tasks/TaskFactory.sol";
import {TaskParameters} from "../../../contracts/types/TaskTypes.sol";
import {World} from "../base/World.sol";

/// @title INV-MATH-2 and INV-MATH-3: every combining rule against a slower formula
contract CombiningRulesTest is World {
    int256 private constant LIMIT = 2 ** 31 - 1;
    uint256 private constant BPS = 10_000;

    function setUp() external {
        _deploy();
    }

    // ------------------------------------------------------------------ the mean

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
        int256 expected = total == 0 ? int256(0) : _rounded(weighted, total);
        _check(_combine(Rule.Mean, values, weights, base, 0) == _clamped(base + expected), "the mean");
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

    // ------------------------------------------------------------------ median and trimmed mean

    function test_TheMedianIsThatOfASlowerFormula(uint256 seed, uint256 count, bool extreme) external view {
        (int32[] memory values, uint32[] memory weights) = _updates(seed, _within(count, 0, 40), extreme);
        int32 base = _coordinate(_draw(seed, "base"), extreme);
        uint256 counted = _counted(weights);
        int256 expected = counted == 0 ? int256(0) : _rounded(
            _ranked(values, weights, (counted - 1) / 2) + _ranked(values, weights, counted / 2),
            2
        );
        _check(_combine(Rule.Median, values, weights, base, 0) == _clamped(base + expected), "the median");
    }

    function test_TheTrimmedMeanIsThatOfASlowerFormula(
        uint256 seed,
        uint256 count,
        uint256 bps,
        bool extreme
    ) external view {
        (int32[] memory values, uint32[] memory weights) = _updates(seed, _within(count, 0, 24), extreme);
        int32 base = _coordinate(_draw(seed, "base"), extreme);
        bps = _within(bps, 0, 4_999);
        uint256 counted = _counted(weights);
        int256 sum = 0;
        int256 kept = 0;
        // Rank r is kept if at least floor(n * bps / 10,000) are below it and as many above.
        for (uint256 rank = 0; rank < counted; ++rank) {
            uint256 nearer = rank < counted - 1 - rank ? rank : counted - 1 - rank;
            if ((nearer + 1) * BPS <= counted * bps) continue;
            sum += _ranked(values, weights, rank);
            ++kept;
        }
        int256 expected = kept == 0 ? int256(0) : _rounded(sum, kept);
        _check(
            _combine(Rule.TrimmedMean, values, weights, base, bps) == _clamped(base + expected),
            "the trimmed mean"
        );
    }

    /// @dev What these rules are chosen for: a minority may send what it likes.
    function test_AMinorityMovesNeitherBeyondWhatOthersSent(
        uint256 seed,
        uint256 count,
        uint256 bad
    ) external view {
        (int32[] memory values, uint32[] memory weights) = _updates(seed, _within(count, 3, 40), false);
        for (uint256 i = 0; i < values.length; ++i) weights[i] = 1;
        bad = _within(bad, 1, (values.length - 1) / 2);
        int256 least = LIMIT;
        int256 most = -LIMIT;
        for (uint256 i = bad; i < values.length; ++i) {
            if (values[i] < least) least = values[i];
            if (values[i] > most) most = values[i];
        }
        for (uint256 i = 0; i < bad; ++i) values[i] = _coordinate(_draw(seed, "bad") >> i, true);
        int256 median = _combine(Rule.Median, values, weights, 0, 0);
        _check(least <= median && median <= most, "the median left what the majority sent");
        // Just enough is trimmed.
        uint256 bps = (bad * BPS + values.length - 1) / values.length;
        if (bps > 4_999) return;
        int256 trimmed = _combine(Rule.TrimmedMean, values, weights, 0, bps);
        _check(least <= trimmed && trimmed <= most, "the trimmed mean left what the majority sent");
    }

    function test_TheFactoryRefusesArgumentsThatItsRulesDoNotTake(uint256 argument, uint256 which) external {
        Rule chosen = Rule(which % 3);
        TaskParameters memory parameters = _parameters();
        parameters.rule = address(rules[chosen]);
        parameters.ruleArgument = argument % 2 == 0 ? argument : argument % 10_000;
        bool fits = chosen == Rule.TrimmedMean ? parameters.ruleArgument < 5_000 : parameters.ruleArgument == 0;
        if (fits) {
            _create(parameters);
            return;
        }
        _refused(
            address(factory),
            abi.encodeCall(TaskFactory.createTask, (parameters)),
            ITaskFactory.TaskFactoryRuleArgument.selector,
            "an argument that the rule does not take"
        );
    }

    // ------------------------------------------------------------------ all of them

    function test_TheResultForTheNegativesIsTheNegative(uint256 seed, uint256 count, uint256 which) external view {
        (int32[] memory values, uint32[] memory weights) = _updates(seed, _within(count, 1, 40), false);
        int32 base = _coordinate(_draw(seed, "base"), false);
        (Rule chosen, uint256 argument) = _chosen(which);
        int32 result = _combine(chosen, values, weights, base, argument);
        for (uint256 i = 0; i < values.length; ++i) values[i] = -values[i];
        _check(_combine(chosen, values, weights, -base, argument) == -result, "the result for the negatives");
    }

    function test_TheOrderOfTheUpdatesDoesNotMatter(uint256 seed, uint256 count, uint256 which) external view {
        (int32[] memory values, uint32[] memory weights) = _updates(seed, _within(count, 2, 32), false);
        (Rule chosen, uint256 argument) = _chosen(which);
        int32 result = _combine(chosen, values, weights, 5, argument);
        uint256 place = seed % (values.length - 1);
        (values[place], values[place + 1]) = (values[place + 1], values[place]);
        (weights[place], weights[place + 1]) = (weights[place + 1], weights[place]);
        _check(_combine(chosen, values, weights, 5, argument) == result, "the result in another order");
    }

    // ------------------------------------------------------------------ slower formulas

    /// @dev The value of that rank, from 0, among those that count: fewer are below it, and with its equals more.
    function _ranked(
        int32[] memory values,
        uint32[] memory weights,
        uint256 rank
    ) private pure returns (int256) {
        for (uint256 i = 0; i < values.length; ++i) {
            if (weights[i] == 0) continue;
            uint256 below = 0;
            uint256 equal = 0;
            for (uint256 j = 0; j < values.length; ++j) {
                if (weights[j] == 0) continue;
                if (values[j] < values[i]) ++below;
                if (values[j] == values[i]) ++equal;
            }
            if (below <= rank && rank < below + equal) return values[i];
        }
        revert CheckFailed("no value has that rank");
    }

    function _counted(uint32[] memory weights) private pure returns (uint256 counted) {
        for (uint256 i = 0; i < weights.length; ++i) if (weights[i] > 0) ++counted;
    }

    /// @dev floor((2|n| + m) / 2m), with the sign put back.
    function _rounded(int256 sum, int256 divisor) private pure returns (int256) {
        int256 size = sum < 0 ? -sum : sum;
        int256 quotient = (2 * size + divisor) / (2 * divisor);
        return sum < 0 ? -quotient : quotient;
    }

    function _clamped(int256 value) private pure returns (int256) {
        if (value > LIMIT) return LIMIT;
        return value < -LIMIT ? -LIMIT : value;
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
