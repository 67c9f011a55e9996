"""The script that asks other implementations: all of it but those implementations, which are not installed here."""

from __future__ import annotations

import json

import numpy as np
import pytest

from scripts.tools import reference_vectors


def test_rounds_follow_from_their_seeds() -> None:
    for round_ in json.loads(reference_vectors.FILE.read_text()):
        bad, count = 1 + round_["seed"] % 3, len(round_["updates"])
        spread = reference_vectors.SPREADS[round_["seed"] % 2]
        generator = np.random.default_rng(round_["seed"])
        updates = reference_vectors.random_updates(generator, count, bad, spread)
        assert updates.astype(int).tolist() == round_["updates"]
        expected = reference_vectors.fltrust(updates, np.array(round_["trust"], dtype=float))
        assert np.allclose(expected, round_["expected"]["fltrust+mean"], rtol=1e-9, atol=1e-5)


def test_what_is_missing_is_said(tmp_path: object) -> None:
    with pytest.raises(SystemExit, match="install byzfl==0.0.11, or give --byzfl"):
        reference_vectors.main(["--to", f"{tmp_path}/never.json"])
