// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEncryptedTask} from "../interfaces/IEncryptedTask.sol";
import {IEncryptedVerifier} from "../interfaces/IEncryptedVerifier.sol";
import {IRewardPool} from "../interfaces/IRewardPool.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {EncryptedArguments} from "../libraries/EncryptedArguments.sol";
import {Standing} from "../types/EncryptedRecords.sol";
import {EncryptedPhase, StatementKind} from "../types/EncryptedTypes.sol";
import {EncryptedQuestions} from "./EncryptedQuestions.sol";

/// @title A federation under bond whose updates nobody sees
/// @notice Holds no coins: stakes and bonds lie in the vault, rewards in the pool, both ordered from here. Trust: the
/// factory (it checked the parameters), the verifier (it decides what a right chunk is), the dealer (it forgets the key
/// that it dealt; that the key is right, parties check themselves). No owner can change, pause or upgrade anything.
/// SAFETY: the standing is written after calls of the vault and the pool in several places. Both are this project's
/// own, call only the coin, and the coin calls nobody: nothing can come back in between.
/// @dev INV-CRYPT-1: whatever phase, some call that anybody may make leads out of it after its deadline; at the end
/// everybody gets what it owns. INV-CRYPT-2: whoever does in time what it owes and shows what it is asked for is never
/// slashed.
///
/// | from | function | condition | to |
/// |---|---|---|---|
/// | Join | `advance` | places taken or deadline; enough joined | Deal |
/// | Join | `advance` | deadline; too few joined | Ended |
/// | Deal | `postKey` | the dealer, in time | Confirm |
/// | Deal | `advance` | deadline | Ended |
/// | Confirm | `confirmKey` | it was the last | Submit, round 1 |
/// | Confirm | `advance` | everybody said something, or deadline; enough confirmed | Deal, for those |
/// | Confirm | `advance` | the same; too few confirmed | Ended |
/// | Submit | `submit` | it was the last that was due, and enough are there | Attest |
/// | Submit | `advance` | deadline; enough submitted | Attest |
/// | Submit | `advance` | deadline; too few submitted | void |
/// | Attest | `advance` | all submitters attested, or deadline; enough accepted | Sum |
/// | Attest | `advance` | the same; too few accepted | void |
/// | Sum | `dealGroups` | more than one group, a block after the set was frozen | Sum |
/// | Sum | `proposeSum` | an active party, in time; the set is dealt | SumChallenge |
/// | Sum | `advance` | deadline | void |
/// | SumChallenge | `strike` | an accepted update; enough are left | Sum |
/// | SumChallenge | `strike` | an accepted update; too few are left | void |
/// | SumChallenge | `strike` | the sum; the seventeenth voids the turn | Sum |
/// | SumChallenge | `advance` | deadline, no open question | Share |
/// | Share | `advance` | all due gave, or deadline; the threshold is met | Result |
/// | Share | `advance` | deadline; the threshold is not met | Share, counted as a void |
/// | Result | `proposeResult` | an active party, in time | ResultChallenge |
/// | Result | `strike` | a share; the threshold is no longer met | Share, counted as a void |
/// | Result | `advance` | deadline | Share afresh, counted as a void |
/// | ResultChallenge | `strike` | result or model; the seventeenth shares afresh | Result |
/// | ResultChallenge | `advance` | deadline, no open question | Submit, next round; Ended after the last |
/// | void | | fewer in a row than `maxVoids` | Submit, next turn |
/// | void | | as many | Ended |
contract EncryptedTask is EncryptedQuestions {
    /// @dev The implementation itself stays uninitialised for good: neither vault nor pool know it.
    constructor(IStakeVault vault, IRewardPool pool, IEncryptedVerifier verifier) {
        _SELF = address(this);
        _VAULT = vault;
        _POOL = pool;
        _VERIFIER = verifier;
    }

    /// @inheritdoc IEncryptedTask
    function initialize() external {
        if (msg.sender != EncryptedArguments.factory()) revert EncryptedTaskUnauthorized(msg.sender);
        Standing memory s = _read();
        if (s.phase != EncryptedPhase.None) revert EncryptedTaskInitialized();
        _begin(s, EncryptedPhase.Join, EncryptedArguments.joinSeconds());
        _write(s);
        _baseModel = EncryptedArguments.initialModel();
    }

    /// @inheritdoc IEncryptedTask
    // slither-disable-next-line reentrancy-no-eth
    function advance() external {
        Standing memory s = _read();
        if (s.phase == EncryptedPhase.None || s.phase == EncryptedPhase.Ended) {
            revert EncryptedTaskNotDue(s.phase, s.deadline);
        }
        if (_question.kind != StatementKind.None) revert EncryptedTaskQuestion(true);
        if (block.timestamp < s.deadline && !_isComplete(s)) revert EncryptedTaskNotDue(s.phase, s.deadline);
        if (s.phase < EncryptedPhase.Submit) _advanceCeremony(s);
        else _advanceRound(s);
        _write(s);
    }
}
