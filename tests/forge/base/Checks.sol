// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "./Vm.sol";

/// @title Assertions
/// @notice A check that fails reverts with what it is about and both values, and so fails the test around it.
abstract contract Checks {
    Vm internal constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error CheckFailed(string what);
    error NotEqual(string what, uint256 found, uint256 expected);
    error NotEqualWords(string what, bytes32 found, bytes32 expected);
    error NotRefused(string what);
    error RefusedOtherwise(string what, bytes reason);

    function _check(bool holds, string memory what) internal pure {
        if (!holds) revert CheckFailed(what);
    }

    function _equal(uint256 found, uint256 expected, string memory what) internal pure {
        if (found != expected) revert NotEqual(what, found, expected);
    }

    function _equal(bytes32 found, bytes32 expected, string memory what) internal pure {
        if (found != expected) revert NotEqualWords(what, found, expected);
    }

    /// @dev The call must revert with this very error.
    function _refused(address target, bytes memory data, bytes4 required, string memory what) internal {
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, bytes memory reason) = target.call(data);
        if (done) revert NotRefused(what);
        if (bytes4(reason) != required) revert RefusedOtherwise(what, reason);
    }

    /// @dev Folds any value into a range, ends included; both ends come up more often than others.
    function _within(uint256 value, uint256 least, uint256 most) internal pure returns (uint256) {
        uint256 count = most - least + 1;
        if (count == 0 || (value >= least && value <= most)) return value;
        return least + (value % count);
    }

    /// @dev Prints a line under a test's result, with `-vv`.
    function _say(string memory what, uint256 value) internal view {
        address console = 0x000000000000000000636F6e736F6c652e6c6f67;
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, ) = console.staticcall(abi.encodeWithSignature("log(string,uint256)", what, value));
        _check(done, "forge's console");
    }

    /// @dev The next of a sequence of numbers that look random.
    function _draw(uint256 seed, string memory label) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, label)));
    }
}
