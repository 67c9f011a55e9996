"""What one participant of an encrypted task has fetched, checked and computed itself: key, updates, sum, models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Generic

from fl_client.encoding.binding import statement_binding
from fl_client.encoding.chunk_tree import ChunkTree
from fl_client.errors import ContentAltered, CryptoError, EncodingError, StorageError
from fl_client.privacy.paillier.cores import Cores
from fl_client.privacy.paillier.key_check import LEAST_BYTES, check_key
from fl_client.privacy.paillier.key_file import KeyFile, key_file_bytes
from fl_client.privacy.paillier.number import Number
from fl_client.privacy.paillier.packing import SlotFormat
from fl_client.privacy.paillier.public_key import LEAST_MODULUS_BYTES, PublicKey
from fl_client.privacy.paillier.sealed import Ceremony as Dealing
from fl_client.privacy.paillier.slices import Done, Job
from fl_client.privacy.paillier.statements import WrongChunk
from fl_client.privacy.paillier.sums import sum_tree, weighted_sum
from fl_client.privacy.paillier.transcript import ProofContext
from fl_client.privacy.paillier.updates import EncryptedUpdate, check_update, tree_of_bytes, update_file_bytes
from fl_client.rounds import Vector, fetch_vector
from fl_client.rounds.encrypted_record import Ceremony, EncryptedTurn, Submission
from fl_client.rounds.encrypted_watch import EncryptedWatch
from fl_client.storage import ContentId, ContentStore
from fl_client.types import Address, Bytes32

KEPT_SUMS: Final = 2


def dealing_of(watch: EncryptedWatch, ceremony: int) -> Dealing:
    """What shares of a ceremony's key are sealed for."""
    contract = watch.contract
    return Dealing(contract.connection.chain_id, bytes.fromhex(contract.address[2:]), ceremony)


@dataclass(frozen=True)
class SummedSet:
    """The sum of a turn's set, as it was recomputed here.

    Attributes:
        ciphertexts: of the groups' sums one after the other, one a chunk.
        weights: total of each group.
        updates: of each group, in the order of their parties.
    """

    key: PublicKey = field(repr=False)
    ciphertexts: tuple[Number, ...] = field(repr=False)
    weights: tuple[int, ...]
    updates: tuple[tuple[EncryptedUpdate, ...], ...] = field(repr=False)

    @property
    def chunks(self) -> int:
        """Ciphertexts of an update, and of each group's sum."""
        return len(self.ciphertexts) // len(self.updates)

    @cached_property
    def tree(self) -> ChunkTree:
        """The tree whose root is posted."""
        return sum_tree(self.key, self.ciphertexts)


class CheckedUpdates:
    """Updates that this process fetched and checked, shared by the roles that run in it; the latest of them."""

    def __init__(self, most: int = 64) -> None:
        self._kept: dict[tuple[bytes, ...], EncryptedUpdate | WrongChunk] = {}
        self._most = most

    def get(self, key: tuple[bytes, ...]) -> EncryptedUpdate | WrongChunk | None:
        """What a check found, if there was one."""
        return self._kept.get(key)

    def keep(self, key: tuple[bytes, ...], found: EncryptedUpdate | WrongChunk) -> None:
        """Keep what a check found."""
        self._kept[key] = found
        while len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]


