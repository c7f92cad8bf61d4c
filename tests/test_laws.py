"""Laws that every estimator without a network satisfies, in darts and in sktime.

A public estimator that is not listed in ESTIMATORS or TWINS is tested with its defaults, and must satisfy
every law to rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from darts import TimeSeries
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sktime.split import ExpandingWindowSplitter

import harmonic_forecasters.darts as darts_door
import harmonic_forecasters.sktime as sktime_door
from harmonic_forecasters.darts import DFTModel, HarmonicModel
from harmonic_forecasters.sktime import DFTForecaster, HarmonicForecaster
from harmonic_forecasters.sktime.neural import NeuralForecaster

HORIZON = 7


@dataclass(frozen=True)
class Estimator:
    """An estimator through one door.

    options : constructor arguments with which it takes any series of 30 samples or more.
    tolerance : rounding error allowed, relative to the largest value.
    shrinks : whether it assumes that a level near zero is likelier than others. A shift of the series then
        shifts the forecast only approximately.
    logarithms : whether it assumes the same of the logarithms of positive series. A factor on the series then
        scales the forecast only approximately.
    """

    door: str
    cls: type
    options: dict[str, Any]
    tolerance: float = 1e-9
    shrinks: bool = False
    logarithms: bool = False

    def new(self) -> Any:
        return self.cls(**self.options)

    def __str__(self) -> str:
        return ", ".join([self.cls.__name__, *(f"{key}={value}" for key, value in self.options.items())])


TAPERED = {"window": "hamming", "n_components": 3, "trend": "linear"}
# For spectra without noise, the evidence is known to few digits, and it determines the weights of the blend.
BLENDED = 2e-3
ESTIMATORS = [
    Estimator("darts", DFTModel, {}),
    Estimator("darts", DFTModel, {"input_chunk_length": 24, **TAPERED}),
    Estimator("darts", HarmonicModel, {}, BLENDED, shrinks=True, logarithms=True),
    Estimator("darts", HarmonicModel, {"input_chunk_length": 24, "method": "iaa"}, shrinks=True),
    Estimator("sktime", DFTForecaster, {}),
    Estimator("sktime", DFTForecaster, {"window_length": 24, **TAPERED}),
    Estimator("sktime", HarmonicForecaster, {}, BLENDED, shrinks=True, logarithms=True),
]
UNTRAINED = {
    "darts": [getattr(darts_door, name) for name in darts_door.__all__ if name not in darts_door.NEURAL],
    "sktime": [
        forecaster
        for forecaster in (getattr(sktime_door, name) for name in sktime_door.__all__)
        if not issubclass(forecaster, NeuralForecaster)
    ],
}
ESTIMATORS += [
    Estimator(door, cls, {})
    for door, classes in UNTRAINED.items()
    for cls in classes
    if cls not in {one.cls for one in ESTIMATORS}
]

#: One mathematics through both doors: (darts, sktime).
TWINS = (
    [
        (Estimator("darts", DFTModel, options), Estimator("sktime", DFTForecaster, options))
        for options in ({}, TAPERED, {"window": ("kaiser", 5.0), "trend": None}, {"n_components": 1})
    ]
    + [
        (
            Estimator("darts", DFTModel, {"input_chunk_length": length, **TAPERED}),
            Estimator("sktime", DFTForecaster, {"window_length": length, **TAPERED}),
        )
        for length in (23, 24)
    ]
    + [
        (Estimator("darts", HarmonicModel, {}), Estimator("sktime", HarmonicForecaster, {})),
        (
            Estimator("darts", HarmonicModel, {"input_chunk_length": 24, "method": "iaa"}),
            Estimator("sktime", HarmonicForecaster, {"window_length": 24, "method": "iaa"}),
        ),
    ]
)
TWINS += [
    (Estimator("darts", model, {}), Estimator("sktime", forecaster, {}))
    for model in UNTRAINED["darts"]
    for forecaster in UNTRAINED["sktime"]
    if model.__name__.removesuffix("Model") == forecaster.__name__.removesuffix("Forecaster")
    and model not in {one.cls for one, _ in TWINS}
]


@dataclass(frozen=True)
class Door:
    """A framework as functions of arrays. values : (n_samples, n_columns), forecasts : (horizon, n_columns).

    wrap : values -> a series of the framework; unwrap : the values of such a series.
    predict : (fitted model, horizon) -> forecast.
    many : (model, many values) -> their forecasts, computed in one call.
    rolling : (model, values, first origin) -> forecasts from each origin on, in the framework's own way.
    """

    wrap: Callable[[np.ndarray], Any]
    unwrap: Callable[[Any], np.ndarray]
    predict: Callable[[Any, int], np.ndarray]
    many: Callable[[Any, list[np.ndarray]], list[np.ndarray]]
    rolling: Callable[[Any, np.ndarray, int], list[np.ndarray]]


def darts_many(model: Any, many: list[np.ndarray]) -> list[np.ndarray]:
    series = [TimeSeries.from_values(values) for values in many]
    return [forecast.values() for forecast in model.fit(series).predict(HORIZON, series)]


def darts_rolling(model: Any, values: np.ndarray, start: int) -> list[np.ndarray]:
    series = TimeSeries.from_values(values)
    forecasts = model.fit(series[:start]).historical_forecasts(
        series, start=start, forecast_horizon=HORIZON, retrain=False, last_points_only=False
    )
    return [forecast.values() for forecast in forecasts]


def sktime_many(model: Any, many: list[np.ndarray]) -> list[np.ndarray]:
    panel = pd.concat({i: pd.DataFrame(values) for i, values in enumerate(many)}, names=["series", "time"])
    forecasts = model.fit(panel).predict(range(1, HORIZON + 1))
    return [forecasts.loc[i].to_numpy() for i in range(len(many))]


def sktime_rolling(model: Any, values: np.ndarray, start: int) -> list[np.ndarray]:
    cv = ExpandingWindowSplitter(fh=list(range(1, HORIZON + 1)), initial_window=1)
    y = pd.Series(values[:, 0])
    rolled = model.fit(y[: start - 1]).update_predict(y[start - 1 :], cv=cv)
    return [rolled[cutoff].dropna().to_numpy()[:, None] for cutoff in rolled.columns]


DOORS = {
    "darts": Door(
        wrap=lambda values: TimeSeries.from_values(values.copy()),
        unwrap=lambda series: series.values(copy=False),
        predict=lambda model, horizon: model.predict(horizon).values(),
        many=darts_many,
        rolling=darts_rolling,
    ),
    "sktime": Door(
        wrap=lambda values: pd.DataFrame(values.copy()),
        unwrap=lambda table: table.to_numpy(),
        predict=lambda model, horizon: model.predict(range(1, horizon + 1)).to_numpy(),
        many=sktime_many,
        rolling=sktime_rolling,
    ),
}


def forecast(estimator: Estimator, values: np.ndarray) -> np.ndarray:
    door = DOORS[estimator.door]
    return door.predict(estimator.new().fit(door.wrap(values)), HORIZON)


def noise(seed: int, n_samples: int = 40, n_columns: int = 2) -> np.ndarray:
    """Random walks: no two sinusoids are equally strong, so rounding never decides which to keep."""
    return np.random.default_rng(seed).normal(size=(n_samples, n_columns)).cumsum(axis=0)


of_each_estimator = pytest.mark.parametrize("estimator", ESTIMATORS, ids=str)
a_few = settings(deadline=None, max_examples=20)
seeds = st.integers(0, 2**32 - 1)
lengths = st.integers(30, 41)
columns = st.integers(1, 3)


@st.composite
def gappy_tables(draw):
    """(n_samples, n_columns) with values of any size, and NaN gaps that leave each column a value in 3."""
    shape = draw(st.tuples(lengths, columns))
    values = draw(hnp.arrays(np.float64, shape, elements=st.floats(-1e9, 1e9)))
    missing = draw(hnp.arrays(np.bool_, shape))
    missing[::3] = False
    missing[-1] = False
    return np.where(missing, np.nan, values)


@pytest.mark.parametrize(("darts_twin", "sktime_twin"), TWINS, ids=str)
@settings(deadline=None, max_examples=15)
@given(values=gappy_tables())
def test_both_doors_give_the_same_numbers(darts_twin, sktime_twin, values):
    np.testing.assert_array_equal(forecast(darts_twin, values), forecast(sktime_twin, values))


@pytest.mark.parametrize("window", [None, 40])
@pytest.mark.parametrize("gaps", [(), (3, 4, 20, 59)])
def test_both_doors_give_the_same_table_of_components(window, gaps):
    t = np.arange(60)[:, None]
    values = np.cos(2 * np.pi * t / [7.7, 5.3]) + 0.2 * np.random.default_rng(0).normal(size=(60, 2))
    values[list(gaps), 0] = np.nan
    y = pd.DataFrame(values, columns=["tide", "surge"])
    through_darts = HarmonicModel(window).fit(TimeSeries.from_dataframe(y)).spectrum()
    through_sktime = HarmonicForecaster(window_length=window).fit(y).spectrum_
    assert len(through_darts) > 1
    assert np.isfinite(through_darts.drop(columns=["component", "season"]).to_numpy()).all()
    pd.testing.assert_frame_equal(through_darts, through_sktime, check_exact=True, check_dtype=True)


@pytest.mark.parametrize("estimator", [one for one in ESTIMATORS if not one.logarithms], ids=str)
@pytest.mark.parametrize("factor", [1e6, 1e-6, -1.0])
@a_few
@given(seed=seeds, n_samples=lengths)
def test_scaling_the_series_scales_the_forecast(estimator, factor, seed, n_samples):
    values = noise(seed, n_samples)
    expected = factor * forecast(estimator, values)
    error = estimator.tolerance * abs(factor * values).max()
    np.testing.assert_allclose(forecast(estimator, factor * values), expected, rtol=0, atol=error)


@pytest.mark.parametrize("estimator", [one for one in ESTIMATORS if not one.shrinks], ids=str)
@a_few
@given(seed=seeds, n_samples=lengths, lift=st.floats(-1e3, 1e3))
def test_lifting_the_series_lifts_the_forecast(estimator, seed, n_samples, lift):
    values = noise(seed, n_samples)
    expected = forecast(estimator, values) + lift
    error = estimator.tolerance * (abs(values).max() + abs(lift))
    np.testing.assert_allclose(forecast(estimator, values + lift), expected, rtol=0, atol=error)


@of_each_estimator
@a_few
@given(shapes=st.lists(lengths, min_size=1, max_size=4), seed=seeds)
def test_many_series_are_forecast_as_each_alone(estimator, shapes, seed):
    many = [noise(seed + i, n_samples) for i, n_samples in enumerate(shapes)]
    together = DOORS[estimator.door].many(estimator.new(), many)
    for one, values in zip(together, many, strict=True):
        error = estimator.tolerance * abs(values).max()
        np.testing.assert_allclose(one, forecast(estimator, values), rtol=0, atol=error)


@of_each_estimator
@pytest.mark.parametrize("garbage", [1e9, np.nan])
def test_rolling_forecasts_do_not_see_the_future(estimator, garbage):
    values, start, changed_from = noise(3, 52, 1), 36, 43
    spoilt = values.copy()
    spoilt[changed_from:] = garbage
    rolling = DOORS[estimator.door].rolling
    known, other = (rolling(estimator.new(), series, start) for series in (values, spoilt))
    origins = range(start, changed_from + 1)
    assert len(known) >= len(origins)
    for origin, expected, actual in zip(origins, known, other, strict=False):
        # Windows with gaps are computed apart, so what shares a batch, and with it the last digit, differs.
        np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-12 * abs(values).max())
        alone = forecast(estimator, values[:origin])[: len(expected)]
        np.testing.assert_allclose(expected, alone, rtol=0, atol=estimator.tolerance * abs(values).max())


@of_each_estimator
def test_a_new_model_and_a_second_call_forecast_the_same(estimator):
    door, values = DOORS[estimator.door], noise(4)
    model = estimator.new().fit(door.wrap(values))
    first = door.predict(model, HORIZON)
    np.testing.assert_array_equal(door.predict(model, HORIZON), first)
    np.testing.assert_array_equal(door.predict(model.fit(door.wrap(values)), HORIZON), first)
    np.testing.assert_array_equal(forecast(estimator, values), first)


@of_each_estimator
def test_a_longer_forecast_begins_with_the_shorter(estimator):
    door = DOORS[estimator.door]
    values = noise(5)
    model = estimator.new().fit(door.wrap(values))
    long, short = door.predict(model, 60), door.predict(model, HORIZON)
    np.testing.assert_allclose(long[:HORIZON], short, rtol=0, atol=estimator.tolerance * abs(values).max())


@of_each_estimator
def test_single_precision_is_forecast_as_the_same_numbers_in_double(estimator):
    values = noise(6).astype(np.float32)
    exact = forecast(estimator, values.astype(np.float64))
    np.testing.assert_allclose(forecast(estimator, values), exact, rtol=1e-6, atol=1e-6 * abs(values).max())


@of_each_estimator
def test_the_data_stay_as_they_were(estimator):
    door, values = DOORS[estimator.door], noise(7)
    values[[13, 20]] = np.nan  # not in the first window of all, which is short
    head, tail = door.wrap(values[:36]), door.wrap(values)
    model = estimator.new().fit(head)
    door.predict(model, HORIZON)
    if estimator.door == "sktime":
        model.update(tail).predict_interval([1])
    else:
        model.predict(HORIZON, tail)
        model.historical_forecasts(tail, retrain=False)
    np.testing.assert_array_equal(door.unwrap(head), values[:36])
    np.testing.assert_array_equal(door.unwrap(tail), values)


@pytest.mark.parametrize("estimator", [one for one in ESTIMATORS if one.door == "sktime"], ids=str)
def test_sktime_forecasters_keep_data_of_their_own(estimator):
    """darts' models remember the series itself, as darts' own do."""
    y, later = pd.DataFrame(noise(8, 36)), pd.DataFrame(noise(9, 4)).set_axis(range(36, 40))
    expected = estimator.new().fit(pd.concat([y, later])).predict([1, 2])
    model = estimator.new().fit(y)
    y.iloc[:] = 0.0
    pd.testing.assert_frame_equal(model.update(later).predict([1, 2]), expected)
