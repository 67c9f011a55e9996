"""`fl export`: a task's model as safetensors, or its round blocks as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import typer

from fl_client.chain.contracts import TaskContract
from fl_client.chain.contracts.encrypted import EncryptedContract
from fl_client.cli.session import check_writable, open_any_task, open_content, open_records, require_plain
from fl_client.cli.settings import Settings
from fl_client.errors import ConfigError
from fl_client.learning import GlobalModel, check_task, export_model, load_task, resolve_device
from fl_client.roles import ModelBook
from fl_client.roles.encrypted_book import EncryptedBook
from fl_client.rounds import TaskWatch, Vector, blocks_of
from fl_client.rounds.encrypted_watch import EncryptedWatch
from fl_client.types import Bytes32

BLOCKS: Final = "blocks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was said of the model that is to be exported; None where nothing was."""

    round: int | None
    definition: str | None
    data: Path | None


def export(
    settings: Settings,
    subject: str | None,
    task: str | None,
    model: Wanted,
    out: Path | None,
    *,
    as_json: bool,
) -> None:
    """Write a task's model, or after the word `blocks` its round blocks.

    Raises:
        ConfigError: something was given that would not be looked at.
    """
    if settings.task == BLOCKS:
        unread = {"--round": model.round, "--definition": model.definition, "--data": model.data}
        _refuse(unread, "blocks are of every round, and of no definition: leave it out")
        export_blocks(settings, subject, task, out or Path("blocks.json"), as_json=as_json)
        return
    _refuse({repr(subject): subject, "--task": task}, "it goes after `fl export blocks`")
    definition, data = model.definition or settings.definition, model.data or settings.data
    settings = replace(settings, definition=definition, data=data)
    export_final(settings, out or Path("model.safetensors"), model.round, as_json=as_json)


def _refuse(given: Mapping[str, object], why: str) -> None:
    if names := [name for name, value in given.items() if value is not None]:
        raise ConfigError(f"{', '.join(names)} cannot be used here: {why}")


def export_blocks(
    settings: Settings, subject: str | None, task: str | None, out: Path, *, as_json: bool
) -> None:
    """Write the block of every final round, and that of the first model, as JSON.

    Raises:
        ConfigError: no such subject.
    """
    if subject is None and task is None:
        raise ConfigError("whose blocks? give a task, its task file, or the folder of a run after `blocks`")
    contract = require_plain(
        open_records(settings, subject, task), "it has no blocks, `fl audit` checks its records"
    )
    check_writable(out, "--out")
    watch = TaskWatch(contract)
    watch.refresh()
    blocks = [block.to_json() for block in blocks_of(watch)]
    out.write_text(json.dumps(blocks, indent=1) + "\n", encoding="utf-8")
    last = blocks[-1]["hash"]
    if as_json:
        said = {"blocks": len(blocks), "file": str(out), "last_block": last, "task": contract.address}
        typer.echo(json.dumps(said, sort_keys=True))
    else:
        typer.echo(f"{len(blocks)} blocks, the last one {last}: {out}")


def export_final(settings: Settings, out: Path, round_: int | None, *, as_json: bool) -> None:
    """Write the model after a round; without one, the last final model.

    Raises:
        ConfigError: that round is not final, or the definition is of another model.
        StorageError: the model's bytes can neither be fetched nor recomputed.
    """
    contract = open_any_task(settings)
    models = (
        _encrypted_models(settings, contract)
        if isinstance(contract, EncryptedContract)
        else _models(settings, contract)
    )
    last = max(models.final, default=0)
    number = last if round_ is None else round_
    if number != 0 and number not in models.final:
        raise ConfigError(f"round {number} is not final: the last final one is {last}")
    task = load_task(settings.definition, data_dir=settings.data)
    data = check_task(task)
    model = GlobalModel(task, seed=0, fraction_bits=contract.parameters.fraction_bits)
    if model.layout.definition_hash != contract.parameters.definition_hash:
        raise ConfigError(
            f"--definition {settings.definition!r} is another model than the task's: give the one its owner used"
        )
    check_writable(out, "--out")
    vector = models.base(number + 1)
    root = "0x" + models.commitment(number + 1).hex()
    # One entry: the file's header keeps several in no fixed order.
    export_model(model.module(vector), out, metadata={"model_root": root})
    score = model.evaluate(vector, data.test, resolve_device("cpu"))
    said = {
        "file": str(out),
        "loss": score.loss,
        "metric": score.metric,
        "model_root": root,
        "round": number,
        "task": contract.address,
    }
    if as_json:
        typer.echo(json.dumps(said, sort_keys=True))
    else:
        typer.echo(f"the model after round {number}, {score.metric:.4f} on the task's test data: {out}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Models:
    """The models of a task: which rounds are final, and what each round starts from."""

    final: Sequence[int]
    base: Callable[[int], Vector]
    commitment: Callable[[int], Bytes32]


def _models(settings: Settings, contract: TaskContract) -> _Models:
    watch = TaskWatch(contract)
    watch.refresh()
    return _Models(
        final=[number for number, record in watch.ledger.rounds.items() if record.finalized],
        base=ModelBook(watch, open_content(settings)).base,
        commitment=lambda number: watch.ledger.base_of(number)[0],
    )


def _encrypted_models(settings: Settings, contract: EncryptedContract) -> _Models:
    watch = EncryptedWatch(contract)
    watch.refresh()
    return _Models(
        final=range(1, watch.ledger.rounds_final + 1),
        base=EncryptedBook(watch, open_content(settings)).base,
        commitment=lambda number: watch.ledger.models[number - 1][0],
    )
