// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Checks} from "../base/Checks.sol";
import {Federation} from "./Federation.sol";

/// @title What holds whatever the members of a federation do
contract FederationTest is Checks {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Federation private _federation;

    function setUp() external {
        _federation = new Federation();
    }

    /// @notice forge reads here which moves to make; a phase's own comes up as often as all others together.
    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[] memory moves = new bytes4[](10);
        for (uint256 i = 0; i < 5; ++i) moves[i] = Federation.step.selector;
        moves[5] = Federation.wait.selector;
        moves[6] = Federation.roster.selector;
        moves[7] = Federation.accuse.selector;
        moves[8] = Federation.meddle.selector;
        moves[9] = Federation.donate.selector;
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_federation), moves);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_federation);
    }

    /// @notice INV-STAKE-1, INV-STAKE-2, INV-POOL-1, INV-POOL-2, INV-COIN-1, INV-ROSTER-1, INV-COURT-1, INV-BOND-1,
    /// INV-HONEST-1, and within the moves INV-TASK-2,
    /// INV-SLASH-1, INV-SLASH-2, INV-SLASH-3, INV-JUDGE-1 and INV-JUDGE-2.
    function invariant_TheBooksBalanceAndNobodyHonestIsSlashed() external view {
        _federation.requireBooks();
        _federation.requireMembers();
    }

    /// @notice INV-TASK-1, from wherever a campaign stopped.
    function afterInvariant() external {
        _federation.runOut();
        _federation.requireBooks();
        _check(_federation.count("done") > 0, "a campaign in which every call was refused");
    }

    /// @notice The moves lead everywhere: a campaign that only ever was refused would prove nothing.
    function test_ACampaignReachesEveryPartOfATask() external {
        bytes32[16] memory things = [
            bytes32("round"),
            "wrong model final",
            "frozen",
            "void",
            "dispute",
            "proof",
            "displaced",
            "unseated proposal",
            "top up",
            "withdrawal",
            "wrong proposal",
            "end",
            "second dispute",
            "slashed voter",
            "frozen for a median",
            "frozen for a trimmed mean"
        ];
        // In the order of `Evidence`.
        string[5] memory evidence = ["NoReveal", "WrongNorm", "WrongAggregate", "NoAnswer", "LostDispute"];
        uint256[16] memory found;
        uint256[6] memory slashes;
        for (uint256 run = 0; run < 10; ++run) {
            Federation federation = new Federation();
            _play(federation, run);
            for (uint256 i = 0; i < 16; ++i) found[i] += federation.count(things[i]);
            for (uint256 i = 1; i < 6; ++i) slashes[i] += federation.count(bytes32(i));
        }
        for (uint256 i = 0; i < 16; ++i) {
            _say(string(abi.encodePacked(things[i])), found[i]);
        }
        for (uint256 i = 1; i < 6; ++i) _say(evidence[i - 1], slashes[i]);
        _check(found[0] >= 30, "fewer than 30 rounds with the right model");
        for (uint256 i = 1; i < 16; ++i) _check(found[i] >= 2, string(abi.encodePacked("rare: ", things[i])));
        for (uint256 i = 1; i < 6; ++i) _check(slashes[i] >= 2, "a kind of evidence hardly ever led to a slash");
    }

    function _play(Federation federation, uint256 run) private {
        for (uint256 i = 0; i < 90; ++i) {
            uint256 lot = uint256(keccak256(abi.encode(run, i)));
            uint256 seed = _draw(lot, "seed");
            uint256 move = lot % 8;
            if (move < 5) federation.step(seed);
            else if (move == 5) federation.roster(lot >> 8, lot >> 16, lot >> 24);
            else if (move == 6) federation.accuse(seed);
            else federation.meddle(lot >> 8, lot >> 16, seed);
            federation.requireMembers();
        }
        federation.requireBooks();
        federation.runOut();
    }
}
