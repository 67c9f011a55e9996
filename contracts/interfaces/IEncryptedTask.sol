// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    EncryptedParameters,
    EncryptedPhase,
    EncryptedState,
    PartyView,
    Question,
    StatementKind
} from "../types/EncryptedTypes.sol";
import {Role} from "../types/TaskTypes.sol";

/// @title A training task whose updates nobody sees
/// @notice Parties train, encrypt and hold the shares of the key. What they post is known by its root; whoever doubts
/// it asks for one chunk, and whoever cannot show that chunk right in time is slashed.
interface IEncryptedTask {
    /// @notice A party took the next place.
    event PartyJoined(address indexed account, uint8 place, bytes32 encryptionKey);
    /// @notice A key is due for so many parties; `places` of those that remained are renumbered in their order.
    event KeyRequested(uint8 indexed ceremony, address[] accounts, uint256 deadline);
    /// @notice The dealer posted a key; `content` holds it, the proof about its modulus and every party's sealed share.
    event KeyPosted(uint8 indexed ceremony, bytes32 keyHash, bytes32 content);
    /// @notice A party found the key and its share right.
    event KeyConfirmed(uint8 indexed ceremony, address indexed account);
    /// @notice A party found them wrong, or did not say so in time: the next key is made without it.
    event PartyLeftOut(uint8 indexed ceremony, address indexed account, bool rejected);
    /// @notice A turn began.
    event TurnOpened(uint24 indexed round, uint24 indexed turn, bytes32 baseModel, uint256 deadline);
    /// @notice A party's ciphertexts.
    event UpdateSubmitted(
        uint24 indexed turn,
        address indexed account,
        uint8 weight,
        bytes32 root,
        bytes32 content
    );
    /// @notice A party fetched the submissions of these places and found them right.
    event SubmissionsAttested(uint24 indexed turn, address indexed account, uint32 bitmap);
    /// @notice The set that will be summed.
    event SetFrozen(uint24 indexed turn, uint32 accepted, uint32 totalWeight);
    /// @notice The set is dealt into groups by this seed (`libraries/GroupDealing.sol`).
    event GroupsDealt(uint24 indexed turn, bytes32 seed);
    /// @notice The sum of the set, as somebody computed it.
    event SumProposed(uint24 indexed turn, address indexed account, bytes32 root);
    /// @notice The sum stands: it alone is decrypted in this round.
    event SumFixed(uint24 indexed round, uint24 indexed turn, bytes32 root, uint256 deadline);
    /// @notice A party's shares.
    event SharesPosted(uint24 indexed turn, address indexed account, bytes32 root, bytes32 content);
    /// @notice Sharing begins anew, for the same sum.
    event SharingReopened(uint24 indexed turn, uint8 period, uint256 deadline);
    /// @notice The shares are in: so many parties gave theirs.
    event SharingClosed(uint24 indexed turn, uint32 shared, uint256 deadline);
    /// @notice What the sum is, and the model that follows.
    event ResultProposed(
        uint24 indexed turn,
        address indexed account,
        bytes32 root,
        bytes32 content,
        bytes32 model,
        bytes32 modelContent
    );
    /// @notice A party finds another sum, or another result or model, than what is proposed. `dropped`: with it more
    /// than half of the parties do, and others propose now.
    event ProposalRefused(uint24 indexed turn, address indexed account, bytes32 root, bool dropped);
    /// @notice A round is over.
    event RoundFinal(uint24 indexed round, uint24 indexed turn, bytes32 model);
    /// @notice A turn failed: nothing of it was decrypted.
    event TurnVoid(uint24 indexed round, uint24 indexed turn, uint8 voids);
    /// @notice A party did not do in time what it owed.
    event PartyLate(uint24 indexed turn, address indexed account, EncryptedPhase phase, uint256 taken);
    /// @notice Somebody wants to see a chunk.
    event ChunkAsked(
        uint24 indexed turn,
        address indexed asker,
        StatementKind kind,
        address accused,
        uint32 chunk,
        uint256 bond,
        uint256 deadline
    );
    /// @notice It was shown, and is right: the bond is lost.
    event ChunkShown(uint24 indexed turn, address indexed asker, address indexed answerer);
    /// @notice It was not: the statement is struck, its author slashed.
    event StatementStruck(
        uint24 indexed turn,
        address indexed accused,
        StatementKind kind,
        uint32 chunk,
        address asker,
        uint256 taken
    );
    /// @notice A party's stake is whole again.
    event PartyToppedUp(address indexed account, uint256 amount);
    /// @notice The task is over after so many rounds.
    event EncryptedTaskEnded(uint24 rounds);

