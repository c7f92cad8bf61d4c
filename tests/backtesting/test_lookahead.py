"""The proof of no look-ahead: cheats are caught, whatever they look through, and honest models are not."""

from __future__ import annotations

import numpy as np
import pytest

from harmonic_forecasters import datasets
from harmonic_forecasters.backtesting import rolling
from harmonic_forecasters.backtesting.job import run_job
from harmonic_forecasters.backtesting.lookahead import LookAheadError, check_lookahead
from harmonic_forecasters.backtesting.models import model_spec
from harmonic_forecasters.backtesting.rolling import roll
from harmonic_forecasters.backtesting.task import Task

NILE = Task(name="nile", dataset="nile", horizon=4, origins=4, seasonality=1, last=50)
CPU = {"accelerator": "cpu", "enable_progress_bar": False, "enable_model_summary": False, "logger": False}


def check(task, spec, *, seed=3):
    series, panel = task.load(seed), task.training_panel(seed)
    check_lookahead(task, spec, seed, 5, panel, roll(task, spec, 5, series, panel))


@pytest.mark.parametrize("class_name", ["Peeking", "PeekingSktime"])
@pytest.mark.parametrize("handle", ["dataset", "its whole length", "task"])
@pytest.mark.parametrize("refit_every", [1, 0])
def test_a_model_that_loads_the_series_itself_is_caught(
    spy, spies, monkeypatch, class_name, handle, refit_every
):
    handles = {
        "dataset": lambda: datasets.load("nile"),
        "its whole length": lambda: datasets.get_dataset("nile").load(),
        "task": lambda: NILE.load(3)[0].values,
    }
    monkeypatch.setattr(spies, "LOOK", handles[handle])
    task = Task(**NILE.__dict__ | {"refit_every": refit_every})
    with pytest.raises(
        LookAheadError, match=f"'{class_name}' sees the future on task 'nile': .* at origin 34"
    ):
        check(task, spy(class_name))


@pytest.mark.parametrize(("from_samples", "origin"), [(85, 38), (89, 42), (93, 46)])
def test_peeking_at_later_origins_alone_is_caught_there(spy, spies, monkeypatch, from_samples, origin):
    # The series has 100 samples, of which the task takes the last 50: its origins lie at 84, 88, 92 and 96.
    monkeypatch.setattr(spies, "LOOK", lambda: datasets.load("nile"))
    with pytest.raises(LookAheadError, match=f"at origin {origin} moved"):
        check(NILE, spy("Peeking", params={"from_samples": from_samples}))


def test_a_cheat_that_never_cheats_passes(spy, spies, monkeypatch):
    monkeypatch.setattr(spies, "LOOK", lambda: datasets.load("nile"))
    check(NILE, spy("Peeking", params={"from_samples": 97}))


def test_the_slightest_peek_is_caught(spy, spies, monkeypatch):
    monkeypatch.setattr(spies, "LOOK", lambda: datasets.load("nile"))
    with pytest.raises(LookAheadError):
        check(NILE, spy("Peeking", params={"weight": 1e-9}))


def test_a_model_that_makes_the_signals_again_is_caught(make_task, spy, spies, monkeypatch):
    task = make_task(signals={"n_signals": 1}, random_factor=(0.1, 10.0))
    monkeypatch.setattr(spies, "LOOK", lambda: task.load(3)[0].values)
    with pytest.raises(LookAheadError, match="at origin 45 moved"):
        check(task, spy("Peeking"))


def test_a_global_model_that_looks_into_later_windows_is_caught(spy):
    with pytest.raises(LookAheadError, match="at origin 34 moved"):
        check(NILE, spy("PeekingIntoTheBatch", params={"lags": 3}, scope="global"))


def test_models_get_no_memory_that_reaches_past_the_origin(spy):
    # With copies there is nothing to see ...
    check(NILE, spy("PeekingThroughMemory"))


