// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEncryptedBounds} from "../interfaces/IEncryptedBounds.sol";
import {ITaskFactory} from "../interfaces/ITaskFactory.sol";
import {MerkleSumTree} from "../libraries/MerkleSumTree.sol";
import {EncryptedParameters} from "../types/EncryptedTypes.sol";

/// @title Bounds what encrypted tasks may ask for
/// @notice Beside the factory, whose code has no room for it. Stateless but for the shortest modulus.
/// @dev What needs no limit of its own: a slot fits into every plaintext, since it has 40 bits at most and the shortest
/// modulus 512; and the longest answer into a transaction, since 32 ciphertexts of 768 bytes with their paths take less
/// than half of one. Tests say so.
contract EncryptedBounds is IEncryptedBounds {
    uint256 private constant BPS = 10_000;
    uint256 private constant LEAST_PARTIES = 3;
    /// @dev Masks have 32 bits.
    uint256 private constant MOST_PARTIES = 32;
    /// @dev A sum of one update is that update, and of two each knows the other's.
    uint256 private constant LEAST_ACCEPTED = 3;
    /// @dev Of three out of 32.
    uint256 private constant MOST_GROUPS = 9;
    /// @dev Below it a modulus can be factored within the time of a test.
    uint256 private constant SHORTEST_MODULUS = 64;
    uint256 private constant LONGEST_MODULUS = 384;
    uint256 private constant WORD = 32;
    uint256 private constant MOST_CHUNKS = (1 << 20) - 1;
    uint256 private constant MAX_ROUNDS = 500_000; // times MAX_VOIDS it stays below 2^24 turns
    uint256 private constant MAX_VOIDS = 32;
    uint256 private constant MAX_FRACTION_BITS = 30;
    uint256 private constant LEAST_VALUE_BITS = 2; // a sign and a step
    uint256 private constant MOST_VALUE_BITS = 24;
    uint256 private constant MOST_HEADROOM_BITS = 16;
    uint256 private constant MOST_SCALE_BITS = 16;
    uint256 private constant MOST_WEIGHT = type(uint8).max;
    /// @dev Doubled by as many lost bonds as a round takes, it exceeds the coin's whole supply.
    uint256 private constant LEAST_BOND = 1e18;
    /// @dev An answer fee of more would let a question to oneself cost nothing.
    uint256 private constant MAX_ANSWER_FEE_BPS = 2_000;
    /// @dev Answers for which a stake outlasts the last window.
    uint256 private constant ANSWERS = 8;

    uint256 private immutable _LEAST_MODULUS;

    /// @param leastModulus In bytes; 256 for secrets that matter, less for development alone.
    constructor(uint256 leastModulus) {
        _within("leastModulusBytes", leastModulus, SHORTEST_MODULUS, LONGEST_MODULUS);
        _LEAST_MODULUS = leastModulus;
    }

    /// @inheritdoc IEncryptedBounds
    function check(EncryptedParameters calldata parameters, ITaskFactory.Bounds calldata limits) external view {
        _checkParties(parameters);
        _checkModel(parameters);
        _checkPhases(parameters, limits);
        _checkTimes(parameters, limits);
        _checkStakes(parameters, limits);
        _checkRewards(parameters, limits);
    }

    /// @inheritdoc IEncryptedBounds
    function budgetOf(EncryptedParameters calldata parameters) external pure returns (uint256) {
        uint256 perRound = parameters.maxParties * _earningsOf(parameters);
        return parameters.rounds * (perRound + parameters.sumReward + parameters.resultReward);
    }

    /// @inheritdoc IEncryptedBounds
    function leastModulusBytes() external view returns (uint256) {
        return _LEAST_MODULUS;
    }

    // ------------------------------------------------------------------ checks

    function _checkParties(EncryptedParameters calldata parameters) private view {
        uint256 parties = parameters.maxParties;
        _within("dealer", uint160(parameters.dealer), 1, type(uint160).max);
        _within("maxParties", parties, LEAST_PARTIES, MOST_PARTIES);
        // More than a third: fewer together, or whoever bought their shares, would open what they like.
        uint256 threshold = parameters.threshold;
        _within("threshold", threshold, parties / 3 + 1, parties - 1);
        // The median of an even number is the mean of two: one more group without one more that may be wrong.
        uint256 groups = parameters.groups;
        _within("groups", groups, 1, MOST_GROUPS);
        if (groups % 2 == 0) _within("groups", groups, groups - 1, groups - 1);
        // One more than open a sum: too few to open one, beside a single victim, must not be a set either.
        uint256 least = threshold / groups + 1; // rounded up, of one more than the threshold
        if (least < LEAST_ACCEPTED) least = LEAST_ACCEPTED;
        _within("minimumAccepted", parameters.minimumAccepted, least, parties / groups);
        uint256 bytes_ = parameters.modulusBytes;
        _within("modulusBytes", bytes_, _LEAST_MODULUS, LONGEST_MODULUS);
        if (bytes_ % WORD != 0) _within("modulusBytes", bytes_, bytes_ - (bytes_ % WORD), bytes_ - (bytes_ % WORD));
    }

    function _checkModel(EncryptedParameters calldata parameters) private pure {
        uint256 most = MerkleSumTree.CHUNK_COORDINATES << MerkleSumTree.MAX_DEPTH;
        _within("dimension", parameters.dimension, 1, most);
        _within("fractionBits", parameters.fractionBits, 0, MAX_FRACTION_BITS);
        _within("rounds", parameters.rounds, 1, MAX_ROUNDS);
        _within("maxVoids", parameters.maxVoids, 1, MAX_VOIDS);
        _within("valueBits", parameters.valueBits, LEAST_VALUE_BITS, MOST_VALUE_BITS);
        _within("headroomBits", parameters.headroomBits, 0, MOST_HEADROOM_BITS);
        _within("scaleBits", parameters.scaleBits, 0, MOST_SCALE_BITS);
        // No sum of a slot reaches the next one.
        uint256 heaviest = (1 << parameters.headroomBits) / parameters.maxParties;
        _within("maxWeight", parameters.maxWeight, 1, heaviest < MOST_WEIGHT ? heaviest : MOST_WEIGHT);
        uint256 slots = (8 * parameters.modulusBytes - 1) / (parameters.valueBits + parameters.headroomBits);
        uint256 chunks = (parameters.dimension + slots - 1) / slots;
        _within("chunks", chunks * parameters.groups, 1, MOST_CHUNKS);
    }

    function _checkPhases(
        EncryptedParameters calldata parameters,
        ITaskFactory.Bounds calldata limits
    ) private pure {
        uint256 least = limits.minPhaseSeconds;
        uint256 most = limits.maxPhaseSeconds;
        _within("joinSeconds", parameters.joinSeconds, least, most);
        _within("dealSeconds", parameters.dealSeconds, least, most);
        _within("confirmSeconds", parameters.confirmSeconds, least, most);
        _within("submitSeconds", parameters.submitSeconds, least, most);
        _within("attestSeconds", parameters.attestSeconds, least, most);
        _within("sumSeconds", parameters.sumSeconds, least, most);
        _within("shareSeconds", parameters.shareSeconds, least, most);
        _within("resultSeconds", parameters.resultSeconds, least, most);
        _within("answerSeconds", parameters.answerSeconds, least, most);
        _within("challengeSeconds", parameters.challengeSeconds, limits.minChallengeSeconds, most);
    }

    function _checkTimes(
        EncryptedParameters calldata parameters,
        ITaskFactory.Bounds calldata limits
    ) private pure {
        _within("retentionSeconds", parameters.retentionSeconds, 0, type(uint32).max);
        uint256 questions = parameters.challengeSeconds + ANSWERS * parameters.answerSeconds;
        uint256 bound = limits.minUnbondingSeconds > questions ? limits.minUnbondingSeconds : questions + 1;
        _within("unbondingSeconds", parameters.unbondingSeconds, bound, type(uint32).max);
    }

    function _checkStakes(
        EncryptedParameters calldata parameters,
        ITaskFactory.Bounds calldata limits
    ) private pure {
        uint256 most = limits.maxStake;
        _within("stake", parameters.stake, 1, most);
        _within("wrongPenalty", parameters.wrongPenalty, 1, parameters.stake);
        // Below what a party can earn in a round, being late would pay; above the penalty for a wrong statement, to
        // post one would be the cheaper way out.
        uint256 earnings = _earningsOf(parameters);
        uint256 least = earnings > 0 ? earnings : 1;
        _within("submitPenalty", parameters.submitPenalty, least, parameters.wrongPenalty);
        _within("sharePenalty", parameters.sharePenalty, least, parameters.wrongPenalty);
        _within("questionBond", parameters.questionBond, LEAST_BOND, most);
        _within("answerFee", parameters.answerFee, 0, (parameters.questionBond * MAX_ANSWER_FEE_BPS) / BPS);
        _within("burnBps", parameters.burnBps, limits.minBurnBps, BPS);
    }

    function _checkRewards(
        EncryptedParameters calldata parameters,
        ITaskFactory.Bounds calldata limits
    ) private pure {
        uint256 most = limits.maxStake;
        _within("updateReward", parameters.updateReward, 0, most);
        _within("attestReward", parameters.attestReward, 0, most);
        _within("shareReward", parameters.shareReward, 0, most);
        _within("sumReward", parameters.sumReward, 0, most);
        _within("resultReward", parameters.resultReward, 0, most);
    }

    /// @dev The most that a party earns in a round by what it owes.
    function _earningsOf(EncryptedParameters calldata parameters) private pure returns (uint256) {
        return parameters.updateReward + parameters.attestReward + parameters.shareReward;
    }

    function _within(string memory parameter, uint256 value, uint256 least, uint256 most) private pure {
        if (value < least || value > most) {
            revert ITaskFactory.TaskFactoryParameterOutOfBounds(parameter, value, least, most);
        }
    }
}
