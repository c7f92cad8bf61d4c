"""What every neural darts model of this package keeps, whatever its network."""

from __future__ import annotations

import copy
import inspect
import logging
import pickle
import random
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from darts import TimeSeries, concatenate
from darts.models.forecasting.torch_forecasting_model import MixedCovariatesTorchModel
from darts.utils.data import SequentialTorchTrainingDataset
from darts.utils.data.torch_datasets.utils import _batch_collate_fn_train
from darts.utils.likelihood_models.torch import GaussianLikelihood, QuantileRegression

from harmonic_forecasters.darts.window_dataset import WindowTrainingDataset
from harmonic_forecasters.darts.windowed_module import WindowedModule

QUIETLY = {"enable_progress_bar": False, "accelerator": "cpu"}
WINDOW, CHUNK = 12, 4
TRAINING = {"n_epochs": 2, "batch_size": 16, "random_state": 1, "pl_trainer_kwargs": QUIETLY}


@pytest.fixture
def make_model(small_network):
    """Keyword arguments -> a model of windows of 12 samples and chunks of 4."""
    cls, options = small_network
    return lambda **more: cls(WINDOW, more.pop("output_chunk_length", CHUNK), **(TRAINING | options | more))


@pytest.fixture
def covariates(make_series):
    """Past and future ones, the future ones 20 days longer than a series of 40."""
    return {
        "past_covariates": make_series(40, 2, seed=7),
        "future_covariates": make_series(60, 1, seed=8),
    }


def assert_same(actual, expected):
    pd.testing.assert_index_equal(actual.time_index, expected.time_index, exact=True)
    assert list(actual.components) == list(expected.components)
    np.testing.assert_array_equal(actual.all_values(), expected.all_values())


def weights(model):
    return {name: weight.clone() for name, weight in model.model.state_dict().items()}


def assert_same_weights(actual, expected):
    assert actual.keys() == expected.keys()
    assert all(torch.equal(actual[name], expected[name]) for name in expected)


# Forecasts


