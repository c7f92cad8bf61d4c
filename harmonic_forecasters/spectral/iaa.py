"""The iterative adaptive approach: a spectrum finer than the DFT's, and the forecast that it implies.

Every frequency of a fine grid has an amplitude, estimated by the filter that passes this frequency and
suppresses whatever else the spectrum holds; the powers found make the next spectrum:

    power_k = |a_k' R^-1 y|^2 / (a_k' R^-1 a_k)^2,   R = sum_k power_k a_k a_k' + noise I

Two things are added. The noise level is estimated from the errors of leaving one sample out, and overrated,
which keeps the spectrum from fitting noise and forecasts cautious. Level and slope are estimated as the
sinusoids are, under prior variances that make their estimates most probable: what is not significant shrinks
to nothing.

Source: Yardibi, Li, Stoica, Xue, Baggeroer (2010), IEEE Trans. Aerospace and Electronic Systems 46, eq. 9 to
14; by Gohberg-Semencul and FFT: Xue, Xu, Li (2011), IEEE Trans. Signal Processing 59; leaving one out:
Rasmussen, Williams (2006), eq. 5.12; the prior variance: Efron, Morris (1973), Stein's estimation rule and
its competitors, Journal of the American Statistical Association 68.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.fft import irfft, next_fast_len, rfft

from harmonic_forecasters.spectral.gaussian_process import (
    MAX_DENSE,
    NOISE_FLOOR,
    HarmonicProcess,
    covariance_inverse,
    trend_basis,
    weighted_sums,
)
from harmonic_forecasters.spectral.inputs import FloatArray, as_windows
from harmonic_forecasters.spectral.toeplitz import DenseInverse, ToeplitzInverse

# Frequencies a sample, iterations, and the factor by which noise is overrated: chosen on development seeds
# and on real series. Finer grids and more iterations change forecasts little, and mostly for the worse.
GRID = 4
ITERATIONS = 4
NOISE_FACTOR = 4.0
MIN_OBSERVED = 3
_SMALLEST_PRIOR = 1e-200
_SMALLEST_SHARE = 1e-12
_SMALLEST_UNIT = 1e-150
_ROUNDING = 1e-14


def fit_iaa(y: ArrayLike) -> HarmonicProcess:
    """Adaptive spectrum of each window.

    Parameters
    ----------
    y : (n_series, n_samples), any unit; NaN marks a missing value. In windows of up to 1024 samples gaps are
        treated exactly; in longer ones every iteration fills them with what the spectrum so far expects.

    Returns
    -------
    HarmonicProcess

    Raises
    ------
    ValueError : for unusable values, as :func:`~.inputs.as_windows` says, or fewer than 3 observed ones.

    Examples
    --------
    >>> t = np.arange(60)
    >>> fit = fit_iaa(5.0 + 2.0 * np.sin(2 * np.pi * t / 7.3)[None])
    >>> bool(abs(fit.evaluate([70]) - (5.0 + 2.0 * np.sin(2 * np.pi * 70 / 7.3))) < 0.05)
    True
    >>> fit.lines().period[0, :1].round(1)
    array([7.3])
    """
    filled = as_windows(y, min_observed=MIN_OBSERVED)
    windows = np.asarray(y, dtype=np.float64)
    gaps = np.isnan(windows)
    exact = gaps.any(axis=1) & (windows.shape[1] <= MAX_DENSE)
    parts = [(np.flatnonzero(~exact), None), *((np.array([i]), ~gaps[i]) for i in np.flatnonzero(exact))]
    fits = [(rows, _fit(filled[rows], windows[rows], observed)) for rows, observed in parts if len(rows)]
    order = np.argsort(np.concatenate([rows for rows, _ in fits]))
    columns = {
        name: np.concatenate([getattr(fit, name) for _, fit in fits])[order]
        for name in HarmonicProcess.__annotations__
    }
    return HarmonicProcess(**columns)


def _fit(filled: FloatArray, windows: FloatArray, observed: NDArray[np.bool_] | None) -> HarmonicProcess:
    """The fit of windows that have no gaps, or all the same ones (observed), or filled ones."""
    n_series, n_samples = windows.shape
    basis = trend_basis(np.arange(n_samples), n_samples)
    seen = np.ones(n_samples) if observed is None else observed.astype(np.float64)
    n_seen = float(seen.sum())
    line, residual, unit = _straight_line(filled, basis, seen)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(unit[:, None] > 0.0, residual / unit[:, None], 0.0)
        start = np.where(unit[:, None] > 0.0, line / unit[:, None], 0.0)
    n_grid = next_fast_len(GRID * n_samples, real=True)
    n_grid += n_grid % 2
    gaps = np.isnan(windows) if observed is None else np.zeros_like(windows, dtype=bool)
    power = np.abs(rfft(z, n_grid)) ** 2 / n_seen**2
    noise = np.zeros(n_series)
    for iteration in range(ITERATIONS + 1):
        column = irfft(power * n_grid, n_grid)[:, :n_samples]
        inverse = covariance_inverse(column, noise, observed)
        solved = inverse.solve(
            np.concatenate([z[:, None], np.broadcast_to(basis * seen, (n_series, 2, n_samples))], 1)
        )
        solved_z, solved_basis = solved[:, 0], solved[:, 1:]
        # Level and slope by generalised least squares, and shrunk as far as they are not significant.
        information = solved_basis @ basis.T
        score = np.einsum("kn,sn->sk", basis, solved_z)
        unshrunk = start + np.linalg.solve(information, score[:, :, None])[:, :, 0]
        error = np.linalg.inv(information)[:, [0, 1], [0, 1]]
        # What maximises the probability of the estimate, which has variance prior + error.
        prior = np.maximum(unshrunk**2 - error, _SMALLEST_SHARE * unshrunk**2)
        prior_precision = 1.0 / np.maximum(prior, _SMALLEST_PRIOR)
        precision = information + prior_precision[:, :, None] * np.eye(2)
        change = np.linalg.solve(precision, (score - prior_precision * start)[:, :, None])[:, :, 0]
        weights = solved_z - np.einsum("skn,sk->sn", solved_basis, change)
        if gaps.any():
            z = np.where(gaps, _expected(power, n_grid, weights, change, basis), z)
        if iteration == ITERATIONS:
            break
        power, noise = _reestimate(inverse, weights, solved_basis, precision, n_seen, n_grid)
    # The best compromise between a misfit of the data and a trend that the prior finds large.
    quadratic = np.einsum("sn,sn->s", z - change @ basis, weights)
    quadratic += ((start + change) ** 2 * prior_precision).sum(axis=1)
    determinant = inverse.log_determinant() + np.linalg.slogdet(precision)[1] - np.log(prior_precision).sum(1)
    # A straight line is as probable as rounding lets anything be.
    rounding = np.maximum(_ROUNDING * np.abs(filled).max(axis=1), _SMALLEST_UNIT)
    log_unit = np.log(np.maximum(unit, rounding))
    # R counts for its shape only: its scale, with the noise overrated, is replaced by the most probable one.
    scale = np.maximum(quadratic / n_seen, NOISE_FLOOR)
    evidence = -0.5 * (determinant + n_seen * (1.0 + np.log(2.0 * np.pi * scale))) - n_seen * log_unit
    trend = line + unit[:, None] * change
    return HarmonicProcess(
        windows, trend, unit, power, noise, noise / NOISE_FACTOR, weights, precision, evidence
    )


def _reestimate(
    inverse: ToeplitzInverse | DenseInverse,
    weights: FloatArray,
    solved_basis: FloatArray,
    precision: FloatArray,
    n_seen: float,
    n_grid: int,
) -> tuple[FloatArray, FloatArray]:
    """Power of each frequency and variance of the noise, given the spectrum so far."""
    sums = inverse.diagonal_sums()
    # a_k' R^-1 a_k = sum_l c_l e^{-2 pi i f_k l} over both signs of the lag, less what the trend takes up.
    passed = 2.0 * rfft(sums, n_grid).real - sums[:, :1]
    trends = rfft(solved_basis, n_grid)
    covariance = np.linalg.inv(precision)
    passed -= np.einsum("skf,skl,slf->sf", trends.conj(), covariance, trends).real
    trace = sums[:, 0] - np.einsum("skn,skl,sln->s", solved_basis, covariance, solved_basis)
    passed = np.maximum(passed, _SMALLEST_SHARE * sums[:, :1])
    power = np.abs(rfft(weights, n_grid)) ** 2 / passed**2
    # Leaving out sample i, its error is w_i / (R^-1)_ii; the mean diagonal stands for each of them.
    noise = NOISE_FACTOR * ((weights**2).sum(axis=1) / n_seen) / (trace / n_seen) ** 2
    return np.asarray(power), np.asarray(noise)


def _straight_line(
    filled: FloatArray, basis: FloatArray, seen: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Least squares line (n_series, 2), the residual (n_series, n_samples), and its root mean square."""
    # The mean goes first, so that a small wiggle on a high level keeps its digits.
    mean = (filled * seen).sum(axis=1, keepdims=True) / seen.sum()
    centred = (filled - mean) * seen
    design = basis * seen
    line = np.linalg.solve(design @ design.T, design @ centred.T).T
    residual = (centred - line @ basis) * seen
    line[:, :1] += mean
    unit = np.sqrt((residual**2).sum(axis=1) / seen.sum())
    rounding = _ROUNDING * np.abs(filled).max(axis=1)
    return line, residual, np.where(unit > rounding, unit, 0.0)


def _expected(
    power: FloatArray, n_grid: int, weights: FloatArray, change: FloatArray, basis: FloatArray
) -> FloatArray:
    """What the model expects at each sample of the window, in unit about the straight line."""
    n_samples = weights.shape[1]
    lags = np.abs(np.arange(-n_samples + 1, n_samples)) % n_grid
    return weighted_sums(irfft(power * n_grid, n_grid)[:, lags], weights) + change @ basis
