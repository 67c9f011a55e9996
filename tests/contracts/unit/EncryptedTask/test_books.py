"""Every coin of a whole task is accounted for; no other task of this module holds any."""

from tests.contracts.encrypted_types import EncryptedPhase, StatementKind
from tests.contracts.federation import ONE, at, check_books, now
from tests.contracts.task_types import Role


def test_at_the_end_every_coin_is_where_it_belongs(play, challenger, system, people, pool, vault):
    federation = play(EncryptedPhase.SUM_CHALLENGE, rounds=1, wrong_penalty=100 * ONE)
    federation.ask(StatementKind.SUM, 0, challenger)
    federation.strike()
    federation.propose_sum(1)
    federation.ask(StatementKind.UPDATE, 1, challenger)
    federation.show(federation.outsider)
    federation.until(EncryptedPhase.RESULT)
    federation.propose_result(2)
    federation.expire()
    assert federation.phase == EncryptedPhase.ENDED
    check_books(system, people.all, [federation.task])
    at(now() + 5_000)
    federation.task.withdraw(Role.CHALLENGER, {"from": challenger})
    for party in federation.parties[1:]:
        federation.task.withdraw(Role.TRAINER, {"from": party})
    check_books(system, people.all, [federation.task])
    assert vault.held() == 0
    assert pool.escrowOf(federation.task)[:2] == (0, 0)
