"""`make demo` installs what pyproject.toml declares and nothing else, so every import must be declared."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def imported_packages() -> Iterator[tuple[str, Path]]:
    """Yield every top-level package that a module of fl_client imports, with the module's path."""
    for path in sorted((ROOT / "fl_client").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((alias.name.partition(".")[0], path) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0], path


def normalised(name: str) -> str:
    """Spell a distribution's name the one way (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_import_of_the_client_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {normalised(re.split(r"[\[<>=!~; ]", entry)[0]) for entry in project["dependencies"]}
    providers = packages_distributions()
    undeclared = [
        f"{path.relative_to(ROOT)} imports {package}"
        for package, path in imported_packages()
        if package not in sys.stdlib_module_names
        and package != "fl_client"
        and declared.isdisjoint(normalised(name) for name in providers.get(package, []))
    ]
    assert undeclared == []
