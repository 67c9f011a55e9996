// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The parameters behind a clone's code
/// @notice A task's parameters are appended to its clone's code by the factory: fixed for good, and one of them costs
/// a code copy (about 130 gas) instead of a cold slot (2,100).
/// @dev A word's place is its place in `TaskParameters`; a test compares every getter with the decoded struct.
library TaskArguments {
    /// @dev Length of the minimal proxy that precedes the arguments in the clone's code.
    uint256 private constant PROXY_BYTES = 45;

    /// @notice Ends the call with all parameters as its answer.
    /// @dev A struct of words alone is answered as it was encoded for the clone: nothing is decoded and encoded again.
    function answerAll() internal view {
        // Solidity has no other way to answer with a part of a contract's own code.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let free := mload(0x40)
            let length := sub(extcodesize(address()), PROXY_BYTES)
            extcodecopy(address(), free, PROXY_BYTES, length)
            return(free, length)
        }
    }

    function owner() internal view returns (address) {
        return address(uint160(_word(0)));
    }

    function initialModel() internal view returns (bytes32) {
        return bytes32(_word(2));
    }

    function dimension() internal view returns (uint32) {
        return uint32(_word(4));
    }

    function fractionBits() internal view returns (uint8) {
        return uint8(_word(5));
    }

    function normBoundSquared() internal view returns (uint256) {
        return _word(6);
    }

    function rounds() internal view returns (uint256) {
        return _word(7);
    }

    function quorum() internal view returns (uint256) {
        return _word(8);
    }

    function maxTrainers() internal view returns (uint256) {
        return _word(9);
    }

    function maxVoids() internal view returns (uint256) {
        return _word(10);
    }

    function maxSamples() internal view returns (uint256) {
        return _word(11);
    }

    function fractionBps() internal view returns (uint256) {
        return _word(12);
    }

    function joinSeconds() internal view returns (uint256) {
        return _word(13);
    }

    function commitSeconds() internal view returns (uint256) {
        return _word(14);
    }

    function revealSeconds() internal view returns (uint256) {
        return _word(15);
    }

    function attestSeconds() internal view returns (uint256) {
        return _word(16);
    }

    function sealSeconds() internal view returns (uint256) {
        return _word(17);
    }

    function challengeSeconds() internal view returns (uint256) {
        return _word(18);
    }

    function answerSeconds() internal view returns (uint256) {
        return _word(19);
    }

    function unbondingSeconds() internal view returns (uint256) {
        return _word(20);
    }

    function trainerStake() internal view returns (uint256) {
        return _word(22);
    }

    function sealerStake() internal view returns (uint256) {
        return _word(23);
    }

    function challengeBond() internal view returns (uint256) {
        return _word(24);
    }

    function revealPenalty() internal view returns (uint256) {
        return _word(25);
    }

    function normPenalty() internal view returns (uint256) {
        return _word(26);
    }

    function sealPenalty() internal view returns (uint256) {
        return _word(27);
    }

    function updateReward() internal view returns (uint256) {
        return _word(28);
    }

    function attestReward() internal view returns (uint256) {
        return _word(29);
    }

    function sealReward() internal view returns (uint256) {
        return _word(30);
    }

    function bounty() internal view returns (uint256) {
        return _word(31);
    }

    function answerFee() internal view returns (uint256) {
        return _word(32);
    }

    function burnBps() internal view returns (uint256) {
        return _word(33);
    }

    function rule() internal view returns (address) {
        return address(uint160(_word(34)));
    }

    function ruleArgument() internal view returns (uint256) {
        return _word(35);
    }

    function sealing() internal view returns (address) {
        return address(uint160(_word(38)));
    }

    function board() internal view returns (address) {
        return address(uint160(_word(40)));
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
