"""A trainer's model and data, a validator's and an owner's, from their settings."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from fl_client.chain.contracts import TaskContract
from fl_client.chain.contracts.encrypted import EncryptedContract
from fl_client.cli.settings import Settings
from fl_client.errors import ConfigError

if TYPE_CHECKING:
    from fl_client.learning import GlobalModel, LocalLearner, Task, TaskData
    from fl_client.review import LossJudge

_TIMED_SAMPLES: Final = 200


def parse_share(text: str) -> tuple[int, int]:
    """Read K/N, 1 <= K <= N.

    Raises:
        ConfigError: something else.
    """
    found = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text)
    part, whole = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= part <= whole:
        raise ConfigError(f"--share is {text!r}: give K/N, e.g. 2/3 for the second of three")
    return part, whole


def local_learner(settings: Settings, contract: TaskContract | EncryptedContract) -> LocalLearner:
    """The trainer's model and data, after making sure that the model is the task's.

    Raises:
        ConfigError: it is another.
        LearningError: its definition or its data cannot be used.
    """
    part, whole = parse_share(settings.share)
    from fl_client import learning  # torch comes with it: only trainers, validators and owners wait for that

    task, data, model = _opened(settings, contract)
    shares = learning.share_out(
        settings.partition, data.train_targets, participants=whole, seed=settings.seed
    )
    return learning.LocalLearner(
        model,
        data.train.select(shares[part - 1]),
        learning.training_defaults(task),
        seed=settings.seed * 1_000 + part - 1,
        device=learning.resolve_device(settings.device),
    )


def root_learner(settings: Settings, contract: TaskContract) -> LocalLearner:
    """An owner's: what it learns on the K-th of N parts of the definition's test samples is what it trusts.

    Raises:
        ConfigError: the model is another than the task's.
        LearningError: its definition or its data cannot be used, or this part is empty.
    """
    part, whole = parse_share(settings.share)
    from fl_client import learning

    task, data, model = _opened(settings, contract)
    return learning.LocalLearner(
        model,
        data.test.select(learning.part_of(len(data.test), part, whole)),
        learning.training_defaults(task),
        seed=settings.seed,
        device=learning.resolve_device(settings.device),
    )


def local_judge(settings: Settings, contract: TaskContract) -> tuple[LossJudge, Fraction | None]:
    """A validator's judge and its own pace, on the K-th of N parts of the definition's test samples.

    Returns:
        What scores updates on samples that no trainer has; and milliseconds a sample of own training on a few of
        them, None where the task compares no times.

    Raises:
        ConfigError: the model is another than the task's, or this part is empty.
        LearningError: its definition or its data cannot be used.
    """
    part, whole = parse_share(settings.share)
    from fl_client import learning
    from fl_client.review import LossJudge

    task, data, model = _opened(settings, contract)
    rows, device = learning.part_of(len(data.test), part, whole), learning.resolve_device(settings.device)
    if not len(rows):
        # Whoever can score nothing is silent when it is drawn, and slashed for it.
        raise ConfigError(
            f"--share is {settings.share!r}, the definition has {len(data.test)} test samples, so that this part is "
            f"empty: give K/N with N at most {len(data.test)}"
        )
    mine = data.test.select(rows)
    judge = LossJudge(lambda vector: model.evaluate(vector, mine, device).loss)
    if contract.board is None or not contract.board.terms.pace:
        return judge, None
    few, defaults = data.test.select(rows[:_TIMED_SAMPLES]), learning.training_defaults(task)
    learner = learning.LocalLearner(model, few, defaults, seed=settings.seed, device=device)
    learner.update(model.initial(), 1)  # the first one also warms the machine up
    timed = learner.update(model.initial(), 1)
    return judge, Fraction(timed.milliseconds, timed.samples)


def _opened(
    settings: Settings, contract: TaskContract | EncryptedContract
) -> tuple[Task, TaskData, GlobalModel]:
    """The definition, its data and its model, which must be the task's."""
    from fl_client import learning

    task = learning.load_task(settings.definition, data_dir=settings.data)
    data = learning.check_task(task)
    parameters = contract.parameters
    model = learning.GlobalModel(task, seed=settings.seed, fraction_bits=parameters.fraction_bits)
    if model.layout.definition_hash != parameters.definition_hash:
        raise ConfigError(
            f"--definition {settings.definition!r} has the hash 0x{model.layout.definition_hash.hex()}, the "
            f"task was made for 0x{parameters.definition_hash.hex()}: give the definition that its owner used"
        )
    return task, data, model
