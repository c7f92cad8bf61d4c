"""The modified covariance method: prediction forwards and backwards by least squares, its rank chosen.

Without noise, the full-rank solution continues a sum of sinusoids to rounding. Under noise it follows the
noise; the leading singular vectors alone hold the sinusoids. How many do is not known, so predictors of all
ranks are averaged, each with the weight that the data give it.

Sources: Marple (1980), A new autoregressive spectrum analysis algorithm, IEEE Transactions on Acoustics,
Speech, and Signal Processing 28; Tufts, Kumaresan (1982), Estimation of frequencies of multiple sinusoids:
making linear prediction perform like maximum likelihood, Proceedings of the IEEE 70, eq. 6 to 13; Kay
(1988), Modern Spectral Estimation, sections 7.5 and 13.7; on the weights: Akaike (1978), On the likelihood
of a time series model, The Statistician 27.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from harmonic_forecasters._checks import check_whole_number
from harmonic_forecasters.spectral._parts.block_sizes import MATRIX_VALUES
from harmonic_forecasters.spectral._parts.linear_prediction import (
    LinearPrediction,
    check_order,
    split_level,
    stabilised,
)
from harmonic_forecasters.spectral._parts.windows import FloatArray, Windows, check_windows

LARGEST_COVARIANCE_ORDER = 160
# If the full rank leaves a smaller share of the window unexplained than this, it beats the average over
# ranks. On sums of 3 to 44 sinusoids the two are equal at noise of about this size.
LARGEST_EXACT_RESIDUAL = 1e-4
# Singular values below this share of the largest are rounding.
ROUNDING = 1e-15


def fit_modified_covariance(
    y: ArrayLike | Windows, *, order: int | None = None, rank: int | None = None
) -> LinearPrediction:
    """Prediction coefficients of each window by forward-backward least squares.

    Parameters
    ----------
    y : (n_series, n_samples), at least 2 samples, any unit; NaN is filled as
        :func:`check_windows` says. The mean is removed where it exceeds the standard deviation.
    order : coefficients of the recursion, below n_samples; None: half the samples, at most 160, and, where
        there is noise, the mean of the coefficients of that order and of four fifths of it (errors of one
        order are partly its own, so the mean is better than either).
    rank : number of singular vectors kept, 1 to order, the same for all series: the method of Tufts and
        Kumaresan as published. None: all of them, down to rounding, for series that a recursion fits to
        1e-4 of their size; for others the mean of the coefficients of all ranks up to four fifths of the
        order with Akaike's weights, exp(-AIC / 2), and roots outside the unit circle mirrored into it.

    Returns
    -------
    LinearPrediction, of the larger order.

    Raises
    ------
    ValueError : for an order or a rank out of range or unusable values.
    TypeError : for values that are not real numbers.

    Examples
    --------
    >>> t = np.arange(50)
    >>> x = np.sin(0.3 * t) + np.cos(1.1 * t)
    >>> abs(fit_modified_covariance([x[:40]]).evaluate(t[40:])[0] - x[40:]).max() < 1e-12
    np.True_
    """
    windows = check_windows(y, min_samples=2).filled
    n_series, n_samples = windows.shape
    check_order(order, n_samples)
    largest = int(order) if order else min(n_samples // 2, LARGEST_COVARIANCE_ORDER)
    check_whole_number("rank", rank, 1, largest, or_none=True, largest_is="the order")
    orders = (
        [largest] if order else sorted({largest, min(2 * n_samples // 5, LARGEST_COVARIANCE_ORDER)} - {0})
    )
    values, level = split_level(windows)
    scale = abs(values).max(axis=1, keepdims=True)
    scale[scale == 0.0] = 1.0
    values = values / scale
    coefficients = np.zeros((n_series, largest))
    n_parameters = np.zeros(n_series)
    for some in _blocks(n_series, n_samples * (largest + 1)):
        if rank is None:
            coefficients[some], n_parameters[some] = _automatic(values[some], orders)
        else:
            coefficients[some] = _truncated(values[some], largest, int(rank))
            n_parameters[some] = rank
    nothing = np.zeros(n_series)
    fit = LinearPrediction(
        windows=values,
        coefficients=coefficients,
        noise_variance=nothing,
        level=nothing,
        parameter_share=nothing,
    )
    mean_square = np.mean(values**2, axis=1) * fit.relative_residual**2
    # Akaike's (1969) final prediction error, for the rows that one direction of time has.
    n_rows = n_samples - largest
    inflation = (n_rows + n_parameters) / np.maximum(n_rows - n_parameters, 1.0)
    noise_variance = mean_square * inflation * scale[:, 0] ** 2
    return LinearPrediction(
        windows=windows,
        coefficients=coefficients,
        noise_variance=noise_variance,
        level=level,
        parameter_share=n_parameters / n_rows,
    )


def _automatic(values: FloatArray, orders: list[int]) -> tuple[FloatArray, FloatArray]:
    """Coefficients (n_series, largest order) and their effective number (n_series,), values of order one."""
    n_series = len(values)
    coefficients = np.zeros((n_series, orders[-1]))
    n_parameters = np.zeros(n_series)
    exact = np.ones(n_series, dtype=np.bool_)
    for order in orders:
        solved, n_solved, residual = _averaged(values, order)
        coefficients[:, :order] += solved / len(orders)
        n_parameters += n_solved / len(orders)
        exact &= residual < LARGEST_EXACT_RESIDUAL
    chosen = np.flatnonzero(exact)
    noisy = np.flatnonzero(~exact)
    coefficients[noisy] = stabilised(coefficients[noisy])
    if len(chosen):
        coefficients[chosen] = _truncated(values[chosen], orders[-1], orders[-1])
        n_parameters[chosen] = orders[-1]
    return coefficients, n_parameters


def _averaged(values: FloatArray, order: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Coefficients averaged over ranks, their effective number, and the relative residual of the full rank.

    By the eigenvectors of the normal equations, which are the right singular vectors: a batch of them costs
    a fraction of the singular values, and noise hides what the squaring rounds away.
    """
    n_rows = values.shape[1] - order
    products = np.zeros((len(values), order + 1, order + 1))
    for some in _row_blocks(values, order):
        products += some.transpose(0, 2, 1) @ some
    # Backwards in time, the first of order + 1 neighbours is predicted from those after it.
    products += products[:, ::-1, ::-1].copy()
    power = products[:, 0, 0]
    eigenvalue, vector = np.linalg.eigh(products[:, 1:, 1:])
    eigenvalue, vector = eigenvalue[:, ::-1], vector[:, :, ::-1]
    projected = np.einsum("soi,so->si", vector, products[:, 1:, 0])
    kept = eigenvalue > 1e-15 * eigenvalue[:, :1]
    component = np.where(kept, projected / np.where(kept, eigenvalue, 1.0), 0.0)
    explained = np.cumsum(np.pad(component * projected, ((0, 0), (1, 0))), axis=1)
    share = 1.0 - explained / np.where(power > 0.0, power, 1.0)[:, None]
    share = np.maximum(share, 1e-15)
    n_ranks = 4 * min(order, n_rows) // 5 + 1
    # -AIC / 2 = -(rows / 2) log(residual) - rank; the two directions of time count as one.
    evidence = -0.5 * n_rows * np.log(share[:, :n_ranks]) - np.arange(n_ranks)
    weight = np.exp(evidence - evidence.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    # A singular vector is part of all ranks from its own on.
    part = np.zeros_like(component)
    part[:, : n_ranks - 1] = np.cumsum(weight[:, :0:-1], axis=1)[:, ::-1]
    coefficients = np.einsum("soi,si->so", vector, part * component)
    # Constant windows leave no residual, whatever the coefficients.
    residual = np.where(power > 0.0, np.sqrt(share[:, -1]), 0.0)
    return coefficients, part.sum(axis=1), residual


def _truncated(values: FloatArray, order: int, rank: int) -> FloatArray:
    """Coefficients of the given rank, (n_series, order), to full precision: by QR, then singular values."""
    triangle = np.zeros((len(values), 0, order + 1))
    for some in _row_blocks(values, order):
        stacked = np.concatenate([triangle, some, some[:, :, ::-1]], axis=1)
        triangle = np.asarray(np.linalg.qr(stacked, mode="r"))
    left, singular, right = np.linalg.svd(triangle[:, :, 1:], full_matrices=False)
    kept = (singular > ROUNDING * singular[:, :1]) & (np.arange(singular.shape[1]) < rank)
    projected = np.einsum("sri,sr->si", left, triangle[:, :, 0])
    component = np.where(kept, projected / np.where(kept, singular, 1.0), 0.0)
    return np.asarray(np.einsum("sio,si->so", right, component))


def _row_blocks(values: FloatArray, order: int) -> Iterator[FloatArray]:
    """Runs of order + 1 neighbours, the latest first, as rows: (n_series, some rows, order + 1) at a time."""
    rows = np.lib.stride_tricks.sliding_window_view(values, order + 1, axis=1)[:, :, ::-1]
    for some in _blocks(rows.shape[1], len(values) * (order + 1)):
        yield np.ascontiguousarray(rows[:, some])


def _blocks(n_items: int, values_per_item: int) -> Iterator[NDArray[np.int64]]:
    """Indices of the items in blocks of at most MATRIX_VALUES values."""
    return iter(np.array_split(np.arange(n_items), 1 + n_items * values_per_item // MATRIX_VALUES))
