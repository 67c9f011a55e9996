// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev What a task is doing. Derived from facts and the clock by `TrainingTask.phase`, never trusted as stored.
enum Phase {
    None, // not created
    Join, // trainers and sealers lock their stakes
    Commit, // trainers bind themselves to an update by its hash
    Reveal, // the committed updates are published
    Attest, // trainers say whose bytes they fetched and checked
    Aggregate, // a sealer owes the new model's commitment
    Challenge, // anybody may prove the proposed model wrong
    Final, // the proposal stands; `finalizeRound` is due
    Void, // the quorum is out of reach; `voidRound` is due
    Stalled, // no sealer came; `endTask` is due
    Ended, // no further round; stakes unbond, escrow is refunded
    Review // validators score the accepted updates; comes between Attest and Aggregate where the task has a board
}

/// @dev As what an account locked its stake.
enum Role {
    None,
    Trainer,
    Sealer,
    Challenger,
    Validator
}

/// @dev On what a slash stands.
enum Evidence {
    None,
    NoReveal, // a commitment without a valid reveal, shown by the deadline
    WrongNorm, // one chunk whose claimed sum of squares is not its own
    WrongAggregate, // one coordinate of the model that the updates do not give
    NoAnswer, // a step of a dispute that the sealer missed
    LostDispute, // a step of a dispute that the challenger missed
    NoScores, // a drawn validator's scores that are missing, shown by the deadline
    NoSubmission, // an encrypted update that a party owed, missing at the deadline
    NoShares, // its shares of a decryption, likewise
    WrongStatement, // a chunk of what a party posted that nobody could show right
    NotShown // a chunk of an update that an attester vouched for, asked for and not shown by the deadline
}

/// @dev Where a trainer stands in its latest turn.
enum TrainerState {
    None, // never joined, or withdrawn
    Ready, // may commit in a turn later than the recorded one
    Committed, // owes a reveal
    Revealed, // its update is public
    Attested, // it has vouched for others' bytes
    Suspended // slashed; must top its stake up before it may commit
}

/// @dev All that a task is, fixed when it is created and kept in the clone's own code: reading a word costs about
/// 130 gas and nobody can change it. Times in seconds, amounts in the coin's smallest unit, Bps of 10,000.
struct TaskParameters {
    address owner; // paid for it; gets the unspent escrow back
    bytes32 definitionHash; // what model and data layout are trained
    bytes32 initialModel; // commitment to the first model
    bytes32 initialContent; // content id of its bytes
    uint256 dimension; // coordinates of the model
    uint256 fractionBits; // binary places of the lattice
    uint256 normBoundSquared; // greatest sum of squares of an update, in lattice units
    uint256 rounds;
    uint256 quorum; // least number of accepted updates of a round
    uint256 maxTrainers;
    uint256 maxVoids; // void rounds in a row after which the task ends
    uint256 maxSamples; // cap of the weight of one update
    uint256 fractionBps; // share of the trainers drawn for a round
    uint256 joinSeconds;
    uint256 commitSeconds;
    uint256 revealSeconds;
    uint256 attestSeconds;
    uint256 sealSeconds; // length of one sealer's slot
    uint256 challengeSeconds;
    uint256 answerSeconds; // for each step of a dispute
    uint256 unbondingSeconds; // from leaving, or the end, to the release of a stake
    uint256 retentionSeconds; // how long after the end participants keep the bytes
    uint256 trainerStake;
    uint256 sealerStake;
    uint256 challengeBond; // doubles with every lost dispute of the same round
    uint256 revealPenalty;
    uint256 normPenalty;
    uint256 sealPenalty;
    uint256 updateReward; // for each accepted update
    uint256 attestReward; // for each attestation
    uint256 sealReward; // for each final round
    uint256 bounty; // to whoever shows evidence, at most a fifth of what is taken
    uint256 answerFee; // to the sealer, out of a lost challenge
    uint256 burnBps; // share of a slash that is burned
    address rule; // how updates are combined
    uint256 ruleArgument; // of the rule: 0, or the share of values that a trimmed mean drops a side, in Bps
    address weighing; // what makes updates the rows that are combined; zero: every update as it is, by its samples
    uint256 weighingArgument; // of the weighing rule
    address sealing; // who of the sealers may propose: zero in ordered slots, or a policy such as proof of work
    uint256 sealingRate; // of the policy: wanted seconds from the freeze of a set to its proposal; 0 without one
    address board; // where validators review the updates; zero where nobody does. Set by the factory
}

