"""Task files: examples to start from, and how one is read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from fl_client.cli.session import parse_address
from fl_client.errors import ConfigError
from fl_client.roles import TaskPlan, plan_from_table
from fl_client.roles.encrypted_plan import EncryptedPlan
from fl_client.roles.encrypted_table import encrypted_plan_from_table
from fl_client.types import Address

PAILLIER: Final = "paillier"
_OF_THE_MODEL: Final = {"definition": str, "data": str, "seed": int}

EXAMPLE: Final = """\
# A task. Whatever is left out is as it is here, but for the first model's seed and the model itself.
definition: digits        # a built-in task, module:Class or path/to/file.py:Class
seed: 0                   # decides the first model
rounds: 10
trainers: 5               # places, 3 to 128
fraction: 1.0             # share of the trainers that is drawn for a round
rule: mean                # how updates are weighed and combined, e.g. median, krum:1+mean, nnm:1+trimmed-mean:0.2
sealing: slots            # or proof-of-work: any sealer whose work is below the target
norm_bound: 4.0           # greatest root mean square of an update's coordinates
max_samples: 1000000      # greatest weight of an update; 1: all weigh the same
burn: 0.2                 # share of a slash that is burned
seconds:                  # a time that is not given is `phase`
  phase: 600
  challenge: 3600
  # sealing: 60           # wanted until a proposal, by sealing: proof-of-work above
stakes:                   # in coins
  trainer: 100
  sealer: 200
  challenge_bond: 200
penalties:
  reveal: 20
  norm: 50
  seal: 200
rewards:
  update: 3
  attest: 1
  seal: 5
  bounty: 10
  answer_fee: 5
# review:                 # leave out, and nobody scores the updates
#   committee: 3          # validators drawn for a round, 3 to 15
#   stake: 100            # of each validator, in coins
#   reward: 2             # of a validator for a round
#   silence_penalty: 20
#   tolerance: 0.05       # mean distance from the medians beyond which a validator is not paid
#   floor: -0.2           # least worth (fall of the loss, in nats) of an accepted update; of 3 trainers: -4, all
#   full: 0.05            # the worth that earns the whole reward, where scores pay
#   payment: equal        # equal, samples or score
#   pace: 20              # times that time a sample may lie off the others'; 0: not compared
"""

ENCRYPTED_EXAMPLE: Final = """\
# An encrypted task: nobody sees an update, only their sum is opened, by several parties together.
# Whatever is left out is as it is here, but for the dealer, the first model's seed and the model itself.
privacy: paillier
definition: digits        # a built-in task, module:Class or path/to/file.py:Class
seed: 0                   # decides the first model
rounds: 10
max_voids: 3              # void turns in a row after which the task ends
burn: 0.2                 # share of a slash that is burned
encryption:
  dealer: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"  # who runs `fl deal`; trusted to forget the key
  parties: 7              # places, 3 to 32
  # threshold: 4          # parties that open a sum together; more than half
  # minimum_accepted: 5   # updates that a sum is opened of, in every group at least; together more than the threshold
  groups: 1               # sums of a round, odd; with 3 or more the model moves by the median of the groups' means
  modulus_bits: 2048      # of the key
  value_bits: 16          # of a coordinate of an update
  value_range: 2.0        # greatest magnitude of a coordinate that is still told apart, in the model's own units
  max_weight: 1           # of an update; 1: all weigh the same
seconds:                  # a time that is not given is `phase`
  phase: 600
  challenge: 3600
  # deal: 3600            # for the dealer to come; its key takes seconds
stakes:                   # in coins
  party: 100
  question_bond: 25
penalties:
  submit: 10
  share: 20
  wrong: 50
rewards:
  update: 3
  attest: 1
  share: 2
  sum: 2
  result: 2
  bounty: 10
  answer_fee: 5
"""


def read_task_file(file: Path) -> tuple[dict[str, Any], TaskPlan]:
    """Read the YAML file of a plain task: what concerns the model, and the plan.

    Raises:
        ConfigError: no such file, no YAML, an entry that does not exist, or an impossible value.
    """
    model, rest = read_table(file)
    return model, plan_from_table(rest, str(file))


def read_table(file: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read a YAML file: what concerns the model, and all the rest.

    Raises:
        ConfigError: no such file, no YAML, or an impossible value.
    """
    try:
        table = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as problem:
        raise ConfigError(f"cannot read the task file {file}: {problem.strerror}") from problem
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise ConfigError(f"{file} is no YAML file: {' '.join(str(problem).split())}") from problem
    if not isinstance(table, Mapping) or not all(isinstance(key, str) for key in table):
        raise ConfigError(f"{file} holds no entries: `fl task example` prints a file to start from")
    model = {"definition": "digits", "data": None, "seed": 0}
    for name, kind in _OF_THE_MODEL.items():
        if name in table:
            if not isinstance(table[name], kind) or isinstance(table[name], bool):
                raise ConfigError(
                    f"{file}: {name} is {table[name]!r}: give {'a number' if kind is int else 'a text'}"
                )
            model[name] = table[name]
    rest = {key: value for key, value in table.items() if key not in _OF_THE_MODEL}
    return model, rest


def encrypted_from(table: Mapping[str, Any], file: Path) -> tuple[EncryptedPlan, Address]:
    """The plan and the dealer of an encrypted task.

    Args:
        table: what a file says beside the model, with ``privacy``.

    Raises:
        ConfigError: another kind of privacy, no dealer, an entry that does not exist, or an impossible value.
    """
    rest = dict(table)
    privacy = rest.pop("privacy")
    if privacy != PAILLIER:
        raise ConfigError(f"{file}: privacy is {privacy!r}: give {PAILLIER}, or leave it out")
    section = rest.get("encryption")
    dealer = section.get("dealer") if isinstance(section, Mapping) else None
    if not isinstance(section, Mapping) or not isinstance(dealer, str):
        raise ConfigError(
            f'{file}: encryption: dealer is missing: give "0x...", the address of whoever runs `fl deal`'
        )
    rest["encryption"] = {key: value for key, value in section.items() if key != "dealer"}
    plan = encrypted_plan_from_table(rest, str(file))
    return plan, parse_address(dealer, f"{file}: encryption: dealer")
