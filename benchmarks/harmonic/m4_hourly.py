"""M4 Hourly by the rules of the competition, or by the same rules on the tail of its training part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from forecasters import BASELINES, FORECASTERS, FloatArray, Forecast
from scoring import mean_scores
from study_table import Bound, Row

from harmonic_forecasters.datasets import get_dataset, load

HORIZON, SEASON = 48, 24
#: Of Naive2, the competition's benchmark, on the test part.
NAIVE2_SMAPE, NAIVE2_MASE = 18.383, 2.395
#: Windows fitted in one call.
BATCH = 16
COVERAGE_BOUNDS: dict[str, tuple[Bound | None, Bound | None]] = {
    "coverage of 80% intervals": (Bound(0.83, low=0.77), None),
    "coverage of 95% intervals": (Bound(0.97, low=0.92), None),
}
OFFICIAL_BOUNDS: dict[str, tuple[Bound | None, Bound | None]] = COVERAGE_BOUNDS | {
    "OWA": (Bound(0.440), Bound(0.410)),
    "MASE": (Bound(0.85), None),
    "MSIS": (None, Bound(6.1)),
}


def histories(validation: bool, every: int) -> list[tuple[FloatArray, FloatArray]]:
    """History and the 48 hours after it, of every so many series.

    validation : hold out the last 48 hours of the training part; the test part is not looked at.
    """
    series = [values.to_numpy() for _, values in load("m4_hourly")["value"].groupby(level=0, sort=False)]
    end = HORIZON if validation else 0
    shown = [values[: len(values) - end] for values in series[::every]]
    return [(values[:-HORIZON], values[-HORIZON:]) for values in shown]


def forecasts(forecaster: str, windows: list[FloatArray]) -> list[Forecast]:
    """The forecast of each history, those of one length in batches."""
    result: dict[int, Forecast] = {}
    seasons = get_dataset("m4_hourly").seasonalities
    for length in sorted({len(one) for one in windows}):
        alike = [i for i, one in enumerate(windows) if len(one) == length]
        for start in range(0, len(alike), BATCH):
            batch = alike[start : start + BATCH]
            block = np.array([windows[i] for i in batch])
            mean, deviation = FORECASTERS[forecaster](block, HORIZON, seasons, "h")
            for row, i in enumerate(batch):
                one = slice(row, row + 1)
                result[i] = Forecast(mean[one], None if deviation is None else deviation[one])
    return [result[i] for i in range(len(windows))]


def measures(pairs: Sequence[tuple[FloatArray, FloatArray]], made: Sequence[Forecast]) -> dict[str, float]:
    """sMAPE in per cent, MASE, OWA and, where there are intervals, MSIS and coverage; means over series."""
    scores = mean_scores(
        made,
        [truth for _, truth in pairs],
        [history for history, _ in pairs],
        metrics=["smape", "mase", "msis"],
        seasonality=SEASON,
    )
    values = {"sMAPE": 200.0 * scores["smape"], "MASE": scores["mase"]}
    if "msis_95" in scores:
        for coverage in (80, 95):
            values[f"coverage of {coverage}% intervals"] = scores[f"coverage_{coverage}"]
        values["MSIS"] = scores["msis_95"]
    # M4's overall weighted average: both errors over those of Naive2, which are means over series too.
    values["OWA"] = (values["sMAPE"] / NAIVE2_SMAPE + values["MASE"] / NAIVE2_MASE) / 2.0
    return values


def evaluate(forecasters: Sequence[str], *, validation: bool, every: int) -> list[Row]:
    """One row per forecaster and measure.

    The tail of the training part is another task: of errors there nothing is asked, and OWA, whose unit is
    Naive2's error on the test part, serves to compare forecasters only.
    """
    pairs = histories(validation, every)
    task = "M4 Hourly, tail of the training part" if validation else "M4 Hourly"
    asked = COVERAGE_BOUNDS if validation else OFFICIAL_BOUNDS
    rows = []
    for one in forecasters:
        made = forecasts(one, [history for history, _ in pairs])
        values = measures(pairs, made)
        bounds = {} if one in BASELINES else asked
        rows += [
            Row(task, one, name, value, *bounds.get(name, (None, None)), cases=len(pairs))
            for name, value in values.items()
        ]
    return rows
