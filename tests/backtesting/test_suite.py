"""Suites: YAML in, tasks and models out, and typos refused at every level."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harmonic_forecasters.backtesting.models import model_spec
from harmonic_forecasters.backtesting.suite import load_suite, parse_suite, suite_names
from harmonic_forecasters.backtesting.task import Task

TASKS = "tasks: [{name: nile, dataset: nile, horizon: 5}]"
MODELS = "models: [naive, drift]"


def test_the_suite_quick_is_what_it_promises():
    assert "quick" in suite_names()
    suite = load_suite("quick")
    real = [task for task in suite.tasks if task.dataset]
    synthetic = {task.name: task for task in suite.tasks if task.signals}
    assert len({task.dataset for task in real}) >= 6
    assert list(synthetic) == ["small", "small-noisy", "large", "large-noisy"]
    for task in synthetic.values():
        assert len(task.load(suite.seed)) == 30
        assert task.random_factor == (0.1, 10)
        assert task.origins_of(100 + task.horizon) == [100]
    assert (synthetic["small"].horizon, synthetic["large"].horizon) == (5, 10)
    for name, noisy in (("small", False), ("small-noisy", True), ("large", False), ("large-noisy", True)):
        (first, *_) = synthetic[name].load(suite.seed)
        assert (first.values.to_numpy() != first.clean).any() == noisy
    assert suite.reference == "seasonal_naive"


def test_what_quick_shows_from_elsewhere_is_what_was_measured():
    table = Path(__file__).parents[2] / "benchmarks" / "results" / "noise_free_networks.csv"
    measured = pd.read_csv(table).query("step == 'all'")["mse"]
    for entry in load_suite("quick").elsewhere:
        assert np.isclose(measured, entry.value, rtol=5e-3).sum() == 1, entry
    assert len(load_suite("quick").elsewhere) == 4


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ("5", "elsewhere must be a list"),
        ("[{task: nile}]", "elsewhere must have the key 'forecast'"),
        (
            "[{task: nile, forecast: x, metric: mae, value: much, how: so}]",
            "value must be a number, got 'much'",
        ),
    ],
)
def test_results_from_elsewhere_are_complete(entries, message):
    with pytest.raises(ValueError, match=message):
        parse_suite("mine", f"{TASKS}\n{MODELS}\nelsewhere: {entries}")


def test_the_words_of_a_suite_become_tasks_and_models():
    text = f"""
    about: an example
    seed: 5
    reference: drift
    defaults: {{horizon: 4, seasonality: 11, metrics: [mae, mase]}}
    tasks:
      - {{name: sun, dataset: sunspots}}
      - {{name: nile, dataset: nile, horizon: 7}}
    {MODELS}
    """
    suite = parse_suite("mine", text)
    assert (suite.name, suite.about, suite.seed, suite.reference) == ("mine", "an example", 5, "drift")
    assert [task.horizon for task in suite.tasks] == [4, 7]
    assert all(isinstance(task, Task) and task.metrics == ("mae", "mase") for task in suite.tasks)
    assert suite.models == (model_spec("naive"), model_spec("drift"))
    assert suite.source == text


def test_seed_and_reference_have_defaults():
    suite = parse_suite("mine", f"{TASKS}\n{MODELS}")
    assert (suite.seed, suite.reference, suite.about) == (0, "naive", "")


def test_a_suite_may_be_a_file_of_the_user(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(f"{TASKS}\n{MODELS}")
    assert load_suite(str(path)).name == "own"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "suite 's' must be a mapping, got None"),
        ("[1, 2]", "suite 's' must be a mapping"),
        ("tasks: [", "suite 's' must be valid YAML"),
        (f"{TASKS}\n{MODELS}\nmodel: 1", "suite 's': keys must be among about, seed, .* got 'model'"),
        (MODELS, "suite 's' must have the key 'tasks'"),
        (TASKS, "suite 's' must have the key 'models'"),
        (f"tasks: []\n{MODELS}", "tasks must be a list of at least one"),
        (f"{TASKS}\nmodels: naive", "models must be a list of at least one, got 'naive'"),
        (f"{TASKS}\n{MODELS}\ndefaults: {{horizont: 1}}", "defaults: keys must be among .* got 'horizont'"),
        (f"{TASKS}\n{MODELS}\ndefaults: 5", "defaults must be a mapping, got 5"),
        (
            f"tasks: [{{name: a, dataset: nile, horizon: 5, widow: 3}}]\n{MODELS}",
            "a task: keys must be among name, horizon, dataset, .*window.* got 'widow'",
        ),
        (f"tasks: [{{dataset: nile, horizon: 5}}]\n{MODELS}", "a task must have the key 'name'"),
        (f"tasks: [nile]\n{MODELS}", "a task must be a mapping, got 'nile'"),
        (f"tasks: [{{name: a, dataset: nile}}]\n{MODELS}", "task 'a' must have the key 'horizon'"),
        (f"tasks: [{{name: a, dataset: nil, horizon: 5}}]\n{MODELS}", "suite 's': task 'a': dataset must be"),
        (
            f"tasks: [{{name: a, horizon: 5, signals: {{kind: sine, lenght: 3}}}}]\n{MODELS}",
            "suite 's': task 'a': signals of kind sine take no arguments, got 'lenght'",
        ),
        (f"{TASKS}\nmodels: [naiv]", "suite 's': a model without a class .* got 'naiv'"),
        (f"{TASKS}\nmodels: [5]", "suite 's': a model must be a name or a mapping"),
        (f"{TASKS}\nmodels: [{{name: a, claas: b}}]", "suite 's': model 'a': keys must be .* got 'claas'"),
        (f"{TASKS}\nmodels: [naive, naive]", "names of models must differ, .* got 'naive' and 'naive'"),
        (
            f"{TASKS}\nmodels: [naive, {{name: Naive, base: naive}}]",
            "names of models must differ, and not in capitals alone, got 'naive' and 'Naive'",
        ),
        (
            f"{TASKS[:-1]}, {{name: nile, dataset: lynx, horizon: 5}}]\n{MODELS}",
            "names of tasks must differ",
        ),
        (f"{TASKS}\n{MODELS}\nreference: dft", "reference must be one of naive, drift, got 'dft'"),
        (f"{TASKS}\n{MODELS}\nseed: -1", "seed must be a whole number of at least 0, got -1"),
        (f"{TASKS}\n{MODELS}\nseed: x", "seed must be a whole number of at least 0, got 'x'"),
    ],
)
def test_mistakes_are_refused_with_what_is_allowed(text, rule):
    with pytest.raises(ValueError, match=rule):
        parse_suite("s", text)


def test_an_unknown_suite_is_refused_with_the_known_ones():
    with pytest.raises(
        ValueError, match=r"suite must be one of .*quick.* or a path ending in .yaml, got 'quik'"
    ):
        load_suite("quik")
    with pytest.raises(ValueError, match="suite file must exist"):
        load_suite("none/such.yaml")
