"""The user's own series as tasks: in Python and in suites, from a file to the report."""

from __future__ import annotations

import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from darts import TimeSeries
from typer.testing import CliRunner

from harmonic_forecasters.backtesting.job import fingerprint, run_job
from harmonic_forecasters.backtesting.lookahead import LookAheadError
from harmonic_forecasters.backtesting.models import model_spec
from harmonic_forecasters.backtesting.suite import load_suite, parse_suite
from harmonic_forecasters.backtesting.task import Task
from harmonic_forecasters.cli import app
from harmonic_forecasters.datasets import load, own_dataset

DAYS = pd.date_range("2024-01-01", periods=70, freq="D", name="day")
SALES = pd.Series(np.tile([5.0, 6.0, 7.0, 9.0, 8.0, 2.0, 1.0], 10) + np.arange(70) / 10, DAYS, name="sold")
SUITE = """
tasks: [{name: sales, dataset: sales.csv, horizon: 7, origins: 3}]
models: [seasonal_naive, dft]
"""


@pytest.fixture(name="folder")
def folder_fixture(tmp_path):
    SALES.reset_index().to_csv(tmp_path / "sales.csv", index=False)
    (tmp_path / "mine.yaml").write_text(SUITE)
    return tmp_path


def sales_task(dataset, **options) -> Task:
    return Task(**{"name": "sales", "dataset": dataset, "horizon": 7, "origins": 3} | options)


def scores(task: Task, model: str = "seasonal_naive") -> list:
    record = run_job(task, model_spec(model), 0, lookahead=True)
    assert record["error"] is None
    return record["scores"]


def test_every_kind_of_data_is_the_same_task(folder):
    path = folder / "sales.csv"
    kinds = [
        SALES,
        SALES.to_frame(),
        SALES.reset_index(),
        TimeSeries.from_series(SALES),
        path,
        str(path),
        own_dataset(SALES),
        {"file": str(path), "time": "day", "value": "sold", "frequency": "D"},
    ]
    tasks = [sales_task(kind) for kind in kinds]
    spec = model_spec("dft")
    for task in tasks:
        assert task.season == 7
        assert task == tasks[0]
        assert fingerprint(task, spec, 0) == fingerprint(tasks[0], spec, 0)
        pd.testing.assert_series_equal(task.load(0)[0].values, SALES.rename_axis("time"))


def test_a_dataset_and_the_same_data_as_ones_own_score_the_same():
    known, own = (Task(name="t", dataset=data, horizon=6, origins=2) for data in ("airline", load("airline")))
    assert known.season == own.season == 12
    assert scores(known, "dft") == scores(own, "dft")


@pytest.mark.parametrize("model", ["dft", "seasonal_naive", "linear_regression", "theta"])
def test_models_of_both_frameworks_take_missing_rows_and_counted_samples(model):
    assert all(
        np.isfinite(score["value"]) for score in scores(sales_task(SALES.drop(DAYS[[20, 21, 40]])), model)
    )
    # The first samples of a counted series may be missing too: it then begins behind sample 0.
    counted = SALES.reset_index(drop=True).drop([20, 21, 40]).where(lambda one: one.index > 3)
    assert all(np.isfinite(score["value"]) for score in scores(sales_task(counted, seasonality=7), model))


def test_many_series_are_one_task_each_scored():
    wide = own_dataset(pd.DataFrame({"north": SALES, "south": 2 * SALES}), value=["north", "south"])
    task = sales_task(wide)
    assert {score["series"] for score in scores(task)} == {"north", "south"}
    assert [one.name for one in sales_task(wide, max_series=1, last=30).load(0)] == ["north"]


def test_the_fingerprint_is_that_of_the_content(folder):
    spec = model_spec("dft")
    before = fingerprint(sales_task(SALES), spec, 0)
    assert len(before) == 64
    assert fingerprint(pickle.loads(pickle.dumps(sales_task(SALES))), spec, 0) == before
    for other in (SALES + 1e-9, SALES.iloc[1:], SALES.shift(freq="D"), SALES.rename("bought")):
        assert fingerprint(sales_task(other), spec, 0) != before
    assert str(SALES.iloc[3]) not in str(sales_task(SALES).as_record())
    program = (
        "from harmonic_forecasters.backtesting.job import fingerprint\n"
        "from harmonic_forecasters.backtesting.models import model_spec\n"
        "from harmonic_forecasters.backtesting.suite import load_suite\n"
        f"print(fingerprint(load_suite({str(folder / 'mine.yaml')!r}).tasks[0], model_spec('dft'), 0))"
    )
    elsewhere = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert elsewhere.stdout.strip() == before


