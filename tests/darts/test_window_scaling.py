"""Window units: whatever the level and scale of a series, forecasts follow."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from darts import TimeSeries
from darts.utils.likelihood_models.torch import (
    CauchyLikelihood,
    GaussianLikelihood,
    LaplaceLikelihood,
    PoissonLikelihood,
    QuantileRegression,
)

from harmonic_forecasters.darts import MLPModel
from harmonic_forecasters.darts.scaling import SCALINGS, WindowUnit, window_unit

SMALL_MLP = (MLPModel, {"hidden_dim": 8})
LIKELIHOODS = [GaussianLikelihood, LaplaceLikelihood, CauchyLikelihood, QuantileRegression]
QUIETLY = {"pl_trainer_kwargs": {"enable_progress_bar": False, "accelerator": "cpu"}}


def make(network=SMALL_MLP, output_chunk_length=4, **options):
    cls, small = network
    return cls(12, output_chunk_length, **({"n_epochs": 2, "random_state": 1} | QUIETLY | small | options))


def signal(n_samples=80, n_components=1, seed=0):
    rng = np.random.default_rng(seed)
    t = np.arange(n_samples)[:, None]
    return np.sin(t / (2.0 + np.arange(n_components))) + 0.2 * rng.normal(size=(n_samples, n_components))


# The arithmetic


@pytest.mark.parametrize("scaling", SCALINGS)
def test_a_window_in_its_unit_has_level_0_and_scale_1(scaling):
    window = torch.tensor(signal(30, 3)[None]) * 7.0 + 40.0
    scaled = window_unit(window, scaling).to_window(window)[0].numpy()
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-12)
    of = {"standard": scaled.std(axis=0), "max": abs(scaled).max(axis=0)}
    np.testing.assert_allclose(of[scaling], 1)


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("level", [0.0, 0.1, -1e-30, 1e4 + 1 / 3, 1e30])
def test_a_constant_window_has_no_unit_and_is_continued(scaling, dtype, level):
    window = torch.full((2, 100, 3), level, dtype=dtype)
    unit = window_unit(window, scaling)
    assert not unit.known().any()
    assert not unit.to_window(window + 5).any()
    torch.testing.assert_close(
        unit.values_to_series(torch.randn(2, 4, 3, 1, dtype=dtype))[..., 0], window[:, :4]
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("scale", [1e-9, 1e-3, 1.0, 1e3, 1e9])
def test_a_spread_is_scaled_before_its_softplus(dtype, scale):
    raw = torch.linspace(-30, 60, 50, dtype=dtype).reshape(1, 50, 1, 1).repeat(1, 1, 1, 2)
    unit = WindowUnit(torch.full((1, 1, 1), 3.0, dtype=dtype), torch.full((1, 1, 1), scale, dtype=dtype))
    softplus = torch.nn.functional.softplus
    mapped = unit.location_and_spread_to_series(raw)
    rtol = 1e-5 if dtype is torch.float32 else 1e-10
    torch.testing.assert_close(softplus(mapped[..., 1]), scale * softplus(raw[..., 1]), rtol=rtol, atol=0)
    torch.testing.assert_close(mapped[..., 0], 3 + scale * raw[..., 0])


# Forecasts


@pytest.mark.parametrize("scaling", SCALINGS)
def test_forecasts_follow_the_level_and_scale_of_the_series(small_network, scaling):
    values = signal(n_components=2)
    expected = make(small_network, scaling=scaling).fit(TimeSeries.from_values(values)).predict(9).values()
    for factor, level in [(1e6, 0.0), (1e-6, 0.0), (1.0, 1e4), (1e-3, 1.0)]:
        moved = TimeSeries.from_values(factor * values + level)
        forecast = make(small_network, scaling=scaling).fit(moved).predict(9).values()
        np.testing.assert_allclose((forecast - level) / factor, expected, atol=1e-7)


@pytest.mark.parametrize("factor", [1e6, 1e-6])
def test_forecasts_follow_the_scale_in_single_precision(factor):
    values = signal(n_components=2).astype(np.float32)
    expected = make().fit(TimeSeries.from_values(values)).predict(9).values()
    forecast = make().fit(TimeSeries.from_values(values * np.float32(factor))).predict(9)
    assert forecast.dtype == np.float32
    np.testing.assert_allclose(forecast.values() / factor, expected, atol=1e-4)


def test_each_component_has_a_unit_of_its_own():
    values = signal(n_components=2)
    expected = make().fit(TimeSeries.from_values(values)).predict(9).values()
    moved = values * [1e5, 1e-5] + [0, 7]
    forecast = make().fit(TimeSeries.from_values(moved)).predict(9).values()
    np.testing.assert_allclose((forecast - [0, 7]) / [1e5, 1e-5], expected, atol=1e-7)


@pytest.mark.parametrize("likelihood", LIKELIHOODS, ids=lambda cls: cls.__name__)
def test_distributions_follow_the_level_and_scale_of_the_series(likelihood):
    values = signal(n_components=2)
    models = [
        make(likelihood=likelihood()).fit(TimeSeries.from_values(v)) for v in (values, 1e3 * values + 5e4)
    ]
    standard, moved = (m.predict(4, predict_likelihood_parameters=True).values() for m in models)
    n_parameters = models[0].likelihood.num_parameters
    levels = np.full(n_parameters, 5e4)
    if likelihood is not QuantileRegression:
        levels[1] = 0.0
    np.testing.assert_allclose(moved, 1e3 * standard + np.tile(levels, 2), rtol=1e-7)
    samples = [m.predict(9, num_samples=5, random_state=3).all_values() for m in models]
    np.testing.assert_allclose(samples[1], 1e3 * samples[0] + 5e4, rtol=1e-7)


@pytest.mark.parametrize("likelihood", [GaussianLikelihood, LaplaceLikelihood, QuantileRegression])
@pytest.mark.parametrize("level", [0.0, 50.0, -50.0])
def test_intervals_are_calibrated_at_every_level(likelihood, level):
    """80 % of a Gaussian signal's values lie in the intervals that should hold 80 %."""
    series = TimeSeries.from_values(level + signal(4_500, seed=5))
    training = {"n_epochs": 6, "batch_size": 128, "optimizer_kwargs": {"lr": 1e-2}}
    model = make(output_chunk_length=2, hidden_dim=16, likelihood=likelihood(), **training)
    forecasts = model.fit(series[:3_000]).historical_forecasts(
        series, start=3_000, stride=2, forecast_horizon=2, retrain=False, num_samples=100, random_state=0
    )
    low, high = (forecasts.quantile(q).values() for q in (0.1, 0.9))
    truth = series.slice_intersect(forecasts).values()
    assert 0.75 <= ((low <= truth) & (truth <= high)).mean() <= 0.85


