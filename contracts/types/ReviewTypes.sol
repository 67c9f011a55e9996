// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev What a board is doing. Derived from facts and the clock by `ReviewBoard.review`.
enum ReviewStep {
    None, // nothing to review
    Draw, // `drawCommittee` is due
    Commit, // the committee binds itself to its scores by their hash
    Reveal, // the scores are published
    Due // `concludeReview` is due
}

/// @dev What an accepted update is paid by.
enum Payment {
    Equal, // the whole reward
    Samples, // its share of the greatest sample count
    Score // the place of its median score between `floor` and `full`
}

/// @dev How a task's updates are reviewed. Times in seconds, amounts in the coin's smallest unit. A score is what an
/// update is worth to its judge: 32768 is nothing, one more is one more ten-thousandth (of accuracy, or of whatever
/// the task's definition says); `UNAVAILABLE` says that the judge could not fetch it.
struct ReviewTerms {
    uint256 committee; // validators drawn for a round
    uint256 quorum; // least number of them whose scores decide
    uint256 commitSeconds;
    uint256 revealSeconds;
    uint256 stake; // of each validator
    uint256 reward; // of a validator for a round
    uint256 silencePenalty; // for scores that a drawn validator owes
    uint256 tolerance; // mean distance from the medians beyond which a validator is not paid
    uint256 floor; // least median score of an accepted update
    uint256 full; // the score that earns the whole reward
    Payment payment;
    uint256 pace; // times that an update's time a sample may lie off the round's middle; 0: judges do not compare it
}

/// @dev Where a validator's scores of a review are.
enum BallotState {
    None,
    Committed,
    Revealed
}

/// @dev One slot a seat, used again in every review.
struct Ballot {
    uint208 word; // of the commitment's hash; once revealed, of the hash of the scores
    uint24 turn;
    uint8 committee; // which of the review's committees
    BallotState state;
}

/// @dev One slot: who holds a seat, and since which turn.
struct Seat {
    address validator;
    uint24 since;
}

/// @dev The review that is open, or the last one, in one slot.
struct ReviewState {
    ReviewStep step; // the last recorded one; the present one is derived from it
    uint40 mark; // its deadline; of Draw: the block that the seed follows from
    uint24 turn; // of the task
    uint8 committee; // replaced as often
    uint8 size; // seats of the committee
    uint8 committed;
    uint8 revealed;
    uint128 accepted; // updates that the attestations accept, a bit each
    uint8 updates; // to be scored
}

uint256 constant UNAVAILABLE = type(uint16).max;
