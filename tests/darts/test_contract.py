"""What every darts model without a network keeps, whatever its mathematics."""

from __future__ import annotations

import copy
import itertools
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from darts import TimeSeries, concatenate
from darts.dataprocessing.transformers import Scaler
from darts.metrics import mae
from darts.models import ConformalNaiveModel, NaiveEnsembleModel, NaiveSeasonal, RegressionEnsembleModel

import harmonic_forecasters.darts as door
from harmonic_forecasters.darts import DFTModel, HarmonicModel

#: (class, options that forecast quickly); options must not set the chunk lengths. A model that is not here is
#: tried with its defaults.
VARIANTS = [
    (DFTModel, {}),
    (DFTModel, {"window": ("kaiser", 4.0), "n_components": 3, "trend": "linear"}),
    (HarmonicModel, {"method": "burg"}),
]
PUBLIC = [getattr(door, name) for name in door.__all__ if name not in door.NEURAL]
MODELS = VARIANTS + [(cls, {}) for cls in PUBLIC if cls not in dict(VARIANTS)]
WINDOWS = [
    pytest.param({}, id="whole series"),
    pytest.param({"input_chunk_length": 12}, id="window"),
    pytest.param({"input_chunk_length": 12, "output_chunk_length": 2}, id="window in chunks"),
    pytest.param({"output_chunk_length": 2}, id="whole series in chunks"),
]
INDICES = ["days", "months", "business days", "steps of 3", "range"]


def _name(entry):
    return ", ".join([entry[0].__name__, *(f"{key}={value}" for key, value in entry[1].items())])


@pytest.fixture(params=MODELS, ids=_name)
def make_model(request):
    """Keyword arguments -> a model."""
    cls, options = request.param
    return lambda **more: cls(**options, **more)


def assert_same(actual, expected):
    """Equal series, or lists of them: values to rounding, everything else exactly."""
    assert type(actual) is type(expected)
    if isinstance(expected, list):
        assert len(actual) == len(expected)
        for one, other in zip(actual, expected, strict=True):
            assert_same(one, other)
        return
    pd.testing.assert_index_equal(actual.time_index, expected.time_index, exact=True)
    assert actual.freq == expected.freq
    assert actual.dtype == expected.dtype
    assert list(actual.components) == list(expected.components)
    assert actual.has_static_covariates == expected.has_static_covariates
    if expected.has_static_covariates:
        pd.testing.assert_frame_equal(actual.static_covariates, expected.static_covariates)
    assert actual.metadata == expected.metadata
    assert actual.hierarchy == expected.hierarchy
    tolerance = 1e-5 if expected.dtype == np.float32 else 1e-11
    np.testing.assert_allclose(actual.all_values(), expected.all_values(), rtol=tolerance, atol=tolerance)


# Forecasts


