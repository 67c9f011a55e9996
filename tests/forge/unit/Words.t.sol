// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AttestationTally} from "../../../contracts/libraries/AttestationTally.sol";
import {CommitmentLib} from "../../../contracts/libraries/CommitmentLib.sol";
import {LibraryHarness} from "../../../contracts/mocks/LibraryHarness.sol";
import {PackedStateHarness} from "../../../contracts/mocks/PackedStateHarness.sol";
import {RoundClock} from "../../../contracts/types/RoundClock.sol";
import {Phase, TrainerState} from "../../../contracts/types/TaskTypes.sol";
import {TrainerRecord} from "../../../contracts/types/TrainerRecord.sol";
import {Checks} from "../base/Checks.sol";

/// @title Hashes, tallies and, INV-PACK-1, packed words, against plain formulas
contract WordsTest is Checks {
    /// @dev Ends of the clock's fields, from the table in `types/RoundClock.sol`; the first begins at bit 0.
    uint8[17] private _clockEnds = [0, 8, 48, 72, 96, 104, 112, 120, 128, 136, 144, 152, 160, 168, 176, 184, 192];
    /// @dev Of a trainer's record; its last field ends at bit 256.
    uint16[6] private _recordEnds = [0, 208, 232, 240, 248, 256];

    LibraryHarness private _library;
    PackedStateHarness private _packed;

    function setUp() external {
        _library = new LibraryHarness();
        _packed = new PackedStateHarness();
    }

    // ------------------------------------------------------------------ CommitmentLib

    function test_AVectorsCommitmentIsSevenWords(
        bytes32 hash,
        uint128 sum,
        uint32 dimension,
        uint8 kind,
        uint8 bits
    ) external pure {
        bytes memory words = bytes.concat(
            keccak256("Gradbond.VectorCommitment"),
            hash,
            bytes32(uint256(sum)),
            bytes32(uint256(dimension)),
            bytes32(uint256(1)),
            bytes32(uint256(kind)),
            bytes32(uint256(bits))
        );
        _equal(CommitmentLib.vector(hash, sum, dimension, kind, bits), keccak256(words), "commitment");
    }

    function test_EveryFieldOfACommitmentCounts(
        bytes32 hash,
        uint128 sum,
        uint32 dimension,
        uint8 kind,
        uint8 bits,
        uint256 bit
    ) external pure {
        bytes32 whole = CommitmentLib.vector(hash, sum, dimension, kind, bits);
        bytes32[5] memory others = [
            CommitmentLib.vector(hash ^ bytes32(1 << (bit % 256)), sum, dimension, kind, bits),
            CommitmentLib.vector(hash, sum ^ uint128(1 << (bit % 128)), dimension, kind, bits),
            CommitmentLib.vector(hash, sum, dimension ^ uint32(1 << (bit % 32)), kind, bits),
            CommitmentLib.vector(hash, sum, dimension, kind ^ uint8(1 << (bit % 8)), bits),
            CommitmentLib.vector(hash, sum, dimension, kind, bits ^ uint8(1 << (bit % 8)))
        ];
        for (uint256 i = 0; i < 5; ++i) _check(others[i] != whole, "two vectors under one commitment");
    }

    function test_TheRunningHashIsOfItsWholeList(uint256 seed, uint256 count, uint256 place) external pure {
        count = _within(count, 1, 12);
        bytes32 running = _running(seed, count, type(uint256).max);
        _check(_running(seed, count, place % count) != running, "another entry, the same hash");
        _check(_running(seed, count - 1, type(uint256).max) != running, "one entry less, the same hash");
    }

    function test_TypedDataIsBoundToChainAndContract(bytes32 structHash) external view {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Gradbond"),
                keccak256("1"),
                block.chainid,
                address(_library)
            )
        );
        _equal(
            _library.typedData(structHash),
            keccak256(abi.encodePacked(hex"1901", domain, structHash)),
            "EIP-712 hash"
        );
    }

    // ------------------------------------------------------------------ AttestationTally

    function test_TheTallyCounts(uint256 seed, uint256 count, uint256 limit) external pure {
        count = _within(count, 0, 255);
        limit = _within(limit, 0, 255);
        uint256[8] memory planes;
        for (uint256 i = 0; i < count; ++i) AttestationTally.add(planes, _bitmap(seed, i));
        uint256 above = AttestationTally.above(planes, limit);
        uint256 exactly = AttestationTally.above(planes, count);
        _equal(exactly, 0, "more votes than voters");
        // A few columns of so many; which ones is the fuzzer's choice.
        for (uint256 k = 0; k < 6; ++k) {
            uint256 column = (seed >> (8 * k)) % 256;
            uint256 votes = 0;
            for (uint256 i = 0; i < count; ++i) votes += (_bitmap(seed, i) >> column) & 1;
            _check((above >> column) & 1 == (votes > limit ? 1 : 0), "a column's count");
            if (votes > 0) {
                _check((AttestationTally.above(planes, votes - 1) >> column) & 1 == 1, "one vote fewer");
                _check((AttestationTally.above(planes, votes) >> column) & 1 == 0, "as many votes");
            }
        }
    }

    // ------------------------------------------------------------------ packed words

    function test_TheClocksSettersTouchTheirOwnField(uint256 raw, uint256 field, uint256 value) external view {
        field %= 16;
        uint256 from = _clockEnds[field];
        uint256 bits = _clockEnds[field + 1] - from;
        value = field == 0 ? value % 11 : field == 14 ? value % 2 : value % (1 << bits);
        uint256 changed = RoundClock.unwrap(_setClock(RoundClock.wrap(raw), field, value));
        _requireOnly(raw, changed, from, bits, value);
    }

    function test_TheClockRefusesWhatDoesNotFit(uint256 raw, uint256 field, uint256 value) external {
        field = 1 + (field % 15);
        if (field == 14) return; // a truth value always fits
        uint256 bits = uint256(_clockEnds[field + 1]) - _clockEnds[field];
        value = _within(value, 1 << bits, type(uint256).max);
        _refused(
            address(this),
            abi.encodeCall(this.setClock, (raw, field, value)),
            bytes4(keccak256("RoundClockFieldOverflow(uint256,uint256)")),
            "a value wider than its field"
        );
    }

    function test_TheRecordsSettersTouchTheirOwnField(uint256 raw, uint256 field, uint256 value) external view {
        field %= 5;
        uint256 from = _recordEnds[field];
        uint256 bits = _recordEnds[field + 1] - from;
        value = field == 2 ? value % 6 : field == 4 ? value % 2 : value % (1 << bits);
        TrainerRecord record = TrainerRecord.wrap(raw);
        if (field == 0) record = record.withWord(value);
        else if (field == 1) record = record.withTurn(value);
        else if (field == 2) record = record.withState(TrainerState(value));
        else if (field == 3) record = record.withIndex(value);
        else record = record.withLeaving(value == 1);
        _requireOnly(raw, TrainerRecord.unwrap(record), from, bits, value);
    }

    function test_AnActLeavesPlaceAndLeavingAlone(uint256 raw, uint208 word, uint24 turn, uint256 state) external view {
        state %= 6;
        uint256 acted = _packed.act(raw, word, turn, TrainerState(state));
        _equal(acted >> 240, raw >> 240, "place and leaving");
        _equal(acted & type(uint208).max, word, "word");
        _equal((acted >> 208) & type(uint24).max, turn, "turn");
        _equal((acted >> 232) & 255, state, "state");
    }

    // ------------------------------------------------------------------ details

    function setClock(uint256 raw, uint256 field, uint256 value) external pure returns (uint256) {
        return RoundClock.unwrap(_setClock(RoundClock.wrap(raw), field, value));
    }

    function _setClock(RoundClock clock, uint256 field, uint256 value) private pure returns (RoundClock) {
        if (field == 0) return clock.withPhase(Phase(value));
        if (field == 1) return clock.withMark(value);
        if (field == 2) return clock.withRound(value);
        if (field == 3) return clock.withTurn(value);
        if (field == 4) return clock.withAttempt(value);
        if (field == 5) return clock.withVoids(value);
        if (field == 6) return clock.withActive(value);
        if (field == 7) return clock.withDue(value);
        if (field == 8) return clock.withPending(value);
        if (field == 9) return clock.withRevealed(value);
        if (field == 10) return clock.withAccepted(value);
        if (field == 11) return clock.withSealer(value);
        if (field == 12) return clock.withProposal(value);
        if (field == 13) return clock.withDisputes(value);
        if (field == 14) return clock.withDisputeOpen(value == 1);
        return clock.withSeats(value);
    }

    function _requireOnly(uint256 raw, uint256 changed, uint256 from, uint256 bits, uint256 value) private pure {
        uint256 mask = ((1 << bits) - 1) << from;
        _equal(changed & ~mask, raw & ~mask, "another field");
        _equal((changed & mask) >> from, value, "the field itself");
    }

    function _bitmap(uint256 seed, uint256 i) private pure returns (uint256) {
        // Every fourth seed: all vote for the same, so that counts reach 255.
        return seed % 4 == 0 ? seed : uint256(keccak256(abi.encode(seed, i)));
    }

    function _running(uint256 seed, uint256 count, uint256 altered) private pure returns (bytes32 running) {
        for (uint256 i = 0; i < count; ++i) {
            bytes32 lot = keccak256(abi.encode(seed, i));
            uint32 weight = uint32(uint256(lot) >> 32);
            running = CommitmentLib.extend(
                running,
                address(uint160(uint256(lot))),
                i == altered ? weight ^ 1 : weight,
                lot
            );
        }
    }
}
