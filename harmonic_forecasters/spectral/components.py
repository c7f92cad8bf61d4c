"""The components of a window: its lines refined by joint least squares, with errors, shares and groups.

Whatever method found the lines, they are fitted to the window again by joint least squares. That fit has
standard errors; shares and groups show which lines matter, which cannot be told apart, and which are
harmonics of one season.
"""

from __future__ import annotations

from collections.abc import Sequence
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

#: Least amplitude of a season's second strongest harmonic, in that of its strongest: else there is one line,
#: and what is near the others is chance.
LEAST_SECOND = 0.1
#: Cycles of a season from which any of its harmonics count, and how many count where there are fewer.
LEAST_SEASON_CYCLES, FEW_HARMONICS = 4.0, 6.0


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
        each are large. Harmonics of one season are one group, too. Groups are numbered by the mean square of
        the sum of their lines over the window, oscillations at twice their frequencies left out.
    season : (n_series, n_lines), period of the season that the line is a harmonic of, samples, or NaN.
    season_share : (n_series, n_lines), mean square of all harmonics of that season together, divided by the
        variance of the window; 0 without a season.

    In a group lines are sorted by amplitude. A series with fewer lines has amplitude zero in the rest.
    """

    lines: LineSpectrum
    errors: LineErrors
    share: FloatArray
    group: IntArray
    season: FloatArray
    season_share: FloatArray

    def columns(self, series: int) -> dict[str, NDArray[Any]]:
        """The components of one series as columns of a table: a row per season, and one per line.

        Keys: frequency (cycles per sample), period (samples), amplitude (unit of the series), phase (radians,
        of a cosine); frequency_error, amplitude_error, phase_error, standard errors in the same units; share;
        group; season. A season stands before its harmonics. It has no phase and no errors, and its amplitude
        is that of a sinusoid of the same share.
        """
        present = self.lines.amplitude[series] > 0.0
        added = {
            "frequency_error": self.errors.frequency,
            "amplitude_error": self.errors.amplitude,
            "phase_error": self.errors.phase,
            "share": self.share,
            "group": self.group,
            "season": self.season,
        }
        table = {
            **self.lines.columns(series),
            **{name: values[series][present] for name, values in added.items()},
        }
        periods, first = np.unique(table["season"][np.isfinite(table["season"])], return_index=True)
        first = np.flatnonzero(np.isfinite(table["season"]))[first]
        share = self.season_share[series][present][first]
        # Of any line: amplitude^2 / share is twice the variance of the window.
        unit = table["amplitude"][first] / np.sqrt(table["share"][first])
        rows = {
            "frequency": 1.0 / periods,
            "period": periods,
            "amplitude": unit * np.sqrt(share),
            "share": share,
            "group": table["group"][first],
            "season": periods,
        }
        # The first row of the group.
        at = np.searchsorted(table["group"], rows["group"])
        nothing = np.full(len(periods), np.nan)
        return {name: np.insert(values, at, rows.get(name, nothing)) for name, values in table.items()}


def fit_components(
    y: ArrayLike | Windows,
    lines: LineSpectrum,
    *,
    periods: ArrayLike | None = None,
    seasons: Sequence[tuple[float, ...]] | None = None,
) -> Components:
    """Lines fitted to the windows they were found in, with standard errors.

    y : (n_series, n_samples), any unit; NaN marks a missing value.
    lines : of the same windows, from any method. Lines that are no components are left out: a level, less
        than three quarters of a cycle in the window (level and slope take its place), and rounding.
    periods : known ones, samples: lines at their frequencies or those of their harmonics stay there, and have
        no error of frequency.
    seasons : periods of each series, samples, of which there may be harmonics; None where none are known. Two
        or more harmonics of one period make a season, if they are nearer to its multiples than half a cycle
        per window and not all but one are weak.
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
        combs = () if seasons is None else seasons[series]
        row = _fit_window(values, seen, known, combs, *found) if real.any() else np.zeros((10, 0))
        rows.append(row)
    most = max(row.shape[1] for row in rows)
    padded = np.stack([np.pad(row, ((0, 0), (0, most - row.shape[1]))) for row in rows], axis=1)
    return Components(
        lines=LineSpectrum(*padded[:3]),
        errors=LineErrors(*padded[3:6]),
        share=padded[6],
        group=padded[7].astype(np.int64),
        season=padded[8],
        season_share=padded[9],
    )


