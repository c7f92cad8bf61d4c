"""The components of a window: its lines refined by joint least squares, with what is uncertain of them.

However lines were found, they are fitted again to the window, all at once with a level and a slope, and their
frequencies move to the least squares: of that fit the standard errors are known. They are those of the
inverse Fisher information, F = J'J / S, with J the derivatives of the model by all parameters. The noise of
tides or demand is not white, so S is no single variance but the level of the residual's spectrum in the
neighbourhood of each line, which for lines apart from each other is the generalised least squares error.

Sources: Stoica, Nehorai (1989), MUSIC, maximum likelihood, and Cramer-Rao bound, for F; Pawlowicz, Beardsley,
Lentz (2002), Classical tidal harmonic analysis including error estimates, section 4.1, for the residual's
level near each line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from harmonic_forecasters.spectral.gaussian_process import trend_basis
from harmonic_forecasters.spectral.iaa import harmonics
from harmonic_forecasters.spectral.inputs import FloatArray, as_windows
from harmonic_forecasters.spectral.line_fit import (
    EDGE_BINS,
    FREQUENCY_PRECISION,
    ROUNDING_VARIANCE,
    BoolArray,
    FittedLines,
    IntArray,
    centre_of,
    is_free,
    phasors,
    power_of_two,
    slopes,
    waves,
)
from harmonic_forecasters.spectral.line_mixture import LineErrors
from harmonic_forecasters.spectral.lines import LineSpectrum

# Of less than that nothing is left beside a level and a slope.
LEAST_CYCLES = 0.75
# Lines fitted jointly; more are fitted in bands of neighbours, cut where they are widest apart.
MOST_JOINTLY = 50
# The noise near a line is averaged over so many degrees of freedom at least.
NOISE_DEGREES = 40.0
# Share of a parameter's own curvature that bounds steps where lines can hardly be told apart.
_DAMPING = 1e-4
_CERTAIN = 1e100
_SWEEPS = 10
_CHUNK_ELEMENTS = 4_000_000


@dataclass(frozen=True, eq=False)
class Components:
    """Lines of n_series windows with their standard errors, shares and groups; the strongest group first.

    lines : the lines by least squares, phases at the first sample of the window.
    errors : standard errors, shaped as the lines.
    share : (n_series, n_lines), mean square of the line, amplitude^2 / 2 (amplitude^2 at frequency 1/2), over
        the variance of the window about its mean. Lines of one group may cancel: shares add up to no more
        than 1 only where lines lie apart.
    group : (n_series, n_lines), 0 the strongest. Lines whose frequencies chain together in steps below
        1 / n_samples, one cycle a window, are one group: the window can hardly separate them, and errors of
        each are large. Groups are numbered by the mean square of the sum of their lines over the window,
        oscillations at twice their frequencies left out.

    In a group lines are sorted by amplitude. A series with fewer lines has amplitude zero in the rest.
    """

    lines: LineSpectrum
    errors: LineErrors
    share: FloatArray
    group: IntArray

    def columns(self, series: int) -> dict[str, NDArray[Any]]:
        """The components of one series as columns of a table.

        Keys: frequency (cycles per sample), period (samples), amplitude (unit of the series), phase (radians,
        of a cosine); frequency_error, amplitude_error, phase_error, standard errors in the same units; share;
        group.
        """
        present = self.lines.amplitude[series] > 0.0
        added = {
            "frequency_error": self.errors.frequency,
            "amplitude_error": self.errors.amplitude,
            "phase_error": self.errors.phase,
            "share": self.share,
            "group": self.group,
        }
        return {
            **self.lines.columns(series),
            **{name: values[series][present] for name, values in added.items()},
        }


def fit_components(y: ArrayLike, lines: LineSpectrum, *, periods: ArrayLike | None = None) -> Components:
    """Lines fitted to the windows they were found in, with standard errors.

    y : (n_series, n_samples), any unit; NaN marks a missing value.
    lines : of the same windows, by whatever method. Left out are those that are no components: a level, less
        than three quarters of a cycle in the window (level and slope take its place), rounding.
    periods : known ones, samples: lines at their frequencies or those of their harmonics stay there, and have
        no error of frequency.
    Other lines that stand out of the noise move in frequency, by at most one cycle a window, to the least
    squares of these lines, level and slope; the rest is fitted to what is left. An error takes the lines
    found for those there are, and knows no second line hidden under one. Where lines have more parameters
    than there are values, they stay as they are, and errors count all variance as noise.
    Raises ValueError as :func:`~.inputs.as_windows` does, and where the lines are of another number of
    series; TypeError for values that are not real numbers.

    Examples
    --------
    >>> t = np.arange(200)
    >>> y = 2.0 * np.cos(2 * np.pi * 0.1 * t) + np.random.default_rng(0).normal(0.0, 0.5, 200)
    >>> found = LineSpectrum(np.array([0.101]), np.array([[1.5]]), np.array([[0.1]]))
    >>> table = fit_components(y[None], found).columns(0)
    >>> {name: float(table[name][0].round(5)) for name in ("frequency", "frequency_error", "share")}
    {'frequency': 0.0999, 'frequency_error': 7e-05, 'share': 0.89654}
    """
    windows = as_windows(y)
    if len(lines.amplitude) != len(windows):
        raise ValueError(
            f"lines must be of {len(windows)} series, as the windows, got {len(lines.amplitude)}"
        )
    observed = ~np.isnan(np.asarray(y, dtype=np.float64))
    n_samples, known = windows.shape[1], harmonics(periods)
    rows = []
    for series, values in enumerate(windows):
        seen = observed[series]
        values = np.where(seen, values - values[seen].mean(), 0.0)
        table = lines.columns(series)
        real = (table["frequency"] >= LEAST_CYCLES / n_samples) & bool(values.any())
        # What rounding alone can make of values so large.
        real &= table["amplitude"] > 1e-13 * np.abs(windows[series]).max()
        found = [table[name][real] for name in ("frequency", "amplitude", "phase")]
        row = _fit_window(values, seen, known, *found) if real.any() else np.zeros((8, 0))
        rows.append(row)
    most = max(row.shape[1] for row in rows)
    padded = np.stack([np.pad(row, ((0, 0), (0, most - row.shape[1]))) for row in rows], axis=1)
    return Components(
        LineSpectrum(*padded[:3]), LineErrors(*padded[3:6]), padded[6], padded[7].astype(np.int64)
    )


def _fit_window(
    y: FloatArray,
    observed: BoolArray,
    known: FloatArray,
    frequency: FloatArray,
    amplitude: FloatArray,
    phase: FloatArray,
) -> FloatArray:
    """The eight rows of Components, (8, n_lines); y is about its mean, zero where nothing is observed."""
    n_samples, scale = len(y), power_of_two(y[None])[0]
    order = np.argsort(frequency, kind="stable")
    frequency = np.where(frequency > 0.5 - EDGE_BINS / n_samples, 0.5, frequency)[order]
    turned = phase[order] + 2.0 * np.pi * np.fmod(frequency * centre_of(n_samples), 1.0)
    wave = amplitude[order] / scale * np.exp(1j * turned)
    moving = is_free(frequency) & ~np.isin(np.round(frequency, 12), known)
    fit = _Fit(y / scale, observed, frequency, moving, np.concatenate([wave.real, -wave.imag]), np.zeros(2))
    fit.refine()
    size, phase = (each[0] for each in fit.lines(np.arange(len(order))).polar())
    error, size_error, phase_error = fit.errors()
    share = size**2 / np.where(is_free(fit.frequency), 2.0, 1.0) / np.mean(fit.y[observed] ** 2)
    group = _groups(LineSpectrum(fit.frequency, size[None], phase[None]), n_samples)
    columns = fit.frequency, size * scale, phase, error, size_error * scale, phase_error, share, group
    return np.array(columns)[:, np.lexsort((-size, group))]


def _groups(lines: LineSpectrum, n_samples: int) -> IntArray:
    """The group of each line of one series, as in Components."""
    order = np.argsort(lines.frequency, kind="stable")
    cuts = np.flatnonzero(np.diff(lines.frequency[order]) >= 1.0 / n_samples) + 1
    members = np.split(order, cuts)
    wave = lines.amplitude[0] * np.exp(1j * lines.phase[0])
    power = []
    for rows in members:
        # Mean of |sum_k w_k e^{2 pi i f_k t}|^2 / 2 over the window: a Dirichlet kernel for each pair.
        apart = lines.frequency[rows] - lines.frequency[rows, None]
        beat = np.sinc(n_samples * apart) / np.sinc(apart) * np.exp(1j * np.pi * (n_samples - 1) * apart)
        power.append(0.5 * np.real(wave[rows].conj() @ beat @ wave[rows]))
    group = np.empty(len(order), dtype=np.int64)
    for number, strongest in enumerate(np.argsort(-np.array(power), kind="stable")):
        group[members[strongest]] = number
    return group


@dataclass(eq=False)
class _Fit:
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
        """Move all to the least squares: first what stands out of the noise, then amplitudes of the rest."""
        if self.spare_degrees() < 1:
            return
        everything, times = np.arange(len(self.frequency)), np.arange(len(self.y))[self.observed]
        residual = self.y - self._model(everything, self.frequency, self.weight, self.trend)
        basis = trend_basis(times, len(self.y))
        self.trend += np.linalg.lstsq(basis.T, residual[times], rcond=None)[0]
        weak, _ = self.noise()
        strong = np.flatnonzero(~weak)
        first = self.frequency[strong]
        # Neighbours stay apart, or they would meet on one line and share it at will.
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

        Of lines that stand out of the noise they are those of a fit of these alone, as noise has no lines.
        """
        k = len(self.frequency)
        weak, noise = self.noise()
        # An amplitude is known beforehand to be no more than twice the largest value.
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
            self.frequency[None, band], weight[None], covariance[None], np.zeros(1), centre_of(len(self.y))
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
        step = max(1, _CHUNK_ELEMENTS // size)
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

        Weak are lines that noise of the level around them would show as well. They count among the noise: a
        spectrum of coloured noise has many of them, and without them what is left would be too quiet.
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

    It is the power over the degrees of freedom that the fit has left, in the narrowest of bands of doubling
    widths that leaves enough of them, or in the whole spectrum.

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
    # Of an odd number of samples, 1/2 itself is beyond the last.
    return np.append(np.minimum(nearest, n_samples // 2), 0)
