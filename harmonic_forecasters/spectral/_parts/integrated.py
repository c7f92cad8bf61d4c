"""Windows with a wandering level: their changes from sample to sample are sinusoids and noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from harmonic_forecasters.spectral._parts.gaussian_process import HarmonicProcess
from harmonic_forecasters.spectral._parts.windows import FloatArray
from harmonic_forecasters.spectral.continuation import Continuation
from harmonic_forecasters.spectral.lines import LineSpectrum


@dataclass(frozen=True, eq=False)
class Integrated(Continuation):
    """A model of the changes, summed from the last sample on.

    windows : (n_series, n_samples), unit of the series.   changes : the model of their first differences.
    log_evidence : (n_series,), logarithm of the probability density of the window; the first sample counts
        as one of a Gaussian with mean and variance of the window.
    """

    windows: FloatArray
    changes: HarmonicProcess
    log_evidence: FloatArray

    def evaluate(self, t: ArrayLike) -> FloatArray:
        """Beyond the window the last sample plus expected changes, inside it the sample before plus one."""
        times = np.asarray(t, dtype=np.int64)
        n_samples = self.windows.shape[1]
        first, last = min(times.min(initial=0), 0), max(times.max(initial=0), n_samples - 1)
        # The change at position i leads from sample i to sample i + 1.
        change = self.changes.evaluate(np.arange(first, last))
        inside = self.windows[:, :-1] + change[:, -first : n_samples - 1 - first]
        after = self.windows[:, -1:] + np.cumsum(change[:, n_samples - 1 - first :], axis=1)
        before = self.windows[:, :1] - np.cumsum(change[:, : max(-first, 0)][:, ::-1], axis=1)[:, ::-1]
        path = np.concatenate([before, self.windows[:, :1], inside, after], axis=1)
        return np.asarray(path[:, times - first])

    def variance(self, t: ArrayLike) -> FloatArray:
        """Variance of an observation: grows with the distance from the window, one change's inside it."""
        times = np.asarray(t, dtype=np.int64)
        n_samples = self.windows.shape[1]
        steps = np.maximum(times - (n_samples - 1), -times)
        result = np.empty((len(self.windows), len(times)))
        outside = steps > 0
        if outside.any():
            result[:, outside] = self.changes.sum_variance(int(steps.max()))[:, steps[outside] - 1]
        result[:, ~outside] = self.changes.variance(np.maximum(times[~outside] - 1, 0))
        return result

    @property
    def unit(self) -> FloatArray:
        """Root mean square of the changes about a straight line, (n_series,); 0 for a straight line."""
        return self.changes.unit

    def take(self, rows: slice) -> Integrated:
        """The same of some of the series."""
        return Integrated(self.windows[rows], self.changes.take(rows), self.log_evidence[rows])

    def lines(self) -> LineSpectrum:
        """The sinusoids whose changes were found: the same frequencies, amplitudes and phases integrated."""
        found = self.changes.lines()
        # x(t + 1) - x(t) of e^{2 pi i f t} is (e^{2 pi i f} - 1) times itself.
        gain = np.exp(2j * np.pi * found.frequency) - 1.0
        absent = found.amplitude == 0.0
        wave = found.amplitude * np.exp(1j * found.phase) / np.where(absent, 1.0, gain)
        return LineSpectrum(found.frequency, np.abs(wave), np.angle(wave))


def integrate(windows: FloatArray, changes: HarmonicProcess) -> Integrated:
    """The windows, given a model of their first differences.

    windows : (n_series, n_samples), finite, at least 2 samples.

    Examples
    --------
    >>> from harmonic_forecasters.spectral.methods.iaa import fit_iaa
    >>> line = np.array([[1.0, 3.0, 5.0, 7.0]])
    >>> integrate(line, fit_iaa(np.diff(line))).evaluate([4, 5]).round(6)
    array([[ 9., 11.]])
    """
    deviation = windows.std(axis=1)
    spread = np.where(deviation > 0.0, deviation, 1.0)
    standing = (windows[:, 0] - windows.mean(axis=1)) / spread
    first = -0.5 * standing**2 - np.log(spread) - 0.5 * np.log(2.0 * np.pi)
    return Integrated(windows, changes, changes.log_evidence + first)
