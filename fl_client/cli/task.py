"""`fl task`: begin a task of one's own, try it out."""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fl_client.cli.starter import write_starter

if TYPE_CHECKING:
    from fl_client.learning import TaskFacts


def new(
    where: Annotated[str, typer.Argument(help="A name, or the path of a .py file.", metavar="NAME_OR_PATH")],
) -> None:
    """Write a commented task that works, in one file; a file that is there already stays as it is.

    Example: fl task new my_task
    """
    path, class_name = write_starter(where)
    task = shlex.quote(f"{path}:{class_name}")
    out = shlex.quote(f"runs/{path.stem}")
    typer.echo(f"wrote {path}; try it out, then run it:")
    typer.echo(f"  fl task check {task}")
    typer.echo(f"  fl demo --task {task} --participants 3 --rounds 5 --out {out}")


def check(
    task: Annotated[
        str,
        typer.Argument(help="A built-in task, my_module:MyTask or path/to/file.py:MyTask.", metavar="TASK"),
    ],
    data: Annotated[Path | None, typer.Option(help="Folder of the task's data, where it reads one.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")
    ] = False,
) -> None:
    """Try every member of a task on a few samples; says what is wrong, one line each.

    Example: fl task check my_task.py:MyTask
    """
    # Torch takes seconds to import: only this command pays for it.
    from fl_client.learning import describe_task, inspect_task, load_task

    loaded = load_task(task, data_dir=data)
    found = inspect_task(loaded)
    faults = [" ".join(str(fault).split()) for fault in found.faults]
    facts = None if faults or found.data is None else describe_task(loaded, found.data)
    if as_json:
        shown = {"facts": facts and asdict(facts), "faults": faults, "notes": found.notes}
        typer.echo(json.dumps(shown, sort_keys=True))
    else:
        lines = [f"wrong: {fault}" for fault in faults] + [f"note: {note}" for note in found.notes]
        typer.echo("\n".join(lines + ([] if facts is None else _spelt(facts))))
    raise typer.Exit(found.faults[0].exit_code if found.faults else 0)


def _spelt(facts: TaskFacts) -> list[str]:
    share = "" if facts.timed_samples == facts.train_samples else f", by the time of {facts.timed_samples:,}"
    classes = "none, the targets are no labels" if facts.classes is None else f"{facts.classes}"
    return [
        f"name            {facts.name}",
        f"parameters      {facts.parameters:,} to train, {facts.dimension:,} coordinates go around",
        f"samples         {facts.train_samples:,} to train on, {facts.test_samples:,} to test on",
        f"classes         {classes}",
        f"one local epoch {facts.epoch_seconds:.2f} s on all {facts.train_samples:,} samples{share}",
        "all is well",
    ]
