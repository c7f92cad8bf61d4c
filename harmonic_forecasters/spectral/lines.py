"""A line spectrum: sinusoids given by frequency, amplitude and phase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from harmonic_forecasters.spectral._parts.windows import FloatArray

#: Columns of equal lengths by name, a line a row.
Table = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class LineSpectrum:
    """Sinusoids, x(t) = sum_k amplitude_k cos(2 pi frequency_k t + phase_k).

    frequency : (n_lines,) or (n_series, n_lines), cycles per sample.
    amplitude : (n_series, n_lines), unit of the series; zero for a line that a series does not have.
    phase : (n_series, n_lines), radians at the first sample of the window, t = 0.

    Examples
    --------
    >>> lines = LineSpectrum(np.array([0.25]), amplitude=np.array([[2.0]]), phase=np.array([[0.0]]))
    >>> lines.evaluate([0, 1, 2, 3]).round(12) + 0.0
    array([[ 2.,  0., -2.,  0.]])
    """

    frequency: FloatArray
    amplitude: FloatArray
    phase: FloatArray

    @property
    def period(self) -> FloatArray:
        """Samples per cycle, shaped as frequency; infinite at frequency zero."""
        with np.errstate(divide="ignore"):
            return np.asarray(1.0 / self.frequency, dtype=np.float64)

    def evaluate(self, t: ArrayLike) -> FloatArray:
        """Values at the times t.

        t : (n_times,), samples since the first one of the window; negative and fractional times are allowed.
        Returns (n_series, n_times), unit of the series.
        """
        times = np.asarray(t, dtype=np.float64)
        # a cos(2 pi f t + phi) = Re(a e^{i phi} e^{2 pi i f t}); whole cycles are dropped before the rounding
        # of pi can grow with t.
        cycles = np.fmod(self.frequency[..., None] * times, 1.0)
        weight = self.amplitude * np.exp(1j * self.phase)
        turned = np.exp(2j * np.pi * cycles)
        if self.frequency.ndim == 1:
            return np.asarray((weight @ turned).real)
        return np.asarray(np.einsum("sk,skt->st", weight, turned).real)

    def columns(self, series: int) -> dict[str, FloatArray]:
        """The lines of one series as columns of a table, those of amplitude zero left out.

        Keys: frequency (cycles per sample), period (samples), amplitude (unit of the series), phase
        (radians, of a cosine).
        """
        row = 0 if self.frequency.ndim == 1 else series
        present = self.amplitude[series] > 0.0
        return {
            "frequency": np.atleast_2d(self.frequency)[row][present],
            "period": np.atleast_2d(self.period)[row][present],
            "amplitude": self.amplitude[series][present],
            "phase": self.phase[series][present],
        }


def side_by_side(waves: Sequence[tuple[FloatArray, NDArray[np.complex128]]]) -> LineSpectrum:
    """Lines of several series, strongest first; a series with fewer has amplitude zero in the rest.

    waves : for each series its frequencies, (n_lines,), and amplitude times e^{i phase} of each.

    Examples
    --------
    >>> side_by_side([(np.array([0.1]), np.array([1j])), (np.array([0.1, 0.2]), np.array([1, -2]))]).amplitude
    array([[1., 0.],
           [2., 1.]])
    """
    most = max((len(frequency) for frequency, _ in waves), default=0)
    table = np.zeros((3, len(waves), most))
    for series, (frequency, wave) in enumerate(waves):
        order = np.argsort(-np.abs(wave), kind="stable")
        table[:, series, : len(order)] = frequency[order], np.abs(wave[order]), np.angle(wave[order])
    return LineSpectrum(*table)
