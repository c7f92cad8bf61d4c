"""Networks through the sktime door: the numbers, which sktime's suite leaves open."""

import inspect
import pickle
import subprocess
import sys
from copy import deepcopy

import numpy as np
import pandas as pd
import pytest
from darts import TimeSeries
from darts.utils.likelihood_models.torch import GaussianLikelihood, PoissonLikelihood, QuantileRegression
from sktime.base import load
from sktime.exceptions import NotFittedError
from sktime.forecasting.base import ForecastingHorizon
from sktime.split import SlidingWindowSplitter

import harmonic_forecasters.sktime as door
from harmonic_forecasters import darts
from harmonic_forecasters.sktime import MLPForecaster
from harmonic_forecasters.sktime.neural import NeuralForecaster

FORECASTERS = [
    forecaster
    for forecaster in (getattr(door, name) for name in door.__all__)
    if issubclass(forecaster, NeuralForecaster)
]
CPU = {"accelerator": "cpu"}
SHORT = {"input_chunk_length": 6, "output_chunk_length": 3, "n_epochs": 2, "random_state": 0}
STEPS = [1, 2, 5, 9]
INDICES = {
    "shifted range": pd.RangeIndex(100, 140),
    "days": pd.date_range("2024-01-30", periods=40, freq="D"),
    "days across the change to summer time": pd.date_range(
        "2024-03-01", periods=40, freq="D", tz="Europe/Berlin"
    ),
    "month ends": pd.date_range("2020-01-31", periods=40, freq="ME"),
    "business days": pd.date_range("2024-01-01", periods=40, freq="B"),
    "Mondays, frequency not set": pd.DatetimeIndex(pd.date_range("2024", periods=40, freq="W-MON").values),
    "two months": pd.period_range("2020-01", periods=40, freq="2M"),
}
of_each = pytest.mark.parametrize("cls", FORECASTERS)
of_each_index = pytest.mark.parametrize("index", INDICES.values(), ids=INDICES.keys())


def new(cls=MLPForecaster, **options):
    return cls(**(SHORT | cls.small_networks[0] | {"pl_trainer_kwargs": CPU} | options))


def darts_model(cls=MLPForecaster, **options):
    model = getattr(darts, cls.__name__.replace("Forecaster", "Model"))
    silently = {"pl_trainer_kwargs": CPU | {"enable_progress_bar": False}}
    return model(**(SHORT | cls.small_networks[0] | silently | options))


def table(n_samples=40, n_columns=2, seed=0, index=None):
    rng = np.random.default_rng(seed)
    values = np.sin(np.arange(n_samples))[:, None] + rng.normal(0, 0.3, (n_samples, n_columns))
    return pd.DataFrame(values, index=index, columns=["level", "flow", "depth"][:n_columns])


def series_of(frame):
    return TimeSeries.from_values(frame.to_numpy())


def panel_of(parts):
    return pd.concat(parts, names=["series", "time"])


# The same numbers as through the darts door


@of_each
@pytest.mark.parametrize("n_columns", [1, 2])
def test_forecasts_are_those_of_the_darts_model(cls, n_columns):
    y = table(n_columns=n_columns)
    expected = darts_model(cls).fit(series_of(y)).predict(9).values()
    forecast = new(cls).fit(y).predict(STEPS)
    np.testing.assert_array_equal(forecast, expected[np.array(STEPS) - 1])
    assert list(forecast.columns) == list(y.columns)
    np.testing.assert_array_equal(new(cls).fit(y).predict([1, 3]), expected[[0, 2]])  # one chunk will do


@of_each
@pytest.mark.parametrize("likelihood", [GaussianLikelihood(), QuantileRegression([0.1, 0.5, 0.9])])
def test_quantiles_are_those_of_the_darts_likelihood(cls, likelihood):
    y, alpha = table(n_columns=1), [0.05, 0.5, 0.8]
    model = darts_model(cls, likelihood=deepcopy(likelihood)).fit(series_of(y))
    samples = model.predict(5, num_samples=50, random_state=0, batch_size=50)
    forecaster = new(cls, likelihood=likelihood, num_samples=50).fit(y)
    quantiles = forecaster.predict_quantiles([2, 5], alpha=alpha)
    expected = np.column_stack([samples.quantile(a).values()[[1, 4], 0] for a in alpha])
    np.testing.assert_allclose(quantiles, expected, rtol=1e-12)
    np.testing.assert_allclose(forecaster.predict([2, 5]).iloc[:, 0], expected[:, 1], rtol=1e-12)
    variance = samples.all_values()[[1, 4], 0].var(axis=1)
    np.testing.assert_allclose(forecaster.predict_var([2, 5]).iloc[:, 0], variance, rtol=1e-12)


