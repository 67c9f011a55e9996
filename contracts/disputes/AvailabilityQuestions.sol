// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IAvailabilityQuestions} from "../interfaces/IAvailabilityQuestions.sol";
import {IDisputeCourt} from "../interfaces/IDisputeCourt.sol";
import {ITrainingTask} from "../interfaces/ITrainingTask.sol";
import {CommitmentLib} from "../libraries/CommitmentLib.sol";
import {MerkleSumTree} from "../libraries/MerkleSumTree.sol";
import {
    KIND_UPDATE,
    Phase,
    RoundState,
    TaskParameters,
    TrainerState,
    TrainerView
} from "../types/TaskTypes.sol";

/// @title Asks attesters for bytes that they vouched for
/// @notice Money: the bonds of open questions, nothing else. Trust: none; a forged task can only lose its askers'
/// coins. Questions stop no round and no dispute, and no question keeps anybody from asking another.
/// @dev INV-ASK-1: `held` equals the sum of all open bonds, and at least that many coins are here. INV-ASK-2: whoever
/// recomputed a commitment can show every chunk of it: leaf hashes and sums are in the bytes, all other nodes follow
/// from them, and `climb` adds the sums up as whoever recomputed did. INV-ASK-3: a round's reward is lost at most once.
contract AvailabilityQuestions is IAvailabilityQuestions {
    using SafeERC20 for IERC20;

    uint256 private constant BPS = 10_000;
    /// @dev What an asker that was shown its chunk loses at least, however small the reward is.
    uint256 private constant LEAST_BOND = 1e18;
    /// @dev More would make it pay to hide bytes, be asked and show one chunk after the other.
    uint256 private constant MAX_FEE_BPS = 2_000;

    IERC20 private immutable _COIN;
    IDisputeCourt private immutable _COURT;

    uint256 private _held;
    mapping(bytes32 id => Bond) private _bonds;
    mapping(address task => mapping(uint24 round => mapping(address attester => bool))) private _charged;

    /// @dev Made by the court, whose orders tasks obey.
    /// @param coin The coin of all bonds.
    constructor(IERC20 coin) {
        _COIN = coin;
        _COURT = IDisputeCourt(msg.sender);
    }

    // ------------------------------------------------------------------ asking and showing

    /// @inheritdoc IAvailabilityQuestions
    // The event is in `_emitAsked`.
    // slither-disable-next-line events-maths
    function askChunk(Question calldata question, address author) external {
        bytes32 id = _idOf(question);
        if (_bonds[id].asker != address(0)) revert AvailabilityQuestionsAlreadyAsked(id);
        if (msg.sender == question.attester) revert AvailabilityQuestionsOwnQuestion(msg.sender);
        if (_charged[question.task][question.round][question.attester]) {
            revert AvailabilityQuestionsAlreadyCharged(question.attester, question.round);
        }
        _requireVouched(question, author);
        TaskParameters memory parameters = ITrainingTask(question.task).parameters();
        uint256 chunks = MerkleSumTree.chunksOf(parameters.dimension);
        // INVARIANT: what does not exist cannot be asked for; nobody could show it.
        if (question.chunk >= chunks) revert AvailabilityQuestionsNoSuchChunk(question.chunk, chunks);
        (uint256 amount, uint256 fee) = _termsOf(parameters);
        // SAFETY: a real task's figures fit; a forged one's may be cut, and bind its own askers alone.
        Bond memory bond = Bond({
            asker: msg.sender,
            deadline: uint40(block.timestamp + parameters.answerSeconds),
            amount: uint128(amount),
            fee: uint128(fee)
        });
        _bonds[id] = bond;
        _held += bond.amount;
        _emitAsked(question, bond);
        _COIN.safeTransferFrom(msg.sender, address(this), bond.amount);
        _COURT.bindAttester(question.task, question.attester);
    }

    /// @inheritdoc IAvailabilityQuestions
    function showChunk(Question calldata question, bytes calldata opening) external {
        bytes32 id = _idOf(question);
        Bond memory bond = _requireAsked(id);
        if (block.timestamp >= bond.deadline) revert AvailabilityQuestionsDeadline(bond.deadline, block.timestamp);
        _requireOpening(question, opening);
        _close(id, bond);
        _emitShown(question, opening, bond.fee);
        if (bond.fee > 0) _COIN.safeTransfer(question.attester, bond.fee);
        ERC20Burnable(address(_COIN)).burn(bond.amount - bond.fee);
    }

    /// @inheritdoc IAvailabilityQuestions
    function strikeAttester(Question calldata question) external {
        bytes32 id = _idOf(question);
        Bond memory bond = _requireAsked(id);
        if (block.timestamp < bond.deadline) revert AvailabilityQuestionsDeadline(bond.deadline, block.timestamp);
        _close(id, bond);
        bool first = !_charged[question.task][question.round][question.attester];
        if (first) _charged[question.task][question.round][question.attester] = true;
        _emitWithheld(question, bond.asker, first);
        _COIN.safeTransfer(bond.asker, bond.amount);
        if (first) _COURT.chargeAttester(question.task, question.attester, bond.asker);
    }

    // ------------------------------------------------------------------ views

    /// @inheritdoc IAvailabilityQuestions
    function bondOf(address task) external view returns (uint256 amount, uint256 fee) {
        return _termsOf(ITrainingTask(task).parameters());
    }

    /// @inheritdoc IAvailabilityQuestions
    function questionOf(Question calldata question) external view returns (Bond memory) {
        return _bonds[_idOf(question)];
    }

    /// @inheritdoc IAvailabilityQuestions
    function isCharged(address task, uint24 round, address attester) external view returns (bool) {
        return _charged[task][round][attester];
    }

    /// @inheritdoc IAvailabilityQuestions
    function held() external view returns (uint256) {
        return _held;
    }

    /// @inheritdoc IAvailabilityQuestions
    function wiring() external view returns (address coin, address court) {
        return (address(_COIN), address(_COURT));
    }

    // ------------------------------------------------------------------ checks

    /// @dev Only once the set is fixed: then every attestation of the turn has been counted and paid for.
    function _requireVouched(Question calldata question, address author) private view {
        ITrainingTask task = ITrainingTask(question.task);
        RoundState memory state = task.clock();
        if (state.round != question.round || state.accepted == 0 || state.phase == Phase.Ended) {
            revert AvailabilityQuestionsRoundNotOpen(question.round, state.round);
        }
        TrainerView memory attester = task.trainerOf(question.attester);
        // A bitmap of an earlier attempt counted for nothing, and the word of anybody else is none.
        if (attester.state != TrainerState.Attested || attester.turn != state.turn) {
            revert AvailabilityQuestionsNoAttester(question.attester, attester.state);
        }
        if (task.recordOf(author) != CommitmentLib.record(question.round, question.commitment)) {
            revert AvailabilityQuestionsNoSuchUpdate(author, question.commitment);
        }
        uint8 place = task.trainerOf(author).index;
        if ((attester.word >> place) & 1 == 0) revert AvailabilityQuestionsNotVouched(attester.word, place);
    }

    function _requireAsked(bytes32 id) private view returns (Bond memory bond) {
        bond = _bonds[id];
        if (bond.asker == address(0)) revert AvailabilityQuestionsNotAsked(id);
    }

    function _requireOpening(Question calldata question, bytes calldata opening) private view {
        TaskParameters memory parameters = ITrainingTask(question.task).parameters();
        (bytes32 hash, uint256 sum) = MerkleSumTree.rootOf(opening, question.chunk, parameters.dimension);
        bytes32 given = CommitmentLib.vector(
            hash,
            uint128(sum), // SAFETY: `rootOf` refuses sums beyond 128 bits.
            uint32(parameters.dimension),
            KIND_UPDATE,
            uint8(parameters.fractionBits)
        );
        if (given != question.commitment) revert AvailabilityQuestionsWrongVector(given, question.commitment);
    }

    // ------------------------------------------------------------------ internal

    function _close(bytes32 id, Bond memory bond) private {
        delete _bonds[id];
        _held -= bond.amount;
    }

    /// @dev Both risk the same: the asker as much as the attester would lose.
    function _termsOf(TaskParameters memory parameters) private pure returns (uint256 amount, uint256 fee) {
        amount = parameters.attestReward > LEAST_BOND ? parameters.attestReward : LEAST_BOND;
        uint256 most = (amount * MAX_FEE_BPS) / BPS;
        fee = parameters.answerFee < most ? parameters.answerFee : most;
    }

    function _idOf(Question calldata question) private pure returns (bytes32) {
        return keccak256(abi.encode(question));
    }

    function _emitAsked(Question calldata question, Bond memory bond) private {
        emit ChunkAsked(
            question.task,
            question.attester,
            bond.asker,
            question.round,
            question.commitment,
            question.chunk,
            bond.amount,
            bond.deadline
        );
    }

    function _emitShown(Question calldata question, bytes calldata opening, uint256 fee) private {
        emit ChunkShown(
            question.task,
            question.attester,
            question.round,
            question.commitment,
            question.chunk,
            opening,
            fee
        );
    }

    function _emitWithheld(Question calldata question, address asker, bool charged) private {
        emit ChunkWithheld(
            question.task,
            question.attester,
            asker,
            question.round,
            question.commitment,
            question.chunk,
            charged
        );
    }
}
