"""Options that several commands take: each overrides one setting of ``fl_client.cli.settings``."""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, get_args

import typer

from fl_client.cli.settings import Settings, load_settings

AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output, one object a line.")]
UntilEnded = Annotated[
    bool, typer.Option("--until-ended", help="End with the task, without waiting for the stake.")
]


def _option(kind: Any, help_: str, metavar: str | None = None, *names: str) -> Any:
    return Annotated[kind | None, typer.Option(*names, help=help_, metavar=metavar)]


_TASK: Final = "The task's address, or its task file; else FL_TASK, else the settings file says it."
_OPTIONS: Final[dict[str, Any]] = {
    "config": _option(Path, "Settings file; gradbond.toml here by default.", "FILE"),
    "task": Annotated[str | None, typer.Argument(help=_TASK, metavar="TASK")],
    "rpc_url": _option(str, "Node: http(s)://, ws(s)://, or a path ending in .ipc.", "URL"),
    "deployment": _option(Path, "Where the contracts are: the file that `fl deploy` wrote.", "FILE"),
    "confirmations": _option(int, "Blocks on top of a transaction before it counts.", "BLOCKS"),
    "keystore": _option(Path, "Encrypted key of the account.", "FILE"),
    "password_file": _option(Path, "Password on its first line; else FL_PASSWORD, else asked for.", "FILE"),
    "keys": _option(Path, "Folder of keystores.", "FOLDER"),
    "store": _option(
        Path, "Folder of models and updates; with --ipfs or --gateway a cache of them.", "FOLDER"
    ),
    "ipfs": _option(list[str], "RPC address of an IPFS daemon; may be repeated.", "URL"),
    "gateways": _option(list[str], "IPFS gateway to read from; may be repeated.", "URL", "--gateway"),
    "state": _option(Path, "Folder of the journal: back it up. state/ADDRESS by default.", "FOLDER"),
    "poll": _option(float, "Seconds between two looks at the chain.", "SECONDS"),
    "patience": _option(
        float, "Seconds to go on trying while the node or the store does not answer.", "SECONDS"
    ),
    "definition": _option(str, "The model: a built-in task, module:Class or file.py:Class."),
    "data": _option(Path, "Folder of the task's data, where it reads one.", "FOLDER"),
    "share": _option(str, "Your part of the data: the K-th of N shares.", "K/N"),
    "partition": _option(str, "How the data is shared out: iid, shards, dirichlet:ALPHA."),
    "seed": _option(int, "Of what learning draws: the order of the samples."),
    "device": _option(str, "auto, cpu, cuda or cuda:N."),
}

CHAIN: Final = ("rpc_url", "deployment")
ACCOUNT: Final = ("keystore", "password_file")
STORE: Final = ("store", "ipfs", "gateways")
SENDING: Final = ("state", "confirmations")
WAITING: Final = ("poll", "patience")
LEARNING: Final = ("definition", "data", "share", "seed", "device")
ROLE: Final = ("task", *CHAIN, *ACCOUNT, *STORE, *SENDING, *WAITING)


def _told(name: str, helps: Mapping[str, str]) -> Any:
    """An option, with the help that a command has for it."""
    if name not in helps:
        return _OPTIONS[name]
    kind, said = get_args(_OPTIONS[name])
    said = copy.copy(said)
    said.help = helps[name]
    return Annotated[kind, said]


def takes(*names: str, **helps: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command options for these settings; the command gets the ``Settings`` that they make.

    The command's first parameter is replaced by one option a name, beside ``--config``.

    Args:
        names: of the settings.
        helps: by name, what the option's help says where it means more than elsewhere.
    """

    def wrap(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def call(**given: Any) -> None:
            options = {name: given.pop(name) for name in (*names, "config")}
            for name in ("ipfs", "gateways"):
                if name in options:  # the parser gives an empty list where nothing was said
                    options[name] = tuple(options[name] or ()) or None
            command(load_settings(**options), **given)

        own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
        added = [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_told(name, helps)
            )
            for name in (*names, "config")
        ]
        parameters = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own]
        # Arguments first: the order here is their order on the command line.
        parameters = [*(one for one in added if one.name == "task"), *parameters]
        parameters += [one for one in added if one.name != "task"]
        call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        call.__annotations__ = {one.name: one.annotation for one in parameters}
        del call.__wrapped__  # the parser would look through to the function below
        return call

    return wrap


__all__ = [
    "ACCOUNT",
    "CHAIN",
    "LEARNING",
    "ROLE",
    "SENDING",
    "STORE",
    "WAITING",
    "AsJson",
    "Settings",
    "UntilEnded",
    "takes",
]
