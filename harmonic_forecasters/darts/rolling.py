"""Windows cut from series, and forecast together where their lengths are equal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from harmonic_forecasters.spectral import Continuation, FloatArray, in_threads

# Samples forecast together, 32 MB per array. Larger batches are no faster, and the bound keeps memory
# constant when rolling over many long series.
BATCH_SAMPLES = 4_000_000

#: Windows, (n_windows, n_samples), and regressors or None, (n_windows, n_regressors, n_samples + ahead), ->
#: (n_windows, n, n_answers)
BatchForecast = Callable[[FloatArray, FloatArray | None], FloatArray]
#: The same with n, the samples to forecast, between them; regressors reach n samples beyond the windows.
Forecast = Callable[[FloatArray, int, FloatArray | None], FloatArray]
#: Fits a block of windows with its regressors, or None.
FitWindows = Callable[[FloatArray, FloatArray | None], Continuation]
#: What a fit is asked for at the times (n_times,): to (n_windows, n_times, n_answers).
Question = Callable[[Continuation, NDArray[np.int64]], FloatArray]


def asking(fit_windows: FitWindows, question: Question, block_values: int | None) -> Forecast:
    """A forecast that asks the fits of all windows for the n samples after each, block by block in threads.

    block_values : values of windows per block, as for :func:`harmonic_forecasters.spectral.in_threads`.
    """

    def forecast(windows: FloatArray, n: int, regressors: FloatArray | None) -> FloatArray:
        n_samples = windows.shape[1]
        t = np.arange(n_samples, n_samples + n)

        def work(block: FloatArray, *known: FloatArray) -> FloatArray:
            if not known:
                return question(fit_windows(block, None), t)
            inside, ahead = np.split(known[0], [n_samples], axis=2)
            return question(fit_windows(block, inside).given(t, ahead), t)

        given = () if regressors is None else (regressors,)
        return in_threads(work, windows, *given, block_values=block_values)

    return forecast


def rolling_windows(
    values: NDArray[Any], origins: range, input_chunk_length: int | None, ahead: int = 0
) -> list[NDArray[Any]]:
    """The window before each origin, as views of the series.

    values : (n_samples, n_components).
    origins : rising positions of the first sample to forecast; each window ends one sample before.
    input_chunk_length : samples per window, or None for all samples before the origin.
    ahead : further samples that each window takes, from the origin on.
    Returns stacks of shape (n_origins in the stack, n_components, n_samples in the window), in order.

    Examples
    --------
    >>> [stack.tolist() for stack in rolling_windows(np.arange(4.0)[:, None], range(2, 5), 2)]
    [[[[0.0, 1.0]], [[1.0, 2.0]], [[2.0, 3.0]]]]
    >>> [stack.tolist() for stack in rolling_windows(np.arange(4.0)[:, None], range(2, 5, 2), None)]
    [[[[0.0, 1.0]]], [[[0.0, 1.0, 2.0, 3.0]]]]
    """
    if input_chunk_length is None:
        return [values[: origin + ahead].T[None] for origin in origins]
    first, last = origins[0] - input_chunk_length, origins[-1] - input_chunk_length
    windows = sliding_window_view(values, input_chunk_length + ahead, axis=0)[first : last + 1 : origins.step]
    origins_a_stack = max(1, BATCH_SAMPLES // windows[0].size)
    return [windows[i : i + origins_a_stack] for i in range(0, len(windows), origins_a_stack)]


def forecast_origins(
    forecast: BatchForecast,
    values: Sequence[NDArray[Any]],
    origins: Sequence[range],
    input_chunk_length: int | None,
    covariates: Sequence[FloatArray] | None = None,
    ahead: int = 0,
) -> list[FloatArray]:
    """Forecasts from every origin of every series, windows of equal length in one call.

    values : (n_samples, n_components) for each series; origins : of each series, as in
        :func:`rolling_windows`.
    covariates : of each series, (n_samples + ahead, n_regressors), at the times of the series and ``ahead``
        after its end; None without any. Each window gets them until ``ahead`` after its own end.
    Returns an array of shape (n_origins, n, n_components, n_answers) for each series.

    Examples
    --------
    >>> last_value = lambda windows, _: windows[:, -1:, None]
    >>> forecast_origins(last_value, [np.arange(4.0)[:, None]], [range(2, 5)], 2)[0].ravel()
    array([1., 2., 3.])
    >>> forecast_origins(lambda _, regressors: regressors[:, :1, -1:], [np.zeros((2, 1))], [range(1, 3)], 1,
    ...                  [np.arange(3.0)[:, None]], ahead=1)[0].ravel()
    array([1., 2.])
    """
    n_regressors = [0] * len(values) if covariates is None else [known.shape[1] for known in covariates]
    if covariates is not None:
        ends = [np.full((ahead, v.shape[1]), np.nan) for v in values]
        values = [np.hstack([np.vstack(pair), x]) for *pair, x in zip(values, ends, covariates, strict=True)]
    stacks = [rolling_windows(v, o, input_chunk_length, ahead) for v, o in zip(values, origins, strict=True)]
    numbers = [k for k, stacks_ in zip(n_regressors, stacks, strict=True) for _ in stacks_]
    together = [stack for stacks_ in stacks for stack in stacks_]
    forecasts = iter(_forecast_stacks(forecast, together, numbers, ahead))
    return [np.concatenate([next(forecasts) for _ in stacks_]) for stacks_ in stacks]


def _forecast_stacks(
    forecast: BatchForecast, stacks: Sequence[NDArray[Any]], n_regressors: Sequence[int], ahead: int
) -> list[FloatArray]:
    """Stacks of shape (n_origins, n_components + n_regressors, n_samples + ahead), forecast in batches.

    Returns arrays of shape (n_origins, n, n_components, n_answers).
    """
    forecasts: dict[int, FloatArray] = {}
    for batch in _batches(stacks, n_regressors):
        known = n_regressors[batch[0]]
        targets = [stacks[i][:, : stacks[i].shape[1] - known, : stacks[i].shape[2] - ahead] for i in batch]
        rows = [target.reshape(-1, target.shape[2]) for target in targets]
        regressors = [
            np.repeat(stacks[i][:, -known:], target.shape[1], axis=0)
            for i, target in zip(batch, targets, strict=True)
            if known
        ]
        ends = np.cumsum([len(windows) for windows in rows])
        together = forecast(
            np.concatenate(rows, dtype=np.float64), np.concatenate(regressors) if known else None
        )
        for i, target, part in zip(batch, targets, np.split(together, ends[:-1]), strict=True):
            forecasts[i] = part.reshape(*target.shape[:2], *part.shape[1:]).swapaxes(1, 2)
    return [forecasts[i] for i in range(len(stacks))]


def _batches(stacks: Sequence[NDArray[Any]], n_regressors: Sequence[int]) -> Iterator[list[int]]:
    """Positions of stacks of one window length and as many regressors.

    Together they hold at most BATCH_SAMPLES, unless one alone holds more.
    """
    waiting: dict[tuple[int, int], list[int]] = {}
    samples: dict[tuple[int, int], int] = {}
    for i, stack in enumerate(stacks):
        kind = stack.shape[2], n_regressors[i]
        if kind in waiting and samples[kind] + stack.size > BATCH_SAMPLES:
            yield waiting.pop(kind)
            del samples[kind]
        waiting.setdefault(kind, []).append(i)
        samples[kind] = samples.get(kind, 0) + stack.size
    yield from waiting.values()
