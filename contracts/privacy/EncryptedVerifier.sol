// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEncryptedVerifier} from "../interfaces/IEncryptedVerifier.sol";
import {ChunkTree} from "../libraries/ChunkTree.sol";
import {CommitmentLib} from "../libraries/CommitmentLib.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {GroupDealing} from "../libraries/GroupDealing.sol";
import {LongNumber} from "../libraries/LongNumber.sol";
import {MerkleSumTree} from "../libraries/MerkleSumTree.sol";
import {OrderStatistics} from "../libraries/OrderStatistics.sol";
import {PackedSlots} from "../libraries/PackedSlots.sol";
import {PaillierKey} from "../libraries/PaillierKey.sol";
import {PaillierProofs} from "../libraries/PaillierProofs.sol";
import {ModelProof, ResultProof, ShareProof, SumProof, UpdateProof} from "../types/EncryptedProofs.sol";
import {ChunkClaim, StatementKind} from "../types/EncryptedTypes.sol";
import {KIND_MODEL} from "../types/TaskTypes.sol";

/// @title Checks one chunk of what parties of an encrypted task post
/// @notice Stateless. Holds no money and trusts nobody but the parties' check of their key.
/// @dev INV-SHOW-1: whoever posted what the protocol asks for can show every chunk of it. INV-SHOW-2: nobody can show a
/// chunk that is anything else, but for the odds of a challenge of 128 bits.
/// A proof is read where it lies in the call: the compiler checks that each part of it ends within the call. An offset
/// that leads out of the proof leads to other bytes of the same call, which are checked like those of the proof.
contract EncryptedVerifier is IEncryptedVerifier {
    using MerkleSumTree for bytes;

    /// @dev What is read of a claim once and not 64 times.
    struct SlotFormat {
        uint256 slotBits;
        uint256 valueBits;
        uint256 totalWeight;
        uint256 scaleBits;
    }

    /// @dev By how much a proof's exponent is longer than the one it hides: 256 bits, and a byte for the sum's carry.
    uint256 private constant SLACK_BYTES = 33;

    /// @inheritdoc IEncryptedVerifier
    function isRight(ChunkClaim calldata claim, bytes calldata proof) external view returns (bool) {
        if (claim.kind == StatementKind.Update) return _isUpdate(claim, proof);
        if (claim.kind == StatementKind.Sum) return _isSum(claim, proof);
        if (claim.kind == StatementKind.Share) return _isShare(claim, proof);
        if (claim.kind == StatementKind.Result) return _isResult(claim, proof);
        if (claim.kind == StatementKind.Model) return _isModel(claim, proof);
        return false;
    }

    // ------------------------------------------------------------------ by kind

    /// @dev An encryption of something that its author knew.
    function _isUpdate(ChunkClaim calldata claim, bytes calldata proof) private view returns (bool) {
        UpdateProof calldata shown;
        // The proof are the fields of this struct, as `abi.encode` lays them out.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            shown := proof.offset
        }
        uint256 length = claim.modulusBytes;
        _requireLength(shown.ciphertext, 2 * length);
        _requireLength(shown.plaintextProof, 3 * length + length / 2 + SLACK_BYTES);
        bytes32 leaf = ChunkTree.updateLeafOf(shown.ciphertext, sha256(shown.plaintextProof));
        _requirePath(claim.chunk, claim.chunks, leaf, shown.path, claim.root);
        return
            PaillierProofs.isEncryption(
                _readKey(claim, shown.key),
                shown.ciphertext,
                shown.plaintextProof,
                _contextOf(claim)
            );
    }

    /// @dev The product of a group's ciphertexts to their weights. Nothing is asked of them here, not even their
    /// range: so there always is one right sum, and nobody is struck for what another party posted.
    function _isSum(ChunkClaim calldata claim, bytes calldata proof) private view returns (bool) {
        SumProof calldata shown;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            shown := proof.offset
        }
        (bytes32[] memory inputs, uint256[] memory weights) = _groupOf(claim, claim.chunk / claim.chunks);
        uint256 count = inputs.length;
        _requireCount(shown.ciphertexts.length, count);
        _openChunk(claim, shown.sum, 2, shown.path, claim.root);
        for (uint256 i = 0; i < count; ++i) {
            bytes calldata ciphertext = shown.ciphertexts[i];
            _requireLength(ciphertext, 2 * uint256(claim.modulusBytes));
            bytes32 leaf = ChunkTree.updateLeafOf(ciphertext, shown.proofHashes[i]);
            _requirePath(claim.chunk % claim.chunks, claim.chunks, leaf, shown.paths[i], inputs[i]);
        }
        PaillierKey.Key memory key = _readKey(claim, shown.key);
        bytes memory right = PaillierProofs.weightedProduct(key, shown.ciphertexts, weights);
        return LongNumber.isEqual(right, shown.sum);
    }

    /// @dev The accused's share of the n-th root of the sum.
    function _isShare(ChunkClaim calldata claim, bytes calldata proof) private view returns (bool) {
        ShareProof calldata shown;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            shown := proof.offset
        }
        uint256 length = claim.modulusBytes;
        _requireLength(shown.shareProof, 3 * length + SLACK_BYTES);
        _openChunk(claim, shown.sum, 2, shown.sumPath, claim.sumRoot);
        _openChunk(claim, shown.share, 1, shown.path, claim.root);
        return
            PaillierProofs.isShare(
                _readKey(claim, shown.key),
                PaillierKey.verifierOf(shown.key, length, claim.party),
                shown.sum,
                shown.share,
                shown.shareProof,
                _contextOf(claim)
            );
    }

    /// @dev Plaintext and n-th root of the sum.
    function _isResult(ChunkClaim calldata claim, bytes calldata proof) private view returns (bool) {
        ResultProof calldata shown;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            shown := proof.offset
        }
        _openChunk(claim, shown.sum, 2, shown.sumPath, claim.sumRoot);
        _openChunk(claim, shown.opening, 2, shown.path, claim.root);
        return PaillierProofs.isOpening(_readKey(claim, shown.key), shown.sum, shown.opening);
    }

    /// @dev 64 coordinates of the new model: the old ones moved by what the opened sums say.
    function _isModel(ChunkClaim calldata claim, bytes calldata proof) private view returns (bool) {
        ModelProof calldata shown;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            shown := proof.offset
        }
        bytes calldata opening = shown.modelOpening;
        _openVector(claim, opening, claim.root);
        _openVector(claim, shown.baseOpening, claim.baseModel);
        (bool canonical, uint256 sum) = opening.chunkOf().inspect(claim.chunk, claim.dimension);
        if (!canonical || sum != uint128(bytes16(opening[:MerkleSumTree.SUM_BYTES]))) return false;
        int256[] memory steps = _stepsOf(claim, shown);
        bytes calldata model = opening.chunkOf();
        bytes calldata base = shown.baseOpening.chunkOf();
        for (uint256 i = 0; i < steps.length; ++i) {
            if (model.coordinateOf(i) != FixedPoint.clamp(base.coordinateOf(i) + steps[i])) return false;
        }
        return true;
    }

    // ------------------------------------------------------------------ groups

    /// @dev Roots and weights of the accepted updates of one group, in the order of their places.
    function _groupOf(
        ChunkClaim calldata claim,
        uint256 group
    ) private pure returns (bytes32[] memory inputs, uint256[] memory weights) {
        uint256[] memory dealt = GroupDealing.deal(claim.seed, claim.inputs.length, claim.groups);
        uint256 count = 0;
        for (uint256 i = 0; i < dealt.length; ++i) if (dealt[i] == group) ++count;
        (inputs, weights) = (new bytes32[](count), new uint256[](count));
        count = 0;
        for (uint256 i = 0; i < dealt.length; ++i) {
            if (dealt[i] != group) continue;
            (inputs[count], weights[count]) = (claim.inputs[i], claim.weights[i]);
            ++count;
        }
    }

    /// @dev How far the groups move every coordinate of the chunk: the median of what each of them would. INV-GROUP-5:
    /// groups of which fewer than half say anything else leave it between two of the others.
    function _stepsOf(
        ChunkClaim calldata claim,
        ModelProof calldata shown
    ) private pure returns (int256[] memory steps) {
        uint256 groups = claim.groups;
        if (groups == 1) return _stepsOfGroup(claim, shown, 0, _formatOf(claim, claim.totalWeight));
        int256[][] memory byGroup = new int256[][](groups);
        for (uint256 group = 0; group < groups; ++group) {
            SlotFormat memory format = _formatOf(claim, _weightOf(claim, group));
            byGroup[group] = _stepsOfGroup(claim, shown, group, format);
        }
        steps = byGroup[0];
        int256[] memory row = new int256[](groups);
        for (uint256 i = 0; i < steps.length; ++i) {
            for (uint256 group = 0; group < groups; ++group) row[group] = byGroup[group][i];
            steps[i] = OrderStatistics.middle(row);
        }
    }

    function _weightOf(ChunkClaim calldata claim, uint256 group) private pure returns (uint256 total) {
        (, uint256[] memory weights) = _groupOf(claim, group);
        for (uint256 i = 0; i < weights.length; ++i) total += weights[i];
    }

    // ------------------------------------------------------------------ coordinates

    /// @dev How far a group's opened sum moves every coordinate of the chunk, in steps of the lattice.
    function _stepsOfGroup(
        ChunkClaim calldata claim,
        ModelProof calldata shown,
        uint256 group,
        SlotFormat memory format
    ) private pure returns (int256[] memory steps) {
        uint256 slots = PackedSlots.slotsOf(claim.modulusBytes, claim.slotBits);
        uint256 at = uint256(claim.chunk) * MerkleSumTree.CHUNK_COORDINATES;
        uint256 left = claim.dimension - at;
        if (left > MerkleSumTree.CHUNK_COORDINATES) left = MerkleSumTree.CHUNK_COORDINATES;
        steps = new int256[](left);
        uint256 count = (at + left - 1) / slots - at / slots + 1;
        _requireCount(shown.openings.length, count * claim.groups);
        for (uint256 i = 0; i < count; ++i) {
            uint256 index = group * claim.chunks + at / slots + i;
            bytes calldata plaintext = _openPlaintext(claim, shown, group * count + i, index);
            uint256 filled = steps.length - left;
            left -= _fillSteps(format, plaintext, (at + filled) % slots, slots, steps, filled);
        }
    }

    function _formatOf(ChunkClaim calldata claim, uint256 weight) private pure returns (SlotFormat memory) {
        return SlotFormat(claim.slotBits, claim.valueBits, weight, claim.scaleBits);
    }

    /// @dev The plaintext of one ciphertext, held against the result.
    function _openPlaintext(
        ChunkClaim calldata claim,
        ModelProof calldata shown,
        uint256 place,
        uint256 index
    ) private pure returns (bytes calldata) {
        bytes calldata opening = shown.openings[place];
        _requireLength(opening, 2 * uint256(claim.modulusBytes));
        _requirePath(index, _leavesOf(claim), ChunkTree.leafOf(opening), shown.paths[place], claim.resultRoot);
        return opening[:claim.modulusBytes];
    }

    /// @dev Reads steps from slot `slot` on, until they are all there or the plaintext ends; how many it read.
    function _fillSteps(
        SlotFormat memory format,
        bytes calldata plaintext,
        uint256 slot,
        uint256 slots,
        int256[] memory steps,
        uint256 filled
    ) private pure returns (uint256 read) {
        read = slots - slot;
        if (read > steps.length - filled) read = steps.length - filled;
        for (uint256 i = 0; i < read; ++i) {
            uint256 held = PackedSlots.slotAt(plaintext, slot + i, format.slotBits);
            int256 sum = PackedSlots.sumOf(held, format.valueBits, format.totalWeight);
            steps[filled + i] = FixedPoint.divide(sum << format.scaleBits, format.totalWeight);
        }
    }

    // ------------------------------------------------------------------ statements

    function _readKey(
        ChunkClaim calldata claim,
        bytes calldata data
    ) private view returns (PaillierKey.Key memory) {
        bytes32 given = keccak256(data);
        if (given != claim.keyHash) revert EncryptedVerifierWrongKey(given, claim.keyHash);
        return PaillierKey.read(data, claim.modulusBytes, claim.parties);
    }

    /// @dev What a proof about the claim's chunk is bound to.
    function _contextOf(ChunkClaim calldata claim) private pure returns (bytes memory) {
        return abi.encode(claim.binding, claim.chunk);
    }

    /// @dev Ciphertexts of the sums of all groups, and so shares and openings of them.
    function _leavesOf(ChunkClaim calldata claim) private pure returns (uint256) {
        return uint256(claim.chunks) * claim.groups;
    }

    /// @dev Holds the claim's chunk of a sum, of its shares or of its openings against its root. It has `lengths` times
    /// the modulus' length.
    function _openChunk(
        ChunkClaim calldata claim,
        bytes calldata chunk,
        uint256 lengths,
        bytes32[] calldata path,
        bytes32 root
    ) private pure {
        _requireLength(chunk, lengths * claim.modulusBytes);
        _requirePath(claim.chunk, _leavesOf(claim), ChunkTree.leafOf(chunk), path, root);
    }

    /// @dev A statement's leaf at an index lies under its root.
    function _requirePath(
        uint256 index,
        uint256 leaves,
        bytes32 leaf,
        bytes32[] calldata path,
        bytes32 root
    ) private pure {
        bytes32 found = ChunkTree.rootFrom(leaf, index, path, leaves);
        if (found != root) revert EncryptedVerifierWrongPath(found, root);
    }

    /// @dev Holds the claim's chunk of a model against its commitment.
    function _openVector(ChunkClaim calldata claim, bytes calldata opening, bytes32 required) private view {
        (bytes32 hash, uint256 sum) = opening.rootOf(claim.chunk, claim.dimension);
        // SAFETY: `rootOf` refuses sums beyond 128 bits.
        bytes32 found = CommitmentLib.vector(
            hash,
            uint128(sum),
            claim.dimension,
            KIND_MODEL,
            claim.fractionBits
        );
        if (found != required) revert EncryptedVerifierWrongPath(found, required);
    }

    function _requireLength(bytes calldata part, uint256 required) private pure {
        _requireCount(part.length, required);
    }

    function _requireCount(uint256 length, uint256 required) private pure {
        if (length != required) revert EncryptedVerifierLength(length, required);
    }
}
