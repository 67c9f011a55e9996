"""The commands as the parser sees them: arguments, options, help. What they do is in the modules they import.

Those modules bring web3 or torch, which take seconds to import: only the command that needs them pays for it.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fl_client.cli.options import (
    ACCOUNT,
    CHAIN,
    LEARNING,
    ROLE,
    SENDING,
    STORE,
    WAITING,
    AsJson,
    Settings,
    UntilEnded,
    takes,
)
from fl_client.errors import ConfigError


class Member(StrEnum):
    """As what an account joins."""

    trainer = "trainer"
    aggregator = "aggregator"
    validator = "validator"


# ---------------------------------------------------------------------- roles


@takes(
    *ROLE,
    *LEARNING,
    "partition",
    seed="Of the partition, the same for all trainers, and of what learning draws.",
)
def train(
    settings: Settings,
    *,
    weight: Annotated[
        int, typer.Option(help="Of your updates in an encrypted task that takes more than 1.")
    ] = 1,
    until_ended: UntilEnded = False,
    as_json: AsJson = False,
) -> None:
    """Take part as a trainer: join, learn on your own data, commit, reveal, attest, and take the stake home.

    In an encrypted task as a party: encrypt, sum, share, open. The state folder then keeps your part of the key,
    encrypted by the keystore's password. Who the dealer is that you trust is said before your stake is locked.

    It may be stopped at any time and started again with the same state folder.

    Example: fl train task.json --keystore keys/alice.json --store store --share 1/5
    """
    from functools import partial

    from fl_client.cli.encrypted import party
    from fl_client.cli.participate import take_part, trainer

    take_part(
        settings,
        partial(trainer, weight=weight),
        of_encrypted=partial(party, weight=weight),
        until_ended=until_ended,
        as_json=as_json,
    )


@takes(*ROLE)
def deal(settings: Settings, *, as_json: AsJson = False) -> None:
    """Deal the key of an encrypted task, as the dealer that the task names; ends when the parties have it.

    Primes and shares are never written anywhere but sealed to each party. Run it where nobody else looks on: whoever
    gets hold of the key can read every update.

    Example: fl deal task.json --keystore keys/dealer.json --store store
    """
    from fl_client.cli.encrypted import dealer
    from fl_client.cli.participate import no_plain, take_part

    take_part(settings, no_plain, of_encrypted=dealer, until_ended=True, as_json=as_json)


@takes(*ROLE)
def aggregate(settings: Settings, *, until_ended: UntilEnded = False, as_json: AsJson = False) -> None:
    """Take part as an aggregator: combine the accepted updates, post the model, answer for it.

    Example: fl aggregate task.json --keystore keys/bob.json --store store
    """
    from fl_client.cli.participate import aggregator, take_part

    take_part(
        settings,
        aggregator,
        until_ended=until_ended,
        as_json=as_json,
        instead="its parties sum the updates and open the sum themselves, use `fl train`",
    )


@takes(*ROLE, *LEARNING)
def validate(settings: Settings, *, until_ended: UntilEnded = False, as_json: AsJson = False) -> None:
    """Take part as a validator: when drawn, score the updates on samples that no trainer has.

    The samples are the K-th of N parts of the definition's test samples (--share K/N).

    Example: fl validate task.json --keystore keys/vera.json --store store --share 1/5
    """
    from fl_client.cli.participate import take_part, validator

    take_part(
        settings,
        validator,
        until_ended=until_ended,
        as_json=as_json,
        instead="nobody sees an update of it, so that nobody scores one; use `fl train` or `fl audit --watch`",
    )


@takes(*ROLE, *LEARNING)
def own(
    settings: Settings,
    *,
    reputations: Annotated[
        Path | None,
        typer.Option(
            help="JSON object of addresses and counts; by default a trainer earns one for each accepted update.",
            metavar="FILE",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Watch over a task as the one who pays: start it, and end one that cannot go on.

    Any aggregator or auditor does the same while it runs; nothing depends on this one, unless the rule asks for what
    the owner gives to each round: by fltrust an update learnt on the K-th of N parts of the definition's test samples
    (--share K/N), by reputation how far each trainer is trusted.

    Example: fl own task.json --keystore keys/owner.json --store store
    """
    from functools import partial

    from fl_client.cli.participate import owner, take_part

    take_part(
        settings,
        partial(owner, reputations=reputations),
        until_ended=True,
        as_json=as_json,
        instead="its parties move it on, and its owner gives nothing to its rounds; watch it with `fl status --watch`",
    )


