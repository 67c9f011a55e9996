"""Loaded by Brownie before it compiles: names the folder of the compiler unless the environment does."""

import os
from pathlib import Path

os.environ.setdefault("SOLCX_BINARY_PATH", str(Path(__file__).resolve().parent / ".toolchain"))
