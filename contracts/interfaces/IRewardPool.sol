// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Holds every task's escrow and what accounts have earned
interface IRewardPool {
    /// @dev One slot. `bonus` is what slashes left for the honest of the next frozen set.
    struct Escrow {
        uint120 unspent;
        uint120 bonus;
        bool registered;
        bool closed; // refunded: what slashes bring later is burned
    }

    /// @dev One slot. `lifetime` never falls, so the slot is never emptied and earning again stays cheap.
    struct Earnings {
        uint128 claimable;
        uint128 lifetime;
    }

    /// @dev What a frozen round earns; bit i of a mask is `accounts[i]`.
    struct RoundCredit {
        address[] accounts;
        uint256 acceptedMask;
        uint256 attestedMask;
        uint256 accepted;
        uint256 updateReward;
        uint256 attestReward;
        address sealer;
        uint256 sealReward;
        uint256[] shares; // of updateReward, in Bps, for each account; none: whole
    }

    /// @notice A task was paid for in advance.
    event EscrowFunded(address indexed task, address indexed payer, uint256 amount);
    /// @notice Each of `accepted` trainers got `share` of what slashes had left for the honest.
    event BonusShared(address indexed task, uint256 accepted, uint256 share);
    /// @notice Coins of a slash arrived: a bounty for one account, the rest for the honest.
    event SlashBooked(address indexed task, address indexed beneficiary, uint256 bounty, uint256 bonus);
    /// @notice A task ended: the unspent escrow went back, slashed coins that nobody was left to share were burned.
    event EscrowRefunded(address indexed task, address indexed owner, uint256 amount, uint256 burned);

    /// @notice The caller may not do this.
    error RewardPoolUnauthorized(address caller);
    /// @notice The task owes more than was paid in.
    error RewardPoolEscrowExhausted(address task, uint256 required, uint256 unspent);
    /// @notice Nothing to claim.
    error RewardPoolNothingToClaim(address account);
    /// @notice More coins than a ledger entry can hold.
    error RewardPoolAmountTooLarge(uint256 amount);

    /// @notice Admits a task and takes its whole budget from `payer`'s allowance. Factory only.
    function fund(address task, address payer, uint256 amount) external;

    /// @notice Books what a frozen round owes. Task only.
    function creditRound(RoundCredit calldata credit) external;

    /// @notice Books the last sealer's reward when no round follows. Task only.
    function creditSealer(address sealer, uint256 amount) external;

    /// @notice Books coins of a slash that the vault has just sent. Vault only.
    function bookSlash(address task, address beneficiary, uint256 bounty, uint256 bonus) external;

    /// @notice Returns the unspent escrow to the task's owner. Task only.
    function refund(address owner) external;

    /// @notice Pays the caller all that it has earned, in whatever tasks. The coin's own `Transfer` from the pool is
    /// the record of it.
    function claim() external returns (uint256 amount);

    /// @notice What is left of a task's budget, and what slashes added.
    function escrowOf(address task) external view returns (Escrow memory);

    /// @notice What an account may claim, and has ever earned.
    function earningsOf(address account) external view returns (Earnings memory);

    /// @notice Sum of all escrows and earnings; never more than the coins held.
    function held() external view returns (uint256);

    /// @notice The coin that it holds.
    function coin() external view returns (address);
}
