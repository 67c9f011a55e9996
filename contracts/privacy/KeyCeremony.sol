// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEncryptedTask} from "../interfaces/IEncryptedTask.sol";
import {EncryptedArguments} from "../libraries/EncryptedArguments.sol";
import {PartyMask} from "../libraries/PartyMask.sol";
import {Party, Standing} from "../types/EncryptedRecords.sol";
import {EncryptedPhase, StatementKind} from "../types/EncryptedTypes.sol";
import {Role} from "../types/TaskTypes.sol";
import {EncryptedStore} from "./EncryptedStore.sol";

/// @title Who takes part, and the key that they share
/// @dev The dealer is trusted for the key's secrecy alone: every party checks the key and its own share, and a key
/// counts once everybody who is to hold a share of it has said that both are right. INV-KEY-1: whoever rejects a key
/// or says nothing loses its place and no coin: a dealer could otherwise make parties lose.
abstract contract KeyCeremony is EncryptedStore {
    using PartyMask for uint32;

    // ------------------------------------------------------------------ membership

    /// @inheritdoc IEncryptedTask
    function join(bytes32 encryptionKey) external {
        Standing memory s = _read();
        _requirePhase(s, EncryptedPhase.Join);
        _requireRoot(encryptionKey);
        uint8 place = s.parties;
        if (place >= EncryptedArguments.maxParties() || _seats[msg.sender] != 0) {
            revert EncryptedTaskNoPlace(msg.sender);
        }
        _parties[place].account = msg.sender;
        _seats[msg.sender] = place + 1;
        _encryptionKeys[msg.sender] = encryptionKey;
        s.parties = place + 1;
        _write(s);
        emit PartyJoined(msg.sender, place, encryptionKey);
        _VAULT.lock(msg.sender, Role.Trainer, EncryptedArguments.stake());
    }

    /// @inheritdoc IEncryptedTask
    function topUp() external {
        Standing memory s = _read();
        // Before the first round nobody can lose anything, and after the end nothing is bound any more.
        if (s.phase < EncryptedPhase.Submit || s.phase == EncryptedPhase.Ended) {
            revert EncryptedTaskUnexpectedPhase(s.phase);
        }
        uint8 place = _requireParty();
        uint256 staked = _VAULT.stakeOf(address(this), msg.sender, Role.Trainer).amount;
        uint256 required = EncryptedArguments.stake();
        if (staked >= required) revert EncryptedTaskStakeBound(msg.sender);
        if (s.suspended.has(place)) {
            s.suspended &= ~PartyMask.at(place);
            // It may act at once, but is not late in a phase of which it may have had a second.
            s.restored |= PartyMask.at(place);
            _write(s);
        }
        emit PartyToppedUp(msg.sender, required - staked);
        _VAULT.lock(msg.sender, Role.Trainer, required - staked);
    }

    /// @inheritdoc IEncryptedTask
    function withdraw(Role role) external {
        if (role == Role.Challenger) {
            if (_question.kind != StatementKind.None && _question.asker == msg.sender) {
                revert EncryptedTaskStakeBound(msg.sender);
            }
            // A bond has no unbonding time: what it answers for is over.
            _VAULT.unbond(msg.sender, role, block.timestamp);
        }
        _VAULT.release(msg.sender, role);
    }

    // ------------------------------------------------------------------ the key

    /// @inheritdoc IEncryptedTask
    function postKey(uint8 ceremony, bytes32 hash, bytes32 content) external {
        Standing memory s = _read();
        if (msg.sender != EncryptedArguments.dealer()) revert EncryptedTaskUnauthorized(msg.sender);
        _requireNamed(s.ceremony, ceremony);
        _requirePhase(s, EncryptedPhase.Deal);
        _requireRoot(hash);
        _keyHash = hash;
        (s.confirmed, s.leftOut) = (0, 0);
        _begin(s, EncryptedPhase.Confirm, EncryptedArguments.confirmSeconds());
        _write(s);
        emit KeyPosted(ceremony, hash, content);
    }

    /// @inheritdoc IEncryptedTask
    function confirmKey(uint8 ceremony, bytes32 hash) external {
        (Standing memory s, uint8 place) = _requireUnsaid(ceremony);
        _requireNamed(uint256(_keyHash), uint256(hash));
        s.confirmed |= PartyMask.at(place);
        emit KeyConfirmed(ceremony, msg.sender);
        if (s.confirmed == PartyMask.all(s.parties)) _openRound(s, 1);
        _write(s);
    }

    /// @inheritdoc IEncryptedTask
    function rejectKey(uint8 ceremony) external {
        (Standing memory s, uint8 place) = _requireUnsaid(ceremony);
        s.leftOut |= PartyMask.at(place);
        _write(s);
        _leaveOut(ceremony, msg.sender, true);
    }

    function _requireUnsaid(uint8 ceremony) private view returns (Standing memory s, uint8 place) {
        s = _read();
        _requireNamed(s.ceremony, ceremony);
        _requirePhase(s, EncryptedPhase.Confirm);
        place = _requireParty();
        _requireNew(s.confirmed | s.leftOut, place);
    }

    // ------------------------------------------------------------------ moving on

    /// @dev Join, Deal or Confirm is over.
    function _advanceCeremony(Standing memory s) internal {
        if (s.phase == EncryptedPhase.Deal) {
            _end(s, 0);
            return;
        }
        if (s.phase == EncryptedPhase.Confirm) _renumber(s);
        if (_isEnough(s.parties)) _requestKey(s);
        else _end(s, 0);
    }

    function _requestKey(Standing memory s) private {
        // Every ceremony after the first has fewer parties: at most 32.
        ++s.ceremony;
        _keyHash = 0;
        _begin(s, EncryptedPhase.Deal, EncryptedArguments.dealSeconds());
        emit KeyRequested(s.ceremony, _accounts(s.parties), s.deadline);
    }

    /// @dev Those that confirmed move up, in their order; at most 32.
    // slither-disable-next-line reentrancy-no-eth
    function _renumber(Standing memory s) private {
        uint8 kept = 0;
        for (uint8 place = 0; place < s.parties; ++place) {
            address account = _parties[place].account;
            delete _parties[place];
            if (s.confirmed.has(place)) {
                _parties[kept] = Party({account: account, weight: 0, bitmap: 0, refusedIn: 0});
                _seats[account] = ++kept;
            } else if (!s.leftOut.has(place)) {
                _leaveOut(s.ceremony, account, false);
            }
        }
        s.parties = kept;
        (s.confirmed, s.leftOut) = (0, 0);
    }

    function _leaveOut(uint8 ceremony, address account, bool rejected) private {
        _seats[account] = 0;
        emit PartyLeftOut(ceremony, account, rejected);
        _unbond(account);
    }

    /// @dev What follows once everybody has confirmed.
    function _openRound(Standing memory s, uint24 round) internal virtual;
}
