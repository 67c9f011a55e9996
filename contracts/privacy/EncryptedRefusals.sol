// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEncryptedTask} from "../interfaces/IEncryptedTask.sol";
import {PartyMask} from "../libraries/PartyMask.sol";
import {Standing} from "../types/EncryptedRecords.sol";
import {EncryptedPhase, StatementKind} from "../types/EncryptedTypes.sol";
import {EncryptedRounds} from "./EncryptedRounds.sol";

/// @title Sums and results that most parties do not find
/// @dev A sum, its opening and its model follow from what everybody has, so every party knows whether a root is right,
/// though not in which chunk it is wrong where the bytes are hidden; to find that by questions costs bonds (ADR 0024).
/// INV-REFUSE-1: more than half of the parties take a proposal away for nothing, fewer never. No stake is touched: the
/// opinion of a majority is no evidence.
abstract contract EncryptedRefusals is EncryptedRounds {
    using PartyMask for uint32;

    /// @inheritdoc IEncryptedTask
    // slither-disable-next-line reentrancy-no-eth
    function refuse(uint24 turn, bytes32 root, bytes32 model) external {
        Standing memory s = _read();
        _requireNamed(s.turn, turn);
        bool isSum = s.phase == EncryptedPhase.SumChallenge;
        _requirePhase(s, isSum ? EncryptedPhase.SumChallenge : EncryptedPhase.ResultChallenge);
        // Whoever asked has put down a bond against this very statement.
        if (_question.kind != StatementKind.None) revert EncryptedTaskQuestion(true);
        uint8 place = _requireParty();
        _requireNew(s.refusing, place);
        _requireNamed(uint256(isSum ? _sumRoot : _resultRoot), uint256(root));
        _requireNamed(isSum ? 0 : uint256(_model), uint256(model));
        s.refusing |= PartyMask.at(place);
        // Of all parties: suspending some must not make a few others the majority.
        bool dropped = 2 * s.refusing.count() > s.parties;
        emit ProposalRefused(turn, msg.sender, root, dropped);
        if (dropped) {
            _parties[(isSum ? s.sumAuthor : s.resultAuthor) - 1].refusedIn = turn;
            if (isSum) _reopenSum(s);
            else _reopenResult(s);
        }
        _write(s);
    }
}
