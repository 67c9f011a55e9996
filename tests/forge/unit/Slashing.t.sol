// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRewardPool} from "../../../contracts/interfaces/IRewardPool.sol";
import {RewardPool} from "../../../contracts/rewards/RewardPool.sol";
import {StakeVault} from "../../../contracts/staking/StakeVault.sol";
import {DeepCoin} from "../../../contracts/token/DeepCoin.sol";
import {Evidence, Role} from "../../../contracts/types/TaskTypes.sol";
import {Checks} from "../base/Checks.sol";

/// @title INV-SLASH-1, INV-SLASH-2 and INV-SLASH-3, for all stakes, penalties and shares
/// @notice This contract is the factory, the one task and the cheat.
contract SlashingTest is Checks {
    uint256 private constant SUPPLY = 1e27;
    address private constant FINDER = address(0xf1de);

    DeepCoin private _coin;
    StakeVault private _vault;
    RewardPool private _pool;

    function setUp() external {
        _coin = new DeepCoin(address(this), SUPPLY);
        _vault = new StakeVault(_coin);
        _pool = new RewardPool(_coin);
        _vault.wire(address(this), _pool);
        _pool.wire(address(this), address(_vault));
        _coin.approve(address(_vault), SUPPLY);
        _coin.approve(address(_pool), SUPPLY);
        _vault.registerTask(address(this));
        _pool.fund(address(this), address(this), 0);
    }

    function test_ASlashIsTheStakeAtMostAndSplitsWithoutRest(
        uint256 stake,
        uint256 penalty,
        uint256 bounty,
        uint256 burnBps,
        bool found
    ) external {
        stake = _within(stake, 0, 1e24);
        penalty = _within(penalty, 0, 2e24);
        burnBps = _within(burnBps, 2_000, 10_000);
        _vault.lock(address(this), Role.Trainer, stake);
        address finder = found ? FINDER : address(0);
        uint256 taken = _vault.slash(address(this), Role.Trainer, Evidence.NoReveal, penalty, finder, bounty, burnBps);
        _equal(taken, stake < penalty ? stake : penalty, "taken");
        _equal(_left(Role.Trainer), stake - taken, "what is left of the stake");
        uint256 burned = SUPPLY - _coin.totalSupply();
        uint256 paid = _pool.earningsOf(FINDER).claimable;
        uint256 bonus = _pool.escrowOf(address(this)).bonus;
        _equal(burned + paid + bonus, taken, "the parts of a slash");
        _check(burned * 5 >= taken, "less than a fifth burned");
        _check(burned * 10_000 >= taken * burnBps, "less than the task's share burned");
        _check(paid * 5 <= taken && paid <= bounty, "more than a fifth, or than the bounty, paid");
        if (!found) _equal(paid, 0, "nobody earns by exposing itself");
        _requireBooks();
    }

    function test_ALostBondPaysTheFeeAndBurnsTheRest(uint256 bond, uint256 amount, uint256 fee) external {
        bond = _within(bond, 0, 1e24);
        amount = _within(amount, 0, 2e24);
        _vault.lock(address(this), Role.Challenger, bond);
        _vault.forfeit(address(this), amount, FINDER, fee);
        uint256 taken = bond < amount ? bond : amount;
        _equal(_left(Role.Challenger), bond - taken, "what is left of the bond");
        uint256 paid = _pool.earningsOf(FINDER).claimable;
        _equal(paid, fee < taken ? fee : taken, "the answer's fee");
        _equal(SUPPLY - _coin.totalSupply(), taken - paid, "the rest is burned");
        _requireBooks();
    }

    function test_ARoundPaysEachOnceAndSharesTheBonus(
        uint256 accepted,
        uint256 attested,
        uint256 count,
        uint256 penalty,
        bool sealed_
    ) external {
        count = _within(count, 1, 128);
        penalty = _within(penalty, 0, 1e21);
        accepted &= (1 << count) - 1;
        attested &= (1 << count) - 1;
        _pool.fund(address(this), address(this), 1e24);
        _vault.lock(address(this), Role.Trainer, penalty);
        _vault.slash(address(this), Role.Trainer, Evidence.NoReveal, penalty, address(0), 0, 2_000);
        uint256 bonus = _pool.escrowOf(address(this)).bonus;
        uint256 number = _count(accepted);
        address[] memory accounts = new address[](count);
        for (uint256 i = 0; i < count; ++i) accounts[i] = address(uint160(0x1000 + i));
        _pool.creditRound(
            IRewardPool.RoundCredit({
                accounts: accounts,
                acceptedMask: accepted,
                attestedMask: attested,
                accepted: number,
                updateReward: 7,
                attestReward: 3,
                sealer: sealed_ ? FINDER : address(0),
                sealReward: 11,
                shares: new uint256[](0)
            })
        );
        uint256 share = number == 0 ? 0 : bonus / number;
        for (uint256 i = 0; i < count; ++i) {
            uint256 owed = ((accepted >> i) & 1) * (7 + share) + ((attested >> i) & 1) * 3;
            _equal(_pool.earningsOf(accounts[i]).claimable, owed, "what a trainer earns");
        }
        _equal(_pool.earningsOf(FINDER).claimable, sealed_ ? 11 : 0, "what a sealer earns");
        _equal(_pool.escrowOf(address(this)).bonus, bonus - share * number, "the dust waits");
        uint256 spent = number * 7 + _count(attested) * 3 + (sealed_ ? 11 : 0);
        _equal(_pool.escrowOf(address(this)).unspent, 1e24 - spent, "unspent escrow");
        _requireBooks();
    }

    function test_ASharePaysThatPartOfAnUpdate(uint256 reward, uint256 penalty, uint256[8] memory parts) external {
        reward = _within(reward, 0, 1e24 / 8);
        penalty = _within(penalty, 0, 1e21);
        _pool.fund(address(this), address(this), 1e24);
        _vault.lock(address(this), Role.Trainer, penalty);
        _vault.slash(address(this), Role.Trainer, Evidence.NoScores, penalty, address(0), 0, 2_000);
        uint256 share = _pool.escrowOf(address(this)).bonus / 7;
        IRewardPool.RoundCredit memory credit;
        credit.accounts = new address[](8);
        credit.shares = new uint256[](8);
        for (uint256 i = 0; i < 8; ++i) {
            credit.accounts[i] = address(uint160(0x1000 + i));
            credit.shares[i] = parts[i] % 10_001;
        }
        // The fourth is not accepted: its share is worth nothing.
        credit.acceptedMask = 0xf7;
        credit.accepted = 7;
        credit.updateReward = reward;
        _pool.creditRound(credit);
        uint256 spent = 0;
        for (uint256 i = 0; i < 8; ++i) {
            uint256 part = i == 3 ? 0 : (reward * (parts[i] % 10_001)) / 10_000;
            spent += part;
            uint256 owed = i == 3 ? 0 : part + share;
            _equal(_pool.earningsOf(credit.accounts[i]).claimable, owed, "what a trainer earns by its share");
        }
        _equal(_pool.escrowOf(address(this)).unspent, 1e24 - spent, "unspent escrow");
        _requireBooks();
    }

    function test_WhatComesAfterTheEndIsBurned(uint256 penalty, uint256 burnBps) external {
        penalty = _within(penalty, 0, 1e24);
        _vault.lock(address(this), Role.Trainer, penalty);
        _pool.refund(address(this));
        burnBps = _within(burnBps, 2_000, 10_000);
        _vault.slash(address(this), Role.Trainer, Evidence.WrongNorm, penalty, FINDER, penalty, burnBps);
        uint256 paid = _pool.earningsOf(FINDER).claimable;
        _equal(SUPPLY - _coin.totalSupply(), penalty - paid, "burned after the end");
        _requireBooks();
    }

    function _left(Role role) private view returns (uint256) {
        return _vault.stakeOf(address(this), address(this), role).amount;
    }

    function _count(uint256 mask) private pure returns (uint256 ones) {
        for (; mask != 0; mask >>= 1) ones += mask & 1;
    }

    /// @dev INV-STAKE-1, INV-STAKE-2, INV-POOL-1 and INV-POOL-2 where nobody sends coins unasked.
    function _requireBooks() private view {
        _equal(_vault.held(), _left(Role.Trainer) + _left(Role.Challenger), "INV-STAKE-1");
        _equal(_coin.balanceOf(address(_vault)), _vault.held(), "INV-STAKE-2");
        _equal(_coin.balanceOf(address(_pool)), _pool.held(), "INV-POOL-2");
        uint256 everything = _coin.balanceOf(address(this)) + _vault.held() + _pool.held();
        _equal(everything, _coin.totalSupply(), "INV-COIN-1: every coin is somewhere");
    }
}
