"""Short windows: many seasonal processes side by side, each weighted by its evidence.

Few samples say little about hyperparameters, so none are chosen: a bank of processes with hyperparameters
spread over their ranges forecasts, and each counts by the probability that it gives the window. The
covariance depends on the length of the window and on its seasons alone; it is factored once for all windows
alike.

About a level that is free, the covariance of two samples at times s and t is

    sum_j s_j exp(-2 sin^2(pi d / P_j) / l_j^2 - d / (L_j P_j))      seasons: strength, smoothness, memory
    + a exp(-d / tau) - g(d) + g(s) + g(t)  + b c(s) c(t)  + noise,        d = |s - t|,

    g(d) = w d / 2 + q T^2 (d / T + exp(-d / T) - 1),

w being the variance that the level gains per sample, q and T variance and memory of a slope that fades, b
the variance of a slope that lasts and c a straight line. The variance of the noise is 1, and the scale of
all is the most probable one.

Source: MacKay (1998), Introduction to Gaussian processes, for the periodic covariance; Roberts, Osborne,
Ebden, Reece, Gibson, Aigrain (2013), Gaussian processes for time-series modelling, Philosophical Transactions
of the Royal Society A 371, section 3, for seasons that change; Rasmussen, Williams (2006), eq. 2.25, 2.26 and
2.45, for forecasts and evidence with a free level.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack
from scipy.special import softmax

from harmonic_forecasters.spectral._parts.block_sizes import CHUNK_VALUES
from harmonic_forecasters.spectral._parts.trend import trend_basis
from harmonic_forecasters.spectral._parts.windows import FloatArray
from harmonic_forecasters.spectral.methods.seasonal.priors import bank_ranges, evenly_spread, noise_alone

#: Processes in a bank.
N_PROCESSES = 128
# Which hyperparameters after those of the seasons are variances.
STRENGTHS = np.array([0, 2, 3, 4])
# With this, normal intervals of 90 % are as wide as those of Student's t, whatever the length.
_UNKNOWN_SCALE = 2.4
#: Deviations below this share of the largest value are rounding.
ROUNDING = 1e-13


class Bank:
    """The processes for windows of n_samples with the given seasons, ready to be asked for forecasts.

    seasons : periods, samples.
    """

    def __init__(self, n_samples: int, seasons: tuple[float, ...]) -> None:
        self.n_samples, self.seasons = n_samples, seasons
        self._kept: tuple[bytes, FloatArray] | None = None
        ranges = bank_ranges(len(seasons), n_samples)
        spread = evenly_spread(N_PROCESSES, len(ranges))
        self._parameters = np.exp(ranges[:, 0] + (ranges[:, 1] - ranges[:, 0]) * spread).T
        # The first process has none of them: a level and noise alone.
        of_seasons, strengths = range(len(seasons)), 3 * len(seasons) + STRENGTHS
        self._parameters[[*of_seasons, *strengths], 0] = 0.0
        alone = noise_alone(n_samples)
        self.log_prior = np.log(np.append(alone, np.full(N_PROCESSES - 1, (1.0 - alone) / (N_PROCESSES - 1))))
        times = np.arange(n_samples)
        covariance = self.covariance(times)
        covariance[:, times, times] += 1.0
        self.log_determinant = np.empty(N_PROCESSES)
        for i, each in enumerate(covariance):
            # In place: a transposed array is what LAPACK takes, and its upper triangle the lower one here.
            lapack.dpotrf(each.T, lower=0, overwrite_a=1)
            self.log_determinant[i] = 2.0 * np.log(np.diagonal(each)).sum()
            lapack.dtrtri(each.T, lower=0, overwrite_c=1)
        self.inverse_factor = covariance
        ones = self.inverse_factor.sum(axis=2)
        self.level_precision = (ones**2).sum(axis=1)
        #: (n_processes, n_samples), the direction of the level where the noise is white.
        self.level = ones / np.sqrt(self.level_precision)[:, None]

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and files hold what a bank is made of, and not its arrays."""
        return bank_of, (self.n_samples, self.seasons)

    def covariance(self, times: NDArray[np.int64]) -> FloatArray:
        """Covariance of the samples of the window with those at the times, (n_processes, n_times, n_samples).

        Without noise, up to what a free level takes up.
        """
        n_seasons, samples = len(self.seasons), np.arange(self.n_samples)
        strength, smoothness, memory = self._parameters[: 3 * n_seasons].reshape(3, n_seasons, N_PROCESSES, 1)
        short, short_memory, wandering, slope, fading, fading_memory = self._parameters[
            3 * n_seasons :, :, None
        ]
        distance = np.abs(times[:, None] - samples)
        farthest = max(int(distance.max(initial=0)), int(np.abs(times).max(initial=0)), self.n_samples - 1)
        d = np.arange(farthest + 1.0)
        alike = short * np.exp(-d / short_memory)
        for i, period in enumerate(self.seasons):
            wave = 2.0 * np.sin(np.pi * d / period) ** 2
            alike += strength[i] * np.exp(-wave / smoothness[i] ** 2 - d / (memory[i] * period))
        apart = 0.5 * wandering * d
        apart += fading * fading_memory**2 * (d / fading_memory + np.expm1(-d / fading_memory))
        result = np.take(alike - apart, distance, axis=1)
        result += apart[:, None, samples]
        result += apart[:, np.abs(times), None]
        line = trend_basis(times, self.n_samples)[1][:, None] * trend_basis(samples, self.n_samples)[1]
        result += slope[:, :, None] * line
        return np.asarray(result)

    def kept_covariance(self, times: NDArray[np.int64]) -> FloatArray:
        """The same, kept for the next question: all scales of a window are asked for the same times."""
        key = times.tobytes()
        kept = self._kept
        if kept is None or kept[0] != key:
            kept = self._kept = key, self.covariance(times)
        return kept[1]

    def variance(self, times: NDArray[np.int64]) -> FloatArray:
        """Covariance at the times with themselves, (n_processes, n_times), as in :meth:`covariance`."""
        n_seasons = len(self.seasons)
        short, _, wandering, slope, fading, memory = self._parameters[3 * n_seasons :, :, None]
        d = np.abs(times).astype(np.float64)
        apart = 0.5 * wandering * d + fading * memory**2 * (d / memory + np.expm1(-d / memory))
        seasons = self._parameters[:n_seasons].sum(axis=0)[:, None]
        line = trend_basis(times, self.n_samples)[1]
        return np.asarray(seasons + short + 2.0 * apart + slope * line**2)