@pytest.mark.parametrize("index", INDICES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_forecast_follows_the_series_and_keeps_what_describes_it(make_model, make_series, index, dtype):
    series = make_series(components=3, index=index, dtype=dtype)
    series = series.with_hierarchy({"part 1": "part 0", "part 2": "part 0"})
    past, future = series[:-6], series[-6:]
    forecast = make_model().fit(past).predict(6)
    pd.testing.assert_index_equal(forecast.time_index, future.time_index, exact=True)
    assert_same(forecast.with_values(future.all_values()), future)
    assert np.isfinite(forecast.values()).all()


def test_float32_is_forecast_in_float64(make_model, make_series):
    series = make_series(dtype=np.float32)
    forecast = make_model().fit(series).predict(6)
    exact = make_model().fit(series.astype(np.float64)).predict(6)
    np.testing.assert_array_equal(forecast.values(), exact.values().astype(np.float32))


@pytest.mark.parametrize("window", WINDOWS)
def test_components_are_forecast_by_themselves(make_model, make_series, window):
    series = make_series(components=3)
    model = make_model(**window).fit(series)
    each = [model.predict(5, series.univariate_component(i)).values() for i in range(3)]
    np.testing.assert_allclose(model.predict(5, series).values(), np.hstack(each), rtol=1e-11)


@pytest.mark.parametrize("window", WINDOWS)
def test_many_series_are_forecast_as_each_alone(make_model, make_series, window):
    many = [
        make_series(40),
        make_series(25, 2, index="range"),
        make_series(40, index="months", dtype=np.float32),
    ]
    model = make_model(**window).fit(many)
    forecasts = model.predict(5, many)
    assert_same(forecasts, [make_model(**window).fit(one).predict(5) for one in many])
    assert_same(model.predict(5, tuple(many)), forecasts)
    assert_same(model.predict(5, many[1]), forecasts[1])
    assert_same(model.predict(5, [many[1]]), [forecasts[1]])


def test_series_that_fit_never_saw_are_forecast_as_if_it_had(make_model, make_series):
    seen, unseen = make_series(seed=1), make_series(30, 2, seed=2, index="months")
    assert_same(make_model().fit(seen).predict(4, unseen), make_model().fit(unseen).predict(4))


def test_input_chunk_length_takes_the_last_samples(make_model, make_series):
    series = make_series()
    of_window = make_model(input_chunk_length=12).fit(series).predict(5)
    assert_same(of_window, make_model().fit(series[-12:]).predict(5))
    assert_same(
        make_model(input_chunk_length=len(series)).fit(series).predict(5), make_model().fit(series).predict(5)
    )


@pytest.mark.parametrize("input_chunk_length", [None, 12])
def test_output_chunk_length_appends_chunk_by_chunk(make_model, make_series, input_chunk_length):
    past = make_series(components=2)
    model = make_model(input_chunk_length=input_chunk_length, output_chunk_length=3).fit(past)
    chunks = []
    for _ in range(3):
        chunks.append(model.predict(3, concatenate([past, *chunks])))
    assert_same(model.predict(8), concatenate(chunks)[:8])
    assert_same(model.predict(2), make_model(input_chunk_length=input_chunk_length).fit(past).predict(2))


@pytest.mark.parametrize("factor", [-2.5, 1e-6, 1e6])
def test_scale_of_the_series_is_the_scale_of_the_forecast(make_model, make_series, factor):
    series = make_series()
    model = make_model().fit(series)
    expected = factor * model.predict(7, series).values()
    np.testing.assert_allclose(model.predict(7, series * factor).values(), expected, rtol=1e-9)


def test_constant_series_stays_constant(make_model):
    series = TimeSeries.from_values(np.full((30, 2), [4.25, 0.0]))
    np.testing.assert_allclose(make_model().fit(series).predict(9).values(), [[4.25, 0.0]] * 9, atol=1e-12)


def test_shortest_series_can_be_forecast(make_model, make_series):
    model = make_model()
    for length in range(model.min_train_series_length, model.min_train_series_length + 5):
        forecast = model.fit(make_series(length, 2)).predict(7)
        assert len(forecast) == 7
        assert np.isfinite(forecast.values()).all()


def test_missing_values_are_filled_from_the_past_alone(make_model, make_series):
    values = make_series(60).values()
    values[[0, 20, 21, 39]] = np.nan
    series = TimeSeries.from_values(values)
    other_future = TimeSeries.from_values(np.concatenate([values[:40], 1e3 * values[40:]]))
    model = make_model(input_chunk_length=20).fit(series)
    known = {"start": 30, "forecast_horizon": 1, "retrain": False}
    forecasts = model.historical_forecasts(series, **known)
    assert np.isfinite(forecasts.values()).all()
    np.testing.assert_array_equal(
        forecasts[:11].values(), model.historical_forecasts(other_future, **known)[:11].values()
    )
    assert_same(forecasts[:11], model.historical_forecasts(series, enable_optimization=False, **known)[:11])


# Rolling


def _assert_batch_equals_loop(model, series, **options):
    batch = model.historical_forecasts(series, retrain=False, show_warnings=False, **options)
    loop = model.historical_forecasts(
        series, retrain=False, show_warnings=False, enable_optimization=False, **options
    )
    assert_same(batch, loop)
    return batch


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("index", ["days", "months", "steps of 3"])
def test_rolling_batch_equals_the_loop(make_model, make_series, window, index):
    series = make_series(18, 2, index=index)
    model = make_model(**window).fit(series)
    starts = [
        (None, "value"),
        (0.7, "value"),
        (14, "position"),
        (2, "position"),  # before the first window is full: darts moves it by whole strides
        (-6, "position"),
        (series.time_index[13], "value"),
    ]
    # Half of the combinations: at every start, any three of the four options take all eight of theirs.
    halves = [choice for choice in itertools.product((0, 1), repeat=4) if sum(choice) % 2 == 0]
    for (start, start_format), (stride, horizon, overlap_end, last_points_only) in itertools.product(
        starts, halves
    ):
        _assert_batch_equals_loop(
            model,
            series,
            start=start,
            start_format=start_format,
            stride=(1, 3)[stride],
            forecast_horizon=(1, 4)[horizon],
            overlap_end=bool(overlap_end),
            last_points_only=bool(last_points_only),
        )
    _assert_batch_equals_loop(model, series, start="end", forecast_horizon=3, last_points_only=False)


@pytest.mark.parametrize("index", INDICES)
def test_rolling_batch_equals_the_loop_on_every_index(make_model, make_series, index):
    series = make_series(20, index=index)
    for last_points_only in (False, True):
        _assert_batch_equals_loop(
            make_model(input_chunk_length=8).fit(series),
            series,
            stride=2,
            forecast_horizon=3,
            overlap_end=True,
            last_points_only=last_points_only,
        )


@pytest.mark.parametrize("window", WINDOWS)
def test_rolling_many_series_equals_the_loop_and_each_alone(make_model, make_series, window):
    many = [make_series(22), make_series(17, 2, index="range", dtype=np.float32), make_series(22, seed=3)]
    model = make_model(**window).fit(many)
    for last_points_only in (False, True):
        options = {"forecast_horizon": 3, "stride": 2, "last_points_only": last_points_only}
        together = _assert_batch_equals_loop(model, many, **options)
        alone = [model.historical_forecasts(one, retrain=False, **options) for one in many]
        assert_same(together, alone)


def test_rolling_over_a_common_time_equals_the_loop(make_model, make_series):
    many = [make_series(22), make_series(18, seed=3)]
    _assert_batch_equals_loop(make_model(input_chunk_length=8).fit(many), many, apply_globally=True)


def test_rolling_memory_is_bounded_by_batches_that_change_nothing(make_model, make_series, monkeypatch):
    many = [make_series(30, 2), make_series(22)]
    model = make_model(input_chunk_length=8).fit(many)
    options = {"forecast_horizon": 3, "retrain": False}
    at_once = model.historical_forecasts(many, **options)
    monkeypatch.setattr("harmonic_forecasters.darts.rolling.BATCH_SAMPLES", 50)
    assert_same(model.historical_forecasts(many, **options), at_once)


def test_rolling_with_fitted_transformers_equals_the_loop(make_model, make_series):
    series = make_series()
    model = make_model(input_chunk_length=12).fit(series)
    _assert_batch_equals_loop(model, series, data_transformers={"series": Scaler().fit(series)})


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("last_points_only", [False, True])
def test_retraining_changes_nothing_where_nothing_is_trained(
    make_model, make_series, window, last_points_only
):
    series = make_series(24, 2)
    options = {"forecast_horizon": 3, "stride": 2, "start": 16, "last_points_only": last_points_only}
    fixed = make_model(**window).fit(series).historical_forecasts(series, retrain=False, **options)
    assert_same(make_model(**window).historical_forecasts(series, retrain=True, **options), fixed)
    assert_same(make_model(**window).historical_forecasts(series, retrain=3, **options), fixed)


@pytest.mark.parametrize("window", WINDOWS)
def test_rolling_with_a_training_length(make_model, make_series, window):
    series = make_series(24)
    model = make_model(**window)
    forecasts = model.historical_forecasts(series, train_length=14, retrain=True)
    assert forecasts.start_time() == series.time_index[14]
    assert_same(
        forecasts, make_model(**window).fit(series).historical_forecasts(series, start=14, retrain=False)
    )


def test_backtest_residuals_and_gridsearch_agree_with_the_forecasts(make_model, make_series):
    series = make_series()
    model = make_model(input_chunk_length=12).fit(series)
    options = {"forecast_horizon": 2, "retrain": False, "last_points_only": True}
    forecasts = model.historical_forecasts(series, **options)
    assert model.backtest(series, metric=mae, **options) == pytest.approx(mae(series, forecasts))
    residuals = model.residuals(series, **options)
    assert mae(series, forecasts) == pytest.approx(abs(residuals.values()).mean())
    parameters = {key: [value] for key, value in model.model_params.items()} | {"input_chunk_length": [8, 12]}
    best, chosen, score = type(model).gridsearch(parameters, series, forecast_horizon=2, metric=mae)
    assert best.input_chunk_length == chosen["input_chunk_length"]
    assert score == pytest.approx(
        best.fit(series).backtest(series, forecast_horizon=2, retrain=True, metric=mae)
    )


@pytest.mark.parametrize("window", WINDOWS)
def test_conformal_wrappers_surround_the_forecast(make_model, make_series, window):
    series = make_series(60, 2)
    model = make_model(**window).fit(series[:30])
    conformal = ConformalNaiveModel(model, quantiles=[0.1, 0.5, 0.9])
    bands = conformal.predict(3, series, predict_likelihood_parameters=True)
    low, middle, high = (bands.values()[:, i::3] for i in range(3))
    assert (low <= middle).all()
    assert (middle <= high).all()
    np.testing.assert_allclose(middle, model.predict(3, series).values())
    rolled = conformal.historical_forecasts(series, start=-4, start_format="position", retrain=False)
    assert len(rolled) == 4


def test_ensembles_take_the_model(make_model, make_series):
    series = make_series()
    ensemble = NaiveEnsembleModel([make_model(), NaiveSeasonal(5)]).fit(series)
    mean = (make_model().fit(series).predict(4) + NaiveSeasonal(5).fit(series).predict(4)) / 2
    np.testing.assert_allclose(ensemble.predict(4).values(), mean.values())


@pytest.mark.parametrize("historical", [False, True])
def test_regression_ensembles_weigh_the_model(make_model, make_series, historical):
    series = make_series().with_static_covariates(None)
    members = [make_model(input_chunk_length=12, output_chunk_length=4), make_model(output_chunk_length=4)]
    ensemble = RegressionEnsembleModel(members, 12, train_using_historical_forecasts=historical).fit(series)
    members_say = np.hstack([member.fit(series).predict(4).values() for member in members])
    expected = ensemble.ensemble_model.model.predict(members_say)
    np.testing.assert_allclose(ensemble.predict(4).values().ravel(), expected)


# Copies


@pytest.mark.parametrize("fitted", [False, True])
def test_copies_forecast_the_same(make_model, make_series, fitted):
    series = make_series(components=2)
    model = make_model(input_chunk_length=12)
    if fitted:
        model.fit(series)
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model)), model.untrained_model()):
        assert repr(twin) == repr(model)
        if not fitted or twin._fit_called is False:
            twin.fit(series)
        assert_same(twin.predict(5), make_model(input_chunk_length=12).fit(series).predict(5))


