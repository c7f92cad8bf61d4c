"""Long windows: one seasonal process, the most probable one.

Many samples say much about hyperparameters, so the most probable ones are found by gradients of the evidence.
About a straight line that is free the covariance at the distance d is

    sum_j s_j exp(-2 sin^2(pi d / P_j) / l_j^2 - d / (L_j P_j)) + a_1 exp(-d / tau_1) + a_2 exp(-d / tau_2),

plus noise of variance 1, all times the most probable scale. A season that is not there ends with a small
strength. The covariance is Toeplitz, so the evidence and its gradient by all hyperparameters cost one
Levinson recursion.

Source: as for :mod:`.bank`; the gradient: Rasmussen, Williams (2006), eq. 5.9; its sums along diagonals by
Gohberg, Semencul (1972); the search: Byrd, Lu, Nocedal, Zhu (1995), A limited memory algorithm for bound
constrained optimization.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.fft import irfft, rfft
from numpy.typing import NDArray
from scipy.fft import next_fast_len
from scipy.optimize import Bounds, minimize

from harmonic_forecasters.spectral._parts.block_sizes import CHUNK_VALUES
from harmonic_forecasters.spectral._parts.toeplitz import ToeplitzInverse
from harmonic_forecasters.spectral._parts.trend import trend_basis
from harmonic_forecasters.spectral._parts.windows import FloatArray
from harmonic_forecasters.spectral.methods.seasonal.priors import long_ranges

#: Most steps of the search, from the middle of the ranges and from hyperparameters found before.
STEPS, FURTHER_STEPS = 15, 5
#: Squared standard errors that a slope must exceed to be taken as one: many, as a level that wanders for
#: longer than the process remembers looks like a slope.
SIGNIFICANCE = 25.0
# How far beyond its range, in half ranges, a hyperparameter may go against its prior.
_REACH = 1.3
# Smallest variance of the noise, in that of the window: less is rounding.
_SMALLEST_SCALE = 1e-20


@dataclass(frozen=True, kw_only=True, eq=False)
class LongFit:
    """The most probable process of one window.

    seasons : periods, samples.   parameters : logarithms, as in ``long_ranges``.
    mean, unit : mean and standard deviation of the window, unit of the series.
    line : level and slope, see ``trend_basis``, in units.
    line_precision : (2, 2), their precision, in that of the noise.
    scale : variance of the noise, in units squared.
    weights : (n_samples,), R^-1 (y - line).
    log_evidence : logarithm of the probability density of the window.
    """

    seasons: tuple[float, ...]
    parameters: FloatArray
    mean: float
    unit: float
    line: FloatArray
    line_precision: FloatArray
    scale: float
    weights: FloatArray
    log_evidence: float

    def moved_to(self, window: FloatArray) -> LongFit:
        """The same process, given another window, (n_samples,)."""
        return given_long(window, self.seasons, self.parameters)

    def evaluate(self, t: NDArray[np.int64]) -> FloatArray:
        """Expected values at the times, (n_times,), without noise."""
        result = np.empty(len(t))
        for chunk in self._chunks(t):
            result[chunk] = self._cross(t[chunk]) @ self.weights
        trend = self.line @ trend_basis(t, len(self.weights))
        return np.asarray(self.mean + self.unit * (trend + result))

    def variance(self, t: NDArray[np.int64]) -> FloatArray:
        """Variance of what would be observed, (n_times,)."""
        result = np.empty(len(t))
        total = self._column(1)[0]
        n_samples = len(self.weights)
        solved_line = self._inverse.solve(trend_basis(np.arange(n_samples), n_samples)[None])[0]
        for chunk in self._chunks(t):
            cross = self._cross(t[chunk])
            explained = np.einsum("tn,tn->t", cross, self._inverse.solve(cross[None])[0])
            # The part of the line at t that the covariance does not explain.
            beyond = trend_basis(t[chunk], n_samples) - solved_line @ cross.T
            uncertain = np.einsum("kt,kt->t", beyond, np.linalg.solve(self.line_precision, beyond))
            result[chunk] = 1.0 + total - explained + uncertain
        return np.asarray(self.unit**2 * self.scale * np.maximum(result, 1.0))

    def _column(self, n_lags: int) -> FloatArray:
        return covariance(self.parameters, self.seasons, np.arange(n_lags))

    def _cross(self, t: NDArray[np.int64]) -> FloatArray:
        distance = np.abs(t[:, None] - np.arange(len(self.weights)))
        return np.asarray(self._column(int(distance.max(initial=0)) + 1)[distance])

    @cached_property
    def _inverse(self) -> ToeplitzInverse:
        return _inverse(self._column(len(self.weights)), determinant=False)

    def _chunks(self, t: NDArray[np.int64]) -> list[slice]:
        step = max(1, CHUNK_VALUES // len(self.weights))
        return [slice(i, i + step) for i in range(0, len(t), step)]


def fit_long(window: FloatArray, seasons: tuple[float, ...], start: FloatArray | None = None) -> LongFit:
    """The most probable process of a window.

    window : (n_samples,), finite.   seasons : periods, samples.
    start : hyperparameters of a window nearly alike, from which the search is short.
    """
    standing = (window - window.mean()) / window.std()
    ranges = long_ranges(seasons)
    middle, reach = ranges.mean(axis=1), 0.5 * np.ptp(ranges, axis=1)
    found = minimize(
        _unlikeliness,
        middle if start is None else start,
        args=(standing, seasons, middle, reach),
        jac=True,
        method="L-BFGS-B",
        bounds=Bounds(middle - _REACH * reach, middle + _REACH * reach),
        options={"maxiter": STEPS if start is None else FURTHER_STEPS},
    )
    return given_long(window, seasons, np.asarray(found.x))


def given_long(window: FloatArray, seasons: tuple[float, ...], parameters: FloatArray) -> LongFit:
    """The process with these hyperparameters, given a window."""
    # A constant window has no unit.
    mean, unit = float(window.mean()), float(window.std()) or 1.0
    standing = (window - mean) / unit
    n_samples = len(window)
    inverse = _inverse(covariance(parameters, seasons, np.arange(n_samples)))
    free = _about_a_line(inverse, standing)
    scale = max(float(standing @ free.weights) / n_samples, _SMALLEST_SCALE)
    evidence = -0.5 * (
        n_samples * (1.0 + np.log(2.0 * np.pi * scale)) + inverse.log_determinant()[0] + free.log_determinant
    )
    # A slope that is not significant shrinks to zero, or it would lead forecasts away from the series.
    beyond_chance = free.line[1] ** 2 / scale - SIGNIFICANCE * np.linalg.inv(free.precision)[1, 1]
    slope_precision = 1.0 / max(beyond_chance, _SMALLEST_SCALE)
    shrunk = _about_a_line(inverse, standing, slope_precision)
    return LongFit(
        seasons=seasons,
        parameters=parameters,
        mean=mean,
        unit=unit,
        line=shrunk.line,
        line_precision=shrunk.precision,
        scale=scale,
        weights=shrunk.weights,
        log_evidence=float(evidence - n_samples * np.log(unit)),
    )


def covariance(parameters: FloatArray, seasons: tuple[float, ...], lags: NDArray[np.int64]) -> FloatArray:
    """Covariance at the lags, in variances of the noise, (n_lags,), noise left out."""
    return np.asarray(_components(parameters, seasons, lags)[0].sum(axis=0))


def _components(
    parameters: FloatArray, seasons: tuple[float, ...], lags: NDArray[np.int64]
) -> tuple[FloatArray, FloatArray]:
    """The terms of the covariance, (n_seasons + 2, n_lags), and its derivatives, (n_parameters, n_lags)."""
    n_seasons, values = len(seasons), np.exp(parameters)[:, None]
    strength, smoothness, memory = values[: 3 * n_seasons].reshape(3, n_seasons, 1)
    short, short_memory, longer, longer_memory = values[3 * n_seasons :]
    period = np.array(seasons)[:, None]
    wave = 2.0 * np.sin(np.pi * lags / period) ** 2 / smoothness**2
    fading = lags / (memory * period)
    combs = strength * np.exp(-wave - fading)
    recent, earlier = short * np.exp(-lags / short_memory), longer * np.exp(-lags / longer_memory)
    terms = np.concatenate([combs, recent[None], earlier[None]])
    slopes = [combs, 2.0 * wave * combs, fading * combs]
    memories = [recent, lags / short_memory * recent, earlier, lags / longer_memory * earlier]
    return terms, np.concatenate([*slopes, memories])


def _inverse(column: FloatArray, *, determinant: bool = True) -> ToeplitzInverse:
    noisy = column[None].copy()
    noisy[:, 0] += 1.0
    return ToeplitzInverse(noisy, determinant=determinant)


def _unlikeliness(
    parameters: FloatArray, y: FloatArray, seasons: tuple[float, ...], middle: FloatArray, reach: FloatArray
) -> tuple[float, FloatArray]:
    """Minus the log evidence of y up to a constant, prior included, and its gradient."""
    n_samples = len(y)
    terms, slopes = _components(parameters, seasons, np.arange(n_samples))
    inverse = _inverse(terms.sum(axis=0))
    about = _about_a_line(inverse, y)
    quadratic = max(float(about.weights @ y), _SMALLEST_SCALE * n_samples)
    n_free = n_samples - 2
    value = 0.5 * (n_free * np.log(quadratic) + inverse.log_determinant()[0] + about.log_determinant)
    # Every lag but the first stands on two diagonals.
    by_lag = inverse.diagonal_sums()[0]
    by_lag -= n_free / quadratic * _correlation(about.weights)
    by_lag -= _correlation(about.white_lines[0]) + _correlation(about.white_lines[1])
    by_lag[0] *= 0.5
    off = (parameters - middle) / reach
    return float(value + 0.5 * off @ off), np.asarray(slopes @ by_lag + off / reach)


class _Line(NamedTuple):
    """The most probable line B' b through y, and what it leaves.

    weights : (n_samples,), R^-1 (y - B' b).   line : (2,), b.   precision : (2, 2), of b, P.
    white_lines : (2, n_samples), F^-1 B R^-1, where P = F F'.   log_determinant : of P.
    """

    weights: FloatArray
    line: FloatArray
    precision: FloatArray
    white_lines: FloatArray
    log_determinant: float


def _about_a_line(inverse: ToeplitzInverse, y: FloatArray, slope_precision: float = 0.0) -> _Line:
    basis = trend_basis(np.arange(len(y)), len(y))
    solved = inverse.solve(np.concatenate([y[None], basis])[None])[0]
    precision = basis @ solved[1:].T
    precision[1, 1] += slope_precision
    line = np.linalg.solve(precision, basis @ solved[0])
    factor = np.linalg.cholesky(precision)
    return _Line(
        weights=solved[0] - line @ solved[1:],
        line=line,
        precision=precision,
        white_lines=np.linalg.solve(factor, solved[1:]),
        log_determinant=2.0 * float(np.log(np.diagonal(factor)).sum()),
    )


def _correlation(values: FloatArray) -> FloatArray:
    """sum_i x_i x_{i+k} for all lags k."""
    n_fft = next_fast_len(2 * len(values), real=True)
    return np.asarray(irfft(np.abs(rfft(values, n_fft)) ** 2, n_fft)[: len(values)])
