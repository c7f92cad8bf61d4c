"""The iterative adaptive approach: a spectrum finer than the DFT's, and the forecast that it implies.

Every frequency of a fine grid has an amplitude, estimated by the filter that passes this frequency and
suppresses whatever else the spectrum holds; the powers found make the next spectrum:

    power_k = |a_k' R^-1 y|^2 / (a_k' R^-1 a_k)^2,   R = sum_k power_k a_k a_k' + noise I

Two things are added. The noise level is estimated from leave-one-out errors and then overestimated on
purpose, so that the spectrum does not fit noise and forecasts stay cautious. Level and slope are estimated
together with the sinusoids, under the prior variances that make their estimates most probable, so that a
level or slope that is not significant shrinks to zero.

Source: Yardibi, Li, Stoica, Xue, Baggeroer (2010), IEEE Trans. Aerospace and Electronic Systems 46, eq. 9 to
14; by Gohberg-Semencul and FFT: Xue, Xu, Li (2011), IEEE Trans. Signal Processing 59; leaving one out:
Rasmussen, Williams (2006), eq. 5.12; the prior variance: Efron, Morris (1973), Stein's estimation rule and
its competitors, Journal of the American Statistical Association 68.
"""

from __future__ import annotations

import numpy as np
from numpy.fft import irfft, rfft
from numpy.typing import ArrayLike, NDArray
from scipy.fft import next_fast_len

from harmonic_forecasters.spectral._parts.gaussian_process import (
    MAX_DENSE,
    NOISE_FLOOR,
    HarmonicProcess,
    covariance_inverse,
    waves_autocovariance,
    weighted_sums,
)
from harmonic_forecasters.spectral._parts.periods import harmonics
from harmonic_forecasters.spectral._parts.toeplitz import DenseInverse, ToeplitzInverse
from harmonic_forecasters.spectral._parts.trend import trend_basis
from harmonic_forecasters.spectral._parts.windows import FloatArray, Windows, check_windows

# Frequencies per sample, iterations, and the factor by which the noise is overestimated. Chosen on
# development seeds and on real series: finer grids and more iterations change forecasts little, and mostly
# for the worse.
GRID = 4
SPECTRUM_ITERATIONS = 3
NOISE_FACTOR = 4.0
MIN_OBSERVED_FOR_SPECTRUM = 3
_SMALLEST_PRIOR = 1e-200
_SMALLEST_SHARE = 1e-12
_SMALLEST_UNIT = 1e-150
_ROUNDING = 1e-14


def fit_iaa(y: ArrayLike | Windows, *, periods: ArrayLike | None = None) -> HarmonicProcess:
    """Adaptive spectrum of each window.

    Parameters
    ----------
    y : (n_series, n_samples), any unit; NaN marks a missing value. In windows of up to 1024 samples gaps are
        treated exactly; in longer ones every iteration fills them with what the spectrum so far expects.
    periods : known ones, samples, at least 2. They and up to 100 of their harmonics, as far as the window
        holds a cycle of them, each get a power in addition to those of the grid.

    Returns
    -------
    HarmonicProcess

    Raises
    ------
    ValueError : for unusable values, as :func:`check_windows` says, fewer than 3 observed ones, or
        periods below 2.

    Examples
    --------
    >>> t = np.arange(60)
    >>> fit = fit_iaa(5.0 + 2.0 * np.sin(2 * np.pi * t / 7.3)[None])
    >>> bool(abs(fit.evaluate([70]) - (5.0 + 2.0 * np.sin(2 * np.pi * 70 / 7.3))) < 0.05)
    True
    >>> fit.lines().period[0, :1].round(1)
    array([7.3])
    """
    checked = check_windows(y, min_observed=MIN_OBSERVED_FOR_SPECTRUM)
    filled, windows = checked.filled, checked.with_gaps
    exact = checked.gaps & (checked.n_samples <= MAX_DENSE)
    parts = [
        (np.flatnonzero(~exact), None),
        *((np.array([i]), checked.observed[i]) for i in np.flatnonzero(exact)),
    ]
    known = harmonics(periods)
    # Less than one cycle cannot be told apart from level plus slope.
    known = known[known * checked.n_samples >= 1.0]
    fits = [
        (rows, _fit(filled[rows], windows[rows], observed, known)) for rows, observed in parts if len(rows)
    ]
    order = np.argsort(np.concatenate([rows for rows, _ in fits]))
    columns = {
        name: np.concatenate([getattr(fit, name) for _, fit in fits])[order]
        for name in HarmonicProcess.__annotations__
    }
    return HarmonicProcess(**columns)


