// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEncryptedTask} from "../interfaces/IEncryptedTask.sol";
import {EncryptedArguments} from "../libraries/EncryptedArguments.sol";
import {Standing} from "../types/EncryptedRecords.sol";
import {EncryptedPhase} from "../types/EncryptedTypes.sol";
import {KeyCeremony} from "./KeyCeremony.sol";

/// @title The chance by which an accepted set is dealt into groups
/// @dev INV-GROUP-2: the seed follows from the hash of the block that froze the set: nobody knew it while it could
/// still act on the set, and a transaction that freezes cannot be taken back for a dealing that its sender does not
/// like. A set that changed is dealt anew; one whose sum was struck is not. INV-GROUP-3: no sum is proposed before.
/// Bias: the builder of that one block may choose among as many dealings as it has time to hash.
/// Tasks of one group have no seed.
abstract contract GroupSeed is KeyCeremony {
    /// @dev Zero before the set is dealt.
    bytes32 private _seed;
    /// @dev The block whose hash the seed follows from; 0 once it did.
    uint256 private _seedBlock;

    /// @inheritdoc IEncryptedTask
    function dealGroups(uint24 turn) external {
        Standing memory s = _read();
        _requireNamed(s.turn, turn);
        _requirePhase(s, EncryptedPhase.Sum);
        uint256 seedBlock = _seedBlock;
        if (seedBlock == 0 || block.number <= seedBlock) revert EncryptedTaskNotDue(s.phase, s.deadline);
        bytes32 blockHash = blockhash(seedBlock);
        if (blockHash == 0) {
            // Nobody came for 256 blocks: this one decides.
            _seedBlock = block.number;
            return;
        }
        _seedBlock = 0;
        _seed = keccak256(abi.encode(blockHash, address(this), turn));
        emit GroupsDealt(turn, _seed);
    }

    /// @inheritdoc IEncryptedTask
    function dealing() public view returns (bytes32) {
        return EncryptedArguments.groups() == 1 || _seedBlock != 0 ? bytes32(0) : _seed;
    }

    /// @dev A set is frozen: what it is dealt by follows from this block.
    function _armSeed() internal {
        if (EncryptedArguments.groups() != 1) _seedBlock = block.number;
    }

    /// @dev A sum is of the dealing that its author means.
    function _requireDealt(bytes32 named) internal view {
        bytes32 seed = dealing();
        _requireNamed(uint256(seed), uint256(named));
        if (EncryptedArguments.groups() != 1) _requireRoot(seed);
    }
}
