// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Numbers longer than a word
/// @notice Big-endian bytes, a multiple of 32 of them; powers by the precompile at address 5 (EIP-198).
/// @dev INV-LONG-1: a power that the chain did not compute reverts, it never counts as a number. Two numbers are
/// multiplied by squares: `((a + b) / 2)^2 - ((a - b) / 2)^2 = a b`. At 4,096 bits that costs 16,000 gas; multiplying
/// all pairs of words and reducing the product would cost 58,000 (at 2,048 bits 9,500 and 16,300).
library LongNumber {
    uint256 internal constant WORD = 32;

    error LongNumberLength(uint256 length, uint256 required);
    error LongNumberPowerFailed();

    // ------------------------------------------------------------------ powers and products

    /// @notice `base ** exponent mod modulus`, of the modulus' length.
    function power(
        bytes memory base,
        bytes memory exponent,
        bytes memory modulus
    ) internal view returns (bytes memory result) {
        uint256 length = modulus.length;
        result = new bytes(length);
        bool done = true;
        // Solidity has no call of this precompile. Its input is laid out in free memory by the precompile that copies,
        // at a fifth of a loop's price. Where there is no precompile at 5 the call succeeds and returns nothing.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let input := mload(0x40)
            let end := add(input, 96)
            function append(part, to) -> copied, behind {
                let size := mload(part)
                copied := staticcall(gas(), 4, add(part, 32), size, to, size)
                behind := add(to, size)
            }
            mstore(input, mload(base))
            mstore(add(input, 32), mload(exponent))
            mstore(add(input, 64), length)
            let copied
            copied, end := append(base, end)
            done := and(done, copied)
            copied, end := append(exponent, end)
            done := and(done, copied)
            copied, end := append(modulus, end)
            done := and(done, copied)
            done := and(done, staticcall(gas(), 5, input, sub(end, input), add(result, 32), length))
            done := and(done, eq(returndatasize(), length))
        }
        if (!done) revert LongNumberPowerFailed();
    }

    /// @notice The same with an exponent of one word.
    function power(
        bytes memory base,
        uint256 exponent,
        bytes memory modulus
    ) internal view returns (bytes memory) {
        return power(base, abi.encode(exponent), modulus);
    }

    /// @notice The square of a number, not reduced: of twice its length.
    function squareOf(bytes memory a) internal view returns (bytes memory square) {
        // Modulo a power of 256 that no square of this length reaches.
        bytes memory limit = new bytes(2 * a.length + WORD);
        limit[WORD - 1] = 0x01;
        square = power(a, 2, limit);
        // Without the word on top, which is zero: the length moves up over it.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let length := sub(mload(square), 32)
            square := add(square, 32)
            mstore(square, length)
        }
    }

    /// @notice `a b mod modulus`, for an odd modulus and factors of its length.
    function product(
        bytes memory a,
        bytes memory b,
        bytes memory modulus
    ) internal view returns (bytes memory) {
        requireLength(a, modulus.length);
        requireLength(b, modulus.length);
        if (isBelow(a, b)) (a, b) = (b, a);
        bytes memory half = _halfSum(a, b, modulus);
        bytes memory square = power(half, 2, modulus);
        _subtract(half, b);
        return _difference(square, power(half, 2, modulus), modulus);
    }

    /// @notice The number one further; the greatest of its length becomes zero.
    function increment(bytes memory a) internal pure {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            for {
                let at := mload(a)
            } at {
                at := sub(at, 32)
            } {
                let word := add(mload(add(a, at)), 1)
                mstore(add(a, at), word)
                if word {
                    break
                }
            }
        }
    }

    // ------------------------------------------------------------------ lengths and order

    /// @notice The same number, of as many bytes or more.
    function widen(bytes memory a, uint256 length) internal pure returns (bytes memory) {
        return bytes.concat(new bytes(length - a.length), a);
    }

    /// @notice Whether `0 < a < modulus`, both of one length.
    function isReduced(bytes memory a, bytes memory modulus) internal pure returns (bool) {
        return isBelow(new bytes(a.length), a) && isBelow(a, modulus);
    }

    /// @notice Whether `a < b`, both of one length.
    function isBelow(bytes memory a, bytes memory b) internal pure returns (bool) {
        requireLength(a, b.length);
        for (uint256 at = WORD; at <= a.length; at += WORD) {
            uint256 one;
            uint256 other;
            // Byte by byte this would cost thirty times as much.
            // solhint-disable-next-line no-inline-assembly
            assembly ("memory-safe") {
                one := mload(add(a, at))
                other := mload(add(b, at))
            }
            if (one != other) return one < other;
        }
        return false;
    }

    /// @notice Whether two numbers of one length are the same.
    function isEqual(bytes memory a, bytes memory b) internal pure returns (bool) {
        return keccak256(a) == keccak256(b);
    }

    /// @notice Refuses a number of another length, or of no whole words.
    function requireLength(bytes memory a, uint256 required) internal pure {
        if (a.length != required || required % WORD != 0) revert LongNumberLength(a.length, required);
    }

    // ------------------------------------------------------------------ passes over the words

    /// @dev `(a + b) / 2`, or `(a + b + modulus) / 2` where that is the whole number; a word longer than they are.
    function _halfSum(
        bytes memory a,
        bytes memory b,
        bytes memory modulus
    ) private pure returns (bytes memory half) {
        half = new bytes(a.length + WORD);
        // From the lowest word up. A word of the half takes its highest bit from the next word of the sum, so each is
        // written one step late; the first step writes behind the number, where memory is still free.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let length := mload(a)
            let mask := sub(0, and(xor(mload(add(a, length)), mload(add(b, length))), 1))
            let carry := 0
            let lower := 0
            for {
                let at := length
            } at {
                at := sub(at, 32)
            } {
                let word := mload(add(a, at))
                let sum := add(word, mload(add(b, at)))
                let over := lt(sum, word)
                word := and(mask, mload(add(modulus, at)))
                sum := add(sum, word)
                over := add(over, lt(sum, word))
                sum := add(sum, carry)
                carry := add(over, lt(sum, carry))
                mstore(add(add(half, 64), at), or(shr(1, lower), shl(255, sum)))
                lower := sum
            }
            mstore(add(half, 64), or(shr(1, lower), shl(255, carry)))
            mstore(add(half, 32), shr(1, carry))
        }
    }

    /// @dev Takes `b` from `a`, which is one word longer and not less.
    function _subtract(bytes memory a, bytes memory b) private pure {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let borrow := 0
            let place := add(a, 32)
            for {
                let at := mload(b)
            } at {
                at := sub(at, 32)
            } {
                let word := mload(add(place, at))
                let other := mload(add(b, at))
                let rest := sub(word, other)
                mstore(add(place, at), sub(rest, borrow))
                borrow := or(lt(word, other), lt(rest, borrow))
            }
            mstore(place, sub(mload(place), borrow))
        }
    }

    /// @dev `a - b mod modulus`, of reduced numbers; written over `a`.
    function _difference(
        bytes memory a,
        bytes memory b,
        bytes memory modulus
    ) private pure returns (bytes memory) {
        // The modulus is added first where the difference would fall below zero: what overflows comes back.
        uint256 mask = isBelow(a, b) ? type(uint256).max : 0;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let carry := 0
            let borrow := 0
            for {
                let at := mload(b)
            } at {
                at := sub(at, 32)
            } {
                let word := and(mask, mload(add(modulus, at)))
                let sum := add(mload(add(a, at)), word)
                let over := lt(sum, word)
                sum := add(sum, carry)
                carry := or(over, lt(sum, carry))
                word := mload(add(b, at))
                let rest := sub(sum, word)
                mstore(add(a, at), sub(rest, borrow))
                borrow := or(lt(sum, word), lt(rest, borrow))
            }
        }
        return a;
    }
}
