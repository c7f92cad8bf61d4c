"""ESPRIT: frequencies from the rotation of the signal subspace.

Snapshots of a sum of K sinusoids span a space of 2 K dimensions, and one step in time turns it: the
eigenvalues of that rotation are exp(+-2 pi i f_k). Without noise this is exact, however close the lines.

Sources: Roy, Kailath (1989), ESPRIT - estimation of signal parameters via rotational invariance techniques
(total least squares); forward and backward snapshots: Stoica, Moses (2005), Spectral Analysis of Signals,
section 4.5; number of lines under noise: Djuric (1996), A model selection rule for sinusoids in white
Gaussian noise (5/2 log N a sinusoid).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from harmonic_forecasters._checks import check_whole_number
from harmonic_forecasters.spectral._parts.block_sizes import LINE_SEARCH_VALUES
from harmonic_forecasters.spectral._parts.line_fit import (
    EDGE_BINS,
    MIN_OBSERVED_FOR_LINES,
    ROUNDING_VARIANCE,
    FittedLines,
    LeastSquares,
    is_free,
    power_of_two,
    solve_amplitudes,
    uncertainty,
)
from harmonic_forecasters.spectral._parts.line_mixture import LineMixture
from harmonic_forecasters.spectral._parts.windows import (
    BoolArray,
    FloatArray,
    IntArray,
    Windows,
    check_windows,
)

# Largest Hankel matrix of a long window: samples per snapshot, and snapshots.
_MOST_ROWS = 300
_MOST_SNAPSHOTS = 900
# Singular values below this share of the largest are rounding.
_ROUNDING = 1e-13
# Dimensions of the subspace tried under noise: all small ones, then in steps of an eighth, up to a third of
# the samples.
_DIMENSIONS = (*range(1, 17), 18, 20, 22, 24, 27, 30, 34, 38, 43, 48, 54, 60, 68, 76, 86, 97, 109, 122)


def fit_esprit(y: ArrayLike | Windows, *, n_lines: int | None = None) -> LineMixture:
    """Lines of each window by ESPRIT, amplitudes by least squares.

    A snapshot is two thirds of a window long, and at most 300 samples. In windows of 1,200 samples or more
    the snapshots start several samples apart, so that there are at most 900. From there on neither resolution
    nor time grows.
    The errors and the variance are those that least squares of all samples would have (the Cramer-Rao bound).

    Parameters
    ----------
    y : (n_series, n_samples), any unit; NaN is filled for the subspace as :func:`check_windows` says
        and left out of the amplitudes.
    n_lines : number of lines at most, a level (frequency 0) among them. None: where nothing is missing and
        singular values fall to rounding, those above it; else the number for which N log(residual sum of
        squares) plus 5 log N a sinusoid (log N a level) is least.

    Returns
    -------
    LineMixture, one part a series.

    Raises
    ------
    ValueError : where a series has fewer than 8 observed values or an infinite one, y has not two axes, or
        ``n_lines`` is not a whole number from 1 to a quarter of the samples.
    TypeError : for values that are not real numbers.

    Examples
    --------
    >>> t = np.arange(50)
    >>> y = 3.0 + 2.0 * np.cos(2 * np.pi * 0.123 * t + 1.0)
    >>> lines = fit_esprit(y[None]).lines()
    >>> lines.frequency.round(9), lines.amplitude.round(9), lines.phase.round(9) + 0.0
    (array([[0.   , 0.123]]), array([[3., 2.]]), array([[0., 1.]]))
    """
    windows = check_windows(y, min_observed=MIN_OBSERVED_FOR_LINES)
    values, observed, filled = windows.with_zeros, windows.observed, windows.filled
    n_series, n_samples = values.shape
    meaning = f"a quarter of the {n_samples} samples"
    check_whole_number("n_lines", n_lines, 1, n_samples // 4, or_none=True, largest_is=meaning)
    scale = power_of_two(values)
    values, filled = values / scale[:, None], filled / scale[:, None]
    block = max(1, LINE_SEARCH_VALUES // n_samples)
    parts = []
    for first in range(0, n_series, block):
        rows = np.arange(first, min(first + block, n_series))
        for series, lines in _fit_block(values[rows], observed[rows], filled[rows], n_lines):
            here = rows[series]
            parts.append((here, np.ones(len(here)), lines.scaled(scale[here])))
    return LineMixture(n_series, tuple(parts))


def signal_subspace(y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Left singular vectors, strongest first, and singular values of the forward and backward snapshots.

    y : (n_series, n_samples).   Returns (n_series, n_rows, n_values) and (n_series, n_values).
    """
    n_samples = y.shape[1]
    n_rows = min(2 * n_samples // 3, _MOST_ROWS)
    step = -(-(n_samples - n_rows + 1) // _MOST_SNAPSHOTS)
    forward = np.lib.stride_tricks.sliding_window_view(y, n_rows, axis=1)[:, ::step].transpose(0, 2, 1)
    snapshots = np.concatenate([forward, forward[:, ::-1]], axis=2)
    vectors, values, _ = np.linalg.svd(snapshots, full_matrices=False)
    return vectors, values


def rotation_frequencies(vectors: FloatArray, n_samples: int) -> list[FloatArray]:
    """Frequencies of the rotation that takes the subspace one sample on.

    vectors : (n_series, n_rows, n_dimensions), orthonormal columns that span the subspaces.
    n_samples : length of the window; lines less than 0.05 / n_samples from 0 or 1/2 are put there.
    Returns for each series its frequencies, ascending, cycles per sample in 0..1/2.
    """
    p = vectors.shape[2]
    both = np.concatenate([vectors[:, :-1], vectors[:, 1:]], axis=2)
    # Total least squares: [V1 V2] W ~ 0 for the p weakest directions W, so V2 = V1 (-W1 W2^-1). The strong
    # ones have singular values of 1 and more, so nothing is lost by squaring.
    weakest = np.linalg.eigh(both.transpose(0, 2, 1) @ both)[1][:, :, :p]
    rotation = -weakest[:, :p] @ np.linalg.pinv(weakest[:, p:])
    frequency = abs(np.angle(np.linalg.eigvals(rotation))) / (2.0 * np.pi)
    edge = EDGE_BINS / n_samples
    frequency = np.where(frequency < edge, 0.0, np.where(frequency > 0.5 - edge, 0.5, frequency))
    # Conjugate eigenvalues have the same angle, to the last digit.
    return [np.unique(row) for row in frequency]


def _fit_block(
    y: FloatArray, observed: BoolArray, filled: FloatArray, n_lines: int | None
) -> list[tuple[IntArray, FittedLines]]:
    """Series and their lines, in groups of equally many lines."""
    vectors, singular = signal_subspace(filled)
    n_samples = y.shape[1]
    above = np.sum(singular > _ROUNDING * singular[:, :1], axis=1)
    most = min(vectors.shape[1] - 1, vectors.shape[2])
    exact = (above <= most) & observed.all(axis=1) & (n_lines is None)
    chosen: list[FloatArray] = [np.zeros(0)] * len(y)
    for rank in np.unique(above[exact & (above > 0)]):
        rows = np.flatnonzero(exact & (above == rank))
        found = rotation_frequencies(vectors[rows, :, :rank], n_samples)
        for row, frequency in zip(rows, found, strict=True):
            chosen[row] = frequency
    rows = np.flatnonzero(~exact)
    best = np.full(len(y), np.inf)
    for rank in range(1, 2 * n_lines + 1) if n_lines else _DIMENSIONS:
        if rank > (most if n_lines else min(most, n_samples // 3)) or not rows.size:
            break
        for here, fit in _amplitudes(
            y, observed, rows, rotation_frequencies(vectors[rows, :, :rank], n_samples)
        ):
            if n_lines and fit.frequency.shape[1] > n_lines:
                continue
            criterion = _criterion(fit, observed[here], selecting=n_lines is None)
            better = criterion < best[here]
            for row, frequency in zip(here[better], fit.frequency[better], strict=True):
                chosen[row] = frequency
            best[here[better]] = criterion[better]
    parts = []
    for here, fit in _amplitudes(y, observed, np.arange(len(y)), chosen):
        count = observed[here].sum(axis=1)
        n_numbers = np.sum(np.where(is_free(fit.frequency), 3, 1), axis=1)
        noise = np.sum(fit.residual**2, axis=1) / np.maximum(count - n_numbers, 1)
        parts.append((here, uncertainty(fit, np.maximum(noise, ROUNDING_VARIANCE))[0]))
    return parts


def _amplitudes(
    y: FloatArray, observed: BoolArray, rows: IntArray, frequencies: list[FloatArray]
) -> list[tuple[IntArray, LeastSquares]]:
    """Least squares of the chosen series, in groups of equally many lines."""
    n_lines = np.array([len(frequency) for frequency in frequencies])
    fits = []
    for k in np.unique(n_lines):
        of_this_size = np.flatnonzero(n_lines == k)
        here = rows[of_this_size]
        frequency = np.array([frequencies[i] for i in of_this_size]).reshape(len(here), k)
        fits.append(
            (here, solve_amplitudes(y[here], observed[here], frequency, np.zeros((len(here), 2 * k))))
        )
    return fits


def _criterion(fit: LeastSquares, observed: BoolArray, *, selecting: bool) -> FloatArray:
    """N log(mean squared residual), and Djuric's penalty where numbers of lines are compared, (n_series,)."""
    count = observed.sum(axis=1)
    misfit = count * np.log(np.sum(fit.residual**2, axis=1) / count + ROUNDING_VARIANCE)
    if not selecting:
        return np.asarray(misfit)
    free = is_free(fit.frequency)
    charge = np.sum(np.where(free, 5.0, 1.0), axis=1) * np.log(count)
    # The penalty holds for many samples per line: at most half as many amplitudes as samples.
    few = 2 * np.sum(1 + free, axis=1) <= count
    return np.where(few, misfit + charge, np.inf)
