"""Who counted how much: what a weighing rule made of the accepted updates, from a task's events alone."""

from __future__ import annotations

from typing import Any

from fl_client.aggregation.weigh import Samples
from fl_client.errors import UnknownRule
from fl_client.records.record_watch import RecordWatch
from fl_client.rounds import TaskWatch, due_table, rule_of, weighed_on_record
from fl_client.types import Address


def weights_of(watch: RecordWatch) -> list[dict[str, Any]] | None:
    """The share of each accepted update in what is combined, a round an entry.

    None where samples alone count, and for a rule that this client does not know.
    A round whose final model stands on no table of its own is left out: there is nothing that its shares follow from.
    """
    try:
        rule = rule_of(watch.contract)
    except UnknownRule:
        return None
    if isinstance(rule.weigh, Samples):
        return None
    found = []
    for number in watch.ledger.rounds:
        shares = shares_in(watch, number)
        if shares is not None:
            names = {watch.roster.name_of(trainer): share for trainer, share in shares.items()}
            found.append({"round": number, "shares": names})
    return found


def shares_in(watch: TaskWatch, number: int) -> dict[Address, float] | None:
    """The share of each accepted update in what a round combined, 0 to 1, by trainer.

    Of a median or a trimmed mean every row counts once (``AggregationRule.shares``). None for a round without a final
    model, one whose model stands on no table where the rule reads one, or a rule that this client does not know.
    """
    try:
        rule = rule_of(watch.contract)
    except UnknownRule:
        return None
    record = watch.ledger.rounds[number]
    standing = record.standing
    if not record.finalized or standing is None:
        return None
    accepted, inputs = watch.accepted(number), watch.ledger.tables.inputs_of(number)
    entries = watch.entries(accepted)
    data = due_table(rule.needs, number, entries, inputs).data_of(standing.table)
    if data is None:
        return None
    weighing = weighed_on_record(rule, accepted, [weight for _, weight, _ in entries], inputs, data)
    return dict(zip((one.trainer for one in accepted), rule.shares(weighing), strict=True))
