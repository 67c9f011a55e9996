// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundTables} from "../interfaces/IRoundTables.sol";
import {ITrainingTask} from "../interfaces/ITrainingTask.sol";
import {CommitmentLib} from "../libraries/CommitmentLib.sol";
import {FigureTable} from "../libraries/FigureTable.sol";
import {KIND_UPDATE, Phase, Reputation, RoundState, SumNode, TaskParameters} from "../types/TaskTypes.sol";

/// @title Keeps what weighing rules read beside updates
/// @notice Holds no coins, judges nothing: it says who posted what for which set before it could know whether anybody
/// objects. Trust: none; a forged task is only asked about itself.
/// @dev INV-TABLE-1: whoever stands for a proposal can neither post nor change a table until the proposal is gone.
/// INV-TABLE-2: a round's inputs are given once, by the owner, before any of its updates is public.
/// INV-TABLE-3: no table is longer than that of a full round, which the factory has room for in a proof.
/// Two slots for each poster and three for each task, used again in every round.
contract RoundTables is IRoundTables {
    struct Table {
        bytes32 key; // of the round, the set and the trusted vector that it is for
        bytes32 hash;
    }

    struct Inputs {
        uint24 round;
        bytes32 trust;
        bytes32 reputations;
    }

    mapping(address task => mapping(address poster => Table)) private _tables;
    mapping(address task => Inputs) private _inputs;

    /// @inheritdoc IRoundTables
    function postTable(address task, uint24 round, bytes32 setHash, bytes calldata table) external {
        RoundState memory state = ITrainingTask(task).clock();
        if (round != state.round) revert RoundTablesOtherRound(round, state.round);
        // As recorded: a proposal whose window is over stands until somebody closes the round.
        if (state.phase == Phase.Challenge) {
            (, address proposer) = ITrainingTask(task).proposedModel();
            if (msg.sender == proposer) revert RoundTablesProposed(proposer);
        }
        (bytes32 trust, ) = inputsOf(task, round);
        _requireShowable(task, table.length, trust);
        _tables[task][msg.sender] = Table({key: _keyOf(round, setHash, trust), hash: keccak256(table)});
        emit TablePosted(task, msg.sender, round, setHash, trust, table);
    }

    /// @inheritdoc IRoundTables
    function postInputs(
        address task,
        uint24 round,
        SumNode calldata trustRoot,
        bytes32 trustContent,
        Reputation[] calldata reputations
    ) external {
        TaskParameters memory parameters = ITrainingTask(task).parameters();
        if (msg.sender != parameters.owner) revert RoundTablesNotOwner(msg.sender, parameters.owner);
        _requireOpen(task, round);
        _requireList(reputations, parameters.maxTrainers);
        bytes32 trust = 0;
        if (trustRoot.hash != 0) {
            trust = CommitmentLib.vector(
                trustRoot.hash,
                trustRoot.sum,
                uint32(parameters.dimension),
                KIND_UPDATE,
                uint8(parameters.fractionBits)
            );
        }
        bytes32 listed = reputations.length == 0 ? bytes32(0) : keccak256(abi.encode(reputations));
        _inputs[task] = Inputs({round: round, trust: trust, reputations: listed});
        emit InputsPosted(task, round, trust, trustRoot, trustContent, reputations);
    }

    /// @inheritdoc IRoundTables
    function postedTable(address task, address poster, uint24 round, bytes32 setHash) external view returns (bytes32) {
        Table storage table = _tables[task][poster];
        (bytes32 trust, ) = inputsOf(task, round);
        return table.key == _keyOf(round, setHash, trust) ? table.hash : bytes32(0);
    }

    /// @inheritdoc IRoundTables
    function inputsOf(address task, uint24 round) public view returns (bytes32 trust, bytes32 reputations) {
        Inputs storage inputs = _inputs[task];
        if (inputs.round != round) return (0, 0);
        return (inputs.trust, inputs.reputations);
    }

    /// @dev INVARIANT: whatever was posted fits into a proof: one too long for a transaction could not be shown to have
    /// the wrong length, and nobody could deny its entries.
    function _requireShowable(address task, uint256 length, bytes32 trust) private view {
        TaskParameters memory parameters = ITrainingTask(task).parameters();
        uint256 needs = FigureTable.needsOf(parameters.weighing, parameters.weighingArgument);
        uint256 limit = FigureTable.lengthOf(needs, parameters.maxTrainers, trust);
        if (length > limit) revert RoundTablesTooLong(length, limit);
    }

    /// @dev What trainers sent cannot have been known: commitments are taken, and of no attempt is a reveal there.
    function _requireOpen(address task, uint24 round) private view {
        RoundState memory state = ITrainingTask(task).clock();
        if (round != state.round) revert RoundTablesOtherRound(round, state.round);
        (Phase current, ) = ITrainingTask(task).phase();
        if (current != Phase.Commit || state.revealed != 0) revert RoundTablesTooLate(round);
        if (_inputs[task].round == round) revert RoundTablesAlreadyGiven(round);
    }

    /// @dev INV-MATH-2 also of weights by reputation: they stay below 2^32 in sum.
    function _requireList(Reputation[] calldata reputations, uint256 limit) private pure {
        if (reputations.length > limit) revert RoundTablesTooMany(reputations.length, limit);
        uint256 most = type(uint32).max / limit;
        address last = address(0);
        for (uint256 i = 0; i < reputations.length; ++i) {
            Reputation calldata entry = reputations[i];
            if (entry.trainer <= last) revert RoundTablesOutOfOrder(entry.trainer);
            if (entry.reputation > most) revert RoundTablesReputationTooLarge(entry.trainer, entry.reputation, most);
            last = entry.trainer;
        }
    }

    function _keyOf(uint24 round, bytes32 setHash, bytes32 trust) private pure returns (bytes32) {
        return keccak256(abi.encode(round, setHash, trust));
    }
}
