"""What an encrypted round costs a party, and how packing compares with encrypting value by value."""

import resource
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import phe

from fl_client.privacy.paillier.combining import open_sum
from fl_client.privacy.paillier.cores import Cores
from fl_client.privacy.paillier.dealing import DealtKey, deal
from fl_client.privacy.paillier.encryption import Encryptor
from fl_client.privacy.paillier.openings import check_openings
from fl_client.privacy.paillier.packing import SlotFormat
from fl_client.privacy.paillier.plaintext_proof import prove
from fl_client.privacy.paillier.root_shares import check_batch, prove_batch, root_shares
from fl_client.privacy.paillier.statements import ResultFile, SharesFile
from fl_client.privacy.paillier.sums import sum_tree, weighted_sum
from fl_client.privacy.paillier.transcript import ProofContext
from fl_client.privacy.paillier.updates import EncryptedUpdate, check_update, encrypt_update

from .table import Row, mark

SHARING_SECONDS, CHECK_SECONDS, PEAK_MEGABYTES, LEAST_RATIO = 60, 5, 1_000, 500
MOST_CIPHERTEXT = 5.5
PAPER_SECONDS = 3_900
"""What a sharing of these parameters took DeepChain's authors, with 1,024 bits (their section VI)."""

CONTEXT = ProofContext(bytes(32))
Made = TypeVar("Made")

NOTES = """Notes:

- A sharing is all that a party computes in a round: its own update encrypted and proved, the others' read and checked,
  the sum, its own shares with their proof, the proofs of as many others' as open the sum, the openings and their check.
  Learning, storing and the chain are not in it.
- The submissions that are checked and added up are copies of one; that changes no figure, as nothing is remembered.
- python-paillier encrypts one value a ciphertext, with gmpy2 and the same modulus, on one core. The ratio is of the
  time for all parameters: measured for some, interleaved, and multiplied; the table of powers counts as time here.
- Memory is the greatest resident set of the party's process, with what the benchmark itself has loaded, and those of
  its workers.
"""


