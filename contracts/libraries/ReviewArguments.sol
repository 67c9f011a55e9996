// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Payment, ReviewTerms} from "../types/ReviewTypes.sol";

/// @title The terms behind a board's code
/// @notice As with a task (`TaskArguments`), they are appended to the clone's code by the factory and fixed for good.
/// @dev A word's place is its place in `ReviewTerms`, then what the factory copied from the task's parameters.
library ReviewArguments {
    uint256 private constant PROXY_BYTES = 45;

    function terms() internal view returns (ReviewTerms memory) {
        return
            ReviewTerms({
                committee: committee(),
                quorum: quorum(),
                commitSeconds: commitSeconds(),
                revealSeconds: revealSeconds(),
                stake: stake(),
                reward: reward(),
                silencePenalty: silencePenalty(),
                tolerance: tolerance(),
                floor: floor(),
                full: full(),
                payment: payment(),
                pace: pace()
            });
    }

    function committee() internal view returns (uint256) {
        return _word(0);
    }

    function quorum() internal view returns (uint256) {
        return _word(1);
    }

    function commitSeconds() internal view returns (uint256) {
        return _word(2);
    }

    function revealSeconds() internal view returns (uint256) {
        return _word(3);
    }

    function stake() internal view returns (uint256) {
        return _word(4);
    }

    function reward() internal view returns (uint256) {
        return _word(5);
    }

    function silencePenalty() internal view returns (uint256) {
        return _word(6);
    }

    function tolerance() internal view returns (uint256) {
        return _word(7);
    }

    function floor() internal view returns (uint256) {
        return _word(8);
    }

    function full() internal view returns (uint256) {
        return _word(9);
    }

    function payment() internal view returns (Payment) {
        return Payment(uint8(_word(10)));
    }

    function pace() internal view returns (uint256) {
        return _word(11);
    }

    function owner() internal view returns (address) {
        return address(uint160(_word(12)));
    }

    function burnBps() internal view returns (uint256) {
        return _word(13);
    }

    function maxSamples() internal view returns (uint256) {
        return _word(14);
    }

    function unbondingSeconds() internal view returns (uint256) {
        return _word(15);
    }

    function factory() internal view returns (address) {
        return address(uint160(_word(16)));
    }

    function rounds() internal view returns (uint256) {
        return _word(17);
    }

    /// @dev The scratch word at 0 is free for use between statements.
    function _word(uint256 place) private view returns (uint256 value) {
        // Solidity has no other way to read a part of a contract's own code.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            extcodecopy(address(), 0, add(PROXY_BYTES, mul(place, 32)), 32)
            value := mload(0)
        }
    }
}