def test_quantiles_approach_those_of_the_distribution():
    """Sampled quantiles of 4,000 normal values: their standard error at 10 % is 0.027 deviations."""
    y = table(n_columns=1)
    forecaster = new(likelihood=GaussianLikelihood(), num_samples=4000).fit(y)
    mean, deviation = (
        forecaster.model_.predict(3, predict_likelihood_parameters=True, verbose=False).values().T
    )
    quantiles = forecaster.predict_quantiles([1, 2, 3], alpha=[0.1, 0.5, 0.9]).to_numpy()
    np.testing.assert_allclose(
        (quantiles - mean[:, None]) / deviation[:, None], [[-1.2816, 0, 1.2816]] * 3, atol=0.12
    )


@of_each
def test_covariates_are_the_future_covariates_of_darts(cls):
    y, X = table(), table(49, 2, seed=1)
    model = darts_model(cls).fit(series_of(y), future_covariates=series_of(X.iloc[:40]))
    expected = model.predict(9, future_covariates=series_of(X)).values()
    forecaster = new(cls).fit(y, X.iloc[:40])
    np.testing.assert_array_equal(forecaster.predict(range(1, 10), X.iloc[40:]), expected)
    assert abs(forecaster.predict(range(1, 10), X.iloc[40:] + 1) - expected).to_numpy().max() > 1e-3


@of_each
def test_the_series_of_a_panel_train_one_network(cls):
    parts = {name: table(30 + 4 * i, seed=i) for i, name in enumerate("ba")}
    model = darts_model(cls).fit([series_of(part) for part in parts.values()])
    forecaster = new(cls).fit(panel_of(parts))
    forecast = forecaster.predict([1, 7])
    assert list(forecast.index) == [("b", 30), ("b", 36), ("a", 34), ("a", 40)]
    expected = model.predict(7, [series_of(part) for part in parts.values()])
    for name, one in zip(parts, expected, strict=True):
        np.testing.assert_array_equal(forecast.loc[name], one.values()[[0, 6]])


@of_each
def test_defaults_are_those_of_the_darts_model(cls):
    model = getattr(darts, cls.__name__.replace("Forecaster", "Model"))
    theirs = inspect.signature(model.__init__).parameters
    ours = inspect.signature(cls.__init__).parameters
    of_the_network = set(theirs) - {"output_chunk_shift", "kwargs"}
    assert of_the_network <= set(ours)
    assert {name: ours[name].default for name in of_the_network} == {
        name: theirs[name].default for name in of_the_network
    }


def test_other_options_of_darts_reach_the_model_as_copies():
    likelihood, more = QuantileRegression([0.1, 0.5, 0.9]), {"optimizer_kwargs": {"lr": 0.5}}
    forecaster = new(likelihood=likelihood, torch_kwargs=more, batch_size=7).fit(table())
    assert forecaster.model_.model_params["optimizer_kwargs"] == {"lr": 0.5}
    assert forecaster.model_.batch_size == 7
    assert forecaster.model_.likelihood is not likelihood
    assert likelihood.first  # darts clears it in training
    assert forecaster.get_params()["torch_kwargs"] is more


# Labels


@of_each_index
def test_every_index(index):
    y = table(40, index=index)
    forecaster = new().fit(y.iloc[:30])
    numbered = new().fit(y.iloc[:30].reset_index(drop=True))
    forecast = forecaster.predict(STEPS)
    np.testing.assert_array_equal(forecast, numbered.predict(STEPS))
    if getattr(index, "tz", None) is None:
        labels = index[[29 + step for step in STEPS]]
        assert list(forecast.index) == list(labels)
        absolute = forecaster.predict(ForecastingHorizon(labels, is_relative=False))
        np.testing.assert_array_equal(absolute, forecast)


@of_each_index
def test_update_without_parameters_moves_the_window(index):
    y = table(40, index=index)
    forecaster = new().fit(y.iloc[:30])
    model = forecaster.model_
    for row in range(30, 40):  # one by one: a single date shows no frequency
        forecaster.update(y.iloc[[row]], update_params=False)
    expected = model.predict(4, series_of(y.iloc[-6:]), verbose=False).values()
    np.testing.assert_array_equal(forecaster.predict([1, 4]), expected[[0, 3]])
    assert forecaster.model_ is model