class EncryptedBook:
    """Fetches and recomputes; what it gives was checked here, whoever posted it.

    Raises (all methods that fetch):
        StorageError: bytes are not here, or are others than the chain names.
        CryptoError: they are, and are wrong.
    """

    def __init__(
        self,
        watch: EncryptedWatch,
        store: ContentStore,
        *,
        cores: Cores | None = None,
        checked: CheckedUpdates | None = None,
    ) -> None:
        """Make a book.

        Args:
            watch: the task.
            store: where contents are fetched from.
            cores: that share the work; this process alone if None.
            checked: what other books of this process checked over the same store; without it, this one checks all.
        """
        self.watch, self.store, self.cores = watch, store, cores or Cores(1)
        self._checked = checked or CheckedUpdates()
        self._keys: dict[tuple[int, Bytes32, Bytes32], KeyFile] = {}
        self._sums: dict[tuple[object, ...], SummedSet] = {}
        self._models: dict[Bytes32, Vector] = {}

    # ------------------------------------------------------------------ formats

    def form(self) -> SlotFormat:
        """How values lie in plaintexts."""
        parameters = self.watch.contract.parameters
        return SlotFormat(parameters.value_bits, parameters.headroom_bits, parameters.modulus_bytes)

    @property
    def chunks(self) -> int:
        """Ciphertexts of an update, and of the sum of each group."""
        return self.form().chunks_of(self.watch.contract.parameters.dimension)

    @property
    def sum_chunks(self) -> int:
        """Ciphertexts of the sums of all groups, and so shares and openings of them."""
        return self.watch.contract.parameters.groups * self.chunks

    def mapper(self, function: Callable[[Job], Done], jobs: Sequence[Job], /) -> Iterable[Done]:
        """Spread what works on slices over the cores (``slices.Mapper``)."""
        return self.cores.map(_Each(function), jobs, name="computing", least=1, slice_items=1)

    def context(self, turn: EncryptedTurn, account: Address) -> ProofContext:
        """What proofs of an account's statements of a turn are bound to."""
        ceremony = self.watch.ledger.ceremonies[turn.ceremony]
        assert ceremony.key_hash is not None  # a turn has a key
        return ProofContext(
            statement_binding(
                chain_id=self.watch.contract.connection.chain_id,
                task=self.watch.contract.address,
                round_=turn.round,
                turn=turn.number,
                account=account,
                place=turn.places.index(account),
                key_hash=ceremony.key_hash,
            )
        )

    # ------------------------------------------------------------------ key

    def key_file(self, ceremony: Ceremony) -> KeyFile:
        """What the dealer posted for a ceremony, its key checked."""
        assert ceremony.key_hash is not None and ceremony.content is not None  # asked once it is posted
        # A dealer may post one key twice, for others; after a reorganisation even under the same number.
        name = (ceremony.number, ceremony.key_hash, ceremony.content)
        if name not in self._keys:
            parameters = self.watch.contract.parameters
            size = key_file_bytes(parameters.modulus_bytes, len(ceremony.accounts))
            content = ContentId.from_digest(ceremony.content, size)
            file = KeyFile.from_data(self.store.get(content, max_bytes=size))
            if file.key.hash != ceremony.key_hash:
                raise CryptoError("the key file holds another key than the chain names")
            development = self.watch.contract.connection.is_development
            check_key(
                file.key,
                file.proof,
                length=parameters.modulus_bytes,
                parties=len(ceremony.accounts),
                threshold=parameters.threshold,
                least_bytes=LEAST_MODULUS_BYTES if development else LEAST_BYTES,
            )
            self._keys[name] = file
        return self._keys[name]

    def key(self, turn: EncryptedTurn) -> PublicKey:
        """The key of a turn."""
        return self.key_file(self.watch.ledger.ceremonies[turn.ceremony]).key

    # ------------------------------------------------------------------ updates and their sum

    def update(self, turn: EncryptedTurn, submission: Submission) -> EncryptedUpdate:
        """A submission, every proof of it checked.

        Raises:
            WrongChunk: these are the bytes that were posted, and this chunk of them is wrong.
        """
        key, context = self.key(turn), self.context(turn, submission.account)
        name = (submission.root, submission.content, context.binding)
        found = self._checked.get(name)
        if found is None:
            data = self._update_bytes(key, submission)
            try:
                found = EncryptedUpdate.from_bytes(data, key, self.chunks)
                check_update(key, context, found, cores=self.cores)
            except WrongChunk as wrong:
                found = wrong
            self._checked.keep(name, found)
        if isinstance(found, WrongChunk):
            raise found
        return found

    def _update_bytes(self, key: PublicKey, submission: Submission) -> bytes:
        """The bytes of a submission, which lead to its root."""
        size = update_file_bytes(key.length, self.chunks)
        data = self.store.get(ContentId.from_digest(submission.content, size), max_bytes=size)
        try:
            root = tree_of_bytes(data, key, self.chunks).root
        except CryptoError as problem:
            raise ContentAltered(f"the update of {submission.account}: {problem}") from problem
        if root != submission.root:
            raise ContentAltered(f"the update of {submission.account} has other bytes than it posted")
        return data

    def serve(self, turn: EncryptedTurn, submission: Submission) -> None:
        """Make sure that a checked submission can be had from here, whoever else stops serving it.

        Raises:
            StorageError: it was not here, or no daemon took it.
        """
        size = update_file_bytes(self.key(turn).length, self.chunks)
        if not self.store.has(ContentId.from_digest(submission.content, size)):
            self.store.put(self.update(turn, submission).to_bytes())

    def summed(self, turn: EncryptedTurn) -> SummedSet:
        """The sums of a turn's set as it is now, by group, from updates that were all checked here."""
        groups = turn.dealt(self.watch.contract.parameters.groups)
        name = (turn.number, tuple(tuple((one.root, one.weight) for one in group) for group in groups))
        if name not in self._sums:
            key = self.key(turn)
            updates = tuple(tuple(self.update(turn, one) for one in group) for group in groups)
            ciphertexts: list[Number] = []
            for group, members in zip(groups, updates, strict=True):
                ciphertexts += weighted_sum(key, members, [one.weight for one in group], cores=self.cores)
            weights = tuple(sum(one.weight for one in group) for group in groups)
            self._sums[name] = SummedSet(key, tuple(ciphertexts), weights, updates)
            while len(self._sums) > KEPT_SUMS:
                del self._sums[next(iter(self._sums))]
        return self._sums[name]

    # ------------------------------------------------------------------ models

    def base(self, round_: int) -> Vector:
        """The model that a round starts from, int32 (d,)."""
        commitment, content = self.watch.ledger.models[round_ - 1]
        if commitment not in self._models:
            self.keep_model(commitment, self.fetch_model(commitment, content))
        return self._models[commitment]

    def fetch_model(self, commitment: Bytes32, content: Bytes32) -> Vector:
        """A model by its commitment.

        Raises:
            StorageError: its bytes are not here, or are others.
        """
        try:
            found = fetch_vector(self.store, content, self.watch.model_form, commitment)
        except EncodingError as problem:
            raise ContentAltered(f"the model 0x{commitment.hex()}: {problem}") from problem
        if found.lies:
            raise ContentAltered(f"the model 0x{commitment.hex()} has a tree that lies")
        return found.vector

    def keep_model(self, commitment: Bytes32, vector: Vector) -> None:
        """Keep a model that was computed here, for the round that starts from it."""
        self._models[commitment] = vector
        while len(self._models) > 3:
            del self._models[next(iter(self._models))]

    def has(self, content: Bytes32, size: int) -> bool:
        """Whether a content of that length is here."""
        try:
            return self.store.has(ContentId.from_digest(content, size))
        except StorageError:
            return False


@dataclass(frozen=True)
class _Each(Generic[Job, Done]):
    """A function of one job as work on a slice of them."""

    function: Callable[[Job], Done]

    def __call__(self, items: Sequence[Job], /) -> list[Done]:
        return [self.function(item) for item in items]