    /// @notice Not in this phase, or not at this time.
    error EncryptedTaskUnexpectedPhase(EncryptedPhase current);
    /// @notice The call names another turn, ceremony or set than the present one.
    error EncryptedTaskOtherTurn(uint256 current, uint256 named);
    /// @notice The account may not do this.
    error EncryptedTaskUnauthorized(address account);
    /// @notice All places are taken, or the account has one.
    error EncryptedTaskNoPlace(address account);
    /// @notice It did so already.
    error EncryptedTaskAlreadyDone(address account);
    /// @notice A weight, key or root that cannot be.
    error EncryptedTaskBadValue(uint256 value, uint256 most);
    /// @notice Nothing is due.
    error EncryptedTaskNotDue(EncryptedPhase current, uint256 deadline);
    /// @notice A question is open already, or none is.
    error EncryptedTaskQuestion(bool open);
    /// @notice There is no such statement, or it is another one by now.
    error EncryptedTaskNoSuchStatement(StatementKind kind, uint8 party);
    /// @notice What was shown is not right; it may be tried again until the deadline.
    error EncryptedTaskWrongAnswer();
    /// @notice A stake that is bound, or complete.
    error EncryptedTaskStakeBound(address account);
    /// @notice Called once, by the factory.
    error EncryptedTaskInitialized();

    // ------------------------------------------------------------------ membership and key

    /// @notice Starts a clone's life. Factory only, once.
    function initialize() external;
    /// @notice Locks the stake and takes a place. `encryptionKey` is an X25519 public key.
    function join(bytes32 encryptionKey) external;
    /// @notice The dealer's key for the present ceremony's parties.
    function postKey(uint8 ceremony, bytes32 hash, bytes32 content) external;
    /// @notice The caller checked the key and its own share.
    function confirmKey(uint8 ceremony, bytes32 hash) external;
    /// @notice The caller found them wrong: it is left out, and its stake unbonds.
    function rejectKey(uint8 ceremony) external;
    /// @notice Makes a stake whole that slashes cut.
    function topUp() external;
    /// @notice Pays a stake or a bond back, once it is free.
    function withdraw(Role role) external;

    // ------------------------------------------------------------------ a round

    /// @notice The caller's encrypted update.
    function submit(uint24 turn, uint8 weight, bytes32 root, bytes32 content) external;
    /// @notice Whose submissions the caller fetched and found right; submitters only, once a turn.
    function attest(uint24 turn, uint32 bitmap) external;
    /// @notice Deals the frozen set into groups, by anybody, from the block after the one that froze it on. Where
    /// nobody came for 256 blocks, a first call only takes note of its own block, and a later one deals by that.
    function dealGroups(uint24 turn) external;
    /// @notice The sums of the accepted ciphertexts, group by group; of one group, the seed is zero.
    function proposeSum(uint24 turn, uint32 accepted, bytes32 seed, bytes32 root) external;
    /// @notice The caller's shares of the decryption of the sum that stands.
    function share(uint24 turn, bytes32 sumRoot, bytes32 root, bytes32 content) external;
    /// @notice The caller found another sum, or another result or model, than what is proposed. Once more than half of
    /// the parties say so, others propose, and the author's stake is not touched.
    /// @param model Of the result; 0 with a sum.
    function refuse(uint24 turn, bytes32 root, bytes32 model) external;
    /// @notice The opened sum and the model that follows from it.
    function proposeResult(
        uint24 turn,
        bytes32 root,
        bytes32 content,
        bytes32 model,
        bytes32 modelContent
    ) external;
    /// @notice Moves the task on when that is due, by anybody.
    function advance() external;

    // ------------------------------------------------------------------ questions

    /// @notice Asks for one chunk of a statement, under a bond. `root` is the statement's, as the caller sees it; for a
    /// model its commitment.
    function askChunk(uint24 turn, StatementKind kind, uint8 party, uint32 chunk, bytes32 root) external;
    /// @notice Shows the chunk, by anybody who can.
    function showChunk(bytes calldata proof) external;
    /// @notice Strikes a statement whose chunk was not shown in time.
    function strike() external;

    // ------------------------------------------------------------------ views

    /// @notice All parameters.
    function parameters() external view returns (EncryptedParameters memory);
    /// @notice Where the task stands.
    function state() external view returns (EncryptedState memory);
    /// @notice A party by its place.
    function partyAt(uint8 place) external view returns (PartyView memory);
    /// @notice A party by its account; its place is 255 where it has none.
    function partyOf(address account) external view returns (PartyView memory);
    /// @notice The open question.
    function question() external view returns (Question memory);
    /// @notice What the next question must put down.
    function nextBond() external view returns (uint256);
    /// @notice keccak256 of the key's bytes, zero before there is one.
    function keyHash() external view returns (bytes32);
    /// @notice Commitment to the model that the present round starts from; after the last round, to the final one.
    function baseModel() external view returns (bytes32);
    /// @notice The seed that the latest accepted set is dealt into groups by; zero until it is, and for one group.
    function dealing() external view returns (bytes32);
    /// @notice Root and author of the present sum.
    function sum() external view returns (bytes32 root, address author);
    /// @notice Root, model and author of the present result.
    function result() external view returns (bytes32 root, bytes32 model, address author);
    /// @notice What proofs of a party's statements of the present turn are bound to.
    function bindingOf(uint8 place) external view returns (bytes32);
    /// @notice The contracts that it works with.
    function wiring() external view returns (address factory, address vault, address pool, address verifier);
}