@pytest.mark.parametrize("index", ["days", "two months"])
def test_panels_of_dates(index):
    parts = {
        name: table(30 + 5 * i, seed=i, index=INDICES[index][: 30 + 5 * i]) for i, name in enumerate("ab")
    }
    forecaster = new().fit(panel_of(parts))
    forecast = forecaster.predict([1, 4])
    for name, part in parts.items():
        assert list(forecast.loc[name].index) == [
            part.index[-1] + part.index.freq,
            part.index[-1] + 4 * part.index.freq,
        ]
    end = INDICES[index][36:37]
    both = forecaster.predict(ForecastingHorizon(end, is_relative=False))
    expected = forecaster.model_.predict(7, [series_of(part) for part in parts.values()], verbose=False)
    np.testing.assert_array_equal(both, [expected[0].values()[6], expected[1].values()[1]])
    later = panel_of({name: table(1, index=INDICES[index][35:36]) for name in "b"})
    assert forecaster.update(later, update_params=False).predict([1]).index[1] == ("b", end[0])


def test_integer_index_counts_labels():
    y = table()
    stepped = y.set_axis(pd.Index(np.arange(7, 7 + 5 * 40, 5)))
    forecaster = new().fit(stepped)
    np.testing.assert_array_equal(forecaster.predict([5, 20]), new().fit(y).predict([1, 4]))
    with pytest.raises(ValueError, match="whole steps of 5 from 7"):
        forecaster.predict([1])


def test_a_skipped_label_is_refused():
    with pytest.raises(ValueError, match="neither NaN nor infinite values, got 2 in series 0"):
        new().fit(table().drop(index=[12]))


# Covariates


def test_covariates_are_held_to_the_end_of_the_chunk():
    y, X = table(), table(41, seed=1)
    held = pd.concat([X, X.iloc[[-1, -1]]], ignore_index=True)
    model = darts_model().fit(series_of(y), future_covariates=series_of(X.iloc[:40]))
    expected = model.predict(3, future_covariates=series_of(held)).values()
    np.testing.assert_array_equal(new().fit(y, X.iloc[:40]).predict([1], X.iloc[40:]), expected[:1])


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (None, "X must have a row for every sample .* got none for 5 of them, the first at step 1"),
        (table(44, seed=1).drop(index=[41]), "got none for 2 of them, the first at step 2"),
        (table(45, 3), "X must have the columns of fit"),
    ],
)
def test_covariates_that_lack_something_are_refused(X, message):
    forecaster = new().fit(table(), table(40, seed=1))
    with pytest.raises(ValueError, match=message):
        forecaster.predict([1, 5], X)


def test_covariates_that_fit_did_not_have_are_refused():
    with pytest.raises(ValueError, match="X must be None, as in fit, got columns"):
        new().fit(table()).predict([1], table(41))


def test_covariates_of_a_panel():
    parts = {name: table(30, seed=i) for i, name in enumerate("ab")}
    X = {name: table(35, 1, seed=5 + i) for i, name in enumerate("ab")}
    with pytest.raises(ValueError, match=r"X must have rows for every series of y, got none for \('b',\)"):
        new().fit(panel_of(parts), panel_of({"a": X["a"]}))
    forecaster = new().fit(panel_of(parts), panel_of(X))
    model = darts_model().fit(
        [series_of(part) for part in parts.values()],
        future_covariates=[series_of(part.iloc[:30]) for part in X.values()],
    )
    expected = model.predict(
        5,
        [series_of(part) for part in parts.values()],
        future_covariates=[series_of(part) for part in X.values()],
    )
    forecast = forecaster.predict(range(1, 6))
    for name, one in zip(parts, expected, strict=True):
        np.testing.assert_array_equal(forecast.loc[name], one.values())


# Pretraining and updates


@of_each
@pytest.mark.parametrize("epochs", [None, 0, 1])
def test_pretrain_then_fit_then_predict(cls, epochs):
    panel, y = panel_of({name: table(30, 1, seed=i) for i, name in enumerate("abc")}), table(20, 1, seed=9)
    forecaster = new(cls, fine_tune_epochs=epochs).pretrain(panel)
    with pytest.raises(NotFittedError):
        forecaster.predict([1])
    model = darts_model(cls).fit([series_of(part) for _, part in panel.groupby(level=0)])
    if epochs != 0:
        model = deepcopy(model).fit(series_of(y), epochs=epochs or 0)
    np.testing.assert_array_equal(
        forecaster.fit(y).predict(STEPS), model.predict(9, series_of(y)).values()[np.array(STEPS) - 1]
    )


