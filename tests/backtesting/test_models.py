"""Models: by name, by class, from a base, with parameters that follow the task."""

from __future__ import annotations

import pytest

from harmonic_forecasters.backtesting.models import (
    PLACEHOLDERS,
    build,
    known_models,
    model_spec,
)
from harmonic_forecasters.backtesting.task import Task

TASK = Task(name="t", dataset="nile", horizon=6, seasonality=52, window=50)


def test_the_baselines_are_known_by_name():
    wanted = "naive seasonal_naive drift arima auto_arima exponential_smoothing theta fft linear_regression"
    assert set(f"dft {wanted} rnn block_rnn".split()) <= set(known_models())
    for spec in known_models().values():
        assert spec.about


@pytest.mark.parametrize("name", list(known_models()))
def test_every_known_model_can_be_built(name):
    model = build(known_models()[name], TASK, seed=1)
    assert f"{type(model).__module__}:{type(model).__name__}".startswith(
        known_models()[name].class_path.split(".")[0]
    )


def test_a_class_path_alone_is_a_model_named_like_the_class():
    spec = model_spec("sktime.forecasting.naive:NaiveForecaster")
    assert (spec.name, spec.class_path) == ("NaiveForecaster", "sktime.forecasting.naive:NaiveForecaster")
    same = model_spec({"name": "sktime.forecasting.naive:NaiveForecaster", "params": {"sp": 3}})
    assert (same.name, same.params) == ("NaiveForecaster", {"sp": 3})


def test_a_mapping_names_a_class_or_starts_from_a_known_model():
    own = model_spec(
        {"name": "mine", "class": "package.module:Class", "params": {"a": 1}, "about": "mine"}, ["package"]
    )
    assert (own.name, own.class_path, own.params, own.about) == (
        "mine",
        "package.module:Class",
        {"a": 1},
        "mine",
    )
    known = known_models()["linear_regression"]
    assert model_spec("linear_regression") == known
    based = model_spec({"name": "short", "base": "linear_regression", "params": {"lags": 3}})
    assert based.params == known.params | {"lags": 3}
    assert (based.name, based.scope, based.about) == ("short", known.scope, known.about)
    changed = model_spec({"name": "linear_regression", "scope": "global"})
    assert (changed.name, changed.scope, changed.params) == ("linear_regression", "global", known.params)


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        ("dfft", "must be, or have as its base, one of dft, .*package.module:Class.* got 'dfft'"),
        ({"name": "x", "base": "dfft"}, "one of dft, .* got 'dfft'"),
        ({"name": "x", "clas": "a:B"}, "'x': keys must be out of name, class, base, .* got 'clas'"),
        ({"name": "dft", "parms": {}}, "'dft': keys must be out of name, class, .* got 'parms'"),
        ({"class": "a:B"}, "a model must be a name or a mapping with a name"),
        ({"name": 3}, "a model must be a name or a mapping with a name"),
        (7, "a model must be a name or a mapping with a name, got 7"),
        ({"name": "x", "class": "a:B", "base": "dft"}, "'x' must have a class or a base, not both"),
        ({"name": "x", "class": "a.B"}, "'x': class must be written package.module:Class, got 'a.B'"),
        ({"name": "x", "class": "a:"}, "class must be written package.module:Class, got 'a:'"),
        ({"name": "x", "class": "a:b:C"}, "class must be written package.module:Class"),
        ({"name": "x", "class": 5}, "class must be written package.module:Class, got 5"),
        ({"name": "dft", "scope": "locl"}, "'dft': scope must be 'local' or 'global', got 'locl'"),
        ({"name": "dft", "standardize": "yes"}, "standardize must be true or false, got 'yes'"),
        ({"name": "dft", "params": [1]}, r"params must be a mapping, got \[1\]"),
        ({"name": "x", "class": "darts.models:B", "params": 1}, "params must be a mapping, got 1"),
        ({"name": "dft", "params": {"n": "$season"}}, "one of \\$horizon, .* got '\\$season'"),
        ({"name": "dft", "params": {"a": {"b": ["$x"]}}}, "a placeholder in params must be .* got '\\$x'"),
    ],
)
def test_mistakes_are_refused_with_what_is_allowed(entry, rule):
    with pytest.raises(ValueError, match=rule):
        model_spec(entry)


def test_placeholders_are_numbers_of_samples_of_the_task():
    values = {word: of_task(TASK) for word, of_task in PLACEHOLDERS.items()}
    assert values == {
        "$horizon": 6,
        "$seasonality": 52,
        "$short_seasonality": 1,
        "$lookback": 50,
        "$order": 25,
        "$training_length": 55,
        "$n_epochs": 100,
        "$batch_size": 32,
    }
    monthly = Task(name="t", dataset="nile", horizon=6, seasonality=12, window=100)
    assert PLACEHOLDERS["$short_seasonality"](monthly) == 12
    assert PLACEHOLDERS["$order"](monthly) == 30


def test_parameters_are_filled_in_at_any_depth():
    spec = model_spec(
        {
            "name": "x",
            "class": "sktime.forecasting.naive:NaiveForecaster",
            "params": {"sp": "$seasonality", "window_length": {"of": ["$horizon", "word"]}},
        }
    )
    model = build(spec, TASK, seed=1)
    assert (model.sp, model.window_length) == (52, {"of": [6, "word"]})


def test_the_seed_is_the_random_state_where_the_class_takes_one_and_none_is_given():
    params = {"n_epochs": 1}
    assert build(model_spec({"name": "rnn", "params": params}), TASK, 7).model_params["random_state"] == 7
    params = {"n_epochs": 1, "random_state": 3}
    assert build(model_spec({"name": "rnn", "params": params}), TASK, 7).model_params["random_state"] == 3
    assert "random_state" not in build(model_spec("naive"), TASK, 7).model_params
