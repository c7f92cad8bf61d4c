"""One job: its record, whatever the model does."""

from __future__ import annotations

import json

import numpy as np
import pytest

from harmonic_forecasters.backtesting import job
from harmonic_forecasters.backtesting.job import empty_record, fingerprint, run_job
from harmonic_forecasters.backtesting.models import model_spec
from harmonic_forecasters.backtesting.task import Task

NILE = Task(name="nile", dataset="nile", horizon=4, origins=2, seasonality=1)


def test_a_record_is_plain_and_has_a_score_a_window_and_metric():
    record = run_job(NILE, model_spec("dft_trend"), 0)
    assert json.loads(json.dumps(record)) == record
    assert set(record) == set(empty_record(NILE, model_spec("dft_trend"), 0))
    assert (record["status"], record["error"], record["traceback"]) == ("ok", None, None)
    assert record["fit_seconds"] > 0
    assert record["predict_seconds"] > 0
    scores = [(score["series"], score["origin"], score["metric"]) for score in record["scores"]]
    metrics = [*NILE.metrics, "pinball", "coverage_95", "coverage_80"]
    assert sorted(scores) == sorted(("nile", origin, metric) for origin in (92, 96) for metric in metrics)


def test_examples_show_the_last_windows_of_the_first_a_middle_and_the_last_series(make_task):
    task = make_task(signals={"n_signals": 5}, random_factor=(0.1, 10.0))
    series = task.load(2)
    examples = run_job(task, model_spec("dft_trend"), 2)["examples"]
    assert [example["series"] for example in examples] == ["signal 0", "signal 2", "signal 4"]
    for example, one in zip(examples, series[::2], strict=True):
        shown = len(example["values"])
        assert example["time"] == [*range(60 - shown, 60)]
        assert example["origin"] == shown - task.horizon
        np.testing.assert_allclose(example["values"], one.values[-shown:] / one.unit, rtol=1e-15)
        mean, low, high = (np.array(example[key]) for key in ("mean", "low", "high"))
        assert mean.shape == (task.horizon,)
        assert (low < mean).all()
        assert (mean < high).all()
        # In the unit of the scores: signals lie within -1..1, whatever factor models saw.
        assert np.abs(mean).max() < 3


def test_dates_are_written_out_and_forecasts_without_quantiles_have_no_band():
    (example,) = run_job(NILE, model_spec("naive"), 0)["examples"]
    assert example["time"][-1] == "1970-01-01 00:00:00"
    assert example["low"] is None
    assert example["high"] is None


def test_failures_keep_their_traceback(spy):
    record = run_job(NILE, spy("Failing", **{"class": "light_models:Failing"}), 0)
    assert record["status"] == "failed"
    assert record["error"] == "RuntimeError: the <b>spy</b> refuses to fit"
    assert "light_models.py" in record["traceback"]
    assert record["fit_seconds"] is None


def test_a_job_that_fails_while_it_is_scored_has_no_scores(monkeypatch):
    def refuse(*_):
        raise RuntimeError("no example")

    monkeypatch.setattr(job, "_example", refuse)
    record = run_job(NILE, model_spec("naive"), 0)
    assert (record["status"], record["scores"], record["fit_seconds"]) == ("failed", [], None)


def test_a_series_too_short_is_a_failure_that_says_so():
    record = run_job(Task(name="t", dataset="nile", horizon=5, last=5), model_spec("naive"), 0)
    assert "need a series of more than 5 samples, got 5" in record["error"]


@pytest.mark.parametrize(
    "changed",
    [
        (Task(**NILE.__dict__ | {"origins": 3}), model_spec("naive"), 0),
        (Task(**NILE.__dict__ | {"name": "river"}), model_spec("naive"), 0),
        (NILE, model_spec({"name": "naive", "params": {"K": 2}}), 0),
        (NILE, model_spec({"name": "naive", "standardize": True}), 0),
        (NILE, model_spec("naive"), 1),
    ],
)
def test_fingerprints_tell_jobs_apart(changed):
    same = Task(**NILE.__dict__)
    assert fingerprint(NILE, model_spec("naive"), 0) == fingerprint(same, model_spec("naive"), 0)
    assert fingerprint(*changed) != fingerprint(NILE, model_spec("naive"), 0)
