"""Small tasks, and models that record their input."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from harmonic_forecasters.backtesting.models import ModelSpec, model_spec
from harmonic_forecasters.backtesting.task import Task

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def spies(monkeypatch):
    """The module spy_models. Workers can import it too, since a spawned process inherits sys.path."""
    monkeypatch.syspath_prepend(str(HERE))
    module = importlib.import_module("spy_models")
    module.LOG.clear()
    return module


@pytest.fixture(name="make_task")
def make_task_fixture():
    def make_task(**options) -> Task:
        """By default two noisy signals of 60 samples, and forecasts of five samples from three origins."""
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
        """A class of spy_models as a model; the options, such as ``params``, are those of suites."""
        entry = {"name": class_name, "class": f"spy_models:{class_name}"} | options
        return model_spec(entry, trusted=["spy_models", "light_models"])

    return spy
