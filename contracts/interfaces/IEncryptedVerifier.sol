// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChunkClaim} from "../types/EncryptedTypes.sol";

/// @title Checks one chunk of what parties of an encrypted task post
/// @notice Stateless. Numbers are big-endian and of fixed length: L bytes modulo n, 2 L modulo n^2.
interface IEncryptedVerifier {
    /// @notice The bytes are not the public key that the task agreed on.
    error EncryptedVerifierWrongKey(bytes32 given, bytes32 agreed);
    /// @notice A part of the proof has another length than it must have.
    error EncryptedVerifierLength(uint256 length, uint256 required);
    /// @notice A path does not lead from its chunk to the root.
    error EncryptedVerifierWrongPath(bytes32 found, bytes32 root);

    /// @notice Whether the chunk is what its kind asks for; reverts where the proof is malformed or not of the claim's
    /// statements.
    /// @param proof ABI encoding, by the claim's kind:
    /// Update: (bytes key, bytes ciphertext, bytes plaintextProof, bytes32[] path);
    /// Sum: (bytes key, bytes sum, bytes32[] path, bytes[] ciphertexts, bytes32[] proofHashes, bytes32[][] paths);
    /// Share: (bytes key, bytes sum, bytes32[] sumPath, bytes share, bytes32[] path, bytes shareProof);
    /// Result: (bytes key, bytes sum, bytes32[] sumPath, bytes opening, bytes32[] path);
    /// Model: (bytes modelOpening, bytes baseOpening, bytes[] openings, bytes32[][] paths).
    function isRight(ChunkClaim calldata claim, bytes calldata proof) external view returns (bool);
}
