// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IAggregateVerifier} from "../interfaces/IAggregateVerifier.sol";
import {IDisputeCourt} from "../interfaces/IDisputeCourt.sol";
import {IRoundTables} from "../interfaces/IRoundTables.sol";
import {ITrainingTask} from "../interfaces/ITrainingTask.sol";
import {CommitmentLib} from "../libraries/CommitmentLib.sol";
import {MerkleSumTree} from "../libraries/MerkleSumTree.sol";
import {
    AggregateProof,
    AggregateStatement,
    Evidence,
    KIND_MODEL,
    KIND_UPDATE,
    RoundState,
    SumNode,
    TaskParameters
} from "../types/TaskTypes.sol";
import {AvailabilityQuestions} from "./AvailabilityQuestions.sol";
import {TableDisputes} from "./TableDisputes.sol";

/// @title Decides on evidence
/// @notice A wrong aggregate whose bytes are public is proved in one transaction. One whose bytes are hidden is
/// dissected: the sealer must open its tree towards the chunk that the challenger asks for, or loses. Holds no coins;
/// tells tasks who lost. Trust: none; a forged task can only order about itself.
/// @dev INV-COURT-1: at most one dispute is open per task, and every step of it has a deadline.
/// Nodes -> Pick -> Nodes ... -> Chunk -> Proof; whoever misses a step loses by `resolveDispute`.
contract DisputeCourt is TableDisputes {
    mapping(address task => Dispute) private _disputes;

    /// @param verifier Recomputes a disputed coordinate.
    /// @param tables Keeps what weighing rules read beside updates.
    /// @param coin Of the bonds under which attesters are asked for bytes.
    constructor(IAggregateVerifier verifier, IRoundTables tables, IERC20 coin) {
        _VERIFIER = verifier;
        _TABLES = tables;
        _QUESTIONS = address(new AvailabilityQuestions(coin));
    }

    // ------------------------------------------------------------------ opening

    /// @inheritdoc IDisputeCourt
    function openDispute(
        address task,
        uint24 round,
        uint8 proposal,
        bytes32 replacement,
        bytes32 contentId,
        bytes32 salt
    ) external {
        _requireOpened(disputeOpening(msg.sender, task, replacement, salt));
        (bytes32 model, ) = ITrainingTask(task).proposedModel();
        if (model == replacement) revert DisputeCourtNothingWrong();
        TaskParameters memory parameters = ITrainingTask(task).parameters();
        uint256 depth = MerkleSumTree.depthOf(parameters.dimension);
        uint256 deadline = block.timestamp + parameters.answerSeconds;
        uint8 present = ITrainingTask(task).beginDispute(msg.sender, round);
        if (present != proposal) revert DisputeCourtOtherProposal(proposal, present);
        _disputes[task] = Dispute({
            challenger: msg.sender,
            deadline: uint40(deadline),
            step: depth == 0 ? Step.Chunk : Step.Nodes,
            proposal: proposal,
            level: uint8(depth),
            position: 0,
            node: model,
            replacement: replacement,
            contentId: contentId
        });
        emit DisputeOpened(task, msg.sender, proposal, replacement, deadline);
    }

    // ------------------------------------------------------------------ dissection

    /// @inheritdoc IDisputeCourt
    function answerNodes(address task, SumNode calldata current, bytes calldata nodes) external {
        Dispute storage dispute = _disputes[task];
        _requireStep(dispute.step, Step.Nodes, dispute.deadline);
        TaskParameters memory parameters = ITrainingTask(task).parameters();
        _requireNode(dispute, current, parameters);
        uint256 below = _levelsBelow(dispute.level);
        uint256 length = MerkleSumTree.NODE_BYTES << below;
        _requireLength(nodes.length, length);
        (bytes32 hash, uint256 sum) = MerkleSumTree.fold(
            nodes,
            uint256(dispute.position) << below,
            dispute.level - below,
            MerkleSumTree.chunksOf(parameters.dimension)
        );
        if (hash != current.hash || sum != current.sum) revert DisputeCourtWrongNode(hash, current.hash);
        dispute.node = _digest(current);
        _advance(dispute, Step.Pick, parameters);
        emit NodesOpened(task, dispute.level, dispute.position, nodes);
    }

    /// @inheritdoc IDisputeCourt
    function pickNode(address task, uint32 pick, SumNode calldata node, bytes calldata siblings) external {
        Dispute storage dispute = _disputes[task];
        _requireStep(dispute.step, Step.Pick, dispute.deadline);
        _requireChallenger(dispute.challenger);
        TaskParameters memory parameters = ITrainingTask(task).parameters();
        uint256 below = _levelsBelow(dispute.level);
        uint256 length = MerkleSumTree.NODE_BYTES * below;
        _requireLength(siblings.length, length);
        uint256 level = dispute.level - below;
        uint256 chunks = MerkleSumTree.chunksOf(parameters.dimension);
        uint256 position = (uint256(dispute.position) << below) + pick;
        if (pick >> below != 0 || position << level >= chunks) revert DisputeCourtOutOfTree(position);
        (bytes32 hash, uint256 sum) = MerkleSumTree.climb(node.hash, node.sum, siblings, position, level, chunks);
        // SAFETY: `climb` refuses sums beyond 128 bits.
        _requireDigest(dispute, _digest(SumNode({hash: hash, sum: uint128(sum)})));
        dispute.level = uint8(level);
        dispute.position = uint32(position);
        dispute.node = _digest(node);
        _advance(dispute, level == 0 ? Step.Chunk : Step.Nodes, parameters);
        emit NodePicked(task, dispute.level, dispute.position);
    }

    /// @inheritdoc IDisputeCourt
    function answerChunk(address task, SumNode calldata leaf, bytes calldata chunk) external {
        Dispute storage dispute = _disputes[task];
        _requireStep(dispute.step, Step.Chunk, dispute.deadline);
        TaskParameters memory parameters = ITrainingTask(task).parameters();
        _requireNode(dispute, leaf, parameters);
        _requireLength(chunk.length, MerkleSumTree.CHUNK_BYTES);
        bytes32 hash = MerkleSumTree.leafHash(chunk);
        if (hash != leaf.hash) revert DisputeCourtWrongNode(hash, leaf.hash);
        dispute.node = _digest(leaf);
        _advance(dispute, Step.Proof, parameters);
        emit ChunkOpened(task, dispute.position, leaf.sum, chunk);
    }

    /// @inheritdoc IDisputeCourt
    function resolveDispute(address task) external {
        Dispute memory dispute = _disputes[task];
        if (dispute.step == Step.None) {
            _resolveTableDispute(task);
            return;
        }
        if (block.timestamp < dispute.deadline) revert DisputeCourtDeadline(dispute.deadline, block.timestamp);
        delete _disputes[task];
        bool challengerWon = dispute.step == Step.Nodes || dispute.step == Step.Chunk;
        emit DisputeResolved(task, dispute.challenger, challengerWon);
        if (challengerWon) {
            ITrainingTask(task).replaceAggregate(
                dispute.challenger,
                dispute.replacement,
                dispute.contentId,
                Evidence.NoAnswer
            );
        } else {
            ITrainingTask(task).dismissDispute(dispute.challenger);
        }
    }

    // ------------------------------------------------------------------ proofs

    /// @inheritdoc IDisputeCourt
    function proveWrongAggregate(address task, AggregateProof calldata proof, bytes32 salt) external {
        Dispute memory dispute = _disputes[task];
        bool standsIn = dispute.challenger == msg.sender;
        if (standsIn) {
            // At any step: whoever can prove it need not wait for answers.
            if (block.timestamp >= dispute.deadline) revert DisputeCourtDeadline(dispute.deadline, block.timestamp);
        } else {
            _requireOpened(evidenceOpening(msg.sender, task, keccak256(abi.encode(proof)), salt));
        }
        if (!_VERIFIER.isWrong(_statementOf(task), proof)) revert DisputeCourtNothingWrong();
        delete _disputes[task];
        _dropTableDispute(task);
        emit AggregateProvedWrong(task, msg.sender, proof.coordinate);
        if (standsIn) {
            emit DisputeResolved(task, msg.sender, true);
            ITrainingTask(task).replaceAggregate(
                msg.sender,
                dispute.replacement,
                dispute.contentId,
                Evidence.WrongAggregate
            );
        } else {
            ITrainingTask(task).rejectAggregate(msg.sender);
        }
    }

    /// @inheritdoc IDisputeCourt
    function proveWrongNorm(
        address task,
        address trainer,
        uint24 round,
        uint32 index,
        bytes calldata opening,
        bytes32 salt
    ) external {
        bytes32 evidence = keccak256(abi.encode(trainer, round, index, opening));
        _requireOpened(evidenceOpening(msg.sender, task, evidence, salt));
        TaskParameters memory parameters = ITrainingTask(task).parameters();
        (bytes32 hash, uint256 sum) = MerkleSumTree.rootOf(opening, index, parameters.dimension);
        (bool canonical, uint256 trueSum) = MerkleSumTree.inspect(
            MerkleSumTree.chunkOf(opening),
            index,
            parameters.dimension
        );
        if (canonical && trueSum == uint128(bytes16(opening[:MerkleSumTree.SUM_BYTES]))) {
            revert DisputeCourtNothingWrong();
        }
        bytes32 commitment = CommitmentLib.vector(
            hash,
            uint128(sum), // SAFETY: `rootOf` refuses sums beyond 128 bits.
            uint32(parameters.dimension),
            KIND_UPDATE,
            uint8(parameters.fractionBits)
        );
        emit UpdateProvedWrong(task, trainer, msg.sender, index);
        ITrainingTask(task).punishUpdate(trainer, round, commitment, msg.sender);
    }

    // ------------------------------------------------------------------ views

    /// @inheritdoc IDisputeCourt
    function disputeOf(address task) external view returns (Dispute memory) {
        return _disputes[task];
    }

    // ------------------------------------------------------------------ internal

    function _statementOf(address task) private view returns (AggregateStatement memory statement) {
        TaskParameters memory parameters = ITrainingTask(task).parameters();
        address proposer;
        (statement.model, proposer) = ITrainingTask(task).proposedModel();
        statement.base = ITrainingTask(task).baseModel();
        statement.setHash = ITrainingTask(task).setHash();
        statement.dimension = uint32(parameters.dimension);
        statement.fractionBits = uint8(parameters.fractionBits);
        statement.rule = parameters.rule;
        statement.ruleArgument = parameters.ruleArgument;
        if (parameters.weighing == address(0)) return statement;
        RoundState memory state = ITrainingTask(task).clock();
        statement.weighing = parameters.weighing;
        statement.weighingArgument = parameters.weighingArgument;
        statement.accepted = state.accepted;
        (statement.trust, statement.reputations) = _TABLES.inputsOf(task, state.round);
        statement.table = _TABLES.postedTable(task, proposer, state.round, statement.setHash);
    }

    function _advance(Dispute storage dispute, Step next, TaskParameters memory parameters) private {
        dispute.step = next;
        dispute.deadline = uint40(block.timestamp + parameters.answerSeconds);
    }

    /// @dev The root is known by the proposal's commitment, every node further down by its own hash.
    function _requireNode(
        Dispute storage dispute,
        SumNode calldata node,
        TaskParameters memory parameters
    ) private view {
        bool root = dispute.level == MerkleSumTree.depthOf(parameters.dimension);
        bytes32 given = root
            ? CommitmentLib.vector(
                node.hash,
                node.sum,
                uint32(parameters.dimension),
                KIND_MODEL,
                uint8(parameters.fractionBits)
            )
            : _digest(node);
        _requireDigest(dispute, given);
    }

    function _requireDigest(Dispute storage dispute, bytes32 given) private view {
        if (given != dispute.node) revert DisputeCourtWrongNode(given, dispute.node);
    }

    function _digest(SumNode memory node) private pure returns (bytes32) {
        return keccak256(abi.encode(node.hash, node.sum));
    }
}
