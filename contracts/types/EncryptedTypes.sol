// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev What an encrypted task is doing. Stored; `advance` moves it on once that is due. The deadline of every phase
/// is a way out of it.
enum EncryptedPhase {
    None, // not created
    Join, // parties lock their stakes
    Deal, // the dealer owes a key for the parties that are there
    Confirm, // each party says whether the key and its own share of it are right
    Submit, // each party owes its encrypted update
    Attest, // parties say whose submissions they fetched and found right
    Sum, // somebody owes the sum of the accepted ciphertexts
    SumChallenge, // any chunk of the sum or of a submission may be asked for
    Share, // each party owes its shares of the sum's decryption
    Result, // somebody owes the opened sum and the new model
    ResultChallenge, // any chunk of shares, opened sum or model may be asked for
    Ended // no further round; stakes unbond, escrow is refunded
}

/// @dev What parties post, each by the root of its chunks.
enum StatementKind {
    None,
    Update, // a party's ciphertexts, each with its proof of plaintext knowledge
    Sum, // the weighted product of the accepted ciphertexts
    Share, // a party's shares of the sum's n-th roots
    Result, // plaintext and n-th root of every ciphertext of the sum
    Model // the new model, in chunks of 64 coordinates
}

/// @dev All that an encrypted task is, fixed when it is created and kept in the clone's own code. Times in seconds,
/// amounts in the coin's smallest unit, Bps of 10,000.
struct EncryptedParameters {
    address owner; // paid for it; gets the unspent escrow back
    bytes32 definitionHash; // what model and data layout are trained
    bytes32 initialModel; // commitment to the first model
    bytes32 initialContent; // content id of its bytes
    uint256 dimension; // coordinates of the model
    uint256 fractionBits; // binary places of the lattice
    uint256 rounds;
    address dealer; // makes the key; trusted for its secrecy, not for its correctness
    uint256 modulusBytes; // length of n
    uint256 maxParties;
    uint256 threshold; // shares that open a ciphertext
    uint256 minimumAccepted; // least number of updates in a sum that is ever opened: in each group
    uint256 maxVoids; // failed turns and sharings in a row after which the task ends
    uint256 valueBits; // of a quantised coordinate, its sign included
    uint256 headroomBits; // weights of a sum add up to at most 2^headroomBits
    uint256 scaleBits; // a quantised step is 2^scaleBits steps of the lattice
    uint256 maxWeight; // of one update
    uint256 joinSeconds;
    uint256 dealSeconds;
    uint256 confirmSeconds;
    uint256 submitSeconds;
    uint256 attestSeconds;
    uint256 sumSeconds;
    uint256 challengeSeconds;
    uint256 shareSeconds;
    uint256 resultSeconds;
    uint256 answerSeconds; // to show a chunk that was asked for
    uint256 unbondingSeconds; // from the end, or from being left out of the key, to the release of a stake
    uint256 retentionSeconds; // how long after the end participants keep the bytes
    uint256 stake;
    uint256 submitPenalty; // for an update that did not come in time
    uint256 sharePenalty; // for shares that did not come in time
    uint256 wrongPenalty; // for a chunk that was asked for and not shown right; the greatest of the three
    uint256 questionBond; // doubles with every answered question, until one is not or the round is over
    uint256 updateReward; // for each accepted update
    uint256 attestReward; // for each attestation
    uint256 shareReward; // for shares in time, once a round
    uint256 sumReward; // for a sum that stood
    uint256 resultReward; // for a result that stood
    uint256 bounty; // to whoever asked a question that was not answered, at most a fifth of what is taken
    uint256 answerFee; // to whoever answers, out of the bond
    uint256 burnBps; // share of a slash that is burned
    uint256 groups; // sums of a round, the median of whose means moves the model; odd, 1: the mean
}

/// @dev A chunk that somebody must be able to show, with all that it is checked against; filled in by the task.
struct ChunkClaim {
    StatementKind kind;
    uint32 chunk; // which ciphertext; for a model, which 64 coordinates
    uint32 chunks; // ciphertexts of an update, and of the sum of each group
    uint8 groups; // sums of the round: that of group g has the ciphertexts from g * chunks on
    uint8 party; // place of the accused in the key
    uint8 parties; // of the key
    uint8 valueBits;
    uint8 slotBits; // valueBits + headroomBits
    uint8 scaleBits;
    uint8 fractionBits;
    uint16 modulusBytes;
    uint32 dimension;
    uint32 totalWeight; // of the accepted updates
    bytes32 seed; // that deals the accepted into groups; zero for one group
    bytes32 keyHash;
    bytes32 binding; // of the accused's proofs: chain, task, round, turn, party, key
    bytes32 root; // of the accused's statement; the commitment to the new model
    bytes32 sumRoot;
    bytes32 resultRoot;
    bytes32 baseModel; // commitment to the model that the round started from
    bytes32[] inputs; // roots of the accepted updates, in the order of their parties
    uint256[] weights; // of the same
}

/// @dev An encrypted task's state as readers see it. Bit i of a mask is the party at place i.
struct EncryptedState {
    EncryptedPhase phase;
    uint40 deadline; // of the phase
    uint24 round; // from 1; 0 before the first
    uint24 turn; // tries of all rounds, from 1
    uint8 ceremony; // keys asked for so far
    uint8 period; // sharings of this turn
    uint8 voids; // in a row
    uint8 proposals; // of the present phase that were struck
    uint8 answered; // questions of this round whose bond was lost, since the last struck statement
    uint8 parties; // places in the key
    uint32 confirmed;
    uint32 leftOut; // of the next key
    uint32 suspended; // owe a top-up before they may do anything but share
    uint32 submitted;
    uint32 attested;
    uint32 accepted;
    uint32 shared;
    uint32 paid; // for their shares of this round
}

/// @dev A party as readers see it.
struct PartyView {
    address account;
    uint8 place;
    uint8 weight; // of its submission
    uint32 bitmap; // of its attestation
    bytes32 encryptionKey; // X25519, for its share of the key
    bytes32 updateRoot;
    bytes32 shareRoot;
}

/// @dev An open question; kind None where there is none.
struct Question {
    StatementKind kind;
    uint8 party;
    uint32 chunk;
    address asker;
    uint128 bond;
    uint40 deadline;
}
