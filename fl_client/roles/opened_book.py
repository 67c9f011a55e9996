"""Shares and openings of a turn's sum as one participant fetched, checked or computed them, and the model after it."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from fl_client.encoding.chunk_tree import ChunkTree, leaf_of
from fl_client.errors import ContentAltered, CryptoError, StorageError
from fl_client.privacy.group_dealing import apply_group_sums
from fl_client.privacy.paillier.blame import wrong_share
from fl_client.privacy.paillier.combining import check_openings, open_sum
from fl_client.privacy.paillier.openings import Opening, check_opening
from fl_client.privacy.paillier.public_key import PublicKey
from fl_client.privacy.paillier.root_shares import check_batch
from fl_client.privacy.paillier.statements import (
    RESULT_MAGIC,
    SHARES_MAGIC,
    ResultFile,
    SharesFile,
    WrongChunk,
    batch_proof_bytes,
    read_statement,
    result_file_bytes,
    shares_file_bytes,
)
from fl_client.roles.encrypted_book import EncryptedBook, SummedSet
from fl_client.rounds import SealedVector, Vector, seal_vector
from fl_client.rounds.encrypted_record import EncryptedTurn, ResultProposal, SharePosting
from fl_client.storage import ContentId
from fl_client.types import Bytes32

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A share that is wrong: whose, and which chunk of it."""

    posting: SharePosting
    chunk: int


