"""Put the compiler and the local nodes that npm installed where the other tools look for them.

`.toolchain/solc-v<version>` is found by py-solc-x and Brownie, `.toolchain/solc` by forge; anvil, forge and
ganache go beside the interpreter, so that an activated environment has them on its PATH.
"""

import json
import platform
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
NODE_MODULES = ROOT / "node_modules"
TOOLCHAIN = ROOT / ".toolchain"


def link(target: Path, name: Path) -> None:
    """Make `name` a symbolic link to `target`, in place of whatever link or file was there."""
    name.unlink(missing_ok=True)
    name.symlink_to(target)


def native_binary(tool: str) -> Path:
    """Find the executable of `anvil` or `forge` inside the package npm chose for this platform.

    npm's own launcher is avoided: that of forge 1.7.1 exits 0 when something failed.

    Raises:
        SystemExit: npm installed no package of this tool for this platform.
    """
    found = sorted((NODE_MODULES / "@foundry-rs").glob(f"{tool}-*/bin/{tool}"))
    if not found:
        machine = f"{platform.system()} {platform.machine()}"
        raise SystemExit(f"npm installed no {tool} for {machine}; use Linux or macOS on x86-64 or arm64")
    return found[0]


def main() -> None:
    """Create the links, after checking that npm's compiler is the version brownie-config.yaml names."""
    config = yaml.safe_load((ROOT / "brownie-config.yaml").read_text())
    wanted = str(config["compiler"]["solc"]["version"])
    installed = json.loads((NODE_MODULES / "solc" / "package.json").read_text())["version"]
    if wanted != installed:
        raise SystemExit(
            f"brownie-config.yaml asks for solc {wanted}, package.json installs {installed}: make them equal"
        )
    # The Brownie data folder of this project lives in .toolchain/home, not in the user's home.
    (TOOLCHAIN / "home").mkdir(parents=True, exist_ok=True)
    for name in (f"solc-v{wanted}", "solc"):
        link(ROOT / "scripts" / "tools" / "solc.js", TOOLCHAIN / name)
    binaries = Path(sys.prefix) / "bin"
    for tool in ("anvil", "forge"):
        link(native_binary(tool), binaries / tool)
    link(NODE_MODULES / ".bin" / "ganache", binaries / "ganache")


if __name__ == "__main__":
    main()
