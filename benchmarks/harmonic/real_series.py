"""Real series: errors relative to the seasonal naive forecast, beside forecasters given the seasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from forecasters import BASELINES, FORECASTERS, GIVEN, FloatArray
from study_table import Bound, Row

from harmonic_forecasters.datasets import get_dataset

SERIES = ("airline", "milk", "monthly_sunspots", "co2", "taylor", "victoria", "heart_rate")
ORIGINS = 5
#: Samples before the origin that are shown, where not all are.
HISTORY = {"victoria": 8_760}
#: The heart has no fixed period, so half a minute stands for one; its naive forecast holds the last value.
STEPS = {"heart_rate": 60}
MEASURE = "MASE over seasonal naive"


def windows(name: str) -> Iterator[tuple[FloatArray, FloatArray]]:
    """History, (1, n_samples), and the two seasons behind it, (2 steps,), of each origin.

    The origins are evenly spread from the middle of the series to two seasons before its end.
    """
    dataset = get_dataset(name)
    data = dataset.load()
    values = (data if data.ndim == 1 else data[dataset.targets[0]]).to_numpy(dtype=np.float64)
    ahead = 2 * STEPS.get(name, dataset.seasonality)
    for origin in np.linspace(len(values) // 2, len(values) - ahead, ORIGINS).astype(int):
        first = max(0, origin - HISTORY.get(name, origin))
        yield values[None, first:origin], values[origin : origin + ahead]


def relative_errors(name: str, forecaster: str) -> FloatArray:
    """Mean absolute error over that of the seasonal naive forecast, (origins, 2): one season and two ahead.

    MASE divides both by the same number, so this is the ratio of their MASE, too.
    """
    dataset = get_dataset(name)
    ratios = []
    for history, truth in windows(name):
        ours, naive = (
            np.abs(one(history, len(truth), dataset.seasonalities, dataset.frequency).mean[0] - truth)
            for one in (FORECASTERS[forecaster], FORECASTERS["SeasonalNaive"])
        )
        ratios.append([np.nanmean(ours[:end]) / np.nanmean(naive[:end]) for end in (len(truth) // 2, None)])
    return np.array(ratios)


def geometric_mean(values: FloatArray) -> float:
    return float(np.exp(np.mean(np.log(values))))


def evaluate(forecasters: Sequence[str], names: Sequence[str]) -> list[Row]:
    """One row per forecaster and series, and over all of them; only our own methods have bounds to meet."""
    tables = {one: {name: relative_errors(name, one) for name in names} for one in forecasters}
    overall = {one: geometric_mean(np.array(list(table.values()))) for one, table in tables.items()}
    rows = []
    for one, table in tables.items():
        asked = one not in BASELINES
        for name, errors in table.items():
            bound = Bound(1.05) if asked else None
            rows.append(Row(name, one, MEASURE, geometric_mean(errors), bound, cases=ORIGINS))
        like_mstl = Bound(overall["MSTL"]) if asked and "MSTL" in overall else None
        must = Bound(0.5) if asked else None
        if one == GIVEN:  # given as much, it must do as well
            must, like_mstl = like_mstl, None
        task = f"geometric mean of {len(names)} series"
        rows.append(Row(task, one, MEASURE, overall[one], must, like_mstl, cases=len(names)))
    return rows