def test_untrained_copy_is_untrained(make_model, make_series):
    model = make_model().fit(make_series())
    with pytest.raises(ValueError, match="must be fit"):
        model.untrained_model().predict(3)


def test_saved_models_load_in_a_fresh_process_without_a_trust_flag_and_without_torch(make_series, tmp_path):
    series = make_series(components=2)
    series.to_pickle(str(tmp_path / "series.pkl"))
    saved = [(*entry, clean) for entry in MODELS for clean in (False, True)]
    models = [cls(input_chunk_length=12, **options).fit(series) for cls, options, _ in saved]
    for i, (model, (_, _, clean)) in enumerate(zip(models, saved, strict=True)):
        model.save(str(tmp_path / f"{i}.pkl"), clean=clean)
    program = (
        "import pickle, sys\n"
        "from harmonic_forecasters import darts\n"
        "series = pickle.load(open('series.pkl', 'rb'))\n"
        f"for i, (name, clean) in enumerate({[(cls.__name__, clean) for cls, _, clean in saved]}):\n"
        "    model = getattr(darts, name).load(f'{i}.pkl')\n"
        "    forecast = model.predict(5, series if clean else None)\n"
        "    pickle.dump(forecast, open(f'{i}.forecast', 'wb'))\n"
        "    model.historical_forecasts(series, start=-2, start_format='position', retrain=False)\n"
        "sys.exit(', '.join({'torch', 'sktime'} & set(sys.modules)) or 0)\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)
    for i, model in enumerate(models):
        forecast = pickle.loads((tmp_path / f"{i}.forecast").read_bytes())
        np.testing.assert_array_equal(forecast.values(), model.predict(5).values())
        assert_same(forecast, model.predict(5))


@pytest.mark.parametrize("index", INDICES)
def test_saved_models_load_with_every_index(make_model, make_series, tmp_path, index):
    model = make_model().fit(make_series(components=2, index=index))
    model.save(str(tmp_path / "model.pkl"))
    assert_same(type(model).load(str(tmp_path / "model.pkl")).predict(5), model.predict(5))


# What is refused


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (lambda make: make(5), "at least 12 time stamp.*got 5"),
        (lambda make: [make(40), make(11)], "at least 12 time stamp.*got 11 in series 1"),
        (lambda make: make(40) * np.nan, "at least one observed value"),
        (lambda make: make(40) * np.inf, "finite values or NaN, got 12 infinite"),
        (lambda make: TimeSeries.from_values(np.ones((40, 1, 3))), "one sample per time stamp, got 3"),
        (lambda make: [], "at least one, got a list of nothing"),
        (lambda make: [make(40), "noise"], "got a list of TimeSeries, str"),
        (lambda make: "noise", "must be a TimeSeries .* got str"),
        (lambda make: make(40).values(), "must be a TimeSeries .* got ndarray"),
    ],
)
def test_unusable_series_are_refused_and_leave_the_model_as_it_was(make_model, make_series, bad, message):
    series = make_series()
    model = make_model(input_chunk_length=12).fit(series)
    before = model.predict(5)
    with pytest.raises(ValueError, match=message):
        model.fit(bad(make_series))
    with pytest.raises(ValueError, match=message):
        model.predict(5, bad(make_series))
    assert model.training_series is series
    assert_same(model.predict(5), before)
    unfitted = make_model(input_chunk_length=12)
    with pytest.raises(ValueError, match=message):
        unfitted.fit(bad(make_series))
    with pytest.raises(ValueError, match="must be fit"):
        unfitted.predict(5)


