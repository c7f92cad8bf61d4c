"""What is particular to harmonic forecasts in darts: numbers of the core, errors of forecasts, real life."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from darts import TimeSeries
from darts.metrics import mae, mic, mql
from darts.models import ConformalNaiveModel, ConformalQRModel, NaiveEnsembleModel
from darts.utils.likelihood_models.base import LikelihoodType
from scipy.stats import norm

from harmonic_forecasters._calendar import candidate_seasons
from harmonic_forecasters.darts import DFTModel, HarmonicModel
from harmonic_forecasters.spectral.harmonic import METHODS, fit_harmonic

GAUSSIAN = {"method": "burg", "likelihood": "gaussian"}
QUANTILE = {"method": "burg", "likelihood": "quantile", "quantiles": [0.9, 0.5, 0.1]}
ROLLED = {"forecast_horizon": 3, "stride": 4, "retrain": False}


def core(series, n, method="blend"):
    """Mean and standard deviation as the core has them, (n, n_components) each."""
    fitted = fit_harmonic(series.values().T, method=method, candidates=candidate_seasons(series.freq))
    t = np.arange(len(series), len(series) + n)
    return fitted.evaluate(t).T, np.sqrt(fitted.variance(t)).T


def rolled_both_ways(model, series, **options):
    """By the batch and by darts' loop, the same but for rounding; returns the batch's."""
    batch, loop = (
        model.historical_forecasts(series, enable_optimization=fast, **ROLLED, **options)
        for fast in (True, False)
    )
    for one, other in zip(batch, loop, strict=True):
        pd.testing.assert_index_equal(one.time_index, other.time_index)
        assert list(one.components) == list(other.components)
        np.testing.assert_allclose(one.values(), other.values(), rtol=1e-6, atol=1e-6)
    return batch


# Point forecasts


@pytest.mark.parametrize("method", METHODS)
def test_the_door_changes_no_number(make_series, method):
    series = make_series(40, 2)
    model = HarmonicModel(method=method, likelihood="gaussian").fit(series)
    mean, deviation = core(series, 9, method)
    np.testing.assert_array_equal(model.predict(9).values(), mean)
    parameters = model.predict(9, predict_likelihood_parameters=True).values()
    np.testing.assert_array_equal(parameters[:, ::2], mean)
    np.testing.assert_array_equal(parameters[:, 1::2], deviation)


def test_broken_cycles_are_continued_as_the_dft_cannot():
    t = np.arange(150)
    values = np.sin(2 * np.pi * t / 13.7) + 0.5 * np.cos(2 * np.pi * t / 8.3)
    past, future = TimeSeries.from_values(values).split_after(99)
    error = [mae(future, model.fit(past).predict(50)) for model in (HarmonicModel(), DFTModel())]
    assert error[0] < 0.05 * error[1]


def test_rolling_batch_of_the_default_equals_the_loop(make_series):
    many = [make_series(36, 2), make_series(30, index="months", seed=1)]
    model = HarmonicModel(16).fit(many)
    for batch in rolled_both_ways(model, many[0]), rolled_both_ways(HarmonicModel().fit(many), many[1]):
        assert len(batch) > 3


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("level", [4.25, 0.0, 1e9, -3e-9])
def test_a_constant_stays_and_is_certain(method, level):
    model = HarmonicModel(method=method, likelihood="gaussian").fit(
        TimeSeries.from_values(np.full(30, level))
    )
    parameters = model.predict(9, predict_likelihood_parameters=True).values()
    np.testing.assert_allclose(parameters[:, 0], level, rtol=1e-12)
    np.testing.assert_allclose(parameters[:, 1], 0.0, atol=1e-15 + 1e-12 * abs(level))
    samples = model.predict(9, num_samples=5, random_state=0).all_values()
    np.testing.assert_allclose(samples, level, rtol=1e-11, atol=1e-14)


def test_scale_is_followed_nearly_by_the_default_and_exactly_by_one_method():
    """In logarithms a scale is a level, and the default's prior prefers levels near zero, a little."""
    t = np.arange(84)
    values = 100 * np.exp(0.01 * t + 0.2 * np.sin(2 * np.pi * t / 12) + 0.1 * np.sin(2 * np.pi * t / 6))
    for method, tolerance in {"blend": 0.05, "iaa": 1e-9}.items():
        model = HarmonicModel(method=method).fit(TimeSeries.from_values(values))
        small, large = (model.predict(12, TimeSeries.from_values(f * values)).values() for f in (1.0, 1e6))
        np.testing.assert_allclose(large / 1e6, small, rtol=0, atol=tolerance * values.std())


