// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITrainingTask} from "../../../contracts/interfaces/ITrainingTask.sol";
import {KIND_UPDATE, Phase, Role, TrainerState, TrainerView, UpdateEntry} from "../../../contracts/types/TaskTypes.sol";
import {Trees} from "../base/Trees.sol";
import {FederationState} from "./FederationState.sol";

/// @title What trainers and sealers do, honestly or not
abstract contract FederationRounds is FederationState {
    using Trees for Trees.Tree;

    // ------------------------------------------------------------------ trainers

    /// @dev Some commit; of those who are not honest one in four lies, and one in eight commits to nothing.
    function _commitSome(uint256 seed) internal {
        for (uint256 i = 0; i < trainers.length && _phase() == Phase.Commit; ++i) {
            uint256 lot = uint256(keccak256(abi.encode(seed, i)));
            if (lot % 16 == 0) continue; // now and then one stays away
            bool fair = honest[trainers[i]];
            _commit(trainers[i], lot, !fair && (lot >> 8) % 4 == 0, !fair && (lot >> 16) % 8 == 0);
        }
    }

    function _commit(address trainer, uint256 seed, bool lies, bool garbage) internal {
        Update memory update = _update(seed, lies);
        update.garbage = garbage;
        update.turn = _turn();
        bytes32 digest = garbage ? bytes32(seed) : _digest(trainer, update);
        if (!_try(trainer, address(task), abi.encodeCall(ITrainingTask.commitUpdate, (update.turn, digest)))) return;
        latest[trainer] = update;
        ++count["commit"];
    }

    function _update(uint256 seed, bool lies) private pure returns (Update memory update) {
        int32[] memory vector = Trees.random(seed, DIMENSION);
        Trees.Tree memory tree = lies ? Trees.buildLying(vector, 0, seed % 1_000) : Trees.build(vector);
        (bytes32 hash, uint256 sum) = tree.root();
        update.seed = seed;
        update.lies = lies;
        update.samples = uint32(1 + ((seed >> 32) % 2_000));
        update.hash = hash;
        update.sum = uint128(sum);
        update.commitment = tree.commitment(DIMENSION, KIND_UPDATE, FRACTION_BITS);
    }

    function _digest(address trainer, Update memory update) private view returns (bytes32) {
        bytes32 body = keccak256(
            abi.encode(
                keccak256(
                    // solhint-disable-next-line max-line-length
                    "Update(address task,uint32 round,uint32 attempt,bytes32 baseModel,address trainer,bytes32 commitment,bytes32 contentId,uint64 report,bytes32 salt)"
                ),
                address(task),
                uint256(_clock().round),
                uint256(_clock().attempt),
                _commitmentTo(base),
                trainer,
                update.commitment,
                keccak256(abi.encode(update.hash)),
                update.samples,
                bytes32(update.seed)
            )
        );
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Gradbond"),
                keccak256("1"),
                block.chainid,
                address(task)
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, body));
    }

    function _owesReveal(address trainer) internal view returns (bool) {
        TrainerView memory record = task.trainerOf(trainer);
        return record.state == TrainerState.Committed && record.turn == _turn();
    }

    function _reveal(address trainer) internal {
        Update memory update = latest[trainer];
        bytes memory data = abi.encodeCall(
            ITrainingTask.revealUpdate,
            (update.hash, update.sum, keccak256(abi.encode(update.hash)), update.samples, bytes32(update.seed))
        );
        if (update.garbage) {
            _check(!_try(trainer, address(task), data), "a reveal of what was not committed to");
            return;
        }
        _must(trainer, address(task), data, "a reveal in time");
        uint32 weight = uint32(update.samples < terms.maxSamples ? update.samples : terms.maxSamples);
        entries.push(UpdateEntry(trainer, weight, update.commitment));
        revealed.push(update);
        stands.push(true);
        ++count["reveal"];
    }

    /// @dev The updates that a checker finds sound.
    function _sound() internal view returns (uint256 bitmap) {
        for (uint256 i = 0; i < revealed.length; ++i) if (!revealed[i].lies) bitmap |= 1 << i;
    }

    function _attest(uint256 place, uint256 bitmap) internal {
        address trainer = entries[place].trainer;
        if (!_try(trainer, address(task), abi.encodeCall(ITrainingTask.attestUpdates, (bitmap)))) return;
        votes[place] = bitmap;
        voted |= 1 << place;
        ++count["attest"];
    }

    /// @dev Everybody whose update stands has its say; who is not honest says anything, or nothing.
    function _attestSome(uint256 seed) internal {
        for (uint256 i = 0; i < entries.length && _phase() == Phase.Attest; ++i) {
            if ((voted >> i) & 1 == 1 || !stands[i]) continue;
            uint256 lot = uint256(keccak256(abi.encode(seed, i)));
            // One time in three nobody looks at what it vouches for: that is no fault, and a liar gets its votes.
            if ((seed >> 40) % 3 == 0) _attest(i, (1 << entries.length) - 1);
            else if (honest[entries[i].trainer] || lot % 4 < 2) _attest(i, _sound());
            else if (lot % 4 == 2) _attest(i, (lot >> 8) & ((1 << entries.length) - 1));
        }
    }

    // ------------------------------------------------------------------ sealers

    /// @dev Sealers try in an order of the fuzzer's; the honest one is always right.
    function _proposeSome(uint256 seed) internal {
        for (uint256 i = 0; i < sealers.length && _mayPropose(); ++i) {
            address sealer = sealers[((seed % 3) + i) % sealers.length];
            address[] memory seats = task.seats();
            for (uint256 seat = 0; seat < seats.length; ++seat) {
                if (seats[seat] == sealer && _propose(sealer, seat, seed)) return;
            }
        }
    }

    /// @dev Once every seat had its slot: anybody under a bond.
    function _proposeUnseated(uint256 seed) internal {
        if (_mayPropose()) _propose(challengers[seed % 3], type(uint256).max, seed);
    }

    function _mayPropose() private view returns (bool) {
        Phase current = _phase();
        return current == Phase.Aggregate || current == Phase.Attest;
    }

    function _propose(address who, uint256 seat, uint256 seed) private returns (bool done) {
        if (_clock().accepted == 0) {
            // Frozen on its own first: only then the right model is known.
            _try(who, address(task), abi.encodeCall(ITrainingTask.freezeRound, (entries)));
            if (_clock().accepted == 0) return false;
        }
        Proposal memory proposed = honest[who] ? _rightProposal() : _anyProposal(seed);
        bytes32 model = _commitmentTo(_model(proposed));
        UpdateEntry[] memory none = new UpdateEntry[](0);
        bytes memory data = abi.encodeCall(
            ITrainingTask.proposeAggregate,
            (_clock().round, frozenHash, none, model, keccak256(abi.encode(model)), seat)
        );
        done = _try(who, address(task), data);
        if (!done) return false;
        proposal = proposed;
        ++count[proposed.wrong ? bytes32("wrong proposal") : bytes32("right proposal")];
        if (seat == type(uint256).max) ++count["unseated proposal"];
    }

    function _rightProposal() internal pure returns (Proposal memory) {
        return Proposal({known: true, wrong: false, coordinate: 0, change: 0});
    }

    /// @dev Half of them wrong, in one coordinate; none leaves the lattice's range.
    function _anyProposal(uint256 seed) internal view returns (Proposal memory proposed) {
        uint256 lot = _draw(seed, "proposal");
        uint256 coordinate = lot % DIMENSION;
        int32 change = int32(int256((lot >> 16) % 1_000)) + 1;
        if (right[coordinate] > 0) change = -change;
        return Proposal({known: true, wrong: (lot >> 64) % 2 == 0, coordinate: coordinate, change: change});
    }

    // ------------------------------------------------------------------ settling

    /// @dev Anybody collects what the deadlines prove.
    function _settleAll(address by) internal {
        for (uint256 i = 0; i < trainers.length; ++i) {
            _try(by, address(task), abi.encodeCall(ITrainingTask.settle, (trainers[i])));
        }
    }

    function _leave(ITrainingTask from, address who, Role role) internal returns (bool done) {
        address[] memory seats = from.seats();
        uint256 seat = 0;
        for (uint256 i = 0; i < seats.length; ++i) if (seats[i] == who) seat = i;
        done = _try(who, address(from), abi.encodeCall(ITrainingTask.leaveTask, (role, seat)));
        if (done) ++count["leave"];
    }
}
