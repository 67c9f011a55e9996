"""`fl report` and `fl dashboard`: a task's page from its chain and its store, as a file or kept up to date."""

from __future__ import annotations

import json
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from fl_client.cli.settings import load_settings
from fl_client.errors import ConfigError
from fl_client.reporting import print_fact, print_verdict, render_task

if TYPE_CHECKING:
    from fl_client.records import Subject

SubjectArgument = Annotated[
    str,
    typer.Argument(
        help="The --out folder of a run, a task's address, or its task file.", metavar="OUT_OR_TASK"
    ),
]
RpcUrl = Annotated[str | None, typer.Option(help="Node to read from, when a task's address is given.")]
DeploymentFile = Annotated[Path | None, typer.Option(help="Deployment file, when a task's address is given.")]
StoreFolder = Annotated[
    Path | None, typer.Option(help="Folder of the content store, when an address is given.")
]
TaskAddress = Annotated[
    str | None, typer.Option(help="Which task, when the folder's chain holds several.", metavar="ADDRESS")
]
DefinitionName = Annotated[
    str | None,
    typer.Option(
        help="The task's model and test data, to measure accuracy and loss: a built-in task, my_module:MyTask or "
        "path/to/file.py:MyTask."
    ),
]
DataFolder = Annotated[Path | None, typer.Option(help="Folder of the definition's data, where it reads one.")]


def report(
    subject: SubjectArgument,
    rpc_url: RpcUrl = None,
    deployment: DeploymentFile = None,
    store: StoreFolder = None,
    task: TaskAddress = None,
    definition: DefinitionName = None,
    data: DataFolder = None,
    out: Annotated[Path, typer.Option(help="File to write the page to.")] = Path("report.html"),
    as_json: Annotated[
        bool, typer.Option("--json", help="The same as one JSON object on standard output; no page.")
    ] = False,
) -> None:
    """Write a task's page from its chain and its store alone, in progress or ended; its audit is run for it.

    A definition given as a file is code, and is run. Exit code 0 whatever the audit says: the page says it.

    Example: fl report runs/demo --definition digits --out demo.html
    """
    page = read_page(_subject(subject, rpc_url, deployment, store, task), definition, data)
    if as_json:
        typer.echo(json.dumps(page, sort_keys=True))
        return
    try:
        out.write_text(render_task(page), encoding="utf-8")
    except OSError as problem:
        raise ConfigError(f"cannot write --out {out}: {problem.strerror}") from problem
    console = Console(highlight=False)
    print_fact(console, "page", str(out))
    print_verdict(console, page["audit"])


def read_page(subject: Subject, definition: str | None, data: Path | None) -> dict[str, Any]:
    """Read a task's records once, and audit it.

    Raises:
        GradbondError: the chain cannot be read, or the definition is another.
    """
    opened = subject.open()
    loaded = opened.definition(definition, data)
    watch = opened.watch()
    watch.read()
    facts = opened.facts(watch, loaded).of_task()
    return facts | {"audit": opened.audit().to_json(), "source": opened.source}


def dashboard(
    subject: SubjectArgument,
    rpc_url: RpcUrl = None,
    deployment: DeploymentFile = None,
    store: StoreFolder = None,
    task: TaskAddress = None,
    definition: DefinitionName = None,
    data: DataFolder = None,
    port: Annotated[
        int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65_535)
    ] = 8600,
    host: Annotated[
        str | None,
        typer.Option(
            help="Address to listen on, 127.0.0.1 unless given. Any other lets others on the network read the page.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Serve a task's page on this machine, and keep it up to date. Read-only; ends with Ctrl-C.

    Example: fl dashboard 0x... --rpc-url http://127.0.0.1:8545 --deployment deployment.json --store store
    """
    from fl_client.records import LiveRecords
    from fl_client.reporting.dashboard import Dashboard

    address = _address(host)
    live = LiveRecords(_subject(subject, rpc_url, deployment, store, task), definition, data)
    with live, Dashboard(live, host=address, port=port) as server:
        typer.echo(f"serving {server.url}, read-only; Ctrl-C ends it")
        try:
            server.serve()
        except KeyboardInterrupt:
            typer.echo("ended")


def _address(host: str | None) -> str:
    """Where to listen: this machine alone, unless somebody says otherwise."""
    if host in (None, "localhost"):
        return "127.0.0.1"
    try:
        return str(ip_address(host or ""))
    except ValueError:
        raise ConfigError(f"--host is {host!r}: give an IP address of this machine, e.g. 127.0.0.1") from None


def _subject(
    where: str, rpc_url: str | None, deployment: Path | None, store: Path | None, task: str | None
) -> Subject:
    # A chain in this process takes seconds to import: only these commands pay for it.
    from fl_client.cli.session import task_address
    from fl_client.records import Subject

    settings = load_settings(rpc_url=rpc_url, deployment=deployment, store=store)
    return Subject(
        where=task_address(where) if Path(where).is_file() else where,
        rpc_url=settings.rpc_url,
        deployment=settings.deployment,
        store=settings.store,
        task=task,
        ipfs=settings.ipfs,
        gateways=settings.gateways,
    )