@pytest.mark.parametrize("method", METHODS)
def test_the_fewest_samples_are_enough_and_one_less_is_not(make_series, method):
    fewest = 3 if method in ("blend", "seasonal") else 8
    model = HarmonicModel(method=method, likelihood="gaussian").fit(make_series(fewest, 2))
    assert np.isfinite(model.predict(20, predict_likelihood_parameters=True).values()).all()
    with pytest.raises(ValueError, match=rf"at least {fewest} time stamp.*got {fewest - 1}"):
        model.fit(make_series(fewest - 1))
    with pytest.raises(
        ValueError, match=f"input_chunk_length must be None or a whole number of at least {fewest}"
    ):
        HarmonicModel(method=method, input_chunk_length=fewest - 1)


@pytest.mark.parametrize("method", METHODS)
def test_integers_and_single_precision_are_forecast_as_the_same_numbers_in_double(method):
    values = np.round(20 * np.sin(np.arange(50) / 2.1) + 3 * np.sin(np.arange(50.0)))
    exact = HarmonicModel(method=method).fit(TimeSeries.from_values(values)).predict(6).values()
    single = TimeSeries.from_values(values.astype(np.float32))
    forecast = HarmonicModel(method=method).fit(single).predict(6)
    np.testing.assert_array_equal(forecast.values(), exact.astype(np.float32))
    whole = TimeSeries.from_series(pd.Series(values.astype(int)))
    np.testing.assert_array_equal(HarmonicModel(method=method).fit(whole).predict(6).values(), exact)


@pytest.mark.parametrize("method", METHODS)
def test_gaps_are_bridged(method):
    t = np.arange(130)
    values = 2.0 + np.sin(2 * np.pi * t / 13.7)
    gappy = values[:100].copy()
    gappy[[0, 20, 21, 22, 60, 99]] = np.nan
    forecast = HarmonicModel(method=method).fit(TimeSeries.from_values(gappy)).predict(30)
    assert np.abs(forecast.values().ravel() - values[100:]).mean() < 0.3


def test_too_few_observed_values_are_refused_by_fit_and_predict(make_series):
    values = make_series(40, 2).values()
    model = HarmonicModel().fit(TimeSeries.from_values(values))
    values[2:, 1] = np.nan
    gappy = TimeSeries.from_values(values)
    with pytest.raises(ValueError, match="at least 3 observed values in its window, got 2 in component 1"):
        model.fit(gappy)
    with pytest.raises(ValueError, match="at least 3 observed values, series 1 has 2"):
        model.predict(3, gappy)


def test_spectrum_names_the_sinusoids_of_each_component():
    t = np.arange(200)
    noise = 0.05 * np.random.default_rng(9000).normal(size=(200, 2))
    values = np.stack([2 * np.cos(2 * np.pi * t / 8.3), 3 * np.cos(2 * np.pi * t / 12.42)], axis=1) + noise
    series = TimeSeries.from_values(values, columns=["surge", "tide"])
    table = HarmonicModel(method="esprit").fit(series).spectrum()
    assert list(table.columns) == [
        *("component", "frequency", "period", "amplitude", "phase"),
        *("frequency_error", "amplitude_error", "phase_error", "share", "group", "season"),
    ]
    strongest = table.groupby("component").first()
    np.testing.assert_allclose(strongest.period, [8.3, 12.42], rtol=0.01)
    np.testing.assert_allclose(strongest.amplitude, [2.0, 3.0], rtol=0.05)
    assert (abs(strongest.amplitude - [2.0, 3.0]) < 4.0 * strongest.amplitude_error).all()
    assert (strongest.share > 0.9).all()
    assert (strongest.group == 0).all()


