// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAggregateVerifier} from "../interfaces/IAggregateVerifier.sol";
import {IDisputeCourt} from "../interfaces/IDisputeCourt.sol";
import {ITrainingTask} from "../interfaces/ITrainingTask.sol";
import {CommitmentLib} from "../libraries/CommitmentLib.sol";
import {MerkleSumTree} from "../libraries/MerkleSumTree.sol";
import {
    AggregateProof,
    AggregateStatement,
    Evidence,
    KIND_MODEL,
    KIND_UPDATE,
    SumNode,
    TaskParameters
} from "../types/TaskTypes.sol";

/// @title Decides on evidence
/// @notice A wrong aggregate whose bytes are public is proved in one transaction. One whose bytes are hidden is
/// dissected: the sealer must open its tree towards the chunk that the challenger asks for, or loses. Holds no coins;
/// tells tasks who lost. Trust: none; a forged task can only order about itself.
/// @dev INV-COURT-1: at most one dispute is open per task, and every step of it has a deadline.
/// Nodes -> Pick -> Nodes ... -> Chunk -> Proof; whoever misses a step loses by `resolveDispute`.
contract DisputeCourt is IDisputeCourt {
    /// @dev Levels that one answer opens: 256 nodes are 12 kB of call data.
    uint256 private constant LEVELS_PER_STEP = 8;

    IAggregateVerifier private immutable _VERIFIER;

    mapping(bytes32 opening => uint256 blockNumber) private _openings;
    mapping(address task => Dispute) private _disputes;

    /// @param verifier Recomputes a disputed coordinate.
    constructor(IAggregateVerifier verifier) {
        _VERIFIER = verifier;
    }

    // ------------------------------------------------------------------ opening

    /// @inheritdoc IDisputeCourt
    function openEvidence(bytes32 opening) external {
        // Kept as it was first: or anybody could renew it in the block in which the evidence is shown.
        if (_openings[opening] == 0) _openings[opening] = block.number;
        emit EvidenceOpened(opening, msg.sender);
    }

    /// @inheritdoc IDisputeCourt
    function openDispute(
        address task,
        uint24 round,
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
        uint8 proposal = ITrainingTask(task).beginDispute(msg.sender, round);
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
        _requireStep(dispute, Step.Nodes);
        TaskParameters memory parameters = ITrainingTask(task).parameters();
        _requireNode(dispute, current, parameters);
        uint256 below = _levelsBelow(dispute.level);
        uint256 length = MerkleSumTree.NODE_BYTES << below;
        if (nodes.length != length) revert DisputeCourtWrongLength(nodes.length, length);
        (bytes32 hash, uint256 sum) = MerkleSumTree.fold(
            nodes,
            uint256(dispute.position) << below,
            dispute.level - below,
            MerkleSumTree.chunksOf(parameters.dimension)
        );
        if (hash != current.hash || sum != current.sum) revert DisputeCourtWrongNode(hash, current.hash);
        dispute.node = _digest(current);
        _advance(dispute, Step.Pick, parameters);
        emit NodesOpened(task, dispute.level, dispute.position, uint256(1) << below);
    }

    /// @inheritdoc IDisputeCourt
    function pickNode(address task, uint32 pick, SumNode calldata node, bytes calldata siblings) external {
        Dispute storage dispute = _disputes[task];
        _requireStep(dispute, Step.Pick);
        _requireChallenger(dispute);
        TaskParameters memory parameters = ITrainingTask(task).parameters();
        uint256 below = _levelsBelow(dispute.level);
        uint256 length = MerkleSumTree.NODE_BYTES * below;
        if (siblings.length != length) revert DisputeCourtWrongLength(siblings.length, length);
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
        _requireStep(dispute, Step.Chunk);
        TaskParameters memory parameters = ITrainingTask(task).parameters();
        _requireNode(dispute, leaf, parameters);
        if (chunk.length != MerkleSumTree.CHUNK_BYTES) {
            revert DisputeCourtWrongLength(chunk.length, MerkleSumTree.CHUNK_BYTES);
        }
        bytes32 hash = MerkleSumTree.leafHash(chunk);
        if (hash != leaf.hash) revert DisputeCourtWrongNode(hash, leaf.hash);
        dispute.node = _digest(leaf);
        _advance(dispute, Step.Proof, parameters);
        emit ChunkOpened(task, dispute.position);
    }

    /// @inheritdoc IDisputeCourt
    function resolveDispute(address task) external {
        Dispute memory dispute = _disputes[task];
        if (dispute.step == Step.None) revert DisputeCourtUnexpectedStep(Step.None, Step.Nodes);
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
    function evidenceOpening(
        address challenger,
        address task,
        bytes32 evidence,
        bytes32 salt
    ) public pure returns (bytes32) {
        return keccak256(abi.encode("evidence", challenger, task, evidence, salt));
    }

    // ------------------------------------------------------------------ internal

    function _statementOf(address task) private view returns (AggregateStatement memory) {
        TaskParameters memory parameters = ITrainingTask(task).parameters();
        (bytes32 model, ) = ITrainingTask(task).proposedModel();
        return
            AggregateStatement({
                model: model,
                base: ITrainingTask(task).baseModel(),
                setHash: ITrainingTask(task).setHash(),
                dimension: uint32(parameters.dimension),
                fractionBits: uint8(parameters.fractionBits),
                rule: parameters.rule,
                ruleArgument: parameters.ruleArgument
            });
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

    function _requireStep(Dispute storage dispute, Step required) private view {
        if (dispute.step != required) revert DisputeCourtUnexpectedStep(dispute.step, required);
        if (block.timestamp >= dispute.deadline) revert DisputeCourtDeadline(dispute.deadline, block.timestamp);
    }

    function _requireChallenger(Dispute storage dispute) private view {
        if (msg.sender != dispute.challenger) revert DisputeCourtNotChallenger(msg.sender, dispute.challenger);
    }

    function _requireOpened(bytes32 opening) private view {
        uint256 openedAt = _openings[opening];
        if (openedAt == 0 || openedAt >= block.number) revert DisputeCourtNotOpened(opening);
    }

    function _levelsBelow(uint256 level) private pure returns (uint256) {
        return level < LEVELS_PER_STEP ? level : LEVELS_PER_STEP;
    }

    function _digest(SumNode memory node) private pure returns (bytes32) {
        return keccak256(abi.encode(node.hash, node.sum));
    }
}