def _fit(
    filled: FloatArray, windows: FloatArray, observed: NDArray[np.bool_] | None, known: FloatArray
) -> HarmonicProcess:
    """The fit of windows without gaps, with the same gaps (``observed``), or with gaps that are filled.

    known : (n_known,), frequencies of known periods.
    """
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
    n_powers = n_grid // 2 + 1
    turns = np.exp(-2j * np.pi * np.outer(np.arange(n_samples), known))
    # Powers of the grid's frequencies, then of the known ones. The grid keeps frequencies next to the known
    # ones: a season that changes needs them, and forecasts are worse without.
    power = np.abs(_transform(z, n_grid, turns)) ** 2 / n_seen**2
    power[:, 0] = 0.0  # the level is estimated beside the waves
    noise = np.zeros(n_series)
    for iteration in range(SPECTRUM_ITERATIONS + 1):
        column = irfft(power[:, :n_powers] * n_grid, n_grid)[:, :n_samples]
        if len(known):
            column += waves_autocovariance(known, power[:, n_powers:], n_samples)
        inverse = covariance_inverse(column, noise, observed, determinant=iteration == SPECTRUM_ITERATIONS)
        solved_z, solved_basis = _solve(inverse, z, basis * seen, observed is None)
        # Level and slope by generalised least squares, and shrunk as far as they are not significant.
        information = solved_basis @ basis.T
        score = np.einsum("kn,sn->sk", basis, solved_z)
        error = np.linalg.inv(information)
        unshrunk = start + (error @ score[:, :, None])[:, :, 0]
        # What maximises the probability of the estimate, which has variance prior + error.
        prior = np.maximum(unshrunk**2 - error[:, [0, 1], [0, 1]], _SMALLEST_SHARE * unshrunk**2)
        prior_precision = 1.0 / np.maximum(prior, _SMALLEST_PRIOR)
        precision = information + prior_precision[:, :, None] * np.eye(2)
        covariance = np.linalg.inv(precision)
        change = (covariance @ (score - prior_precision * start)[:, :, None])[:, :, 0]
        weights = solved_z - np.einsum("skn,sk->sn", solved_basis, change)
        if gaps.any():
            z = np.where(gaps, _expected(column, weights, change, basis), z)
        if iteration == SPECTRUM_ITERATIONS:
            break
        power, noise = _reestimate(inverse, weights, solved_basis, covariance, n_seen, n_grid, turns)
    # Misfit of the data plus what the prior charges for the trend, at their minimum.
    quadratic = np.einsum("sn,sn->s", z - change @ basis, weights)
    quadratic += ((start + change) ** 2 * prior_precision).sum(axis=1)
    determinant = inverse.log_determinant() + np.linalg.slogdet(precision)[1] - np.log(prior_precision).sum(1)
    # Rounding bounds how probable an exact straight line can be.
    rounding = np.maximum(_ROUNDING * np.abs(filled).max(axis=1), _SMALLEST_UNIT)
    log_unit = np.log(np.maximum(unit, rounding))
    # Only the shape of R counts: its scale, with the noise overestimated, is replaced by the most probable
    # one.
    scale = np.maximum(quadratic / n_seen, NOISE_FLOOR)
    evidence = -0.5 * (determinant + n_seen * (1.0 + np.log(2.0 * np.pi * scale))) - n_seen * log_unit
    trend = line + unit[:, None] * change
    return HarmonicProcess(
        windows=windows,
        trend=trend,
        unit=unit,
        power=power[:, :n_powers],
        known=np.broadcast_to(known, (n_series, len(known))),
        known_power=power[:, n_powers:],
        noise=noise,
        observation_noise=noise / NOISE_FACTOR,
        weights=weights,
        trend_precision=precision,
        log_evidence=evidence,
    )


