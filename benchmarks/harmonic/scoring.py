"""Scores of the study by the package's own metrics."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from forecasters import FloatArray, Forecast
from scipy.special import ndtri

from harmonic_forecasters.backtesting.scores import quantile_column, score_windows

#: Levels of the quantiles that bound the intervals of 80 % and 95 %.
LEVELS = (0.025, 0.1, 0.9, 0.975)


def mean_scores(
    forecasts: Sequence[Forecast],
    truths: Sequence[FloatArray],
    histories: Sequence[FloatArray],
    *,
    metrics: Sequence[str],
    seasonality: int,
) -> dict[str, float]:
    """The mean of each score over series, by name; scores of intervals where the forecasts have deviations.

    forecasts : of one series each, mean and deviation (1, horizon).   truths : (horizon,) each.
    histories : (n_samples,) each.
    """
    ahead, past = [], []
    for number, (forecast, truth, history) in enumerate(zip(forecasts, truths, histories, strict=True)):
        steps = np.arange(len(truth))
        table = {"window": number, "step": steps, "y": truth, "clean": np.nan, "mean": forecast.mean[0]}
        if forecast.deviation is not None:
            quantiles = forecast.mean[0] + forecast.deviation[0] * ndtri(LEVELS)[:, None]
            table |= {quantile_column(level): row for level, row in zip(LEVELS, quantiles, strict=True)}
        ahead.append(pd.DataFrame(table))
        past.append(pd.DataFrame({"window": number, "step": np.arange(len(history)), "y": history}))
    scores = score_windows(
        pd.concat(ahead, ignore_index=True),
        pd.concat(past, ignore_index=True),
        metrics=metrics,
        quantiles=LEVELS,
        seasonality=seasonality,
    )
    return {str(name): float(value) for name, value in scores.groupby("metric")["value"].mean().items()}
