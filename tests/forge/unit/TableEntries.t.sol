// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAggregateVerifier} from "../../../contracts/interfaces/IAggregateVerifier.sol";
import {FigureTable} from "../../../contracts/libraries/FigureTable.sol";
import {EntryProof, EntryStatement, KIND_UPDATE, UpdateEntry} from "../../../contracts/types/TaskTypes.sol";
import {Trees} from "../base/Trees.sol";
import {World} from "../base/World.sol";

/// @title INV-JUDGE-3: a chunk's sum of squared differences convicts exactly those who stand for another one
contract TableEntriesTest is World {
    using Trees for Trees.Tree;

    struct Pair {
        int32[][] vectors; // three updates and a trusted vector
        EntryStatement statement;
        EntryProof proof;
        uint256 truth;
    }

    function setUp() external {
        _deploy();
    }

    function test_OnlyAnotherSumIsConvicted(uint256 seed, uint256 dimension, uint128 claim) external view {
        Pair memory given = _pair(seed, _within(dimension, 1, 140));
        given.statement.claim = uint128(given.truth);
        _check(!verifier.isWrongEntry(given.statement, given.proof), "a true sum");
        given.statement.claim = claim;
        bool convicted = verifier.isWrongEntry(given.statement, given.proof);
        _check(convicted == (claim != given.truth), "another sum");
    }

    function test_NoByteOfEitherOpeningMayChange(uint256 seed, uint256 dimension, uint256 place, uint8 change) external {
        Pair memory given = _pair(seed, _within(dimension, 1, 140));
        bytes memory opening = seed % 2 == 0 ? given.proof.oneOpening : given.proof.otherOpening;
        // Of the chunk: what is behind it may also break the padding, or run over.
        opening[16 + (place % 256)] ^= bytes1(uint8(_within(change, 1, 255)));
        bytes memory call = abi.encodeCall(IAggregateVerifier.isWrongEntry, (given.statement, given.proof));
        bytes4 found = IAggregateVerifier.AggregateVerifierWrongVector.selector;
        _refused(address(verifier), call, found, "an altered chunk");
    }

    function test_EveryPairHasItsOwnPlace(uint256 needs, uint256 count) external pure {
        needs = _within(needs, 0, 15);
        count = _within(count, 0, 40);
        bytes32 trust = "trust";
        uint256 next = 0;
        for (uint256 one = 0; one < count; ++one) {
            for (uint256 other = one + 1; other < count; ++other) {
                if (!FigureTable.hasEntry(needs, count, trust, one, other)) continue;
                _check(FigureTable.placeOf(needs, count, one, other) == next++, "the place of a pair");
            }
        }
        for (uint256 one = 0; one < count; ++one) {
            if (!FigureTable.hasEntry(needs, count, trust, one, count)) continue;
            _check(FigureTable.placeOf(needs, count, one, count) == next++, "the place of a trusted distance");
        }
        _check(FigureTable.lengthOf(needs, count, trust) == 16 * next, "the length of a table");
    }

    /// @dev Two of four vectors, the second of which may be the trusted one, and one of their chunks.
    function _pair(uint256 seed, uint256 dimension) private pure returns (Pair memory given) {
        given.vectors = new int32[][](4);
        given.proof.entries = new UpdateEntry[](3);
        bytes32 running;
        for (uint256 i = 0; i < 4; ++i) {
            given.vectors[i] = Trees.random(uint256(keccak256(abi.encode(seed, i))), dimension);
            // The ends of the range, where differences are the greatest.
            given.vectors[i][seed % dimension] = i % 2 == 0 ? type(int32).max : -type(int32).max;
            bytes32 commitment = Trees.build(given.vectors[i]).commitment(dimension, KIND_UPDATE, FRACTION_BITS);
            if (i == 3) {
                given.statement.trust = commitment;
                continue;
            }
            given.proof.entries[i] = UpdateEntry(address(uint160(0xa11ce + i)), uint32(7 + i), commitment);
            running = keccak256(abi.encode(running, address(uint160(0xa11ce + i)), uint32(7 + i), commitment));
        }
        given.statement.setHash = running;
        given.statement.dimension = uint32(dimension);
        given.statement.fractionBits = uint8(FRACTION_BITS);
        given.statement.one = uint8((seed >> 8) % 3);
        given.statement.other = uint8(given.statement.one + 1 + ((seed >> 16) % (3 - given.statement.one)));
        given.statement.chunk = uint32((seed >> 24) % Trees.chunksOf(dimension));
        _open(given);
    }

    function _open(Pair memory given) private pure {
        int32[] memory one = given.vectors[given.statement.one];
        int32[] memory other = given.vectors[given.statement.other];
        uint256 index = given.statement.chunk;
        given.proof.oneOpening = Trees.build(one).opening(one, index);
        given.proof.otherOpening = Trees.build(other).opening(other, index);
        for (uint256 k = index * 64; k < (index + 1) * 64 && k < one.length; ++k) {
            int256 difference = int256(one[k]) - int256(other[k]);
            given.truth += uint256(difference * difference);
        }
    }
}