class OpenedBook:
    """What a turn's sum holds, once enough shares or somebody's openings are here.

    Raises (all methods that fetch):
        StorageError: bytes are not here, or are others than the chain names.
        CryptoError: they are, and are wrong.
    """

    def __init__(self, book: EncryptedBook) -> None:
        self.book = book
        self._opened: dict[Bytes32, ResultFile] = {}
        self._shares: dict[tuple[Bytes32, Bytes32], SharesFile | WrongChunk] = {}
        # Checks take long powers, and a role looks at every block: what was found is kept for the turn.
        self._turn = 0
        self._proofs: dict[tuple[object, ...], bool] = {}
        self._suspects: dict[tuple[object, ...], tuple[Suspect, ...]] = {}
        self._posted: dict[tuple[object, ...], ResultFile | WrongChunk] = {}
        self._models: dict[Bytes32, tuple[Vector, SealedVector]] = {}

    def _turn_to(self, turn: EncryptedTurn) -> None:
        if turn.number != self._turn:
            for kept in (self._shares, self._proofs, self._suspects, self._posted, self._models):
                kept.clear()
            self._turn = turn.number

    # ------------------------------------------------------------------ shares

    def shares_bytes(self, length: int) -> int:
        """Length of a party's content."""
        return shares_file_bytes(length, self.book.sum_chunks)

    def shares(self, turn: EncryptedTurn, posting: SharePosting) -> SharesFile:
        """A party's shares as it posted them; whether they are right is not looked at.

        Raises:
            WrongChunk: these are the bytes that were posted, and this chunk can be no share.
        """
        self._turn_to(turn)
        name = (posting.root, posting.content)
        if name not in self._shares:
            key, count = self.book.key(turn), self.book.sum_chunks
            size = self.shares_bytes(key.length)
            data = self.book.store.get(ContentId.from_digest(posting.content, size), max_bytes=size)
            try:
                chunks, _ = read_statement(
                    SHARES_MAGIC,
                    data,
                    key.length,
                    count,
                    chunk_bytes=key.length,
                    rest_bytes=batch_proof_bytes(key.length),
                )
            except CryptoError as problem:
                raise ContentAltered(f"the shares of {posting.account}: {problem}") from problem
            _require_root(chunks, posting.root, f"the shares of {posting.account}")
            try:
                self._shares[name] = SharesFile.from_bytes(data, key, count)
            except WrongChunk as wrong:
                self._shares[name] = wrong
        found = self._shares[name]
        if isinstance(found, WrongChunk):
            raise found
        return found

    def _proved(self, turn: EncryptedTurn, posting: SharePosting, shares: SharesFile) -> bool:
        """Whether a party's batch proof holds."""
        sum_ = self.book.summed(turn)
        name = (posting.place, posting.root, posting.content, sum_.tree.root)
        if name not in self._proofs:
            self._proofs[name] = self._holds(turn, posting, shares, sum_)
        return self._proofs[name]

    def _holds(self, turn: EncryptedTurn, posting: SharePosting, shares: SharesFile, sum_: SummedSet) -> bool:
        try:
            check_batch(
                sum_.key,
                posting.place,
                self.book.context(turn, posting.account),
                sum_.ciphertexts,
                shares.shares,
                shares.proof,
                sum_root=sum_.tree.root,
                share_root=shares.tree.root,
            )
        except CryptoError:
            return False
        return True

    def gather(
        self, turn: EncryptedTurn
    ) -> tuple[dict[int, SharesFile], dict[int, SharesFile], tuple[Suspect, ...]]:
        """Standing shares that are here, by place: those that are proved, those that are not, and impossible ones."""
        proved: dict[int, SharesFile] = {}
        unproved: dict[int, SharesFile] = {}
        impossible: list[Suspect] = []
        for place, posting in turn.standing_shares.items():
            try:
                shares = self.shares(turn, posting)
            except WrongChunk as wrong:
                impossible.append(Suspect(posting, wrong.chunk))
            except StorageError as problem:
                _log.info("shares of %s: %s", posting.account, problem)
            else:
                (proved if self._proved(turn, posting, shares) else unproved)[place] = shares
        return proved, unproved, tuple(impossible)

    def suspects(self, turn: EncryptedTurn) -> tuple[Suspect, ...]:
        """Shares that are wrong beyond doubt, from the bytes that are here."""
        proved, unproved, impossible = self.gather(turn)
        # Too few proved ones, and liars in concert would make others look wrong: nobody is doubted then.
        if not unproved or len(proved) < self.book.watch.contract.parameters.threshold:
            return impossible
        name = tuple((place, turn.standing_shares[place].root) for place in (*proved, *unproved))
        if name not in self._suspects:
            self._suspects[name] = self._blamed(turn, proved, unproved)
        return (*impossible, *self._suspects[name])

    def _blamed(
        self, turn: EncryptedTurn, proved: dict[int, SharesFile], unproved: dict[int, SharesFile]
    ) -> tuple[Suspect, ...]:
        """Which of the shares without proof are wrong, by t that are proved."""
        threshold = self.book.watch.contract.parameters.threshold
        sum_, standing = self.book.summed(turn), turn.standing_shares
        found: list[Suspect] = []
        right = {place: proved[place].shares for place in list(proved)[:threshold]}
        for place, shares in unproved.items():
            chunk = wrong_share(sum_.key, place, shares.shares, right)
            if chunk is not None:
                found.append(Suspect(standing[place], chunk))
        return tuple(found)

    # ------------------------------------------------------------------ openings

    def result_bytes(self, length: int) -> int:
        """Length of a result's content."""
        return result_file_bytes(length, self.book.sum_chunks)

    def posted(self, turn: EncryptedTurn, proposal: ResultProposal) -> ResultFile:
        """A result as it was proposed, every opening of it checked.

        Raises:
            WrongChunk: these are the bytes that were posted, and this chunk of them is wrong.
        """
        self._turn_to(turn)
        name = (proposal.root, proposal.content, self.book.summed(turn).tree.root)
        if name not in self._posted:
            try:
                self._posted[name] = self._read_posted(turn, proposal)
            except WrongChunk as wrong:
                self._posted[name] = wrong
        found = self._posted[name]
        if isinstance(found, WrongChunk):
            raise found
        return found

    def _read_posted(self, turn: EncryptedTurn, proposal: ResultProposal) -> ResultFile:
        sum_, count = self.book.summed(turn), self.book.sum_chunks
        key = sum_.key
        size = self.result_bytes(key.length)
        data = self.book.store.get(ContentId.from_digest(proposal.content, size), max_bytes=size)
        try:
            chunks, _ = read_statement(RESULT_MAGIC, data, key.length, count, chunk_bytes=2 * key.length)
        except CryptoError as problem:
            raise ContentAltered(f"the result of {proposal.account}: {problem}") from problem
        _require_root(chunks, proposal.root, f"the result of {proposal.account}")
        found = ResultFile.from_bytes(data, key, count)
        openings = [Opening(*one) for one in zip(found.plaintexts, found.roots, strict=True)]
        try:
            check_openings(key, sum_.ciphertexts, openings, mapper=self.book.mapper)
        except CryptoError as problem:
            raise WrongChunk(_first_wrong(key, sum_.ciphertexts, openings), str(problem)) from problem
        return found

    def opened(self, turn: EncryptedTurn) -> ResultFile:
        """What the sum that stands holds: from somebody's openings, which prove themselves, or from shares.

        Raises:
            CryptoError: too few right shares are here, and nobody's openings.
        """
        assert turn.fixed is not None  # nothing is opened before
        if turn.fixed in self._opened:
            return self._opened[turn.fixed]
        sum_ = self.book.summed(turn)
        if sum_.tree.root != turn.fixed:
            raise CryptoError(
                "the sum that stands is not that of the accepted updates: it is not opened here"
            )
        for proposal in reversed(turn.results):
            try:
                return self._keep(turn.fixed, self.posted(turn, proposal))
            except (StorageError, CryptoError) as problem:
                _log.info("the result of %s: %s", proposal.account, problem)
        proved, unproved, _ = self.gather(turn)
        given = {place: one.shares for place, one in (proved | unproved).items()}
        opened = open_sum(sum_.key, sum_.ciphertexts, given, proved=proved, mapper=self.book.mapper)
        plaintexts = tuple(one.plaintext for one in opened.openings)
        roots = tuple(one.root for one in opened.openings)
        return self._keep(turn.fixed, ResultFile(sum_.key.length, plaintexts, roots))

    def _keep(self, root: Bytes32, found: ResultFile) -> ResultFile:
        self._opened = {**dict(list(self._opened.items())[-1:]), root: found}
        return found

    def model(self, turn: EncryptedTurn) -> tuple[Vector, SealedVector]:
        """The model that the opened sum gives."""
        self._turn_to(turn)
        root = turn.fixed or Bytes32(b"")
        if root not in self._models:
            self._models[root] = self._model(turn)
        return self._models[root]

    def base(self, round_: int) -> Vector:
        """The model that a round starts from: as it was posted, or what the round before opens to.

        Whoever proposed it may name anything as its content: nobody's work depends on that.
        """
        try:
            return self.book.base(round_)
        except StorageError:
            before = self.book.watch.ledger.final_turn(round_ - 1)
            if before is None:
                raise
            vector, sealed = self._model(before)
            self.book.keep_model(sealed.commitment, vector)
            return self.book.base(round_)

    def _model(self, turn: EncryptedTurn) -> tuple[Vector, SealedVector]:
        parameters, sum_ = self.book.watch.contract.parameters, self.book.summed(turn)
        opened = self.opened(turn)
        form, chunks = self.book.form(), sum_.chunks
        sums = [
            form.sums(opened.plaintexts[at * chunks : (at + 1) * chunks], parameters.dimension, weight)
            for at, weight in enumerate(sum_.weights)
        ]
        vector = apply_group_sums(self.base(turn.round), sums, sum_.weights, parameters.scale_bits)
        vector.setflags(write=False)  # kept, and given to everybody who asks
        return vector, seal_vector(vector, self.book.watch.model_form)


def _require_root(chunks: list[bytes], root: Bytes32, what: str) -> None:
    if ChunkTree([leaf_of(chunk) for chunk in chunks]).root != root:
        raise ContentAltered(f"{what} has other bytes than were posted")


def _first_wrong(key: PublicKey, ciphertexts: tuple[int, ...], openings: list[Opening]) -> int:
    """Which opening a check of all of them refused."""
    for chunk, (ciphertext, opening) in enumerate(zip(ciphertexts, openings, strict=True)):
        try:
            check_opening(key, ciphertext, opening)
        except CryptoError:
            return chunk
    raise CryptoError("openings that fail together and not alone: check them again")
