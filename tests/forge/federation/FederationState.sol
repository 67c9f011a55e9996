// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDisputeCourt} from "../../../contracts/interfaces/IDisputeCourt.sol";
import {IRewardPool} from "../../../contracts/interfaces/IRewardPool.sol";
import {IStakeVault} from "../../../contracts/interfaces/IStakeVault.sol";
import {ITrainingTask} from "../../../contracts/interfaces/ITrainingTask.sol";
import {
    Evidence,
    KIND_MODEL,
    Phase,
    Role,
    RoundState,
    TaskParameters,
    UpdateEntry
} from "../../../contracts/types/TaskTypes.sol";
import {Trees} from "../base/Trees.sol";
import {Vm} from "../base/Vm.sol";
import {World} from "../base/World.sol";

/// @title What a federation of honest and other members remembers of itself
/// @notice The members, what each has done in the present task, and the sums that the contracts' books must agree
/// with. Every call goes through `_try` or `_must`, which read the events that it leaves.
abstract contract FederationState is World {
    using Trees for Trees.Tree;

    uint256 internal constant DIMENSION = 130;
    uint256 internal constant PURSE = 100_000 * ONE;
    uint256 internal constant MOST_TASKS = 4;
    address internal constant OUTSIDER = address(0x0ddba11);

    /// @dev What a trainer has committed to in the present turn.
    struct Update {
        uint256 seed; // its vector follows from it
        bool lies; // claims a smaller sum of squares for its first chunk
        bool garbage; // committed to a digest that nothing opens
        uint32 samples;
        uint24 turn;
        bytes32 hash;
        uint128 sum;
        bytes32 commitment;
    }

    /// @dev The present proposal: the right model, but for one coordinate.
    struct Proposal {
        bool known;
        bool wrong;
        uint256 coordinate;
        int32 change;
    }

    address[] internal trainers;
    address[] internal sealers;
    address[] internal challengers;
    mapping(address => bool) internal honest;

    ITrainingTask[] internal tasks;
    ITrainingTask internal task; // the last one
    TaskParameters internal terms;
    Rule internal rule; // of the present task

    mapping(address trainer => Update) internal latest;
    UpdateEntry[] internal entries;
    Update[] internal revealed;
    bool[] internal stands; // not slashed since its reveal
    mapping(uint256 place => uint256 bitmap) internal votes;
    uint256 internal voted; // places that voted in the present turn
    uint256 internal acceptedMask;
    bytes32 internal frozenHash;
    uint24 internal frozenRound;
    uint256 internal lostDisputes; // of this round, and the open one

    int32[] internal base;
    int32[] internal right; // once the set is frozen
    Proposal internal proposal;
    Proposal internal replacement;
    address internal disputant;

    uint256 public burned;
    mapping(address holder => uint256) public donated;
    /// @notice How often each thing happened.
    mapping(bytes32 what => uint256) public count;

    // ------------------------------------------------------------------ calls

    /// @dev Makes a call as somebody; false if it was refused.
    function _try(address who, address target, bytes memory data) internal returns (bool done) {
        VM.recordLogs();
        VM.prank(who);
        // solhint-disable-next-line avoid-low-level-calls
        (done, ) = target.call(data);
        ++count[done ? bytes32("done") : bytes32("refused")];
        Vm.Log[] memory logs = VM.getRecordedLogs();
        for (uint256 i = 0; done && i < logs.length; ++i) _read(logs[i]);
    }

    /// @dev A call that the rules owe whoever makes it.
    function _must(address who, address target, bytes memory data, string memory what) internal {
        if (_try(who, target, data)) return;
        VM.prank(who);
        // solhint-disable-next-line avoid-low-level-calls
        (, bytes memory reason) = target.call(data);
        revert RefusedOtherwise(what, reason);
    }

    // ------------------------------------------------------------------ events

    function _read(Vm.Log memory log) private {
        bytes32 name = log.topics[0];
        if (name == IStakeVault.StakeSlashed.selector) _readSlash(log);
        else if (name == IRewardPool.EscrowRefunded.selector) {
            (, uint256 lost) = abi.decode(log.data, (uint256, uint256));
            burned += lost;
        } else if (log.emitter == address(task)) _readTask(name, log.data);
        else if (name == IDisputeCourt.DisputeOpened.selector) {
            disputant = address(uint160(uint256(log.topics[2])));
            ++lostDisputes;
            ++count["dispute"];
        } else if (name == IDisputeCourt.DisputeResolved.selector) {
            _readVerdict(abi.decode(log.data, (bool)));
        } else if (name == IDisputeCourt.AggregateProvedWrong.selector) {
            _check(proposal.wrong, "a right aggregate was convicted");
            // Whoever was challenging it was right.
            if (disputant != address(0) && disputant != address(uint160(uint256(log.topics[2])))) --lostDisputes;
            if (disputant != address(uint160(uint256(log.topics[2])))) disputant = address(0);
            ++count["proof"];
        }
    }

    function _readTask(bytes32 name, bytes memory data) private {
        if (name == ITrainingTask.TurnOpened.selector) {
            (uint8 attempt, , ) = abi.decode(data, (uint8, uint8, uint40));
            if (attempt == 0) _forgetRound();
            voted = 0;
        } else if (name == ITrainingTask.RoundFrozen.selector) {
            (uint256 accepted, uint256 attested) = abi.decode(data, (uint256, uint256));
            _readFreeze(accepted, attested);
        } else if (name == ITrainingTask.RoundFinalized.selector) {
            ++count[proposal.wrong ? bytes32("wrong model final") : bytes32("round")];
            int32[] memory model = _model(proposal);
            base = model;
            lostDisputes = 0;
        } else if (name == ITrainingTask.RoundVoided.selector) ++count["void"];
        else if (name == ITrainingTask.TaskEnded.selector) ++count["end"];
        else if (name == ITrainingTask.SealerDisplaced.selector) ++count["displaced"];
    }

    /// @dev Counts the votes one by one and compares the sets.
    function _readFreeze(uint256 accepted, uint256 attested) private {
        uint256 standing = 0;
        for (uint256 i = 0; i < entries.length; ++i) if (stands[i]) ++standing;
        uint256 expected = 0;
        uint256 expectedVoters = 0;
        for (uint256 i = 0; i < entries.length; ++i) {
            if (!stands[i]) continue;
            if ((voted >> i) & 1 == 1) expectedVoters |= 1 << i;
            uint256 found = 0;
            for (uint256 k = 0; k < entries.length; ++k) {
                if (stands[k] && (voted >> k) & 1 == 1) found += (votes[k] >> i) & 1;
            }
            if (2 * found > standing) expected |= 1 << i;
        }
        _equal(accepted, expected, "INV-TASK-2: the accepted set");
        _equal(attested, expectedVoters, "INV-TASK-2: the paid attestations");
        acceptedMask = accepted;
        frozenHash = _hashOf(accepted);
        frozenRound = task.clock().round;
        right = _aggregate();
        ++count["frozen"];
        if (rule == Rule.Median) ++count["frozen for a median"];
        if (rule == Rule.TrimmedMean) ++count["frozen for a trimmed mean"];
    }

    function _readSlash(Vm.Log memory log) private {
        address account = address(uint160(uint256(log.topics[2])));
        (, Evidence evidence, uint256 taken, uint256 lost, , uint256 paid) = abi.decode(
            log.data,
            (Role, Evidence, uint256, uint256, address, uint256)
        );
        _check(!honest[account], "INV-HONEST-1: an honest member was slashed");
        _check(lost * 5 >= taken, "INV-SLASH-2: less than a fifth burned");
        _check(evidence == Evidence.LostDispute || paid * 5 <= taken, "INV-SLASH-3: a bounty of more than a fifth");
        _check(paid + lost <= taken, "INV-SLASH-1: more spread than taken");
        address of_ = address(uint160(uint256(log.topics[1])));
        burned += pool.escrowOf(of_).closed ? taken - paid : lost;
        ++count[bytes32(uint256(evidence))];
        if (of_ != address(task) || uint256(evidence) > uint256(Evidence.WrongNorm)) return;
        for (uint256 i = 0; i < entries.length; ++i) {
            if (entries[i].trainer != account) continue;
            stands[i] = false;
            if ((voted >> i) & 1 == 1 && _clock().accepted == 0) ++count["slashed voter"];
        }
    }

    function _readVerdict(bool won) private {
        if (won) {
            --lostDisputes;
            // A dispute against a right model is only won where nobody answered; somebody honest always does.
            _check(proposal.wrong, "INV-HONEST-1: a right proposal lost its dispute");
            proposal = replacement;
        }
        disputant = address(0);
    }

    function _forgetRound() internal {
        delete entries;
        delete revealed;
        delete stands;
        delete proposal;
        delete replacement;
        delete disputant;
        delete frozenHash;
        delete lostDisputes;
    }

    // ------------------------------------------------------------------ models

    function _hashOf(uint256 mask) internal view returns (bytes32 running) {
        for (uint256 i = 0; i < entries.length; ++i) {
            if ((mask >> i) & 1 == 0) continue;
            running = keccak256(
                abi.encode(running, entries[i].trainer, entries[i].weight, entries[i].commitment)
            );
        }
    }

    /// @dev The new model that the accepted updates give.
    function _aggregate() internal view returns (int32[] memory model) {
        (uint256[] memory places, uint256 number) = _accepted();
        int32[][] memory vectors = new int32[][](number);
        uint32[] memory weights = new uint32[](number);
        for (uint256 i = 0; i < number; ++i) {
            vectors[i] = Trees.random(revealed[places[i]].seed, DIMENSION);
            weights[i] = entries[places[i]].weight;
        }
        model = new int32[](DIMENSION);
        int32[] memory values = new int32[](number);
        int32[] memory from = base;
        for (uint256 k = 0; k < DIMENSION; ++k) {
            for (uint256 i = 0; i < number; ++i) values[i] = vectors[i][k];
            model[k] = _combine(rule, values, weights, from[k], terms.ruleArgument);
        }
    }

    /// @dev Places of the accepted updates, in order.
    function _accepted() internal view returns (uint256[] memory places, uint256 number) {
        places = new uint256[](entries.length);
        for (uint256 i = 0; i < entries.length; ++i) if ((acceptedMask >> i) & 1 == 1) places[number++] = i;
    }

    function _model(Proposal memory of_) internal view returns (int32[] memory model) {
        model = right;
        if (of_.wrong) model[of_.coordinate] += of_.change;
    }

    function _commitmentTo(int32[] memory model) internal pure returns (bytes32) {
        return Trees.build(model).commitment(DIMENSION, KIND_MODEL, FRACTION_BITS);
    }

    // ------------------------------------------------------------------ the task at a glance

    function _phase() internal view returns (Phase current) {
        (current, ) = task.phase();
    }

    function _turn() internal view returns (uint24) {
        return task.clock().turn;
    }

    function _clock() internal view returns (RoundState memory) {
        return task.clock();
    }

    function _isDisputed() internal view returns (bool) {
        return task.clock().disputeOpen;
    }
}
