// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MeanRule} from "../../../contracts/aggregation/MeanRule.sol";
import {MedianRule} from "../../../contracts/aggregation/MedianRule.sol";
import {ProofOfWork} from "../../../contracts/sealing/ProofOfWork.sol";
import {TrimmedMeanRule} from "../../../contracts/aggregation/TrimmedMeanRule.sol";
import {RoundTables} from "../../../contracts/aggregation/RoundTables.sol";
import {AggregateVerifier} from "../../../contracts/disputes/AggregateVerifier.sol";
import {DisputeCourt} from "../../../contracts/disputes/DisputeCourt.sol";
import {ICombiningRule} from "../../../contracts/interfaces/ICombiningRule.sol";
import {IEncryptedVerifier} from "../../../contracts/interfaces/IEncryptedVerifier.sol";
import {ITaskFactory} from "../../../contracts/interfaces/ITaskFactory.sol";
import {ITrainingTask} from "../../../contracts/interfaces/ITrainingTask.sol";
import {EncryptedBounds} from "../../../contracts/privacy/EncryptedBounds.sol";
import {EncryptedTask} from "../../../contracts/privacy/EncryptedTask.sol";
import {ReviewBoard} from "../../../contracts/review/ReviewBoard.sol";
import {RewardPool} from "../../../contracts/rewards/RewardPool.sol";
import {StakeVault} from "../../../contracts/staking/StakeVault.sol";
import {TaskFactory} from "../../../contracts/tasks/TaskFactory.sol";
import {DeepCoin} from "../../../contracts/token/DeepCoin.sol";
import {TaskParameters} from "../../../contracts/types/TaskTypes.sol";
import {Checks} from "./Checks.sol";

/// @title The deployed system
/// @notice The one place that builds a task's parameters and calls a rule.
abstract contract World is Checks {
    enum Rule {
        Mean,
        Median,
        TrimmedMean
    }

    uint256 internal constant ONE = 1e18;
    uint256 internal constant SUPPLY = 1e9 * ONE;
    uint256 internal constant FRACTION_BITS = 20;

    DeepCoin internal coin;
    StakeVault internal vault;
    RewardPool internal pool;
    AggregateVerifier internal verifier;
    DisputeCourt internal court;
    mapping(Rule => ICombiningRule) internal rules;
    ProofOfWork internal proofOfWork;
    TaskFactory internal factory;

    function _deploy() internal {
        coin = new DeepCoin(address(this), SUPPLY);
        vault = new StakeVault(coin);
        pool = new RewardPool(coin);
        verifier = new AggregateVerifier();
        court = new DisputeCourt(verifier, new RoundTables(), coin);
        rules[Rule.Mean] = new MeanRule();
        rules[Rule.Median] = new MedianRule();
        rules[Rule.TrimmedMean] = new TrimmedMeanRule();
        address[] memory admitted = new address[](4);
        for (uint256 i = 0; i < 3; ++i) admitted[i] = address(rules[Rule(i)]);
        proofOfWork = new ProofOfWork();
        admitted[3] = address(proofOfWork);
        factory = new TaskFactory(
            address(court),
            vault,
            pool,
            address(new ReviewBoard(vault, pool)),
            ITaskFactory.Encryption({
                implementation: address(new EncryptedTask(vault, pool, IEncryptedVerifier(address(0)))),
                bounds: address(new EncryptedBounds(256))
            }),
            ITaskFactory.Bounds({
                minPhaseSeconds: 60,
                maxPhaseSeconds: 30 days,
                minChallengeSeconds: 60,
                minUnbondingSeconds: 60,
                minBurnBps: 2_000,
                maxStake: 1e6 * ONE
            }),
            admitted,
            new address[](0)
        );
        vault.wire(address(factory), pool);
        pool.wire(address(factory), address(vault));
        coin.approve(address(pool), SUPPLY);
    }

    /// @dev A task that the factory admits, owned by this contract; its first model is the caller's to set.
    function _parameters() internal view returns (TaskParameters memory) {
        return
            TaskParameters({
                owner: address(this),
                definitionHash: keccak256("definition"),
                initialModel: keccak256("initial model"),
                initialContent: keccak256("initial content"),
                dimension: 130,
                fractionBits: FRACTION_BITS,
                normBoundSquared: 2 ** 60,
                rounds: 3,
                quorum: 3,
                maxTrainers: 6,
                maxVoids: 3,
                maxSamples: 1_000,
                fractionBps: 10_000,
                joinSeconds: 500,
                commitSeconds: 600,
                revealSeconds: 700,
                attestSeconds: 800,
                sealSeconds: 400,
                challengeSeconds: 900,
                answerSeconds: 300,
                unbondingSeconds: 5_000,
                retentionSeconds: 10_000,
                trainerStake: 100 * ONE,
                sealerStake: 200 * ONE,
                challengeBond: 190 * ONE,
                revealPenalty: 20 * ONE,
                normPenalty: 50 * ONE,
                sealPenalty: 180 * ONE,
                updateReward: 3 * ONE,
                attestReward: 1 * ONE,
                sealReward: 2 * ONE,
                bounty: 5 * ONE,
                answerFee: 7 * ONE,
                burnBps: 2_500,
                rule: address(rules[Rule.Mean]),
                ruleArgument: 0,
                weighing: address(0),
                weighingArgument: 0,
                sealing: address(0),
                sealingRate: 0,
                board: address(0)
            });
    }

    function _create(TaskParameters memory parameters) internal returns (ITrainingTask) {
        return ITrainingTask(factory.createTask(parameters));
    }

    /// @dev One of the rules, with an argument that it takes.
    function _chosen(uint256 which) internal pure returns (Rule chosen, uint256 argument) {
        chosen = Rule(which % 3);
        if (chosen == Rule.TrimmedMean) argument = (which >> 8) % 5_000;
    }

    /// @dev What a rule makes of one coordinate.
    function _combine(
        Rule by,
        int32[] memory values,
        uint32[] memory weights,
        int32 base,
        uint256 argument
    ) internal view returns (int32) {
        return rules[by].combine(values, weights, base, argument);
    }
}
