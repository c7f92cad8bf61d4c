"""Ten configurations of GIFT-Eval by its rules: ETT at four frequencies, M4 hourly and weekly.

Windows do not overlap and end with the series: a tenth of its length, at least 1 and at most 20 of them.
MASE is a mean over windows and steps, scaled by the seasonal naive error of all that comes before the window.
WQL is twice the quantile loss at 0.1, 0.2, ..., 0.9 over the sum of absolute values, a mean over the levels.
Both are divided by those of the seasonal naive forecast as GIFT-Eval publishes them. Of the history the last
4,000 samples are shown.

Source: Aksu, Woo, Liu, Liu, Liu, Savarese, Xiong, Sahoo (2024), GIFT-Eval: a benchmark for general time
series forecasting model evaluation; results/Seasonal_Naive/all_results.csv of its repository.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from forecasters import FORECASTERS, FloatArray
from scipy.special import ndtri
from study_table import Bound, Row

from harmonic_forecasters.datasets import load

HISTORY = 4_000
LEVELS = np.arange(1, 10) / 10.0
#: Samples of ETTm1 in what they are added up to.
QUARTERS = {"h": 4, "D": 96, "W-THU": 672}


class Configuration(NamedTuple):
    """One task: a dataset at a frequency, how far ahead, and what the seasonal naive forecast reaches.

    frequency : of the samples, as pandas writes it.   season : of MASE, samples.
    most_windows : of one series.   naive_mase, naive_wql : published.
    """

    source: str
    frequency: str
    horizon: int
    season: int
    naive_mase: float
    naive_wql: float
    most_windows: int = 20


CONFIGURATIONS = {
    "ett1/15T/short": Configuration("ett1", "15min", 48, 96, 0.934155, 0.241364),
    "ett1/15T/medium": Configuration("ett1", "15min", 480, 96, 1.188306, 0.321551),
    "ett1/15T/long": Configuration("ett1", "15min", 720, 96, 1.190886, 0.340179),
    "ett1/H/short": Configuration("ett1", "h", 48, 24, 0.977318, 0.240368),
    "ett1/H/medium": Configuration("ett1", "h", 480, 24, 1.567801, 0.434912),
    "ett1/H/long": Configuration("ett1", "h", 720, 24, 1.478701, 0.471062),
    "ett1/D/short": Configuration("ett1", "D", 30, 1, 1.778370, 0.408434),
    "ett1/W/short": Configuration("ett1", "W-THU", 8, 1, 1.768921, 0.311825),
    "m4_hourly/H/short": Configuration("m4_hourly", "h", 48, 24, 1.193210, 0.037573, most_windows=1),
    "m4_weekly/W/short": Configuration("m4_weekly", "W", 13, 1, 2.777295, 0.060870, most_windows=1),
}


def series_of(configuration: Configuration) -> Iterator[FloatArray]:
    """The series of a configuration, whole."""
    if configuration.source != "ett1":
        for _, values in load(configuration.source)["value"].groupby(level=0, sort=False):
            yield values.to_numpy(dtype=np.float64)
        return
    table = load("ettm1")
    if configuration.frequency != "15min":
        bins = table.resample(configuration.frequency)
        # A day or a week that is not whole is left out.
        table = bins.sum()[bins.size() == QUARTERS[configuration.frequency]]
    for column in table:
        yield table[column].to_numpy(dtype=np.float64)


def evaluate_one(forecaster: str, configuration: Configuration) -> tuple[float, float, int]:
    """MASE and WQL of a configuration, and the number of its windows."""
    scaled, loss, size, n_windows = [], np.zeros(len(LEVELS)), 0.0, 0
    for values in series_of(configuration):
        horizon = configuration.horizon
        most = min(configuration.most_windows, max(1, math.ceil(0.1 * len(values) / horizon)))
        for origin in len(values) - horizon * np.arange(most, 0, -1):
            past, truth = values[:origin], values[origin : origin + horizon]
            made = FORECASTERS[forecaster](past[None, -HISTORY:], horizon, (), configuration.frequency)
            if made.deviation is None:
                raise ValueError(f"forecaster must have deviations, got {forecaster!r}")
            naive = np.abs(past[configuration.season :] - past[: -configuration.season]).mean()
            scaled.append(np.abs(truth - made.mean[0]).mean() / naive)
            quantiles = made.mean[0] + ndtri(LEVELS)[:, None] * made.deviation[0]
            error = truth - quantiles
            loss += 2.0 * np.maximum(LEVELS[:, None] * error, (LEVELS[:, None] - 1.0) * error).sum(axis=1)
            size += np.abs(truth).sum()
            n_windows += 1
    return float(np.mean(scaled)), float(np.mean(loss / size)), n_windows


def evaluate(forecasters: Sequence[str], names: Sequence[str]) -> list[Row]:
    """Two rows per forecaster and configuration, and geometric means over them."""
    rows = []
    for one in forecasters:
        ratios = {}
        for name in names:
            configuration = CONFIGURATIONS[name]
            mase, wql, cases = evaluate_one(one, configuration)
            ratios[name] = mase / configuration.naive_mase, wql / configuration.naive_wql
            task = f"GIFT-Eval {name}"
            rows += [Row(task, one, "MASE", mase, cases=cases), Row(task, one, "WQL", wql, cases=cases)]
            print(name, mase, wql, ratios[name], flush=True)
        means = np.exp(np.log(list(ratios.values())).mean(axis=0))
        task = f"GIFT-Eval, {len(names)} configurations"
        for measure, value, must in zip(("MASE", "WQL"), means, (0.785, 0.68), strict=True):
            bound = Bound(must) if len(names) == len(CONFIGURATIONS) else None
            rows.append(
                Row(task, one, f"{measure} over seasonal naive", float(value), bound, cases=len(names))
            )
    return rows