@pytest.mark.parametrize("n", [0, -1, 2.5, True, "3", None])
def test_a_horizon_below_one_is_refused(make_model, make_series, n):
    with pytest.raises(ValueError, match="n must be a whole number of at least 1, got"):
        make_model().fit(make_series()).predict(n)


@pytest.mark.parametrize("name", ["input_chunk_length", "output_chunk_length"])
@pytest.mark.parametrize("value", [0, -3, 2.5, True, "all"])
def test_bad_chunk_lengths_are_refused(make_model, name, value):
    with pytest.raises(
        ValueError, match=f"{name} must be None or a whole number of at least .*, got {value!r}"
    ):
        make_model(**{name: value})


def test_series_is_needed_after_a_fit_on_many(make_model, make_series):
    model = make_model().fit(make_series())
    model.fit([make_series(), make_series(seed=1)])
    with pytest.raises(ValueError, match="series must be given"):
        model.predict(3)


def test_covariates_weights_and_samples_are_refused(make_model, make_series):
    series = make_series()
    model = make_model().fit(series)
    for name in ("past_covariates", "future_covariates"):
        calls = [
            lambda **covariates: model.predict(3, **covariates),
            lambda **covariates: model.historical_forecasts(series, retrain=False, **covariates),
        ]
        if not getattr(model, f"supports_{name}"):
            calls += [
                lambda **covariates: model.fit(series, **covariates),
                lambda **covariates: model.historical_forecasts(
                    series, retrain=True, start=0.9, **covariates
                ),
            ]
        for call in calls:
            with pytest.raises(ValueError, match=name):
                call(**{name: series})
    with pytest.raises(ValueError, match="sample_weight"):
        model.historical_forecasts(series, retrain=True, start=0.9, sample_weight="linear")
    with pytest.raises(ValueError, match="num_samples"):
        model.predict(3, num_samples=2)
    with pytest.raises(TypeError, match="noise"):
        model.historical_forecasts(series, retrain=False, predict_kwargs={"noise": 1})


