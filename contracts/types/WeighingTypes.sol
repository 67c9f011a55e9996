// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev Which figures a rule reads; a sum of these.
uint256 constant NEEDS_NORMS = 1;
uint256 constant NEEDS_DISTANCES = 2;
uint256 constant NEEDS_TRUST = 4;
uint256 constant NEEDS_REPUTATIONS = 8;

/// @dev What is known of a round's n accepted updates without their coordinates, in the order of their reveals.
/// Squares of a round's own figures are below 2^128, those that mixing hands on below 2^142. Arrays that a rule does
/// not need may be empty.
struct RoundFigures {
    uint32[] samples; // n capped sample counts: always there, they say what n is
    uint32[] reputations; // n
    uint256[] norms; // n squared lengths
    uint256[] distances; // n (n - 1) / 2 squared distances: (0, 1), (0, 2), ..., (1, 2), ...
    uint256[] trustDistances; // n squared distances to the trusted vector
    uint256 trustNorm; // its squared length
    uint256 scale; // 1; after mixing k: all vectors are k times as long as the updates
}

/// @dev The m rows that are combined: row k is clamp(round(sum of coefficient * update / divisor)).
struct Weighing {
    bool diagonal; // m = n, and row k is made of update k alone: only that coefficient of each row is listed
    int256[] coefficients; // m rows of n, one after the other, or n; a row's magnitudes add up to less than 2^160
    uint256[] divisors; // m, from 1, below 2^64
    uint32[] weights; // m
}
