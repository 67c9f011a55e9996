// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The parameters behind an encrypted task's code
/// @notice Appended by the factory, as `TaskArguments` says of other tasks; behind them the factory's own address.
/// @dev A word's place is its place in `EncryptedParameters`; a test compares every getter with the decoded struct.
library EncryptedArguments {
    /// @dev Length of the minimal proxy that precedes the arguments in the clone's code.
    uint256 private constant PROXY_BYTES = 45;
    /// @dev Words of `EncryptedParameters`.
    uint256 private constant WORDS = 43;

    /// @notice Ends the call with all parameters as its answer.
    function answerAll() internal view {
        // Solidity has no other way to answer with a part of a contract's own code.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let free := mload(0x40)
            let length := mul(WORDS, 32)
            extcodecopy(address(), free, PROXY_BYTES, length)
            return(free, length)
        }
    }

    /// @notice The factory that made the clone.
    function factory() internal view returns (address) {
        return address(uint160(_word(WORDS)));
    }

    function owner() internal view returns (address) {
        return address(uint160(_word(0)));
    }

    function initialModel() internal view returns (bytes32) {
        return bytes32(_word(2));
    }

    function dimension() internal view returns (uint256) {
        return _word(4);
    }

    function fractionBits() internal view returns (uint256) {
        return _word(5);
    }

    function rounds() internal view returns (uint256) {
        return _word(6);
    }

    function dealer() internal view returns (address) {
        return address(uint160(_word(7)));
    }

    function modulusBytes() internal view returns (uint256) {
        return _word(8);
    }

    function maxParties() internal view returns (uint256) {
        return _word(9);
    }

    function threshold() internal view returns (uint256) {
        return _word(10);
    }

    function minimumAccepted() internal view returns (uint256) {
        return _word(11);
    }

    function maxVoids() internal view returns (uint256) {
        return _word(12);
    }

    function valueBits() internal view returns (uint256) {
        return _word(13);
    }

    function headroomBits() internal view returns (uint256) {
        return _word(14);
    }

    function scaleBits() internal view returns (uint256) {
        return _word(15);
    }

    function maxWeight() internal view returns (uint256) {
        return _word(16);
    }

    function joinSeconds() internal view returns (uint256) {
        return _word(17);
    }

    function dealSeconds() internal view returns (uint256) {
        return _word(18);
    }

    function confirmSeconds() internal view returns (uint256) {
        return _word(19);
    }

    function submitSeconds() internal view returns (uint256) {
        return _word(20);
    }

    function attestSeconds() internal view returns (uint256) {
        return _word(21);
    }

    function sumSeconds() internal view returns (uint256) {
        return _word(22);
    }

    function challengeSeconds() internal view returns (uint256) {
        return _word(23);
    }

    function shareSeconds() internal view returns (uint256) {
        return _word(24);
    }

    function resultSeconds() internal view returns (uint256) {
        return _word(25);
    }

    function answerSeconds() internal view returns (uint256) {
        return _word(26);
    }

    function unbondingSeconds() internal view returns (uint256) {
        return _word(27);
    }

    function stake() internal view returns (uint256) {
        return _word(29);
    }

    function submitPenalty() internal view returns (uint256) {
        return _word(30);
    }

    function sharePenalty() internal view returns (uint256) {
        return _word(31);
    }

    function wrongPenalty() internal view returns (uint256) {
        return _word(32);
    }

    function questionBond() internal view returns (uint256) {
        return _word(33);
    }

    function updateReward() internal view returns (uint256) {
        return _word(34);
    }

    function attestReward() internal view returns (uint256) {
        return _word(35);
    }

    function shareReward() internal view returns (uint256) {
        return _word(36);
    }

    function sumReward() internal view returns (uint256) {
        return _word(37);
    }

    function resultReward() internal view returns (uint256) {
        return _word(38);
    }

    function bounty() internal view returns (uint256) {
        return _word(39);
    }

    function answerFee() internal view returns (uint256) {
        return _word(40);
    }

    function burnBps() internal view returns (uint256) {
        return _word(41);
    }

    function groups() internal view returns (uint256) {
        return _word(42);
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
