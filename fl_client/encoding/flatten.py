"""A module's state and the flat vector that stands for it. The one place of the stage that needs torch.

Into the vector go all floating-point parameters and persistent buffers (running means and variances too),
in the order of their names; tensors that share memory (tied weights) go in once. Integers do not: counters
(``num_batches_tracked``) are set to zero, and all others are constants of the definition, written back as
they were when the layout was made. So a module after ``unflatten`` depends on definition and vector alone.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

import numpy as np
import torch
from eth_utils.crypto import keccak
from numpy.typing import NDArray
from torch import Tensor, nn

from fl_client.encoding.vector import check_dimension
from fl_client.errors import EncodingError
from fl_client.types import Bytes32

LAYOUT_VERSION: Final = 1
_COUNTER: Final = "num_batches_tracked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One tensor's place in the vector.

    Args:
        name: its name in the state_dict; of tied tensors, the first in order.
        shape: its shape.
        offset: where its coordinates begin.
        aliases: further names of the same memory, in order.
    """

    name: str
    shape: tuple[int, ...]
    offset: int
    aliases: tuple[str, ...]

    @property
    def size(self) -> int:
        """Number of coordinates."""
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """An integer or boolean tensor that belongs to the definition, not to the vector.

    Args:
        name: its name in the state_dict.
        dtype: its torch dtype without the prefix, e.g. ``int64``.
        shape: its shape.
        data: its values, little-endian.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Which tensor of a module is where in its vector.

    Args:
        entries: the floating-point tensors, in order.
        constants: integer tensors that training leaves alone.
        counters: names of integer tensors that training counts up; ``unflatten`` sets them to zero.
    """

    entries: tuple[Entry, ...]
    constants: tuple[Constant, ...] = ()
    counters: tuple[str, ...] = ()

    @property
    def dimension(self) -> int:
        """Number of coordinates d."""
        return sum(entry.size for entry in self.entries)

    @property
    def description(self) -> str:
        """The layout as canonical JSON: sorted keys, sorted names, no floats, no spaces."""
        content: dict[str, Any] = {
            "version": LAYOUT_VERSION,
            "dimension": self.dimension,
            "entries": [
                {"name": entry.name, "shape": entry.shape, "aliases": entry.aliases} for entry in self.entries
            ],
            "constants": [
                {
                    "name": item.name,
                    "dtype": item.dtype,
                    "shape": item.shape,
                    "keccak256": keccak(item.data).hex(),
                }
                for item in self.constants
            ],
            "counters": self.counters,
        }
        return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)

    @property
    def definition_hash(self) -> Bytes32:
        """keccak256 of the description; two modules with this hash exchange vectors."""
        return Bytes32(keccak(text=self.description))


def layout_of(module: nn.Module) -> Layout:
    """Return the layout of a module.

    Raises:
        EncodingError: the module's state holds something else than real tensors, or no parameter.
    """
    entries: list[Entry] = []
    constants: list[Constant] = []
    counters: list[str] = []
    offset = 0
    for names, tensor in _tensors(module):
        name, shape = names[0], tuple(tensor.shape)
        if tensor.is_floating_point():
            entry = Entry(name=name, shape=shape, offset=offset, aliases=names[1:])
            entries.append(entry)
            offset += entry.size
        elif name.rpartition(".")[2] == _COUNTER:
            counters.extend(names)
        else:
            constants.extend(_constant(alias, tensor) for alias in names)
    check_dimension(offset)
    return Layout(entries=tuple(entries), constants=tuple(constants), counters=tuple(counters))


def flatten(module: nn.Module, layout: Layout | None = None) -> NDArray[np.float32]:
    """Return the vector of a module's state.

    Args:
        module: the module, on any device.
        layout: the layout that the module must have; without it, the module's own.

    Returns:
        float32 (d,), a copy.

    Raises:
        EncodingError: the module has another layout; the first tensor that differs is named.
    """
    layout = _matching(module, layout)
    vector = np.empty(layout.dimension, dtype=np.float32)
    state = module.state_dict()
    for entry in layout.entries:
        values = state[entry.name].detach().to(device="cpu", dtype=torch.float32).reshape(-1)  # (size,)
        vector[entry.offset : entry.offset + entry.size] = values.numpy()
    return vector