def test_every_fit_starts_from_the_pretrained_network():
    panel, y = panel_of({name: table(30, 1, seed=i) for i, name in enumerate("ab")}), table(20, 1, seed=9)
    forecaster = new().pretrain(panel)
    first = forecaster.fit(y).predict([1, 2])
    clone = forecaster.clone()
    pd.testing.assert_frame_equal(forecaster.fit(y).predict([1, 2]), first)
    pd.testing.assert_frame_equal(clone.fit(y).predict([1, 2]), first)
    pd.testing.assert_frame_equal(forecaster.update(y.iloc[-2:]).predict([1, 2]), first)
    assert abs(new().fit(y).predict([1, 2]) - first).to_numpy().max() > 1e-4
    further = forecaster.pretrain(panel).fit(y).predict([1, 2])
    assert abs(further - first).to_numpy().max() > 1e-4


def test_a_pretrained_network_needs_no_more_than_a_window():
    forecaster = new(fine_tune_epochs=0).pretrain(panel_of({"a": table(30), "b": table(30, seed=1)}))
    assert forecaster.fit(table(6)).predict([1, 8]).shape == (2, 2)
    with pytest.raises(ValueError, match="at least 6 time stamp"):
        forecaster.fit(table(5)).predict([1])


def test_update_with_parameters_equals_a_fit_to_all():
    y, X = table(40), table(50, 1, seed=1)
    updated = new().fit(y.iloc[:30], X.iloc[:30]).update(y.iloc[30:], X.iloc[30:40])
    fresh = new().fit(y, X.iloc[:40])
    pd.testing.assert_frame_equal(updated.predict(STEPS, X.iloc[40:]), fresh.predict(STEPS, X.iloc[40:]))


def test_update_that_fails_changes_nothing():
    y = table(40)
    forecaster = new().fit(y.iloc[:30])
    before = forecaster.predict([1, 2])
    broken = y.iloc[30:].replace(y.iloc[34, 1], np.inf)
    panel = panel_of({"a": y.iloc[30:], "b": y.iloc[30:]})
    for bad, error in [(broken, ValueError), (panel, TypeError), (y.iloc[30:, :1], ValueError)]:
        with pytest.raises(error):
            forecaster.update(bad)
        pd.testing.assert_frame_equal(forecaster.predict([1, 2]), before)


def test_update_predict_does_not_see_the_future():
    """Also where the rolled data were part of the fit, so that the cutoff steps back."""
    y = table(40, 1)["level"]
    cv = SlidingWindowSplitter(fh=[1, 2], window_length=5, step_length=5)
    forecaster = new().fit(y)
    rolled = forecaster.update_predict(y.iloc[20:], cv=cv, update_params=False)
    for cutoff in range(24, 38, 5):
        window = TimeSeries.from_values(y.to_numpy()[: cutoff + 1])
        expected = forecaster.model_.predict(2, window, verbose=False).values()[:, 0]
        np.testing.assert_array_equal(rolled[cutoff].dropna(), expected)


def test_a_panel_is_updated_series_by_series():
    parts = {name: table(40, 1, seed=i) for i, name in enumerate("ab")}
    panel = panel_of(parts)
    known = panel_of({name: part.iloc[:30] for name, part in parts.items()})
    updated = new().fit(known).update(panel_of({name: part.iloc[30:] for name, part in parts.items()}))
    pd.testing.assert_frame_equal(updated.predict([1, 4]), new().fit(panel).predict([1, 4]))
    moved = new().fit(known).update(panel_of({"b": parts["b"].iloc[30:]}), update_params=False)
    assert list(moved.predict([1]).index) == [("a", 30), ("b", 40)]


# Intervals


def test_intervals_are_nested():
    forecaster = new(likelihood=GaussianLikelihood(), num_samples=40).fit(table())
    interval = forecaster.predict_interval(STEPS, coverage=[0.2, 0.6, 0.9])["flow"]
    width = [interval[c]["upper"] - interval[c]["lower"] for c in (0.2, 0.6, 0.9)]
    assert (np.diff(width, axis=0) > 0).all()
    point = forecaster.predict(STEPS)["flow"]
    assert (interval[0.2]["lower"] <= point).all()
    assert (point <= interval[0.2]["upper"]).all()


