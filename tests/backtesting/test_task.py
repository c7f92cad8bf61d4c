"""Tasks: which origins, which series, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from harmonic_forecasters import datasets
from harmonic_forecasters.backtesting.job import run_job
from harmonic_forecasters.backtesting.models import model_spec
from harmonic_forecasters.backtesting.task import Task

SUMS = {"kind": "harmonic_sums", "n_signals": 3, "length": 40, "n_components": [2, 3], "periods": [5, 9]}


@pytest.mark.parametrize(
    ("options", "n_samples", "expected"),
    [
        ({"horizon": 5}, 20, [15]),
        ({"horizon": 5, "origins": 3}, 20, [5, 10, 15]),
        ({"horizon": 5, "origins": 3, "stride": 1}, 20, [13, 14, 15]),
        ({"horizon": 5, "origins": 2, "stride": 7}, 20, [8, 15]),
        ({"horizon": 19}, 20, [1]),
    ],
)
def test_the_last_forecast_ends_with_the_series_and_the_others_lie_a_stride_apart(
    options, n_samples, expected
):
    assert Task(name="t", dataset="nile", **options).origins_of(n_samples) == expected


def test_a_series_too_short_for_its_origins_is_refused_with_the_length_it_needs():
    task = Task(name="t", dataset="nile", horizon=5, origins=4)
    assert task.origins_of(21) == [1, 6, 11, 16]
    with pytest.raises(ValueError, match=r"'t': 4 origin.* more than 20 samples, got 20"):
        task.origins_of(20)


def test_lookback_is_the_window_or_two_seasons_or_horizons():
    options = {"name": "t", "dataset": "nile"}
    assert Task(**options, horizon=5, window=30, seasonality=12).lookback == 30
    assert Task(**options, horizon=5, seasonality=12).lookback == 24
    assert Task(**options, horizon=15, seasonality=12).lookback == 30


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"horizon": 0}, "horizon must be a whole number of at least 1, got 0"),
        ({"horizon": 2.5}, "horizon must be .* got 2.5"),
        ({"horizon": "5"}, "horizon must be .* got '5'"),
        ({"horizon": True}, "horizon must be .* got True"),
        ({"origins": 0}, "origins must be .* got 0"),
        ({"stride": 0}, "stride must be None or .* got 0"),
        ({"window": -1}, "window must be None or .* got -1"),
        ({"last": 0}, "last must be .* got 0"),
        ({"max_series": 0}, "max_series must be .* got 0"),
        ({"seasonality": 0}, "seasonality must be .* got 0"),
        ({"refit_every": -1}, "refit_every must be a whole number of at least 0, got -1"),
        ({"training_signals": 1.0}, "training_signals must be .* got 1.0"),
        ({"training_signals": 5}, "training_signals and random_factor need signals, not a dataset"),
        ({"random_factor": [1, 2]}, "training_signals and random_factor need signals, not a dataset"),
        ({"random_factor": [2, 1]}, r"random_factor must be .* got \(2, 1\)"),
        ({"random_factor": [0, 1]}, "random_factor must be .* 0 < lowest"),
        ({"random_factor": 3}, "random_factor must be .* got 3"),
        ({"random_factor": [1]}, r"random_factor must be .* got \(1,\)"),
        ({"metrics": ["mase", "mape"]}, "metrics must be among mase, .*clean_mse, .* got 'mape'"),
        ({"metrics": "mase"}, "metrics must be a list of at least one, got 'mase'"),
        ({"metrics": []}, "metrics must be a list of at least one"),
        ({"headline": "rmse", "metrics": ["mase"]}, "headline must be one of its metrics, mase, got 'rmse'"),
        ({"headline": "clean_mse", "metrics": ["clean_mse"]}, "headline must not be a clean_ metric"),
        ({"average": "median"}, "average must be 'mean' or 'geometric mean', got 'median'"),
        ({"quantiles": [0.1, 0.5]}, "quantiles must rise, .* symmetric"),
        ({"quantiles": [0.9, 0.1]}, "quantiles must rise"),
        ({"quantiles": [0.1, 0.1, 0.9, 0.9]}, "quantiles must rise"),
        ({"quantiles": [0.0, 1.0]}, "quantiles must rise"),
        ({"quantiles": 0.5}, "quantiles must rise"),
        ({"quantiles": ["a"]}, "quantiles must rise"),
        ({"dataset": "airlines"}, "dataset must be one of airline, .* got 'airlines'"),
        ({"dataset": None}, "exactly one of dataset and signals"),
        ({"signals": SUMS}, "exactly one of dataset and signals"),
        ({"name": 5}, "name must be a text, got 5"),
        ({"group": ""}, "group must be a text that is not empty, got ''"),
    ],
)
def test_options_out_of_range_are_refused_with_rule_and_value(options, rule):
    with pytest.raises(ValueError, match=rule):
        Task(**{"name": "t", "dataset": "nile", "horizon": 5} | options)


@pytest.mark.parametrize(
    ("signals", "rule"),
    [
        ({"kind": "harmonic_sum"}, "a kind out of harmonic_sums, .* got {'kind': 'harmonic_sum'}"),
        ("harmonic_sums", "signals must be a mapping with a kind"),
        (SUMS | {"lenght": 40}, "signals of kind harmonic_sums take .*length.*, got 'lenght'"),
        (SUMS | {"random_state": 1}, "signals of kind harmonic_sums take .*, got 'random_state'"),
        (SUMS | {"n_components": [3, 2]}, "'t': signals: n_components must be .* got \\[3, 2\\]"),
        (SUMS | {"length": "long"}, "'t': signals: "),
        ({"kind": "harmonic_sums"}, "'t': signals: .*missing"),
        (SUMS | {"length": 5}, "need a series of more than 5 samples, got 5"),
    ],
)
def test_mistyped_signals_are_refused_before_anything_runs(signals, rule):
    with pytest.raises(ValueError, match=rule):
        Task(name="t", signals=signals, horizon=5)


def test_a_generator_of_one_series_has_no_training_panel():
    with pytest.raises(
        ValueError, match="training_signals need a kind of signals with n_signals, got 'sine'"
    ):
        Task(name="t", signals={"kind": "sine"}, horizon=5, training_signals=3)


@pytest.mark.parametrize("kind", ["sine", "growing_series", "daily_weather"])
def test_every_kind_of_signals_can_be_a_task(kind):
    task = Task(name="t", signals={"kind": kind}, horizon=5, last=100)
    series = task.load(0)
    assert [len(one.values) for one in series] == [100] * len(series)
    assert all(one.clean.shape == (100,) for one in series)
    assert len(series) == (3 if kind == "daily_weather" else 1)


def test_the_same_seed_gives_the_same_signals_and_another_seed_or_name_others():
    task = Task(name="t", signals=SUMS, horizon=5, random_factor=[0.1, 10])
    first, again, other = (np.stack([one.values for one in task.load(seed)]) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.isclose(first, other).any()
    renamed = Task(name="u", signals=SUMS, horizon=5, random_factor=[0.1, 10])
    assert not np.isclose(first, np.stack([one.values for one in renamed.load(1)])).any()


def test_the_training_panel_has_its_size_and_shares_no_signal_with_the_evaluation():
    series = Task(name="t", signals=SUMS, horizon=5).load(1)
    for size in (len(series), 7):
        panel = Task(name="t", signals=SUMS, horizon=5, training_signals=size).training_panel(1)
        assert len(panel) == size
        assert all(not np.allclose(one.values, other.values) for one in panel for other in series)
    assert Task(name="t", signals=SUMS, horizon=5).training_panel(1) == []


def test_models_see_signals_times_their_unit_and_scores_do_not_depend_on_it():
    plain = Task(name="t", signals=SUMS | {"noise": 0.1}, horizon=5, seasonality=4)
    scaled = Task(name="t", signals=SUMS | {"noise": 0.1}, horizon=5, seasonality=4, random_factor=[0.1, 10])
    units = [one.unit for one in scaled.load(3)]
    assert len(set(units)) == 3
    assert all(0.1 <= unit <= 10 for unit in units)
    for before, after in zip(plain.load(3), scaled.load(3), strict=True):
        np.testing.assert_allclose(after.values, before.values * after.unit, rtol=1e-14)
        np.testing.assert_allclose(after.clean, before.clean * after.unit, rtol=1e-14)
    # These models forecast c times as much for a series c times as large.
    for name in ("seasonal_naive", "dft_trend"):
        scores = [run_job(task, model_spec(name), 3)["scores"] for task in (plain, scaled)]
        assert len(scores[0]) > 0
        for before, after in zip(*scores, strict=True):
            assert after["value"] == pytest.approx(before["value"], rel=1e-9)


def test_a_dataset_task_has_a_series_a_target_and_last_keeps_the_end():
    nile = datasets.load("nile")
    (whole,) = Task(name="t", dataset="nile", horizon=5).load(0)
    pd.testing.assert_series_equal(whole.values, nile)
    assert (whole.name, whole.clean, whole.unit) == ("nile", None, 1.0)
    (end,) = Task(name="t", dataset="nile", horizon=5, last=30).load(0)
    pd.testing.assert_series_equal(end.values, nile[-30:])


def test_a_panel_gives_a_series_each_and_max_series_spreads_over_it(monkeypatch):
    # Five series of 10, 11, ... samples, in place of a dataset that would be downloaded.
    names = np.repeat(list("abcde"), [10, 11, 12, 13, 14])
    steps = np.concatenate([np.arange(n) for n in (10, 11, 12, 13, 14)])
    index = pd.MultiIndex.from_arrays([names, steps], names=["series", "time"])
    panel = pd.DataFrame({"value": np.arange(60.0)}, index)
    monkeypatch.setattr(datasets, "load", lambda name: panel)
    series = Task(name="t", dataset="nile", horizon=5).load(0)
    assert [one.name for one in series] == list("abcde")
    assert [len(one.values) for one in series] == [10, 11, 12, 13, 14]
    assert series[1].values.to_list() == [*range(10, 21)]
    assert series[1].values.index.to_list() == [*range(11)]
    few = Task(name="t", dataset="nile", horizon=5, max_series=3, last=6).load(0)
    assert [one.name for one in few] == ["a", "c", "e"]
    assert few[1].values.to_list() == [*range(27, 33)]


def test_a_season_that_is_not_stated_is_the_datasets_and_one_for_signals():
    assert Task(name="airline", dataset="airline", horizon=3).season == 12
    assert Task(name="airline", dataset="airline", horizon=3, seasonality=4).season == 4
    assert Task(name="sine", signals={"kind": "sine"}, horizon=3).season == 1
