// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Deals members into groups by chance
/// @notice Members are shuffled as a pack of cards is (Fisher and Yates): step i swaps card i with card
/// `i + keccak256(abi.encode(seed, i)) % (members - i)`. The card at position k is in group `k % groups`. So groups
/// differ in size by one at most, and every dealing into groups of these sizes is as likely as any other.
/// @dev INV-GROUP-1: every member is in one group, and none has fewer than `members / groups`, rounded down. Bit for
/// bit what `fl_client.privacy.group_dealing` computes.
library GroupDealing {
    /// @notice The group of each of so many members.
    /// @param members At most 32 in a task.
    /// @param groups One or more; of one, the seed does not matter.
    function deal(bytes32 seed, uint256 members, uint256 groups) internal pure returns (uint256[] memory group) {
        group = new uint256[](members);
        if (groups == 1) return group;
        uint256[] memory cards = new uint256[](members);
        for (uint256 i = 0; i < members; ++i) cards[i] = i;
        for (uint256 i = 0; i < members; ++i) {
            uint256 j = i + (uint256(keccak256(abi.encode(seed, i))) % (members - i));
            (cards[i], cards[j]) = (cards[j], cards[i]);
            group[cards[i]] = i % groups;
        }
    }
}
