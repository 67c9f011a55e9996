// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Reputation, SumNode} from "../types/TaskTypes.sol";

/// @title What weighing rules read beside updates: tables of distances, a trusted vector, reputations
/// @notice A table lists 16 bytes for each squared distance: of the updates 0 and 1, 0 and 2, ..., 1 and 2, ... if the
/// rule reads distances; then of every update to the trusted vector, if the rule reads it and the round has one.
interface IRoundTables {
    /// @notice A table for this set of updates and this trusted vector; the poster answers for it if it proposes.
    event TablePosted(
        address indexed task,
        address indexed poster,
        uint24 round,
        bytes32 setHash,
        bytes32 trust,
        bytes table
    );
    /// @notice What the owner gives to a round.
    /// @param trust Commitment of the trusted vector; zero: none.
    /// @param trustContent SHA-256 of the root block of its bytes: a hint where they are.
    event InputsPosted(
        address indexed task,
        uint24 round,
        bytes32 trust,
        SumNode trustRoot,
        bytes32 trustContent,
        Reputation[] reputations
    );

    /// @notice The task is in another round.
    error RoundTablesOtherRound(uint24 given, uint24 present);
    /// @notice Whoever stands for a proposal keeps the table, or the lack of one, that it proposed with.
    error RoundTablesProposed(address proposer);
    /// @notice No round of the task has so long a table; one that fits into no transaction could not be judged.
    error RoundTablesTooLong(uint256 length, uint256 limit);
    /// @notice Only the task's owner gives inputs.
    error RoundTablesNotOwner(address caller, address owner);
    /// @notice Inputs are taken while the round takes commitments and nobody has revealed.
    error RoundTablesTooLate(uint24 round);
    /// @notice A round's inputs are given once.
    error RoundTablesAlreadyGiven(uint24 round);
    /// @notice More reputations than the task has trainers.
    error RoundTablesTooMany(uint256 count, uint256 limit);
    /// @notice The list must ascend by address, each one once.
    error RoundTablesOutOfOrder(address trainer);
    /// @notice With as many trainers as the task may have, weights could add up to more than 32 bits.
    error RoundTablesReputationTooLarge(address trainer, uint256 reputation, uint256 limit);

    /// @notice Posts the caller's table; it takes the place of its former one. Anybody, but whoever stands for the
    /// task's present proposal.
    /// @param round The present round of the task.
    /// @param setHash Running hash of the accepted updates, which need not be fixed yet.
    function postTable(address task, uint24 round, bytes32 setHash, bytes calldata table) external;

    /// @notice Gives a round its trusted vector and its reputations. The task's owner, once a round, while commitments
    /// are taken and nobody has revealed. A round without them weighs by neither: all weights of a rule that reads them
    /// are zero, and the model stays as it is.
    /// @param trustRoot Root of the trusted vector's tree; all zero: none.
    /// @param reputations In ascending order of the addresses; whoever is not listed has none.
    function postInputs(
        address task,
        uint24 round,
        SumNode calldata trustRoot,
        bytes32 trustContent,
        Reputation[] calldata reputations
    ) external;

    /// @notice keccak256 of the table that an account posted for this round, this set and the round's trusted vector;
    /// zero: none.
    function postedTable(address task, address poster, uint24 round, bytes32 setHash) external view returns (bytes32);

    /// @notice A round's inputs: commitment of the trusted vector, keccak256 of the ABI encoding of the reputations.
    /// Zero: none.
    function inputsOf(address task, uint24 round) external view returns (bytes32 trust, bytes32 reputations);
}
