"""`fl asset`: announce data without showing it, prove that it is still there, check what others prove."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console

from fl_client.cli.options import ACCOUNT, SENDING, STORE, AsJson, Settings, takes
from fl_client.errors import ConfigError
from fl_client.reporting import print_fact

if TYPE_CHECKING:
    from fl_client.assets import Announcement, AssetData, Challenge, Holding

asset_app = typer.Typer(
    name="asset", help="Announce data without showing it; prove and check possession.", no_args_is_help=True
)

_SHARES: Final = (("one block", 0), ("1 %", 100), ("10 %", 10))

DataPath = Annotated[Path, typer.Argument(help="The data: a file, or a folder of files.", metavar="DATA")]
AnnouncementPath = Annotated[
    str, typer.Argument(help="The announcement: its file, or its content id.", metavar="ANNOUNCEMENT")
]
HoldingPath = Annotated[
    Path | None,
    typer.Option("--holding", help="The holder's secret half; ANNOUNCEMENT.holding.", metavar="FILE"),
]
Nonce = Annotated[str | None, typer.Option(help="The auditor's fresh number, 0x and 64 digits.")]
Block = Annotated[
    int | None, typer.Option(help="Block whose hash is the challenge; the auditor names it.", metavar="N")
]
Count = Annotated[int | None, typer.Option(help="Blocks of data that are asked for, 1 to 4096; 460.")]


@asset_app.command("announce")
@takes("deployment", *ACCOUNT, *STORE)
def announce(
    settings: Settings,
    *,
    data: DataPath,
    form: Annotated[str, typer.Option("--format", help="What the data looks like, e.g. idx or csv.")],
    topic: Annotated[str, typer.Option(help="What it is about.")],
    description: Annotated[str, typer.Option(help="More words.")] = "",
    chain_id: Annotated[
        int | None, typer.Option(help="Chain on which the account speaks; the deployment's.", metavar="N")
    ] = None,
    out: Annotated[Path, typer.Option(help="Announcement to write.", metavar="FILE")] = Path("asset.json"),
    holding: HoldingPath = None,
    as_json: AsJson = False,
) -> None:
    """Say, signed, which data an account holds, so that it can be held to it: about a second a megabyte.

    Keep the holding, and to yourself: without it nothing can be proved, and with it guesses at the data can be tested.
    With --store the announcement is put there too.

    Example: fl asset announce data/ --format idx --topic digits --chain-id 1 --keystore keys/alice.json
    """
    from fl_client.assets import AssetData, Keywords, block_count
    from fl_client.cli.session import check_writable, open_account, open_content

    source = AssetData(data)
    words = Keywords(size=source.size, format=form, topic=topic, description=description)
    chain = _chain_id(settings, chain_id)
    secret = _holding_path(str(out), holding)
    if out.exists() or secret.exists():
        raise ConfigError(
            f"{out} or {secret} exists already: a holding is never overwritten, give another --out"
        )
    signer = open_account(settings)
    for path, option in ((out, "--out"), (secret, "--holding")):
        check_writable(path, option)
        path.unlink()
    found = _commit(source, block_count(source.size))
    announced = found.announce(signer, chain, words)
    found.write(secret)  # before the announcement: what cannot be proved must not be announced
    out.write_bytes(announced.to_bytes())
    stored = None if settings.store is None else open_content(settings).put(announced.to_bytes()).cid
    said = _facts(announced) | {"file": str(out), "holding": str(secret), "content_id": stored}
    _tell(said, as_json=as_json)


@asset_app.command("post")
@takes("rpc_url", *ACCOUNT, *STORE, *SENDING)
def post(settings: Settings, *, announcement: AnnouncementPath, as_json: AsJson = False) -> None:
    """Put an announcement's digest onto its chain, in a transaction of the account to itself: its block says when.

    Posted once, however often this is called with one state folder.

    Example: fl asset post asset.json --rpc-url http://127.0.0.1:8545 --keystore keys/alice.json
    """
    from fl_client.cli.asset_posting import post_digest

    announced = _announcement(settings, announcement)
    _tell(_facts(announced) | post_digest(settings, announced), as_json=as_json)


@asset_app.command("prove")
@takes("rpc_url", *ACCOUNT, *STORE)
def prove(
    settings: Settings,
    *,
    announcement: AnnouncementPath,
    data: DataPath,
    nonce: Nonce = None,
    block: Block = None,
    count: Count = None,
    holding: HoldingPath = None,
    out: Annotated[Path, typer.Option(help="Proof to write.", metavar="FILE")] = Path("proof.json"),
    as_json: AsJson = False,
) -> None:
    """Prove to whoever asks that the announced bytes are still at hand; nothing of them is shown.

    Example: fl asset prove asset.json data/ --nonce 0x... --keystore keys/alice.json
    """
    from fl_client.assets import AssetData, Holding, prove_possession
    from fl_client.cli.session import open_account

    announced = _announcement(settings, announcement)
    challenge = _challenge(settings, announced, nonce, block, count)
    held = Holding.read(_holding_path(announcement, holding))
    proof = prove_possession(announced, held, AssetData(data), challenge, open_account(settings))
    try:
        out.write_bytes(proof.to_bytes())
    except OSError as problem:
        raise ConfigError(f"cannot write --out {out}: {problem.strerror}") from problem
    asked = challenge.asked(announced.blocks)
    said = {
        "asked": asked,
        "asset": "0x" + announced.digest.hex(),
        "blocks": announced.blocks,
        "proof": str(out),
    }
    _tell(said, as_json=as_json)


@asset_app.command("check")
@takes("rpc_url", *STORE)
def check(
    settings: Settings,
    *,
    announcement: AnnouncementPath,
    proof: Annotated[
        Path | None, typer.Argument(help="The proof; without it only the announcement is checked.")
    ] = None,
    nonce: Nonce = None,
    block: Block = None,
    count: Count = None,
    posted: Annotated[
        str | None, typer.Option(help="Transaction that posted the announcement.", metavar="TX")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check an announcement, and a proof of possession against the challenge that you chose after you had it.

    Exit code: 0 it holds, 5 it does not. It shows that the account had the bytes at hand; not that they are true, nor
    that they are its own.

    Example: fl asset check asset.json proof.json --nonce 0x...
    """
    from fl_client.assets import PROOF_BYTES, Possession, check_possession

    announced = _announcement(settings, announcement)
    said = _facts(announced) | {"proof": None}
    if posted is not None:
        from fl_client.cli.asset_posting import check_posted

        said |= check_posted(settings, announced, posted)
    if proof is not None:
        challenge = _challenge(settings, announced, nonce, block, count)
        check_possession(announced, Possession.from_bytes(_read(proof, PROOF_BYTES, "proof")), challenge)
        said |= {"proof": "holds", "asked": challenge.asked(announced.blocks)}
        said |= {"detected": _detected(announced.blocks, said["asked"])}
    elif nonce is not None or block is not None or count is not None:
        raise ConfigError("a challenge without a proof checks nothing: give the proof too")
    _tell(said, as_json=as_json)


