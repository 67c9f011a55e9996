// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LongNumber} from "./LongNumber.sol";

/// @title The canonical bytes of a threshold key
/// @notice With L bytes of the modulus n and N parties: magic `GPK1`; L, N and the threshold, 2 bytes each; 6 zero
/// bytes; n and g (L each), H = g^n mod n^2 (2 L), v and the N v_i of the parties (L each).
/// @dev What the numbers are worth is not checked here: a task has a key only after its parties checked it and
/// confirmed its hash. They found n odd and without small factors, g, v and all v_i units, and H right.
library PaillierKey {
    bytes4 internal constant MAGIC = "GPK1";
    uint256 internal constant HEADER_BYTES = 16;

    /// @dev A key's bytes with what every check of a proof starts from.
    struct Key {
        uint256 length; // L
        uint256 parties; // N
        bytes modulus; // n
        bytes square; // n^2
        bytes mask; // H
        bytes verifier; // v
    }

    error PaillierKeyHeader(bytes16 header);
    error PaillierKeyLength(uint256 length, uint256 required);

    /// @notice Reads a key of this length and as many parties.
    function read(
        bytes calldata data,
        uint256 length,
        uint256 parties
    ) internal view returns (Key memory key) {
        _requireShape(data, length, parties);
        key.length = length;
        key.parties = parties;
        key.modulus = _part(data, 0, length);
        key.square = LongNumber.squareOf(key.modulus);
        key.mask = _part(data, 2 * length, 2 * length);
        key.verifier = _part(data, 4 * length, length);
    }

    /// @notice v_i of the party at a place.
    function verifierOf(
        bytes calldata data,
        uint256 length,
        uint256 place
    ) internal pure returns (bytes memory) {
        return _part(data, (5 + place) * length, length);
    }

    function _requireShape(bytes calldata data, uint256 length, uint256 parties) private pure {
        uint256 required = HEADER_BYTES + (5 + parties) * length;
        if (data.length != required || length % LongNumber.WORD != 0) {
            revert PaillierKeyLength(data.length, required);
        }
        bytes16 header = bytes16(data[:HEADER_BYTES]);
        // Magic, length and parties; the threshold is nothing that a check of a proof reads.
        if (bytes8(header) != bytes8(bytes.concat(MAGIC, bytes2(uint16(length)), bytes2(uint16(parties))))) {
            revert PaillierKeyHeader(header);
        }
    }

    /// @dev A number, `at` bytes behind the header.
    function _part(bytes calldata data, uint256 at, uint256 length) private pure returns (bytes memory) {
        return data[HEADER_BYTES + at:HEADER_BYTES + at + length];
    }
}
