"""Encoding: from floats to the one integer vector, its bytes and its commitment.

``fl_client.encoding.flatten`` is not re-exported: it needs torch, which nobody loads to check a commitment.
"""

from fl_client.encoding.codec import DecodedVector, check_fits, decode, encode, encoded_size, wrong_sums
from fl_client.encoding.commitment import (
    UpdateMessage,
    commit_vector,
    commitment_of,
    report_of,
    set_hash,
    update_digest,
)
from fl_client.encoding.fixed_point import LIMIT, check_lattice, dequantise, quantise
from fl_client.encoding.leaf_sums import SUM_BOUND, SUM_BYTES, LeafSums
from fl_client.encoding.merkle_node import (
    Node,
    check_chunk,
    chunk_bytes,
    leaf_node,
    parent_node,
    zero_nodes,
)
from fl_client.encoding.merkle_sum import MerkleSumTree, check_path, verify_path
from fl_client.encoding.vector import (
    CHUNK_BYTES,
    CHUNK_COORDINATES,
    DEFAULT_FRACTION_BITS,
    ENCODING_VERSION,
    MAX_DIMENSION,
    MAX_FRACTION_BITS,
    VectorFormat,
    VectorKind,
)

__all__ = [
    "CHUNK_BYTES",
    "CHUNK_COORDINATES",
    "DEFAULT_FRACTION_BITS",
    "ENCODING_VERSION",
    "LIMIT",
    "MAX_DIMENSION",
    "MAX_FRACTION_BITS",
    "SUM_BOUND",
    "SUM_BYTES",
    "DecodedVector",
    "LeafSums",
    "MerkleSumTree",
    "Node",
    "UpdateMessage",
    "VectorFormat",
    "VectorKind",
    "check_chunk",
    "check_fits",
    "check_lattice",
    "check_path",
    "chunk_bytes",
    "commit_vector",
    "commitment_of",
    "decode",
    "dequantise",
    "encode",
    "encoded_size",
    "leaf_node",
    "parent_node",
    "quantise",
    "report_of",
    "set_hash",
    "update_digest",
    "verify_path",
    "wrong_sums",
    "zero_nodes",
]
