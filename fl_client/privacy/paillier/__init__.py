"""Threshold Paillier: sums of updates that t of N parties open together, and nobody alone."""
