"""Lines of one window by joint least squares, and their uncertainty.

All lines are fitted at once with a level and a slope, and their frequencies move to the least squares. The
standard errors are those of the inverse Fisher information, F = J'J / S, with J the derivatives of the model
by all parameters. The noise of tides or demand is not white, so S is no single variance but the level of the
residual's spectrum in the neighbourhood of each line, which for lines apart from each other is the
generalised least squares error.

Sources: Stoica, Nehorai (1989), MUSIC, maximum likelihood, and Cramer-Rao bound, for F; Pawlowicz, Beardsley,
Lentz (2002), Classical tidal harmonic analysis including error estimates, section 4.1, for the residual's
level near each line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harmonic_forecasters.spectral._parts.block_sizes import CHUNK_VALUES
from harmonic_forecasters.spectral._parts.line_fit import (
    EDGE_BINS,
    FREQUENCY_PRECISION,
    ROUNDING_VARIANCE,
    FittedLines,
    centre_of,
    is_free,
    phasors,
    slopes,
    waves,
)
from harmonic_forecasters.spectral._parts.trend import trend_basis
from harmonic_forecasters.spectral._parts.windows import BoolArray, FloatArray, IntArray

# Fewer cycles cannot be told apart from level plus slope.
LEAST_CYCLES = 0.75
# At most this many lines are fitted jointly; more are fitted in bands, cut at the widest gaps between lines.
MOST_JOINTLY = 50
# The noise near a line is averaged over at least this many degrees of freedom.
NOISE_DEGREES = 40.0
# Share of a parameter's own curvature that damps its step where lines can hardly be told apart.
_DAMPING = 1e-4
_CERTAIN = 1e100
_SWEEPS = 10


@dataclass(eq=False)
class JointFit:
    """Level, slope and lines of one window; the lines by rising frequency.

    y, observed : (n_samples,), y zero where nothing is observed.
    frequency, moving : (n_lines,), and whether it is to be found.
    weight : (2 n_lines,), a, then b, see :mod:`~.line_fit`.   trend : (2,), level and rise over half of it.
    """

    y: FloatArray
    observed: BoolArray
    frequency: FloatArray
    moving: BoolArray
    weight: FloatArray
    trend: FloatArray

    def refine(self) -> None:
        """Move to the least squares: first lines that stand out of the noise, then the others' amplitudes."""
        if self.spare_degrees() < 1:
            return
        everything, times = np.arange(len(self.frequency)), np.arange(len(self.y))[self.observed]
        residual = self.y - self._model(everything, self.frequency, self.weight, self.trend)
        basis = trend_basis(times, len(self.y))
        self.trend += np.linalg.lstsq(basis.T, residual[times], rcond=None)[0]
        weak, _ = self.noise()
        strong = np.flatnonzero(~weak)
        first = self.frequency[strong]
        # Neighbours stay apart; otherwise two could meet on one line and share it arbitrarily.
        room = np.append(np.minimum(0.25 * np.diff(first), 1.0 / len(self.y)), 1.0 / len(self.y))
        lowest, highest = self.frequency.copy(), self.frequency.copy()
        lowest[strong] -= np.roll(room, 1) * self.moving[strong]
        highest[strong] += room * self.moving[strong]
        residual = self.y - self._model(strong, self.frequency, self.weight, self.trend)
        for _ in range(_SWEEPS):
            before = np.sum(residual**2)
            for band in self.bands(strong):
                residual = self._step(band, residual, lowest, highest)
            if not np.sum(residual**2) < (1.0 - 1e-4) * before:
                break
        self.weight[np.tile(weak, 2)] = 0.0
        for band in self.bands(np.flatnonzero(weak)):
            residual = self._step(band, residual, lowest, highest)

    def errors(self) -> FloatArray:
        """Standard errors of frequency, amplitude and phase, (3, n_lines).

        Lines that stand out of the noise get those of a fit of these lines alone, as noise has no lines.
        """
        k = len(self.frequency)
        weak, noise = self.noise()
        # A priori no amplitude exceeds twice the largest value.
        beforehand = 0.25 / np.max(self.y**2)
        errors = np.empty((3, k))
        together = self.bands(np.arange(k)) if weak.any() else []
        for band in [*together, *self.bands(np.flatnonzero(~weak))]:
            information, _ = self._normal_equations(band, self.y)
            spread = np.sqrt(np.concatenate([np.tile(noise[band], 3), np.repeat(noise[-1], 2)]))
            precision = information / np.outer(spread, spread)
            prior = np.repeat([beforehand, FREQUENCY_PRECISION, beforehand], [2 * len(band), len(band), 2])
            prior[2 * len(band) : -2][~self.moving[band]] = _CERTAIN
            diagonal = np.diag_indices(len(prior))
            # A trace of ridge keeps coinciding lines invertible.
            precision[diagonal] = (1.0 + 1e-12) * precision[diagonal] + prior
            there = np.diagonal(information) > 0.0
            covariance = np.linalg.inv(precision) * np.outer(there, there)
            lines = self.lines(band, np.asarray(covariance[:-2, :-2], dtype=np.float64))
            errors[:, band] = np.concatenate(lines.polar_errors())
        return errors

    def lines(self, band: IntArray, covariance: FloatArray | None = None) -> FittedLines:
        """The lines of a band as one series, with the covariance given, (3 n_band, 3 n_band), or none."""
        size = 3 * len(band)
        covariance = np.zeros((size, size)) if covariance is None else covariance
        weight = self.weight[np.concatenate([band, band + len(self.frequency)])]
        return FittedLines(
            frequency=self.frequency[None, band],
            weight=weight[None],
            covariance=covariance[None],
            noise=np.zeros(1),
            centre=centre_of(len(self.y)),
        )

    def spare_degrees(self) -> int:
        """Values less parameters: each line has three, one at frequency 1/2 has one; level and slope two."""
        return int(np.count_nonzero(self.observed)) - int(_degrees(self.frequency).sum())

    def bands(self, rows: IntArray) -> list[IntArray]:
        """The rows, rising, in parts of neighbours few enough to be fitted jointly."""
        if len(rows) <= MOST_JOINTLY:
            return [rows] if len(rows) else []
        quarter = len(rows) // 4
        gaps = np.diff(self.frequency[rows])[quarter : 3 * quarter]
        cut = quarter + int(np.argmax(gaps)) + 1
        return [*self.bands(rows[:cut]), *self.bands(rows[cut:])]

    def _step(
        self, band: IntArray, residual: FloatArray, lowest: FloatArray, highest: FloatArray
    ) -> FloatArray:
        """One step of the lines of a band, if it lowers the sum of squares; the residual after it.

        lowest, highest : bounds of all frequencies, (n_lines,).
        """
        n, k = len(self.y), len(band)
        rows = np.concatenate([band, band + len(self.frequency)])
        information, gradient = self._normal_equations(band, residual)
        moving = np.concatenate([np.ones(2 * k), lowest[band] < highest[band], np.ones(2)])
        information *= np.outer(moving, moving)
        diagonal = np.diag_indices(len(gradient))
        curvature = np.where(information[diagonal] > 0.0, information[diagonal], 1.0)
        old = self._model(band, self.frequency, self.weight, self.trend)
        for damping in (_DAMPING, 1e-2, 1.0):
            damped = information.copy()
            damped[diagonal] = (1.0 + damping) * curvature
            step = np.linalg.solve(damped, gradient * moving)
            frequency, weight, trend = self.frequency.copy(), self.weight.copy(), self.trend + step[3 * k :]
            moved = frequency[band] + np.clip(step[2 * k : 3 * k], -0.3 / n, 0.3 / n)
            moved = np.clip(moved, LEAST_CYCLES / n, 0.5 - EDGE_BINS / n)
            frequency[band] = np.clip(moved, lowest[band], highest[band])
            weight[rows] += step[: 2 * k]
            trial = residual + old - self._model(band, frequency, weight, trend)
            if np.sum(trial**2) < np.sum(residual**2):
                self.frequency, self.weight, self.trend = frequency, weight, trend
                return trial
        return residual

    def _normal_equations(self, band: IntArray, residual: FloatArray) -> tuple[FloatArray, FloatArray]:
        """J'J and J'r, J the derivatives by a, b and frequencies of the band, then level and slope."""
        n, size = len(self.y), 3 * len(band) + 2
        information, gradient = np.zeros((size, size)), np.zeros(size)
        step = max(1, CHUNK_VALUES // size)
        for begin in range(0, n, step):
            times = slice(begin, min(begin + step, n))
            J = self._derivatives(band, times) * self.observed[times]
            information += J @ J.T
            gradient += J @ residual[times]
        return information, gradient

    def _derivatives(self, band: IntArray, times: slice) -> FloatArray:
        """By a, b and frequency of each line of the band, level and slope, (3 n_band + 2, n_times)."""
        k, n = len(band), len(self.y)
        frequency = self.frequency[band]
        tau = np.arange(times.start, times.stop, dtype=np.float64) - centre_of(n)
        wave = waves(frequency, times.start - centre_of(n), len(tau))
        J = np.empty((3 * k + 2, len(tau)))
        J[:k], J[k : 2 * k] = wave.real, wave.imag
        J[2 * k : 3 * k] = slopes(self.lines(band).weight, J[None, : 2 * k], tau)[0]
        # At frequency 1/2 there is no sine, and nothing to find of the frequency.
        J[k : 3 * k][np.tile(~is_free(frequency), 2)] = 0.0
        J[3 * k :] = trend_basis(np.arange(times.start, times.stop), n)
        return J

    def _model(
        self, band: IntArray, frequency: FloatArray, weight: FloatArray, trend: FloatArray
    ) -> FloatArray:
        """Trend and lines of the band at the observed samples, zero elsewhere, (n_samples,)."""
        n, k = len(self.y), len(frequency)
        # a cos + b sin = Re((a - ib) e^{i angle}), with e^{i angle} a product as in waves.
        block = int(np.ceil(np.sqrt(n)))
        coarse = phasors(frequency[band], np.arange(0, n, block) - centre_of(n))
        fine = phasors(frequency[band], np.arange(block))
        turned = (weight[:k] - 1j * weight[k:])[band, None] * coarse
        values = (turned.T @ fine).real.ravel()[:n]
        return np.asarray((values + trend @ trend_basis(np.arange(n), n)) * self.observed)

    def noise(self) -> tuple[BoolArray, FloatArray]:
        """Which lines are weak, (n_lines,), and the level of the noise near each line and near 0.

        A line is weak if noise of the level around it would show such a line too. Weak lines count as noise:
        the spectrum of coloured noise has many of them, and without them the noise would be underestimated.
        """
        k = len(self.frequency)
        weak = np.zeros(k, dtype=np.bool_)
        if self.spare_degrees() < 1:
            return weak, np.full(k + 1, max(ROUNDING_VARIANCE, np.mean(self.y[self.observed] ** 2)))
        power = 0.5 * self.observed.sum() * (self.weight[:k] ** 2 + self.weight[k:] ** 2)
        # The largest of n / 2 powers of noise of level 1, chi-squared of two degrees each, at 5 %.
        largest = 2.0 * np.log(0.5 * len(self.y) / 0.05)
        while True:
            residual = self.y - self._model(np.flatnonzero(~weak), self.frequency, self.weight, self.trend)
            level = _local_level(residual, self.observed.mean(), self.frequency[~weak], self.frequency)
            weaker = weak | (power < largest * level[:-1])
            if (weaker == weak).all():
                return weak, level
            weak = weaker


def _local_level(residual: FloatArray, seen: float, fitted: FloatArray, at: FloatArray) -> FloatArray:
    """Level of a residual's spectrum near some frequencies and, last, near 0, (n_at + 1,), variances.

    The level is the power divided by the degrees of freedom that the fit has left. Both are taken over a band
    around the frequency, whose width is doubled until enough degrees are left, or over the whole spectrum.

    residual : (n_samples,), zero at missing values.   seen : share of values that are not.
    fitted : frequencies of the lines taken away, beside level and slope.
    """
    n = len(residual)
    images = np.where(is_free(np.asarray(np.fft.rfftfreq(n))), 2.0, 1.0)
    power = images * np.abs(np.fft.rfft(residual)) ** 2 / n
    degrees = images * seen - np.bincount(_bins(fitted, n), _degrees(fitted), len(images))
    bins = _bins(at, n)
    level = np.full(len(bins), np.sum(power) / max(np.sum(degrees), 1.0))
    sums = [np.concatenate([[0.0], np.cumsum(each)]) for each in (power, degrees)]
    waiting = np.ones(len(bins), dtype=np.bool_)
    width = 8
    while waiting.any() and width < len(power):
        low, high = np.maximum(bins - width, 0), np.minimum(bins + width + 1, len(power))
        inside, left = (each[high] - each[low] for each in sums)
        enough = waiting & (left >= NOISE_DEGREES)
        level[enough] = inside[enough] / left[enough]
        waiting &= ~enough
        width *= 2
    return np.asarray(np.maximum(level, ROUNDING_VARIANCE))


def _degrees(frequency: FloatArray) -> FloatArray:
    """Parameters of each line, and last those of level and slope."""
    return np.append(np.where(is_free(frequency), 3.0, 1.0), 2.0)


def _bins(frequency: FloatArray, n_samples: int) -> IntArray:
    """The nearest frequencies of the DFT, by number, and last that of frequency 0."""
    nearest = np.rint(frequency * n_samples).astype(np.int64)
    # With an odd number of samples, frequency 1/2 lies beyond the last bin.
    return np.append(np.minimum(nearest, n_samples // 2), 0)
