// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TrainerState, TrainerView} from "./TaskTypes.sol";

/// @dev A trainer's record in one slot.
/// A value instead of a struct: unpacking every field for each call would cost more than the call's own work.
///
/// | bits | field | meaning |
/// |---|---|---|
/// | 0-207 | word | the commitment's first 208 bits; once attested, the bitmap |
/// | 208-231 | turn | of its last act |
/// | 232-239 | state | where it stands |
/// | 240-247 | index | place among the round's reveals |
/// | 248-255 | leaving | whether it has asked to leave |
type TrainerRecord is uint256;

using TrainerRecordFields for TrainerRecord global;

/// @title Fields of a packed TrainerRecord
/// @dev INV-PACK-1: setters return a new value, touch their own field alone and refuse what does not fit it.
library TrainerRecordFields {
    uint256 private constant _WORD = 0;
    uint256 private constant _TURN = 208;
    uint256 private constant _STATE = 232;
    uint256 private constant _INDEX = 240;
    uint256 private constant _LEAVING = 248;

    error TrainerRecordFieldOverflow(uint256 offset, uint256 value);

    function word(TrainerRecord self) internal pure returns (uint208) {
        return uint208(TrainerRecord.unwrap(self));
    }

    function turn(TrainerRecord self) internal pure returns (uint24) {
        return uint24(TrainerRecord.unwrap(self) >> _TURN);
    }

    function state(TrainerRecord self) internal pure returns (TrainerState) {
        return TrainerState(uint8(TrainerRecord.unwrap(self) >> _STATE));
    }

    function index(TrainerRecord self) internal pure returns (uint8) {
        return uint8(TrainerRecord.unwrap(self) >> _INDEX);
    }

    function leaving(TrainerRecord self) internal pure returns (bool) {
        return uint8(TrainerRecord.unwrap(self) >> _LEAVING) != 0;
    }

    function withWord(TrainerRecord self, uint256 value) internal pure returns (TrainerRecord) {
        return _with(self, _WORD, 208, value);
    }

    function withTurn(TrainerRecord self, uint256 value) internal pure returns (TrainerRecord) {
        return _with(self, _TURN, 24, value);
    }

    function withState(TrainerRecord self, TrainerState value) internal pure returns (TrainerRecord) {
        return _with(self, _STATE, 8, uint8(value));
    }

    function withIndex(TrainerRecord self, uint256 value) internal pure returns (TrainerRecord) {
        return _with(self, _INDEX, 8, value);
    }

    function withLeaving(TrainerRecord self, bool value) internal pure returns (TrainerRecord) {
        return _with(self, _LEAVING, 8, value ? 1 : 0);
    }

    /// @notice The record after an act of its trainer: the three lowest fields change together.
    function acted(
        TrainerRecord self,
        uint208 newWord,
        uint24 newTurn,
        TrainerState newState
    ) internal pure returns (TrainerRecord) {
        uint256 rest = (TrainerRecord.unwrap(self) >> _INDEX) << _INDEX;
        return TrainerRecord.wrap(rest | (uint256(newState) << _STATE) | (uint256(newTurn) << _TURN) | newWord);
    }

    /// @notice All fields at once, for readers outside.
    function unpack(TrainerRecord self) internal pure returns (TrainerView memory) {
        return
            TrainerView({
                word: self.word(),
                turn: self.turn(),
                state: self.state(),
                index: self.index(),
                leaving: self.leaving()
            });
    }

    function _with(
        TrainerRecord self,
        uint256 offset,
        uint256 bits,
        uint256 value
    ) private pure returns (TrainerRecord) {
        if (value >> bits != 0) revert TrainerRecordFieldOverflow(offset, value);
        uint256 mask;
        unchecked {
            // SAFETY: fields have at least 8 bits.
            mask = ((1 << bits) - 1) << offset;
        }
        return TrainerRecord.wrap((TrainerRecord.unwrap(self) & ~mask) | (value << offset));
    }
}
