"""Make a key: `python scripts/keystore.py --keystore FILE --password-file FILE` prints its address."""

from __future__ import annotations

import json
from pathlib import Path

from fl_client.chain import create_keystore, password_from_file
from fl_client.cli.script import ScriptParser, run
from fl_client.types import Address


def main() -> Address:
    """Make a key and keep it encrypted."""
    parser = ScriptParser(description="Make a key and keep it in an encrypted file of mode 0600.")
    parser.add_argument("--keystore", required=True, type=Path, metavar="FILE", help="to be made")
    parser.add_argument(
        "--password-file", required=True, type=Path, metavar="FILE", help="password on its first line"
    )
    parser.add_argument("--json", action="store_true", help="JSON on standard output")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    given = parser.parse_args()
    account = create_keystore(given.keystore, password_from_file(given.password_file))
    print(json.dumps({"address": account.address}) if given.json else account.address)
    return account.address


if __name__ == "__main__":
    run("keystore", main)
