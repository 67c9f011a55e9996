// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Puppet} from "./Puppet.sol";

/// @title Many accounts that act in one transaction, for tests
/// @notice Fills a task with as many trainers as it takes, and puts calls of different accounts into one block.
contract PuppetCrowd {
    Puppet[] private _members;

    /// @notice Adds accounts.
    function grow(uint256 count) external {
        for (uint256 i = 0; i < count; ++i) _members.push(new Puppet());
    }

    /// @notice Makes one call for each of these members, in this order.
    function order(uint256[] calldata who, address target, bytes[] calldata data) external {
        for (uint256 i = 0; i < who.length; ++i) _members[who[i]].act(target, data[i]);
    }

    /// @notice All accounts.
    function members() external view returns (Puppet[] memory) {
        return _members;
    }
}
