"""Finding a task by name: a built-in one, or a class in a file of the user's own."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import inspect
import sys
import zlib
from pathlib import Path
from types import ModuleType
from typing import cast

from fl_client.errors import ConfigError, GradbondError, LearningError
from fl_client.learning.task import Task
from fl_client.learning.tasks import BUILT_IN_TASKS
from fl_client.learning.user_code import one_line

_METHODS = ("model", "data", "loss", "metric")
DATA_DIR = "data_dir"
"""Name of the constructor's argument by which a task's class says that it reads a folder."""

_SHAPE_OF_A_NAME = "module:Class or path/to/file.py:Class"


def load_task(name: str, *, data_dir: Path | None = None) -> Task:
    """Load a task; the user's code is imported, and so is run.

    Args:
        name: a built-in task's name, e.g. `digits`, or `module:Class` or `path/to/file.py:Class`. The current
            directory, and a file's own directory, are put first on the import path and stay there, so that
            the module can import its neighbours.
        data_dir: folder of the task's data, for a class whose constructor takes `data_dir`.

    Returns:
        The task, with all its members there; `check_task` also tries them out.

    Raises:
        ConfigError: nothing of this name can be found, or it reads no folder.
        LearningError: the module does not import, or its class is not a task.
    """
    where, colon, class_name = name.strip().rpartition(":")
    if not colon:
        return _built_in(class_name, data_dir)
    if not where or not class_name.isidentifier():
        raise ConfigError(f"task {name!r} is not a name of a task: give {_SHAPE_OF_A_NAME}")
    _put_first_on_path(Path.cwd())
    module = _import_file(Path(where)) if where.endswith(".py") else _import_module(where)
    return _make(_find_class(module, where, class_name), name, data_dir)


def _built_in(name: str, data_dir: Path | None) -> Task:
    if name in BUILT_IN_TASKS:
        return _make(BUILT_IN_TASKS[name], name, data_dir)
    raise ConfigError(
        f"there is no built-in task {name!r}{_did_you_mean(name, list(BUILT_IN_TASKS))}: give one of"
        f" {', '.join(sorted(BUILT_IN_TASKS))}, or your own as {_SHAPE_OF_A_NAME}"
    )


def _did_you_mean(name: str, known: list[str]) -> str:
    folded = {word.lower(): word for word in known}
    close = difflib.get_close_matches(name.lower(), list(folded), n=3)
    return f" (did you mean {' or '.join(folded[word] for word in close)}?)" if close else ""


def _put_first_on_path(directory: Path) -> None:
    if str(directory) not in sys.path:
        sys.path.insert(0, str(directory))
        importlib.invalidate_caches()


def _import_module(name: str) -> ModuleType:
    if not all(part.isidentifier() for part in name.split(".")):
        raise ConfigError(f"{name!r} is not a module's name: give {_SHAPE_OF_A_NAME}")
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        # Only the named module itself is a slip of the pen; one that it imports is a fault inside it.
        if error.name is None or not (name == error.name or name.startswith(error.name + ".")):
            raise _import_failed(name, error) from error
        neighbours = [path.stem for path in Path.cwd().glob("*.py")]
        raise ConfigError(
            f"there is no module {error.name!r}{_did_you_mean(error.name, neighbours)}:"
            f" looked in {Path.cwd()} and the installed packages"
        ) from error
    except (Exception, SystemExit) as error:
        raise _import_failed(name, error) from error


def _import_file(path: Path) -> ModuleType:
    path = path.expanduser().resolve()
    if not path.is_file():
        neighbours = [other.name for other in path.parent.glob("*.py")]
        raise ConfigError(f"there is no file {path}{_did_you_mean(path.name, neighbours)}: check the path")
    _put_first_on_path(path.parent)
    # Named after the whole path, so that two files of one name do not replace each other.
    name = f"{path.stem}_{zlib.crc32(str(path).encode()):08x}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ConfigError(f"{path} cannot be imported: give a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise _import_failed(path.name, error) from error
    return module


def _import_failed(name: str, error: BaseException) -> LearningError:
    return LearningError(f"{name} does not import: {one_line(error)}")


def _find_class(module: ModuleType, where: str, class_name: str) -> type:
    found = getattr(module, class_name, None)
    if inspect.isclass(found):
        return found
    if found is not None:
        raise ConfigError(f"{class_name} in {where} is a {type(found).__name__}: name a class")
    classes = [
        name
        for name, value in vars(module).items()
        if inspect.isclass(value) and value.__module__ == module.__name__
    ]
    listed = f"it has {', '.join(classes)}" if classes else "it defines no class"
    raise ConfigError(f"{where} has no class {class_name}{_did_you_mean(class_name, classes)}: {listed}")


def _make(task_class: type, name: str, data_dir: Path | None) -> Task:
    missing = [method for method in _METHODS if not callable(getattr(task_class, method, None))]
    if missing:
        raise LearningError(
            f"{task_class.__name__} has no {', '.join(f'{method}()' for method in missing)}:"
            " write them, or derive the class from ClassificationTask"
        )
    given = {} if data_dir is None else {DATA_DIR: data_dir}
    if given and DATA_DIR not in inspect.signature(task_class).parameters:
        raise ConfigError(f"task {name!r} reads no folder of data: leave out --data {data_dir}")
    try:
        task = task_class(**given)
    except GradbondError:
        raise
    except Exception as error:
        raise LearningError(f"{name} cannot be made without arguments: {one_line(error)}") from error
    if not isinstance(getattr(task, "name", None), str) or not task.name:
        raise LearningError(f"{task_class.__name__} has no name: add a line such as name = 'my-task'")
    return cast(Task, task)
