"""Gaussian processes of sinusoids: the forecast, and its variance, that a spectrum implies.

Source: Rasmussen, Williams (2006), Gaussian Processes for Machine Learning, eq. 2.25 and 2.26; with level and
slope, eq. 2.41 and 2.42.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.fft import irfft, rfft
from numpy.typing import ArrayLike, NDArray
from scipy.fft import next_fast_len

from harmonic_forecasters.spectral._parts.block_sizes import CHUNK_VALUES
from harmonic_forecasters.spectral._parts.peaks import fit_lines, peak_frequencies
from harmonic_forecasters.spectral._parts.toeplitz import DenseInverse, ToeplitzInverse
from harmonic_forecasters.spectral._parts.trend import trend_basis
from harmonic_forecasters.spectral._parts.windows import FloatArray
from harmonic_forecasters.spectral.continuation import Continuation
from harmonic_forecasters.spectral.lines import LineSpectrum

# Smallest noise, as a share of the variance of the series. Covariances can be inverted with a thousandth of
# it, but what rounding leaves then shows in the fourth digit of a forecast.
NOISE_FLOOR = 1e-9
# Gaps are treated exactly in windows of up to this many samples, at a cost of N^3.
MAX_DENSE = 1024


@dataclass(frozen=True, eq=False)
class HarmonicProcess(Continuation):
    """Windows as Gaussian processes: sinusoids on a grid of frequencies, level, slope, and noise.

    windows : (n_series, n_samples), unit of the series, NaN where a value is missing.
    trend : (n_series, 2), level at the middle of the window and rise over half of it, unit of the series.
    unit : (n_series,), root mean square of the window about a straight line; 0 for a straight line.
    power : (n_series, n_frequencies), of e^{2 pi i f t} at each frequency of either sign, in unit^2, on an
        even grid from 0 to 1/2.
    known : (n_series, n_known), frequencies of known periods, cycles per sample.
    known_power : (n_series, n_known), their power in addition to that of the grid, as in ``power``.
    noise : (n_series,), variance of the noise that forecasts allow for, in unit^2.
    observation_noise : (n_series,), variance of the noise of one observation, in unit^2.
    weights : (n_series, n_samples), R^-1 (y - trend), in 1 / unit; zero where a value is missing.
    trend_precision : (n_series, 2, 2), inverse covariance of the trend, in 1 / unit^2.
    log_evidence : (n_series,), logarithm of the probability density of the window under this model.
    """

    windows: FloatArray
    trend: FloatArray
    unit: FloatArray
    power: FloatArray
    known: FloatArray
    known_power: FloatArray
    noise: FloatArray
    observation_noise: FloatArray
    weights: FloatArray
    trend_precision: FloatArray
    log_evidence: FloatArray

    def evaluate(self, t: ArrayLike) -> FloatArray:
        """Posterior mean of trend and sinusoids, without noise: see :class:`~.continuation.Continuation`."""
        times = np.asarray(t, dtype=np.int64)
        n_samples = self.windows.shape[1]
        first, last = min(times.min(initial=0), 0), max(times.max(initial=0), n_samples - 1)
        # x(t) = sum_j r(t - j) w_j, for all times from the first to the last at once.
        lags = np.arange(first - n_samples + 1, last + 1)
        chosen = times - first
        waves = self._fading(times) * weighted_sums(self._grid_covariance(lags), self.weights)[:, chosen]
        if self.known.shape[1]:
            waves += weighted_sums(self._known_covariance(lags), self.weights)[:, chosen]
        trend = np.einsum("sk,kt->st", self.trend, trend_basis(times, n_samples))
        return np.asarray(trend + self.unit[:, None] * waves)

    def variance(self, t: ArrayLike) -> FloatArray:
        """Variance of an observation, given the spectrum; as in ``Continuation``."""
        return self._variance(np.asarray(t, dtype=np.int64), accumulate=False)

    def sum_variance(self, n: int) -> FloatArray:
        """Variances of the sums of the next 1, 2, ..., n observations, (n_series, n), unit squared."""
        n_samples = self.windows.shape[1]
        variance = self._variance(np.arange(n_samples, n_samples + n), accumulate=True)
        # Slow waves return to where they were; a wandering level does not.
        return np.asarray(np.maximum.accumulate(variance, axis=1))

    def lines(self) -> LineSpectrum:
        """The peaks of the spectrum and the known waves that stand out of the noise, by least squares."""
        n_samples = self.windows.shape[1]
        # Nine times the power that noise alone shows at one frequency: it exceeds that about once in 8,000.
        thresholds = 9.0 * np.maximum(self.noise, NOISE_FLOOR) / n_samples
        # Closer than one cycle in the window, lines cannot be told apart.
        separation = 1.0 / n_samples
        frequencies = []
        for power, threshold, known, known_power in zip(
            self.power, thresholds, self.known, self.known_power, strict=True
        ):
            strong = known[known_power > threshold]
            peaks = peak_frequencies(
                power, threshold=threshold, separation=separation, max_peaks=n_samples // 4
            )
            apart = np.abs(peaks[:, None] - strong).min(axis=1, initial=np.inf) >= separation
            frequencies.append(np.concatenate([strong, peaks[apart]]))
        return fit_lines(self.windows, frequencies)

    def _variance(self, times: NDArray[np.int64], *, accumulate: bool) -> FloatArray:
        result = np.empty((len(self.windows), len(times)))
        for rows, observed in self.alike(max(len(times), 1)):
            result[rows] = self.take(rows)._variance_of_alike(times, ~observed, accumulate)
        return np.asarray(self.unit[:, None] ** 2 * result)

    def _variance_of_alike(
        self, times: NDArray[np.int64], gaps: NDArray[np.bool_], accumulate: bool
    ) -> FloatArray:
        """Variances in unit^2, of series with the same gaps."""
        n_series, n_samples = self.windows.shape
        inverse = self.inverse(~gaps)
        basis = trend_basis(np.arange(n_samples), n_samples)
        solved_basis = inverse.solve(np.broadcast_to(basis * ~gaps, (n_series, 2, n_samples)))
        result = np.empty((n_series, len(times)))
        carried = np.zeros((n_series, n_samples)), np.zeros((2, 1))
        step = max(1, CHUNK_VALUES // (n_series * n_samples))
        power = self._autocovariance(np.zeros(1, dtype=np.int64))
        prior = np.broadcast_to(power, (n_series, len(times)))
        noise = np.broadcast_to(self.observation_noise[:, None], prior.shape)
        if accumulate:
            # var(x_1 + ... + x_h) = h r_0 + 2 sum_{l<h} (h - l) r_l
            # Faded too: over a period of the grid, its waves add up to zero.
            lags = np.arange(len(times))
            covariances = self._autocovariance(lags, self._left(lags))
            prior = np.cumsum(2.0 * np.cumsum(covariances, axis=1) - power, axis=1)
            noise = noise * np.arange(1, len(times) + 1)
        excess = (self.noise - self.observation_noise)[:, None]
        for begin in range(0, len(times), step):
            chunk = slice(begin, begin + step)
            lags = times[chunk, None] - np.arange(n_samples)
            # A faded wave explains less; that it also varies less is not counted.
            cross = np.where(gaps, 0.0, self._autocovariance(lags, self._fading(times[chunk])[:, None]))
            trend = trend_basis(times[chunk], n_samples)
            if accumulate:
                cross = np.cumsum(cross, axis=1) + carried[0][:, None]
                trend = np.cumsum(trend, axis=1) + carried[1]
                carried = cross[:, -1], trend[:, -1:]
            predictor = inverse.solve(cross)
            explained = np.einsum("stn,stn->st", cross, predictor)
            # The part of the trend at t that the covariance of the waves does not explain.
            beyond = trend - np.einsum("skn,stn->skt", solved_basis, cross)
            weighed = np.linalg.solve(self.trend_precision, beyond)
            total = prior[:, chunk] + noise[:, chunk] - explained + np.einsum("skt,skt->st", beyond, weighed)
            # The predictor allows for more noise than there is: its error is that much smaller.
            predictor += np.einsum("skn,skt->stn", solved_basis, weighed)
            total -= excess * np.einsum("stn,stn->st", predictor, predictor)
            # Rounding can leave less than the variance of the noise, which every observation has.
            result[:, chunk] = np.maximum(total, noise[:, chunk])
        return result

    def alike(self, n_columns: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.bool_]]]:
        """The series in parts of which the same samples, (n_samples,), count as observed: (rows, observed).

        n_columns : values per sample and series that will be worked on at once, which bounds the parts.
        """
        n_samples = self.windows.shape[1]
        # Gaps in longer windows were filled.
        observed = ~np.isnan(self.windows) | (n_samples > MAX_DENSE)
        complete = np.flatnonzero(observed.all(axis=1))
        at_once = max(1, CHUNK_VALUES // (n_samples * n_columns))
        chunks = [complete[i : i + at_once] for i in range(0, len(complete), at_once)]
        for rows in [*chunks, *np.flatnonzero(~observed.all(axis=1))[:, None]]:
            yield rows, observed[rows[0]]

    def inverse(self, observed: NDArray[np.bool_]) -> ToeplitzInverse | DenseInverse:
        """The inverse of the covariance of the observed samples, waves and noise, in 1 / unit^2.

        observed : (n_samples,), the same for all series.
        """
        column = self._autocovariance(np.arange(self.windows.shape[1]))
        return covariance_inverse(column, self.noise, observed)

    def take(self, rows: slice | NDArray[np.int64]) -> HarmonicProcess:
        """The same of some of the series."""
        return HarmonicProcess(
            **{name: getattr(self, name)[rows] for name in HarmonicProcess.__annotations__}
        )

    def _autocovariance(self, lags: NDArray[np.int64], left: FloatArray | float = 1.0) -> FloatArray:
        """Covariance of the waves at the lags, any shape, in unit^2: (n_series, *lags.shape).

        left : how much of the grid's waves is left, for each lag or for all.
        """
        covariance = left * self._grid_covariance(lags)
        return covariance + self._known_covariance(lags) if self.known.shape[1] else covariance

    def _grid_covariance(self, lags: NDArray[np.int64]) -> FloatArray:
        period = 2 * (self.power.shape[1] - 1)
        return np.asarray(irfft(self.power * period, period)[:, np.abs(lags) % period])

    def _known_covariance(self, lags: NDArray[np.int64]) -> FloatArray:
        distance = np.abs(lags)
        n_lags = int(distance.max(initial=0)) + 1
        return waves_autocovariance(self.known[0], self.known_power, n_lags)[:, distance]

    def _fading(self, times: NDArray[np.int64]) -> FloatArray:
        """How much of the grid's waves is left at the times, (n_times,).

        Waves on a grid repeat after one period of the grid. Half a period away from a sample of the window, a
        forecast could equally belong to the mirror image of that sample. So waves fade out between three
        eighths and half a period from the farthest sample. Waves of known periods do not fade.
        """
        return self._left(np.maximum(times, self.windows.shape[1] - 1 - times))

    def _left(self, distance: NDArray[np.int64]) -> FloatArray:
        period = 2 * (self.power.shape[1] - 1)
        left = np.clip((0.5 * period - distance) / (0.125 * period), 0.0, 1.0)
        return np.asarray(left * left * (3.0 - 2.0 * left))


def covariance_inverse(
    column: FloatArray,
    noise: FloatArray,
    observed: NDArray[np.bool_] | None,
    *,
    determinant: bool = False,
) -> ToeplitzInverse | DenseInverse:
    """The inverse of Toeplitz matrices plus noise.

    observed : (n_samples,), or None where all samples are.   determinant : as in :class:`ToeplitzInverse`.
    """
    noisy = column.copy()
    noisy[:, 0] += noise + NOISE_FLOOR
    if observed is None or observed.all():
        return ToeplitzInverse(noisy, determinant=determinant)
    return DenseInverse(noisy, observed)


def waves_autocovariance(frequency: FloatArray, power: FloatArray, n_lags: int) -> FloatArray:
    """Autocovariance of waves at the lags 0, 1, ..., (n_series, n_lags).

    frequency : (n_waves,), cycles per sample.   power : (n_series, n_waves), of either sign of a frequency.
    """
    # At 1/2 the two signs are one.
    both = np.where(frequency < 0.5, 2.0, 1.0) * power
    return np.asarray(both @ np.cos(2.0 * np.pi * np.outer(frequency, np.arange(n_lags))))


def weighted_sums(kernel: FloatArray, weights: FloatArray) -> FloatArray:
    """sum_j kernel(t - j) w_j at neighbouring times t, (n_series, n_lags - n_samples + 1).

    kernel : (n_series, n_lags), from the lag t - (n_samples - 1) of the first time to the lag t of the last.
    weights : (n_series, n_samples).
    """
    n_lags, n_samples = kernel.shape[1], weights.shape[1]
    n_fft = next_fast_len(n_lags + n_samples, real=True)
    return np.asarray(irfft(rfft(kernel, n_fft) * rfft(weights, n_fft), n_fft)[:, n_samples - 1 : n_lags])
