// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AggregateProof, EntryProof, SumNode} from "../types/TaskTypes.sol";

/// @title Decides on evidence
interface IDisputeCourt {
    /// @dev Whose move a dispute awaits.
    enum Step {
        None, // no dispute
        Nodes, // the sealer owes the nodes below the current one
        Pick, // the challenger owes one of them
        Chunk, // the sealer owes the coordinates of the chunk reached
        Proof, // the challenger owes the recomputation of one coordinate
        Sums, // the sealer owes the sums that make up a disputed distance
        PickSum, // the challenger owes one of them
        Entry // the challenger owes the recomputation of one chunk's sum
    }

    /// @dev The one open dispute of a task.
    struct Dispute {
        address challenger;
        uint40 deadline;
        Step step;
        uint8 proposal;
        uint8 level; // of the current node above the leaves
        uint32 position; // of the current node on its level
        bytes32 node; // the proposal's commitment; after the first answer the hash of the current node
        bytes32 replacement; // commitment that stands if the challenger wins
        bytes32 contentId; // of its bytes
    }

    /// @dev The one open dispute of a task if it is about an entry of the proposer's table.
    struct TableDispute {
        address challenger;
        uint40 deadline;
        Step step;
        uint8 proposal;
        uint8 level; // of the current range of chunks: it has 2^level
        uint32 position; // of the range among those of its level
        uint8 one; // place of an update in the accepted set
        uint8 other; // a later one; their number for the trusted vector
        uint128 claim; // squared distance that the sealer stands for over the range
        bytes32 sums; // keccak256 of the last answer
    }

    /// @notice Somebody will show evidence; what and of what is hidden in the hash.
    event EvidenceOpened(bytes32 indexed opening, address indexed challenger);
    /// @notice A challenger named another model, and the sealer must answer.
    event DisputeOpened(
        address indexed task,
        address indexed challenger,
        uint8 proposal,
        bytes32 replacement,
        uint256 deadline
    );
    /// @notice The sealer opened the nodes below the current one.
    /// @dev The answers are in the logs whole: a call's data cannot be read where a contract made the call.
    event NodesOpened(address indexed task, uint8 level, uint32 position, bytes nodes);
    /// @notice The challenger went on to one of them.
    event NodePicked(address indexed task, uint8 level, uint32 position);
    /// @notice The sealer opened the chunk reached, whose leaf claims this sum.
    event ChunkOpened(address indexed task, uint32 index, uint128 sum, bytes chunk);
    /// @notice A dispute is over.
    event DisputeResolved(address indexed task, address indexed challenger, bool challengerWon);
    /// @notice A challenger denied an entry of the proposer's table, and the sealer must answer.
    event TableDisputeOpened(
        address indexed task,
        address indexed challenger,
        uint8 proposal,
        uint8 one,
        uint8 other,
        uint128 claim,
        uint256 deadline
    );
    /// @notice The sealer split the current range's claim.
    event SumsOpened(address indexed task, uint8 level, uint32 position, bytes sums);
    /// @notice The challenger went on to one of them.
    event SumPicked(address indexed task, uint8 level, uint32 position, uint128 claim);
    /// @notice An entry of a table was proved wrong in one chunk.
    event EntryProvedWrong(address indexed task, address indexed challenger, uint8 one, uint8 other, uint32 chunk);
    /// @notice A wrong aggregate, or a missing table, was proved.
    event AggregateProvedWrong(address indexed task, address indexed challenger, uint32 coordinate);
    /// @notice An update's chunk was shown not to have the sum that its tree claims.
    event UpdateProvedWrong(address indexed task, address indexed trainer, address indexed challenger, uint32 index);

    /// @notice The dispute awaits another step, or another party.
    error DisputeCourtUnexpectedStep(Step current, Step required);
    /// @notice Only the challenger may take this step.
    error DisputeCourtNotChallenger(address caller, address challenger);
    /// @notice The step's deadline has passed, or, for `resolveDispute`, has not.
    error DisputeCourtDeadline(uint256 deadline, uint256 present);
    /// @notice The node is not the one that the dispute has reached.
    error DisputeCourtWrongNode(bytes32 given, bytes32 required);
    /// @notice Only the contract that asks attesters may order this.
    error DisputeCourtNotQuestions(address caller);
    /// @notice The wrong number of bytes.
    error DisputeCourtWrongLength(uint256 given, uint256 required);
    /// @notice The place lies outside the tree.
    error DisputeCourtOutOfTree(uint256 position);
    /// @notice The evidence was not opened at least one block before.
    error DisputeCourtNotOpened(bytes32 opening);
    /// @notice Another proposal stands than the challenged one.
    error DisputeCourtOtherProposal(uint8 given, uint8 present);
    /// @notice The evidence shows nothing wrong.
    error DisputeCourtNothingWrong();
    /// @notice Only the proposer may take this step: anybody else could answer wrongly in its name.
    error DisputeCourtNotProposer(address caller, address proposer);
    /// @notice The table is not the one that the proposer posted for this set.
    error DisputeCourtWrongTable(bytes32 given, bytes32 required);
    /// @notice A table of the task's rule has no such entry, or the posted one another length.
    error DisputeCourtNoSuchEntry(uint256 one, uint256 other, uint256 length);
    /// @notice The sums do not add up to what is disputed.
    error DisputeCourtWrongSum(uint256 given, uint256 required);

