"""What is probable before a window is seen: ranges of the hyperparameters of a seasonal process.

All variances count in that of the noise, all times in samples, the memory of a season in its cycles. Each
hyperparameter is log-uniform over its range. The ranges were chosen on the development halves of monthly,
quarterly, yearly, daily and hourly series.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.stats.qmc import Sobol

from harmonic_forecasters.spectral._parts.windows import FloatArray

#: Strength (variance), smoothness and memory (cycles) of a season.
STRENGTH, SMOOTHNESS, MEMORY = (0.01, 100.0), (0.25, 2.0), (2.0, 1000.0)
#: Variance and memory (samples) of what is remembered for a short time.
SHORT_STRENGTH, SHORT_MEMORY = (0.01, 10.0), (1.0, 20.0)
#: Variance that the level gains per sample.
WANDERING = (1e-4, 100.0)
#: Variance of a slope that lasts, of its rise over half a window.
SLOPE = (1e-3, 1e3)
#: Variance of a slope that fades, per sample squared, in windows of ``SLOPE_SAMPLES`` or more; the upper end
#: falls with the square of the length, as short windows show more slopes than there are.
FADING_SLOPE, SLOPE_SAMPLES = (1e-4, 50.0), 70
#: Longest memory of the level in long windows: samples, or cycles of the shortest season if those are more.
LEVEL_MEMORY, LEVEL_CYCLES = 60.0, 2.5
#: Samples in which a slope fades.
SLOPE_MEMORY = (3.0, 1000.0)
#: Length, in samples, at which a level and noise alone are as probable as all other processes together. In
#: shorter windows nearly anything fits as well, and in longer ones evidence decides.
NOISE_SAMPLES = 25


def bank_ranges(n_seasons: int, n_samples: int) -> FloatArray:
    """Logarithms of the ends of the ranges, (3 n_seasons + 6, 2), for windows of n_samples.

    Strengths of all seasons, then smoothness, then memory; strength and memory of what is remembered for a
    short time; wandering; slope; variance and memory of the fading slope.
    """
    steepest = FADING_SLOPE[1] * min(1.0, (n_samples / SLOPE_SAMPLES) ** 2)
    ranges = [STRENGTH] * n_seasons + [SMOOTHNESS] * n_seasons + [MEMORY] * n_seasons
    ranges += [SHORT_STRENGTH, SHORT_MEMORY, WANDERING, SLOPE, (FADING_SLOPE[0], steepest), SLOPE_MEMORY]
    return np.asarray(np.log(ranges))


def noise_alone(n_samples: int) -> float:
    """How probable a level and noise, and nothing else, are in windows of n_samples before one is seen.

    Examples
    --------
    >>> [round(noise_alone(n), 3) for n in (10, 25, 50)]
    [0.975, 0.5, 0.059]
    """
    return float(1.0 / (1.0 + (n_samples / NOISE_SAMPLES) ** 4))


def evenly_spread(n_points: int, n_dimensions: int) -> FloatArray:
    """Points that fill the unit cube evenly, (n_points, n_dimensions): a Sobol net, moved off its faces.

    n_points : a power of two.

    Examples
    --------
    >>> evenly_spread(4, 1)[:, 0]
    array([0.125, 0.625, 0.875, 0.375])
    """
    net = Sobol(n_dimensions, scramble=False).random(n_points)
    return np.asarray(net + 0.5 / n_points)


def long_ranges(seasons: Sequence[float]) -> FloatArray:
    """As :func:`bank_ranges`, for windows long enough to say more: (3 n_seasons + 4, 2).

    Strengths, smoothness and memory of the seasons; strength and memory of what is remembered for a short
    and for a longer time.
    """
    return np.asarray(np.log(list(_long_ranges(seasons))))


def _long_ranges(seasons: Sequence[float]) -> Iterator[tuple[float, float]]:
    yield from [(0.01, 1000.0)] * len(seasons)
    # The finest detail of a season is about a sample.
    yield from [(np.pi / period, 2.0) for period in seasons]
    yield from [(2.0, 200.0)] * len(seasons)
    longest_memory = max(LEVEL_MEMORY, LEVEL_CYCLES * min(seasons, default=0.0))
    yield from [(0.01, 300.0), (1.0, 20.0), (0.01, 300.0), (20.0, longest_memory)]