def test_constant_series_train_and_are_continued():
    constant = TimeSeries.from_values(np.full((60, 2), [4.25, 0.0]))
    model = make(likelihood=GaussianLikelihood()).fit(constant)
    np.testing.assert_array_equal(model.predict(9).values(), [[4.25, 0.0]] * 9)
    assert all(weight.isfinite().all() for weight in model.model.parameters())


def test_constant_windows_teach_nothing():
    waves = TimeSeries.from_values(signal())
    flat = TimeSeries.from_values(np.r_[np.zeros(30), 1e9])
    model = make().fit([waves, flat])
    assert np.isfinite(model.predict(9, waves).values()).all()
    before = copy_of_weights(model)
    model.fit(TimeSeries.from_values(np.r_[np.zeros(15), 1e9]))
    assert all(torch.equal(before[name], weight) for name, weight in copy_of_weights(model).items())


def copy_of_weights(model):
    return {name: weight.clone() for name, weight in model.model.state_dict().items()}


def test_the_loss_that_callbacks_see_is_in_window_units():
    values = signal()
    losses = []
    for factor in (1.0, 1e6):
        series = TimeSeries.from_values(factor * values)
        model = make().fit(series, val_series=series)
        losses.append([float(model.trainer.callback_metrics[name]) for name in ("train_loss", "val_loss")])
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-6)


# Precision


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_either_precision_is_forecast_by_a_network_of_either(small_network, dtype):
    series = TimeSeries.from_values(10 + signal())
    model = make(small_network).fit(series.astype(dtype))
    same, other = (model.predict(9, series.astype(d)).values() for d in (np.float32, np.float64))
    np.testing.assert_allclose(same, other, atol=1e-3)


# What is refused


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scaling": "minmax"}, "scaling must be 'standard', 'max' or None, got 'minmax'"),
        (
            {"likelihood": PoissonLikelihood()},
            "likelihood must be one of .*got PoissonLikelihood with scaling",
        ),
        ({"likelihood": GaussianLikelihood(prior_mu=3.0)}, "likelihood must have no prior.*got Gaussian"),
        ({"use_reversible_instance_norm": True}, "use_reversible_instance_norm must be False.*got True"),
    ],
)
def test_what_cannot_be_scaled_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)


def test_without_scaling_every_likelihood_of_darts_works():
    counts = TimeSeries.from_values(np.random.default_rng(0).poisson(4.0, size=60).astype(float))
    model = make(scaling=None, likelihood=PoissonLikelihood()).fit(counts)
    assert (model.predict(6, num_samples=5).all_values() >= 0).all()
