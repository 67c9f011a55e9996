// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";

/// @title The federation's coin
/// @notice A plain ERC-20 with a fixed supply: stakes, bonds, rewards and penalties are paid in it. Nobody can mint;
/// a part of every slash is burned.
/// @dev INV-COIN-1: the supply falls by what slashes and ended tasks burn, and never otherwise.
contract DeepCoin is ERC20, ERC20Burnable {
    /// @param holder Receives the whole supply.
    /// @param supply In units of 1e-18 coin.
    constructor(address holder, uint256 supply) ERC20("DeepCoin", "DEEP") {
        _mint(holder, supply);
    }
}
