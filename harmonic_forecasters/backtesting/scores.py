"""Scores of forecasts, one value per window and metric, by utilsforecast.

To add a metric is to add an entry to :data:`METRICS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from utilsforecast import losses

WINDOW = "window"


@dataclass(frozen=True, kw_only=True, eq=False)
class Windows:
    """Forecasts to score, of many windows.

    forecasts : one row per window and step: columns window, step, ``truth``, mean and, where they are known,
        the quantiles, named by :func:`quantile_column`. Steps without a truth are left out.
    truth : the column that forecasts are compared with.
    history : one row per window and past sample: columns window, step, y.
    seasonality : lag of the seasonal naive forecast that scales some metrics, samples.
    levels : of the quantiles, rising, in (0, 1).
    """

    forecasts: pd.DataFrame
    truth: str
    history: pd.DataFrame
    seasonality: int
    levels: tuple[float, ...]

    def loss(self, function: Callable[..., pd.DataFrame], **options: Any) -> pd.Series:
        """One value per window of a loss of utilsforecast."""
        options = {"models": ["mean"]} | options
        table = function(self.forecasts, id_col=WINDOW, target_col=self.truth, **options)
        return table.set_index(WINDOW).iloc[:, 0]

    def scaled_loss(self, function: Callable[..., pd.DataFrame], **options: Any) -> pd.Series:
        """A loss divided by that of the seasonal naive forecast inside the history."""
        scale = {"seasonality": self.seasonality, "train_df": self.history, "time_col": "step"}
        return self.loss(function, **scale, **options)


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A way to score forecasts.

    about : one line for people.
    score : function(windows) -> one value per window. With ``needs="interval"`` it is function(windows,
        coverage), called for each central interval with its nominal coverage in per cent; the bounds are the
        columns ``mean-lo-<coverage>`` and ``mean-hi-<coverage>``.
    needs : what of the forecast is scored: its mean, all its quantiles, or each of its central intervals.
        Names of scores of intervals end with the coverage in per cent, such as ``coverage_80``.
    clean : compares with the signal without noise; not scored where that is unknown.
    best : the value of a perfect forecast: the lowest, or the nominal coverage.
    always : scored on every task, even if the task does not name it.
    """

    about: str
    score: Callable[..., pd.Series]
    needs: Literal["mean", "quantiles", "interval"] = "mean"
    clean: bool = False
    best: Literal["lowest", "nominal"] = "lowest"
    always: bool = False

    @property
    def ranks(self) -> bool:
        """Whether models can be ranked by it: every model forecasts a mean, not all forecast quantiles."""
        return self.needs == "mean" and self.best == "lowest"


def _pinball(windows: Windows) -> pd.Series:
    columns = [quantile_column(level) for level in windows.levels]
    return windows.loss(losses.mqloss, models={"mean": columns}, quantiles=np.asarray(windows.levels))


def _coverage(windows: Windows, coverage: int) -> pd.Series:
    return windows.loss(losses.coverage, level=coverage)


def _width(windows: Windows, coverage: int) -> pd.Series:
    table = windows.forecasts
    return (table[f"mean-hi-{coverage}"] - table[f"mean-lo-{coverage}"]).groupby(table[WINDOW]).mean()


def _msis(windows: Windows, coverage: int) -> pd.Series:
    # upper - lower + 2 / alpha (distance outside) is 2 / alpha times the sum of two pinball losses, of the
    # bounds at the levels alpha / 2 and 1 - alpha / 2; mqloss is their mean.
    alpha = 1 - coverage / 100
    bounds = {"mean": [f"mean-lo-{coverage}", f"mean-hi-{coverage}"]}
    levels = np.array([alpha / 2, 1 - alpha / 2])
    return 4 / alpha * windows.scaled_loss(losses.scaled_mqloss, models=bounds, quantiles=levels)


