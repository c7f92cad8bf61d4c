"""Synthetic signals whose truth is known: sums of harmonics, growing series, small dated examples.

Every function is seeded by a numpy Generator or an int and returns :class:`Signals`: the values that a
forecaster may see, the clean signal behind them, and the sinusoids that make it up.

A component is ``amplitude * sin(2 pi t / period + phase)``, t counted in samples from the first one
(:class:`~harmonic_forecasters.spectral.lines.LineSpectrum` counts cosines: its phase is smaller by pi / 2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Seed = int | np.random.Generator

# Components times samples handled at a time: large enough for numpy's speed, small enough for the cache.
_BLOCK_ELEMENTS = 1_000_000


@dataclass(frozen=True, eq=False)
class Signals:
    """Synthetic series with the truth behind them.

    values : (n_series, n_samples), what is observed.
    clean : (n_series, n_samples), the same without noise, on the same scale.
    period : (n_series, max_components), samples per cycle; rows with fewer components are padded with NaN.
    amplitude : like period, unit of the values; where amplitudes change with time, each function says at
        which time they are stated.
    phase : like period, radians at the first sample, of a sine.
    time : (n_samples,), positions 0, 1, ... or datetime64 stamps.
    names : one name per series.
    """

    values: FloatArray
    clean: FloatArray
    period: FloatArray
    amplitude: FloatArray
    phase: FloatArray
    time: NDArray[Any]
    names: tuple[str, ...] = ()


def harmonic_sums(
    n_signals: int,
    *,
    length: int,
    n_components: tuple[int, int],
    periods: tuple[float, float],
    integer_periods: bool = True,
    noise: float = 0.0,
    modulated: bool = False,
    random_state: Seed,
) -> Signals:
    """Sums of sinusoids, x(t) = sum_k a_k sin(2 pi t / T_k + phi_k), each divided by its largest value.

    The number of components is uniform over the integers of ``n_components`` (both ends included); periods
    are drawn with replacement, uniform over ``periods``: its integers, both ends included, or with
    ``integer_periods=False`` the interval; phases uniform in [0, 2 pi); amplitudes uniform in (0, 1), divided
    by their sum. The whole signal is divided by its largest absolute value; with ``noise`` > 0, N(0, noise^2)
    is then added and values and clean signal are divided by the largest absolute noisy value.

    With ``modulated=True`` the amplitude of each component drifts linearly to a random factor in 0.5..2,
    reached at a random midpoint, and back; ``amplitude`` states it at both ends.

    Parameters
    ----------
    n_signals : number of signals, at least 1.
    length : samples per signal, at least 1.
    n_components, periods : (lowest, highest); periods in samples, at least 2 (the Nyquist limit).
    noise : standard deviation of the noise, relative to the largest absolute value of the clean signal.
    random_state : an int or a numpy Generator. The same seed gives the same signals.

    Returns
    -------
    Signals of shape (n_signals, length).

    Raises
    ------
    ValueError : where a number is out of its range; the message names rule and value.

    Examples
    --------
    >>> signals = harmonic_sums(2, length=105, n_components=(3, 6), periods=(2, 99), random_state=0)
    >>> signals.values.shape, float(abs(signals.values).max())
    ((2, 105), 1.0)
    """
    _check_harmonic_sums(n_signals, length, n_components, periods, integer_periods, noise)
    rng = np.random.default_rng(random_state)
    count = rng.integers(n_components[0], n_components[1], size=n_signals, endpoint=True)
    shape = (n_signals, n_components[1])
    if integer_periods:
        lowest, highest = int(np.ceil(periods[0])), int(np.floor(periods[1]))
        period = rng.integers(lowest, highest, size=shape, endpoint=True).astype(np.float64)
    else:
        period = rng.uniform(periods[0], periods[1], size=shape)
    phase = rng.uniform(0.0, 2.0 * np.pi, size=shape)
    present = np.arange(n_components[1]) < count[:, None]
    # 1 - [0, 1) lies in (0, 1]: no component of amplitude zero.
    amplitude = np.where(present, 1.0 - rng.random(shape), 0.0)
    amplitude /= amplitude.sum(axis=1, keepdims=True)

    if modulated:
        factor = rng.uniform(0.5, 2.0, size=shape)
        midpoint = rng.uniform(0.0, 1.0, size=shape) * max(length - 1, 1)
        clean = _modulated_sums(period, amplitude, phase, factor, midpoint, length)
    else:
        clean = _stationary_sums(period[present], amplitude[present], phase[present], count, length)

    values = clean
    if noise > 0.0:
        values = clean + rng.normal(0.0, noise, size=clean.shape) * abs(clean).max(axis=1, keepdims=True)
    scale = abs(values).max(axis=1, keepdims=True)
    # A signal that is zero at every sample leaves nothing to divide by.
    scale[scale == 0.0] = 1.0
    return Signals(
        values=values / scale,
        clean=clean / scale,
        period=np.where(present, period, np.nan),
        amplitude=np.where(present, amplitude / scale, np.nan),
        phase=np.where(present, phase, np.nan),
        time=np.arange(length),
        names=tuple(f"signal {i}" for i in range(n_signals)),
    )


def growing_series(*, n_samples: int = 5000, noise: float = 1.0, random_state: Seed) -> Signals:
    """One series whose level and harmonics grow together.

    x = linspace(2, 60, n_samples);
    y = (x / 60) (sin x + e / 10 + sin(2 x) / 4 + sin(3 x) / 2 + sin(4 x) / 2) / 4 + x / 100,
    e ~ N(0, noise^2).
    The amplitudes are those at the end of the series, x = 60.

    Returns
    -------
    Signals of shape (1, n_samples).

    Examples
    --------
    >>> growing_series(random_state=0).values.shape
    (1, 5000)
    """
    if n_samples < 2:
        raise ValueError(f"n_samples must be at least 2, got {n_samples}")
    rng = np.random.default_rng(random_state)
    x = np.linspace(2.0, 60.0, n_samples)
    harmonic = np.arange(1.0, 5.0)
    weight = np.array([1.0, 0.25, 0.5, 0.5])
    wave = weight @ np.sin(np.outer(harmonic, x))
    clean = (x / 60.0) * wave / 4.0 + x / 100.0
    values = clean + (x / 60.0) * rng.normal(0.0, noise, size=n_samples) / 40.0
    return Signals(
        values=values[None],
        clean=clean[None],
        period=(2.0 * np.pi * (n_samples - 1) / (58.0 * harmonic))[None],
        amplitude=(weight / 4.0)[None],
        phase=(2.0 * harmonic % (2.0 * np.pi))[None],
        time=np.arange(n_samples),
        names=("growing series",),
    )


def sine() -> Signals:
    """The series sin(linspace(0, 10, 1000)), shape (1, 1000): one period is about 627.7 samples.

    Examples
    --------
    >>> float(sine().period.round(1)[0, 0])
    627.7
    """
    x = np.linspace(0.0, 10.0, 1000)
    values = np.sin(x)[None]
    period = 2.0 * np.pi * 999 / 10.0
    one = np.ones((1, 1))
    return Signals(values, values, period * one, one, 0.0 * one, np.arange(1000), ("sine",))


def daily_temperature(*, noise: float = 0.0, random_state: Seed) -> Signals:
    """Daily temperatures of 2020 to 2022: an annual cycle (365.25 days) of amplitude 10 around 20.

    noise : standard deviation of the normal noise, in degrees.   Returns Signals of shape (1, 1096).

    Examples
    --------
    >>> daily_temperature(random_state=0).time[[0, -1]].astype(str).tolist()
    ['2020-01-01', '2022-12-31']
    """
    return _cycles("D", 365.25, [("temperature", 20.0, 10.0, 0.0, noise)], random_state)


def hourly_energy(*, noise: float = 20.0, random_state: Seed) -> Signals:
    """Hourly energy of 2020 to 2022: a daily cycle of amplitude 100 around 200, normal noise of deviation 20.

    Returns Signals of shape (1, 26304).

    Examples
    --------
    >>> hourly_energy(random_state=0).values.shape
    (1, 26304)
    """
    return _cycles("h", 24.0, [("energy", 200.0, 100.0, 0.0, noise)], random_state)


def daily_weather(*, random_state: Seed) -> Signals:
    """Daily weather of 2020 to 2022, three series.

    Temperature as in :func:`daily_temperature`, humidity (an annual cosine of amplitude 20 around 60) and
    wind, N(10, 3^2), whose clean signal is 10.   Returns Signals of shape (3, 1096).

    Examples
    --------
    >>> daily_weather(random_state=0).names
    ('temperature', 'humidity', 'wind')
    """
    rows = [
        ("temperature", 20.0, 10.0, 0.0, 0.0),
        ("humidity", 60.0, 20.0, np.pi / 2.0, 0.0),
        ("wind", 10.0, 0.0, 0.0, 3.0),
    ]
    return _cycles("D", 365.25, rows, random_state)


#: name -> function, for suites that name their signals.
GENERATORS: dict[str, Callable[..., Signals]] = {
    "harmonic_sums": harmonic_sums,
    "growing_series": growing_series,
    "sine": sine,
    "daily_temperature": daily_temperature,
    "hourly_energy": hourly_energy,
    "daily_weather": daily_weather,
}


def _check_harmonic_sums(
    n_signals: int,
    length: int,
    n_components: tuple[int, int],
    periods: tuple[float, float],
    integer_periods: bool,
    noise: float,
) -> None:
    for name, value in (("n_signals", n_signals), ("length", length)):
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    if not 1 <= n_components[0] <= n_components[1]:
        raise ValueError(
            f"n_components must be (lowest, highest) with 1 <= lowest <= highest, got {n_components}"
        )
    if not 2 <= periods[0] <= periods[1] < np.inf:
        raise ValueError(f"periods must be (lowest, highest) with 2 <= lowest <= highest, got {periods}")
    if integer_periods and np.ceil(periods[0]) > periods[1]:
        raise ValueError(f"periods must enclose an integer where integer_periods is True, got {periods}")
    if not 0 <= noise < np.inf:
        raise ValueError(f"noise must be a finite number of at least 0, got {noise}")


def _cycles_elapsed(period: FloatArray, t: NDArray[Any]) -> FloatArray:
    """Fraction of the running cycle at the times t >= 0 (samples), shape period.shape + t.shape.

    fmod is exact, so the phase keeps full precision after any number of cycles; t / period alone would not.
    """
    column = period[..., None]
    return np.asarray(np.fmod(t, column) / column, dtype=np.float64)


def _stationary_sums(
    period: FloatArray, amplitude: FloatArray, phase: FloatArray, count: NDArray[np.int64], length: int
) -> FloatArray:
    """Sum the components of each signal, shape (len(count), length).

    period, amplitude, phase : (count.sum(),), the components of the first signal, then of the second, ...
    With w = 2 pi / T and t = m q + r, a sin(w t + phi) = Re(-i a e^{i phi} e^{i w m q} e^{i w r}): about
    2 sqrt(length) exponentials a distinct period instead of length, and one matrix product a signal.
    """
    stride = int(np.ceil(np.sqrt(length)))
    coarse_times, fine_times = np.arange(0, length, stride), np.arange(stride)
    weight = -1j * amplitude * np.exp(1j * phase)
    result = np.empty((len(count), length))
    first_component = np.concatenate([[0], np.cumsum(count)])
    signals_per_block = max(1, _BLOCK_ELEMENTS // (length * int(count.max())))
    for start in range(0, len(count), signals_per_block):
        stop = min(start + signals_per_block, len(count))
        chosen = slice(first_component[start], first_component[stop])
        distinct, which = np.unique(period[chosen], return_inverse=True)
        coarse = np.exp(2j * np.pi * _cycles_elapsed(distinct, coarse_times))
        fine = np.exp(2j * np.pi * _cycles_elapsed(distinct, fine_times))
        # Signals with fewer components are padded with zeros, so that one product serves the whole block.
        present = np.arange(count.max()) < count[start:stop, None]
        left = np.zeros((*present.shape, len(coarse_times)), dtype=np.complex128)
        right = np.zeros((*present.shape, len(fine_times)), dtype=np.complex128)
        left[present] = weight[chosen, None] * coarse[which]
        right[present] = fine[which]
        result[start:stop] = (left.transpose(0, 2, 1) @ right).real.reshape(stop - start, -1)[:, :length]
    return result


def _modulated_sums(
    period: FloatArray,
    amplitude: FloatArray,
    phase: FloatArray,
    factor: FloatArray,
    midpoint: FloatArray,
    length: int,
) -> FloatArray:
    """The same with amplitudes a_k (1 + (factor_k - 1) triangle_k(t)).

    All inputs have the shape (n_signals, max_components); components that are absent have amplitude zero.
    """
    result = np.empty((len(period), length))
    t = np.arange(length, dtype=np.float64)
    signals_per_block = max(1, _BLOCK_ELEMENTS // (length * period.shape[1]))
    for start in range(0, len(period), signals_per_block):
        block = slice(start, start + signals_per_block)
        peak = midpoint[block, :, None]
        # The triangle is 0 at both ends of the signal and 1 at the midpoint.
        rise = t / np.maximum(peak, 1e-9)
        fall = (length - 1 - t) / np.maximum(length - 1 - peak, 1e-9)
        envelope = 1.0 + (factor[block, :, None] - 1.0) * np.minimum(rise, fall)
        wave = np.sin(2.0 * np.pi * _cycles_elapsed(period[block], t) + phase[block, :, None])
        result[block] = np.einsum("sk,skt,skt->st", amplitude[block], envelope, wave)
    return result


def _cycles(
    unit: str, period: float, rows: list[tuple[str, float, float, float, float]], random_state: Seed
) -> Signals:
    """Series of 2020 to 2022, one row (name, level, amplitude, phase, noise) each, sharing one period."""
    first, end = np.array(["2020-01-01", "2023-01-01"], dtype=f"datetime64[{unit}]")
    time = np.arange(first, end)
    names, level, amplitude, phase, noise = zip(*rows, strict=True)
    elapsed = 2.0 * np.pi * _cycles_elapsed(np.array([period]), np.arange(len(time)))
    wave = np.sin(elapsed + np.array(phase)[:, None])
    clean = np.array(level)[:, None] + np.array(amplitude)[:, None] * wave
    e = np.random.default_rng(random_state).normal(size=clean.shape)
    return Signals(
        values=clean + e * np.array(noise)[:, None],
        clean=clean,
        period=np.full((len(rows), 1), period),
        amplitude=np.array(amplitude)[:, None],
        phase=np.array(phase)[:, None],
        time=time,
        names=names,
    )