/// @dev One revealed update: whose, how heavy, and the commitment to its vector.
struct UpdateEntry {
    address trainer;
    uint32 weight;
    bytes32 commitment;
}

/// @dev A node of a Merkle-sum tree: the hash, and the sum of squares of the coordinates below it.
struct SumNode {
    bytes32 hash;
    uint128 sum;
}

/// @dev The round's state as readers see it; `types/RoundClock.sol` says what each field means.
struct RoundState {
    Phase phase;
    uint40 mark;
    uint24 round;
    uint24 turn;
    uint8 attempt;
    uint8 voids;
    uint8 active;
    uint8 due;
    uint8 pending;
    uint8 revealed;
    uint8 accepted;
    uint8 sealer;
    uint8 proposal;
    uint8 disputes;
    bool disputeOpen;
    uint8 seats;
}

/// @dev A trainer's record as readers see it; `types/TrainerRecord.sol` says what each field means.
struct TrainerView {
    uint208 word;
    uint24 turn;
    TrainerState state;
    uint8 index;
    bool leaving;
}

/// @dev How far a trainer is trusted, as the task's owner says; weights of a rule that weighs by it.
struct Reputation {
    address trainer;
    uint32 reputation;
}

/// @dev What a proof about an aggregate is checked against; filled in by the court, never by the challenger. The last
/// four are zero where the task has no weighing rule.
struct AggregateStatement {
    bytes32 model; // commitment that the sealer proposed
    bytes32 base; // commitment of the model that the round started from
    bytes32 setHash; // running hash of the accepted updates
    uint32 dimension;
    uint8 fractionBits;
    address rule;
    uint256 ruleArgument;
    address weighing;
    uint256 weighingArgument;
    uint8 accepted; // updates of the set
    bytes32 table; // keccak256 of the table that the proposer posted for this set; zero: none
    bytes32 trust; // commitment of the round's trusted vector; zero: none
    bytes32 reputations; // keccak256 of the ABI encoding of the round's list; zero: none
}

/// @dev One coordinate, opened in the proposed model, the old model and every accepted update. Each opening is
/// claimed leaf sum (16 bytes), chunk (256) and siblings from the leaf up (48 each). The last three may be empty
/// wherever the task's weighing rule does not read them, or the round has none.
struct AggregateProof {
    uint32 coordinate;
    UpdateEntry[] entries;
    bytes modelOpening;
    bytes baseOpening;
    bytes[] openings;
    bytes table; // as the proposer posted it
    SumNode trustRoot; // of the trusted vector's tree
    Reputation[] reputations; // the round's list
}

/// @dev A claim that the sum of squared differences of two vectors over one chunk is this; filled in by the court.
struct EntryStatement {
    bytes32 setHash;
    bytes32 trust;
    uint32 dimension;
    uint8 fractionBits;
    uint8 one; // place among the accepted updates
    uint8 other; // a later one; their number for the trusted vector
    uint32 chunk;
    uint128 claim;
}

/// @dev That chunk, opened in both vectors.
struct EntryProof {
    UpdateEntry[] entries;
    bytes oneOpening;
    bytes otherOpening;
}

uint8 constant UNKNOWN_DUE = type(uint8).max;
uint8 constant SUBSTITUTE = type(uint8).max;
uint8 constant KIND_MODEL = 1;
uint8 constant KIND_UPDATE = 2;
