// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IRewardPool} from "../interfaces/IRewardPool.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {Evidence, Role} from "../types/TaskTypes.sol";

/// @title Holds every stake and bond
/// @notice Money: stakes and bonds, nothing else. Trust: the factory, for which tasks may order; each task, for the
/// stakes that were locked for it. No pause, no owner after `wire`.
/// @dev INV-STAKE-1: `held` equals the sum of all stakes. INV-STAKE-2: coins held >= `held`. INV-SLASH-1: a slash takes
/// at most the stake, and all of it goes somewhere. INV-SLASH-2: at least a fifth is burned. INV-SLASH-3: a bounty is
/// at most a fifth.
/// The coin is this project's own and calls nobody back; state is written before it is called all the same.
contract StakeVault is IStakeVault {
    using SafeERC20 for IERC20;

    uint256 private constant BPS = 10_000;
    /// @dev A cheat can always accuse itself first: what comes back to it that way stays below a fifth.
    uint256 private constant MAX_BOUNTY_BPS = 2_000;

    IERC20 private immutable _COIN;
    address private immutable _DEPLOYER;

    address private _factory;
    IRewardPool private _pool;
    uint256 private _held;
    mapping(address task => bool) private _tasks;
    mapping(address task => mapping(address account => mapping(Role role => Stake))) private _stakes;

    modifier onlyTask() {
        if (!_tasks[msg.sender]) revert StakeVaultUnknownTask(msg.sender);
        _;
    }

    /// @param coin_ The coin of all stakes.
    constructor(IERC20 coin_) {
        _COIN = coin_;
        _DEPLOYER = msg.sender;
    }

    /// @notice Names the factory and the pool, once.
    function wire(address factory, IRewardPool pool) external {
        if (msg.sender != _DEPLOYER || _factory != address(0)) revert StakeVaultUnauthorized(msg.sender);
        _factory = factory;
        _pool = pool;
    }

    /// @inheritdoc IStakeVault
    function registerTask(address task) external {
        if (msg.sender != _factory) revert StakeVaultUnauthorized(msg.sender);
        _tasks[task] = true;
    }

    /// @inheritdoc IStakeVault
    function lock(address account, Role role, uint256 amount) external onlyTask {
        Stake storage stake = _stakes[msg.sender][account][role];
        uint256 total = stake.amount + amount;
        if (total > type(uint128).max) revert StakeVaultAmountTooLarge(total);
        stake.amount = uint128(total);
        stake.releasableAt = 0; // what is locked anew is bound anew
        _held += amount;
        emit StakeLocked(msg.sender, account, role, amount);
        // SAFETY: a task locks only its own caller's coins; `account` is the sender that the task saw.
        // slither-disable-next-line arbitrary-send-erc20
        _COIN.safeTransferFrom(account, address(this), amount);
    }

    /// @inheritdoc IStakeVault
    function unbond(address account, Role role, uint256 releasableAt) external onlyTask {
        Stake storage stake = _stakes[msg.sender][account][role];
        if (stake.amount == 0) revert StakeVaultNoStake(account, role);
        stake.releasableAt = uint40(releasableAt);
        emit StakeUnbonding(msg.sender, account, role, releasableAt);
    }

    /// @inheritdoc IStakeVault
    function release(address account, Role role) external onlyTask {
        Stake memory stake = _stakes[msg.sender][account][role];
        if (stake.releasableAt == 0 || block.timestamp < stake.releasableAt) {
            revert StakeVaultStillBound(account, stake.releasableAt);
        }
        delete _stakes[msg.sender][account][role];
        _held -= stake.amount;
        emit StakeReleased(msg.sender, account, role, stake.amount);
        _COIN.safeTransfer(account, stake.amount);
    }

    /// @inheritdoc IStakeVault
    function slash(
        address account,
        Role role,
        Evidence evidence,
        uint256 amount,
        address beneficiary,
        uint256 bounty,
        uint256 burnBps
    ) external onlyTask returns (uint256 taken) {
        taken = _take(account, role, amount);
        // up: what is burned can never be less than its share
        uint256 burned = (taken * burnBps + BPS - 1) / BPS;
        uint256 most = (taken * MAX_BOUNTY_BPS) / BPS; // down: in favour of the honest
        uint256 paid = beneficiary == address(0) ? 0 : (bounty < most ? bounty : most);
        if (paid > taken - burned) paid = taken - burned;
        emit StakeSlashed(msg.sender, account, role, evidence, taken, burned, beneficiary, paid);
        _spread(burned, beneficiary, paid, taken - burned - paid);
    }

    /// @inheritdoc IStakeVault
    function forfeit(address account, uint256 amount, address answerer, uint256 fee) external onlyTask {
        uint256 taken = _take(account, Role.Challenger, amount);
        uint256 paid = fee < taken ? fee : taken;
        emit StakeSlashed(
            msg.sender,
            account,
            Role.Challenger,
            Evidence.LostDispute,
            taken,
            taken - paid,
            answerer,
            paid
        );
        _spread(taken - paid, answerer, paid, 0);
    }

    /// @inheritdoc IStakeVault
    function stakeOf(address task, address account, Role role) external view returns (Stake memory) {
        return _stakes[task][account][role];
    }

    /// @inheritdoc IStakeVault
    function coin() external view returns (address) {
        return address(_COIN);
    }

    /// @inheritdoc IStakeVault
    function held() external view returns (uint256) {
        return _held;
    }

    /// @dev Cuts a stake, at most by what is there.
    function _take(address account, Role role, uint256 amount) private returns (uint256 taken) {
        Stake storage stake = _stakes[msg.sender][account][role];
        taken = amount < stake.amount ? amount : stake.amount;
        // SAFETY: `taken` is at most `stake.amount`.
        stake.amount -= uint128(taken);
        _held -= taken;
    }

    /// @dev Sends every part of a cut where it belongs.
    function _spread(uint256 burned, address beneficiary, uint256 paid, uint256 rest) private {
        if (burned > 0) ERC20Burnable(address(_COIN)).burn(burned);
        if (paid + rest == 0) return;
        _COIN.safeTransfer(address(_pool), paid + rest);
        _pool.bookSlash(msg.sender, beneficiary, paid, rest);
    }
}
