// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The one formula of every commitment
/// @notice Commitments to vectors, EIP-712 hashes of updates and the running hash of a round's reveals.
library CommitmentLib {
    /// @dev Bumped when the bytes of a vector or of its tree change.
    uint16 internal constant ENCODING_VERSION = 1;

    bytes32 internal constant VECTOR_DOMAIN = keccak256("Gradbond.VectorCommitment");

    bytes32 internal constant UPDATE_TYPEHASH =
        keccak256(
            // solhint-disable-next-line max-line-length
            "Update(address task,uint32 round,uint32 attempt,bytes32 baseModel,address trainer,bytes32 commitment,bytes32 contentId,uint64 report,bytes32 salt)"
        );

    bytes32 internal constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 internal constant DOMAIN_NAME_HASH = keccak256("Gradbond");
    bytes32 internal constant DOMAIN_VERSION_HASH = keccak256("1");

    /// @notice The commitment to a vector: its tree's root with all that says how to read it.
    function vector(
        bytes32 rootHash,
        uint128 rootSum,
        uint32 dimension,
        uint8 kind,
        uint8 fractionBits
    ) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(VECTOR_DOMAIN, rootHash, rootSum, dimension, ENCODING_VERSION, kind, fractionBits)
            );
    }

    /// @notice The running hash of a list of updates, one entry further.
    function extend(
        bytes32 running,
        address trainer,
        uint32 weight,
        bytes32 commitment
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(running, trainer, weight, commitment));
    }

    /// @notice What a trainer is held to after its reveal: that it published this vector in this round.
    function record(uint24 round, bytes32 commitment) internal pure returns (bytes32) {
        return keccak256(abi.encode(round, commitment));
    }

    /// @notice The EIP-712 hash of a struct, bound to this chain and this contract.
    function typedData(bytes32 structHash) internal view returns (bytes32) {
        bytes32 separator = keccak256(
            abi.encode(DOMAIN_TYPEHASH, DOMAIN_NAME_HASH, DOMAIN_VERSION_HASH, block.chainid, address(this))
        );
        // EIP-712 itself asks for the packed form; all three parts have a fixed length.
        return keccak256(bytes.concat(hex"1901", separator, structHash));
    }
}