def test_a_view_of_the_series_would_be_caught(spy, monkeypatch):
    # ... and were models given a view of the series, the check would tell.
    class Window(rolling._View):
        def __init__(self, history, spec, scale=None):
            super().__init__(history, spec, scale)
            self.values = history

    monkeypatch.setattr(rolling, "_View", Window)
    with pytest.raises(LookAheadError, match="PeekingThroughMemory"):
        check(NILE, spy("PeekingThroughMemory"))


def test_garbage_is_gone_after_the_check(make_task, spy, spies, monkeypatch):
    task = make_task()
    before = [one.values.to_numpy() for one in task.load(3)], datasets.load("nile").to_numpy()
    check(task, spy("Counting"))
    monkeypatch.setattr(spies, "LOOK", lambda: datasets.load("nile"))
    with pytest.raises(LookAheadError):
        check(NILE, spy("Peeking"))
    np.testing.assert_array_equal(np.stack(before[0]), np.stack([one.values for one in task.load(3)]))
    np.testing.assert_array_equal(before[1], datasets.load("nile"))


def test_a_cheat_is_a_failed_job(spy, spies, monkeypatch):
    monkeypatch.setattr(spies, "LOOK", lambda: datasets.load("nile"))
    assert run_job(NILE, spy("Peeking"), 0)["status"] == "ok"
    record = run_job(NILE, spy("Peeking"), 0, lookahead=True)
    assert record["status"] == "failed"
    assert record["error"].startswith("LookAheadError: model 'Peeking' sees the future")
    assert record["scores"] == []


@pytest.mark.parametrize(
    "entry",
    [
        "dft",
        "dft_trend",
        "seasonal_naive",
        "linear_regression",
        {"name": "linear_regression", "scope": "global"},
        {"name": "arima", "params": {"p": 1}},
        "auto_arima",
        "theta",
    ],
    ids=str,
)
@pytest.mark.parametrize("refit_every", [1, 0])
def test_honest_models_pass(entry, refit_every):
    record = run_job(
        Task(**NILE.__dict__ | {"refit_every": refit_every}), model_spec(entry), 0, lookahead=True
    )
    assert record["error"] is None
    assert record["lookahead_checked"]


@pytest.mark.parametrize("scope", ["local", "global"])
def test_honest_models_pass_where_values_are_missing(make_task, scope):
    task = Task(name="co2", dataset="co2", horizon=4, origins=3, last=200, seasonality=52)
    record = run_job(task, model_spec({"name": "linear_regression", "scope": scope}), 0, lookahead=True)
    assert record["error"] is None


@pytest.fixture(name="network_record", scope="module")
def network_record_fixture():
    """A recurrent network with a likelihood, trained for one epoch on a panel."""
    from darts.utils.likelihood_models import GaussianLikelihood

    task = Task(
        name="panel",
        signals={
            "kind": "harmonic_sums",
            "n_signals": 3,
            "length": 40,
            "n_components": [2, 2],
            "periods": [8, 20],
        },
        random_factor=(0.1, 10.0),
        training_signals=20,
        horizon=3,
        origins=2,
        window=20,
    )
    params = {"n_epochs": 1, "pl_trainer_kwargs": CPU, "likelihood": GaussianLikelihood()}
    return run_job(task, model_spec({"name": "rnn", "params": params}), 0, lookahead=True)


def test_an_honest_network_on_a_panel_passes(network_record):
    assert network_record["error"] is None
    assert network_record["lookahead_checked"]


def test_the_point_forecast_of_a_network_with_a_likelihood_is_the_middle_of_its_draws(network_record):
    # A single draw would often lie outside the band of 95 %, and wander within it.
    for example in network_record["examples"]:
        mean, low, high = (np.array(example[key]) for key in ("mean", "low", "high"))
        middle = (low + high) / 2
        assert (np.abs(mean - middle) < 0.15 * (high - low)).all()
