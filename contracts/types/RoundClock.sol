// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Phase, RoundState} from "./TaskTypes.sol";

/// @dev The state of the current round in one slot, so that every call of a trainer writes it once.
/// A value instead of a struct: unpacking every field for each call would cost more than the call's own work.
///
/// | bits | field | meaning |
/// |---|---|---|
/// | 0-7 | phase | the last recorded one; the present one is derived from it |
/// | 8-47 | mark | its deadline (of Aggregate: its start; of Ended: when) |
/// | 48-71 | round | from 1 |
/// | 72-95 | turn | counts attempts over all rounds; a trainer acts once a turn |
/// | 96-103 | attempt | of this round, from 0 |
/// | 104-111 | voids | void rounds in a row |
/// | 112-119 | active | trainers who may commit in the next turn |
/// | 120-127 | due | trainers awaited in this turn; UNKNOWN_DUE when they are drawn |
/// | 128-135 | pending | commitments of this turn not yet revealed |
/// | 136-143 | revealed | updates of this round, over all attempts |
/// | 144-151 | accepted | 0 until the set is frozen |
/// | 152-159 | sealer | seat + 1 of whoever proposed last; SUBSTITUTE if a challenger did |
/// | 160-167 | proposal | counts the proposals of this round |
/// | 168-175 | disputes | lost ones of this round, and the open one |
/// | 176-183 | disputeOpen | whether one is open now |
/// | 184-191 | seats | of sealers, free ones included |
type RoundClock is uint256;

using RoundClockFields for RoundClock global;

