// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEncryptedTask} from "../interfaces/IEncryptedTask.sol";
import {IRewardPool} from "../interfaces/IRewardPool.sol";
import {AttestationTally} from "../libraries/AttestationTally.sol";
import {EncryptedArguments} from "../libraries/EncryptedArguments.sol";
import {PartyMask} from "../libraries/PartyMask.sol";
import {Standing} from "../types/EncryptedRecords.sol";
import {EncryptedPhase} from "../types/EncryptedTypes.sol";
import {Evidence} from "../types/TaskTypes.sol";
import {GroupSeed} from "./GroupSeed.sol";

/// @title What parties do in a round: submit, attest, sum, share, open
/// @dev INV-SUM-1: one sum a round. Once it stands no further turn of the round opens, so that shares are given for no
/// other: two sums of different sets would show the difference. INV-PAID-1: each reward of a round is booked once, so
/// that the escrow is enough for all of them.
/// The loops run over the parties, at most 32; a test measures them.
abstract contract EncryptedRounds is GroupSeed {
    using AttestationTally for uint256[8];
    using PartyMask for uint32;

    // ------------------------------------------------------------------ calls of the parties

    /// @inheritdoc IEncryptedTask
    function submit(uint24 turn, uint8 weight, bytes32 root, bytes32 content) external {
        Standing memory s = _requireTurn(turn, EncryptedPhase.Submit);
        uint8 place = _requireActive(s);
        _requireNew(s.submitted, place);
        uint256 most = EncryptedArguments.maxWeight();
        if (weight == 0 || weight > most) revert EncryptedTaskBadValue(weight, most);
        _requireRoot(root);
        _parties[place].weight = weight;
        _updateRoots[place] = root;
        s.submitted |= PartyMask.at(place);
        emit UpdateSubmitted(turn, msg.sender, weight, root, content);
        if (_isComplete(s)) _begin(s, EncryptedPhase.Attest, EncryptedArguments.attestSeconds());
        _write(s);
    }

    /// @inheritdoc IEncryptedTask
    function attest(uint24 turn, uint32 bitmap) external {
        Standing memory s = _requireTurn(turn, EncryptedPhase.Attest);
        uint8 place = _requireParty();
        if (!s.submitted.has(place)) revert EncryptedTaskUnauthorized(msg.sender);
        _requireNew(s.attested, place);
        if (bitmap & ~s.submitted != 0) revert EncryptedTaskBadValue(bitmap, s.submitted);
        _parties[place].bitmap = bitmap;
        s.attested |= PartyMask.at(place);
        _write(s);
        emit SubmissionsAttested(turn, msg.sender, bitmap);
    }

    /// @inheritdoc IEncryptedTask
    function proposeSum(uint24 turn, uint32 accepted, bytes32 seed, bytes32 root) external {
        Standing memory s = _requireTurn(turn, EncryptedPhase.Sum);
        uint8 place = _requireProposer(s);
        _requireNamed(s.accepted, accepted);
        _requireDealt(seed);
        _requireRoot(root);
        _sumRoot = root;
        (s.sumAuthor, s.refusing) = (place + 1, 0);
        _begin(s, EncryptedPhase.SumChallenge, EncryptedArguments.challengeSeconds());
        _write(s);
        emit SumProposed(turn, msg.sender, root);
    }

    /// @inheritdoc IEncryptedTask
    function share(uint24 turn, bytes32 sumRoot, bytes32 root, bytes32 content) external {
        Standing memory s = _requireTurn(turn, EncryptedPhase.Share);
        uint8 place = _requireParty();
        _requireNew(s.shared, place);
        _requireNamed(uint256(_sumRoot), uint256(sumRoot));
        _requireRoot(root);
        _shareRoots[place] = root;
        s.shared |= PartyMask.at(place);
        _write(s);
        emit SharesPosted(turn, msg.sender, root, content);
    }

    /// @inheritdoc IEncryptedTask
    function proposeResult(
        uint24 turn,
        bytes32 root,
        bytes32 content,
        bytes32 model,
        bytes32 modelContent
    ) external {
        Standing memory s = _requireTurn(turn, EncryptedPhase.Result);
        uint8 place = _requireProposer(s);
        _requireRoot(root);
        _requireRoot(model);
        _resultRoot = root;
        _model = model;
        (s.resultAuthor, s.refusing) = (place + 1, 0);
        _begin(s, EncryptedPhase.ResultChallenge, EncryptedArguments.challengeSeconds());
        _write(s);
        emit ResultProposed(turn, msg.sender, root, content, model, modelContent);
    }

    /// @dev A proposal that most parties refused is its author's last one of the turn, so that it cannot use them up.
    function _requireProposer(Standing memory s) private view returns (uint8 place) {
        place = _requireActive(s);
        if (_parties[place].refusedIn == s.turn) revert EncryptedTaskUnauthorized(msg.sender);
    }

    function _requireTurn(uint24 turn, EncryptedPhase phase) private view returns (Standing memory s) {
        s = _read();
        _requireNamed(s.turn, turn);
        _requirePhase(s, phase);
    }

    // ------------------------------------------------------------------ when a phase is over

    /// @dev Whether everybody has done what the phase asks for. Where that leads nowhere, since too few are left to do
    /// it, the phase lasts: somebody may still make its stake whole, and nobody can rush the task to its end.
    function _isComplete(Standing memory s) internal view returns (bool) {
        uint32 due = _due(s);
        if (s.phase == EncryptedPhase.Join) return s.parties == EncryptedArguments.maxParties();
        if (s.phase == EncryptedPhase.Confirm) return s.confirmed | s.leftOut == PartyMask.all(s.parties);
        if (s.phase == EncryptedPhase.Submit) {
            return due & ~s.submitted == 0 && _isEnough(s.submitted.count());
        }
        if (s.phase == EncryptedPhase.Attest) return s.attested == s.submitted;
        if (s.phase == EncryptedPhase.Share) {
            return due & ~s.shared == 0 && due != 0 && s.shared.count() >= EncryptedArguments.threshold();
        }
        return false;
    }

    /// @dev A phase of a round is over.
    function _advanceRound(Standing memory s) internal {
        EncryptedPhase phase = s.phase;
        if (phase == EncryptedPhase.Submit) _closeSubmissions(s);
        else if (phase == EncryptedPhase.Attest) _accept(s);
        else if (phase == EncryptedPhase.Sum) _voidTurn(s);
        else if (phase == EncryptedPhase.SumChallenge) _fixSum(s);
        else if (phase == EncryptedPhase.Share) _closeSharing(s);
        else if (phase == EncryptedPhase.Result) _reopenSharing(s, true);
        else _closeRound(s);
    }

    // ------------------------------------------------------------------ turns

    function _openRound(Standing memory s, uint24 round) internal override {
        s.round = round;
        s.answered = 0;
        _openTurn(s);
    }

    function _openTurn(Standing memory s) private {
        ++s.turn;
        (s.submitted, s.attested, s.accepted, s.restored) = (0, 0, 0, 0);
        (s.shared, s.paid, s.period, s.proposals) = (0, 0, 0, 0);
        (s.sumAuthor, s.resultAuthor, s.totalWeight) = (0, 0, 0);
        _begin(s, EncryptedPhase.Submit, EncryptedArguments.submitSeconds());
        emit TurnOpened(s.round, s.turn, _baseModel, s.deadline);
    }

    /// @dev The round is tried again with fresh ciphertexts; too many failures in a row end the task.
    function _voidTurn(Standing memory s) internal {
        ++s.voids;
        emit TurnVoid(s.round, s.turn, s.voids);
        if (s.voids >= EncryptedArguments.maxVoids()) _end(s, s.round - 1);
        else _openTurn(s);
    }

    /// @dev Takes what being late costs from everybody that was due and did nothing.
    function _punishLate(Standing memory s, uint32 done, Evidence evidence, uint256 penalty) private {
        uint32 late = _due(s) & ~done & ~s.restored;
        for (uint8 place = 0; place < s.parties; ++place) {
            if (!late.has(place)) continue;
            uint256 taken = _punish(s, place, evidence, penalty, address(0));
            emit PartyLate(s.turn, _parties[place].account, s.phase, taken);
        }
    }

    // ------------------------------------------------------------------ the set and its sum

    function _closeSubmissions(Standing memory s) private {
        _punishLate(s, s.submitted, Evidence.NoSubmission, EncryptedArguments.submitPenalty());
        if (!_isEnough(s.submitted.count())) _voidTurn(s);
        else _begin(s, EncryptedPhase.Attest, EncryptedArguments.attestSeconds());
    }

    /// @dev Accepted: vouched for by more than half of those that submitted, and by as many as open a sum. Fewer could
    /// open no ciphertext together, and so they must not choose whose updates are summed with theirs either.
    function _accept(Standing memory s) private {
        // slither-disable-next-line uninitialized-local
        uint256[8] memory planes; // zero, as memory is
        for (uint256 place = 0; place < s.parties; ++place) {
            if (s.attested.has(place)) planes.add(_parties[place].bitmap);
        }
        uint256 half = s.submitted.count() / 2;
        uint256 colluders = EncryptedArguments.threshold() - 1;
        // SAFETY: bitmaps have 32 bits.
        s.accepted = uint32(planes.above(half > colluders ? half : colluders)) & s.submitted;
        _openSum(s);
    }

    /// @dev The set may be summed, or is too small to be.
    function _openSum(Standing memory s) internal {
        s.sumAuthor = 0;
        if (!_isEnough(s.accepted.count())) {
            _voidTurn(s);
            return;
        }
        s.totalWeight = 0;
        for (uint256 place = 0; place < s.parties; ++place) {
            if (s.accepted.has(place)) s.totalWeight += _parties[place].weight;
        }
        _begin(s, EncryptedPhase.Sum, EncryptedArguments.sumSeconds());
        _armSeed();
        emit SetFrozen(s.turn, s.accepted, s.totalWeight);
    }

    /// @dev INVARIANT: from here on the round ends, or the task does.
    function _fixSum(Standing memory s) private {
        _POOL.creditRound(
            IRewardPool.RoundCredit({
                accounts: _accounts(s.parties),
                acceptedMask: s.accepted,
                attestedMask: s.attested,
                accepted: s.accepted.count(),
                updateReward: EncryptedArguments.updateReward(),
                attestReward: EncryptedArguments.attestReward(),
                sealer: _parties[s.sumAuthor - 1].account,
                sealReward: EncryptedArguments.sumReward(),
                shares: new uint256[](0)
            })
        );
        s.proposals = 0;
        _openSharing(s);
        emit SumFixed(s.round, s.turn, _sumRoot, s.deadline);
    }

    // ------------------------------------------------------------------ sharing

    function _openSharing(Standing memory s) private view {
        ++s.period;
        s.restored = 0;
        _begin(s, EncryptedPhase.Share, EncryptedArguments.shareSeconds());
    }

    /// @dev Another sharing of the same sum; too many failures in a row end the task.
    /// @param afresh Whether everybody gives its shares again: what was posted may be out of reach.
    function _reopenSharing(Standing memory s, bool afresh) internal {
        ++s.voids;
        if (s.voids >= EncryptedArguments.maxVoids()) {
            _end(s, s.round - 1);
            return;
        }
        if (afresh) s.shared = 0;
        (s.resultAuthor, s.proposals) = (0, 0);
        _openSharing(s);
        emit SharingReopened(s.turn, s.period, s.deadline);
    }

    function _closeSharing(Standing memory s) private {
        _punishLate(s, s.shared, Evidence.NoShares, EncryptedArguments.sharePenalty());
        _payShares(s);
        if (s.shared.count() < EncryptedArguments.threshold()) {
            _reopenSharing(s, false);
            return;
        }
        _begin(s, EncryptedPhase.Result, EncryptedArguments.resultSeconds());
        emit SharingClosed(s.turn, s.shared, s.deadline);
    }

    /// @dev Once a round to each that gave, in whichever sharing.
    function _payShares(Standing memory s) private {
        uint32 unpaid = s.shared & ~s.paid;
        s.paid |= unpaid;
        if (unpaid == 0 || EncryptedArguments.shareReward() == 0) return;
        _POOL.creditRound(
            IRewardPool.RoundCredit({
                accounts: _accounts(s.parties),
                acceptedMask: unpaid,
                attestedMask: 0,
                accepted: 0, // what slashes left is shared by the accepted updates alone
                updateReward: EncryptedArguments.shareReward(),
                attestReward: 0,
                sealer: address(0),
                sealReward: 0,
                shares: new uint256[](0)
            })
        );
    }

    // ------------------------------------------------------------------ the result

    /// @dev Back to proposals, after a struck one.
    function _reopenResult(Standing memory s) internal {
        s.resultAuthor = 0;
        ++s.proposals;
        if (s.proposals > MAX_PROPOSALS) _reopenSharing(s, true);
        else _begin(s, EncryptedPhase.Result, EncryptedArguments.resultSeconds());
    }

    /// @dev The same for a sum.
    function _reopenSum(Standing memory s) internal {
        ++s.proposals;
        if (s.proposals > MAX_PROPOSALS) {
            _voidTurn(s);
            return;
        }
        s.sumAuthor = 0;
        _begin(s, EncryptedPhase.Sum, EncryptedArguments.sumSeconds());
    }

    /// @dev The proposed model is the next base.
    function _closeRound(Standing memory s) private {
        _baseModel = _model;
        s.voids = 0;
        emit RoundFinal(s.round, s.turn, _model);
        _POOL.creditSealer(_parties[s.resultAuthor - 1].account, EncryptedArguments.resultReward());
        if (s.round >= EncryptedArguments.rounds()) _end(s, s.round);
        else _openRound(s, s.round + 1);
    }
}