@dataclass(frozen=True)
class EncryptionScale:
    """How large what is measured is."""

    modulus_bits: int = 2_048
    dimension: int = 252_398
    parties: int = 10
    threshold: int = 4
    value_bits: int = 16
    headroom_bits: int = 5
    compared: int = 5
    """Turns of both ways of encrypting, of which the medians are taken."""

    @property
    def fmt(self) -> SlotFormat:
        return SlotFormat(self.value_bits, self.headroom_bits, self.modulus_bits // 8)

    @property
    def title(self) -> str:
        return f"{self.dimension:,} parameters, {self.parties} parties, {self.threshold} shares"


def encryption(scale: EncryptionScale | None = None) -> Iterator[Row]:
    """A party's whole sharing, and packed encryption against value by value."""
    scale = scale or EncryptionScale()
    dealt, seconds = timed(
        lambda: deal(modulus_bits=scale.modulus_bits, parties=scale.parties, threshold=scale.threshold)
    )
    yield (f"deal a key of {scale.modulus_bits} bits, one core (s)", f"{seconds:.1f}", "once a task", "")
    yield from Sharing(scale, dealt, Cores()).rows()
    yield from Sharing(scale, dealt, Cores(1)).whole()
    yield from value_by_value(scale, dealt)


class Sharing:
    """One party's computations of one round, each timed."""

    def __init__(self, scale: EncryptionScale, dealt: DealtKey, cores: Cores) -> None:
        self.scale, self.dealt, self.key, self.cores = scale, dealt, dealt.key, cores
        self.count = scale.fmt.chunks_of(scale.dimension)
        self.total = 0.0

    def rows(self) -> Iterator[Row]:
        """All steps in their order, then their sum, sizes and memory."""
        forget_peak()
        yield from self._steps()
        reached = mark(self.total <= SHARING_SECONDS)
        yield (f"{self._title}, all cores (s)", shown(self.total), f"<= {SHARING_SECONDS}", reached)
        paper = PAPER_SECONDS / self.total
        yield ("  times faster than the paper's own, with 1,024 bits", f"{paper:,.0f}", "", "")
        here, worker = peak_megabytes()
        memory = here + self.cores.count * worker
        what = f"memory peak, a process and {self.cores.count} workers (MB)"
        yield (what, f"{memory:.0f}", f"<= {PEAK_MEGABYTES:,}", mark(memory <= PEAK_MEGABYTES))

    def whole(self) -> Iterator[Row]:
        """The sum of all steps alone."""
        for _ in self._steps():
            pass
        yield (f"{self._title}, {self.cores.count} core (s)", shown(self.total), "", "")

    @property
    def _title(self) -> str:
        return f"a party's whole sharing: {self.scale.title}"

    def _steps(self) -> Iterator[Row]:
        with self.cores as cores:
            yield from self._submission(cores)
            yield from self._opening(cores)

    def _submission(self, cores: Cores) -> Iterator[Row]:
        scale, key = self.scale, self.key
        limit = scale.fmt.limit
        values = np.random.default_rng(0).integers(-limit, limit, scale.dimension, endpoint=True)
        values = values.astype(np.int32)
        update, seconds = timed(lambda: encrypt_update(key, CONTEXT, values, scale.fmt, cores=cores))
        yield self._step("pack, encrypt and prove an update, all cores (s)", seconds)
        data = update.to_bytes()

        def check(with_cores: Cores | None) -> EncryptedUpdate:
            received = EncryptedUpdate.from_bytes(data, key, self.count)
            check_update(key, CONTEXT, received, cores=with_cores)
            return received

        _, seconds = timed(lambda: check(None))
        reached = mark(seconds <= CHECK_SECONDS)
        yield (
            "read and check one submission, one core (s)",
            shown(seconds),
            f"<= {CHECK_SECONDS}",
            reached,
        )
        others = scale.parties - 1
        received, seconds = timed(lambda: [check(cores) for _ in range(others)])
        yield self._step(f"read and check {others} submissions, all cores (s)", seconds)
        updates = [update, *received]
        self.sum, seconds = timed(lambda: weighted_sum(key, updates, [1] * len(updates), cores=cores))
        yield self._step(f"add up {len(updates)} submissions (s)", seconds)
        ciphertexts = 2 * key.length * self.count / scale.dimension
        reached = mark(ciphertexts <= MOST_CIPHERTEXT)
        yield ("ciphertexts, bytes a parameter", f"{ciphertexts:.2f}", f"<= {MOST_CIPHERTEXT}", reached)
        yield ("submission with its proofs, bytes a parameter", f"{len(data) / scale.dimension:.2f}", "", "")

    def _opening(self, cores: Cores) -> Iterator[Row]:
        key, mapper = self.key, cores.mapper("opening")
        root = sum_tree(key, self.sum).root

        def share(place: int) -> SharesFile:
            own = self.dealt.shares[place]
            given = tuple(root_shares(key, own, self.sum, mapper=mapper))
            told = SharesFile(key.length, given, b"")
            proof = prove_batch(key, own, CONTEXT, self.sum, given, sum_root=root, share_root=told.tree.root)
            return SharesFile(key.length, given, proof)

        def check(place: int, told: SharesFile) -> None:
            check_batch(
                key,
                place,
                CONTEXT,
                self.sum,
                told.shares,
                told.proof,
                sum_root=root,
                share_root=told.tree.root,
            )

        own, seconds = timed(lambda: share(0))
        yield self._step("own shares with their proof, all cores (s)", seconds)
        shares = {0: own} | {place: share(place) for place in range(1, key.threshold)}
        _, seconds = timed(lambda: [check(place, told) for place, told in shares.items() if place])
        yield self._step(f"check the shares of {key.threshold - 1} others (s)", seconds)
        given = {place: told.shares for place, told in shares.items()}
        opened, seconds = timed(lambda: open_sum(key, self.sum, given, mapper=mapper))
        yield self._step("open the sum, all cores (s)", seconds)
        _, seconds = timed(lambda: check_openings(key, self.sum, opened.openings, mapper=mapper))
        yield self._step("check the openings, all cores (s)", seconds)
        result = ResultFile(
            key.length,
            tuple(one.plaintext for one in opened.openings),
            tuple(one.root for one in opened.openings),
        )
        for name, file in (("shares", own), ("result", result)):
            size = len(file.to_bytes()) / self.scale.dimension
            yield (f"{name}, bytes a parameter", f"{size:.2f}", "", "")

    def _step(self, name: str, seconds: float) -> Row:
        self.total += seconds
        return (name, shown(seconds), "", "")


def value_by_value(scale: EncryptionScale, dealt: DealtKey) -> Iterator[Row]:
    """Packed encryption and python-paillier in turns on one core: time for all parameters, and the ratio."""
    key, fmt = dealt.key, scale.fmt
    theirs = phe.PaillierPublicKey(n=int(key.modulus))
    encryptor, table = timed(lambda: Encryptor(key))
    values = np.random.default_rng(1).integers(-fmt.limit, fmt.limit, 32 * fmt.slots).astype(np.int32)
    single, packed, proved = [], [], []
    for _ in range(scale.compared):
        single.append(timed(lambda: [theirs.encrypt(int(one)) for one in values[:32]])[1] / 32)
        made, seconds = timed(lambda: [(one, *encryptor.encrypt(one)) for one in fmt.pack(values)])
        packed.append(seconds / values.size)
        _, seconds = timed(
            lambda made=made: [
                prove(encryptor, CONTEXT, place, ciphertext, plaintext, exponent)
                for place, (plaintext, ciphertext, exponent) in enumerate(made)
            ]
        )
        proved.append(seconds / values.size)
    alone = statistics.median(single) * scale.dimension
    ours = statistics.median(packed) * scale.dimension + table
    with_proofs = ours + statistics.median(proved) * scale.dimension
    yield (f"python-paillier, {scale.dimension:,} values one by one (s)", f"{alone:,.0f}", "", "")
    for name, seconds in (("packed", ours), ("packed, and proved", with_proofs)):
        ratio = alone / seconds
        yield (f"  {name} (s)", shown(seconds), "", "")
        yield (f"  times faster, {name}", f"{ratio:,.0f}", f">= {LEAST_RATIO}", mark(ratio >= LEAST_RATIO))


def shown(seconds: float) -> str:
    """Seconds to the hundredth, and below a tenth to two digits: a small scale takes less than a hundredth."""
    return f"{seconds:.2f}" if seconds >= 0.1 else f"{seconds:.2g}"


def timed(work: Callable[[], Made]) -> tuple[Made, float]:
    """What a call returns, and how long it took."""
    started = time.perf_counter()
    made = work()
    return made, time.perf_counter() - started


def forget_peak() -> None:
    """Let the peak of this process's memory count from here, where the system can."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_megabytes() -> tuple[float, float]:
    """Greatest resident set of this process since `forget_peak`, and of any process that it has waited for."""
    here = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with suppress(OSError):
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        here = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return here / 1024, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
