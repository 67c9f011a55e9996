// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISealingPolicy} from "../../../contracts/interfaces/ISealingPolicy.sol";
import {ProofOfWork} from "../../../contracts/sealing/ProofOfWork.sol";
import {RoundClock} from "../../../contracts/types/RoundClock.sol";
import {TaskParameters} from "../../../contracts/types/TaskTypes.sol";
import {World} from "../base/World.sol";

/// @title Another task on the same terms
contract Caller {
    ProofOfWorkTest private immutable _TERMS;

    constructor(ProofOfWorkTest terms) {
        _TERMS = terms;
    }

    function parameters() external view returns (TaskParameters memory) {
        return _TERMS.parameters();
    }

    function propose(ProofOfWork policy, RoundClock clock) external {
        policy.admit(clock, 0, 0, address(this), type(uint256).max);
    }
}

/// @title The target of a task's proof of work over any history; this contract stands in the task's place
contract ProofOfWorkTest is World {
    uint256 private constant EASIEST = type(uint216).max;
    uint256 private constant HARDEST = 1 << 152;

    ProofOfWork private _policy;
    uint256 private _rate;
    uint256 private _slot;

    function setUp() public {
        _deploy();
        _policy = new ProofOfWork();
    }

    /// @dev What the policy asks of its task.
    function parameters() external view returns (TaskParameters memory found) {
        found = _parameters();
        found.sealSeconds = _slot;
        found.sealingRate = _rate;
    }

    function _begin(uint256 rate, uint256 slot) private {
        _slot = 4 + (slot % (30 days - 3));
        _rate = 1 + (rate % (_slot / 4));
        _check(_policy.accepts(_rate, _slot), "an admitted rate");
        VM.warp(1e9);
    }

    /// @dev INV-WORK-2: whatever comes, the target stays in range and moves by bounded steps.
    function testFuzz_TargetStaysInRange(uint256 rate, uint256 slot, uint32[24] calldata times) public {
        _begin(rate, slot);
        for (uint256 i = 0; i < times.length; ++i) {
            (uint256 before, ) = _policy.targetOf(address(this));
            uint256 elapsed = times[i] % (19 * _slot);
            bool open = times[i] % 3 == 0;
            RoundClock clock = RoundClock.wrap(0).withMark(block.timestamp).withProposal(i);
            VM.warp(block.timestamp + elapsed);
            uint256 missed = elapsed / _slot;
            uint256 target = before > EASIEST >> missed ? EASIEST : before << missed;
            if (!open && !_admits(clock, target)) continue;
            if (open) _policy.admit(clock, 0, 0, address(this), type(uint256).max);
            (uint256 next, uint256 lastAt) = _policy.targetOf(address(this));
            _check(lastAt == block.timestamp, "the time of the last");
            _check(next >= HARDEST && next <= EASIEST, "INV-WORK-2: out of range");
            if (open || missed != 0) _check(next == target, "INV-WORK-2: a time-out doubles");
            else _check(next >= (before / 4) * 3 && next / 2 <= before, "INV-WORK-2: a step too far");
        }
    }

    /// @dev Tries one nonce: it counts exactly where it lies below the target.
    function _admits(RoundClock clock, uint256 target) private returns (bool) {
        uint256 work = _policy.workOf(address(this), clock, 0, 0, address(this), 0);
        try _policy.admit(clock, 0, 0, address(this), 0) {
            _check(work < target, "INV-WORK-1: admitted without work");
            return true;
        } catch (bytes memory reason) {
            _check(work >= target, "INV-WORK-1: refused with work");
            bytes memory said = abi.encodeWithSelector(ISealingPolicy.ProofOfWorkInsufficient.selector, work, target);
            _check(keccak256(reason) == keccak256(said), "another error");
            return false;
        }
    }

    /// @dev Nobody proposes but in open slots: the target of some later round asks for nothing.
    function test_TimeOutsEndWithATargetThatEverybodyFinds() public {
        _begin(0, 396);
        uint256 rounds = 0;
        for (; rounds < 64; ++rounds) {
            RoundClock clock = RoundClock.wrap(0).withMark(block.timestamp);
            VM.warp(block.timestamp + 16 * _slot);
            bool idle = _policy.admit(clock, 0, 0, address(this), type(uint256).max);
            (uint256 target, ) = _policy.targetOf(address(this));
            if (target == EASIEST) break;
            _check(!idle || target >= 1 << 206, "idle where work was asked");
        }
        _check(rounds < 64, "INV-WORK-2: out of reach");
    }

    /// @dev Nobody else moves a task's target.
    function testFuzz_TargetsAreSeparate(uint256 elapsed) public {
        _begin(9, 396);
        (uint256 before, ) = _policy.targetOf(address(this));
        Caller stub = new Caller(this);
        VM.warp(block.timestamp + (elapsed % 1e6));
        stub.propose(_policy, RoundClock.wrap(0).withMark(1e9));
        (uint256 moved, ) = _policy.targetOf(address(stub));
        _check(moved >= before, "an open slot made the target harder");
        (uint256 later, ) = _policy.targetOf(address(this));
        _check(before == later, "another task moved the target");
    }
}
