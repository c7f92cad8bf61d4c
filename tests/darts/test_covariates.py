"""Future covariates of HarmonicModel: numbers of the core, in darts' own habits."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
from darts import TimeSeries, concatenate
from darts.dataprocessing.transformers import Scaler
from darts.metrics import mae
from darts.models import ConformalNaiveModel, ConformalQRModel, NaiveEnsembleModel

from harmonic_forecasters._calendar import candidate_seasons
from harmonic_forecasters.darts import HarmonicModel
from harmonic_forecasters.spectral import fit_harmonic

BURG = {"method": "burg"}
GAUSSIAN = {"method": "burg", "likelihood": "gaussian"}
WINDOW_OPTIONS = [
    {},
    {"input_chunk_length": 16},
    {"input_chunk_length": 16, "output_chunk_length": 2},
    {"output_chunk_length": 2},
]
WINDOWS = [pytest.param(options, id=str(options)) for options in WINDOW_OPTIONS]


@pytest.fixture(name="make_pair")
def make_pair_fixture(make_series):
    """A series on which covariates act, and these, longer at both ends."""

    def make_pair(length=40, components=1, *, n_covariates=2, index="days", seed=0):
        whole = make_series(length + 15, components, index=index, seed=seed)
        known = np.random.default_rng(seed + 50).normal(size=(length + 15, n_covariates))
        values = whole.values() + 3.0 * known[:, :1]
        series = whole.with_values(values)[5 : 5 + length]
        covariates = TimeSeries.from_times_and_values(whole.time_index, known)
        return series, covariates

    return make_pair


def assert_same(actual, expected, tolerance=1e-9):
    if isinstance(expected, list):
        assert len(actual) == len(expected)
        for one, other in zip(actual, expected, strict=True):
            assert_same(one, other, tolerance)
        return
    pd.testing.assert_index_equal(actual.time_index, expected.time_index)
    assert list(actual.components) == list(expected.components)
    np.testing.assert_allclose(actual.all_values(), expected.all_values(), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("index", ["days", "months", "business days", "steps of 3"])
def test_the_door_changes_no_number(make_pair, index):
    series, covariates = make_pair(40, 2, index=index)
    model = HarmonicModel(likelihood="gaussian").fit(series, future_covariates=covariates)
    x = covariates.values().T[:, 5:]
    t = np.arange(40, 47)
    candidates = candidate_seasons(series.freq)
    fit = fit_harmonic(series.values().T, x[:, :40], candidates=candidates).given(t, x[:, 40:47])
    mean, deviation = fit.evaluate(t).T, np.sqrt(fit.variance(t)).T
    np.testing.assert_allclose(model.predict(7).values(), mean, rtol=1e-12)
    shown = model.predict(7, predict_likelihood_parameters=True)
    np.testing.assert_allclose(shown.values()[:, 1::2], deviation, rtol=1e-9)
    pd.testing.assert_index_equal(shown.time_index, covariates.time_index[45:52])
    draws = model.predict(7, num_samples=500, random_state=0).all_values()
    np.testing.assert_allclose(draws.mean(axis=2), mean, atol=0.3)


def test_a_holiday_that_is_known_is_forecast():
    t = np.arange(130)
    holiday = TimeSeries.from_values(1.0 * np.isin(t, [9, 30, 61, 84, 102, 117]))
    noise = TimeSeries.from_values(0.1 * np.random.default_rng(0).normal(size=130))
    series = TimeSeries.from_values(np.sin(2 * np.pi * t / 7.3)) - 4.0 * holiday + noise
    past, future = series[:100], series[100:120]
    blind = mae(future, HarmonicModel().fit(past).predict(20))
    assert mae(future, HarmonicModel().fit(past, future_covariates=holiday).predict(20)) < 0.5 * blind


def test_sinusoids_are_those_of_what_remains():
    t = np.arange(120)
    wave = TimeSeries.from_values(3.0 * np.cos(2 * np.pi * t / 10))
    noise = TimeSeries.from_values(0.05 * np.random.default_rng(0).normal(size=120))
    series = TimeSeries.from_values(np.cos(2 * np.pi * t / 7.3)) + wave + noise
    known = HarmonicModel(method="esprit").fit(series, future_covariates=wave)
    assert known.spectrum()["period"][0] == pytest.approx(7.3, rel=0.02)
    pd.testing.assert_frame_equal(known.spectrum(series, wave), known.spectrum())
    alone = HarmonicModel(method="esprit").fit(series)
    assert alone.spectrum()["period"][0] == pytest.approx(10.0, rel=0.02)
    with pytest.raises(ValueError, match="future_covariates must be None, as in fit"):
        alone.spectrum(series, wave)


@pytest.mark.parametrize("window", WINDOWS)
def test_many_series_are_forecast_as_each_alone(make_pair, window):
    pairs = [make_pair(), make_pair(30, 2, n_covariates=1, index="months", seed=1), make_pair(seed=2)]
    many, known = (list(each) for each in zip(*pairs, strict=True))
    model = HarmonicModel(**BURG, **window).fit(many, future_covariates=known)
    together = model.predict(5, many, future_covariates=known)
    alone = [HarmonicModel(**BURG, **window).fit(y, future_covariates=x).predict(5) for y, x in pairs]
    assert_same(together, alone)
    assert_same(model.predict(5, many[1], future_covariates=known[1]), together[1])
    with pytest.raises(ValueError, match="trained with future covariates"):
        model.predict(5, many)


def test_remembered_covariates_serve_other_series_too(make_pair):
    series, covariates = make_pair()
    model = HarmonicModel(16, **BURG).fit(series[:30], future_covariates=covariates)
    later = model.predict(3, series)
    assert_same(later, HarmonicModel(16, **BURG).fit(series, future_covariates=covariates).predict(3))


def test_only_the_window_and_the_horizon_are_needed(make_pair):
    series, covariates = make_pair()
    model = HarmonicModel(16, **BURG).fit(series, future_covariates=covariates[29:45])
    needed = covariates[29:48]
    assert_same(
        model.predict(3, series, future_covariates=needed), model.predict(3, series, None, covariates)
    )
    for short in (needed[1:], needed[:-1]):
        first, last = needed.start_time(), needed.end_time()
        with pytest.raises(ValueError, match=f"must reach from {first} to {last}.* in series 0"):
            model.predict(3, series, future_covariates=short)
    whole = HarmonicModel(**BURG).fit(series, future_covariates=covariates)
    with pytest.raises(ValueError, match=f"must reach from {series.start_time()} to"):
        whole.predict(3, series, future_covariates=needed)


@pytest.mark.parametrize("input_chunk_length", [None, 16])
def test_output_chunk_length_appends_chunk_by_chunk(make_pair, input_chunk_length):
    series, covariates = make_pair(components=2)
    model = HarmonicModel(input_chunk_length, 3, **BURG).fit(series, future_covariates=covariates)
    chunks = []
    for _ in range(3):
        chunks.append(model.predict(3, concatenate([series, *chunks])))
    assert_same(model.predict(8), concatenate(chunks)[:8])


def test_a_fit_without_covariates_forgets_them(make_pair):
    series, covariates = make_pair()
    model = HarmonicModel(**BURG).fit(series, future_covariates=covariates)
    assert model.uses_future_covariates
    model.fit(series)
    assert not model.uses_future_covariates
    assert_same(model.predict(3), HarmonicModel(**BURG).fit(series).predict(3))
    with pytest.raises(ValueError, match="future_covariates must be None, as in fit, got TimeSeries"):
        model.predict(3, future_covariates=covariates)


# Rolling


@pytest.mark.parametrize(
    ("window", "index"), list(zip(WINDOW_OPTIONS, ["days", "steps of 3"] * 2, strict=True))
)
def test_rolling_batch_equals_the_loop_and_retraining(make_pair, window, index):
    series, covariates = make_pair(24, 2, index=index)
    model = HarmonicModel(**BURG, **window).fit(series, future_covariates=covariates)
    # Those that end with the series leave no room for a horizon beyond it.
    for known in (covariates, covariates[5:29]):
        for options in (
            {
                "forecast_horizon": 3,
                "stride": 2,
                "start": 17,
                "start_format": "position",
                "last_points_only": False,
            },
            {"forecast_horizon": 4, "overlap_end": True, "start": -6, "start_format": "position"},
        ):
            options |= {"show_warnings": False, "future_covariates": known}
            batch = model.historical_forecasts(series, retrain=False, **options)
            loop = model.historical_forecasts(series, retrain=False, enable_optimization=False, **options)
            assert_same(batch, loop)
            retrained = HarmonicModel(**BURG, **window).historical_forecasts(series, retrain=True, **options)
            assert_same(retrained, batch)


def test_rolling_without_covariates_takes_those_that_were_fitted(make_pair):
    series, covariates = make_pair(28)
    model = HarmonicModel(16, **BURG).fit(series, future_covariates=covariates)
    options = {"forecast_horizon": 3, "retrain": False}
    expected = model.historical_forecasts(series, future_covariates=covariates, **options)
    assert_same(model.historical_forecasts(series, **options), expected)
    assert_same(model.historical_forecasts(series, enable_optimization=False, **options), expected)


def test_rolling_many_series_is_one_batch_of_bounded_size(make_pair, monkeypatch):
    pairs = [make_pair(28), make_pair(26, 2, n_covariates=1, seed=1), make_pair(24, seed=2)]
    many, known = (list(each) for each in zip(*pairs, strict=True))
    model = HarmonicModel(16, **GAUSSIAN).fit(many, future_covariates=known)
    options = {"forecast_horizon": 3, "retrain": False, "predict_likelihood_parameters": True}
    together = model.historical_forecasts(many, future_covariates=known, **options)
    alone = [model.historical_forecasts(y, future_covariates=x, **options) for y, x in pairs]
    assert_same(together, alone)
    monkeypatch.setattr("harmonic_forecasters.darts.rolling.BATCH_SAMPLES", 100)
    assert_same(model.historical_forecasts(many, future_covariates=known, **options), together)


def test_rolling_over_a_common_time_equals_the_loop(make_pair):
    pairs = [make_pair(26), make_pair(22, seed=1)]
    many, known = (list(each) for each in zip(*pairs, strict=True))
    model = HarmonicModel(16, **BURG).fit(many, future_covariates=known)
    options = {"future_covariates": known, "retrain": False, "forecast_horizon": 2, "apply_globally": True}
    batch = model.historical_forecasts(many, **options)
    assert_same(batch, model.historical_forecasts(many, enable_optimization=False, **options))


def test_rolling_forecasts_see_covariates_of_their_horizon_and_no_later_one(make_pair):
    series, covariates = make_pair(30)
    values = covariates.values()
    values[5 + 20 :] += 1e3
    spoilt = covariates.with_values(values)
    model = HarmonicModel(16, **BURG).fit(series, future_covariates=covariates)
    options = {"forecast_horizon": 2, "retrain": False}
    one, other = (
        model.historical_forecasts(series, future_covariates=each, **options) for each in (covariates, spoilt)
    )
    same = np.isclose(one.values(), other.values()).ravel()
    # Horizon 2 from origin 18 ends at 19; the next needs the covariates of 20.
    assert same[:3].all()
    assert not same[3:6].any()


def test_backtest_and_residuals_take_covariates(make_pair):
    series, covariates = make_pair(60)
    model = HarmonicModel(24).fit(series, future_covariates=covariates)
    options = {"forecast_horizon": 2, "retrain": False, "last_points_only": True}
    forecasts = model.historical_forecasts(series, future_covariates=covariates, **options)
    error = model.backtest(series, future_covariates=covariates, metric=mae, **options)
    assert error == pytest.approx(mae(series, forecasts))
    residuals = model.residuals(series, future_covariates=covariates, **options)
    assert abs(residuals.values()).mean() == pytest.approx(error)
    assert error < 0.5 * HarmonicModel(24).fit(series).backtest(series, metric=mae, **options)


def test_transformers_of_covariates_change_little(make_pair):
    series, covariates = make_pair(30)
    model = HarmonicModel(16, **BURG)
    options = {"future_covariates": covariates, "retrain": True, "forecast_horizon": 2, "start": 20}
    scaled = model.historical_forecasts(series, data_transformers={"future_covariates": Scaler()}, **options)
    assert_same(scaled, model.historical_forecasts(series, **options), 1e-6)


@pytest.mark.parametrize("window", WINDOWS)
def test_conformal_wrappers_take_covariates(make_pair, window):
    series, covariates = make_pair(44)
    levels = [0.1, 0.5, 0.9]
    model = HarmonicModel(**BURG, **window).fit(series[:30], future_covariates=covariates)
    wrappers = [ConformalNaiveModel(model, quantiles=levels)]
    if "output_chunk_length" not in window:
        gaussian = HarmonicModel(**GAUSSIAN, **window).fit(series[:30], future_covariates=covariates)
        wrappers.append(ConformalQRModel(gaussian, quantiles=levels, cal_num_samples=50))
    for wrapper in wrappers:
        options = {"future_covariates": covariates, "predict_likelihood_parameters": True}
        low, middle, high = wrapper.predict(3, series, **options).values().T
        assert (low <= middle).all()
        assert (middle <= high).all()
        rolled = wrapper.historical_forecasts(
            series, future_covariates=covariates, start=-4, start_format="position", retrain=False
        )
        assert len(rolled) == 4


def test_ensembles_pass_covariates_on(make_pair):
    series, covariates = make_pair()
    ensemble = NaiveEnsembleModel([HarmonicModel(**BURG), HarmonicModel(20, **BURG)])
    ensemble.fit(series, future_covariates=covariates)
    each = [
        HarmonicModel(length, **BURG).fit(series, future_covariates=covariates).predict(3).values()
        for length in (None, 20)
    ]
    np.testing.assert_allclose(ensemble.predict(3).values(), np.mean(each, axis=0))


# Copies


def test_copies_and_files_keep_the_covariates(make_pair, tmp_path):
    series, covariates = make_pair()
    model = HarmonicModel(16, **BURG).fit(series, future_covariates=covariates)
    model.save(str(tmp_path / "model.pkl"))
    model.save(str(tmp_path / "clean.pkl"), clean=True)
    for twin in (
        copy.deepcopy(model),
        pickle.loads(pickle.dumps(model)),
        HarmonicModel.load(str(tmp_path / "model.pkl")),
    ):
        assert_same(twin.predict(3), model.predict(3))
    clean = HarmonicModel.load(str(tmp_path / "clean.pkl"))
    assert clean.uses_future_covariates
    assert_same(clean.predict(3, series, future_covariates=covariates), model.predict(3))
    with pytest.raises(ValueError, match="trained with future covariates"):
        clean.predict(3, series)
    assert not model.untrained_model().uses_future_covariates
