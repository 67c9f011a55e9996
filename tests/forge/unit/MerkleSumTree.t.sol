// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MerkleSumTree} from "../../../contracts/libraries/MerkleSumTree.sol";
import {LibraryHarness} from "../../../contracts/mocks/LibraryHarness.sol";
import {Checks} from "../base/Checks.sol";
import {Trees} from "../base/Trees.sol";

/// @title INV-TREE-1 and INV-TREE-2: openings of Merkle-sum trees, against trees that are built in full
contract MerkleSumTreeTest is Checks {
    using Trees for Trees.Tree;

    uint256 private constant MOST = 350; // six chunks, two of padding

    LibraryHarness private _library;

    struct Case {
        int32[] vector;
        Trees.Tree tree;
        uint256 index;
        bytes opening;
        bytes32 hash;
        uint256 sum;
    }

    function setUp() external {
        _library = new LibraryHarness();
    }

    function _case(uint256 seed, uint256 dimension) private pure returns (Case memory found) {
        found.vector = Trees.random(seed, dimension);
        found.tree = Trees.build(found.vector);
        found.index = _draw(seed, "index") % found.tree.chunks;
        found.opening = found.tree.opening(found.vector, found.index);
        (found.hash, found.sum) = found.tree.root();
    }

    /// @dev Whether an opening leads to this case's root; false when it is refused.
    function _leads(Case memory given, bytes memory opening, uint256 index) private view returns (bool) {
        try _library.rootOf(opening, index, given.vector.length) returns (bytes32 hash, uint256 sum) {
            return hash == given.hash && sum == given.sum;
        } catch {
            return false;
        }
    }

    // ------------------------------------------------------------------ openings

    function test_RightOpeningsLeadToTheRoot(uint256 seed, uint256 dimension) external view {
        Case memory given = _case(seed, _within(dimension, 1, MOST));
        for (uint256 i = 0; i < given.tree.chunks; ++i) {
            _check(_leads(given, given.tree.opening(given.vector, i), i), "a right opening");
        }
    }

    function test_NoByteOfAnOpeningMayChange(
        uint256 seed,
        uint256 dimension,
        uint256 place,
        uint8 change
    ) external view {
        Case memory given = _case(seed, _within(dimension, 1, MOST));
        bytes1 difference = bytes1(uint8(_within(change, 1, 255)));
        // One byte of each part, wherever the fuzzer's own falls.
        uint256[4] memory places = [place, place % 16, 16 + (place % 256), 272 + (place >> 1)];
        for (uint256 i = 0; i < 4; ++i) {
            uint256 byte_ = places[i] % given.opening.length;
            given.opening[byte_] ^= difference;
            _check(!_leads(given, given.opening, given.index), "an altered opening");
            given.opening[byte_] ^= difference;
        }
        _check(_leads(given, given.opening, given.index), "the opening as it was");
    }

    function test_NoOtherPositionIsAccepted(uint256 seed, uint256 dimension, uint256 other) external view {
        Case memory given = _case(seed, _within(dimension, 65, MOST));
        other = _within(other, 0, 2 * given.tree.hashes[0].length);
        if (other == given.index) return;
        // The last chunk of a short vector may be as empty as the padding: then it is the same chunk.
        if (given.tree.hashes[0][given.index] == given.tree.hashes[0][other % given.tree.hashes[0].length]) return;
        _check(!_leads(given, given.opening, other), "another position");
    }

    function test_PositionsBeyondTheChunksAreRefused(uint256 seed, uint256 dimension, uint256 beyond) external {
        dimension = _within(dimension, 1, MOST);
        int32[] memory vector = Trees.random(seed, dimension);
        Trees.Tree memory tree = Trees.build(vector);
        uint256 width = tree.hashes[0].length;
        // Even where the padded tree has a leaf there, and the path to it is right.
        uint256 place = tree.chunks < width ? _within(beyond, tree.chunks, width - 1) : width;
        bytes memory opening = tree.opening(vector, place < width ? place : 0);
        _refused(
            address(_library),
            abi.encodeCall(LibraryHarness.rootOf, (opening, place, dimension)),
            MerkleSumTree.MerkleSumTreeIndexOutOfRange.selector,
            "a position beyond the chunks"
        );
    }

    function test_OtherLengthsAreRefused(uint256 seed, uint256 dimension, uint256 length) external {
        Case memory given = _case(seed, _within(dimension, 1, MOST));
        bytes memory opening = new bytes(_within(length, 0, given.opening.length + 96));
        if (opening.length == given.opening.length) return;
        for (uint256 i = 0; i < opening.length && i < given.opening.length; ++i) opening[i] = given.opening[i];
        _refused(
            address(_library),
            abi.encodeCall(LibraryHarness.rootOf, (opening, given.index, given.vector.length)),
            MerkleSumTree.MerkleSumTreeOpeningLength.selector,
            "another length"
        );
    }

    // ------------------------------------------------------------------ one vector, one tree

    /// @dev A tree whose padding holds something has another root for the same vector: no path in it that shows the
    /// padding is accepted.
    function test_AlteredPaddingIsRefused(uint256 seed, uint256 dimension, bool hash) external {
        // The last chunk's place is even: its sibling is padding.
        dimension = _within(dimension, 0, 4) * 128 + 1 + (seed % 64);
        if (dimension <= 64) dimension += 128;
        int32[] memory vector = Trees.random(seed, dimension);
        Trees.Tree memory tree = Trees.leaves(vector);
        uint256 padding = tree.chunks;
        if (hash) tree.hashes[0][padding] = bytes32(seed);
        else tree.sums[0][padding] = 1 + (seed % 1_000);
        tree = tree.grow();
        bytes memory opening = tree.opening(vector, padding - 1);
        _refused(
            address(_library),
            abi.encodeCall(LibraryHarness.rootOf, (opening, padding - 1, dimension)),
            MerkleSumTree.MerkleSumTreePaddingAltered.selector,
            "altered padding"
        );
        bytes memory row;
        for (uint256 i = 0; i < tree.hashes[0].length; ++i) row = bytes.concat(row, tree.node(0, i));
        _refused(
            address(_library),
            abi.encodeCall(LibraryHarness.fold, (row, 0, 0, tree.chunks)),
            MerkleSumTree.MerkleSumTreePaddingAltered.selector,
            "a row with altered padding"
        );
    }

    function test_SumsNeverWrap(uint128 left, uint128 right, bytes32 hash) external {
        bytes memory sibling = abi.encodePacked(hash, right);
        bytes memory call = abi.encodeCall(LibraryHarness.climb, (hash, left, sibling, 0, 0, 2));
        bytes memory row = abi.encodePacked(hash, left, hash, right);
        bytes memory folding = abi.encodeCall(LibraryHarness.fold, (row, 0, 0, 2));
        if (uint256(left) + right > type(uint128).max) {
            bytes4 overflow = MerkleSumTree.MerkleSumTreeSumOverflow.selector;
            _refused(address(_library), call, overflow, "a sum beyond 128 bits");
            _refused(address(_library), folding, overflow, "a sum beyond 128 bits in a row");
        } else {
            (, uint256 climbed) = _library.climb(hash, left, sibling, 0, 0, 2);
            (, uint256 folded) = _library.fold(row, 0, 0, 2);
            _equal(climbed, uint256(left) + right, "the sum of two nodes");
            _equal(folded, uint256(left) + right, "the sum of a row");
        }
    }

    // ------------------------------------------------------------------ rows and inner nodes

    function test_RowsFoldToTheirAncestor(uint256 seed, uint256 dimension, uint256 level, uint256 pick) external view {
        Case memory given = _case(seed, _within(dimension, 65, MOST));
        uint256 depth = given.tree.hashes.length - 1;
        level = _within(level, 0, depth - 1);
        uint256 below = 1 + (pick % (depth - level));
        uint256 place = pick % given.tree.hashes[level + below].length;
        bytes memory row;
        for (uint256 i = 0; i < 1 << below; ++i) {
            row = bytes.concat(row, given.tree.node(level, (place << below) + i));
        }
        (bytes32 hash, uint256 sum) = _library.fold(row, place << below, level, given.tree.chunks);
        _equal(hash, given.tree.hashes[level + below][place], "the ancestor of a row");
        _equal(sum, given.tree.sums[level + below][place], "the sum of a row");
        _requireClimb(given, level, below, (place << below) + (pick % (1 << below)));
    }

    function _requireClimb(Case memory given, uint256 level, uint256 below, uint256 place) private view {
        (bytes32 hash, uint256 sum) = _library.climb(
            given.tree.hashes[level][place],
            given.tree.sums[level][place],
            given.tree.path(level, place, below),
            place,
            level,
            given.tree.chunks
        );
        _equal(hash, given.tree.hashes[level + below][place >> below], "the ancestor of a node");
        _equal(sum, given.tree.sums[level + below][place >> below], "the sum above a node");
    }

    // ------------------------------------------------------------------ chunks

    function test_InspectAddsSquaresAndFindsWhatNoVectorHas(
        uint256 seed,
        uint256 dimension,
        uint256 place
    ) external view {
        Case memory given = _case(seed, _within(dimension, 1, MOST));
        bytes memory chunk = Trees.chunk(given.vector, given.index);
        (bool canonical, uint256 sum) = _library.inspect(chunk, given.index, given.vector.length);
        _check(canonical, "a chunk of a vector is canonical");
        _equal(sum, Trees.squares(given.vector, given.index), "sum of squares");
        place %= 64;
        bool beyond = given.index * 64 + place >= given.vector.length;
        chunk[4 * place] = 0x80;
        (chunk[4 * place + 1], chunk[4 * place + 2], chunk[4 * place + 3]) = (0, 0, 0);
        (canonical, ) = _library.inspect(chunk, given.index, given.vector.length);
        _check(!canonical, "-2^31 is not a value");
        chunk[4 * place + 3] = 0x01;
        (canonical, ) = _library.inspect(chunk, given.index, given.vector.length);
        _check(canonical == !beyond, "values beyond the dimension are zero");
    }
}
