"""The DFT of a window, extrapolated: see :mod:`harmonic_forecasters.spectral.methods.dft`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harmonic_forecasters.darts.untrained import UntrainedGlobalModel
from harmonic_forecasters.spectral import (
    LIGHT_BLOCK_VALUES,
    Continuation,
    FloatArray,
    check_dft_options,
    fit_dft,
)


class DFTModel(UntrainedGlobalModel):
    """Forecasts that continue the DFT of the last window: with nothing cut, they repeat the window.

    The DFT knows only sinusoids with whole cycles in the window. Those it continues to rounding; any other
    leaks over all frequencies, and the forecast jumps back to the beginning of the window. The model is the
    reference that every better method must beat.

    Nothing is trained: ``fit`` checks the series and remembers a single one, and ``predict`` takes any other.
    Each component of a multivariate series is forecast separately.

    Parameters
    ----------
    input_chunk_length : samples in the window, the last ones of a series; None takes the whole series.
    output_chunk_length : forecasts of more samples than this are made in chunks, each from a window that
        holds the chunks before it; None forecasts any number of samples at once. Give a number to a
        RegressionEnsembleModel with ``train_using_historical_forecasts=True``, which divides by it.
    window : the taper, anything that scipy.signal.get_window takes, such as ``"hamming"`` or ``("kaiser",
        8.0)``. Its coherent gain is divided out of the amplitudes, the taper itself is not.
    n_components : number of sinusoids kept in each component, the strongest; None keeps all.
    trend : None, ``"constant"`` (the mean) or ``"linear"`` (least squares): removed first, and continued.

    Raises
    ------
    ValueError : for an option out of its range; the message says the rule and the value.

    Source: Oppenheim, Schafer (2010), Discrete-Time Signal Processing, eq. 8.11 and 8.12.

    Examples
    --------
    >>> import numpy as np
    >>> from darts import TimeSeries
    >>> series = TimeSeries.from_values(np.array([1.0, 2.0, 4.0]))
    >>> DFTModel().fit(series).predict(4).values().ravel().round(12).tolist()
    [1.0, 2.0, 4.0, 1.0]
    >>> tide = TimeSeries.from_values(3 * np.cos(2 * np.pi * np.arange(24) / 12), columns=["tide"])
    >>> DFTModel(n_components=1).fit(tide).spectrum()[["component", "period", "amplitude"]].round(9)
      component  period  amplitude
    0      tide    12.0        3.0
    """

    values_per_block = LIGHT_BLOCK_VALUES

    def __init__(
        self,
        input_chunk_length: int | None = None,
        output_chunk_length: int | None = None,
        *,
        window: Any = "boxcar",
        n_components: int | None = None,
        trend: str | None = "constant",
    ):
        check_dft_options(window=window, n_components=n_components, trend=trend)
        super().__init__(input_chunk_length, output_chunk_length)
        self.window = window
        self.n_components = n_components
        self.trend = trend

    def _fit_windows(
        self,
        block: FloatArray,
        regressors: FloatArray | None,  # noqa: ARG002
        candidates: Sequence[float] | None,  # noqa: ARG002
    ) -> Continuation:
        return fit_dft(block, window=self.window, n_components=self.n_components, trend=self.trend)
