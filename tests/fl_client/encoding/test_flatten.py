"""A module's state as a vector: what is in it, in which order, and what comes back."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
import torch
from eth_utils.crypto import keccak
from torch import nn

from fl_client.encoding.flatten import flatten, layout_of, unflatten
from fl_client.errors import EncodingError


class Named(nn.Module):
    """Two layers, registered in the order asked for."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        for name in names:
            torch.manual_seed(len(name))
            self.add_module(name, nn.Linear(3, 2))


class Tied(nn.Module):
    """Embedding and output share one weight."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(5, 4)
        self.out = nn.Linear(4, 5)
        self.out.weight = self.embed.weight


class WithBuffers(nn.Module):
    """A float buffer, an integer constant, a mask, and a buffer that is not part of the state."""

    positions: torch.Tensor
    mask: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([1.0, 2.0]))
        self.register_buffer("scale", torch.tensor(3.0))
        self.register_buffer("positions", torch.arange(4))
        self.register_buffer("mask", torch.tensor([[True, False]]))
        self.register_buffer("scratch", torch.ones(7), persistent=False)


def batch_norm_net() -> nn.Module:
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2))


def trained(module: nn.Module) -> nn.Module:
    """Run a batch through, so that running statistics and counters move."""
    module.train()
    module(torch.randn(4, 1, 4, 4))
    return module


MODULES: list[Callable[[], nn.Module]] = [
    batch_norm_net,
    Tied,
    WithBuffers,
    lambda: nn.LSTM(3, 4, num_layers=2),
    lambda: nn.Linear(1, 1, bias=False),
    lambda: nn.TransformerEncoderLayer(8, 2, 16),
]


@pytest.mark.parametrize("build", MODULES)
def test_state_comes_back_bit_by_bit(build: Callable[[], nn.Module]) -> None:
    torch.manual_seed(1)
    source = build()
    torch.manual_seed(2)
    target = build()
    unflatten(target, flatten(source))
    for name, tensor in source.state_dict().items():
        assert torch.equal(target.state_dict()[name], tensor), name


def test_vector_is_in_the_order_of_names() -> None:
    layer = nn.Linear(2, 1)
    net = nn.Sequential(layer)
    layer.weight.data[:] = torch.tensor([[1.0, 2.0]])
    layer.bias.data[:] = 9.0
    assert flatten(net).tolist() == [9.0, 1.0, 2.0]  # 0.bias, 0.weight


def test_order_of_registration_does_not_matter() -> None:
    one, other = Named("first", "second"), Named("second", "first")
    assert layout_of(one).definition_hash == layout_of(other).definition_hash
    assert flatten(one).tolist() == flatten(other).tolist()


def test_vector_is_a_float32_copy() -> None:
    net = nn.Linear(2, 2)
    vector = flatten(net)
    vector[:] = 77
    assert vector.dtype == np.float32
    assert not (flatten(net) == 77).any()


def test_running_statistics_are_in_the_vector() -> None:
    net = trained(batch_norm_net())
    layout = layout_of(net)
    places = {entry.name: entry for entry in layout.entries}
    entry = places["1.running_mean"]
    expected = net.state_dict()["1.running_mean"].tolist()
    assert flatten(net)[entry.offset : entry.offset + entry.size].tolist() == expected


def test_dimension_counts_parameters_and_float_buffers() -> None:
    assert layout_of(batch_norm_net()).dimension == (18 + 2) + (2 + 2) + (2 + 2) + (16 + 2)


def test_batch_counter_is_not_in_the_vector_and_restarts_at_zero() -> None:
    net = trained(batch_norm_net())
    assert net.state_dict()["1.num_batches_tracked"] == 1
    unflatten(net, flatten(net))
    assert net.state_dict()["1.num_batches_tracked"] == 0


def test_training_does_not_change_the_definition() -> None:
    net = batch_norm_net()
    before = layout_of(net)
    assert layout_of(trained(net)) == before


def test_integer_buffers_are_restored_from_the_layout() -> None:
    net = WithBuffers()
    layout = layout_of(net)
    vector = flatten(net)
    net.positions.fill_(9)
    net.mask.fill_(True)
    unflatten(net, vector, layout)
    assert net.positions.tolist() == [0, 1, 2, 3]
    assert net.mask.tolist() == [[True, False]]


def test_integer_buffers_are_part_of_the_definition() -> None:
    net, other = WithBuffers(), WithBuffers()
    other.positions[0] = 5
    assert layout_of(net).definition_hash != layout_of(other).definition_hash


def test_buffer_outside_the_state_is_left_alone() -> None:
    assert [entry.name for entry in layout_of(WithBuffers()).entries] == ["scale", "weight"]


def test_tied_weight_is_in_the_vector_once() -> None:
    layout = layout_of(Tied())
    assert layout.dimension == 20 + 5
    assert [(entry.name, entry.aliases) for entry in layout.entries] == [
        ("embed.weight", ("out.weight",)),
        ("out.bias", ()),
    ]


def test_tied_weight_stays_tied() -> None:
    net = Tied()
    unflatten(net, np.arange(25, dtype=np.float32))
    assert net.out.weight is net.embed.weight
    assert net.out.weight[0, 1] == 1


def test_tying_is_part_of_the_definition() -> None:
    loose = Tied()
    loose.out.weight = nn.Parameter(loose.embed.weight.detach().clone())
    assert layout_of(loose).definition_hash != layout_of(Tied()).definition_hash


def test_gradients_do_not_follow_the_writing() -> None:
    net = nn.Linear(2, 1)
    unflatten(net, np.zeros(3, dtype=np.float32))
    assert net.weight.requires_grad
    assert net.weight.grad_fn is None


def test_other_float_types_are_kept() -> None:
    net = nn.Linear(2, 1).to(torch.bfloat16)
    unflatten(net, np.array([0.5, 1.0, -2.0], dtype=np.float64))
    assert net.weight.dtype == torch.bfloat16
    assert flatten(net).tolist() == [0.5, 1.0, -2.0]


def test_read_only_vector_is_written() -> None:
    vector = np.ones(3, dtype=np.float32)
    vector.flags.writeable = False
    net = nn.Linear(2, 1)
    unflatten(net, vector)
    assert flatten(net).tolist() == [1, 1, 1]


def test_description_is_canonical_json() -> None:
    text = layout_of(nn.Linear(2, 1)).description
    content = json.loads(text)
    assert text == json.dumps(content, sort_keys=True, separators=(",", ":"))
    assert content == {
        "version": 1,
        "dimension": 3,
        "entries": [
            {"name": "bias", "shape": [1], "aliases": []},
            {"name": "weight", "shape": [1, 2], "aliases": []},
        ],
        "constants": [],
        "counters": [],
    }


def test_definition_hash_is_keccak_of_the_description() -> None:
    layout = layout_of(nn.Linear(2, 1))
    assert layout.definition_hash == keccak(text=layout.description)


# --- refused ----------------------------------------------------------------------------------------


def test_tensor_of_another_shape_is_named() -> None:
    message = r"'weight' has shape \(2, 4\) in the module and \(2, 3\) in the layout"
    layout = layout_of(nn.Linear(3, 2))
    with pytest.raises(EncodingError, match=message):
        flatten(nn.Linear(4, 2), layout)
    with pytest.raises(EncodingError, match=message):
        unflatten(nn.Linear(4, 2), np.zeros(8, dtype=np.float32), layout)


def test_missing_tensor_is_named() -> None:
    with pytest.raises(EncodingError, match=r"'bias' has shape no tensor in the module"):
        flatten(nn.Linear(3, 2, bias=False), layout_of(nn.Linear(3, 2)))


def test_module_with_loose_weights_does_not_match_a_tied_layout() -> None:
    layout = layout_of(Tied())
    loose = Tied()
    loose.out.weight = nn.Parameter(loose.embed.weight.detach().clone())
    with pytest.raises(EncodingError, match="'out.weight'"):
        flatten(loose, layout)


def test_other_integer_buffers_do_not_match() -> None:
    other = WithBuffers()
    other.positions = torch.arange(5)
    with pytest.raises(EncodingError, match="integer buffers"):
        flatten(other, layout_of(WithBuffers()))


@pytest.mark.parametrize(
    "vector", [np.zeros(2, np.float32), np.zeros(4, np.float32), np.zeros((3, 1)), np.zeros(3, np.int32)]
)
def test_vector_of_another_shape_or_type_is_not_written(vector: np.ndarray) -> None:
    with pytest.raises(EncodingError, match=r"float32 or float64 of shape \(3,\)"):
        unflatten(nn.Linear(2, 1), vector)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_vector_with_no_number_is_not_written(value: float) -> None:
    net = nn.Linear(2, 1)
    before = flatten(net).tolist()
    with pytest.raises(EncodingError, match=f"coordinate 2 is {value}"):
        unflatten(net, np.array([0, 0, value], dtype=np.float32))
    assert flatten(net).tolist() == before


def test_module_without_numbers_is_refused() -> None:
    with pytest.raises(EncodingError, match="0 coordinates"):
        layout_of(nn.ReLU())


def test_lazy_module_is_refused_by_name() -> None:
    with pytest.raises(EncodingError, match="'weight' has no shape yet|'bias' has no shape yet"):
        layout_of(nn.LazyLinear(2))


def test_complex_parameter_is_refused_by_name() -> None:
    net = nn.Module()
    net.phase = nn.Parameter(torch.zeros(2, dtype=torch.complex64))
    with pytest.raises(EncodingError, match="'phase' is torch.complex64"):
        layout_of(net)


def test_state_that_is_no_tensor_is_refused_by_name() -> None:
    class WithExtra(nn.Linear):
        def get_extra_state(self) -> dict[str, int]:
            return {"steps": 1}

        def set_extra_state(self, state: object) -> None:
            raise AssertionError("not called")

    with pytest.raises(EncodingError, match="'_extra_state' is a dict"):
        layout_of(WithExtra(2, 1))


def test_tensors_that_overlap_in_part_are_refused_by_name() -> None:
    net = nn.Module()
    memory = torch.zeros(6)
    net.first = nn.Parameter(memory[:4])
    net.second = nn.Parameter(memory[3:])
    with pytest.raises(EncodingError, match="'first' and 'second' share a part"):
        layout_of(net)


def test_tensors_beside_each_other_in_one_memory_are_distinct() -> None:
    net = nn.Module()
    memory = torch.zeros(6)
    net.first = nn.Parameter(memory[:3])
    net.second = nn.Parameter(memory[3:])
    assert layout_of(net).dimension == 6
