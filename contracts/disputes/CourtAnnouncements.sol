// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAggregateVerifier} from "../interfaces/IAggregateVerifier.sol";
import {IDisputeCourt} from "../interfaces/IDisputeCourt.sol";
import {IRoundTables} from "../interfaces/IRoundTables.sol";
import {ITrainingTask} from "../interfaces/ITrainingTask.sol";
import {MerkleSumTree} from "../libraries/MerkleSumTree.sol";

/// @title What is announced a block before it is shown, and what the court judges by
abstract contract CourtAnnouncements is IDisputeCourt {
    /// @dev Levels that one answer opens: 256 nodes are 12 kB of call data.
    uint256 private constant LEVELS_PER_STEP = 8;

    IAggregateVerifier internal immutable _VERIFIER;
    IRoundTables internal immutable _TABLES;
    address internal immutable _QUESTIONS;

    mapping(bytes32 opening => uint256 blockNumber) private _openings;

    // ------------------------------------------------------------------ announcing

    /// @inheritdoc IDisputeCourt
    function openEvidence(bytes32 opening) external {
        // Kept as it was first: or anybody could renew it in the block in which the evidence is shown.
        if (_openings[opening] == 0) _openings[opening] = block.number;
        emit EvidenceOpened(opening, msg.sender);
    }

    // ------------------------------------------------------------------ attesters

    /// @inheritdoc IDisputeCourt
    function bindAttester(address task, address attester) external {
        _requireQuestions();
        ITrainingTask(task).bindAttester(attester);
    }

    /// @inheritdoc IDisputeCourt
    function chargeAttester(address task, address attester, address asker) external {
        _requireQuestions();
        ITrainingTask(task).chargeAttester(attester, asker);
    }

    // ------------------------------------------------------------------ views

    /// @inheritdoc IDisputeCourt
    function wiring() external view returns (address verifier, address tables) {
        return (address(_VERIFIER), address(_TABLES));
    }

    /// @inheritdoc IDisputeCourt
    function questions() external view returns (address) {
        return _QUESTIONS;
    }

    /// @inheritdoc IDisputeCourt
    function disputeOpening(
        address challenger,
        address task,
        bytes32 replacement,
        bytes32 salt
    ) public pure returns (bytes32) {
        return keccak256(abi.encode("dispute", challenger, task, replacement, salt));
    }

    /// @inheritdoc IDisputeCourt
    function tableOpening(
        address challenger,
        address task,
        uint24 round,
        uint8 one,
        uint8 other,
        bytes32 salt
    ) public pure returns (bytes32) {
        return keccak256(abi.encode("table", challenger, task, round, one, other, salt));
    }

    /// @inheritdoc IDisputeCourt
    function evidenceOpening(
        address challenger,
        address task,
        bytes32 evidence,
        bytes32 salt
    ) public pure returns (bytes32) {
        return keccak256(abi.encode("evidence", challenger, task, evidence, salt));
    }

    // ------------------------------------------------------------------ internal

    function _requireQuestions() private view {
        if (msg.sender != _QUESTIONS) revert DisputeCourtNotQuestions(msg.sender);
    }

    function _requireOpened(bytes32 opening) internal view {
        uint256 openedAt = _openings[opening];
        if (openedAt == 0 || openedAt >= block.number) revert DisputeCourtNotOpened(opening);
    }

    /// @dev For a step of whichever kind of dispute.
    function _requireStep(Step current, Step required, uint256 deadline) internal view {
        if (current != required) revert DisputeCourtUnexpectedStep(current, required);
        if (block.timestamp >= deadline) revert DisputeCourtDeadline(deadline, block.timestamp);
    }

    function _requireChallenger(address challenger) internal view {
        if (msg.sender != challenger) revert DisputeCourtNotChallenger(msg.sender, challenger);
    }

    function _requireLength(uint256 given, uint256 required) internal pure {
        if (given != required) revert DisputeCourtWrongLength(given, required);
    }

    function _levelsBelow(uint256 level) internal pure returns (uint256) {
        return level < LEVELS_PER_STEP ? level : LEVELS_PER_STEP;
    }

    /// @dev Ranges of chunks that the next answer opens: those below the current one that have chunks at all.
    function _rangesBelow(
        uint256 level,
        uint256 position,
        uint256 dimension
    ) internal pure returns (uint256) {
        uint256 below = _levelsBelow(level);
        uint256 span = 1 << (level - below);
        uint256 filled = (MerkleSumTree.chunksOf(dimension) + span - 1) / span;
        uint256 left = filled - (position << below);
        return left < 1 << below ? left : 1 << below;
    }
}