@asset_app.command("nonce")
def fresh_nonce() -> None:
    """Print a fresh challenge. Take it after you have the announcement, use it once, tell nobody but the prover.

    Example: fl asset nonce
    """
    from fl_client.assets import Challenge

    typer.echo("0x" + Challenge.fresh().value.hex())


# ---------------------------------------------------------------------- parts


def _chain_id(settings: Settings, given: int | None) -> int:
    if given is not None:
        return given
    if settings.deployment is None:
        raise ConfigError("on which chain does the account speak? give --chain-id, or --deployment")
    from fl_client.chain.contracts import Deployment

    return Deployment.read(settings.deployment).chain_id


def _holding_path(announcement: str, given: Path | None) -> Path:
    return given or Path(announcement + ".holding")


def _commit(source: AssetData, blocks: int) -> Holding:
    from fl_client.assets import Holding

    if not sys.stderr.isatty():
        return Holding.of(source)
    with typer.progressbar(length=blocks, label="blocks", file=sys.stderr) as bar:
        return Holding.of(source, told=lambda: bar.update(1))


def _announcement(settings: Settings, where: str) -> Announcement:
    from fl_client.assets import ANNOUNCEMENT_BYTES, Announcement

    if where.startswith("baf") and not Path(where).exists():
        from fl_client.cli.session import open_content
        from fl_client.storage import ContentId

        content = open_content(settings).get(ContentId.parse(where), max_bytes=ANNOUNCEMENT_BYTES)
        return Announcement.from_bytes(content)
    return Announcement.from_bytes(_read(Path(where), ANNOUNCEMENT_BYTES, "announcement"))


def _read(path: Path, most: int, what: str) -> bytes:
    """At most one byte more than the limit: enough for whoever reads it to see that it was passed."""
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as problem:
        raise ConfigError(f"cannot read the {what} {path}: {problem.strerror}") from problem


def _challenge(
    settings: Settings, announced: Announcement, nonce: str | None, block: int | None, count: int | None
) -> Challenge:
    from fl_client.assets import BLOCK, NONCE, USUAL_COUNT, Challenge

    wanted = USUAL_COUNT if count is None else count
    if (nonce is None) == (block is None):
        raise ConfigError("by which challenge? give --nonce, or --block with a node")
    if nonce is not None:
        try:
            value = bytes.fromhex(nonce.removeprefix("0x"))
        except ValueError:
            raise ConfigError("--nonce is no number of 0x and 64 hexadecimal digits") from None
        return Challenge(kind=NONCE, value=value, count=wanted)
    assert block is not None
    return Challenge(kind=BLOCK, number=block, value=_block_hash(settings, announced, block), count=wanted)


def _block_hash(settings: Settings, announced: Announcement, block: int) -> bytes:
    # Web3 takes seconds to import: only a challenge by a block pays for it.
    from fl_client.chain import Connection
    from fl_client.cli.settings import require

    connection = Connection.open(require(settings.rpc_url, "rpc_url"), chain_id=announced.chain_id)
    found = connection.block_hash(block) if block >= 0 else None
    if found is None:
        raise ConfigError(f"--block is {block}: the chain {announced.chain_id} has no such block yet")
    return found


def _facts(announced: Announcement) -> dict[str, Any]:
    words = announced.keywords
    return {
        "account": announced.account,
        "asset": "0x" + announced.digest.hex(),
        "blocks": announced.blocks,
        "chain_id": announced.chain_id,
        "description": words.description,
        "format": words.format,
        "root": "0x" + announced.root.hex(),
        "size": words.size,
        "topic": words.topic,
    }


def _detected(blocks: int, asked: int) -> dict[str, str]:
    """How surely a loss would have been seen."""
    from fl_client.assets import detection

    losses = {what: max(1, blocks // part) if part else 1 for what, part in _SHARES}
    return {what: f"{float(detection(blocks, lost, asked)):.4f}" for what, lost in losses.items()}


def _tell(said: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(said, sort_keys=True))
        return
    console = Console(highlight=False)
    for name, value in said.items():
        if name == "detected":
            shown = ", ".join(f"{what} {float(chance):.2%}" for what, chance in value.items())
            print_fact(console, "seen", f"a loss of {shown}")
        elif value not in (None, ""):
            print_fact(console, name.replace("_", " "), f"{value}")
