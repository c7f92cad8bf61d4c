"""Small seeded series with every kind of index, and a small network of every kind."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from darts import TimeSeries

import harmonic_forecasters.darts as darts_door
import harmonic_forecasters.sktime as sktime_door
from harmonic_forecasters.sktime.neural import NeuralForecaster


def make_series(
    length: int = 40, components: int = 1, *, index: str = "days", seed: int = 0, dtype: type = np.float64
) -> TimeSeries:
    """A noisy sine with a level and a trend; the components differ in their periods."""
    t = np.arange(length)[:, None]
    rng = np.random.default_rng(seed)
    period = 5.0 + 2.0 * np.arange(components)
    values = (
        np.sin(2 * np.pi * t / period + seed) + 0.05 * t + 3.0 + 0.3 * rng.normal(size=(length, components))
    )
    times = {
        "days": pd.date_range("2020-01-31", periods=length, freq="D", name="day"),
        "months": pd.date_range("2020-01-31", periods=length, freq="ME"),
        "business days": pd.date_range("2020-01-30", periods=length, freq="B"),
        "steps of 3": pd.RangeIndex(7, 7 + 3 * length, 3, name="step"),
        "range": pd.RangeIndex(length),
    }[index]
    return TimeSeries(
        times=times,
        values=values.astype(dtype),
        components=[f"part {i}" for i in range(components)],
        static_covariates=pd.DataFrame({"size": np.arange(components, dtype=float)}),
        metadata={"source": "a test"},
    )


@pytest.fixture(name="make_series")
def make_series_fixture():
    return make_series


#: (darts model, options of a small network), for every network of the package.
NETWORKS = [
    (getattr(darts_door, forecaster._darts_model), options)
    for forecaster in (getattr(sktime_door, name) for name in sktime_door.__all__)
    if issubclass(forecaster, NeuralForecaster)
    for options in forecaster.small_networks
]


def _name(entry):
    return ", ".join([entry[0].__name__, *(f"{key}={value}" for key, value in entry[1].items())])


@pytest.fixture(scope="session", params=NETWORKS, ids=_name)
def small_network(request):
    """One network: (darts model, options). Tests run once for each."""
    return request.param


@pytest.fixture(scope="session")
def small_networks():
    """All networks: a list of (darts model, options)."""
    return NETWORKS
