// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RoundClock} from "../types/RoundClock.sol";

/// @title Says which of the seated sealers may propose, where a task has no slots in order
interface ISealingPolicy {
    /// @notice A proposal was admitted, and the next one has another target.
    /// @param seat As the proposal named it: the nonce stands above the lowest 8 bits.
    /// @param elapsed Seconds since the set froze or the last proposal was rejected; with the target before, it gives
    /// the one that was in force.
    /// @param next The target that the next proposal starts from; a work lies below it.
    event WorkAdmitted(
        address indexed task,
        uint24 indexed round,
        uint8 proposal,
        address indexed sealer,
        uint256 seat,
        uint256 elapsed,
        uint256 next
    );

    /// @notice The work does not lie below the target.
    error ProofOfWorkInsufficient(uint256 work, uint256 target);

    /// @notice Whether a task may be sealed at this rate.
    /// @param rate Wanted seconds from the freeze of a set to its proposal.
    /// @param slotSeconds After as many without a proposal the target doubles.
    function accepts(uint256 rate, uint256 slotSeconds) external view returns (bool);

    /// @notice Admits a proposal to the calling task, or reverts, and moves the task's target.
    /// @param clock The task's clock, in Aggregate.
    /// @param setHash Running hash of the frozen set.
    /// @param model Commitment to the proposed model.
    /// @param seat The seat in its lowest 8 bits and the nonce above; `type(uint256).max` for a proposal in an open
    /// slot, which shows no work.
    /// @return idle Whether those who had seats and did not propose are idle, rather than without luck.
    function admit(
        RoundClock clock,
        bytes32 setHash,
        bytes32 model,
        address sealer,
        uint256 seat
    ) external returns (bool idle);

    /// @notice The target of a task's next proposal before any time-out, and when the last one was admitted (0: never).
    function targetOf(address task) external view returns (uint256 target, uint256 lastAt);

    /// @notice What must lie below the target.
    function workOf(
        address task,
        RoundClock clock,
        bytes32 setHash,
        bytes32 model,
        address sealer,
        uint256 nonce
    ) external view returns (uint256);
}
