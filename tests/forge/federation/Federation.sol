// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDisputeCourt} from "../../../contracts/interfaces/IDisputeCourt.sol";
import {IRewardPool} from "../../../contracts/interfaces/IRewardPool.sol";
import {IStakeVault} from "../../../contracts/interfaces/IStakeVault.sol";
import {ITrainingTask} from "../../../contracts/interfaces/ITrainingTask.sol";
import {Phase, Role, RoundState, TrainerState, TrainerView, UpdateEntry} from "../../../contracts/types/TaskTypes.sol";
import {Trees} from "../base/Trees.sol";
import {FederationDisputes} from "./FederationDisputes.sol";

/// @title A federation that a fuzzer drives
/// @notice Every public function is a move; `step` does what the phase asks for, most of it honestly, so that
/// campaigns reach every part of a task's life. Time passes through `_wait` alone: before it does, the honest do what
/// they owe.
contract Federation is FederationDisputes {
    Role[3] private _roles = [Role.Trainer, Role.Sealer, Role.Challenger];

    constructor() {
        _deploy();
        for (uint160 i = 1; i <= 6; ++i) trainers.push(_member(0x7000 + i, i <= 3));
        for (uint160 i = 1; i <= 3; ++i) sealers.push(_member(0x5000 + i, i == 1));
        for (uint160 i = 1; i <= 3; ++i) challengers.push(_member(0xc000 + i, i == 1));
        coin.transfer(OUTSIDER, PURSE);
        VM.warp(1_000_000);
        _open();
    }

    function _member(uint160 number, bool fair) private returns (address account) {
        account = address(number);
        honest[account] = fair;
        coin.transfer(account, PURSE);
        VM.prank(account);
        coin.approve(address(vault), type(uint256).max);
    }

    function _open() private {
        base = Trees.random(tasks.length, DIMENSION);
        terms = _parameters();
        terms.initialModel = _commitmentTo(base);
        // Each task in turn: mean, median, trimmed mean.
        rule = Rule(tasks.length % 3);
        terms.rule = address(rules[rule]);
        terms.ruleArgument = rule == Rule.TrimmedMean ? 2_500 : 0;
        task = _create(terms);
        tasks.push(task);
        _forgetRound();
        for (uint256 i = 0; i < trainers.length; ++i) delete latest[trainers[i]];
        ++count["task"];
    }

    // ------------------------------------------------------------------ moves

    /// @notice Does what the phase asks for.
    function step(uint256 seed) external {
        // Fuzzers like small numbers; every decision below takes bits of its own.
        seed = _draw(seed, "step");
        Phase current = _phase();
        if (current == Phase.Join) _join(seed);
        else if (current == Phase.Commit) _commitSome(seed);
        else if (current == Phase.Reveal) _revealSome(seed);
        else if (current == Phase.Attest) _attestPhase(seed);
        else if (current == Phase.Aggregate) _aggregatePhase(seed);
        else if (current == Phase.Challenge) _challengeSome(seed);
        else _close(current, seed);
        // In three of four cases the phase runs to its end; in the challenge phase in two, so that disputes nest.
        if (_phase() == current && (seed >> 60) % (current == Phase.Challenge ? 2 : 4) != 0) _wait(type(uint256).max);
        _requireFrozen();
    }

    /// @notice Time passes, to the end of the phase at most.
    function wait(uint256 time) external {
        _wait(1 + (time % 500));
        _requireFrozen();
    }

    /// @notice Somebody joins, leaves, comes back, takes its stake or claims what it has earned.
    function roster(uint256 who, uint256 what, uint256 which) external {
        address account = _anybody(who);
        ITrainingTask of_ = tasks[which % tasks.length];
        what %= 8;
        if (what == 0) _try(account, address(of_), abi.encodeCall(ITrainingTask.joinAsTrainer, ()));
        else if (what == 1) _try(account, address(of_), abi.encodeCall(ITrainingTask.joinAsSealer, ()));
        else if (what == 2) _topUp(account);
        else if (what == 3) _claim(account);
        else if (what < 6) _leave(of_, account, _roles[which % 3]);
        else _withdraw(of_, account, _roles[which % 3]);
        _requireFrozen();
    }

    /// @notice Somebody shows that a trainer did not reveal, lied, or did neither.
    function accuse(uint256 seed) external {
        if (seed % 2 == 0) _settleAll(_anybody(seed >> 8));
        else if (seed % 8 == 1 && entries.length > 0) {
            _accuse(challengers[1], (seed >> 16) % entries.length, (seed >> 32) % 3);
        } else _accuseLiar(challengers[(seed >> 8) % 3]);
        _requireFrozen();
    }

    /// @notice Somebody calls something that may not be due.
    function meddle(uint256 who, uint256 what, uint256 seed) external {
        address account = _anybody(who);
        bool meant = honest[account];
        what %= 10;
        bytes memory data;
        if (what == 0) data = abi.encodeCall(ITrainingTask.start, ());
        else if (what == 1) data = abi.encodeCall(ITrainingTask.finalizeRound, ());
        else if (what == 2) data = abi.encodeCall(ITrainingTask.voidRound, ());
        else if (what == 3) data = abi.encodeCall(ITrainingTask.endTask, ());
        else if (what == 4) data = abi.encodeCall(ITrainingTask.freezeRound, (entries));
        else if (what == 5 && entries.length > 1) data = _otherEntries(seed);
        else if (what == 6) data = abi.encodeCall(ITrainingTask.dismissDispute, (account));
        else if (what == 7) data = abi.encodeCall(ITrainingTask.beginDispute, (account, _clock().round));
        else if (what == 8) {
            _try(account, address(court), abi.encodeCall(IDisputeCourt.resolveDispute, (address(task))));
        } else if (!meant && what == 9) {
            // For the present turn, or for another one.
            data = abi.encodeCall(ITrainingTask.commitUpdate, (_turn() + uint24(seed % 2), bytes32(seed)));
        }
        if (data.length == 0) return;
        bool done = _try(account, address(task), data);
        _check(!done || what < 5 || what == 9, "a call that nobody may make was admitted");
        if (done && what == 9) latest[account].garbage = true;
        _requireFrozen();
    }

    /// @notice Coins arrive unasked.
    function donate(uint256 amount, bool toVault) external {
        address to = toVault ? address(vault) : address(pool);
        amount %= ONE;
        VM.prank(OUTSIDER);
        coin.transfer(to, amount);
        donated[to] += amount;
    }

    // ------------------------------------------------------------------ phases

    function _join(uint256 seed) private {
        for (uint256 i = 0; i < trainers.length; ++i) {
            if ((seed >> i) % 8 == 0) continue;
            _try(trainers[i], address(task), abi.encodeCall(ITrainingTask.joinAsTrainer, ()));
        }
        for (uint256 i = 0; i < sealers.length; ++i) {
            if ((seed >> (8 + i)) % 4 == 0) continue;
            _try(sealers[i], address(task), abi.encodeCall(ITrainingTask.joinAsSealer, ()));
        }
        _wait(type(uint256).max);
        if (_try(OUTSIDER, address(task), abi.encodeCall(ITrainingTask.start, ()))) return;
        if (block.timestamp < _clock().mark) return;
        _must(OUTSIDER, address(task), abi.encodeCall(ITrainingTask.endTask, ()), "INV-TASK-1: nobody came");
    }

    function _revealSome(uint256 seed) private {
        for (uint256 i = 0; i < trainers.length && _phase() == Phase.Reveal; ++i) {
            bool comes = honest[trainers[i]] || (seed >> (8 * i)) % 8 != 0;
            if (comes && _owesReveal(trainers[i])) _reveal(trainers[i]);
        }
    }

    function _attestPhase(uint256 seed) private {
        if (seed % 4 == 0) _accuseLiar(challengers[0]);
        _attestSome(seed);
        // Slashed between its votes and the freeze.
        if (seed % 4 == 2) _accuseLiar(challengers[0]);
        if (seed % 4 == 1) _proposeSome(seed);
    }

    function _aggregatePhase(uint256 seed) private {
        // One round in sixteen nobody comes at all, one in four the first slots pass, one in eight all seats' slots.
        if (seed % 16 == 3) return;
        if ((seed >> 24) % 8 == 0) {
            _wait(terms.sealSeconds * _clock().seats);
            _proposeUnseated(seed);
        }
        if ((seed >> 8) % 4 == 0) _wait(terms.sealSeconds * (1 + ((seed >> 16) % 4)));
        _proposeSome(seed);
    }

    function _close(Phase current, uint256 seed) private {
        if (current == Phase.Final) {
            // A proof is admitted until somebody finalises.
            if (proposal.wrong && seed % 2 == 0) _prove(challengers[0], proposal.coordinate);
            else _mustTask(abi.encodeCall(ITrainingTask.finalizeRound, ()), "INV-TASK-1: Final");
        } else if (current == Phase.Void) {
            _mustTask(abi.encodeCall(ITrainingTask.voidRound, ()), "INV-TASK-1: Void");
        } else if (current == Phase.Stalled) {
            if (_clock().accepted == 0) {
                _mustTask(abi.encodeCall(ITrainingTask.freezeRound, (entries)), "INV-TASK-1: Stalled");
            } else _mustTask(abi.encodeCall(ITrainingTask.endTask, ()), "INV-TASK-1: Stalled and frozen");
        } else if (current == Phase.Ended && tasks.length < MOST_TASKS) _open();
    }

    function _mustTask(bytes memory data, string memory what) private {
        _must(OUTSIDER, address(task), data, what);
    }

    // ------------------------------------------------------------------ time

    /// @dev The honest do what they owe, then time passes: to the phase's end at most, so that nobody is passed over.
    function _wait(uint256 time) private {
        _duties();
        if (block.timestamp >= _nextDeadline()) {
            if (_isDisputed()) _check(_resolve(), "INV-COURT-1: an overdue dispute was not resolved");
            return;
        }
        uint256 left = _nextDeadline() - block.timestamp;
        VM.warp(block.timestamp + (time < left ? time : left));
        VM.roll(block.number + 1);
        // What honest members owe may have begun just now.
        _duties();
    }

    /// @dev When something is next due; far off where somebody must act first.
    function _nextDeadline() private view returns (uint256) {
        if (_isDisputed()) return court.disputeOf(address(task)).deadline;
        (Phase current, uint256 deadline) = task.phase();
        if (current == Phase.Ended) return type(uint40).max;
        return deadline;
    }

    function _duties() private {
        if (_phase() == Phase.Reveal) {
            for (uint256 i = 0; i < trainers.length && _phase() == Phase.Reveal; ++i) {
                if (honest[trainers[i]] && _owesReveal(trainers[i])) _reveal(trainers[i]);
            }
        }
        _disputeDuties();
    }

    // ------------------------------------------------------------------ members

    function _anybody(uint256 who) private view returns (address) {
        who %= 13;
        if (who < 6) return trainers[who];
        if (who < 9) return sealers[who - 6];
        return who < 12 ? challengers[who - 9] : OUTSIDER;
    }

    function _topUp(address account) private {
        if (!_try(account, address(task), abi.encodeCall(ITrainingTask.topUp, ()))) return;
        _equal(_stake(task, account, Role.Trainer), terms.trainerStake, "a stake that was filled up");
        ++count["top up"];
    }

    function _claim(address account) private {
        uint256 owed = pool.earningsOf(account).claimable;
        uint256 purse = coin.balanceOf(account);
        bool done = _try(account, address(pool), abi.encodeCall(IRewardPool.claim, ()));
        _check(done == (owed > 0), "whoever has earned may claim");
        _equal(coin.balanceOf(account) - purse, owed, "what was claimed");
    }

    function _withdraw(ITrainingTask of_, address account, Role role) private returns (bool done) {
        uint256 owed = _stake(of_, account, role);
        uint256 purse = coin.balanceOf(account);
        done = _try(account, address(of_), abi.encodeCall(ITrainingTask.withdraw, (role)));
        if (!done) return false;
        _equal(coin.balanceOf(account) - purse, owed, "what was withdrawn");
        ++count["withdrawal"];
    }

    function _otherEntries(uint256 seed) private view returns (bytes memory) {
        UpdateEntry[] memory other = entries;
        uint256 place = seed % (other.length - 1);
        if (seed % 2 == 0) other[place].weight += 1;
        else (other[place], other[place + 1]) = (other[place + 1], other[place]);
        return abi.encodeCall(ITrainingTask.freezeRound, (other));
    }

    function _stake(ITrainingTask of_, address account, Role role) private view returns (uint256) {
        return vault.stakeOf(address(of_), account, role).amount;
    }

    // ------------------------------------------------------------------ what always holds

    /// @dev INV-TASK-2, after every move.
    function _requireFrozen() private view {
        RoundState memory state = _clock();
        if (state.accepted == 0 || state.phase == Phase.Ended) return;
        _equal(state.round, frozenRound, "INV-TASK-2: the frozen round");
        _equal(task.setHash(), frozenHash, "INV-TASK-2: the frozen set");
    }

    /// @notice INV-STAKE-1, INV-STAKE-2, INV-POOL-1, INV-POOL-2, INV-COIN-1: every coin is somewhere, and the ledgers
    /// are the coins.
    function requireBooks() external view {
        uint256 stakes = 0;
        uint256 owed = 0;
        uint256 purses = coin.balanceOf(address(this));
        for (uint256 i = 0; i < 13; ++i) {
            address account = _anybody(i);
            purses += coin.balanceOf(account);
            owed += pool.earningsOf(account).claimable;
            for (uint256 k = 0; k < tasks.length; ++k) {
                for (uint256 r = 0; r < 3; ++r) stakes += _stake(tasks[k], account, _roles[r]);
            }
        }
        for (uint256 k = 0; k < tasks.length; ++k) {
            IRewardPool.Escrow memory escrow = pool.escrowOf(address(tasks[k]));
            owed += uint256(escrow.unspent) + escrow.bonus;
        }
        _equal(vault.held(), stakes, "INV-STAKE-1");
        _equal(coin.balanceOf(address(vault)), stakes + donated[address(vault)], "INV-STAKE-2");
        _equal(pool.held(), owed, "INV-POOL-1");
        _equal(coin.balanceOf(address(pool)), owed + donated[address(pool)], "INV-POOL-2");
        _equal(coin.totalSupply(), SUPPLY - burned, "INV-COIN-1: what is burned");
        uint256 kept = coin.balanceOf(address(vault)) + coin.balanceOf(address(pool));
        _equal(purses + kept, SUPPLY - burned, "INV-COIN-1: every coin is somewhere");
    }

    /// @notice INV-ROSTER-1, INV-HONEST-1, INV-COURT-1 and INV-BOND-1.
    function requireMembers() external view {
        RoundState memory state = _clock();
        uint256 active = 0;
        for (uint256 i = 0; i < 13; ++i) {
            TrainerView memory record = task.trainerOf(_anybody(i));
            bool counted = record.state != TrainerState.None && record.state != TrainerState.Suspended;
            if (counted && !record.leaving) ++active;
            bool whole = record.state == TrainerState.None ||
                _stake(task, _anybody(i), Role.Trainer) == terms.trainerStake;
            _check(whole || !honest[_anybody(i)], "INV-HONEST-1: an honest stake is not whole");
        }
        _equal(state.active, active, "INV-ROSTER-1");
        _equal(task.nextBond(), terms.challengeBond << lostDisputes, "INV-BOND-1: the next bond");
        IDisputeCourt.Dispute memory open = court.disputeOf(address(task));
        _check(state.disputeOpen == (open.step != IDisputeCourt.Step.None), "INV-COURT-1: task and court disagree");
        if (!state.disputeOpen) return;
        _check(open.deadline != 0 && open.deadline <= block.timestamp + terms.answerSeconds, "INV-COURT-1: deadline");
        _check(open.challenger == disputant, "INV-COURT-1: the open dispute");
    }

    // ------------------------------------------------------------------ the end

    /// @notice INV-TASK-1: nobody acts but an outsider who calls what is due; the task still ends, everybody gets its
    /// stake and its earnings, and nothing is left but what was given unasked.
    function runOut() external {
        for (uint256 i = 0; _phase() != Phase.Ended; ++i) {
            _check(i < 64, "INV-TASK-1: no end after 64 steps");
            Phase current = _phase();
            if (current == Phase.Join && block.timestamp >= _clock().mark) _join(0);
            else if (current > Phase.Challenge) _close(current, 1);
            else _wait(type(uint256).max);
        }
        for (uint256 i = 0; i < 13; ++i) _takeAll(_anybody(i));
        _equal(vault.held(), 0, "INV-STAKE-1: stakes that nobody can take");
        _equal(pool.held(), 0, "INV-POOL-1: earnings that nobody can claim");
        _equal(coin.balanceOf(address(vault)), donated[address(vault)], "INV-STAKE-2: coins left in the vault");
        _equal(coin.balanceOf(address(pool)), donated[address(pool)], "INV-POOL-2: coins left in the pool");
    }

    function _takeAll(address account) private {
        for (uint256 k = 0; k < tasks.length; ++k) {
            if (tasks[k].trainerOf(account).state == TrainerState.Committed) {
                _must(OUTSIDER, address(tasks[k]), abi.encodeCall(ITrainingTask.settle, (account)), "a late settling");
            }
            for (uint256 r = 0; r < 3; ++r) {
                Role role = _roles[r];
                if (_stake(tasks[k], account, role) == 0) continue;
                IStakeVault.Stake memory stake = vault.stakeOf(address(tasks[k]), account, role);
                if (stake.releasableAt == 0) _check(_leave(tasks[k], account, role), "INV-TASK-1: nobody may leave");
                stake = vault.stakeOf(address(tasks[k]), account, role);
                if (block.timestamp < stake.releasableAt) VM.warp(stake.releasableAt);
                _check(_withdraw(tasks[k], account, role), "INV-TASK-1: a stake stays locked");
            }
        }
        _claim(account);
    }
}
