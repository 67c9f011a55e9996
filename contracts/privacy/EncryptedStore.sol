// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEncryptedTask} from "../interfaces/IEncryptedTask.sol";
import {IEncryptedVerifier} from "../interfaces/IEncryptedVerifier.sol";
import {IRewardPool} from "../interfaces/IRewardPool.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {EncryptedArguments} from "../libraries/EncryptedArguments.sol";
import {PartyMask} from "../libraries/PartyMask.sol";
import {Party, Standing, StandingWords} from "../types/EncryptedRecords.sol";
import {
    EncryptedParameters,
    EncryptedPhase,
    EncryptedState,
    PartyView,
    Question
} from "../types/EncryptedTypes.sol";
import {Evidence, Role} from "../types/TaskTypes.sol";

/// @title What an encrypted task remembers
/// @dev Storage is shared by every part of a task and reused in every round; nothing grows with history.
abstract contract EncryptedStore is IEncryptedTask {
    using PartyMask for uint32;

    /// @dev Struck proposals of one sum or result; past them the turn, or the sharing, has failed.
    uint256 internal constant MAX_PROPOSALS = 16;
    /// @dev Questions of a round whose bond was lost; the bond has doubled as often.
    uint256 internal constant MAX_ANSWERED = 32;
    uint8 internal constant NO_PLACE = type(uint8).max;
    bytes32 private constant STATEMENT = keccak256("Gradbond.EncryptedStatement");

    address internal immutable _SELF;
    IStakeVault internal immutable _VAULT;
    IRewardPool internal immutable _POOL;
    IEncryptedVerifier internal immutable _VERIFIER;

    uint256 private _clock;
    uint256 private _masks;
    Question internal _question;
    bytes32 internal _keyHash;
    bytes32 internal _baseModel;
    bytes32 internal _sumRoot;
    bytes32 internal _resultRoot;
    /// @dev The model that was proposed with the result.
    bytes32 internal _model;
    mapping(uint256 place => Party) internal _parties;
    mapping(uint256 place => bytes32) internal _updateRoots;
    mapping(uint256 place => bytes32) internal _shareRoots;
    /// @dev Place + 1.
    mapping(address account => uint8) internal _seats;
    mapping(address account => bytes32) internal _encryptionKeys;

    // ------------------------------------------------------------------ views

    /// @inheritdoc IEncryptedTask
    function parameters() external view returns (EncryptedParameters memory) {
        EncryptedArguments.answerAll();
    }

    /// @inheritdoc IEncryptedTask
    function state() external view returns (EncryptedState memory) {
        Standing memory s = _read();
        return
            EncryptedState({
                phase: s.phase,
                deadline: s.deadline,
                round: s.round,
                turn: s.turn,
                ceremony: s.ceremony,
                period: s.period,
                voids: s.voids,
                proposals: s.proposals,
                answered: s.answered,
                parties: s.parties,
                confirmed: s.confirmed,
                leftOut: s.leftOut,
                suspended: s.suspended,
                submitted: s.submitted,
                attested: s.attested,
                accepted: s.accepted,
                shared: s.shared,
                paid: s.paid
            });
    }

    /// @inheritdoc IEncryptedTask
    function partyAt(uint8 place) external view returns (PartyView memory) {
        return _viewOf(_parties[place].account, place);
    }

    /// @inheritdoc IEncryptedTask
    function partyOf(address account) external view returns (PartyView memory) {
        uint8 seat = _seats[account];
        return _viewOf(account, seat == 0 ? NO_PLACE : seat - 1);
    }

    /// @inheritdoc IEncryptedTask
    function question() external view returns (Question memory) {
        return _question;
    }

    /// @inheritdoc IEncryptedTask
    function nextBond() external view returns (uint256) {
        return _bondOf(_read().answered);
    }

    /// @inheritdoc IEncryptedTask
    function keyHash() external view returns (bytes32) {
        return _keyHash;
    }

    /// @inheritdoc IEncryptedTask
    function baseModel() external view returns (bytes32) {
        return _baseModel;
    }

    /// @inheritdoc IEncryptedTask
    function sum() external view returns (bytes32 root, address author) {
        uint8 seat = _read().sumAuthor;
        if (seat != 0) (root, author) = (_sumRoot, _parties[seat - 1].account);
    }

    /// @inheritdoc IEncryptedTask
    function result() external view returns (bytes32 root, bytes32 model, address author) {
        uint8 seat = _read().resultAuthor;
        if (seat != 0) (root, model, author) = (_resultRoot, _model, _parties[seat - 1].account);
    }

    /// @inheritdoc IEncryptedTask
    function bindingOf(uint8 place) external view returns (bytes32) {
        return _bindingOf(_read(), place);
    }

    /// @inheritdoc IEncryptedTask
    function wiring() external view returns (address factory, address vault, address pool, address verifier) {
        // No factory has made the implementation itself.
        factory = address(this) == _SELF ? address(0) : EncryptedArguments.factory();
        return (factory, address(_VAULT), address(_POOL), address(_VERIFIER));
    }

    function _viewOf(address account, uint8 place) private view returns (PartyView memory party) {
        Standing memory s = _read();
        party.account = account;
        party.place = place;
        party.encryptionKey = _encryptionKeys[account];
        if (s.submitted.has(place)) {
            party.weight = _parties[place].weight;
            party.updateRoot = _updateRoots[place];
        }
        if (s.attested.has(place)) party.bitmap = _parties[place].bitmap;
        if (s.shared.has(place)) party.shareRoot = _shareRoots[place];
    }

    // ------------------------------------------------------------------ shared facts

    function _read() internal view returns (Standing memory) {
        return StandingWords.unpack(_clock, _masks);
    }

    function _write(Standing memory s) internal {
        _clock = StandingWords.packClock(s);
        _masks = StandingWords.packMasks(s);
    }

    function _bindingOf(Standing memory s, uint8 place) internal view returns (bytes32) {
        address account = _parties[place].account;
        return
            keccak256(
                abi.encode(STATEMENT, block.chainid, address(this), s.round, s.turn, account, place, _keyHash)
            );
    }

    /// @dev INV-QUESTION-2: doubles with every lost bond of a round: whoever would delay it pays exponentially. After a
    /// struck statement it begins anew: to go on from there costs its author a penalty.
    function _bondOf(uint8 answered) internal view returns (uint256) {
        return EncryptedArguments.questionBond() << answered;
    }

    /// @dev Who owes what a phase asks for.
    function _due(Standing memory s) internal pure returns (uint32) {
        return PartyMask.all(s.parties) & ~s.suspended;
    }

    /// @dev Whether a key for so many parties, and sums of so many updates, are worth making: enough for each group.
    /// INV-GROUP-4: no sum of fewer than `minimumAccepted` updates is opened.
    /// Fewer groups instead would let one party, by staying away, take the median from the others.
    function _isEnough(uint256 parties) internal view returns (bool) {
        return parties >= EncryptedArguments.groups() * EncryptedArguments.minimumAccepted();
    }

    function _begin(Standing memory s, EncryptedPhase phase, uint256 length) internal view {
        s.phase = phase;
        s.deadline = uint40(block.timestamp + length);
    }

    // ------------------------------------------------------------------ checks

    /// @dev A deadline is the first second in which it is too late.
    function _requirePhase(Standing memory s, EncryptedPhase required) internal view {
        if (s.phase != required || block.timestamp >= s.deadline) revert EncryptedTaskUnexpectedPhase(s.phase);
    }

    /// @dev ADR 0013: a transaction that comes late hits nothing but what it was meant for.
    function _requireNamed(uint256 current, uint256 named) internal pure {
        if (current != named) revert EncryptedTaskOtherTurn(current, named);
    }

    function _requireRoot(bytes32 root) internal pure {
        if (root == 0) revert EncryptedTaskBadValue(0, type(uint256).max);
    }

    /// @dev The caller's place.
    function _requireParty() internal view returns (uint8) {
        uint8 seat = _seats[msg.sender];
        if (seat == 0) revert EncryptedTaskUnauthorized(msg.sender);
        return seat - 1;
    }

    /// @dev The same for a caller whose stake is worth a fault.
    function _requireActive(Standing memory s) internal view returns (uint8 place) {
        place = _requireParty();
        if (s.suspended.has(place)) revert EncryptedTaskUnauthorized(msg.sender);
    }

    function _requireNew(uint32 done, uint8 place) internal view {
        if (done.has(place)) revert EncryptedTaskAlreadyDone(msg.sender);
    }

    // ------------------------------------------------------------------ faults and the end

    /// @dev Cuts a stake by what is there at most; who has too little left for a worse fault is suspended. For 32
    /// parties at most in one transaction.
    function _punish(
        Standing memory s,
        uint8 place,
        Evidence evidence,
        uint256 penalty,
        address beneficiary
    ) internal returns (uint256 taken) {
        address account = _parties[place].account;
        // slither-disable-next-line calls-loop
        taken = _VAULT.slash(
            account,
            Role.Trainer,
            evidence,
            penalty,
            beneficiary,
            EncryptedArguments.bounty(),
            EncryptedArguments.burnBps()
        );
        // slither-disable-next-line calls-loop
        uint256 left = _VAULT.stakeOf(address(this), account, Role.Trainer).amount;
        if (left < EncryptedArguments.wrongPenalty()) s.suspended |= PartyMask.at(place);
    }

    function _unbond(address account) internal {
        // Whoever was slashed to nothing has nothing to wait for.
        // slither-disable-next-line calls-loop
        if (_VAULT.stakeOf(address(this), account, Role.Trainer).amount == 0) return;
        // slither-disable-next-line calls-loop
        _VAULT.unbond(account, Role.Trainer, block.timestamp + EncryptedArguments.unbondingSeconds());
    }

    /// @dev At most 32 stakes begin to unbond; what is left of the escrow goes back.
    function _end(Standing memory s, uint24 rounds) internal {
        s.phase = EncryptedPhase.Ended;
        s.deadline = uint40(block.timestamp);
        emit EncryptedTaskEnded(rounds);
        for (uint256 place = 0; place < s.parties; ++place) _unbond(_parties[place].account);
        _POOL.refund(EncryptedArguments.owner());
    }

    /// @dev Everybody's account, in the order of places.
    function _accounts(uint256 count) internal view returns (address[] memory accounts) {
        accounts = new address[](count);
        for (uint256 place = 0; place < count; ++place) accounts[place] = _parties[place].account;
    }
}