@pytest.mark.parametrize("index", ["days", "months", "business days", "steps of 3", "range"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_forecast_follows_the_series_and_keeps_what_describes_it(make_model, make_series, index, dtype):
    series = make_series(components=2, index=index, dtype=dtype)
    past, future = series[:-6], series[-6:]
    forecast = make_model().fit(past).predict(6)
    pd.testing.assert_index_equal(forecast.time_index, future.time_index, exact=True)
    assert forecast.dtype == dtype
    assert list(forecast.components) == list(series.components)
    pd.testing.assert_frame_equal(forecast.static_covariates, series.static_covariates)
    assert forecast.metadata == series.metadata
    assert np.isfinite(forecast.values()).all()


def test_a_long_forecast_rolls_over_its_own_chunks(make_model, make_series):
    past = make_series()
    model = make_model().fit(past)
    chunks = []
    for _ in range(3):
        chunks.append(model.predict(CHUNK, concatenate([past, *chunks])))
    np.testing.assert_allclose(model.predict(3 * CHUNK).values(), concatenate(chunks).values(), rtol=1e-9)
    assert np.isfinite(model.predict(50 * CHUNK).values()).all()


def test_many_series_share_one_network_and_are_forecast_as_each_alone(make_model, make_series):
    many = [make_series(40, seed=1), make_series(25, seed=2), make_series(33, seed=3)]
    model = make_model().fit(many)
    for one, together in zip(many, model.predict(9, many), strict=True):
        np.testing.assert_allclose(together.values(), model.predict(9, one).values(), rtol=1e-9)


def test_a_shifted_chunk_begins_later(make_model, make_series):
    series = make_series()
    forecast = make_model(output_chunk_shift=3).fit(series).predict(CHUNK)
    assert forecast.start_time() == series.end_time() + 4 * series.freq


@pytest.mark.parametrize("horizon", [3, 9])
def test_rolling_batch_equals_the_loop(make_model, make_series, covariates, horizon):
    series = make_series()
    inputs = {name: one if name[0] == "f" else make_series(60, 2, seed=7) for name, one in covariates.items()}
    model = make_model().fit(series, **inputs)
    options = {"start": 0.7, "forecast_horizon": horizon, "retrain": False, "show_warnings": False}
    for more in ({"last_points_only": False}, {"stride": 2}):
        batch, loop = (
            model.historical_forecasts(series, enable_optimization=fast, **inputs, **options, **more)
            for fast in (True, False)
        )
        pairs = zip(batch, loop, strict=True) if isinstance(batch, list) else [(batch, loop)]
        for one, other in pairs:
            pd.testing.assert_index_equal(one.time_index, other.time_index)
            np.testing.assert_allclose(one.values(), other.values(), rtol=1e-9)


# What goes in


def test_covariates_of_every_kind_are_taken_and_matter(make_model, make_series, covariates):
    series = make_series(components=2)
    model = make_model(n_epochs=3).fit(series, **covariates)
    forecast = model.predict(CHUNK).values()
    for name, given in covariates.items():
        other = model.predict(CHUNK, series, **(covariates | {name: given * -1.0})).values()
        assert not np.allclose(other, forecast)
    restyled = series.with_static_covariates(series.static_covariates + 5)
    others = [model.predict(CHUNK, one, **covariates).values() for one in (restyled, series)]
    assert not np.allclose(others[0], forecast)
    np.testing.assert_array_equal(others[1], forecast)


def test_static_covariates_can_be_left_aside(make_model, make_series):
    model = make_model(use_static_covariates=False).fit(make_series())
    assert not model.uses_static_covariates


def test_encoders_make_covariates(make_model, make_series):
    encoders = {"cyclic": {"future": ["month"]}, "position": {"past": ["relative"]}}
    model = make_model(add_encoders=encoders).fit(make_series())
    assert model.uses_future_covariates
    assert model.uses_past_covariates
    assert np.isfinite(model.predict(9).values()).all()


def test_weights_of_zero_are_windows_left_out(make_model, make_series):
    """The beginning could be anything, as long as no window of an output with a weight reaches into it."""
    values = make_series(60).values()
    changed = values.copy()
    changed[: 30 - CHUNK + 1 - WINDOW] *= -3
    weight = TimeSeries.from_values((np.arange(60) >= 30).astype(float))
    one, other = (
        make_model().fit(TimeSeries.from_values(v), sample_weight=weight).predict(9).values()
        for v in (values, changed)
    )
    np.testing.assert_allclose(one, other, rtol=1e-9)


def test_a_validation_series_is_scored_every_epoch(make_model, make_series):
    model = make_model().fit(make_series(), val_series=make_series(seed=1))
    assert {"train_loss", "val_loss"} <= set(model.trainer.callback_metrics)


def test_units_are_dropped_in_forecasts_on_request(make_model, make_series):
    model = make_model(dropout=0.4).fit(make_series())
    assert model.supports_probabilistic_prediction
    spread = model.predict(CHUNK, num_samples=8, mc_dropout=True).all_values().std(axis=2)
    assert (spread > 0).all()
    assert_same(model.predict(CHUNK), model.predict(CHUNK))
    assert not make_model().fit(make_series()).supports_probabilistic_prediction


@pytest.mark.parametrize("likelihood", [GaussianLikelihood(), QuantileRegression([0.1, 0.5, 0.9])], ids=repr)
def test_distributions_are_sampled_and_their_parameters_given(make_model, make_series, likelihood):
    series = make_series(components=2)
    model = make_model(likelihood=likelihood).fit(series)
    samples = model.predict(9, num_samples=7, random_state=3)
    assert samples.n_samples == 7
    assert_same(samples, model.predict(9, num_samples=7, random_state=3))
    parameters = model.predict(CHUNK, predict_likelihood_parameters=True)
    assert list(parameters.components) == likelihood.component_names(series=series)


# The training windows: the fast path equals darts' own


@pytest.mark.parametrize(
    "options",
    [{}, {"stride": 3}, {"max_samples_per_ts": 5}, {"output_chunk_shift": 2}, {"sample_weight": "linear"}],
)
def test_batches_of_windows_equal_those_of_darts(make_series, options):
    series = [make_series(40, 2), make_series(25, 2, seed=1), make_series(33, 2, seed=2)]
    inputs = {
        "series": series,
        "past_covariates": [make_series(45, 1, seed=3) for _ in series],
        "future_covariates": [make_series(60, 3, seed=4) for _ in series],
        "input_chunk_length": WINDOW,
        "output_chunk_length": CHUNK,
    }
    ours = WindowTrainingDataset(**inputs, **options)
    theirs = SequentialTorchTrainingDataset(**inputs, **options)
    assert len(ours) == len(theirs)
    order = np.random.default_rng(0).permutation(len(ours)).tolist()
    fast, slow = ours.__getitems__(order), _batch_collate_fn_train([theirs[i] for i in order])
    for name in slow.__slots__:
        expected = getattr(slow, name)
        assert (getattr(fast, name) is None) == (expected is None)
        if expected is not None:
            assert torch.equal(getattr(fast, name), expected)


def test_a_dataset_of_darts_trains_as_ours(make_model, make_series):
    series = make_series()
    theirs = SequentialTorchTrainingDataset(series, input_chunk_length=WINDOW, output_chunk_length=CHUNK)
    ours = WindowTrainingDataset(series=series, input_chunk_length=WINDOW, output_chunk_length=CHUNK)
    assert_same_weights(*(weights(make_model().fit_from_dataset(windows)) for windows in (theirs, ours)))


# Randomness, and what surrounds the model


def test_one_seed_gives_one_model(make_model, make_series):
    series = make_series()
    first, second, other = (make_model(dropout=0.2, random_state=seed).fit(series) for seed in (1, 1, 2))
    assert_same_weights(weights(first), weights(second))
    assert_same(first.predict(9), second.predict(9))
    assert not np.array_equal(first.predict(9).values(), other.predict(9).values())


@pytest.mark.parametrize("seed", [None, 1])
def test_nothing_outside_the_model_is_touched(make_model, make_series, seed, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    series = make_series()

    def surroundings():
        loggers = {
            name: (logging.getLogger(name).level, list(logging.getLogger(name).filters))
            for name in [None, *logging.root.manager.loggerDict]
            if name is None
            or name.split(".")[0] in ("pytorch_lightning", "lightning_fabric", "darts", "torch")
        }
        kind, keys, position, *gauss = np.random.get_state()  # noqa: NPY002
        return (
            loggers,
            list(warnings.filters),
            random.getstate(),
            (kind, keys.tolist(), position, gauss),
            torch.get_rng_state().tolist(),
        )

    make_model().fit(series).predict(3)  # imports make loggers
    capfd.readouterr()
    before = surroundings()
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        model = make_model(random_state=seed, dropout=0.1, likelihood=GaussianLikelihood())
        model.fit(series).predict(9, num_samples=3)
        model.historical_forecasts(series, start=0.9, retrain=False, num_samples=2)
    assert surroundings() == before
    assert [str(warning.message) for warning in heard] == []
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_the_table_of_parameters_is_shown_on_request(make_model, make_series, capfd, caplog):
    make_model(pl_trainer_kwargs={**QUIETLY, "enable_model_summary": True}).fit(make_series())
    shown = capfd.readouterr()
    assert "Params" in shown.out + shown.err + caplog.text


def test_signatures_are_those_of_darts(make_model):
    for method in ("fit", "predict", "fit_from_dataset", "predict_from_dataset", "lr_find"):
        ours, theirs = (inspect.signature(getattr(cls, method)) for cls in (make_model(), make_model()))
        assert ours == theirs
        darts = inspect.signature(getattr(MixedCovariatesTorchModel, method))
        assert list(darts.parameters)[1:] == list(ours.parameters)


def test_the_learning_rate_can_be_searched(make_model, make_series, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # Lightning writes a checkpoint of its own
    found = make_model(n_epochs=10).lr_find(make_series(), num_training=10, early_stop_threshold=None)
    assert len(found.results["loss"]) >= 5


# Copies


def test_copies_keep_the_weights(make_model, make_series):
    model = make_model(likelihood=GaussianLikelihood()).fit(make_series(components=2))
    expected = model.predict(9, num_samples=3, random_state=0)
    twins = {"deepcopy": copy.deepcopy(model), "pickle": pickle.loads(pickle.dumps(model))}
    for twin in twins.values():
        assert_same(twin.predict(9, num_samples=3, random_state=0), expected)
    twins["deepcopy"].fit(make_series(components=2, seed=4))
    assert_same(model.predict(9, num_samples=3, random_state=0), expected)


def test_unfitted_copies_are_unfitted(make_model, make_series):
    model = make_model()
    for twin in (
        copy.deepcopy(model),
        pickle.loads(pickle.dumps(model)),
        model.untrained_model(),
        model.fit(make_series()).untrained_model(),
    ):
        with pytest.raises(ValueError, match="must be provided"):
            twin.predict(3)
        assert_same(twin.fit(make_series()).predict(9), model.predict(9))


@pytest.mark.parametrize("clean", [False, True])
def test_a_loaded_model_is_saved_again_before_any_forecast(make_model, make_series, tmp_path, clean):
    series = make_series(components=2)
    model = make_model(likelihood=QuantileRegression([0.2, 0.5, 0.8])).fit(series)
    expected = model.predict(9, num_samples=3, random_state=0)
    path = tmp_path / "first.pt"
    model.save(str(path), clean=clean)
    for name in ("second.pt", "third.pt"):
        type(model).load(str(path)).save(str(tmp_path / name), clean=clean)
        path = tmp_path / name
    loaded = copy.deepcopy(type(model).load(str(path)))
    assert_same(loaded.predict(9, series, num_samples=3, random_state=0, verbose=False), expected)
    assert_same_weights(weights(loaded), weights(model))


def test_saved_models_load_in_a_fresh_process_and_the_first_loads_torch(
    small_networks, make_series, tmp_path
):
    series = make_series(components=2)
    for i, (cls, options) in enumerate(small_networks):
        given = {"likelihood": GaussianLikelihood() if i else None, "random_state": None if i % 2 else 1}
        model = cls(WINDOW, CHUNK, **(TRAINING | options | given)).fit(series)
        model.save(str(tmp_path / f"{i}.pt"), clean=i % 2 == 1)
        parameters = model.predict(CHUNK, predict_likelihood_parameters=bool(i))
        parameters.to_pickle(str(tmp_path / f"{i}.pkl"))
    series.to_pickle(str(tmp_path / "series.pkl"))
    names = [cls.__name__ for cls, _ in small_networks]
    program = (
        "import pickle, sys\n"
        "import numpy as np\n"
        "from harmonic_forecasters import darts\n"
        "assert 'torch' not in sys.modules\n"
        f"darts.{names[0]}\n"
        "assert 'torch' in sys.modules\n"
        "series = pickle.load(open('series.pkl', 'rb'))\n"
        f"for i, name in enumerate({names}):\n"
        "    model = getattr(darts, name).load(f'{i}.pt')\n"
        "    expected = pickle.load(open(f'{i}.pkl', 'rb'))\n"
        f"    forecast = model.predict({CHUNK}, series, predict_likelihood_parameters=i > 0, verbose=False)\n"
        "    np.testing.assert_allclose(forecast.values(), expected.values(), rtol=1e-12)\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)


def test_interrupted_training_resumes_from_its_checkpoints(make_model, make_series, tmp_path, monkeypatch):
    series = make_series()
    folder = {"work_dir": str(tmp_path), "model_name": "run"}

    def interrupt(module):
        if module.current_epoch == 3:
            raise RuntimeError("the power went")

    model = make_model(n_epochs=5, save_checkpoints=True, **folder)
    with monkeypatch.context() as patch:
        patch.setattr(WindowedModule, "on_train_epoch_start", interrupt)
        with pytest.raises(RuntimeError, match="the power went"):
            model.fit(series)
    resumed = type(model).load_from_checkpoint("run", work_dir=str(tmp_path), best=False)
    assert np.isfinite(resumed.predict(9, series).values()).all()
    before = weights(resumed)
    resumed.fit(series, epochs=5)
    assert resumed.epochs_trained == 5
    assert resumed.trainer.global_step == 5 * int(np.ceil((40 - WINDOW - CHUNK + 1) / 16))
    assert not all(torch.equal(before[name], weight) for name, weight in weights(resumed).items())


def test_weights_go_into_a_new_model_and_no_other_shape(make_model, make_series, tmp_path):
    series = make_series(components=2)
    path = str(tmp_path / "model.pt")
    model = make_model(likelihood=GaussianLikelihood()).fit(series)
    model.save(path)
    twin = make_model(likelihood=GaussianLikelihood(), n_epochs=7)
    twin.load_weights(path)
    assert_same(
        twin.predict(CHUNK, series, predict_likelihood_parameters=True),
        model.predict(CHUNK, predict_likelihood_parameters=True),
    )
    other = make_model().fit(series)
    before = other.predict(9)
    with pytest.raises(ValueError, match="likelihood=GaussianLikelihood"):
        other.load_weights(path)
    with pytest.raises(
        ValueError, match=r"weights must have the shapes of the network's: [\s\S]*size mismatch"
    ):
        other.load_weights(path, load_encoders=False, skip_checks=True)
    assert_same(other.predict(9), before)


@pytest.fixture
def run_onnx(make_series, covariates, tmp_path):
    """A model -> itself, fitted, and the outputs of its ONNX file."""
    pytest.importorskip("onnx")
    pytest.importorskip("onnxscript")
    runtime = pytest.importorskip("onnxruntime")
    from darts.utils.onnx import run_onnx_prediction

    inputs = {name: one.astype(np.float32) for name, one in covariates.items()}
    series = make_series(components=2, dtype=np.float32) * 1e-3

    def run(model):
        model.fit(series, **inputs)
        path = str(tmp_path / "model.onnx")
        model.to_onnx(path, verbose=False)
        outputs = run_onnx_prediction(
            n=CHUNK, session=runtime.InferenceSession(path), series=series, verbose=False, **inputs
        )
        return model, outputs.values()

    return run


@pytest.mark.filterwarnings("ignore")
def test_onnx_agrees_on_distributions(make_model, run_onnx):
    model, outputs = run_onnx(make_model(likelihood=GaussianLikelihood()))
    outputs[:, 1::2] = np.log1p(np.exp(outputs[:, 1::2]))  # darts exports what precedes the softplus
    expected = model.predict(CHUNK, predict_likelihood_parameters=True).values()
    np.testing.assert_allclose(outputs, expected, rtol=1e-5)


@pytest.mark.filterwarnings("ignore")
def test_onnx_agrees_on_values(small_networks, run_onnx):
    """With one network: a likelihood adds outputs to a network, and nothing else that differs by network."""
    cls, options = small_networks[0]
    model, outputs = run_onnx(cls(WINDOW, CHUNK, **TRAINING, **options))
    np.testing.assert_allclose(outputs, model.predict(CHUNK).values(), rtol=1e-5)


# What is refused; most of it is in the matrix of bad input


def _with_nan(series):
    values = series.values()
    values[[20, 31]] = np.nan
    return series.with_values(values)


def test_a_refused_series_leaves_the_model_as_it_was(make_model, make_series):
    """Fitted or not, and with the random numbers that it would have used next."""
    model = make_model(likelihood=GaussianLikelihood()).fit(make_series())
    twin, unfitted = copy.deepcopy(model), make_model()
    for bad in (make_series(15), _with_nan(make_series()), [make_series(), make_series(40, 2)]):
        for one in (model, unfitted):
            with pytest.raises(ValueError, match="got"):
                one.fit(bad)
    assert_same(model.predict(9, num_samples=2), twin.predict(9, num_samples=2))
    assert_same(unfitted.fit(make_series()).predict(9), make_model().fit(make_series()).predict(9))


def test_a_gap_is_refused_by_rolling_forecasts_that_meet_it(make_model, make_series):
    series = make_series()
    model = make_model().fit(series)
    gap = _with_nan(series)
    options = {"retrain": False, "start": 33, "start_format": "position"}
    with pytest.raises(ValueError, match="got 1 in series 0, the first at position 10"):
        model.historical_forecasts(gap[21:], **options | {"start": 12})
    values = series.values()
    values[39] = np.nan
    later = series.with_values(values)
    np.testing.assert_array_equal(
        model.historical_forecasts(later, **options).values(),
        model.historical_forecasts(series, **options).values(),
    )


def test_covariates_that_end_too_early_or_have_gaps_are_refused(make_model, make_series, covariates):
    series = make_series()
    model = make_model()
    short = {name: one[:30] for name, one in covariates.items()}
    for name, message in (("past_covariates", "past_covariates"), ("future_covariates", "future_covariates")):
        with pytest.raises(ValueError, match=f"Invalid `{message}`"):
            model.fit(series, **(covariates | {name: short[name]}))
        with pytest.raises(ValueError, match=f"{message} must hold neither NaN"):
            model.fit(series, **(covariates | {name: covariates[name] * np.nan}))
        with pytest.raises(ValueError, match=f"Invalid `{message}`"):
            model.fit(series, **(covariates | {name: covariates[name][5:]}))
    model.fit(series, **covariates)
    before = model.predict(CHUNK)
    for name in ("past_covariates", "future_covariates"):
        gap = covariates | {name: covariates[name] * np.nan}
        with pytest.raises(ValueError, match=f"{name} must hold neither NaN"):
            model.predict(CHUNK, series, **gap)
        with pytest.raises(ValueError, match=f"{name} must hold neither NaN"):
            model.historical_forecasts(series, start=20, retrain=False, **gap)
    with pytest.raises(ValueError, match="far enough into the future"):
        model.predict(CHUNK, series, **(covariates | {"future_covariates": short["future_covariates"]}))
    assert_same(model.predict(CHUNK), before)