def test_forecasts_repeat_and_begin_with_the_shorter():
    y = table(n_columns=1)
    forecaster = new(likelihood=GaussianLikelihood(), num_samples=20, random_state=None).fit(y)
    first = forecaster.predict_quantiles([1, 2, 3, 4, 5, 6])
    pd.testing.assert_frame_equal(forecaster.predict_quantiles([1, 2, 3, 4, 5, 6]), first)
    pd.testing.assert_frame_equal(forecaster.predict_quantiles([2, 3]), first.iloc[1:3])


def test_a_likelihood_that_does_not_scale():
    y = pd.Series(np.random.default_rng(0).poisson(5, 40))
    with pytest.raises(ValueError, match="or scaling None"):
        new(likelihood=PoissonLikelihood()).fit(y)
    forecaster = new(likelihood=PoissonLikelihood(), scaling=None, num_samples=20).fit(y)
    quantiles = forecaster.predict_quantiles([1, 4])
    np.testing.assert_array_equal(quantiles.to_numpy() >= 0, True)


def test_without_likelihood_there_are_no_intervals():
    forecaster = new().fit(table())
    assert not forecaster.get_tag("capability:pred_int")
    with pytest.raises(NotImplementedError, match="prediction intervals"):
        forecaster.predict_interval([1])
    assert forecaster.clone().set_params(likelihood=GaussianLikelihood()).get_tag("capability:pred_int")


# Copies, and everything around


@of_each
@pytest.mark.parametrize("copy", ["save", "pickle", "deepcopy"])
def test_copies_forecast_the_same(cls, copy, tmp_path):
    y = table(40)
    forecaster = new(cls, likelihood=GaussianLikelihood(), num_samples=9, random_state=None).fit(y.iloc[:36])
    if copy == "save":
        forecaster.save(tmp_path / "model")
        other = load(tmp_path / "model.zip")
    else:
        other = deepcopy(forecaster) if copy == "deepcopy" else pickle.loads(pickle.dumps(forecaster))
    pd.testing.assert_frame_equal(other.predict_interval(STEPS), forecaster.predict_interval(STEPS))
    for one in (forecaster, other):
        one.update(y.iloc[36:], update_params=False)
    pd.testing.assert_frame_equal(other.predict(STEPS), forecaster.predict(STEPS))


@of_each
def test_a_clone_learns_the_same(cls):
    y = table()
    forecaster = new(cls, likelihood=GaussianLikelihood(), num_samples=9).fit(y)
    clone = forecaster.clone()
    assert not clone.is_fitted
    pd.testing.assert_frame_equal(clone.fit(y).predict(STEPS), forecaster.predict(STEPS))


def test_silence(capfd, recwarn, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    new().fit(table()).update(table(43).iloc[40:]).predict([1, 5])
    printed = capfd.readouterr()
    assert printed.out + printed.err == ""
    assert [str(w.message) for w in recwarn] == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_chunk_length": 0}, "input_chunk_length must be .* got 0"),
        ({"scaling": "minmax"}, "scaling must be .* got 'minmax'"),
        ({"num_samples": 0}, "num_samples must be a whole number of at least 1, got 0"),
        ({"fine_tune_epochs": -1}, "fine_tune_epochs must be a whole number of at least 0, got -1"),
        ({"torch_kwargs": {"output_chunk_shift": 2}}, "torch_kwargs must not have output_chunk_shift"),
        ({"torch_kwargs": {"no_option": 2}}, "no_option"),
    ],
)
def test_bad_options_are_refused_in_fit(options, message):
    forecaster = new(**options)
    with pytest.raises(ValueError, match=message):
        forecaster.fit(table())


def test_without_darts_the_class_is_there_and_says_what_to_install():
    script = """
import importlib.metadata, sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"darts", "torch"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
installed = importlib.metadata.distributions
importlib.metadata.distributions = lambda: (
    d for d in installed() if d.metadata["Name"] not in {"darts", "torch"}
)
sys.meta_path.insert(0, Absent())
import pandas as pd
from harmonic_forecasters.sktime import MLPForecaster
forecaster = MLPForecaster(4, 2)
print(forecaster)
forecaster.fit(pd.Series(range(20)))
"""
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.stdout.strip() == "MLPForecaster(input_chunk_length=4, output_chunk_length=2)"
    assert "pip install 'harmonic-forecasters[darts]'" in result.stderr
    assert "ModuleNotFoundError: MLPForecaster requires package 'darts>=0.48'" in result.stderr
