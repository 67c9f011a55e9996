// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {ICombiningRule} from "../interfaces/ICombiningRule.sol";
import {IEncryptedBounds} from "../interfaces/IEncryptedBounds.sol";
import {IReviewBoard} from "../interfaces/IReviewBoard.sol";
import {IRewardPool} from "../interfaces/IRewardPool.sol";
import {ISealingPolicy} from "../interfaces/ISealingPolicy.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {ITaskFactory} from "../interfaces/ITaskFactory.sol";
import {ITrainingTask} from "../interfaces/ITrainingTask.sol";
import {IWeighingRule} from "../interfaces/IWeighingRule.sol";
import {FigureTable} from "../libraries/FigureTable.sol";
import {MerkleSumTree} from "../libraries/MerkleSumTree.sol";
import {ReviewTerms, UNAVAILABLE} from "../types/ReviewTypes.sol";
import {TaskParameters} from "../types/TaskTypes.sol";
import {NEEDS_REPUTATIONS} from "../types/WeighingTypes.sol";
import {EncryptedTasks} from "./EncryptedTasks.sol";
import {TrainingTask} from "./TrainingTask.sol";

/// @title Creates tasks and bounds what they may ask for
/// @notice Only clones made here may order the vault and the pool. Holds no coins and has no owner.
contract TaskFactory is EncryptedTasks {
    uint256 private constant BPS = 10_000;
    uint256 private constant MIN_QUORUM = 3;
    /// @dev Freezing a round of that many costs less than a quarter of a block of 30 million gas; a test measures it.
    uint256 private constant MAX_TRAINERS = 128;
    /// @dev Times MAX_VOIDS it stays below 2^24 turns.
    uint256 private constant MAX_ROUNDS = 500_000;
    uint256 private constant MAX_VOIDS = 32;
    uint256 private constant MAX_FRACTION_BITS = 30;
    /// @dev Call data of the proof of a wrong aggregate; nodes pass no transaction of 128 KiB on.
    uint256 private constant MAX_EVIDENCE_BYTES = 126_000;
    /// @dev Doubled by as many lost disputes as a round takes, it exceeds the coin's whole supply.
    uint256 private constant LEAST_BOND = 1e18;
    /// @dev An answer fee of more would let a challenge against oneself cost nothing.
    uint256 private constant MAX_ANSWER_FEE_BPS = 2_000;
    /// @dev A cheat can be its own accuser: a fifth of every slash is lost for good.
    uint256 private constant LEAST_BURN_BPS = 2_000;
    /// @dev Steps of the longest dispute: three openings of nodes, three picks, the chunk and the proof.
    uint256 private constant DISPUTE_STEPS = 8;
    /// @dev Ending a review of 128 updates by that many stays below a quarter of a block; a test measures it.
    uint256 private constant MAX_COMMITTEE = 15;
    uint256 private constant LEAST_COMMITTEE = 3;
    /// @dev Who holds every seat is every committee, and who leaves one empty is soon replaced: seats are not for dust.
    uint256 private constant LEAST_VALIDATOR_STAKE = 1e18;

    /// @dev Twice as fast or slow is another machine, or a busy one.
    uint256 private constant LEAST_PACE = 2;
    uint256 private constant MOST_PACE = 10_000;

    address private immutable _COURT;
    address private immutable _IMPLEMENTATION;
    address private immutable _BOARD;

    address[] private _rules;
    mapping(address rule => bool) private _isRule;
    address[] private _weighings;
    mapping(address weighing => bool) private _isWeighing;

    /// @param court Decides on evidence for every task.
    /// @param board What every board's clone runs; of its own transaction, as both would not fit into one.
    /// @param encrypted What every encrypted task's clone runs, likewise, and what bounds its parameters.
    /// @param limits The bounds of all parameters.
    /// @param admitted The combining rules and the sealing policies that tasks may choose from.
    /// @param admittedWeighings The weighing rules, likewise; trusted never to revert.
    constructor(
        address court,
        IStakeVault vault,
        IRewardPool pool,
        address board,
        Encryption memory encrypted,
        Bounds memory limits,
        address[] memory admitted,
        address[] memory admittedWeighings
    ) {
        _COURT = court;
        _VAULT = vault;
        _POOL = pool;
        _within("minBurnBps", limits.minBurnBps, LEAST_BURN_BPS, BPS);
        _within("maxStake", limits.maxStake, LEAST_BOND, type(uint112).max >> 32);
        _within("minPhaseSeconds", limits.minPhaseSeconds, 1, limits.maxPhaseSeconds);
        _within("maxPhaseSeconds", limits.maxPhaseSeconds, 1, type(uint32).max);
        _within("minChallengeSeconds", limits.minChallengeSeconds, 1, limits.maxPhaseSeconds);
        _bounds = limits;
        _IMPLEMENTATION = address(new TrainingTask(address(this), court, vault, pool));
        _BOARD = board;
        (address boardVault, address boardPool) = IReviewBoard(board).wiring();
        if (boardVault != address(vault) || boardPool != address(pool)) revert TaskFactoryWrongBoard(board);
        _ENCRYPTED = encrypted.implementation;
        _ENCRYPTED_BOUNDS = IEncryptedBounds(encrypted.bounds);
        _requireWiring(encrypted.implementation, address(vault), address(pool));
        _rules = admitted;
        for (uint256 i = 0; i < admitted.length; ++i) _isRule[admitted[i]] = true;
        _weighings = admittedWeighings;
        for (uint256 i = 0; i < admittedWeighings.length; ++i) _isWeighing[admittedWeighings[i]] = true;
    }

    /// @inheritdoc ITaskFactory
    function createTask(TaskParameters calldata parameters) external returns (address task) {
        _check(parameters);
        return _create(parameters, budgetOf(parameters));
    }

    /// @inheritdoc ITaskFactory
    function createReviewedTask(
        TaskParameters calldata parameters,
        ReviewTerms calldata terms
    ) external returns (address task) {
        _check(parameters);
        _checkTerms(terms, _bounds);
        address board = Clones.cloneWithImmutableArgs(
            _BOARD,
            abi.encode(
                terms,
                parameters.owner,
                parameters.burnBps,
                parameters.maxSamples,
                parameters.unbondingSeconds,
                address(this),
                parameters.rounds
            )
        );
        TaskParameters memory complete = parameters;
        complete.board = board;
        task = _create(complete, budgetOf(parameters));
        _VAULT.registerTask(board);
        IReviewBoard(board).initialize(task);
        _POOL.fund(board, msg.sender, reviewBudgetOf(parameters, terms));
    }

    /// @inheritdoc ITaskFactory
    function bounds() external view returns (Bounds memory) {
        return _bounds;
    }

    /// @inheritdoc ITaskFactory
    function implementation() external view returns (address) {
        return _IMPLEMENTATION;
    }

    /// @inheritdoc ITaskFactory
    function boardImplementation() external view returns (address) {
        return _BOARD;
    }

    /// @inheritdoc ITaskFactory
    function wiring() external view returns (address court, address vault, address pool) {
        return (_COURT, address(_VAULT), address(_POOL));
    }

    /// @inheritdoc ITaskFactory
    function isRule(address rule) external view returns (bool) {
        return _isRule[rule];
    }

    /// @inheritdoc ITaskFactory
    function rules() external view returns (address[] memory) {
        return _rules;
    }

    /// @inheritdoc ITaskFactory
    function isWeighing(address weighing) external view returns (bool) {
        return _isWeighing[weighing];
    }

    /// @inheritdoc ITaskFactory
    function weighings() external view returns (address[] memory) {
        return _weighings;
    }

    /// @inheritdoc ITaskFactory
    function budgetOf(TaskParameters calldata parameters) public pure returns (uint256) {
        uint256 perTrainer = parameters.updateReward + parameters.attestReward;
        return parameters.rounds * (parameters.maxTrainers * perTrainer + parameters.sealReward);
    }

    /// @inheritdoc ITaskFactory
    function reviewBudgetOf(
        TaskParameters calldata parameters,
        ReviewTerms calldata terms
    ) public pure returns (uint256) {
        return parameters.rounds * terms.committee * terms.reward;
    }

    function _create(TaskParameters memory parameters, uint256 budget) private returns (address task) {
        task = Clones.cloneWithImmutableArgs(_IMPLEMENTATION, abi.encode(parameters));
        emit TaskCreated(task, msg.sender, parameters.definitionHash, budget);
        _VAULT.registerTask(task);
        ITrainingTask(task).initialize();
        _POOL.fund(task, msg.sender, budget);
    }

    // ------------------------------------------------------------------ checks

    function _check(TaskParameters calldata parameters) private view {
        if (parameters.owner != msg.sender) revert TaskFactoryWrongOwner(parameters.owner, msg.sender);
        // A board is made here, for its own task.
        _within("board", uint160(parameters.board), 0, 0);
        _checkRule(parameters.rule, parameters.ruleArgument);
        uint256 needs = _checkWeighing(parameters);
        _checkSealing(parameters);
        _checkModel(parameters, needs);
        _checkTimes(parameters, _bounds);
        _checkMoney(parameters, _bounds);
    }

    function _checkTerms(
        ReviewTerms calldata terms,
        Bounds memory limits
    ) private pure {
        _within("committee", terms.committee, LEAST_COMMITTEE, MAX_COMMITTEE);
        _within("committeeQuorum", terms.quorum, terms.committee / 2 + 1, terms.committee);
        _within("scoreCommitSeconds", terms.commitSeconds, limits.minPhaseSeconds, limits.maxPhaseSeconds);
        _within("scoreRevealSeconds", terms.revealSeconds, limits.minPhaseSeconds, limits.maxPhaseSeconds);
        _within("validatorStake", terms.stake, LEAST_VALIDATOR_STAKE, limits.maxStake);
        _within("reviewReward", terms.reward, 0, limits.maxStake);
        // Below the reward it would pay to wait for the others' scores, and to be silent where they differ.
        _within("silencePenalty", terms.silencePenalty, terms.reward > 0 ? terms.reward : 1, terms.stake);
        _within("tolerance", terms.tolerance, 0, UNAVAILABLE - 1);
        // An implausible claim gets the lowest score, which must not be enough.
        _within("floor", terms.floor, terms.pace > 0 ? 1 : 0, UNAVAILABLE - 2);
        _within("full", terms.full, terms.floor + 1, UNAVAILABLE - 1);
        if (terms.pace != 0) _within("pace", terms.pace, LEAST_PACE, MOST_PACE);
    }

    function _checkRule(address rule, uint256 argument) private view {
        if (!_isRule[rule]) revert TaskFactoryUnknownRule(rule);
        if (!ICombiningRule(rule).accepts(argument)) revert TaskFactoryRuleArgument(rule, argument);
    }

    /// @dev What the weighing rule reads; nothing if there is none.
    function _checkWeighing(TaskParameters calldata parameters) private view returns (uint256) {
        address weighing = parameters.weighing;
        uint256 argument = parameters.weighingArgument;
        if (weighing == address(0)) {
            _within("weighingArgument", argument, 0, 0);
            return 0;
        }
        if (!_isWeighing[weighing]) revert TaskFactoryUnknownWeighing(weighing);
        if (!IWeighingRule(weighing).accepts(argument, parameters.maxTrainers)) {
            revert TaskFactoryWeighingArgument(weighing, argument, parameters.maxTrainers);
        }
        return IWeighingRule(weighing).needs(argument);
    }

    /// @dev Without a policy there are slots in order, which have no rate.
    function _checkSealing(TaskParameters calldata parameters) private view {
        address policy = parameters.sealing;
        uint256 rate = parameters.sealingRate;
        if (policy == address(0)) return _within("sealingRate", rate, 0, 0);
        if (!_isRule[policy]) revert TaskFactoryUnknownRule(policy);
        if (!ISealingPolicy(policy).accepts(rate, parameters.sealSeconds)) revert TaskFactoryRuleArgument(policy, rate);
    }

    function _checkModel(TaskParameters calldata parameters, uint256 needs) private pure {
        uint256 most = MerkleSumTree.CHUNK_COORDINATES << MerkleSumTree.MAX_DEPTH;
        _within("dimension", parameters.dimension, 1, most);
        _within("fractionBits", parameters.fractionBits, 0, MAX_FRACTION_BITS);
        _within("normBoundSquared", parameters.normBoundSquared, 1, type(uint128).max);
        _within("rounds", parameters.rounds, 1, MAX_ROUNDS);
        // What cannot be proved could not be punished.
        _within("evidence", _evidenceBytes(parameters, needs), 0, MAX_EVIDENCE_BYTES);
        _within("maxTrainers", parameters.maxTrainers, MIN_QUORUM, MAX_TRAINERS);
        _within("quorum", parameters.quorum, MIN_QUORUM, parameters.maxTrainers);
        _within("maxVoids", parameters.maxVoids, 1, MAX_VOIDS);
        _within("fractionBps", parameters.fractionBps, 1, BPS);
        // INV-MATH-2: weights stay below 2^32 in sum, so that no weighted sum leaves 64 bits.
        _within("maxSamples", parameters.maxSamples, 1, type(uint32).max / parameters.maxTrainers);
    }

    /// @dev Length of a whole `AggregateProof`: for every update its entry, two words and a padded opening, the same
    /// for the two models, the table and the reputations where the rule reads them, and half a kilobyte around it.
    function _evidenceBytes(TaskParameters calldata parameters, uint256 needs) private pure returns (uint256) {
        uint256 count = parameters.maxTrainers;
        uint256 path = MerkleSumTree.depthOf(parameters.dimension) * MerkleSumTree.NODE_BYTES;
        uint256 opening = MerkleSumTree.SUM_BYTES + MerkleSumTree.CHUNK_BYTES + path;
        // With a trusted vector, whether or not a round will have one.
        uint256 figures = _padded(FigureTable.lengthOf(needs, count, bytes32(uint256(1))));
        if (needs & NEEDS_REPUTATIONS != 0) figures += count * 64;
        return (count + 2) * (64 + _padded(opening)) + count * 96 + figures + 544;
    }

    function _padded(uint256 length) private pure returns (uint256) {
        return ((length + 31) / 32) * 32;
    }

    function _checkTimes(TaskParameters calldata parameters, Bounds memory limits) private pure {
        uint256 least = limits.minPhaseSeconds;
        uint256 most = limits.maxPhaseSeconds;
        _within("joinSeconds", parameters.joinSeconds, least, most);
        _within("commitSeconds", parameters.commitSeconds, least, most);
        _within("revealSeconds", parameters.revealSeconds, least, most);
        _within("attestSeconds", parameters.attestSeconds, least, most);
        _within("sealSeconds", parameters.sealSeconds, least, most);
        _within("answerSeconds", parameters.answerSeconds, least, most);
        _within("challengeSeconds", parameters.challengeSeconds, limits.minChallengeSeconds, most);
        _within("retentionSeconds", parameters.retentionSeconds, 0, type(uint32).max);
        // Whoever leaves stays liable for longer than its last round can be disputed.
        uint256 dispute = parameters.challengeSeconds + DISPUTE_STEPS * parameters.answerSeconds;
        uint256 bound = limits.minUnbondingSeconds > dispute ? limits.minUnbondingSeconds : dispute + 1;
        _within("unbondingSeconds", parameters.unbondingSeconds, bound, type(uint32).max);
    }

    function _checkMoney(TaskParameters calldata parameters, Bounds memory limits) private pure {
        uint256 most = limits.maxStake;
        _within("updateReward", parameters.updateReward, 0, most);
        _within("attestReward", parameters.attestReward, 0, most);
        _within("trainerStake", parameters.trainerStake, 1, most);
        _within("sealerStake", parameters.sealerStake, 1, most);
        _within("sealPenalty", parameters.sealPenalty, (parameters.sealerStake + 1) / 2, parameters.sealerStake);
        // A challenger may have to stand in for the sealer, with the same liability.
        uint256 bond = parameters.sealPenalty > LEAST_BOND ? parameters.sealPenalty : LEAST_BOND;
        _within("challengeBond", parameters.challengeBond, bond, most);
        _within("answerFee", parameters.answerFee, 0, (parameters.challengeBond * MAX_ANSWER_FEE_BPS) / BPS);
        // Below the round's greatest data reward it would pay to commit variants and reveal the best one.
        uint256 data = parameters.updateReward + parameters.attestReward;
        _within("revealPenalty", parameters.revealPenalty, data > 0 ? data : 1, parameters.trainerStake);
        // Below it, proving one's own lie would be the cheaper way out of a missed reveal.
        _within("normPenalty", parameters.normPenalty, parameters.revealPenalty, parameters.trainerStake);
        _within("burnBps", parameters.burnBps, limits.minBurnBps, BPS);
        _within("sealReward", parameters.sealReward, 0, most);
    }

    function _within(string memory parameter, uint256 value, uint256 least, uint256 most) private pure {
        if (value < least || value > most) revert TaskFactoryParameterOutOfBounds(parameter, value, least, most);
    }
}
