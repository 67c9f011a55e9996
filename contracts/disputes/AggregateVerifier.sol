// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAggregateVerifier} from "../interfaces/IAggregateVerifier.sol";
import {ICombiningRule} from "../interfaces/ICombiningRule.sol";
import {IWeighingRule} from "../interfaces/IWeighingRule.sol";
import {CommitmentLib} from "../libraries/CommitmentLib.sol";
import {FigureTable} from "../libraries/FigureTable.sol";
import {MerkleSumTree} from "../libraries/MerkleSumTree.sol";
import {WeighedRows} from "../libraries/WeighedRows.sol";
import {
    AggregateProof,
    AggregateStatement,
    EntryProof,
    EntryStatement,
    KIND_MODEL,
    KIND_UPDATE,
    Reputation,
    UpdateEntry
} from "../types/TaskTypes.sol";
import {NEEDS_DISTANCES, NEEDS_REPUTATIONS, NEEDS_TRUST, RoundFigures, Weighing} from "../types/WeighingTypes.sol";

/// @title Recomputes one coordinate of a disputed aggregate, or one chunk of a disputed distance
/// @notice Stateless: opens one chunk of the proposed model, of the old model and of every accepted update, checks
/// each against its commitment, and applies the task's rules. Holds no money and trusts nobody.
/// @dev INV-JUDGE-1: a right aggregate is never convicted. INV-JUDGE-2: a wrong coordinate, opened, always is.
/// INV-JUDGE-3: a chunk's sum of squared differences convicts exactly those who stand for another one.
/// A weighing rule that reverted would let a wrong model stand, and catching it would let a challenger that gives too
/// little gas convict a right one: so none of them may revert (`IWeighingRule`), and nothing is caught.
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
        uint256 needs = FigureTable.needsOf(statement.weighing, statement.weighingArgument);
        // First, for it needs nothing of what the proposer may hide.
        if (_isTableWrong(statement, proof.table, needs)) return true;
        uint256 index = proof.coordinate / MerkleSumTree.CHUNK_COORDINATES;
        _openVector(statement, proof.modelOpening, index, KIND_MODEL, statement.model);
        if (_isMalformed(proof.modelOpening, index, statement.dimension)) return true;
        return _recompute(statement, proof, needs) != _coordinate(proof.modelOpening, proof.coordinate);
    }

    /// @inheritdoc IAggregateVerifier
    function isWrongEntry(
        EntryStatement calldata statement,
        EntryProof calldata proof
    ) external view returns (bool) {
        UpdateEntry[] calldata entries = proof.entries;
        _requireSet(entries, statement.setHash);
        bytes32 other = statement.other == entries.length ? statement.trust : entries[statement.other].commitment;
        _openUpdate(statement, proof.oneOpening, entries[statement.one].commitment);
        _openUpdate(statement, proof.otherOpening, other);
        uint256 filled = statement.dimension - statement.chunk * MerkleSumTree.CHUNK_COORDINATES;
        uint256 sum = _squaredDistance(proof.oneOpening.chunkOf(), proof.otherOpening.chunkOf(), filled);
        return sum != statement.claim;
    }

    // ------------------------------------------------------------------ one coordinate

    /// @dev The coordinate that the accepted updates and the old model give.
    function _recompute(
        AggregateStatement calldata statement,
        AggregateProof calldata proof,
        uint256 needs
    ) private view returns (int32) {
        uint256 index = proof.coordinate / MerkleSumTree.CHUNK_COORDINATES;
        _openVector(statement, proof.baseOpening, index, KIND_MODEL, statement.base);
        (int32[] memory values, RoundFigures memory figures) = _openUpdates(statement, proof, index);
        uint32[] memory weights = figures.samples;
        if (statement.weighing != address(0)) {
            _complete(figures, statement, proof, needs);
            Weighing memory weighing = IWeighingRule(statement.weighing).weigh(figures, statement.weighingArgument);
            values = WeighedRows.rowsOf(weighing, values);
            weights = weighing.weights;
        }
        int32 base = _coordinate(proof.baseOpening, proof.coordinate);
        return ICombiningRule(statement.rule).combine(values, weights, base, statement.ruleArgument);
    }

    /// @dev That coordinate in every accepted update, with samples and squared lengths.
    function _openUpdates(
        AggregateStatement calldata statement,
        AggregateProof calldata proof,
        uint256 index
    ) private view returns (int32[] memory values, RoundFigures memory figures) {
        uint256 count = proof.entries.length;
        if (proof.openings.length != count) revert AggregateVerifierOpeningCount(proof.openings.length, count);
        _requireSet(proof.entries, statement.setHash);
        values = new int32[](count);
        figures.samples = new uint32[](count);
        figures.norms = new uint256[](count);
        figures.scale = 1;
        for (uint256 i = 0; i < count; ++i) {
            UpdateEntry calldata entry = proof.entries[i];
            bytes calldata opening = proof.openings[i];
            // As the tree claims it: whoever claims another one than its own is slashed for it.
            figures.norms[i] = _openVector(statement, opening, index, KIND_UPDATE, entry.commitment);
            values[i] = _coordinate(opening, proof.coordinate);
            figures.samples[i] = entry.weight;
        }
    }

    // ------------------------------------------------------------------ figures of the round

    /// @dev Whether the proposer lacks a table of the length that the rule reads.
    function _isTableWrong(
        AggregateStatement calldata statement,
        bytes calldata table,
        uint256 needs
    ) private pure returns (bool) {
        uint256 required = FigureTable.lengthOf(needs, statement.accepted, statement.trust);
        if (required == 0) return false;
        if (statement.table == 0) return true;
        bytes32 given = keccak256(table);
        if (given != statement.table) revert AggregateVerifierWrongTable(given, statement.table);
        return table.length != required;
    }

    /// @dev Adds what the rule reads beside samples and lengths; what the round does not have is zero.
    function _complete(
        RoundFigures memory figures,
        AggregateStatement calldata statement,
        AggregateProof calldata proof,
        uint256 needs
    ) private pure {
        uint256 count = proof.entries.length;
        uint256 pairs = FigureTable.pairsOf(needs, count);
        if (needs & NEEDS_DISTANCES != 0) figures.distances = FigureTable.entries(proof.table, 0, pairs);
        if (needs & NEEDS_TRUST != 0) {
            figures.trustDistances = new uint256[](count);
            if (statement.trust != 0) {
                figures.trustNorm = _trustNorm(statement, proof);
                figures.trustDistances = FigureTable.entries(proof.table, pairs, count);
            }
        }
        if (needs & NEEDS_REPUTATIONS != 0) figures.reputations = _reputations(statement, proof);
    }

    /// @dev The root alone says it: no chunk of the trusted vector is needed.
    function _trustNorm(
        AggregateStatement calldata statement,
        AggregateProof calldata proof
    ) private pure returns (uint256) {
        bytes32 given = CommitmentLib.vector(
            proof.trustRoot.hash,
            proof.trustRoot.sum,
            statement.dimension,
            KIND_UPDATE,
            statement.fractionBits
        );
        if (given != statement.trust) revert AggregateVerifierWrongVector(given, statement.trust);
        return proof.trustRoot.sum;
    }

    /// @dev Of every accepted update's trainer; zero for whoever is not listed.
    function _reputations(
        AggregateStatement calldata statement,
        AggregateProof calldata proof
    ) private pure returns (uint32[] memory reputations) {
        reputations = new uint32[](proof.entries.length);
        if (statement.reputations == 0) return reputations;
        bytes32 given = keccak256(abi.encode(proof.reputations));
        if (given != statement.reputations) revert AggregateVerifierWrongReputations(given, statement.reputations);
        for (uint256 i = 0; i < reputations.length; ++i) {
            reputations[i] = _reputationOf(proof.reputations, proof.entries[i].trainer);
        }
    }

    /// @dev The list ascends by address; `RoundTables` takes no other.
    function _reputationOf(Reputation[] calldata list, address trainer) private pure returns (uint32) {
        uint256 low = 0;
        uint256 high = list.length;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            Reputation calldata entry = list[middle];
            if (entry.trainer == trainer) return entry.reputation;
            if (entry.trainer < trainer) low = middle + 1;
            else high = middle;
        }
        return 0;
    }

    // ------------------------------------------------------------------ vectors

    /// @dev A chunk that cannot be part of any vector: a wrong sum, or bytes that are not canonical.
    function _isMalformed(
        bytes calldata opening,
        uint256 index,
        uint256 dimension
    ) private pure returns (bool) {
        (bool canonical, uint256 sum) = MerkleSumTree.inspect(opening.chunkOf(), index, dimension);
        return !canonical || sum != uint128(bytes16(opening[:MerkleSumTree.SUM_BYTES]));
    }

    /// @dev Beyond the dimension there is nothing to compare, whatever a lying tree has there.
    function _squaredDistance(
        bytes calldata one,
        bytes calldata other,
        uint256 filled
    ) private pure returns (uint256 sum) {
        if (filled > MerkleSumTree.CHUNK_COORDINATES) filled = MerkleSumTree.CHUNK_COORDINATES;
        for (uint256 i = 0; i < filled; ++i) {
            int256 difference = int256(one.coordinateOf(i)) - other.coordinateOf(i);
            sum += uint256(difference * difference);
        }
    }

    function _requireSet(UpdateEntry[] calldata entries, bytes32 required) private pure {
        bytes32 running = 0;
        for (uint256 i = 0; i < entries.length; ++i) {
            running = CommitmentLib.extend(running, entries[i].trainer, entries[i].weight, entries[i].commitment);
        }
        if (running != required) revert AggregateVerifierWrongSet(running, required);
    }

    function _openVector(
        AggregateStatement calldata statement,
        bytes calldata opening,
        uint256 index,
        uint8 kind,
        bytes32 required
    ) private view returns (uint256) {
        return _open(opening, index, statement.dimension, kind, statement.fractionBits, required);
    }

    function _openUpdate(EntryStatement calldata statement, bytes calldata opening, bytes32 required) private view {
        _open(opening, statement.chunk, statement.dimension, KIND_UPDATE, statement.fractionBits, required);
    }

    /// @dev The sum at the root of the vector that an opening leads to, which must be the required one.
    function _open(
        bytes calldata opening,
        uint256 index,
        uint32 dimension,
        uint8 kind,
        uint8 fractionBits,
        bytes32 required
    ) private view returns (uint256) {
        (bytes32 hash, uint256 sum) = opening.rootOf(index, dimension);
        // SAFETY: `rootOf` refuses sums beyond 128 bits.
        bytes32 given = CommitmentLib.vector(hash, uint128(sum), dimension, kind, fractionBits);
        if (given != required) revert AggregateVerifierWrongVector(given, required);
        return sum;
    }

    function _coordinate(bytes calldata opening, uint256 coordinate) private pure returns (int32) {
        return opening.chunkOf().coordinateOf(coordinate % MerkleSumTree.CHUNK_COORDINATES);
    }
}
