// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAggregateVerifier} from "../../../contracts/interfaces/IAggregateVerifier.sol";
import {
    AggregateProof,
    AggregateStatement,
    KIND_MODEL,
    KIND_UPDATE,
    UpdateEntry
} from "../../../contracts/types/TaskTypes.sol";
import {Trees} from "../base/Trees.sol";
import {World} from "../base/World.sol";

/// @title INV-JUDGE-1 and INV-JUDGE-2: never convicts a right aggregate, always convicts a wrong coordinate
contract AggregateVerifierTest is World {
    using Trees for Trees.Tree;

    int32 private constant LIMIT = type(int32).max;

    struct Round {
        int32[] base;
        int32[] model; // the right one
        int32[][] updates;
        UpdateEntry[] entries;
        AggregateStatement statement;
    }

    function setUp() external {
        _deploy();
    }

    // ------------------------------------------------------------------ verdicts

    function test_ARightAggregateIsNeverConvicted(uint256 seed, uint256 dimension, uint256 count) external view {
        Round memory given = _round(seed, _within(dimension, 1, 140), _within(count, 1, 6));
        for (uint256 i = 0; i < 3; ++i) {
            uint256 coordinate = (seed >> (32 * i)) % given.model.length;
            _check(!_convicts(given, given.model, coordinate), "a right aggregate");
        }
    }

    function test_AWrongCoordinateIsAlwaysConvicted(
        uint256 seed,
        uint256 dimension,
        uint256 count,
        int32 change
    ) external view {
        Round memory given = _round(seed, _within(dimension, 1, 140), _within(count, 1, 6));
        uint256 wrong = seed % given.model.length;
        int32[] memory model = _altered(given.model, wrong, change == 0 ? int32(1) : change);
        _commit(given, Trees.build(model), model.length);
        _check(_convicts(given, model, wrong), "a wrong coordinate");
        uint256 other = (seed >> 32) % model.length;
        // The word that is no value condemns its whole chunk.
        if (other == wrong || (model[wrong] == type(int32).min && other / 64 == wrong / 64)) return;
        _check(!_convicts(given, model, other), "a right coordinate beside a wrong one");
    }

    function test_AClaimedSumThatIsNotTheChunksIsConvicted(
        uint256 seed,
        uint256 dimension,
        uint256 count,
        uint64 claimed
    ) external view {
        Round memory given = _round(seed, _within(dimension, 1, 140), _within(count, 1, 4));
        uint256 index = seed % Trees.chunksOf(given.model.length);
        if (claimed == Trees.squares(given.model, index)) return;
        Trees.Tree memory lying = Trees.buildLying(given.model, index, claimed);
        _commit(given, lying, given.model.length);
        AggregateProof memory proof = _proof(given, given.model, index * 64);
        proof.modelOpening = lying.opening(given.model, index);
        _check(verifier.isWrong(given.statement, proof), "a lying tree around the right coordinates");
    }

    // ------------------------------------------------------------------ what a proof must be about

    function test_AnotherSetIsRefused(uint256 seed, uint256 dimension, uint256 count, uint256 how) external {
        Round memory given = _round(seed, _within(dimension, 1, 70), _within(count, 2, 5));
        AggregateProof memory proof = _proof(given, given.model, seed % given.model.length);
        uint256 place = seed % (proof.entries.length - 1);
        bytes4 found = IAggregateVerifier.AggregateVerifierWrongSet.selector;
        how %= 4;
        if (how == 0) {
            proof.entries[place].weight ^= 1;
        } else if (how == 1) {
            proof.entries[place].trainer = address(uint160(uint160(proof.entries[place].trainer) ^ 1));
        } else if (how == 2) {
            (proof.entries[place], proof.entries[place + 1]) = (proof.entries[place + 1], proof.entries[place]);
            (proof.openings[place], proof.openings[place + 1]) = (proof.openings[place + 1], proof.openings[place]);
        } else {
            // One left out, with its opening.
            assembly ("memory-safe") {
                let entries := mload(add(proof, 32))
                mstore(entries, sub(mload(entries), 1))
                let openings := mload(add(proof, 128))
                mstore(openings, sub(mload(openings), 1))
            }
        }
        bytes memory call = abi.encodeCall(IAggregateVerifier.isWrong, (given.statement, proof));
        _refused(address(verifier), call, found, "another set");
    }

    function test_NoByteOfAProofMayChange(uint256 seed, uint256 dimension, uint256 place, uint8 change) external view {
        Round memory given = _round(seed, _within(dimension, 1, 140), 3);
        AggregateProof memory proof = _proof(given, given.model, seed % given.model.length);
        bytes memory opening = seed % 3 == 0
            ? proof.modelOpening
            : seed % 3 == 1
                ? proof.baseOpening
                : proof.openings[place % 3];
        opening[place % opening.length] ^= bytes1(uint8(_within(change, 1, 255)));
        try verifier.isWrong(given.statement, proof) returns (bool) {
            revert CheckFailed("an altered opening was judged");
        } catch (bytes memory reason) {
            bytes4 found = bytes4(reason);
            // An altered path may also break the padding or run over; no other reason is right.
            _check(
                found == IAggregateVerifier.AggregateVerifierWrongVector.selector ||
                    found == bytes4(keccak256("MerkleSumTreePaddingAltered(uint256)")) ||
                    found == bytes4(keccak256("MerkleSumTreeSumOverflow(uint256)")),
                "refused for another reason"
            );
        }
    }

    // ------------------------------------------------------------------ rounds

    function _round(uint256 seed, uint256 dimension, uint256 count) private view returns (Round memory given) {
        given.base = Trees.random(_draw(seed, "base"), dimension);
        // The ends of the range, where clamping decides.
        if (seed % 2 == 0) (given.base[0], given.base[dimension - 1]) = (LIMIT, -LIMIT);
        given.updates = new int32[][](count);
        given.entries = new UpdateEntry[](count);
        uint32[] memory weights = new uint32[](count);
        bytes32 running;
        for (uint256 i = 0; i < count; ++i) {
            given.updates[i] = Trees.random(uint256(keccak256(abi.encode(seed, i))), dimension);
            weights[i] = uint32(1 + ((seed >> (8 * i)) % 900));
            bytes32 commitment = Trees.build(given.updates[i]).commitment(dimension, KIND_UPDATE, FRACTION_BITS);
            given.entries[i] = UpdateEntry(address(uint160(0xa11ce + i)), weights[i], commitment);
            running = keccak256(abi.encode(running, given.entries[i].trainer, weights[i], commitment));
        }
        given.model = new int32[](dimension);
        (Rule chosen, uint256 argument) = _chosen(_draw(seed, "rule"));
        int32[] memory values = new int32[](count);
        for (uint256 k = 0; k < dimension; ++k) {
            for (uint256 i = 0; i < count; ++i) values[i] = given.updates[i][k];
            given.model[k] = _combine(chosen, values, weights, given.base[k], argument);
        }
        given.statement = AggregateStatement({
            model: Trees.build(given.model).commitment(dimension, KIND_MODEL, FRACTION_BITS),
            base: Trees.build(given.base).commitment(dimension, KIND_MODEL, FRACTION_BITS),
            setHash: running,
            dimension: uint32(dimension),
            fractionBits: uint8(FRACTION_BITS),
            rule: address(rules[chosen]),
            ruleArgument: argument,
            weighing: address(0),
            weighingArgument: 0,
            accepted: uint8(count),
            table: 0,
            trust: 0,
            reputations: 0
        });
    }

    function _altered(int32[] memory model, uint256 place, int32 change) private pure returns (int32[] memory other) {
        other = new int32[](model.length);
        for (uint256 i = 0; i < model.length; ++i) other[i] = model[i];
        unchecked {
            other[place] += change; // may wrap, even to the one word that is no value
        }
    }

    function _commit(Round memory given, Trees.Tree memory tree, uint256 dimension) private pure {
        given.statement.model = tree.commitment(dimension, KIND_MODEL, FRACTION_BITS);
    }

    function _proof(
        Round memory given,
        int32[] memory model,
        uint256 coordinate
    ) private pure returns (AggregateProof memory proof) {
        uint256 index = coordinate / 64;
        proof.coordinate = uint32(coordinate);
        proof.entries = given.entries;
        proof.modelOpening = Trees.build(model).opening(model, index);
        proof.baseOpening = Trees.build(given.base).opening(given.base, index);
        proof.openings = new bytes[](given.updates.length);
        for (uint256 i = 0; i < given.updates.length; ++i) {
            proof.openings[i] = Trees.build(given.updates[i]).opening(given.updates[i], index);
        }
    }

    function _convicts(Round memory given, int32[] memory model, uint256 coordinate) private view returns (bool) {
        return verifier.isWrong(given.statement, _proof(given, model, coordinate));
    }
}