/// @title Fields of a packed RoundClock
/// @dev INV-PACK-1: setters return a new value, touch their own field alone and refuse what does not fit it.
library RoundClockFields {
    uint256 private constant _PHASE = 0;
    uint256 private constant _MARK = 8;
    uint256 private constant _ROUND = 48;
    uint256 private constant _TURN = 72;
    uint256 private constant _ATTEMPT = 96;
    uint256 private constant _VOIDS = 104;
    uint256 private constant _ACTIVE = 112;
    uint256 private constant _DUE = 120;
    uint256 private constant _PENDING = 128;
    uint256 private constant _REVEALED = 136;
    uint256 private constant _ACCEPTED = 144;
    uint256 private constant _SEALER = 152;
    uint256 private constant _PROPOSAL = 160;
    uint256 private constant _DISPUTES = 168;
    uint256 private constant _DISPUTE_OPEN = 176;
    uint256 private constant _SEATS = 184;

    error RoundClockFieldOverflow(uint256 offset, uint256 value);

    function phase(RoundClock self) internal pure returns (Phase) {
        return Phase(uint8(RoundClock.unwrap(self)));
    }

    function mark(RoundClock self) internal pure returns (uint40) {
        return uint40(RoundClock.unwrap(self) >> _MARK);
    }

    function round(RoundClock self) internal pure returns (uint24) {
        return uint24(RoundClock.unwrap(self) >> _ROUND);
    }

    function turn(RoundClock self) internal pure returns (uint24) {
        return uint24(RoundClock.unwrap(self) >> _TURN);
    }

    function attempt(RoundClock self) internal pure returns (uint8) {
        return uint8(RoundClock.unwrap(self) >> _ATTEMPT);
    }

    function voids(RoundClock self) internal pure returns (uint8) {
        return uint8(RoundClock.unwrap(self) >> _VOIDS);
    }

    function active(RoundClock self) internal pure returns (uint8) {
        return uint8(RoundClock.unwrap(self) >> _ACTIVE);
    }

    function due(RoundClock self) internal pure returns (uint8) {
        return uint8(RoundClock.unwrap(self) >> _DUE);
    }

    function pending(RoundClock self) internal pure returns (uint8) {
        return uint8(RoundClock.unwrap(self) >> _PENDING);
    }

    function revealed(RoundClock self) internal pure returns (uint8) {
        return uint8(RoundClock.unwrap(self) >> _REVEALED);
    }

    function accepted(RoundClock self) internal pure returns (uint8) {
        return uint8(RoundClock.unwrap(self) >> _ACCEPTED);
    }

    function sealer(RoundClock self) internal pure returns (uint8) {
        return uint8(RoundClock.unwrap(self) >> _SEALER);
    }

    function proposal(RoundClock self) internal pure returns (uint8) {
        return uint8(RoundClock.unwrap(self) >> _PROPOSAL);
    }

    function disputes(RoundClock self) internal pure returns (uint8) {
        return uint8(RoundClock.unwrap(self) >> _DISPUTES);
    }

    function disputeOpen(RoundClock self) internal pure returns (bool) {
        return uint8(RoundClock.unwrap(self) >> _DISPUTE_OPEN) != 0;
    }

    function seats(RoundClock self) internal pure returns (uint8) {
        return uint8(RoundClock.unwrap(self) >> _SEATS);
    }

    function withPhase(RoundClock self, Phase value) internal pure returns (RoundClock) {
        return _with(self, _PHASE, 8, uint8(value));
    }

    function withMark(RoundClock self, uint256 value) internal pure returns (RoundClock) {
        return _with(self, _MARK, 40, value);
    }

    function withRound(RoundClock self, uint256 value) internal pure returns (RoundClock) {
        return _with(self, _ROUND, 24, value);
    }

    function withTurn(RoundClock self, uint256 value) internal pure returns (RoundClock) {
        return _with(self, _TURN, 24, value);
    }

    function withAttempt(RoundClock self, uint256 value) internal pure returns (RoundClock) {
        return _with(self, _ATTEMPT, 8, value);
    }

    function withVoids(RoundClock self, uint256 value) internal pure returns (RoundClock) {
        return _with(self, _VOIDS, 8, value);
    }

    function withActive(RoundClock self, uint256 value) internal pure returns (RoundClock) {
        return _with(self, _ACTIVE, 8, value);
    }

    function withDue(RoundClock self, uint256 value) internal pure returns (RoundClock) {
        return _with(self, _DUE, 8, value);
    }

    function withPending(RoundClock self, uint256 value) internal pure returns (RoundClock) {
        return _with(self, _PENDING, 8, value);
    }

    function withRevealed(RoundClock self, uint256 value) internal pure returns (RoundClock) {
        return _with(self, _REVEALED, 8, value);
    }

    function withAccepted(RoundClock self, uint256 value) internal pure returns (RoundClock) {
        return _with(self, _ACCEPTED, 8, value);
    }

    function withSealer(RoundClock self, uint256 value) internal pure returns (RoundClock) {
        return _with(self, _SEALER, 8, value);
    }

    function withProposal(RoundClock self, uint256 value) internal pure returns (RoundClock) {
        return _with(self, _PROPOSAL, 8, value);
    }

    function withDisputes(RoundClock self, uint256 value) internal pure returns (RoundClock) {
        return _with(self, _DISPUTES, 8, value);
    }

    function withDisputeOpen(RoundClock self, bool value) internal pure returns (RoundClock) {
        return _with(self, _DISPUTE_OPEN, 8, value ? 1 : 0);
    }

    function withSeats(RoundClock self, uint256 value) internal pure returns (RoundClock) {
        return _with(self, _SEATS, 8, value);
    }

    /// @notice All fields at once, for readers outside.
    function unpack(RoundClock self) internal pure returns (RoundState memory) {
        return
            RoundState({
                phase: self.phase(),
                mark: self.mark(),
                round: self.round(),
                turn: self.turn(),
                attempt: self.attempt(),
                voids: self.voids(),
                active: self.active(),
                due: self.due(),
                pending: self.pending(),
                revealed: self.revealed(),
                accepted: self.accepted(),
                sealer: self.sealer(),
                proposal: self.proposal(),
                disputes: self.disputes(),
                disputeOpen: self.disputeOpen(),
                seats: self.seats()
            });
    }

    function _with(
        RoundClock self,
        uint256 offset,
        uint256 bits,
        uint256 value
    ) private pure returns (RoundClock) {
        if (value >> bits != 0) revert RoundClockFieldOverflow(offset, value);
        uint256 mask;
        unchecked {
            // SAFETY: fields have at least 8 bits.
            mask = ((1 << bits) - 1) << offset;
        }
        return RoundClock.wrap((RoundClock.unwrap(self) & ~mask) | (value << offset));
    }
}