def unflatten(
    module: nn.Module,
    vector: NDArray[np.float32] | NDArray[np.float64],
    layout: Layout | None = None,
) -> None:
    """Write a vector into a module, in place; each tensor keeps its device and dtype.

    Args:
        module: the module.
        vector: float32 or float64 (d,), finite.
        layout: the layout that the module must have; without it, the module's own.

    Raises:
        EncodingError: the module has another layout, or the vector another shape or dtype, or it holds NaN
            or infinity. Nothing was written then.
    """
    layout = _matching(module, layout)
    if vector.shape != (layout.dimension,) or vector.dtype not in (np.float32, np.float64):
        raise EncodingError(
            f"the vector is {vector.dtype} of shape {vector.shape}; the module takes float32 or float64 of"
            f" shape ({layout.dimension},)"
        )
    finite = np.isfinite(vector)
    if not finite.all():
        index = int(np.argmin(finite))
        raise EncodingError(f"coordinate {index} is {vector[index]}; a module takes finite numbers only")
    state = module.state_dict()
    with torch.no_grad():
        for entry in layout.entries:
            # A copy: torch warns of read-only memory, and a decoded vector is read-only.
            part = np.array(vector[entry.offset : entry.offset + entry.size])
            state[entry.name].copy_(torch.from_numpy(part).reshape(entry.shape))
        for item in layout.constants:
            dtype = np.dtype(item.dtype)  # torch and NumPy name their integers alike
            flat = np.frombuffer(item.data, dtype=dtype.newbyteorder("<")).astype(dtype)
            state[item.name].copy_(torch.from_numpy(flat).reshape(item.shape))
        for name in layout.counters:
            state[name].zero_()


def _tensors(module: nn.Module) -> list[tuple[tuple[str, ...], Tensor]]:
    """Return each distinct tensor of the state once, with all its names, in the order of first names."""
    found: dict[tuple[Any, ...], list[str]] = {}
    tensors: dict[tuple[Any, ...], Tensor] = {}
    for name, tensor in sorted(module.state_dict().items()):
        if not isinstance(tensor, Tensor):
            raise EncodingError(
                f"state entry {name!r} is a {type(tensor).__name__}; only modules whose state is tensors can"
                " be trained together"
            )
        if nn.parameter.is_lazy(tensor):
            raise EncodingError(f"parameter {name!r} has no shape yet; run one forward pass before")
        if tensor.is_complex() or tensor.is_quantized or tensor.layout != torch.strided:
            raise EncodingError(f"tensor {name!r} is {tensor.dtype}, {tensor.layout}; use dense real tensors")
        # Tied tensors are told by the memory that they view; an empty tensor has none.
        key: tuple[Any, ...] = (tensor.data_ptr(), tensor.dtype, tuple(tensor.shape), tensor.stride())
        if tensor.numel() == 0 or tensor.device.type == "meta":
            key = (name,)
        found.setdefault(key, []).append(name)
        tensors.setdefault(key, tensor)
    distinct = [(tuple(names), tensors[key]) for key, names in found.items()]
    _check_apart(distinct)
    return distinct


def _check_apart(distinct: list[tuple[tuple[str, ...], Tensor]]) -> None:
    """Refuse tensors that share a part of their memory: one coordinate would overwrite another."""
    spans = []
    for names, tensor in distinct:
        if tensor.numel() and tensor.device.type != "meta":
            steps = zip(tensor.shape, tensor.stride(), strict=True)
            last = sum((size - 1) * stride for size, stride in steps)
            begin = tensor.data_ptr()
            spans.append((str(tensor.device), begin, begin + (last + 1) * tensor.element_size(), names[0]))
    spans.sort()
    for (device, _, end, name), (next_device, begin, _, next_name) in pairwise(spans):
        if device == next_device and begin < end:
            raise EncodingError(
                f"tensors {name!r} and {next_name!r} share a part of their memory; tie whole tensors or none"
            )


def _constant(name: str, tensor: Tensor) -> Constant:
    array = tensor.detach().cpu().contiguous().numpy()
    little = array.astype(array.dtype.newbyteorder("<"))
    return Constant(
        name=name,
        dtype=str(tensor.dtype).removeprefix("torch."),
        shape=tuple(tensor.shape),
        data=little.tobytes(),
    )


def _matching(module: nn.Module, layout: Layout | None) -> Layout:
    """Return the layout that ``module`` and ``layout`` agree on, or name the first difference."""
    own = layout_of(module)
    if layout is None:
        return own
    ours = {entry.name: entry.shape for entry in own.entries}
    theirs = {entry.name: entry.shape for entry in layout.entries}
    for name in sorted(ours.keys() | theirs.keys()):
        if ours.get(name) != theirs.get(name):
            raise EncodingError(
                f"tensor {name!r} has shape {_shape(ours.get(name))} in the module and"
                f" {_shape(theirs.get(name))} in the layout; build the model that the task defines"
            )
    kept = {item.name: (item.dtype, item.shape) for item in own.constants}
    if kept != {item.name: (item.dtype, item.shape) for item in layout.constants}:
        raise EncodingError(f"the module's integer buffers are {sorted(kept)}, not those of the layout")
    if (own.entries, own.counters) != (layout.entries, layout.counters):
        raise EncodingError("the module ties other weights, or counts other batches, than the layout says")
    return layout


def _shape(shape: tuple[int, ...] | None) -> str:
    return "no tensor" if shape is None else str(shape)
