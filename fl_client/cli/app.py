"""The command `fl`: parses, calls, prints; every error ends in one line and its stage's exit code."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Sequence

import typer

from fl_client import __version__
from fl_client.cli import commands, setting_up
from fl_client.cli.asset import asset_app
from fl_client.cli.attack import attack
from fl_client.cli.demo import demo
from fl_client.cli.deposit import deposit
from fl_client.cli.groups import keys_app, task_app
from fl_client.cli.latency import latency
from fl_client.cli.prune import prune
from fl_client.cli.receipt import receipt
from fl_client.cli.report import dashboard, report
from fl_client.errors import GradbondError

app = typer.Typer(
    name="fl",
    help="Federated learning under bond on an Ethereum chain.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_PANELS: dict[str, tuple[Callable[..., None], ...]] = {
    "See it": (demo, attack, commands.audit, receipt, commands.status, report, dashboard, latency),
    "Set up": (setting_up.devnet, setting_up.deploy, setting_up.fund, setting_up.doctor, deposit),
    "Take part": (
        *(commands.train, commands.deal, commands.aggregate, commands.validate, commands.own),
        *(commands.join, commands.claim, commands.leave, commands.export, prune),
    ),
}
for panel, members in _PANELS.items():
    for member in members:
        app.command(rich_help_panel=panel)(member)
app.add_typer(keys_app, rich_help_panel="Set up")
app.add_typer(task_app, rich_help_panel="Set up")
app.add_typer(asset_app, rich_help_panel="Take part")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def main_options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version."
    ),
) -> None:
    """Federated learning under bond on an Ethereum chain."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; no error that a user can cause shows a traceback without --debug."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug, as_json = "--debug" in given, "--json" in given
    try:
        code = app([argument for argument in given if argument != "--debug"], standalone_mode=False)
    except GradbondError as problem:
        _fail(str(problem), problem.exit_code, debug=debug, as_json=as_json)
    except (KeyboardInterrupt, typer.Abort):
        _fail("interrupted: the state folder keeps what was begun", 130, debug=False, as_json=as_json)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as problem:
        usage = getattr(
            problem, "format_message", None
        )  # the parser's own errors, whichever package they live in
        if usage is not None:
            _fail(usage(), 3, debug=debug, as_json=as_json)
        # A defect of ours, still said in one line.
        text = f"unexpected {type(problem).__name__}: {problem}; run again with --debug and report it"
        _fail(text, 70, debug=debug, as_json=as_json)
    else:
        sys.exit(code if isinstance(code, int) else 0)


def _fail(text: str, code: int, *, debug: bool, as_json: bool) -> None:
    if debug:
        traceback.print_exc()
    line = " ".join(text.split())
    if as_json:
        typer.echo(json.dumps({"error": line, "exit_code": code}))
    typer.echo(f"fl: {line}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