def _solve(
    inverse: ToeplitzInverse | DenseInverse, z: FloatArray, basis: FloatArray, complete: bool
) -> tuple[FloatArray, FloatArray]:
    """R^-1 of the values, (n_series, n_samples), and of level and slope, (n_series, 2, n_samples)."""
    if not complete:
        each = np.broadcast_to(basis, (len(z), *basis.shape))
        solved = inverse.solve(np.concatenate([z[:, None], each], axis=1))
        return solved[:, 0], solved[:, 1:]
    # Reversed in time, the level stays and the slope changes sign, and so do their solutions: one solve has
    # both.
    solved = inverse.solve(np.stack([z, np.broadcast_to(basis.sum(axis=0), z.shape)], axis=1))
    forwards, backwards = solved[:, 1], solved[:, 1, ::-1]
    return solved[:, 0], 0.5 * np.stack([forwards + backwards, forwards - backwards], axis=1)


def _reestimate(
    inverse: ToeplitzInverse | DenseInverse,
    weights: FloatArray,
    solved_basis: FloatArray,
    covariance: FloatArray,
    n_seen: float,
    n_grid: int,
    turns: NDArray[np.complex128],
) -> tuple[FloatArray, FloatArray]:
    """Power of each frequency and variance of the noise, given the spectrum so far."""
    sums = inverse.diagonal_sums()
    # a_k' R^-1 a_k = sum_l c_l e^{-2 pi i f_k l} over both signs of the lag, less what the trend takes up.
    stacked = np.concatenate([sums[:, None], weights[:, None], solved_basis], axis=1)
    spectra = _transform(stacked, n_grid, turns)
    passed = 2.0 * spectra[:, 0].real - sums[:, :1]
    trends = spectra[:, 2:]
    passed -= np.einsum("skf,skl,slf->sf", trends.conj(), covariance, trends).real
    trace = sums[:, 0] - np.einsum("skn,skl,sln->s", solved_basis, covariance, solved_basis)
    passed = np.maximum(passed, _SMALLEST_SHARE * sums[:, :1])
    power = np.abs(spectra[:, 1]) ** 2 / passed**2
    power[:, 0] = 0.0
    # The leave-one-out error of sample i is w_i / (R^-1)_ii; the mean of the diagonal stands for each
    # element.
    noise = NOISE_FACTOR * ((weights**2).sum(axis=1) / n_seen) / (trace / n_seen) ** 2
    return np.asarray(power), np.asarray(noise)


def _transform(values: FloatArray, n_grid: int, turns: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Fourier transforms of values (..., n_samples) at the grid's frequencies, then at the known ones."""
    grid = rfft(values, n_grid)
    return np.concatenate([grid, values @ turns], axis=-1) if turns.shape[1] else grid


def _straight_line(
    filled: FloatArray, basis: FloatArray, seen: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Least squares line (n_series, 2), the residual (n_series, n_samples), and its root mean square."""
    # The mean is removed first, so that a small oscillation on a high level keeps its digits.
    mean = (filled * seen).sum(axis=1, keepdims=True) / seen.sum()
    centred = (filled - mean) * seen
    design = basis * seen
    line = np.linalg.solve(design @ design.T, design @ centred.T).T
    residual = (centred - line @ basis) * seen
    line[:, :1] += mean
    unit = np.sqrt((residual**2).sum(axis=1) / seen.sum())
    rounding = _ROUNDING * np.abs(filled).max(axis=1)
    return line, residual, np.where(unit > rounding, unit, 0.0)


def _expected(column: FloatArray, weights: FloatArray, change: FloatArray, basis: FloatArray) -> FloatArray:
    """What the model expects at each sample of the window, in unit about the straight line."""
    kernel = np.concatenate([column[:, :0:-1], column], axis=1)
    return weighted_sums(kernel, weights) + change @ basis