    /// @notice Announces evidence, at least one block before it is shown: whoever copies it from the pool of pending
    /// transactions has no opening of its own.
    /// @param opening keccak256 of the challenger, a salt and the hash of the evidence; see the `...Opening` views.
    function openEvidence(bytes32 opening) external;

    /// @notice Challenges the present proposal under a bond, for when its bytes are hidden.
    /// @param round The present round of the task; the call is refused in another.
    /// @param proposal The number of the proposal that was found wrong; the call is refused if another one stands,
    /// which may rest on another table.
    /// @param replacement Commitment to the right model; stands in the proposal's place if the challenger wins.
    function openDispute(
        address task,
        uint24 round,
        uint8 proposal,
        bytes32 replacement,
        bytes32 contentId,
        bytes32 salt
    ) external;

    /// @notice The sealer's answer: up to 256 nodes, eight levels below the current one. Anybody who has them may post.
    /// @param current The current node; the root at first.
    /// @param nodes 48 bytes each (hash, sum), from left to right.
    function answerNodes(address task, SumNode calldata current, bytes calldata nodes) external;

    /// @notice The challenger's choice among the opened nodes.
    /// @param pick Its place among them.
    /// @param siblings Its siblings up to the current node, 48 bytes each.
    function pickNode(address task, uint32 pick, SumNode calldata node, bytes calldata siblings) external;

    /// @notice The sealer's last answer: the 64 coordinates of the leaf reached.
    function answerChunk(address task, SumNode calldata leaf, bytes calldata chunk) external;

    /// @notice Proves a wrong aggregate in one coordinate. Within a dispute the challenger's model then stands; without
    /// one the evidence must have been opened, and another sealer's turn comes.
    function proveWrongAggregate(address task, AggregateProof calldata proof, bytes32 salt) external;

    /// @notice Denies an entry of the proposer's table under a bond. The tables of `IRoundTables` need not be committed
    /// to as trees: the sealer splits the entry on the way.
    /// @param round The present round of the task; the call is refused in another.
    /// @param one Place of an update among the accepted ones.
    /// @param other A later one; the number of accepted updates stands for the trusted vector.
    /// @param table The whole table, as posted.
    function openTableDispute(
        address task,
        uint24 round,
        uint8 one,
        uint8 other,
        bytes calldata table,
        bytes32 salt
    ) external;

    /// @notice The proposer's answer: the sums of squared differences over up to 256 ranges of chunks, eight levels
    /// below the current one; they add up to what is disputed. Ranges without chunks are left out.
    /// @param sums 16 bytes each, from left to right.
    function answerSums(address task, bytes calldata sums) external;

    /// @notice The challenger's choice among these sums.
    /// @param pick Its place among them.
    /// @param sums The last answer again.
    function pickSum(address task, uint32 pick, bytes calldata sums) external;

    /// @notice Shows the chunk reached in both vectors: it has not the sum that the sealer stands for. Another sealer's
    /// turn comes.
    function proveWrongEntry(address task, EntryProof calldata proof) external;

    /// @notice Proves that a chunk of an update has not the sum of squares that its tree claims, or is no chunk of any
    /// vector.
    /// @param round In which the update was revealed.
    /// @param opening Claimed sum, chunk and siblings.
    function proveWrongNorm(
        address task,
        address trainer,
        uint24 round,
        uint32 index,
        bytes calldata opening,
        bytes32 salt
    ) external;

    /// @notice Ends a dispute whose deadline has passed: whoever owed the step loses. Anyone.
    function resolveDispute(address task) external;

    /// @notice Passes on that an attester was asked for bytes. The contract that asks attesters only.
    function bindAttester(address task, address attester) external;

    /// @notice Passes on that an attester has not shown them. The contract that asks attesters only.
    function chargeAttester(address task, address attester, address asker) external;

    /// @notice The open dispute of a task.
    function disputeOf(address task) external view returns (Dispute memory);

    /// @notice The open dispute about a task's table.
    function tableDisputeOf(address task) external view returns (TableDispute memory);

    /// @notice The contracts that the court judges by.
    function wiring() external view returns (address verifier, address tables);

    /// @notice Where attesters are asked for bytes.
    function questions() external view returns (address);

    /// @notice The opening of a dispute about a table.
    function tableOpening(
        address challenger,
        address task,
        uint24 round,
        uint8 one,
        uint8 other,
        bytes32 salt
    ) external pure returns (bytes32);

    /// @notice The opening of a dispute.
    function disputeOpening(
        address challenger,
        address task,
        bytes32 replacement,
        bytes32 salt
    ) external pure returns (bytes32);

    /// @notice The opening of other evidence; `evidence` is keccak256 of its ABI encoding.
    function evidenceOpening(
        address challenger,
        address task,
        bytes32 evidence,
        bytes32 salt
    ) external pure returns (bytes32);
}
