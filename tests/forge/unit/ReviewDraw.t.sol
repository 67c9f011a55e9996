// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IReviewBoard} from "../../../contracts/interfaces/IReviewBoard.sol";
import {ReviewBoard} from "../../../contracts/review/ReviewBoard.sol";
import {RewardPool} from "../../../contracts/rewards/RewardPool.sol";
import {StakeVault} from "../../../contracts/staking/StakeVault.sol";
import {DeepCoin} from "../../../contracts/token/DeepCoin.sol";
import {Payment, ReviewTerms} from "../../../contracts/types/ReviewTypes.sol";
import {RoundState} from "../../../contracts/types/TaskTypes.sol";
import {Checks} from "../base/Checks.sol";

/// @title The draw of a committee out of as many seats as a board has
/// @notice This contract is the factory, the task and every validator's paymaster.
contract ReviewDrawTest is Checks {
    uint256 private constant SEATS = 64;
    uint256 private constant COMMITTEE = 5;
    uint256 private constant STAKE = 1e18;

    DeepCoin private _coin;
    StakeVault private _vault;
    ReviewBoard private _board;
    RoundState private _state;
    uint24 private _turn;

    function setUp() external {
        _coin = new DeepCoin(address(this), 1e27);
        _vault = new StakeVault(_coin);
        RewardPool pool = new RewardPool(_coin);
        _vault.wire(address(this), pool);
        pool.wire(address(this), address(_vault));
        ReviewTerms memory terms = ReviewTerms({
            committee: COMMITTEE,
            quorum: 3,
            commitSeconds: 60,
            revealSeconds: 60,
            stake: STAKE,
            reward: 0,
            silencePenalty: 1,
            tolerance: 0,
            floor: 0,
            full: 1,
            payment: Payment.Equal,
            pace: 0
        });
        bytes memory arguments = abi.encode(terms, address(this), 2_000, 1_000, 60, address(this), 3);
        _board = ReviewBoard(
            Clones.cloneWithImmutableArgs(address(new ReviewBoard(_vault, pool)), arguments)
        );
        _vault.registerTask(address(_board));
        _board.initialize(address(this));
        for (uint256 seat = 0; seat < SEATS; ++seat) _join(seat, _validator(seat));
        _turn = 1;
    }

    /// @dev What the board asks of its task.
    function clock() external view returns (RoundState memory state) {
        state = _state;
        state.turn = _turn;
    }

    function _validator(uint256 seat) private pure returns (address) {
        return address(uint160(0x5ea7000 + seat));
    }

    function _join(uint256 seat, address validator) private {
        _coin.transfer(validator, STAKE);
        VM.prank(validator);
        _coin.approve(address(_vault), STAKE);
        VM.prank(validator);
        _board.joinAsValidator(seat);
    }

    function _leave(uint256 seat) private {
        VM.prank(_validator(seat));
        _board.leaveBoard(seat);
    }

    /// @dev Opens a review in the next block and draws in the one after it.
    function _draw(bytes32 set) private returns (bytes32 seats, uint256 size) {
        _board.open(_turn, 4, set, 15);
        VM.roll(block.number + 1);
        _board.drawCommittee();
        return (_board.committeeSeats(), _board.review().size);
    }

    function test_ThereIsNo65thSeat() external {
        bytes memory data = abi.encodeCall(IReviewBoard.joinAsValidator, (SEATS));
        _refused(address(_board), data, IReviewBoard.ReviewBoardSeatTaken.selector, "a 65th seat");
    }

    function test_ACommitteeHasDistinctSeatsThatAreHeldSinceAnEarlierTurn(
        bytes32 set,
        uint64 left,
        uint64 joined
    ) external {
        uint256 eligible = SEATS;
        for (uint256 seat = 0; seat < SEATS; ++seat) {
            if ((left >> seat) & 1 == 0) continue;
            --eligible;
            _leave(seat);
            if ((joined >> seat) & 1 == 1) _join(seat, address(uint160(0xbad000 + seat)));
        }
        (bytes32 seats, uint256 size) = _draw(set);
        _check(eligible < 3 ? size == 0 : size == (eligible < COMMITTEE ? eligible : COMMITTEE), "size");
        uint256 seen = 0;
        for (uint256 i = 0; i < size; ++i) {
            uint256 seat = uint8(seats[i]);
            _check((seen >> seat) & 1 == 0, "a seat was drawn twice");
            _check((left >> seat) & 1 == 0, "a free seat, or one of this turn, was drawn");
            seen |= 1 << seat;
        }
    }

    /// @dev INV-REVIEW-3: with the seed known, nobody can have another draw by joining or leaving.
    function test_NobodyChangesADrawOnceItsSeedIsKnown(bytes32 set, uint64 free, uint8 joins) external {
        for (uint256 seat = 0; seat < SEATS; ++seat) if ((free >> seat) & 1 == 1) _leave(seat);
        _board.open(_turn, 4, set, 15);
        VM.roll(block.number + 1);
        uint256 snapshot = VM.snapshotState();
        _board.drawCommittee();
        bytes32 expected = _board.committeeSeats();
        VM.revertToState(snapshot);
        for (uint256 seat = 0; seat < SEATS && joins > 0; ++seat) {
            if ((free >> seat) & 1 == 0) {
                bytes memory data = abi.encodeCall(IReviewBoard.leaveBoard, (seat));
                VM.prank(_validator(seat));
                _refused(address(_board), data, IReviewBoard.ReviewBoardStillEngaged.selector, "INV-REVIEW-3: left");
                continue;
            }
            _join(seat, address(uint160(0xbad000 + seat)));
            --joins;
        }
        _board.drawCommittee();
        _check(_board.committeeSeats() == expected, "INV-REVIEW-3: another draw");
    }

    /// @notice Over 3,000 seeds every seat is drawn as often, on every place of the committee together and on the
    /// first alone: both sums of squares lie below what a chi-squared of 63 degrees exceeds once in 100,000.
    function test_EverySeatIsDrawnAsOften() external {
        uint256 draws = 3_000;
        uint256[SEATS] memory all;
        uint256[SEATS] memory first;
        for (uint256 k = 0; k < draws; ++k) {
            (bytes32 seats, ) = _draw(bytes32(k));
            ++first[uint8(seats[0])];
            for (uint256 i = 0; i < COMMITTEE; ++i) ++all[uint8(seats[i])];
            ++_turn;
        }
        _check(_chiSquared(first, draws) < 122_000, "the first place is not uniform");
        _check(_chiSquared(all, draws * COMMITTEE) < 122_000, "the committee is not uniform");
    }

    function _chiSquared(uint256[SEATS] memory counts, uint256 total) private pure returns (uint256 thousandths) {
        for (uint256 seat = 0; seat < SEATS; ++seat) {
            uint256 scaled = counts[seat] * SEATS;
            uint256 distance = scaled > total ? scaled - total : total - scaled;
            thousandths += (distance * distance * 1_000) / (total * SEATS);
        }
    }

    function test_DrawingFromAllSeatsCostsLittle() external {
        _draw(bytes32(uint256(7)));
        ++_turn;
        _board.open(_turn, 4, bytes32(uint256(8)), 15);
        VM.roll(block.number + 1);
        VM.cool(address(_board));
        uint256 before = gasleft();
        _board.drawCommittee();
        uint256 spent = before - gasleft();
        _say("drawCommittee, 64 seats", spent);
        _check(spent < 300_000, "a draw from 64 seats");
    }
}
