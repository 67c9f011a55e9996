// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEncryptedTask} from "../interfaces/IEncryptedTask.sol";
import {EncryptedArguments} from "../libraries/EncryptedArguments.sol";
import {MerkleSumTree} from "../libraries/MerkleSumTree.sol";
import {PartyMask} from "../libraries/PartyMask.sol";
import {Standing} from "../types/EncryptedRecords.sol";
import {ChunkClaim, EncryptedPhase, Question, StatementKind} from "../types/EncryptedTypes.sol";
import {Evidence, Role} from "../types/TaskTypes.sol";
import {EncryptedRefusals} from "./EncryptedRefusals.sol";

/// @title One question for every fault: show this chunk
/// @dev A statement is known by its root alone. Whoever finds one of its chunks wrong, or cannot get it, asks for it
/// under a bond; anybody may show it, and a chunk that cannot be shown right is wrong. INV-QUESTION-1: nothing moves on
/// while a question is open, and after its deadline anybody can close it. INV-QUESTION-3: a bond is lost only to a
/// right answer; a stake only where there was none.
abstract contract EncryptedQuestions is EncryptedRefusals {
    using PartyMask for uint32;

    // ------------------------------------------------------------------ asking and answering

    /// @inheritdoc IEncryptedTask
    function askChunk(uint24 turn, StatementKind kind, uint8 party, uint32 chunk, bytes32 root) external {
        Standing memory s = _read();
        _requireNamed(s.turn, turn);
        _requireAskable(s, kind);
        if (_question.kind != StatementKind.None) revert EncryptedTaskQuestion(true);
        if (s.answered >= MAX_ANSWERED) revert EncryptedTaskBadValue(s.answered, MAX_ANSWERED - 1);
        bytes32 present = _rootOf(s, kind, party);
        if (present == 0 || present != root) revert EncryptedTaskNoSuchStatement(kind, party);
        uint256 last = _chunksOf(kind) - 1;
        if (chunk > last) revert EncryptedTaskBadValue(chunk, last);
        uint256 bond = _bondOf(s.answered);
        uint256 deadline = block.timestamp + EncryptedArguments.answerSeconds();
        _question = Question({
            kind: kind,
            party: party,
            chunk: chunk,
            asker: msg.sender,
            bond: uint128(bond), // SAFETY: the factory's greatest stake doubles 32 times below 2^112.
            deadline: uint40(deadline)
        });
        emit ChunkAsked(turn, msg.sender, kind, _parties[party].account, chunk, bond, deadline);
        _VAULT.lock(msg.sender, Role.Challenger, bond);
    }

    /// @inheritdoc IEncryptedTask
    function showChunk(bytes calldata proof) external {
        Question memory asked = _requireOpen();
        Standing memory s = _read();
        if (block.timestamp >= asked.deadline) revert EncryptedTaskUnexpectedPhase(s.phase);
        if (!_VERIFIER.isRight(_claimOf(s, asked), proof)) revert EncryptedTaskWrongAnswer();
        delete _question;
        ++s.answered;
        _freshWindow(s);
        _write(s);
        emit ChunkShown(s.turn, asked.asker, msg.sender);
        _VAULT.forfeit(asked.asker, asked.bond, msg.sender, EncryptedArguments.answerFee());
    }

    /// @inheritdoc IEncryptedTask
    // slither-disable-next-line reentrancy-no-eth
    function strike() external {
        Question memory asked = _requireOpen();
        Standing memory s = _read();
        if (block.timestamp < asked.deadline) revert EncryptedTaskNotDue(s.phase, asked.deadline);
        delete _question;
        address accused = _parties[asked.party].account;
        // Nobody earns by exposing itself.
        address beneficiary = asked.asker == accused ? address(0) : asked.asker;
        uint256 taken = _punish(
            s,
            asked.party,
            Evidence.WrongStatement,
            EncryptedArguments.wrongPenalty(),
            beneficiary
        );
        emit StatementStruck(s.turn, accused, asked.kind, asked.chunk, asked.asker, taken);
        // The doubt was right: whoever made doubting dear before pays a penalty to do so again.
        s.answered = 0;
        _take(s, asked.kind, PartyMask.at(asked.party));
        _freshWindow(s);
        _write(s);
    }

    // ------------------------------------------------------------------ what a struck statement changes

    function _take(Standing memory s, StatementKind kind, uint32 author) private {
        if (kind == StatementKind.Update) _takeUpdate(s, author);
        else if (kind == StatementKind.Sum) _reopenSum(s);
        else if (kind == StatementKind.Share) _takeShare(s, author);
        else _reopenResult(s);
    }

    /// @dev Neither its update nor its vouching for others is paid.
    function _takeUpdate(Standing memory s, uint32 author) private {
        bool counted = s.accepted & author != 0;
        s.submitted &= ~author;
        s.attested &= ~author;
        s.accepted &= ~author;
        // A sum of another set than the present one is no sum any more.
        if (counted) _openSum(s);
    }

    /// @dev A proposed result stands on its own, whatever the shares were.
    function _takeShare(Standing memory s, uint32 author) private {
        s.shared &= ~author;
        if (s.phase != EncryptedPhase.Result) return;
        if (s.shared.count() < EncryptedArguments.threshold()) _reopenSharing(s, false);
    }

    /// @dev Whoever waited behind a question gets a whole window for its own.
    function _freshWindow(Standing memory s) private view {
        if (s.phase != EncryptedPhase.SumChallenge && s.phase != EncryptedPhase.ResultChallenge) return;
        uint256 fresh = block.timestamp + EncryptedArguments.challengeSeconds();
        if (fresh > s.deadline) s.deadline = uint40(fresh);
    }

    // ------------------------------------------------------------------ statements

    function _requireOpen() private view returns (Question memory asked) {
        asked = _question;
        if (asked.kind == StatementKind.None) revert EncryptedTaskQuestion(false);
    }

    /// @dev Updates and sums before the sum stands; shares as long as they matter; results before they stand.
    function _requireAskable(Standing memory s, StatementKind kind) private view {
        EncryptedPhase phase = EncryptedPhase.ResultChallenge;
        if (kind == StatementKind.Update || kind == StatementKind.Sum) {
            phase = EncryptedPhase.SumChallenge;
        } else if (kind == StatementKind.Share) {
            if (s.phase == EncryptedPhase.Share || s.phase == EncryptedPhase.Result) phase = s.phase;
        }
        _requirePhase(s, phase);
    }

    /// @dev Zero where this party has made no such statement, or it was struck.
    function _rootOf(Standing memory s, StatementKind kind, uint8 party) private view returns (bytes32) {
        uint256 seat = uint256(party) + 1;
        if (kind == StatementKind.Update) return s.submitted.has(party) ? _updateRoots[party] : bytes32(0);
        if (kind == StatementKind.Share) return s.shared.has(party) ? _shareRoots[party] : bytes32(0);
        if (kind == StatementKind.Sum) return s.sumAuthor == seat ? _sumRoot : bytes32(0);
        if (kind == StatementKind.None || s.resultAuthor != seat) return 0;
        return kind == StatementKind.Result ? _resultRoot : _model;
    }

    /// @dev Ciphertexts of an update, and of the sum of each group; of a model, its chunks of 64 coordinates.
    function _chunksOf(StatementKind kind) private view returns (uint256) {
        uint256 dimension = EncryptedArguments.dimension();
        if (kind == StatementKind.Model) return MerkleSumTree.chunksOf(dimension);
        uint256 slotBits = EncryptedArguments.valueBits() + EncryptedArguments.headroomBits();
        // One bit less than the modulus has: a plaintext is below it.
        uint256 slots = (8 * EncryptedArguments.modulusBytes() - 1) / slotBits;
        uint256 chunks = (dimension + slots - 1) / slots;
        return kind == StatementKind.Update ? chunks : chunks * EncryptedArguments.groups();
    }

    /// @dev SAFETY: the factory's bounds let every number fit into its field.
    function _claimOf(Standing memory s, Question memory asked) private view returns (ChunkClaim memory claim) {
        claim.kind = asked.kind;
        claim.chunk = asked.chunk;
        claim.chunks = uint32(_chunksOf(StatementKind.Update));
        claim.groups = uint8(EncryptedArguments.groups());
        claim.party = asked.party;
        claim.parties = s.parties;
        claim.valueBits = uint8(EncryptedArguments.valueBits());
        claim.slotBits = claim.valueBits + uint8(EncryptedArguments.headroomBits());
        claim.scaleBits = uint8(EncryptedArguments.scaleBits());
        claim.fractionBits = uint8(EncryptedArguments.fractionBits());
        claim.modulusBytes = uint16(EncryptedArguments.modulusBytes());
        claim.dimension = uint32(EncryptedArguments.dimension());
        claim.totalWeight = s.totalWeight;
        claim.seed = dealing();
        claim.keyHash = _keyHash;
        claim.binding = _bindingOf(s, asked.party);
        claim.root = _rootOf(s, asked.kind, asked.party);
        claim.sumRoot = _sumRoot;
        claim.resultRoot = _resultRoot;
        claim.baseModel = _baseModel;
        // A model of several groups is checked against the weights of each.
        if (asked.kind == StatementKind.Sum || (asked.kind == StatementKind.Model && claim.groups != 1)) {
            (claim.inputs, claim.weights) = _inputsOf(s);
        }
    }

    /// @dev What was to be summed, in the order of places.
    function _inputsOf(Standing memory s) private view returns (bytes32[] memory roots, uint256[] memory weights) {
        uint256 count = s.accepted.count();
        (roots, weights) = (new bytes32[](count), new uint256[](count));
        uint256 next = 0;
        for (uint256 place = 0; place < s.parties; ++place) {
            if (!s.accepted.has(place)) continue;
            (roots[next], weights[next]) = (_updateRoots[place], _parties[place].weight);
            ++next;
        }
    }
}
