// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IRewardPool} from "../interfaces/IRewardPool.sol";

/// @title Holds every task's escrow and what accounts have earned
/// @notice Money: rewards, nothing else. Pull payments only. Trust: the factory, for which tasks may order; each task,
/// for its own escrow; the vault, for coins that it has sent. No owner after `wire`.
/// @dev INV-POOL-1: `held` equals the sum of all escrows, bonuses and claimable earnings. INV-POOL-2: coins held >=
/// `held`. The coin is this project's own and calls nobody back; state is written before it is called all the same.
contract RewardPool is IRewardPool {
    using SafeERC20 for IERC20;

    uint256 private constant BPS = 10_000;

    IERC20 private immutable _COIN;
    address private immutable _DEPLOYER;

    address private _factory;
    address private _vault;
    uint256 private _held;
    mapping(address task => Escrow) private _escrows;
    mapping(address account => Earnings) private _earnings;

    modifier onlyTask() {
        if (!_escrows[msg.sender].registered) revert RewardPoolUnauthorized(msg.sender);
        _;
    }

    /// @param coin_ The coin of all rewards.
    constructor(IERC20 coin_) {
        _COIN = coin_;
        _DEPLOYER = msg.sender;
    }

    /// @notice Names the factory and the vault, once.
    function wire(address factory, address vault) external {
        if (msg.sender != _DEPLOYER || _factory != address(0)) revert RewardPoolUnauthorized(msg.sender);
        _factory = factory;
        _vault = vault;
    }

    /// @inheritdoc IRewardPool
    function fund(address task, address payer, uint256 amount) external {
        if (msg.sender != _factory) revert RewardPoolUnauthorized(msg.sender);
        if (amount > type(uint112).max) revert RewardPoolAmountTooLarge(amount);
        _escrows[task] = Escrow({unspent: uint120(amount), bonus: 0, registered: true, closed: false});
        _held += amount;
        emit EscrowFunded(task, payer, amount);
        // SAFETY: the factory passes its own caller as `payer`.
        // slither-disable-next-line arbitrary-send-erc20
        _COIN.safeTransferFrom(payer, address(this), amount);
    }

    /// @inheritdoc IRewardPool
    function creditRound(RoundCredit calldata credit) external {
        Escrow memory escrow = _escrows[msg.sender];
        if (!escrow.registered) revert RewardPoolUnauthorized(msg.sender);
        uint256 accepted = credit.accepted;
        uint256 share = accepted == 0 ? 0 : escrow.bonus / accepted; // down: dust waits for the next round
        uint256 spent = _creditTrainers(credit, share);
        if (credit.sealer != address(0)) {
            _earn(credit.sealer, credit.sealReward);
            spent += credit.sealReward;
        }
        uint256 shared = share * accepted;
        _spend(escrow, spent - shared);
        // SAFETY: `shared` is at most `bonus` by the division above.
        escrow.bonus -= uint120(shared);
        _escrows[msg.sender] = escrow;
        if (share > 0) emit BonusShared(msg.sender, accepted, share);
    }

    /// @inheritdoc IRewardPool
    function creditSealer(address sealer, uint256 amount) external onlyTask {
        Escrow memory escrow = _escrows[msg.sender];
        _spend(escrow, amount);
        _escrows[msg.sender] = escrow;
        _earn(sealer, amount);
    }

    /// @inheritdoc IRewardPool
    function bookSlash(address task, address beneficiary, uint256 bounty, uint256 bonus) external {
        if (msg.sender != _vault) revert RewardPoolUnauthorized(msg.sender);
        Escrow storage escrow = _escrows[task];
        if (escrow.closed) {
            // Nobody is left to share it.
            _held += bounty;
            if (bounty > 0) _earn(beneficiary, bounty);
            emit SlashBooked(task, beneficiary, bounty, 0);
            if (bonus > 0) ERC20Burnable(address(_COIN)).burn(bonus);
            return;
        }
        uint256 total = escrow.bonus + bonus;
        if (total > type(uint120).max) revert RewardPoolAmountTooLarge(total);
        escrow.bonus = uint120(total);
        _held += bounty + bonus;
        if (bounty > 0) _earn(beneficiary, bounty);
        emit SlashBooked(task, beneficiary, bounty, bonus);
    }

    /// @inheritdoc IRewardPool
    function refund(address owner) external onlyTask {
        Escrow memory escrow = _escrows[msg.sender];
        _escrows[msg.sender].unspent = 0;
        _escrows[msg.sender].bonus = 0;
        _escrows[msg.sender].closed = true;
        _held -= uint256(escrow.unspent) + escrow.bonus;
        emit EscrowRefunded(msg.sender, owner, escrow.unspent, escrow.bonus);
        if (escrow.bonus > 0) ERC20Burnable(address(_COIN)).burn(escrow.bonus);
        if (escrow.unspent > 0) _COIN.safeTransfer(owner, escrow.unspent);
    }

    /// @inheritdoc IRewardPool
    function claim() external returns (uint256 amount) {
        Earnings storage earnings = _earnings[msg.sender];
        amount = earnings.claimable;
        if (amount == 0) revert RewardPoolNothingToClaim(msg.sender);
        earnings.claimable = 0;
        _held -= amount;
        _COIN.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IRewardPool
    function escrowOf(address task) external view returns (Escrow memory) {
        return _escrows[task];
    }

    /// @inheritdoc IRewardPool
    function earningsOf(address account) external view returns (Earnings memory) {
        return _earnings[account];
    }

    /// @inheritdoc IRewardPool
    function coin() external view returns (address) {
        return address(_COIN);
    }

    /// @inheritdoc IRewardPool
    function held() external view returns (uint256) {
        return _held;
    }

    /// @dev What accepted updates and attestations earn, in all.
    function _creditTrainers(RoundCredit calldata credit, uint256 share) private returns (uint256 spent) {
        // Read once: the loop runs over a whole round.
        address[] calldata accounts = credit.accounts;
        uint256 acceptedMask = credit.acceptedMask;
        uint256 attestedMask = credit.attestedMask;
        uint256 perUpdate = credit.updateReward + share;
        uint256 perAttestation = credit.attestReward;
        bool whole = credit.shares.length == 0;
        for (uint256 i = 0; i < accounts.length; ++i) {
            uint256 earned = 0;
            if ((acceptedMask >> i) & 1 == 1) {
                earned = whole ? perUpdate : (credit.updateReward * credit.shares[i]) / BPS + share;
            }
            if ((attestedMask >> i) & 1 == 1) earned += perAttestation;
            if (earned == 0) continue;
            _earn(accounts[i], earned);
            spent += earned;
        }
    }

    /// @dev Moves coins out of an escrow in memory; the caller writes it back.
    function _spend(Escrow memory escrow, uint256 amount) private view {
        if (amount > escrow.unspent) revert RewardPoolEscrowExhausted(msg.sender, amount, escrow.unspent);
        // SAFETY: just compared.
        escrow.unspent -= uint120(amount);
    }

    /// @dev Checked arithmetic: no sum comes near 128 bits, since escrows and bonuses have 120.
    function _earn(address account, uint256 amount) private {
        Earnings memory earnings = _earnings[account];
        earnings.claimable += uint128(amount);
        earnings.lifetime += uint128(amount);
        _earnings[account] = earnings;
    }
}
