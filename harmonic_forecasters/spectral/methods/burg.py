"""Burg's method: an autoregression by least squares under Levinson's recursion, always stable.

Source: Burg (1975), Maximum entropy spectral analysis, doctoral thesis, Stanford University; Kay (1988),
Modern Spectral Estimation, section 7.6.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from harmonic_forecasters.spectral._parts.linear_prediction import LinearPrediction, check_order, split_level
from harmonic_forecasters.spectral._parts.windows import FloatArray, Windows, check_windows

LARGEST_BURG_ORDER = 200


def fit_burg(y: ArrayLike | Windows, *, order: int | None = None) -> LinearPrediction:
    """Prediction coefficients of each window by Burg's method.

    Parameters
    ----------
    y : (n_series, n_samples), at least 2 samples, any unit; NaN is filled as
        :func:`check_windows` says. The mean is removed where it exceeds the standard deviation.
    order : coefficients of the recursion, below n_samples; None: 40 percent of the samples, at most 200.

    Returns
    -------
    LinearPrediction, whose noise variance is Akaike's (1969) final prediction error: that of forecasting a
    new sample with coefficients estimated from the window.

    Raises
    ------
    ValueError : for an order out of range or unusable values.
    TypeError : for values that are not real numbers.

    Examples
    --------
    >>> t = np.arange(60)
    >>> fit_burg([np.sin(0.3 * t)]).evaluate([60])[0] - np.sin(0.3 * 60) < 1e-6
    array([ True])
    """
    windows = check_windows(y, min_samples=2).filled
    n_samples = windows.shape[1]
    check_order(order, n_samples)
    n_coefficients = int(order) if order else min(max(1, 2 * n_samples // 5), LARGEST_BURG_ORDER)
    values, level = split_level(windows)
    scale = abs(values).max(axis=1, keepdims=True)
    scale[scale == 0.0] = 1.0
    coefficients, power = _burg(values / scale, n_coefficients)
    final_prediction_error = (n_samples + n_coefficients + 1) / max(n_samples - n_coefficients - 1, 1)
    noise_variance = power * scale[:, 0] ** 2 * final_prediction_error
    # Errors of Burg's coefficients hardly grow with further steps: its variances are wide enough without.
    return LinearPrediction(
        windows=windows,
        coefficients=coefficients,
        noise_variance=noise_variance,
        level=level,
        parameter_share=np.zeros(len(windows)),
    )


def _burg(values: FloatArray, order: int) -> tuple[FloatArray, FloatArray]:
    """Coefficients (n_series, order) and mean square residual (n_series,) of values of order one."""
    forward = backward = values
    polynomial = np.ones((len(values), 1))
    power = np.mean(values**2, axis=1)
    for _ in range(order):
        ahead, behind = forward[:, 1:], backward[:, :-1]
        energy = np.sum(ahead**2 + behind**2, axis=1)
        # k = -2 sum f_t b_{t-1} / sum (f_t^2 + b_{t-1}^2), at most one in size
        reflection = -2.0 * np.sum(ahead * behind, axis=1) / np.where(energy > 0.0, energy, 1.0)
        k = reflection[:, None]
        forward, backward = ahead + k * behind, behind + k * ahead
        polynomial = np.concatenate([polynomial, np.zeros((len(values), 1))], axis=1)
        polynomial = polynomial + k * polynomial[:, ::-1]
        power = power * np.maximum(1.0 - reflection**2, 0.0)
    return -polynomial[:, 1:], power
