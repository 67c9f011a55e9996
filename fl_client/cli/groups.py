"""`fl keys` and `fl task`: groups of commands (see ``commands`` on why they import where they do)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fl_client.cli.options import ACCOUNT, CHAIN, SENDING, STORE, AsJson, Settings, takes
from fl_client.cli.task import check, new

keys_app = typer.Typer(name="keys", help="Make, list and import encrypted keys.", no_args_is_help=True)
task_app = typer.Typer(
    name="task", help="Write and try tasks; create, list and show them on a chain.", no_args_is_help=True
)
task_app.command()(new)
task_app.command()(check)

Name = Annotated[str, typer.Argument(help="What the key is called: its file is NAME.json.", metavar="NAME")]


@keys_app.command("new")
@takes("keys", "password_file")
def keys_new(settings: Settings, *, name: Name, as_json: AsJson = False) -> None:
    """Make a key and keep it in an encrypted file of mode 0600; prints its address.

    Example: fl keys new alice
    """
    from fl_client.cli import keys

    keys.make(settings, name, as_json=as_json)


@keys_app.command("import")
@takes("keys", "password_file")
def keys_import(
    settings: Settings,
    *,
    name: Name,
    key_file: Annotated[
        Path | None, typer.Option(help="File with the private key in hex; else asked for.", metavar="FILE")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Encrypt a private key that exists already. It is read from a file or asked for, never an argument.

    Example: fl keys import alice --key-file alice.hex
    """
    from fl_client.cli import keys

    keys.take_in(settings, name, key_file, as_json=as_json)


@keys_app.command("list")
@takes("keys")
def keys_list(settings: Settings, *, as_json: AsJson = False) -> None:
    """List the keys of the folder; nothing is decrypted.

    Example: fl keys list
    """
    from fl_client.cli import keys

    keys.show(settings, as_json=as_json)


@task_app.command("create")
@takes(*CHAIN, *ACCOUNT, *STORE, *SENDING)
def task_create(
    settings: Settings,
    *,
    file: Annotated[Path, typer.Argument(help="What the task is (YAML).", metavar="TASK.YAML")],
    out: Annotated[
        Path, typer.Option(help="Task file to write, for the participants.", metavar="FILE")
    ] = Path("task.json"),
    as_json: AsJson = False,
) -> None:
    """Pay for a task and create it, with its first model in the store; `fl task example` prints a file to start from.

    Example: fl task create task.yaml --keystore keys/owner.json --store store
    """
    from fl_client.cli import task_chain

    task_chain.create(settings, file, out, as_json=as_json)


@task_app.command("list")
@takes(*CHAIN)
def task_list(settings: Settings, *, as_json: AsJson = False) -> None:
    """List the tasks of a deployment.

    Example: fl task list --rpc-url http://127.0.0.1:8545 --deployment deployment.json
    """
    from fl_client.cli import task_chain

    task_chain.show_all(settings, as_json=as_json)


@task_app.command("show")
@takes("task", *CHAIN)
def task_show(settings: Settings, *, as_json: AsJson = False) -> None:
    """Show everything that a task was created with: read it before you lock a stake.

    Example: fl task show task.json
    """
    from fl_client.cli import task_chain

    task_chain.show(settings, as_json=as_json)


@task_app.command("example")
def task_example(
    privacy: Annotated[str | None, typer.Option(help="paillier: an encrypted task.", metavar="KIND")] = None,
) -> None:
    """Print a task file to start from.

    Example: fl task example > task.yaml

    Example: fl task example --privacy paillier > task.yaml
    """
    from fl_client.cli import task_file
    from fl_client.errors import ConfigError

    if privacy not in (None, task_file.PAILLIER):
        raise ConfigError(f"--privacy is {privacy!r}: give {task_file.PAILLIER}, or leave it out")
    typer.echo(task_file.ENCRYPTED_EXAMPLE if privacy else task_file.EXAMPLE, nl=False)