@lru_cache(maxsize=4)
def bank_of(n_samples: int, seasons: tuple[float, ...]) -> Bank:
    """The bank, kept for the next windows alike."""
    return Bank(n_samples, seasons)


@dataclass(frozen=True, eq=False)
class BankFit:
    """What a bank has learned from n_series windows.

    bank : its processes.
    mean, unit : (n_series,), mean and standard deviation of the window, unit of the series.
    weights : (n_processes, n_series), adding up to 1.
    level : (n_processes, n_series), in units.   scale : the same, variance of the noise in units squared.
    precision : (n_processes, n_samples, n_series), R^-1 (y - level) of each process.
    log_evidence : (n_series,), logarithm of the probability density of the window, all processes together.
    """

    bank: Bank
    mean: FloatArray
    unit: FloatArray
    weights: FloatArray
    level: FloatArray
    scale: FloatArray
    precision: FloatArray
    log_evidence: FloatArray

    def moved_to(self, windows: FloatArray) -> BankFit:
        """The same processes with the same weights, given other windows, (n_series, n_samples)."""
        return replace(fit_bank(windows, self.bank.seasons), weights=self.weights)

    def evaluate(self, t: NDArray[np.int64]) -> FloatArray:
        """Expected values, (n_series, n_times), without noise."""
        return self._in_units(np.einsum("ps,pts->st", self.weights, self._means(t)))

    def variance(self, t: NDArray[np.int64]) -> FloatArray:
        """Variance of what would be observed, (n_series, n_times)."""
        result = np.empty((len(self.unit), len(t)))
        for chunk in self._chunks(t):
            means = self._means(t[chunk])
            # The variance of a mixture: that within its processes and that between their means.
            second = self.scale[:, None] * self._relative_variance(t[chunk])[:, :, None] + means**2
            first = np.einsum("ps,pts->st", self.weights, means)
            result[:, chunk] = np.einsum("ps,pts->st", self.weights, second) - first**2
        few = self.bank.n_samples / (self.bank.n_samples - _UNKNOWN_SCALE)
        return np.asarray(few * self.unit[:, None] ** 2 * np.maximum(result, 0.0))

    def _in_units(self, values: FloatArray) -> FloatArray:
        return np.asarray(self.mean[:, None] + self.unit[:, None] * values)

    def _means(self, t: NDArray[np.int64]) -> FloatArray:
        """What each process expects, (n_processes, n_times, n_series), in units about the mean."""
        parts = [self.bank.kept_covariance(t[chunk]) @ self.precision for chunk in self._chunks(t)]
        return (
            np.concatenate([*parts, np.empty((len(self.level), 0, len(self.unit)))], axis=1)
            + (self.level[:, None])
        )

    def _relative_variance(self, t: NDArray[np.int64]) -> FloatArray:
        """Variance of an observation over that of the noise, (n_processes, n_times)."""
        white = self.bank.inverse_factor @ self.bank.kept_covariance(t).transpose(0, 2, 1)
        along_level = np.einsum("pn,pnt->pt", self.bank.level, white)
        beyond = 1.0 / np.sqrt(self.bank.level_precision)[:, None] - along_level
        explained = (white**2).sum(axis=1)
        return np.asarray(np.maximum(1.0 + self.bank.variance(t) - explained + beyond**2, 1.0))

    def _chunks(self, t: NDArray[np.int64]) -> list[slice]:
        step = max(1, CHUNK_VALUES // (N_PROCESSES * self.bank.n_samples))
        return [slice(i, i + step) for i in range(0, len(t), step)]


def fit_bank(windows: FloatArray, seasons: tuple[float, ...]) -> BankFit:
    """The bank's answer to windows of one length with the same seasons.

    windows : (n_series, n_samples), finite, at least 3 samples.   seasons : periods, samples.
    """
    n_samples = windows.shape[1]
    bank = bank_of(n_samples, seasons)
    mean = windows.mean(axis=1)
    unit = windows.std(axis=1)
    unit = np.where(unit > ROUNDING * np.abs(windows).max(axis=1), unit, 0.0)
    standing = (windows - mean[:, None]) / np.where(unit > 0.0, unit, np.inf)[:, None]
    white = bank.inverse_factor @ standing.T
    along = np.einsum("pn,pns->ps", bank.level, white)
    white -= bank.level[:, :, None] * along[:, None]
    # A window without noise leaves rounding alone.
    scale = np.maximum((white**2).sum(axis=1) / n_samples, ROUNDING**2)
    density = -0.5 * (
        n_samples * (1.0 + np.log(2.0 * np.pi * scale))
        + (bank.log_determinant + np.log(bank.level_precision))[:, None]
    )
    density += bank.log_prior[:, None]
    best = density.max(axis=0)
    evidence = best + np.log(np.exp(density - best).sum(axis=0))
    return BankFit(
        bank=bank,
        mean=mean,
        unit=unit,
        weights=softmax(density, axis=0),
        level=along / np.sqrt(bank.level_precision)[:, None],
        scale=scale,
        precision=bank.inverse_factor.transpose(0, 2, 1) @ white,
        log_evidence=np.where(
            unit > 0.0, evidence - n_samples * np.log(np.where(unit > 0.0, unit, 1.0)), np.inf
        ),
    )
