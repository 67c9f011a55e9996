// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LongNumber} from "./LongNumber.sol";
import {PaillierKey} from "./PaillierKey.sol";

/// @title What a ciphertext, a share of its root and its opening must satisfy
/// @notice Callers have checked all lengths. Every number of a proof is compared with its modulus; that it is a unit
/// need not be checked, and no greatest common divisor is ever computed:
/// @dev INV-UNIT-1: where a proof holds, all its numbers are units. Each equation has on its one side a product of
/// units of the agreed key (H, v; `1 + d n` always is one), and on its other side all that the prover chose, with
/// exponents above zero: a challenge of zero is refused. A product is a unit only if each of its factors is. So 0, n,
/// k n and n^2 pass nowhere, and neither does a multiple of a prime of n.
/// For a share and an opening the ciphertext itself is on the units' side: a sum is one as a product of ciphertexts,
/// each of which anybody could have asked for. Where nobody did and the sum is a multiple of n, B is 0 and the share's
/// equation has no solution in range; neither has an opening's, for only r = 0 gives r^n = 0.
library PaillierProofs {
    using LongNumber for bytes;
    using PaillierKey for PaillierKey.Key;

    bytes32 internal constant PLAINTEXT_DOMAIN = "Gradbond.Paillier.Plaintext";
    bytes32 internal constant SHARE_DOMAIN = "Gradbond.Paillier.Share";

    /// @notice Whether the proof shows that somebody knew what C hides: `((1 + d n) H^z)^2 = (A C^c)^2 mod n^2`.
    /// @dev Girault's proof of a short exponent beside Schnorr's of a plaintext, made non-interactive. C = 1 is an
    /// encryption of 0 that hides nothing: refused, as clients do.
    /// Both sides are squared because a batch must be: were a sign to matter here alone, its author could hold an
    /// update that every attester accepts and any question strikes. Nothing is lost by it. Two such proofs with one A
    /// and challenges c, c' give the plaintext of C^(2 (c - c')), and 2 has an inverse modulo n; whatever squares to 1
    /// is its own n-th power, as n is odd, so it hides 0.
    /// @param proof A (2 L), d (L), z.
    /// @param context Where the proof belongs: binding and position, 32 bytes each.
    function isEncryption(
        PaillierKey.Key memory key,
        bytes memory ciphertext,
        bytes calldata proof,
        bytes memory context
    ) internal view returns (bool) {
        bytes memory commitment = proof[:2 * key.length];
        bytes memory plain = proof[2 * key.length:3 * key.length];
        if (!_isCiphertext(key, ciphertext)) return false;
        if (!commitment.isReduced(key.square) || !plain.isBelow(key.modulus)) return false;
        uint256 challenge = _challenge(bytes.concat(PLAINTEXT_DOMAIN, context, ciphertext, commitment));
        if (challenge == 0) return false;
        bytes memory masked = key.mask.power(proof[3 * key.length:], key.square);
        bytes memory bound = ciphertext.power(challenge, key.square);
        bytes memory shown = _withPlaintext(key, plain, masked);
        bound = commitment.product(bound, key.square);
        return shown.power(2, key.square).isEqual(bound.power(2, key.square));
    }

    /// @notice Whether `(1 + M n) r^n = C mod n^2`: M is what C hides. As x -> x^n permutes the units modulo n, no C
    /// has a second opening, whatever dealer and parties did.
    /// @param opening M, r (L each).
    function isOpening(
        PaillierKey.Key memory key,
        bytes calldata ciphertext,
        bytes calldata opening
    ) internal view returns (bool) {
        bytes memory plain = opening[:key.length];
        bytes memory root = opening[key.length:];
        if (!plain.isBelow(key.modulus) || !root.isReduced(key.modulus)) return false;
        bytes memory masked = root.power(key.modulus, key.square);
        return _withPlaintext(key, plain, masked).isEqual(ciphertext);
    }

    /// @notice Whether the share x has the exponent of its party: with B = C^(4 N!) and y = x^2, `B^z = a1 y^c` and
    /// `v^z = a2 v_i^c mod n` (Chaum and Pedersen 1992). x and n - x are both right: shares are squared when used.
    /// @param own v_i, from the agreed key.
    /// @param proof a1, a2 (L each), z.
    /// @param context Where the proof belongs: binding and position, 32 bytes each.
    function isShare(
        PaillierKey.Key memory key,
        bytes memory own,
        bytes memory ciphertext,
        bytes memory share,
        bytes calldata proof,
        bytes memory context
    ) internal view returns (bool) {
        bytes memory first = proof[:key.length];
        bytes memory second = proof[key.length:2 * key.length];
        if (!_areReduced(key, share, first, second)) return false;
        uint256 challenge = _challenge(bytes.concat(SHARE_DOMAIN, context, ciphertext, share, first, second));
        if (challenge == 0) return false;
        bytes memory exponent = proof[2 * key.length:];
        bytes memory bound = share.power(2 * challenge, key.modulus);
        if (!_isPower(key, rootBase(key, ciphertext), exponent, first, bound)) return false;
        bound = own.power(challenge, key.modulus);
        return _isPower(key, key.verifier, exponent, second, bound);
    }

    /// @notice The product of ciphertexts to their weights, whatever they are; at least one.
    function weightedProduct(
        PaillierKey.Key memory key,
        bytes[] calldata ciphertexts,
        uint256[] memory weights
    ) internal view returns (bytes memory result) {
        result = LongNumber.power(ciphertexts[0], weights[0], key.square);
        for (uint256 i = 1; i < ciphertexts.length; ++i) {
            result = result.product(LongNumber.power(ciphertexts[i], weights[i], key.square), key.square);
        }
    }

    /// @notice B = C^(4 N!) mod n, whose powers the squared shares are.
    function rootBase(
        PaillierKey.Key memory key,
        bytes memory ciphertext
    ) internal view returns (bytes memory) {
        uint256 exponent = 4;
        // SAFETY: 32! has 118 bits, and no key has more parties.
        for (uint256 i = 2; i <= key.parties; ++i) exponent *= i;
        // Reduced first: every step of a power costs by the longer of base and modulus.
        return ciphertext.power(1, key.modulus).power(exponent, key.modulus);
    }

    /// @dev Whether `base^exponent = commitment * bound mod n`.
    function _isPower(
        PaillierKey.Key memory key,
        bytes memory base,
        bytes memory exponent,
        bytes memory commitment,
        bytes memory bound
    ) private view returns (bool) {
        return base.power(exponent, key.modulus).isEqual(commitment.product(bound, key.modulus));
    }

    /// @dev `(1 + M n) masked mod n^2`.
    function _withPlaintext(
        PaillierKey.Key memory key,
        bytes memory plain,
        bytes memory masked
    ) private view returns (bytes memory) {
        uint256 length = 2 * key.length;
        bytes memory shown = plain.widen(length).product(key.modulus.widen(length), key.square);
        // A multiple of n below n^2: one more is still below.
        shown.increment();
        return shown.product(masked, key.square);
    }

    /// @dev Whether `1 < C < n^2`.
    function _isCiphertext(PaillierKey.Key memory key, bytes memory ciphertext) private pure returns (bool) {
        bytes memory one = new bytes(ciphertext.length);
        one.increment();
        return one.isBelow(ciphertext) && ciphertext.isBelow(key.square);
    }

    function _areReduced(
        PaillierKey.Key memory key,
        bytes memory one,
        bytes memory two,
        bytes memory three
    ) private pure returns (bool) {
        return one.isReduced(key.modulus) && two.isReduced(key.modulus) && three.isReduced(key.modulus);
    }

    /// @dev The first 128 bits of the transcript's hash.
    function _challenge(bytes memory transcript) private pure returns (uint256) {
        return uint128(bytes16(sha256(transcript)));
    }
}
