// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {EncryptedArguments} from "../libraries/EncryptedArguments.sol";
import {GroupDealing} from "../libraries/GroupDealing.sol";
import {OrderStatistics} from "../libraries/OrderStatistics.sol";
import {PartyMask} from "../libraries/PartyMask.sol";
import {Standing, StandingWords} from "../types/EncryptedRecords.sol";
import {EncryptedParameters} from "../types/EncryptedTypes.sol";

/// @title What encrypted tasks read out of their code and their two words, for tests
contract EncryptedHarness {
    event CloneMade(address clone);

    /// @notice Makes a clone of this contract with these parameters and this factory behind its code.
    function make(EncryptedParameters calldata given, address factory_) external {
        emit CloneMade(Clones.cloneWithImmutableArgs(address(this), abi.encode(given, factory_)));
    }

    function all() external view returns (EncryptedParameters memory) {
        EncryptedArguments.answerAll();
    }

    function factory() external view returns (address) {
        return EncryptedArguments.factory();
    }

    /// @notice Every number that has a getter, in the order of `EncryptedParameters`.
    function numbers() external view returns (uint256[37] memory) {
        return [
            uint256(uint160(EncryptedArguments.owner())),
            uint256(EncryptedArguments.initialModel()),
            EncryptedArguments.dimension(),
            EncryptedArguments.fractionBits(),
            EncryptedArguments.rounds(),
            uint256(uint160(EncryptedArguments.dealer())),
            EncryptedArguments.modulusBytes(),
            EncryptedArguments.maxParties(),
            EncryptedArguments.threshold(),
            EncryptedArguments.minimumAccepted(),
            EncryptedArguments.maxVoids(),
            EncryptedArguments.valueBits(),
            EncryptedArguments.headroomBits(),
            EncryptedArguments.scaleBits(),
            EncryptedArguments.maxWeight(),
            EncryptedArguments.joinSeconds(),
            EncryptedArguments.dealSeconds(),
            EncryptedArguments.confirmSeconds(),
            EncryptedArguments.submitSeconds(),
            EncryptedArguments.attestSeconds(),
            EncryptedArguments.sumSeconds(),
            EncryptedArguments.challengeSeconds(),
            EncryptedArguments.shareSeconds(),
            EncryptedArguments.resultSeconds(),
            EncryptedArguments.answerSeconds(),
            EncryptedArguments.unbondingSeconds(),
            EncryptedArguments.stake(),
            EncryptedArguments.submitPenalty(),
            EncryptedArguments.sharePenalty(),
            EncryptedArguments.wrongPenalty(),
            EncryptedArguments.questionBond(),
            EncryptedArguments.updateReward(),
            EncryptedArguments.attestReward(),
            EncryptedArguments.shareReward(),
            EncryptedArguments.sumReward(),
            EncryptedArguments.resultReward(),
            EncryptedArguments.bounty()
        ];
    }

    /// @notice The rest of them.
    function lastNumbers() external view returns (uint256 answerFee, uint256 burnBps, uint256 groups) {
        return (EncryptedArguments.answerFee(), EncryptedArguments.burnBps(), EncryptedArguments.groups());
    }

    /// @notice The group of each member.
    function deal(bytes32 seed, uint256 members, uint256 groups) external pure returns (uint256[] memory) {
        return GroupDealing.deal(seed, members, groups);
    }

    /// @notice The middle one of some values.
    function middle(int256[] calldata values) external pure returns (int256) {
        return OrderStatistics.middle(values);
    }

    /// @notice Unpacked and packed again.
    function repack(uint256 clock, uint256 masks) external pure returns (uint256, uint256) {
        Standing memory s = StandingWords.unpack(clock, masks);
        return (StandingWords.packClock(s), StandingWords.packMasks(s));
    }

    function unpack(uint256 clock, uint256 masks) external pure returns (Standing memory) {
        return StandingWords.unpack(clock, masks);
    }

    function count(uint32 mask) external pure returns (uint256) {
        return PartyMask.count(mask);
    }

    function everybody(uint256 parties) external pure returns (uint32) {
        return PartyMask.all(parties);
    }

    function has(uint32 mask, uint256 place) external pure returns (bool) {
        return PartyMask.has(mask, place);
    }
}
