"""From a spectrum on a fine grid to the lines in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from harmonic_forecasters.spectral._parts.trend import trend_basis
from harmonic_forecasters.spectral._parts.windows import FloatArray, IntArray
from harmonic_forecasters.spectral.lines import LineSpectrum, side_by_side


def peak_frequencies(power: FloatArray, *, threshold: float, separation: float, max_peaks: int) -> FloatArray:
    """Frequencies of the highest local maxima of a spectrum, strongest first, (n_peaks,) cycles per sample.

    power : (n_frequencies,), at the frequencies 0 .. 1/2 evenly.
    threshold : lower maxima are left out; so are those within ``separation`` (cycles per sample) of a higher
        one, which stands for them.
    A maximum is placed at the top of the parabola through the logarithms of three powers; the frequencies 0
    and 1/2 are not peaks.

    Examples
    --------
    >>> peak_frequencies(np.array([0.0, 1.0, 4.0, 1.0, 0.0]), threshold=0.5, separation=0.1, max_peaks=3)
    array([0.25])
    """
    inner = power[1:-1]
    index = np.flatnonzero((inner > power[:-2]) & (inner >= power[2:]) & (inner > threshold)) + 1
    index = index[np.argsort(-power[index], kind="stable")]
    with np.errstate(divide="ignore"):
        before, top, after = (np.log(power[index + step]) for step in (-1, 0, 1))
    with np.errstate(invalid="ignore"):
        offset = 0.5 * (before - after) / (before - 2.0 * top + after)
    # No parabola where a neighbour has no power at all.
    offset = np.where(np.isfinite(offset), np.clip(offset, -0.5, 0.5), 0.0)
    kept: list[float] = []
    for frequency in (index + offset) / (2.0 * (len(power) - 1)):
        if all(abs(frequency - other) >= separation for other in kept):
            kept.append(float(frequency))
        if len(kept) == max_peaks:
            break
    return np.array(kept)


def fit_lines(y: FloatArray, frequencies: list[FloatArray]) -> LineSpectrum:
    """Amplitudes and phases of given frequencies by least squares beside level and slope, strongest first.

    y : (n_series, n_samples), NaN where a value is missing.
    frequencies : for each series (n_lines,), cycles per sample.
    Returns lines of shape (n_series, most lines); a series with fewer has amplitude zero in the rest.

    Examples
    --------
    >>> y = 2.0 * np.cos(2 * np.pi * 0.2 * np.arange(20))[None]
    >>> fit_lines(y, [np.array([0.2])]).amplitude.round(9)
    array([[2.]])
    """
    waves = []
    trend = trend_basis(np.arange(y.shape[1]), y.shape[1]).T
    for values, frequency in zip(y, frequencies, strict=True):
        seen = ~np.isnan(values)
        centred = values[seen] - values[seen].mean()
        weight = wave_weights(centred, np.flatnonzero(seen), frequency, beside=trend[seen], cutoff=1e-6)
        waves.append((frequency, weight))
    return side_by_side(waves)


def wave_weights(
    values: FloatArray, t: IntArray, frequency: FloatArray, *, beside: FloatArray, cutoff: float
) -> NDArray[np.complex128]:
    """Amplitude times e^{i phase} of cosines by least squares, (n_lines,).

    values : (n_times,), at the times t, samples.   frequency : (n_lines,), cycles per sample.
    beside : (n_times, n_columns), what else is fitted.
    cutoff : smallest singular value that counts, as a share of the largest; it keeps amplitudes bounded where
        lines are too close to be told apart.

    Examples
    --------
    >>> t = np.arange(20)
    >>> wave = 2.0 * np.cos(2 * np.pi * 0.2 * t + 0.5)
    >>> weight = wave_weights(wave, t, np.array([0.2]), beside=np.zeros((20, 0)), cutoff=1e-6)
    >>> abs(weight).round(9), np.angle(weight).round(9)
    (array([2.]), array([0.5]))
    """
    angle = 2.0 * np.pi * np.outer(t, frequency)
    # a cos(w t + phi) = a cos(phi) cos(w t) - a sin(phi) sin(w t)
    design = np.concatenate([np.cos(angle), -np.sin(angle), beside], axis=1)
    solved = np.linalg.lstsq(design, values, rcond=cutoff)[0]
    k = len(frequency)
    return np.asarray(solved[:k] + 1j * solved[k : 2 * k], dtype=np.complex128)
