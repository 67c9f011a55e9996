"""The trained model as a file that other software reads."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file

from fl_client.errors import LearningError


def export_model(module: torch.nn.Module, path: Path, *, metadata: dict[str, str]) -> None:
    """Write a module's tensors as safetensors, tied weights once each.

    Args:
        module: the network, with its final values.
        path: of the file.
        metadata: strings kept in its header.

    Raises:
        LearningError: the file cannot be written.
    """
    # safetensors refuses tensors that share memory: tied weights are written out.
    tensors = {
        name: tensor.detach().cpu().clone().contiguous() for name, tensor in module.state_dict().items()
    }
    try:
        save_file(tensors, str(path), metadata=metadata)
    except OSError as problem:
        raise LearningError(f"cannot write the model to {path}: {problem}") from problem
