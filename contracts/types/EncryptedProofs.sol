// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev What shows a chunk, by its kind. The fields are encoded one after the other, as a call's arguments are.
/// Numbers are big-endian, L bytes each or as said; a path has its siblings from the leaf up.

struct UpdateProof {
    bytes key;
    bytes ciphertext; // C, 2 L
    bytes plaintextProof; // A (2 L), d (L), z (L / 2 + 33)
    bytes32[] path;
}

struct SumProof {
    bytes key;
    bytes sum; // 2 L
    bytes32[] path;
    bytes[] ciphertexts; // of the accepted updates, 2 L each
    bytes32[] proofHashes; // SHA-256 of the proof beside each
    bytes32[][] paths; // of each in its update
}

struct ShareProof {
    bytes key;
    bytes sum; // C, 2 L
    bytes32[] sumPath;
    bytes share; // x
    bytes32[] path;
    bytes shareProof; // a1, a2 (L each), z (L + 33)
}

struct ResultProof {
    bytes key;
    bytes sum; // C, 2 L
    bytes32[] sumPath;
    bytes opening; // M, r
    bytes32[] path;
}

struct ModelProof {
    bytes modelOpening; // as `MerkleSumTree` takes it
    bytes baseOpening;
    bytes[] openings; // M, r of each ciphertext with one of the coordinates
    bytes32[][] paths; // of each in the result
}