@takes(*CHAIN, *STORE, *ACCOUNT, *SENDING, *WAITING)
def audit(
    settings: Settings,
    *,
    subject: Annotated[
        str | None,
        typer.Argument(
            help="The --out folder of a run, a task's address, or its task file.", metavar="OUT_OR_TASK"
        ),
    ] = None,
    head: Annotated[
        str | None,
        typer.Option(
            help="Hash from a source of your own: of a folder's latest block, or of any in the node's chain.",
            metavar="HASH",
        ),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="On a node: audit after every round, to the end.")
    ] = False,
    challenge: Annotated[
        bool,
        typer.Option("--challenge", help="With --watch: bring what is wrong to court; needs --keystore."),
    ] = False,
    until_ended: UntilEnded = False,
    as_json: AsJson = False,
) -> None:
    """Recompute every round, reward and slash of a task. Exit code 0 agrees, 1 differs, 2 cannot be checked.

    Example: fl audit runs/demo --head 0x...

    Example: fl audit task.json --watch --challenge --keystore keys/carol.json --store store
    """
    from fl_client.cli import audit as auditing

    if head is not None and (watch or challenge):
        raise ConfigError("--head goes with an audit taken once: leave it out here")
    if challenge:
        auditing.challenge(settings, subject, watch=watch, until_ended=until_ended, as_json=as_json)
    elif watch:
        auditing.watch(settings, subject, as_json=as_json)
    else:
        auditing.audit(settings, subject, head, as_json=as_json)


# ---------------------------------------------------------------------- membership


@takes("task", *CHAIN, *ACCOUNT, *STORE, *SENDING)
def join(
    settings: Settings,
    *,
    role: Annotated[Member, typer.Option(help="As what.")] = Member.trainer,
    as_json: AsJson = False,
) -> None:
    """Lock a stake and take a place; `fl train`, `aggregate` or `validate` does the work (and joins by itself).

    An encrypted task is joined as a trainer: who its dealer is, whom you trust with secrecy, is said before.

    Example: fl join task.json --role trainer --keystore keys/alice.json --store store
    """
    from fl_client.cli import membership

    membership.join(settings, role.value, as_json=as_json)


@takes("task", *CHAIN, *ACCOUNT, *SENDING)
def claim(settings: Settings, *, as_json: AsJson = False) -> None:
    """Pay out what the account has earned, in all tasks of the deployment.

    Example: fl claim task.json --keystore keys/alice.json
    """
    from fl_client.cli import membership

    membership.claim(settings, as_json=as_json)


@takes("task", *CHAIN, *ACCOUNT, *SENDING)
def leave(settings: Settings, *, as_json: AsJson = False) -> None:
    """Leave a task after the present round; called again once the stake is free, take it back.

    A party of an encrypted task holds a part of its key, and leaves when the task has ended.

    Example: fl leave task.json --keystore keys/alice.json
    """
    from fl_client.cli import membership

    membership.leave(settings, as_json=as_json)


# ---------------------------------------------------------------------- looking


@takes("task", *CHAIN, *WAITING)
def status(
    settings: Settings,
    *,
    account: Annotated[str | None, typer.Option(help="Also show this account.", metavar="ADDRESS")] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on, until interrupted or the task has ended.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show where a task stands: phase, deadline, who is due, stakes.

    Example: fl status task.json --account 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --watch
    """
    from fl_client.cli.status import show_status

    show_status(settings, account, watch=watch, as_json=as_json)


@takes("task", *CHAIN, *STORE)
def export(
    settings: Settings,
    *,
    subject: Annotated[
        str | None,
        typer.Argument(help="After `blocks`: a task, or the folder of a run.", metavar="SUBJECT"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write: model.safetensors, or blocks.json.", metavar="FILE")
    ] = None,
    round_: Annotated[
        int | None,
        typer.Option("--round", help="The model after this round, 0 for the first one; else the last."),
    ] = None,
    definition: Annotated[
        str | None,
        typer.Option(help="The model: a built-in task, module:Class or file.py:Class."),
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of the task's data, where it reads one.")] = None,
    chosen: Annotated[
        str | None,
        typer.Option(
            "--task",
            help="After `blocks`: which task, where a folder's chain holds several.",
            metavar="ADDRESS",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch a task's model, check it against the chain, and write it as safetensors; or write its round blocks.

    Example: fl export task.json --definition digits --store store --out model.safetensors

    Example: fl export blocks runs/demo --out blocks.json
    """
    from fl_client.cli import export as exporting

    model = exporting.Wanted(round=round_, definition=definition, data=data)
    exporting.export(settings, subject, chosen, model, out, as_json=as_json)