def _fit_window(
    y: FloatArray,
    observed: BoolArray,
    known: FloatArray,
    combs: tuple[float, ...],
    frequency: FloatArray,
    amplitude: FloatArray,
    phase: FloatArray,
) -> FloatArray:
    """The ten rows of Components, (10, n_lines); y is about its mean, zero where nothing is observed."""
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
    season = _season_of(fit.frequency, size, combs, n_samples)
    wave, together = size * np.exp(1j * phase), np.zeros(len(order))
    for period in np.unique(season[np.isfinite(season)]):
        own = season == period
        together[own] = _power(fit.frequency[own], wave[own], n_samples) / np.mean(fit.y[observed] ** 2)
    group = _groups(fit.frequency, wave, season, n_samples)
    columns = (
        *(fit.frequency, size * scale, phase, error, size_error * scale, phase_error),
        *(share, group, season, together),
    )
    return np.array(columns)[:, np.lexsort((-size, group))]


def _season_of(
    frequency: FloatArray, amplitude: FloatArray, combs: tuple[float, ...], n_samples: int
) -> FloatArray:
    """The period of the season that each line belongs to, (n_lines,), NaN where it belongs to none."""
    season = np.full(len(frequency), np.nan)
    # What a day explains is not the week's.
    for period in sorted(combs):
        order = np.round(frequency * period)
        # Multiples of a period that the window holds few times are so close that any line is near one.
        most = period / 2.0 if LEAST_SEASON_CYCLES * period <= n_samples else FEW_HARMONICS
        near = np.abs(frequency - order / period) < 0.5 / n_samples
        own = near & (order >= 1.0) & (order <= most) & np.isnan(season)
        by_order = [amplitude[own & (order == each)].max() for each in np.unique(order[own])]
        if len(by_order) > 1 and sorted(by_order)[-2] >= LEAST_SECOND * max(by_order):
            season[own] = period
    return season


def _groups(
    frequency: FloatArray, wave: NDArray[np.complex128], season: FloatArray, n_samples: int
) -> IntArray:
    """The group of each line of one series, as in Components.

    wave : (n_lines,), amplitude times e^{i phase}.
    """
    order = np.argsort(frequency, kind="stable")
    chain = np.empty(len(order), dtype=np.int64)
    chain[order] = np.concatenate([[0], np.cumsum(np.diff(frequency[order]) >= 1.0 / n_samples)])
    for period in np.unique(season[np.isfinite(season)]):
        joined = np.unique(chain[season == period])
        chain[np.isin(chain, joined)] = joined[0]
    members = [np.flatnonzero(chain == each) for each in np.unique(chain)]
    power = [_power(frequency[rows], wave[rows], n_samples) for rows in members]
    group = np.empty(len(order), dtype=np.int64)
    for number, strongest in enumerate(np.argsort(-np.array(power), kind="stable")):
        group[members[strongest]] = number
    return group


def _power(frequency: FloatArray, wave: NDArray[np.complex128], n_samples: int) -> float:
    """Mean of |sum_k w_k e^{2 pi i f_k t}|^2 / 2 over the window: a Dirichlet kernel for each pair."""
    apart = frequency - frequency[:, None]
    beat = np.sinc(n_samples * apart) / np.sinc(apart) * np.exp(1j * np.pi * (n_samples - 1) * apart)
    return float(0.5 * np.real(wave.conj() @ beat @ wave))
