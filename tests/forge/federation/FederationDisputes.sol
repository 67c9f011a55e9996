// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDisputeCourt} from "../../../contracts/interfaces/IDisputeCourt.sol";
import {AggregateProof, Phase, SumNode, UpdateEntry} from "../../../contracts/types/TaskTypes.sol";
import {Trees} from "../base/Trees.sol";
import {FederationRounds} from "./FederationRounds.sol";

/// @title Evidence and disputes, right ones and wrong ones
abstract contract FederationDisputes is FederationRounds {
    using Trees for Trees.Tree;

    // ------------------------------------------------------------------ evidence

    function _announce(address who, bytes32 opening) private {
        _must(who, address(court), abi.encodeCall(IDisputeCourt.openEvidence, (opening)), "an announcement");
        VM.roll(block.number + 1);
    }

    /// @dev Shows the first lying tree among the reveals; true if its author was slashed.
    function _accuseLiar(address who) internal returns (bool) {
        for (uint256 i = 0; i < revealed.length; ++i) {
            if (!revealed[i].lies || !stands[i]) continue;
            return _accuse(who, i, 0);
        }
        return false;
    }

    /// @dev Shows one chunk of an update, whether it lies or not.
    function _accuse(address who, uint256 place, uint256 index) internal returns (bool done) {
        address trainer = entries[place].trainer;
        int32[] memory vector = Trees.random(revealed[place].seed, DIMENSION);
        bytes memory opening = _treeOf(place, vector).opening(vector, index);
        uint24 round = _clock().round;
        bytes32 evidence = keccak256(abi.encode(trainer, round, uint32(index), opening));
        _announce(who, court.evidenceOpening(who, address(task), evidence, bytes32(place)));
        done = _try(
            who,
            address(court),
            abi.encodeCall(
                IDisputeCourt.proveWrongNorm,
                (address(task), trainer, round, uint32(index), opening, bytes32(place))
            )
        );
        if (done) _check(revealed[place].lies && index == 0, "a true chunk was convicted");
    }

    /// @dev Shows a coordinate of the proposal; must convict it exactly where it is wrong.
    function _prove(address who, uint256 coordinate) internal {
        AggregateProof memory proof = _proof(coordinate);
        if (who != disputant) {
            bytes32 evidence = keccak256(abi.encode(proof));
            _announce(who, court.evidenceOpening(who, address(task), evidence, bytes32(coordinate)));
        }
        bool due = proposal.wrong && coordinate == proposal.coordinate;
        bytes memory data = abi.encodeCall(
            IDisputeCourt.proveWrongAggregate,
            (address(task), proof, bytes32(coordinate))
        );
        if (due) _must(who, address(court), data, "INV-JUDGE-2: a proof of a wrong coordinate");
        else _check(!_try(who, address(court), data), "INV-JUDGE-1: a right coordinate was convicted");
    }

    function _proof(uint256 coordinate) private view returns (AggregateProof memory proof) {
        (uint256[] memory places, uint256 number) = _accepted();
        uint256 index = coordinate / Trees.COORDINATES;
        int32[] memory model = _model(proposal);
        int32[] memory from = base;
        proof.coordinate = uint32(coordinate);
        proof.modelOpening = Trees.build(model).opening(model, index);
        proof.baseOpening = Trees.build(from).opening(from, index);
        proof.entries = new UpdateEntry[](number);
        proof.openings = new bytes[](number);
        for (uint256 i = 0; i < number; ++i) {
            proof.entries[i] = entries[places[i]];
            int32[] memory vector = Trees.random(revealed[places[i]].seed, DIMENSION);
            proof.openings[i] = _treeOf(places[i], vector).opening(vector, index);
        }
    }

    function _treeOf(uint256 place, int32[] memory vector) private view returns (Trees.Tree memory) {
        Update memory update = revealed[place];
        return update.lies ? Trees.buildLying(vector, 0, update.seed % 1_000) : Trees.build(vector);
    }

    // ------------------------------------------------------------------ disputes

    /// @dev The honest challenge wrong proposals alone, with the right model.
    function _dispute(address who, uint256 seed) internal returns (bool done) {
        Proposal memory other = honest[who] ? _rightProposal() : _anyProposal(_draw(seed, "replacement"));
        bytes32 model = _commitmentTo(_model(other));
        _announce(who, court.disputeOpening(who, address(task), model, bytes32(seed)));
        bytes memory data = abi.encodeCall(
            IDisputeCourt.openDispute,
            (address(task), _clock().round, _clock().proposal, model, keccak256(abi.encode(model)), bytes32(seed))
        );
        bool open = _isDisputed();
        if (open) ++count["second dispute"];
        uint256 bond = terms.challengeBond << lostDisputes;
        uint256 purse = coin.balanceOf(who);
        done = _try(who, address(court), data);
        if (!done) return false;
        _check(!open, "INV-COURT-1: a second dispute beside an open one");
        _equal(purse - coin.balanceOf(who), bond, "INV-BOND-1: the bond of a dispute");
        replacement = other;
    }

    /// @dev Takes the step that a dispute awaits, with the proposal's own bytes; `pick` is the challenger's choice.
    function _takeStep(uint256 pick) internal returns (bool) {
        IDisputeCourt.Dispute memory open = court.disputeOf(address(task));
        int32[] memory model = _model(proposal);
        Trees.Tree memory tree = Trees.build(model);
        if (open.step == IDisputeCourt.Step.Nodes) return _answerNodes(tree, open.level);
        if (open.step == IDisputeCourt.Step.Pick) return _pickNode(tree, open, pick);
        if (open.step == IDisputeCourt.Step.Chunk) {
            bytes memory chunk = Trees.chunk(model, open.position);
            SumNode memory leaf = _node(tree, 0, open.position);
            return
                _try(
                    OUTSIDER,
                    address(court),
                    abi.encodeCall(IDisputeCourt.answerChunk, (address(task), leaf, chunk))
                );
        }
        return false;
    }

    /// @dev The tree is low enough for one answer, from its root.
    function _answerNodes(Trees.Tree memory tree, uint256 level) private returns (bool) {
        bytes memory nodes;
        for (uint256 i = 0; i < tree.hashes[0].length; ++i) nodes = bytes.concat(nodes, tree.node(0, i));
        SumNode memory top = _node(tree, level, 0);
        return
            _try(OUTSIDER, address(court), abi.encodeCall(IDisputeCourt.answerNodes, (address(task), top, nodes)));
    }

    function _pickNode(
        Trees.Tree memory tree,
        IDisputeCourt.Dispute memory open,
        uint256 pick
    ) private returns (bool) {
        uint32 chunk = uint32(pick % tree.chunks);
        bytes memory siblings = tree.path(0, chunk, open.level);
        return
            _try(
                open.challenger,
                address(court),
                abi.encodeCall(IDisputeCourt.pickNode, (address(task), chunk, _node(tree, 0, chunk), siblings))
            );
    }

    function _node(Trees.Tree memory tree, uint256 level, uint256 place) private pure returns (SumNode memory) {
        return SumNode({hash: tree.hashes[level][place], sum: uint128(tree.sums[level][place])});
    }

    /// @dev What the honest owe in a dispute: answers for a right proposal, and the proof against a wrong one.
    function _disputeDuties() internal {
        IDisputeCourt.Dispute memory open = court.disputeOf(address(task));
        if (!_isDisputed() || block.timestamp >= open.deadline) return;
        bool answers = open.step == IDisputeCourt.Step.Nodes || open.step == IDisputeCourt.Step.Chunk;
        if (answers && !proposal.wrong) {
            _check(_takeStep(0), "INV-HONEST-1: an answer in time was refused");
        } else if (open.step == IDisputeCourt.Step.Pick && honest[open.challenger]) {
            _check(_takeStep(proposal.coordinate / Trees.COORDINATES), "INV-HONEST-1: a pick in time was refused");
        } else if (open.step == IDisputeCourt.Step.Proof && honest[open.challenger]) {
            _prove(open.challenger, proposal.coordinate);
        }
    }

    /// @dev One move against the present proposal, or for it; a dispute has others crowd in behind it at once.
    function _challengeSome(uint256 seed) internal {
        bool open = _isDisputed();
        _moveAgainst(seed);
        if (!open && _isDisputed()) _dispute(challengers[1], seed);
    }

    function _moveAgainst(uint256 seed) private {
        if (_isDisputed()) {
            if (block.timestamp >= court.disputeOf(address(task)).deadline) return; // only `resolveDispute` is left
            _dispute(challengers[1 + (seed >> 8) % 2], seed); // a second one is refused
            if (seed % 8 < 2) _prove(challengers[0], proposal.coordinate);
            else if (seed % 8 < 5) _takeStep(seed >> 16);
            return;
        }
        if (proposal.wrong) {
            // Two times in five nobody looks.
            if (seed % 5 == 0) _dispute(challengers[0], seed);
            else if (seed % 5 == 1) _prove(challengers[0], proposal.coordinate);
            else if (seed % 5 == 2) _dispute(challengers[2], seed);
        } else if (seed % 4 == 0) {
            _dispute(challengers[2], seed);
        } else if (seed % 4 == 1) {
            _prove(challengers[1], (seed >> 16) % DIMENSION);
        }
    }

    function _resolve() internal returns (bool) {
        return _try(OUTSIDER, address(court), abi.encodeCall(IDisputeCourt.resolveDispute, (address(task))));
    }

    function _isChallenge() internal view returns (bool) {
        return _phase() == Phase.Challenge || _phase() == Phase.Final;
    }
}