def test_a_pickled_task_scores_the_same():
    task = sales_task(SALES)
    assert scores(pickle.loads(pickle.dumps(task))) == scores(task)


def test_a_model_that_looks_into_the_task_is_caught(spy, spies, monkeypatch):
    task = sales_task(SALES)
    monkeypatch.setattr(spies, "LOOK", lambda: task.load(0)[0].values)
    record = run_job(task, spy("Peeking"), 0, lookahead=True)
    assert record["error"].startswith(f"{LookAheadError.__name__}: model 'Peeking' sees the future")
    pd.testing.assert_series_equal(task.load(0)[0].values, SALES.rename_axis("time"))


def test_paths_in_a_suite_begin_at_its_folder(folder, monkeypatch, tmp_path_factory):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    (named,) = load_suite(str(folder / "mine.yaml")).tasks
    assert named == sales_task(SALES)
    text = SUITE.replace("sales.csv", "{file: sales.csv, value: sold}")
    assert parse_suite("mine", text, folder=folder).tasks == (named,)
    monkeypatch.chdir(folder)
    assert parse_suite("mine", SUITE).tasks == (named,)


def test_a_suite_of_ones_own_file_runs_from_the_command_and_again(folder, monkeypatch, tmp_path_factory):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    command = ["benchmark", str(folder / "mine.yaml"), "--output", str(folder / "out")]
    result = CliRunner().invoke(app, command, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "sales.csv" in (folder / "out" / "report.html").read_text()
    report = (folder / "out" / "leaderboard.csv").read_bytes()
    again = CliRunner().invoke(app, ["report", str(folder / "out")], catch_exceptions=False)
    assert again.exit_code == 0, again.output
    assert (folder / "out" / "leaderboard.csv").read_bytes() == report


@pytest.mark.parametrize(
    ("dataset", "sentence"),
    [
        ("none.csv", r"suite 's': task 'sales': the file of a series must exist, got '.*none\.csv'"),
        (
            "sales.xlsx",
            r"task 'sales': dataset must be one of airline, .* or a path that ends in .csv or .parquet",
        ),
        (
            "{file: sales.csv, value: money}",
            "task 'sales': sales.csv: value must be one of the columns day, sold",
        ),
        (
            "{file: sales.csv, column: sold}",
            "task 'sales': dataset: keys must be among file, .* got 'column'",
        ),
        ("{value: sold}", "task 'sales': dataset must have the key 'file', a path, got {'value': 'sold'}"),
        ("[1, 2]", "task 'sales': a dataset must be a name, a path, a pandas Series .* got list"),
        ("{file: sales.csv, value: 3}", "task 'sales': sales.csv: value must be one of .* got 3"),
    ],
)
def test_mistakes_in_a_suite_are_one_sentence(folder, dataset, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        parse_suite("s", SUITE.replace("sales.csv", dataset), folder=folder)
    assert "\n" not in str(caught.value)


def test_a_series_too_short_for_its_task_is_refused_at_once():
    with pytest.raises(
        ValueError, match=r"task 'sales': 3 origin.* need a series of more than 70 samples, got 70"
    ):
        sales_task(SALES, horizon=30, stride=20)
    with pytest.raises(ValueError, match="headline must not be a clean_ metric"):
        sales_task(SALES, metrics=["clean_mse"], headline="clean_mse")


def test_models_are_ranked_by_their_mean_forecast():
    for metric in ("pinball", "coverage", "msis"):
        with pytest.raises(
            ValueError, match=f"headline must be a metric of the mean forecast, got '{metric}'"
        ):
            sales_task(SALES, metrics=["mase", metric], headline=metric)
    names = {
        score["metric"] for score in scores(sales_task(SALES, metrics=["mase", "msis", "width"]), "theta")
    }
    assert {"msis_95", "msis_80", "width_95", "width_80", "coverage_80", "pinball"} < names
