"""The components of a window: its lines refined by joint least squares, with errors, shares and groups.

Whatever method found the lines, they are fitted to the window again by joint least squares. That fit has
standard errors; shares and groups show which lines matter and which cannot be told apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from harmonic_forecasters.spectral._parts.joint_fit import LEAST_CYCLES, JointFit
from harmonic_forecasters.spectral._parts.line_fit import (
    EDGE_BINS,
    centre_of,
    is_free,
    power_of_two,
)
from harmonic_forecasters.spectral._parts.line_mixture import LineErrors
from harmonic_forecasters.spectral._parts.periods import harmonics
from harmonic_forecasters.spectral._parts.windows import (
    BoolArray,
    FloatArray,
    IntArray,
    Windows,
    check_windows,
)
from harmonic_forecasters.spectral.lines import LineSpectrum


@dataclass(frozen=True, eq=False)
class Components:
    """Lines of n_series windows with their standard errors, shares and groups; the strongest group first.

    lines : the lines by least squares, phases at the first sample of the window.
    errors : standard errors, shaped as the lines.
    share : (n_series, n_lines), mean square of the line, amplitude^2 / 2 (amplitude^2 at frequency 1/2),
        divided by the variance of the window about its mean. Lines of one group can cancel, so shares add up
        to at most 1 only if the lines lie apart.
    group : (n_series, n_lines), 0 the strongest. Lines whose frequencies chain together in steps below
        1 / n_samples, one cycle per window, are one group: the window can hardly separate them, and errors of
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


def fit_components(
    y: ArrayLike | Windows, lines: LineSpectrum, *, periods: ArrayLike | None = None
) -> Components:
    """Lines fitted to the windows they were found in, with standard errors.

    y : (n_series, n_samples), any unit; NaN marks a missing value.
    lines : of the same windows, from any method. Lines that are no components are left out: a level, less
        than three quarters of a cycle in the window (level and slope take its place), and rounding.
    periods : known ones, samples: lines at their frequencies or those of their harmonics stay there, and have
        no error of frequency.
    Lines that stand out of the noise and are not at known periods move in frequency, by at most one cycle per
    window, to the least squares of these lines, level and slope. Weaker lines are then fitted to what is
    left. Standard errors assume that the lines found are all the lines there are. If lines have more
    parameters than there are values, they stay as they are, and errors count all variance as noise.
    Raises ValueError as :func:`check_windows` does, and where the lines are of another number of
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
    windows = check_windows(y)
    if len(lines.amplitude) != len(windows.filled):
        raise ValueError(
            f"lines must belong to as many series as the windows, {len(windows.filled)}, "
            f"got {len(lines.amplitude)}"
        )
    n_samples, known = windows.n_samples, harmonics(periods)
    rows = []
    for series, (values, seen) in enumerate(zip(windows.filled, windows.observed, strict=True)):
        largest = np.abs(values).max()
        values = np.where(seen, values - values[seen].mean(), 0.0)
        table = lines.columns(series)
        real = (table["frequency"] >= LEAST_CYCLES / n_samples) & bool(values.any())
        # Rounding alone can make lines of this size.
        real &= table["amplitude"] > 1e-13 * largest
        found = [table[name][real] for name in ("frequency", "amplitude", "phase")]
        row = _fit_window(values, seen, known, *found) if real.any() else np.zeros((8, 0))
        rows.append(row)
    most = max(row.shape[1] for row in rows)
    padded = np.stack([np.pad(row, ((0, 0), (0, most - row.shape[1]))) for row in rows], axis=1)
    return Components(
        lines=LineSpectrum(*padded[:3]),
        errors=LineErrors(*padded[3:6]),
        share=padded[6],
        group=padded[7].astype(np.int64),
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
    fit = JointFit(
        y=y / scale,
        observed=observed,
        frequency=frequency,
        moving=moving,
        weight=np.concatenate([wave.real, -wave.imag]),
        trend=np.zeros(2),
    )
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
