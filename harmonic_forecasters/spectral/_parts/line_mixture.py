"""Line spectra of windows with their uncertainty, several weighted ones for each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from harmonic_forecasters.spectral._parts.line_fit import FittedLines
from harmonic_forecasters.spectral._parts.windows import FloatArray, IntArray
from harmonic_forecasters.spectral.continuation import Continuation
from harmonic_forecasters.spectral.lines import LineSpectrum


@dataclass(frozen=True, eq=False)
class LineErrors:
    """Standard errors of lines, each array shaped as in the :class:`~.lines.LineSpectrum` they belong to.

    frequency : cycles per sample.   amplitude : unit of the series.   phase : radians at the first sample, at
    most pi / sqrt(3), the standard deviation of a uniform phase.
    Zero for a line that a series does not have; the frequencies 0 and 1/2 are exact and have no error.
    """

    frequency: FloatArray
    amplitude: FloatArray
    phase: FloatArray


@dataclass(frozen=True, eq=False)
class LineMixture(Continuation):
    """Line spectra of n_series windows, several weighted ones for each.

    parts : triples (series, weight, lines): which series the rows of ``lines`` belong to, and their weights.
        The weights of a series sum to one over all parts.
    """

    n_series: int
    parts: tuple[tuple[IntArray, FloatArray, FittedLines], ...]

    def evaluate(self, t: ArrayLike) -> FloatArray:
        """Weighted mean of the sums of sinusoids at the times t, (n_series, n_times)."""
        return self._moments(t)[0]

    def variance(self, t: ArrayLike) -> FloatArray:
        """Variance of observations at the times t, (n_series, n_times): noise, parameters, choice of lines.

        sum_m w_m (v_m + (x_m - x)^2), v_m with the uncertainty of amplitudes, phases and frequencies.
        """
        return self._moments(t)[1]

    def lines(self) -> LineSpectrum:
        """The lines of the most probable part of each series, strongest first; a level has frequency 0."""
        return LineSpectrum(*self._best()[:3])

    def line_errors(self) -> LineErrors:
        """Standard errors of :meth:`lines`, given that those are the lines."""
        return LineErrors(*self._best()[3:])

    def _moments(self, t: ArrayLike) -> tuple[FloatArray, FloatArray]:
        times = np.atleast_1d(np.asarray(t, dtype=np.float64))
        parts = [(series, weight[:, None], lines.moments(times)) for series, weight, lines in self.parts]
        mean, variance = np.zeros((2, self.n_series, len(times)))
        for series, weight, (part_mean, _) in parts:
            mean[series] += weight * part_mean
        for series, weight, (part_mean, part_variance) in parts:
            variance[series] += weight * (part_variance + (part_mean - mean[series]) ** 2)
        return mean, variance

    def _best(self) -> tuple[FloatArray, ...]:
        """Frequency, amplitude, phase, and their standard errors, each (n_series, most lines)."""
        most = np.zeros(self.n_series)
        for series, weight, _ in self.parts:
            most[series] = np.maximum(most[series], weight)
        width = max(
            lines.frequency.shape[1] for series, weight, lines in self.parts if (weight == most[series]).any()
        )
        columns = tuple(np.zeros((6, self.n_series, width)))
        for series, weight, lines in self.parts:
            best = weight == most[series]
            if not best.any():
                continue
            chosen = lines.take(best)
            amplitude, phase = chosen.polar()
            strongest_first = np.argsort(-amplitude, axis=1, kind="stable")
            values = (chosen.frequency, amplitude, phase, *chosen.polar_errors())
            for column, value in zip(columns, values, strict=True):
                ordered = np.take_along_axis(value, strongest_first, axis=1)
                # If parts are equally probable, all columns come from the last one.
                column[series[best]] = np.pad(ordered, ((0, 0), (0, width - ordered.shape[1])))
        return columns
