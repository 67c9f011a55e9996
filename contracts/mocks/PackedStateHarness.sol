// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RoundClock} from "../types/RoundClock.sol";
import {Phase, RoundState, TrainerState, TrainerView} from "../types/TaskTypes.sol";
import {TrainerRecord} from "../types/TrainerRecord.sol";

/// @title The packed states' getters and setters, for tests
contract PackedStateHarness {
    /// @notice Every setter once, in the order of `RoundState`.
    function setClock(uint256 raw, uint256[16] calldata values) external pure returns (uint256) {
        RoundClock clock = RoundClock.wrap(raw);
        clock = clock.withPhase(Phase(values[0]));
        clock = clock.withMark(values[1]);
        clock = clock.withRound(values[2]);
        clock = clock.withTurn(values[3]);
        clock = clock.withAttempt(values[4]);
        clock = clock.withVoids(values[5]);
        clock = clock.withActive(values[6]);
        clock = clock.withDue(values[7]);
        clock = clock.withPending(values[8]);
        clock = clock.withRevealed(values[9]);
        clock = clock.withAccepted(values[10]);
        clock = clock.withSealer(values[11]);
        clock = clock.withProposal(values[12]);
        clock = clock.withDisputes(values[13]);
        clock = clock.withDisputeOpen(values[14] != 0);
        clock = clock.withSeats(values[15]);
        return RoundClock.unwrap(clock);
    }

    function clockFields(uint256 raw) external pure returns (RoundState memory) {
        return RoundClock.wrap(raw).unpack();
    }

    /// @notice Every setter once, in the order of `TrainerView`.
    function setRecord(uint256 raw, uint256[5] calldata values) external pure returns (uint256) {
        TrainerRecord record = TrainerRecord
            .wrap(raw)
            .withWord(values[0])
            .withTurn(values[1])
            .withState(TrainerState(values[2]))
            .withIndex(values[3])
            .withLeaving(values[4] != 0);
        return TrainerRecord.unwrap(record);
    }

    function act(uint256 raw, uint208 word, uint24 turn, TrainerState state) external pure returns (uint256) {
        return TrainerRecord.unwrap(TrainerRecord.wrap(raw).acted(word, turn, state));
    }

    function recordFields(uint256 raw) external pure returns (TrainerView memory) {
        return TrainerRecord.wrap(raw).unpack();
    }
}
