"""Windows cut from series, and forecast together where their lengths are equal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from harmonic_forecasters.spectral.inputs import FloatArray

# Samples forecast together: far above where a larger batch is faster, and bounded, so that rolling over many
# long series takes no more memory than over one (32 MB an array).
BATCH_SAMPLES = 4_000_000

#: (n_windows, n_samples) and n -> (n_windows, n)
Forecast = Callable[[FloatArray, int], FloatArray]


def rolling_windows(
    values: NDArray[Any], origins: range, input_chunk_length: int | None
) -> list[NDArray[Any]]:
    """The window before each origin, as views of the series.

    values : (n_samples, n_components).
    origins : rising positions of the first sample to forecast; each window ends one sample before.
    input_chunk_length : samples a window, or None for all samples before the origin.
    Returns stacks of shape (n_origins in the stack, n_components, n_samples in the window), in order.

    Examples
    --------
    >>> [stack.tolist() for stack in rolling_windows(np.arange(4.0)[:, None], range(2, 5), 2)]
    [[[[0.0, 1.0]], [[1.0, 2.0]], [[2.0, 3.0]]]]
    >>> [stack.tolist() for stack in rolling_windows(np.arange(4.0)[:, None], range(2, 5, 2), None)]
    [[[[0.0, 1.0]]], [[[0.0, 1.0, 2.0, 3.0]]]]
    """
    if input_chunk_length is None:
        return [values[:origin].T[None] for origin in origins]
    first, last = origins[0] - input_chunk_length, origins[-1] - input_chunk_length
    windows = sliding_window_view(values, input_chunk_length, axis=0)[first : last + 1 : origins.step]
    origins_a_stack = max(1, BATCH_SAMPLES // windows[0].size)
    return [windows[i : i + origins_a_stack] for i in range(0, len(windows), origins_a_stack)]


def forecast_origins(
    forecast: Forecast,
    values: Sequence[NDArray[Any]],
    origins: Sequence[range],
    input_chunk_length: int | None,
    n: int,
) -> list[FloatArray]:
    """Forecast n samples from every origin of every series, windows of equal length in one call.

    values : a series each, (n_samples, n_components); origins : its origins, as in :func:`rolling_windows`.
    Returns an array of shape (n_origins, n, n_components) a series.

    Examples
    --------
    >>> last_value = lambda windows, n: np.repeat(windows[:, -1:], n, axis=1)
    >>> forecast_origins(last_value, [np.arange(4.0)[:, None]], [range(2, 5)], 2, n=1)[0].ravel()
    array([1., 2., 3.])
    """
    stacks = [rolling_windows(v, o, input_chunk_length) for v, o in zip(values, origins, strict=True)]
    forecasts = iter(_forecast_stacks(forecast, [stack for stacks_ in stacks for stack in stacks_], n))
    return [np.concatenate([next(forecasts) for _ in stacks_]) for stacks_ in stacks]


def _forecast_stacks(forecast: Forecast, stacks: Sequence[NDArray[Any]], n: int) -> list[FloatArray]:
    """stacks : of shape (n_origins, n_components, n_samples) -> of shape (n_origins, n, n_components)."""
    forecasts: dict[int, FloatArray] = {}
    for batch in _batches(stacks):
        rows = [stacks[i].reshape(-1, stacks[i].shape[2]) for i in batch]
        ends = np.cumsum([len(windows) for windows in rows])
        together = forecast(np.concatenate(rows, dtype=np.float64), n)
        for i, part in zip(batch, np.split(together, ends[:-1]), strict=True):
            forecasts[i] = part.reshape(*stacks[i].shape[:2], n).swapaxes(1, 2)
    return [forecasts[i] for i in range(len(stacks))]


def _batches(stacks: Sequence[NDArray[Any]]) -> Iterator[list[int]]:
    """Positions of stacks of one window length; together at most BATCH_SAMPLES, unless one alone is more."""
    waiting: dict[int, list[int]] = {}
    samples: dict[int, int] = {}
    for i, stack in enumerate(stacks):
        length = stack.shape[2]
        if length in waiting and samples[length] + stack.size > BATCH_SAMPLES:
            yield waiting.pop(length)
            del samples[length]
        waiting.setdefault(length, []).append(i)
        samples[length] = samples.get(length, 0) + stack.size
    yield from waiting.values()