def test_spectrum_of_a_constant_is_an_empty_table_of_the_same_columns(make_series):
    empty = HarmonicModel().fit(TimeSeries.from_values(np.full(20, 7.0))).spectrum()
    found = HarmonicModel().fit(make_series()).spectrum()
    assert len(empty) == 0
    assert list(empty.columns) == list(found.columns)
    numbers = found.columns[1:]
    assert empty.dtypes[numbers].tolist() == found.dtypes[numbers].tolist()


# Errors of forecasts


def test_without_a_likelihood_there_is_nothing_to_sample(make_series):
    model = HarmonicModel(method="burg").fit(make_series())
    assert model.likelihood is None
    assert not model.supports_probabilistic_prediction
    with pytest.raises(ValueError, match="num_samples > 1"):
        model.predict(3, num_samples=2)
    with pytest.raises(ValueError, match="predict_likelihood_parameters"):
        model.predict(3, predict_likelihood_parameters=True)


@pytest.mark.parametrize("options", [GAUSSIAN, QUANTILE])
def test_a_likelihood_leaves_the_forecast_as_it_was(make_series, options):
    series = make_series(40, 2)
    model = HarmonicModel(**options).fit(series)
    assert model.supports_probabilistic_prediction
    plain = HarmonicModel(method="burg").fit(series)
    np.testing.assert_array_equal(model.predict(5).values(), plain.predict(5).values())


@pytest.mark.parametrize("index", ["days", "months", "business days", "steps of 3"])
def test_parameters_are_named_as_darts_names_them(make_series, index):
    series = make_series(40, 2, index=index, dtype=np.float32).with_columns_renamed(
        ["part 0", "part 1"], ["tide", "surge"]
    )
    gaussian = HarmonicModel(**GAUSSIAN).fit(series[:-5])
    assert gaussian.likelihood.type is LikelihoodType.Gaussian
    shown = gaussian.predict(5, predict_likelihood_parameters=True)
    assert shown.components.to_list() == ["tide_mu", "tide_sigma", "surge_mu", "surge_sigma"]
    pd.testing.assert_index_equal(shown.time_index, series.time_index[-5:], exact=True)
    assert shown.dtype == np.float32
    assert shown.metadata == series.metadata
    assert shown.static_covariates is None
    quantile = HarmonicModel(**QUANTILE).fit(series[:-5])
    assert quantile.likelihood.type is LikelihoodType.Quantile
    names = quantile.predict(5, predict_likelihood_parameters=True).components.to_list()
    assert names[:4] == ["tide_q0.100", "tide_q0.500", "tide_q0.900", "surge_q0.100"]
    assert len(HarmonicModel(likelihood="quantile").likelihood.quantiles) == 9


def test_quantiles_are_those_of_the_normal_distribution(make_series):
    series = make_series(40, 2)
    shown = HarmonicModel(**QUANTILE).fit(series).predict(6, predict_likelihood_parameters=True).values()
    mean, deviation = core(series, 6, "burg")
    expected = norm.ppf([0.1, 0.5, 0.9], mean[..., None], deviation[..., None])
    np.testing.assert_allclose(shown.reshape(6, 2, 3), expected, rtol=1e-12)


@pytest.mark.parametrize("options", [GAUSSIAN, QUANTILE])
def test_samples_follow_the_distribution_each_step_by_itself(make_series, options):
    series = make_series(40, 2)
    model = HarmonicModel(**options).fit(series)
    samples = model.predict(6, num_samples=20_000, random_state=3)
    assert samples.static_covariates.equals(series.static_covariates)
    draws = samples.all_values()
    assert draws.shape == (6, 2, 20_000)
    mean, deviation = core(series, 6, "burg")
    standard = (draws - mean[..., None]) / deviation[..., None]
    # Bounds of five standard errors: 1 / sqrt(20,000) = 0.007, of a correlation too.
    assert abs(standard.mean(axis=2)).max() < 0.036
    assert abs(standard.std(axis=2) - 1.0).max() < 0.026
    between = np.corrcoef(standard.reshape(12, -1)) - np.eye(12)
    assert abs(between).max() < 0.036