#: name -> metric. sMAPE runs from 0 to 1: that of the M4 competition, in per cent, is 200 times as large.
METRICS: dict[str, Metric] = {
    "mase": Metric(
        about="mean absolute error, relative to the seasonal naive forecast in the history",
        score=lambda windows: windows.scaled_loss(losses.mase),
    ),
    "rmsse": Metric(
        about="root mean squared error, relative to the seasonal naive forecast in the history",
        score=lambda windows: windows.scaled_loss(losses.rmsse),
    ),
    "smape": Metric(
        about="symmetric mean absolute percentage error, 0 to 1",
        score=lambda windows: windows.loss(losses.smape),
    ),
    "rmse": Metric(about="root mean squared error", score=lambda windows: windows.loss(losses.rmse)),
    "mae": Metric(about="mean absolute error", score=lambda windows: windows.loss(losses.mae)),
    "mse": Metric(about="mean squared error", score=lambda windows: windows.loss(losses.mse)),
    "clean_rmse": Metric(
        about="root mean squared error against the signal without noise",
        score=lambda windows: windows.loss(losses.rmse),
        clean=True,
    ),
    "clean_mae": Metric(
        about="mean absolute error against the signal without noise",
        score=lambda windows: windows.loss(losses.mae),
        clean=True,
    ),
    "clean_mse": Metric(
        about="mean squared error against the signal without noise",
        score=lambda windows: windows.loss(losses.mse),
        clean=True,
    ),
    "pinball": Metric(
        about="pinball loss, mean over the quantiles", score=_pinball, needs="quantiles", always=True
    ),
    "coverage": Metric(
        about="share of values inside the interval",
        score=_coverage,
        needs="interval",
        best="nominal",
        always=True,
    ),
    "clean_coverage": Metric(
        about="share of the signal without noise inside the interval",
        score=_coverage,
        needs="interval",
        clean=True,
        best="nominal",
        always=True,
    ),
    "msis": Metric(
        about="mean scaled interval score, as the M4 competition defines it (at 95 %)",
        score=_msis,
        needs="interval",
    ),
    "width": Metric(about="mean width of the interval", score=_width, needs="interval"),
}


def quantile_column(level: float) -> str:
    """Column that holds the forecast quantile of a level in (0, 1)."""
    return f"q{level:g}"


def is_lowest_best(score: str) -> bool:
    """Whether the lowest value of a score is the best.

    score : a metric, a metric of intervals with its coverage, or a percentile of either, such as "mase 99 %".

    Examples
    --------
    >>> is_lowest_best("mase 99 %"), is_lowest_best("coverage_80"), is_lowest_best("width_80")
    (True, False, True)
    """
    name = score.partition(" ")[0]
    return METRICS[name if name in METRICS else name.rpartition("_")[0]].best == "lowest"


def score_windows(
    forecasts: pd.DataFrame,
    history: pd.DataFrame,
    *,
    metrics: Sequence[str],
    quantiles: Sequence[float],
    seasonality: int,
) -> pd.DataFrame:
    """Score every window.

    forecasts : one row per window and step: columns window, step, y, clean (NaN where unknown), mean and,
        where the model forecasts quantiles, one column per level, named by :func:`quantile_column`. Steps
        whose truth is missing do not count.
    history : one row per window and past sample: columns window, step, y.
    metrics : names in :data:`METRICS`; those that are always scored need not be named.
    seasonality : lag of the naive forecast that scales MASE, RMSSE and MSIS, samples.

    Returns a table with columns window, metric, value. A metric that needs a clean signal, or quantiles, is
    left out where they are unknown. A metric of intervals gives one value per central interval, such as
    ``coverage_80`` between the quantiles 0.1 and 0.9.
    """
    names = list(dict.fromkeys([*metrics, *(name for name, one in METRICS.items() if one.always)]))
    levels = tuple(level for level in quantiles if quantile_column(level) in forecasts)
    bounds = {round(100 * (1 - 2 * low)): (low, round(1 - low, 12)) for low in levels if low < 0.5}
    for coverage, ends in bounds.items():
        columns = (f"mean-lo-{coverage}", f"mean-hi-{coverage}")
        for column, level in zip(columns, ends, strict=True):
            forecasts = forecasts.assign(**{column: forecasts[quantile_column(level)]})
    truths = {
        truth: Windows(
            forecasts=forecasts.dropna(subset=[truth]),
            truth=truth,
            history=history,
            seasonality=seasonality,
            levels=levels,
        )
        for truth in ("y", "clean")
        if truth == "y" or forecasts["clean"].notna().any()
    }

    def chosen(needs: str) -> list[tuple[str, Metric, Windows]]:
        wanted = [(name, METRICS[name], "clean" if METRICS[name].clean else "y") for name in names]
        return [
            (name, one, truths[truth])
            for name, one, truth in wanted
            if one.needs == needs and truth in truths
        ]

    scores = {name: metric.score(windows) for name, metric, windows in chosen("mean")}
    if levels:
        scores |= {name: metric.score(windows) for name, metric, windows in chosen("quantiles")}
    for coverage in bounds:
        scores |= {
            f"{name}_{coverage}": one.score(windows, coverage) for name, one, windows in chosen("interval")
        }
    table = pd.DataFrame(scores).rename_axis(WINDOW)
    return table.melt(var_name="metric", value_name="value", ignore_index=False).reset_index()
