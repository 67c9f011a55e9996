// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISealingPolicy} from "../interfaces/ISealingPolicy.sol";
import {ITrainingTask} from "../interfaces/ITrainingTask.sol";
import {RoundClock} from "../types/RoundClock.sol";
import {TaskParameters} from "../types/TaskTypes.sol";

/// @title Sealing by proof of work, as BlockFL's miners do
/// @notice Any seated sealer may propose once a hash of it, the frozen set and the model falls below the task's target.
/// Holds no coins, has no owner, and serves every task; whoever calls moves its own target alone.
/// @dev INV-WORK-1: a work counts for one chain, policy, task, turn, proposal, set, model and sealer. INV-WORK-2: a
/// target stays between `HARDEST` and `EASIEST`, doubles with every time-out, and asks nothing of an open slot, so that
/// no round waits for luck alone. One slot a task, used again for every proposal.
contract ProofOfWork is ISealingPolicy {
    struct Difficulty {
        uint216 target;
        uint40 lastAt;
    }

    /// @dev What a proposal finds: the target before and after the slots that passed without one.
    struct Terms {
        uint256 rate;
        uint256 elapsed;
        uint256 missed;
        uint256 base;
        uint256 target;
    }

    bytes32 private constant _DOMAIN = keccak256("Gradbond.ProofOfWork");

    /// @dev Works have 216 bits, so that the target shares its slot with a time.
    uint256 private constant _BITS = 216;
    uint256 private constant _EASIEST = type(uint216).max;
    /// @dev 2^64 hashes: weeks of a large pool.
    uint256 private constant _HARDEST = 1 << (_BITS - 64);
    /// @dev A first target asks for what one core of a laptop hashes in Python within the wanted seconds.
    uint256 private constant _FIRST_HASHES_PER_SECOND = 1 << 16;
    /// @dev A thousand hashes take any sealer milliseconds: who does not find them in a whole slot does not look.
    uint256 private constant _IDLE = 1 << (_BITS - 10);
    /// @dev With four times the wanted seconds a slot, luck alone fails one in fifty.
    uint256 private constant _LEAST_SLOT = 4;

    mapping(address task => Difficulty) private _difficulties;

    /// @inheritdoc ISealingPolicy
    function accepts(uint256 rate, uint256 slotSeconds) external pure returns (bool) {
        return rate != 0 && rate <= slotSeconds / _LEAST_SLOT;
    }

    /// @inheritdoc ISealingPolicy
    function admit(
        RoundClock clock,
        bytes32 setHash,
        bytes32 model,
        address sealer,
        uint256 seat
    ) external returns (bool idle) {
        Terms memory terms = _termsOf(msg.sender, block.timestamp - clock.mark());
        uint256 next = terms.target;
        if (seat == type(uint256).max) {
            // Without work it is nobody's find: it never makes the next target harder.
            idle = terms.missed != 0 && _relaxed(terms.base, terms.missed - 1) >= _IDLE;
        } else {
            uint256 work = workOf(msg.sender, clock, setHash, model, sealer, seat >> 8);
            if (work >= terms.target) revert ProofOfWorkInsufficient(work, terms.target);
            if (terms.missed == 0) next = _adjusted(terms);
        }
        // SAFETY: both fit: targets are at most `_EASIEST`, and times have 40 bits for 34,000 years.
        _difficulties[msg.sender] = Difficulty(uint216(next), uint40(block.timestamp));
        emit WorkAdmitted(msg.sender, clock.round(), clock.proposal(), sealer, seat, terms.elapsed, next);
    }

    /// @inheritdoc ISealingPolicy
    function targetOf(address task) external view returns (uint256 target, uint256 lastAt) {
        return (_termsOf(task, 0).base, _difficulties[task].lastAt);
    }

    /// @inheritdoc ISealingPolicy
    function workOf(
        address task,
        RoundClock clock,
        bytes32 setHash,
        bytes32 model,
        address sealer,
        uint256 nonce
    ) public view returns (uint256) {
        // A turn counts attempts over all rounds, so it names the round too; both for readers' sake.
        bytes32 puzzle = keccak256(
            abi.encode(
                _DOMAIN,
                block.chainid,
                address(this),
                task,
                uint256(clock.round()),
                uint256(clock.turn()),
                uint256(clock.proposal()),
                setHash,
                model,
                sealer
            )
        );
        return uint256(keccak256(abi.encode(puzzle, nonce))) >> (256 - _BITS);
    }

    function _termsOf(address task, uint256 elapsed) private view returns (Terms memory terms) {
        TaskParameters memory parameters = ITrainingTask(task).parameters();
        terms.rate = parameters.sealingRate;
        terms.elapsed = elapsed;
        terms.missed = elapsed / parameters.sealSeconds;
        terms.base = _difficulties[task].target;
        if (terms.base == 0) terms.base = (1 << _BITS) / (terms.rate * _FIRST_HASHES_PER_SECOND);
        terms.target = _relaxed(terms.base, terms.missed);
    }

    /// @dev Doubled for every slot that passed without a proposal.
    function _relaxed(uint256 target, uint256 missed) private pure returns (uint256) {
        if (missed >= _BITS || target > _EASIEST >> missed) return _EASIEST;
        return target << missed;
    }

    /// @dev Within three quarters and the double; whoever proposes at the wanted time leaves it as it is. The mean of
    /// the factor is one where the mean of the times is the wanted one.
    function _adjusted(Terms memory terms) private pure returns (uint256 next) {
        uint256 rate = terms.rate;
        uint256 capped = terms.elapsed < 5 * rate ? terms.elapsed : 5 * rate;
        // SAFETY: below 2^216 * 8 * 2^32.
        next = (terms.base * (3 * rate + capped)) / (4 * rate); // down: harder by less than one part in 2^152
        if (next < _HARDEST) return _HARDEST;
        if (next > _EASIEST) return _EASIEST;
    }
}
