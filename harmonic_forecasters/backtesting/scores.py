"""Scores of forecasts, one value a window and metric, by utilsforecast."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from utilsforecast import losses

WINDOW = "window"


def _unscaled(loss: Callable[..., pd.DataFrame], truth: str) -> Callable[..., pd.Series]:
    def score(forecasts: pd.DataFrame, _history: pd.DataFrame, _seasonality: int) -> pd.Series:
        table = loss(forecasts.dropna(subset=[truth]), models=["mean"], id_col=WINDOW, target_col=truth)
        return table.set_index(WINDOW)["mean"]

    return score


def _scaled(loss: Callable[..., pd.DataFrame]) -> Callable[..., pd.Series]:
    """A loss divided by that of the seasonal naive forecast inside the history."""

    def score(forecasts: pd.DataFrame, history: pd.DataFrame, seasonality: int) -> pd.Series:
        table = loss(
            forecasts.dropna(subset=["y"]),
            models=["mean"],
            seasonality=seasonality,
            train_df=history,
            id_col=WINDOW,
            time_col="step",
        )
        return table.set_index(WINDOW)["mean"]

    return score


#: name -> function(forecasts, history, seasonality) -> one value a window. Those called clean_ compare with
#: the noise-free signal. sMAPE runs from 0 to 1 (the M4 competition's, in per cent, is 200 times as large).
METRICS: dict[str, Callable[[pd.DataFrame, pd.DataFrame, int], pd.Series]] = {
    "mase": _scaled(losses.mase),
    "rmsse": _scaled(losses.rmsse),
    "smape": _unscaled(losses.smape, "y"),
    "rmse": _unscaled(losses.rmse, "y"),
    "mae": _unscaled(losses.mae, "y"),
    "mse": _unscaled(losses.mse, "y"),
    "clean_rmse": _unscaled(losses.rmse, "clean"),
    "clean_mae": _unscaled(losses.mae, "clean"),
    "clean_mse": _unscaled(losses.mse, "clean"),
}


def quantile_column(level: float) -> str:
    """Column that holds the forecast quantile of a level in (0, 1)."""
    return f"q{level:g}"


def score_windows(
    forecasts: pd.DataFrame,
    history: pd.DataFrame,
    *,
    metrics: Sequence[str],
    quantiles: Sequence[float],
    seasonality: int,
) -> pd.DataFrame:
    """Score every window.

    forecasts : one row a window and step: columns window, step, y, clean (NaN where unknown), mean and, where
        the model forecasts quantiles, one column a level, named by :func:`quantile_column`. Steps whose truth
        is missing do not count.
    history : one row a window and past sample: columns window, step, y.
    seasonality : lag of the naive forecast that scales MASE and RMSSE, samples.

    Returns a table with columns window, metric, value. With quantiles, it holds the pinball loss (the mean
    over levels), the coverage of each central interval, ``coverage_80``, and, where the clean signal is
    known, ``clean_coverage_80``.
    """
    clean_known = bool(forecasts["clean"].notna().any())
    columns = {
        name: METRICS[name](forecasts, history, seasonality)
        for name in metrics
        if clean_known or not name.startswith("clean_")
    }
    if any(quantile_column(level) in forecasts for level in quantiles):
        columns |= _quantile_scores(forecasts, list(quantiles), clean_known)
    table = pd.DataFrame(columns).rename_axis(WINDOW)
    return table.melt(var_name="metric", value_name="value", ignore_index=False).reset_index()


def _quantile_scores(
    forecasts: pd.DataFrame, quantiles: list[float], clean_known: bool
) -> dict[str, pd.Series]:
    observed = forecasts.dropna(subset=["y"])
    pinball = losses.mqloss(
        observed,
        models={"pinball": [quantile_column(q) for q in quantiles]},
        quantiles=np.asarray(quantiles),
        id_col=WINDOW,
    )
    scores = {"pinball": pinball.set_index(WINDOW)["pinball"]}
    for low in quantiles:
        if low >= 0.5:
            continue
        level = round(100 * (1 - 2 * low))
        bounds = {
            quantile_column(low): f"mean-lo-{level}",
            quantile_column(round(1 - low, 12)): f"mean-hi-{level}",
        }
        named = forecasts.rename(columns=bounds)
        for prefix, truth in (("", "y"), ("clean_", "clean")):
            if truth == "clean" and not clean_known:
                continue
            table = losses.coverage(
                named.dropna(subset=[truth]), models=["mean"], level=level, id_col=WINDOW, target_col=truth
            )
            scores[f"{prefix}coverage_{level}"] = table.set_index(WINDOW)["mean"]
    return scores
