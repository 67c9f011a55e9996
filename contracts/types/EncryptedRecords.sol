// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EncryptedPhase} from "./EncryptedTypes.sol";

/// @dev Where an encrypted task stands. Bit i of a mask is the party at place i.
///
/// Two words of storage hold it, read and written as a whole:
/// | bits of the clock | fields |
/// |---|---|
/// | 0-47 | phase (8), deadline (40) |
/// | 48-95 | round, turn (24 each) |
/// | 96-159 | ceremony, period, voids, proposals, answered, parties, sumAuthor, resultAuthor (8 each) |
/// | 160-175 | totalWeight (16) |
/// | 176-239 | suspended, restored (32 each) |
///
/// | bits of the masks | fields |
/// |---|---|
/// | 0-255 | confirmed, leftOut, submitted, attested, accepted, shared, paid, refusing (32 each) |
struct Standing {
    EncryptedPhase phase;
    uint40 deadline; // of the phase; of Ended: when
    uint24 round; // from 1
    uint24 turn; // tries of all rounds, from 1
    uint8 ceremony; // keys asked for so far
    uint8 period; // sharings of this turn
    uint8 voids; // in a row
    uint8 proposals; // of the present phase that were struck
    uint8 answered; // questions of this round whose bond was lost, since the last struck statement
    uint8 parties; // places
    uint8 sumAuthor; // place + 1; 0: no sum
    uint8 resultAuthor; // place + 1; 0: no result
    uint16 totalWeight; // of the accepted updates
    uint32 suspended; // owe a top-up before they may do anything but share
    uint32 restored; // made their stakes whole during the phase: not late in it
    uint32 confirmed;
    uint32 leftOut; // of the next key
    uint32 submitted;
    uint32 attested;
    uint32 accepted;
    uint32 shared;
    uint32 paid; // for their shares of this round
    uint32 refusing; // the sum or result that is proposed
}

/// @dev A party in one slot, by its place.
struct Party {
    address account;
    uint8 weight; // of its latest submission
    uint32 bitmap; // of its latest attestation
    uint24 refusedIn; // the latest turn in which a proposal of its was refused
}

/// @title The two words of a Standing
/// @dev INV-PACK-2: what was packed is unpacked as it was. The compiler's own copy of a packed struct is many times
/// the code, at every place that has one.
library StandingWords {
    function unpack(uint256 clock, uint256 masks) internal pure returns (Standing memory s) {
        s.phase = EncryptedPhase(uint8(clock));
        s.deadline = uint40(clock >> 8);
        s.round = uint24(clock >> 48);
        s.turn = uint24(clock >> 72);
        s.ceremony = uint8(clock >> 96);
        s.period = uint8(clock >> 104);
        s.voids = uint8(clock >> 112);
        s.proposals = uint8(clock >> 120);
        s.answered = uint8(clock >> 128);
        s.parties = uint8(clock >> 136);
        s.sumAuthor = uint8(clock >> 144);
        s.resultAuthor = uint8(clock >> 152);
        s.totalWeight = uint16(clock >> 160);
        s.suspended = uint32(clock >> 176);
        s.restored = uint32(clock >> 208);
        s.confirmed = uint32(masks);
        s.leftOut = uint32(masks >> 32);
        s.submitted = uint32(masks >> 64);
        s.attested = uint32(masks >> 96);
        s.accepted = uint32(masks >> 128);
        s.shared = uint32(masks >> 160);
        s.paid = uint32(masks >> 192);
        s.refusing = uint32(masks >> 224);
    }

    function packClock(Standing memory s) internal pure returns (uint256 clock) {
        clock = uint256(s.phase) | (uint256(s.deadline) << 8) | (uint256(s.round) << 48) | (uint256(s.turn) << 72);
        clock |= (uint256(s.ceremony) << 96) | (uint256(s.period) << 104) | (uint256(s.voids) << 112);
        clock |= (uint256(s.proposals) << 120) | (uint256(s.answered) << 128) | (uint256(s.parties) << 136);
        clock |= (uint256(s.sumAuthor) << 144) | (uint256(s.resultAuthor) << 152) | (uint256(s.totalWeight) << 160);
        clock |= (uint256(s.suspended) << 176) | (uint256(s.restored) << 208);
    }

    function packMasks(Standing memory s) internal pure returns (uint256 masks) {
        masks = uint256(s.confirmed) | (uint256(s.leftOut) << 32) | (uint256(s.submitted) << 64);
        masks |= (uint256(s.attested) << 96) | (uint256(s.accepted) << 128);
        masks |= (uint256(s.shared) << 160) | (uint256(s.paid) << 192) | (uint256(s.refusing) << 224);
    }
}
