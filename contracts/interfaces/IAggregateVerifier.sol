// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AggregateProof, AggregateStatement, EntryProof, EntryStatement} from "../types/TaskTypes.sol";

/// @title Recomputes one coordinate of a disputed aggregate, or one chunk of a disputed distance
interface IAggregateVerifier {
    /// @notice The entries are not the accepted set.
    error AggregateVerifierWrongSet(bytes32 given, bytes32 required);
    /// @notice There must be one opening for each entry.
    error AggregateVerifierOpeningCount(uint256 given, uint256 required);
    /// @notice An opening leads to another vector than the one committed to.
    error AggregateVerifierWrongVector(bytes32 given, bytes32 required);
    /// @notice The coordinate lies outside the model.
    error AggregateVerifierNoSuchCoordinate(uint256 coordinate, uint256 dimension);
    /// @notice The table is not the one that the proposer posted.
    error AggregateVerifierWrongTable(bytes32 given, bytes32 required);
    /// @notice The reputations are not those of the round.
    error AggregateVerifierWrongReputations(bytes32 given, bytes32 required);

    /// @notice Whether the proof shows a coordinate, or a chunk, that no honest aggregate could have, or that the
    /// proposer has no table of the right length where the weighing rule reads one; that needs no openings.
    /// @dev Reverts if the proof is not about this statement.
    function isWrong(
        AggregateStatement calldata statement,
        AggregateProof calldata proof
    ) external view returns (bool);

    /// @notice Whether the two vectors differ, over that chunk, by another sum of squares than claimed.
    /// @dev Reverts if the proof is not about this statement.
    function isWrongEntry(
        EntryStatement calldata statement,
        EntryProof calldata proof
    ) external view returns (bool);
}
