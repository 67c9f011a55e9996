"""A task of either kind by its address."""

from __future__ import annotations

from typing import TypeAlias

from fl_client.chain.connection import Connection
from fl_client.chain.contracts.deployment import Deployment
from fl_client.chain.contracts.encrypted import EncryptedContract, is_encrypted_task
from fl_client.chain.contracts.task import TaskContract
from fl_client.types import Address

AnyTask: TypeAlias = TaskContract | EncryptedContract


def bind_task(connection: Connection, deployment: Deployment, address: Address) -> AnyTask:
    """Bind a task by what its code says that it is.

    Raises:
        ChainError: the deployment's factory never made it, or the code there is another.
    """
    if is_encrypted_task(connection, deployment, address):
        return EncryptedContract(connection, deployment, address)
    return TaskContract(connection, deployment, address)
