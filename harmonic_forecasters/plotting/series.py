"""Times, values and bands of anything that holds one series: arrays, pandas, darts, sktime's intervals.

darts and sktime are recognised by what their objects look like; neither needs to be installed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from harmonic_forecasters.plotting.times import as_times

# Share of values inside the band that is drawn for samples and for normal distributions.
COVERAGE = 0.9
# darts names likelihood parameters by component and parameter, such as x_q0.100, x_mu, x_sigma.
PARAMETER = re.compile(r"(?P<component>.*)_(?P<parameter>q\d*\.\d+|mu|sigma)")


@dataclass(frozen=True)
class Band:
    """Lower and upper bounds, (n_samples,) each, and the share of values between them, None if not known."""

    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    coverage: float | None


@dataclass(frozen=True, kw_only=True)
class Curve:
    """One series to draw. No times: it carries none. No values: it is an interval without its middle."""

    n_samples: int
    times: pd.Index | None
    values: NDArray[np.float64] | None
    bands: tuple[Band, ...] = ()


def read_values(name: str, data: Any) -> tuple[pd.Index | None, NDArray[np.float64], tuple[Band, ...]]:
    """Times, values and bands of a series; raises ValueError where there is an interval only."""
    curve = read_curve(name, data)
    if curve.values is None:
        raise ValueError(
            f"{name} must hold point forecasts or the quantile 0.5, got bounds only: pass them as interval="
        )
    return curve.times, curve.values, curve.bands


def read_interval(data: Any) -> Curve:
    """The bands of an interval frame, a darts series with samples or parameters, or a pair of bounds."""
    if not _is_darts(data) and not isinstance(data, (pd.DataFrame, pd.Series)):
        bounds = list(data) if isinstance(data, (tuple, list, np.ndarray)) else []
        if len(bounds) != 2:
            raise ValueError(
                "interval must be a pair of lower and upper bounds, a frame of sktime's predict_interval or "
                f"predict_quantiles, or a darts series with samples or quantiles, got {_describe(data)}"
            )
        (times, lower, _), (_, upper, _) = (read_values("interval", bound) for bound in bounds)
        if len(lower) != len(upper):
            raise ValueError(f"interval must have bounds of one length, got {len(lower)} and {len(upper)}")
        return Curve(n_samples=len(lower), times=times, values=None, bands=(Band(lower, upper, None),))
    curve = read_curve("interval", data)
    if not curve.bands:
        raise ValueError(f"interval must hold at least two quantiles or samples, got {_describe(data)}")
    return curve


def read_curve(name: str, data: Any) -> Curve:
    """Times, values and bands of one series; raises ValueError for anything else."""
    if _is_darts(data):
        return _of_darts(name, data)
    if isinstance(data, pd.DataFrame):
        if data.columns.nlevels > 1:
            return _of_interval_frame(name, data)
        if data.shape[1] != 1:
            raise ValueError(
                f"{name} must be one series, got {data.shape[1]} columns, {_listed(data.columns)}: "
                "choose one, such as y['name']"
            )
        data = data.iloc[:, 0]
    values = _numbers(name, data)
    times = as_times(name, data.index) if isinstance(data, pd.Series) else None
    return Curve(n_samples=len(values), times=times, values=values)


def _is_darts(data: Any) -> bool:
    return hasattr(data, "all_values") and hasattr(data, "time_index")


def _of_darts(name: str, series: Any) -> Curve:
    """Components are values, or likelihood parameters of one component; samples become quantiles."""
    samples = np.asarray(series.all_values(copy=False), dtype=np.float64)  # (time, component, sample)
    if len(samples) == 0:
        raise ValueError(f"{name} must have at least one sample, got a series of length 0")
    times = as_times(name, series.time_index)
    names = [str(each) for each in series.components]
    if len(names) == 1 and samples.shape[2] > 1:
        levels = 0.5 - COVERAGE / 2, 0.5, 0.5 + COVERAGE / 2
        quantiles = np.nanquantile(samples[:, 0], levels, axis=1)
        return _of_quantiles(times, dict(zip(levels, quantiles, strict=True)))
    found = [PARAMETER.fullmatch(each) for each in names]
    parameters = {
        each["parameter"]: samples[:, i, 0] for i, each in enumerate(found) if each and len(names) > 1
    }
    if len(parameters) == len(names) and len({each["component"] for each in found if each}) == 1:
        if all(each.startswith("q") for each in parameters):
            return _of_quantiles(times, {float(each[1:]): values for each, values in parameters.items()})
        if set(parameters) == {"mu", "sigma"}:
            levels = 0.5 - COVERAGE / 2, 0.5, 0.5 + COVERAGE / 2
            mu, sigma = parameters["mu"], parameters["sigma"]
            return _of_quantiles(times, {level: mu + norm.ppf(level) * sigma for level in levels})
    if len(names) > 1:
        raise ValueError(
            f"{name} must be one series, got {len(names)} components, {_listed(names)}: choose one, such as "
            "series['name'], or all quantiles of one"
        )
    return Curve(n_samples=len(samples), times=times, values=samples[:, 0, 0])


def _of_interval_frame(name: str, frame: pd.DataFrame) -> Curve:
    """The frame of predict_interval or of predict_quantiles."""
    variables = frame.columns.get_level_values(0).unique()
    if len(variables) != 1:
        raise ValueError(
            f"{name} must be one series, got the variables {_listed(variables)}: "
            "choose one, such as frame[['name']]"
        )
    if len(frame) == 0:
        raise ValueError(f"{name} must have at least one sample, got a frame of no rows")
    keys: list[Any] = list(frame.columns)
    columns = {key[1:]: _numbers(name, frame[key]) for key in keys}
    try:
        quantiles = {_level(key): values for key, values in columns.items()}
    except (KeyError, TypeError, ValueError):
        raise ValueError(
            f"the columns of {name} must be those of predict_interval, (variable, coverage, 'lower' or "
            f"'upper'), or of predict_quantiles, (variable, level), got {_listed(frame.columns)}"
        ) from None
    return _of_quantiles(as_times(name, frame.index), quantiles)


def _level(key: tuple[Any, ...]) -> float:
    """The quantile that a column holds: (level,), or (coverage, side)."""
    if len(key) == 1:
        return float(key[0])
    coverage, side = key
    return 0.5 + {"lower": -0.5, "upper": 0.5}[side] * float(coverage)


def _of_quantiles(times: pd.Index, quantiles: dict[float, NDArray[np.float64]]) -> Curve:
    """The median, where it is known, and bands from the outermost pair of quantiles inwards."""
    levels = sorted(quantiles)
    pairs = [
        (low, high)
        for low, high in zip(levels, reversed(levels), strict=True)
        if low < 0.5 < high and low < high
    ]
    return Curve(
        n_samples=len(times),
        times=times,
        values=quantiles.get(0.5),
        bands=tuple(Band(quantiles[low], quantiles[high], high - low) for low, high in pairs),
    )


def _numbers(name: str, data: Any) -> NDArray[np.float64]:
    """The values, (n_samples,), n_samples >= 1; raises ValueError for anything else."""
    if isinstance(data, (list, tuple)) and any(_is_darts(each) for each in data):
        raise ValueError(
            f"{name} must be one series, got a list of {len(data)}: choose one, such as series[0]"
        )
    try:
        array = np.asarray(data)
        if array.dtype.kind not in "biufO":
            raise TypeError
        array = array.astype(np.float64)
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} must be numbers, as an array, a pandas or a darts series, got {_describe(data)}"
        ) from None
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1 or array.size == 0:
        raise ValueError(
            f"{name} must have one axis and at least one sample, got the shape {array.shape}"
            + ": choose one series, such as y[0]" * (array.ndim > 1)
        )
    return array


def _describe(data: Any) -> str:
    kind = type(data).__name__
    return f"{kind} of {data.dtype}" if isinstance(data, (pd.Series, np.ndarray)) else kind


def _listed(names: Any) -> str:
    """The first names, so that a message stays readable."""
    return ", ".join(repr(each) for each in list(names)[:4]) + ", ..." * (len(names) > 4)
