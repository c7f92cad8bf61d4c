"""What no estimator accepts, through either door: it is refused with the rule and the value.

Every public estimator is tried. A new kind of bad input is one line in the cases of its door; a value that an
option must refuse is one in REFUSED.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from darts import TimeSeries
from darts.utils.likelihood_models.torch import GaussianLikelihood
from sktime.exceptions import NotFittedError
from sktime.forecasting.base import ForecastingHorizon

import harmonic_forecasters.darts as darts_door
import harmonic_forecasters.sktime as sktime_door
from harmonic_forecasters.darts import MLPModel
from harmonic_forecasters.darts.neural import WindowedModel
from harmonic_forecasters.sktime import MLPForecaster
from harmonic_forecasters.sktime.neural import NeuralForecaster


@dataclass(frozen=True)
class Entry:
    """An estimator and what it takes.

    options : constructor arguments with which it fits quickly; they ask for a window of 12 samples.
    bad_options : option -> values that are refused.
    regressors : whether it takes covariates that are known beforehand.
    """

    door: str
    cls: type
    options: dict[str, Any]
    bad_options: dict[str, list[Any]] = field(default_factory=dict)
    regressors: bool = False


LENGTHS = [0, -3, 1.5, True, "3"]
CHUNKS = {"input_chunk_length": LENGTHS, "output_chunk_length": LENGTHS}
WINDOW = {"window_length": LENGTHS}
#: option -> values that are refused, through either door.
REFUSED = {
    "window": [
        "triangular hat",
        "",
        ("kaiser",),
        ("kaiser", "wide"),
        ("kaiser", np.nan),
        [1.0, 2.0],
        None,
        1j,
    ],
    "trend": ["cubic", 1, ["linear"], np.array(["linear", "constant"])],
    "n_components": [0, -1, 1.5, "3", True, np.nan],
    "method": ["fft", "IAA", None, 3, ["iaa"]],
    "periods": [1.5, 0, -12, "12", [[12]], [12, np.inf]],
    "likelihood": ["normal", 1, ["gaussian"], True],
    "quantiles": [[0.1, 0.5, 0.9]],
    "teacher_forcing": [1.5, None, (1.0,), ("all", 0.0)],
}
#: The same for any other option, by the kind of its default.
REFUSED_BY_KIND = {int: LENGTHS, bool: ["no", None, 2]}
#: And for all the rest.
NO_CHOICE = ["no such choice"]
TRAINED = {
    "input_chunk_length": 12,
    "output_chunk_length": 2,
    "n_epochs": 1,
    "random_state": 0,
    "pl_trainer_kwargs": {"enable_progress_bar": False, "accelerator": "cpu"},
}
SAMPLED = TRAINED | {"likelihood": GaussianLikelihood(), "num_samples": 5}
#: What the base of the networks refuses, tried on one network; on the others, only their own options are.
NEURAL = CHUNKS | {
    "output_chunk_shift": [-1, 1.5],
    "dropout": [-0.1, 1.0, np.nan, "much", None],
    "scaling": ["minmax", 1],
    "use_reversible_instance_norm": [True],
}
#: Through the sktime door: with intervals to refuse, and without the options that only darts names.
NEURAL_SKTIME = {name: NEURAL[name] for name in (*CHUNKS, "dropout", "scaling")} | {
    "num_samples": LENGTHS,
    "fine_tune_epochs": [-3, 1.5, True, "3"],
    "torch_kwargs": [{"output_chunk_shift": 1}],
}
WHOLE = (MLPModel, MLPForecaster)


def own_options(cls: type, shared: Any) -> dict[str, list[Any]]:
    """Options of the class that are not shared -> values that it refuses."""
    return {
        name: REFUSED.get(name) or REFUSED_BY_KIND.get(type(parameter.default), NO_CHOICE)
        for name, parameter in inspect.signature(cls.__init__).parameters.items()
        if name not in {"self", *shared} and parameter.kind is not parameter.VAR_KEYWORD
    }


def untrained_darts(model: type) -> Entry:
    return Entry(
        door="darts",
        cls=model,
        options={"input_chunk_length": 12},
        bad_options=CHUNKS | own_options(model, CHUNKS),
        regressors=model().supports_future_covariates,
    )


def untrained_sktime(forecaster: type) -> Entry:
    return Entry(
        door="sktime",
        cls=forecaster,
        options={"window_length": 12},
        bad_options=WINDOW | own_options(forecaster, WINDOW),
        regressors=forecaster.get_class_tag("capability:exogenous"),
    )


def trained(forecaster: type) -> Iterator[Entry]:
    """A network through both doors."""
    model = getattr(darts_door, forecaster._darts_model)
    own = own_options(model, {*inspect.signature(WindowedModel.__init__).parameters, "dropout"})
    for door, cls, options, shared in (
        ("darts, trained", model, TRAINED, NEURAL),
        ("sktime, trained", forecaster, SAMPLED, NEURAL_SKTIME),
    ):
        yield Entry(
            door=door,
            cls=cls,
            options=options | forecaster.small_networks[0],
            bad_options=own | shared if cls in WHOLE else own,
        )


MODELS = [getattr(darts_door, name) for name in darts_door.__all__]
FORECASTERS = [getattr(sktime_door, name) for name in sktime_door.__all__]
NETWORKS = [forecaster for forecaster in FORECASTERS if issubclass(forecaster, NeuralForecaster)]
ESTIMATORS = [
    *(untrained_darts(model) for model in MODELS if not issubclass(model, WindowedModel)),
    *(untrained_sktime(forecaster) for forecaster in FORECASTERS if forecaster not in NETWORKS),
    *(entry for forecaster in NETWORKS for entry in trained(forecaster)),
]


@dataclass(frozen=True)
class Case:
    """A call that must fail: (entry, fitted model) -> anything.

    rule, value : regular expressions that the message holds.
    error : the one type of the error.
    resets : the model is unfitted afterwards, as sktime's convention for a failed fit is.
    """

    name: str
    call: Callable[[Entry, Any], Any]
    rule: str
    value: str
    error: type = ValueError
    resets: bool = False


VALUES = np.random.default_rng(0).normal(size=40) + np.sin(np.arange(40.0))


def changed(position: int, value: float) -> np.ndarray:
    values = VALUES.copy()
    values[position] = value
    return values


# darts

SERIES = TimeSeries.from_values(VALUES)
NO_SERIES = "must be a TimeSeries or a sequence of at least one"
BAD_DARTS_SERIES = [
    ("too short", SERIES[:5], "at least 12 time stamp", "got 5"),
    ("empty", SERIES[:0], "at least 12 time stamp", "got 0"),
    ("one of several too short", [SERIES, SERIES[:11]], "at least 12 time stamp", "got 11 in series 1"),
    ("all NaN", SERIES * np.nan, "at least one observed value", "all NaN"),
    ("one infinite value", TimeSeries.from_values(changed(35, np.inf)), "finite values or NaN", "1 infinite"),
    ("several samples", TimeSeries.from_values(np.ones((40, 1, 3))), "one sample per time stamp", "got 3"),
    ("no series", [], NO_SERIES, "list of nothing"),
    ("None among them", [SERIES, None], NO_SERIES, "NoneType"),
    ("list of lists", [[SERIES]], NO_SERIES, "list of list"),
    ("array", VALUES, NO_SERIES, "ndarray"),
    ("array of three axes", np.ones((40, 1, 1)), NO_SERIES, "ndarray"),
    ("array of strings", VALUES.astype(str), NO_SERIES, "ndarray"),
    ("complex array", VALUES + 1j, NO_SERIES, "ndarray"),
    ("table of objects", pd.DataFrame({"a": ["x"] * 40}), NO_SERIES, "DataFrame"),
    ("name", "noise", NO_SERIES, "got str"),
    ("number", 3, NO_SERIES, "got int"),
    ("dictionary", {"a": SERIES}, NO_SERIES, "got dict"),
]


def darts_cases(entry: Entry) -> Iterator[Case]:
    for name, bad, rule, value in BAD_DARTS_SERIES:
        yield Case(f"fit: {name}", lambda _, model, bad=bad: model.fit(bad), rule, value)
        yield Case(f"predict: {name}", lambda _, model, bad=bad: model.predict(3, bad), rule, value)
    yield Case("fit: None", lambda _, model: model.fit(None), NO_SERIES, "NoneType")
    for n in (0, -1, 1.5, True, "3", None, np.array([3])):
        yield Case(
            f"predict: n={n!r}",
            lambda _, model, n=n: model.predict(n),
            "n must be a whole number of at least 1",
            re.escape(f"got {n!r}"),
        )
    for name in ("past_covariates", "future_covariates"):
        for method, call in {
            "fit": lambda model, covariates: model.fit(SERIES, **covariates),
            "predict": lambda model, covariates: model.predict(3, **covariates),
            "rolling": lambda model, covariates: model.historical_forecasts(
                SERIES, retrain=False, **covariates
            ),
        }.items():
            if method == "fit" and name == "future_covariates" and entry.regressors:
                continue
            yield Case(
                f"{method}: {name}",
                lambda _, model, name=name, call=call: call(model, {name: SERIES}),
                f"{name} must be None",
                "got (TimeSeries|list)",
            )
    if entry.regressors:
        yield from covariate_cases()
    yield Case("predict: samples", lambda _, model: model.predict(3, num_samples=9), "num_samples", "> 1")
    yield Case(
        "rolling: horizon 0",
        lambda _, model: model.historical_forecasts(SERIES, forecast_horizon=0, retrain=False),
        "forecast_horizon` must be a positive integer",
        "",
    )
    yield Case(
        "rolling: horizon 1.5",
        lambda _, model: model.historical_forecasts(SERIES, forecast_horizon=1.5, retrain=False),
        "n must be a whole number of at least 1",
        "got 1.5",
    )
    yield Case(
        "rolling: too short",
        lambda _, model: model.historical_forecasts(SERIES[:5], retrain=False),
        "at least 12 time stamp",
        "got 5",
    )
    for method, call in {
        "predict before fit": lambda entry, _: entry.cls(**entry.options).predict(3),
        "predict of a series before fit": lambda entry, _: entry.cls(**entry.options).predict(3, SERIES),
    }.items():
        yield Case(method, call, "model must be fit", r"predict\(\)")
    yield Case(
        "rolling before fit",
        lambda entry, _: entry.cls(**entry.options).historical_forecasts(SERIES, retrain=False),
        "not been fitted yet",
        "retrain",
    )
    yield Case(
        "spectrum before fit",
        lambda entry, _: entry.cls(**entry.options).spectrum(),
        "series must be given",
        "not fitted at all",
    )
    for method in ("fit", "predict"):
        yield Case(
            f"{method}: unknown keyword",
            lambda _, model, method=method: getattr(model, method)(3, serie=SERIES),
            "unexpected keyword argument",
            "'serie'",
            TypeError,
        )


GAPS = "neither NaN nor infinite values"


def covariate_cases() -> Iterator[Case]:
    daily = TimeSeries.from_times_and_values(pd.date_range("2024", periods=40), VALUES)
    for name, bad, rule, value in [
        ("too short", SERIES[:39], "reach from 28 to 39", "got 0 to 38 in series 0"),
        ("too late", SERIES[29:], "reach from 28 to 39", "got 29 to 39"),
        ("another frequency", SERIES[::2], "have the frequency of the series, 1", "got 2"),
        ("dates", daily, "have the frequency of the series, 1", "got <Day>"),
        ("a gap", TimeSeries.from_values(changed(35, np.nan)), GAPS, "got 1 .*position 35 "),
        ("infinite", TimeSeries.from_values(changed(35, np.inf)), GAPS, "got 1 .*position 35 "),
        (
            "several samples",
            TimeSeries.from_values(np.ones((40, 1, 3))),
            "one sample per time stamp",
            "got 3",
        ),
        ("two for one", [SERIES, SERIES], "one TimeSeries for each series", "got 2 for 1"),
        ("an array", VALUES, "a TimeSeries or a sequence of one for each series", "got ndarray"),
        (
            "many",
            TimeSeries.from_values(np.ones((40, 12))),
            "fewer than the observed",
            "got 12 for 12 values",
        ),
    ]:
        yield Case(
            f"fit: covariates, {name}",
            lambda _, model, bad=bad: model.fit(SERIES, future_covariates=bad),
            rule,
            value,
        )

    def fitted_with(entry: Entry) -> Any:
        return entry.cls(**entry.options).fit([SERIES[:30], SERIES[:35]], future_covariates=[SERIES, SERIES])

    yield Case(
        "predict: covariates that end too early",
        lambda entry, _: fitted_with(entry).predict(3, SERIES[:38], future_covariates=SERIES),
        "reach from 26 to 40",
        "got 0 to 39",
    )
    yield Case(
        "predict: covariates of the fit are missing",
        lambda entry, _: fitted_with(entry).predict(3, SERIES),
        "trained with future covariates",
        "must be passed",
    )


#: What a model that learns says of the same, in fit and in predict, and what it refuses besides.
BAD_TRAINING_SERIES = [
    ("too short", SERIES[:5], "at least 1[24] time stamp", "got 5 in series 0"),
    ("empty", SERIES[:0], "at least 1[24] time stamp", "got 0 in series 0"),
    ("one of several too short", [SERIES, SERIES[:11]], "at least 1[24] time stamp", "got 11 in series 1"),
    ("all NaN", SERIES * np.nan, GAPS, "got (40|12) in series 0, the first at position (0|28) "),
    ("one NaN", TimeSeries.from_values(changed(35, np.nan)), GAPS, "got 1 .*at position 35 .*'0'"),
    ("one infinite value", TimeSeries.from_values(changed(35, np.inf)), GAPS, "got 1 .*at position 35 "),
    (
        "other components",
        SERIES.concatenate(SERIES, axis=1),
        "dimensionality|equal number of components",
        "2",
    ),
    *[case for case in BAD_DARTS_SERIES if case[2] == NO_SERIES or case[0] == "several samples"],
]


def trained_darts_cases(entry: Entry) -> Iterator[Case]:
    for name, bad, rule, value in BAD_TRAINING_SERIES:
        yield Case(f"fit: {name}", lambda _, model, bad=bad: model.fit(bad), rule, value)
        yield Case(f"predict: {name}", lambda _, model, bad=bad: model.predict(3, bad), rule, value)
    same_as_untrained = ("fit: None", "predict: n=", "predict: samples", "fit: unknown", "predict: unknown")
    yield from (case for case in darts_cases(entry) if case.name.startswith(same_as_untrained))
    for name in ("past_covariates", "future_covariates"):
        yield Case(
            f"predict: {name} that fit never saw",
            lambda _, model, name=name: model.predict(2, SERIES[:30], **{name: SERIES}),
            "trained without",
            name,
        )
        yield Case(
            f"fit: {name} too short",
            lambda _, model, name=name: model.fit(SERIES, **{name: SERIES[:30]}),
            f"Invalid `{name}`",
            "index range: ",
        )
    yield Case(
        "fit: weights with a gap",
        lambda _, model: model.fit(SERIES, sample_weight=SERIES * np.nan),
        f"sample_weight must hold {GAPS}",
        "series 0",
    )
    yield Case(
        "predict before fit",
        lambda entry, _: entry.cls(**entry.options).predict(3),
        "`series` must be provided",
        "not having fit",
    )
    yield Case(
        "predict of a series before fit",
        lambda entry, _: entry.cls(**entry.options).predict(3, SERIES),
        "must be fit before",
        "predict",
    )


# sktime

NUMBERED = pd.Series(VALUES)
NO_MTYPE = "must be in an sktime compatible format"


def dated(index: Any) -> pd.Series:
    return pd.Series(VALUES, index=index)


NO_NUMBERS = "do not support categorical features"
#: name, y, rule, value, error
BAD_SKTIME_SERIES = [
    ("one infinite value", pd.Series(changed(35, -np.inf)), "finite values or NaN", "1 infinite", ValueError),
    ("labels twice", dated([*range(39), 38]), "labels of a time index must differ", "38 twice", ValueError),
    ("unsorted", NUMBERED[::-1], NO_MTYPE, "monotonic", TypeError),
    ("labels of text", dated([f"t{i:02}" for i in range(40)]), NO_MTYPE, "indexes.base.Index", TypeError),
    ("fractional labels", dated(np.arange(40) / 2), NO_MTYPE, "indexes.base.Index", TypeError),
    (
        "labels of time differences",
        dated(pd.to_timedelta(np.arange(40), "h")),
        "labels must be integers, dates or periods",
        "got timedelta64",
        TypeError,
    ),
    ("four axes", np.ones((2, 2, 2, 20)), NO_MTYPE, "ndarray", TypeError),
    ("list", list(VALUES), NO_MTYPE, "list", TypeError),
    ("number", 3, NO_MTYPE, "int", TypeError),
    ("dictionary", {"a": VALUES}, NO_MTYPE, "dict", TypeError),
    ("strings", NUMBERED.astype(str), NO_NUMBERS, "y", TypeError),
    ("objects", pd.Series([1.0, "a", None] * 5), NO_NUMBERS, "y", TypeError),
    ("complex", NUMBERED + 1j, "Dtype of columns can be", "complex128", TypeError),
    ("one name for two columns", pd.DataFrame(np.ones((40, 2)), columns=["a", "a"]), NO_MTYPE, "", TypeError),
]


#: The same, refused by fit alone: an update can do without new data.
BAD_SKTIME_FITS = [
    (
        "too short",
        NUMBERED[:5],
        r"window_length .* from 1 to 5 \(the samples of the series\)",
        "got 12",
        ValueError,
    ),
    ("empty", NUMBERED[:0], "at least 1 sample", r"got \(0, 1\)", ValueError),
    ("no column", pd.DataFrame(index=range(40)), "at least 1 column", r"got \(40, 0\)", ValueError),
    ("all NaN", NUMBERED * np.nan, "at least one observed value", "all NaN", ValueError),
    ("uneven labels", dated([*range(0, 78, 2), 79]), "whole steps of 2 from 0", "got 79", ValueError),
    (
        "uneven dates",
        dated(pd.to_datetime(np.arange(40) ** 2, unit="D")),
        "dates must have a frequency",
        "40 labels",
        ValueError,
    ),
    ("None", None, "y cannot be None", "None", AssertionError),  # sktime's own
]


def sktime_cases(entry: Entry) -> Iterator[Case]:
    for name, bad, rule, value, error in [*BAD_SKTIME_SERIES, *BAD_SKTIME_FITS]:
        reset = name != "None"
        yield Case(f"fit: {name}", lambda _, model, bad=bad: model.fit(bad), rule, value, error, reset)
    for name, bad, rule, value, error in BAD_SKTIME_SERIES:
        yield Case(f"update: {name}", lambda _, model, bad=bad: model.update(bad), rule, value, error)
    dates = pd.date_range("2024", periods=40)
    for name, bad, rule, value, error in [
        (
            "other columns",
            pd.DataFrame({"a": VALUES, "b": VALUES}),
            "columns of fit",
            r"\['a', 'b'\]",
            ValueError,
        ),
        (
            "dates after numbers",
            dated(dates),
            "labels must be those of fit, integers",
            "got dates",
            TypeError,
        ),
        ("panel", np.ones((2, 1, 40)), "single series", "got a panel", TypeError),
    ]:
        yield Case(f"update: {name}", lambda _, model, bad=bad: model.update(bad), rule, value, error)
    for fh, rule, error in [
        ([], "must not be empty", ValueError),
        ([1, 1], "must not contain any duplicates", ValueError),
        ([1.5], "type of the passed `fh` values is not supported", TypeError),
        (1.5, "type of the passed `fh` values is not supported", TypeError),
        (True, "type of the passed `fh` values is not supported", TypeError),
        ("a", "type of the passed `fh` values is not supported", TypeError),
        (["a"], "type of the passed `fh` values is not supported", TypeError),
    ]:
        yield Case(f"predict: fh={fh!r}", lambda _, model, fh=fh: model.predict(fh), rule, "fh", error)
    yield Case(
        "predict: no fh at all",
        lambda entry, _: entry.cls(**entry.options).fit(NUMBERED).predict(),
        "`fh` must be passed either to `fit` or `predict`",
        "found in neither",
    )
    yield Case(
        "predict: dates after numbers",
        lambda _, model: model.predict(ForecastingHorizon(dates, is_relative=False)),
        "labels must be those of fit, integers",
        "got dates",
        TypeError,
    )
    for name, call in {
        "coverage": lambda model: model.predict_interval([1], coverage=1.5),
        "alpha": lambda model: model.predict_quantiles([1], alpha=1.5),
    }.items():
        yield Case(
            f"predict: {name} of 1.5",
            lambda _, model, call=call: call(model),
            f"values in {name} must lie in the open interval",
            r"1\.5",
        )
    for method, arguments in {"predict": ([1],), "predict_interval": ([1],), "update": (NUMBERED,)}.items():
        yield Case(
            f"{method} before fit",
            lambda entry, _, method=method, arguments=arguments: getattr(entry.cls(**entry.options), method)(
                *arguments
            ),
            "has not been fitted yet",
            "instance of",
            NotFittedError,
        )
    yield Case(
        "predict: X of text", lambda _, model: model.predict([1], X="a"), NO_MTYPE, "input X", TypeError
    )
    yield Case(
        "fit: unknown keyword",
        lambda _, model: model.fit(NUMBERED, serie=1),
        "unexpected keyword argument",
        "'serie'",
        TypeError,
    )
    yield Case(
        "set_params: unknown option",
        lambda _, model: model.set_params(no_option=1),
        "Invalid parameter",
        "no_option",
        resets=True,
    )


#: What a forecaster that learns says of the same: name -> rule, value.
SAID_BY_NETWORKS = {
    "one infinite value": (GAPS, "got 1 in series 0, the first at position 35 "),
    "too short": ("at least 14 time stamp", "got 5 in series 0"),
    "all NaN": ("cannot handle missing data", "y passed"),
}


def trained_sktime_cases(entry: Entry) -> Iterator[Case]:
    for case in sktime_cases(entry):
        rule, value = SAID_BY_NETWORKS.get(case.name.partition(": ")[2], (case.rule, case.value))
        yield replace(case, rule=rule, value=value)


# The matrix


def option_cases(entry: Entry) -> Iterator[Case]:
    def construct_and_fit(options: dict[str, Any]) -> None:
        entry.cls(**(entry.options | options)).fit(DOORS[entry.door].good)

    for name, values in entry.bad_options.items():
        for value in values:
            yield Case(
                f"option: {name}={value!r}",
                lambda _, __, name=name, value=value: construct_and_fit({name: value}),
                f"^{name} must ",
                re.escape(f"got {value!r}"),
            )
    rule, error = DOORS[entry.door].unknown_option
    yield Case(
        "option: unknown", lambda _, __: construct_and_fit({"no_option": 1}), rule, "'no_option'", error
    )


@dataclass(frozen=True)
class Door:
    """good : a series to fit; cases : what an estimator refuses; forecast : fitted model -> numbers.

    unknown_option : what is said of one, and the type of the error.
    """

    good: Any
    cases: Callable[[Entry], Iterator[Case]]
    forecast: Callable[[Any], np.ndarray]
    unknown_option: tuple[str, type] = ("unexpected keyword argument", TypeError)


DOORS = {
    "darts": Door(SERIES, darts_cases, lambda model: model.predict(5).values()),
    "darts, trained": Door(
        SERIES,
        trained_darts_cases,
        lambda model: model.predict(5).values(),
        ("Invalid model creation parameters", ValueError),  # darts' own
    ),
    "sktime": Door(NUMBERED, sktime_cases, lambda model: model.predict([1, 2, 5]).to_numpy()),
    "sktime, trained": Door(
        NUMBERED, trained_sktime_cases, lambda model: model.predict([1, 2, 5]).to_numpy()
    ),
}


def cases_of(entry: Entry) -> Iterator[Case]:
    if "trained" not in entry.door or entry.cls in WHOLE:
        yield from DOORS[entry.door].cases(entry)
    yield from option_cases(entry)


MATRIX = [
    pytest.param(entry, case, id=f"{entry.cls.__name__}-{case.name}")
    for entry in ESTIMATORS
    for case in cases_of(entry)
]


def test_the_matrix_tries_every_estimator_and_one_network_whole():
    tried = [entry.cls for entry, _ in (param.values for param in MATRIX)]
    assert set(tried) == {*MODELS, *FORECASTERS}
    assert all(tried.count(cls) > 80 for cls in WHOLE)


@cache
def fitted(cls: type) -> tuple[Any, np.ndarray]:
    """A fitted model of this class and its forecast, made once; cases work on copies."""
    entry = next(entry for entry in ESTIMATORS if entry.cls is cls)
    door = DOORS[entry.door]
    model = entry.cls(**entry.options).fit(door.good)
    return model, door.forecast(model)


@pytest.mark.parametrize(("entry", "case"), MATRIX)
def test_is_refused_with_rule_and_value_and_leaves_the_model_as_it_was(entry, case):
    door = DOORS[entry.door]
    original, before = fitted(entry.cls)
    model = deepcopy(original)
    with pytest.raises(case.error) as refusal:
        case.call(entry, model)
    assert type(refusal.value) is case.error  # not a subclass: LinAlgError is a ValueError too
    assert re.search(case.rule, str(refusal.value), re.DOTALL)
    assert re.search(case.value, str(refusal.value), re.DOTALL)
    if case.resets:
        with pytest.raises(NotFittedError):
            door.forecast(model)
        model.fit(door.good)
    np.testing.assert_array_equal(door.forecast(model), before)
