// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDisputeCourt} from "../interfaces/IDisputeCourt.sol";
import {ITrainingTask} from "../interfaces/ITrainingTask.sol";
import {FigureTable} from "../libraries/FigureTable.sol";
import {MerkleSumTree} from "../libraries/MerkleSumTree.sol";
import {EntryProof, EntryStatement, RoundState, TaskParameters} from "../types/TaskTypes.sol";
import {CourtAnnouncements} from "./CourtAnnouncements.sol";

/// @title Disputes about an entry of the proposer's table
/// @notice Distances are not committed to by trees: the sealer splits the disputed one into sums over ranges of chunks,
/// the challenger goes on to one that is wrong, down to a chunk, which both updates' commitments decide.
/// @dev INV-COURT-2: a wrong entry has a wrong sum in every answer, a right one has an answer without any: who is right
/// wins by answering in time. Sums -> PickSum -> Sums ... -> Entry; whoever misses a step loses by `resolveDispute`.
/// Nobody stands in: another sealer's turn comes.
abstract contract TableDisputes is CourtAnnouncements {
    mapping(address task => TableDispute) private _tableDisputes;

    // ------------------------------------------------------------------ steps

    /// @inheritdoc IDisputeCourt
    function openTableDispute(
        address task,
        uint24 round,
        uint8 one,
        uint8 other,
        bytes calldata table,
        bytes32 salt
    ) external {
        _requireOpened(tableOpening(msg.sender, task, round, one, other, salt));
        TaskParameters memory parameters = ITrainingTask(task).parameters();
        uint128 claim = _claimOf(task, parameters, one, other, table);
        uint256 depth = MerkleSumTree.depthOf(parameters.dimension);
        uint256 deadline = block.timestamp + parameters.answerSeconds;
        uint8 proposal = ITrainingTask(task).beginDispute(msg.sender, round);
        _tableDisputes[task] = TableDispute({
            challenger: msg.sender,
            deadline: uint40(deadline),
            step: depth == 0 ? Step.Entry : Step.Sums,
            proposal: proposal,
            level: uint8(depth),
            position: 0,
            one: one,
            other: other,
            claim: claim,
            sums: 0
        });
        emit TableDisputeOpened(task, msg.sender, proposal, one, other, claim, deadline);
    }

    /// @inheritdoc IDisputeCourt
    function answerSums(address task, bytes calldata sums) external {
        TableDispute storage dispute = _tableDisputes[task];
        _requireStep(dispute.step, Step.Sums, dispute.deadline);
        // INVARIANT: nobody else answers. Wrong sums may add up as well as right ones do.
        (, address proposer) = ITrainingTask(task).proposedModel();
        if (msg.sender != proposer) revert DisputeCourtNotProposer(msg.sender, proposer);
        TaskParameters memory parameters = ITrainingTask(task).parameters();
        uint256 count = _rangesBelow(dispute.level, dispute.position, parameters.dimension);
        _requireLength(sums.length, count * FigureTable.ENTRY_BYTES);
        uint256 total = 0;
        for (uint256 i = 0; i < count; ++i) total += FigureTable.entryAt(sums, i);
        if (total != dispute.claim) revert DisputeCourtWrongSum(total, dispute.claim);
        dispute.sums = keccak256(sums);
        dispute.step = Step.PickSum;
        dispute.deadline = uint40(block.timestamp + parameters.answerSeconds);
        emit SumsOpened(task, dispute.level, dispute.position, sums);
    }

    /// @inheritdoc IDisputeCourt
    function pickSum(address task, uint32 pick, bytes calldata sums) external {
        TableDispute storage dispute = _tableDisputes[task];
        _requireStep(dispute.step, Step.PickSum, dispute.deadline);
        _requireChallenger(dispute.challenger);
        bytes32 given = keccak256(sums);
        if (given != dispute.sums) revert DisputeCourtWrongNode(given, dispute.sums);
        if (pick >= sums.length / FigureTable.ENTRY_BYTES) revert DisputeCourtOutOfTree(pick);
        uint256 below = _levelsBelow(dispute.level);
        // SAFETY: below the number of chunks, 2^20 at most.
        uint32 position = uint32((uint256(dispute.position) << below) + pick);
        uint8 level = uint8(dispute.level - below);
        uint128 claim = FigureTable.entryAt(sums, pick);
        (dispute.level, dispute.position, dispute.claim) = (level, position, claim);
        dispute.step = level == 0 ? Step.Entry : Step.Sums;
        dispute.deadline = uint40(block.timestamp + ITrainingTask(task).parameters().answerSeconds);
        emit SumPicked(task, level, position, claim);
    }

    /// @inheritdoc IDisputeCourt
    function proveWrongEntry(address task, EntryProof calldata proof) external {
        TableDispute memory dispute = _tableDisputes[task];
        _requireStep(dispute.step, Step.Entry, dispute.deadline);
        _requireChallenger(dispute.challenger);
        TaskParameters memory parameters = ITrainingTask(task).parameters();
        (bytes32 trust, ) = _TABLES.inputsOf(task, ITrainingTask(task).clock().round);
        EntryStatement memory statement = EntryStatement({
            setHash: ITrainingTask(task).setHash(),
            trust: trust,
            dimension: uint32(parameters.dimension),
            fractionBits: uint8(parameters.fractionBits),
            one: dispute.one,
            other: dispute.other,
            chunk: dispute.position,
            claim: dispute.claim
        });
        if (!_VERIFIER.isWrongEntry(statement, proof)) revert DisputeCourtNothingWrong();
        delete _tableDisputes[task];
        emit EntryProvedWrong(task, msg.sender, dispute.one, dispute.other, dispute.position);
        emit DisputeResolved(task, msg.sender, true);
        ITrainingTask(task).rejectAggregate(msg.sender);
    }

    // ------------------------------------------------------------------ views

    /// @inheritdoc IDisputeCourt
    function tableDisputeOf(address task) external view returns (TableDispute memory) {
        return _tableDisputes[task];
    }

    // ------------------------------------------------------------------ internal

    /// @dev The other half of `resolveDispute`.
    function _resolveTableDispute(address task) internal {
        TableDispute memory dispute = _tableDisputes[task];
        if (dispute.step == Step.None) revert DisputeCourtUnexpectedStep(Step.None, Step.Nodes);
        if (block.timestamp < dispute.deadline) revert DisputeCourtDeadline(dispute.deadline, block.timestamp);
        delete _tableDisputes[task];
        bool challengerWon = dispute.step == Step.Sums;
        emit DisputeResolved(task, dispute.challenger, challengerWon);
        if (challengerWon) ITrainingTask(task).rejectAggregate(dispute.challenger);
        else ITrainingTask(task).dismissDispute(dispute.challenger);
    }

    /// @dev The proposal that it was about is gone.
    function _dropTableDispute(address task) internal {
        if (_tableDisputes[task].step != Step.None) delete _tableDisputes[task];
    }

    /// @dev The entry of the table that the present proposer posted for the present set.
    function _claimOf(
        address task,
        TaskParameters memory parameters,
        uint256 one,
        uint256 other,
        bytes calldata table
    ) private view returns (uint128) {
        RoundState memory state = ITrainingTask(task).clock();
        _requirePosted(task, state.round, table);
        (bytes32 trust, ) = _TABLES.inputsOf(task, state.round);
        uint256 needs = FigureTable.needsOf(parameters.weighing, parameters.weighingArgument);
        uint256 count = state.accepted;
        // One of another length is wrong without a dispute.
        bool fits = table.length == FigureTable.lengthOf(needs, count, trust);
        if (!fits || !FigureTable.hasEntry(needs, count, trust, one, other)) {
            revert DisputeCourtNoSuchEntry(one, other, table.length);
        }
        return FigureTable.entryAt(table, FigureTable.placeOf(needs, count, one, other));
    }

    function _requirePosted(address task, uint24 round, bytes calldata table) private view {
        (, address proposer) = ITrainingTask(task).proposedModel();
        bytes32 required = _TABLES.postedTable(task, proposer, round, ITrainingTask(task).setHash());
        bytes32 given = keccak256(table);
        if (given != required) revert DisputeCourtWrongTable(given, required);
    }
}