def test_future_covariates_are_used_if_the_model_says_so_and_refused_otherwise(make_model, make_series):
    noise = np.random.default_rng(0).normal(size=(2, 45, 1))
    covariates, others = (make_series(45).with_values(values) for values in noise)
    series = make_series().with_values(make_series().values() + noise[0, :40])  # so that they matter
    model = make_model()
    if model.supports_future_covariates:
        model.fit(series, future_covariates=covariates)
        other = model.predict(5, series, future_covariates=others)
        assert not np.allclose(other.values(), model.predict(5).values())
    else:
        with pytest.raises(ValueError, match="does not support future covariates"):
            model.fit(series, future_covariates=covariates)


def test_properties_say_what_the_model_can_do(make_model):
    model = make_model(input_chunk_length=12, output_chunk_length=4)
    assert model.supports_multivariate
    assert model.supports_transferable_series_prediction
    assert not model.supports_past_covariates
    assert not model.supports_static_covariates
    assert not model.supports_sample_weight
    assert not model.supports_probabilistic_prediction
    assert model.output_chunk_shift == 0
    assert model.min_train_series_length == 12
    future_lags = (-12, 3) if model.supports_future_covariates else (None, None)
    assert model.extreme_lags == (-12, 3, None, None, *future_lags, 0)
    assert make_model().extreme_lags[1] == -1
