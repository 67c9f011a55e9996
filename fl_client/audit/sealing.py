"""Sealing by proof of work, checked: every work is recomputed, and the target's path."""

from __future__ import annotations

from fl_client.encoding import set_hash
from fl_client.errors import AuditDiffers
from fl_client.rounds import TaskWatch, WorkTerms


def check_works(watch: TaskWatch) -> int:
    """Recompute the work of every proposal and each step of the target.

    How long a search took is taken from the contract's event: what the chain's code measured by its own clock.

    Returns:
        How many works were checked; 0 where sealers have slots in order.

    Raises:
        AuditDiffers: a work does not lie below its target, or the target took another step than its rule says.
        UnknownRule: the task is sealed in a way that this version does not know.
    """
    terms = WorkTerms.of(watch.contract)
    if terms is None:
        return 0
    base = terms.base(())
    for work in watch.ledger.works:
        record = watch.ledger.rounds[work.round]
        made = [one for one in record.proposals if one.work is work]
        if len(made) != 1 or made[0].proposer != work.sealer or made[0].number != work.proposal + 1:
            raise AuditDiffers(
                f"round {work.round}: the work of {work.sealer} belongs to no proposal of its own"
            )
        accepted = set_hash(watch.entries(watch.accepted(work.round)))
        terms.check(work, base, set_hash=accepted, model=made[0].model)
        base = work.next
    return len(watch.ledger.works)