def test_samples_are_those_of_their_seed(make_series):
    many = [make_series(40), make_series(40)]
    model = HarmonicModel(**GAUSSIAN).fit(many)
    draw = {"num_samples": 4, "series": many}
    first, again, other = (model.predict(3, random_state=seed, **draw) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first[0].all_values(), again[0].all_values())
    assert not np.isclose(first[0].all_values(), other[0].all_values()).any()
    # Two equal series err independently.
    assert not np.isclose(first[0].all_values(), first[1].all_values()).any()
    unseeded = [model.predict(3, **draw)[0].all_values() for _ in range(2)]
    assert not np.isclose(*unseeded).any()


@pytest.mark.parametrize("options", [GAUSSIAN, QUANTILE, {"likelihood": "gaussian"}])
@pytest.mark.parametrize("input_chunk_length", [None, 16])
def test_rolling_parameters_are_those_of_the_loop(make_series, options, input_chunk_length):
    series = make_series(32, 2)
    model = HarmonicModel(input_chunk_length, **options).fit(series)
    rolled = rolled_both_ways(model, series, predict_likelihood_parameters=True, last_points_only=False)
    assert list(rolled[0].components) == model.likelihood.component_names(series=series)
    last = rolled_both_ways(model, series, predict_likelihood_parameters=True, last_points_only=True)
    np.testing.assert_array_equal(last.values(), [one.values()[-1] for one in rolled])


def test_rolling_samples_surround_the_mean_and_differ_between_origins(make_series):
    series = make_series(40, 2)
    model = HarmonicModel(16, **GAUSSIAN).fit(series)
    options = ROLLED | {"last_points_only": False}
    rolled = model.historical_forecasts(series, num_samples=4_000, random_state=5, **options)
    shown = model.historical_forecasts(series, predict_likelihood_parameters=True, **options)
    errors = []
    for samples, parameters in zip(rolled, shown, strict=True):
        mean, deviation = parameters.values()[:, ::2, None], parameters.values()[:, 1::2, None]
        errors.append((samples.all_values() - mean) / deviation)
    assert abs(np.mean(errors, axis=-1)).max() < 5 / np.sqrt(4_000)
    assert not np.isclose(errors[0], errors[1]).any()
    last = model.historical_forecasts(series, num_samples=7, **(options | {"last_points_only": True}))
    assert last.n_samples == 7


def test_backtest_scores_samples_and_quantiles(make_series):
    series = make_series(60)
    options = {"forecast_horizon": 3, "retrain": False, "last_points_only": False}
    gaussian = HarmonicModel(24, **GAUSSIAN).fit(series)
    sampled = gaussian.backtest(
        series, metric=mql, metric_kwargs={"q": [0.1, 0.9]}, num_samples=2_000, random_state=0, **options
    )
    quantile = HarmonicModel(24, **QUANTILE).fit(series)
    shown = quantile.backtest(
        series, metric=mql, metric_kwargs={"q": [0.1, 0.9]}, predict_likelihood_parameters=True, **options
    )
    np.testing.assert_allclose(sampled, shown, rtol=0.05)
    retrained = quantile.backtest(
        series,
        metric=mql,
        metric_kwargs={"q": [0.1, 0.9]},
        predict_likelihood_parameters=True,
        **(options | {"retrain": True, "start": 24}),
    )
    np.testing.assert_allclose(retrained, shown, rtol=1e-9)


def test_conformal_wrappers_stand_on_samples_and_on_points(make_series):
    series = make_series(80, 2)
    levels = [0.1, 0.5, 0.9]
    for wrapper in (
        ConformalNaiveModel(HarmonicModel(24, method="burg").fit(series), quantiles=levels),
        ConformalQRModel(HarmonicModel(24, **GAUSSIAN).fit(series), quantiles=levels, cal_num_samples=200),
        ConformalQRModel(HarmonicModel(**QUANTILE).fit(series), quantiles=levels, cal_stride=5),
    ):
        bands = wrapper.predict(3, series, predict_likelihood_parameters=True)
        low, middle, high = (bands.values()[:, i::3] for i in range(3))
        assert (low < middle).all()
        assert (middle < high).all()
    calibrated = ConformalNaiveModel(HarmonicModel(24, method="burg").fit(series), quantiles=levels)
    covered = calibrated.backtest(
        series,
        retrain=False,
        start=50,
        metric=mic,
        metric_kwargs={"q_interval": (0.1, 0.9)},
        predict_likelihood_parameters=True,
    )
    assert 0.5 < covered <= 1.0


