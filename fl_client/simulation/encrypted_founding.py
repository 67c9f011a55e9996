"""The founding of an encrypted federation in one process: a chain, a task, its dealer and its parties."""

from __future__ import annotations

from dataclasses import dataclass

from fl_client.chain.contracts import ONE_COIN, Deployment, FactoryBounds, deploy
from fl_client.chain.contracts.encrypted import EncryptedContract
from fl_client.encoding import VectorFormat, VectorKind
from fl_client.privacy.at_rest import SecretFolder
from fl_client.privacy.paillier.cores import Cores
from fl_client.roles import FRACTION_BITS
from fl_client.roles.dealer import Dealer, KeySource, fresh_key
from fl_client.roles.doubting import Doubter
from fl_client.roles.encrypted_actor import EncryptedActor
from fl_client.roles.encrypted_book import CheckedUpdates, EncryptedBook
from fl_client.roles.encrypted_plan import EncryptedPlan, create_encrypted_task
from fl_client.roles.party import Party
from fl_client.rounds import seal_vector
from fl_client.rounds.encrypted_watch import EncryptedWatch
from fl_client.simulation.encrypted_cheats import (
    LATE,
    WRONG_PROOF,
    WRONG_SHARE,
    LateParty,
    WrongProofParty,
    WrongShareParty,
)
from fl_client.simulation.ground import Ground
from fl_client.simulation.plan import Cheat, DemoSettings
from fl_client.storage import LocalStore
from fl_client.types import Bytes32

COINS = 1_000
FAULTY = {LATE: LateParty, WRONG_PROOF: WrongProofParty, WRONG_SHARE: WrongShareParty}


@dataclass(slots=True)
class EncryptedMember:
    """One account of the federation: its name in reports, and what it began with, in 1e-18 coin."""

    name: str
    participant: EncryptedActor
    coins_before: int


def plan_faults(settings: DemoSettings, plan: EncryptedPlan) -> tuple[tuple[Cheat, ...], dict[str, str]]:
    """Place the faults so that every sum keeps enough updates, and every opening enough shares.

    Returns:
        The faults; and of those that do not fit into such a run, by name, why.
    """
    if settings.honest:
        return (), {}
    parties = plan.parties
    wanted = (
        Cheat(evidence=WRONG_PROOF, actor=f"party {parties - 1}", round=1),
        Cheat(evidence=LATE, actor=f"party {parties}", round=1),
        Cheat(evidence=WRONG_SHARE, actor=f"party {parties - 2}", round=2),
    )
    why: dict[str, str] = {}
    for at, cheat in enumerate(wanted):
        if cheat.round > settings.rounds:
            why[cheat.evidence] = f"it comes in round {cheat.round}, there are {settings.rounds}"
        elif cheat.round == 1 and parties - 1 - at < plan.groups * plan.least_accepted:
            why[cheat.evidence] = f"with {parties} parties no sum can do without it"
        elif cheat.evidence == WRONG_SHARE and parties - 1 < plan.holders:
            why[cheat.evidence] = f"{plan.holders} of {parties} parties are needed to open a sum"
    return tuple(cheat for cheat in wanted if cheat.evidence not in why), why


class EncryptedFounding(Ground):
    """What stands before an encrypted federation runs; parties, then the dealer, then an auditor."""

    def __init__(
        self, settings: DemoSettings, *, plan: EncryptedPlan | None = None, source: KeySource = fresh_key
    ) -> None:
        """Load the task, deploy the contracts, create the encrypted task and its members.

        Args:
            plan: the task; None takes what the settings say.
            source: of the dealer's keys.

        Raises:
            ConfigError, LearningError: a setting or the task is wrong.
        """
        bounds = FactoryBounds()
        self.plan = plan or EncryptedPlan(
            rounds=settings.rounds,
            parties=settings.participants,
            threshold=settings.threshold or 0,
            groups=1 if settings.groups is None else settings.groups,
            phase_seconds=bounds.min_challenge_seconds,
            unbonding_seconds=bounds.min_unbonding_seconds,
        )
        # Short keys are for tests alone, and so are the bounds that take them.
        self.bounds = bounds if self.plan.modulus_bytes >= bounds.least_modulus_bytes else bounds.devnet()
        super().__init__(settings)
        self.cheats, self.left_out = plan_faults(settings, self.plan)
        self.source = source
        self.cores = Cores()
        # Fetched and checked once for all that run in this process; an audit in another shares nothing.
        self.checked = CheckedUpdates(4 * settings.participants)
        self.deployment, self.contract = self._found()
        self.watch = EncryptedWatch(self.contract)
        self.members = self._members()

    @property
    def accounts(self) -> int:
        """Parties, owner, dealer, auditor."""
        return self.settings.participants + 3

    def book(self) -> EncryptedBook:
        """What a member fetches and checks."""
        return EncryptedBook(self.watch, self.store, cores=self.cores, checked=self.checked)

    def _found(self) -> tuple[Deployment, EncryptedContract]:
        self._owner, _ = self._sender(0, "owner")
        self._dealer, self._dealer_journal = self._sender(1, "dealer")
        deployment = deploy(self._owner, self.connection, bounds=self.bounds)
        vector = self.model.initial()
        form = VectorFormat(dimension=len(vector), fraction_bits=FRACTION_BITS, kind=VectorKind.MODEL)
        sealed = seal_vector(vector, form)
        parameters = self.plan.parameters(
            owner=self._owner.address,
            dealer=self._dealer.address,
            definition_hash=Bytes32(self.model.layout.definition_hash),
            initial_model=sealed.commitment,
            initial_content=self.store.put(sealed.data).digest,
            dimension=form.dimension,
        )
        contract = create_encrypted_task(self.connection, deployment, self._owner, parameters, self.gas)
        return deployment, contract

    def _members(self) -> list[EncryptedMember]:
        members = [self._party(index) for index in range(self.settings.participants)]
        members += [self._dealer_member(), self._auditor()]
        for member in members:
            member.coins_before = COINS * ONE_COIN
            transfer = self.contract.coin.functions.transfer(member.participant.address, member.coins_before)
            self._owner.send(transfer)
        return members

    def _party(self, index: int) -> EncryptedMember:
        name = f"party {index + 1}"
        cheat = next((one for one in self.cheats if one.actor == name), None)
        return EncryptedMember(name, self.make_party(index, FAULTY[cheat.evidence] if cheat else Party), 0)

    def make_party(self, index: int, kind: type[Party] = Party) -> Party:
        """A party with its account, its folder and its share of the data; made again, it goes on from its folder."""
        name = f"party-{index + 1}"
        sender, journal = self._sender(2 + index, name)
        folder = self.settings.out / "state" / name
        return kind(
            self.watch,
            sender,
            self.gas,
            learner=self._honest_learner(index, self.data.train.select(self.shares[index])),
            book=self.book(),
            private=LocalStore(folder / "outbox"),
            journal=journal,
            secrets=SecretFolder(folder / "secrets"),
        )

    def _dealer_member(self) -> EncryptedMember:
        private = LocalStore(self.settings.out / "state" / "dealer" / "outbox")
        dealer = Dealer(
            self.watch,
            self._dealer,
            self.gas,
            store=self.store,
            private=private,
            journal=self._dealer_journal,
            source=self.source,
        )
        return EncryptedMember("dealer", dealer, 0)

    def _auditor(self) -> EncryptedMember:
        sender, _ = self._sender(2 + self.settings.participants, "auditor")
        return EncryptedMember("auditor", Doubter(self.watch, sender, self.gas, book=self.book()), 0)
