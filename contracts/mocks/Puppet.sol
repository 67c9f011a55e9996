// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title An account that anybody can order about, for tests
contract Puppet {
    /// @notice Makes a call as this account; reverts as that call does.
    function act(address target, bytes calldata data) external {
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, bytes memory result) = target.call(data);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(result, 32), mload(result))
        }
    }
}
