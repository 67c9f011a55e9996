// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TaskArguments} from "../libraries/TaskArguments.sol";
import {TaskParameters} from "../types/TaskTypes.sol";

/// @title Every getter of TaskArguments, in a clone, for tests
contract ArgumentsHarness {
    function all() external view returns (TaskParameters memory) {
        TaskArguments.answerAll();
    }

    function owner() external view returns (address) {
        return TaskArguments.owner();
    }

    function initialModel() external view returns (bytes32) {
        return TaskArguments.initialModel();
    }

    function dimension() external view returns (uint32) {
        return TaskArguments.dimension();
    }

    function fractionBits() external view returns (uint8) {
        return TaskArguments.fractionBits();
    }

    function normBoundSquared() external view returns (uint256) {
        return TaskArguments.normBoundSquared();
    }

    function rounds() external view returns (uint256) {
        return TaskArguments.rounds();
    }

    function quorum() external view returns (uint256) {
        return TaskArguments.quorum();
    }

    function maxTrainers() external view returns (uint256) {
        return TaskArguments.maxTrainers();
    }

    function maxVoids() external view returns (uint256) {
        return TaskArguments.maxVoids();
    }

    function maxSamples() external view returns (uint256) {
        return TaskArguments.maxSamples();
    }

    function fractionBps() external view returns (uint256) {
        return TaskArguments.fractionBps();
    }

    function joinSeconds() external view returns (uint256) {
        return TaskArguments.joinSeconds();
    }

    function commitSeconds() external view returns (uint256) {
        return TaskArguments.commitSeconds();
    }

    function revealSeconds() external view returns (uint256) {
        return TaskArguments.revealSeconds();
    }

    function attestSeconds() external view returns (uint256) {
        return TaskArguments.attestSeconds();
    }

    function sealSeconds() external view returns (uint256) {
        return TaskArguments.sealSeconds();
    }

    function challengeSeconds() external view returns (uint256) {
        return TaskArguments.challengeSeconds();
    }

    function answerSeconds() external view returns (uint256) {
        return TaskArguments.answerSeconds();
    }

    function unbondingSeconds() external view returns (uint256) {
        return TaskArguments.unbondingSeconds();
    }

    function trainerStake() external view returns (uint256) {
        return TaskArguments.trainerStake();
    }

    function sealerStake() external view returns (uint256) {
        return TaskArguments.sealerStake();
    }

    function challengeBond() external view returns (uint256) {
        return TaskArguments.challengeBond();
    }

    function revealPenalty() external view returns (uint256) {
        return TaskArguments.revealPenalty();
    }

    function normPenalty() external view returns (uint256) {
        return TaskArguments.normPenalty();
    }

    function sealPenalty() external view returns (uint256) {
        return TaskArguments.sealPenalty();
    }

    function updateReward() external view returns (uint256) {
        return TaskArguments.updateReward();
    }

    function attestReward() external view returns (uint256) {
        return TaskArguments.attestReward();
    }

    function sealReward() external view returns (uint256) {
        return TaskArguments.sealReward();
    }

    function bounty() external view returns (uint256) {
        return TaskArguments.bounty();
    }

    function answerFee() external view returns (uint256) {
        return TaskArguments.answerFee();
    }

    function burnBps() external view returns (uint256) {
        return TaskArguments.burnBps();
    }

    function rule() external view returns (address) {
        return TaskArguments.rule();
    }

    function ruleArgument() external view returns (uint256) {
        return TaskArguments.ruleArgument();
    }

    function sealing() external view returns (address) {
        return TaskArguments.sealing();
    }

    function board() external view returns (address) {
        return TaskArguments.board();
    }
}
