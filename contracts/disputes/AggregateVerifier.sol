// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAggregateVerifier} from "../interfaces/IAggregateVerifier.sol";
import {ICombiningRule} from "../interfaces/ICombiningRule.sol";
import {CommitmentLib} from "../libraries/CommitmentLib.sol";
import {MerkleSumTree} from "../libraries/MerkleSumTree.sol";
import {AggregateProof, AggregateStatement, KIND_MODEL, KIND_UPDATE, UpdateEntry} from "../types/TaskTypes.sol";

/// @title Recomputes one coordinate of a disputed aggregate
/// @notice Stateless: opens one chunk of the proposed model, of the old model and of every accepted update, checks
/// each against its commitment, and applies the task's rule. Holds no money and trusts nobody.
/// @dev INV-JUDGE-1: a right aggregate is never convicted. INV-JUDGE-2: a wrong coordinate, opened, always is.
contract AggregateVerifier is IAggregateVerifier {
    using MerkleSumTree for bytes;

    /// @inheritdoc IAggregateVerifier
    function isWrong(
        AggregateStatement calldata statement,
        AggregateProof calldata proof
    ) external view returns (bool) {
        if (proof.coordinate >= statement.dimension) {
            revert AggregateVerifierNoSuchCoordinate(proof.coordinate, statement.dimension);
        }
        uint256 index = proof.coordinate / MerkleSumTree.CHUNK_COORDINATES;
        _requireVector(statement, proof.modelOpening, index, KIND_MODEL, statement.model);
        if (_isMalformed(proof.modelOpening, index, statement.dimension)) return true;
        return _recompute(statement, proof, index) != _coordinate(proof.modelOpening, proof.coordinate);
    }

    /// @dev The coordinate that the accepted updates and the old model give.
    function _recompute(
        AggregateStatement calldata statement,
        AggregateProof calldata proof,
        uint256 index
    ) private view returns (int32) {
        _requireVector(statement, proof.baseOpening, index, KIND_MODEL, statement.base);
        uint256 count = proof.entries.length;
        if (proof.openings.length != count) revert AggregateVerifierOpeningCount(proof.openings.length, count);
        int32[] memory values = new int32[](count);
        uint32[] memory weights = new uint32[](count);
        bytes32 running = 0;
        for (uint256 i = 0; i < count; ++i) {
            UpdateEntry calldata entry = proof.entries[i];
            running = CommitmentLib.extend(running, entry.trainer, entry.weight, entry.commitment);
            _requireVector(statement, proof.openings[i], index, KIND_UPDATE, entry.commitment);
            values[i] = _coordinate(proof.openings[i], proof.coordinate);
            weights[i] = entry.weight;
        }
        if (running != statement.setHash) revert AggregateVerifierWrongSet(running, statement.setHash);
        int32 base = _coordinate(proof.baseOpening, proof.coordinate);
        return ICombiningRule(statement.rule).combine(values, weights, base, statement.ruleArgument);
    }

    /// @dev A chunk that cannot be part of any vector: a wrong sum, or bytes that are not canonical.
    function _isMalformed(
        bytes calldata opening,
        uint256 index,
        uint256 dimension
    ) private pure returns (bool) {
        (bool canonical, uint256 sum) = MerkleSumTree.inspect(opening.chunkOf(), index, dimension);
        return !canonical || sum != uint128(bytes16(opening[:MerkleSumTree.SUM_BYTES]));
    }

    function _requireVector(
        AggregateStatement calldata statement,
        bytes calldata opening,
        uint256 index,
        uint8 kind,
        bytes32 required
    ) private view {
        (bytes32 hash, uint256 sum) = opening.rootOf(index, statement.dimension);
        // SAFETY: `rootOf` refuses sums beyond 128 bits.
        bytes32 given = CommitmentLib.vector(hash, uint128(sum), statement.dimension, kind, statement.fractionBits);
        if (given != required) revert AggregateVerifierWrongVector(given, required);
    }

    function _coordinate(bytes calldata opening, uint256 coordinate) private pure returns (int32) {
        return opening.chunkOf().coordinateOf(coordinate % MerkleSumTree.CHUNK_COORDINATES);
    }
}
