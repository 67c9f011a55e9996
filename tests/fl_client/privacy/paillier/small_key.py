"""A key of 512 bits whose factors everybody knows: fast, and as good as any where lengths are not the question."""

from __future__ import annotations

from fl_client.privacy.paillier.number import number, power
from fl_client.privacy.paillier.public_key import PublicKey
from fl_client.privacy.paillier.transcript import ProofContext

P = 0xE592F966C7722AD4550EC9009086CE65F80D03EF542ECF4EBD1B9CFE1E201927
Q = 0xE139480DF3290679AB8631653EA95623725E22E2B6674EACC761F03D8A6A8BEB
"""Safe primes."""

N = number(P * Q)
VERIFIER = power(number(5), 2, N)
KEY = PublicKey(
    modulus=N,
    base=power(number(7), 2, N),
    verifier=VERIFIER,
    verifiers=tuple(power(VERIFIER, secret, N) for secret in (1_001, 2_003, 3_005)),
    threshold=2,
)
CONTEXT = ProofContext(bytes(range(32)))
