"""Small tasks, and models that tell what they were given."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from harmonic_forecasters.backtesting.models import ModelSpec, model_spec
from harmonic_forecasters.backtesting.task import Task

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def spies(monkeypatch):
    """The module spy_models, importable by workers too: a spawned process takes over sys.path."""
    monkeypatch.syspath_prepend(str(HERE))
    module = importlib.import_module("spy_models")
    module.LOG.clear()
    return module


@pytest.fixture(name="make_task")
def make_task_fixture():
    def make_task(**options) -> Task:
        """Two noisy signals of 60 samples, three origins of five samples each, unless told otherwise."""
        small = {"kind": "harmonic_sums", "length": 60, "n_components": [2, 2], "periods": [8, 20]}
        defaults = {"name": "task", "horizon": 5, "origins": 3, "seasonality": 8}
        if "dataset" not in options:
            signals = small | {"n_signals": 2, "noise": 0.1} | options.pop("signals", {})
            if signals["kind"] != "harmonic_sums":
                signals = {key: value for key, value in signals.items() if key not in small or key == "kind"}
                signals.pop("n_signals"), signals.pop("noise")
            options["signals"] = signals
        return Task(**defaults | options)

    return make_task


@pytest.fixture(name="spy")
def spy_fixture():
    def spy(class_name: str, **options) -> ModelSpec:
        """A model of spy_models; ``params`` and the like are those of a suite."""
        entry = {"name": class_name, "class": f"spy_models:{class_name}"} | options
        return model_spec(entry, trusted=["spy_models"])

    return spy