def test_an_ensemble_averages_the_parameters(make_series):
    series = make_series(40, 2)
    models = [HarmonicModel(length, **GAUSSIAN).fit(series) for length in (20, 30)]
    together = NaiveEnsembleModel(models, train_forecasting_models=False).predict(
        3, series, predict_likelihood_parameters=True
    )
    each = [model.predict(3, predict_likelihood_parameters=True).values() for model in models]
    np.testing.assert_allclose(together.values(), np.mean(each, axis=0))


def test_chunks_fed_back_have_a_mean_and_no_known_errors(make_series):
    series = make_series()
    model = HarmonicModel(output_chunk_length=3, **GAUSSIAN).fit(series)
    plain = HarmonicModel(output_chunk_length=3, method="burg").fit(series)
    np.testing.assert_array_equal(model.predict(7).values(), plain.predict(7).values())
    assert model.predict(3, num_samples=2).n_samples == 2
    with pytest.raises(ValueError, match=r"num_samples must be 1 .* above output_chunk_length=3, .* n=4"):
        model.predict(4, num_samples=2)
    with pytest.raises(ValueError, match="num_samples must be 1 where n is above output_chunk_length"):
        model.historical_forecasts(series, num_samples=2, retrain=False, forecast_horizon=4)
    with pytest.raises(ValueError, match="smaller than or equal to"):
        model.predict(4, predict_likelihood_parameters=True)


@pytest.mark.parametrize("num_samples", [0, -2, 1.5, True, "3"])
def test_a_bad_number_of_samples_is_refused(make_series, num_samples):
    model = HarmonicModel(**GAUSSIAN).fit(make_series())
    with pytest.raises(ValueError, match="num_samples must be a whole number of at least 1, got"):
        model.predict(3, num_samples=num_samples)


@pytest.mark.parametrize(
    "quantiles",
    [[], [0.0, 0.5], [0.5, 1.0], [0.5, np.nan], ["0.5"], [0.5, 0.5], 0.5, "0.5", [-0.1], [1], [None]],
)
def test_bad_quantiles_are_refused(quantiles):
    with pytest.raises(ValueError, match=r"quantiles must be different numbers above 0 and below 1.* got"):
        HarmonicModel(likelihood="quantile", quantiles=quantiles)


def test_quantiles_need_the_likelihood_that_shows_them():
    with pytest.raises(ValueError, match=r"must be None unless likelihood is 'quantile', got \[0.5\]"):
        HarmonicModel(likelihood="gaussian", quantiles=[0.5])


def test_likelihoods_are_saved_and_loaded_in_a_fresh_process_without_torch(make_series, tmp_path):
    models = [HarmonicModel(16, **options).fit(make_series()) for options in (GAUSSIAN, QUANTILE)]
    for i, model in enumerate(models):
        model.save(str(tmp_path / f"{i}.pkl"))
        assert model.untrained_model().likelihood == model.likelihood
    program = (
        "import sys\n"
        "from harmonic_forecasters.darts import HarmonicModel\n"
        "for i in range(2):\n"
        "    model = HarmonicModel.load(f'{i}.pkl')\n"
        "    print(model.predict(2, predict_likelihood_parameters=True).values().ravel().tolist())\n"
        "    model.predict(3, num_samples=5)\n"
        "sys.exit(', '.join({'torch', 'sktime'} & set(sys.modules)) or 0)\n"
    )
    result = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    expected = [model.predict(2, predict_likelihood_parameters=True).values().ravel() for model in models]
    assert result.stdout.splitlines() == [str(values.tolist()) for values in expected]


def test_repr_shows_the_options():
    shown = str(HarmonicModel(24, method="iaa", likelihood="gaussian"))
    assert shown == "HarmonicModel(input_chunk_length=24, method=iaa, likelihood=gaussian)"
