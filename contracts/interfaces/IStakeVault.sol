// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Evidence, Role} from "../types/TaskTypes.sol";

/// @title Holds every stake and bond
/// @notice Stakes are locked per task, account and role, and never shared. Only tasks that the factory made may
/// order a lock, a slash or a release, each only of stakes that were locked for itself.
interface IStakeVault {
    /// @dev One slot. `releasableAt` is 0 while the stake is bound.
    struct Stake {
        uint128 amount;
        uint40 releasableAt;
    }

    /// @notice A stake grew.
    event StakeLocked(address indexed task, address indexed account, Role role, uint256 amount);
    /// @notice A stake will be free at `releasableAt` (seconds since 1970).
    event StakeUnbonding(address indexed task, address indexed account, Role role, uint256 releasableAt);
    /// @notice A stake left the vault.
    event StakeReleased(address indexed task, address indexed account, Role role, uint256 amount);
    /// @notice A stake was cut: `taken` = `burned` + `bounty` (to `beneficiary`) + what went to the honest.
    event StakeSlashed(
        address indexed task,
        address indexed account,
        Role role,
        Evidence evidence,
        uint256 taken,
        uint256 burned,
        address beneficiary,
        uint256 bounty
    );

    /// @notice The caller is not a task of the factory.
    error StakeVaultUnknownTask(address caller);
    /// @notice Only the deployer may wire the vault, and only once; only the factory may register.
    error StakeVaultUnauthorized(address caller);
    /// @notice The stake is still bound, or unbonding until `releasableAt`.
    error StakeVaultStillBound(address account, uint256 releasableAt);
    /// @notice Nothing is locked.
    error StakeVaultNoStake(address account, Role role);
    /// @notice An amount that no stake can have.
    error StakeVaultAmountTooLarge(uint256 amount);

    /// @notice Admits a task. Factory only.
    function registerTask(address task) external;

    /// @notice Takes `amount` from `account`'s allowance and adds it to its stake. Task only.
    function lock(address account, Role role, uint256 amount) external;

    /// @notice Starts the unbonding of a stake. Task only.
    function unbond(address account, Role role, uint256 releasableAt) external;

    /// @notice Pays a stake back to its account. Task only.
    function release(address account, Role role) external;

    /// @notice Cuts a stake by at most `amount` on evidence: a bounty to whoever showed it, at most a fifth of what
    /// is taken; `burnBps` burned; the rest to the honest of the task. Task only.
    function slash(
        address account,
        Role role,
        Evidence evidence,
        uint256 amount,
        address beneficiary,
        uint256 bounty,
        uint256 burnBps
    ) external returns (uint256 taken);

    /// @notice Takes a lost challenger's bond: `fee` to whoever had to answer, the rest is burned. Task only.
    function forfeit(address account, uint256 amount, address answerer, uint256 fee) external;

    /// @notice A stake, and from when it may be withdrawn.
    function stakeOf(address task, address account, Role role) external view returns (Stake memory);

    /// @notice Sum of all stakes; never more than the coins held.
    function held() external view returns (uint256);

    /// @notice The coin that it holds.
    function coin() external view returns (address);
}
